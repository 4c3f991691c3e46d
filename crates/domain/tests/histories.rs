//! Random histories: anybody sends anything, and after every step all that must hold holds. A small reference knows
//! nothing of fulfillment orders; it only counts what was asked for, what left, and what is in the shelves, from the
//! commands alone. A planted fault of each kind must be found, or the checks are worth nothing.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test, all of it")]
#![allow(clippy::disallowed_methods, reason = "the seed may be told from outside")]

use std::collections::BTreeMap;

use domain::actor::{Actor, writable};
use domain::allowed::{Action, check, peers};
use domain::command::{Command, Fulfilled, LineChange, Reach, Restock, StockCount, StockMeasure};
use domain::decide::{Decision, Outcome, Write};
use domain::fulfillment_order::{FulfillmentOrder, Stage};
use domain::id::*;
use domain::moving::movable;
use domain::order::{CancelReason, Order, StockMode};
use domain::snapshot::WhenDeclined;
use domain::stock::StockState;
use domain::time::{HOUR, SECOND};

mod world;
use world::*;

const STEPS: usize = 20_000;
/// Steps in one shop; then a new one opens, so that steps stay quick.
const STEPS_PER_SHOP: usize = 160;

/// Chance, but the same one for the same seed (SplitMix64).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
    fn within(&mut self, range: std::ops::Range<i64>) -> i64 {
        range.start + self.below((range.end - range.start) as usize) as i64
    }
    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
    fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        if from.is_empty() { None } else { Some(from[self.below(from.len())].clone()) }
    }
}

/// What is applied wrongly, to see whether anybody notices.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    None,
    GivesBackTwice,
    ForgetsToGiveBack,
    ForgetsTheParcel,
    OpensWhatWasClosed,
    ShipsOneMore,
}

/// What everybody knows who only reads the commands.
#[derive(Default)]
struct Reference {
    asked: BTreeMap<(OrderId, OrderLineId), i64>,
    left: BTreeMap<(OrderId, OrderLineId), i64>,
    shelves: BTreeMap<VariantId, i64>,
    parcels: BTreeMap<FulfillmentId, Vec<Item>>,
}

/// Units of a line in a parcel, and the variant whose shelves they left.
type Item = ((OrderId, OrderLineId), i64, Option<VariantId>);

impl Reference {
    fn of(world: &World) -> Self {
        let mut reference = Self::default();
        for stock in world.stock.values() {
            *reference.shelves.entry(stock.variant).or_default() += stock.on_hand;
        }
        reference
    }

