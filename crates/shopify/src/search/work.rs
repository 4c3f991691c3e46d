//! Searches of fulfillment orders.

use domain::fulfillment_order::FulfillmentOrder;
use domain::order::Order;
use engine::query::Column;

use super::cover::Cover;
use super::fact::{numbers, times};
use super::meaning::{self, Meaning};
use super::orders::words;
use super::syntax::{Node, Term};
use super::{Context, Fact, Warning};

const STATUS: &[Meaning] = &[
    ("scheduled", &["scheduled"]),
    ("open", &["open"]),
    ("on_hold", &["on_hold"]),
    ("in_progress", &["in_progress"]),
    ("incomplete", &["incomplete"]),
    ("closed", &["closed"]),
    ("cancelled", &["cancelled"]),
];

/// The tree in terms of [`fact`] and [`cover`].
pub(super) fn resolve(root: &Node, warnings: &mut Vec<Warning>) -> Option<Node> {
    root.resolve(&mut |term| match term.field.as_str() {
        "status" => Some(Node::Is(meaning::stored(term, STATUS, warnings))),
        "" | "id" | "assigned_location_id" | "updated_at" => Some(Node::Is(term.clone())),
        unknown => {
            warnings.push(Warning::field(unknown));
            None
        }
    })
}

/// The tree of a search of held work, which knows other fields: mostly of the order.
pub(super) fn resolve_held(root: &Node, context: &Context, warnings: &mut Vec<Warning>) -> Option<Node> {
    root.resolve(&mut |term| match term.field.as_str() {
        "order_financial_status" => {
            let term = Term { field: "financial_status".to_owned(), ..term.clone() };
            let node = super::orders::resolve(&Node::Is(term), context, warnings)?;
            node.resolve(&mut |term| {
                Some(Node::Is(Term { field: "order_financial_status".to_owned(), ..term.clone() }))
            })
        }
        "" | "order_risk_level" | "shipping_address_coordinates_validated" => Some(Node::Is(term.clone())),
        unknown => {
            warnings.push(Warning::field(unknown));
            None
        }
    })
}

/// What a fulfillment order says about a field.
pub(super) fn fact<'a>(order: &'a Order, work: &FulfillmentOrder, field: &str) -> Fact<'a> {
    match field {
        "id" => Fact::Number(work.id.0),
        "assigned_location_id" => Fact::Number(work.location.0),
        "status" => Fact::Exact(work.stage_name().as_str()),
        "updated_at" => Fact::At(work.updated_at),
        "order_financial_status" => super::orders::fact(order, "financial_status"),
        // Nobody here looks into risks, or for addresses on a map.
        "order_risk_level" | "shipping_address_coordinates_validated" => Fact::AnyOf(Vec::new()),
        _ => Fact::Words(words(order)),
    }
}

/// What the index rows know about a term.
pub(super) fn cover(term: &Term, context: &Context) -> Cover {
    match term.field.as_str() {
        "id" => Cover::between(Column::FulfillmentOrderId, &numbers(term)),
        "assigned_location_id" => Cover::between(Column::LocationId, &numbers(term)),
        "status" => Cover::exact_text(Column::Stage, term),
        "updated_at" => Cover::between(Column::UpdatedAt, &times(term, context)),
        _ => Cover::Within(Vec::new()),
    }
}
