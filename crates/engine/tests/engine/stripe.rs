//! Stripe, played by localstripe: real requests, real books, real signatures. What localstripe doesn't know (keys, and
//! disputes) is told in the shape that Stripe has published.

use std::sync::Arc;
use std::time::Duration;

use domain::billing::{InvoiceStatus, status};
use domain::command::Command;
use domain::decide::Outcome as Decided;
use domain::id::{OrderId, TransactionId};
use domain::money::Currency;
use domain::order::Order;
use domain::payment::TransactionStatus;
use domain::time::Time;
use engine::gateway::{Account, Gateway, Heard, Movement, Outcome, Request, Rest, SetUp, Stripe};
use engine::outside::address::AllowPrivate;
use engine::outside::url::AllowHttp;
use engine::outside::{Outside, Policy};
use engine::workers::Workers;
use serde_json::{Value, json};
use testkit::billing::{self, GATEWAY, ONCE};
use testkit::database::Database;
use testkit::receiver::{Answer, Receiver};
use testkit::stripe::{KEY, LocalStripe, losing_answers};

use crate::bench::{Bench, SECONDS, bench, signature, workers};

const WEBHOOK_SECRET: &str = "whsec_consign";
const CARD: &str = "4242424242424242";
const DECLINED: &str = "4000000000000341";
const ASKS_THE_BUYER: &str = "4000002500003155";
/// An account that a debit is taken up for, and comes back from.
const ACCOUNT: &str = "DE62370400440532013001";

fn stripe() -> Stripe {
    let policy = Policy {
        allow_private: AllowPrivate::Loopback,
        allow_http: AllowHttp::Loopback,
        ..Policy::default()
    };
    Stripe::new(&Outside::new(policy).unwrap())
}

fn account(url: &str) -> Account {
    Account {
        settings: json!({ "url": url, "ours": "here" }),
        secret: json!({ "key": KEY, "webhook_secret": WEBHOOK_SECRET }),
    }
}

struct Shop {
    bench: Bench,
    local: LocalStripe,
    workers: Workers,
}

/// A shop whose gateway is a localstripe; of so many requests the answers are lost.
async fn shop(lost: usize) -> Shop {
    let (bench, local) = (bench(Database::Sqlite).await, LocalStripe::start().await);
    for command in billing::furniture() {
        bench.run(&command).await;
    }
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    bench.clock().advance(now.as_micros() as i64 - bench.engine.now().0);
    let url = if lost > 0 { losing_answers(local.address(), lost).await } else { local.url() };
    let set_up = SetUp { name: GATEWAY.into(), kind: "stripe".into(), account: account(&url) };
    bench.engine.set_up_gateway(bench.shop.id, &set_up).await.unwrap();
    let workers = Workers { gateways: vec![Arc::new(stripe())], ..workers() };
    Shop { bench, local, workers }
}

impl Shop {
    async fn ordered(&self, number: &str) -> OrderId {
        let token = self.local.instrument(number).await;
        let mut command = billing::ordering(ONCE, 1, &token);
        if !number.starts_with('4')
            && let Command::Billing(domain::command::billing::BillingCommand::Place(place)) = &mut command
            && let domain::command::billing::NewBooks::Gateway { instrument: Some(own), .. } =
                &mut place.books
        {
            own.kind = Some("sepa_debit".into());
        }
        let Decided::Order(id) = self.bench.run(&command).await.outcome else { panic!("no order") };
        self.settle().await;
        id
    }

    async fn settle(&self) {
        while self.bench.engine.work_off(&self.workers).await.unwrap() > 0 {}
    }

    async fn order(&self, id: OrderId) -> Arc<Order> {
        self.bench.order(id).await
    }

    async fn stands(&self, id: OrderId) -> InvoiceStatus {
        let order = self.order(id).await;
        status::invoice_status(&order.invoices[0], &order.placed.transactions, self.bench.engine.now())
            .unwrap()
    }

    /// Everything of a kind in its books.
    async fn listed(&self, what: &str) -> Vec<Value> {
        self.local.ask(&format!("/v1/{what}?limit=100"), "").await["data"].as_array().unwrap().clone()
    }

