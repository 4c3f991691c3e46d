//! One history: commands by chance, some of which make no sense, each sent under a key, predicted, and read back.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;
use std::sync::Arc;

use domain::actor::Actor;
use domain::command::{Command, Reach, Restock};
use domain::decide::Outcome;
use domain::event::{Fact, FactKind};
use domain::id::{
    FulfillmentId, FulfillmentOrderId, FulfillmentOrderLineId, HoldId, LocationId, OrderId, ShopId, VariantId,
};
use domain::invariants;
use domain::order::{Order, StockMode};
use domain::snapshot::Shop;
use engine::{Answered, Engine, Error, Once, Render, Verdict};
use futures::future::BoxFuture;
use scenarios::nodes::furnish;
use store::db::Statement;
use testkit::chance::Chance;
use testkit::world::{self, HERE, MUG, PRINT, SERVED, SHIRT, STICKER, THERE};

use crate::reference::{Known, Parcel, Reference, Units, Work, seen, seen_parcel};

/// What is spoiled behind the engine's back, to see whether anybody notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    StockDeltaLost,
    EventLost,
    OrderWrittenBack,
    ParcelForgotten,
    IndexRowStale,
    AnswerForgotten,
}

impl Fault {
    pub const PLANTED: [Fault; 6] = [
        Fault::StockDeltaLost,
        Fault::EventLost,
        Fault::OrderWrittenBack,
        Fault::ParcelForgotten,
        Fault::IndexRowStale,
        Fault::AnswerForgotten,
    ];

    fn sql(self, shop: ShopId) -> Option<String> {
        Some(match self {
            Fault::None => return None,
            Fault::StockDeltaLost => {
                format!(
                    "UPDATE stock SET committed = committed + 1 WHERE shop_id = {shop} AND variant_id = 100"
                )
            }
            Fault::EventLost => format!(
                "DELETE FROM events WHERE shop_id = {shop} AND event_id = \
                 (SELECT max(event_id) FROM events WHERE shop_id = {shop} AND order_id IS NOT NULL)"
            ),
            Fault::OrderWrittenBack => format!(
                "UPDATE orders SET version = version + 1, body = replace(body, '\"fulfilled\":1', '\"fulfilled\":0') \
                 WHERE shop_id = {shop}"
            ),
            Fault::ParcelForgotten => format!("DELETE FROM fulfillments WHERE shop_id = {shop}"),
            Fault::IndexRowStale => {
                format!(
                    "UPDATE fulfillment_orders SET remaining = 0 WHERE shop_id = {shop} AND remaining > 0"
                )
            }
            Fault::AnswerForgotten => format!("DELETE FROM idempotency WHERE shop_id = {shop}"),
        })
    }
}

#[derive(Debug, Default)]
pub struct Figures {
    pub done: usize,
    pub refused: usize,
    pub replayed: usize,
    pub audited: usize,
}

impl AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        self.done += other.done;
        self.refused += other.refused;
        self.replayed += other.replayed;
        self.audited += other.audited;
    }
}

/// Answers with what is needed to go on.
struct Plain;

impl Render for Plain {
    fn render<'a>(&'a self, verdict: &'a Verdict) -> BoxFuture<'a, Result<String, Error>> {
        Box::pin(async move {
            Ok(match verdict.as_ref().map(|done| &done.outcome) {
                Ok(Outcome::Order(id)) => format!("order {id}"),
                Ok(Outcome::Fulfillment(id)) => format!("fulfillment {id}"),
                Ok(other) => format!("done {other:?}"),
                Err(refusal) => format!("refused {refusal:?}"),
            })
        })
    }
}

/// What is to come of a command.
enum Predicted {
    Refused,
    /// These orders change, and the fact is told of each.
    Changed(Vec<OrderId>, Option<FactKind>),
    /// Units that wait are sent somewhere.
    Routed(OrderId),
    /// A new order.
    Placed,
}

pub struct History {
    engine: Engine,
    shop: Arc<Shop>,
    chance: Chance,
    model: Reference,
    keys: Vec<(Once, Command, String)>,
}

const LOCATIONS: [LocationId; 3] = [HERE, THERE, SERVED];
const ARTICLES: [VariantId; 5] = [SHIRT, SHIRT, MUG, STICKER, PRINT];

