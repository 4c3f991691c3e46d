//! Orders whose money is still to come: what is due is found, parts lead to their order, access is given and taken.

use domain::access::{AccessGrant, Origin, Suspension, Target, TargetKind};
use domain::billing::{Claim, Instrument};
use domain::command::Command;
use domain::command::billing::{
    BillingCommand, FulfillLines, IssueInvoice, NewBillLine, NewBooks, NewPlanLine, PaymentOutcome,
    PlaceBilled, RecordPayment, StockCheck,
};
use domain::contact::{ContactChange, SaveContact, Whom};
use domain::decide::Outcome;
use domain::id::{AccessGrantId, ContactId, OrderId, PriceId};
use domain::order::Order;
use domain::price::{Cycle, Price, Recurrence, Terms};
use domain::time::{HOUR, Time};
use store::{AccessSort, Page};
use testkit::world::{self, HERE, SHIRT};

use crate::bench::{Bench, furnished};

testkit::on_both! { furnished:
    what_is_due_is_found_when_it_is_due
    parts_lead_to_their_order
    access_is_given_taken_and_listed
    prices_are_kept_by_variant
}

fn nine(after: Option<AccessGrantId>) -> Page {
    Page { after: after.map(|id| (id.0.into(), id.0)), limit: 9, ..Page::default() }
}

const MONTHLY: PriceId = PriceId(700);
const LESSONS: Target = Target { kind: TargetKind::Course, id: 7 };

fn price(id: PriceId) -> Price {
    let every = domain::calendar::Every { count: 1, interval: domain::calendar::Interval::Month };
    let recurrence = Recurrence::Subscription(Cycle { every, periods: None, trial: None });
    let currency = world::shop().currency;
    Price {
        id,
        variant: SHIRT,
        name: Some("Monthly".into()),
        terms: Terms { amount: 2_500, currency, setup: 0, recurrence },
        archived: false,
        details: serde_json::json!({ "key": "m" }),
        created_at: Time(0),
        updated_at: Time(0),
    }
}

fn billing(command: BillingCommand) -> Command {
    Command::Billing(command)
}

async fn buyer(bench: &Bench) -> ContactId {
    let changes = vec![ContactChange::Email(Some("jane@example.com".into()))];
    match bench.run(&Command::SaveContact(Box::new(SaveContact { whom: Whom::New, changes }))).await.outcome {
        Outcome::Contact(id) => id,
        other => panic!("{other:?}"),
    }
}

async fn place(bench: &Bench, books: NewBooks) -> OrderId {
    let mut variant = world::variant(SHIRT);
    variant.gives = vec![LESSONS];
    let product = world::product(variant.product);
    bench.run(&Command::SaveProduct(product, vec![variant])).await;
    bench.run(&billing(BillingCommand::SavePrice(Box::new(price(MONTHLY))))).await;
    let mut placed = world::order(&[(SHIRT, 1)]).placed;
    placed.contact = Some(buyer(bench).await);
    let place = PlaceBilled {
        name: None,
        number: bench.fresh(),
        placed,
        lines: vec![NewPlanLine { variant: SHIRT, price: MONTHLY, quantity: 2 }],
        kind: None,
        books,
        return_url: None,
    };
    match bench.run(&billing(BillingCommand::Place(Box::new(place)))).await.outcome {
        Outcome::Order(id) => id,
        other => panic!("{other:?}"),
    }
}

fn gateway() -> NewBooks {
    NewBooks::Gateway { name: "test".into(), instrument: Some(Instrument { token: "t".into(), kind: None }) }
}

async fn record(bench: &Bench, order: &Order, outcome: PaymentOutcome) {
    let transaction = order.placed.transactions[0].id;
    let record = RecordPayment { order: order.id, transaction, outcome, external_id: None, message: None };
    bench.run(&billing(BillingCommand::Record(record))).await;
}

async fn what_is_due_is_found_when_it_is_due(bench: Bench) {
    let id = place(&bench, gateway()).await;
    let (shop, now) = (bench.shop.id, bench.now());
    assert_eq!(bench.store.due_to_ask(shop, now, 9).await.unwrap(), [id]);
    record(&bench, &bench.order(id).await, PaymentOutcome::Unknown).await;
    assert_eq!(bench.store.due_to_ask(shop, bench.now(), 9).await.unwrap(), []);
    record(&bench, &bench.order(id).await, PaymentOutcome::Succeeded).await;
    assert_eq!(bench.store.due_to_ask(shop, Time(i64::MAX), 9).await.unwrap(), []);
    let due = bench.order(id).await.next_due().unwrap();
    assert_eq!(bench.store.due_to_advance(shop, due.plus(-1), 9).await.unwrap(), []);
    assert_eq!(bench.store.due_to_advance(shop, due, 9).await.unwrap(), [id]);
    assert!(due > now.plus(24 * HOUR));
    assert_eq!(bench.findings().await, Vec::<String>::new());
}

