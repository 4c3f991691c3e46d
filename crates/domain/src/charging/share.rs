//! What each line costs of what an order is charged, and what some of its units cost.

use serde::{Deserialize, Serialize};

use crate::id::OrderLineId;
use crate::money::{self, Minor};
use crate::order::{Order, OrderLine, TaxLine};
use crate::refusal::{Field, Refusal};

/// What one line costs, in minor units of the order's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The line.
    pub line: OrderLineId,
    /// How many units that is for.
    pub quantity: i64,
    /// What they cost.
    pub whole: Components,
}

/// What is charged, by what it is for; none of it negative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Components {
    /// The articles, after discounts and without tax.
    pub price: Minor,
    /// Tax on them.
    pub tax: Minor,
    /// Shipping, without tax.
    pub shipping: Minor,
    /// Tax on shipping.
    pub shipping_tax: Minor,
    /// Fees, such as for recycling.
    pub fees: Minor,
    /// Duty.
    pub duty: Minor,
}

/// What is charged for a line beyond what the order says of its price, taxes and shipping; neither is negative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extra {
    /// Fees.
    pub fees: Minor,
    /// Duty.
    pub duty: Minor,
}

impl Components {
    /// All of it.
    pub fn total(&self) -> Minor {
        self.each().into_iter().fold(0, Minor::saturating_add)
    }

    fn each(&self) -> [Minor; 6] {
        [self.price, self.tax, self.shipping, self.shipping_tax, self.fees, self.duty]
    }

    /// What so many `units` cost if all of it is for `of` units: each component in proportion and rounded half up to the
    /// minor unit, then summed. Only whoever takes the rest for the last of them is exact to the cent.
    pub fn of_units(&self, units: i64, of: i64) -> Minor {
        let (units, of) = (i128::from(units), i128::from(of.max(1)));
        let part = |amount: Minor| {
            let twice = i128::from(amount) * units * 2;
            Minor::try_from((twice + of).div_euclid(of * 2)).unwrap_or(Minor::MAX)
        };
        self.each().into_iter().map(part).fold(0, Minor::saturating_add)
    }
}

/// What each line of an order costs. Discounts, taxes and shipping of the order as a whole are spread over the lines by
/// what these cost, by their units if they cost nothing; shipping over those alone that are shipped, if any are. `extras`
/// are those of the lines, in their order; those that aren't named have none.
pub(crate) fn shares(order: &Order, extras: &[Extra]) -> Result<Vec<Share>, Refusal> {
    let placed = &order.placed;
    let taxes = |lines: &[TaxLine]| lines.iter().map(|tax| tax.amount).fold(0, Minor::saturating_add);
    let sum = |amounts: &mut dyn Iterator<Item = Minor>| amounts.fold(0, Minor::saturating_add);
    let articles = || order.lines.iter().map(|line| (line.quantity, &line.article));
    let net: Vec<Minor> = articles()
        .map(|(units, article)| article.unit_price.saturating_mul(units).saturating_sub(article.discount))
        .collect();
    if let Some(index) = net.iter().position(|net| *net < 0) {
        return Err(Refusal::LinePrice(index));
    }
    let weights = |by: &[Minor]| -> Vec<u64> {
        if by.iter().all(|amount| *amount == 0) {
            return articles().map(|(units, _)| units.max(0) as u64).collect();
        }
        by.iter().map(|amount| amount.max(&0).unsigned_abs()).collect()
    };
    let off = sum(&mut placed.discounts.iter().map(|discount| discount.amount));
    let off = money::allocate(off, &weights(&net));
    let net: Vec<Minor> = net.iter().zip(off).map(|(net, off)| net.saturating_sub(off)).collect();
    let on_order = money::allocate(taxes(&placed.tax_lines), &weights(&net));
    let shipped = only_shipped(order, weights(&net), &weights(&[]));
    let shipping = money::allocate(sum(&mut placed.shipping_lines.iter().map(|line| line.price)), &shipped);
    let on_shipping = sum(&mut placed.shipping_lines.iter().map(|line| taxes(&line.tax_lines)));
    let on_shipping = money::allocate(on_shipping, &shipped);
    let mut shares = Vec::with_capacity(order.lines.len());
    for (at, line) in order.lines.iter().enumerate() {
        let extra = extras.get(at).copied().unwrap_or_default();
        let tax = taxes(&line.article.tax_lines).saturating_add(on_order[at]);
        let (within, within_shipping) = if placed.taxes_included { (tax, on_shipping[at]) } else { (0, 0) };
        let whole = Components {
            price: net[at].saturating_sub(within),
            tax,
            shipping: shipping[at].saturating_sub(within_shipping),
            shipping_tax: on_shipping[at],
            fees: extra.fees,
            duty: extra.duty,
        };
        if whole.each().iter().any(|amount| *amount < 0) {
            return Err(Refusal::Malformed(Field::Amount, "must not be negative for any line"));
        }
        shares.push(Share { line: line.id, quantity: line.quantity, whole });
    }
    Ok(shares)
}

/// The weights of the lines that are shipped, and nothing for the others: by their cost, or by their units if they cost
/// nothing. All of them weigh what they cost where none is shipped.
fn only_shipped(order: &Order, by_cost: Vec<u64>, by_units: &[u64]) -> Vec<u64> {
    let of_shipped = |weights: &[u64]| -> Vec<u64> {
        let weigh = |(line, weight): (&OrderLine, &u64)| {
            if line.article.requires_shipping { *weight } else { 0 }
        };
        order.lines.iter().zip(weights).map(weigh).collect()
    };
    let candidates = [of_shipped(&by_cost), of_shipped(by_units)];
    let weighs = |weights: &&Vec<u64>| weights.iter().any(|weight| *weight > 0);
    candidates.iter().find(weighs).cloned().unwrap_or(by_cost)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_component_is_rounded_by_itself() {
        // 10.10 + 1.51 + 1.00 for one of three, and so on: 37.81 for all of them.
        let whole = Components { price: 3_029, tax: 452, shipping: 300, ..Components::default() };
        assert_eq!((whole.total(), whole.of_units(2, 3)), (3_781, 2_019 + 301 + 200));
        let one = Components { price: 1, tax: 1, ..Components::default() };
        assert_eq!([one.of_units(1, 2), one.of_units(1, 3), one.of_units(0, 3)], [2, 0, 0], "a half goes up");
        let huge = Components { price: Minor::MAX, tax: Minor::MAX, ..Components::default() };
        assert_eq!(huge.of_units(3, 4), Minor::MAX);
    }
}
