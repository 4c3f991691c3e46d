//! Webhooks and events: real receivers, every signature verified with another library than the one that signs.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::actor::{Permission, Permissions};
use domain::command::charging::{AcceptReturn, ChargingCommand, OpenReturn};
use domain::command::{Command, Restock};
use domain::contact::{ContactChange, ContactKey, SaveContact, Whom};
use domain::decide::Outcome;
use domain::id::{OrderId, OrderLineId};
use domain::time::{HOUR, SECOND};
use engine::gateway::{Account, Sandbox, SetUp};
use engine::outside::address::AllowPrivate;
use engine::outside::url::AllowHttp;
use engine::outside::{Outside, Policy};
use engine::workers::Workers;
use ring::hmac;
use serde_json::{Value, json};
use testkit::billing::GATEWAY;
use testkit::charging::{finishing, ordering};
use testkit::receiver::{Answer, Receiver, Request};
use testkit::world::{self, MUG, SHIRT};

use crate::bench::{Bench, LIVE, TOKEN, bench};
use crate::published::published;

fn nearby() -> Policy {
    Policy { allow_private: AllowPrivate::Loopback, allow_http: AllowHttp::Loopback, ..Policy::default() }
}

pub fn workers() -> Workers {
    Workers {
        dialects: vec![digitalriver::dialect()],
        gateways: vec![Arc::new(Sandbox)],
        outside: Outside::new(nearby()).unwrap(),
        post: engine::mail::Post::Nowhere,
        calls_at_once: 8,
        inquire_every: Duration::from_secs(3600),
        events_days: 30,
        keys_days: 7,
    }
}

/// A shop that may call receivers on this machine, and can take money.
async fn furnished() -> Bench {
    let bench = bench().await;
    bench.engine.calls_by(nearby());
    let gateway = SetUp { name: GATEWAY.into(), kind: "test".into(), account: Account::default() };
    bench.engine.set_up_gateway(bench.shop.id, &gateway).await.unwrap();
    tell(&bench).await;
    bench
}

/// Lets everything be done and told that is due.
async fn tell(bench: &Bench) {
    while bench.engine.work_off(&workers()).await.unwrap() > 0 {}
}

async fn created(bench: &Bench, token: &str, webhook: Value) -> Value {
    let made = bench.send_as(token, "POST", "/webhooks", webhook).await;
    assert_eq!(made.status, 201, "{}", made.body);
    made.body
}

async fn listening(bench: &Bench, receiver: &Receiver, types: &[&str]) -> Value {
    created(bench, LIVE, json!({ "address": receiver.url(), "types": types })).await
}

/// The secret of the webhook that was made last.
async fn secret(bench: &Bench) -> String {
    let listener = bench.engine.store().listeners(bench.shop.id).await.unwrap().pop().unwrap();
    bench.engine.secret_of_listener(&bench.shop, &listener).await.unwrap()
}

/// Whether a receiver that has that secret takes one of the signatures of a message for the server's.
fn signatures(request: &Request, secret: &str) -> Vec<bool> {
    let header = request.header("DigitalRiver-Signature").unwrap();
    let mut parts = header.split(", ");
    let signed = [parts.next().unwrap().as_bytes(), b".", &request.body].concat();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    parts.map(|part| hmac::verify(&key, &signed, &STANDARD.decode(part).unwrap()).is_ok()).collect()
}

fn types_of(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap()).collect()
}

/// What is listed, oldest first.
async fn listed(bench: &Bench, token: &str, query: &str) -> Vec<Value> {
    let told = bench.send_as(token, "GET", &format!("/events{query}"), Value::Null).await;
    assert_eq!(told.status, 200, "{}", told.body);
    told.body["data"].as_array().unwrap().iter().rev().cloned().collect()
}

