//! Given an event and a listener, what is told. One order with a held work, a parcel on its way, and one of everything
//! else that can happen.

mod edits;
mod every_topic;
mod payloads;
mod published;
mod selection;

use domain::actor::{Actor, App, Permissions};
use domain::contact::Contact;
use domain::event::{Event, Fact, Work};
use domain::fulfillment::Fulfillment;
use domain::fulfillment_order::{Request, StageName};
use domain::hold::{Hold, HoldReason};
use domain::id::{
    AppId, EventId, FulfillmentOrderId, FulfillmentOrderLineId, HoldId, LocationId, OrderId, ProductId,
    ServiceId, VariantId,
};
use domain::listener::Listener;
use domain::location::Location;
use domain::order::Order;
use domain::product::{Product, Variant};
use domain::snapshot::Shop;
use domain::stock::Stock;
use domain::time::{SECOND, Time};
use engine::dialect::{Called, Dialect, Happened, Message, Secrets, Told};
use engine::retry::Schedule;
use serde_json::{Value, json};
use testkit::world::{self, SERVICE};

use super::*;

/// 2025-07-10T16:15:47Z
const AT: Time = Time(1_752_164_147 * SECOND);
/// A minute later stock changed once more.
const LATER: Time = Time(AT.0 + 60 * SECOND);

fn work(id: i64, stage: StageName, request: Request) -> Work {
    Work { id: FulfillmentOrderId(id), stage, request, service: None, location: LocationId(10) }
}

fn hold() -> Hold {
    Hold {
        id: HoldId(9),
        handle: "h".into(),
        reason: HoldReason::FraudRisk,
        notes: Some("call first".into()),
        app: Some(AppId(1)),
        since: AT,
    }
}

const LINES: &[(FulfillmentOrderLineId, i64)] = &[(FulfillmentOrderLineId(3), 4)];

/// An order of two shirts for 12.50 each, one of which left; the rest is held.
fn order() -> Order {
    let address = json!({"first_name": "Ada", "last_name": "L", "city": "Ottawa", "country_code": "CA"});
    let placed = json!({
        "currency": "USD", "processed_at": AT.0, "email": "ada@example.com", "contact": 90, "tags": ["a", "b"],
        "shipping_address": address, "payment_claim": "paid", "attributes": [["gift", "yes"]],
        "shipping_lines": [{"title": "Post", "price": 500}],
        "discounts": [{"code": "TEN", "amount": 250}],
    });
    let article = json!({
        "title": "Shirt", "variant_title": "Blue", "variant": 100, "product": 90, "sku": "S-1",
        "unit_price": 1250, "tracked": true, "requires_shipping": true, "grams": 100, "taxable": true,
        "tax_lines": [{"title": "GST", "rate": "0.05", "amount": 113}],
    });
    let lines = |fulfilled: i64| json!([{"id": 3, "order_line": 40, "invoice_line": 60, "total": 2, "fulfilled": fulfilled}]);
    let held = json!({
        "id": 7, "location": 10, "stage": {"on_hold": {"holds": [hold()]}}, "request": "unsubmitted",
        "delivery": "shipping", "lines": lines(1), "created_at": 0, "updated_at": 0,
    });
    let order = json!({
        "id": 1000, "number": 1001, "name": "#1001", "placed": placed,
        "lines": [{"id": 40, "quantity": 2, "article": article}],
        "invoices": [{"id": 50, "issued_at": 0, "lines": [{"id": 60, "order_line": 40, "quantity": 2}]}],
        "refunds": [{"id": 5, "at": AT.0, "lines": [{"id": 6, "order_line": 40, "quantity": 1, "restock": "yes"}]}],
        "fulfillment_orders": [held], "routing": {}, "created_at": AT.0, "updated_at": AT.0,
    });
    serde_json::from_value(order).unwrap()
}

fn fulfillment() -> Fulfillment {
    let share = json!({
        "id": 80, "order": 1000, "fulfillment_order": 7, "fulfillment_order_line": 3, "order_line": 40,
        "invoice_line": 60, "quantity": 1,
    });
    let event = json!({
        "id": 70, "status": "in_transit", "happened_at": AT.0, "created_at": AT.0, "message": "Left",
        "place": {"city": "Ottawa"}, "position": [45_420_000, -75_690_000],
    });
    let tracking = json!({"company": "UPS", "number": "1Z2", "url": "https://ups.example/1Z2"});
    let fulfillment = json!({
        "id": 20, "name": "#1001-F1", "location": 10, "shares": [share], "trackings": [tracking],
        "events": [event], "created_at": AT.0, "updated_at": AT.0,
    });
    serde_json::from_value(fulfillment).unwrap()
}

