//! What merchant and service say to one another, and what is said of work without taking it apart.

use domain::event::FactKind;
use domain::id::{FulfillmentOrderId, FulfillmentOrderLineId};
use domain::rejection::Rejection;
use domain::time::Time;

use super::Forecast;
use super::work::{Act, allowed, done, put_in, reopen, take_out};
use crate::reference::{Parted, Reference, Units, Work};
use crate::who::Who;

pub fn accept(shop: &mut Reference, who: Who, id: FulfillmentOrderId) -> Option<Forecast> {
    done(shop, who, Act::Accept, id, FactKind::RequestAccepted, |work| {
        (work.stage, work.request) = ("in_progress", "accepted");
        Some(())
    })
}

pub fn reject(shop: &mut Reference, who: Who, id: FulfillmentOrderId, why: &Rejection) -> Option<Forecast> {
    done(shop, who, Act::Reject, id, FactKind::RequestRejected, |work| {
        work.request = "rejected";
        let known = |line: &FulfillmentOrderLineId| work.units.iter().any(|units| units.line == *line);
        why.lines.iter().all(|(line, _)| known(line)).then_some(())
    })
}

pub fn ask_to_stop(shop: &mut Reference, who: Who, id: FulfillmentOrderId) -> Option<Forecast> {
    done(shop, who, Act::AskToStop, id, FactKind::CancellationRequested, |work| {
        work.request = "cancellation_requested";
        Some(())
    })
}

/// The service stops. What was parted off when it was asked takes the units back, if it still waits untouched.
pub fn stop(shop: &mut Reference, who: Who, id: FulfillmentOrderId) -> Option<Forecast> {
    let order = allowed(shop, who, Act::Stop, id)?;
    let known = shop.orders.get_mut(&order)?;
    let at = known.works.get(&id)?.at;
    let rests = known.works.iter().filter(|(_, other)| {
        other.parted == Some(Parted::ByRequest(id))
            && (other.stage, other.request, other.at) == ("open", "unsubmitted", at)
    });
    let rest = rests.map(|(other, _)| *other).next();
    let work = known.works.get_mut(&id)?;
    (work.stage, work.request) = ("cancelled", "cancellation_accepted");
    if let Some(rest) = rest {
        let all = work.all();
        let coming = take_out(work, &all);
        put_in(shop, order, rest, coming)?;
    }
    shop.orders.get_mut(&order)?.told();
    Some(Forecast::exact([order], FactKind::CancellationAccepted))
}

pub fn go_on(shop: &mut Reference, who: Who, id: FulfillmentOrderId) -> Option<Forecast> {
    done(shop, who, Act::GoOn, id, FactKind::CancellationRejected, |work| {
        work.request = "cancellation_rejected";
        Some(())
    })
}

pub fn give_up(shop: &mut Reference, who: Who, id: FulfillmentOrderId) -> Option<Forecast> {
    done(shop, who, Act::GiveUp, id, FactKind::GaveUp, |work| {
        (work.stage, work.request) = ("incomplete", "closed");
        Some(())
    })
}

/// Work is called off and made anew: what remains goes to new work, and what left stays where it left.
pub fn cancel_work(shop: &mut Reference, who: Who, id: FulfillmentOrderId) -> Option<Forecast> {
    let order = allowed(shop, who, Act::Cancel, id)?;
    let (made, line) = (FulfillmentOrderId(shop.nameless()), FulfillmentOrderLineId(shop.nameless()));
    let known = shop.orders.get_mut(&order)?;
    let work = known.works.get_mut(&id)?;
    let mut new = work.clone();
    reopen(&mut new);
    new.units.retain(|units| units.rest() > 0);
    for units in &mut new.units {
        // A line of which something left keeps its id: the parcel knows it by that.
        let name = if units.left == 0 { units.line } else { line };
        *units = Units { line: name, total: units.rest(), left: 0, ..units.clone() };
    }
    super::work::close(work);
    work.units.iter_mut().for_each(|units| units.total = units.left);
    work.units.retain(|units| units.total > 0);
    known.works.insert(made, new);
    known.told();
    Some(Forecast::exact([order], FactKind::WorkCancelled))
}

pub fn open(shop: &mut Reference, who: Who, id: FulfillmentOrderId) -> Option<Forecast> {
    let scheduled = shop.work(id).is_some_and(|work| work.stage == "scheduled");
    let fact = if scheduled { FactKind::WorkReady } else { FactKind::WorkOpened };
    done(shop, who, Act::Open, id, fact, |work| {
        (work.stage, work.reported, work.opens) = ("open", false, None);
        Some(())
    })
}

fn begin(work: &mut Work) -> Option<()> {
    (work.stage, work.reported) = ("in_progress", true);
    Some(())
}

pub fn report(shop: &mut Reference, who: Who, id: FulfillmentOrderId) -> Option<Forecast> {
    done(shop, who, Act::Report, id, FactKind::ProgressReported, begin)
}

/// The buyer may come for all of it.
pub fn prepared(shop: &mut Reference, who: Who, works: &[FulfillmentOrderId]) -> Option<Forecast> {
    let mut forecast = Forecast::exact([], FactKind::WorkPrepared);
    for id in works {
        shop.work(*id).filter(|work| work.delivery == "pickup")?;
        let order = allowed(shop, who, Act::Report, *id)?;
        let known = shop.orders.get_mut(&order)?;
        begin(known.works.get_mut(id)?)?;
        if forecast.orders.insert(order) {
            known.told();
        }
    }
    (!works.is_empty()).then_some(forecast)
}

pub fn reschedule(
    shop: &mut Reference,
    who: Who,
    id: FulfillmentOrderId,
    at: Time,
    now: Time,
) -> Option<Forecast> {
    done(shop, who, Act::Reschedule, id, FactKind::WorkRescheduled, |work| {
        work.opens = Some(at);
        (at > now).then_some(())
    })
}

/// Works get a deadline, whatever their stage; those that one may not change are passed over.
pub fn deadline(shop: &mut Reference, who: Who, works: &[FulfillmentOrderId], at: Time) -> Option<Forecast> {
    let mut forecast = Forecast::exact([], FactKind::DeadlineSet);
    for id in works {
        let Some(order) = shop.order_of(*id) else { continue };
        let known = shop.orders.get_mut(&order)?;
        let work = known.works.get_mut(id).filter(|work| who.writes(work.service));
        let Some(work) = work else { continue };
        work.by = Some(at);
        if forecast.orders.insert(order) {
            known.told();
        }
    }
    (!forecast.orders.is_empty()).then_some(forecast)
}