impl History {
    pub async fn open(engine: &Engine, id: ShopId, seed: u64) -> Self {
        let shop = furnish(engine, id).await;
        let mut model = Reference::default();
        for (variant, at) in [(SHIRT, HERE), (SHIRT, THERE), (MUG, SERVED)] {
            model.stock.insert((variant, at), (10, 0));
        }
        Self { engine: engine.clone(), shop, chance: Chance(seed), model, keys: Vec::new() }
    }

    pub async fn run(&mut self, steps: usize, fault: Fault) -> Result<Figures, String> {
        let mut figures = Figures::default();
        for step in 0..steps {
            let Some(command) = self.anything() else { continue };
            let before = self.model.clone();
            let ran = self.step(step, &command, &mut figures).await;
            ran.map_err(|why| format!("step {step}: {why}\nafter {command:?}\nwhen {before:?}"))?;
            if step % 50 == 49 {
                let spoil = fault.sql(self.shop.id).map(|sql| Statement::new(sql, vec![]).any());
                if let Some(spoil) = spoil.filter(|_| step > 100) {
                    self.engine.store().db().write(vec![spoil]).await.unwrap();
                }
                let findings = self.engine.store().audit(self.shop.id, |_| {}).await.unwrap();
                if !findings.is_empty() {
                    return Err(format!("step {step}: the audit finds {findings:?}"));
                }
                figures.audited += 1;
            }
        }
        Ok(figures)
    }

    async fn step(&mut self, step: usize, command: &Command, figures: &mut Figures) -> Result<(), String> {
        let actor = if self.chance.one_in(16) { world::limited("read_orders") } else { Actor::System };
        let mut model = self.model.clone();
        let predicted = match (&actor, command) {
            // Looking for a place again is nobody's privilege.
            (Actor::System, _) | (_, Command::Route(_)) => predict(&mut model, command),
            (Actor::App(_), _) => Predicted::Refused,
        };
        let once = Once { scope: "model".into(), key: step.to_string(), fingerprint: format!("{command:?}") };
        let answer = match self.engine.execute_once(&self.shop, &actor, command, &once, &Plain).await {
            Ok(Answered::Fresh(answer)) => answer,
            other => return Err(format!("an answer that nobody expected: {other:?}")),
        };
        let id = answer.split(' ').nth(1).and_then(|word| word.parse::<i64>().ok()).unwrap_or_default();
        match (predicted, answer.starts_with("refused")) {
            (Predicted::Refused, true) => figures.refused += 1,
            (Predicted::Refused, false) => return Err(format!("must be refused, but {answer}")),
            (_, true) => return Err(format!("must be done, but {answer}")),
            (Predicted::Placed, _) => self.placed(&mut model, OrderId(id), command).await?,
            (Predicted::Routed(order), _) => self.compare(&mut model, order, None, true).await?,
            (Predicted::Changed(orders, fact), _) => {
                if let (Command::Fulfill(_), Some(parcel)) =
                    (command, model.parcels.remove(&FulfillmentId(0)))
                {
                    model.parcels.insert(FulfillmentId(id), parcel);
                }
                for order in orders {
                    self.compare(&mut model, order, fact, false).await?;
                }
            }
        }
        figures.done += usize::from(!answer.starts_with("refused"));
        self.stock_is(&model).await?;
        self.model = model;
        self.keys.push((once, command.clone(), answer));
        if let Some((once, command, answer)) = self.chance.pick(&self.keys).filter(|_| step.is_multiple_of(4))
        {
            let again = self.engine.execute_once(&self.shop, &actor, &command, &once, &Plain).await;
            if again != Ok(Answered::Replayed(answer.clone())) {
                return Err(format!("I2: answered {again:?} instead of {answer} again"));
            }
            figures.replayed += 1;
            self.stock_is(&self.model).await?;
        }
        Ok(())
    }

    async fn stock_is(&self, model: &Reference) -> Result<(), String> {
        let variants = [SHIRT, MUG, STICKER, PRINT];
        let (_, levels) = self.engine.store().variants(self.shop.id, &variants).await.unwrap();
        let levels: BTreeMap<_, _> = levels
            .into_iter()
            .map(|level| ((level.variant, level.location), (level.on_hand, level.committed)))
            .filter(|(_, level)| *level != (0, 0))
            .collect();
        let mut expected = model.stock.clone();
        expected.retain(|_, level| *level != (0, 0));
        if levels != expected { Err(format!("stock is {levels:?}, not {expected:?}")) } else { Ok(()) }
    }

