//! Splitting: some units of a fulfillment order become one of their own, at the same location.

use super::part::{askable, found, may, named, part_off};
use super::{Change, Outcome, WorkChange};
use crate::allowed::Action;
use crate::command::SomeWork;
use crate::event::Fact;
use crate::refusal::Refusal;

/// All splits happen, or none. What is split keeps its id; the units named get a new one.
pub(super) fn split(change: &mut Change<'_, '_>, splits: &[SomeWork]) -> Result<Outcome, Refusal> {
    if splits.is_empty() || splits.iter().any(|split| split.lines.is_empty()) {
        return Err(Refusal::NothingToDo);
    }
    let mut done = Vec::with_capacity(splits.len());
    for (index, SomeWork { id, lines }) in splits.iter().enumerate() {
        let order = may(change, *id, Action::Split)?;
        let fo = found(&change.order(order)?.order, *id)?;
        askable(fo, index, lines)?;
        if fo.lines.iter().all(|line| line.remaining() == named(lines, line.id)) {
            return Err(Refusal::NothingWouldStay(*id));
        }
        let rest = part_off(change, order, *id, lines)?;
        let touched = change.order(order)?;
        let (work, new) = (found(&touched.order, *id)?.as_work(), found(&touched.order, rest)?.as_work());
        touched.facts.push(Fact::WorkSplit { work, rest: new, lines: lines.clone() });
        done.push(WorkChange { order, id: *id, rest: Some(rest) });
    }
    Ok(Outcome::Works(done))
}

#[cfg(test)]
mod tests;