    /// What `command`, which was accepted, means; `before` is the shop as it was then.
    fn follow(&mut self, before: &[Order], world: &World, command: &Command, outcome: &Outcome) {
        match (command, outcome) {
            (Command::Place(place), Outcome::Order(id)) => {
                let mut items = Vec::new();
                for (new, line) in place.lines.iter().zip(&world.order(*id).lines) {
                    let gone =
                        if place.fulfilled.is_some() { new.fulfilled.clamp(0, new.quantity) } else { 0 };
                    let asked = if place.cancelled.is_some() { gone } else { new.quantity };
                    self.asked.insert((*id, line.id), asked);
                    self.left.insert((*id, line.id), gone);
                    items.push(((*id, line.id), gone, None));
                }
                for parcel in world.fulfillments.iter().filter(|parcel| parcel.orders() == [*id]) {
                    self.parcels.insert(parcel.id, items.clone());
                }
            }
            (Command::Fulfill(fulfill), Outcome::Fulfillment(parcel)) => {
                let mut items = Vec::new();
                for work in &fulfill.works {
                    let found = before.iter().find_map(|o| Some((o, o.fulfillment_order(work.id)?)));
                    let (order, fo) = found.expect("it was there, or it would have been refused");
                    let all = || fo.lines.iter().map(|line| (line.id, line.remaining())).collect();
                    for (line, quantity) in work.lines.clone().unwrap_or_else(all) {
                        let line = fo.line(line).expect("likewise");
                        let article = &order.line(line.order_line).expect("likewise").article;
                        let counted = article.variant.filter(|_| line.committed);
                        items.push(((order.id, line.order_line), quantity, counted));
                    }
                }
                self.ship(&items, 1);
                self.parcels.insert(*parcel, items);
            }
            (Command::CancelFulfillment(parcel), _) => {
                let items = self.parcels.remove(parcel).unwrap_or_default();
                self.ship(&items, -1);
                for (key, quantity, _) in items {
                    if before.iter().any(|order| order.id == key.0 && order.cancelled.is_some()) {
                        *self.asked.entry(key).or_default() -= quantity;
                    }
                }
            }
            (Command::CancelOrder(cancel), _) => {
                let order = before.iter().find(|order| order.id == cancel.order).expect("it was there");
                for line in &order.lines {
                    self.asked.insert((order.id, line.id), 0);
                }
                for fo in order.fulfillment_orders.iter().filter(|_| cancel.restock == Restock::No) {
                    for line in fo.lines.iter().filter(|line| line.committed && fo.is_open()) {
                        let variant = order.line(line.order_line).and_then(|line| line.article.variant);
                        *self.shelves.entry(variant.expect("counted")).or_default() -= line.remaining();
                    }
                }
            }
            (Command::EditOrder(edit), _) => {
                for change in &edit.changes {
                    if let LineChange::Set { line, quantity, .. } = change {
                        self.asked.insert((edit.order, *line), *quantity);
                    }
                }
                let news = edit.changes.iter().filter_map(|change| match change {
                    LineChange::Add(new) => Some(new.quantity),
                    LineChange::Set { .. } => None,
                });
                let known = before.iter().find(|order| order.id == edit.order).expect("it was there");
                for (line, quantity) in world.order(edit.order).lines[known.lines.len()..].iter().zip(news) {
                    self.asked.insert((edit.order, line.id), quantity);
                    self.left.insert((edit.order, line.id), 0);
                }
            }
            (Command::SetStock(set), _) => {
                for count in &set.counts {
                    let others = world
                        .stock
                        .values()
                        .filter(|s| s.variant == count.variant && s.location != count.location);
                    let units = count.quantity + others.map(|stock| stock.on_hand).sum::<i64>();
                    self.shelves.insert(count.variant, units);
                }
            }
            (Command::AdjustStock(adjust), _) => {
                for step in adjust.steps.iter().filter(|step| step.state != StockState::Incoming) {
                    *self.shelves.entry(step.variant).or_default() += step.by;
                }
            }
            _ => {}
        }
    }

    fn ship(&mut self, items: &[Item], sign: i64) {
        for (key, quantity, counted) in items {
            *self.left.entry(*key).or_default() += sign * quantity;
            if let Some(variant) = counted {
                *self.shelves.entry(*variant).or_default() -= sign * quantity;
            }
        }
    }

    fn differences(&self, world: &World) -> Vec<String> {
        let mut out = Vec::new();
        for ((order, line), asked) in &self.asked {
            let (order, left) = (world.order(*order), self.left[&(*order, *line)]);
            if (order.current_quantity(*line), order.fulfilled_quantity(*line)) != (*asked, left) {
                out.push(format!("line {line} of {}: {asked} asked for, {left} left", order.id));
            }
        }
        for (variant, units) in &self.shelves {
            let there: i64 = world.stock.values().filter(|s| s.variant == *variant).map(|s| s.on_hand).sum();
            if there != *units {
                out.push(format!("{there} of variant {variant} in the shelves, not {units}"));
            }
        }
        out
    }
}

/// What was closed stays so. Only a parcel that comes back shows again in the lines of its closed work.
fn terminal(before: &[Order], world: &World, command: &Command) -> Vec<String> {
    let mut out = Vec::new();
    for was in before.iter().flat_map(|order| &order.fulfillment_orders).filter(|fo| !fo.is_open()) {
        let is = world.work(was.id);
        let mut expected = was.clone();
        if matches!(command, Command::CancelFulfillment(_)) {
            expected.updated_at = is.updated_at;
            for (line, now) in expected.lines.iter_mut().zip(&is.lines) {
                line.fulfilled = line.fulfilled.min(now.fulfilled);
            }
        }
        if matches!(command, Command::SetDeadline(..)) {
            (expected.updated_at, expected.fulfill_by) = (is.updated_at, is.fulfill_by);
        }
        if *is != expected {
            out.push(format!("F6: {} was closed and changed", was.id));
        }
    }
    out
}

