//! Reservations: units are set apart, and set free again: by hand, by time, or since an order takes them.

use super::place::QUANTITY_MAX;
use super::{Change, Outcome, Write};
use crate::actor::Permission;
use crate::command::Reserve;
use crate::id::{LocationId, ReservationId, VariantId};
use crate::product::{Variant, WhenOut};
use crate::refusal::{Field, Refusal, Thing};
use crate::reservation::{Reservation, ReservationKey, ReservedItem, ReservedUnits, TooFew};
use crate::routing::{self, Demand, Plan, Situation};
use crate::stock::{Stock, StockDelta, StockGuard};

/// Sets units apart where an order for them would be sent from.
pub(super) fn reserve(change: &mut Change<'_, '_>, reserve: &Reserve) -> Result<Outcome, Refusal> {
    permitted(change)?;
    if reserve.items.is_empty() {
        return Err(Refusal::NoLines);
    }
    if reserve.expires_at <= change.now {
        return Err(Refusal::TimePassed);
    }
    let mut articles = Vec::with_capacity(reserve.items.len());
    for (index, item) in reserve.items.iter().enumerate() {
        if !(1..=QUANTITY_MAX).contains(&item.quantity) {
            return Err(Refusal::LineQuantity(index));
        }
        let variant = change.snapshot.variants.iter().find(|variant| variant.id == item.variant);
        articles.push(variant.ok_or(Refusal::Unknown(Thing::Variant(item.variant, index)))?);
    }
    if let Some(name) = &reserve.name {
        let same = change.snapshot.reservations.iter().find(|known| known.name == *name);
        match same.filter(|known| known.test == reserve.test) {
            Some(known) if known.is_over(change.now) => free(change, known),
            Some(_) => return Err(Refusal::Taken(Field::Name)),
            None => {}
        }
    }
    let stock = change.stock_now();
    let (plan, demand) = planned(change, reserve, &articles, &stock);
    let missing = |(index, _): &(usize, i64)| demand[*index].limited.then_some(reserve.items[*index].variant);
    if let Some(variant) = plan.waiting.iter().find_map(missing) {
        return Err(Refusal::OutOfStock(variant));
    }
    let units = kept(&plan, &articles, &stock);
    for ReservedUnits { variant, location, quantity } in &units {
        let delta = StockDelta::none(*variant, *location);
        change.move_stock(StockDelta { kept: *quantity, guard: StockGuard::Available, ..delta });
    }
    let id: ReservationId = change.ids.fresh();
    change.writes.push(Write::NewReservation(Box::new(Reservation {
        id,
        name: reserve.name.clone().unwrap_or_else(|| id.to_string()),
        test: reserve.test,
        items: reserve.items.clone(),
        units,
        created_at: change.now,
        expires_at: reserve.expires_at,
    })));
    Ok(Outcome::Reservation(id))
}

/// Where an order for all of it would be sent from; and what of it stock limits, as with orders: what isn't there but is
/// sold all the same is not limited.
fn planned(
    change: &Change<'_, '_>,
    reserve: &Reserve,
    articles: &[&Variant],
    stock: &[Stock],
) -> (Plan, Vec<Demand>) {
    let snapshot = change.snapshot;
    let wanted = |(item, variant): (&ReservedItem, &&Variant)| Demand {
        variant: Some(item.variant),
        quantity: item.quantity,
        requires_shipping: variant.requires_shipping,
        limited: variant.tracked,
        pinned_to: variant.pinned_to,
    };
    let mut demand: Vec<Demand> = reserve.items.iter().zip(articles).map(wanted).collect();
    let situation = Situation {
        locations: &snapshot.locations,
        stock,
        destination: reserve.destination.as_ref(),
        tie_breakers: &snapshot.shop.tie_breakers,
        avoid: &[],
        rules: &snapshot.rules,
        rest: &[],
    };
    let plan = routing::plan(&demand, &situation);
    let sells_on = |variant: VariantId| {
        let mut all = reserve.items.iter().zip(articles).filter(|(item, _)| item.variant == variant);
        all.any(|(item, article)| item.too_few == TooFew::SellOn || article.when_out == WhenOut::SellOn)
    };
    let out = plan.waiting.iter().map(|(index, _)| reserve.items[*index].variant);
    let out: Vec<VariantId> = out.filter(|variant| sells_on(*variant)).collect();
    if out.is_empty() {
        return (plan, demand);
    }
    for (wanted, item) in demand.iter_mut().zip(&reserve.items) {
        wanted.limited &= !out.contains(&item.variant);
    }
    (routing::plan(&demand, &situation), demand)
}

/// What of a plan can be kept: units whose stock is counted, as far as they are there.
fn kept(plan: &Plan, articles: &[&Variant], stock: &[Stock]) -> Vec<ReservedUnits> {
    let there = |variant: VariantId, location: LocationId| {
        let level = stock.iter().find(|level| (level.variant, level.location) == (variant, location));
        level.filter(|level| level.stocked).map_or(0, Stock::available).max(0)
    };
    let mut kept: Vec<ReservedUnits> = Vec::new();
    for parcel in &plan.parcels {
        for (index, quantity) in &parcel.items {
            let (article, location) = (articles[*index], parcel.location);
            if !article.tracked || !article.requires_shipping {
                continue;
            }
            let variant = article.id;
            let at = kept.iter().position(|own| (own.variant, own.location) == (variant, location));
            let before = at.map_or(0, |at| kept[at].quantity);
            let quantity = (before + quantity).min(there(variant, location));
            match at {
                Some(at) => kept[at].quantity = quantity,
                None if quantity > 0 => kept.push(ReservedUnits { variant, location, quantity }),
                None => {}
            }
        }
    }
    kept
}

/// Somebody no longer wants what was reserved.
pub(super) fn end(change: &mut Change<'_, '_>, key: &ReservationKey) -> Result<Outcome, Refusal> {
    permitted(change)?;
    let known = live(change, key)?;
    free(change, known);
    Ok(Outcome::Done)
}

/// Its time has come.
pub(super) fn expire(change: &mut Change<'_, '_>, id: ReservationId) -> Result<Outcome, Refusal> {
    permitted(change)?;
    let known = change.snapshot.reservations.iter().find(|known| known.id == id);
    let known = known.ok_or(Refusal::Unknown(Thing::Reservation))?;
    if !known.is_over(change.now) {
        return Err(Refusal::NothingToDo);
    }
    free(change, known);
    Ok(Outcome::Done)
}

/// The reservation that a key means, unless it ended.
pub(super) fn live<'a>(change: &Change<'a, '_>, key: &ReservationKey) -> Result<&'a Reservation, Refusal> {
    let meant = |known: &&Reservation| known.is(key) && !known.is_over(change.now);
    change.snapshot.reservations.iter().find(meant).ok_or(Refusal::Unknown(Thing::Reservation))
}

/// It is gone, and what it kept is for sale; whoever waits for it may have it.
pub(super) fn free(change: &mut Change<'_, '_>, known: &Reservation) {
    for ReservedUnits { variant, location, quantity } in &known.units {
        change.move_stock(StockDelta { kept: -quantity, ..StockDelta::none(*variant, *location) });
    }
    change.writes.push(Write::NoReservation(known.id));
    if !known.units.is_empty() {
        change.writes.push(Write::RouteWaiting);
    }
}

fn permitted(change: &Change<'_, '_>) -> Result<(), Refusal> {
    match change.actor.may(Permission::WriteOrders) {
        true => Ok(()),
        false => Err(Refusal::NotPermitted(&[Permission::WriteOrders])),
    }
}

#[cfg(test)]
mod tests;
