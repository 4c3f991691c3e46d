//! Every route, with the document that says the same in the other API.

use super::member::{Member, by, flag, id, ids, list, number, object, same, word};
use super::route::Route;
use super::{order_input, paging, show};

pub(super) static ROUTES: &[&[Route]] =
    &[ORDERS, REFUNDS, WORK, REQUESTS, FULFILLMENTS, EVENTS, PLACES, SERVICES, SHOP];

const ID: Member = id("id", "FulfillmentOrder");
const OF_WORK: Member = id("fulfillment_order_id", "FulfillmentOrder").named("id");
const ORDER: Member = id("id", "Order");
const LINES: &[Member] = &[id("id", "FulfillmentOrderLineItem"), number("quantity")];

const ORDERS: &[Route] = &[
    Route::get(
        "orders",
        "query($first: Int, $last: Int, $after: String, $before: String, $query: String, $sortKey: OrderSortKeys, \
         $reverse: Boolean) { orders(first: $first, last: $last, after: $after, before: $before, query: $query, \
         sortKey: $sortKey, reverse: $reverse) { nodes { fulfillments { id service { id } } } } }",
        &[
            by("", paging::first).named("first"),
            by("", paging::last).named("last"),
            same("after"),
            same("before"),
            by("", order_input::search).named("query"),
            by("", order_input::sort_key).named("sortKey"),
            by("", order_input::reverse).named("reverse"),
        ],
    ),
    Route::get(
        "orders/count",
        "query($query: String) { count: ordersCount(query: $query, limit: null) { count } }",
        &[by("", order_input::search).named("query")],
    ),
    Route::get(
        "orders/{id}",
        "query($id: ID!) { order(id: $id) { fulfillments { id service { id } } } }",
        &[ORDER],
    ),
    Route::post(
        "orders",
        "mutation($order: OrderCreateOrderInput!, $options: OrderCreateOptionsInput) { orderCreate(order: $order, \
         options: $options) { order { fulfillments { id service { id } } } } }",
        &[by("", order_input::order).named("order"), by("", order_input::options).named("options")],
    )
    .makes(),
    Route::put(
        "orders/{id}",
        "mutation($input: OrderInput!) { orderUpdate(input: $input) { order { fulfillments { id service { id } } } } }",
        &[object("", order_input::UPDATE).named("input")],
    ),
    Route::delete(
        "orders/{id}",
        "mutation($orderId: ID!) { orderDelete(orderId: $orderId) { deletedId } }",
        &[ORDER.named("orderId")],
    ),
    Route::post(
        "orders/{id}/close",
        "mutation($input: OrderCloseInput!) { orderClose(input: $input) { order { fulfillments { id service { id } } } } }",
        &[object("", &[ORDER]).named("input")],
    ),
    Route::post(
        "orders/{id}/open",
        "mutation($input: OrderOpenInput!) { orderOpen(input: $input) { order { fulfillments { id service { id } } } } }",
        &[object("", &[ORDER]).named("input")],
    ),
    Route::post(
        "orders/{id}/cancel",
        "mutation($orderId: ID!, $reason: OrderCancelReason!, $restock: Boolean!, $notifyCustomer: Boolean, \
         $staffNote: String) { orderCancel(orderId: $orderId, reason: $reason, restock: $restock, notifyCustomer: \
         $notifyCustomer, staffNote: $staffNote) { job { id } } }",
        &[
            ORDER.named("orderId"),
            by("", order_input::cancel_reason).named("reason"),
            by("", order_input::restock).named("restock"),
            flag("email").named("notifyCustomer"),
            same("note").named("staffNote"),
        ],
    )
    .shows(show::the_order),
];

/// Asks for what a program must be allowed to see an order, and for what its refunds tell.
const OF_REFUNDS: &str = "query { order(id: \"\") { fulfillments { service { id } } } }";

/// What of an order went back; it is made by calling off and editing.
const REFUNDS: &[Route] = &[
    Route::get("orders/{order_id}/refunds", OF_REFUNDS, &[]).of_order().shows(show::refunds),
    Route::get("orders/{order_id}/refunds/{id}", OF_REFUNDS, &[]).of_order().shows(show::refund),
];

