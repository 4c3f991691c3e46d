//! The rules: what a command does to the reference, or that it is refused. Only three things are told by the engine
//! and then checked: where routing sends units, where it keeps them, and whether money that is reckoned up can be asked for.

use std::collections::BTreeSet;

use domain::command::Command;
use domain::event::FactKind;
use domain::id::OrderId;
use domain::time::Time;

use crate::reference::Reference;
use crate::who::Who;

mod around;
pub mod lines;
mod money;
mod orders;
pub mod parcels;
mod parts;
mod places;
pub mod reservations;
mod stock;
mod talk;
pub mod work;

/// How much is known of what becomes of the orders that change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// All of it, but the ids of what is new.
    Exact,
    /// All, but where units go that wait.
    Routed,
    /// What is asked for, but not which work it is in; what must always hold must hold of it.
    Lawful,
}

/// What must come of a command.
#[derive(Debug, Clone)]
pub struct Forecast {
    /// The orders that may change.
    pub orders: BTreeSet<OrderId>,
    /// What is told of them.
    pub fact: Option<FactKind>,
    pub how: How,
    /// Whether the engine may as well refuse it.
    pub either: bool,
    /// Whether units that aren't promised any more leave the shelves as well.
    pub gone: bool,
}

impl Forecast {
    /// No order changes.
    pub fn nothing() -> Self {
        Self { orders: BTreeSet::new(), fact: None, how: How::Exact, either: false, gone: false }
    }

    pub fn exact(orders: impl IntoIterator<Item = OrderId>, fact: impl Into<Option<FactKind>>) -> Self {
        Self { orders: orders.into_iter().collect(), fact: fact.into(), ..Self::nothing() }
    }

    pub fn lawful(orders: impl IntoIterator<Item = OrderId>, fact: impl Into<Option<FactKind>>) -> Self {
        Self { how: How::Lawful, ..Self::exact(orders, fact) }
    }

    pub fn or_refused(self) -> Self {
        Self { either: true, ..self }
    }
}

/// Carries a command out on the reference and tells what must be seen afterwards; `None` if it must be refused.
pub fn foretell(shop: &mut Reference, who: Who, command: &Command, now: Time) -> Option<Forecast> {
    let mut forecast = ruled(shop, who, command, now)?;
    // What follows from an invoice for what it sold is reckoned up by laws of its own.
    if forecast.orders.iter().any(|id| shop.orders.get(id).is_some_and(|known| known.billed)) {
        (forecast.how, forecast.either) = (How::Lawful, true);
    }
    Some(forecast)
}