/// Every event is what the document says of it, and so is what it is about.
fn judge(event: &Value) {
    published().judge_thing("Event", event);
    let object = &event["data"]["object"];
    let kind = event["type"].as_str().unwrap();
    let thing = match kind.split('.').next().unwrap() {
        "order" if kind.starts_with("order.charge.") && kind != "order.charge.reauth.failed" => "Charge",
        "order" => "Order",
        "fulfillment" => "FulfillmentOrder",
        "refund" => "OrderRefund",
        "return" => "ReturnsResponse",
        "sku" => "Sku",
        _ => "Customer",
    };
    published().judge_thing(thing, object);
}

async fn ordered(bench: &Bench, token: &str) -> (OrderId, Vec<OrderLineId>) {
    let Outcome::Order(id) = bench.execute(&ordering(&[(SHIRT, 2), (MUG, 1)], token)).await else {
        panic!("no order")
    };
    let order = bench.engine.orders_by_id(&bench.shop, &[id]).await.unwrap().pop().unwrap();
    (id, order.lines.iter().map(|line| line.id).collect())
}

/// Everything that is told of an order that is paid by card and leaves at once.
const WHOLE: &[&str] = &[
    "order.created",
    "order.charge.created",
    "order.charge.pending",
    "order.pending_payment",
    "order.charge.capturable",
    "order.accepted",
    "fulfillment.created",
    "order.charge.capture.pending",
    "order.charge.capture.pending",
    "order.charge.processing",
    "order.fulfilled",
    "order.charge.capture.complete",
    "order.charge.capture.complete",
    "order.charge.complete",
    "order.complete",
];

#[tokio::test]
async fn an_order_is_told_from_its_beginning_to_its_end() {
    let bench = furnished().await;
    let receiver = Receiver::start().await;
    listening(&bench, &receiver, &["order.*", "fulfillment.created"]).await;
    let secret = secret(&bench).await;
    let (id, lines) = ordered(&bench, "test_ok").await;
    tell(&bench).await;
    bench.execute(&finishing(id, &[(lines[0], 2, 0), (lines[1], 1, 0)])).await;
    tell(&bench).await;
    let requests = receiver.requests();
    assert!(requests.iter().all(|request| signatures(request, &secret) == [true]));
    assert!(requests.iter().all(|request| signatures(request, "another") == [false]));
    let events = listed(&bench, LIVE, "?limit=100").await;
    assert_eq!(types_of(&events), WHOLE);
    let mut told: Vec<Value> = requests.iter().map(Request::json).collect();
    let place = |event: &Value| events.iter().position(|listed| listed == event);
    told.sort_by_key(place);
    assert_eq!(told, events, "messages and the list say the same, each once");
    events.iter().for_each(judge);
    // The states are those of their moment, and the last one is that of now.
    let state = |kind: &str| {
        let event = events.iter().find(|event| event["type"] == kind).unwrap();
        (event["data"]["object"]["state"].as_str().unwrap(), event["liveMode"].as_bool().unwrap())
    };
    assert_eq!(state("order.created"), ("pending_payment", true));
    assert_eq!(state("order.accepted"), ("accepted", true));
    assert_eq!(state("order.fulfilled"), ("fulfilled", true));
    assert_eq!(state("order.complete"), ("complete", true));
    let shown = bench.send_as(LIVE, "GET", &format!("/orders/{id}"), Value::Null).await.body;
    let last = &events.last().unwrap()["data"]["object"];
    assert_eq!((&last["state"], &last["capturedAmount"]), (&shown["state"], &shown["capturedAmount"]));
    let one = format!("/events/{}", events[3]["id"].as_str().unwrap());
    assert_eq!(bench.send_as(LIVE, "GET", &one, Value::Null).await.body, events[3]);
}

