// The life of orders as an app goes through it. Every client runs the same one: `send(document, variables)` answers
// `data`, and throws where its client throws.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';

const VARIANTS = `query Variants($first: Int!) {
  productVariants(first: $first) {
    nodes {
      id sku price inventoryQuantity
      inventoryItem {
        requiresShipping tracked
        inventoryLevels(first: 5) { nodes { location { id name } quantities(names: ["available"]) { name quantity } } }
      }
    }
  }
}`;

const CREATE = `mutation Create($order: OrderCreateOrderInput!, $options: OrderCreateOptionsInput) {
  orderCreate(order: $order, options: $options) {
    order { id name displayFulfillmentStatus lineItems(first: 10) { nodes { id title quantity sku } } }
    userErrors { field message code }
  }
}`;

const READ = `query Read($id: ID!) {
  order(id: $id) {
    id name cancelledAt displayFulfillmentStatus
    fulfillmentOrders(first: 10) {
      nodes {
        id status requestStatus
        assignedLocation { name location { id } }
        supportedActions { action }
        lineItems(first: 10) { nodes { id totalQuantity remainingQuantity lineItem { id } } }
      }
    }
    fulfillments(first: 10) { id status trackingInfo { company number url } }
  }
}`;

const FULFILL = `mutation Fulfill($fulfillment: FulfillmentInput!, $message: String) {
  fulfillmentCreate(fulfillment: $fulfillment, message: $message) {
    fulfillment {
      id status displayStatus name totalQuantity
      trackingInfo(first: 10) { company number url }
      fulfillmentLineItems(first: 10) { nodes { quantity lineItem { id } } }
    }
    userErrors { field message }
  }
}`;

const TRACK = `mutation Track($id: ID!, $info: FulfillmentTrackingInput!) {
  fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $info, notifyCustomer: false) {
    fulfillment { id trackingInfo(first: 10) { company number url } }
    userErrors { field message }
  }
}`;

const EVENT = `mutation Event($event: FulfillmentEventInput!) {
  fulfillmentEventCreate(fulfillmentEvent: $event) {
    fulfillmentEvent { id status message happenedAt }
    userErrors { field message }
  }
}`;

const PUT_BACK = `mutation PutBack($id: ID!) {
  fulfillmentCancel(id: $id) { fulfillment { id status displayStatus } userErrors { field message } }
}`;

const CALL_OFF = `mutation CallOff($id: ID!) {
  orderCancel(orderId: $id, reason: CUSTOMER, restock: true, notifyCustomer: false) {
    job { id done }
    orderCancelUserErrors { field message code }
    userErrors { field message }
  }
}`;

