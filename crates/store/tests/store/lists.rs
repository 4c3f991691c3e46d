//! Lists: every sort in both directions by cursor, and every condition, against the same thing done in memory.

use std::sync::Arc;

use domain::address::Address;
use domain::command::Restock;
use domain::id::{FulfillmentOrderId, OrderId, ProductId, ServiceId, VariantId};
use domain::order::{Order, PaymentClaim};
use domain::status;
use domain::time::{HOUR, Time};
use store::db::Value;
use store::{Column, Condition, Descending, OrderSort, Page, WorkSort};
use testkit::database::Database;
use testkit::world::{self, HERE, MUG, SERVED, SERVICE, SHIRT, STICKER};

use crate::bench::{Bench, furnished};

testkit::on_both! { filled:
    orders_run_by_every_key_in_both_directions
    orders_meet_every_condition
    orders_are_counted
    work_runs_by_every_key_in_both_directions
    work_meets_every_condition
    things_come_back_by_id
    variants_run_by_id_sku_and_product
}

/// A shop with forty orders, all sorts of them.
struct Filled {
    bench: Bench,
    orders: Vec<Arc<Order>>,
}

const PAYMENTS: [PaymentClaim; 3] = [PaymentClaim::Paid, PaymentClaim::Pending, PaymentClaim::Voided];

async fn filled(database: Database) -> Filled {
    let bench = furnished(database).await;
    for i in 0..40_i64 {
        let article = [SHIRT, STICKER, MUG, STICKER][i as usize % 4];
        let mut place = world::order(&[(article, if article == STICKER { 1 + i % 3 } else { 1 })]);
        place.name = (i % 3 != 0).then(|| format!("Ä{i}"));
        place.placed.processed_at = Time((i * 7) % 20);
        place.placed.email = (i % 2 == 0).then(|| {
            let name = if i % 5 == 2 { "Buyer" } else { "buyer" };
            format!("{name}{}@example.com", i % 5)
        });
        place.placed.source_identifier = Some(format!("{}{}", "long ".repeat(60), i % 4));
        place.placed.source_key = (i % 5 == 0).then(|| format!("else:{i}"));
        place.placed.test = i % 9 == 0;
        place.placed.po_number = (i % 4 != 1).then(|| format!("PO {}", i % 6));
        place.placed.billing_address = (i % 4 == 0).then(|| Address {
            first_name: Some(if i % 8 == 0 { "ada" } else { "Ada" }.to_owned()),
            last_name: Some(format!("B{}", (i * 3) % 7)),
            ..Address::default()
        });
        if let Some(to) = &mut place.placed.shipping_address {
            to.first_name = (i % 4 == 1).then(|| "Zora".to_owned());
            to.last_name = None;
            to.country_code = Some(["CA", "DE"][i as usize % 2].to_owned());
            to.province_code = None;
            to.city = (i % 3 != 0).then(|| format!("{}town", i % 5));
        }
        place.placed.payment_claim = Some(PAYMENTS[i as usize % 3]);
        place.created_at = Some(Time(100 - i / 2));
        place.closed_at = (i % 10 == 7).then_some(Time(5));
        if i % 11 == 3 {
            place.placed.fulfill_at = Some(bench.now().plus(HOUR));
        }
        let order = bench.place(place).await;
        let Some(work) = order.fulfillment_orders.first() else { continue };
        match i % 6 {
            0 if i % 11 != 3 => drop(bench.ship(work.id).await),
            2 => drop(bench.run(&world::calling_off(order.id, Restock::Yes)).await),
            4 if work.service.is_some() => drop(bench.run(&world::requesting(work.id, &[])).await),
            4 if i % 11 != 3 => drop(bench.run(&world::holding(work.id, "", &[])).await),
            _ => {}
        }
    }
    let page = Page { limit: 100, ..Page::default() };
    let all = bench.store.orders(bench.shop.id, &[], OrderSort::Id, &page).await.unwrap();
    let orders: Vec<Arc<Order>> = all.into_iter().map(|(order, _)| order).collect();
    assert_eq!(orders.len(), 40);
    Filled { bench, orders }
}

impl Filled {
    /// Page by page to the end.
    async fn walk(&self, conditions: &[Condition], sort: OrderSort, descending: Descending) -> Vec<OrderId> {
        let mut page = Page { after: None, descending, limit: 7 };
        let mut found = Vec::new();
        loop {
            let rows = self.bench.store.orders(self.bench.shop.id, conditions, sort, &page).await.unwrap();
            let Some((last, key)) = rows.last() else { return found };
            page.after = Some((key.clone(), last.id.0));
            found.extend(rows.iter().map(|(order, _)| order.id));
        }
    }

