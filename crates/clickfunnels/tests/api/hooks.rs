//! Endpoints and what they are told: real receivers, every signature verified.

use std::time::Duration;

use domain::actor::Permissions;
use domain::billing::bill::Claim;
use domain::command::Command;
use domain::command::billing::PaymentOutcome;
use domain::id::RecordId;
use domain::record::{Record, RecordKind};
use domain::time::{SECOND, Time};
use engine::outside::address::AllowPrivate;
use engine::outside::url::AllowHttp;
use engine::outside::{Outside, Policy};
use engine::workers::Workers;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use testkit::database::Database;
use testkit::receiver::{Answer, Receiver, Request};
use testkit::world::{SHIRT, STICKER};

use crate::bench::{Bench, TOKEN, bench_on};
use crate::goods::{self, DEARER, MONTHLY, ONCE};
use crate::subscriptions;

const ENDPOINTS: &str = "/workspaces/1/webhooks/outgoing/endpoints";
const EVENTS: &str = "/workspaces/1/webhooks/outgoing/events";

testkit::on_both! { furnished:
    an_endpoint_is_made_shown_changed_and_removed
    a_purchase_is_told_once_to_every_endpoint_that_asked
    what_is_told_is_what_a_request_shows
    goods_and_courses_are_told_too
    what_becomes_of_people_is_told_once
    it_is_tried_again_as_promised_and_then_dropped
    nobody_is_told_what_the_key_may_not_see
}

fn nearby() -> Policy {
    Policy {
        allow_private: AllowPrivate::Loopback,
        allow_http: AllowHttp::Loopback,
        total_timeout: Duration::from_secs(20),
        ..Policy::default()
    }
}

async fn furnished(database: Database) -> Bench {
    let bench = bench_on(database).await;
    bench.engine.calls_by(nearby());
    goods::prices(&bench).await;
    bench
}

fn workers() -> Workers {
    Workers {
        dialects: vec![clickfunnels::dialect()],
        gateways: Vec::new(),
        outside: Outside::new(nearby()).unwrap(),
        post: engine::mail::Post::Nowhere,
        calls_at_once: 8,
        inquire_every: Duration::from_secs(3600),
        events_days: 30,
        keys_days: 7,
    }
}

/// Lets everything that is due be told.
async fn tell(bench: &Bench) {
    while bench.engine.work_off(&workers()).await.unwrap() > 0 {}
}

fn endpoint(url: &str, event_types: &[&str]) -> Value {
    json!({ "webhooks_outgoing_endpoint": { "name": "Mine", "url": url, "event_type_ids": event_types } })
}

/// An endpoint at the receiver, and its secret.
async fn listening(bench: &Bench, receiver: &Receiver, event_types: &[&str]) -> String {
    let made = bench.create(ENDPOINTS, endpoint(&format!("{}/hook", receiver.url()), event_types)).await;
    tell(bench).await;
    made["webhook_secret"].as_str().unwrap().to_owned()
}

/// Whether a receiver that checks signatures takes a message for one of whoever has that secret.
fn signed(request: &Request, secret: &str) -> bool {
    let timestamp = request.header("X-Webhook-ClickFunnels-Timestamp").unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(&[timestamp.as_bytes(), b".", &request.body].concat());
    let digits: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    request.header("X-Webhook-ClickFunnels-Signature") == Some(&*digits)
}

fn types(receiver: &Receiver) -> Vec<String> {
    let of = |request: &Request| request.json()["event_type"].as_str().unwrap().to_owned();
    receiver.requests().iter().map(of).collect()
}

