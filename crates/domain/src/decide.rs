//! Deciding: `(snapshot, command, actor, now, ids) → decision | refusal`. Pure; the same input gives the same answer.
//!
//! A decision is data: what to write, what to tell, and what to answer. Every command has its function in a file
//! beside; all of them work on a [`Change`], which copies what is touched, and is closed by [`Change::finish`],
//! where the facts that follow from the difference between before and after are added and the invariants asserted.

use crate::actor::Actor;
use crate::command::Command;
use crate::event::{Event, Fact};
use crate::fulfillment_order::{FulfillmentOrder, LocationSnapshot};
use crate::id::{EventId, FulfillmentOrderId, Ids, LocationId, OrderId};
use crate::invariants;
use crate::order::{Order, PaymentClaim};
use crate::refusal::{Refusal, Thing};
use crate::snapshot::Snapshot;
use crate::status::{self, FulfillmentStatus};
use crate::stock::{Stock, StockDelta, StockGuard, Stocking};
use crate::time::Time;

mod amend;
mod article;
mod billing;
mod cancel;
mod cancel_work;
mod charging;
mod contact;
mod count;
mod decision;
pub use decision::{Decision, Heard, Outcome, ServiceCall, WorkChange, Write};
mod delivery;
mod draft;
mod edit;
mod fulfill;
mod fulfill_lines;
mod fulfill_order;
mod give_up;
mod hold;
mod merge;
mod part;
mod pay;
mod place;
pub use place::{PRICE_MAX, QUANTITY_MAX};
mod places;
mod progress;
mod record;
mod relocate;
mod request;
mod reserve;
mod route;
mod save;
mod schedule;
mod services;
mod split;
mod stocking;
mod stop;
mod workflow;

