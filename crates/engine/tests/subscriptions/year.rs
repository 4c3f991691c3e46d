//! The year itself: a database, an engine, a clock, and a gateway that keeps books of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::actor::{Actor, Permissions};
use domain::billing::{AtEnd, InvoiceStatus, Rules, Service, status};
use domain::calendar::{DAY, Every, Interval};
use domain::command::Command;
use domain::command::billing::{BillingCommand, CancelService, PayInvoice, Proration, When};
use domain::decide::Outcome as Decided;
use domain::event::{Fact, InvoiceNews, PaymentNews, ServiceNews};
use domain::id::{AppId, EventId, OrderId, ShopId, TransactionId};
use domain::order::Order;
use domain::payment::{TransactionKind, TransactionStatus};
use domain::snapshot::Shop;
use domain::time::{HOUR, Time};
use engine::Engine;
use engine::clock::Clock;
use engine::gateway::{Account, Answer, Gateway, Movement, Outcome, Request, Sandbox, SetUp};
use engine::keys::KeyWanted;
use engine::mail::{CHANNEL, Post};
use engine::outside::address::AllowPrivate;
use engine::outside::url::AllowHttp;
use engine::outside::{Outside, Policy};
use engine::seal::Sealer;
use engine::workers::Workers;
use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use store::db::Options;
use store::{DeliveryState, Store};
use testkit::billing::{self, GATEWAY};
use testkit::database::{Database, Fresh};
use testkit::receiver::Receiver;
use testkit::world;

use crate::cards::{CARDS, Card, expected, kept, persists, plan};
use crate::told::{self, counted};

/// 2026-01-01, midnight UTC.
const BEGINS: Time = Time(1_767_225_600_000_000);
/// How far the clock is moved at once.
const STEP: i64 = 12 * HOUR;
/// When everybody cancels: before the anniversary of the first.
const CANCELLED: i64 = 700;
/// When everything has come to its end.
const ENDS: i64 = 800;
/// One of so many answers is lost.
const LOST: usize = 17;

/// The built-in gateway, with books of what moved and a line that some answers are lost on.
#[derive(Default)]
struct Booked {
    books: Mutex<BTreeMap<TransactionId, i64>>,
    asked: AtomicUsize,
}

impl Gateway for Booked {
    fn kind(&self) -> &'static str {
        Sandbox.kind()
    }

    fn ask<'a>(&'a self, account: &'a Account, request: &'a Request) -> BoxFuture<'a, Answer> {
        async move {
            let answer = Sandbox.ask(account, request).await;
            if answer.outcome == Outcome::Succeeded {
                let sign = if matches!(request.movement, Movement::Refund { .. }) { -1 } else { 1 };
                let known = self.books.lock().unwrap().insert(request.key, sign * request.amount);
                assert!(
                    known.is_none_or(|known| known == sign * request.amount),
                    "another amount for one key"
                );
            }
            let asked = self.asked.fetch_add(1, Ordering::SeqCst);
            if asked % LOST == LOST - 1 { Answer::unknown("lost") } else { answer }
        }
        .boxed()
    }

    fn check<'a>(&'a self, account: &'a Account) -> BoxFuture<'a, Result<String, String>> {
        Sandbox.check(account)
    }
}

struct Subscription {
    shop: usize,
    card: Card,
    n: usize,
    /// The step at which it is placed.
    begins: i64,
    order: Option<OrderId>,
}

/// What it came to.
#[derive(Default)]
pub struct Sums {
    pub invoices: usize,
    pub payments: usize,
    pub asked: usize,
    pub cents: i64,
    pub messages: usize,
    pub mails: usize,
}

/// What must have been told.
#[derive(Default)]
struct Told {
    /// To the program, as it names them.
    parts: BTreeSet<String>,
    /// To buyers, by event.
    mails: BTreeMap<EventId, usize>,
}

pub struct Year {
    engine: Engine,
    workers: Workers,
    gateway: Arc<Booked>,
    shops: Vec<Arc<Shop>>,
    subscriptions: Vec<Subscription>,
    /// The program that is told.
    program: Receiver,
    _fresh: Fresh,
}

