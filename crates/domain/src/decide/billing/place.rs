//! An order comes in whose money is still to come.

use super::{books, issue};
use crate::address::Address;
use crate::billing::{
    BillKind, Billing, Books, Gateway, Kind, PlanLine, Processor, Service, Trial, TrialStage, Trouble,
    address,
};
use crate::command::billing::{NewBooks, NewPlanLine, PlaceBilled};
use crate::command::{Described, Given, NewLine};
use crate::contact::ContactKey;
use crate::decide::place::complete;
use crate::decide::{Change, Outcome, PRICE_MAX};
use crate::event::Fact;
use crate::id::{ContactId, OrderId, PriceId, VariantId};
use crate::money::Currency;
use crate::order::{Article, Order, OrderLine, Routing};
use crate::price::Price;
use crate::product::Variant;
use crate::refusal::{Refusal, Thing};

/// The most that a line may ask for at once, in minor units.
pub(super) const AMOUNT_MAX: i64 = PRICE_MAX * 1_000;

pub(super) fn place(change: &mut Change<'_, '_>, place: &PlaceBilled) -> Result<Outcome, Refusal> {
    if let Some(seen) = change.snapshot.seen_before {
        return Err(Refusal::SeenBefore(seen));
    }
    if place.lines.is_empty() {
        return Err(Refusal::NoLines);
    }
    let mut placed = place.placed.clone();
    let external = matches!(place.books, NewBooks::External(_));
    if let Some(contact) = placed.contact {
        let default = default_address(change, contact)?;
        if let Some(default) = default.filter(|_| external) {
            placed.shipping_address = Some(address::completed(placed.shipping_address.as_ref(), default));
        }
    }
    let (mut lines, mut plan) = (Vec::new(), Vec::new());
    for (index, new) in place.lines.iter().enumerate() {
        let (line, planned) = planned(change, index, new, placed.currency)?;
        lines.push(line);
        plan.push(planned);
    }
    let recurs = plan.iter().find(|line| line.terms.cycle().is_some());
    let kind = place.kind.unwrap_or(if recurs.is_some() { Kind::Subscription } else { Kind::OneTime });
    if let Some(line) = recurs.filter(|_| kind == Kind::OneTime) {
        return Err(Refusal::Billing(Trouble::Recurs(line.price)));
    }
    let trials = plan.iter().filter_map(|line| Some(line.terms.trial()?.lasts.after(change.now, 1)));
    let trial = trials.max().map(|ends_at| Trial { ends_at, stage: TrialStage::Running });
    let waits = change.snapshot.shop.billing.order_waits;
    let (processor, trial, abandon_at) = match &place.books {
        NewBooks::External(_) => (Processor::External(Books::default()), None, None),
        NewBooks::Gateway { name, instrument } => {
            let gateway = Gateway { name: name.clone(), instrument: instrument.clone() };
            (Processor::Gateway(gateway), trial, waits.map(|waits| change.now.plus(waits)))
        }
    };
    let billing = Billing {
        processor,
        kind,
        plan,
        previous: None,
        service: Service::Pending,
        activated_at: None,
        ending: None,
        churned_at: None,
        trial,
        abandon_at,
        credit: 0,
        first_paid_at: None,
        external_id: None,
        return_url: place.return_url.clone(),
        invoices_made: 0,
        granted: Vec::new(),
    };
    let id: OrderId = change.ids.fresh();
    let prefix = &change.snapshot.shop.order_prefix;
    let order = Order {
        id,
        number: place.number,
        name: place.name.clone().unwrap_or_else(|| format!("{prefix}{}", place.number)),
        placed,
        lines,
        invoices: Vec::new(),
        billing: Some(Box::new(billing)),
        charging: None,
        refunds: Vec::new(),
        returns: Vec::new(),
        fulfillment_orders: Vec::new(),
        fulfillments_made: 0,
        routing: Routing::default(),
        cancelled: None,
        closed_at: None,
        redacted_at: None,
        created_at: change.now,
        updated_at: change.now,
        version: 0,
    };
    change.touch(None, order).facts.push(Fact::OrderPlaced {});
    match &place.books {
        NewBooks::External(claims) => books::claim(change, id, claims)?,
        NewBooks::Gateway { .. } => {
            let kind = if kind == Kind::OneTime { BillKind::OneTimeSale } else { BillKind::Initial };
            let first = issue::first(change, id)?;
            issue::issue(change, id, kind, first)?;
        }
    }
    Ok(Outcome::Order(id))
}

