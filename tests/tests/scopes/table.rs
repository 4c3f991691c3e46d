//! What every root asks for, and what it is about: the one table that the matrix is checked against. A root that the
//! schema has and this table hasn't makes the test fail.

/// What a root is about, which decides who is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Nothing in particular: whoever has a scope is answered.
    Nothing,
    /// A fulfillment order: whoever may see it, or for mutations change it.
    Work,
    /// The same, but those who may not change it are told so.
    WorkOpenly,
    /// A fulfillment: whoever may see where it left, or orders.
    Parcel,
    /// A fulfillment: whoever may see where it left.
    ParcelOfWork,
    /// Something that every program of the shop sees alike.
    OfShop,
}

/// A row of the table.
pub struct Row {
    /// The root.
    pub root: &'static str,
    /// The scopes that it asks for; any of them will do, none if empty.
    pub needs: &'static [&'static str],
    /// What it is about.
    pub about: About,
    /// Its arguments; `{work}`, `{parcel}`, `{order}` and `{place}` stand for ids. Empty: whatever the schema requires.
    pub arguments: &'static str,
}

const fn row(
    root: &'static str,
    needs: &'static [&'static str],
    about: About,
    arguments: &'static str,
) -> Row {
    Row { root, needs, about, arguments }
}

const WORK: &[&str] = &[
    "read_assigned_fulfillment_orders",
    "read_merchant_managed_fulfillment_orders",
    "read_third_party_fulfillment_orders",
    "read_marketplace_fulfillment_orders",
];
const WORK_OR_ORDERS: &[&str] = &[
    "read_orders",
    "read_marketplace_orders",
    "read_assigned_fulfillment_orders",
    "read_merchant_managed_fulfillment_orders",
    "read_third_party_fulfillment_orders",
    "read_marketplace_fulfillment_orders",
];
const ORDERS: &[&str] = &["read_orders"];
const ALL_ORDERS: &[&str] = &["read_orders", "read_marketplace_orders"];
const WRITE_ORDERS: &[&str] = &["write_orders"];
const SERVED: &[&str] = &["write_assigned_fulfillment_orders"];
const MERCHANTS: &[&str] =
    &["write_merchant_managed_fulfillment_orders", "write_third_party_fulfillment_orders"];
const THIRD_PARTY: &[&str] = &["write_third_party_fulfillment_orders"];
const ANY_WORK: &[&str] = &[
    "write_assigned_fulfillment_orders",
    "write_merchant_managed_fulfillment_orders",
    "write_third_party_fulfillment_orders",
];
const WITH_MARKETPLACE: &[&str] = &[
    "write_merchant_managed_fulfillment_orders",
    "write_third_party_fulfillment_orders",
    "write_marketplace_fulfillment_orders",
];
const SERVICES: &[&str] = &["write_fulfillments"];
const PLACES: &[&str] = &["read_locations"];
const WRITE_PLACES: &[&str] = &["write_locations"];
const STOCK: &[&str] = &["read_inventory"];
const WRITE_STOCK: &[&str] = &["write_inventory"];
const ARTICLES: &[&str] = &["read_products"];
const ITEMS: &[&str] = &["read_inventory", "read_products"];
const EDITS: &[&str] = &["write_order_edits"];
const RULES: &[&str] = &["read_fulfillment_constraint_rules"];
const WRITE_RULES: &[&str] = &["write_fulfillment_constraint_rules"];
const NONE: &[&str] = &[];

