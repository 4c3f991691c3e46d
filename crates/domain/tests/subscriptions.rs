//! A year of a subscription, as the dice will have it: the clock is driven from one thing that is due to the next, the
//! gateway takes, declines, hesitates and forgets to answer, and people change their minds in between. The gateway
//! keeps its own ledger, which in the end must be the order's; every invoice must have gone only the ways that the
//! state machine has, and must have come to an end.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test, all of it")]

use std::collections::BTreeMap;

use domain::actor::Actor;
use domain::billing::{AtEnd, Charge, InvoiceStatus, Rules, Service, bill, status};
use domain::calendar::DAY;
use domain::command::Command;
use domain::command::billing::*;
use domain::id::*;
use domain::money::Minor;
use domain::payment::{TransactionKind, TransactionStatus};
use domain::refusal::Refusal;
use domain::time::{HOUR, Time};
use proptest::prelude::*;

mod world;
use world::billing::*;
use world::*;

/// What somebody does, some days after the last one did something.
#[derive(Debug, Clone, Copy)]
enum Act {
    Pause(Option<i64>),
    Resume,
    Cancel(When, Proration, bool),
    Reactivate,
    Change(PriceId, When, Proration),
    Pay(usize, bool),
    Abandon(usize),
    Void(usize),
    Reissue(usize),
    Refund(usize, bool),
    Dispute(usize, DisputeNews),
    Move(i64),
    Ship(usize),
}

/// The gateway: what it answers next, over and over, and what it took and gave back, by key.
struct Gateway {
    answers: Vec<PaymentOutcome>,
    asked: usize,
    ledger: BTreeMap<TransactionId, Minor>,
}

impl Gateway {
    fn answer(&mut self) -> PaymentOutcome {
        self.asked += 1;
        self.answers[self.asked % self.answers.len()]
    }
}

struct Year {
    world: World,
    order: OrderId,
    gateway: Gateway,
    /// How every invoice stood last.
    stood: BTreeMap<InvoiceId, InvoiceStatus>,
}

impl Year {
    /// Whatever is due by then is done, in its order: the timer's and the gateway's.
    fn until(&mut self, end: Time) {
        loop {
            let order = self.world.order(self.order);
            let (due, ask) = (order.next_due(), order.next_ask());
            let Some(next) = [due, ask].into_iter().flatten().min().filter(|next| *next <= end) else {
                break;
            };
            self.world.now = self.world.now.max(next);
            if ask == Some(next) {
                self.ask()
            } else {
                self.advance()
            }
            self.look();
        }
        self.world.now = end;
        self.look();
    }

    fn advance(&mut self) {
        self.world.advance(self.order).expect("what is due is done");
        let late = self.world.order(self.order).next_due();
        assert!(late.is_none_or(|late| late > self.world.now), "all of it, at once");
    }

    fn ask(&mut self) {
        let now = self.world.now;
        let asked = self.world.order(self.order).placed.transactions.iter();
        let asked: Vec<_> = asked.filter(|own| own.ask.is_some_and(|ask| ask.at <= now)).cloned().collect();
        for own in asked {
            let sign = if own.kind == TransactionKind::Refund { -1 } else { 1 };
            let known = self.gateway.ledger.contains_key(&own.id);
            let answer = if known { PaymentOutcome::Succeeded } else { self.gateway.answer() };
            // What nobody heard of may have happened.
            let took = match answer {
                PaymentOutcome::Succeeded => true,
                PaymentOutcome::Unknown => self.gateway.asked.is_multiple_of(2),
                PaymentOutcome::Declined | PaymentOutcome::Pending => false,
            };
            if took {
                self.gateway.ledger.insert(own.id, sign * own.amount);
            }
            self.world.run(&Actor::System, recording(self.order, own.id, answer)).unwrap();
        }
    }

    /// No invoice went a way that there isn't.
    fn look(&mut self) {
        for invoice in &self.world.order(self.order).invoices {
            let stands = self.world.invoice_status(invoice, self.order);
            let stood = self.stood.insert(invoice.id, stands);
            let Some(stood) = stood.filter(|stood| *stood != stands) else { continue };
            assert!(ways(stood).contains(&stands), "{stood:?} became {stands:?}");
        }
    }