const WORK: &[Route] = &[
    Route::get(
        "orders/{order_id}/fulfillment_orders",
        "query { fulfillment_orders: fulfillmentOrders(first: 1) { nodes { supportedActions { action } } } }",
        &[],
    )
    .of_order(),
    Route::get(
        "fulfillment_orders/{id}",
        "query($id: ID!) { fulfillment_order: fulfillmentOrder(id: $id) { supportedActions { action } } }",
        &[ID],
    ),
    Route::get(
        "assigned_fulfillment_orders",
        "query($first: Int, $last: Int, $after: String, $before: String, $assignmentStatus: \
         FulfillmentOrderAssignmentStatus, $locationIds: [ID!]) { fulfillment_orders: \
         assignedFulfillmentOrders(first: $first, last: $last, after: $after, before: $before, assignmentStatus: \
         $assignmentStatus, locationIds: $locationIds) { nodes { supportedActions { action } } } }",
        &[
            by("", paging::first_of_many).named("first"),
            by("", paging::last).named("last"),
            same("after"),
            same("before"),
            word("assignment_status"),
            ids("location_ids", "Location"),
        ],
    ),
    Route::post(
        "fulfillment_orders/{id}/cancel",
        "mutation($id: ID!) { fulfillmentOrderCancel(id: $id) { fulfillmentOrder { supportedActions { action } } \
         replacementFulfillmentOrder { id } } }",
        &[ID],
    ),
    Route::post(
        "fulfillment_orders/{id}/close",
        "mutation($id: ID!, $message: String) { fulfillmentOrderClose(id: $id, message: $message) { \
         fulfillmentOrder { supportedActions { action } } } }",
        &[ID, same("fulfillment_order.message"), same("message")],
    ),
    Route::post(
        "fulfillment_orders/{id}/move",
        "mutation($id: ID!, $newLocationId: ID!, $fulfillmentOrderLineItems: [FulfillmentOrderLineItemInput!]) { \
         fulfillmentOrderMove(id: $id, newLocationId: $newLocationId, fulfillmentOrderLineItems: \
         $fulfillmentOrderLineItems) { originalFulfillmentOrder { supportedActions { action } } \
         movedFulfillmentOrder { id } remainingFulfillmentOrder { id } } }",
        &[
            ID,
            id("fulfillment_order.new_location_id", "Location"),
            list("fulfillment_order.fulfillment_order_line_items", LINES),
        ],
    ),
    Route::post(
        "fulfillment_orders/{id}/open",
        "mutation($id: ID!) { fulfillmentOrderOpen(id: $id) { fulfillmentOrder { supportedActions { action } } } }",
        &[ID],
    ),
    Route::post(
        "fulfillment_orders/{id}/reschedule",
        "mutation($id: ID!, $fulfillAt: DateTime!) { fulfillmentOrderReschedule(id: $id, fulfillAt: $fulfillAt) { \
         fulfillmentOrder { supportedActions { action } } } }",
        &[
            ID,
            same("fulfillment_order.new_fulfill_at").named("fulfillAt"),
            same("new_fulfill_at").named("fulfillAt"),
        ],
    ),
    Route::post(
        "fulfillment_orders/{id}/hold",
        "mutation($id: ID!, $fulfillmentHold: FulfillmentOrderHoldInput!) { fulfillmentOrderHold(id: $id, \
         fulfillmentHold: $fulfillmentHold) { fulfillmentHold { id } fulfillmentOrder { supportedActions { action } \
         } remainingFulfillmentOrder { id } } }",
        &[
            ID,
            object(
                "fulfillment_hold",
                &[
                    word("reason"),
                    same("reason_notes"),
                    same("handle"),
                    same("external_id"),
                    flag("notify_merchant"),
                    list("fulfillment_order_line_items", LINES),
                ],
            ),
        ],
    ),
    Route::post(
        "fulfillment_orders/{id}/release_hold",
        "mutation($id: ID!, $holdIds: [ID!], $externalId: String) { fulfillmentOrderReleaseHold(id: $id, holdIds: \
         $holdIds, externalId: $externalId) { fulfillmentOrder { supportedActions { action } } } }",
        &[ID, ids("hold_ids", "FulfillmentHold"), same("external_id")],
    ),
    Route::post(
        "fulfillment_orders/set_fulfillment_orders_deadline",
        "mutation($fulfillmentOrderIds: [ID!]!, $fulfillmentDeadline: DateTime!) { \
         fulfillmentOrdersSetFulfillmentDeadline(fulfillmentOrderIds: $fulfillmentOrderIds, fulfillmentDeadline: \
         $fulfillmentDeadline) { success } }",
        &[ids("fulfillment_order_ids", "FulfillmentOrder"), same("fulfillment_deadline")],
    )
    .shows(show::nothing),
    Route::get(
        "fulfillment_orders/{fulfillment_order_id}/locations_for_move",
        "query($id: ID!) { fulfillmentOrder(id: $id) { supportedActions { action } lineItems(first: 1) { nodes { \
         variant { id } } } } }",
        &[OF_WORK],
    )
    .shows(show::locations_for_move),
];