async fn parts_lead_to_their_order(bench: Bench) {
    let id = place(&bench, NewBooks::External(Box::default())).await;
    let line = NewBillLine { variant: SHIRT, price: MONTHLY, quantity: 2, amount: 5_000, description: None };
    let issue = IssueInvoice {
        order: id,
        claim: Claim::Paid,
        kind: None,
        external_id: None,
        number: None,
        shipping: 0,
        issued_at: None,
        due_at: None,
        paid_at: Some(Time(1)),
        lines: vec![line],
    };
    bench.run(&billing(BillingCommand::Issue(Box::new(issue)))).await;
    let order = bench.order(id).await;
    let sold = order.invoices[0].lines[0].id;
    for part in [order.lines[0].id.0, order.invoices[0].id.0, sold.0] {
        assert_eq!(bench.store.order_of_part(bench.shop.id, part).await.unwrap(), Some(id));
    }
    let plain = bench.place(world::order(&[(SHIRT, 1)])).await;
    for part in [plain.lines[0].id.0, 5] {
        assert_eq!(bench.store.order_of_part(bench.shop.id, part).await.unwrap(), None);
    }
    let leaves = FulfillLines {
        number: 1,
        contact: order.placed.contact,
        location: HERE,
        lines: vec![(sold, 2)],
        trackings: Vec::new(),
        stock: StockCheck::Refuse,
        notify_buyer: false,
    };
    bench.run(&Command::FulfillLines(leaves)).await;
    let order = bench.order(id).await;
    assert_eq!(domain::billing::status::fulfilled(&order, sold), 2);
    assert_eq!(bench.findings().await, Vec::<String>::new());
}

async fn access_is_given_taken_and_listed(bench: Bench) {
    let id = place(&bench, gateway()).await;
    record(&bench, &bench.order(id).await, PaymentOutcome::Succeeded).await;
    let shop = bench.shop.id;
    let given = bench.store.access_page(shop, LESSONS, &[], AccessSort::Id, &nine(None)).await.unwrap();
    let [grant] = &given[..] else { panic!("{given:?}") };
    let invoice = bench.order(id).await.invoices[0].id;
    assert_eq!(grant.origin, Origin::Sale { order: id, invoice });
    let suspended = Some(Suspension { reason: Some("noise".into()) });
    let quiet = AccessGrant { suspended, ..grant.clone() };
    bench.run(&billing(BillingCommand::SaveAccess(Box::new(quiet.clone())))).await;
    let known = bench.store.access(shop, grant.id).await.unwrap().unwrap();
    assert_eq!((known.suspended, known.created_at), (quiet.suspended, grant.created_at));
    let by_hand = AccessGrant { id: AccessGrantId(bench.fresh()), origin: Origin::ByHand, ..grant.clone() };
    bench.run(&billing(BillingCommand::SaveAccess(Box::new(by_hand.clone())))).await;
    let all = bench.store.access_page(shop, LESSONS, &[], AccessSort::Id, &nine(None)).await.unwrap();
    assert_eq!(all.iter().map(|own| own.id).collect::<Vec<_>>(), [grant.id, by_hand.id]);
    assert_eq!(
        bench
            .store
            .access_page(shop, LESSONS, &[], AccessSort::Id, &nine(Some(grant.id)))
            .await
            .unwrap()
            .len(),
        1
    );
    for _ in 0..2 {
        bench.run(&billing(BillingCommand::RevokeAccess(grant.id))).await;
    }
    let left = bench.store.access_of(shop, grant.contact).await.unwrap();
    assert_eq!(left.iter().map(|own| own.id).collect::<Vec<_>>(), [by_hand.id]);
    assert!(bench.store.access(shop, grant.id).await.unwrap().unwrap().revoked_at.is_some());
}

async fn prices_are_kept_by_variant(bench: Bench) {
    let save = |price| billing(BillingCommand::SavePrice(Box::new(price)));
    bench.run(&save(price(MONTHLY))).await;
    bench.run(&save(Price { archived: true, ..price(PriceId(701)) })).await;
    bench.run(&save(Price { name: None, ..price(MONTHLY) })).await;
    let of = bench.store.prices_of(bench.shop.id, &[SHIRT]).await.unwrap();
    assert_eq!(of.len(), 2);
    let [monthly] = &bench.store.prices(bench.shop.id, &[MONTHLY]).await.unwrap()[..] else { panic!() };
    assert_eq!((&monthly.name, &monthly.terms), (&None, &price(MONTHLY).terms));
}
