//! Searches of orders: which fields there are, what they mean, and which of them the index rows can answer.

use domain::address::Address;
use domain::fulfillment_order::Delivery;
use domain::money;
use domain::order::Order;
use domain::status;
use engine::query::{Column, Condition};

use super::cover::Cover;
use super::fact::{flag, numbers, times};
use super::meaning::{self, Meaning};
use super::syntax::{Node, Op, Term, Word};
use super::{Context, Fact, Warning};

const STATUS: &[Meaning] = &[
    ("open", &["open"]),
    ("closed", &["closed"]),
    ("cancelled", &["cancelled"]),
    ("not_closed", &["open", "cancelled"]),
    ("any", &["open", "closed", "cancelled"]),
];

const FINANCIAL_STATUS: &[Meaning] = &[
    ("pending", &["pending"]),
    ("authorized", &["authorized"]),
    ("partially_paid", &["partially_paid"]),
    ("paid", &["paid"]),
    ("partially_refunded", &["partially_refunded"]),
    ("refunded", &["refunded"]),
    ("voided", &["voided"]),
    ("expired", &["expired"]),
    ("unpaid", &["authorized", "partially_paid"]),
];

/// `unshipped` is what nothing left of yet; `unfulfilled` is all that something may still leave of.
const FULFILLMENT_STATUS: &[Meaning] = &[
    ("fulfilled", &["fulfilled"]),
    ("shipped", &["fulfilled"]),
    ("partial", &["partially_fulfilled"]),
    ("partially_fulfilled", &["partially_fulfilled"]),
    ("in_progress", &["in_progress"]),
    ("on_hold", &["on_hold"]),
    ("scheduled", &["scheduled"]),
    ("request_declined", &["request_declined"]),
    ("unshipped", &["unfulfilled", "in_progress", "on_hold", "scheduled", "request_declined"]),
    (
        "unfulfilled",
        &["unfulfilled", "partially_fulfilled", "in_progress", "on_hold", "scheduled", "request_declined"],
    ),
];

const DELIVERY_METHOD: &[Meaning] = &[
    ("shipping", &["shipping"]),
    ("none", &["digital"]),
    ("pick-up", &["pickup"]),
    ("pickup-point", &[]),
    ("local", &["local"]),
    ("retail", &[]),
];

/// Nothing ever comes back here.
const RETURN_STATUS: &[Meaning] = &[
    ("no_return", &["no_return"]),
    ("return_requested", &[]),
    ("in_progress", &[]),
    ("returned", &[]),
    ("inspection_complete", &[]),
    ("return_failed", &[]),
];

/// What can be asked for, of which no order here has anything.
const NEVER: &[&str] = &[
    "cart_token",
    "channel_id",
    "chargeback_status",
    "checkout_token",
    "credit_card_last4",
    "fraud_protection_level",
    "payment_id",
    "payment_provider_id",
    "risk_level",
];

/// The tree in terms of [`fact`] and [`cover`].
pub(super) fn resolve(root: &Node, context: &Context, warnings: &mut Vec<Warning>) -> Option<Node> {
    root.resolve(&mut |term| {
        let mut term = term.clone();
        let mut opposite = false;
        match term.field.as_str() {
            "" if names_an_order(&term, context) => term = named("name", term, context),
            "name" if term.op == Op::Is => term = named("name", term, context),
            "name" => term = numbered(term, context),
            "status" => term = meaning::stored(&term, STATUS, warnings),
            "financial_status" => term = meaning::stored(&term, FINANCIAL_STATUS, warnings),
            "fulfillment_status" => term = meaning::stored(&term, FULFILLMENT_STATUS, warnings),
            "tag_not" => {
                term.field = "tag".to_owned();
                opposite = true;
            }
            "fulfillment_location_id" | "reference_location_id" => term.field = "location_id".to_owned(),
            "delivery_method" => term = meaning::stored(&term, DELIVERY_METHOD, warnings),
            "return_status" => term = meaning::stored(&term, RETURN_STATUS, warnings),
            "channel" | "sales_channel" => term.field = "source_name".to_owned(),
            ""
            | "id"
            | "created_at"
            | "processed_at"
            | "updated_at"
            | "email"
            | "test"
            | "tag"
            | "sku"
            | "po_number"
            | "location_id"
            | "source_identifier"
            | "source_name"
            | "customer_id"
            | "discount_code"
            | "confirmation_number"
            | "current_total_price"
            | "gateway"
            | "subtotal_line_items_quantity"
            | "total_weight" => {}
            never if NEVER.contains(&never) => {}
            unknown => {
                warnings.push(Warning::field(unknown));
                return None;
            }
        }
        let node = Node::Is(term);
        Some(if opposite { Node::Not(Box::new(node)) } else { node })
    })
}

