//! What a basket costs: arithmetic, and nothing but. Taxes are those that were said with the items: this server knows no
//! tax law. Discounts come off first: an item's own, then the basket's in proportion; shipping is spread over the items that
//! are shipped, in proportion to what they cost, as the order that comes of it does.

use domain::money::{Minor, allocate};

use super::basket::{Basket, Discount, Item, Price};

/// What a basket costs, in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sums {
    /// Item by item.
    pub(crate) items: Vec<ItemSums>,
    /// Shipping, after its discount.
    pub(crate) shipping: Minor,
    /// The tax on it.
    pub(crate) shipping_tax: Minor,
    /// Everything that came off.
    pub(crate) discount: Minor,
    /// Taxes.
    pub(crate) tax: Minor,
    /// Items and shipping, without taxes.
    pub(crate) subtotal: Minor,
    /// All of it.
    pub(crate) total: Minor,
}

/// What an item costs, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ItemSums {
    /// Before anything came off, as it was priced.
    pub(crate) gross: Minor,
    /// What came off: its own discount and its part of the basket's.
    pub(crate) discount: Minor,
    /// What is left, without tax.
    pub(crate) amount: Minor,
    /// Its tax.
    pub(crate) tax: Minor,
    /// Its part of shipping, without tax.
    pub(crate) shipping: Minor,
    /// Its part of the tax on shipping.
    pub(crate) shipping_tax: Minor,
}

/// What the basket costs.
pub(crate) fn sums(basket: &Basket) -> Sums {
    let gross: Vec<Minor> = basket.items.iter().map(Item::gross).collect();
    let own: Vec<Minor> = basket.items.iter().map(Item::own_discount).collect();
    let left: Vec<Minor> = gross.iter().zip(&own).map(|(gross, own)| gross - own).collect();
    let weights: Vec<u64> = left.iter().map(|left| left.unsigned_abs()).collect();
    let all: Minor = left.iter().sum();
    let off = allocate(basket.discount.of(all, 1), &weights);
    let full = basket.shipping.as_ref().map_or(0, |shipping| shipping.amount);
    let off_shipping = basket.shipping_discount.of(full, 1);
    let shipping = full - off_shipping;
    let shipping_tax = basket.shipping.as_ref().map_or(0, |shipping| shipping.tax);
    let shipping_tax = shipping_tax.min(if basket.tax_inclusive { shipping } else { Minor::MAX });
    let priced = || left.iter().zip(&off).map(|(left, off)| (left - off).unsigned_abs());
    let who_pays = weights_of_shipping(basket, priced().collect());
    let shares = allocate(shipping, &who_pays);
    let taxes = allocate(shipping_tax, &who_pays);
    let mut items = Vec::new();
    for (index, item) in basket.items.iter().enumerate() {
        let discount = own[index] + off[index];
        let priced = gross[index] - discount;
        // A price that contains more tax than it is contains none.
        let tax = item.tax.unwrap_or(0).min(if basket.tax_inclusive { priced } else { Minor::MAX });
        let amount = if basket.tax_inclusive { priced - tax } else { priced };
        let shipping = shares[index] - if basket.tax_inclusive { taxes[index] } else { 0 };
        let shipping_tax = taxes[index];
        items.push(ItemSums { gross: gross[index], discount, amount, tax, shipping, shipping_tax });
    }
    let tax = items.iter().map(|item| item.tax).sum::<Minor>() + shipping_tax;
    let subtotal = items.iter().map(|item| item.amount + item.shipping).sum::<Minor>();
    let discount = items.iter().map(|item| item.discount).sum::<Minor>() + off_shipping;
    Sums { items, shipping, shipping_tax, discount, tax, subtotal, total: subtotal + tax }
}

/// Who has which part in shipping: those that are shipped by what they cost, or by their units if they cost nothing; all
/// of them, if none is shipped.
fn weights_of_shipping(basket: &Basket, by_cost: Vec<u64>) -> Vec<u64> {
    let by_units: Vec<u64> = basket.items.iter().map(|item| item.quantity.unsigned_abs()).collect();
    let shipped = |weights: &[u64]| -> Vec<u64> {
        let weights = basket.items.iter().zip(weights);
        weights.map(|(item, weight)| if item.shipped { *weight } else { 0 }).collect()
    };
    let candidates = [shipped(&by_cost), shipped(&by_units), by_cost];
    let weighs = |weights: &Vec<u64>| weights.iter().any(|weight| *weight > 0);
    candidates.into_iter().find(weighs).unwrap_or(by_units)
}

impl Item {
    /// What it costs before anything came off.
    fn gross(&self) -> Minor {
        match self.price {
            Price::Each(price) => price.saturating_mul(self.quantity),
            Price::All(price) => price,
        }
    }

    /// An amount is taken off each discounted unit, a share off their part of the item.
    fn own_discount(&self) -> Minor {
        let units = self.discounted.unwrap_or(self.quantity).clamp(0, self.quantity);
        let gross = self.gross();
        let part = match self.price {
            Price::Each(price) => price.saturating_mul(units),
            Price::All(_) => rounded(gross, units, self.quantity),
        };
        self.discount.of(part, units).min(gross)
    }
}

