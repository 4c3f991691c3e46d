//! Whether the queries that are asked all the time are answered by their indexes, on both databases, with some
//! thousands of rows: the databases are asked how they would go about it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

use domain::access::{Target, TargetKind};
use domain::contact::ContactKey;
use domain::id::{ContactId, FulfillmentId, LocationId, ShopId};
use domain::record::RecordKind;
use domain::reservation::ReservationKey;
use domain::snapshot::Scope;
use domain::time::Time;
use testkit::database::Database;

use crate::db::{Options, Query, Statement};
use crate::lists::record::records_query;
use crate::lists::{Condition, Descending, OrderSort, Page, RecordSort, WorkSort};
use crate::{
    AccessSort, Column, ContactSort, Flavor, Store, audit, billing, contacts, deliveries, events, lists,
    load, reservations, stock,
};

/// Rows in every table that matters: more than a database would rather read from end to end.
const ROWS: i64 = 6_000;

async fn filled(database: Database) -> (Store, testkit::database::Fresh) {
    let fresh = database.fresh();
    let store = Store::open(&fresh.url, Options::default()).await.unwrap();
    store.migrate().await.unwrap();
    let numbers = format!(
        "WITH RECURSIVE numbers (n) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < {ROWS}) "
    );
    let fill = |columns: &str, values: &str| {
        let (table, _) = columns.split_once(' ').unwrap();
        let sql = format!("INSERT INTO {columns} {numbers} SELECT {values} FROM numbers");
        (table.to_owned(), Statement::new(sql, vec![]).any())
    };
    // As long as a small order is; what is short is read from end to end at no cost.
    let body = "x".repeat(1_500);
    // Nine of ten rows are done with; two shops share the tables.
    let tables = [
        fill(
            "orders (shop_id, order_id, version, number, name, processed_at, created_at, updated_at, state, payment, \
             fulfillment, test, route_at, route_seen, due_at, ask_at, source_identifier, body)",
            &format!(
                "1 + n % 2, n, 1, n, 'n', n * 7 % 1000, n, n * 11 % 1000, 'open', 'paid', 'open', 0, \
             CASE WHEN n % 100 = 0 THEN n ELSE NULL END, n, CASE WHEN n % 100 = 2 THEN n ELSE NULL END, \
             CASE WHEN n % 100 = 4 THEN n ELSE NULL END, 'N' || n, '1{body}'"
            ),
        ),
        fill(
            "parts_of_orders (shop_id, part_id, order_id, kind)",
            "1 + n % 2, n, n % 999, CASE WHEN n % 50 = 0 THEN 'return' ELSE NULL END",
        ),
        fill(
            "access_grants (shop_id, grant_id, contact_id, kind, target_id, suspended, created_at, updated_at)",
            "1 + n % 2, n, n % 99, 'course', n % 77, 0, n, n",
        ),
        fill(
            "fulfillment_orders (shop_id, fulfillment_order_id, order_id, location_id, stage, request, is_open, total, \
             remaining, opens_at, updated_at)",
            "1 + n % 2, n, n, n % 20, 'open', 'unsubmitted', CASE WHEN n % 10 = 0 THEN 1 ELSE 0 END, 1, 1, \
             CASE WHEN n % 100 = 0 THEN n ELSE NULL END, n * 13 % 1000",
        ),
        fill(
            "events (shop_id, event_id, at, order_id, dispatched, body)",
            "1 + n % 2, n, n, n, CASE WHEN n % 100 = 0 THEN 0 ELSE 1 END, '1[]'",
        ),
        fill(
            "deliveries (shop_id, delivery_id, event_id, part, listener_id, app_id, dialect, topic, url, headers, body, \
             state, attempts, due_at, leased_until, created_at)",
            "1 + n % 2, n, n, 0, n % 9, 1, 'd', 't', 'u', 'h', 'b', CASE WHEN n % 100 = 0 THEN 'pending' ELSE \
             'delivered' END, 1, n, 0, n",
        ),
        fill("fulfillments_of_orders (shop_id, order_id, fulfillment_id)", "1 + n % 2, n, n"),
        fill(
            "contacts (shop_id, contact_id, version, email, phone, created_at, updated_at, body)",
            "1 + n % 2, n, 1, 'e' || n, 'p' || n, n, n, '1{}'",
        ),
        fill(
            "records (shop_id, record_id, kind, parent_id, name, archived, updated_at, body)",
            &format!(
                "1 + n % 2, n, CASE WHEN n % 10 = 0 THEN 'order_tag' ELSE 'image' END, n % 50, 'n', 0, n, '1{body}'"
            ),
        ),
        fill(
            "reservations (shop_id, reservation_id, name, test, expires_at, body)",
            "1 + n % 2, n, 'r' || n, 0, n, '1{}'",
        ),
        fill("stock (shop_id, variant_id, location_id, on_hand, committed)", "1 + n % 2, n, 10, 5, 0"),
        fill(
            "idempotency (shop_id, scope, request_key, fingerprint, answer, created_at)",
            "1 + n % 2, 's', 'k' || n, 'f', 'a', n",
        ),
    ];
    for (table, statement) in tables {
        store.db.write(vec![statement]).await.unwrap();
        store.db.write(vec![Statement::new(format!("ANALYZE {table}"), vec![]).any()]).await.unwrap();
    }
    (store, fresh)
}

