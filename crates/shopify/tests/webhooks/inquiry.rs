//! Services that are asked for what they know, as they are documented to be asked; and what becomes of every kind of
//! answer.

use std::time::Duration;

use domain::actor::Actor;
use domain::command::{Command, EditService};
use domain::decide::Outcome;
use domain::id::FulfillmentId;
use testkit::receiver::{Answer, Receiver};
use testkit::world::{self, MUG, SERVED, SERVICE};

use crate::bench::{Bench, bench, nearby};

const HOUR: i64 = 3_600;

impl Bench {
    async fn run(&self, command: &Command) -> Outcome {
        self.engine.execute(&self.shop, &Actor::System, command).await.unwrap().unwrap().outcome
    }

    /// The service wants to be called at that address, and says what it will answer.
    async fn offer(&self, url: String, tracking: bool, stock: bool) {
        self.run(&Command::EditService(EditService {
            service: SERVICE,
            name: None,
            callback_url: Some(Some(url)),
            gives_tracking: Some(tracking),
            gives_stock: Some(stock),
            requires_shipping: None,
        }))
        .await;
    }

    /// The service sends a mug.
    async fn send(&self) -> FulfillmentId {
        let Outcome::Order(id) = self.run(&world::placing(world::order(&[(MUG, 1)]))).await else { panic!() };
        let order = self.engine.store().orders_by_id(self.shop.id, &[id]).await.unwrap().remove(0);
        let work = order.fulfillment_orders[0].id;
        let Outcome::Fulfillment(id) = self.run(&world::shipping(work)).await else { panic!() };
        id
    }

    async fn numbers(&self, id: FulfillmentId) -> Vec<(Option<String>, Option<String>)> {
        let fulfillment = self.engine.store().fulfillments(self.shop.id, &[id]).await.unwrap().remove(0);
        let number = |known: &domain::fulfillment::Tracking| (known.number.clone(), known.company.clone());
        fulfillment.trackings.iter().map(number).collect()
    }

    async fn mugs(&self) -> i64 {
        let (_, stock) = self.engine.store().variants(self.shop.id, &[MUG]).await.unwrap();
        stock.iter().find(|level| level.location == SERVED).unwrap().on_hand
    }

    /// What came of asking the last time: in a word, and for people.
    async fn came(&self) -> (String, String) {
        let last = self.engine.store().inquiries(self.shop.id).await.unwrap().remove(0).last.unwrap();
        (last.answer, last.excerpt)
    }
}

fn paths(receiver: &Receiver) -> Vec<String> {
    receiver.requests().into_iter().map(|request| format!("{} {}", request.method, request.path)).collect()
}

#[tokio::test]
async fn a_service_is_asked_for_tracking_until_it_tells() {
    let (bench, receiver) = (bench(nearby()).await, Receiver::start().await);
    bench.offer(format!("{}/docks/", receiver.url()), true, false).await;
    bench.work_off().await;
    assert_eq!(paths(&receiver), Vec::<String>::new(), "nothing lacks tracking");
    let (first, second) = (bench.send().await, bench.send().await);
    bench.work_off().await;
    assert_eq!(receiver.requests().len(), 0, "not before the hour is over");

    bench.wait(HOUR);
    receiver.answer_with(vec![Answer::hang_up()]);
    bench.work_off().await;
    assert_eq!(bench.came().await.0, "unknown");
    assert_eq!((bench.numbers(first).await.len(), receiver.requests().len()), (0, 1), "and not asked again");

    bench.wait(HOUR);
    let told = r##"{"tracking_numbers":{"#1002-F1":"1Z999AA10123456784","#9":"x"},"success":true}"##;
    receiver.answer_with(vec![Answer::status(404), Answer::status(200).body(told)]);
    bench.work_off().await;
    let asked = paths(&receiver);
    let query = "order_names%5B%5D=%231002-F1&order_names%5B%5D=%231001-F1&shop=shop.example";
    assert_eq!(asked[1], format!("GET /docks/fetch_tracking_numbers.json?{query}"));
    assert_eq!(asked[2], format!("GET /docks/fetch_tracking_numbers?{query}"), "as newer services know it");
    assert_eq!(receiver.requests()[2].header("x-shopify-shop-domain"), Some("shop.example"));
    let ups = (Some("1Z999AA10123456784".to_owned()), Some("UPS".to_owned()));
    assert_eq!((bench.numbers(first).await, bench.numbers(second).await), (vec![], vec![ups]));
    assert_eq!(bench.came().await, ("accepted".into(), "tracking of 1 of 2 fulfillments".into()));

    bench.wait(HOUR);
    bench.work_off().await;
    let last = "GET /docks/fetch_tracking_numbers.json?order_names%5B%5D=%231001-F1&shop=shop.example";
    assert_eq!(paths(&receiver)[3], last, "only for what it didn't tell yet");
    assert_eq!(bench.came().await.0, "unreadable", "an empty answer is none");
}

#[tokio::test]
async fn a_service_is_asked_for_stock_and_only_an_answer_counts() {
    let (bench, receiver) = (bench(nearby()).await, Receiver::start().await);
    bench.offer(receiver.url(), false, true).await;
    let answers = [
        (Answer::status(200).body(r#"{"SKU-101":7,"OTHER":3}"#), "accepted", 7),
        (Answer::status(202).body(r#"{"SKU-101":1}"#), "pending", 7),
        (Answer::status(500).body(r#"{"SKU-101":1}"#), "rejected", 7),
        (Answer::hang_up(), "unknown", 7),
        (Answer::status(200).body("[1]"), "unreadable", 7),
        (Answer::status(200).body("{}"), "accepted", 7),
        (Answer::status(200).body(r#"{"stock_levels":{"SKU-101":"-2"}}"#), "accepted", 0),
    ];
    for (answer, came, left) in answers {
        receiver.answer_with(vec![answer]);
        bench.work_off().await;
        assert_eq!((bench.came().await.0.as_str(), bench.mugs().await), (came, left));
        bench.wait(HOUR);
    }
    assert_eq!(paths(&receiver)[0], "GET /fetch_stock.json?shop=shop.example&timestamp=1752164147");
    bench.offer(receiver.url(), false, false).await;
    bench.work_off().await;
    assert_eq!(receiver.requests().len(), 7, "it answers nothing any more");
    assert_eq!(bench.engine.store().inquiries(bench.shop.id).await.unwrap(), []);
}

#[tokio::test]
async fn a_service_can_be_asked_at_once() {
    let (bench, receiver) = (bench(nearby()).await, Receiver::start().await);
    bench.offer(receiver.url(), false, true).await;
    bench.work_off().await;
    let store = bench.engine.store();
    assert_eq!(store.inquire_now(bench.shop.id, SERVICE, bench.engine.now()).await.unwrap(), 1);
    receiver.answer_with(vec![Answer::status(200).body(r#"{"SKU-101":4}"#)]);
    bench.work_off().await;
    receiver.wait_for(2, Duration::from_secs(5)).await;
    assert_eq!(bench.mugs().await, 4);
}