const MESSAGE: Member = same("message");

const REQUESTS: &[Route] = &[
    Route::post(
        "fulfillment_orders/{fulfillment_order_id}/fulfillment_request",
        "mutation($id: ID!, $message: String, $notifyCustomer: Boolean, $fulfillmentOrderLineItems: \
         [FulfillmentOrderLineItemInput!]) { fulfillmentOrderSubmitFulfillmentRequest(id: $id, message: $message, \
         notifyCustomer: $notifyCustomer, fulfillmentOrderLineItems: $fulfillmentOrderLineItems) { \
         originalFulfillmentOrder { supportedActions { action } } submittedFulfillmentOrder { id } \
         unsubmittedFulfillmentOrder { id } } }",
        &[
            OF_WORK,
            MESSAGE,
            same("fulfillment_request.message"),
            flag("fulfillment_request.notify_customer"),
            list("fulfillment_request.fulfillment_order_line_items", LINES),
        ],
    ),
    Route::post(
        "fulfillment_orders/{fulfillment_order_id}/fulfillment_request/accept",
        "mutation($id: ID!, $message: String) { fulfillmentOrderAcceptFulfillmentRequest(id: $id, message: \
         $message) { fulfillmentOrder { supportedActions { action } } } }",
        &[OF_WORK, MESSAGE, same("fulfillment_request.message")],
    ),
    Route::post(
        "fulfillment_orders/{fulfillment_order_id}/fulfillment_request/reject",
        "mutation($id: ID!, $message: String, $reason: FulfillmentOrderRejectionReason, $lineItems: \
         [IncomingRequestLineItemInput!]) { fulfillmentOrderRejectFulfillmentRequest(id: $id, message: $message, \
         reason: $reason, lineItems: $lineItems) { fulfillmentOrder { supportedActions { action } } } }",
        &[
            OF_WORK,
            MESSAGE,
            same("fulfillment_request.message"),
            word("fulfillment_request.reason"),
            list(
                "fulfillment_request.line_items",
                &[id("fulfillment_order_line_item_id", "FulfillmentOrderLineItem"), same("message")],
            ),
        ],
    ),
    Route::post(
        "fulfillment_orders/{fulfillment_order_id}/cancellation_request",
        "mutation($id: ID!, $message: String) { fulfillmentOrderSubmitCancellationRequest(id: $id, message: \
         $message) { fulfillmentOrder { supportedActions { action } } } }",
        &[OF_WORK, MESSAGE, same("cancellation_request.message")],
    ),
    Route::post(
        "fulfillment_orders/{fulfillment_order_id}/cancellation_request/accept",
        "mutation($id: ID!, $message: String) { fulfillmentOrderAcceptCancellationRequest(id: $id, message: \
         $message) { fulfillmentOrder { supportedActions { action } } } }",
        &[OF_WORK, MESSAGE, same("cancellation_request.message")],
    ),
    Route::post(
        "fulfillment_orders/{fulfillment_order_id}/cancellation_request/reject",
        "mutation($id: ID!, $message: String) { fulfillmentOrderRejectCancellationRequest(id: $id, message: \
         $message) { fulfillmentOrder { supportedActions { action } } } }",
        &[OF_WORK, MESSAGE, same("cancellation_request.message")],
    ),
];

const TRACKING: &[Member] = &[same("company"), same("number"), same("numbers"), same("url"), same("urls")];

/// Asks for what a program must be allowed to see one fulfillment, and for all that is shown of one.
const OF_FULFILLMENTS: &str = "query { fulfillment(id: \"\") { order { id } service { id } fulfillmentLineItems(first: 1) { nodes { id } } } }";
const CANCEL: &str =
    "mutation($id: ID!) { fulfillmentCancel(id: $id) { fulfillment { order { id } service { id } } } }";