/// A bare `#1001` can only be the name of an order, which an index knows.
fn names_an_order(term: &Term, context: &Context) -> bool {
    let prefix = context.order_prefix.as_str();
    let sign = !prefix.is_empty() && !prefix.starts_with(char::is_alphanumeric);
    term.words.iter().all(|word| word.text.starts_with('#') || (sign && word.text.starts_with(prefix)))
}

/// The ways in which a name may be stored, since the index knows it to the letter: with the shop's prefix, with `#`,
/// or without; as it is written, in upper case or in lower case.
fn named(field: &str, term: Term, context: &Context) -> Term {
    let mut words: Vec<Word> = Vec::new();
    for Word { text, prefix } in &term.words {
        for before in ["", "#", &context.order_prefix] {
            for text in [text.clone(), text.to_uppercase(), text.to_lowercase()] {
                let word = Word { text: format!("{before}{text}"), prefix: *prefix };
                if !words.contains(&word) {
                    words.push(word);
                }
            }
        }
    }
    Term { field: field.to_owned(), op: Op::Is, words }
}

/// `name:>=1001` is about running numbers.
fn numbered(mut term: Term, context: &Context) -> Term {
    for word in &mut term.words {
        let bare = word.text.strip_prefix(&context.order_prefix).or_else(|| word.text.strip_prefix('#'));
        word.text = bare.unwrap_or(&word.text).to_owned();
    }
    term.field = "number".to_owned();
    term
}

/// What an order says about a field.
pub(super) fn fact<'a>(order: &'a Order, field: &str) -> Fact<'a> {
    let placed = &order.placed;
    match field {
        "id" => Fact::Number(order.id.0),
        "number" => Fact::Number(order.number),
        "name" => Fact::Exact(&order.name),
        "status" => Fact::Exact(match (&order.cancelled, order.closed_at) {
            (Some(_), _) => "cancelled",
            (None, Some(_)) => "closed",
            (None, None) => "open",
        }),
        "financial_status" => Fact::Exact(status::payment(order).as_str()),
        "fulfillment_status" => Fact::Exact(status::fulfillment(order).as_str()),
        "created_at" => Fact::At(order.created_at),
        "processed_at" => Fact::At(placed.processed_at),
        "updated_at" => Fact::At(order.updated_at),
        "test" => Fact::Flag(placed.test),
        "email" => Fact::Text(placed.email.as_deref()),
        "po_number" => Fact::Text(placed.po_number.as_deref()),
        "source_identifier" => Fact::Text(placed.source_identifier.as_deref()),
        "source_name" => Fact::Text(placed.channel.as_deref()),
        "customer_id" => placed.contact.map_or(Fact::Text(None), |contact| Fact::Number(contact.0)),
        "tag" => any_of(placed.tags.iter().map(String::as_str)),
        "discount_code" => any_of(placed.discounts.iter().map(|discount| discount.code.as_str())),
        "sku" => any_of(order.lines.iter().filter_map(|line| line.article.sku.as_deref())),
        "confirmation_number" => Fact::Made(crate::order::confirmation(order.id.0)),
        "current_total_price" => {
            let total = money::decimal(status::current_totals(order).total, placed.currency);
            Fact::Decimal(total.parse().unwrap_or_default())
        }
        "delivery_method" => {
            let ways = order.fulfillment_orders.iter().map(|work| Fact::Exact(delivery(work.delivery)));
            Fact::AnyOf(ways.collect())
        }
        "gateway" => any_of(placed.transactions.iter().filter_map(|one| one.gateway.as_deref())),
        "return_status" => Fact::Exact("no_return"),
        "subtotal_line_items_quantity" => {
            Fact::Number(order.lines.iter().fold(0, |sum: i64, line| sum.saturating_add(line.quantity)))
        }
        // In grams.
        "total_weight" => {
            let grams = order.lines.iter().map(|line| line.article.grams.saturating_mul(line.quantity));
            Fact::Number(grams.fold(0, i64::saturating_add))
        }
        never if NEVER.contains(&never) => Fact::AnyOf(Vec::new()),
        "location_id" => {
            let places = order.fulfillment_orders.iter().map(|work| Fact::Number(work.location.0));
            Fact::AnyOf(places.collect())
        }
        _ => Fact::Words(words(order)),
    }
}