async fn an_endpoint_is_made_shown_changed_and_removed(bench: Bench) {
    let sent = json!({ "webhooks_outgoing_endpoint": {
        "name": "Mine", "url": "https://app.example/hook", "event_type_ids": ["order.created", "contact.created"],
        "page_ids": [7], "funnel_ids": null,
    } });
    let made = bench.create(ENDPOINTS, sent.clone()).await;
    let secret = made["webhook_secret"].as_str().unwrap();
    assert!(secret.len() == 64 && secret.bytes().all(|byte| byte.is_ascii_hexdigit()), "{secret}");
    let member = format!("/webhooks/outgoing/endpoints/{}", made["id"]);
    let shown = bench.get(&member).await;
    assert_eq!(shown["webhook_secret"], Value::Null, "shown once");
    assert_eq!((&shown["api_version"], &shown["page_ids"]), (&json!(2), &json!([7])));
    assert_eq!(shown["funnel_ids"], json!([]));
    // Another one like it has another secret, so the two can be told apart.
    let other = bench.create(ENDPOINTS, sent).await;
    assert_ne!(other["webhook_secret"], made["webhook_secret"]);
    assert_eq!(bench.get(&format!("{ENDPOINTS}?after={}", made["id"])).await[0]["id"], other["id"]);
    let change = json!({ "webhooks_outgoing_endpoint": { "event_type_ids": ["order.updated"] } });
    let changed = bench.change(&member, change).await;
    assert_eq!(changed["event_type_ids"], json!(["order.updated"]));
    assert_eq!((&changed["url"], &changed["name"]), (&shown["url"], &shown["name"]));
    bench.remove(&member).await;
    assert_eq!(bench.refused("GET", &member, Value::Null).await.0, 404);

    let refused = async |sent: Value| bench.refused("POST", ENDPOINTS, sent).await;
    let address = "https://app.example/hook";
    assert_eq!(
        refused(endpoint(address, &[])).await.1,
        "Request unprocessable: Event type ids can't be blank"
    );
    assert_eq!(refused(endpoint(address, &["order.eaten"])).await.0, 422);
    assert_eq!(refused(endpoint("ftp://app.example", &["order.created"])).await.0, 422);
    assert_eq!(refused(endpoint("https://10.0.0.1/", &["order.created"])).await.0, 422);
    assert_eq!(refused(json!({})).await.0, 400);

    let all = bench.get("/webhooks/outgoing/event_types").await;
    assert_eq!(all.as_array().unwrap().len(), 84);
    let paid = all.as_array().unwrap().iter().find(|one| one["id"] == "orders/invoice.paid").unwrap();
    assert_eq!(paid["topic"], "orders/invoice");
}

const PURCHASE: &[&str] = &[
    "order.created",
    "order.updated",
    "order.completed",
    "one-time-order.completed",
    "orders/invoice.created",
    "orders/invoice.paid",
    "one-time-order.invoice.paid",
    "subscription.invoice.paid",
    "fulfillment.created",
    "orders/invoice.fulfilled",
];

async fn a_purchase_is_told_once_to_every_endpoint_that_asked(bench: Bench) {
    let (first, second) = (Receiver::start().await, Receiver::start().await);
    let secret = listening(&bench, &first, PURCHASE).await;
    let other = listening(&bench, &second, &["orders/invoice.paid"]).await;
    let contact = goods::contact(&bench, "ada@example.com").await;
    let order = goods::order(&bench, contact, SHIRT, ONCE, 2).await;
    let invoice = goods::invoice(&bench, &order, 2, Claim::Paid).await;
    goods::fulfill(&bench, contact, &[(&invoice["line_items"][0]["id"], 2)]).await;
    tell(&bench).await;
    let mut told = types(&first);
    told.retain(|event_type| event_type != "order.updated");
    told.sort();
    let mut wanted: Vec<&str> = PURCHASE.to_vec();
    wanted.retain(|event_type| !["order.updated", "subscription.invoice.paid"].contains(event_type));
    wanted.sort_unstable();
    assert_eq!(told, wanted, "each once");
    assert_eq!(types(&second), ["orders/invoice.paid"]);
    assert!(first.requests().iter().all(|request| signed(request, &secret) && !signed(request, &other)));
    assert!(second.requests().iter().all(|request| signed(request, &other)));

    let message = second.requests()[0].json();
    assert_eq!(
        (&message["subject_id"], &message["subject_type"]),
        (&invoice["id"], &json!("Orders::Invoice"))
    );
    assert_eq!((&message["workspace_id"], &message["api_version"]), (&json!(1), &json!(2)));
    assert_eq!((&message["page_id"], &message["funnel_id"]), (&Value::Null, &Value::Null));
    assert_eq!(message["created_at"], "2025-07-10T16:15:47.000Z");

    // The log has every message once, whoever heard it.
    let log = bench.get(&format!("{EVENTS}?sort_order=desc")).await;
    let log = log.as_array().unwrap();
    let paid: Vec<&Value> = log.iter().filter(|one| one["event_type_id"] == "orders/invoice.paid").collect();
    let [paid] = paid[..] else { panic!("{paid:?}") };
    assert_eq!((&paid["uuid"], &paid["data"]), (&message["event_id"], &message["data"]));
    assert_eq!(log.len(), types(&first).len());
    assert_eq!(&bench.get(&format!("/webhooks/outgoing/events/{}", paid["id"])).await, paid);
    bench.program("cf_stranger", Permissions::all()).await;
    assert_eq!(bench.send_as("cf_stranger", "GET", EVENTS, Value::Null).await.body, json!([]));
    let its = format!("/webhooks/outgoing/events/{}", paid["id"]);
    assert_eq!(bench.send_as("cf_stranger", "GET", &its, Value::Null).await.status, 404);
}

