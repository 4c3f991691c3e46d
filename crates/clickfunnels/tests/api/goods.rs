//! What orders need: contacts, prices, and short ways to order and to fulfill.

use domain::address::Address;
use domain::billing::bill::Claim;
use domain::calendar::{Every, Interval};
use domain::command::Command;
use domain::command::billing::BillingCommand;
use domain::contact::{ContactChange, ContactKey, SaveContact, Whom};
use domain::id::{ContactId, PriceId, VariantId};
use domain::money::Currency;
use domain::price::{Cycle, Price, Recurrence, Terms};
use domain::time::Time;
use serde_json::{Value, json};
use testkit::world::{HERE, SHIRT, STICKER};

use crate::bench::Bench;

/// A shirt, once, for 25 dollars.
pub const ONCE: i64 = 501;
/// A sticker, once, for 2 dollars.
pub const ONCE_STICKER: i64 = 502;
/// A sticker every month, for 10 dollars.
pub const MONTHLY: i64 = 503;
/// A sticker every month, for 30 dollars.
pub const DEARER: i64 = 504;

/// Somebody by that e-mail address.
pub async fn contact(bench: &Bench, email: &str) -> i64 {
    let made = bench.create("/workspaces/1/contacts", json!({ "contact": { "email_address": email } })).await;
    made["id"].as_i64().unwrap()
}

/// Gives somebody an address.
pub async fn at_home(bench: &Bench, contact: i64) {
    let some = |text: &str| Some(text.to_owned());
    let home = Address {
        first_name: some("Jane"),
        last_name: some("Doe"),
        phone: some("+1208"),
        address1: some("3443 W Bavaria St"),
        city: some("Eagle"),
        province_code: some("ID"),
        country_code: some("US"),
        zip: some("83616"),
        ..Address::default()
    };
    let whom = Whom::Known(ContactKey::Id(ContactId(contact)));
    let changes = vec![ContactChange::Addresses(vec![home])];
    bench.execute(&Command::SaveContact(Box::new(SaveContact { whom, changes }))).await;
}

/// Makes the prices.
pub async fn prices(bench: &Bench) {
    let monthly = Recurrence::Subscription(Cycle {
        every: Every { count: 1, interval: Interval::Month },
        periods: None,
        trial: None,
    });
    for (id, variant, amount, recurrence) in [
        (ONCE, SHIRT, 2_500, Recurrence::OneTime),
        (ONCE_STICKER, STICKER, 200, Recurrence::OneTime),
        (MONTHLY, STICKER, 1_000, monthly.clone()),
        (DEARER, STICKER, 3_000, monthly),
    ] {
        let price = Price {
            id: PriceId(id),
            variant,
            name: None,
            terms: Terms { amount, currency: Currency::USD, setup: 0, recurrence },
            archived: false,
            details: Default::default(),
            created_at: Time(0),
            updated_at: Time(0),
        };
        bench.execute(&Command::Billing(BillingCommand::SavePrice(Box::new(price)))).await;
    }
}

/// An external order of so many of a variant.
pub async fn order(bench: &Bench, contact: i64, variant: VariantId, price: i64, quantity: i64) -> Value {
    ordered(bench, contact, (variant, price, quantity), json!({})).await
}

/// The same, of which more is said.
pub async fn ordered(
    bench: &Bench,
    contact: i64,
    (variant, price, quantity): (VariantId, i64, i64),
    more: Value,
) -> Value {
    let kind = if price >= MONTHLY { "subscription-order" } else { "one-time-order" };
    let line = json!({ "variant_id": variant.0, "products_price_id": price, "quantity": quantity });
    let mut order = json!({ "order_type": kind, "live_mode": true, "contact_id": contact,
        "line_items_attributes": [line] });
    order.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    bench.create("/workspaces/1/orders", json!({ "order": order })).await
}

/// An invoice of an external order for so many shirts, in that status.
pub async fn invoice(bench: &Bench, order: &Value, quantity: i64, status: Claim) -> Value {
    let (status, paid_at) = match status {
        Claim::Paid => ("paid", json!("2025-07-10T12:00:00Z")),
        Claim::Unpaid => ("unpaid", Value::Null),
        _ => panic!("not used"),
    };
    let line = json!({ "variant_id": SHIRT.0, "products_price_id": ONCE, "quantity": quantity,
        "amount": format!("{}.00", 25 * quantity) });
    let sent = json!({ "external_id": format!("inv-{}", order["id"]), "status": status, "paid_at": paid_at,
        "line_items_attributes": [line] });
    bench.create(&format!("/orders/{}/invoices", order["id"]), json!({ "orders_invoice": sent })).await
}

/// What is sent to have lines of invoices leave.
pub fn leaving(contact: i64, lines: &[(&Value, i64)]) -> Value {
    let line = |(id, quantity): &(&Value, i64)| json!({ "invoices_line_item_id": id, "quantity": quantity });
    let lines: Vec<Value> = lines.iter().map(line).collect();
    json!({ "fulfillment": { "contact_id": contact, "location_id": HERE.0,
        "included_orders_invoices_line_items_attributes": lines } })
}

/// Lines of invoices leave.
pub async fn fulfill(bench: &Bench, contact: i64, lines: &[(&Value, i64)]) -> Value {
    bench.create("/workspaces/1/fulfillments", leaving(contact, lines)).await
}