impl Discount {
    /// What is taken off an amount of so many units; never more than there is.
    fn of(self, amount: Minor, units: i64) -> Minor {
        match self {
            Discount::None => 0,
            Discount::Amount(off) => off.saturating_mul(units).min(amount),
            Discount::Share(hundredths) => rounded(amount, hundredths, 10_000),
        }
    }
}

/// `amount × part / whole`, rounded half up; both parts are not negative, the whole is positive.
fn rounded(amount: Minor, part: i64, whole: i64) -> Minor {
    let whole = i128::from(whole.max(1));
    let exact = 2 * i128::from(amount) * i128::from(part);
    i64::try_from((exact + whole).div_euclid(2 * whole)).unwrap_or(amount)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkout::basket::Shipping;
    use domain::money::Currency;
    use serde_json::json;

    fn item(price: Price, quantity: i64) -> Item {
        let least = json!({ "id": 1, "quantity": quantity, "price": price });
        serde_json::from_value(least).unwrap()
    }

    fn basket(items: Vec<Item>) -> Basket {
        let mut basket: Basket =
            serde_json::from_value(json!({ "live": false, "currency": Currency::USD, "items": [] })).unwrap();
        basket.items = items;
        basket.shipping = Some(Shipping { amount: 500, tax: 0, given: Default::default() });
        basket
    }

    fn told(sums: &Sums) -> (Minor, Minor, Minor, Minor) {
        (sums.subtotal, sums.discount, sums.tax, sums.total)
    }

    #[test]
    fn the_subtotal_has_shipping_in_it_and_no_tax() {
        let mut basket = basket(vec![item(Price::Each(1_000), 2)]);
        assert_eq!(told(&sums(&basket)), (2_500, 0, 0, 2_500));
        basket.items[0].tax = Some(150);
        assert_eq!(told(&sums(&basket)), (2_500, 0, 150, 2_650));
        basket.tax_inclusive = true;
        assert_eq!(told(&sums(&basket)), (2_350, 0, 150, 2_500), "the price contains it");
        basket.items[0].tax = Some(9_999);
        assert_eq!(told(&sums(&basket)), (500, 0, 2_000, 2_500));
    }

    #[test]
    fn discounts_come_off_and_never_more_than_there_is() {
        let mut basket = basket(vec![item(Price::Each(1_000), 3), item(Price::All(1_000), 3)]);
        basket.items[0].discount = Discount::Amount(100);
        basket.items[0].discounted = Some(2);
        basket.items[1].discount = Discount::Share(1_250);
        let each: Vec<Minor> = sums(&basket).items.iter().map(|item| item.amount).collect();
        assert_eq!(each, [2_800, 875]);
        basket.discount = Discount::Share(1_000);
        basket.shipping_discount = Discount::Share(10_000);
        let off = sums(&basket);
        assert_eq!(told(&off), (3_307, 1_193, 0, 3_307));
        assert_eq!(off.items.iter().map(|item| item.gross).sum::<Minor>() + 500 - off.discount, off.total);
        basket.discount = Discount::Amount(1_000_000);
        assert_eq!(told(&sums(&basket)), (0, 4_500, 0, 0));
    }

    #[test]
    fn shares_of_shipping_sum_to_it() {
        let spread = |items: Vec<Item>| {
            sums(&basket(items)).items.iter().map(|item| item.shipping).collect::<Vec<Minor>>()
        };
        assert_eq!(
            spread(vec![item(Price::Each(1), 1), item(Price::Each(1), 1), item(Price::Each(1), 1)]),
            [167, 167, 166]
        );
        assert_eq!(spread(vec![item(Price::Each(0), 1), item(Price::Each(0), 4)]), [100, 400]);
        let licence = Item { shipped: false, ..item(Price::Each(9), 1) };
        assert_eq!(
            spread(vec![licence.clone(), item(Price::Each(1), 1), item(Price::Each(3), 1)]),
            [0, 125, 375]
        );
        assert_eq!(spread(vec![licence.clone(), item(Price::Each(0), 4)]), [0, 500]);
        assert_eq!(spread(vec![licence]), [500]);
    }

    #[test]
    fn shipping_has_a_tax_if_somebody_says_so() {
        // A published example: 20.00 and 1.61, sent for 5.00 and 0.40.
        let mut basket = basket(vec![item(Price::Each(1_000), 2)]);
        basket.items[0].tax = Some(161);
        basket.shipping = Some(Shipping { amount: 500, tax: 40, given: Default::default() });
        let costs = sums(&basket);
        assert_eq!(told(&costs), (2_500, 0, 201, 2_701));
        assert_eq!((costs.items[0].shipping, costs.items[0].shipping_tax), (500, 40));
        basket.tax_inclusive = true;
        let costs = sums(&basket);
        assert_eq!(told(&costs), (2_299, 0, 201, 2_500), "the prices contain it");
        assert_eq!((costs.items[0].shipping, costs.shipping), (460, 500));
    }

    #[test]
    fn halves_are_rounded_up() {
        assert_eq!((rounded(5, 1, 2), rounded(3_781, 2, 3), rounded(0, 1, 3)), (3, 2_521, 0));
    }
}