async fn what_is_told_is_what_a_request_shows(bench: Bench) {
    let receiver = Receiver::start().await;
    let all = [
        "contact.created",
        "contact.identified",
        "contact.updated",
        "contact.deleted",
        "contacts/applied_tag.created",
        "order.updated",
        "orders/invoice.paid",
        "fulfillment.created",
        "fulfillment.updated",
    ];
    listening(&bench, &receiver, &all).await;
    let contact = goods::contact(&bench, "ada@example.com").await;
    let tag = json!({ "contacts_tag": { "name": "vip" } });
    let tag = bench.create("/workspaces/1/contacts/tags", tag).await;
    let applied = json!({ "contacts_applied_tag": { "tag_id": tag["id"] } });
    let applied = bench.create(&format!("/contacts/{contact}/applied_tags"), applied).await;
    let order = goods::order(&bench, contact, SHIRT, ONCE, 2).await;
    let invoice = goods::invoice(&bench, &order, 2, Claim::Paid).await;
    let line = &invoice["line_items"][0]["id"];
    let left = goods::fulfill(&bench, contact, &[(line, 1)]).await;
    bench.act(&format!("/fulfillments/{}/cancel", left["id"]), Value::Null).await;
    tell(&bench).await;

    let requests = receiver.requests();
    let last = |event_type: &str| {
        let of = |request: &&Request| request.json()["event_type"] == event_type;
        requests.iter().filter(of).map(Request::json).next_back().unwrap_or_else(|| panic!("no {event_type}"))
    };
    for (event_type, path) in [
        ("contact.updated", format!("/contacts/{contact}")),
        ("contacts/applied_tag.created", format!("/contacts/applied_tags/{}", applied["id"])),
        ("order.updated", format!("/orders/{}", order["id"])),
        ("orders/invoice.paid", format!("/orders/invoices/{}", invoice["id"])),
        ("fulfillment.updated", format!("/fulfillments/{}", left["id"])),
    ] {
        let mut shown = bench.get(&path).await;
        let mut told = last(event_type)["data"].take();
        // Pages for the buyer have signed addresses, which are made for whoever asks and not sent around.
        for of in [&mut shown, &mut told].map(|one| one.as_object_mut().unwrap()) {
            of.retain(|name, _| !["status_page_url", "checkout_url"].contains(&name.as_str()));
        }
        assert_eq!(told, shown, "{event_type}");
    }
    assert_eq!(last("contact.created")["data"]["tags"], json!([]), "as it was then");
    assert_eq!(last("contact.identified")["subject_type"], "Contact");
    assert_eq!(last("fulfillment.created")["data"], left, "as it was then");
    bench.remove(&format!("/contacts/{contact}")).await;
    tell(&bench).await;
    let gone = receiver.requests().last().unwrap().json();
    assert_eq!((&gone["event_type"], &gone["data"]["id"]), (&json!("contact.deleted"), &json!(contact)));
    assert_eq!(gone["data"]["email_address"], Value::Null, "no more than who it was");
}