    async fn walk_work(
        &self,
        conditions: &[Condition],
        sort: WorkSort,
        descending: Descending,
    ) -> Vec<FulfillmentOrderId> {
        let mut page = Page { after: None, descending, limit: 5 };
        let mut found = Vec::new();
        loop {
            let rows = self.bench.store.work(self.bench.shop.id, conditions, sort, &page).await.unwrap();
            let Some((last, _, key)) = rows.last() else { return found };
            page.after = Some(((*key).into(), last.0));
            for (id, order, _) in &rows {
                assert!(order.fulfillment_order(*id).is_some(), "with its own order");
                found.push(*id);
            }
        }
    }
}

/// What an order is sorted by: a number or a text.
fn key(sort: OrderSort, order: &Order) -> (i64, String) {
    let placed = &order.placed;
    let text = |text: Option<&str>| (0, text.unwrap_or_default().to_lowercase());
    match sort {
        OrderSort::Id => (order.id.0, String::new()),
        OrderSort::ProcessedAt => (placed.processed_at.0, String::new()),
        OrderSort::UpdatedAt => (order.updated_at.0, String::new()),
        OrderSort::CreatedAt => (order.created_at.0, String::new()),
        OrderSort::Number => (order.number, String::new()),
        OrderSort::Buyer => {
            let names = [&placed.billing_address, &placed.shipping_address];
            let name = names.into_iter().flatten().find_map(Address::name).or_else(|| placed.email.clone());
            text(name.as_deref())
        }
        OrderSort::Destination => {
            let to = placed.shipping_address.as_ref().unwrap();
            let parts = [&to.country_code, &to.province_code, &to.city, &to.zip];
            text(Some(&parts.map(|part| part.clone().unwrap_or_default()).join("\u{1}")))
        }
        OrderSort::Payment => text(status::told_payment(order).map(|payment| payment.as_str())),
        OrderSort::Fulfillment => text(Some(status::fulfillment(order).as_str())),
        OrderSort::PoNumber => text(placed.po_number.as_deref()),
        OrderSort::Units => (order.lines.iter().map(|line| line.quantity).sum(), String::new()),
        OrderSort::Total => (status::totals(order).total, String::new()),
        OrderSort::CurrentTotal => (status::current_totals(order).total, String::new()),
    }
}

async fn orders_run_by_every_key_in_both_directions(filled: Filled) {
    use OrderSort::{
        Buyer, CreatedAt, CurrentTotal, Destination, Fulfillment, Id, Number, Payment, PoNumber, ProcessedAt,
        Total, Units, UpdatedAt,
    };
    let times_and_numbers = [Id, ProcessedAt, UpdatedAt, CreatedAt, Number];
    let others = [Buyer, Destination, Payment, Fulfillment, PoNumber, Units, Total, CurrentTotal];
    for sort in times_and_numbers.into_iter().chain(others) {
        let mut expected: Vec<((i64, String), OrderId)> =
            filled.orders.iter().map(|order| (key(sort, order), order.id)).collect();
        expected.sort_unstable();
        assert_ne!(expected.first().unwrap().0, expected.last().unwrap().0, "{sort:?} tells some apart");
        let mut expected: Vec<OrderId> = expected.into_iter().map(|(_, id)| id).collect();
        assert_eq!(filled.walk(&[], sort, Descending::No).await, expected, "{sort:?}");
        expected.reverse();
        assert_eq!(filled.walk(&[], sort, Descending::Yes).await, expected, "{sort:?} down");
    }
    let other = domain::id::ShopId(2);
    let page = Page { limit: 5, ..Page::default() };
    assert!(filled.bench.store.orders(other, &[], Id, &page).await.unwrap().is_empty());
}

type Holds = Box<dyn Fn(&Order) -> bool>;

fn state(order: &Order) -> &'static str {
    match (&order.cancelled, order.closed_at) {
        (Some(_), _) => "cancelled",
        (None, Some(_)) => "closed",
        (None, None) => "open",
    }
}

