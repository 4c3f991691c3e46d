//! Whatever is due by now is done, the earliest first. A timer may call this at any time and on any node: what isn't
//! due is refused, and what was missed while nobody looked is made up for, period by period.

use super::{Change, Outcome, bill_of, billing_of, collect, issue, service, status_of};
use crate::billing::schedule::{Due, dues};
use crate::billing::{Service, TrialStage, Trouble};
use crate::decide::charging;
use crate::event::{Fact, InvoiceNews};
use crate::id::{InvoiceId, OrderId};
use crate::refusal::Refusal;
use crate::time::Time;

/// How many things are done at once; the rest stays due.
const STEPS: usize = 64;

pub(super) fn advance(change: &mut Change<'_, '_>, id: OrderId) -> Result<Outcome, Refusal> {
    let now = change.now;
    if change.order(id)?.order.charging.is_some() {
        return charging::advance(change, id);
    }
    for done in 0..STEPS {
        let due = dues(&change.order(id)?.order).into_iter().filter(|(at, _)| *at <= now).min();
        match due {
            Some((at, due)) => step(change, id, at, due)?,
            None if done == 0 => return Err(Refusal::Billing(Trouble::NotDue(id))),
            None => break,
        }
    }
    Ok(Outcome::Order(id))
}

fn step(change: &mut Change<'_, '_>, id: OrderId, at: Time, due: Due) -> Result<(), Refusal> {
    let now = change.now;
    let touched = change.order(id)?;
    match due {
        Due::GiveUp => give_up(change, id),
        Due::TrialEnds => {
            if let Some(trial) = &mut billing_of(&mut touched.order)?.trial {
                trial.stage = TrialStage::Ended;
            }
            Ok(())
        }
        Due::PauseEnds => service::resume(change, id).map(|_| ()),
        Due::Churns => service::churn(&mut touched.order, at),
        Due::Completes => {
            billing_of(&mut touched.order)?.service = Service::Completed;
            Ok(())
        }
        Due::Renews => issue::renew(change, id, at),
        Due::Attempt(invoice) => collect::take(change, id, invoice),
        Due::Overdue(invoice) => {
            bill_of(&mut touched.order, invoice)?.past_due_at = Some(now);
            touched.facts.push(Fact::Invoice { invoice, news: InvoiceNews::PastDue });
            Ok(())
        }
    }
}

/// The first payment didn't come in time: the order is given up, and what it asked for is called off. If some of it
/// came, that must stay to be seen: then nobody waits for the rest any longer.
fn give_up(change: &mut Change<'_, '_>, id: OrderId) -> Result<(), Refusal> {
    let now = change.now;
    let order = &mut change.order(id)?.order;
    billing_of(order)?.service = Service::Abandoned;
    let open = order.invoices.iter().filter(|own| status_of(order, own.id, now).is_ok_and(|is| is.is_open()));
    let open: Vec<InvoiceId> = open.map(|own| own.id).collect();
    for invoice in open {
        match collect::voidable(order, invoice, now) {
            Ok(()) => collect::call_off(order, invoice, now)?,
            Err(_) => collect::give_up(order, invoice, now)?,
        }
    }
    Ok(())
}
