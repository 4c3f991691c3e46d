//! What becomes of what an invoice sold: it waits for the money, goes, or is given up.

use super::{Change, invoice_of};
use crate::billing::Charge;
use crate::billing::status::{Stance, fulfilled, stance};
use crate::decide::{Write, part, route, stock_delta, work};
use crate::event::{Fact, LineQuantity};
use crate::fulfillment_order::{FulfillmentOrder, FulfillmentOrderLine, Stage};
use crate::hold::{Hold, HoldReason};
use crate::id::{FulfillmentOrderId, HoldId, InvoiceId, InvoiceLineId, LocationId, OrderId};
use crate::order::{Order, Waiting};
use crate::refusal::{Refusal, Thing};
use crate::stock::StockDelta;
use crate::time::Time;

/// What an invoice sells becomes demand: it is routed, and held until it is paid for. Lines that charge no articles
/// sell no units.
pub(super) fn sell(change: &mut Change<'_, '_>, id: OrderId, invoice: InvoiceId) -> Result<(), Refusal> {
    let order = &mut change.order(id)?.order;
    let own = order.invoice(invoice).ok_or(Refusal::Unknown(Thing::Invoice(invoice)))?;
    let given_up = stance(order, own) == Stance::GiveUp || order.cancelled.is_some();
    let (mut waiting, mut sold) = (Vec::new(), Vec::new());
    for line in &mut invoice_of(order, invoice)?.lines {
        let Some(bill) = &line.bill else { continue };
        if bill.charge != Charge::Article {
            line.removed = line.quantity;
            continue;
        }
        sold.push((line.order_line, line.quantity));
        if given_up {
            line.removed = line.quantity;
        } else if !bill.requires_fulfillment {
            line.unasked = line.quantity;
        } else if line.quantity > 0 {
            let (invoice_line, order_line, quantity) = (line.id, line.order_line, line.quantity);
            waiting.push(Waiting { invoice_line, order_line, quantity });
        }
    }
    for (line, quantity) in sold {
        let of = order.lines.iter_mut().filter(|own| own.id == line);
        of.for_each(|own| own.quantity += quantity);
    }
    wait(change, id, waiting)
}

fn wait(change: &mut Change<'_, '_>, id: OrderId, waiting: Vec<Waiting>) -> Result<(), Refusal> {
    if waiting.is_empty() {
        return Ok(());
    }
    let order = &mut change.order(id)?.order;
    for more in waiting {
        match order.routing.waiting.iter_mut().find(|own| own.invoice_line == more.invoice_line) {
            Some(own) => own.quantity += more.quantity,
            None => order.routing.waiting.push(more),
        }
    }
    route::route(change, id, &[])
}

/// So many more of a line are sold.
pub(super) fn raise(
    change: &mut Change<'_, '_>,
    id: OrderId,
    line: InvoiceLineId,
    by: i64,
) -> Result<(), Refusal> {
    let order = &mut change.order(id)?.order;
    let (own, given_up) = line_of(order, line)?;
    own.quantity += by;
    let order_line = own.order_line;
    let asks = if given_up {
        own.removed += by;
        false
    } else if own.bill.as_ref().is_some_and(|bill| !bill.requires_fulfillment) {
        own.unasked += by;
        false
    } else {
        true
    };
    order.lines.iter_mut().filter(|own| own.id == order_line).for_each(|own| own.quantity += by);
    let waiting = Waiting { invoice_line: line, order_line, quantity: by };
    wait(change, id, if asks { vec![waiting] } else { Vec::new() })
}

/// So many fewer of a line were sold. Not fewer than left already, or than a service is at work on.
pub(super) fn lower(
    change: &mut Change<'_, '_>,
    id: OrderId,
    line: InvoiceLineId,
    by: i64,
) -> Result<(), Refusal> {
    let order = &mut change.order(id)?.order;
    let left = fulfilled(order, line);
    let (own, _) = line_of(order, line)?;
    let (order_line, quantity) = (own.order_line, own.quantity);
    if quantity - by < left {
        return Err(Refusal::AlreadyFulfilled(order_line, left));
    }
    let resting = own.unasked.min(by);
    own.unasked -= resting;
    let gone = own.removed.min(by - resting);
    own.removed -= gone;
    own.quantity -= by;
    order.lines.iter_mut().filter(|own| own.id == order_line).for_each(|own| own.quantity -= by);
    let wanted = by - resting - gone;
    let given_up = give_up_line(change, id, line, wanted)?;
    if given_up < wanted {
        let busy = change.order(id)?.order.fulfillment_orders.iter().find(|fo| {
            fo.is_open() && fo.lines.iter().any(|own| own.invoice_line == line && own.remaining() > 0)
        });
        return Err(busy.map_or(Refusal::NothingToDo, |busy| Refusal::ServiceAtWork(busy.id)));
    }
    Ok(())
}

