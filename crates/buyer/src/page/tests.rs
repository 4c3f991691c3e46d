//! The pages over HTTP, as buyers get them.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use domain::access::{Target, TargetKind};
use domain::actor::Actor;
use domain::calendar::DAY;
use domain::command::billing::{BillingCommand, PaymentOutcome, RecordPayment};
use domain::command::{Command, Place};
use domain::contact::{ContactChange, SaveContact, Whom};
use domain::decide::Outcome;
use domain::id::{AccessGrantId, OrderId, ProductId, RecordId};
use domain::order::Article;
use domain::product::Variant;
use domain::record::{Record, RecordKind};
use domain::snapshot::Shop;
use domain::time::Time;
use engine::Engine;
use engine::clock::Clock;
use engine::links::Door;
use engine::seal::Sealer;
use store::Store;
use store::db::Options;
use testkit::billing;
use testkit::database::{Database, Fresh};
use testkit::world::{self, SHIRT};
use tower::ServiceExt as _;

struct Bench {
    engine: Engine,
    shop: Arc<Shop>,
    files: tempfile::TempDir,
    _fresh: Fresh,
}

async fn bench() -> Bench {
    let fresh = Database::Sqlite.fresh();
    let store = Store::open(&fresh.url, Options::default()).await.unwrap();
    store.migrate().await.unwrap();
    let clock = Clock::fixed(Time(1_700_000_000_000_000));
    let engine = Engine::start(store, clock, Sealer::new(&[7; 32]).unwrap()).await.unwrap();
    let payment_page = Some("https://pay.example/{order}?amount={amount}&return={return}".to_owned());
    let shop = Arc::new(Shop { payment_page, ..world::shop() });
    engine.store().save_shop(&shop).await.unwrap();
    let bench = Bench { engine, shop, files: tempfile::tempdir().unwrap(), _fresh: fresh };
    for command in world::furniture() {
        bench.run(&command).await;
    }
    bench
}

impl Bench {
    async fn run(&self, command: &Command) -> Outcome {
        self.engine.execute(&self.shop, &Actor::System, command).await.unwrap().unwrap().outcome
    }

    async fn place(&self, change: impl FnOnce(&mut Place)) -> OrderId {
        let mut place = world::order(&[(SHIRT, 2)]);
        for line in &mut place.lines {
            line.article = Article {
                title: "<b>Shirt</b>".to_owned(),
                unit_price: 1_250,
                requires_shipping: true,
                ..Article::default()
            };
        }
        place.placed.email = Some("buyer@example.com".to_owned());
        change(&mut place);
        match self.run(&world::placing(place)).await {
            Outcome::Order(id) => id,
            other => panic!("{other:?}"),
        }
    }

    /// The path of a link.
    fn path(&self, door: Door, order: OrderId) -> String {
        let link = self.engine.link(door, &self.shop, order);
        link.strip_prefix("https://shop.example").unwrap().to_owned()
    }

    async fn get(&self, path: &str, language: &str) -> (StatusCode, HeaderMap, String) {
        let request = Request::get(path).header("accept-language", language).body(Body::empty()).unwrap();
        let answer =
            crate::routes(self.engine.clone(), self.files.path().to_owned()).oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let text = String::from_utf8(to_bytes(body, 1 << 20).await.unwrap().to_vec()).unwrap();
        (parts.status, parts.headers, text)
    }
}

