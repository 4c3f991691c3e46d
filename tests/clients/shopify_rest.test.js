// @shopify/shopify-api's REST resources, as published.

import '@shopify/shopify-api/adapters/node';

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { ApiVersion, HttpResponseError, LogSeverity, Session, shopifyApi } from '@shopify/shopify-api';
import { restResources } from '@shopify/shopify-api/rest/admin/2026-04';
import { setAbstractFetchFunc } from '@shopify/shopify-api/runtime';

import { overHttp, start } from './server.js';

describe('@shopify/shopify-api, REST', () => {
  let server;
  let session;
  let rest;

  before(async () => {
    setAbstractFetchFunc(overHttp);
    server = await start();
    const shopify = shopifyApi({
      apiKey: 'app',
      apiSecretKey: server.webhook_secret,
      apiVersion: ApiVersion.April26,
      hostName: 'app.example',
      isEmbeddedApp: false,
      scopes: ['write_orders'],
      logger: { level: LogSeverity.Error },
      restResources,
    });
    rest = shopify.rest;
    session = new Session({
      id: 'offline',
      shop: server.host,
      state: '',
      isOnline: false,
      accessToken: server.token,
    });
  });
  after(() => server?.stop());

  const place = async (quantity) => {
    const order = new rest.Order({ session });
    order.email = 'buyer@example.com';
    order.line_items = [{ title: 'Tea', price: '3.00', quantity, requires_shipping: true }];
    await order.saveAndUpdate();
    return order;
  };
  const works = async (order) => {
    const { data } = await rest.FulfillmentOrder.all({ session, order_id: order.id });
    return data.filter((work) => work.status !== 'closed');
  };
  const parcel = async (work, lines) => {
    const fulfillment = new rest.Fulfillment({ session });
    fulfillment.line_items_by_fulfillment_order = [
      { fulfillment_order_id: work.id, ...(lines && { fulfillment_order_line_items: lines }) },
    ];
    await fulfillment.saveAndUpdate();
    return fulfillment;
  };

  test('work is held, released and done', async () => {
    const order = await place(2);
    assert.equal(order.total_price, '6.00');
    const [work] = await works(order);
    const hold = { reason: 'other', reason_notes: 'wait' };
    const held = await work.hold({ body: { fulfillment_hold: hold } });
    assert.equal(held.fulfillment_order.status, 'on_hold');
    assert.equal(held.fulfillment_order.fulfillment_holds[0].reason_notes, 'wait');
    await work.release_hold({});
    const made = await parcel(work, [{ id: work.line_items[0].id, quantity: 1 }]);
    assert.equal(made.status, 'success');
    await made.update_tracking({ body: { fulfillment: { tracking_info: { number: 'AB1', company: 'Kurier' } } } });
    const found = await rest.Fulfillment.find({ session, order_id: order.id, id: made.id });
    assert.equal(found.tracking_number, 'AB1');
    assert.equal((await rest.Fulfillment.count({ session, order_id: order.id })).count, 1);
    const of = await rest.Fulfillment.all({ session, fulfillment_order_id: work.id });
    assert.deepEqual(of.data.map((one) => one.id), [made.id]);
    await made.cancel({});
    const after = await rest.Order.find({ session, id: order.id });
    assert.equal(after.fulfillment_status, null);
    await after.cancel({ body: { reason: 'customer' } });
    const [gone] = (await rest.Order.all({ session, ids: String(order.id), status: 'any' })).data;
    assert.equal(gone.cancel_reason, 'customer');
  });

  test('events tell the way of a parcel', async () => {
    const order = await place(1);
    const made = await parcel((await works(order))[0]);
    const event = new rest.FulfillmentEvent({ session });
    Object.assign(event, { order_id: order.id, fulfillment_id: made.id, status: 'in_transit' });
    await event.saveAndUpdate();
    const ids = { session, order_id: order.id, fulfillment_id: made.id };
    const all = await rest.FulfillmentEvent.all(ids);
    assert.deepEqual(all.data.map((one) => [one.id, one.status]), [[event.id, 'in_transit']]);
    assert.equal((await rest.FulfillmentEvent.find({ ...ids, id: event.id })).status, 'in_transit');
  });

  test('what has no body is sent in the address', async () => {
    const [work] = await works(await place(1));
    const deadline = { fulfillment_order_ids: [work.id], fulfillment_deadline: '2030-01-02T03:04:05Z' };
    await new rest.FulfillmentOrder({ session }).set_fulfillment_orders_deadline(deadline);
    const again = await rest.FulfillmentOrder.find({ session, id: work.id });
    assert.equal(Date.parse(again.fulfill_by), Date.parse(deadline.fulfillment_deadline));
    const places = await rest.LocationsForMove.all({ session, fulfillment_order_id: work.id });
    assert.ok(places.data.length > 1);
  });

  test('a service that runs nothing here is asked for nothing', async () => {
    const [work] = await works(await place(1));
    const request = new rest.FulfillmentRequest({ session });
    request.fulfillment_order_id = work.id;
    await assert.rejects(request.save(), (error) => {
      assert.ok(error instanceof HttpResponseError);
      assert.equal(error.response.code, 422);
      const text = "The fulfillment order's assigned fulfillment service must be of api type";
      assert.deepEqual(error.response.body, [text]);
      return true;
    });
  });

  test('pages link to one another', async () => {
    const first = await rest.Order.all({ session, limit: 30, status: 'any' });
    assert.equal(first.data.length, 30);
    const second = await rest.Order.all({ session, ...first.pageInfo.nextPage.query });
    assert.equal(second.data.length, 30);
    assert.notEqual(second.data[0].id, first.data[0].id);
    const back = await rest.Order.all({ session, ...second.pageInfo.prevPage.query });
    assert.deepEqual(back.data.map((one) => one.id), first.data.map((one) => one.id));
  });

  test('places, the shop and webhooks', async () => {
    const { data: locations } = await rest.Location.all({ session });
    assert.ok(locations.some((location) => location.name === 'Berlin'));
    assert.equal((await rest.Location.count({ session })).count, locations.length);
    const [shop] = (await rest.Shop.all({ session })).data;
    assert.equal(shop.currency, 'USD');
    const hook = new rest.Webhook({ session });
    Object.assign(hook, { topic: 'fulfillments/create', address: 'https://example.com/rest', format: 'json' });
    await hook.saveAndUpdate();
    assert.equal((await rest.Webhook.find({ session, id: hook.id })).topic, 'fulfillments/create');
    await hook.delete();
    await assert.rejects(rest.Webhook.find({ session, id: hook.id }), (error) => error.response.code === 404);
    const { data: services } = await rest.FulfillmentService.all({ session, scope: 'all' });
    assert.ok(services.every((service) => service.location_id > 0));
  });
});
