//! Where work can be moved to, and why not. The one home of that rule: moves are refused by it, and lists of possible
//! destinations show it.
//!
//! A person may move work to a location that routing would not have chosen, since it doesn't ship orders or not to
//! that destination. But it must be in service, it must stock the articles, and there must be enough of them, unless
//! they are sold beyond stock or nobody counts them. An article pinned to a service goes to no other place.

use crate::event::LineQuantity;
use crate::fulfillment_order::{FulfillmentOrder, FulfillmentOrderLine};
use crate::id::{FulfillmentOrderLineId, LocationId, VariantId};
use crate::location::Location;
use crate::order::{Article, Order, StockMode};
use crate::routing::runs;
use crate::stock::Stock;

/// Why units can't be moved somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Obstacle {
    /// They are there.
    Here,
    /// The location is not in service.
    Inactive,
    /// The article belongs to another location's service.
    PinnedElsewhere,
    /// The location doesn't stock the article at all.
    NotStocked,
    /// The location stocks the article, but hasn't enough that isn't promised.
    OutOfStock,
}

/// What a location could take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The location.
    pub location: LocationId,
    /// Every line that was asked for: whether it could take the units, or why not.
    pub lines: Vec<(FulfillmentOrderLineId, Result<(), Obstacle>)>,
}

impl Destination {
    /// Whether it could take something, or why not.
    pub fn takes_some(&self) -> Result<(), Obstacle> {
        let mut answers = self.lines.iter().map(|(_, answer)| *answer);
        if answers.clone().any(|answer| answer.is_ok()) {
            return Ok(());
        }
        answers.next().unwrap_or(Err(Obstacle::NotStocked))
    }

    /// Whether it could take what may go of `work`, or why not: held work goes whole, other work also in parts.
    pub fn takes(&self, work: &FulfillmentOrder) -> Result<(), Obstacle> {
        self.takes_some()?;
        if work.holds().is_empty() { Ok(()) } else { self.takes_all() }
    }

    /// Whether it could take everything, or why not.
    pub fn takes_all(&self) -> Result<(), Obstacle> {
        self.lines.iter().try_for_each(|(_, answer)| *answer)
    }
}

/// For each location, whether it could take those units of `work`, or why not. `locations` are all that the shop has.
pub fn movable(
    order: &Order,
    work: &FulfillmentOrder,
    asked: &[LineQuantity],
    locations: &[Location],
    stock: &[Stock],
) -> Vec<Destination> {
    let at = |location: &Location| {
        // Lines of the same article share its stock.
        let mut taken: Vec<(VariantId, i64)> = Vec::new();
        let lines = asked.iter().filter_map(|(id, quantity)| Some((work.line(*id)?, *quantity)));
        let answers = lines.map(|(line, quantity)| {
            let article = order.line(line.order_line).map(|line| &line.article);
            let answer = takes(order, work, line, article, quantity, location, locations, stock, &mut taken);
            (line.id, answer)
        });
        Destination { location: location.id, lines: answers.collect() }
    };
    locations.iter().map(at).collect()
}

#[allow(clippy::too_many_arguments, reason = "one question, asked in one place")]
fn takes(
    order: &Order,
    work: &FulfillmentOrder,
    line: &FulfillmentOrderLine,
    article: Option<&Article>,
    quantity: i64,
    location: &Location,
    locations: &[Location],
    stock: &[Stock],
    taken: &mut Vec<(VariantId, i64)>,
) -> Result<(), Obstacle> {
    if location.id == work.location {
        return Err(Obstacle::Here);
    }
    if !location.active {
        return Err(Obstacle::Inactive);
    }
    let Some(article) = article else { return Ok(()) };
    let pinned_to = article.pinned_to.filter(|service| runs(locations, *service));
    if pinned_to.is_some() && pinned_to != location.service {
        return Err(Obstacle::PinnedElsewhere);
    }
    let Some(variant) = article.variant.filter(|_| line.committed) else { return Ok(()) };
    let at = |level: &&Stock| level.variant == variant && level.location == location.id && level.stocked;
    let level = stock.iter().find(at).ok_or(Obstacle::NotStocked)?;
    let before: i64 = taken.iter().filter(|(other, _)| *other == variant).map(|(_, units)| units).sum();
    if is_limited(order, article) && before + quantity > level.available() {
        return Err(Obstacle::OutOfStock);
    }
    taken.push((variant, quantity));
    Ok(())
}

/// Whether no more of an article may be promised than there is.
pub(crate) fn is_limited(order: &Order, article: &Article) -> bool {
    article.tracked && !article.sells_on && order.placed.stock != StockMode::Oversell
}

#[cfg(test)]
mod tests;
