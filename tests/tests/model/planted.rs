//! Orders and parcels are broken in memory, law by law: each law must notice by itself. A law that nobody can break
//! looks after nothing.

use domain::fulfillment::Fulfillment;
use domain::fulfillment_order::{Request, Stage};
use domain::order::{CancelReason, Cancellation, Order, Waiting};
use domain::payment::{TransactionKind, TransactionStatus};
use domain::time::Time;

use crate::laws;
use crate::seen;

/// Breaks something of an order or its parcels, if there is something to break.
type Breaks = fn(&mut Order, &mut Vec<Fulfillment>) -> Option<()>;

/// What is broken, and the law that must say so.
pub const PLANTED: &[(&str, &str, Breaks)] = &[
    ("Q1", "a parcel holds nothing", |_, parcels| {
        parcels.iter_mut().find(|parcel| parcel.cancelled_at.is_none())?.shares[0].quantity = 0;
        Some(())
    }),
    ("Q1", "work is for fewer than none", |order, _| {
        let line = &mut order.fulfillment_orders.first_mut()?.lines.first_mut()?;
        (line.total, line.fulfilled) = (-1, 0);
        Some(())
    }),
    ("Q2", "more left than was to", |order, _| {
        let line = &mut order.fulfillment_orders.first_mut()?.lines.first_mut()?;
        line.fulfilled = line.total + 1;
        Some(())
    }),
    ("Q3", "a parcel is forgotten", |_, parcels| {
        let at = parcels.iter().position(|parcel| parcel.cancelled_at.is_none())?;
        parcels.remove(at);
        Some(())
    }),
    ("Q3", "a parcel holds what is nowhere else", |_, parcels| {
        let parcel = parcels.iter_mut().find(|parcel| parcel.cancelled_at.is_none())?;
        parcel.shares[0].fulfillment_order_line = 7.into();
        Some(())
    }),
    ("Q4", "a unit is nobody's work", |order, _| {
        let work = order.fulfillment_orders.iter_mut().find(|work| work.is_open())?;
        work.lines.iter_mut().find(|line| line.remaining() > 1)?.total -= 1;
        Some(())
    }),
    ("Q4", "a unit is routed twice", |order, _| {
        let mut work = order.fulfillment_orders.iter().find(|work| work.stage == Stage::Open)?.clone();
        work.id = 7.into();
        work.lines.iter_mut().for_each(|line| (line.id, line.fulfilled) = (8.into(), 0));
        order.fulfillment_orders.push(work);
        Some(())
    }),
    ("Q4", "a unit waits that nobody asked for", |order, _| {
        let sale = order.invoices.first()?.lines.first()?;
        let (invoice_line, order_line) = (sale.id, sale.order_line);
        order.routing.waiting.push(Waiting { invoice_line, order_line, quantity: 1 });
        Some(())
    }),
    ("Q5", "more left than was sold", |order, _| {
        let work =
            order.fulfillment_orders.iter().find(|work| work.lines.iter().any(|line| line.fulfilled > 0))?;
        let sale = work.lines.iter().find(|line| line.fulfilled > 0)?.invoice_line;
        let lines = order.invoices.iter_mut().flat_map(|invoice| &mut invoice.lines);
        lines.into_iter().find(|line| line.id == sale)?.removed += 100;
        Some(())
    }),
    ("F0", "a state that may not be", |order, _| {
        let work = order.fulfillment_orders.iter_mut().find(|work| work.stage == Stage::Open)?;
        work.request = Request::Accepted;
        Some(())
    }),
    ("F4", "the merchant talks to nobody", |order, _| {
        let mut works = order.fulfillment_orders.iter_mut();
        works.find(|work| work.stage == Stage::Open && work.service.is_none())?.request = Request::Submitted;
        Some(())
    }),
    ("F8", "work that is done stays open", |order, _| {
        let mut works = order.fulfillment_orders.iter_mut();
        works
            .find(|work| work.stage == Stage::Closed && work.lines.iter().all(|line| line.remaining() == 0))?
            .stage = Stage::Open;
        Some(())
    }),
    ("F9", "work is held by nobody", |order, _| {
        order.fulfillment_orders.iter_mut().find(|work| work.is_open())?.stage =
            Stage::OnHold { holds: vec![] };
        Some(())
    }),
    ("F10", "its status is that of yesterday", |order, _| {
        let mut works = order.fulfillment_orders.iter_mut();
        let untouched = works.all(|work| work.lines.iter().all(|line| line.fulfilled == 0));
        let works = &mut order.fulfillment_orders;
        let open: Vec<usize> = (0..works.len()).filter(|i| works[*i].stage == Stage::Open).collect();
        (untouched && open.len() == works.len() && !open.is_empty()).then_some(())?;
        works.iter_mut().for_each(|work| work.stage = Stage::InProgress { report: None });
        order.routing.waiting.is_empty().then_some(())
    }),
    ("F12", "called off, but work is open", |order, _| {
        order.fulfillment_orders.iter().find(|work| work.is_open())?;
        let (at, reason, note) = (Time(0), CancelReason::Other, None);
        order.cancelled = Some(Cancellation { at, reason, note, notify_buyer: false });
        Some(())
    }),
    ("M1", "less than nothing moved", |order, _| {
        order.placed.transactions.first_mut()?.amount = -1;
        Some(())
    }),
    ("M3", "an invoice that was called off is paid", |order, _| {
        let ours = order.billing.as_deref().is_some_and(|billing| !billing.is_external());
        let paid =
            order.placed.transactions.iter().find(|one| ours && one.status == TransactionStatus::Success);
        let id = paid?.invoice?;
        let invoice = order.invoices.iter_mut().find(|invoice| invoice.id == id)?;
        invoice.bill.as_mut()?.voided_at = Some(Time(1));
        Some(())
    }),
    ("M4", "two invoices have one number", |order, _| {
        order.billing.as_deref().filter(|billing| !billing.is_external())?;
        order.invoices.first_mut()?.bill.as_mut()?.number = "another".into();
        Some(())
    }),
    ("M4", "an invoice is lost", |order, _| {
        order.billing.as_mut()?.invoices_made += 1;
        Some(())
    }),
    ("M5", "more goes back than came", |order, _| {
        let paid = order
            .placed
            .transactions
            .iter()
            .find(|one| one.kind == TransactionKind::Sale && one.status == TransactionStatus::Success)?;
        let mut refund = paid.clone();
        (refund.id, refund.kind, refund.parent) = (7.into(), TransactionKind::Refund, Some(paid.id));
        refund.amount += 1;
        order.placed.transactions.push(refund);
        Some(())
    }),
    ("M6", "it was paid, and nobody noticed", |order, _| {
        (order.billing.is_none() && order.cancelled.is_none() && order.placed.transactions.is_empty())
            .then_some(())?;
        let (kind, status) = (TransactionKind::Sale, TransactionStatus::Success);
        let paid = domain::payment::Transaction::new(7.into(), kind, status, 1_000_000, Time(0));
        order.placed.transactions.push(paid);
        Some(())
    }),
];

