//! Index rows that an older release didn't keep are there after the schema was brought up to date, and can be made anew
//! at any time.

use domain::command::billing::BillingCommand;
use domain::command::{CancelOrder, Command, PayBack, Restock};
use domain::contact::{ContactChange, SaveContact, Whom};
use domain::id::{ShopId, TransactionId};
use domain::order::CancelReason;
use domain::payment::{Transaction, TransactionKind, TransactionStatus};
use store::db::{Options, Statement};
use store::{InvoiceSort, MIGRATIONS, Page, Store};
use testkit::billing::{self, MONTHLY};
use testkit::database::{Database, Fresh};
use testkit::world::{self, SHIRT};

use crate::bench::{Bench, furnished};

testkit::on_both! { first_release:
    what_an_older_release_did_not_keep_is_there_afterwards
}

mod anew {
    use super::{furnished, rows_are_made_anew_whatever_became_of_them};

    testkit::on_both! { furnished:
        rows_are_made_anew_whatever_became_of_them
    }
}

/// A database as the first release left it.
async fn first_release(database: Database) -> (Store, Fresh) {
    let fresh = database.fresh();
    let store = Store::open(&fresh.url, Options { pg_connections: 4, ..Options::default() }).await.unwrap();
    store.db().migrate(&MIGRATIONS[..1]).await.unwrap();
    let lines = include_str!("first_release.sql").lines().filter(|line| !line.starts_with("--"));
    let written = lines.map(|line| Statement::new(line.trim_end_matches(';'), vec![])).collect();
    store.db().write(written).await.unwrap();
    (store, fresh)
}

async fn what_an_older_release_did_not_keep_is_there_afterwards((store, _fresh): (Store, Fresh)) {
    let shop = ShopId(1);
    store.db().migrate(MIGRATIONS).await.unwrap();
    let lacking = store.audit(shop, |_| {}).await.unwrap();
    assert!(lacking.iter().any(|finding| finding.what.contains("rows of invoices")), "{lacking:?}");
    assert_eq!(store.migrate().await.unwrap(), ["index_rows_4"]);
    assert_eq!(store.migrate().await.unwrap(), Vec::<String>::new(), "once");
    assert_eq!(store.audit(shop, |_| {}).await.unwrap(), []);
    let page = Page { limit: 10, ..Page::default() };
    assert_eq!(store.invoices(shop, &[], InvoiceSort::Id, &page).await.unwrap().len(), 4);
}

/// A bit of everything that has index rows.
async fn busy(bench: &Bench) {
    for command in billing::furniture() {
        bench.run(&command).await;
    }
    let Command::Billing(BillingCommand::Place(mut monthly)) = billing::ordering(MONTHLY, 1, "test_ok")
    else {
        panic!()
    };
    monthly.number = bench.fresh();
    bench.run(&Command::Billing(BillingCommand::Place(monthly))).await;
    let mut paid = world::order(&[(SHIRT, 2)]);
    let (sale, success) = (TransactionKind::Sale, TransactionStatus::Success);
    paid.placed.transactions =
        vec![Transaction::new(TransactionId(bench.fresh()), sale, success, 2_000, bench.now())];
    let work = bench.place(paid).await.fulfillment_orders.remove(0);
    bench.ship(work.id).await;
    let order = bench.place(world::order(&[(SHIRT, 1)])).await.id;
    let (reason, restock) = (CancelReason::Customer, Restock::Yes);
    let pay_back = PayBack::Nothing;
    let cancel = CancelOrder { order, reason, note: None, restock, pay_back, notify_buyer: false };
    bench.run(&Command::CancelOrder(cancel)).await;
    let changes = vec![
        ContactChange::Email(Some("Ada@shop.example".into())),
        ContactChange::Tags(vec!["VIP".into(), "early".into()]),
    ];
    bench.run(&Command::SaveContact(Box::new(SaveContact { whom: Whom::New, changes }))).await;
}

/// Everything that is derived, as text.
async fn derived(bench: &Bench) -> Vec<Vec<store::db::Row>> {
    let mut all = Vec::new();
    for sql in [
        "SELECT order_id, number, name, email, payment, fulfillment, test, contact_id, due_at, ask_at, subscription, \
         route_at FROM orders ORDER BY 1",
        "SELECT * FROM fulfillment_orders ORDER BY 1, 2",
        "SELECT * FROM invoices ORDER BY 1, 2",
        "SELECT * FROM restocks ORDER BY 1, 2",
        "SELECT * FROM takings ORDER BY 1, 2",
        "SELECT * FROM order_sorts ORDER BY 1, 2",
        "SELECT * FROM parts_of_orders ORDER BY 1, 2",
        "SELECT fulfillment_id, live, updated_at, untracked_by FROM fulfillments ORDER BY 1",
        "SELECT contact_id, email, phone, active, somebody FROM contacts ORDER BY 1",
        "SELECT * FROM tags_of_contacts ORDER BY 1, 2, 3",
        "SELECT * FROM subjects_of_events ORDER BY 1, 2, 3",
    ] {
        all.push(bench.read(sql, vec![]).await);
    }
    all
}

async fn rows_are_made_anew_whatever_became_of_them(bench: Bench) {
    busy(&bench).await;
    let before = derived(&bench).await;
    let empty: Vec<usize> = (0..before.len()).filter(|table| before[*table].is_empty()).collect();
    assert!(empty.is_empty(), "nothing is derived for {empty:?}");
    for fault in [
        "DELETE FROM invoices",
        "DELETE FROM restocks",
        "UPDATE order_sorts SET buyer = 'zz', units = 77",
        "DELETE FROM parts_of_orders WHERE part_id <> last_id",
        "UPDATE parts_of_orders SET last_id = NULL",
        "DELETE FROM tags_of_contacts",
        "DELETE FROM subjects_of_events",
        "UPDATE fulfillment_orders SET is_open = 1 - is_open",
        "UPDATE takings SET taking_id = 5, amount = 1",
        "UPDATE orders SET due_at = NULL, ask_at = 9, subscription = 0",
        "UPDATE fulfillments SET live = 0",
        "UPDATE contacts SET active = 0, somebody = 0",
    ] {
        bench.spoil(fault).await;
    }
    assert_ne!(derived(&bench).await, before);
    let mut told = 0;
    assert_eq!(bench.store.reindex(bench.shop.id, |done| told = done).await.unwrap(), told);
    assert_eq!(derived(&bench).await, before);
    assert_eq!(bench.findings().await, Vec::<String>::new());
}