impl Year {
    pub async fn begin() -> Year {
        let fresh = Database::Sqlite.fresh();
        // What the year hunts is arithmetic; what a commit survives is `tests/tests/crash.rs`. Most of the time would be
        // spent waiting for the disk.
        let fast = Options { synchronous_full: false, ..Options::default() };
        let store = Store::open(&fresh.url, fast).await.unwrap();
        store.migrate().await.unwrap();
        let sealer = Sealer::new(&[7; 32]).unwrap();
        let engine = Engine::start(store, Clock::fixed(BEGINS), sealer).await.unwrap();
        let gateway = Arc::new(Booked::default());
        let (allow_private, allow_http) = (AllowPrivate::Loopback, AllowHttp::Loopback);
        let policy = Policy { allow_private, allow_http, ..Policy::default() };
        let program = Receiver::start().await;
        let workers = Workers {
            dialects: vec![Arc::new(told::Plain)],
            gateways: vec![gateway.clone()],
            outside: Outside::new(policy).unwrap(),
            post: Post::Mailbox,
            calls_at_once: 32,
            inquire_every: Duration::from_secs(3600),
            events_days: 3650,
            keys_days: 7,
        };
        Year {
            engine,
            workers,
            gateway,
            shops: Vec::new(),
            subscriptions: Vec::new(),
            program,
            _fresh: fresh,
        }
    }

    /// Opens a shop that goes about billing like that.
    pub async fn open(&mut self, id: ShopId, at_end: Vec<AtEnd>) -> usize {
        let rules = Rules { at_end, order_waits: Some(30 * DAY), ..Rules::default() };
        let domain = format!("shop-{id}.example");
        let shop = Arc::new(Shop { id, domain, billing: rules, ..world::shop() });
        self.engine.store().save_shop(&shop).await.unwrap();
        self.shops.push(shop.clone());
        for command in world::furniture().into_iter().chain(billing::furniture()) {
            self.run(self.shops.len() - 1, &command).await;
        }
        let key = KeyWanted {
            app: Some(AppId(1)),
            app_name: "Program",
            dialect: "plain",
            label: "",
            permissions: Permissions::all(),
            token_prefix: "t_",
            secret_prefix: "s_",
            token: None,
            secret: None,
        };
        self.engine.make_key(&shop, key).await.unwrap();
        let listener = world::listener(id.0, "plain", &format!("{}/{id}", self.program.url()));
        self.run(self.shops.len() - 1, &Command::SaveListener(listener)).await;
        let set_up = SetUp { name: GATEWAY.into(), kind: "test".into(), account: Account::default() };
        self.engine.set_up_gateway(id, &set_up).await.unwrap();
        self.shops.len() - 1
    }

    /// Somebody will subscribe within the first four weeks.
    pub fn subscribe(&mut self, shop: usize, n: usize) {
        // Cards and plans go round at paces of their own, so that all of them meet, in both shops.
        let card = CARDS[n / 2 % CARDS.len()];
        self.subscriptions.push(Subscription { shop, card, n: n / 2, begins: n as i64 % 56, order: None });
    }

    /// The year passes.
    pub async fn pass(&mut self) {
        for step in 0..ENDS {
            self.place(step).await;
            if step == CANCELLED {
                self.cancel().await;
            }
            self.settle().await;
            if step < 70 {
                self.persist(step).await;
                self.settle().await;
            }
            self.engine.clock().advance(STEP);
        }
    }

    async fn run(&self, shop: usize, command: &Command) -> Decided {
        let verdict = self.engine.execute(&self.shops[shop], &Actor::System, command).await.unwrap();
        verdict.unwrap_or_else(|no| panic!("{no:?} to {command:?}")).outcome
    }

    async fn order(&self, own: &Subscription) -> Arc<Order> {
        let shop = self.shops[own.shop].id;
        self.engine.store().orders_by_id(shop, &[own.order.unwrap()]).await.unwrap().remove(0)
    }

    /// Whatever is due now is done, and what follows from it. Most of the time nothing is.
    async fn settle(&self) {
        while self.is_due().await {
            while self.engine.work_off(&self.workers).await.unwrap() > 0 {}
        }
    }

    async fn is_due(&self) -> bool {
        let (store, now) = (self.engine.store(), self.engine.now());
        for shop in &self.shops {
            if !store.due_to_advance(shop.id, now, 1).await.unwrap().is_empty()
                || !store.due_to_ask(shop.id, now, 1).await.unwrap().is_empty()
                || !store.due_news(shop.id, now, 1).await.unwrap().is_empty()
            {
                return true;
            }
        }
        false
    }