#[tokio::test]
async fn what_is_given_up_declined_and_given_back_is_told() {
    let bench = furnished().await;
    ordered(&bench, "test_decline").await;
    tell(&bench).await;
    let events = listed(&bench, LIVE, "?limit=100").await;
    assert_eq!(types_of(&events[4..]), ["order.charge.failed", "order.blocked"]);
    events.iter().for_each(judge);

    let since = events.len();
    let (id, lines) = ordered(&bench, "test_ok").await;
    tell(&bench).await;
    bench.execute(&finishing(id, &[(lines[0], 0, 2), (lines[1], 0, 1)])).await;
    tell(&bench).await;
    let events = listed(&bench, LIVE, "?limit=100").await;
    let cancelled = [
        "fulfillment.created",
        "order.charge.cancel.pending",
        "order.charge.cancel.pending",
        "order.charge.processing",
        "order.charge.cancel.complete",
        "order.charge.cancel.complete",
        "order.charge.cancelled",
        "order.cancelled",
    ];
    assert_eq!(types_of(&events[since + 6..]), cancelled);
    assert_eq!(events.last().unwrap()["data"]["object"]["state"], "cancelled");

    let since = events.len();
    let (id, lines) = ordered(&bench, "test_ok").await;
    tell(&bench).await;
    bench.execute(&finishing(id, &[(lines[0], 1, 1), (lines[1], 1, 0)])).await;
    tell(&bench).await;
    let opened =
        OpenReturn { order: id, lines: vec![(lines[1], 1)], reason: None, custom_fields: Vec::new() };
    let opened = ChargingCommand::OpenReturn(opened);
    let Outcome::Return(_, made) = bench.execute(&Command::Charging(opened)).await else {
        panic!("no return")
    };
    let accepted = AcceptReturn { order: id, id: made, lines: None, custom_fields: Vec::new() };
    bench.execute(&Command::Charging(ChargingCommand::AcceptReturn(accepted))).await;
    tell(&bench).await;
    let events = listed(&bench, LIVE, "?limit=100").await;
    let after = types_of(&events[since..]);
    let complete = after.iter().position(|kind| *kind == "order.complete").unwrap();
    let back = [
        "return.created",
        "return.accepted",
        "refund.created",
        "refund.pending",
        "order.charge.refund.pending",
        "order.charge.refund.complete",
        "refund.complete",
        "order.refunded",
    ];
    assert_eq!(&after[complete + 1..], back);
    events.iter().for_each(judge);
}

#[tokio::test]
async fn orders_of_other_apis_are_told_too() {
    let bench = furnished().await;
    let Outcome::Order(id) = bench.execute(&world::placing(world::order(&[(SHIRT, 1)]))).await else {
        panic!("no order")
    };
    tell(&bench).await;
    let order = bench.engine.orders_by_id(&bench.shop, &[id]).await.unwrap().pop().unwrap();
    bench.execute(&world::shipping(order.fulfillment_orders[0].id)).await;
    tell(&bench).await;
    let events = listed(&bench, LIVE, "").await;
    let told = ["order.created", "order.accepted", "fulfillment.created", "order.fulfilled"];
    assert_eq!(types_of(&events), told, "nobody paid yet");
    events.iter().for_each(judge);
    let Outcome::Order(id) = bench.execute(&world::placing(world::order(&[(MUG, 1)]))).await else {
        panic!("no order")
    };
    bench.execute(&world::calling_off(id, Restock::Yes)).await;
    tell(&bench).await;
    assert_eq!(listed(&bench, LIVE, "?type=order.cancelled").await.len(), 1);
}

#[tokio::test]
async fn what_happened_before_the_server_was_killed_is_told_once_it_is_back() {
    let bench = furnished().await;
    let receiver = Receiver::start().await;
    listening(&bench, &receiver, &["order.created"]).await;
    ordered(&bench, "test_ok").await;
    let bench = bench.restarted().await;
    assert_eq!(listed(&bench, LIVE, "").await, Vec::<Value>::new(), "nothing was told yet");
    tell(&bench).await;
    let before = listed(&bench, LIVE, "?types=order.created,order.accepted").await;
    assert_eq!(types_of(&before), ["order.created", "order.accepted"]);
    let bench = bench.restarted().await;
    tell(&bench).await;
    assert_eq!(listed(&bench, LIVE, "?types=order.created&types=order.accepted").await, before);
    assert_eq!(receiver.requests().len(), 1);
    assert_eq!(receiver.requests()[0].json(), before[0]);
}