    async fn read(&self, id: OrderId) -> Result<(Arc<Order>, Known, Vec<Fact>), String> {
        let store = self.engine.store();
        let found = store.order_with_fulfillments(self.shop.id, id).await.unwrap();
        let (order, parcels) = found.ok_or_else(|| format!("{id} is gone"))?;
        let mut broken = invariants::of_order(&order);
        let parcels: Vec<_> = parcels.iter().map(|parcel| (**parcel).clone()).collect();
        broken.extend(invariants::of_fulfillments(&order, &parcels));
        if !broken.is_empty() {
            return Err(format!("{broken:?}"));
        }
        let timeline = store.timeline(self.shop.id, id).await.unwrap();
        let facts = timeline.last().map(|event| event.facts.clone()).unwrap_or_default();
        Ok((order.clone(), seen(&order, timeline.len()), facts))
    }

    async fn placed(&self, model: &mut Reference, id: OrderId, command: &Command) -> Result<(), String> {
        let Command::Place(place) = command else { return Err("no order was sent".into()) };
        let (order, read, facts) = self.read(id).await?;
        let asked: Vec<i64> = order.lines.iter().map(|line| line.quantity).collect();
        let sent: Vec<i64> = place.lines.iter().map(|line| line.quantity).collect();
        if asked != sent || facts.first() != Some(&Fact::OrderPlaced {}) {
            return Err(format!("{sent:?} was sent, {asked:?} came in: {facts:?}"));
        }
        let mut known = Known { works: BTreeMap::new(), waits: read.asked.clone(), ..read.clone() };
        (known.version, known.events) = (1, 1);
        model.routed(id, &mut known, &read)?;
        same(&known, &read)?;
        model.orders.insert(id, known);
        Ok(())
    }

    /// Reads an order back and compares it with the model, which is told where routing sent units and the ids of
    /// new work.
    async fn compare(
        &self,
        model: &mut Reference,
        id: OrderId,
        fact: Option<FactKind>,
        routed: bool,
    ) -> Result<(), String> {
        let (_, read, facts) = self.read(id).await?;
        let mut known = model.orders.remove(&id).unwrap();
        if routed {
            let waited = known.waits.clone();
            model.routed(id, &mut known, &read)?;
            known.version += i64::from(!waited.is_empty());
            known.events += usize::from(waited != known.waits);
        }
        adopt(&mut known, &read);
        same(&known, &read)?;
        if let Some(fact) = fact
            && facts.iter().all(|told| told.kind() != fact)
        {
            return Err(format!("{fact:?} was not told, but {facts:?}"));
        }
        model.orders.insert(id, known);
        for (parcel, expected) in &model.parcels {
            if expected.shares.iter().any(|share| share.0 == id) {
                let found = self.engine.store().fulfillments(self.shop.id, &[*parcel]).await.unwrap();
                let read = found.first().map(|parcel| seen_parcel(parcel));
                if read.as_ref() != Some(expected) {
                    return Err(format!("parcel {parcel} is {read:?}, not {expected:?}"));
                }
            }
        }
        Ok(())
    }

