//! Events: what is told of orders, in which order, once; and asking for it later.

use domain::actor::{Permission, Permissions};
use domain::command::billing::{BillingCommand, DisputeNews, RecordDispute};
use domain::command::charging::{AcceptReturn, ChargingCommand, OpenReturn};
use domain::command::{Command, Restock};
use domain::contact::{ContactChange, ContactKey, SaveContact, Whom};
use domain::decide::Outcome;
use domain::payment::{Transaction, TransactionKind};
use domain::time::HOUR;
use serde_json::{Value, json};
use testkit::charging::{finishing, ordering};
use testkit::receiver::{Receiver, Request};
use testkit::world::{self, MUG, SHIRT};

use crate::bench::{LIVE, TOKEN};
use crate::telling::{furnished, judge, listed, listening, ordered, secret, signatures, tell, types_of};

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
    "order.invoice.created",
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
    let last = &events[events.len() - 2]["data"]["object"];
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
    let opened = OpenReturn {
        order: id,
        work: None,
        lines: vec![(lines[1], 1)],
        reason: None,
        custom_fields: Vec::new(),
    };
    let opened = ChargingCommand::OpenReturn(opened);
    let Outcome::Return(_, made) = bench.execute(&Command::Charging(opened)).await else {
        panic!("no return")
    };
    let accepted = AcceptReturn { order: id, id: made, lines: None, custom_fields: Vec::new() };
    bench.execute(&Command::Charging(ChargingCommand::AcceptReturn(accepted))).await;
    tell(&bench).await;
    let events = listed(&bench, LIVE, "?limit=100").await;
    let after = types_of(&events[since..]);
    let opened = after.iter().position(|kind| *kind == "return.created").unwrap();
    let back = [
        "return.created",
        "return.accepted",
        "refund.created",
        "refund.pending",
        "order.charge.refund.pending",
        "order.charge.refund.complete",
        "refund.complete",
        "order.refunded",
        "order.credit_memo.created",
    ];
    assert_eq!(&after[opened..], back);
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
    assert_eq!(page("0=order.created&1=order.accepted").await.1.len(), 2, "one client loses the name");
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

#[tokio::test]
async fn a_dispute_is_told_and_stands_in_the_order_until_it_is_resolved() {
    let bench = furnished().await;
    let (id, lines) = ordered(&bench, "test_ok").await;
    tell(&bench).await;
    bench.execute(&finishing(id, &[(lines[0], 1, 0)])).await;
    tell(&bench).await;
    let since = listed(&bench, LIVE, "?limit=100").await.len();
    let capture = |own: &&Transaction| own.kind == TransactionKind::Capture;
    let order = bench.engine.orders_by_id(&bench.shop, &[id]).await.unwrap().pop().unwrap();
    let capture = order.placed.transactions.iter().find(capture).unwrap().id;
    for news in [DisputeNews::Opened, DisputeNews::Lost] {
        let dispute = RecordDispute { order: id, transaction: capture, news };
        bench.execute(&Command::Billing(BillingCommand::RecordDispute(dispute))).await;
        tell(&bench).await;
        let order = bench.send_as(LIVE, "GET", &format!("/orders/{id}"), Value::Null).await.body;
        let disputed = news == DisputeNews::Opened;
        assert_eq!(order["state"], if disputed { "dispute" } else { "accepted" });
        assert!(order["stateTransitions"]["dispute"].is_string(), "{}", order["stateTransitions"]);
        let money = json!({ "orderId": id.to_string(), "currency": "USD", "amount": 0.01 });
        let refused = bench.send_as(LIVE, "POST", "/refunds", money).await;
        let parameter = if disputed { "order" } else { "amountRequested" };
        assert_eq!((refused.status, &refused.body["errors"][0]["parameter"]), (400, &parameter.into()));
    }
    let events = listed(&bench, LIVE, "?limit=100").await;
    let told = ["order.dispute", "order.charge.refund.complete", "order.dispute.resolved"];
    assert_eq!(types_of(&events[since..]), told);
    assert_eq!(events[since]["data"]["object"]["state"], "dispute");
    events.iter().for_each(judge);
}