/// Decides upon a command.
pub fn decide(
    snapshot: &Snapshot,
    command: &Command,
    actor: &Actor,
    now: Time,
    ids: &mut Ids<'_>,
) -> Result<Decision, Refusal> {
    let mut change = Change::new(snapshot, actor, now, ids);
    let outcome = match command {
        Command::Place(place) => place::place(&mut change, place, None),
        Command::Route(order) => route::again(&mut change, *order),
        Command::Fulfill(fulfill) => fulfill::fulfill(&mut change, fulfill),
        Command::Track(track) => delivery::track(&mut change, track),
        Command::LearnTracking(id, trackings) => delivery::learn(&mut change, *id, trackings),
        Command::RecordDelivery(record) => delivery::record(&mut change, record),
        Command::ForgetDelivery(id, event) => delivery::forget(&mut change, *id, *event),
        Command::CancelFulfillment(id) => cancel::fulfillment(&mut change, *id),
        Command::DeleteFulfillment(id) => cancel::forget(&mut change, *id),
        Command::CancelOrder(cancel) => cancel::order(&mut change, cancel),
        Command::Hold(hold) => hold::hold(&mut change, hold),
        Command::Release(id, holds) => hold::release(&mut change, *id, holds),
        Command::RequestFulfillment(request) => request::submit(&mut change, request),
        Command::AcceptRequest(id, message) => request::accept(&mut change, *id, message),
        Command::RejectRequest(id, why) => request::reject(&mut change, *id, why),
        Command::Open(id) => request::open(&mut change, *id),
        Command::Split(splits) => split::split(&mut change, splits),
        Command::Merge(merges) => merge::merge(&mut change, merges),
        Command::Move(command) => relocate::to(&mut change, command),
        Command::Reroute(command) => relocate::reroute(&mut change, command),
        Command::EditOrder(command) => edit::edit(&mut change, command),
        Command::BeginDraft(order) => draft::begin(&mut change, *order),
        Command::ChangeDraft(id, step) => draft::step(&mut change, *id, step),
        Command::CommitDraft(id, remark) => draft::commit(&mut change, *id, remark),
        Command::MarkPaid(order) => pay::mark(&mut change, *order),
        Command::CancelWork(id) => cancel_work::cancel(&mut change, *id),
        Command::RequestCancellation(id, message) => stop::request(&mut change, *id, message),
        Command::AcceptCancellation(id, message) => stop::accept(&mut change, *id, message),
        Command::RejectCancellation(id, message) => stop::reject(&mut change, *id, message),
        Command::GiveUp(id, message) => stop::give_up(&mut change, *id, message),
        Command::ReportProgress(id, note) => progress::report(&mut change, *id, note),
        Command::PrepareForPickup(works) => progress::prepared(&mut change, works),
        Command::Reschedule(id, at) => schedule::reschedule(&mut change, *id, *at),
        Command::SetDeadline(works, at) => schedule::deadline(&mut change, works, *at),
        Command::FulfillLines(command) => fulfill_lines::fulfill(&mut change, command),
        Command::FulfillOrder(command) => fulfill_order::fulfill(&mut change, command),
        Command::GiveUpUnits(command) => give_up::of_work(&mut change, command),
        Command::AmendFulfillment(command) => delivery::amend(&mut change, command),
        Command::Billing(command) => billing::decide(&mut change, command),
        Command::Charging(command) => charging::decide(&mut change, command),
        Command::SaveListener(listener) => save::listener(&mut change, listener),
        Command::RemoveListener(id) => save::no_listener(&mut change, *id),
        Command::SaveLocation(location) => places::save(&mut change, location),
        Command::SaveService(service, location) => services::save(&mut change, service, location),
        Command::EditLocation(command) => places::edit(&mut change, command),
        Command::EditService(command) => services::edit(&mut change, command),
        Command::DeleteService(command) => services::delete(&mut change, command),
        Command::SaveProduct(product, variants) => save::product(&mut change, product, variants),
        Command::AmendOrder(command) => amend::amend(&mut change, command),
        Command::CloseOrder(id) => amend::close(&mut change, *id),
        Command::ReopenOrder(id) => amend::reopen(&mut change, *id),
        Command::DeleteOrder(id) => amend::delete(&mut change, *id),
        Command::SaveContact(command) => contact::save(&mut change, command),
        Command::DeleteContact(id) => contact::delete(&mut change, *id),
        Command::RedactContact(id) => contact::redact(&mut change, *id),
        Command::DeactivateLocation(id, to) => places::deactivate(&mut change, *id, *to),
        Command::ActivateLocation(id) => places::activate(&mut change, *id),
        Command::DeleteLocation(id) => places::delete(&mut change, *id),
        Command::SaveRecords(records) => record::save(&mut change, records),
        Command::RemoveRecords(ids) => record::remove(&mut change, ids),
        Command::SaveWorkflow(one) => workflow::save(&mut change, one),
        Command::AdvanceRun(run, writable) => workflow::advance(&mut change, run, writable),
        Command::ResumeRun(id) => workflow::resume(&mut change, *id),
        Command::SetStock(set) => count::set(&mut change, set),
        Command::AdjustStock(adjust) => count::adjust(&mut change, adjust),
        Command::StartStocking(start) => stocking::start(&mut change, start),
        Command::StopStocking(variant, location) => stocking::stop(&mut change, *variant, *location),
        Command::SetStocking(set) => stocking::set(&mut change, set),
        Command::Reserve(wanted) => reserve::reserve(&mut change, wanted),
        Command::EndReservation(key) => reserve::end(&mut change, key),
        Command::ExpireReservation(id) => reserve::expire(&mut change, *id),
        Command::EditVariant(variant, edit) => article::edit(&mut change, *variant, edit),
    }?;
    let touched: Vec<OrderId> = change.orders.iter().map(|touched| touched.order.id).collect();
    for order in touched {
        billing::settle(&mut change, order)?;
        charging::settle(&mut change, order)?;
    }
    Ok(change.finish(outcome))
}

/// A decision in the making.
struct Change<'a, 'i> {
    snapshot: &'a Snapshot,
    actor: &'a Actor,
    now: Time,
    ids: &'a mut Ids<'i>,
    /// Orders touched: as they were (`None` for new ones), as they are, and what happened to them.
    orders: Vec<Touched>,
    writes: Vec<Write>,
    stock: Vec<StockDelta>,
    /// Orders that go.
    deleted: Vec<OrderId>,
    /// Facts about no order.
    facts: Vec<Fact>,
}

struct Touched {
    before: Option<FulfillmentStatus>,
    paid_before: bool,
    order: Order,
    facts: Vec<Fact>,
}

impl<'a, 'i> Change<'a, 'i> {
    fn new(snapshot: &'a Snapshot, actor: &'a Actor, now: Time, ids: &'a mut Ids<'i>) -> Self {
        Self {
            snapshot,
            actor,
            now,
            ids,
            orders: Vec::new(),
            writes: Vec::new(),
            stock: Vec::new(),
            deleted: Vec::new(),
            facts: Vec::new(),
        }
    }