/// Whose the order is.
fn contact() -> Contact {
    let address = json!({ "city": "London", "country_code": "GB" });
    let contact = json!({
        "id": 90, "email": "ada@example.com", "first_name": "Ada", "tags": ["vip", "Early"], "marketing": "given",
        "addresses": [address], "created_at": AT.0, "updated_at": AT.0,
    });
    serde_json::from_value(contact).unwrap()
}

fn listener(topic: &str) -> Listener {
    let url = "https://app.example/hook";
    Listener { topic: topic.into(), ..world::listener(5, crate::NAME, url) }
}

fn actor(permissions: Permissions, services: Vec<ServiceId>) -> Actor {
    Actor::App(App { id: AppId(1), permissions, services })
}

fn shop() -> Shop {
    Shop { time_zone: "America/Toronto".into(), ..world::shop() }
}

fn event(facts: Vec<Fact>) -> Event {
    Event { id: EventId(400), at: AT, order: Some(OrderId(1000)), app: Some(AppId(1)), facts }
}

/// What everything is that facts are about.
struct Kept {
    order: Order,
    contact: Contact,
    product: Product,
    variant: Variant,
    location: Location,
}

impl Kept {
    fn sample() -> Self {
        Self {
            order: order(),
            contact: contact(),
            product: world::product(ProductId(9)),
            variant: Variant { product: ProductId(9), ..world::variant(VariantId(100)) },
            location: world::location(LocationId(10), 1),
        }
    }

    fn announced(&self, facts: Vec<Fact>, listener: &Listener, actor: &Actor) -> Vec<Message> {
        let none = Stock::none(self.variant.id, self.location.id);
        let happened = Happened {
            shop: &shop(),
            event: &event(facts),
            order: Some(&self.order),
            fulfillments: &[fulfillment()],
            contacts: std::slice::from_ref(&self.contact),
            products: std::slice::from_ref(&self.product),
            variants: std::slice::from_ref(&self.variant),
            records: &[],
            before: &Default::default(),
            stock: &[Stock { on_hand: 9, committed: 3, updated_at: Some(LATER), ..none }],
            surroundings: &Default::default(),
            locations: std::slice::from_ref(&self.location),
            services: &[world::service()],
        };
        Webhooks.announce(&Told { happened, listener, actor })
    }
}

fn announced(facts: Vec<Fact>, listener: &Listener, actor: &Actor) -> Vec<Message> {
    Kept::sample().announced(facts, listener, actor)
}

/// What a listener that may see everything is told of one fact.
fn told(fact: Fact, topic: &str) -> Value {
    let messages = announced(vec![fact], &listener(topic), &actor(Permissions::all(), Vec::new()));
    let [message] = &messages[..] else { panic!("{topic}: {messages:?}") };
    serde_json::from_str(&message.body).unwrap()
}

#[test]
fn a_message_says_in_its_headers_what_it_is() {
    let facts = vec![Fact::OrderUpdated {}, Fact::OrderPlaced {}];
    let named = Listener {
        name: Some("mine".into()),
        settings: json!({"apiVersion": "2026-04"}),
        ..listener("ORDERS_CREATE")
    };
    let all = actor(Permissions::all(), Vec::new());
    let messages = announced(facts.clone(), &named, &all);
    let [message] = &messages[..] else { panic!("{messages:?}") };
    assert_eq!(
        (message.part, &*message.topic, &*message.url),
        (1, "orders/create", "https://app.example/hook")
    );
    let header = |of: &Message, name: &str| {
        of.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    };
    for (name, value) in [
        ("Content-Type", "application/json"),
        ("X-Shopify-Topic", "orders/create"),
        ("X-Shopify-Shop-Domain", "shop.example"),
        ("X-Shopify-API-Version", "2026-04"),
        ("X-Shopify-Triggered-At", "2025-07-10T16:15:47.000000Z"),
        ("X-Shopify-Name", "mine"),
    ] {
        assert_eq!(header(message, name).as_deref(), Some(value), "{name}");
    }
    let other = &announced(facts.clone(), &listener("ORDERS_UPDATED"), &all)[0];
    let of = |name| (header(message, name), header(other, name));
    let (first, second) = of("X-Shopify-Webhook-Id");
    assert!(first.as_ref().is_some_and(|id| id.len() == 36) && first != second);
    let (first, second) = of("X-Shopify-Event-Id");
    assert!(first.is_some() && first == second, "one event");
    assert_eq!(header(other, "X-Shopify-Name"), None);
    assert_eq!(announced(facts, &named, &all), messages, "the same again");
}