/// The queries.
pub static QUERIES: &[Row] = &[
    row("app", NONE, About::Nothing, ""),
    row("assignedFulfillmentOrders", &["read_assigned_fulfillment_orders"], About::Nothing, "first: 1"),
    row("currentAppInstallation", NONE, About::Nothing, ""),
    row("fulfillment", WORK_OR_ORDERS, About::Parcel, "id: {parcel}"),
    row("fulfillmentConstraintRules", RULES, About::Nothing, ""),
    row("fulfillmentOrder", WORK, About::Work, "id: {work}"),
    row("fulfillmentOrders", WORK, About::Nothing, "first: 1"),
    row("fulfillmentService", &["read_fulfillments"], About::Nothing, ""),
    row("inventoryItem", ITEMS, About::Nothing, ""),
    row("inventoryItems", ITEMS, About::Nothing, "first: 1"),
    row("inventoryLevel", STOCK, About::Nothing, ""),
    row("job", NONE, About::Nothing, ""),
    row("location", PLACES, About::OfShop, "id: {place}"),
    row("locationByIdentifier", PLACES, About::OfShop, "identifier: { id: {place} }"),
    row("locations", PLACES, About::Nothing, "first: 1"),
    row("locationsAvailableForDeliveryProfilesConnection", PLACES, About::Nothing, "first: 1"),
    row("locationsCount", PLACES, About::Nothing, ""),
    row("manualHoldsFulfillmentOrders", ORDERS, About::Nothing, "first: 1"),
    row("node", NONE, About::Work, "id: {work}"),
    row("nodes", NONE, About::Nothing, "ids: [{work}]"),
    row("order", ORDERS, About::OfShop, "id: {order}"),
    row("orderByIdentifier", ALL_ORDERS, About::OfShop, "identifier: { id: {order} }"),
    row("orders", ORDERS, About::Nothing, "first: 1"),
    row("ordersCount", ALL_ORDERS, About::Nothing, ""),
    row("productVariant", ARTICLES, About::Nothing, ""),
    row("productVariants", ARTICLES, About::Nothing, "first: 1"),
    row("publicApiVersions", NONE, About::Nothing, ""),
    row("shop", NONE, About::Nothing, ""),
    row("webhookSubscription", NONE, About::Nothing, ""),
    row("webhookSubscriptions", NONE, About::Nothing, "first: 1"),
    row("webhookSubscriptionsCount", NONE, About::Nothing, ""),
];