/// Some command or other; about a third of them make no sense.
fn anything(chance: &mut Chance, world: &World) -> Option<Command> {
    let orders: Vec<OrderId> = world.orders.iter().map(|order| order.id).collect();
    let works: Vec<&FulfillmentOrder> =
        world.orders.iter().flat_map(|order| &order.fulfillment_orders).collect();
    // Mostly what is young, so that much happens to one work.
    let young = &works[works.len().saturating_sub(12)..];
    let work = if chance.one_in(4) { chance.pick(&works) } else { chance.pick(young) };
    let id = work.map(|work| work.id);
    if chance.one_in(3)
        && let Some(command) = sensible(chance, world, work?)
    {
        return Some(command);
    }
    Some(match chance.below(30) {
        0..=2 => some_order(chance),
        3 => Command::Route(chance.pick(&orders)?),
        4..=7 => {
            let mut picked = vec![(id?, some_lines(chance, work?))];
            // Others that could go into the same parcel, and now and then one that couldn't.
            let location = work?.location;
            let near: Vec<_> = young.iter().filter(|fo| fo.is_open() && fo.location == location).collect();
            while chance.one_in(2) {
                let other = if chance.one_in(8) { chance.pick(&works)? } else { chance.pick(&near)? };
                picked.push((other.id, some_lines(chance, other)));
            }
            if chance.one_in(4) {
                picked.push((id?, some_lines(chance, work?)));
            }
            let works: Vec<_> = picked.iter().map(|(id, lines)| (*id, lines.as_deref())).collect();
            fulfilling(&works, if chance.one_in(4) { Reach::OneOrder } else { Reach::ManyOrders })
        }
        8 | 9 => {
            let parcels = &world.fulfillments;
            let young = &parcels[parcels.len().saturating_sub(6)..];
            let parcel = if chance.one_in(4) { chance.pick(parcels) } else { chance.pick(young) };
            Command::CancelFulfillment(parcel?.id)
        }
        10 => calling_off(chance.pick(&orders)?, if chance.one_in(2) { Restock::Yes } else { Restock::No }),
        11 | 12 => {
            let handle = chance.below(30).to_string();
            holding(id?, &handle, &some_lines(chance, work?).unwrap_or_default())
        }
        13 => {
            let holds: Vec<HoldId> = work?.holds().iter().map(|hold| hold.id).collect();
            Command::Release(id?, if chance.one_in(2) { holds.into_iter().take(1).collect() } else { vec![] })
        }
        14 => requesting(id?, &some_lines(chance, work?).unwrap_or_default()),
        15 => Command::AcceptRequest(id?, None),
        16 => Command::RejectRequest(id?, Default::default()),
        17 => Command::Open(id?),
        18 => {
            let mut splits = vec![some(id?, &some_lines(chance, work?).unwrap_or_default())];
            if chance.one_in(4) {
                let other = chance.pick(&works)?;
                splits.push(some(other.id, &some_lines(chance, other).unwrap_or_default()));
            }
            Command::Split(splits)
        }
        19 => {
            let mut intents = vec![some(id?, &some_lines(chance, work?).unwrap_or_default())];
            while chance.one_in(2) {
                let other = chance.pick(young)?;
                intents.push(some(other.id, &some_lines(chance, other).unwrap_or_default()));
            }
            Command::Merge(vec![intents])
        }
        20 | 21 => {
            let to = chance.pick(&[HERE, THERE, SERVED, LocationId(4)])?;
            moving(id?, to, &some_lines(chance, work?).unwrap_or_default())
        }
        22 => {
            let mut named = vec![id?];
            while chance.one_in(3) {
                named.push(chance.pick(young)?.id);
            }
            let not = if chance.one_in(2) { vec![chance.pick(&[HERE, THERE, SERVED])?] } else { vec![] };
            rerouting(&named, &[], &not)
        }
        23 => Command::CancelWork(id?),
        24 => some_word(chance, id?),
        28 => some_change_of_place(chance),
        25 => Command::SetDeadline(vec![id?, chance.pick(young)?.id], world.now.plus(HOUR)),
        26 | 27 => {
            let order = chance.pick(&world.orders)?;
            some_edit(chance, &order)
        }
        _ => {
            let variant = chance.pick(&[SHIRT, MUG, PRINT])?;
            let location = chance.pick(&[HERE, THERE, SERVED])?;
            Command::correct_stock(vec![(variant, location, chance.within(-6..12))])
        }
    })
}