    fn try_to(&mut self, command: Command) {
        match self.world.run(&merchant(), command.clone()) {
            Ok(_) => {}
            Err(Refusal::Billing(_) | Refusal::TimePassed | Refusal::Unknown(_)) => {}
            Err(other) => panic!("{command:?} was refused: {other:?}"),
        }
        self.look();
    }

    fn act(&mut self, act: Act) {
        let id = self.order;
        let now = self.world.now;
        let order = self.world.order(id);
        let invoice = |n: usize| order.invoices[n % order.invoices.len()].id;
        let payments = &order.placed.transactions;
        let payment =
            |n: usize| payments.get(n % payments.len().max(1)).map_or(TransactionId(1), |own| own.id);
        let command = match act {
            Act::Pause(days) => BillingCommand::Pause(id, days.map(|days| now.plus(days * DAY))),
            Act::Resume => BillingCommand::Resume(id),
            Act::Cancel(when, proration, void) => {
                let open = order.invoices.iter().filter(|own| self.world.invoice_status(own, id).is_open());
                let void = open.map(|own| own.id).filter(|_| void).collect();
                BillingCommand::Cancel(CancelService { void, ..cancelling(id, when, proration) })
            }
            Act::Reactivate => BillingCommand::Reactivate(id),
            Act::Change(price, when, proration) => {
                let line = order.billing.as_ref().unwrap().plan[0].id;
                let variant = self.world.prices.iter().find(|own| own.id == price).unwrap().variant;
                BillingCommand::ChangePlan(ChangePlan { order: id, line, variant, price, when, proration })
            }
            Act::Pay(n, half) => {
                let of = &order.invoices[n % order.invoices.len()];
                let due = status::due(of, payments, now);
                let amount = (half && due > 1).then_some(due / 2);
                BillingCommand::Pay(PayInvoice { order: id, invoice: of.id, instrument: None, amount })
            }
            Act::Abandon(n) => BillingCommand::Abandon(id, invoice(n)),
            Act::Void(n) => BillingCommand::Void(id, invoice(n)),
            Act::Reissue(n) => BillingCommand::Reissue(id, invoice(n), None),
            Act::Refund(n, whole) => {
                let amount = (!whole).then_some(100);
                BillingCommand::Refund(RefundPayment {
                    order: id,
                    transaction: payment(n),
                    amount,
                    reason: None,
                })
            }
            Act::Dispute(n, news) => {
                BillingCommand::RecordDispute(RecordDispute { order: id, transaction: payment(n), news })
            }
            Act::Move(days) => BillingCommand::Update(Box::new(UpdateBilled {
                dates: Some(NewDates { trial_ends_at: None, renews_at: Some(now.plus(days * DAY)) }),
                ..UpdateBilled::of(id)
            })),
            Act::Ship(n) => {
                let lines: Vec<_> = order.invoice_lines().map(|line| line.id).collect();
                let left = FulfillLines {
                    stock: StockCheck::Ignore,
                    ..fulfilling_lines(HERE, &[(lines[n % lines.len()], 1)])
                };
                return self.try_to(Command::FulfillLines(left));
            }
        };
        self.try_to(billing(command));
    }
}

/// The ways that an invoice can go from there.
fn ways(from: InvoiceStatus) -> &'static [InvoiceStatus] {
    use InvoiceStatus::{
        Abandoned, Disputed, Paid, PartlyPaid, PartlyRefunded, PastDue, Refunded, Unpaid, Voided,
    };
    match from {
        Unpaid => &[PartlyPaid, Paid, PastDue, Abandoned, Voided],
        PastDue => &[PartlyPaid, Paid, Abandoned, Voided, Unpaid],
        PartlyPaid => &[Paid, Abandoned, PartlyRefunded, Refunded, Disputed],
        Paid => &[PartlyRefunded, Refunded, Disputed],
        Abandoned => &[Unpaid, PartlyPaid, Voided, PartlyRefunded, Refunded, Disputed],
        PartlyRefunded => &[Refunded, Disputed],
        Disputed => &[Paid, PartlyPaid, PartlyRefunded, Refunded, Abandoned],
        Refunded | Voided => &[],
    }
}

