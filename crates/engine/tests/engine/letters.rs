//! What buyers are written, cause by cause, by a mail server: orders that are paid, courses that are open to them, cards
//! that are declined until nobody tries any more.

use std::time::Duration;

use domain::access::{Target, TargetKind};
use domain::calendar::DAY;
use domain::command::Command;
use domain::command::billing::{BillingCommand, PlaceBilled};
use domain::contact::{ContactChange, SaveContact, Whom};
use domain::decide::Outcome;
use domain::id::{ContactId, PriceId, ProductId, RecordId};
use domain::product::Variant;
use domain::record::{Record, RecordKind};
use domain::time::{HOUR, Time};
use engine::gateway::{Account, SetUp};
use engine::mail::{MailServer, Post, Security, Smtp};
use engine::workers::Workers;
use testkit::billing::{self, GATEWAY, LESSONS, MONTHLY, ONCE};
use testkit::database::Database;
use testkit::mail_receiver::{Mail, MailReceiver};
use testkit::world::{self, product, variant};

use crate::bench::{Bench, bench, workers};

testkit::on_both! { lettered:
    an_order_that_is_paid_is_confirmed_and_opens_its_course
    a_card_that_is_declined_is_told_of_every_time_and_last_without_hope
    what_is_off_is_not_written
}

/// A shop that bills lessons, which open a course, and writes to a buyer.
struct Lettered {
    bench: Bench,
    server: MailReceiver,
    workers: Workers,
    buyer: ContactId,
}

async fn lettered(database: Database) -> Lettered {
    let mut bench = bench(database).await;
    let mut shop = world::shop();
    shop.mail.address = Some("hello@shop.example".into());
    bench.engine.store().save_shop(&shop).await.unwrap();
    bench.shop = std::sync::Arc::new(shop);
    for command in billing::furniture() {
        bench.run(&command).await;
    }
    let course = Record {
        id: RecordId(700),
        kind: RecordKind::Course,
        parent: None,
        other: None,
        name: "Bread & butter".into(),
        key: None,
        archived: false,
        body: serde_json::json!({ "url": "https://school.example/bread" }),
        created_at: Time(0),
        updated_at: Time(0),
    };
    bench.run(&Command::SaveRecords(vec![course])).await;
    let lessons = Variant {
        product: ProductId(91),
        requires_shipping: false,
        requires_fulfillment: false,
        tracked: false,
        gives: vec![Target { kind: TargetKind::Course, id: 700 }],
        ..variant(LESSONS)
    };
    bench.run(&Command::SaveProduct(product(ProductId(91)), vec![lessons])).await;
    let gateway = SetUp { name: GATEWAY.into(), kind: "test".into(), account: Account::default() };
    bench.engine.set_up_gateway(bench.shop.id, &gateway).await.unwrap();
    let changes = vec![
        ContactChange::Email(Some("jane@example.com".into())),
        ContactChange::FirstName(Some("Jane".into())),
    ];
    let saved = bench.run(&Command::SaveContact(Box::new(SaveContact { whom: Whom::New, changes }))).await;
    let Outcome::Contact(buyer) = saved.outcome else { panic!("no contact") };
    let server = MailReceiver::start().await;
    let known = MailServer {
        host: "127.0.0.1".into(),
        port: server.port(),
        security: Security::Plain,
        credentials: None,
        certificates: None,
        patience: Duration::from_secs(5),
    };
    let workers = Workers { post: Post::Smtp(Smtp::new(known).unwrap()), ..workers() };
    Lettered { bench, server, workers, buyer }
}

impl Lettered {
    async fn orders(&self, price: PriceId, token: &str) {
        let Command::Billing(BillingCommand::Place(mut place)) = billing::ordering(price, 1, token) else {
            panic!("no order")
        };
        let PlaceBilled { placed, .. } = &mut *place;
        placed.contact = Some(self.buyer);
        placed.email = Some("jane@example.com".into());
        self.bench.run(&Command::Billing(BillingCommand::Place(place))).await;
        self.settle().await;
    }