#[test]
fn a_signature_is_the_hmac_of_the_body() {
    // RFC 4231, test case 2.
    let signed = Webhooks.sign(Secrets::only("Jefe"), "what do ya want for nothing?", Time(0));
    let value = "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=";
    assert_eq!(signed, [("X-Shopify-Hmac-Sha256".to_owned(), value.to_owned())]);
    assert_eq!(Webhooks.schedule(&shop(), None), Schedule::STANDARD);
    // The original's way: eight more attempts within four hours.
    let brief = Shop { when_unheard: WhenUnheard::Remove, ..shop() };
    let waits = (1..).map_while(|attempt| Webhooks.schedule(&brief, None).next_attempt(attempt, 0.999));
    let waits: Vec<Duration> = waits.collect();
    assert_eq!(waits.len(), 8);
    let hours = waits.iter().sum::<Duration>().as_secs_f64() / 3600.0;
    assert!((3.5..4.0).contains(&hours), "{hours}");
}

#[test]
fn nobody_is_told_of_what_they_may_not_see() {
    let at_service = Work { service: Some(SERVICE), ..work(7, StageName::Open, Request::Unsubmitted) };
    let routed = Fact::WorkRouted { work: at_service };
    let topic = "FULFILLMENT_ORDERS_ORDER_ROUTING_COMPLETE";
    for (permissions, services, fact, topic, hears) in [
        ("read_assigned_fulfillment_orders", vec![SERVICE], routed.clone(), topic, true),
        ("read_assigned_fulfillment_orders", vec![], routed.clone(), topic, false),
        ("read_third_party_fulfillment_orders", vec![], routed.clone(), topic, true),
        ("read_merchant_managed_fulfillment_orders,read_orders", vec![], routed, topic, false),
        ("read_orders", vec![], Fact::OrderPlaced {}, "ORDERS_CREATE", true),
        ("read_fulfillments", vec![], Fact::OrderPlaced {}, "ORDERS_CREATE", false),
        ("read_fulfillments", vec![], created(), "FULFILLMENTS_CREATE", true),
        ("read_merchant_managed_fulfillment_orders", vec![], created(), "FULFILLMENTS_CREATE", true),
        ("read_assigned_fulfillment_orders", vec![SERVICE], created(), "FULFILLMENTS_CREATE", false),
    ] {
        let who = actor(Permissions::parse(permissions).unwrap(), services.clone());
        let messages = announced(vec![fact], &listener(topic), &who);
        assert_eq!(!messages.is_empty(), hears, "{permissions} {services:?} {topic}");
    }
}

fn created() -> Fact {
    Fact::FulfillmentCreated { fulfillment: fulfillment().id }
}

#[test]
fn a_service_gets_one_ping_for_each_kind_of_request() {
    let at = |service| Work { service: Some(service), ..work(7, StageName::Open, Request::Submitted) };
    let asked = |service| Fact::RequestSubmitted {
        original: at(service),
        work: at(service),
        message: None,
        request: domain::id::RequestId(1),
    };
    let stop =
        Fact::CancellationRequested { work: at(SERVICE), message: None, request: domain::id::RequestId(2) };
    let event = event(vec![asked(ServiceId(31)), asked(SERVICE), asked(SERVICE), stop]);
    let mut service = world::service();
    assert!(Webhooks.call_service(&Called { shop: &shop(), event: &event, service: &service }).is_empty());
    service.callback_url = Some("https://3pl.example/cb/".into());
    let calls = Webhooks.call_service(&Called { shop: &shop(), event: &event, service: &service });
    let said: Vec<_> = calls.iter().map(|call| (call.part, &*call.body)).collect();
    let pings = [(1, "{\"kind\":\"FULFILLMENT_REQUEST\"}"), (3, "{\"kind\":\"CANCELLATION_REQUEST\"}")];
    assert_eq!(said, pings);
    assert_eq!(calls[0].url, "https://3pl.example/cb/fulfillment_order_notification");
}
