//! How much is to go back: an amount, a part of the whole in percent, or amounts, parts or units of single items; of all
//! that was paid, or only of taxes, shipping or duty.

use domain::charging::{Charging, Components, Share};
use domain::command::charging::Back;
use domain::id::OrderLineId;
use domain::money::{Currency, Minor};
use domain::order::Order;
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::input::Input;
use crate::{id, metadata, order, words};

/// What can be sent.
pub(super) const FIELDS: &[&str] =
    &["orderId", "invoiceId", "currency", "amount", "percent", "type", "items", "reason", "metadata"];
const ITEM_FIELDS: &[&str] = &["itemId", "skuId", "quantity", "amount", "percent", "type"];

/// The longest reason.
const REASON_MAX: usize = 64;
/// What is charged for, by the words for it; what isn't charged here is nothing.
const TYPES: [&str; 4] = ["shipping", "duty", "tax", "importer_tax"];
const ITEM_TYPES: [&str; 3] = ["shipping", "fees", "duty"];
/// A percent in the hundredths in which it is counted.
const WHOLE: i64 = 10_000;

/// What was sent, understood.
pub(super) struct Asked {
    pub(super) what: Back,
    pub(super) reason: Option<String>,
    pub(super) kept: Map<String, Value>,
}

pub(super) fn read(input: &Input, of: &Order) -> Result<Asked, Failure> {
    let currency = input.currency("currency")?.ok_or_else(|| Failure::missing("currency"))?;
    if currency != of.placed.currency {
        return Err(Failure::invalid("currency", currency.code(), "currency"));
    }
    let reason = input.text("reason")?;
    if reason.as_ref().is_some_and(|reason| reason.chars().count() > REASON_MAX) {
        let told = format!("A reason has at most {REASON_MAX} characters.");
        return Err(Failure::bad("invalid_parameter", "reason", told));
    }
    let charging = of.charging.as_deref();
    let charging = charging.ok_or_else(|| {
        let told = "The order was paid in another way, and goes back that way.";
        Failure::bad("invalid_parameter", "order", told)
    })?;
    let mut kept = Map::new();
    kept.extend(metadata::taken(input, &Value::Null)?.map(|all| (metadata::NAME.to_owned(), all)));
    let kind = input.word("type", &TYPES)?;
    kept.extend(kind.map(|kind| ("type".to_owned(), kind.into())));
    let (amount, percent) = (input.amount("amount", currency)?, percent(input)?);
    let items = input.objects("items")?;
    let said = [amount.is_some(), percent.is_some(), items.is_some()].iter().filter(|said| **said).count();
    if said != 1 {
        let told = "Exactly one of amount, percent and items must be sent.";
        return match said {
            0 => Err(Failure::missing("amount")),
            _ => Err(Failure::bad("invalid_parameter", "amount", told)),
        };
    }
    let what = match (amount, percent, items) {
        (Some(amount), ..) => of_kind(charging, kind, amount)?,
        (None, Some(percent), _) => match kind {
            None => Back::Amount(part(charging.total(), percent)),
            Some(kind) => of_kind(charging, Some(kind), part(whole(charging, kind), percent))?,
        },
        (None, None, items) => of_items(&items.unwrap_or_default(), of, charging, currency, &mut kept)?,
    };
    Ok(Asked { what, reason, kept })
}

/// A percentage in hundredths of a percent.
fn percent(input: &Input) -> Result<Option<i64>, Failure> {
    let Some(text) = input.decimal("percent")? else { return Ok(None) };
    // Saturates: a number so large is out of bounds.
    let hundredths = text.parse::<f64>().map(|percent| (percent * 100.0).round() as i64).unwrap_or_default();
    let told = || Failure::bad("invalid_parameter", input.at("percent"), "A percent goes from 0.01 to 100.");
    Some(hundredths).filter(|own| (1..=WHOLE).contains(own)).map(Some).ok_or_else(told)
}

/// So many hundredths of a percent of an amount, rounded half up.
fn part(amount: Minor, percent: i64) -> Minor {
    let exact = i128::from(amount) * i128::from(percent);
    Minor::try_from((exact + i128::from(WHOLE) / 2).div_euclid(i128::from(WHOLE))).unwrap_or(Minor::MAX)
}

/// What of a line is charged for that.
fn component(whole: &Components, kind: &str) -> Minor {
    match kind {
        "shipping" => whole.shipping.saturating_add(whole.shipping_tax),
        "duty" => whole.duty,
        "fees" => whole.fees,
        "tax" => whole.tax.saturating_add(whole.shipping_tax),
        _ => 0,
    }
}