#[tokio::test]
async fn a_webhook_is_made_shown_changed_and_removed() {
    let bench = furnished().await;
    let sent = json!({ "types": ["order.charge.*", "order.created", "order.created"], "apiVersion": "default",
        "enabled": true, "address": "https://app.example/hook", "transportType": "HTTP",
        "authentication": { "userName": "dr", "password": "hunter2" } });
    let made = bench.create("/webhooks", sent).await;
    assert_eq!(made["types"], json!(["order.charge.*", "order.created"]));
    assert_eq!(made["authentication"], json!({ "username": "dr", "userName": "dr", "password": "********" }));
    assert_eq!((&made["enabled"], &made["liveMode"]), (&json!(true), &json!(false)));
    assert!(!made.to_string().contains(&secret(&bench).await), "nobody is shown what signs");
    let member = format!("/webhooks/{}", made["id"].as_str().unwrap());
    assert_eq!(bench.get(&member).await, made);
    assert_eq!(bench.get("/webhooks").await, json!([made]));
    assert_eq!(bench.get("/webhooks?type=order.created").await, json!([made]));
    assert_eq!(bench.get("/webhooks?types=refund.*").await, json!([]));
    assert_eq!(
        bench.send_as(LIVE, "GET", "/webhooks", Value::Null).await.body,
        json!([]),
        "of the other mode"
    );

    let patch = async |body: Value| bench.send("PATCH", &member, body).await;
    let changed = patch(json!({ "enabled": false, "types": ["refund.*"], "address": null })).await.body;
    assert_eq!((&changed["enabled"], &changed["types"]), (&json!(false), &json!(["refund.*"])));
    assert_eq!(
        (&changed["address"], &changed["authentication"]),
        (&made["address"], &made["authentication"])
    );
    let oauth =
        json!({ "tokenEndPoint": "https://id.example/token", "clientID": "us", "clientSecret": "s3cret" });
    let changed = patch(json!({ "transportType": "OAUTH", "oauth": oauth, "enabled": true })).await.body;
    let shown =
        json!({ "tokenEndPoint": "https://id.example/token", "clientID": "us", "clientSecret": "********" });
    assert_eq!((&changed["transportType"], &changed["oauth"]), (&json!("OAUTH"), &shown));
    assert_eq!(changed["authentication"], Value::Null, "one way at a time");
    let kept = bench.engine.store().listeners(bench.shop.id).await.unwrap();
    let kept = serde_json::to_string(&kept).unwrap();
    assert!(!kept.contains("hunter2") && !kept.contains("s3cret"), "secrets are sealed");
    bench.remove(&member).await;
    assert_eq!(bench.refused("GET", &member, Value::Null).await.0, 404);

    let at = "https://app.example/hook";
    for (sent, code, parameter) in [
        (json!({ "types": ["order.created"] }), "missing_parameter", "address"),
        (json!({ "address": at }), "missing_parameter", "types"),
        (json!({ "address": at, "types": [] }), "invalid_empty", "types"),
        (json!({ "address": at, "types": ["Order Created"] }), "invalid_parameter", "types"),
        (json!({ "address": "https://10.0.0.1", "types": ["*"] }), "invalid_parameter", "address"),
        (json!({ "address": at, "types": ["*"], "apiVersion": "latest" }), "invalid_parameter", "apiVersion"),
        (json!({ "address": at, "types": ["*"], "transportType": "OAUTH" }), "missing_parameter", "oauth"),
        (json!({ "address": at, "types": ["*"], "oauth": oauth }), "invalid_parameter", "transportType"),
        (json!({ "address": at, "types": ["*"], "token": "mine" }), "unknown_parameter", "token"),
        (
            json!({ "address": at, "types": ["*"], "authentication": { "username": "a" } }),
            "missing_parameter",
            "authentication.password",
        ),
    ] {
        let told = bench.refused("POST", "/webhooks", sent.clone()).await;
        assert_eq!(told, (400, code.to_owned(), parameter.to_owned()), "{sent}");
    }
}

