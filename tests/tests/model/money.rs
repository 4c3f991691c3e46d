//! Laws of money, reckoned up from what was written alone.

use domain::billing::bill::Charge;
use domain::command::Command;
use domain::command::billing::{BillingCommand, PaymentOutcome};
use domain::invoice::Invoice;
use domain::order::Order;
use domain::payment::{Transaction, TransactionKind, TransactionStatus};
use domain::status;

use crate::laws::Broken;
use crate::reference::Known;

/// What moved for an invoice, or for the order where none is named: (came, went back, may yet come, may yet go back).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sums {
    came: i64,
    back: i64,
    awaited: i64,
    going: i64,
}

fn sums<'t>(moved: impl Iterator<Item = &'t Transaction>) -> Sums {
    let mut sums = Sums::default();
    for one in moved {
        let sum = match (one.kind, one.status) {
            (TransactionKind::Sale | TransactionKind::Capture, TransactionStatus::Success) => &mut sums.came,
            (TransactionKind::Refund, TransactionStatus::Success) => &mut sums.back,
            (TransactionKind::Sale | TransactionKind::Capture, status) if awaited(status) => {
                &mut sums.awaited
            }
            (TransactionKind::Refund, status) if awaited(status) => &mut sums.going,
            _ => continue,
        };
        *sum += one.amount;
    }
    sums
}

fn awaited(status: TransactionStatus) -> bool {
    use TransactionStatus::{Asked, Pending, Unknown};
    matches!(status, Asked | Pending | Unknown)
}

/// What an invoice asks for: its lines and what sending it costs; nothing once it is called off.
fn total(invoice: &Invoice) -> i64 {
    let Some(bill) = invoice.bill.as_deref().filter(|bill| bill.voided_at.is_none()) else { return 0 };
    let asks = |line: &domain::invoice::InvoiceLine| {
        line.bill.as_ref().map_or(0, |bill| bill.amount + bill.tax - bill.discount)
    };
    invoice.lines.iter().map(asks).sum::<i64>() + bill.shipping
}

/// M1 to M6 of one order. `column` is the derived one of its row.
pub fn of_order(order: &Order, known: &Known, column: &str, broken: &mut Broken) {
    let moved = &order.placed.transactions;
    broken.unless(status::payment(order).as_str() == column, || format!("M6: its row says {column}"));
    for one in moved {
        broken.unless(one.amount >= 0, || format!("M1: {} moved by {}", one.amount, one.id));
        let parent = one.parent.and_then(|parent| moved.iter().find(|other| other.id == parent));
        if one.kind == TransactionKind::Refund {
            let Some(parent) = parent else {
                broken.unless(false, || format!("M5: refund {} gives back nothing", one.id));
                continue;
            };
            let all = sums(moved.iter().filter(|other| other.parent == Some(parent.id)));
            broken.unless(all.back + all.going <= parent.amount && parent.invoice == one.invoice, || {
                format!("M5: {all:?} of {} goes back", parent.amount)
            });
        }
    }
    let all = sums(moved.iter());
    broken.unless(all.back <= all.came, || format!("M5: {all:?}"));
    if order.charging.is_some() {
        charged(order, broken);
    } else if known.billed {
        invoices(order, broken);
    } else {
        plain(order, known, all, broken);
    }
    for id in known.lines.keys() {
        let back = order.returns.iter().flat_map(|own| &own.lines).filter(|own| own.order_line == *id);
        let (units, accepted) = back.fold((0, 0), |sum, own| (sum.0 + own.quantity, sum.1 + own.accepted));
        broken.unless(accepted <= units && units <= known.left(*id), || format!("Q18: {units} come back"));
    }
}

