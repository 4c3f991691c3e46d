//! Taking work apart and putting it together: what holding, asking, splitting, joining and moving have in common.

use super::{Change, work};
use crate::actor::writable;
use crate::allowed::{Action, check};
use crate::event::LineQuantity;
use crate::fulfillment_order::{FulfillmentOrder, FulfillmentOrderLine, Request, Stage};
use crate::id::{FulfillmentOrderId, FulfillmentOrderLineId, OrderId};
use crate::refusal::{Refusal, Thing};

/// Whether the actor may do that; the order, for changing.
pub(super) fn may(
    change: &mut Change<'_, '_>,
    id: FulfillmentOrderId,
    action: Action,
) -> Result<OrderId, Refusal> {
    let order_id = reachable(change, id)?;
    let actor = change.actor;
    let order = &change.order(order_id)?.order;
    check(action, order, found(order, id)?, actor).map_err(|why| Refusal::NotAllowed(id, action, why))?;
    Ok(order_id)
}

/// The order of work that the actor may change at all.
pub(super) fn reachable(change: &Change<'_, '_>, id: FulfillmentOrderId) -> Result<OrderId, Refusal> {
    let order_id = change.order_of(id)?;
    match writable(change.actor, found(change.look(order_id)?, id)?.service) {
        true => Ok(order_id),
        false => Err(Refusal::Unknown(Thing::FulfillmentOrder(id))),
    }
}

/// The fulfillment order of that id in `order`.
pub(super) fn found(
    order: &crate::order::Order,
    id: FulfillmentOrderId,
) -> Result<&FulfillmentOrder, Refusal> {
    order.fulfillment_order(id).ok_or(Refusal::Unknown(Thing::FulfillmentOrder(id)))
}

/// Whether that may be asked of `fo`, the work of that index in the command.
pub(super) fn askable(fo: &FulfillmentOrder, index: usize, lines: &[LineQuantity]) -> Result<(), Refusal> {
    for (at, (line, quantity)) in lines.iter().enumerate() {
        let known = fo.line(*line).ok_or(Refusal::Unknown(Thing::FulfillmentOrderLine(*line)))?;
        if *quantity <= 0 {
            return Err(Refusal::QuantityNotPositive((index, at)));
        }
        if lines[..at].iter().any(|(other, _)| other == line) {
            return Err(Refusal::DoubleLine(*line));
        }
        if *quantity > known.remaining() {
            let remaining = known.remaining();
            return Err(Refusal::QuantityTooLarge { line: *line, asked: *quantity, remaining });
        }
    }
    Ok(())
}

/// What `lines` say of that line.
pub(super) fn named(lines: &[LineQuantity], line: FulfillmentOrderLineId) -> i64 {
    lines.iter().find(|(id, _)| *id == line).map_or(0, |(_, quantity)| *quantity)
}

/// Everything that remains of it.
pub(super) fn all_of(fo: &FulfillmentOrder) -> Vec<LineQuantity> {
    fo.lines.iter().map(|line| (line.id, line.remaining())).filter(|(_, quantity)| *quantity > 0).collect()
}

/// Parts a fulfillment order: the lines named stay, the rest becomes a new one. Nothing named, or everything, parts
/// nothing.
pub(super) fn part(
    change: &mut Change<'_, '_>,
    order_id: OrderId,
    id: FulfillmentOrderId,
    lines: &[LineQuantity],
) -> Result<Option<FulfillmentOrderId>, Refusal> {
    if lines.is_empty() {
        return Ok(None);
    }
    let fo = found(&change.order(order_id)?.order, id)?;
    askable(fo, 0, lines)?;
    let goes: Vec<LineQuantity> = all_of(fo)
        .into_iter()
        .map(|(line, remaining)| (line, remaining - named(lines, line)))
        .filter(|(_, quantity)| *quantity > 0)
        .collect();
    if goes.is_empty() { Ok(None) } else { part_off(change, order_id, id, &goes).map(Some) }
}

/// Parts a fulfillment order: the lines named become a new one, open and not asked for, and something stays.
pub(super) fn part_off(
    change: &mut Change<'_, '_>,
    order_id: OrderId,
    id: FulfillmentOrderId,
    lines: &[LineQuantity],
) -> Result<FulfillmentOrderId, Refusal> {
    let now = change.now;
    let fo = work(&mut change.order(order_id)?.order, id)?;
    let mut going = take_out(fo, lines);
    fo.updated_at = now;
    let like = fo.clone();
    for line in &mut going {
        line.id = change.ids.fresh();
    }
    let new = FulfillmentOrder {
        id: change.ids.fresh(),
        lines: going,
        stage: Stage::Open,
        request: Request::Unsubmitted,
        messages: Vec::new(),
        parted_from: None,
        parted_by: Default::default(),
        assigned: None,
        created_at: now,
        updated_at: now,
        ..like
    };
    let new_id = new.id;
    change.order(order_id)?.order.fulfillment_orders.push(new);
    Ok(new_id)
}

/// Takes units out of a fulfillment order. When nothing remains it closes, and shows how much it is left with; what
/// is still at work forgets the lines that it is rid of.
pub(super) fn take_out(fo: &mut FulfillmentOrder, lines: &[LineQuantity]) -> Vec<FulfillmentOrderLine> {
    let mut out = Vec::with_capacity(lines.len());
    for line in &mut fo.lines {
        let quantity = named(lines, line.id);
        if quantity > 0 {
            line.total -= quantity;
            out.push(FulfillmentOrderLine { total: quantity, fulfilled: 0, ..line.clone() });
        }
    }
    if fo.open_quantity() == 0 {
        fo.stage = Stage::Closed;
    } else {
        fo.lines.retain(|line| line.total > 0);
    }
    out
}

/// Units come to a fulfillment order: each to the line of the same sale, or as a line of its own.
pub(super) fn put_in(
    change: &mut Change<'_, '_>,
    order_id: OrderId,
    id: FulfillmentOrderId,
    coming: Vec<FulfillmentOrderLine>,
) -> Result<(), Refusal> {
    let now = change.now;
    for line in coming {
        // The id stays with the work that it comes from, which is kept; two lines never share one.
        let fresh = change.ids.fresh();
        let fo = work(&mut change.order(order_id)?.order, id)?;
        fo.updated_at = now;
        let same = |own: &&mut FulfillmentOrderLine| {
            own.invoice_line == line.invoice_line && own.committed == line.committed
        };
        match fo.lines.iter_mut().find(same) {
            Some(own) => own.total += line.total,
            None => fo.lines.push(FulfillmentOrderLine { id: fresh, ..line }),
        }
    }
    Ok(())
}
