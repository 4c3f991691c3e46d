//! Counting stock: so many are there, whatever was thought before.

use super::{Change, Outcome, Write};
use crate::actor::Permission;
use crate::command::{StockCount, StockMeasure};
use crate::event::Fact;
use crate::product::{StockDelta, StockGuard};
use crate::refusal::{Refusal, Thing};

/// The largest stock of a variant at a location.
const STOCK_MAX: i64 = 1_000_000_000;

/// All counts are taken over, or none. A count that says what it expected to find is refused if that isn't there;
/// none is taken over if stock moved while it was decided upon.
pub(super) fn set(change: &mut Change<'_, '_>, counts: &[StockCount]) -> Result<Outcome, Refusal> {
    if !change.actor.may(Permission::WriteInventory) {
        return Err(Refusal::NotPermitted(&[Permission::WriteInventory]));
    }
    if counts.is_empty() {
        return Err(Refusal::NothingToDo);
    }
    let mut more = false;
    for (index, count) in counts.iter().enumerate() {
        let (variant, location) = (count.variant, count.location);
        if change.snapshot.variants.iter().all(|known| known.id != variant) {
            return Err(Refusal::Unknown(Thing::Variant(variant, index)));
        }
        if change.snapshot.locations.iter().all(|known| known.id != location) {
            return Err(Refusal::Unknown(Thing::Location(location)));
        }
        if !(0..=STOCK_MAX).contains(&count.quantity) {
            return Err(Refusal::LineQuantity(index));
        }
        if counts[..index].iter().any(|other| (other.variant, other.location) == (variant, location)) {
            return Err(Refusal::Twice(index));
        }
        let levels = &change.snapshot.stock;
        let level = levels.iter().find(|level| level.variant == variant && level.location == location);
        let (on_hand, committed) = level.map_or((0, 0), |level| (level.on_hand, level.committed));
        let found = match count.measure {
            StockMeasure::OnHand => on_hand,
            StockMeasure::Available => on_hand - committed,
        };
        if count.expected.is_some_and(|expected| expected != found) {
            return Err(Refusal::StockDiffers { index, found });
        }
        let by = count.quantity - found;
        more |= by > 0;
        if by != 0 || level.is_none() {
            change.facts.push(Fact::StockChanged { location, variant, by });
        }
        let guard = level.map_or(StockGuard::New, |_| StockGuard::Unchanged { on_hand, committed });
        change.move_stock(StockDelta { variant, location, on_hand: by, committed: 0, guard });
    }
    if more {
        change.writes.push(Write::RouteWaiting);
    }
    Ok(Outcome::Done)
}

#[cfg(test)]
mod tests;
