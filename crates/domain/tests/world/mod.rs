//! A shop in memory: it loads what a command's scope asks for and no more, applies what a decision writes as a store
//! would, and checks what must hold afterwards. Shared by the decision tables and by the histories.
#![allow(dead_code, unreachable_pub, reason = "two test programs use it, neither all of it")]

use std::collections::{BTreeMap, BTreeSet};

use domain::access::AccessGrant;
use domain::actor::Actor;
use domain::address::Address;
use domain::command::{
    Command, Described, EditOrder, LineChange, MoveWork, NewLine, Place, Reach, Remark, Reroute, Restock,
    SomeWork,
};
use domain::contact::Contact;
use domain::decide::{Decision, Outcome, Write, decide};
use domain::draft::Draft;
use domain::event::{Fact, FactKind};
use domain::fulfillment::Fulfillment;
use domain::fulfillment_order::FulfillmentOrder;
use domain::id::*;
use domain::invariants;
use domain::listener::Listener;
use domain::location::{Location, Service};
use domain::order::{Article, Order, Placed};
use domain::price::Price;
use domain::product::{Product, Variant};
use domain::record::{Record, RecordKind};
use domain::refusal::Refusal;
use domain::reservation::Reservation;
use domain::rule::Rule;
use domain::snapshot::{Places, Shop, Snapshot};
use domain::stock::{Stock, StockGuard};
use domain::time::Time;

pub mod billing;
pub mod charging;
// What it begins with is the shop of all tests. Its file is read, not its crate: that is built with another `domain` than
// the one that the decision tables stand in.
#[path = "../../../testkit/src/world.rs"]
mod furniture;
#[allow(unused_imports, reason = "no test program uses all of it")]
pub use furniture::{
    HERE, Lines, MUG, PRINT, SERVED, SERVICE, SHIRT, STICKER, THERE, app, calling_off, fulfilling, holding,
    limited, line, location, merchant, placed, requesting, server, variant,
};

pub struct World {
    pub drafts: Vec<Draft>,
    pub reservations: Vec<Reservation>,
    pub shop: Shop,
    pub locations: Vec<Location>,
    pub services: Vec<Service>,
    pub variants: Vec<Variant>,
    pub products: Vec<Product>,
    pub prices: Vec<Price>,
    pub access: Vec<AccessGrant>,
    pub contacts: Vec<Contact>,
    pub listeners: Vec<Listener>,
    pub records: Vec<Record>,
    pub runs: Vec<domain::workflow::Run>,
    pub stock: BTreeMap<(VariantId, LocationId), Stock>,
    pub orders: Vec<Order>,
    pub fulfillments: Vec<Fulfillment>,
    pub now: Time,
    next: i64,
}

/// The decision was made on old knowledge.
#[derive(Debug, PartialEq, Eq)]
pub struct Stale;

pub fn new_order(lines: Vec<NewLine>) -> Place {
    Place { number: 1001, lines, ..furniture::order(&[]) }
}

pub fn some(id: FulfillmentOrderId, lines: &[(FulfillmentOrderLineId, i64)]) -> SomeWork {
    SomeWork { id, lines: lines.to_vec() }
}

pub fn moving(id: FulfillmentOrderId, to: LocationId, lines: &[(FulfillmentOrderLineId, i64)]) -> Command {
    Command::Move(MoveWork { fulfillment_order: id, to, lines: lines.to_vec() })
}

pub fn rerouting(works: &[FulfillmentOrderId], include: &[LocationId], exclude: &[LocationId]) -> Command {
    let (works, include, exclude) = (works.to_vec(), include.to_vec(), exclude.to_vec());
    Command::Reroute(Reroute { works, include, exclude })
}

pub fn editing(order: OrderId, changes: Vec<LineChange>) -> Command {
    Command::EditOrder(EditOrder { order, changes, remark: Remark::default() })
}

pub fn setting(line: OrderLineId, quantity: i64) -> LineChange {
    LineChange::Set { line, quantity, restock: Restock::Yes }
}

/// What happened, but for stock that moved because of it; that every decision tells of it is asserted as it is made.
pub fn kinds(decision: &Decision) -> Vec<FactKind> {
    facts(decision).map(Fact::kind).filter(|kind| *kind != FactKind::StockMoved).collect()
}