#[tokio::test]
async fn a_page_shows_the_order_and_nothing_of_the_buyer() {
    let bench = bench().await;
    let order = bench.place(|_| {}).await;
    let (status, headers, text) = bench.get(&bench.path(Door::Status, order), "fr").await;
    assert_eq!(status, StatusCode::OK);
    assert!(text.contains("$25.00") && text.contains("Still to come"), "{text}");
    assert!(text.contains("Shirt") && !text.contains("<b>"), "what others wrote is text");
    assert!(!text.contains("buyer@example.com"));
    assert!(!text.contains("<script") && !text.contains(" style="));
    assert_eq!(headers["x-robots-tag"], "noindex, nofollow, noarchive");
    assert_eq!(headers["referrer-policy"], "no-referrer");
    assert_eq!(headers["cache-control"], "private, no-store");
    assert!(headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
}

#[tokio::test]
async fn the_language_is_the_first_that_is_known() {
    let bench = bench().await;
    let plain = bench.path(Door::Status, bench.place(|_| {}).await);
    let german =
        bench.path(Door::Status, bench.place(|place| place.placed.locale = Some("de-AT".into())).await);
    for (path, browser, language) in [
        (plain.clone(), "fr", "en"),
        (plain, "de", "de"),
        (german.clone(), "en", "de"),
        (format!("{german}?lang=en"), "de", "en"),
    ] {
        let (_, headers, text) = bench.get(&path, browser).await;
        assert_eq!(headers["content-language"], language, "{path} {browser}");
        assert!(text.contains(&format!("<html lang=\"{language}\">")));
    }
}

#[tokio::test]
async fn a_checkout_leads_to_the_payment_page_and_back() {
    let bench = bench().await;
    let order = bench.place(|_| {}).await;
    let (status, headers, _) = bench.get(&bench.path(Door::Checkout, order), "en").await;
    let to = headers["location"].to_str().unwrap();
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert!(to.starts_with(&format!(
        "https://pay.example/{order}?amount=25.00&return=https%3A%2F%2Fshop.example%2Fo%2F"
    )));
    bench.run(&Command::MarkPaid(order)).await;
    let (_, headers, _) = bench.get(&bench.path(Door::Checkout, order), "en").await;
    assert_eq!(headers["location"], bench.engine.link(Door::Status, &bench.shop, order).as_str());
    let (_, _, text) = bench.get(&bench.path(Door::Status, order), "en").await;
    assert!(!text.contains("Still to be paid"));
}

#[tokio::test]
async fn what_is_no_link_of_ours_opens_nothing() {
    let bench = bench().await;
    let order = bench.place(|_| {}).await;
    let checkout = bench.path(Door::Checkout, order).replace("/checkout/", "/o/");
    let gone = bench.path(Door::Status, OrderId(1));
    for path in [checkout, gone, "/o/x".to_owned(), format!("/o/{}", "A".repeat(78))] {
        let (status, headers, text) = bench.get(&path, "de").await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert!(text.contains("ins Leere") && headers.contains_key("content-security-policy"));
    }
}

/// An order of a subscription that opens a file of 20 bytes, and the grant.
async fn opening_a_file(bench: &Bench) -> (OrderId, AccessGrantId) {
    for command in billing::furniture() {
        bench.run(&command).await;
    }
    let asset = Record {
        id: RecordId(700),
        kind: RecordKind::Asset,
        parent: None,
        other: None,
        name: "Bread <b>&</b> butter".into(),
        key: None,
        archived: false,
        body: serde_json::json!({ "file": { "name": "bread & butter.pdf", "bytes": 20 } }),
        created_at: Time(0),
        updated_at: Time(0),
    };
    std::fs::write(bench.files.path().join("700"), "twenty bytes of PDF.").unwrap();
    bench.run(&Command::SaveRecords(vec![asset])).await;
    let target = Target { kind: TargetKind::Asset, id: 700 };
    let lessons = Variant {
        product: ProductId(91),
        requires_shipping: false,
        requires_fulfillment: false,
        gives: vec![target],
        ..world::variant(billing::LESSONS)
    };
    bench.run(&Command::SaveProduct(world::product(ProductId(91)), vec![lessons])).await;
    let changes = vec![ContactChange::Email(Some("jane@example.com".into()))];
    let saved = bench.run(&Command::SaveContact(Box::new(SaveContact { whom: Whom::New, changes }))).await;
    let Outcome::Contact(contact) = saved else { panic!() };
    let ordering = billing::ordering(billing::ONCE, 1, "test_ok");
    let Command::Billing(BillingCommand::Place(mut place)) = ordering else { panic!() };
    place.placed.contact = Some(contact);
    let Outcome::Order(id) = bench.run(&Command::Billing(BillingCommand::Place(place))).await else {
        panic!()
    };
    let order = bench.engine.orders_by_id(&bench.shop, &[id]).await.unwrap().remove(0);
    let transaction = order.placed.transactions[0].id;
    let paid = RecordPayment {
        order: id,
        transaction,
        outcome: PaymentOutcome::Succeeded,
        external_id: None,
        message: None,
    };
    bench.run(&Command::Billing(BillingCommand::Record(paid))).await;
    let grants = bench.engine.store().access_of(bench.shop.id, contact).await.unwrap();
    (id, grants[0].id)
}

#[tokio::test]
async fn a_file_that_was_paid_for_is_handed_out_until_access_is_taken_back() {
    let bench = bench().await;
    let (order, grant) = opening_a_file(&bench).await;
    let (_, _, page) = bench.get(&bench.path(Door::Status, order), "en").await;
    assert!(page.contains("Open to you") && !page.contains("<b>"), "{page}");
    let after = page.split("href=\"https://shop.example/download/").nth(1).expect("a link to the file");
    let path = format!("/download/{}", after.split('"').next().unwrap());
    let (status, headers, text) = bench.get(&path, "en").await;
    assert_eq!((status, &*text), (StatusCode::OK, "twenty bytes of PDF."));
    assert_eq!(headers["content-disposition"].to_str().unwrap().split(';').next(), Some("attachment"));
    assert_eq!(headers["content-type"], "application/octet-stream");
    assert_eq!(headers["cache-control"], "private, no-store");
    // In parts, as whoever lost the connection asks for it.
    let request = Request::get(&path).header("range", "bytes=7-11").body(Body::empty()).unwrap();
    let routes = crate::routes(bench.engine.clone(), bench.files.path().to_owned());
    let answer = routes.oneshot(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(to_bytes(answer.into_body(), 100).await.unwrap(), "bytes");
    // A link of another door, or one that was changed, opens nothing.
    let status_page = bench.path(Door::Status, order).replace("/o/", "/download/");
    assert_eq!(bench.get(&status_page, "en").await.0, StatusCode::NOT_FOUND);
    std::fs::remove_file(bench.files.path().join("700")).unwrap();
    assert_eq!(bench.get(&path, "en").await.0, StatusCode::SERVICE_UNAVAILABLE, "the shop lost it");
    bench.run(&Command::Billing(BillingCommand::RevokeAccess(grant))).await;
    assert_eq!(bench.get(&path, "en").await.0, StatusCode::NOT_FOUND);
    assert!(!bench.get(&bench.path(Door::Status, order), "en").await.2.contains("Open to you"));
}

#[tokio::test]
async fn a_link_to_a_file_ends() {
    let bench = bench().await;
    let (order, _) = opening_a_file(&bench).await;
    let (_, _, page) = bench.get(&bench.path(Door::Status, order), "en").await;
    let after = page.split("https://shop.example/download/").nth(1).unwrap();
    let path = format!("/download/{}", after.split('"').next().unwrap());
    bench.engine.clock().advance(7 * DAY);
    assert_eq!(bench.get(&path, "en").await.0, StatusCode::OK);
    bench.engine.clock().advance(DAY);
    assert_eq!(bench.get(&path, "en").await.0, StatusCode::GONE);
}
