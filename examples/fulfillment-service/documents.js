// What the warehouse says to the shop.

export const CREATE_SERVICE = `mutation CreateService($name: String!, $callbackUrl: URL!) {
  fulfillmentServiceCreate(name: $name, callbackUrl: $callbackUrl, trackingSupport: true, inventoryManagement: true) {
    fulfillmentService { id handle serviceName callbackUrl location { id name } }
    userErrors { field message }
  }
}`;

export const SAY_WHERE = `mutation SayWhere($id: ID!, $address: LocationEditAddressInput!) {
  locationEdit(id: $id, input: { address: $address }) {
    location { id address { city countryCode } }
    userErrors { field message }
  }
}`;

export const ASSIGNED = `query Assigned($status: FulfillmentOrderAssignmentStatus!, $after: String) {
  assignedFulfillmentOrders(first: 50, after: $after, assignmentStatus: $status) {
    nodes {
      id status requestStatus orderName fulfillBy
      destination { firstName lastName address1 city zip countryCode phone }
      deliveryMethod { methodType }
      merchantRequests(first: 5) { nodes { kind message sentAt requestOptions } }
      lineItems(first: 50) { nodes { id sku productTitle totalQuantity remainingQuantity } }
    }
    pageInfo { hasNextPage endCursor }
  }
}`;

export const ACCEPT = `mutation Accept($id: ID!, $message: String, $leaves: DateTime) {
  fulfillmentOrderAcceptFulfillmentRequest(id: $id, message: $message, estimatedShippedAt: $leaves) {
    fulfillmentOrder { id status requestStatus }
    userErrors { field message }
  }
}`;

export const REJECT = `mutation Reject(
  $id: ID!, $message: String, $reason: FulfillmentOrderRejectionReason, $lines: [IncomingRequestLineItemInput!]
) {
  fulfillmentOrderRejectFulfillmentRequest(id: $id, message: $message, reason: $reason, lineItems: $lines) {
    fulfillmentOrder { id status requestStatus }
    userErrors { field message }
  }
}`;

export const ACCEPT_CANCELLATION = `mutation AcceptCancellation($id: ID!, $message: String) {
  fulfillmentOrderAcceptCancellationRequest(id: $id, message: $message) {
    fulfillmentOrder { id status requestStatus }
    userErrors { field message }
  }
}`;

export const REJECT_CANCELLATION = `mutation RejectCancellation($id: ID!, $message: String) {
  fulfillmentOrderRejectCancellationRequest(id: $id, message: $message) {
    fulfillmentOrder { id status requestStatus }
    userErrors { field message }
  }
}`;

export const SHIP = `mutation Ship($fulfillment: FulfillmentInput!, $message: String) {
  fulfillmentCreate(fulfillment: $fulfillment, message: $message) {
    fulfillment { id name status trackingInfo { company number url } }
    userErrors { field message }
  }
}`;

export const TRACK = `mutation Track($id: ID!, $info: FulfillmentTrackingInput!, $notify: Boolean) {
  fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $info, notifyCustomer: $notify) {
    fulfillment { id trackingInfo { company number url } }
    userErrors { field message }
  }
}`;

export const GIVE_UP = `mutation GiveUp($id: ID!, $message: String) {
  fulfillmentOrderClose(id: $id, message: $message) {
    fulfillmentOrder { id status requestStatus }
    userErrors { field message }
  }
}`;