async fn goods_and_courses_are_told_too(bench: Bench) {
    let receiver = Receiver::start().await;
    let all = [
        "product.created",
        "product.updated",
        "products/variant.created",
        "products/variant.updated",
        "course.created",
        "courses/enrollment.created",
        "courses/enrollment.suspended",
    ];
    listening(&bench, &receiver, &all).await;
    let product = bench.create("/workspaces/1/products", json!({ "product": { "name": "Bread" } })).await;
    let variant = product["default_variant_id"].clone();
    let course = Record {
        id: RecordId(700),
        kind: RecordKind::Course,
        parent: None,
        other: None,
        name: "Baking".into(),
        key: None,
        archived: false,
        body: json!({}),
        created_at: Time(0),
        updated_at: Time(0),
    };
    bench.execute(&Command::SaveRecords(vec![course])).await;
    let contact = goods::contact(&bench, "ada@example.com").await;
    let enrolled = json!({ "courses_enrollment": { "contact_id": contact } });
    let enrolled = bench.create("/courses/700/enrollments", enrolled).await;
    let its = format!("/courses/enrollments/{}", enrolled["id"]);
    let suspended = json!({ "courses_enrollment": { "suspended": true, "suspension_reason": "late" } });
    let suspended = bench.change(&its, suspended).await;
    let sku = json!({ "products_variant": { "sku": "B-1" } });
    let changed = bench.change(&format!("/products/variants/{variant}"), sku).await;
    tell(&bench).await;
    let requests = receiver.requests();
    let told = |event_type: &str| {
        let of = |request: &&Request| request.json()["event_type"] == event_type;
        let one: Vec<Value> = requests.iter().filter(of).map(Request::json).collect();
        assert_eq!(one.len(), 1, "{event_type}");
        one[0]["data"].clone()
    };
    assert_eq!(told("product.created")["default_variant_id"], variant);
    assert_eq!(told("products/variant.created")["id"], variant);
    assert_eq!(told("products/variant.updated"), changed);
    assert_eq!(told("course.created"), bench.get("/courses/700").await);
    assert_eq!(told("courses/enrollment.created"), enrolled, "as it was then");
    assert_eq!(told("courses/enrollment.suspended"), suspended);
}

async fn what_becomes_of_people_is_told_once(bench: Bench) {
    let receiver = Receiver::start().await;
    let all = [
        "contact.identified",
        "contacts/applied_tag.created",
        "contacts/applied_tag.deleted",
        "courses/lesson.published",
        "courses/enrollment.course_completed",
    ];
    listening(&bench, &receiver, &all).await;
    let record = |id: i64, kind, parent, other| Record {
        id: RecordId(id),
        kind,
        parent,
        other,
        name: "Bread".into(),
        key: None,
        archived: false,
        body: json!({}),
        created_at: Time(0),
        updated_at: Time(0),
    };
    let course = [
        record(700, RecordKind::Course, None, None),
        record(701, RecordKind::CourseSection, Some(700), None),
        record(702, RecordKind::CourseLesson, Some(701), Some(700)),
        record(703, RecordKind::CourseLesson, Some(701), Some(700)),
    ];
    bench.execute(&Command::SaveRecords(course.into())).await;
    for published in [json!("2026-01-31T10:00:00Z"), json!("2026-02-28T10:00:00Z"), json!(null)] {
        let lesson = json!({ "courses_lesson": { "published_at": published } });
        bench.change("/courses/lessons/702", lesson).await;
    }
    let caller = json!({ "contact": { "phone_number": "+49301" } });
    let caller = bench.create("/workspaces/1/contacts", caller).await;
    let its = format!("/contacts/{}", caller["id"]);
    for email in ["ada@example.com", "ada@example.org"] {
        bench.change(&its, json!({ "contact": { "email_address": email } })).await;
    }
    let tag = json!({ "contacts_tag": { "name": "baker" } });
    let tag = bench.create("/workspaces/1/contacts/tags", tag).await;
    bench.change(&its, json!({ "contact": { "tag_ids": [tag["id"]] } })).await;
    bench.change(&its, json!({ "contact": { "tag_ids": [] } })).await;
    bench.change(&its, json!({ "contact": { "tag_ids": [tag["id"]] } })).await;
    tell(&bench).await;
    bench.remove(&format!("/contacts/tags/{}", tag["id"])).await;
    let enrolled = json!({ "courses_enrollment": { "contact_id": caller["id"] } });
    let enrolled = bench.create("/courses/700/enrollments", enrolled).await;
    for lesson in [702, 703, 703] {
        let done = json!({ "enrollment_id": enrolled["id"], "lesson_id": lesson });
        let done = json!({ "courses_lesson_completion": done });
        bench.send("POST", "/courses/700/lesson_completions", done).await;
    }
    tell(&bench).await;
    let told = types(&receiver);
    let times = |event_type: &str| told.iter().filter(|told| *told == event_type).count();
    assert_eq!(all.map(times), [1, 2, 2, 1, 1], "{told:?}");
    let requests = receiver.requests();
    let completed = requests.iter().map(Request::json).find(|told| told["event_type"] == all[4]).unwrap();
    assert_eq!(completed["data"], enrolled);
}

