// What merchants and buyers do around an app: stock articles, order, look.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import { GraphQLClient } from 'graphql-request';

const ARTICLES = `{ productVariants(first: 60) { nodes {
  id sku
  inventoryItem { id requiresShipping inventoryLevels(first: 5) { nodes { location { id name } quantities(names: ["available"]) { quantity } } } }
} } }`;

const STOCK = `mutation Stock($item: ID!, $at: ID!, $available: Int, $key: String!) {
  inventoryActivate(inventoryItemId: $item, locationId: $at, available: $available) @idempotent(key: $key) {
    inventoryLevel { id }
    userErrors { message }
  }
}`;

const COUNTED = `query Counted($item: ID!, $at: ID!) {
  inventoryItem(id: $item) { inventoryLevel(locationId: $at) { quantities(names: ["on_hand", "available"]) { name quantity } } }
}`;

const ORDER = `mutation Order($order: OrderCreateOrderInput!) {
  orderCreate(order: $order, options: { inventoryBehaviour: BYPASS }) { order { id } userErrors { message } }
}`;

const WORK = `query Work($id: ID!) { fulfillmentOrder(id: $id) {
  id status requestStatus
  merchantRequests(first: 5) { nodes { kind message responseData } }
  lineItems(first: 5) { nodes { id sku totalQuantity remainingQuantity warnings { title description } } }
  fulfillments(first: 5) { nodes { id name status trackingInfo { company number url } } }
} }`;

/** A merchant of the running server. */
export async function merchant(server) {
  const client = new GraphQLClient(server.endpoint, { headers: { 'X-Shopify-Access-Token': server.token } });
  const { productVariants } = await client.request(ARTICLES);
  return {
    send: (document, variables) => client.request(document, variables),
    /** Articles that a location has plenty of. */
    inStock(place) {
      const plenty = (level) => level.location.name === place && level.quantities[0].quantity > 50;
      const found = productVariants.nodes.filter((variant) => variant.inventoryItem.inventoryLevels.nodes.some(plenty));
      assert.ok(found.length >= 3, `${place} has three articles in stock`);
      return found;
    },
    async stock(variant, at, available) {
      const made = await client.request(STOCK, { item: variant.inventoryItem.id, at, available, key: randomUUID() });
      assert.deepEqual(made.inventoryActivate.userErrors, []);
    },
    async onHand(variant, at) {
      const { inventoryItem } = await client.request(COUNTED, { item: variant.inventoryItem.id, at });
      return inventoryItem.inventoryLevel.quantities.find(({ name }) => name === 'on_hand').quantity;
    },
    /** Places an order: variants and how many of each. */
    async order(...lines) {
      const lineItems = lines.map(([variant, quantity]) => ({ variantId: variant.id, quantity }));
      const shippingAddress = { firstName: 'Ada', lastName: 'Byron', address1: 'Torstr. 1', city: 'Berlin', countryCode: 'DE', zip: '10119' };
      const made = await client.request(ORDER, { order: { email: 'buyer@example.com', shippingAddress, lineItems } });
      assert.deepEqual(made.orderCreate.userErrors, []);
      return made.orderCreate.order.id;
    },
    work: async (id) => (await client.request(WORK, { id })).fulfillmentOrder,
  };
}

/** Waits until `look` answers something true, and answers it. */
export async function until(look, what) {
  for (const end = Date.now() + 20_000; Date.now() < end; ) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what} did not come about within 20 s`);
}
