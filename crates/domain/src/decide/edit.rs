//! Editing an order: lines get more or fewer units, and new lines come. What was sold is never rewritten: an edit is
//! a further invoice, whose lines adjust those that sold the article or sell a new one.

use super::part::take_out;
use super::place::{complete, refuse_if_out};
use super::{Change, Outcome, QUANTITY_MAX, Write, route, stock_delta, work};
use crate::actor::Permission;
use crate::command::{EditOrder, LineChange, Remark, Restock};
use crate::draft::DraftChange;
use crate::event::Fact;
use crate::fulfillment_order::{FulfillmentOrder, Request, Stage, StageName};
use crate::id::{
    FulfillmentOrderId, FulfillmentOrderLineId, InvoiceLineId, LocationId, OrderId, OrderLineId,
};
use crate::invoice::{Invoice, InvoiceLine};
use crate::moving::is_limited;
use crate::order::{Article, Order, OrderLine, Waiting};
use crate::refusal::{Refusal, Thing};
use crate::stock::{Stock, StockDelta, StockGuard};

/// All changes are made, in their order, or none.
pub(super) fn edit(change: &mut Change<'_, '_>, command: &EditOrder) -> Result<Outcome, Refusal> {
    if !change.actor.may(Permission::WriteOrderEdits) {
        return Err(Refusal::NotPermitted(&[Permission::WriteOrderEdits]));
    }
    let id = command.order;
    let mut changes = Vec::with_capacity(command.changes.len());
    for (index, wanted) in command.changes.iter().enumerate() {
        changes.push(match wanted {
            LineChange::Set { line, quantity, restock } => {
                if !(0..=QUANTITY_MAX).contains(quantity) {
                    return Err(Refusal::LineQuantity(index));
                }
                let was = change.order(id)?.order.current_quantity(*line);
                DraftChange::Set { line: *line, was, quantity: *quantity, restock: *restock }
            }
            LineChange::Add(new) => DraftChange::Add {
                line: change.ids.fresh(),
                quantity: new.quantity,
                article: Box::new(complete(change, index, new)?),
            },
        });
    }
    carry_out(change, id, &changes, &command.remark)
}

/// Makes the changes, one after the other.
pub(super) fn carry_out(
    change: &mut Change<'_, '_>,
    id: OrderId,
    changes: &[DraftChange],
    remark: &Remark,
) -> Result<Outcome, Refusal> {
    if changes.is_empty() {
        return Err(Refusal::NothingToDo);
    }
    let invoice = Invoice { id: change.ids.fresh(), issued_at: change.now, lines: Vec::new(), bill: None };
    let order = &mut change.order(id)?.order;
    if order.cancelled.is_some() {
        return Err(Refusal::OrderCancelled(id));
    }
    order.invoices.push(invoice);
    let mut told = Vec::with_capacity(changes.len());
    for wanted in changes {
        told.push(match wanted {
            DraftChange::Set { line, quantity, restock, .. } => {
                (*line, set(change, id, *line, *quantity, *restock)?)
            }
            DraftChange::Add { line, quantity, article } => {
                add(change, id, *line, *quantity, article)?;
                (*line, *quantity)
            }
        });
    }
    told.retain(|(_, by)| *by != 0);
    let order = &mut change.order(id)?.order;
    order.invoices.retain(|invoice| !invoice.lines.is_empty() || invoice.bill.is_some());
    if told.is_empty() {
        return Ok(Outcome::Order(id));
    }
    let raised = told.iter().any(|(_, by)| *by > 0);
    change.order(id)?.facts.push(Fact::OrderEdited {
        lines: told,
        note: remark.note.clone(),
        notify_buyer: remark.notify_buyer,
    });
    if change.order(id)?.order.routing.waiting.is_empty() {
        change.order(id)?.order.routing.retry_at = None;
    } else if raised {
        route::route(change, id, &[])?;
        refuse_if_out(change, id)?;
    }
    Ok(Outcome::Order(id))
}

/// Sets how many are asked for; tells by how many more than before.
fn set(
    change: &mut Change<'_, '_>,
    id: OrderId,
    line: OrderLineId,
    quantity: i64,
    restock: Restock,
) -> Result<i64, Refusal> {
    let order = &change.order(id)?.order;
    order.line(line).ok_or(Refusal::Unknown(Thing::OrderLine(line)))?;
    let by = quantity - order.current_quantity(line);
    if by > 0 {
        raise(change, id, line, by)?;
    } else if by < 0 {
        let fulfilled = order.fulfilled_quantity(line);
        if quantity < fulfilled {
            return Err(Refusal::AlreadyFulfilled(line, fulfilled));
        }
        lower(change, id, line, -by, restock)?;
    }
    Ok(by)
}