fn delivery(way: Delivery) -> &'static str {
    match way {
        Delivery::Shipping => "shipping",
        Delivery::Digital => "digital",
        Delivery::Pickup => "pickup",
        Delivery::Local => "local",
    }
}

fn any_of<'a>(texts: impl Iterator<Item = &'a str>) -> Fact<'a> {
    Fact::AnyOf(texts.map(|text| Fact::Text(Some(text))).collect())
}

/// What bare words look at: names, addresses, articles.
pub(super) fn words(order: &Order) -> Vec<&str> {
    let placed = &order.placed;
    let mut all = vec![order.name.as_str()];
    let own = [&placed.email, &placed.phone, &placed.po_number, &placed.source_identifier, &placed.note];
    all.extend(own.into_iter().flatten().map(String::as_str));
    all.extend(placed.tags.iter().map(String::as_str));
    for address in [&placed.shipping_address, &placed.billing_address].into_iter().flatten() {
        let Address { first_name, last_name, company, address1, address2, city, province, .. } = address;
        let lines = [first_name, last_name, company, address1, address2, city, province];
        let codes = [&address.country, &address.zip, &address.phone];
        all.extend(lines.into_iter().chain(codes).flatten().map(String::as_str));
    }
    for article in order.lines.iter().map(|line| &line.article) {
        all.push(&article.title);
        all.extend([&article.variant_title, &article.sku].into_iter().flatten().map(String::as_str));
    }
    all
}

/// What the index rows know about a term.
pub(super) fn cover(term: &Term, context: &Context) -> Cover {
    match term.field.as_str() {
        "id" => Cover::between(Column::OrderId, &numbers(term)),
        "number" => Cover::between(Column::Number, &numbers(term)),
        "created_at" => Cover::between(Column::CreatedAt, &times(term, context)),
        "processed_at" => Cover::between(Column::ProcessedAt, &times(term, context)),
        "updated_at" => Cover::between(Column::UpdatedAt, &times(term, context)),
        "name" => Cover::exact_text(Column::Name, term),
        "status" => Cover::exact_text(Column::State, term),
        "financial_status" => Cover::exact_text(Column::Payment, term),
        "fulfillment_status" => Cover::exact_text(Column::Fulfillment, term),
        "test" => {
            let wanted = term.words.iter().filter_map(flag).map(Into::into).collect();
            Cover::Exactly(vec![Condition::OneOf(Column::Test, wanted)])
        }
        // Databases disagree about the case of letters beyond ASCII; those are left to the residual.
        "email"
            if term.op == Op::Is && term.words.iter().all(|word| word.text.is_ascii() && !word.prefix) =>
        {
            let wanted = term.words.iter().map(|word| word.text.to_ascii_lowercase()).collect();
            Cover::Within(vec![Condition::Alike(Column::Email, wanted)])
        }
        _ => Cover::Within(Vec::new()),
    }
}
