//! Topics: which facts are told under which, and what a program must be allowed to hear them.
//!
//! The topics that can be subscribed to are those that some fact is told under, and a few silent ones. Any other topic
//! is refused when somebody subscribes to it: silence would look like a shop in which nothing happens.

use domain::actor::Permission;
use domain::event::FactKind;

/// Topics of things that this server doesn't have. Published recordings subscribe to them, and programs do so while
/// they set themselves up, where a refusal would end the setup; they are accepted and never told.
const SILENT: [&str; 4] = ["APP_UNINSTALLED", "INVENTORY_ITEMS_DELETE", "PRODUCTS_DELETE", "SHOP_UPDATE"];

/// The topics that a kind of fact is told under.
pub(super) fn of(kind: FactKind) -> &'static [&'static str] {
    match kind {
        FactKind::OrderPlaced => &["ORDERS_CREATE"],
        FactKind::OrderUpdated => &["ORDERS_UPDATED"],
        FactKind::OrderPaid => &["ORDERS_PAID"],
        FactKind::OrderCancelled => &["ORDERS_CANCELLED"],
        FactKind::OrderDeleted => &["ORDERS_DELETE"],
        FactKind::ContactCreated => &["CUSTOMERS_CREATE"],
        FactKind::ContactUpdated => &["CUSTOMERS_UPDATE"],
        FactKind::ContactDeleted => &["CUSTOMERS_DELETE"],
        FactKind::OrderEdited => &["ORDERS_EDITED"],
        FactKind::RefundCreated => &["REFUNDS_CREATE"],
        FactKind::OrderPartlyFulfilled => &["ORDERS_PARTIALLY_FULFILLED"],
        FactKind::OrderFulfilled => &["ORDERS_FULFILLED"],
        FactKind::WorkRouted => &["FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE"],
        FactKind::WorkReady => &["FULFILLMENT_ORDERS_SCHEDULED_FULFILLMENT_ORDER_READY"],
        FactKind::WorkOpened => &["FULFILLMENT_ORDERS_MANUALLY_REPORTED_PROGRESS_STOPPED"],
        FactKind::WorkCancelled => &["FULFILLMENT_ORDERS_CANCELLED"],
        FactKind::ProgressReported => &["FULFILLMENT_ORDERS_PROGRESS_REPORTED"],
        FactKind::WorkRescheduled => &["FULFILLMENT_ORDERS_RESCHEDULED"],
        FactKind::WorkHeld => &["FULFILLMENT_ORDERS_PLACED_ON_HOLD"],
        FactKind::WorkReleased => &["FULFILLMENT_ORDERS_HOLD_RELEASED"],
        FactKind::HoldAdded => &["FULFILLMENT_HOLDS_ADDED"],
        FactKind::HoldReleased => &["FULFILLMENT_HOLDS_RELEASED"],
        FactKind::WorkMoved => &["FULFILLMENT_ORDERS_MOVED"],
        FactKind::WorkSplit => &["FULFILLMENT_ORDERS_SPLIT"],
        FactKind::WorkMerged => &["FULFILLMENT_ORDERS_MERGED"],
        FactKind::RequestSubmitted => &["FULFILLMENT_ORDERS_FULFILLMENT_REQUEST_SUBMITTED"],
        FactKind::RequestAccepted => &["FULFILLMENT_ORDERS_FULFILLMENT_REQUEST_ACCEPTED"],
        FactKind::RequestRejected => &["FULFILLMENT_ORDERS_FULFILLMENT_REQUEST_REJECTED"],
        FactKind::CancellationRequested => &["FULFILLMENT_ORDERS_CANCELLATION_REQUEST_SUBMITTED"],
        FactKind::CancellationAccepted => &["FULFILLMENT_ORDERS_CANCELLATION_REQUEST_ACCEPTED"],
        FactKind::CancellationRejected => &["FULFILLMENT_ORDERS_CANCELLATION_REQUEST_REJECTED"],
        FactKind::GaveUp => &["FULFILLMENT_ORDERS_FULFILLMENT_SERVICE_FAILED_TO_COMPLETE"],
        FactKind::FulfillmentCreated => &["FULFILLMENTS_CREATE"],
        FactKind::FulfillmentUpdated | FactKind::FulfillmentCancelled => &["FULFILLMENTS_UPDATE"],
        // The parcel's way is part of the fulfillment, so that changes too.
        FactKind::DeliveryRecorded => &["FULFILLMENT_EVENTS_CREATE", "FULFILLMENTS_UPDATE"],
        FactKind::DeliveryForgotten => &["FULFILLMENT_EVENTS_DELETE", "FULFILLMENTS_UPDATE"],
        FactKind::LocationCreated => &["LOCATIONS_CREATE"],
        FactKind::LocationUpdated => &["LOCATIONS_UPDATE"],
        FactKind::LocationActivated => &["LOCATIONS_ACTIVATE"],
        FactKind::LocationDeactivated => &["LOCATIONS_DEACTIVATE"],
        FactKind::LocationDeleted => &["LOCATIONS_DELETE"],
        FactKind::ProductCreated => &["PRODUCTS_CREATE"],
        FactKind::ProductSaved => &["PRODUCTS_UPDATE"],
        FactKind::VariantCreated => &["INVENTORY_ITEMS_CREATE"],
        FactKind::VariantUpdated => &["INVENTORY_ITEMS_UPDATE"],
        FactKind::StockChanged | FactKind::StockMoved => &["INVENTORY_LEVELS_UPDATE"],
        FactKind::StockingBegan => &["INVENTORY_LEVELS_CONNECT"],
        FactKind::StockingEnded => &["INVENTORY_LEVELS_DISCONNECT"],
        FactKind::WorkPrepared => &["FULFILLMENT_ORDERS_LINE_ITEMS_PREPARED_FOR_PICKUP"],
        FactKind::DeadlineSet
        | FactKind::Invoice
        | FactKind::Payment
        | FactKind::Return
        // What is sold no more is told as a refund, and as the order that changed.
        | FactKind::UnitsGivenUp
        | FactKind::PlanChanged
        | FactKind::Service
        | FactKind::Access
        | FactKind::PriceSaved
        | FactKind::OrderUnrouted
        | FactKind::OrderAmended
        | FactKind::RefundAmended
        | FactKind::OrderClosed
        | FactKind::OrderReopened
        | FactKind::ContactIdentified
        | FactKind::RecordCreated
        | FactKind::RecordUpdated
        | FactKind::RecordRemoved
        | FactKind::RunStep
        | FactKind::ListenerSaved
        | FactKind::ListenerRemoved
        | FactKind::ServiceSaved
        | FactKind::ServiceDeleted => &[],
    }
}

