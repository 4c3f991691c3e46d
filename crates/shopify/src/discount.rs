//! `DiscountAllocation`: what discounts take off a line. A line has a discount of its own, and bears its share of
//! those on the order as a whole, by its price.

use domain::money::{Currency, Minor, allocate};
use domain::order::{Order, OrderLine};
use graphql::{Field, FieldError, Object, Out};

use crate::words::{MoneyBag, MoneyV2, missing};

/// What one discount takes off one line.
#[derive(Clone, Copy)]
pub(crate) struct Allocation<'d> {
    of: Application<'d>,
    amount: Minor,
}

/// Where a discount came from.
#[derive(Clone, Copy)]
struct Application<'d> {
    /// The code that the buyer entered; none for what was agreed on for a line.
    code: Option<&'d str>,
    /// Its place among the order's discounts.
    index: usize,
    /// What all of it takes off.
    whole: Minor,
    currency: Currency,
}

/// What discounts take off a line, those by code first. Discounts that take nothing off it are left out.
pub(crate) fn of_line<'d>(order: &'d Order, line: &'d OrderLine) -> impl Iterator<Item = Allocation<'d>> {
    let (placed, place) = (&order.placed, order.lines.iter().position(|one| one.id == line.id));
    let place = place.unwrap_or_default();
    let weights = prices(order);
    let by_code = placed.discounts.iter().enumerate().map(move |(index, discount)| Allocation {
        of: Application {
            code: Some(&discount.code),
            index,
            whole: discount.amount,
            currency: placed.currency,
        },
        amount: allocate(discount.amount, &weights).get(place).copied().unwrap_or_default(),
    });
    let whole = line.article.discount;
    let of =
        Application { code: None, index: placed.discounts.len() + place, whole, currency: placed.currency };
    by_code.chain([Allocation { of, amount: whole }]).filter(|allocation| allocation.amount > 0)
}

/// What the lines cost with their own discounts, which those on the whole are shared out by.
pub(crate) fn prices(order: &Order) -> Vec<u64> {
    order.lines.iter().map(|line| price(line).unsigned_abs()).collect()
}

/// What a line costs with its own discount.
pub(crate) fn price(line: &OrderLine) -> Minor {
    line.article.unit_price.saturating_mul(line.quantity).saturating_sub(line.article.discount).max(0)
}

impl Object for Allocation<'_> {
    fn type_name(&self) -> &'static str {
        "DiscountAllocation"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "allocatedAmount" => Out::object(MoneyV2(self.amount, self.of.currency)),
            "allocatedAmountSet" => Out::object(MoneyBag(self.amount, self.of.currency)),
            "discountApplication" => Out::object(self.of),
            other => return Err(missing("DiscountAllocation", other)),
        })
    }
}

impl Object for Application<'_> {
    fn type_name(&self) -> &'static str {
        match self.code {
            Some(_) => "DiscountCodeApplication",
            None => "ManualDiscountApplication",
        }
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "allocationMethod" => Out::from("ACROSS"),
            "code" => self.code.map_or(Out::Null, Out::from),
            // Nobody says why here.
            "description" => Out::Null,
            "index" => Out::Int(self.index as i64),
            "targetSelection" => Out::from(if self.code.is_some() { "ALL" } else { "EXPLICIT" }),
            "targetType" => Out::from("LINE_ITEM"),
            "title" => Out::from("Discount"),
            "value" => Out::object(MoneyV2(self.whole, self.currency)),
            other => return Err(missing(self.type_name(), other)),
        })
    }
}