/// More of a line: more to do in open work that nobody was asked for, if it has them; else they are routed.
fn raise(change: &mut Change<'_, '_>, id: OrderId, line: OrderLineId, by: i64) -> Result<(), Refusal> {
    let stock = change.stock_now();
    let order = &change.order(id)?.order;
    let sold = order.invoice_lines().filter(|sold| sold.order_line == line && sold.adjusts.is_none()).last();
    let sold = sold.ok_or(Refusal::Unknown(Thing::OrderLine(line)))?.id;
    let grows = growing(order, line, sold, by, &stock);
    let order = &mut change.order(id)?.order;
    if let Some((work_id, line_id, delta)) = grows {
        let now = change.now;
        let fo = work(&mut change.order(id)?.order, work_id)?;
        fo.updated_at = now;
        fo.lines.iter_mut().filter(|line| line.id == line_id).for_each(|line| line.total += by);
        delta.into_iter().for_each(|delta| change.move_stock(delta));
    } else {
        wait(order, sold, line, by);
    }
    adjust(change, id, line, sold, by)?;
    let order = &mut change.order(id)?.order;
    let asked = order.current_quantity(line);
    order.lines.iter_mut().filter(|own| own.id == line).for_each(|own| own.grow(asked));
    Ok(())
}

/// The work and its line that could grow by so much, and what that promises.
fn growing(
    order: &Order,
    line: OrderLineId,
    sold: InvoiceLineId,
    by: i64,
    stock: &[Stock],
) -> Option<(FulfillmentOrderId, FulfillmentOrderLineId, Option<StockDelta>)> {
    let article = &order.line(line)?.article;
    let counted = article.is_counted();
    let enough = |at: LocationId| {
        let of =
            |level: &&Stock| Some(level.variant) == article.variant && level.location == at && level.stocked;
        !is_limited(order, article) || stock.iter().find(of).map_or(0, Stock::available) >= by
    };
    let open = order.fulfillment_orders.iter().rev();
    open.filter(|fo| fo.stage == Stage::Open && fo.request == Request::Unsubmitted).find_map(|fo| {
        let own = fo.lines.iter().find(|own| own.invoice_line == sold && own.committed == counted)?;
        let guard = if is_limited(order, article) { StockGuard::Available } else { StockGuard::Free };
        let delta = stock_delta(order, own, fo.location);
        let delta = delta.map(|delta| StockDelta { committed: by, guard, ..delta });
        (!counted || enough(fo.location)).then_some((fo.id, own.id, delta))
    })
}

/// Fewer of a line. Units that no location has yet are given up first, then those of work that is neither held nor
/// begun, then of work that a service gave back, then of held work, and last of work that the merchant has begun; of
/// each kind the newest first. What a service was asked for, it must be asked to stop first.
fn lower(
    change: &mut Change<'_, '_>,
    id: OrderId,
    line: OrderLineId,
    by: i64,
    restock: Restock,
) -> Result<(), Refusal> {
    let mut left = by;
    let mut given_up: Vec<(InvoiceLineId, i64)> = Vec::new();
    let order = &mut change.order(id)?.order;
    for waiting in order.routing.waiting.iter_mut().filter(|waiting| waiting.order_line == line) {
        let units = waiting.quantity.min(left);
        waiting.quantity -= units;
        left -= units;
        given_up.push((waiting.invoice_line, units));
    }
    order.routing.waiting.retain(|waiting| waiting.quantity > 0);
    let mut works: Vec<(u8, FulfillmentOrderId)> =
        order.fulfillment_orders.iter().filter_map(|fo| Some((reluctance(fo)?, fo.id))).collect();
    // Ids rise with time.
    works.sort_by_key(|(reluctance, id)| (*reluctance, std::cmp::Reverse(*id)));
    for (_, fo) in works {
        give_up(change, id, fo, line, &mut left, &mut given_up, restock)?;
    }
    if left > 0 {
        return Err(busy(&change.order(id)?.order, line));
    }
    for (sold, units) in given_up.into_iter().filter(|(_, units)| *units > 0) {
        adjust(change, id, line, sold, -units)?;
    }
    Ok(())
}