const FULFILLMENTS: &[Route] = &[
    Route::get("orders/{order_id}/fulfillments", OF_FULFILLMENTS, &[]).of_order().shows(show::fulfillments),
    Route::get("orders/{order_id}/fulfillments/count", OF_FULFILLMENTS, &[])
        .of_order()
        .shows(show::fulfillments_count),
    Route::get("orders/{order_id}/fulfillments/{id}", OF_FULFILLMENTS, &[]).of_order().shows(show::fulfillment),
    Route::get(
        "fulfillment_orders/{fulfillment_order_id}/fulfillments",
        "query($id: ID!) { fulfillmentOrder(id: $id) { fulfillments(first: 1) { nodes { service { id } } } } }",
        &[OF_WORK],
    )
    .shows(show::fulfillments),
    Route::post(
        "fulfillments",
        "mutation($fulfillment: FulfillmentInput!, $message: String) { fulfillmentCreate(fulfillment: \
         $fulfillment, message: $message) { fulfillment { order { id } service { id } } } }",
        &[
            object(
                "fulfillment",
                &[
                    list(
                        "line_items_by_fulfillment_order",
                        &[
                            id("fulfillment_order_id", "FulfillmentOrder"),
                            list("fulfillment_order_line_items", LINES),
                        ],
                    ),
                    flag("notify_customer"),
                    object(
                        "origin_address",
                        &[
                            same("address1"),
                            same("address2"),
                            same("city"),
                            word("country_code"),
                            same("province_code"),
                            same("zip"),
                        ],
                    ),
                    object("tracking_info", TRACKING),
                ],
            ),
            same("fulfillment.message"),
        ],
    )
    .makes(),
    Route::post("fulfillments/{id}/cancel", CANCEL, &[id("id", "Fulfillment")]),
    Route::post("orders/{order_id}/fulfillments/{id}/cancel", CANCEL, &[id("id", "Fulfillment")]),
    Route::post(
        "fulfillments/{id}/update_tracking",
        "mutation($fulfillmentId: ID!, $notifyCustomer: Boolean, $trackingInfoInput: FulfillmentTrackingInput!) { \
         fulfillmentTrackingInfoUpdate(fulfillmentId: $fulfillmentId, notifyCustomer: $notifyCustomer, \
         trackingInfoInput: $trackingInfoInput) { fulfillment { order { id } service { id } } } }",
        &[
            id("id", "Fulfillment").named("fulfillmentId"),
            flag("fulfillment.notify_customer"),
            object("fulfillment.tracking_info", TRACKING).named("trackingInfoInput"),
        ],
    ),
];

const EVENTS: &[Route] = &[
    Route::get("orders/{order_id}/fulfillments/{fulfillment_id}/events", OF_FULFILLMENTS, &[])
        .of_order()
        .shows(show::events),
    Route::get("orders/{order_id}/fulfillments/{fulfillment_id}/events/{id}", OF_FULFILLMENTS, &[])
        .of_order()
        .shows(show::event),
    Route::post(
        "orders/{order_id}/fulfillments/{fulfillment_id}/events",
        "mutation($fulfillmentEvent: FulfillmentEventInput!) { fulfillmentEventCreate(fulfillmentEvent: \
         $fulfillmentEvent) { fulfillmentEvent { id } } }",
        &[by("", show::event_input).named("fulfillmentEvent")],
    )
    .makes(),
    Route::delete(
        "orders/{order_id}/fulfillments/{fulfillment_id}/events/{id}",
        "mutation { fulfillmentEventCreate(fulfillmentEvent: {fulfillmentId: \"\", status: DELIVERED}) { \
         fulfillmentEvent { id } } }",
        &[],
    )
    .does(show::event_to_forget),
];

const PLACES: &[Route] = &[
    Route::get(
        "locations",
        "query { locations(first: 250, includeInactive: true, includeLegacy: true, sortKey: ID) { nodes { id } } }",
        &[],
    ),
    Route::get("locations/count", "query { count: locationsCount { count } }", &[]),
    Route::get("locations/{id}", "query($id: ID!) { location(id: $id) { id } }", &[id("id", "Location")]),
];