/// The mutations. They are asked for what is done already, so that none changes what the next one finds.
pub static MUTATIONS: &[Row] = &[
    row("fulfillmentCancel", ANY_WORK, About::Nothing, "id: \"gid://shopify/Fulfillment/999999999999\""),
    row("fulfillmentConstraintRuleCreate", WRITE_RULES, About::Nothing, "deliveryMethodTypes: []"),
    row("fulfillmentConstraintRuleDelete", WRITE_RULES, About::Nothing, ""),
    row("fulfillmentConstraintRuleUpdate", WRITE_RULES, About::Nothing, ""),
    row(
        "fulfillmentCreate",
        ANY_WORK,
        About::WorkOpenly,
        "fulfillment: { lineItemsByFulfillmentOrder: [{ fulfillmentOrderId: {work} }] }",
    ),
    row(
        "fulfillmentCreateV2",
        ANY_WORK,
        About::WorkOpenly,
        "fulfillment: { lineItemsByFulfillmentOrder: [{ fulfillmentOrderId: {work} }] }",
    ),
    row("fulfillmentEventCreate", SERVICES, About::Nothing, ""),
    row("fulfillmentOrderAcceptCancellationRequest", SERVED, About::Work, "id: {work}"),
    row("fulfillmentOrderAcceptFulfillmentRequest", SERVED, About::Work, "id: {work}"),
    row("fulfillmentOrderCancel", MERCHANTS, About::Work, "id: {work}"),
    row("fulfillmentOrderClose", SERVED, About::Work, "id: {work}"),
    row("fulfillmentOrderHold", MERCHANTS, About::Work, "id: {work}, fulfillmentHold: { reason: OTHER }"),
    row(
        "fulfillmentOrderLineItemsPreparedForPickup",
        &["write_merchant_managed_fulfillment_orders"],
        About::Nothing,
        "input: { lineItemsByFulfillmentOrder: [{ fulfillmentOrderId: {work} }] }",
    ),
    row(
        "fulfillmentOrderMerge",
        MERCHANTS,
        About::Work,
        "fulfillmentOrderMergeInputs: [{ mergeIntents: [{ fulfillmentOrderId: {work} }, { fulfillmentOrderId: {work} }] }]",
    ),
    row(
        "fulfillmentOrderMove",
        MERCHANTS,
        About::Work,
        "id: {work}, newLocationId: \"gid://shopify/Location/999999999999\"",
    ),
    row("fulfillmentOrderOpen", MERCHANTS, About::Work, "id: {work}"),
    row("fulfillmentOrderRejectCancellationRequest", SERVED, About::Work, "id: {work}"),
    row("fulfillmentOrderRejectFulfillmentRequest", SERVED, About::Work, "id: {work}"),
    row("fulfillmentOrderReleaseHold", WITH_MARKETPLACE, About::Work, "id: {work}"),
    row(
        "fulfillmentOrderReportProgress",
        &["write_merchant_managed_fulfillment_orders", "write_assigned_fulfillment_orders"],
        About::Work,
        "id: {work}",
    ),
    row(
        "fulfillmentOrderReschedule",
        MERCHANTS,
        About::Work,
        "id: {work}, fulfillAt: \"2099-01-01T00:00:00Z\"",
    ),
    row(
        "fulfillmentOrderSplit",
        MERCHANTS,
        About::Work,
        "fulfillmentOrderSplits: [{ fulfillmentOrderId: {work}, fulfillmentOrderLineItems: [{ id: \"gid://shopify/FulfillmentOrderLineItem/999999999999\", quantity: 1 }] }]",
    ),
    row("fulfillmentOrderSubmitCancellationRequest", THIRD_PARTY, About::Work, "id: {work}"),
    row("fulfillmentOrderSubmitFulfillmentRequest", THIRD_PARTY, About::Work, "id: {work}"),
    row("fulfillmentOrdersReroute", ANY_WORK, About::Work, "fulfillmentOrderIds: [{work}]"),
    row(
        "fulfillmentOrdersSetFulfillmentDeadline",
        WITH_MARKETPLACE,
        About::Work,
        "fulfillmentOrderIds: [{work}], fulfillmentDeadline: \"2099-01-01T00:00:00Z\"",
    ),
    row("fulfillmentServiceCreate", SERVICES, About::Nothing, "name: \"\""),
    row("fulfillmentServiceDelete", SERVICES, About::Nothing, ""),
    row("fulfillmentServiceUpdate", SERVICES, About::Nothing, ""),
    row(
        "fulfillmentTrackingInfoUpdate",
        ANY_WORK,
        About::ParcelOfWork,
        "fulfillmentId: {parcel}, trackingInfoInput: {}",
    ),
    row(
        "fulfillmentTrackingInfoUpdateV2",
        ANY_WORK,
        About::ParcelOfWork,
        "fulfillmentId: {parcel}, trackingInfoInput: {}",
    ),
    row("inventoryActivate", WRITE_STOCK, About::Nothing, ""),
    row("inventoryAdjustQuantities", WRITE_STOCK, About::Nothing, ""),
    row("inventoryBulkToggleActivation", WRITE_STOCK, About::Nothing, ""),
    row("inventoryDeactivate", WRITE_STOCK, About::Nothing, ""),
    row("inventoryItemUpdate", WRITE_STOCK, About::Nothing, ""),
    row("inventoryMoveQuantities", WRITE_STOCK, About::Nothing, ""),
    row("inventorySetOnHandQuantities", WRITE_STOCK, About::Nothing, ""),
    row("inventorySetQuantities", WRITE_STOCK, About::Nothing, ""),
    row("locationActivate", WRITE_PLACES, About::Nothing, ""),
    row("locationAdd", WRITE_PLACES, About::Nothing, "input: { name: \"\", address: { countryCode: CA } }"),
    row("locationDeactivate", WRITE_PLACES, About::Nothing, ""),
    row("locationDelete", WRITE_PLACES, About::Nothing, ""),
    row("locationEdit", &["write_locations", "write_fulfillments"], About::Nothing, ""),
    row("orderCancel", WRITE_ORDERS, About::OfShop, "orderId: {order}, reason: OTHER, restock: true"),
    row("orderClose", WRITE_ORDERS, About::Nothing, ""),
    row("orderCreate", WRITE_ORDERS, About::Nothing, "order: { lineItems: [] }"),
    row("orderDelete", WRITE_ORDERS, About::Nothing, ""),
    row("orderEditAddCustomItem", EDITS, About::Nothing, ""),
    row("orderEditAddVariant", EDITS, About::Nothing, ""),
    row("orderEditBegin", EDITS, About::Nothing, ""),
    row("orderEditCommit", EDITS, About::Nothing, ""),
    row("orderEditSetQuantity", EDITS, About::Nothing, ""),
    row("orderMarkAsPaid", WRITE_ORDERS, About::Nothing, ""),
    row("orderOpen", WRITE_ORDERS, About::Nothing, ""),
    row("orderUpdate", WRITE_ORDERS, About::Nothing, ""),
    row("tagsAdd", WRITE_ORDERS, About::Nothing, ""),
    row("tagsRemove", WRITE_ORDERS, About::Nothing, ""),
    row(
        "webhookSubscriptionCreate",
        NONE,
        About::Nothing,
        "topic: ORDERS_CREATE, webhookSubscription: { uri: \"http://no\" }",
    ),
    row("webhookSubscriptionDelete", NONE, About::Nothing, ""),
    row("webhookSubscriptionUpdate", NONE, About::Nothing, ""),
];
