// @shopify/shopify-api as the receiver: what our server delivers passes its checks, and what others send doesn't.

import '@shopify/shopify-api/adapters/node';

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { ApiVersion, LogSeverity, shopifyApi } from '@shopify/shopify-api';
import { GraphQLClient } from 'graphql-request';

import { receive } from './receiver.js';
import { start } from './server.js';

const SUBSCRIBE = `mutation Subscribe($topic: WebhookSubscriptionTopic!, $to: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $to) {
    webhookSubscription { id topic uri format includeFields }
    userErrors { field message }
  }
}`;

const CREATE = `mutation Create($order: OrderCreateOrderInput!) {
  orderCreate(order: $order) {
    order { id name fulfillmentOrders(first: 5) { nodes { id } } }
    userErrors { field message }
  }
}`;

const FULFILL = `mutation Fulfill($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) { fulfillment { id legacyResourceId } userErrors { message } }
}`;

const TOPICS = ['ORDERS_CREATE', 'FULFILLMENTS_CREATE', 'FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE', 'ORDERS_CANCELLED'];

describe('webhooks, checked by @shopify/shopify-api', () => {
  let server;
  let shopify;
  let receiver;
  let client;
  let order;

  const number = (gid) => Number(gid.split('/').at(-1));
  const delivered = (topic) => receiver.wait(({ result }) => result.topic === topic, topic);

  before(async () => {
    server = await start();
    shopify = shopifyApi({
      apiKey: 'app',
      apiSecretKey: server.webhook_secret,
      apiVersion: ApiVersion.July26,
      hostName: 'app.example',
      isEmbeddedApp: false,
      logger: { level: LogSeverity.Error },
    });
    receiver = await receive((delivery) => shopify.webhooks.validate(delivery));
    client = new GraphQLClient(server.endpoint, { headers: { 'X-Shopify-Access-Token': server.token } });
    for (const topic of TOPICS) {
      const to = { uri: `${receiver.url}/${topic}`, format: 'JSON' };
      const { webhookSubscriptionCreate: made } = await client.request(SUBSCRIBE, { topic, to });
      assert.deepEqual(made.userErrors, []);
      assert.equal(made.webhookSubscription.topic, topic);
    }
    const { productVariants } = await client.request('{ productVariants(first: 2) { nodes { id } } }');
    const lineItems = productVariants.nodes.map(({ id }) => ({ variantId: id, quantity: 1 }));
    const made = await client.request(CREATE, { order: { email: 'buyer@example.com', note: 'Grüße 🎁', lineItems } });
    assert.deepEqual(made.orderCreate.userErrors, []);
    order = made.orderCreate.order;
  });
  after(async () => {
    await receiver?.stop();
    await server?.stop();
  });

  test('a new order is told, signed, with every header', async () => {
    const { result, body, headers } = await delivered('ORDERS_CREATE');
    assert.equal(result.valid, true);
    assert.equal(result.domain, server.shop_domain);
    assert.match(result.apiVersion, /^20\d\d-\d\d$/);
    assert.ok(result.webhookId && result.eventId && result.triggeredAt);
    assert.match(headers['content-type'], /^application\/json/);
    assert.equal(body.id, number(order.id));
    assert.equal(body.admin_graphql_api_id, order.id);
    assert.equal(body.name, order.name);
    assert.equal(body.note, 'Grüße 🎁');
    assert.equal(body.line_items.length, 2);
  });

  test('its routing is told', async () => {
    const { result, body } = await delivered('FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE');
    assert.equal(result.valid, true);
    assert.ok(order.fulfillmentOrders.nodes.some(({ id }) => id === body.fulfillment_order.id));
  });

  test('a parcel is told', async () => {
    const [work] = order.fulfillmentOrders.nodes;
    const lineItemsByFulfillmentOrder = [{ fulfillmentOrderId: work.id }];
    const made = (await client.request(FULFILL, { fulfillment: { lineItemsByFulfillmentOrder } })).fulfillmentCreate;
    assert.deepEqual(made.userErrors, []);
    const { result, body } = await delivered('FULFILLMENTS_CREATE');
    assert.equal(result.valid, true);
    assert.equal(String(body.id), made.fulfillment.legacyResourceId);
    assert.equal(body.order_id, number(order.id));
  });

  test('an order that is called off is told', async () => {
    const made = await client.request(CREATE, { order: { lineItems: [{ title: 'Poster', quantity: 1, priceSet: { shopMoney: { amount: '9.00', currencyCode: 'USD' } } }] } });
    const { id } = made.orderCreate.order;
    await client.request('mutation($id: ID!) { orderCancel(orderId: $id, reason: CUSTOMER, restock: true) { job { id } } }', { id });
    const { result, body } = await delivered('ORDERS_CANCELLED');
    assert.equal(result.valid, true);
    assert.equal(body.id, number(id));
    assert.ok(body.cancelled_at);
  });

  test('what was changed on its way, or signed by another, or not signed, is refused', async () => {
    const { rawBody, headers } = await delivered('ORDERS_CREATE');
    const again = async (body, more) => {
      const sent = { ...headers, ...more };
      for (const name of ['host', 'content-length', 'connection', 'transfer-encoding']) delete sent[name];
      for (const name of Object.keys(sent)) if (sent[name] === undefined) delete sent[name];
      return (await fetch(`${receiver.url}/again`, { method: 'POST', headers: sent, body })).status;
    };
    assert.equal(await again(rawBody, {}), 200);
    assert.equal(await again(rawBody.replace('buyer@', 'thief@'), {}), 401);
    assert.equal(await again(rawBody, { 'x-shopify-hmac-sha256': Buffer.alloc(32, 7).toString('base64') }), 401);
    assert.equal(await again(rawBody, { 'x-shopify-hmac-sha256': undefined }), 401);
  });

  test('subscriptions are listed, and deleted', async () => {
    const list = '{ webhookSubscriptions(first: 10) { nodes { id topic } } webhookSubscriptionsCount { count } }';
    const before = await client.request(list);
    assert.deepEqual(before.webhookSubscriptions.nodes.map(({ topic }) => topic).sort(), [...TOPICS].sort());
    const drop = 'mutation($id: ID!) { webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { message } } }';
    const { id } = before.webhookSubscriptions.nodes[0];
    const { webhookSubscriptionDelete: gone } = await client.request(drop, { id });
    assert.equal(gone.deletedWebhookSubscriptionId, id);
    assert.equal((await client.request(list)).webhookSubscriptionsCount.count, TOPICS.length - 1);
  });
});