/// An order that costs what its lines cost (M2, M6, M8).
fn plain(order: &Order, known: &Known, moved: Sums, broken: &mut Broken) {
    let placed = &order.placed;
    let taxes = |lines: &[domain::order::TaxLine]| lines.iter().map(|tax| tax.amount).sum::<i64>();
    let off: i64 = placed.discounts.iter().map(|discount| discount.amount).sum();
    let shipping: i64 = placed.shipping_lines.iter().map(|line| line.price).sum();
    let on_shipping: i64 = placed.shipping_lines.iter().map(|line| taxes(&line.tax_lines)).sum();
    let mut off_by = 0;
    let (mut whole, mut now) = (shipping + on_shipping - off, shipping + on_shipping - off);
    for line in &order.lines {
        let (article, asked) = (&line.article, known.lines.get(&line.id).map_or(0, |line| line.asked));
        let tax = taxes(&article.tax_lines);
        whole += article.unit_price * line.quantity - article.discount + tax;
        // Each unit has its part of them; where that is a fraction of a cent, the sum may be off by as much.
        let part = |amount: i64| amount * asked / line.quantity.max(1);
        let broken_cent = |amount: i64| i64::from(amount * asked % line.quantity.max(1) != 0);
        now += article.unit_price * asked - part(article.discount) + part(tax);
        off_by += broken_cent(article.discount) + broken_cent(tax);
        let parts =
            (0..=line.quantity).all(|units| line.tax_of(units) + line.tax_of(line.quantity - units) == tax);
        broken.unless(parts, || format!("M8: parts of {tax} for {} units", line.quantity));
    }
    let total = status::totals(order).total;
    broken.unless(total == whole, || format!("M2: it cost {total}, not {whole}"));
    let current = status::current_totals(order).total;
    let now = if known.cancelled { 0 } else { now };
    // A discount on the whole order is shared by what stays and what goes, to the cent.
    let gone = order.lines.iter().any(|line| known.lines[&line.id].asked < line.quantity);
    let exact = off == 0 || !gone;
    let most = now + off_by + if exact { 0 } else { off };
    broken.unless((now - off_by..=most).contains(&current), || {
        format!("M2: it costs {current}, {now} to {most}")
    });
    let due = status::outstanding(order);
    let owed = (current - moved.came).max(0);
    let settled = known.cancelled || moved.back > 0 || owed == 0;
    broken.unless(due == if settled { 0 } else { owed }, || format!("M6: {due} due of {current}, {moved:?}"));
}

/// An order whose money was set aside first: no more is taken and let go than that (M5).
fn charged(order: &Order, broken: &mut Broken) {
    let moved = &order.placed.transactions;
    for aside in moved.iter().filter(|one| one.kind == TransactionKind::Authorization) {
        let uses = moved.iter().filter(|one| {
            let counts = one.status == TransactionStatus::Success || awaited(one.status);
            let kind = matches!(one.kind, TransactionKind::Capture | TransactionKind::Void);
            kind && counts && one.parent == Some(aside.id)
        });
        let used: i64 = uses.map(|one| one.amount).sum();
        broken.unless(used <= aside.amount, || format!("M5: {used} of {} were used", aside.amount));
    }
}

/// An order whose invoices ask for its money (M3 to M6).
fn invoices(order: &Order, broken: &mut Broken) {
    let Some(billing) = order.billing.as_deref() else { return };
    let bills: Vec<_> = order.invoices.iter().filter_map(|own| Some((own, own.bill.as_deref()?))).collect();
    for (at, (_, bill)) in bills.iter().enumerate() {
        let ours = !billing.is_external();
        let number = format!("{}-{}", order.number, at + 1);
        broken.unless(!ours || bill.number == number, || format!("M4: {} is not {number}", bill.number));
    }
    broken.unless(billing.invoices_made as usize == bills.len(), || {
        format!("M4: {} invoices were made, {} are there", billing.invoices_made, bills.len())
    });
    let mut whole = 0;
    for (invoice, bill) in &bills {
        let total = total(invoice);
        whole += total;
        let said = domain::billing::bill::amounts(invoice).total;
        broken.unless(said == total, || format!("M3: invoice {} asks for {said}, not {total}", invoice.id));
        let sells = invoice
            .lines
            .iter()
            .filter(|line| line.bill.as_ref().is_some_and(|bill| bill.charge == Charge::Article));
        for line in sells {
            // Edits of the order are lines of their own.
            let edits =
                order.invoices.iter().flat_map(|own| &own.lines).filter(|own| own.adjusts == Some(line.id));
            let sold = line.quantity + edits.map(|own| own.quantity).sum::<i64>().max(0);
            broken.unless(line.removed + line.unasked <= sold, || "M3: more is gone than was sold".into());
        }
        let of = |one: &&Transaction| one.invoice == Some(invoice.id);
        let moved = sums(order.placed.transactions.iter().filter(of));
        if !billing.is_external() {
            let fits = moved.came + moved.awaited <= total || bill.voided_at.is_some();
            broken.unless(fits, || format!("M5: {moved:?} for {total}"));
            let void = bill.voided_at.is_none() || moved.came + moved.awaited == 0;
            broken.unless(void, || format!("M3: {} was called off, but {moved:?}", bill.number));
        }
    }
    let total = status::totals(order).total;
    broken.unless(total == whole, || format!("M2: its invoices ask for {whole}, it says {total}"));
}