const THE_SERVICE: Member = id("id", "FulfillmentService");
const SERVICE: &[Member] = &[
    same("fulfillment_service.name"),
    same("fulfillment_service.callback_url"),
    flag("fulfillment_service.inventory_management"),
    flag("fulfillment_service.requires_shipping_method"),
    flag("fulfillment_service.tracking_support"),
];

const OF_SERVICE: &[Member] = &[THE_SERVICE, SERVICE[0], SERVICE[1], SERVICE[2], SERVICE[3], SERVICE[4]];

/// Services that programs run. A new one has an address to be called at: this API is older than services without.
const SERVICES: &[Route] = &[
    Route::get("fulfillment_services", "query { shop { fulfillmentServices { id } } }", &[])
        .shows(show::services),
    Route::get(
        "fulfillment_services/{id}",
        "query($id: ID!) { fulfillment_service: fulfillmentService(id: $id) { id } }",
        &[THE_SERVICE],
    ),
    Route::post(
        "fulfillment_services",
        "mutation($name: String!, $callbackUrl: URL!, $inventoryManagement: Boolean, $requiresShippingMethod: \
         Boolean, $trackingSupport: Boolean) { fulfillmentServiceCreate(name: $name, callbackUrl: $callbackUrl, \
         inventoryManagement: $inventoryManagement, requiresShippingMethod: $requiresShippingMethod, \
         trackingSupport: $trackingSupport) { fulfillmentService { location { id } } } }",
        SERVICE,
    )
    .makes(),
    Route::put(
        "fulfillment_services/{id}",
        "mutation($id: ID!, $name: String, $callbackUrl: URL, $inventoryManagement: Boolean, \
         $requiresShippingMethod: Boolean, $trackingSupport: Boolean) { fulfillmentServiceUpdate(id: $id, name: \
         $name, callbackUrl: $callbackUrl, inventoryManagement: $inventoryManagement, requiresShippingMethod: \
         $requiresShippingMethod, trackingSupport: $trackingSupport) { fulfillmentService { location { id } } } }",
        OF_SERVICE,
    ),
    Route::delete(
        "fulfillment_services/{id}",
        "mutation($id: ID!, $inventoryAction: FulfillmentServiceDeleteInventoryAction!, $destinationLocationId: \
         ID) { fulfillmentServiceDelete(id: $id, inventoryAction: $inventoryAction, destinationLocationId: \
         $destinationLocationId) { deletedId } }",
        &[
            THE_SERVICE,
            by("", show::leftover).named("inventoryAction"),
            id("destination_location_id", "Location"),
        ],
    ),
];

const LISTENER: &[Member] = &[
    same("address").named("callbackUrl"),
    word("format"),
    same("fields").named("includeFields"),
    same("filter"),
    same("metafield_namespaces"),
];

const SHOP: &[Route] = &[
    Route::get("shop", "query { shop { id } }", &[]),
    Route::get(
        "webhooks",
        "query($callbackUrl: URL, $topics: [WebhookSubscriptionTopic!]) { webhooks: webhookSubscriptions(first: \
         250, callbackUrl: $callbackUrl, topics: $topics, sortKey: ID) { nodes { id } } }",
        &[same("address").named("callbackUrl"), word("topic").named("topics")],
    ),
    Route::get("webhooks/count", "query { count: webhookSubscriptionsCount { count } }", &[]),
    Route::get(
        "webhooks/{id}",
        "query($id: ID!) { webhook: webhookSubscription(id: $id) { id } }",
        &[id("id", "WebhookSubscription")],
    ),
    Route::post(
        "webhooks",
        "mutation($topic: WebhookSubscriptionTopic!, $webhookSubscription: WebhookSubscriptionInput!) { \
         webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhookSubscription) { webhook: \
         webhookSubscription { id } } }",
        &[word("webhook.topic"), object("webhook", LISTENER).named("webhookSubscription")],
    )
    .makes(),
    Route::put(
        "webhooks/{id}",
        "mutation($id: ID!, $webhookSubscription: WebhookSubscriptionInput!) { webhookSubscriptionUpdate(id: $id, \
         webhookSubscription: $webhookSubscription) { webhook: webhookSubscription { id } } }",
        &[id("id", "WebhookSubscription"), object("webhook", LISTENER).named("webhookSubscription")],
    ),
    Route::delete(
        "webhooks/{id}",
        "mutation($id: ID!) { webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId } }",
        &[id("id", "WebhookSubscription")],
    ),
];
