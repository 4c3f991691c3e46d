//! What marks and movements make of an invoice.

use super::*;
use crate::billing::bill::Dispute;
use crate::id::TransactionId;
use crate::time::HOUR;
use crate::world::billing::*;
use crate::world::*;

use InvoiceStatus::{
    Abandoned, Disputed, Paid, PartlyPaid, PartlyRefunded, PastDue, Refunded, Unpaid, Voided,
};
use TransactionKind::{Refund, Sale};
use TransactionStatus::{Asked, Failure, Success, Unknown};

const DISPUTED: Dispute = Dispute { transaction: TransactionId(1), opened_at: Time(0), closed: None };

#[test]
fn an_invoice_stands_as_its_marks_and_its_money_say() {
    let mut world = shop();
    let id = world.place_billed(through_gateway(&[plan(SHIRT, SHIRT_ONCE, 1)]));
    let invoice = world.order(id).invoices[0].clone();
    let due = invoice.bill.as_ref().unwrap().due_at.unwrap();
    let late = due.plus(GRACE);
    type Mark = fn(&mut Bill);
    let none: Mark = |_| {};
    let void: Mark = |bill| bill.voided_at = Some(Time(1));
    let abandon: Mark = |bill| bill.abandoned_at = Some(Time(1));
    let dispute: Mark = |bill| bill.disputes = vec![DISPUTED];
    let won: Mark =
        |bill| bill.disputes = vec![Dispute { closed: Some((Time(2), DisputeEnd::Won)), ..DISPUTED }];
    let some = (Sale, Success, 400);
    let all = (Sale, Success, 1_000);
    type Row<'a> = (Mark, &'a [(TransactionKind, TransactionStatus, Minor)], Time, InvoiceStatus);
    let table: &[Row<'_>] = &[
        (none, &[], due, Unpaid),
        (none, &[], late.plus(-1), Unpaid),
        (none, &[], late, PastDue),
        (none, &[(Sale, Asked, 1_000)], due, Unpaid),
        (none, &[(Sale, Unknown, 1_000)], late, PastDue),
        (none, &[(Sale, Failure, 1_000)], due, Unpaid),
        (none, &[some], due, PartlyPaid),
        (none, &[some], late, PartlyPaid),
        (none, &[some, (Sale, Success, 600)], late, Paid),
        (none, &[all], late, Paid),
        (none, &[all, (Refund, Asked, 1_000)], due, Paid),
        (none, &[all, (Refund, Failure, 1_000)], due, Paid),
        (none, &[all, (Refund, Success, 1)], due, PartlyRefunded),
        (none, &[some, (Refund, Success, 1)], due, PartlyRefunded),
        (none, &[some, (Refund, Success, 400)], due, Refunded),
        (none, &[all, (Refund, Success, 1_000)], due, Refunded),
        (abandon, &[], late, Abandoned),
        (abandon, &[some], due, Abandoned),
        (abandon, &[all], due, Paid),
        (void, &[], late, Voided),
        (dispute, &[all], due, Disputed),
        (dispute, &[all, (Refund, Success, 1)], due, Disputed),
        (dispute, &[all, (Refund, Success, 1_000)], due, Refunded),
        (won, &[all], due, Paid),
    ];
    for (row, (mark, movements, now, expected)) in table.iter().enumerate() {
        let mut invoice = invoice.clone();
        mark(invoice.bill.as_mut().unwrap());
        let transactions: Vec<Transaction> = movements
            .iter()
            .map(|(kind, status, amount)| Transaction {
                invoice: Some(invoice.id),
                ..Transaction::new(TransactionId(1), *kind, *status, *amount, Time(0))
            })
            .collect();
        assert_eq!(invoice_status(&invoice, &transactions, *now), Some(*expected), "row {row}");
        let owed = super::due(&invoice, &transactions, *now);
        let paid = super::moved(invoice.id, &transactions).paid;
        let owes = expected.is_open() || *expected == Abandoned;
        assert_eq!(owed, if owes { 1_000 - paid } else { 0 }, "row {row}");
    }
    let of_another = [Transaction::new(TransactionId(1), Sale, Success, 1_000, Time(0))];
    assert_eq!(invoice_status(&invoice, &of_another, due), Some(Unpaid));
    let unbilled = Invoice { bill: None, ..invoice };
    assert_eq!(invoice_status(&unbilled, &[], due.plus(HOUR)), None);
}

#[test]
fn stored_names_are_those_of_the_bodies_and_differ() {
    for status in InvoiceStatus::ALL {
        assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        assert_eq!(InvoiceStatus::ALL.iter().filter(|other| other.as_str() == status.as_str()).count(), 1);
    }
    for kind in crate::billing::BillKind::ALL {
        assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
    }
}