fn facts(decision: &Decision) -> impl Iterator<Item = &Fact> {
    decision.events.iter().flat_map(|event| &event.facts)
}

/// Where stock moved because of what happened to orders, as it is told.
pub fn moved(decision: &Decision) -> Vec<(VariantId, LocationId)> {
    let moved = facts(decision).filter_map(|fact| match fact {
        Fact::StockMoved { location, variant } => Some((*variant, *location)),
        _ => None,
    });
    moved.collect()
}

/// Every row of stock that is written is told of, and none is told of twice as changed or moved.
fn assert_stock_is_told(decision: &Decision) {
    let written = decision.writes.iter().filter_map(|write| match write {
        Write::Stock(delta) => Some((delta.location, delta.variant)),
        _ => None,
    });
    let written: BTreeSet<_> = written.collect();
    let told: BTreeSet<_> = facts(decision).filter_map(Fact::stock).collect();
    assert_eq!(told, written, "{:?}", decision.events);
    let changed = |fact: &&Fact| matches!(fact, Fact::StockChanged { .. } | Fact::StockMoved { .. });
    let changed: Vec<_> = facts(decision).filter(changed).filter_map(Fact::stock).collect();
    assert_eq!(changed.iter().collect::<BTreeSet<_>>().len(), changed.len(), "{:?}", decision.events);
}

impl World {
    pub fn new() -> Self {
        let mut served = location(SERVED, 3);
        served.service = Some(SERVICE);
        let mut world = Self {
            shop: furniture::shop(),
            locations: vec![location(HERE, 1), location(THERE, 2), served],
            services: vec![furniture::service()],
            variants: [SHIRT, MUG, STICKER, PRINT].map(variant).to_vec(),
            products: Vec::new(),
            prices: Vec::new(),
            access: Vec::new(),
            contacts: Vec::new(),
            listeners: Vec::new(),
            records: Vec::new(),
            runs: Vec::new(),
            drafts: Vec::new(),
            reservations: Vec::new(),
            stock: BTreeMap::new(),
            orders: Vec::new(),
            fulfillments: Vec::new(),
            now: Time(1_000_000_000_000),
            next: 1_000,
        };
        for (variant, at, on_hand) in [(SHIRT, HERE, 10), (SHIRT, THERE, 10), (MUG, SERVED, 10)] {
            world.put(variant, at, on_hand);
        }
        world
    }

    pub fn put(&mut self, variant: VariantId, location: LocationId, on_hand: i64) {
        let committed = self.stock.get(&(variant, location)).map_or(0, |stock| stock.committed);
        self.stock
            .insert((variant, location), Stock { on_hand, committed, ..Stock::none(variant, location) });
    }

    /// (on hand, committed)
    pub fn stock(&self, variant: VariantId, location: LocationId) -> (i64, i64) {
        self.stock.get(&(variant, location)).map_or((0, 0), |stock| (stock.on_hand, stock.committed))
    }

    pub fn order(&self, id: OrderId) -> &Order {
        self.orders.iter().find(|order| order.id == id).unwrap()
    }

    pub fn work(&self, id: FulfillmentOrderId) -> &FulfillmentOrder {
        self.orders.iter().find_map(|order| order.fulfillment_order(id)).unwrap()
    }

    pub fn work_mut(&mut self, id: FulfillmentOrderId) -> &mut FulfillmentOrder {
        let mut works = self.orders.iter_mut().flat_map(|order| &mut order.fulfillment_orders);
        works.find(|work| work.id == id).unwrap()
    }