/// What is written of money stays written (M3, M5).
pub fn of_change(before: &Order, after: &Order, broken: &mut Broken) {
    for was in &before.placed.transactions {
        let is = after.placed.transactions.iter().find(|is| is.id == was.id);
        let key = |one: &Transaction| (one.kind, one.amount, one.invoice, one.parent);
        broken
            .unless(is.is_some_and(|is| key(is) == key(was)), || format!("M5: movement {} changed", was.id));
        let settled = awaited(was.status) || is.is_some_and(|is| is.status == was.status);
        broken.unless(settled, || format!("M5: what became of {} changed", was.id));
    }
    let ours = before.billing.as_deref().is_some_and(|billing| !billing.is_external());
    for was in before.invoices.iter().filter(|_| ours) {
        let is = after.invoices.iter().find(|is| is.id == was.id);
        let asks = |invoice: &Invoice| -> Vec<_> {
            let lines = invoice.lines.iter();
            lines.map(|line| (line.id, line.quantity, line.bill.as_ref().map(|bill| bill.amount))).collect()
        };
        let number = |invoice: &Invoice| invoice.bill.as_ref().map(|bill| bill.number.clone());
        let same = is.is_some_and(|is| asks(is) == asks(was) && number(is) == number(was));
        broken.unless(same, || format!("M3: invoice {} was issued, and changed", was.id));
    }
}

/// What a command about money did to the order, as far as it says so itself.
pub fn of_command(command: &Command, before: &Order, after: &Order) -> Vec<String> {
    let mut broken = Broken::default();
    let Command::Billing(command) = command else { return broken.0 };
    let known = before.placed.transactions.len();
    let new = &after.placed.transactions[known..];
    match command {
        BillingCommand::Pay(pay) => {
            let of = |one: &&Transaction| one.invoice == Some(pay.invoice);
            let invoice = before.invoices.iter().find(|own| own.id == pay.invoice);
            let came = sums(before.placed.transactions.iter().filter(of)).came;
            let due = invoice.map_or(0, total) - came;
            let asked = pay.amount.unwrap_or(due);
            let as_asked = match new {
                [one] => one.amount == asked && one.status == TransactionStatus::Asked && of(&one),
                [] => asked == 0,
                _ => false,
            };
            broken.unless(as_asked, || format!("M5: {asked} were to be taken, but {new:?}"));
        }
        BillingCommand::Refund(refund) => {
            let of = before.placed.transactions.iter().find(|one| one.id == refund.transaction);
            let children = before.placed.transactions.iter();
            let gone = sums(children.filter(|one| one.parent == Some(refund.transaction)));
            let left = of.map_or(0, |of| of.amount) - gone.back - gone.going;
            let asked = refund.amount.unwrap_or(left);
            let as_asked = new.len() == 1 && new[0].amount == asked && asked <= left;
            broken.unless(as_asked, || format!("M5: {asked} were to go back of {left}, but {new:?}"));
        }
        BillingCommand::Record(record) => {
            let [was, is] = [before, after].map(|order| {
                let moved = order.placed.transactions.iter().find(|one| one.id == record.transaction);
                moved.map(|one| one.status)
            });
            let said = match record.outcome {
                PaymentOutcome::Succeeded => TransactionStatus::Success,
                PaymentOutcome::Declined => TransactionStatus::Failure,
                PaymentOutcome::Pending => TransactionStatus::Pending,
                PaymentOutcome::Unknown => TransactionStatus::Unknown,
            };
            let expected = was.map(|was| if awaited(was) { said } else { was });
            broken.unless(is == expected, || format!("M5: {was:?} became {is:?}, {said:?} was told"));
        }
        BillingCommand::Void(_, id) => {
            let invoice = after.invoices.iter().find(|own| own.id == *id);
            let void = invoice.and_then(|own| own.bill.as_ref()).is_some_and(|bill| bill.voided_at.is_some());
            broken.unless(void, || format!("M3: invoice {id} was to be called off"));
        }
        _ => {}
    }
    broken.0
}