fn whole(charging: &Charging, kind: &str) -> Minor {
    let all = charging.shares.iter().map(|share| component(&share.whole, kind));
    all.fold(0, Minor::saturating_add)
}

/// An amount of what was charged for that, taken from the lines that it was charged for, in their order.
fn of_kind(charging: &Charging, kind: Option<&str>, amount: Minor) -> Result<Back, Failure> {
    let Some(kind) = kind else { return Ok(Back::Amount(amount)) };
    if amount > whole(charging, kind) {
        let told = "The amount is more than what was paid for that.";
        return Err(Failure::bad("invalid_parameter", "amountRequested", told));
    }
    let mut left = amount;
    let mut lines = Vec::new();
    for share in &charging.shares {
        let own = component(&share.whole, kind).min(left);
        if own > 0 {
            left -= own;
            lines.push((share.line, own));
        }
    }
    Ok(Back::Lines(lines))
}

fn of_items(
    items: &[Input],
    of: &Order,
    charging: &Charging,
    currency: Currency,
    kept: &mut Map<String, Value>,
) -> Result<Back, Failure> {
    if items.is_empty() {
        return Err(Failure::bad("invalid_empty", "items", "A list must not be empty."));
    }
    let (mut lines, mut told) = (Vec::new(), Vec::new());
    for item in items {
        item.only(ITEM_FIELDS)?;
        let line = line_of(item, of)?;
        let unknown = || Failure::invalid(item.at("itemId"), &line.to_string(), "item ID");
        let share = charging.share(line).ok_or_else(unknown)?;
        let amount = of_item(item, share, currency)?;
        let mut own = Map::new();
        own.extend(item.word("type", &ITEM_TYPES)?.map(|kind| ("type".to_owned(), kind.into())));
        own.insert("itemId".to_owned(), line.to_string().into());
        let sku = of.line(line).and_then(order::sku_of);
        own.extend(sku.map(|sku| ("skuId".to_owned(), sku.into())));
        own.extend(item.integer("quantity")?.map(|units| ("quantity".to_owned(), units.into())));
        own.insert("amount".to_owned(), words::amount(amount, currency));
        told.push(Value::from(own));
        lines.push((line, amount));
    }
    kept.insert("items".to_owned(), told.into());
    Ok(Back::Lines(lines))
}

fn line_of(item: &Input, of: &Order) -> Result<OrderLineId, Failure> {
    let name = item.text("itemId")?.ok_or_else(|| Failure::missing(item.at("itemId")))?;
    let line = id::decimal(&name).and_then(|id| of.line(OrderLineId(id))).map(|line| line.id);
    line.ok_or_else(|| Failure::invalid(item.at("itemId"), &name, "item ID"))
}

/// What goes back for an item: as much as it says, a part, or what so many of its units cost.
fn of_item(item: &Input, share: &Share, currency: Currency) -> Result<Minor, Failure> {
    let kind = item.word("type", &ITEM_TYPES)?;
    let units = item.integer("quantity")?;
    if let Some(units) = units.filter(|units| !(1..=share.quantity).contains(units)) {
        let told = format!("The quantity is {units}, and the item has {}.", share.quantity);
        return Err(Failure::bad("invalid_quantity_amount", item.at("quantity"), told));
    }
    let counted = units.unwrap_or(share.quantity);
    let whole = match kind {
        None => share.whole.of_units(counted, share.quantity),
        Some(kind) => {
            let own = Components { price: component(&share.whole, kind), ..Components::default() };
            own.of_units(counted, share.quantity)
        }
    };
    match (item.amount("amount", currency)?, percent(item)?) {
        (Some(_), Some(_)) => {
            let told = "Only one of amount and percent may be sent.";
            Err(Failure::bad("invalid_parameter", item.at("amount"), told))
        }
        (Some(amount), None) => Ok(amount),
        (None, Some(percent)) => Ok(part(whole, percent)),
        (None, None) if units.is_some() || kind.is_some() => Ok(whole),
        (None, None) => Err(Failure::missing(item.at("amount"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_rounded_half_up() {
        assert_eq!([part(10_000, 3_333), part(5, 5_000), part(1, 1)], [3_333, 3, 0]);
        assert_eq!(part(Minor::MAX, WHOLE), Minor::MAX);
    }
}