/// Something that is said about work.
fn some_word(chance: &mut Chance, id: FulfillmentOrderId) -> Command {
    match chance.below(6) {
        0 => Command::RequestCancellation(id, None),
        1 => Command::AcceptCancellation(id, None),
        2 => Command::RejectCancellation(id, None),
        3 => Command::GiveUp(id, None),
        4 => Command::PrepareForPickup(vec![id]),
        _ => Command::ReportProgress(id, None),
    }
}

/// A location comes or goes, or somebody counts what is there.
fn some_change_of_place(chance: &mut Chance) -> Command {
    let mut place = || chance.pick(&[HERE, THERE, SERVED]).expect("there are some");
    let (one, other) = (place(), place());
    match chance.below(4) {
        0 => Command::DeactivateLocation(one, Some(other).filter(|_| chance.one_in(2))),
        1 | 2 => Command::ActivateLocation(one),
        _ => Command::count_stock(vec![StockCount {
            variant: chance.pick(&[SHIRT, MUG, PRINT]).expect("there are some"),
            location: one,
            measure: StockMeasure::OnHand,
            quantity: chance.within(-1..12),
            expected: if chance.one_in(2) { Some(chance.within(0..12)) } else { None },
        }]),
    }
}

/// More, less and something else, much of it impossible.
fn some_edit(chance: &mut Chance, order: &Order) -> Command {
    let mut changes = Vec::new();
    for _ in 0..chance.within(0..4) {
        match chance.pick(&order.lines) {
            Some(line) if !chance.one_in(4) => {
                let about = order.current_quantity(line.id);
                changes.push(setting(line.id, (about + chance.within(-3..3)).max(chance.within(-1..1))));
            }
            _ => {
                let variant = chance.pick(&[SHIRT, MUG, STICKER, PRINT]).expect("there are some");
                changes.push(LineChange::Add(Box::new(line(variant, chance.within(0..4)))));
            }
        }
    }
    editing(order.id, changes)
}

fn some_order(chance: &mut Chance) -> Command {
    let mut lines = Vec::new();
    for _ in 0..chance.within(1..4) {
        let variant = chance.pick(&[SHIRT, SHIRT, MUG, STICKER, PRINT]).expect("there are some");
        let mut line = line(variant, chance.within(1..5));
        line.fulfilled = chance.within(-1..5);
        lines.push(line);
    }
    let mut place = new_order(lines);
    place.placed.stock = chance
        .pick(&[StockMode::Wait, StockMode::Wait, StockMode::Wait, StockMode::Refuse, StockMode::Oversell])
        .unwrap_or_default();
    if chance.one_in(6) {
        place.placed.fulfill_at = Some(domain::time::Time(chance.within(0..2_000_000) * SECOND));
    }
    if chance.one_in(6) {
        place.fulfilled =
            Some(Fulfilled { location: None, at: domain::time::Time(0), trackings: vec![], status: None });
    }
    if chance.one_in(12) {
        place.cancelled = Some((domain::time::Time(0), CancelReason::Other));
    }
    Command::Place(Box::new(place))
}

/// All, or some lines with quantities that may be too large, zero, doubled or of other work.
fn some_lines(chance: &mut Chance, work: &FulfillmentOrder) -> Option<Vec<(FulfillmentOrderLineId, i64)>> {
    if chance.one_in(2) {
        return None;
    }
    let mut lines = Vec::new();
    for line in &work.lines {
        if !chance.one_in(3) {
            lines.push((line.id, chance.within(1..line.remaining().max(1) + 1)));
        }
        if chance.one_in(20) {
            let id = if chance.one_in(2) { line.id } else { FulfillmentOrderLineId(1) };
            lines.push((id, chance.within(-1..4)));
        }
    }
    Some(lines)
}