    async fn settle(&self) {
        while self.bench.engine.work_off(&self.workers).await.unwrap() > 0 {}
    }

    /// The mails that came since `before` of them were there, by their subjects.
    fn since(&self, before: usize) -> Vec<Mail> {
        let mut mails = self.server.mails().split_off(before);
        mails.sort_by_key(|mail| mail.header("Subject").unwrap_or_default().to_owned());
        mails
    }
}

async fn an_order_that_is_paid_is_confirmed_and_opens_its_course(shop: Lettered) {
    shop.orders(ONCE, "test_ok").await;
    let mails = shop.since(0);
    let subjects: Vec<_> = mails.iter().filter_map(|mail| mail.header("Subject")).collect();
    assert_eq!(subjects, ["Shop: order #1001 is confirmed", "Shop: you have access"]);
    for mail in &mails {
        assert_eq!((&*mail.from, &mail.to[..]), ("hello@shop.example", &["jane@example.com".to_owned()][..]));
        let text = mail.plain();
        let parts =
            ["text/plain", "text/html"].map(|kind| text.matches(&format!("Content-Type: {kind}")).count());
        assert_eq!(parts, [1, 1], "{text}");
    }
    let (paid, access) = (mails[0].plain(), mails[1].plain());
    assert!(paid.contains("50.00 USD"), "{paid}");
    assert!(access.contains("You have access, Jane"), "{access}");
    assert!(access.contains("- Bread & butter: https://school.example/bread"), "{access}");
    assert!(access.contains("Bread &amp; butter</a>"), "values are escaped in HTML: {access}");
    // Days pass, and nothing is told twice.
    for _ in 0..3 {
        shop.bench.clock().advance(DAY);
        shop.settle().await;
    }
    assert_eq!(shop.server.mails().len(), 2);
}

async fn a_card_that_is_declined_is_told_of_every_time_and_last_without_hope(shop: Lettered) {
    // Good for the first month.
    shop.orders(MONTHLY, "test_ok_until_1970-01-20").await;
    let welcomed = shop.server.mails().len();
    assert_eq!(welcomed, 1, "access; of subscriptions no order is confirmed");
    // The clock began on January 12th; the next invoice comes a month later.
    let mut told = Vec::new();
    let mut seen = welcomed;
    // Until shortly before the third is issued.
    for quarter in 0..(55 * 4) {
        shop.bench.clock().advance(6 * HOUR);
        shop.settle().await;
        told.extend(shop.since(seen).into_iter().map(|mail| (quarter / 4, mail)));
        seen = shop.server.mails().len();
    }
    let days: Vec<_> = told.iter().map(|(day, _)| day - told[0].0).collect();
    assert_eq!(days, [0, 3, 7, 15], "the first time, and every retry");
    let texts: Vec<String> = told.iter().map(|(_, mail)| mail.plain()).collect();
    for (text, again) in texts.iter().zip(["15 February 1970", "19 February 1970", "27 February 1970"]) {
        assert!(text.contains("9.99 USD") && text.contains(&format!("again on {again}")), "{text}");
    }
    assert!(texts[3].contains("Please get in touch with us: hello@shop.example"), "{}", texts[3]);
    assert!(!texts[3].contains("again on"), "{}", texts[3]);
    let ids: std::collections::BTreeSet<_> =
        shop.server.mails().iter().filter_map(|mail| mail.header("Message-ID").map(str::to_owned)).collect();
    assert_eq!(ids.len(), 5, "every cause has an id of its own");
}

async fn what_is_off_is_not_written(mut shop: Lettered) {
    let mut quiet = domain::snapshot::Shop::clone(&shop.bench.shop);
    quiet.mail.off = vec![domain::mail::MailKind::OrderPaid];
    shop.bench.engine.store().save_shop(&quiet).await.unwrap();
    shop.bench.shop = std::sync::Arc::new(quiet);
    shop.orders(ONCE, "test_ok").await;
    let subjects: Vec<_> =
        shop.since(0).iter().filter_map(|mail| mail.header("Subject").map(str::to_owned)).collect();
    assert_eq!(subjects, ["Shop: you have access"]);
}
