// What the order desk says to the shop.

const WORK = `id status requestStatus fulfillAt fulfillBy
  assignedLocation { name location { id } }
  supportedActions { action }
  lineItems(first: 50) { nodes { id sku totalQuantity remainingQuantity lineItem { id } } }`;

/** What every mutation says when the shop refuses it. */
const NO = 'userErrors { field message }';

export const LISTEN = `mutation Listen($topic: WebhookSubscriptionTopic!, $uri: String!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: { uri: $uri, format: JSON }) {
    webhookSubscription { id topic }
    ${NO}
  }
}`;

export const AT_LOCATION = `query AtLocation($query: String!, $after: String) {
  fulfillmentOrders(first: 10, after: $after, query: $query) {
    nodes { ${WORK} orderName }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const OF_ORDER = `query OfOrder($id: ID!) {
  order(id: $id) {
    id name displayFulfillmentStatus
    lineItems(first: 50) { nodes { id sku currentQuantity } }
    fulfillmentOrders(first: 50) { nodes { ${WORK} } }
  }
}`;

export const PLACES = `query Places($id: ID!) {
  fulfillmentOrder(id: $id) {
    locationsForMove(first: 20) {
      nodes { movable message location { id name } availableLineItemsCount { count } unavailableLineItemsCount { count } }
    }
  }
}`;

export const MOVE = `mutation Move($id: ID!, $to: ID!, $lines: [FulfillmentOrderLineItemInput!]) {
  fulfillmentOrderMove(id: $id, newLocationId: $to, fulfillmentOrderLineItems: $lines) {
    movedFulfillmentOrder { ${WORK} }
    originalFulfillmentOrder { id status }
    ${NO}
  }
}`;

export const HOLD = `mutation Hold($id: ID!, $hold: FulfillmentOrderHoldInput!) {
  fulfillmentOrderHold(id: $id, fulfillmentHold: $hold) {
    fulfillmentOrder { ${WORK} }
    remainingFulfillmentOrder { id status }
    fulfillmentHold { id reason reasonNotes handle }
    ${NO}
  }
}`;

export const RELEASE = `mutation Release($id: ID!, $holds: [ID!]) {
  fulfillmentOrderReleaseHold(id: $id, holdIds: $holds) { fulfillmentOrder { ${WORK} } ${NO} }
}`;

export const SPLIT = `mutation Split($splits: [FulfillmentOrderSplitInput!]!) {
  fulfillmentOrderSplit(fulfillmentOrderSplits: $splits) {
    fulfillmentOrderSplits { fulfillmentOrder { ${WORK} } remainingFulfillmentOrder { ${WORK} } }
    ${NO}
  }
}`;

export const MERGE = `mutation Merge($merges: [FulfillmentOrderMergeInput!]!) {
  fulfillmentOrderMerge(fulfillmentOrderMergeInputs: $merges) {
    fulfillmentOrderMerges { fulfillmentOrder { ${WORK} } }
    ${NO}
  }
}`;

export const DUE = `mutation Due($ids: [ID!]!, $by: DateTime!) {
  fulfillmentOrdersSetFulfillmentDeadline(fulfillmentOrderIds: $ids, fulfillmentDeadline: $by) { success ${NO} }
}`;

export const RESCHEDULE = `mutation Reschedule($id: ID!, $at: DateTime!) {
  fulfillmentOrderReschedule(id: $id, fulfillAt: $at) { fulfillmentOrder { ${WORK} } ${NO} }
}`;

export const OPEN = `mutation Open($id: ID!) {
  fulfillmentOrderOpen(id: $id) { fulfillmentOrder { ${WORK} } ${NO} }
}`;

export const PROGRESS = `mutation Progress($id: ID!, $notes: String) {
  fulfillmentOrderReportProgress(id: $id, progressReport: { reasonNotes: $notes }) { fulfillmentOrder { ${WORK} } ${NO} }
}`;

export const CALL_OFF = `mutation CallOff($id: ID!) {
  fulfillmentOrderCancel(id: $id) { fulfillmentOrder { id status } replacementFulfillmentOrder { ${WORK} } ${NO} }
}`;

export const REQUEST = `mutation Request($id: ID!, $message: String, $lines: [FulfillmentOrderLineItemInput!]) {
  fulfillmentOrderSubmitFulfillmentRequest(
    id: $id, message: $message, fulfillmentOrderLineItems: $lines, notifyCustomer: false
  ) {
    submittedFulfillmentOrder { ${WORK} }
    unsubmittedFulfillmentOrder { id status requestStatus }
    ${NO}
  }
}`;

export const REQUEST_BACK = `mutation RequestBack($id: ID!, $message: String) {
  fulfillmentOrderSubmitCancellationRequest(id: $id, message: $message) { fulfillmentOrder { id requestStatus } ${NO} }
}`;

export const SHIP = `mutation Ship($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) { fulfillment { id name status } ${NO} }
}`;

export const EDIT_BEGIN = `mutation EditBegin($id: ID!) {
  orderEditBegin(id: $id) { calculatedOrder { id lineItems(first: 50) { nodes { id sku quantity } } } ${NO} }
}`;

export const EDIT_QUANTITY = `mutation EditQuantity($id: ID!, $line: ID!, $quantity: Int!) {
  orderEditSetQuantity(id: $id, lineItemId: $line, quantity: $quantity, restock: true) { calculatedOrder { id } ${NO} }
}`;

export const EDIT_COMMIT = `mutation EditCommit($id: ID!, $note: String) {
  orderEditCommit(id: $id, notifyCustomer: false, staffNote: $note) { order { id } ${NO} }
}`;

export const CANCEL_ORDER = `mutation CancelOrder($id: ID!) {
  orderCancel(orderId: $id, reason: CUSTOMER, restock: true, notifyCustomer: false) {
    job { id done }
    orderCancelUserErrors { field message }
    ${NO}
  }
}`;