/// A line that sells articles, and whether what its invoice sold is given up.
fn line_of(
    order: &mut Order,
    id: InvoiceLineId,
) -> Result<(&mut crate::invoice::InvoiceLine, bool), Refusal> {
    let unknown = Refusal::Unknown(Thing::InvoiceLine(id));
    let at = order.invoices.iter().position(|invoice| invoice.lines.iter().any(|line| line.id == id));
    let at = at.ok_or(unknown.clone())?;
    let given_up = stance(order, &order.invoices[at]) == Stance::GiveUp || order.cancelled.is_some();
    let line = order.invoices[at].lines.iter_mut().find(|line| line.id == id);
    Ok((line.ok_or(unknown)?, given_up))
}

/// Nobody asks any more for what an invoice sold and didn't leave. What a service was asked for stays asked for: it
/// must be asked to stop.
pub(super) fn give_up(change: &mut Change<'_, '_>, id: OrderId, invoice: InvoiceId) -> Result<(), Refusal> {
    let order = &mut change.order(id)?.order;
    let mut lines = Vec::new();
    for line in &mut invoice_of(order, invoice)?.lines {
        line.removed += line.unasked;
        line.unasked = 0;
        lines.push(line.id);
    }
    for line in lines {
        let units = give_up_line(change, id, line, i64::MAX)?;
        let order = &mut change.order(id)?.order;
        line_of(order, line)?.0.removed += units;
    }
    Ok(())
}

/// Takes up to so many units of a line from what waits and from open work; tells how many it took.
fn give_up_line(
    change: &mut Change<'_, '_>,
    id: OrderId,
    line: InvoiceLineId,
    most: i64,
) -> Result<i64, Refusal> {
    Ok(give_up_at(change, id, line, most)?.into_iter().map(|(_, units)| units).sum())
}

/// The same, and tells where they were to ship from, unless no location had them.
pub(in crate::decide) fn give_up_at(
    change: &mut Change<'_, '_>,
    id: OrderId,
    line: InvoiceLineId,
    most: i64,
) -> Result<Vec<(Option<LocationId>, i64)>, Refusal> {
    let mut left = most;
    let mut given_up: Vec<(Option<LocationId>, i64)> = Vec::new();
    let order = &mut change.order(id)?.order;
    for waiting in order.routing.waiting.iter_mut().filter(|waiting| waiting.invoice_line == line) {
        let units = waiting.quantity.min(left);
        waiting.quantity -= units;
        left -= units;
        given_up.push((None, units));
    }
    order.routing.waiting.retain(|waiting| waiting.quantity > 0);
    if order.routing.waiting.is_empty() {
        order.routing.retry_at = None;
    }
    let works: Vec<FulfillmentOrderId> =
        order.fulfillment_orders.iter().rev().filter(|fo| can_stop(fo)).map(|fo| fo.id).collect();
    for work_id in works {
        let order = &change.order(id)?.order;
        let fo = part::found(order, work_id)?;
        let mut taken: Vec<LineQuantity> = Vec::new();
        for own in fo.lines.iter().filter(|own| own.invoice_line == line) {
            let units = own.remaining().min(left);
            if units > 0 {
                left -= units;
                given_up.push((Some(fo.location), units));
                taken.push((own.id, units));
            }
        }
        take_away(change, id, work_id, &taken)?;
    }
    given_up.retain(|(_, units)| *units > 0);
    Ok(given_up)
}

/// Whether work can be ended without asking a service.
fn can_stop(fo: &FulfillmentOrder) -> bool {
    fo.is_open() && !fo.request.is_asked()
}

/// Takes units of a work away that nobody asks for any more, and what is promised to them.
pub(in crate::decide) fn take_away(
    change: &mut Change<'_, '_>,
    id: OrderId,
    work_id: FulfillmentOrderId,
    taken: &[LineQuantity],
) -> Result<(), Refusal> {
    if taken.is_empty() {
        return Ok(());
    }
    let order = &change.order(id)?.order;
    let fo = part::found(order, work_id)?;
    let delta = |own: &FulfillmentOrderLine| {
        let committed = -part::named(taken, own.id);
        stock_delta(order, own, fo.location).map(|delta| StockDelta { committed, ..delta })
    };
    let lines = fo.lines.iter().filter(|own| part::named(taken, own.id) > 0);
    let deltas: Vec<StockDelta> = lines.filter_map(delta).collect();
    if !deltas.is_empty() {
        change.writes.push(Write::RouteWaiting);
    }
    deltas.into_iter().for_each(|delta| change.move_stock(delta));
    let now = change.now;
    let touched = change.order(id)?;
    let fo = work(&mut touched.order, work_id)?;
    part::take_out(fo, taken);
    fo.updated_at = now;
    if !fo.is_open() && fo.lines.iter().all(|line| line.fulfilled == 0) {
        let work = fo.as_work();
        touched.facts.push(Fact::WorkCancelled { work, replacement: None });
    }
    Ok(())
}