/// The default address of a contact, which must be there.
pub(super) fn default_address<'a>(
    change: &Change<'a, '_>,
    contact: ContactId,
) -> Result<Option<&'a Address>, Refusal> {
    let known = change.snapshot.contacts.iter().find(|known| known.is(&ContactKey::Id(contact)));
    Ok(known.ok_or(Refusal::Unknown(Thing::Contact))?.addresses.first())
}

/// The variant and the price that are named, if the one is a price of the other.
pub(super) fn of_variant<'a>(
    change: &Change<'a, '_>,
    index: usize,
    (variant, price): (VariantId, PriceId),
    currency: Currency,
) -> Result<(&'a Variant, &'a Price), Refusal> {
    let known = change.snapshot.variants.iter().find(|known| known.id == variant);
    let known = known.ok_or(Refusal::Unknown(Thing::Variant(variant, index)))?;
    let of = change.snapshot.prices.iter().find(|known| known.id == price);
    let of = of.ok_or(Refusal::Unknown(Thing::Price(price, index)))?;
    if of.variant != variant {
        Err(Refusal::Billing(Trouble::PriceOfOther(price)))
    } else if of.terms.currency != currency {
        Err(Refusal::Billing(Trouble::OtherCurrency(price)))
    } else {
        Ok((known, of))
    }
}

/// An order line for units of a variant, none of which was sold yet.
pub(super) fn order_line(
    change: &mut Change<'_, '_>,
    index: usize,
    new: &NewPlanLine,
    price: &Price,
) -> Result<OrderLine, Refusal> {
    let article =
        Article { variant: Some(new.variant), unit_price: price.terms.amount, ..Article::default() };
    let described = Described { price: Given::Yes, ..Described::default() };
    let article =
        complete(change, index, &NewLine { quantity: new.quantity, article, described, fulfilled: 0 })?;
    Ok(OrderLine { id: change.ids.fresh(), quantity: 0, article })
}

/// A line of the plan, with the order line that it sells.
pub(super) fn planned(
    change: &mut Change<'_, '_>,
    index: usize,
    new: &NewPlanLine,
    currency: Currency,
) -> Result<(OrderLine, PlanLine), Refusal> {
    let now = change.now;
    let (variant, price) = of_variant(change, index, (new.variant, new.price), currency)?;
    if price.archived {
        return Err(Refusal::Billing(Trouble::PriceArchived(price.id)));
    }
    let line = order_line(change, index, new, price)?;
    let most = [price.terms.amount, price.terms.setup, price.terms.trial().map_or(0, |trial| trial.amount)];
    if most.iter().any(|amount| amount.saturating_mul(new.quantity) > AMOUNT_MAX) {
        return Err(Refusal::LinePrice(index));
    }
    let planned = PlanLine {
        id: line.id,
        order_line: line.id,
        variant: variant.id,
        price: price.id,
        price_name: price.name.clone(),
        terms: price.terms.clone(),
        quantity: new.quantity,
        requires_fulfillment: variant.requires_fulfillment,
        gives: variant.gives.clone(),
        anchor: price.terms.trial().map_or(now, |trial| trial.lasts.after(now, 1)),
        before_anchor: 0,
        billed: 0,
        next: None,
        created_at: now,
        updated_at: now,
    };
    Ok((line, planned))
}