fn plans() -> impl Strategy<Value = Vec<NewPlanLine>> {
    let recurring = prop::sample::select(vec![
        plan(SHIRT, SHIRT_MONTHLY, 1),
        plan(SHIRT, SHIRT_TRIED, 2),
        plan(COURSE, COURSE_MONTHLY, 3),
        plan(COURSE, COURSE_TRIED, 1),
        plan(COURSE, COURSE_INSTALMENTS, 1),
        plan(COURSE, COURSE_YEARLY, 1),
        plan(COURSE, COURSE_THREE, 2),
        plan(PRINT, PRINT_MONTHLY, 1),
    ]);
    let beside = prop::sample::select(vec![
        None,
        Some(plan(SHIRT, SHIRT_ONCE, 2)),
        Some(plan(PRINT, PRINT_MONTHLY, 1)),
    ]);
    (recurring, beside).prop_map(|(first, second)| std::iter::once(first).chain(second).collect())
}

fn acts() -> impl Strategy<Value = Act> {
    let when = || prop::sample::select(vec![When::Now, When::NextRenewal]);
    let proration = || prop::sample::select(vec![Proration::Exact, Proration::None]);
    let prices = vec![COURSE_DEAR, COURSE_MONTHLY, COURSE_YEARLY, COURSE_THREE, SHIRT_MONTHLY, PRINT_MONTHLY];
    let news = prop::sample::select(vec![DisputeNews::Opened, DisputeNews::Won, DisputeNews::Lost]);
    let n = || 0..30usize;
    prop_oneof![
        2 => prop::option::of(1..60i64).prop_map(Act::Pause),
        2 => Just(Act::Resume),
        2 => (when(), proration(), any::<bool>()).prop_map(|(when, proration, void)| Act::Cancel(when, proration, void)),
        4 => Just(Act::Reactivate),
        5 => (prop::sample::select(prices), when(), proration()).prop_map(|(price, when, proration)| Act::Change(price, when, proration)),
        3 => (n(), any::<bool>()).prop_map(|(n, half)| Act::Pay(n, half)),
        1 => n().prop_map(Act::Abandon),
        1 => n().prop_map(Act::Void),
        2 => n().prop_map(Act::Reissue),
        2 => (n(), any::<bool>()).prop_map(|(n, whole)| Act::Refund(n, whole)),
        2 => (n(), news).prop_map(|(n, news)| Act::Dispute(n, news)),
        1 => (1..40i64).prop_map(Act::Move),
        3 => n().prop_map(Act::Ship),
    ]
}

fn answers() -> impl Strategy<Value = Vec<PaymentOutcome>> {
    use PaymentOutcome::{Declined, Pending, Succeeded, Unknown};
    let weighted =
        prop_oneof![6 => Just(Succeeded), 2 => Just(Declined), 1 => Just(Unknown), 1 => Just(Pending)];
    // Sooner or later it takes something, or nothing would ever end.
    prop::collection::vec(weighted, 1..12)
        .prop_map(|answers| answers.into_iter().chain([Succeeded]).collect())
}

