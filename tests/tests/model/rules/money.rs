//! The money of orders whose money is still to come. Who may say what of which order is foretold; whether an invoice is
//! in a state for it is told, and what then moved must be lawful (see `laws`).

use domain::command::billing::{BillingCommand, NewPlanLine};
use domain::command::charging::{ChargingCommand, OpenReturn};
use domain::event::FactKind;
use domain::id::{OrderLineId, PriceId, VariantId};
use domain::time::Time;

use super::orders::QUANTITY;
use super::{Forecast, How, around};
use crate::reference::Reference;
use crate::who::Who;

pub fn billing(shop: &mut Reference, who: Who, command: &BillingCommand, now: Time) -> Option<Forecast> {
    if !who.may_all() {
        return None;
    }
    match command {
        BillingCommand::Place(place) => {
            let seen = shop.knows_source(place.placed.source_key.as_ref());
            let contact = place.placed.contact;
            let known = |line: &NewPlanLine| {
                is_price_of(shop, line.price, line.variant) && (1..=QUANTITY).contains(&line.quantity)
            };
            if seen || place.lines.is_empty() || !place.lines.iter().all(known) {
                return None;
            }
            if contact.is_some_and(|contact| !shop.contacts.contains_key(&contact)) {
                return None;
            }
            Some(Forecast { how: How::Routed, ..Forecast::exact([], FactKind::OrderPlaced) })
        }
        BillingCommand::SavePrice(price) => {
            let known = shop.prices.get(&price.id).is_none_or(|variant| *variant == price.variant);
            if !known || !shop.variants.contains_key(&price.variant) || price.terms.amount < 0 {
                return None;
            }
            shop.prices.insert(price.id, price.variant);
            Some(Forecast::nothing())
        }
        BillingCommand::SaveAccess(grant) => {
            shop.grants.insert(grant.id);
            Some(Forecast::nothing())
        }
        BillingCommand::RevokeAccess(id) => shop.grants.contains(id).then(Forecast::nothing),
        BillingCommand::Pause(order, until) => {
            until.is_none_or(|until| until > now).then_some(())?;
            billed(shop, *order)
        }
        other => billed(shop, other.order()?),
    }
}

/// The money of orders for which it was set aside.
pub fn charging(shop: &mut Reference, who: Who, command: &ChargingCommand) -> Option<Forecast> {
    if !who.may_all() {
        return None;
    }
    match command {
        ChargingCommand::Place(place) => {
            let seen = shop.knows_source(place.placed.source_key.as_ref());
            let known = |line: &domain::command::NewLine| {
                let variant = line.article.variant.filter(|variant| shop.variants.contains_key(variant));
                variant.is_some() && (1..=QUANTITY).contains(&line.quantity)
            };
            if seen || place.lines.is_empty() || !place.lines.iter().all(known) {
                return None;
            }
            if let Some(buyer) = &place.buyer {
                around::contact_of(shop, buyer)?;
            }
            Some(Forecast { how: How::Routed, ..Forecast::exact([], FactKind::OrderPlaced) })
        }
        ChargingCommand::Authorize(order, _)
        | ChargingCommand::AmendRefund(order, ..)
        | ChargingCommand::AmendReturn(order, ..) => billed(shop, *order),
        ChargingCommand::Refund(back) => billed(shop, back.order),
        ChargingCommand::OpenReturn(OpenReturn { order, work, lines, .. }) => {
            let known = shop.orders.get(order)?;
            // No more comes back than left, of the order or with the work (Q18).
            let left = |line: OrderLineId| match work {
                Some(work) => {
                    let units = known.works.get(work)?.units.iter().filter(|units| units.of == line);
                    Some(units.map(|units| units.left).sum())
                }
                None => Some(known.left(line)),
            };
            let may = |(line, units): &(OrderLineId, i64)| left(*line).is_some_and(|left| *units <= left);
            lines.iter().all(may).then_some(())?;
            billed(shop, *order)
        }
        ChargingCommand::AcceptReturn(accept) => billed(shop, accept.order),
    }
}

fn billed(shop: &Reference, order: domain::id::OrderId) -> Option<Forecast> {
    shop.orders.get(&order).filter(|known| known.billed)?;
    Some(Forecast::lawful([order], None).or_refused())
}

fn is_price_of(shop: &Reference, price: PriceId, variant: VariantId) -> bool {
    shop.prices.get(&price) == Some(&variant)
}