/// What was given up is asked for again.
pub(super) fn revive(change: &mut Change<'_, '_>, id: OrderId, invoice: InvoiceId) -> Result<(), Refusal> {
    let order = &mut change.order(id)?.order;
    let mut waiting = Vec::new();
    for line in &mut invoice_of(order, invoice)?.lines {
        let Some(bill) = line.bill.as_ref().filter(|bill| bill.charge == Charge::Article) else { continue };
        let quantity = std::mem::take(&mut line.removed);
        if !bill.requires_fulfillment {
            line.unasked += quantity;
        } else if quantity > 0 {
            waiting.push(Waiting { invoice_line: line.id, order_line: line.order_line, quantity });
        }
    }
    wait(change, id, waiting)
}

fn handle(invoice: InvoiceId) -> String {
    format!("invoice-{invoice}")
}

/// The hold under which what an invoice sold waits for its money.
pub(in crate::decide) fn hold_for(id: HoldId, invoice: InvoiceId, now: Time) -> Hold {
    let (handle, reason) = (handle(invoice), HoldReason::AwaitingPayment);
    Hold { id, handle, reason, notes: None, app: None, since: now }
}

fn is_for(hold: &Hold, handle: &str) -> bool {
    hold.app.is_none() && hold.reason == HoldReason::AwaitingPayment && hold.handle == handle
}

/// What an invoice sold was paid for: it need not wait any longer.
pub(in crate::decide) fn release(
    change: &mut Change<'_, '_>,
    id: OrderId,
    invoice: InvoiceId,
) -> Result<(), Refusal> {
    let (now, handle) = (change.now, handle(invoice));
    let touched = change.order(id)?;
    for fo in &mut touched.order.fulfillment_orders {
        let Stage::OnHold { holds } = &mut fo.stage else { continue };
        let Some(at) = holds.iter().position(|hold| is_for(hold, &handle)) else { continue };
        let hold = holds.remove(at);
        let free = holds.is_empty();
        if free {
            fo.stage = route::opening(fo.fulfill_at, now).1;
        }
        fo.updated_at = now;
        let work = fo.as_work();
        touched.facts.push(Fact::HoldReleased { work, hold });
        if free {
            touched.facts.push(Fact::WorkReleased { work });
        }
    }
    Ok(())
}

/// What an invoice sold must wait for its money again, as far as nobody has begun with it.
pub(in crate::decide) fn hold(
    change: &mut Change<'_, '_>,
    id: OrderId,
    invoice: InvoiceId,
) -> Result<(), Refusal> {
    let (now, handle) = (change.now, handle(invoice));
    let order = &change.order(id)?.order;
    let lines: Vec<InvoiceLineId> =
        order.invoice(invoice).into_iter().flat_map(|own| &own.lines).map(|line| line.id).collect();
    let of = |fo: &FulfillmentOrder| -> Vec<LineQuantity> {
        part::all_of(fo)
            .into_iter()
            .filter(|(line, _)| fo.line(*line).is_some_and(|own| lines.contains(&own.invoice_line)))
            .collect()
    };
    let waits = |fo: &&FulfillmentOrder| {
        let stage = matches!(fo.stage, Stage::Open | Stage::Scheduled { .. } | Stage::OnHold { .. });
        stage && can_stop(fo) && !of(fo).is_empty() && !fo.holds().iter().any(|hold| is_for(hold, &handle))
    };
    let works: Vec<(FulfillmentOrderId, Vec<LineQuantity>, bool)> = order
        .fulfillment_orders
        .iter()
        .filter(waits)
        .map(|fo| (fo.id, of(fo), of(fo).len() == part::all_of(fo).len() || fo.stage != Stage::Open))
        .collect();
    for (work_id, lines, whole) in works {
        let held = if whole { work_id } else { part::part_off(change, id, work_id, &lines)? };
        let hold = hold_for(change.ids.fresh(), invoice, now);
        let touched = change.order(id)?;
        let fo = work(&mut touched.order, held)?;
        let first = match &mut fo.stage {
            Stage::OnHold { holds } => {
                holds.push(hold.clone());
                false
            }
            stage => {
                *stage = Stage::OnHold { holds: vec![hold.clone()] };
                true
            }
        };
        fo.forget_ended_request();
        fo.updated_at = now;
        let (work, held) = (fo.as_work(), part::all_of(fo));
        touched.facts.push(Fact::HoldAdded { work, hold: hold.clone() });
        if first {
            touched.facts.push(Fact::WorkHeld { work, hold, held, rest: None });
        }
    }
    Ok(())
}
