//! The mutations of fulfillment orders: how each is asked for work in some state.

use scenarios::cast::Cast;

use crate::recipe::Made;

/// A mutation.
pub struct Mutation {
    /// The root.
    pub root: &'static str,
    /// Its arguments; `{work}`, `{line}`, `{peer}` and `{place}` stand for global ids.
    arguments: &'static str,
    /// Objects of the payload that tell what came of it, as a selection.
    errors: &'static str,
    /// The supported action that announces it, if there is one.
    pub action: Option<&'static str>,
}

const CODED: &str = "userErrors { field message code }";
const PLAIN: &str = "userErrors { field message }";

const fn of(
    root: &'static str,
    arguments: &'static str,
    errors: &'static str,
    action: Option<&'static str>,
) -> Mutation {
    Mutation { root, arguments, errors, action }
}

/// Every mutation whose root begins with `fulfillmentOrder`, and the one that lets units leave.
pub const MUTATIONS: &[Mutation] = &[
    of(
        "fulfillmentCreate",
        "fulfillment: { lineItemsByFulfillmentOrder: [{ fulfillmentOrderId: {work} }] }",
        PLAIN,
        Some("CREATE_FULFILLMENT"),
    ),
    of("fulfillmentOrderSubmitFulfillmentRequest", "id: {work}", PLAIN, Some("REQUEST_FULFILLMENT")),
    of("fulfillmentOrderAcceptFulfillmentRequest", "id: {work}", PLAIN, None),
    of("fulfillmentOrderRejectFulfillmentRequest", "id: {work}", PLAIN, None),
    of("fulfillmentOrderSubmitCancellationRequest", "id: {work}", PLAIN, Some("REQUEST_CANCELLATION")),
    of("fulfillmentOrderAcceptCancellationRequest", "id: {work}", PLAIN, None),
    of("fulfillmentOrderRejectCancellationRequest", "id: {work}", PLAIN, None),
    of("fulfillmentOrderClose", "id: {work}", PLAIN, None),
    of("fulfillmentOrderCancel", "id: {work}", CODED, Some("CANCEL_FULFILLMENT_ORDER")),
    of(
        "fulfillmentOrderHold",
        "id: {work}, fulfillmentHold: { reason: OTHER, handle: \"mine\" }",
        CODED,
        Some("HOLD"),
    ),
    of("fulfillmentOrderReleaseHold", "id: {work}", CODED, Some("RELEASE_HOLD")),
    of("fulfillmentOrderOpen", "id: {work}", PLAIN, Some("MARK_AS_OPEN")),
    of("fulfillmentOrderReportProgress", "id: {work}", CODED, Some("REPORT_PROGRESS")),
    of("fulfillmentOrderReschedule", "id: {work}, fulfillAt: \"2099-01-01T00:00:00Z\"", CODED, None),
    of("fulfillmentOrderMove", "id: {work}, newLocationId: {place}", CODED, Some("MOVE")),
    of("fulfillmentOrdersReroute", "fulfillmentOrderIds: [{work}]", CODED, None),
    of(
        "fulfillmentOrderSplit",
        "fulfillmentOrderSplits: [{ fulfillmentOrderId: {work}, fulfillmentOrderLineItems: [{ id: {line}, quantity: 1 }] }]",
        CODED,
        Some("SPLIT"),
    ),
    of(
        "fulfillmentOrderMerge",
        "fulfillmentOrderMergeInputs: [{ mergeIntents: [{ fulfillmentOrderId: {work} }, { fulfillmentOrderId: {peer} }] }]",
        CODED,
        Some("MERGE"),
    ),
    of(
        "fulfillmentOrdersSetFulfillmentDeadline",
        "fulfillmentOrderIds: [{work}], fulfillmentDeadline: \"2099-01-01T00:00:00Z\"",
        CODED,
        None,
    ),
    of(
        "fulfillmentOrderLineItemsPreparedForPickup",
        "input: { lineItemsByFulfillmentOrder: [{ fulfillmentOrderId: {work} }] }",
        CODED,
        None,
    ),
];

impl Mutation {
    /// The document that asks it.
    pub async fn document(&self, cast: &Cast, made: &Made, place: i64) -> String {
        let gid = |kind: &str, id: i64| format!("\"gid://shopify/{kind}/{id}\"");
        let line = made.line(cast).await;
        let arguments = self
            .arguments
            .replace("{work}", &gid("FulfillmentOrder", made.work.0))
            .replace("{line}", &gid("FulfillmentOrderLineItem", line.0))
            .replace("{peer}", &gid("FulfillmentOrder", made.peer.unwrap_or(made.work).0))
            .replace("{place}", &gid("Location", place));
        format!("mutation {{ {}({arguments}) {{ {} }} }}", self.root, self.errors)
    }
}