    /// What a store would read for `command`.
    pub fn snapshot(&self, command: &Command) -> Snapshot {
        let scope = command.scope();
        let asked = |f: &&Fulfillment| {
            let of = |order: &OrderId| scope.fulfillments_of.contains(order);
            scope.fulfillments.contains(&f.id) || f.orders().iter().any(of)
        };
        let fulfillments: Vec<Fulfillment> = self.fulfillments.iter().filter(asked).cloned().collect();
        let drafts: Vec<Draft> =
            self.drafts.iter().filter(|draft| scope.drafts.contains(&draft.id)).cloned().collect();
        let wanted = |order: &&Order| {
            scope.orders.contains(&order.id)
                || drafts.iter().any(|draft| draft.order == order.id)
                || scope.by_work.iter().any(|id| order.fulfillment_order(*id).is_some())
                || scope.by_line.iter().any(|id| order.invoice_lines().any(|line| line.id == *id))
                || fulfillments.iter().any(|fulfillment| {
                    scope.fulfillments.contains(&fulfillment.id) && fulfillment.orders().contains(&order.id)
                })
        };
        let orders: Vec<Order> = self.orders.iter().filter(wanted).cloned().collect();
        let articles = orders.iter().flat_map(|order| &order.lines).filter_map(|line| line.article.variant);
        let mut stocked = scope.variants.clone();
        if scope.places == Places::WithStock {
            stocked.extend(articles);
            stocked.extend(drafts.iter().flat_map(Draft::variants));
        }
        let places = scope.places != Places::None;
        let same_key =
            |order: &&Order| order.placed.source_key.is_some() && order.placed.source_key == scope.source_key;
        Snapshot {
            seen_before: self.orders.iter().find(same_key).map(|order| order.id),
            orders,
            drafts: drafts.clone(),
            reservations: self
                .reservations
                .iter()
                .filter(|r| scope.reservations.iter().any(|key| r.is(key)))
                .cloned()
                .collect(),
            fulfillments,
            locations: if places { self.locations.clone() } else { Vec::new() },
            services: if places { self.services.clone() } else { Vec::new() },
            variants: self.variants.iter().filter(|v| scope.variants.contains(&v.id)).cloned().collect(),
            products: self.products.iter().filter(|p| scope.product == Some(p.id)).cloned().collect(),
            prices: self.prices.iter().filter(|p| scope.prices.contains(&p.id)).cloned().collect(),
            access: self.access.iter().filter(|a| scope.access == Some(a.id)).cloned().collect(),
            stock: self
                .stock
                .values()
                .filter(|s| stocked.contains(&s.variant) || scope.location == Some(s.location))
                .copied()
                .collect(),
            has_open_work: scope.location.is_some_and(|id| {
                let mut works = self.orders.iter().flat_map(|order| &order.fulfillment_orders);
                works.any(|fo| fo.is_open() && fo.location == id)
            }),
            contacts: self
                .contacts
                .iter()
                .filter(|c| scope.contacts.iter().any(|key| c.is(key)))
                .cloned()
                .collect(),
            listeners: self.listeners.iter().filter(|_| scope.listeners.is_some()).cloned().collect(),
            runs: self.runs.iter().filter(|run| scope.runs.contains(&run.id)).cloned().collect(),
            records: self
                .records
                .iter()
                .filter(|r| {
                    let keyed =
                        |(kind, key): &(RecordKind, String)| *kind == r.kind && r.key.as_ref() == Some(key);
                    scope.records.contains(&r.id) || scope.record_keys.iter().any(keyed)
                })
                .cloned()
                .collect(),
            rules: match scope.routes() {
                true => self.records.iter().filter_map(Rule::of).collect(),
                false => Vec::new(),
            },
            ..Snapshot::of(self.shop.clone())
        }
    }

    pub fn decide(&mut self, actor: &Actor, command: &Command) -> Result<Decision, Refusal> {
        let snapshot = self.snapshot(command);
        let next = &mut self.next;
        let mut fresh = || {
            *next += 1;
            *next
        };
        let decision = decide(&snapshot, command, actor, self.now, &mut Ids::new(&mut fresh))?;
        assert_stock_is_told(&decision);
        Ok(decision)
    }