fn ruled(shop: &mut Reference, who: Who, command: &Command, now: Time) -> Option<Forecast> {
    match command {
        Command::Place(place) => orders::place(shop, who, place, now),
        Command::Route(id) => Some(orders::route(shop, *id)),
        Command::CancelOrder(cancel) => orders::cancel(shop, who, cancel, now),
        Command::EditOrder(edit) => lines::edit(shop, who, edit),
        Command::BeginDraft(id) => lines::begin(shop, who, *id),
        Command::ChangeDraft(id, step) => lines::step(shop, who, *id, step, now),
        Command::CommitDraft(id, _) => lines::commit(shop, who, *id, now),
        Command::MarkPaid(id) => orders::mark_paid(shop, who, *id),
        Command::AmendOrder(amend) => orders::amend(shop, who, amend),
        Command::CloseOrder(id) => orders::close(shop, who, *id),
        Command::ReopenOrder(id) => orders::reopen(shop, who, *id),
        Command::DeleteOrder(id) => orders::delete(shop, who, *id),
        Command::Fulfill(fulfill) => parcels::leave(shop, who, fulfill),
        Command::FulfillLines(fulfill) => parcels::leave_lines(shop, who, fulfill),
        Command::FulfillOrder(fulfill) => parcels::leave_order(shop, who, fulfill),
        Command::GiveUpUnits(units) => parcels::give_up_units(shop, who, units),
        Command::AmendFulfillment(amend) => parcels::amend(shop, who, amend),
        Command::CancelFulfillment(id) => parcels::come_back(shop, who, *id),
        Command::DeleteFulfillment(id) => parcels::forget(shop, who, *id),
        Command::Track(track) => parcels::track(shop, who, track),
        Command::LearnTracking(id, trackings) => parcels::learn(shop, who, *id, trackings),
        Command::RecordDelivery(record) => parcels::record(shop, who, record),
        Command::ForgetDelivery(id, event) => parcels::take_back(shop, who, *id, *event),
        Command::Hold(hold) => parts::hold(shop, who, hold),
        Command::Release(id, holds) => parts::release(shop, who, *id, holds),
        Command::RequestFulfillment(request) => parts::request(shop, who, request),
        Command::Split(splits) => parts::split(shop, who, splits),
        Command::Merge(merges) => parts::merge(shop, who, merges),
        Command::Move(to) => parts::go(shop, who, to),
        Command::Reroute(reroute) => parts::reroute(shop, who, reroute),
        Command::AcceptRequest(id, _) => talk::accept(shop, who, *id),
        Command::RejectRequest(id, why) => talk::reject(shop, who, *id, why),
        Command::RequestCancellation(id, _) => talk::ask_to_stop(shop, who, *id),
        Command::AcceptCancellation(id, _) => talk::stop(shop, who, *id),
        Command::RejectCancellation(id, _) => talk::go_on(shop, who, *id),
        Command::GiveUp(id, _) => talk::give_up(shop, who, *id),
        Command::CancelWork(id) => talk::cancel_work(shop, who, *id),
        Command::Open(id) => talk::open(shop, who, *id),
        Command::ReportProgress(id, _) => talk::report(shop, who, *id),
        Command::PrepareForPickup(works) => talk::prepared(shop, who, works),
        Command::Reschedule(id, at) => talk::reschedule(shop, who, *id, *at, now),
        Command::SetDeadline(works, at) => talk::deadline(shop, who, works, *at),
        Command::Billing(billing) => money::billing(shop, who, billing, now),
        Command::Charging(charging) => money::charging(shop, who, charging),
        Command::SetStock(set) => stock::set(shop, who, set),
        Command::AdjustStock(adjust) => stock::adjust(shop, who, adjust),
        Command::StartStocking(start) => stock::start(shop, who, start),
        Command::StopStocking(variant, at) => stock::stop(shop, who, *variant, *at),
        Command::SetStocking(set) => stock::set_stocking(shop, who, set),
        Command::EditVariant(variant, edit) => stock::edit_variant(shop, who, *variant, edit),
        Command::Reserve(reserve) => reservations::reserve(shop, who, reserve, now),
        Command::EndReservation(key) => reservations::end(shop, who, key, now),
        Command::ExpireReservation(id) => reservations::expire(shop, who, *id, now),
        Command::SaveProduct(product, variants) => stock::save_product(shop, who, product, variants),
        Command::SaveLocation(location) => places::save(shop, who, location),
        Command::EditLocation(edit) => places::edit(shop, who, edit),
        Command::DeactivateLocation(id, to) => places::deactivate(shop, who, *id, *to),
        Command::ActivateLocation(id) => places::activate(shop, who, *id),
        Command::DeleteLocation(id) => places::delete(shop, who, *id),
        Command::SaveService(service, at) => places::save_service(shop, who, service, at),
        Command::EditService(edit) => places::edit_service(shop, who, edit),
        Command::DeleteService(delete) => places::delete_service(shop, who, delete),
        Command::SaveListener(listener) => around::listen(shop, who, listener),
        Command::RemoveListener(id) => around::no_listener(shop, who, *id),
        Command::SaveContact(save) => around::contact(shop, who, save),
        Command::DeleteContact(id) => around::no_contact(shop, who, *id),
        Command::RedactContact(id) => around::redact(shop, who, *id),
        Command::SaveRecords(records) => around::records(shop, who, records),
        Command::RemoveRecords(ids) => around::no_records(shop, who, ids),
        Command::SaveWorkflow(workflow) => around::workflow(workflow),
        Command::AdvanceRun(run, _) => Some(around::run(run)),
        Command::ResumeRun(_) => Some(Forecast::nothing().or_refused()),
    }
}