    fn anything(&mut self) -> Option<Command> {
        let orders: Vec<OrderId> = self.model.orders.keys().rev().take(12).copied().collect();
        let recent = orders.iter().flat_map(|id| &self.model.orders[id].works);
        let works: Vec<(FulfillmentOrderId, Work)> = recent.map(|(id, work)| (*id, work.clone())).collect();
        let open: Vec<_> = works.iter().filter(|(_, work)| work.is_open()).cloned().collect();
        let parcels: Vec<FulfillmentId> = self.model.parcels.keys().rev().take(12).copied().collect();
        let chance = &mut self.chance;
        // Mostly something that may work; sometimes anything, also what was never there.
        let work = if chance.one_in(6) { chance.pick(&works) } else { chance.pick(&open) };
        let id = match &work {
            _ if chance.one_in(25) => FulfillmentOrderId(7),
            work => work.as_ref().map_or(FulfillmentOrderId(7), |work| work.0),
        };
        let order = if chance.one_in(25) { OrderId(7) } else { chance.pick(&orders).unwrap_or(OrderId(7)) };
        Some(match chance.below(22) {
            0..=3 => place(chance),
            4 => Command::Route(order),
            5..=9 => {
                let mut asked = vec![(id, lines(chance, work.as_ref()))];
                while chance.one_in(4) {
                    let other = chance.pick(&open)?;
                    asked.push((other.0, lines(chance, Some(&other))));
                }
                let asked: Vec<_> = asked.iter().map(|(id, lines)| (*id, lines.as_deref())).collect();
                world::fulfilling(&asked, if chance.one_in(3) { Reach::OneOrder } else { Reach::ManyOrders })
            }
            10 | 11 => Command::CancelFulfillment(chance.pick(&parcels).unwrap_or(FulfillmentId(7))),
            12 => world::calling_off(order, if chance.one_in(2) { Restock::Yes } else { Restock::No }),
            13 | 14 => world::holding(id, &chance.below(3).to_string(), &[]),
            15 => Command::Release(id, if chance.one_in(8) { vec![HoldId(7)] } else { vec![] }),
            16 | 17 => world::requesting(id, &[]),
            18 => Command::AcceptRequest(id, None),
            19 => Command::RejectRequest(id, Default::default()),
            _ => {
                let variant = chance.pick(&ARTICLES)?;
                let at = if chance.one_in(12) { LocationId(7) } else { chance.pick(&LOCATIONS)? };
                Command::correct_stock(vec![(variant, at, chance.within(-4..9))])
            }
        })
    }
}

fn same(known: &Known, read: &Known) -> Result<(), String> {
    if known == read {
        return Ok(());
    }
    let mut differs = Vec::new();
    for (id, work) in known.works.iter().filter(|(id, work)| read.works.get(id) != Some(work)) {
        differs.push(format!("work {id} is {:?}, not {work:?}", read.works.get(id)));
    }
    differs.extend(
        read.works.iter().filter(|(id, _)| !known.works.contains_key(id)).map(|new| format!("{new:?}")),
    );
    let rest = |known: &Known| format!("{:?}", Known { works: BTreeMap::new(), ..known.clone() });
    if rest(known) != rest(read) {
        differs.push(format!("it is {}, not {}", rest(read), rest(known)));
    }
    Err(differs.join("; "))
}

/// New work is predicted without its ids.
fn adopt(known: &mut Known, read: &Known) {
    let nameless = |work: &Work| {
        let units = work.units.iter().map(|units| (units.of, units.total, units.left));
        let mut units: Vec<_> = units.collect();
        units.sort();
        (work.at, work.stage.clone(), work.request.clone(), units)
    };
    let expected: Vec<(FulfillmentOrderId, Work)> =
        known.works.iter().filter(|(id, _)| id.0 < 0).map(|(id, work)| (*id, work.clone())).collect();
    for (id, work) in expected {
        let new = read
            .works
            .iter()
            .find(|(other, found)| !known.works.contains_key(other) && nameless(found) == nameless(&work));
        if let Some((name, found)) = new {
            known.works.remove(&id);
            known.works.insert(*name, found.clone());
        }
    }
}

fn place(chance: &mut Chance) -> Command {
    let mut place = world::order(&[]);
    for _ in 0..chance.within(1..4) {
        let quantity = if chance.one_in(20) { chance.within(-1..1) } else { chance.within(1..5) };
        place.lines.push(world::line(chance.pick(&ARTICLES).unwrap(), quantity));
    }
    if chance.one_in(30) {
        place.lines.push(world::line(VariantId(7), 1));
    }
    place.placed.stock = StockMode::Wait;
    world::placing(place)
}