    async fn place(&mut self, step: i64) {
        for n in 0..self.subscriptions.len() {
            let own = &self.subscriptions[n];
            if own.begins != step {
                continue;
            }
            let mut command = billing::ordering(plan(own.n).0, 1, &token(own));
            let Command::Billing(BillingCommand::Place(place)) = &mut command else { panic!("no order") };
            place.placed.email = Some(format!("buyer-{n}@example.com"));
            let Decided::Order(id) = self.run(own.shop, &command).await else { panic!("no order") };
            self.subscriptions[n].order = Some(id);
        }
    }

    /// A buyer who is there, and whose first payment was declined, tries again once a day.
    async fn persist(&self, step: i64) {
        for own in self.subscriptions.iter().filter(|own| own.order.is_some() && persists(own.card) > 0) {
            if (step - own.begins) % 2 != 0 {
                continue;
            }
            let order = self.order(own).await;
            let waits = order.placed.transactions.iter().any(|payment| payment.status.is_awaited());
            if order.billing.as_ref().unwrap().service == Service::Pending && !waits {
                let invoice = order.invoices[0].id;
                let pay = PayInvoice { order: order.id, invoice, instrument: None, amount: None };
                self.run(own.shop, &Command::Billing(BillingCommand::Pay(pay))).await;
            }
        }
    }

    /// Everybody cancels whose subscription runs.
    async fn cancel(&self) {
        for own in &self.subscriptions {
            let order = self.order(own).await;
            if order.billing.as_ref().unwrap().service == Service::Active {
                let cancel = CancelService {
                    order: order.id,
                    when: When::Now,
                    proration: Proration::None,
                    void: Vec::new(),
                    reason: None,
                    by: None,
                    description: None,
                };
                self.run(own.shop, &Command::Billing(BillingCommand::Cancel(cancel))).await;
            }
        }
    }

    /// Everything must have come to the end that its card says.
    pub async fn check(&self) -> Sums {
        let books = self.gateway.books.lock().unwrap().clone();
        let mut told = Told::default();
        let mut sums = Sums { asked: self.gateway.asked.load(Ordering::SeqCst), ..Sums::default() };
        let mut booked = 0;
        for own in &self.subscriptions {
            let order = self.order(own).await;
            let (_, price, _) = plan(own.n);
            let stands = self.stands(&order);
            let wanted = expected(own.card, periods(own), own.shop == 1);
            assert_eq!(stands, wanted, "{:?}, {:?}", own.card, plan(own.n));
            assert_eq!((order.next_due(), order.next_ask()), (None, None), "nothing is left to do");
            let mut balance = 0;
            for moved in &order.placed.transactions {
                assert!(!moved.status.is_awaited(), "{moved:?}");
                let sign = if moved.kind == TransactionKind::Refund { -1 } else { 1 };
                if moved.status == TransactionStatus::Success {
                    balance += sign * moved.amount;
                    // What the bank took back was never asked for.
                    let ours = moved.reason.as_deref() != Some("dispute");
                    assert_eq!(books.get(&moved.id).copied(), ours.then_some(sign * moved.amount));
                    booked += usize::from(ours);
                }
            }
            assert_eq!(balance, kept(&wanted, price), "{:?}", own.card);
            self.told_once(own, &order, &mut told).await;
            sums.invoices += stands.len();
            sums.payments += order.placed.transactions.len();
            sums.cents += balance;
        }
        assert_eq!(booked, books.len(), "the gateway moved nothing that nobody knows of");
        (sums.messages, sums.mails) = self.heard(told).await;
        let audits = join_all(self.shops.iter().map(|shop| self.engine.store().audit(shop.id, |_| {}))).await;
        assert!(audits.into_iter().all(|findings| findings.unwrap().is_empty()));
        sums
    }

    fn stands(&self, order: &Order) -> Vec<InvoiceStatus> {
        let now = self.engine.now();
        let of = |invoice| status::invoice_status(invoice, &order.placed.transactions, now).unwrap();
        order.invoices.iter().map(of).collect()
    }

    /// The program heard of everything, and buyers of what concerns them: once, and of nothing else.
    async fn heard(&self, told: Told) -> (usize, usize) {
        let requests = self.program.requests();
        let heard = counted(requests.iter().filter_map(|request| request.header(told::PART)));
        assert!(heard.values().all(|times| *times == 1), "told twice");
        assert!(heard.keys().copied().eq(told.parts.iter().map(String::as_str)), "something was not told");
        let mut mails = Vec::new();
        for shop in &self.shops {
            mails.extend(self.engine.store().deliveries_by(shop.id, CHANNEL, 1_000_000).await.unwrap());
        }
        assert!(mails.iter().all(|mail| mail.state == DeliveryState::Delivered && mail.attempts == 1));
        assert_eq!(counted(mails.iter().map(|mail| mail.what.event)), told.mails);
        let ids = counted(mails.iter().map(|mail| mail.what.headers.split("message_id").nth(1)));
        assert!(ids.values().all(|times| *times == 1), "two mails have one id");
        (heard.len(), mails.len())
    }