const PAGE = `query Page($first: Int, $last: Int, $after: String, $before: String) {
  orders(first: $first, last: $last, after: $after, before: $before, sortKey: ID) {
    edges { cursor node { id name } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

/** Registers the tests. `client()` answers `send` once the server runs. */
export function orderLife(client) {
  let send;
  let variants;

  /** An order of three lines of physical articles, unless told otherwise; answered as it is read back. */
  async function place(quantities = [2, 1, 3], more = []) {
    const lineItems = quantities.map((quantity, i) => ({ variantId: variants[i].id, quantity }));
    const order = {
      email: 'buyer@example.com',
      currency: 'USD',
      shippingAddress: { firstName: 'Ada', lastName: 'Byron', address1: 'Torstr. 1', city: 'Berlin', countryCode: 'DE', zip: '10119' },
      lineItems: [...lineItems, ...more],
    };
    const made = await send(CREATE, { order, options: { inventoryBehaviour: 'BYPASS' } });
    assert.deepEqual(made.orderCreate.userErrors, []);
    assert.equal(made.orderCreate.order.lineItems.nodes.length, lineItems.length + more.length);
    return read(made.orderCreate.order.id);
  }
  const read = async (id) => (await send(READ, { id })).order;
  const open = (order) => order.fulfillmentOrders.nodes.filter((work) => work.status !== 'CLOSED');
  async function fulfill(works, more = {}) {
    const fulfillment = { lineItemsByFulfillmentOrder: works, ...more };
    return (await send(FULFILL, { fulfillment, message: 'on its way' })).fulfillmentCreate;
  }
  const whole = (works) => works.map((work) => ({ fulfillmentOrderId: work.id }));

  before(async () => {
    send = client();
    const found = await send(VARIANTS, { first: 30 });
    // Articles that Berlin has plenty of: then an order of some of them is one parcel's work.
    const plenty = (variant) =>
      variant.inventoryItem.requiresShipping &&
      variant.inventoryItem.inventoryLevels.nodes.some((level) => level.location.name === 'Berlin' && level.quantities[0].quantity > 50);
    variants = found.productVariants.nodes.filter(plenty);
    assert.ok(variants.length >= 3, 'the demo shop has three articles in stock');
  });

  test('the shop tells who it is', async () => {
    const { shop } = await send('{ shop { id name myshopifyDomain currencyCode ianaTimezone } }');
    assert.match(shop.id, /^gid:\/\/shopify\/Shop\/\d+$/);
    assert.equal(shop.myshopifyDomain, 'consign-demo.myshopify.com');
    assert.equal(shop.currencyCode, 'USD');
  });

  test('variants come with their stock', async () => {
    for (const variant of variants) {
      const levels = variant.inventoryItem.inventoryLevels.nodes;
      assert.ok(levels.length > 0 && levels.every((level) => Number.isInteger(level.quantities[0].quantity)));
      assert.match(variant.price, /^\d+\.\d\d$/);
    }
  });

  test('an order of three lines leaves as one parcel', async () => {
    const order = await place();
    assert.equal(order.displayFulfillmentStatus, 'UNFULFILLED');
    const works = open(order);
    assert.equal(works.length, 1);
    assert.equal(works[0].status, 'OPEN');
    assert.ok(works[0].supportedActions.some(({ action }) => action === 'CREATE_FULFILLMENT'));
    const made = await fulfill(whole(works), { trackingInfo: { company: 'UPS', number: '1Z999AA10123456784' } });
    assert.deepEqual(made.userErrors, []);
    assert.equal(made.fulfillment.status, 'SUCCESS');
    assert.equal(made.fulfillment.name, `${order.name}-F1`);
    assert.equal(made.fulfillment.totalQuantity, 6);
    assert.deepEqual(made.fulfillment.fulfillmentLineItems.nodes.map((line) => line.quantity), [2, 1, 3]);
    assert.match(made.fulfillment.trackingInfo[0].url, /1Z999AA10123456784/);
    const after = await read(order.id);
    assert.equal(after.displayFulfillmentStatus, 'FULFILLED');
    assert.equal(after.fulfillmentOrders.nodes[0].status, 'CLOSED');
  });

  test('some units leave, the rest stays open', async () => {
    const order = await place();
    const [work] = open(order);
    const [first] = work.lineItems.nodes;
    const made = await fulfill([{ fulfillmentOrderId: work.id, fulfillmentOrderLineItems: [{ id: first.id, quantity: 1 }] }]);
    assert.deepEqual(made.userErrors, []);
    const after = await read(order.id);
    assert.equal(after.displayFulfillmentStatus, 'PARTIALLY_FULFILLED');
    const [line] = open(after)[0].lineItems.nodes;
    assert.deepEqual([line.totalQuantity, line.remainingQuantity], [2, 1]);
  });

  test('several fulfillment orders at one location leave in one parcel', async () => {
    const voucher = { title: 'Voucher', quantity: 1, requiresShipping: false, priceSet: { shopMoney: { amount: '5.00', currencyCode: 'USD' } } };
    const order = await place([1], [voucher]);
    const works = open(order);
    assert.equal(works.length, 2);
    assert.equal(new Set(works.map((work) => work.assignedLocation.location.id)).size, 1);
    const made = await fulfill(whole(works));
    assert.deepEqual(made.userErrors, []);
    assert.equal(made.fulfillment.totalQuantity, 2);
    assert.equal((await read(order.id)).displayFulfillmentStatus, 'FULFILLED');
  });

  test('tracking, delivery and putting back', async () => {
    const order = await place([1, 1]);
    const made = await fulfill(whole(open(order)));
    const { id } = made.fulfillment;
    const numbers = ['AB1', 'AB2', 'AB3'];
    const urls = numbers.map((number) => `https://track.example/${number}`);
    const tracked = await send(TRACK, { id, info: { company: 'Kurier', numbers, urls } });
    assert.deepEqual(tracked.fulfillmentTrackingInfoUpdate.userErrors, []);
    assert.deepEqual(
      tracked.fulfillmentTrackingInfoUpdate.fulfillment.trackingInfo,
      numbers.map((number, i) => ({ company: 'Kurier', number, url: urls[i] })),
    );
    const event = { fulfillmentId: id, status: 'IN_TRANSIT', message: 'left the hub', city: 'Leipzig', happenedAt: '2026-07-01T10:00:00Z' };
    const told = (await send(EVENT, { event })).fulfillmentEventCreate;
    assert.deepEqual(told.userErrors, []);
    assert.equal(told.fulfillmentEvent.status, 'IN_TRANSIT');
    assert.equal(told.fulfillmentEvent.happenedAt, '2026-07-01T10:00:00Z');
    const back = (await send(PUT_BACK, { id })).fulfillmentCancel;
    assert.deepEqual(back.userErrors, []);
    assert.deepEqual([back.fulfillment.status, back.fulfillment.displayStatus], ['CANCELLED', 'CANCELED']);
    assert.equal(open(await read(order.id)).length, 1, 'the units wait for a parcel again');
  });

  test('an order is called off, unless some of it has left', async () => {
    const order = await place([1]);
    const made = await fulfill(whole(open(order)));
    const refused = (await send(CALL_OFF, { id: order.id })).orderCancel;
    assert.equal(refused.job, null);
    assert.deepEqual(refused.orderCancelUserErrors, [
      { field: ['orderId'], message: 'Cannot cancel an order that has outstanding fulfillments', code: 'INVALID' },
    ]);
    await send(PUT_BACK, { id: made.fulfillment.id });
    const done = (await send(CALL_OFF, { id: order.id })).orderCancel;
    assert.deepEqual(done.orderCancelUserErrors, []);
    assert.match(done.job.id, /^gid:\/\/shopify\/Job\//);
    const after = await read(order.id);
    assert.ok(after.cancelledAt);
    assert.equal(open(after).length, 0);
  });

  test('orders page by page, there and back again', async () => {
    const there = [];
    let after = null;
    do {
      const { orders } = await send(PAGE, { first: 50, after });
      there.push(...orders.edges.map((edge) => edge.node.id));
      assert.equal(orders.pageInfo.endCursor, orders.edges.at(-1).cursor);
      after = orders.pageInfo.hasNextPage ? orders.pageInfo.endCursor : null;
    } while (after);
    assert.ok(there.length >= 120);
    assert.equal(new Set(there).size, there.length, 'no order comes twice');
    const back = [];
    let before = null;
    do {
      const { orders } = await send(PAGE, { last: 50, before });
      back.unshift(...orders.edges.map((edge) => edge.node.id));
      before = orders.pageInfo.hasPreviousPage ? orders.pageInfo.startCursor : null;
    } while (before);
    assert.deepEqual(back, there);
  });

  test('what is not possible is answered with user errors', async () => {
    const order = await place([1]);
    const [work] = open(order);
    const [line] = work.lineItems.nodes;
    const ask = (quantity) => fulfill([{ fulfillmentOrderId: work.id, fulfillmentOrderLineItems: [{ id: line.id, quantity }] }]);
    const none = await ask(0);
    assert.equal(none.fulfillment, null);
    assert.deepEqual(none.userErrors[0].field, ['fulfillment', 'lineItemsByFulfillmentOrder', '0', 'fulfillmentOrderLineItems', '0', 'quantity']);
    const tooMany = await ask(2);
    assert.equal(tooMany.userErrors[0].message, 'Invalid fulfillment order line item quantity requested.');
    const nowhere = (await send(PUT_BACK, { id: 'gid://shopify/Fulfillment/999999999' })).fulfillmentCancel;
    assert.deepEqual(nowhere.userErrors, [{ field: ['id'], message: 'Fulfillment not found.' }]);
    const empty = (await send(CREATE, { order: { lineItems: [] } })).orderCreate;
    assert.equal(empty.order, null);
    assert.equal(empty.userErrors.length, 1);
  });
}
