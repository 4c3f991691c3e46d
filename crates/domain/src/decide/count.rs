//! Counting and correcting stock. Every entry of a list is looked at before anything is refused, so that whoever
//! sent it learns of all that is wrong with it; all entries are carried out, or none.

use super::{Change, Outcome, Write};
use crate::actor::Permission;
use crate::command::{AdjustStock, SetStock, StockCount, StockMeasure, StockStep, Unstocked};
use crate::event::Fact;
use crate::id::{LocationId, VariantId};
use crate::refusal::{Refusal, StockTrouble};
use crate::stock::{StateChange, Stock, StockCause, StockDelta, StockGuard, StockState, Stocking};

/// The largest stock of a variant at a location that anybody can have counted.
pub(super) const COUNT_MAX: i64 = 1_000_000_000;
/// The largest stock, and the largest change of it.
const STOCK_MAX: i64 = 2_000_000_000;

/// So many are there, whatever was thought before. A count that says what it expected to find is refused if that
/// isn't there; none is taken over if stock moved while it was decided upon.
pub(super) fn set(change: &mut Change<'_, '_>, set: &SetStock) -> Result<Outcome, Refusal> {
    permitted(change)?;
    let SetStock { cause, unstocked, counts } = set;
    let check = |(index, count): (usize, &StockCount)| {
        let (variant, location) = (count.variant, count.location);
        let mut troubles = unknown(change, *unstocked, variant, location);
        let least = if count.measure == StockMeasure::OnHand { 0 } else { -COUNT_MAX };
        troubles.extend(match count.quantity {
            quantity if quantity > COUNT_MAX => Some(StockTrouble::TooHigh),
            quantity if quantity < 0 && least == 0 => Some(StockTrouble::Negative),
            quantity if quantity < least => Some(StockTrouble::TooLow),
            _ => None,
        });
        let mut others = counts.iter().enumerate().filter(|(other, _)| *other != index);
        if others.any(|(_, other)| (other.variant, other.location) == (variant, location)) {
            troubles.push(StockTrouble::Twice);
        }
        let found = measured(&level(change, variant, location), count.measure);
        if troubles.is_empty() && count.expected.is_some_and(|expected| expected != found) {
            troubles.push(StockTrouble::Differs(found));
        }
        troubles.into_iter().map(|trouble| (index, trouble)).collect()
    };
    refuse_any(counts.iter().enumerate().flat_map::<Vec<_>, _>(check).collect(), counts.is_empty())?;
    let mut booked = Booked::new(cause);
    for count in counts {
        let level = level(change, count.variant, count.location);
        let by = count.quantity - measured(&level, count.measure);
        // What was counted holds for as long as nobody moves anything.
        booked.add(change, &level, StockState::Available, by, None, Hold::Exactly);
    }
    Ok(booked.close(change))
}

/// There are so many more or fewer than was thought, or they are there for another purpose. The shelves may hold less
/// than is promised afterwards: goods do get lost.
pub(super) fn adjust(change: &mut Change<'_, '_>, adjust: &AdjustStock) -> Result<Outcome, Refusal> {
    permitted(change)?;
    let AdjustStock { cause, unstocked, steps } = adjust;
    let check = |(index, step): (usize, &StockStep)| {
        let mut troubles = unknown(change, *unstocked, step.variant, step.location);
        let level = level(change, step.variant, step.location);
        let found = level.of(step.state);
        let bounds = -STOCK_MAX..=STOCK_MAX;
        // In this order the sum can't be too large for the machine.
        if !bounds.contains(&step.by) || !bounds.contains(&(found + step.by)) {
            troubles.push(if step.by > 0 { StockTrouble::TooHigh } else { StockTrouble::TooLow });
        }
        if troubles.is_empty() && step.expected.is_some_and(|expected| expected != found) {
            troubles.push(StockTrouble::Differs(found));
        }
        troubles.into_iter().map(|trouble| (index, trouble)).collect()
    };
    refuse_any(steps.iter().enumerate().flat_map::<Vec<_>, _>(check).collect(), steps.is_empty())?;
    let mut booked = Booked::new(cause);
    for step in steps {
        let level = level(change, step.variant, step.location);
        // More of what is for sale is more whatever happens meanwhile, and shelves are busy places.
        let plain = step.expected.is_none() && step.state == StockState::Available;
        let hold = if plain { Hold::Loosely } else { Hold::Exactly };
        booked.add(change, &level, step.state, step.by, step.ledger.clone(), hold);
    }
    Ok(booked.close(change))
}