    /// The order for changing; it is copied at the first touch.
    fn order(&mut self, id: OrderId) -> Result<&mut Touched, Refusal> {
        if let Some(at) = self.orders.iter().position(|touched| touched.order.id == id) {
            return Ok(&mut self.orders[at]);
        }
        let order = self.snapshot.orders.iter().find(|order| order.id == id);
        let order = order.ok_or(Refusal::Unknown(Thing::Order(id)))?.clone();
        Ok(self.touch(Some(status::fulfillment(&order)), order))
    }

    fn touch(&mut self, before: Option<FulfillmentStatus>, order: Order) -> &mut Touched {
        let paid_before = before.is_some() && status::payment(&order) == PaymentClaim::Paid;
        self.orders.push(Touched { before, paid_before, order, facts: Vec::new() });
        let last = self.orders.len() - 1;
        &mut self.orders[last]
    }

    /// The order as it is by now, to be looked at only: it isn't written because of that.
    fn look(&self, id: OrderId) -> Result<&Order, Refusal> {
        let touched = self.orders.iter().map(|touched| &touched.order);
        let mut orders = touched.chain(&self.snapshot.orders);
        orders.find(|order| order.id == id).ok_or(Refusal::Unknown(Thing::Order(id)))
    }

    /// The order that a fulfillment order belongs to.
    fn order_of(&self, work: FulfillmentOrderId) -> Result<OrderId, Refusal> {
        let found = self.snapshot.orders.iter().find(|order| order.fulfillment_order(work).is_some());
        found.map(|order| order.id).ok_or(Refusal::Unknown(Thing::FulfillmentOrder(work)))
    }

    /// Moves stock.
    fn move_stock(&mut self, delta: StockDelta) {
        self.stock.push(delta);
    }

    /// Stock as it will be if nothing more happens.
    fn stock_now(&self) -> Vec<Stock> {
        let mut stock = self.snapshot.stock.clone();
        for delta in &self.stock {
            let (variant, location) = (delta.variant, delta.location);
            match stock.iter_mut().find(|level| level.variant == variant && level.location == location) {
                Some(level) => level.change(delta),
                None => {
                    let mut level = Stock::none(variant, location);
                    level.change(delta);
                    stock.push(level);
                }
            }
        }
        stock
    }

    fn finish(mut self, outcome: Outcome) -> Decision {
        let mut events = Vec::with_capacity(self.orders.len().max(1));
        // One global order of rows, so that no two transactions wait for one another.
        self.orders.sort_by_key(|touched| touched.order.id);
        for mut touched in self.orders {
            let is_new = touched.before.is_none();
            let before = self.snapshot.orders.iter().find(|before| before.id == touched.order.id);
            billing::tell(before, &mut touched.order, &mut touched.facts, self.now);
            conclude(&mut touched);
            settle(&mut touched.order, self.snapshot);
            let Touched { mut order, facts, .. } = touched;
            order.version += 1;
            if !facts.is_empty() {
                order.updated_at = self.now;
            }
            if cfg!(debug_assertions) {
                let broken = invariants::of_order(&order);
                assert!(broken.is_empty(), "BUG: order {} would break {broken:?}", order.id);
            }
            if !facts.is_empty() {
                let id = self.ids.fresh::<EventId>();
                events.push(Event::new(id, self.now, self.actor, Some(order.id), facts));
            }
            let order = Box::new(order);
            self.writes.push(if is_new { Write::NewOrder(order) } else { Write::Order(order) });
        }
        for order in self.deleted {
            let (id, gone) = (self.ids.fresh::<EventId>(), vec![Fact::OrderDeleted {}]);
            events.push(Event::new(id, self.now, self.actor, Some(order), gone));
        }
        let stock = added_up(self.stock);
        let moved = stock_facts(&stock, &self.facts);
        // One action is one event where it can be.
        events.first_mut().map_or(&mut self.facts, |event| &mut event.facts).extend(moved);
        if !self.facts.is_empty() {
            let id = self.ids.fresh::<EventId>();
            events.push(Event::new(id, self.now, self.actor, None, self.facts));
        }
        // Stock likewise; last of all, so that the rows that orders share are locked as briefly as can be.
        self.writes.extend(stock.into_iter().map(Write::Stock));
        Decision { writes: self.writes, events, heard: Heard::default(), outcome, at: self.now }
    }
}