    /// Writes everything, or nothing if a guard fails.
    pub fn apply(&mut self, decision: &Decision) -> Result<(), Stale> {
        let mut stock = self.stock.clone();
        for write in &decision.writes {
            let Write::Stock(delta) = write else { continue };
            let (variant, location) = (delta.variant, delta.location);
            let none = Stock::none(variant, location);
            let known = stock.get(&(variant, location));
            match delta.guard {
                StockGuard::New if known.is_some() => return Err(Stale),
                StockGuard::Unchanged(read) if !known.is_some_and(|level| level.is_like(&read)) => {
                    return Err(Stale);
                }
                _ => {}
            }
            let level = stock.entry((variant, location)).or_insert(none);
            level.change(delta);
            assert!(level.committed >= 0, "no fewer than none may be promised: {level:?}");
            assert!(level.kept >= 0, "no fewer than none may be kept: {level:?}");
            if delta.guard == StockGuard::Available && (level.available() < 0 || !level.stocked) {
                return Err(Stale);
            }
        }
        self.stock = stock;
        for write in &decision.writes {
            self.write(write);
        }
        Ok(())
    }

    fn write(&mut self, write: &Write) {
        match write {
            Write::NewOrder(order) => self.orders.push((**order).clone()),
            Write::Order(order) => {
                let known = self.orders.iter_mut().find(|known| known.id == order.id).unwrap();
                assert_eq!(known.version + 1, order.version, "versions rise one by one");
                *known = (**order).clone();
            }
            Write::NewFulfillment(fulfillment) => self.fulfillments.push((**fulfillment).clone()),
            Write::Fulfillment(fulfillment) => {
                let known = self.fulfillments.iter_mut().find(|known| known.id == fulfillment.id).unwrap();
                assert_eq!(known.version + 1, fulfillment.version, "versions rise one by one");
                *known = (**fulfillment).clone();
            }
            Write::NoOrder(id, version) => {
                let at = self.orders.iter().position(|known| known.id == *id).unwrap();
                assert_eq!(self.orders.remove(at).version, *version);
            }
            Write::NoFulfillment(id, version) => {
                let at = self.fulfillments.iter().position(|known| known.id == *id).unwrap();
                assert_eq!(self.fulfillments.remove(at).version, *version);
            }
            Write::NewContact(contact) => self.contacts.push((**contact).clone()),
            Write::Contact(contact) => {
                let known = self.contacts.iter_mut().find(|known| known.id == contact.id).unwrap();
                assert_eq!(known.version + 1, contact.version, "versions rise one by one");
                *known = (**contact).clone();
            }
            Write::NoContact(id) => self.contacts.retain(|known| known.id != *id),
            Write::NoTraces(..) => {}
            Write::Listener(listener) => {
                self.listeners.retain(|known| known.id != listener.id);
                self.listeners.push(listener.clone());
            }
            Write::NoListener(id) => self.listeners.retain(|known| known.id != *id),
            Write::Location(location) => {
                self.locations.retain(|known| known.id != location.id);
                self.locations.push(location.clone());
            }
            Write::NoLocation(id) => {
                self.locations.retain(|known| known.id != *id);
                self.stock.retain(|(_, location), _| location != id);
            }
            Write::NoService(id) => self.services.retain(|known| known.id != *id),
            Write::Service(service) => {
                self.services.retain(|known| known.id != service.id);
                self.services.push(service.clone());
            }
            Write::Product(product) => {
                self.products.retain(|known| known.id != product.id);
                self.products.push(product.clone());
            }
            Write::Variant(variant) => {
                self.variants.retain(|known| known.id != variant.id);
                self.variants.push(variant.clone());
            }
            Write::Record(record) => {
                self.records.retain(|known| known.id != record.id);
                self.records.push(record.clone());
            }
            Write::Workflow(_) => {}
            Write::Run(run) => {
                self.runs.retain(|known| known.id != run.id);
                self.runs.push(domain::workflow::Run::clone(run));
            }
            Write::NoRecord(id) => self.records.retain(|known| known.id != *id),
            Write::NewDraft(draft) | Write::Draft(draft) => {
                self.drafts.retain(|known| known.id != draft.id);
                self.drafts.push(Draft::clone(draft));
            }
            Write::NewReservation(one) => {
                let same = |known: &&Reservation| known.name == one.name && known.test == one.test;
                assert_eq!(self.reservations.iter().find(same), None, "two of a name");
                self.reservations.push(Reservation::clone(one));
            }
            Write::NoReservation(id) => {
                let at = self.reservations.iter().position(|known| known.id == *id).unwrap();
                self.reservations.remove(at);
            }
            Write::NoDraft(id, _) => self.drafts.retain(|known| known.id != *id),
            Write::Price(price) => {
                self.prices.retain(|known| known.id != price.id);
                self.prices.push((**price).clone());
            }
            Write::Access(grant) => {
                self.access.retain(|known| known.id != grant.id);
                self.access.push((**grant).clone());
            }
            Write::NoAccess(id, at) => {
                for known in self.access.iter_mut().filter(|known| known.id == *id) {
                    known.revoked_at.get_or_insert(*at);
                }
            }
            Write::Stock(_) | Write::RouteWaiting | Write::CallService(..) => {}
        }
    }