/// How the database would answer.
async fn plan(store: &Store, query: &Query) -> String {
    let (ask, column) = match store.db.flavor() {
        Flavor::Sqlite => ("EXPLAIN QUERY PLAN", 3),
        Flavor::Postgres => ("EXPLAIN", 0),
    };
    let ask = Query::new(format!("{ask} {}", query.sql), query.params.clone());
    let rows = store.db.read(vec![ask]).await.unwrap().remove(0);
    rows.iter().map(|row| row.text(column).unwrap().to_owned()).collect::<Vec<_>>().join("\n")
}

async fn indexes_answer((store, _fresh): (Store, testkit::database::Fresh)) {
    let shop = ShopId(1);
    let page = |descending| Page { after: Some((500.into(), 500)), descending, limit: 50 };
    let (up, down) = (page(Descending::No), page(Descending::Yes));
    let text_down = Page { after: Some(("6f".into(), 500)), ..down.clone() };
    let here = Condition::OneOf(Column::LocationId, vec![7.into()]);
    let of_contact = [Condition::OneOf(Column::ContactId, vec![7.into()])];
    let named = [Condition::sent_as(["N7"])];
    let open_here = [Condition::Open, here];
    let parcel = Scope { fulfillments: vec![FulfillmentId(7)], ..Scope::default() };
    let records =
        |conditions: &[Condition], sort| records_query(shop, RecordKind::OrderTag, conditions, sort, &up);
    let lessons = Target { kind: TargetKind::Course, id: 7 };
    let mut asked = vec![
        ("orders_processed", lists::orders_query(shop, &[], OrderSort::ProcessedAt, &up)),
        ("orders_processed", lists::orders_query(shop, &[], OrderSort::ProcessedAt, &down)),
        ("orders_updated", lists::orders_query(shop, &[], OrderSort::UpdatedAt, &up)),
        ("orders_updated", lists::orders_query(shop, &[], OrderSort::UpdatedAt, &down)),
        ("orders_created", lists::orders_query(shop, &[], OrderSort::CreatedAt, &up)),
        ("orders_number", lists::orders_query(shop, &[], OrderSort::Number, &down)),
        ("orders_pkey", lists::orders_query(shop, &[], OrderSort::Id, &down)),
        ("order_sorts_units", lists::orders_query(shop, &[], OrderSort::Units, &up)),
        ("order_sorts_total", lists::orders_query(shop, &[], OrderSort::Total, &down)),
        ("order_sorts_current_total", lists::orders_query(shop, &[], OrderSort::CurrentTotal, &up)),
        ("order_sorts_buyer", lists::orders_query(shop, &[], OrderSort::Buyer, &text_down)),
        ("order_sorts_destination", lists::orders_query(shop, &[], OrderSort::Destination, &text_down)),
        ("order_sorts_payment", lists::orders_query(shop, &[], OrderSort::Payment, &text_down)),
        ("order_sorts_fulfillment", lists::orders_query(shop, &[], OrderSort::Fulfillment, &text_down)),
        ("order_sorts_po_number", lists::orders_query(shop, &[], OrderSort::PoNumber, &text_down)),
        ("fulfillment_orders_open", lists::work_query(shop, &open_here, WorkSort::Id, &up)),
        ("fulfillment_orders_open", lists::work_query(shop, &open_here, WorkSort::Id, &down)),
        ("fulfillment_orders_open_by_id", lists::work_query(shop, &[Condition::Open], WorkSort::Id, &up)),
        ("fulfillment_orders_updated", lists::work_query(shop, &[], WorkSort::UpdatedAt, &down)),
        ("contacts_pkey", contacts::contacts_query(shop, &[], ContactSort::Id, &up)),
        ("contacts_updated", contacts::contacts_query(shop, &[], ContactSort::UpdatedAt, &down)),
        ("contacts_email", contacts::meant_by(shop, &ContactKey::Email("E7".into()))),
        ("contacts_phone", contacts::meant_by(shop, &ContactKey::Phone("p7".into()))),
        ("orders_of_contact", lists::orders_query(shop, &of_contact, OrderSort::Id, &down)),
        ("orders_source_identifier", lists::orders_query(shop, &named, OrderSort::Id, &down)),
        ("records_of_kind", records(&[], RecordSort::Id)),
        ("records_of_kind_updated", records(&[], RecordSort::UpdatedAt)),
        ("records_of_parent", records(&[Condition::OneOf(Column::ParentId, vec![7.into()])], RecordSort::Id)),
        ("events_to_dispatch", events::undispatched_query(shop, 100)),
        ("deliveries_due", deliveries::next_due_query(shop)),
        ("deliveries_due", deliveries::due_query(shop, Time(5_000), 16, store.db.flavor())),
        ("orders_to_ask", crate::gateways::free_query(shop, Time(5_000), 100, store.db.flavor())),
        ("gateway_news_due", crate::gateways::news_query(shop, Time(5_000), 100)),
        ("orders_to_route", audit::due_for_routing_query(shop, Time(5_000), 100)),
        ("orders_to_route_again", audit::changed_for_routing_query(shop, 100)),
        ("orders_due", billing::due_to_advance_query(shop, Time(5_000), 100)),
        ("orders_to_ask", billing::due_to_ask_query(shop, Time(5_000), 100)),
        ("parts_of_orders_pkey", billing::order_of_part_query(shop, 5)),
        ("parts_of_kind", billing::pieces_query(shop, billing::Piece::Return, &down)),
        ("access_grants_to", billing::access_to_query(shop, lessons, &[], AccessSort::Id, &up)),
        ("access_grants_updated", billing::access_to_query(shop, lessons, &[], AccessSort::UpdatedAt, &down)),
        ("access_grants_of", billing::access_of_query(shop, ContactId(5))),
        ("fulfillment_orders_scheduled", audit::due_to_open_query(shop, Time(5_000), 100)),
        ("reservations_over", reservations::over_query(shop, Time(50), 100)),
        ("reservations_named", reservations::meant_by(shop, &ReservationKey::Name("r7".into(), false))),
        ("stock_pkey", stock::of_variants(shop, &[5])),
        ("stock_of_location", stock::page_query(shop, LocationId(7), stock::Shelves::Stocked, &up)),
        ("fulfillments_of_orders_pkey", load::fulfillments_of_orders(shop, &[domain::id::OrderId(5)])),
        ("fulfillment_orders_open", lists::open_work_query(shop, LocationId(7))),
    ];
    let of_parcel = load::questions(shop, &parcel).into_iter().map(|(_, query)| query);
    asked.extend(of_parcel.take(1).map(|query| ("fulfillments_of_orders_back", query)));
    let mut slow = Vec::new();
    for (index, query) in asked {
        let plan = plan(&store, &query).await;
        let unnamed = index.replace("_pkey", "_1");
        let uses = plan.contains(index) || plan.contains(&format!("sqlite_autoindex_{unnamed}"));
        let scans = ["Seq Scan", "SCAN"].iter().any(|word| plan.contains(word));
        if !uses || scans {
            slow.push(format!("{index}: {}\n{plan}\n", query.sql));
        }
    }
    assert!(slow.is_empty(), "{}", slow.join("\n"));
}

testkit::on_both! { filled: indexes_answer }