/// One delta for every row of stock, by variant and location. What one command releases it may promise again, so
/// only the sum is guarded; and not at all where something of it is sold beyond stock on purpose.
fn added_up(mut deltas: Vec<StockDelta>) -> Vec<StockDelta> {
    deltas.sort_by_key(|delta| (delta.variant, delta.location));
    let mut sums: Vec<StockDelta> = Vec::with_capacity(deltas.len());
    let same_row = |a: &StockDelta, b: &StockDelta| (a.variant, a.location) == (b.variant, b.location);
    for row in deltas.chunk_by(same_row) {
        let [first, others @ ..] = row else { continue };
        let mut sum = *first;
        for delta in others {
            let (apart, by) = (&mut sum.apart, &delta.apart);
            sum.on_hand += delta.on_hand;
            sum.committed += delta.committed;
            sum.kept += delta.kept;
            apart.reserved += by.reserved;
            apart.damaged += by.damaged;
            apart.safety_stock += by.safety_stock;
            apart.quality_control += by.quality_control;
            sum.incoming += delta.incoming;
            if delta.stocking != Stocking::AsItWas {
                sum.stocking = delta.stocking;
            }
        }
        let beyond = row.iter().any(|delta| delta.guard == StockGuard::Free && delta.committed > 0);
        let limited = row.iter().any(|delta| delta.guard == StockGuard::Available);
        sum.guard = match first.guard {
            StockGuard::Unchanged(_) | StockGuard::New => first.guard,
            _ if limited && !beyond && sum.committed + sum.kept > sum.on_hand => StockGuard::Available,
            _ => StockGuard::Free,
        };
        // A variant may be stocked somewhere without a unit being there.
        if sum.on_hand != 0 || sum.committed != 0 || !sum.is_plain() || sum.guard == StockGuard::New {
            sums.push(sum);
        }
    }
    sums
}

/// What is told of stock that moved: of each row once, and of none that `told` speaks of.
fn stock_facts(deltas: &[StockDelta], told: &[Fact]) -> Vec<Fact> {
    let moves = |delta: &&StockDelta| delta.on_hand != 0 || delta.committed != 0 || !delta.is_plain();
    let untold =
        |delta: &&StockDelta| told.iter().all(|fact| fact.stock() != Some((delta.location, delta.variant)));
    let told_of = |delta: &StockDelta| Fact::StockMoved { location: delta.location, variant: delta.variant };
    deltas.iter().filter(moves).filter(untold).map(told_of).collect()
}

/// Adds the facts that follow from the difference between before and after.
fn conclude(touched: &mut Touched) {
    let Touched { before, paid_before, order, facts } = touched;
    let after = status::fulfillment(order);
    match (*before, after) {
        (before, after) if before == Some(after) => {}
        // A parcel came back: no news of something that left.
        (Some(FulfillmentStatus::Fulfilled), FulfillmentStatus::PartiallyFulfilled) => {}
        (_, FulfillmentStatus::Fulfilled) => facts.push(Fact::OrderFulfilled {}),
        (_, FulfillmentStatus::PartiallyFulfilled) => facts.push(Fact::OrderPartlyFulfilled {}),
        _ => {}
    }
    if !*paid_before && status::payment(order) == PaymentClaim::Paid {
        facts.push(Fact::OrderPaid {});
    }
    if before.is_some() && !facts.is_empty() {
        facts.push(Fact::OrderUpdated {});
    }
}

/// Work that just began or ended remembers what its location is now.
fn settle(order: &mut Order, snapshot: &Snapshot) {
    let before = snapshot.orders.iter().find(|before| before.id == order.id);
    for fo in order.fulfillment_orders.iter_mut().filter(|fo| fo.is_settled()) {
        let was = before.and_then(|before| before.fulfillment_order(fo.id));
        if was.is_some_and(|was| was.is_settled() && was.location == fo.location) {
            continue;
        }
        if let Some(location) = snapshot.locations.iter().find(|location| location.id == fo.location) {
            let (name, address) = (location.name.clone(), location.address.clone());
            fo.assigned = Some(Box::new(LocationSnapshot { name, address }));
        }
    }
}

/// The fulfillment order of that id in `order`, for changing.
fn work(order: &mut Order, id: FulfillmentOrderId) -> Result<&mut FulfillmentOrder, Refusal> {
    order
        .fulfillment_orders
        .iter_mut()
        .find(|fo| fo.id == id)
        .ok_or(Refusal::Unknown(Thing::FulfillmentOrder(id)))
}

/// Stock that units of an article take or give back at a location, if it is counted.
fn stock_delta(
    order: &Order,
    line: &crate::fulfillment_order::FulfillmentOrderLine,
    at: LocationId,
) -> Option<StockDelta> {
    if !line.committed {
        return None;
    }
    let variant = order.line(line.order_line)?.article.variant?;
    Some(StockDelta::none(variant, at))
}

#[cfg(test)]
mod tests;