pub(super) fn permitted(change: &Change<'_, '_>) -> Result<(), Refusal> {
    if change.actor.may(Permission::WriteInventory) {
        Ok(())
    } else {
        Err(Refusal::NotPermitted(&[Permission::WriteInventory]))
    }
}

fn refuse_any(troubles: Vec<(usize, StockTrouble)>, empty: bool) -> Result<(), Refusal> {
    match troubles.is_empty() {
        true if empty => Err(Refusal::NothingToDo),
        true => Ok(()),
        false => Err(Refusal::Stock(troubles)),
    }
}

/// What of an entry is not there.
fn unknown(
    change: &Change<'_, '_>,
    unstocked: Unstocked,
    variant: VariantId,
    location: LocationId,
) -> Vec<StockTrouble> {
    let mut troubles = Vec::new();
    if change.snapshot.variants.iter().all(|known| known.id != variant) {
        troubles.push(StockTrouble::UnknownVariant);
    }
    if change.snapshot.locations.iter().all(|known| known.id != location) {
        troubles.push(StockTrouble::UnknownLocation);
    }
    let is_stocked = |level: &Stock| (level.variant, level.location) == (variant, location) && level.stocked;
    if troubles.is_empty() && unstocked == Unstocked::Refuse && !change.snapshot.stock.iter().any(is_stocked)
    {
        troubles.push(StockTrouble::NotStocked);
    }
    troubles
}

/// What is there, as it was read; nothing if it never was stocked there.
fn level(change: &Change<'_, '_>, variant: VariantId, location: LocationId) -> Stock {
    let known = change.snapshot.stock.iter();
    let known = known.copied().find(|level| (level.variant, level.location) == (variant, location));
    known.unwrap_or(Stock { stocked: false, ..Stock::none(variant, location) })
}

pub(super) fn measured(level: &Stock, measure: StockMeasure) -> i64 {
    match measure {
        StockMeasure::OnHand => level.on_hand,
        StockMeasure::Available => level.available(),
    }
}

/// How firmly a change holds on to what was read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Hold {
    /// It is made anew if anything moved.
    Exactly,
    /// It is right whatever moved.
    Loosely,
}

/// Changes of stock that are made together, one for every variant and location, with what is told of them.
struct Booked<'c> {
    cause: &'c StockCause,
    levels: Vec<(Stock, StockDelta, Vec<StateChange>)>,
}

impl<'c> Booked<'c> {
    fn new(cause: &'c StockCause) -> Self {
        Self { cause, levels: Vec::new() }
    }

    fn add(
        &mut self,
        change: &Change<'_, '_>,
        level: &Stock,
        state: StockState,
        by: i64,
        ledger: Option<String>,
        hold: Hold,
    ) {
        let same = |known: &Stock| (known.variant, known.location) == (level.variant, level.location);
        let at = self.levels.iter().position(|(known, _, _)| same(known));
        let at = at.unwrap_or_else(|| {
            let known = change.snapshot.stock.iter().any(same);
            let mut delta = StockDelta::none(level.variant, level.location);
            if !known {
                delta.guard = StockGuard::New;
            } else if !level.stocked {
                delta.stocking = Stocking::Begins;
            }
            self.levels.push((*level, delta, Vec::new()));
            self.levels.len() - 1
        });
        let (_, delta, changes) = &mut self.levels[at];
        delta.add(state, by);
        if delta.guard == StockGuard::Free && hold == Hold::Exactly {
            delta.guard = StockGuard::Unchanged(*level);
        }
        if by != 0 {
            changes.push(StateChange { state, by, ledger });
        }
    }

    fn close(self, change: &mut Change<'_, '_>) -> Outcome {
        let mut more = false;
        for (mut level, delta, changes) in self.levels {
            let (variant, location) = (level.variant, level.location);
            let (before, was_stocked) = (level.available(), level.stocked);
            level.change(&delta);
            level.stocked = true;
            more |= level.available() > before || !was_stocked;
            if !was_stocked {
                let available = level.available();
                change.facts.push(Fact::StockingBegan { location, variant, available });
            }
            if !changes.is_empty() {
                change.facts.push(Fact::StockChanged {
                    location,
                    variant,
                    by: delta.on_hand,
                    changes,
                    cause: Some(self.cause.clone()),
                    available: Some(level.available()),
                });
            }
            change.move_stock(delta);
        }
        // Whoever waits for more may have it now.
        if more {
            change.writes.push(Write::RouteWaiting);
        }
        Outcome::Done
    }
}

#[cfg(test)]
mod tests;
