//! `consign import` and `consign export` as people run them: files in, orders in the shop, files out.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Output};
use std::sync::Arc;
use std::time::Instant;

use domain::actor::Actor;
use domain::command::Command;
use domain::fulfillment_order::Stage;
use domain::id::{ProductId, VariantId};
use domain::order::{Order, PaymentClaim};
use domain::status::{self, FulfillmentStatus};
use engine::Engine;
use engine::clock::Clock;
use engine::seal::Sealer;
use store::db::Options;
use store::{OrderSort, Page, Store};
use testkit::database::{Database, Fresh};
use testkit::world::{self, HERE, SHIRT, THERE};

/// An installation with the small shop of all tests in it.
struct Shop {
    folder: tempfile::TempDir,
    database: Fresh,
}

impl Shop {
    async fn new() -> Self {
        Self::on(Database::Sqlite).await
    }

    async fn on(database: Database) -> Self {
        let shop = Self { folder: tempfile::tempdir().unwrap(), database: database.fresh() };
        let store = shop.store().await;
        store.migrate().await.unwrap();
        store.save_shop(&world::shop()).await.unwrap();
        let engine = Engine::start(store, Clock::System, Sealer::new(&[7; 32]).unwrap()).await.unwrap();
        let mut furniture = world::furniture();
        let twice = [150, 151].map(|id| domain::product::Variant {
            product: ProductId(91),
            sku: Some("TWICE".into()),
            ..world::variant(VariantId(id))
        });
        furniture.push(Command::SaveProduct(world::product(ProductId(91)), twice.to_vec()));
        for command in furniture {
            engine.execute(&Arc::new(world::shop()), &Actor::System, &command).await.unwrap().unwrap();
        }
        engine.close().await;
        shop
    }