/// What a topic is about; the first half of its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    FulfillmentOrders,
    FulfillmentHolds,
    Fulfillments,
    FulfillmentEvents,
    Orders,
    Refunds,
    Customers,
    Locations,
    InventoryItems,
    InventoryLevels,
    Products,
}

impl Group {
    const ALL: [Group; 11] = [
        Group::FulfillmentOrders,
        Group::FulfillmentHolds,
        Group::Fulfillments,
        Group::FulfillmentEvents,
        Group::Orders,
        Group::Refunds,
        Group::Customers,
        Group::Locations,
        Group::InventoryItems,
        Group::InventoryLevels,
        Group::Products,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Group::FulfillmentOrders => "FULFILLMENT_ORDERS",
            Group::FulfillmentHolds => "FULFILLMENT_HOLDS",
            Group::Fulfillments => "FULFILLMENTS",
            Group::FulfillmentEvents => "FULFILLMENT_EVENTS",
            Group::Orders => "ORDERS",
            Group::Refunds => "REFUNDS",
            Group::Customers => "CUSTOMERS",
            Group::Locations => "LOCATIONS",
            Group::InventoryItems => "INVENTORY_ITEMS",
            Group::InventoryLevels => "INVENTORY_LEVELS",
            Group::Products => "PRODUCTS",
        }
    }

    /// What a program needs to hear of it at all; any of them will do.
    pub(crate) fn permissions(self) -> &'static [Permission] {
        use Permission::{ReadAssignedWork, ReadFulfillments, ReadMerchantWork, ReadThirdPartyWork};
        match self {
            Group::FulfillmentOrders | Group::FulfillmentHolds => {
                &[ReadMerchantWork, ReadAssignedWork, ReadThirdPartyWork]
            }
            Group::Fulfillments | Group::FulfillmentEvents => {
                &[ReadFulfillments, ReadMerchantWork, ReadAssignedWork, ReadThirdPartyWork]
            }
            Group::Orders | Group::Refunds => &[Permission::ReadOrders],
            Group::Customers => &[Permission::ReadContacts],
            Group::Locations => &[Permission::ReadLocations],
            Group::InventoryItems | Group::InventoryLevels => &[Permission::ReadInventory],
            Group::Products => &[Permission::ReadProducts],
        }
    }
}