/// Every action, done to that work. Whether it can go anywhere depends on the locations: it is sent where it can.
fn commands(
    actor: &Actor,
    world: &World,
    order: &Order,
    fo: &FulfillmentOrder,
    handle: &str,
    lines: Option<Lines<'_>>,
) -> Vec<(Action, Command)> {
    let one = lines.unwrap_or_default();
    let id = fo.id;
    let asked: Vec<_> = fo.lines.iter().map(|line| (line.id, line.remaining())).collect();
    let stock: Vec<_> = world.stock.values().copied().collect();
    let places = movable(order, fo, &asked, &world.locations, &stock);
    let free = places.iter().zip(&world.locations).find_map(|(place, location)| {
        (place.takes_all().is_ok() && writable(actor, location.service)).then_some(place)
    });
    let peer = peers(order, id).first().map_or(id, |peer| peer.id);
    let unit: Vec<_> =
        fo.lines.iter().filter(|line| line.remaining() > 0).take(1).map(|line| (line.id, 1)).collect();
    let mut all = vec![
        (Action::RequestFulfillment, requesting(id, one)),
        (Action::Fulfill, fulfilling(&[(id, lines)], Reach::OneOrder)),
        (Action::Cancel, Command::CancelWork(id)),
        (Action::RequestCancellation, Command::RequestCancellation(id, None)),
        (Action::Accept, Command::AcceptRequest(id, None)),
        (Action::Reject, Command::RejectRequest(id, Default::default())),
        (Action::AcceptCancellation, Command::AcceptCancellation(id, None)),
        (Action::RejectCancellation, Command::RejectCancellation(id, None)),
        (Action::GiveUp, Command::GiveUp(id, None)),
        (Action::Open, Command::Open(id)),
        (Action::Reschedule, Command::Reschedule(id, world.now.plus(HOUR))),
        (Action::ReportProgress, Command::ReportProgress(id, None)),
        (Action::ReleaseHold, Command::Release(id, vec![])),
        (Action::Hold, holding(id, handle, one)),
        (Action::Split, Command::Split(vec![some(id, &unit)])),
        (Action::Merge, Command::Merge(vec![vec![some(id, &[]), some(peer, &[])]])),
    ];
    all.extend(free.map(|place| (Action::Move, moving(id, place.location, &[]))));
    all
}

/// Something that may be done to that work now.
fn sensible(chance: &mut Chance, world: &World, fo: &FulfillmentOrder) -> Option<Command> {
    let order = world.orders.iter().find(|order| order.fulfillment_order(fo.id).is_some())?;
    let (handle, lines) = (chance.below(30).to_string(), some_lines(chance, fo));
    let mut commands = commands(&Actor::System, world, order, fo, &handle, lines.as_deref());
    commands.retain(|(action, _)| check(*action, order, fo, &Actor::System).is_ok());
    chance.pick(&commands).map(|(_, command)| command)
}

/// What is shown as possible is possible, and nothing else is.
fn agrees(chance: &mut Chance, world: &mut World, actor: &Actor) -> Vec<String> {
    let order = chance.pick(&world.orders);
    let Some((order, fo)) = order.and_then(|o| Some((o.clone(), chance.pick(&o.fulfillment_orders)?))) else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for (action, command) in commands(actor, world, &order, &fo, "a handle that nobody has", None) {
        let (says, does) = (check(action, &order, &fo, actor), world.decide(actor, &command).map(|_| ()));
        if says.is_ok() != does.is_ok() {
            out.push(format!("F3: {action:?} is said {says:?} and done {does:?}: {fo:?}"));
        }
    }
    out
}