    async fn store(&self) -> Store {
        Store::open(&self.database.url, Options::default()).await.unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    fn run(&self, args: &[&str]) -> Output {
        let output = Process::new(env!("CARGO_BIN_EXE_consign"))
            .args(args)
            .args(["--data", self.folder.path().to_str().unwrap(), "--db", &self.database.url])
            .env_clear()
            .output()
            .unwrap();
        eprintln!("{args:?}: {:?}\n{}{}", output.status.code(), text(&output.stdout), text(&output.stderr));
        output
    }

    fn import(&self, what: &str, file: &Path, more: &[&str]) -> Output {
        self.run(&[&["import", what, file.to_str().unwrap()], more].concat())
    }

    async fn orders(&self) -> Vec<Arc<Order>> {
        let store = self.store().await;
        let page = Page { limit: 100_000, ..Page::default() };
        let rows = store.orders(world::SHOP, &[], OrderSort::Number, &page).await.unwrap();
        store.db().close().await;
        rows.into_iter().map(|row| row.0).collect()
    }

    async fn order(&self, name: &str) -> Arc<Order> {
        self.orders()
            .await
            .into_iter()
            .find(|order| order.name == name)
            .unwrap_or_else(|| panic!("no {name}"))
    }

    /// Units of the shirt in the shelves and promised, over all locations.
    async fn shirts(&self) -> (i64, i64) {
        let store = self.store().await;
        let (_, stock) = store.variants(world::SHOP, &[SHIRT]).await.unwrap();
        store.db().close().await;
        stock.iter().fold((0, 0), |sum, level| (sum.0 + level.on_hand, sum.1 + level.committed))
    }

    /// What is exported, line by line, sorted.
    fn exported(&self, format: &str) -> Vec<String> {
        let output = self.run(&["export", "orders", "--format", format]);
        assert!(output.status.success());
        let mut lines: Vec<String> = text(&output.stdout).lines().map(str::to_owned).collect();
        lines.sort();
        lines
    }
}

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn listeners_are_told_if_that_is_wanted() {
    let shop = Shop::new().await;
    let store = shop.store().await;
    let engine = Engine::start(store.clone(), Clock::System, Sealer::new(&[7; 32]).unwrap()).await.unwrap();
    let listener = world::listener(5, "shopify", "https://example.com/hook");
    engine
        .execute(&Arc::new(world::shop()), &Actor::System, &Command::SaveListener(listener))
        .await
        .unwrap()
        .unwrap();
    let waiting = async || store.undispatched(world::SHOP, 100).await.unwrap().len();
    let before = waiting().await;
    let order =
        |id: u32| format!("{{\"id\":\"web-{id}\",\"lines\":[{{\"title\":\"Poster\",\"quantity\":1}}]}}\n");
    let first = shop.write("first.jsonl", order(1) + &order(2));
    assert_eq!(tally(&shop.import("orders", &first, &[]))[0], 2);
    assert_eq!(waiting().await, before, "what happened elsewhere is no news");
    let second = shop.write("second.jsonl", order(3));
    assert_eq!(tally(&shop.import("orders", &second, &["--announce"]))[0], 1);
    assert_eq!(waiting().await, before + 1);
    engine.close().await;
}

/// The numbers of the summary: added, already there, refused, with warnings.
fn tally(output: &Output) -> [u64; 4] {
    let lines = text(&output.stdout);
    let number = |line: &str| -> u64 {
        let line = line.split("  (").next().unwrap();
        line.rsplit(' ').next().unwrap().parse().unwrap()
    };
    let numbers: Vec<u64> = lines.lines().filter(|line| line.starts_with("orders")).map(number).collect();
    numbers.try_into().unwrap()
}

#[tokio::test]
async fn an_export_with_every_oddity_becomes_orders() {
    let shop = Shop::new().await;
    let output = shop.import("shopify-orders", &data("shopify_orders.csv"), &["--location", "location 11"]);
    assert_eq!((output.status.code(), tally(&output)), (Some(0), [8, 0, 0, 4]));

    let order = shop.order("#1001").await;
    let placed = &order.placed;
    assert_eq!(placed.source_key.as_deref(), Some("shopify:5550001001"));
    assert_eq!((order.number, placed.currency.code(), placed.taxes_included), (1001, "EUR", true));
    assert_eq!(order.created_at.0, 1_714_581_296_000_000);
    assert_eq!(placed.processed_at, order.created_at);
    assert_eq!(placed.note.as_deref(), Some("Please ring twice.\nThe bell says \"Beispiel\"."));
    let attributes = [("gift", "yes"), ("message", "Alles Gute\nzum Geburtstag")];
    assert_eq!(placed.attributes, attributes.map(|(key, value)| (key.to_owned(), value.to_owned())));
    assert_eq!(placed.tags, ["vip", "spring sale"]);
    assert_eq!(placed.phone.as_deref(), Some("+49 351 555 0100"));
    let address = placed.shipping_address.as_ref().unwrap();
    assert_eq!((address.zip.as_deref(), address.country_code.as_deref()), (Some("01067"), Some("DE")));
    assert_eq!(
        (address.name().as_deref(), address.last_name.as_deref()),
        (Some("Greta Anna Beispiel"), Some("Beispiel"))
    );
    assert_eq!(placed.billing_address.as_ref().unwrap().company.as_deref(), Some("Beispiel GmbH"));
    assert_eq!((placed.tax_lines[0].title.as_str(), placed.tax_lines[0].rate.as_str()), ("VAT", "0.19"));
    assert_eq!((placed.discounts[0].code.as_str(), placed.discounts[0].amount), ("MAI5", 500));
    assert_eq!(
        (placed.shipping_lines[0].title.as_str(), placed.shipping_lines[0].price),
        ("Standard, DHL", 490)
    );
    assert_eq!((status::totals(&order).total, status::payment(&order)), (4970, PaymentClaim::Paid));
    assert_eq!(placed.transactions[0].gateway.as_deref(), Some("Visa"));
    assert!(placed.transactions[0].id.0 > 0);
    assert_eq!((order.lines[0].article.variant, order.lines[1].article.variant), (Some(SHIRT), None));
    assert_eq!((order.lines[0].article.unit_price, order.lines[0].quantity), (1995, 2));
    assert_eq!(order.lines[1].article.title, "Enamel pin, \"moon\"");
    assert_eq!(status::fulfillment(&order), FulfillmentStatus::Fulfilled);
    assert_eq!(order.fulfillment_orders[0].location, THERE);
    assert!(order.closed_at.is_some(), "shipped and paid there means put away");

    let order = shop.order("#1002").await;
    assert_eq!((order.fulfillment_orders[0].location, order.closed_at), (HERE, None));
    assert_eq!(order.placed.tax_lines.len(), 2);
    assert_eq!((status::totals(&order).total, status::payment(&order)), (6495, PaymentClaim::Paid));
    // Three for #1002 and one for #1003; what left before takes nothing.
    assert_eq!(shop.shirts().await, (20, 4));

    let order = shop.order("#1003").await;
    let left: Vec<i64> = order.lines.iter().map(|line| order.fulfilled_quantity(line.id)).collect();
    assert_eq!(left, [1, 0, 1, 1]);
    assert_eq!(status::fulfillment(&order), FulfillmentStatus::PartiallyFulfilled);
    let mut open = order.fulfillment_orders.iter().filter(|work| work.open_quantity() > 0);
    assert!(open.all(|work| matches!(work.stage, Stage::OnHold { .. })), "nobody knows what left of them");
    assert_eq!(
        (order.placed.transactions[0].amount, status::payment(&order)),
        (5000, PaymentClaim::PartiallyPaid)
    );

    let order = shop.order("#1004").await;
    assert!(order.cancelled.is_some() && order.fulfillment_orders.is_empty());
    assert_eq!(status::payment(&order), PaymentClaim::Refunded);
    let order = shop.order("#1005").await;
    assert_eq!(order.placed.source_key.as_deref(), Some("shopify:#1005"));
    assert_eq!((order.lines[0].article.unit_price, order.lines[0].article.variant), (1000, None));
    assert_eq!((status::totals(&order).total, status::payment(&order)), (2700, PaymentClaim::Authorized));
    let order = shop.order("#1006").await;
    assert_eq!(status::payment(&order), PaymentClaim::PartiallyRefunded);
    assert!(!order.lines[0].article.requires_shipping && !order.lines[0].article.taxable);
    let order = shop.order("#1007").await;
    assert!(order.cancelled.is_some(), "what went back to stock must not be shipped");
    assert_eq!(status::payment(&order), PaymentClaim::Voided);
    let order = shop.order("#1008").await;
    assert_eq!(order.placed.discounts[0].amount, 0, "free shipping is not taken off the articles");
    assert_eq!(status::payment(&order), PaymentClaim::Paid);
}

#[tokio::test]
async fn a_second_time_adds_nothing_and_new_orders_go_on_after_it() {
    let shop = Shop::new().await;
    let file = data("shopify_orders.csv");
    let dry = shop.import("shopify-orders", &file, &["--dry-run"]);
    assert_eq!((dry.status.code(), tally(&dry)[0]), (Some(0), 8));
    assert!(shop.orders().await.is_empty(), "a dry run writes nothing");

    assert_eq!(tally(&shop.import("shopify-orders", &file, &[]))[..3], [8, 0, 0]);
    let before = shop.orders().await;
    assert_eq!(tally(&shop.import("shopify-orders", &file, &[]))[..3], [0, 8, 0]);
    assert_eq!(tally(&shop.import("shopify-orders", &file, &["--dry-run"]))[..3], [0, 8, 0]);
    assert_eq!(shop.orders().await, before);

    let store = shop.store().await;
    let engine = Engine::start(store, Clock::System, Sealer::new(&[7; 32]).unwrap()).await.unwrap();
    assert_eq!(engine.numbers().next_order(world::SHOP).await.unwrap(), 1009);
    engine.close().await;
}

#[tokio::test]
async fn bad_rows_refuse_their_order_only() {
    let shop = Shop::new().await;
    let (file, report) = (data("shopify_orders_refused.csv"), shop.path("report.csv"));
    let output = shop.import("shopify-orders", &file, &["--report", report.to_str().unwrap()]);
    assert_eq!((output.status.code(), tally(&output)), (Some(1), [3, 0, 7, 1]));
    let names: Vec<String> = shop.orders().await.iter().map(|order| order.name.clone()).collect();
    assert_eq!(names, ["A1", "A3", "A8"]);
    let report = std::fs::read_to_string(report).unwrap();
    let mut lines: Vec<&str> = report.lines().collect();
    assert_eq!(lines.remove(0), "row,order,column,value,reason,kind");
    lines.sort();
    let expected = [
        "11,A7,Lineitem quantity,-1,is no quantity,refused",
        "12,A8,Created at,,is missing; the order counts as placed now,warning",
        "3,A2,Lineitem quantity,two,is no quantity,refused",
        "5,A2,Name,A2,\"came up before, in row 3; the rows of an order must stand together\",refused",
        "6,,Name,,is empty; every row names its order,refused",
        "7,A4,Created at,01.01.2024,is no time like 2024-05-01 12:34:56 -0400,refused",
        "7,A4,Currency,XXQ,is no ISO 4217 currency,refused",
        "7,A4,Lineitem price,\"1,50\",is no amount like 12.50,refused",
        "7,A4,Lineitem requires shipping,perhaps,is neither true nor false,refused",
        "8,A5,Name,A5,\"stands in a row of 4 cells, the header has 8\",refused",
        "9,A6,Lineitem price,9.999,has more decimals than USD,refused",
    ];
    assert_eq!(lines, expected);
    // Without a file, the first ones are printed.
    let printed = text(&shop.import("shopify-orders", &file, &["--dry-run"]).stderr);
    assert!(printed.contains("row 3: A2: Lineitem quantity `two` is no quantity (refused)"), "{printed}");
}

#[tokio::test]
async fn encodings_are_told_apart_row_by_row() {
    let shop = Shop::new().await;
    let output = shop.import("shopify-orders", &data("shopify_orders_two_encodings.csv"), &[]);
    assert_eq!(tally(&output), [2, 0, 0, 1]);
    let order = shop.order("B1").await;
    assert_eq!(order.lines[0].article.title, "Café – Tasse");
    let address = order.placed.shipping_address.clone().unwrap();
    assert_eq!((address.name().as_deref(), address.city.as_deref()), (Some("José Müller"), Some("Köln")));
    assert_eq!(shop.order("B2").await.lines[0].article.title, "Tasse „groß“");
}

#[tokio::test]
async fn what_is_no_orders_export_is_a_usage_error() {
    let shop = Shop::new().await;
    let told = |file: PathBuf, more: &[&str]| {
        let output = shop.import("shopify-orders", &file, more);
        (output.status.code().unwrap(), text(&output.stderr))
    };
    let (code, why) = told(shop.write("a.csv", "Name;Lineitem name;Lineitem quantity\n"), &[]);
    assert!(code == 2 && why.contains("semicolons"), "{why}");
    let (code, why) = told(shop.write("b.csv", b"\xFF\xFEN\0a\0m\0e\0"), &[]);
    assert!(code == 2 && why.contains("UTF-16"), "{why}");
    let (code, why) = told(shop.write("c.csv", "Name,Lineitem name\n"), &[]);
    assert!(code == 2 && why.contains("has no column Lineitem quantity"), "{why}");
    let (code, why) = told(shop.path("missing.csv"), &[]);
    assert!(code == 1 && why.contains("cannot read"), "{why}");
    let (code, why) = told(data("shopify_orders.csv"), &["--location", "Nowhere"]);
    assert!(code == 3 && why.contains("Location 10, Location 11"), "{why}");
    let (code, why) = told(data("shopify_orders.csv"), &["--shop", "other.example"]);
    assert!(code == 3 && why.contains("shop.example"), "{why}");
    // A quote that is never closed would make the rest of the file one cell.
    let mut endless = "Name,Lineitem name,Lineitem quantity\nC1,Fine,1\nC2,\"open".to_owned();
    endless.extend(std::iter::repeat_n("some more text\n", 400_000));
    let (code, why) = told(shop.write("d.csv", endless), &[]);
    assert!(code == 1 && why.contains("after row 2") && why.contains("never closed"), "{why}");
    assert_eq!(shop.orders().await.len(), 1, "what stood before it went in");
}

#[tokio::test]
async fn our_own_format_says_what_a_command_can() {
    let shop = Shop::new().await;
    let output = shop.import("orders", &data("orders.jsonl"), &[]);
    assert_eq!((output.status.code(), tally(&output)), (Some(0), [4, 0, 0, 0]));
    assert_eq!(tally(&shop.import("orders", &data("orders.jsonl"), &[])), [0, 4, 0, 0]);

    let order = shop.order("W-1").await;
    assert_eq!((order.lines[0].article.variant, order.number), (Some(SHIRT), 1));
    assert_eq!((status::totals(&order).total, status::payment(&order)), (4580, PaymentClaim::Paid));
    assert_eq!(status::fulfillment(&order), FulfillmentStatus::Unfulfilled);
    let order = shop.order("W-2").await;
    assert_eq!(order.fulfilled_quantity(order.lines[0].id), 2);
    assert_eq!((order.fulfillment_orders[0].location, status::payment(&order)), (THERE, PaymentClaim::Paid));
    let all = shop.orders().await;
    let by_key =
        |key: &str| all.iter().find(|order| order.placed.source_key.as_deref() == Some(key)).unwrap();
    assert!(by_key("web-3").closed_at.is_some());
    assert_eq!(by_key("web-4").lines[0].article.title, "NOBODYS");
    assert!(by_key("web-4").cancelled.is_some());
}

#[tokio::test]
async fn lines_of_our_own_format_are_refused_with_a_reason() {
    let shop = Shop::new().await;
    let output = shop.import("orders", &data("orders_refused.jsonl"), &[]);
    assert_eq!((output.status.code(), tally(&output)), (Some(1), [1, 0, 9, 0]));
    let told = text(&output.stderr);
    for line in [
        "row 1: quantty is a key that nobody knows; did you mean `quantity`? (refused)",
        "row 2: bad-2: asks for nothing: there is no line (refused)",
        "row 3: bad-3: lines[0].price `1.005` has more decimals than USD (refused)",
        "row 4: bad-4: lines[0].fulfilled `2` is not between 0 and 1 (refused)",
        "row 5: bad-5: fulfilled.location left from `Nowhere`, which is no location of the shop (refused)",
        "row 7: bad-7: placed_at `yesterday` is no time like 2024-05-01T16:34:56Z (refused)",
        "row 9: bad-9: line 1 is for variant 424242, which is not there (refused)",
        "row 10: bad-10: line 1 has no title (refused)",
    ] {
        assert!(told.contains(line), "{line}\nis not in\n{told}");
    }
}

#[tokio::test]
async fn what_is_exported_comes_back_the_same() {
    let (first, second, third) = (Shop::new().await, Shop::on(Database::Postgres).await, Shop::new().await);
    first.import("shopify-orders", &data("shopify_orders.csv"), &[]);
    first.import("orders", &data("orders.jsonl"), &[]);

    let ours = first.exported("jsonl");
    assert_eq!(ours.len(), 12);
    let file = second.write("orders.jsonl", ours.join("\n"));
    assert_eq!(tally(&second.import("orders", &file, &[]))[..3], [12, 0, 0]);
    assert_eq!(second.exported("jsonl"), ours);
    assert_eq!(tally(&first.import("orders", &file, &[]))[..3], [0, 12, 0], "it is there already");

    let file = first.path("export.csv");
    assert!(
        first.exported("csv").iter().any(|line| line.contains(",'=1+1,")),
        "a note may look like a formula"
    );
    let wrote = first.run(&["export", "orders", "--format", "csv", "--out", file.to_str().unwrap()]);
    assert!(text(&wrote.stdout).starts_with("12 orders in "));
    let header = std::fs::read_to_string(&file).unwrap();
    let wanted = std::fs::read_to_string(data("shopify_orders.csv")).unwrap();
    assert_eq!(header.lines().next(), wanted.trim_start_matches('\u{FEFF}').lines().next());
    assert_eq!(tally(&third.import("shopify-orders", &file, &[]))[..3], [12, 0, 0]);
    // Orders come in side by side, so whichever of those without a name was first has the lower number.
    assert!(
        third.exported("jsonl").iter().any(|line| line.contains("\"note\":\"=1+1\"")),
        "without the quote"
    );
    assert_eq!(third.exported("csv"), first.exported("csv"));
    assert_eq!(tally(&first.import("shopify-orders", &file, &[]))[..3], [0, 12, 0], "it is there already");
}

/// A sheet of so many orders, most of them done long ago.
fn sheet(orders: u32) -> String {
    let mut sheet = "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Currency,Subtotal,Shipping,\
        Taxes,Total,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,\
        Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,Shipping Name,Shipping Address1,\
        Shipping City,Shipping Zip,Shipping Province,Shipping Country,Id,Tags,Tax 1 Name,Tax 1 Value\n"
        .replace("\\\n", "")
        .replace(", ", ",");
    for n in 1..=orders {
        let (whole, line) = match n % 10 {
            0 => ("unfulfilled,", "pending"),
            _ => ("fulfilled,2023-02-02 10:00:00 +0000", "fulfilled"),
        };
        let _ = write!(
            sheet,
            "#{n},buyer{n}@example.com,paid,2023-02-01 10:00:00 +0000,{whole},USD,30.00,5.00,2.85,37.85,Parcel,\
             2023-02-01 10:00:00 +0000,1,Mug,10.00,MUG-1,true,true,{line},Bo Example,{n} Main St,Sampleton,\
             '01234,ON,CA,{id},bulk,VAT 8.14%,2.85\n#{n},,,,,,,,,,,,,2,Plate,10.00,PLATE-1,true,true,{line},,,,,,,,,,\n",
            id = 7_000_000_000_000u64 + u64::from(n),
        );
    }
    sheet
}

#[tokio::test]
async fn five_thousand_orders_take_seconds() {
    let shop = Shop::new().await;
    let file = shop.write("large.csv", sheet(5_000));
    let start = Instant::now();
    let output = shop.import("shopify-orders", &file, &[]);
    let seconds = start.elapsed().as_secs_f64();
    assert_eq!((output.status.code(), tally(&output)), (Some(0), [5_000, 0, 0, 0]));
    eprintln!("{:.0} orders/s", 5_000.0 / seconds);
    assert!(seconds < 60.0, "5,000 orders took {seconds:.1} s");
}