/// All that remains, or some lines with quantities that may be wrong.
fn lines(
    chance: &mut Chance,
    work: Option<&(FulfillmentOrderId, Work)>,
) -> Option<Vec<(FulfillmentOrderLineId, i64)>> {
    let (_, work) = work.filter(|_| !chance.one_in(2))?;
    let mut lines = Vec::new();
    for units in &work.units {
        let remaining = units.total - units.left;
        if !chance.one_in(3) && remaining > 0 {
            lines.push((units.line, chance.within(1..remaining + 1)));
        }
        if chance.one_in(16) {
            lines.push((units.line, chance.within(-1..4)));
        }
        if chance.one_in(40) {
            lines.push((FulfillmentOrderLineId(7), 1));
        }
    }
    Some(lines)
}

/// Carries a command out on the model, and says what must be seen afterwards.
fn predict(model: &mut Reference, command: &Command) -> Predicted {
    let predicted = match command {
        Command::Place(place) => place
            .lines
            .iter()
            .all(|line| line.quantity > 0 && line.article.variant != Some(VariantId(7)))
            .then_some(Predicted::Placed),
        // An order that isn't there has nothing to route.
        Command::Route(id) => Some(match model.orders.get(id) {
            Some(known) if !known.waits.is_empty() => Predicted::Routed(*id),
            Some(_) => Predicted::Changed(vec![*id], None),
            None => Predicted::Changed(vec![], None),
        }),
        Command::Fulfill(fulfill) => shipped(model, fulfill),
        Command::CancelFulfillment(id) => came_back(model, *id),
        Command::CancelOrder(cancel) => called_off(model, cancel.order, cancel.restock),
        Command::Hold(hold) => on_work(model, hold.fulfillment_order, FactKind::HoldAdded, |work| {
            let free = ["open", "on_hold"].contains(&work.stage.as_str()) && work.request != "submitted";
            (free && work.holds.insert(hold.handle.clone())).then(|| work.stage = "on_hold".into())
        }),
        Command::Release(id, holds) => on_work(model, *id, FactKind::WorkReleased, |work| {
            (work.stage == "on_hold" && holds.is_empty()).then(|| {
                work.stage = "open".into();
                work.holds.clear();
            })
        }),
        Command::RequestFulfillment(request) => {
            on_work(model, request.fulfillment_order, FactKind::RequestSubmitted, |work| {
                let free = work.at == SERVED && work.stage == "open" && work.request != "submitted";
                free.then(|| work.request = "submitted".into())
            })
        }
        Command::AcceptRequest(id, _) => on_work(model, *id, FactKind::RequestAccepted, |work| {
            (work.stage == "open" && work.request == "submitted").then(|| {
                work.stage = "in_progress".into();
                work.request = "accepted".into();
            })
        }),
        Command::RejectRequest(id, _) => on_work(model, *id, FactKind::RequestRejected, |work| {
            (work.stage == "open" && work.request == "submitted").then(|| work.request = "rejected".into())
        }),
        Command::AdjustStock(adjust) => {
            let known = adjust.steps.iter().all(|step| LOCATIONS.contains(&step.location));
            known.then(|| {
                for step in &adjust.steps {
                    // Counting what nobody counts is allowed, and seen in the shelves.
                    let level = model.stock.entry((step.variant, step.location)).or_default();
                    level.0 += step.by;
                }
                Predicted::Changed(vec![], None)
            })
        }
        other => panic!("the model does not know {other:?}"),
    };
    predicted.unwrap_or(Predicted::Refused)
}

fn on_work(
    model: &mut Reference,
    id: FulfillmentOrderId,
    fact: FactKind,
    change: impl FnOnce(&mut Work) -> Option<()>,
) -> Option<Predicted> {
    let (order, _) = model.work(id)?;
    let known = model.orders.get_mut(&order)?;
    change(known.works.get_mut(&id)?)?;
    known.version += 1;
    known.events += 1;
    Some(Predicted::Changed(vec![order], Some(fact)))
}