/// The refusal to take units of a line from a service that was asked for them.
pub(super) fn busy(order: &Order, line: OrderLineId) -> Refusal {
    let busy = order
        .fulfillment_orders
        .iter()
        .find(|fo| fo.is_open() && fo.lines.iter().any(|own| own.order_line == line && own.remaining() > 0));
    busy.map_or(Refusal::NothingToDo, |busy| Refusal::ServiceAtWork(busy.id))
}

/// How unwilling one is to take units from that work; `None` is not at all.
fn reluctance(fo: &FulfillmentOrder) -> Option<u8> {
    if fo.request.is_asked() {
        return None;
    }
    match fo.stage_name() {
        StageName::Open | StageName::Scheduled => Some(0),
        StageName::Incomplete | StageName::Cancelled => Some(1),
        StageName::OnHold => Some(2),
        StageName::InProgress => Some(3),
        StageName::Closed => None,
    }
}

/// Takes up to `left` units of an order line from a work, and from what is promised to it.
fn give_up(
    change: &mut Change<'_, '_>,
    id: OrderId,
    work_id: FulfillmentOrderId,
    line: OrderLineId,
    left: &mut i64,
    given_up: &mut Vec<(InvoiceLineId, i64)>,
    restock: Restock,
) -> Result<(), Refusal> {
    let now = change.now;
    let order = &change.order(id)?.order;
    let fo = super::part::found(order, work_id)?;
    let (mut taken, mut deltas) = (Vec::new(), Vec::new());
    for own in fo.lines.iter().filter(|own| own.order_line == line) {
        let units = own.remaining().min(*left);
        if units == 0 {
            continue;
        }
        *left -= units;
        taken.push((own.id, units));
        given_up.push((own.invoice_line, units));
        if let Some(delta) = stock_delta(order, own, fo.location) {
            let on_hand = if restock == Restock::Yes { 0 } else { -units };
            deltas.push(StockDelta { on_hand, committed: -units, ..delta });
        }
    }
    if taken.is_empty() {
        return Ok(());
    }
    if !deltas.is_empty() && restock == Restock::Yes {
        change.writes.push(Write::RouteWaiting);
    }
    deltas.into_iter().for_each(|delta| change.move_stock(delta));
    let touched = change.order(id)?;
    let fo = work(&mut touched.order, work_id)?;
    take_out(fo, &taken);
    fo.updated_at = now;
    let untouched = fo.lines.iter().all(|line| line.fulfilled == 0);
    if !fo.is_open() && untouched {
        let work = fo.as_work();
        touched.facts.push(Fact::WorkCancelled { work, replacement: None });
    }
    Ok(())
}

/// A new line; its units are routed.
fn add(
    change: &mut Change<'_, '_>,
    id: OrderId,
    line: OrderLineId,
    quantity: i64,
    article: &Article,
) -> Result<(), Refusal> {
    let sold = InvoiceLine {
        id: change.ids.fresh(),
        order_line: line,
        quantity,
        removed: 0,
        unasked: 0,
        adjusts: None,
        bill: None,
    };
    let order = &mut change.order(id)?.order;
    wait(order, sold.id, line, quantity);
    order.lines.push(OrderLine { id: line, quantity, article: article.clone() });
    order.invoices.iter_mut().last().into_iter().for_each(|invoice| invoice.lines.push(sold.clone()));
    Ok(())
}

fn wait(order: &mut Order, invoice_line: InvoiceLineId, order_line: OrderLineId, quantity: i64) {
    match order.routing.waiting.iter_mut().find(|waiting| waiting.invoice_line == invoice_line) {
        Some(waiting) => waiting.quantity += quantity,
        None => order.routing.waiting.push(Waiting { invoice_line, order_line, quantity }),
    }
}

/// Writes on the newest invoice that so many more are asked for of what `sold` sold.
fn adjust(
    change: &mut Change<'_, '_>,
    id: OrderId,
    order_line: OrderLineId,
    sold: InvoiceLineId,
    quantity: i64,
) -> Result<(), Refusal> {
    let line = InvoiceLine {
        id: change.ids.fresh(),
        order_line,
        quantity,
        removed: 0,
        unasked: 0,
        adjusts: Some(sold),
        bill: None,
    };
    let order = &mut change.order(id)?.order;
    order.invoices.iter_mut().last().into_iter().for_each(|invoice| invoice.lines.push(line.clone()));
    Ok(())
}

#[cfg(test)]
mod tests;