    /// Decides, applies, and checks that all that must hold does.
    pub fn run(&mut self, actor: &Actor, command: Command) -> Result<Decision, Refusal> {
        let decision = self.decide(actor, &command)?;
        self.apply(&decision).unwrap();
        assert_eq!(self.broken(), Vec::<String>::new(), "after {command:?}");
        Ok(decision)
    }

    /// Runs a command that must be refused.
    pub fn refused(&mut self, actor: &Actor, command: Command) -> Refusal {
        self.run(actor, command).expect_err("must be refused")
    }

    pub fn place(&mut self, place: Place) -> OrderId {
        let decision = self.run(&Actor::System, Command::Place(Box::new(place))).unwrap();
        let Outcome::Order(id) = decision.outcome else { panic!("{:?}", decision.outcome) };
        id
    }

    /// Places an order of these articles and gives its only work.
    pub fn placed_work(&mut self, articles: &[(VariantId, i64)]) -> FulfillmentOrderId {
        let lines = articles.iter().map(|(variant, quantity)| line(*variant, *quantity)).collect();
        let id = self.place(new_order(lines));
        let works = &self.order(id).fulfillment_orders;
        assert_eq!(works.len(), 1, "{works:?}");
        works[0].id
    }

    /// Fulfills some or all of a work.
    pub fn ship(&mut self, id: FulfillmentOrderId, lines: Option<Lines<'_>>) -> FulfillmentId {
        let decision = self.run(&Actor::System, fulfilling(&[(id, lines)], Reach::OneOrder)).unwrap();
        let Outcome::Fulfillment(id) = decision.outcome else { panic!("{:?}", decision.outcome) };
        id
    }

    /// What must hold in the shop as a whole and doesn't.
    pub fn broken(&self) -> Vec<String> {
        let mut broken = Vec::new();
        let mut promised: BTreeMap<(VariantId, LocationId), i64> = BTreeMap::new();
        for order in &self.orders {
            broken.extend(invariants::of_order(order));
            let of_order = |f: &&Fulfillment| f.orders().contains(&order.id);
            let of_order: Vec<Fulfillment> = self.fulfillments.iter().filter(of_order).cloned().collect();
            broken.extend(invariants::of_fulfillments(order, &of_order));
            for fo in order.fulfillment_orders.iter().filter(|fo| fo.is_open()) {
                for line in fo.lines.iter().filter(|line| line.committed) {
                    let variant = order.line(line.order_line).and_then(|line| line.article.variant).unwrap();
                    *promised.entry((variant, fo.location)).or_default() += line.remaining();
                }
            }
        }
        let mut kept: BTreeMap<(VariantId, LocationId), i64> = BTreeMap::new();
        for units in self.reservations.iter().flat_map(|own| &own.units) {
            *kept.entry((units.variant, units.location)).or_default() += units.quantity;
        }
        for (key, stock) in &self.stock {
            if stock.kept != kept.remove(key).unwrap_or(0) {
                broken.push(format!("Q19: {stock:?}, but {:?}", self.reservations));
            }
            let promised = promised.remove(key).unwrap_or(0);
            if stock.committed != promised {
                broken.push(format!("Q16: {stock:?}, but open work waits for {promised}"));
            }
        }
        broken.extend(kept.keys().map(|key| format!("Q19: {key:?} is kept where there is none")));
        broken.extend(
            promised.into_iter().filter(|(_, n)| *n != 0).map(|(key, n)| format!("Q16: {key:?} {n}")),
        );
        broken
    }
}
