//! How the money of an order stood before an event, as far as can be told from what it is now and what happened: enough
//! to see which states it came into.

use domain::event::{Event, Fact, PaymentNews};
use domain::order::Order;
use domain::payment::TransactionStatus;

/// The order with the event's movements of money and its news of disputes taken back.
pub(super) fn before(order: &Order, event: &Event) -> Order {
    let mut before = order.clone();
    for fact in &event.facts {
        let Fact::Payment { transaction, news, .. } = fact else { continue };
        let transactions = &mut before.placed.transactions;
        let Some(place) = transactions.iter().position(|own| own.id == *transaction) else { continue };
        let own = &mut transactions[place];
        match news {
            PaymentNews::Asked => {
                transactions.remove(place);
            }
            // Nothing is moved as soon as it is asked for.
            PaymentNews::Made if own.amount == 0 && own.at == event.at => {
                transactions.remove(place);
            }
            PaymentNews::Made | PaymentNews::Declined => {
                own.status = TransactionStatus::Asked;
                own.ended_at = None;
            }
            PaymentNews::Changed => own.status = TransactionStatus::Asked,
            PaymentNews::Disputed | PaymentNews::DisputeEnded => {}
        }
    }
    let bills = before.invoices.iter_mut().filter_map(|invoice| invoice.bill.as_deref_mut());
    let charged = before.charging.iter_mut().map(|charging| &mut charging.disputes);
    for disputes in bills.map(|bill| &mut bill.disputes).chain(charged) {
        disputes.retain(|dispute| dispute.opened_at != event.at || dispute.closed.is_some());
        for dispute in disputes.iter_mut() {
            dispute.closed = dispute.closed.filter(|(at, _)| *at != event.at);
        }
    }
    before
}