/// Conditions, and the same in memory.
fn conditions(orders: &[Arc<Order>]) -> Vec<(Vec<Condition>, Holds)> {
    use Condition::{Alike, Any, Between, NoneOf, Not, OneOf, Prefix};
    let (some, other) = (orders[5].id, orders[6].id);
    let texts = |texts: &[&str]| texts.iter().map(|text| Value::from(*text)).collect::<Vec<_>>();
    let (low, high) = (orders[10].number, orders[20].number);
    let updated = orders[12].updated_at;
    vec![
        (
            vec![Between(Column::ProcessedAt, Some(3), Some(9))],
            Box::new(|o| (3..=9).contains(&o.placed.processed_at.0)),
        ),
        (vec![Between(Column::CreatedAt, Some(90), None)], Box::new(|o| o.created_at.0 >= 90)),
        (vec![Between(Column::CreatedAt, None, Some(90))], Box::new(|o| o.created_at.0 <= 90)),
        (vec![Between(Column::UpdatedAt, Some(updated.0), None)], Box::new(move |o| o.updated_at >= updated)),
        (
            vec![Between(Column::Number, Some(low), Some(high))],
            Box::new(move |o| (low..=high).contains(&o.number)),
        ),
        (vec![Between(Column::Number, None, None)], Box::new(|_| true)),
        (
            vec![OneOf(Column::OrderId, vec![some.0.into(), other.0.into()])],
            Box::new(move |o| o.id == some || o.id == other),
        ),
        (vec![OneOf(Column::State, texts(&["open"]))], Box::new(|o| state(o) == "open")),
        (vec![OneOf(Column::State, texts(&["closed", "cancelled"]))], Box::new(|o| state(o) != "open")),
        (vec![NoneOf(Column::State, texts(&["closed"]))], Box::new(|o| state(o) != "closed")),
        (vec![OneOf(Column::State, vec![])], Box::new(|_| false)),
        (vec![NoneOf(Column::State, vec![])], Box::new(|_| true)),
        (
            vec![OneOf(Column::Payment, texts(&["paid"]))],
            Box::new(|o| status::payment(o) == PaymentClaim::Paid),
        ),
        (
            vec![NoneOf(Column::Payment, texts(&["paid", "voided"]))],
            Box::new(|o| status::payment(o) == PaymentClaim::Pending),
        ),
        (
            vec![OneOf(Column::Fulfillment, texts(&["fulfilled", "on_hold"]))],
            Box::new(|o| ["fulfilled", "on_hold"].contains(&status::fulfillment(o).as_str())),
        ),
        (vec![OneOf(Column::Test, vec![1.into()])], Box::new(|o| o.placed.test)),
        (
            vec![OneOf(Column::Email, texts(&["buyer3@example.com"]))],
            Box::new(|o| o.placed.email.as_deref() == Some("buyer3@example.com")),
        ),
        (
            vec![OneOf(Column::SourceKey, texts(&["else:5", "else:10"]))],
            Box::new(|o| matches!(o.placed.source_key.as_deref(), Some("else:5" | "else:10"))),
        ),
        (vec![Condition::sent_as([&*format!("{}7", "long ".repeat(60))])], Box::new(|_| true)),
        (vec![Condition::sent_as(["long"])], Box::new(|_| false)),
        (vec![OneOf(Column::Name, texts(&["Ä4"]))], Box::new(|o| o.name == "Ä4")),
        (vec![Prefix(Column::Name, "Ä1".into())], Box::new(|o| o.name.starts_with("Ä1"))),
        (vec![Prefix(Column::Name, "#".into())], Box::new(|o| o.name.starts_with('#'))),
        (
            vec![Prefix(Column::Email, "buyer4".into())],
            Box::new(|o| o.placed.email.as_deref().is_some_and(|e| e.starts_with("buyer4"))),
        ),
        (vec![Prefix(Column::Name, String::new())], Box::new(|_| true)),
        (
            vec![Alike(Column::Email, vec!["buyer4@example.com".into(), "buyer2@example.com".into()])],
            Box::new(|o| {
                matches!(o.placed.email.as_deref(), Some("Buyer2@example.com" | "buyer4@example.com"))
            }),
        ),
        (vec![Any(vec![])], Box::new(|_| false)),
        (
            vec![Any(vec![
                vec![OneOf(Column::Test, vec![1.into()])],
                vec![OneOf(Column::State, texts(&["open"])), Between(Column::ProcessedAt, None, Some(4))],
            ])],
            Box::new(|o| o.placed.test || (state(o) == "open" && o.placed.processed_at.0 <= 4)),
        ),
        (
            vec![Not(vec![
                OneOf(Column::Email, texts(&["buyer4@example.com"])),
                OneOf(Column::Test, vec![0.into()]),
            ])],
            Box::new(|o| o.placed.email.as_deref() != Some("buyer4@example.com") || o.placed.test),
        ),
        (
            vec![Not(vec![Any(vec![
                vec![Prefix(Column::Email, "buyer".into())],
                vec![OneOf(Column::State, texts(&["open"]))],
            ])])],
            Box::new(|o| {
                !o.placed.email.as_deref().is_some_and(|e| e.starts_with("buyer")) && state(o) != "open"
            }),
        ),
        (
            vec![
                OneOf(Column::State, texts(&["open"])),
                Prefix(Column::Name, "Ä".into()),
                Between(Column::ProcessedAt, None, Some(12)),
                NoneOf(Column::Test, vec![1.into()]),
            ],
            Box::new(|o| {
                state(o) == "open"
                    && o.name.starts_with('Ä')
                    && o.placed.processed_at.0 <= 12
                    && !o.placed.test
            }),
        ),
    ]
}