    /// Every event of an order happened once; what must have been told of it goes into `told`.
    async fn told_once(&self, own: &Subscription, order: &Order, told: &mut Told) {
        let events = self.engine.store().timeline(self.shops[own.shop].id, order.id).await.unwrap();
        for event in &events {
            told.parts.extend(told::parts(event));
            told.mails.extend(Some((event.id, told::mails(event))).filter(|(_, mails)| *mails > 0));
        }
        let facts = || events.iter().flat_map(|event| &event.facts);
        let invoices = counted(facts().filter_map(|fact| match fact {
            Fact::Invoice { invoice, news } if *news != InvoiceNews::Updated => Some((*invoice, *news)),
            _ => None,
        }));
        assert!(invoices.values().all(|times| *times == 1), "{:?}: {invoices:?}", own.card);
        for (invoice, stands) in order.invoices.iter().zip(self.stands(order)) {
            let told = |news| invoices.contains_key(&(invoice.id, news));
            assert!(told(InvoiceNews::Issued));
            assert_eq!(told(InvoiceNews::Paid), stands.was_paid(), "{stands:?}");
            assert_eq!(told(InvoiceNews::Abandoned), stands == InvoiceStatus::Abandoned);
            assert_eq!(told(InvoiceNews::Voided), stands == InvoiceStatus::Voided);
        }
        let payments = counted(facts().filter_map(|fact| match fact {
            Fact::Payment { transaction, news, .. } if *news != PaymentNews::Changed => {
                Some((*transaction, *news))
            }
            _ => None,
        }));
        assert!(payments.values().all(|times| *times == 1), "{:?}: {payments:?}", own.card);
        for payment in &order.placed.transactions {
            let news = match payment.status {
                TransactionStatus::Success => PaymentNews::Made,
                _ => PaymentNews::Declined,
            };
            assert!(payments.contains_key(&(payment.id, news)), "{payment:?}");
        }
        let service = counted(facts().filter_map(|fact| match fact {
            Fact::Service { news } => Some(*news),
            _ => None,
        }));
        assert!(service.values().all(|times| *times == 1), "{:?}: {service:?}", own.card);
        let ever_paid = order.billing.as_ref().unwrap().activated_at.is_some();
        assert_eq!(service.contains_key(&ServiceNews::Activated), ever_paid);
        assert_eq!(service.contains_key(&ServiceNews::Abandoned), !ever_paid);
    }
}

/// How many periods begin until everybody cancels.
fn periods(own: &Subscription) -> usize {
    let (begins, cancelled) = (BEGINS.plus(own.begins * STEP), BEGINS.plus(CANCELLED * STEP));
    let month = Every { count: 1, interval: Interval::Month };
    let months = (1..=12).filter(|n| month.after(begins, *n) < cancelled).count();
    (months + 1).min(plan(own.n).2)
}

fn token(own: &Subscription) -> String {
    match own.card {
        Card::Good => "test_ok".to_owned(),
        Card::Bad => "test_decline".to_owned(),
        Card::Declines(times) => format!("test_decline_{times}"),
        Card::GoodFor(good) => {
            // The middle of the last period that is paid for.
            let begins = BEGINS.plus(own.begins * STEP);
            let month = Every { count: 1, interval: Interval::Month };
            let expires = month.after(begins, good - 1).plus(15 * DAY);
            format!("test_ok_until_{}", day(expires))
        }
        Card::Late => "test_late".to_owned(),
        Card::LateDecline => "test_late_decline".to_owned(),
        Card::Lost => "test_lost".to_owned(),
        Card::Dispute => "test_dispute".to_owned(),
        Card::DisputeWon => "test_dispute_won".to_owned(),
        Card::DisputeLost => "test_dispute_lost".to_owned(),
    }
}

/// A day of 2026, as people write it.
fn day(time: Time) -> String {
    const DAYS: [i64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut left = (time.0 - BEGINS.0) / DAY;
    let month = DAYS.iter().position(|days| {
        let here = left < *days;
        left -= if here { 0 } else { *days };
        here
    });
    format!("2026-{:02}-{:02}", month.expect("a day of 2026") + 1, left + 1)
}
