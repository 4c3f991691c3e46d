// The order desk of examples/order-management, with a key of its own, against the real server and a warehouse.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { open as openWarehouse } from '../../examples/fulfillment-service/app.js';
import { TOPICS, open } from '../../examples/order-management/app.js';
import { KNOWN, assertShape } from './fulfillment_order_payloads.js';
import { merchant, until } from './merchant.js';
import { start } from './server.js';

/** What the guide for order management apps asks for. */
const SCOPES = [
  'read_merchant_managed_fulfillment_orders', 'write_merchant_managed_fulfillment_orders',
  'read_third_party_fulfillment_orders', 'write_third_party_fulfillment_orders',
  'read_orders', 'write_orders', 'write_order_edits', 'read_locations', 'read_fulfillments',
];
const OF_WAREHOUSE = ['write_fulfillments', 'read_assigned_fulfillment_orders', 'write_assigned_fulfillment_orders', 'read_locations'];
/** Nothing here can be picked up: no order of the demo shop, and none that this API makes, is. */
const NEVER = ['fulfillment_orders/line_items_prepared_for_pickup'];

describe('an order management app', () => {
  const heard = [];
  let server, shop, desk, warehouse, service, berlin, articles, shelves;

  before(async () => {
    server = await start();
    shop = await merchant(server);
    articles = shop.inStock('Berlin').slice(0, 3);
    shelves = new Map(articles.map(({ sku }) => [sku, 20]));
    berlin = articles[0].inventoryItem.inventoryLevels.nodes.find(({ location }) => location.name === 'Berlin').location.id;
    warehouse = await openWarehouse(await server.key('Warehouse', OF_WAREHOUSE), { shelves });
    service = await warehouse.register('Kajen', { address1: 'Kajen 1', city: 'Göteborg', zip: '411 04', countryCode: 'SE' });
    for (const article of articles) await shop.stock(article, service.location.id, 30);
    desk = await open(await server.key('Order desk', SCOPES), { told: (topic, payload) => heard.push({ topic: name(topic), payload }) });
    await desk.subscribe();
  });
  after(async () => {
    await desk?.stop();
    await warehouse?.stop();
    await server?.stop();
  });

  /** FULFILLMENT_ORDERS_MOVED is fulfillment_orders/moved. */
  const name = (topic) => topic.toLowerCase().replace(/^(fulfillment_(?:orders|holds))_/, '$1/');
  /** Waits for a payload of a topic that is about a fulfillment order. */
  const told = (topic, id) =>
    until(() => heard.find((one) => one.topic === topic && JSON.stringify(one.payload).includes(`${id.split('/').at(-1)}`)), `${topic} of ${id}`);
  const order = (...quantities) => shop.order(...quantities.map((quantity, i) => [articles[i], quantity]));
  const works = async (id) => (await desk.order(id)).fulfillmentOrders.nodes;
  async function placed(...quantities) {
    const id = await order(...quantities);
    const [work] = await works(id);
    return { order: id, work };
  }
  const lineOf = (work, quantity) => [{ id: work.lineItems.nodes[0].id, quantity }];
  async function atWarehouse() {
    const { work } = await placed(2);
    return (await desk.move(work.id, service.location.id)).movedFulfillmentOrder;
  }
  async function accepted() {
    const work = await atWarehouse();
    await desk.request(work.id, 'Please ship');
    await told('fulfillment_orders/fulfillment_request_accepted', work.id);
    return work;
  }

  test('it sees what a location has to do', async () => {
    const { work } = await placed(2, 1);
    await told('fulfillment_orders/order_routing_complete', work.id);
    const found = [];
    for await (const one of desk.at(berlin)) found.push(one);
    assert.ok(found.some(({ id }) => id === work.id));
    assert.ok(found.every((one) => one.status === 'OPEN' && one.assignedLocation.location.id === berlin));
    assert.ok(found.length > 10, 'there is more than one page of it');
  });

  test('it moves what another place can ship, whole or in part', async () => {
    const { work } = await placed(3);
    const places = await desk.places(work.id);
    const of = (id) => places.find(({ location }) => location.id === id);
    assert.deepEqual([of(berlin).movable, of(berlin).message], [false, 'Current location.']);
    assert.equal(of(service.location.id).movable, true);
    const part = await desk.move(work.id, service.location.id, lineOf(work, 1));
    assert.notEqual(part.movedFulfillmentOrder.id, work.id);
    assert.equal(part.movedFulfillmentOrder.lineItems.nodes[0].remainingQuantity, 1);
    const { payload } = await told('fulfillment_orders/moved', part.movedFulfillmentOrder.id);
    assert.equal(payload.destination_location_id, service.location.id);
    assert.equal(payload.source_location.id, berlin);
    await assert.rejects(desk.move(work.id, 'gid://shopify/Location/1'), /Location not found\./);
  });

  test('it holds, for several reasons at once, and releases', async () => {
    const { work } = await placed(3);
    const first = await desk.hold(work.id, { reason: 'INCORRECT_ADDRESS', reasonNotes: 'No house number', handle: 'address', fulfillmentOrderLineItems: lineOf(work, 2) });
    assert.equal(first.fulfillmentOrder.status, 'ON_HOLD');
    assert.equal(first.remainingFulfillmentOrder.status, 'OPEN');
    const second = await desk.hold(work.id, { reason: 'AWAITING_PAYMENT', reasonNotes: 'By invoice', handle: 'payment' });
    await told('fulfillment_orders/placed_on_hold', work.id);
    await assert.rejects(desk.hold(work.id, { reason: 'OTHER', handle: 'payment' }), /already in use by this app/);
    await assert.rejects(desk.ship([work.id]), /unfulfillable status= on_hold/);
    const still = await desk.release(work.id, [second.fulfillmentHold.id]);
    assert.equal(still.fulfillmentOrder.status, 'ON_HOLD');
    const free = await desk.release(work.id);
    assert.equal(free.fulfillmentOrder.status, 'OPEN');
    assert.equal(free.fulfillmentOrder.lineItems.nodes[0].remainingQuantity, 3);
    await told('fulfillment_orders/hold_released', work.id);
    await told('fulfillment_holds/released', work.id);
    await told('fulfillment_holds/added', work.id);
  });

  test('it splits and merges, and says by when', async () => {
    const { work } = await placed(3);
    const { fulfillmentOrder, remainingFulfillmentOrder: rest } = await desk.split(work.id, lineOf(work, 1));
    assert.deepEqual([fulfillmentOrder.id, fulfillmentOrder.lineItems.nodes[0].remainingQuantity], [work.id, 2]);
    assert.equal(rest.lineItems.nodes[0].remainingQuantity, 1);
    assert.ok(rest.supportedActions.some(({ action }) => action === 'MERGE'));
    await told('fulfillment_orders/split', rest.id);
    await desk.due([work.id, rest.id], '2027-03-01T12:00:00Z');
    const merged = await desk.merge([work.id, rest.id]);
    assert.deepEqual([merged.id, merged.lineItems.nodes[0].remainingQuantity, merged.fulfillBy], [work.id, 3, '2027-03-01T12:00:00Z']);
    await told('fulfillment_orders/merged', work.id);
  });

  test('it reports progress, and takes that back', async () => {
    const { work } = await placed(1);
    assert.equal((await desk.progress(work.id, 'Picking')).fulfillmentOrder.status, 'IN_PROGRESS');
    await told('fulfillment_orders/progress_reported', work.id);
    assert.equal((await desk.reopen(work.id)).fulfillmentOrder.status, 'OPEN');
    await told('fulfillment_orders/manually_reported_progress_stopped', work.id);
  });

  test('it puts off what is scheduled, and lets it begin', async () => {
    const scheduled = [];
    for await (const one of desk.at(berlin, 'status:SCHEDULED')) scheduled.push(one);
    const [later, now] = scheduled;
    const put = await desk.reschedule(later.id, '2027-05-01T09:00:00Z');
    assert.deepEqual([put.fulfillmentOrder.status, put.fulfillmentOrder.fulfillAt], ['SCHEDULED', '2027-05-01T09:00:00Z']);
    await told('fulfillment_orders/rescheduled', later.id);
    // The clock opens it, a moment from now.
    await desk.reschedule(now.id, new Date(Date.now() + 1_500).toISOString());
    await told('fulfillment_orders/scheduled_fulfillment_order_ready', now.id);
    const { work } = await placed(1);
    await assert.rejects(desk.reschedule(work.id, '2027-05-01T09:00:00Z'), /Fulfillment order must be scheduled\./);
  });

  test('it calls work off, and there is new work for it', async () => {
    const { work } = await placed(1);
    const { fulfillmentOrder, replacementFulfillmentOrder } = await desk.callOff(work.id);
    assert.equal(fulfillmentOrder.status, 'CLOSED');
    assert.equal(replacementFulfillmentOrder.status, 'OPEN');
    await told('fulfillment_orders/cancelled', work.id);
  });

  test('it asks the service, and hears what that says', async () => {
    const work = await accepted();
    await told('fulfillment_orders/fulfillment_request_submitted', work.id);
    warehouse.pack(work.id);
    await desk.requestBack(work.id, 'The buyer changed her mind');
    await told('fulfillment_orders/cancellation_request_submitted', work.id);
    const { payload } = await told('fulfillment_orders/cancellation_request_rejected', work.id);
    assert.equal(payload.message, 'It is packed already');
    await warehouse.ship(work.id);

    const back = await accepted();
    await desk.requestBack(back.id, 'So did he');
    await told('fulfillment_orders/cancellation_request_accepted', back.id);

    const lost = await accepted();
    await warehouse.giveUp(lost.id, 'The roof came down');
    const failed = await told('fulfillment_orders/fulfillment_service_failed_to_complete', lost.id);
    assert.equal(failed.payload.message, 'The roof came down');

    shelves.clear();
    const declined = await atWarehouse();
    await desk.request(declined.id, 'Please');
    await told('fulfillment_orders/fulfillment_request_rejected', declined.id);
    await assert.rejects(desk.request((await placed(1)).work.id, 'Please'), /assigned fulfillment service must be of api type/);
  });

  test('it edits an order, and the work follows', async () => {
    const { order: id } = await placed(3, 1);
    await desk.edit(id, articles[0].sku, 1, 'One is enough');
    const after = await desk.order(id);
    assert.deepEqual(after.lineItems.nodes.map(({ currentQuantity }) => currentQuantity), [1, 1]);
    const open = after.fulfillmentOrders.nodes.filter(({ status }) => status === 'OPEN');
    assert.equal(open.flatMap((work) => work.lineItems.nodes).reduce((sum, line) => sum + line.remainingQuantity, 0), 2);
  });

  test('it ships, and cancels what has not left', async () => {
    const { order: id, work } = await placed(1, 1);
    const parcel = await desk.ship([work.id], { company: 'DHL Express', number: '1234567890' });
    assert.equal(parcel.status, 'SUCCESS');
    await assert.rejects(desk.cancel(id), /outstanding fulfillments/);
    const { order: other } = await placed(2);
    assert.equal((await desk.cancel(other)).job.done, true);
    assert.ok((await works(other)).every(({ status }) => status === 'CLOSED'));
  });

  test('every topic was told, once for each event, in the documented form', () => {
    assert.deepEqual([...new Set(TOPICS.map(name))].sort(), [...KNOWN, ...NEVER].sort());
    const missing = KNOWN.filter((topic) => !heard.some((one) => one.topic === topic));
    assert.deepEqual(missing, []);
    for (const { topic, payload } of heard) {
      // Only a part that was held leaves a rest.
      if (topic === 'fulfillment_orders/placed_on_hold' && payload.remaining_fulfillment_order === null) continue;
      assertShape(topic, payload);
    }
  });
});