async fn orders_meet_every_condition(filled: Filled) {
    for (conditions, holds) in conditions(&filled.orders) {
        let expected: Vec<OrderId> = filled.orders.iter().filter(|o| holds(o)).map(|o| o.id).collect();
        let found = filled.walk(&conditions, OrderSort::Id, Descending::No).await;
        assert_eq!(found, expected, "{conditions:?}");
        let mut found = filled.walk(&conditions, OrderSort::ProcessedAt, Descending::Yes).await;
        found.sort_unstable();
        assert_eq!(found, expected, "{conditions:?}, by time");
    }
}

async fn orders_are_counted(filled: Filled) {
    let (store, shop) = (&filled.bench.store, filled.bench.shop.id);
    for (conditions, holds) in conditions(&filled.orders) {
        let expected = filled.orders.iter().filter(|order| holds(order)).count() as i64;
        assert_eq!(store.count_orders(shop, &conditions, 10_000).await.unwrap(), expected, "{conditions:?}");
    }
    assert_eq!(store.count_orders(shop, &[], 12).await.unwrap(), 12, "no further than asked");
}

async fn work_runs_by_every_key_in_both_directions(filled: Filled) {
    let works = || filled.orders.iter().flat_map(|order| &order.fulfillment_orders);
    for sort in [WorkSort::Id, WorkSort::UpdatedAt] {
        let mut expected: Vec<_> = works()
            .map(|fo| if sort == WorkSort::Id { (fo.id.0, fo.id) } else { (fo.updated_at.0, fo.id) })
            .collect();
        expected.sort_unstable();
        let mut expected: Vec<_> = expected.into_iter().map(|(_, id)| id).collect();
        assert_eq!(filled.walk_work(&[], sort, Descending::No).await, expected);
        expected.reverse();
        assert_eq!(filled.walk_work(&[], sort, Descending::Yes).await, expected);
    }
}