/// A topic that is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Topic<'n> {
    /// The schema's name for it.
    name: &'n str,
    pub(crate) group: Group,
}

impl<'n> Topic<'n> {
    /// The topic of that name in the schema; `None` if nothing is ever told under it.
    pub(crate) fn parse(name: &'n str) -> Option<Self> {
        FactKind::ALL.iter().find(|kind| of(**kind).contains(&name))?;
        let within =
            |group: &Group| name.strip_prefix(group.name()).is_some_and(|rest| rest.starts_with('_'));
        Group::ALL.into_iter().find(within).map(|group| Self { name, group })
    }

    /// Whether facts of that kind are told under it.
    pub(crate) fn is_about(&self, kind: FactKind) -> bool {
        of(kind).contains(&self.name)
    }

    /// Its name on the wire, such as `fulfillment_orders/moved`.
    pub(crate) fn path(&self) -> String {
        let group = self.group.name();
        let rest = self.name.get(group.len() + 1..).unwrap_or_default();
        format!("{}/{}", group.to_lowercase(), rest.to_lowercase())
    }
}

/// Whether a topic is accepted although nothing is ever told under it.
pub(crate) fn is_silent(name: &str) -> bool {
    SILENT.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_of_a_fact_is_in_the_schema_and_in_a_group() {
        for kind in FactKind::ALL {
            for name in of(*kind) {
                let line = |end: &str| crate::SCHEMA.contains(&format!("\n  {name}{end}"));
                assert!(line("\n") || line(" @since"), "{name} is not in the schema");
                assert!(Topic::parse(name).is_some_and(|topic| topic.is_about(*kind)), "{name}");
            }
        }
        for name in SILENT {
            assert!(Topic::parse(name).is_none() && is_silent(name));
        }
    }

    #[test]
    fn every_topic_is_in_the_documentation() {
        let page = include_str!("../../../../docs/webhooks.md");
        for name in FactKind::ALL.iter().flat_map(|kind| of(*kind)) {
            let path = Topic::parse(name).unwrap().path();
            assert!(page.contains(&format!("`{path}`")), "{path} is not in docs/webhooks.md");
        }
        for name in SILENT {
            assert!(page.contains(name), "{name} is not in docs/webhooks.md");
        }
    }

    #[test]
    fn a_path_is_a_group_and_a_word() {
        for (name, path) in [
            ("ORDERS_PARTIALLY_FULFILLED", "orders/partially_fulfilled"),
            ("FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE", "fulfillment_orders/order_routing_complete"),
            ("FULFILLMENT_HOLDS_ADDED", "fulfillment_holds/added"),
            ("FULFILLMENTS_CREATE", "fulfillments/create"),
            ("FULFILLMENT_EVENTS_CREATE", "fulfillment_events/create"),
            ("FULFILLMENT_EVENTS_DELETE", "fulfillment_events/delete"),
            ("INVENTORY_LEVELS_UPDATE", "inventory_levels/update"),
        ] {
            assert_eq!(Topic::parse(name).unwrap().path(), path);
        }
        for never in ["PRODUCT_FEEDS_CREATE", "ORDERS_", "orders/create", ""] {
            assert_eq!(Topic::parse(never), None, "{never}");
        }
    }
}