/// Spoils a decision, or leaves it alone.
fn spoil(fault: Fault, command: &Command, mut decision: Decision) -> Decision {
    let came_back = matches!(command, Command::CancelFulfillment(_));
    let stock = |write: &Write| matches!(write, Write::Stock(_));
    match fault {
        Fault::None => {}
        Fault::GivesBackTwice if came_back => {
            let again: Vec<Write> = decision.writes.iter().filter(|write| stock(write)).cloned().collect();
            decision.writes.extend(again);
        }
        Fault::ForgetsToGiveBack if came_back => decision.writes.retain(|write| !stock(write)),
        Fault::ForgetsTheParcel => decision.writes.retain(|write| !matches!(write, Write::Fulfillment(_))),
        Fault::OpensWhatWasClosed if came_back => each_work(&mut decision, |fo| fo.stage = Stage::Open),
        Fault::ShipsOneMore if matches!(command, Command::Fulfill(_)) => each_work(&mut decision, |fo| {
            if let Some(line) = fo.lines.iter_mut().find(|line| line.remaining() > 0) {
                line.fulfilled += 1;
            }
        }),
        _ => {}
    }
    decision
}

fn each_work(decision: &mut Decision, change: impl Fn(&mut FulfillmentOrder)) {
    for write in &mut decision.writes {
        if let Write::Order(order) = write {
            order.fulfillment_orders.iter_mut().for_each(&change);
        }
    }
}

/// How much happened.
#[derive(Debug, Default)]
struct Figures {
    accepted: usize,
    refused: usize,
    stale: usize,
}

fn run(seed: u64, steps: usize, fault: Fault) -> Result<Figures, String> {
    let mut chance = Chance(seed);
    let mut figures = Figures::default();
    let actors = [
        Actor::System,
        Actor::System,
        merchant(),
        server(),
        limited("write_merchant_managed_fulfillment_orders,write_orders"),
        limited("read_third_party_fulfillment_orders"),
    ];
    let mut world = World::new();
    let mut reference = Reference::of(&world);
    for step in 0..steps {
        if step % STEPS_PER_SHOP == 0 {
            world = World::new();
            reference = Reference::of(&world);
            world.shop.when_declined =
                if chance.one_in(2) { WhenDeclined::Reroute } else { WhenDeclined::Stay };
        }
        world.now = world.now.plus(chance.within(0..HOUR));
        let Some(command) = anything(&mut chance, &world) else { continue };
        let actor = chance.pick(&actors).unwrap_or(Actor::System);
        let before = world.orders.clone();
        let mut broken = Vec::new();
        match world.decide(&actor, &command) {
            Err(_) => figures.refused += 1,
            Ok(decision) => {
                if chance.one_in(12) {
                    // Between thinking and writing, somebody else takes something from a shelf.
                    let taken = Command::correct_stock(vec![(SHIRT, HERE, -6)]);
                    let other = world.decide(&Actor::System, &taken).map_err(|no| format!("{no:?}"))?;
                    world.apply(&other).map_err(|stale| format!("{stale:?}"))?;
                    reference.follow(&before, &world, &taken, &other.outcome);
                    if world.apply(&decision) == Err(Stale) {
                        figures.stale += 1;
                        continue;
                    }
                } else if world.apply(&spoil(fault, &command, decision.clone())).is_err() {
                    broken.push("stale, although nobody else was there".to_owned());
                }
                figures.accepted += 1;
                reference.follow(&before, &world, &command, &decision.outcome);
            }
        }
        broken.extend(world.broken());
        broken.extend(reference.differences(&world));
        broken.extend(terminal(&before, &world, &command));
        if broken.is_empty() {
            broken = agrees(&mut chance, &mut world, &actor);
        }
        if !broken.is_empty() {
            return Err(format!("seed {seed}, step {step}, after {command:#?}: {broken:#?}"));
        }
    }
    Ok(figures)
}

#[test]
fn whatever_is_sent_all_that_must_hold_holds() {
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_260_101);
    println!("SEED={seed}");
    let figures = run(seed, STEPS, Fault::None).unwrap_or_else(|broken| panic!("{broken}"));
    println!("{figures:?}");
    assert!(figures.accepted > STEPS / 4 && figures.refused > STEPS / 10 && figures.stale > 0, "{figures:?}");
}

#[test]
fn planted_faults_are_found() {
    for fault in [
        Fault::GivesBackTwice,
        Fault::ForgetsToGiveBack,
        Fault::ForgetsTheParcel,
        Fault::OpensWhatWasClosed,
        Fault::ShipsOneMore,
    ] {
        assert!(run(7, STEPS, fault).is_err(), "nobody noticed: {fault:?}");
    }
}