fn shipped(model: &mut Reference, fulfill: &domain::command::Fulfill) -> Option<Predicted> {
    let mut shares: Vec<(OrderId, FulfillmentOrderId, FulfillmentOrderLineId, i64)> = Vec::new();
    let (mut orders, mut places) = (Vec::new(), Vec::new());
    for asked in &fulfill.works {
        let (order, work) = model.work(asked.id)?;
        orders.push(order);
        places.push(work.at);
        if ["closed", "on_hold", "scheduled"].contains(&work.stage.as_str()) || work.request == "submitted" {
            return None;
        }
        let rest = |units: &Units| (units.line, units.total - units.left);
        let all = || work.units.iter().map(rest).filter(|(_, n)| *n > 0).collect();
        for (line, quantity) in asked.lines.clone().unwrap_or_else(all) {
            let units = work.units.iter().find(|units| units.line == line)?;
            let before: i64 = shares.iter().filter(|share| share.2 == line).map(|share| share.3).sum();
            if quantity <= 0 || before + quantity > units.total - units.left {
                return None;
            }
            match shares.iter_mut().find(|share| share.2 == line) {
                Some(share) => share.3 += quantity,
                None => shares.push((order, asked.id, line, quantity)),
            }
        }
    }
    orders.sort();
    orders.dedup();
    places.dedup();
    if places.len() != 1 || shares.is_empty() || (fulfill.reach == Reach::OneOrder && orders.len() > 1) {
        return None;
    }
    let mut touched = Vec::new();
    for (order, work_id, line, quantity) in &shares {
        let known = model.orders.get_mut(order)?;
        let work = known.works.get_mut(work_id)?;
        let units = work.units.iter_mut().find(|units| units.line == *line)?;
        units.left += quantity;
        let (variant, at) = (known.variants[&units.of], work.at);
        work.progress();
        model.move_stock(variant, at, -quantity, -quantity);
        touched.push(*order);
    }
    touched.sort();
    touched.dedup();
    for order in &touched {
        let known = model.orders.get_mut(order)?;
        known.version += 1;
        known.events += 1;
    }
    model.parcels.insert(FulfillmentId(0), Parcel { shares, live: true });
    Some(Predicted::Changed(touched, Some(FactKind::FulfillmentCreated)))
}

fn came_back(model: &mut Reference, id: FulfillmentId) -> Option<Predicted> {
    let parcel = model.parcels.get_mut(&id)?;
    let mut orders: Vec<OrderId> = parcel.shares.iter().map(|share| share.0).collect();
    orders.sort();
    orders.dedup();
    if !std::mem::replace(&mut parcel.live, false) {
        return Some(Predicted::Changed(orders, None));
    }
    for (order, work_id, line, quantity) in parcel.shares.clone() {
        let known = model.orders.get_mut(&order)?;
        let work = known.works.get_mut(&work_id)?;
        let units = work.units.iter_mut().find(|units| units.line == line)?;
        units.left -= quantity;
        let (of, at, closed) = (units.of, work.at, !work.is_open());
        work.regress();
        if closed {
            // New work takes the place of what was done with; its name is learnt when it is read.
            let units = Units { line, of, total: quantity, left: 0 };
            let fresh = Work {
                at,
                stage: "open".into(),
                request: "unsubmitted".into(),
                holds: BTreeSet::new(),
                units: vec![],
            };
            known.works.entry(FulfillmentOrderId(-work_id.0)).or_insert(fresh).units.push(units);
        }
        let variant = known.variants[&of];
        model.move_stock(variant, at, quantity, quantity);
    }
    for order in &orders {
        let known = model.orders.get_mut(order)?;
        known.version += 1;
        known.events += 1;
    }
    Some(Predicted::Changed(orders, Some(FactKind::FulfillmentCancelled)))
}

fn called_off(model: &mut Reference, id: OrderId, restock: Restock) -> Option<Predicted> {
    let mut known = model.orders.get(&id)?.clone();
    let out = known.works.values().flat_map(|work| &work.units).any(|units| units.left > 0);
    let busy = known.works.values().any(|work| work.request == "accepted" && work.is_open());
    if known.cancelled || out || busy {
        return None;
    }
    for work in known.works.values_mut().filter(|work| work.is_open()) {
        work.stage = "closed".into();
        work.holds.clear();
        for units in &mut work.units {
            let variant = known.variants[&units.of];
            let gone = if restock == Restock::Yes { 0 } else { -units.total };
            model.move_stock(variant, work.at, gone, -units.total);
            units.total = 0;
        }
    }
    known.asked.values_mut().for_each(|units| *units = 0);
    known.waits.clear();
    known.cancelled = true;
    known.version += 1;
    known.events += 1;
    model.orders.insert(id, known);
    Some(Predicted::Changed(vec![id], Some(FactKind::OrderCancelled)))
}
