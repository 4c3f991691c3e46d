// An order desk: sees what is to be shipped from where, changes that, and is told of all that happens.

import { listen } from '../listen.js';
import { askByClient, library } from '../shop.js';
import * as say from './documents.js';

/** All that can happen to a fulfillment order. */
export const TOPICS = [
  'FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE',
  'FULFILLMENT_ORDERS_MOVED',
  'FULFILLMENT_ORDERS_SPLIT',
  'FULFILLMENT_ORDERS_MERGED',
  'FULFILLMENT_ORDERS_PLACED_ON_HOLD',
  'FULFILLMENT_ORDERS_HOLD_RELEASED',
  'FULFILLMENT_HOLDS_ADDED',
  'FULFILLMENT_HOLDS_RELEASED',
  'FULFILLMENT_ORDERS_RESCHEDULED',
  'FULFILLMENT_ORDERS_SCHEDULED_FULFILLMENT_ORDER_READY',
  'FULFILLMENT_ORDERS_PROGRESS_REPORTED',
  'FULFILLMENT_ORDERS_MANUALLY_REPORTED_PROGRESS_STOPPED',
  'FULFILLMENT_ORDERS_CANCELLED',
  'FULFILLMENT_ORDERS_FULFILLMENT_REQUEST_SUBMITTED',
  'FULFILLMENT_ORDERS_FULFILLMENT_REQUEST_ACCEPTED',
  'FULFILLMENT_ORDERS_FULFILLMENT_REQUEST_REJECTED',
  'FULFILLMENT_ORDERS_CANCELLATION_REQUEST_SUBMITTED',
  'FULFILLMENT_ORDERS_CANCELLATION_REQUEST_ACCEPTED',
  'FULFILLMENT_ORDERS_CANCELLATION_REQUEST_REJECTED',
  'FULFILLMENT_ORDERS_FULFILLMENT_SERVICE_FAILED_TO_COMPLETE',
  'FULFILLMENT_ORDERS_LINE_ITEMS_PREPARED_FOR_PICKUP',
];

/**
 * Opens the desk.
 * @param {import('../shop.js').Access} access
 * @param {{port?: number, told?: (topic: string, payload: object) => void}} desk `told` hears each delivery once
 */
export async function open(access, { port, told = () => {} } = {}) {
  const shopify = library(access);
  const ask = askByClient(access);
  /** Deliveries that were taken: one may come twice, with the same id. */
  const taken = new Set();

  const { url, stop } = await listen(
    async ({ rawBody, raw }) => {
      const { valid, topic, webhookId } = await shopify.webhooks.validate({ rawBody, ...raw });
      if (!valid) return { status: 401 };
      const again = taken.has(webhookId);
      taken.add(webhookId);
      return { status: 200, afterwards: async () => again || told(topic, JSON.parse(rawBody)) };
    },
    { port },
  );

  return {
    url,
    stop,
    async subscribe(topics = TOPICS) {
      for (const topic of topics) await ask(say.LISTEN, { topic, uri: `${url}/webhooks` });
    },
    /** What is to be done at a location, page by page. */
    async *at(locationId, more = 'status:OPEN') {
      const query = `assigned_location_id:${locationId.split('/').at(-1)} ${more}`;
      let after = null;
      do {
        const page = await ask(say.AT_LOCATION, { query, after });
        yield* page.nodes;
        after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      } while (after);
    },
    order: (id) => ask(say.OF_ORDER, { id }),
    places: async (id) => (await ask(say.PLACES, { id })).locationsForMove.nodes,
    move: (id, to, lines) => ask(say.MOVE, { id, to, lines }),
    hold: (id, hold) => ask(say.HOLD, { id, hold }),
    release: (id, holds) => ask(say.RELEASE, { id, holds }),
    split: async (fulfillmentOrderId, fulfillmentOrderLineItems) =>
      (await ask(say.SPLIT, { splits: [{ fulfillmentOrderId, fulfillmentOrderLineItems }] })).fulfillmentOrderSplits[0],
    merge: async (ids) => {
      const mergeIntents = ids.map((fulfillmentOrderId) => ({ fulfillmentOrderId }));
      return (await ask(say.MERGE, { merges: [{ mergeIntents }] })).fulfillmentOrderMerges[0].fulfillmentOrder;
    },
    due: (ids, by) => ask(say.DUE, { ids, by }),
    reschedule: (id, at) => ask(say.RESCHEDULE, { id, at }),
    reopen: (id) => ask(say.OPEN, { id }),
    progress: (id, notes) => ask(say.PROGRESS, { id, notes }),
    callOff: (id) => ask(say.CALL_OFF, { id }),
    request: (id, message, lines) => ask(say.REQUEST, { id, message, lines }),
    requestBack: (id, message) => ask(say.REQUEST_BACK, { id, message }),
    ship: async (ids, trackingInfo) => {
      const lineItemsByFulfillmentOrder = ids.map((fulfillmentOrderId) => ({ fulfillmentOrderId }));
      return (await ask(say.SHIP, { fulfillment: { lineItemsByFulfillmentOrder, trackingInfo } })).fulfillment;
    },
    /** Changes how many of an article an order has: begin, set, commit. */
    async edit(orderId, sku, quantity, note) {
      const { calculatedOrder } = await ask(say.EDIT_BEGIN, { id: orderId });
      const line = calculatedOrder.lineItems.nodes.find((one) => one.sku === sku);
      await ask(say.EDIT_QUANTITY, { id: calculatedOrder.id, line: line.id, quantity });
      await ask(say.EDIT_COMMIT, { id: calculatedOrder.id, note });
    },
    cancel: (id) => ask(say.CANCEL_ORDER, { id }),
  };
}