async fn work_meets_every_condition(filled: Filled) {
    use Condition::{Between, NoneOf, OneOf, Open};
    type Holds = fn(&domain::fulfillment_order::FulfillmentOrder) -> bool;
    let run_by = |merchant, own: &[ServiceId], others: Option<&[ServiceId]>| Condition::RunBy {
        merchant,
        own: own.to_vec(),
        others: others.map(<[ServiceId]>::to_vec),
    };
    let conditions: Vec<(Vec<Condition>, Holds)> = vec![
        (vec![Open], |fo| fo.is_open()),
        (vec![Open, OneOf(Column::LocationId, vec![HERE.0.into()])], |fo| {
            fo.is_open() && fo.location == HERE
        }),
        (vec![OneOf(Column::LocationId, vec![HERE.0.into(), SERVED.0.into()])], |_| true),
        (vec![OneOf(Column::ServiceId, vec![SERVICE.0.into()])], |fo| fo.service == Some(SERVICE)),
        (vec![OneOf(Column::Stage, vec!["on_hold".into(), "scheduled".into()])], |fo| {
            ["on_hold", "scheduled"].contains(&fo.stage_name().as_str())
        }),
        (vec![NoneOf(Column::Stage, vec!["closed".into()])], |fo| fo.is_open()),
        (vec![OneOf(Column::Request, vec!["submitted".into()])], |fo| fo.request.as_str() == "submitted"),
        (vec![Between(Column::UpdatedAt, Some(0), None), Open], |fo| fo.is_open()),
        (vec![Between(Column::FulfillmentOrderId, None, Some(0))], |_| false),
        (vec![Between(Column::OrderId, Some(0), None)], |_| true),
        (vec![run_by(true, &[], None)], |fo| fo.service.is_none()),
        (vec![run_by(true, &[SERVICE], None), Open], |fo| fo.is_open()),
        (vec![run_by(false, &[SERVICE], None)], |fo| fo.service.is_some()),
        (vec![run_by(false, &[], Some(&[SERVICE]))], |_| false),
        (vec![run_by(true, &[], Some(&[ServiceId(7)]))], |_| true),
        (vec![run_by(false, &[], Some(&[]))], |fo| fo.service.is_some()),
        (vec![run_by(false, &[], None)], |_| false),
        (vec![Condition::Not(vec![run_by(true, &[], None)])], |fo| fo.service.is_some()),
    ];
    for (conditions, holds) in conditions {
        let works = filled.orders.iter().flat_map(|order| &order.fulfillment_orders);
        let mut expected: Vec<_> = works.filter(|fo| holds(fo)).map(|fo| fo.id).collect();
        expected.sort_unstable();
        let found = filled.walk_work(&conditions, WorkSort::Id, Descending::No).await;
        assert_eq!(found, expected, "{conditions:?}");
        let mut found = filled.walk_work(&conditions, WorkSort::UpdatedAt, Descending::Yes).await;
        found.sort_unstable();
        assert_eq!(found, expected, "{conditions:?}, by time");
    }
}

async fn things_come_back_by_id(filled: Filled) {
    let (store, shop) = (&filled.bench.store, filled.bench.shop.id);
    let order = |i: usize| filled.orders[i].clone();
    let ids = [order(9).id, OrderId(3), order(2).id, order(30).id];
    let found = store.orders_by_id(shop, &ids).await.unwrap();
    assert_eq!(found, [order(9), order(2), order(30)], "in the order asked for");
    assert!(store.orders_by_id(shop, &[]).await.unwrap().is_empty());
    let work = order(4).fulfillment_orders[0].id;
    assert_eq!(store.order_of_work(shop, work).await.unwrap(), Some(order(4)));
    assert_eq!(store.order_of_work(shop, FulfillmentOrderId(3)).await.unwrap(), None);
    assert_eq!(store.order_with_fulfillments(shop, OrderId(3)).await.unwrap(), None);
    assert!(store.fulfillments_of_orders(shop, &[]).await.unwrap().is_empty());
    assert!(store.fulfillments(shop, &[]).await.unwrap().is_empty());
    assert!(store.products(shop, &[]).await.unwrap().is_empty());
    assert_eq!(store.services_of(shop, domain::id::AppId(2)).await.unwrap(), [SERVICE]);
    assert_eq!(store.services_of(shop, domain::id::AppId(1)).await.unwrap(), Vec::<ServiceId>::new());
}

async fn variants_run_by_id_sku_and_product(filled: Filled) {
    let (store, shop) = (&filled.bench.store, filled.bench.shop.id);
    let page = |after: Option<i64>, descending, limit| Page {
        after: after.map(|id| (id.into(), id)),
        descending,
        limit,
    };
    let ids = async |sku, product, page: Page| -> Vec<i64> {
        let found = store.variant_page(shop, sku, product, &page).await.unwrap();
        found.into_iter().map(|variant| variant.id.0).collect()
    };
    assert_eq!(ids(None, None, page(None, Descending::No, 3)).await, [100, 101, 102]);
    assert_eq!(ids(None, None, page(Some(102), Descending::No, 3)).await, [103]);
    assert_eq!(ids(None, None, page(Some(102), Descending::Yes, 3)).await, [101, 100]);
    assert_eq!(ids(Some("SKU-101"), None, page(None, Descending::No, 3)).await, [101]);
    assert_eq!(ids(None, Some(ProductId(90)), page(None, Descending::No, 9)).await.len(), 4);
    assert_eq!(ids(None, Some(ProductId(91)), page(None, Descending::No, 9)).await, [] as [i64; 0]);
    let (variants, stock) = store.variants(shop, &[VariantId(7)]).await.unwrap();
    assert!(variants.is_empty() && stock.is_empty());
}