async fn it_is_tried_again_as_promised_and_then_dropped(bench: Bench) {
    let receiver = Receiver::start().await;
    let secret = listening(&bench, &receiver, &["contact.created"]).await;
    receiver.answer_with(vec![500.into(), 302.into(), 208.into(), Answer::hang_up(), 500.into()]);
    receiver.answer_with((0..4).map(|_| Answer::from(503)).collect());
    goods::contact(&bench, "ada@example.com").await;
    tell(&bench).await;
    for (tried, wait) in [1, 15, 60, 300, 900, 3_600, 43_200, 86_400].into_iter().enumerate() {
        assert_eq!(receiver.requests().len(), tried + 1);
        bench.engine.clock().advance((wait - 1) * SECOND);
        tell(&bench).await;
        assert_eq!(receiver.requests().len(), tried + 1, "not before {wait} s");
        bench.engine.clock().advance(SECOND);
        tell(&bench).await;
    }
    bench.engine.clock().advance(1_000_000 * SECOND);
    tell(&bench).await;
    let requests = receiver.requests();
    assert_eq!(requests.len(), 9);
    assert!(requests.iter().all(|request| request.body == requests[0].body && signed(request, &secret)));
    let stamps: Vec<&str> =
        requests.iter().map(|request| request.header("X-Webhook-ClickFunnels-Timestamp").unwrap()).collect();
    assert!(stamps.windows(2).all(|pair| pair[0] < pair[1]), "signed anew for every attempt: {stamps:?}");
}

async fn nobody_is_told_what_the_key_may_not_see(bench: Bench) {
    let receiver = Receiver::start().await;
    bench.program("cf_contacts", Permissions::parse("read_customers").unwrap()).await;
    let wanted = endpoint(&format!("{}/hook", receiver.url()), &["contact.created", "order.created"]);
    assert_eq!(bench.send_as("cf_contacts", "POST", ENDPOINTS, wanted).await.status, 201);
    assert_eq!(
        bench.send_as(TOKEN, "GET", ENDPOINTS, Value::Null).await.body,
        json!([]),
        "each program its own"
    );
    let contact = goods::contact(&bench, "ada@example.com").await;
    goods::order(&bench, contact, SHIRT, ONCE, 1).await;
    tell(&bench).await;
    assert_eq!(types(&receiver), ["contact.created"]);
}

#[tokio::test]
async fn an_upgrade_tells_what_it_replaced() {
    let (bench, contact) = subscriptions::billing().await;
    bench.engine.calls_by(nearby());
    let receiver = Receiver::start().await;
    listening(&bench, &receiver, &["subscription.upgraded", "subscription.line_items.changed"]).await;
    let order = subscriptions::ordered(&bench, contact, (STICKER, MONTHLY, 1)).await;
    subscriptions::answered(&bench, &order, PaymentOutcome::Succeeded).await;
    let line = &order["line_items"][0];
    let sent = json!({ "orders_line_items_change": { "products_price_id": DEARER } });
    bench.act(&format!("/orders/line_items/{}/changes/perform", line["id"]), sent).await;
    tell(&bench).await;
    let told: Vec<Value> = receiver.requests().iter().map(|request| request.json()).collect();
    let told = |event_type: &str| told.iter().find(|told| told["event_type"] == event_type).unwrap().clone();
    let upgraded = told("subscription.upgraded");
    assert_eq!(upgraded["data"]["previous_line_item"]["products_price"], line["products_price"]);
    assert_eq!(upgraded["data"]["line_items"][0]["products_price"]["id"], DEARER);
    assert_eq!((&upgraded["page"], &upgraded["funnel"]), (&Value::Null, &Value::Null));
    assert_eq!(told("subscription.line_items.changed")["data"]["previous_line_item"], Value::Null);
}
