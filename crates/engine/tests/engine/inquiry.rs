//! Services that are asked for what they know, by several nodes on one database.

use domain::command::{Command, EditService};
use domain::location::Inquiry;
use store::InquiryRow;
use testkit::receiver::{Answer, Receiver};
use testkit::world::{MUG, SERVED, SERVICE};

use crate::bench::{Bench, SECONDS, bench, workers};

testkit::on_both! { bench:
    many_nodes_ask_once
    what_a_service_gives_is_asked_for_and_nothing_else
}

fn offering(url: Option<String>, tracking: bool, stock: bool) -> Command {
    Command::EditService(EditService {
        service: SERVICE,
        name: None,
        callback_url: Some(url),
        gives_tracking: Some(tracking),
        gives_stock: Some(stock),
        requires_shipping: None,
    })
}

async fn many_nodes_ask_once(bench: Bench) {
    let (other, receiver) = (bench.another().await, Receiver::start().await);
    bench.run(&offering(Some(receiver.url()), false, true)).await;
    let workers = workers();
    for (round, on_hand) in [(1, 6), (2, 0), (3, 8)] {
        receiver.answer_with(vec![Answer::status(200).body(format!(r#"{{"SKU-{MUG}":{on_hand}}}"#))]);
        let nodes = [&bench.engine, &other, &bench.engine, &other];
        for swept in futures::future::join_all(nodes.map(|node| node.work_off(&workers))).await {
            swept.unwrap();
        }
        assert_eq!(receiver.requests().len(), round, "one of them asked");
        let (_, stock) = bench.engine.store().variants(bench.shop.id, &[MUG]).await.unwrap();
        assert_eq!(stock.iter().find(|level| level.location == SERVED).unwrap().on_hand, on_hand);
        bench.clock().advance(3_600 * SECONDS);
    }
    assert_eq!(bench.findings().await, []);
}

async fn what_a_service_gives_is_asked_for_and_nothing_else(bench: Bench) {
    let asked = async || {
        let rows = bench.engine.store().inquiries(bench.shop.id).await.unwrap();
        rows.iter().map(|row: &InquiryRow| row.inquiry).collect::<Vec<_>>()
    };
    let url = || Some("https://docks.example".to_owned());
    assert_eq!(asked().await, []);
    bench.run(&offering(url(), true, true)).await;
    assert_eq!(asked().await, [Inquiry::Stock, Inquiry::Tracking]);
    let due = bench.engine.store().inquiries(bench.shop.id).await.unwrap()[0].due_at;
    bench.clock().advance(SECONDS);
    bench.run(&offering(url(), true, true)).await;
    let again = bench.engine.store().inquiries(bench.shop.id).await.unwrap()[0].due_at;
    assert_eq!(due, again, "a change of something else doesn't hurry");
    bench.run(&offering(url(), true, false)).await;
    assert_eq!(asked().await, [Inquiry::Tracking]);
    bench.run(&offering(None, true, true)).await;
    assert_eq!(asked().await, [], "nobody can call it");
}