#[tokio::test]
async fn events_are_listed_newest_first_and_narrowed() {
    let bench = furnished().await;
    ordered(&bench, "test_ok").await;
    tell(&bench).await;
    let all = bench.send_as(LIVE, "GET", "/events?limit=100", Value::Null).await.body;
    let (ids, kinds): (Vec<String>, Vec<String>) = all["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| (event["id"].as_str().unwrap().to_owned(), event["type"].as_str().unwrap().to_owned()))
        .unzip();
    assert_eq!((kinds[0].as_str(), kinds.last().unwrap().as_str()), ("order.accepted", "order.created"));
    let page = async |query: &str| {
        let told = bench.send_as(LIVE, "GET", &format!("/events?{query}"), Value::Null).await.body;
        let ids = told["data"].as_array().unwrap().iter();
        let ids: Vec<String> = ids.map(|event| event["id"].as_str().unwrap().to_owned()).collect();
        (told["hasMore"].as_bool().unwrap(), ids)
    };
    assert_eq!(page("limit=2").await, (true, ids[..2].to_vec()));
    assert_eq!(page(&format!("limit=2&startingAfter={}", ids[1])).await, (true, ids[2..4].to_vec()));
    assert_eq!(page(&format!("limit=9&startingAfter={}", ids[3])).await, (false, ids[4..].to_vec()));
    assert_eq!(page(&format!("limit=2&endingBefore={}", ids[3])).await, (true, ids[1..3].to_vec()));
    assert_eq!(page(&format!("endingBefore={}", ids[2])).await, (false, ids[..2].to_vec()));
    let charges = kinds.iter().filter(|kind| kind.starts_with("order.charge.")).count();
    assert_eq!(page("type=order.charge.*").await.1.len(), charges);
    assert_eq!(page("types=order.created,order.accepted").await.1.len(), 2);
    assert_eq!(page("type=sku.deleted").await.1, Vec::<String>::new());
    assert_eq!(page("createdTime[gt]=2025-07-10T16:15:47Z").await.1, Vec::<String>::new());
    assert_eq!(page("createdTime%5Bgte%5D=2025-07-10T16:15:47Z&limit=100").await.1, ids);
    for bad in [
        "type=order.created&types=order.accepted",
        "limit=101",
        "startingAfter=7",
        "type=Order",
        &format!("types={}", ["a"; 20].join(",")),
    ] {
        let told = bench.send_as(LIVE, "GET", &format!("/events?{bad}"), Value::Null).await;
        assert_eq!(told.status, 400, "{bad}");
    }
    // Whoever may not read orders hears nothing of them, and neither does the other mode.
    bench.program("sk_goods", Permissions::of(&[Permission::ReadProducts])).await;
    assert_eq!(listed(&bench, "sk_goods", "").await, Vec::<Value>::new());
    assert_eq!(
        bench.send_as("sk_goods", "GET", &format!("/events/{}", ids[0]), Value::Null).await.status,
        404
    );
    assert_eq!(listed(&bench, TOKEN, "?type=order.*").await, Vec::<Value>::new());
    // A month later they are listed for whoever says since when.
    bench.engine.clock().advance(31 * 24 * HOUR);
    assert_eq!(page("").await.1, Vec::<String>::new());
    assert_eq!(page("createdTime[gte]=2025-07-01T00:00:00Z&limit=100").await.1, ids);
}

#[tokio::test]
async fn a_message_is_tried_again_and_a_deaf_address_is_switched_off() {
    let bench = furnished().await;
    let (live, test) = (Receiver::start().await, Receiver::start().await);
    let made = listening(&bench, &live, &["sku.created"]).await;
    created(&bench, TOKEN, json!({ "address": test.url(), "types": ["sku.created"] })).await;
    let moved = Answer::status(302).header("Location", &live.url());
    live.answer_with(vec![moved; 30]);
    test.answer_with(vec![Answer::status(500); 30]);
    bench.create("/skus", json!({ "name": "Cap", "taxCode": "4323.310_A" })).await;
    tell(&bench).await;
    assert_eq!((live.requests().len(), test.requests().len()), (1, 1));
    let store = bench.engine.store();
    while let Some(due) = store.next_due(bench.shop.id).await.unwrap() {
        bench.engine.clock().advance((due.0 - bench.engine.now().0).max(0));
        tell(&bench).await;
    }
    assert_eq!((live.requests().len(), test.requests().len()), (22, 4));
    let bodies: Vec<Value> = live.requests().iter().map(Request::json).collect();
    assert!(bodies.iter().all(|body| *body == bodies[0] && body["liveMode"] == true), "the same every time");
    assert_eq!(test.requests()[0].json()["liveMode"], false);
    let requests = live.requests();
    let stamps: HashSet<_> = requests.iter().map(|own| own.header("DigitalRiver-Signature")).collect();
    assert_eq!(stamps.len(), 22, "signed anew every time");
    let member = format!("/webhooks/{}", made["id"].as_str().unwrap());
    let enabled = async || bench.send_as(LIVE, "GET", &member, Value::Null).await.body["enabled"].clone();
    assert_eq!(enabled().await, false, "it was deaf for three days");
    assert_eq!(bench.get("/webhooks").await[0]["enabled"], true, "and this one for some hours");
    bench.create("/skus", json!({ "name": "Hat", "taxCode": "4323.310_A" })).await;
    tell(&bench).await;
    assert_eq!(live.requests().len(), 22, "it isn't told any more");
    bench.send_as(LIVE, "PATCH", &member, json!({ "enabled": true })).await;
    assert_eq!(enabled().await, true);
    bench.create("/skus", json!({ "name": "Sock", "taxCode": "4323.310_A" })).await;
    tell(&bench).await;
    assert_eq!(live.requests().len(), 23);
}

#[tokio::test]
async fn a_new_secret_signs_beside_the_old_one_for_twelve_hours() {
    let bench = furnished().await;
    let receiver = Receiver::start().await;
    listening(&bench, &receiver, &["sku.*"]).await;
    let old = secret(&bench).await;
    let listener = bench.engine.store().listeners(bench.shop.id).await.unwrap().pop().unwrap();
    let new = bench.engine.rotate_secret(&bench.shop, &listener).await.unwrap().unwrap();
    assert_eq!(secret(&bench).await, new);
    let told = async |name: &str| {
        bench.create("/skus", json!({ "name": name, "taxCode": "4323.310_A" })).await;
        tell(&bench).await;
        let last = receiver.requests().pop().unwrap();
        (signatures(&last, &old), signatures(&last, &new))
    };
    assert_eq!(told("Cap").await, (vec![true, false], vec![false, true]));
    bench.engine.clock().advance(12 * HOUR);
    assert_eq!(told("Hat").await, (vec![false], vec![true]));
}

#[tokio::test]
async fn whoever_wants_a_password_or_a_token_is_shown_one() {
    let bench = furnished().await;
    let (receiver, tokens) = (Receiver::start().await, Receiver::start().await);
    let password = json!({ "username": "dr", "password": "hunter2" });
    let sent = json!({ "address": receiver.url(), "types": ["sku.*"], "authentication": password });
    created(&bench, LIVE, sent).await;
    let sku = async |name: &str| {
        bench.create("/skus", json!({ "name": name, "taxCode": "4323.310_A" })).await;
        tell(&bench).await;
        let last = receiver.requests().pop().unwrap();
        last.header("Authorization").unwrap().to_owned()
    };
    assert_eq!(sku("Cap").await, format!("Basic {}", STANDARD.encode("dr:hunter2")));

    let made = bench.send_as(LIVE, "GET", "/webhooks", Value::Null).await.body;
    let member = format!("/webhooks/{}", made[0]["id"].as_str().unwrap());
    let oauth = json!({ "tokenEndPoint": tokens.url(), "clientID": "us", "clientSecret": "a:b", "userName": "ada",
        "password": "lovelace", "grantType": "password" });
    let told =
        bench.send_as(LIVE, "PATCH", &member, json!({ "transportType": "OAUTH", "oauth": oauth })).await;
    assert_eq!(told.status, 200, "{}", told.body);
    let granted = |token: &str| {
        Answer::status(200).body(json!({ "access_token": token, "expires_in": 600 }).to_string())
    };
    tokens.answer_with(vec![Answer::status(503), granted("one"), granted("two"), granted("three")]);
    bench.create("/skus", json!({ "name": "Hat", "taxCode": "4323.310_A" })).await;
    tell(&bench).await;
    assert_eq!(receiver.requests().len(), 1, "without a token nothing is sent");
    let waiting = bench.engine.store().deliveries(bench.shop.id, None, 1).await.unwrap().pop().unwrap();
    let (_, attempt) =
        bench.engine.store().attempts(bench.shop.id, waiting.what.id).await.unwrap().pop().unwrap();
    assert_eq!((attempt.answer.as_str(), attempt.status), ("no_token", Some(503)));
    bench.engine.clock().advance(60 * SECOND);
    tell(&bench).await;
    assert_eq!(receiver.requests().len(), 2);
    assert_eq!(receiver.requests()[1].header("Authorization"), Some("Bearer one"));
    let asked = tokens.requests().pop().unwrap();
    assert_eq!(asked.body, b"grant_type=password&username=ada&password=lovelace");
    assert_eq!(asked.header("Authorization").unwrap(), format!("Basic {}", STANDARD.encode("us:a%3Ab")));
    assert_eq!(sku("Sock").await, "Bearer one", "a token is good for a while");
    bench.engine.clock().advance(600 * SECOND);
    assert_eq!(sku("Shoe").await, "Bearer two", "and no longer");
    receiver.answer_with(vec![Answer::status(401)]);
    assert_eq!(sku("Belt").await, "Bearer two");
    bench.engine.clock().advance(60 * SECOND);
    tell(&bench).await;
    assert_eq!(
        receiver.requests().pop().unwrap().header("Authorization"),
        Some("Bearer three"),
        "it was withdrawn"
    );
    assert_eq!(tokens.requests().len(), 4);
}

#[tokio::test]
async fn somebody_who_is_forgotten_goes_from_what_was_told() {
    const WHO: &str = "ada@example.com";
    let bench = furnished().await;
    let mut command = ordering(&[(SHIRT, 1)], "test_ok");
    let Command::Charging(ChargingCommand::Place(place)) = &mut command else { panic!("{command:?}") };
    place.placed.email = Some(WHO.to_owned());
    place.buyer = Some(SaveContact {
        whom: Whom::KnownOrNew(ContactKey::Email(WHO.to_owned())),
        changes: vec![ContactChange::Email(Some(WHO.to_owned()))],
    });
    let Outcome::Order(id) = bench.execute(&command).await else { panic!("no order") };
    tell(&bench).await;
    let told = async || json!(listed(&bench, LIVE, "?limit=100").await).to_string();
    assert!(told().await.contains(WHO));
    let order = bench.engine.orders_by_id(&bench.shop, &[id]).await.unwrap().pop().unwrap();
    bench.execute(&Command::RedactContact(order.placed.contact.unwrap())).await;
    assert!(!told().await.contains(WHO));
    tell(&bench).await;
    let last = listed(&bench, LIVE, "?type=customer.*").await.pop().unwrap();
    assert_eq!(last["data"]["object"]["requestToBeForgotten"], true);
    assert!(!told().await.contains(WHO));
}