/// What becomes of an order that may not.
type Spoils = fn(&Order, &mut Order) -> Option<()>;

/// Likewise, of changes.
pub const SPOILED: &[(&str, &str, Spoils)] = &[
    ("F6", "closed work is done again", |_, after| {
        after.fulfillment_orders.iter_mut().find(|work| work.stage == Stage::Closed)?.stage = Stage::Open;
        Some(())
    }),
    ("F6", "closed work goes elsewhere", |_, after| {
        after.fulfillment_orders.iter_mut().find(|work| work.stage == Stage::Closed)?.location = 7.into();
        Some(())
    }),
    ("F6", "an order is called on again", |before, after| {
        before.cancelled.as_ref()?;
        after.cancelled = None;
        Some(())
    }),
    ("X2", "it was changed before it was", |before, after| {
        after.updated_at = before.updated_at.plus(-1);
        Some(())
    }),
    ("M3", "an invoice that was issued asks for more", |before, after| {
        before.billing.as_deref().filter(|billing| !billing.is_external())?;
        after.invoices.first_mut()?.lines.first_mut()?.bill.as_mut()?.amount += 1;
        Some(())
    }),
    ("M5", "what moved was less", |_, after| {
        after.placed.transactions.first_mut()?.amount -= 1;
        Some(())
    }),
    ("M5", "what was paid was declined after all", |_, after| {
        let mut moved = after.placed.transactions.iter_mut();
        moved.find(|one| one.status == TransactionStatus::Success)?.status = TransactionStatus::Failure;
        Some(())
    }),
];

/// Whoever doesn't notice that this order is broken.
pub fn unnoticed(orders: &[(Order, Vec<Fulfillment>, [String; 3])]) -> Vec<String> {
    let mut unnoticed = Vec::new();
    for (law, what, breaks) in PLANTED {
        let mut broken = orders.iter().filter_map(|(order, parcels, columns)| {
            let (mut order, mut parcels) = (order.clone(), parcels.clone());
            breaks(&mut order, &mut parcels)?;
            Some(laws::of_order(&order, &seen::order(&order, 0), &parcels, columns))
        });
        if !broken.any(|says| says.iter().any(|says| names(says, law))) {
            unnoticed.push(format!("{law}: {what}"));
        }
    }
    for (law, what, spoils) in SPOILED {
        let mut broken = orders.iter().filter_map(|(before, _, _)| {
            let mut after = before.clone();
            spoils(before, &mut after)?;
            let [was, is] = [before, &after].map(|order| seen::order(order, 0));
            Some(laws::of_change(before, &was, &after, &is))
        });
        if !broken.any(|says| says.iter().any(|says| names(says, law))) {
            unnoticed.push(format!("{law}: {what}"));
        }
    }
    unnoticed
}

/// Whether a finding is about that law: `Q4, R1: …`.
fn names(says: &str, law: &str) -> bool {
    says.split(':').next().is_some_and(|laws| laws.split(", ").any(|own| own == law))
}