fn at_ends() -> impl Strategy<Value = Vec<AtEnd>> {
    prop::sample::select(vec![
        vec![AtEnd::AbandonInvoice],
        vec![AtEnd::AbandonInvoice, AtEnd::CancelService],
        vec![AtEnd::CancelService],
        vec![],
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_year_ends_as_the_state_machines_say(
        lines in plans(),
        answers in answers(),
        at_end in at_ends(),
        doings in prop::collection::vec((0..40i64, acts()), 0..24),
    ) {
        let mut world = shop();
        world.now = Time(1_796_083_200_000_000);
        world.put(SHIRT, HERE, 1_000);
        world.shop.billing = Rules { at_end: at_end.clone(), order_waits: Some(30 * DAY), ..Rules::default() };
        let begun = world.now;
        let order = world.place_billed(through_gateway(&lines));
        let gateway = Gateway { answers, asked: 0, ledger: BTreeMap::new() };
        let mut year = Year { world, order, gateway, stood: BTreeMap::new() };
        for (days, act) in doings {
            let next = year.world.now.plus(days * DAY + HOUR);
            year.until(next);
            year.act(act);
        }
        year.until(begun.plus(366 * DAY).max(year.world.now));
        // Then everybody stops, and what is under way comes to its end.
        year.act(Act::Resume);
        if year.world.service(year.order) == Service::Cancelled {
            year.act(Act::Reactivate);
        }
        year.act(Act::Cancel(When::Now, Proration::None, false));
        year.until(year.world.now.plus(90 * DAY));
        settled(&year, &at_end);
    }
}

/// What must be true when nothing is under way any more.
fn settled(year: &Year, at_end: &[AtEnd]) {
    use InvoiceStatus::{Paid, PartlyPaid, PastDue, Unpaid};
    let (order, now) = (year.world.order(year.order), year.world.now);
    let billing = order.billing.as_ref().unwrap();
    assert_eq!((order.next_due(), order.next_ask()), (None, None), "nothing is left to do");
    let ended = matches!(
        billing.service,
        Service::Churned | Service::Completed | Service::Abandoned | Service::Voided
    );
    assert!(ended || billing.service == Service::Pending, "{:?}", billing.service);
    let transactions = &order.placed.transactions;
    assert!(transactions.iter().all(|own| !own.status.is_awaited()));
    let succeeded = transactions.iter().filter(|own| own.status == TransactionStatus::Success);
    let ours: BTreeMap<TransactionId, Minor> = succeeded
        .filter(|own| own.reason.as_deref() != Some("dispute"))
        .map(|own| (own.id, if own.kind == TransactionKind::Refund { -own.amount } else { own.amount }))
        .collect();
    assert_eq!(ours, year.gateway.ledger, "what the gateway took is what we know of, each once");
    let mut seen: Vec<(OrderLineId, PriceId, Time)> = Vec::new();
    for invoice in &order.invoices {
        let stands = year.world.invoice_status(invoice, year.order);
        let amounts = bill::written(invoice);
        let lines = invoice.lines.iter().map(|line| line.bill.as_ref().unwrap());
        assert_eq!(amounts.total, lines.clone().map(|line| line.amount).sum::<Minor>());
        let moved = status::moved(invoice.id, transactions);
        assert!(moved.refunded <= moved.paid && moved.paid <= amounts.total, "{moved:?} of {amounts:?}");
        match stands {
            Paid => assert_eq!((moved.paid, moved.refunded), (amounts.total, 0)),
            // It is tried to the end only once the service ran; before, the buyer was there to pay otherwise.
            Unpaid => panic!("{:?} is still awaited", invoice.id),
            PastDue | PartlyPaid => {
                let waits = at_end.contains(&AtEnd::AbandonInvoice) && billing.activated_at.is_some();
                let halved = moved.paid > 0 || invoice.bill.as_ref().unwrap().attempt_at.is_none();
                assert!(!waits || halved, "{stands:?} though it should have been abandoned");
            }
            _ => {}
        }
        for own in &invoice.lines {
            let line = own.bill.as_ref().unwrap();
            let Some(period) = line.period.filter(|_| line.charge == Charge::Article) else { continue };
            assert!(period.starts_at < period.ends_at);
            let key = (own.order_line, line.price.unwrap(), period.starts_at);
            assert!(!seen.contains(&key), "a period is billed twice: {key:?}");
            seen.push(key);
        }
    }
    for line in &order.lines {
        let of = order.invoice_lines().filter(|own| {
            own.order_line == line.id && own.bill.as_ref().is_some_and(|b| b.charge == Charge::Article)
        });
        assert_eq!(line.quantity, of.map(|own| own.quantity).sum::<i64>());
    }
    let open = order.fulfillment_orders.iter().filter(|fo| fo.is_open()).flat_map(|fo| &fo.lines);
    for line in open.filter(|line| line.remaining() > 0) {
        let invoice = order
            .invoices
            .iter()
            .find(|own| own.lines.iter().any(|sold| sold.id == line.invoice_line))
            .unwrap();
        let stands = year.world.invoice_status(invoice, year.order);
        assert!(
            stands.was_paid() || billing.service == Service::Pending || billing.service == Service::Completed,
            "{stands:?} at {now:?}"
        );
    }
    let lost = matches!(billing.service, Service::Churned)
        || billing.service == Service::Completed && billing.lends();
    assert!(!lost || !year.world.has_access());
}
