// The warehouse of examples/fulfillment-service, with a key of its own, against the real server.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { open as openDesk } from '../../examples/order-management/app.js';
import { open } from '../../examples/fulfillment-service/app.js';
import { merchant, until } from './merchant.js';
import { start } from './server.js';

/** What the guide for fulfillment services asks for, and what reading its location does. */
const SCOPES = ['write_fulfillments', 'read_assigned_fulfillment_orders', 'write_assigned_fulfillment_orders', 'read_locations'];

describe('a fulfillment service app', () => {
  let server, shop, desk, warehouse, service, articles, shelves;

  before(async () => {
    server = await start();
    shop = await merchant(server);
    desk = await openDesk({ host: server.host, token: server.token, secret: server.webhook_secret });
    articles = shop.inStock('Berlin').slice(0, 3);
    shelves = new Map(articles.map(({ sku }, i) => [sku, 10 * (i + 1)]));
    warehouse = await open(await server.key('Warehouse', SCOPES), { shelves });
    service = await warehouse.register('Kajen', { address1: 'Kajen 1', city: 'Göteborg', zip: '411 04', countryCode: 'SE' });
    for (const article of articles) await shop.stock(article, service.location.id, 30);
  });
  after(async () => {
    await warehouse?.stop();
    await desk?.stop();
    await server?.stop();
  });

  /** An order whose work lies at the warehouse. */
  async function assign(...lines) {
    const order = await shop.order(...lines);
    const { fulfillmentOrders } = await desk.order(order);
    const { movedFulfillmentOrder } = await desk.move(fulfillmentOrders.nodes[0].id, service.location.id);
    return movedFulfillmentOrder.id;
  }
  /** The same, requested and answered. */
  async function requested(quantity, status = 'ACCEPTED') {
    const id = await assign([articles[1], quantity]);
    await desk.request(id, 'Please ship');
    return until(async () => {
      const work = await shop.work(id);
      return work.requestStatus === status && work;
    }, `${status} for ${id}`);
  }
  const ids = (works) => works.map(({ id }) => id);

  test('it is registered with a location of its own', async () => {
    assert.equal(service.handle, 'kajen');
    assert.equal(service.location.name, 'Kajen');
    assert.equal(service.callbackUrl, `${warehouse.url}/callback`);
    const { location } = await shop.send('query($id: ID!) { location(id: $id) { isFulfillmentService address { city } } }', { id: service.location.id });
    assert.deepEqual(location, { isFulfillmentService: true, address: { city: 'Göteborg' } });
  });

  test('its shelves are asked for, and become what the shop has', async () => {
    await server.run('services', 'ask', 'kajen');
    await until(async () => (await shop.onHand(articles[0], service.location.id)) === shelves.get(articles[0].sku), 'the stock');
    assert.equal(await shop.onHand(articles[2], service.location.id), 30);
  });

  test('work that is only assigned waits, and is told apart from what is asked for', async () => {
    const id = await assign([articles[1], 1]);
    assert.ok(ids(await warehouse.assigned('FULFILLMENT_UNSUBMITTED')).includes(id));
    assert.ok(!ids(await warehouse.assigned('FULFILLMENT_REQUESTED')).includes(id));
    await assert.rejects(warehouse.giveUp(id, 'no'), /fulfillmentOrderClose: /);
  });

  test('a request that can be met is accepted, and leaves with a tracking number', async () => {
    const before = shelves.get(articles[1].sku);
    const work = await requested(2);
    assert.equal(work.status, 'IN_PROGRESS');
    assert.equal(shelves.get(articles[1].sku), before - 2);
    assert.deepEqual(work.merchantRequests.nodes.map(({ kind, message }) => [kind, message]), [['FULFILLMENT_REQUEST', 'Please ship']]);
    assert.ok(ids(await warehouse.assigned('FULFILLMENT_ACCEPTED')).includes(work.id));
    const parcel = await warehouse.ship(work.id, { tracking: { company: 'UPS', number: '1Z999AA10123456784' }, message: 'On its way' });
    assert.equal(parcel.status, 'SUCCESS');
    assert.match(parcel.trackingInfo[0].url, /1Z999AA10123456784/);
    const corrected = await warehouse.track(parcel.id, { company: 'UPS', number: '1Z999AA10123456785' });
    assert.equal(corrected.trackingInfo[0].number, '1Z999AA10123456785');
    assert.equal((await shop.work(work.id)).status, 'CLOSED');
  });

  test('a parcel goes in parts, and tracking that comes later is asked for', async () => {
    const work = await requested(3);
    const [line] = work.lineItems.nodes;
    const first = await warehouse.ship(work.id, { lines: [{ id: line.id, quantity: 1 }] });
    assert.equal((await shop.work(work.id)).lineItems.nodes[0].remainingQuantity, 2);
    warehouse.labelled(first.name, '00340434161094042557');
    await server.run('services', 'ask', 'kajen');
    const told = await until(async () => {
      const { fulfillments } = await shop.work(work.id);
      return fulfillments.nodes.find(({ id, trackingInfo }) => id === first.id && trackingInfo.length);
    }, 'the tracking number');
    assert.equal(told.trackingInfo[0].number, '00340434161094042557');
  });

  test('a request that cannot be met is declined, with a word for each line', async () => {
    shelves.set(articles[1].sku, 2);
    const work = await requested(5, 'REJECTED');
    assert.equal(work.status, 'OPEN');
    const [line] = work.lineItems.nodes;
    assert.equal(line.warnings.length, 1);
    assert.match(line.warnings[0].description, /2 of 5 left/);
    const [said] = work.merchantRequests.nodes;
    assert.equal(said.responseData.reason, 'inventory_out_of_stock');
    shelves.set(articles[1].sku, 20);
  });

  test('a cancellation is accepted until it is packed', async () => {
    const work = await requested(1);
    const before = shelves.get(articles[1].sku);
    await desk.requestBack(work.id, 'The buyer changed her mind');
    await until(async () => (await shop.work(work.id)).requestStatus === 'CANCELLATION_ACCEPTED', 'the cancellation');
    assert.equal(shelves.get(articles[1].sku), before + 1);

    const packed = await requested(1);
    warehouse.pack(packed.id);
    await desk.requestBack(packed.id, 'Me too');
    await until(async () => (await shop.work(packed.id)).requestStatus === 'CANCELLATION_REJECTED', 'the refusal');
    assert.equal((await warehouse.ship(packed.id)).status, 'SUCCESS');
  });

  test('what was accepted can be given up', async () => {
    const work = await requested(1);
    const left = await warehouse.giveUp(work.id, 'The roof came down');
    assert.deepEqual([left.status, left.requestStatus], ['INCOMPLETE', 'CLOSED']);
  });

  test('a notification that somebody else signed is refused', async () => {
    const id = await assign([articles[1], 1]);
    const notify = (headers) =>
      fetch(`${service.callbackUrl}/fulfillment_order_notification`, { method: 'POST', body: '{"kind":"FULFILLMENT_REQUEST"}', headers });
    assert.equal((await notify({})).status, 401);
    assert.equal((await notify({ 'X-Shopify-Hmac-Sha256': Buffer.alloc(32, 7).toString('base64') })).status, 401);
    assert.equal((await shop.work(id)).requestStatus, 'UNSUBMITTED');
  });

  test('it sees and touches nothing but its own', async () => {
    const order = await shop.order([articles[0], 1]);
    const [elsewhere] = (await desk.order(order)).fulfillmentOrders.nodes;
    await assert.rejects(warehouse.ship(elsewhere.id), /The api_client does not have access to the fulfillment order\./);
    for (const status of ['FULFILLMENT_UNSUBMITTED', 'FULFILLMENT_REQUESTED', 'FULFILLMENT_ACCEPTED', 'CANCELLATION_REQUESTED']) {
      assert.ok(!ids(await warehouse.assigned(status)).includes(elsewhere.id));
    }
  });
});
