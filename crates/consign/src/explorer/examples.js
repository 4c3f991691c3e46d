// Documents to begin with, in the order in which one meets the things that they are about.

const WORK = "id status requestStatus assignedLocation { name } supportedActions { action }";

export const EXAMPLES = [
  {
    name: "Orders, newest first",
    document: `query Orders($query: String) {
  orders(first: 10, reverse: true, query: $query) {
    nodes {
      id
      name
      displayFinancialStatus
      displayFulfillmentStatus
      totalPriceSet { shopMoney { amount currencyCode } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
    variables: `{
  "query": "fulfillment_status:unfulfilled"
}`,
  },
  {
    name: "One order and its fulfillment orders",
    document: `query Order($query: String!) {
  orders(first: 1, query: $query) {
    nodes {
      name
      fulfillmentOrders(first: 10) {
        nodes {
          ${WORK}
          lineItems(first: 20) { nodes { id sku totalQuantity remainingQuantity } }
        }
      }
      fulfillments { id status trackingInfo { number url } }
    }
  }
}
`,
    variables: `{
  "query": "name:#1001"
}`,
  },
  {
    name: "Work that is open",
    document: `{
  fulfillmentOrders(first: 20, query: "status:open") {
    nodes { ${WORK} orderName }
    pageInfo { hasNextPage endCursor }
  }
}
`,
  },
  {
    name: "Place an order",
    document: `mutation Place($order: OrderCreateOrderInput!) {
  orderCreate(order: $order) {
    order {
      id
      name
      fulfillmentOrders(first: 5) { nodes { ${WORK} } }
    }
    userErrors { field message }
  }
}
`,
    variables: `{
  "order": {
    "email": "ada@example.com",
    "lineItems": [
      { "title": "Sticker", "quantity": 2, "priceSet": { "shopMoney": { "amount": "3.50", "currencyCode": "USD" } } }
    ]
  }
}`,
  },
  {
    name: "Ship a fulfillment order",
    document: `mutation Ship($work: ID!) {
  fulfillmentCreate(
    fulfillment: {
      lineItemsByFulfillmentOrder: [{ fulfillmentOrderId: $work }]
      trackingInfo: { company: "DHL Express", number: "1234567890" }
    }
  ) {
    fulfillment { id status trackingInfo { number url } }
    userErrors { field message }
  }
}
`,
    variables: `{
  "work": "gid://shopify/FulfillmentOrder/1"
}`,
  },
  {
    name: "Hold a fulfillment order",
    document: `mutation Hold($work: ID!) {
  fulfillmentOrderHold(id: $work, fulfillmentHold: { reason: OTHER, reasonNotes: "Call the buyer first" }) {
    fulfillmentHold { id displayReason }
    fulfillmentOrder { status }
    userErrors { field message code }
  }
}
`,
    variables: `{
  "work": "gid://shopify/FulfillmentOrder/1"
}`,
  },
  {
    name: "What a fulfillment service has to do",
    document: `# Choose the key of the fulfillment service above: this is for those who ship for others.
{
  assignedFulfillmentOrders(first: 20, assignmentStatus: FULFILLMENT_REQUESTED) {
    nodes {
      id
      orderName
      merchantRequests(first: 3) { nodes { kind message sentAt } }
      lineItems(first: 20) { nodes { sku remainingQuantity } }
    }
  }
}
`,
  },
  {
    name: "Be told of new orders",
    document: `mutation Listen($uri: String!) {
  webhookSubscriptionCreate(topic: ORDERS_CREATE, webhookSubscription: { uri: $uri, includeFields: ["id", "name"] }) {
    webhookSubscription { id topic uri apiVersion { handle } }
    userErrors { field message }
  }
}
`,
    variables: `{
  "uri": "http://127.0.0.1:3000/hooks"
}`,
  },
];