    /// A message of Stripe's, signed now.
    async fn hear(&self, event: &Value) -> Heard {
        let (body, time) = (event.to_string(), self.bench.engine.now().0 / SECONDS);
        let signature = signature(WEBHOOK_SECRET, &format!("{time}.{body}"));
        let header = format!("t={time},v1={signature}");
        stripe().hear(&self.bench.engine, &header, body.as_bytes()).await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_charged_and_the_money_goes_back() {
    let shop = shop(0).await;
    let id = shop.ordered(CARD).await;
    assert_eq!(shop.stands(id).await, InvoiceStatus::Paid);
    let order = shop.order(id).await;
    let payment = &order.placed.transactions[0];
    let intent = &shop.listed("payment_intents").await[0];
    assert_eq!(payment.external_id.as_deref(), intent["id"].as_str());
    assert_eq!((&intent["amount"], &intent["currency"]), (&json!(5_000), &json!("usd")));
    assert_eq!(intent["metadata"]["consign_key"], json!(format!("here-{}", payment.id)));
    shop.bench.run(&billing::refunding(id, payment.id)).await;
    shop.settle().await;
    assert_eq!(shop.stands(id).await, InvoiceStatus::Refunded);
    assert_eq!(shop.listed("refunds").await[0]["amount"], 5_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_card_and_a_buyer_who_is_asked_are_a_no() {
    let shop = shop(0).await;
    for (number, code) in [(DECLINED, "card_declined"), (ASKS_THE_BUYER, "authentication_required")] {
        let id = shop.ordered(number).await;
        let order = shop.order(id).await;
        let payment = &order.placed.transactions[0];
        assert_eq!((payment.status, payment.message.as_deref()), (TransactionStatus::Failure, Some(code)));
        assert_eq!(shop.stands(id).await, InvoiceStatus::Unpaid);
    }
    let intents = shop.listed("payment_intents").await;
    assert!(
        intents.iter().any(|intent| intent["status"] == "canceled"),
        "nobody can pay it later: {intents:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_answers_charge_and_refund_once() {
    let shop = shop(2).await;
    let id = shop.ordered(CARD).await;
    assert_eq!(shop.order(id).await.placed.transactions[0].status, TransactionStatus::Unknown);
    shop.bench.clock().advance(30 * SECONDS);
    shop.settle().await;
    assert_eq!(shop.stands(id).await, InvoiceStatus::Paid);
    assert_eq!(shop.listed("payment_intents").await.len(), 1, "it was found, not made again");
    let payment = shop.order(id).await.placed.transactions[0].id;
    shop.bench.run(&billing::refunding(id, payment)).await;
    shop.settle().await;
    assert_eq!(shop.order(id).await.placed.transactions[1].status, TransactionStatus::Unknown);
    shop.bench.clock().advance(30 * SECONDS);
    shop.settle().await;
    assert_eq!(shop.stands(id).await, InvoiceStatus::Refunded);
    assert_eq!(shop.listed("refunds").await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_settles_later_is_told_by_a_signed_message() {
    let shop = shop(0).await;
    let receiver = Receiver::start().await;
    shop.local.tell(&receiver.url(), WEBHOOK_SECRET).await;
    let id = shop.ordered(ACCOUNT).await;
    assert_eq!(shop.order(id).await.placed.transactions[0].status, TransactionStatus::Pending);
    let back = loop {
        let told = receiver.wait_for(1, Duration::from_secs(20)).await;
        if let Some(back) = told.iter().find(|told| told.json()["type"] == "payment_intent.payment_failed") {
            break back.clone();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let header = back.header("Stripe-Signature").unwrap();
    let hear = |body: Vec<u8>| {
        let engine = shop.bench.engine.clone();
        async move { stripe().hear(&engine, header, &body).await.unwrap() }
    };
    let forged = String::from_utf8(back.body.clone()).unwrap().replace("5000", "5001").into_bytes();
    assert_eq!(hear(forged).await, Heard::NotSigned);
    assert_eq!(shop.order(id).await.placed.transactions[0].status, TransactionStatus::Pending);
    for _ in 0..2 {
        assert_eq!(hear(back.body.clone()).await, Heard::Yes);
        let order = shop.order(id).await;
        let payment = &order.placed.transactions[0];
        assert_eq!((payment.status, payment.ask), (TransactionStatus::Failure, None));
        assert_eq!(order.invoices[0].bill.as_ref().unwrap().declined, 1, "told twice, and counted once");
    }
    shop.bench.clock().advance(301 * SECONDS);
    assert_eq!(hear(back.body.clone()).await, Heard::NotSigned, "too late it isn't believed");
}

#[tokio::test(flavor = "multi_thread")]
async fn news_that_come_before_the_answer_are_the_answer() {
    let shop = shop(0).await;
    let command = billing::ordering(ONCE, 1, &shop.local.instrument(CARD).await);
    let Decided::Order(id) = shop.bench.run(&command).await.outcome else { panic!("no order") };
    let key = format!("here-{}", shop.order(id).await.placed.transactions[0].id);
    let paid = |key: &str| {
        json!({ "type": "payment_intent.succeeded", "data": { "object": {
            "object": "payment_intent", "id": "pi_1", "status": "succeeded", "metadata": { "consign_key": key },
        } } })
    };
    assert_eq!(shop.hear(&paid(&key.replace("here", "elsewhere"))).await, Heard::Yes);
    assert_eq!(shop.stands(id).await, InvoiceStatus::Unpaid, "another installation's is not ours");
    assert_eq!(shop.hear(&paid(&key)).await, Heard::Yes);
    assert_eq!(shop.stands(id).await, InvoiceStatus::Paid);
    shop.settle().await;
    assert_eq!(shop.listed("payment_intents").await, [] as [Value; 0], "nothing is asked for any more");
}

/// A dispute as Stripe shows one; localstripe has none.
fn disputed(kind: &str, status: &str, intent: &str) -> Value {
    json!({ "object": "event", "type": kind, "data": { "object": {
        "object": "dispute", "id": "dp_1", "amount": 5_000, "reason": "fraudulent", "status": status,
        "payment_intent": intent,
    } } })
}

#[tokio::test(flavor = "multi_thread")]
async fn disputes_are_heard_of_once_and_in_any_order() {
    let shop = shop(0).await;
    let (lost, won) = (shop.ordered(CARD).await, shop.ordered(CARD).await);
    let intent = |order: Arc<Order>| order.placed.transactions[0].external_id.clone().unwrap();
    let opened = disputed("charge.dispute.created", "needs_response", &intent(shop.order(lost).await));
    assert_eq!((shop.hear(&opened).await, shop.hear(&opened).await), (Heard::Yes, Heard::Yes));
    assert_eq!(shop.stands(lost).await, InvoiceStatus::Disputed);
    let closed = disputed("charge.dispute.closed", "lost", &intent(shop.order(lost).await));
    shop.hear(&closed).await;
    shop.hear(&opened).await;
    shop.hear(&closed).await;
    assert_eq!(shop.stands(lost).await, InvoiceStatus::Refunded);
    assert_eq!(shop.order(lost).await.placed.transactions.len(), 2, "the bank took it back once");
    let early = disputed("charge.dispute.closed", "won", &intent(shop.order(won).await));
    shop.hear(&early).await;
    assert_eq!(shop.stands(won).await, InvoiceStatus::Paid);
    assert_eq!(shop.order(won).await.invoices[0].bill.as_ref().unwrap().disputes.len(), 1);
    assert_eq!(shop.hear(&json!({ "type": 1 })).await, Heard::Unreadable);
    assert_eq!(
        shop.hear(&disputed("charge.dispute.created", "needs_response", "pi_nobodys")).await,
        Heard::Yes
    );
}

fn request(movement: Movement, amount: i64, currency: &str) -> Request {
    Request {
        key: TransactionId(7),
        order: OrderId(1),
        movement,
        amount,
        currency: Currency::parse(currency).unwrap(),
        since: Time(0),
        times: 0,
        known_as: None,
        now: Time(0),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn money_is_set_aside_and_then_taken_or_let_go() {
    let local = LocalStripe::start().await;
    let (stripe, account) = (stripe(), account(&local.url()));
    let instrument = domain::billing::Instrument { token: local.instrument(CARD).await, kind: None };
    for capture in [true, false] {
        let aside = Movement::Authorize { instrument: instrument.clone() };
        let answer = stripe.ask(&account, &request(aside, 5_000, "USD")).await;
        assert_eq!(answer.outcome, Outcome::Succeeded);
        let (of, rest) = (answer.known_as.unwrap(), Rest::None);
        let then = if capture {
            Movement::Capture { of: of.clone(), rest }
        } else {
            Movement::Release { of: of.clone(), rest }
        };

        for _ in 0..2 {
            let answer = stripe.ask(&account, &request(then.clone(), 5_000, "USD")).await;
            assert_eq!((answer.outcome, answer.known_as), (Outcome::Succeeded, Some(of.clone())), "{then:?}");
        }
        let status = local.ask(&format!("/v1/payment_intents/{of}"), "").await["status"].clone();
        assert_eq!(status, if capture { "succeeded" } else { "canceled" });
    }
    let checked = stripe.check(&account).await.unwrap();
    assert!(checked.contains("accepts the key"), "{checked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_says_what_stripe_needs_and_a_broken_answer_is_no_no() {
    let receiver = Receiver::start().await;
    let (stripe, account) = (stripe(), account(&receiver.url()));
    let instrument = domain::billing::Instrument { token: "cus_1/pm_1".into(), kind: None };
    let charge = Movement::Charge { instrument, declined: 0 };
    let paid = r#"{"object":"payment_intent","id":"pi_1","status":"succeeded"}"#;
    receiver.answer_with(vec![Answer::hang_up(), Answer::status(500), Answer::status(200).body(paid)]);
    for _ in 0..2 {
        let answer = stripe.ask(&account, &request(charge.clone(), 500, "JPY")).await;
        assert!(matches!(answer.outcome, Outcome::Unknown(_)), "{answer:?}");
    }
    let answer = stripe.ask(&account, &request(charge.clone(), 500, "JPY")).await;
    assert_eq!((answer.outcome, answer.known_as.as_deref()), (Outcome::Succeeded, Some("pi_1")));
    let asked = receiver.wait_for(3, Duration::from_secs(5)).await;
    for request in &asked {
        assert_eq!(request.header("Idempotency-Key"), Some("here-7"));
        assert_eq!(request.header("Authorization"), Some(&*format!("Bearer {KEY}")));
        let form = String::from_utf8(request.body.clone()).unwrap();
        for part in
            ["amount=500&currency=jpy", "customer=cus_1&payment_method=pm_1", "confirm=true&off_session=true"]
        {
            assert!(form.contains(part), "{part} in {form}");
        }
    }
    let precise = stripe.ask(&account, &request(charge, 5_121, "KWD")).await;
    assert_eq!(precise.outcome, Outcome::Declined("amount_too_precise".into()));
}

/// An intent as Stripe shows it, whose capture with the key 7 is marked or not.
fn intent(status: &str, received: i64, marked: bool) -> String {
    let marks = if marked { r#"{"consign_capture_here-7":"500"}"# } else { "{}" };
    format!(
        r#"{{"object":"payment_intent","id":"pi_1","status":"{status}","amount":900,"amount_received":{received},"metadata":{marks}}}"#
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_is_captured_once_and_keeps_the_rest() {
    let receiver = Receiver::start().await;
    let (stripe, account) = (stripe(), account(&receiver.url()));
    let capture = |rest| request(Movement::Capture { of: "pi_1".into(), rest }, 500, "USD");
    let again = |rest| Request { times: 1, ..capture(rest) };
    let ok = |body: String| Answer::status(200).body(body);
    receiver.answer_with(vec![
        ok(intent("requires_capture", 500, true)),
        // Nobody knows what became of it: it left its mark, or it didn't.
        ok(intent("requires_capture", 500, true)),
        ok(intent("requires_capture", 0, false)),
        ok(intent("succeeded", 500, true)),
        // Somebody captured another part for good.
        ok(intent("succeeded", 400, false)),
    ]);
    for (asked, outcome) in [
        (capture(Rest::Stays), Outcome::Succeeded),
        (again(Rest::Stays), Outcome::Succeeded),
        (again(Rest::Gone), Outcome::Succeeded),
        (again(Rest::Gone), Outcome::Declined("already_succeeded".into())),
    ] {
        let answer = stripe.ask(&account, &asked).await;
        assert_eq!((answer.outcome, answer.known_as.as_deref()), (outcome, Some("pi_1")), "{asked:?}");
    }
    let asked = receiver.wait_for(5, Duration::from_secs(5)).await;
    let forms: Vec<String> =
        asked.iter().map(|request| String::from_utf8(request.body.clone()).unwrap()).collect();
    let mark = "amount_to_capture=500&metadata%5Bconsign_capture_here-7%5D=500";
    assert_eq!(forms, [&*format!("{mark}&final_capture=false"), "", "", mark, ""]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_is_let_go_when_nothing_else_is() {
    let receiver = Receiver::start().await;
    let (stripe, account) = (stripe(), account(&receiver.url()));
    let release = |rest| request(Movement::Release { of: "pi_1".into(), rest }, 400, "USD");
    let early = stripe.ask(&account, &release(Rest::Stays)).await;
    assert_eq!(early.outcome, Outcome::Pending, "the rest is still to be captured");
    let no = r#"{"error":{"type":"invalid_request_error","code":"payment_intent_unexpected_state"}}"#;
    receiver.answer_with(vec![
        Answer::status(200).body(intent("canceled", 500, true)),
        Answer::status(400).body(no),
        Answer::status(200).body(intent("succeeded", 500, true)),
        Answer::status(400).body(no),
        Answer::status(200).body(intent("succeeded", 900, true)),
    ]);
    let last = Request { times: 3, known_as: Some("pi_1".into()), ..release(Rest::Gone) };
    for outcome in [
        Outcome::Succeeded,
        // The last capture let it go.
        Outcome::Succeeded,
        Outcome::Declined("payment_intent_unexpected_state".into()),
    ] {
        assert_eq!(stripe.ask(&account, &last).await.outcome, outcome);
    }
}
