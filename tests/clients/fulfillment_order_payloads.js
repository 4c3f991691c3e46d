// What the original tells of fulfillment orders, topic by topic: which members there are, and what kind of value each has.

import assert from 'node:assert/strict';

const gid = (type) => new RegExp(`^gid://shopify/${type}/\\d+$`);
const WORK = { id: gid('FulfillmentOrder'), status: /^[a-z_]+$/ };
const LINES = [{ id: gid('FulfillmentOrderLineItem'), quantity: Number }];
const APP = { id: gid('App') };
const HOLD = {
  id: gid('FulfillmentHold'),
  reason: /^[a-z_]+$/,
  reason_notes: String,
  held_by_requesting_app: Boolean,
  handle: String,
  held_by_app: APP,
};
const PLACED = { ...WORK, assigned_location_id: gid('Location') };
const MERCHANT_REQUEST = { id: gid('FulfillmentOrderMerchantRequest'), message: String };
const asked = (status, request) => ({ id: WORK.id, status, request_status: request });
const at = (status) => ({ id: WORK.id, status });

/** The shape of each payload. A value stands for itself, a pattern for a text, a class for what it makes. */
const SHAPES = {
  'fulfillment_orders/order_routing_complete': { fulfillment_order: WORK },
  'fulfillment_orders/moved': {
    original_fulfillment_order: PLACED,
    moved_fulfillment_order: PLACED,
    destination_location_id: gid('Location'),
    fulfillment_order_line_items_requested: LINES,
    source_location: { id: gid('Location') },
  },
  'fulfillment_orders/split': {
    split_line_items: LINES,
    fulfillment_order: at('open'),
    remaining_fulfillment_order: at('open'),
    replacement_fulfillment_order: null,
  },
  'fulfillment_orders/merged': {
    merge_intents: [{ fulfillment_order_id: Number, fulfillment_order_line_items: [{ id: Number, quantity: Number }] }],
    fulfillment_order_merges: { fulfillment_order: at('open') },
  },
  'fulfillment_orders/placed_on_hold': {
    fulfillment_order: { ...at('on_hold'), fulfillment_holds: [HOLD] },
    remaining_fulfillment_order: at('open'),
    held_fulfillment_order_line_items: LINES,
    created_fulfillment_hold: HOLD,
  },
  'fulfillment_orders/hold_released': { fulfillment_order: at('open') },
  'fulfillment_holds/added': { fulfillment_order: { id: WORK.id }, fulfillment_hold: HOLD },
  'fulfillment_holds/released': { fulfillment_order: { id: WORK.id }, fulfillment_hold: HOLD },
  'fulfillment_orders/rescheduled': {
    fulfillment_order: { ...at('scheduled'), fulfill_at: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([+-]\d\d:\d\d|Z)$/ },
  },
  'fulfillment_orders/scheduled_fulfillment_order_ready': { fulfillment_order: at('open') },
  'fulfillment_orders/progress_reported': {
    fulfillment_order: at('in_progress'),
    progress_report: { reason_notes: String, progress_reported_by_app: APP, progress_reported_by_user: null },
    initial_status: 'open',
  },
  'fulfillment_orders/manually_reported_progress_stopped': {
    fulfillment_order: at('open'),
    progress_stopped_by_app: APP,
    progress_stopped_by_user: null,
  },
  'fulfillment_orders/cancelled': { fulfillment_order: WORK, replacement_fulfillment_order: at('open') },
  'fulfillment_orders/fulfillment_request_submitted': {
    original_fulfillment_order: asked('open', 'unsubmitted'),
    submitted_fulfillment_order: asked('open', 'submitted'),
    fulfillment_order_merchant_request: MERCHANT_REQUEST,
  },
  'fulfillment_orders/fulfillment_request_accepted': { fulfillment_order: asked('in_progress', 'accepted'), message: String },
  'fulfillment_orders/fulfillment_request_rejected': { fulfillment_order: asked('open', 'rejected'), message: String },
  'fulfillment_orders/cancellation_request_submitted': {
    fulfillment_order: asked('in_progress', 'cancellation_request'),
    fulfillment_order_merchant_request: MERCHANT_REQUEST,
  },
  'fulfillment_orders/cancellation_request_accepted': { fulfillment_order: WORK, message: String },
  'fulfillment_orders/cancellation_request_rejected': { fulfillment_order: asked('in_progress', 'cancellation_rejected'), message: String },
  'fulfillment_orders/fulfillment_service_failed_to_complete': { fulfillment_order: WORK, message: String },
};

/** The topics whose payloads are known here. */
export const KNOWN = Object.keys(SHAPES);

/** Fails unless a payload has just the members that its topic is to have. */
export function assertShape(topic, payload) {
  assert.ok(SHAPES[topic], `${topic} is none of the known topics`);
  compare(SHAPES[topic], payload, topic);
}

function compare(wanted, found, where) {
  if (wanted instanceof RegExp) assert.match(found, wanted, where);
  else if (typeof wanted === 'function') assert.equal(typeof found, wanted.name.toLowerCase(), where);
  else if (Array.isArray(wanted)) {
    assert.ok(Array.isArray(found) && found.length > 0, `${where} is a list of something`);
    for (const [i, one] of found.entries()) compare(wanted[0], one, `${where}.${i}`);
  } else if (wanted && typeof wanted === 'object') {
    assert.deepEqual(Object.keys(found), Object.keys(wanted), where);
    for (const [name, value] of Object.entries(wanted)) compare(value, found[name], `${where}.${name}`);
  } else assert.equal(found, wanted, where);
}
