//! Times: when scheduled work opens, and until when work must be done.

use super::part::{may, reachable};
use super::{Change, Outcome, WorkChange, work};
use crate::allowed::Action;
use crate::event::Fact;
use crate::fulfillment_order::Stage;
use crate::id::FulfillmentOrderId;
use crate::refusal::{Refusal, Thing};
use crate::time::Time;

/// Scheduled work opens at another time, which must be to come.
pub(super) fn reschedule(
    change: &mut Change<'_, '_>,
    id: FulfillmentOrderId,
    opens_at: Time,
) -> Result<Outcome, Refusal> {
    let order = may(change, id, Action::Reschedule)?;
    let now = change.now;
    if opens_at <= now {
        return Err(Refusal::TimePassed);
    }
    let touched = change.order(order)?;
    let fo = work(&mut touched.order, id)?;
    fo.stage = Stage::Scheduled { opens_at };
    fo.fulfill_at = Some(opens_at);
    fo.updated_at = now;
    let work = fo.as_work();
    touched.facts.push(Fact::WorkRescheduled { work, opens_at });
    Ok(Outcome::Work { order, id, rest: None })
}

/// Works get a deadline, whatever their stage. Those that aren't there are passed over, but not all of them may be.
pub(super) fn deadline(
    change: &mut Change<'_, '_>,
    ids: &[FulfillmentOrderId],
    fulfill_by: Time,
) -> Result<Outcome, Refusal> {
    let first = *ids.first().ok_or(Refusal::NothingToDo)?;
    let now = change.now;
    let mut done = Vec::with_capacity(ids.len());
    for id in ids {
        let Ok(order) = reachable(change, *id) else { continue };
        let touched = change.order(order)?;
        let fo = work(&mut touched.order, *id)?;
        fo.fulfill_by = Some(fulfill_by);
        fo.updated_at = now;
        let work = fo.as_work();
        touched.facts.push(Fact::DeadlineSet { work, fulfill_by });
        done.push(WorkChange { order, id: *id, rest: None });
    }
    if done.is_empty() {
        return Err(Refusal::Unknown(Thing::FulfillmentOrder(first)));
    }
    Ok(Outcome::Works(done))
}

#[cfg(test)]
mod tests;
