//! Which facts are told under which event types: one table, for messages and for lists. Something that happened to a
//! part of an order isn't told as a change of the order beside it.
//!
//! What is told of one event comes in four steps: first what happened to things, in the order of the facts; then the
//! states that charges came into; then those that the order came into; last of all files that are there from now on. So
//! whoever reads in order never hears of an order that is complete before it heard of its last capture.

use domain::actor::Permission;
use domain::event::{Fact, PaymentNews, ReturnNews};
use domain::fulfillment::Fulfillment;
use domain::id::{
    ContactId, FulfillmentId, FulfillmentOrderId, RecordId, RefundId, ReturnId, TransactionId, VariantId,
};
use domain::order::Order;
use domain::payment::{Transaction, TransactionKind};
use domain::product::Variant;
use domain::record::RecordKind;
use engine::dialect::Happened;

use super::before::before;
use crate::charge::{Charge, ChargeState};
use crate::file::{File, Over};
use crate::refund::{self, RefundState};
use crate::state::{self, OrderState};
use crate::{cancellation, sku, work};

/// Everything that is told.
pub(crate) const ALL: &[&str] = &[
    "order.created",
    "order.updated",
    "order.pending_payment",
    "order.accepted",
    "order.blocked",
    "order.cancelled",
    "order.fulfilled",
    "order.complete",
    "order.refunded",
    "order.dispute",
    "order.dispute.resolved",
    "order.invoice.created",
    "order.credit_memo.created",
    "order.charge.created",
    "order.charge.pending",
    "order.charge.capturable",
    "order.charge.processing",
    "order.charge.complete",
    "order.charge.cancelled",
    "order.charge.failed",
    "order.charge.reauth.failed",
    "order.charge.capture.pending",
    "order.charge.capture.complete",
    "order.charge.capture.failed",
    "order.charge.cancel.pending",
    "order.charge.cancel.complete",
    "order.charge.cancel.failed",
    "order.charge.refund.pending",
    "order.charge.refund.complete",
    "order.charge.refund.failed",
    "fulfillment.created",
    "refund.created",
    "refund.updated",
    "refund.pending",
    "refund.complete",
    "refund.failed",
    "return.created",
    "return.updated",
    "return.accepted",
    "fulfillment_order.pending",
    "fulfillment_order.shipped",
    "fulfillment_order.cancelled",
    "fulfillment_cancellation.created",
    "fulfillment_cancellation.accepted",
    "fulfillment_return.created",
    "fulfillment_return.accepted",
    "sku.created",
    "sku.updated",
    "sku.deleted",
    "customer.created",
    "customer.updated",
    "customer.deleted",
    "customer.source.created",
    "customer.source.deleted",
    "customer.tax_identifier.created",
    "checkout.created",
    "checkout.updated",
    "checkout.deleted",
    "source.created",
    "source.chargeable",
    "tax_identifier.pending",
    "tax_identifier.deleted",
    "fileLink.created",
    "fileLink.updated",
    "fileLink.deleted",
];

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The order.
    Order,
    /// The charge that a movement of money began or belongs to.
    Charge(TransactionId),
    /// An invoice or a credit memo.
    File(Over),
    /// A fulfillment, with its order.
    Fulfillment(FulfillmentId),
    /// A refund.
    Refund(RefundId),
    /// A return.
    Return(ReturnId),
    /// A fulfillment order.
    Work(FulfillmentOrderId),
    /// A shipment: the fulfillment as a parcel.
    Shipment(FulfillmentId),
    /// A fulfillment that is a fulfillment cancellation.
    Cancellation(FulfillmentId),
    /// A return that is a fulfillment return.
    WorkReturn(ReturnId),
    /// A SKU.
    Sku(VariantId),
    /// A customer.
    Customer(ContactId),
    /// A customer that is gone.
    NoCustomer(ContactId),
    /// A SKU that is gone.
    NoSku(VariantId),
    /// A checkout, a source, a tax identifier or a link to a file.
    Record(RecordId),
    /// One of those that is gone.
    NoRecord(RecordId),
}

/// An event type, and what it is about.
pub(crate) type Told = (&'static str, Subject);

/// What somebody must be allowed to read to hear of an event type.
pub(crate) fn needs(topic: &str) -> &'static [Permission] {
    match topic.split('.').next() {
        Some("sku") => &[Permission::ReadProducts],
        Some("customer" | "tax_identifier") => &[Permission::ReadContacts],
        _ => &[Permission::ReadOrders],
    }
}

/// What is told of an event.
pub(crate) fn told(happened: &Happened<'_>) -> Vec<Told> {
    let facts = &happened.event.facts;
    let mut told: Vec<Told> = Vec::new();
    let mut tell = |one: Told| {
        if !told.contains(&one) || is_about_movement(one.0) {
            told.push(one);
        }
    };
    // A return that was accepted is told of before the refund that follows.
    let (returns, others): (Vec<&Fact>, Vec<&Fact>) =
        facts.iter().partition(|fact| matches!(fact, Fact::Return { .. }));
    for fact in returns.into_iter().chain(others) {
        of_thing(fact, happened).into_iter().for_each(&mut tell);
        of_record(fact).into_iter().for_each(&mut tell);
        if let Some(order) = happened.order {
            of_order(fact, order).into_iter().for_each(&mut tell);
            of_work(fact, order, happened.fulfillments).into_iter().for_each(&mut tell);
        }
    }
    if let Some(order) = happened.order {
        let new = facts.iter().any(|fact| matches!(fact, Fact::OrderPlaced {}));
        let before = (!new).then(|| before(order, happened.event));
        came_of_charges(order, before.as_ref()).into_iter().for_each(&mut tell);
        came_of_order(facts, order, before.as_ref()).into_iter().for_each(&mut tell);
        new_files(order, before.as_ref()).into_iter().for_each(&mut tell);
    }
    told
}

/// Whether an event type is told once for every movement of money of the same charge.
fn is_about_movement(topic: &str) -> bool {
    ["order.charge.capture.", "order.charge.cancel.", "order.charge.refund."]
        .iter()
        .any(|begin| topic.starts_with(begin))
}

/// What happened to things that no order is needed for.
fn of_thing(fact: &Fact, happened: &Happened<'_>) -> Option<Told> {
    Some(match fact {
        Fact::VariantCreated { variant } => ("sku.created", Subject::Sku(*variant)),
        Fact::VariantUpdated { variant } => {
            let is_deleted = |of: &[Variant]| of.iter().any(|own| own.id == *variant && sku::is_deleted(own));
            match (is_deleted(&happened.before.variants), is_deleted(happened.variants)) {
                (_, false) => ("sku.updated", Subject::Sku(*variant)),
                (false, true) => ("sku.deleted", Subject::NoSku(*variant)),
                (true, true) => return None,
            }
        }
        Fact::ContactCreated { contact } => ("customer.created", Subject::Customer(*contact)),
        Fact::ContactUpdated { contact } => ("customer.updated", Subject::Customer(*contact)),
        Fact::ContactDeleted { contact } => ("customer.deleted", Subject::NoCustomer(*contact)),
        _ => return None,
    })
}

/// What happened to checkouts, sources, tax identifiers and links to files. A checkout that became an order is put away:
/// the order is what is told of. That a source was used is told by the order, too.
fn of_record(fact: &Fact) -> Vec<Told> {
    let Some(record) = fact.record() else { return Vec::new() };
    let topics: &[&'static str] = match (fact, record.kind) {
        (Fact::RecordCreated { .. }, RecordKind::Checkout) => &["checkout.created"],
        // The token of a card can be charged as soon as it is there.
        (Fact::RecordCreated { .. }, RecordKind::PaymentSource) => &["source.created", "source.chargeable"],
        // Nobody here asks an authority, so they stay so.
        (Fact::RecordCreated { .. }, RecordKind::TaxIdentifier) => &["tax_identifier.pending"],
        (Fact::RecordCreated { .. }, RecordKind::FileLink) => &["fileLink.created"],
        (Fact::RecordUpdated { .. }, RecordKind::Checkout) if !record.archived => &["checkout.updated"],
        (Fact::RecordUpdated { before: Some(before), .. }, RecordKind::PaymentSource)
            if record.parent.is_some() && before.parent != record.parent =>
        {
            &["customer.source.created"]
        }
        (Fact::RecordUpdated { before: Some(before), .. }, RecordKind::TaxIdentifier)
            if record.parent.is_some() && before.parent != record.parent =>
        {
            &["customer.tax_identifier.created"]
        }
        (Fact::RecordUpdated { .. }, RecordKind::FileLink) => &["fileLink.updated"],
        (Fact::RecordRemoved { .. }, RecordKind::Checkout) => &["checkout.deleted"],
        // It was a customer's; others are never taken away.
        (Fact::RecordRemoved { .. }, RecordKind::PaymentSource) => &["customer.source.deleted"],
        (Fact::RecordRemoved { .. }, RecordKind::TaxIdentifier) => &["tax_identifier.deleted"],
        (Fact::RecordRemoved { .. }, RecordKind::FileLink) => &["fileLink.deleted"],
        _ => &[],
    };
    let subject = match fact {
        Fact::RecordRemoved { .. } => Subject::NoRecord(record.id),
        _ => Subject::Record(record.id),
    };
    topics.iter().map(|topic| (*topic, subject)).collect()
}

/// What happened to an order and its parts, but for states that followed.
fn of_order(fact: &Fact, order: &Order) -> Vec<Told> {
    match fact {
        Fact::OrderPlaced {} => {
            let mut told = vec![("order.created", Subject::Order)];
            for charge in Charge::all(order) {
                told.push(("order.charge.created", Subject::Charge(charge.root())));
            }
            told
        }
        Fact::OrderAmended {} | Fact::OrderEdited { .. } => vec![("order.updated", Subject::Order)],
        // One that only says what was given up was made, too.
        Fact::FulfillmentCreated { fulfillment } | Fact::UnitsGivenUp { fulfillment, .. } => {
            vec![("fulfillment.created", Subject::Fulfillment(*fulfillment))]
        }
        Fact::RefundCreated { refund } => of_refund(*refund, order),
        Fact::RefundAmended { refund } => vec![("refund.updated", Subject::Refund(*refund))],
        Fact::Return { id, news } => {
            let topic = match news {
                ReturnNews::Opened => "return.created",
                ReturnNews::Updated => "return.updated",
                ReturnNews::Accepted => "return.accepted",
            };
            vec![(topic, Subject::Return(*id))]
        }
        Fact::Payment { transaction, news, .. } => {
            let moved = order.transaction(*transaction);
            moved.map(|moved| of_movement(moved, *news, order)).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// What happened to fulfillment orders that were asked for as such, and what was asked of any of them. Those that routing
/// made for an order that was sold here are its own affair.
fn of_work(fact: &Fact, order: &Order, fulfillments: &[Fulfillment]) -> Vec<Told> {
    match fact {
        Fact::UnitsGivenUp { fulfillment: id, .. }
            if fulfillments.iter().any(|one| one.id == *id && cancellation::is_one(one)) =>
        {
            let topics = ["fulfillment_cancellation.created", "fulfillment_cancellation.accepted"];
            topics.map(|topic| (topic, Subject::Cancellation(*id))).into()
        }
        Fact::Return { id, news } if order.returns.iter().any(|one| one.id == *id && one.work.is_some()) => {
            let topic = match news {
                ReturnNews::Opened => "fulfillment_return.created",
                ReturnNews::Accepted => "fulfillment_return.accepted",
                ReturnNews::Updated => return Vec::new(),
            };
            vec![(topic, Subject::WorkReturn(*id))]
        }
        Fact::WorkRouted { work } if work::is_asked_for(order) => {
            vec![("fulfillment_order.pending", Subject::Work(work.id))]
        }
        Fact::WorkCancelled { work, .. } if work::is_asked_for(order) => {
            vec![("fulfillment_order.cancelled", Subject::Work(work.id))]
        }
        Fact::FulfillmentCreated { fulfillment } if work::is_asked_for(order) => {
            vec![("fulfillment_order.shipped", Subject::Shipment(*fulfillment))]
        }
        _ => Vec::new(),
    }
}

/// Units that are given up before anybody paid for them are no refund here.
fn of_refund(id: RefundId, order: &Order) -> Vec<Told> {
    let Some(refund) = order.refunds.iter().find(|refund| refund.id == id) else { return Vec::new() };
    if !refund::moves_money(order, refund) {
        return Vec::new();
    }
    let mut told = vec![("refund.created", Subject::Refund(id))];
    told.extend(came_of_refund(id, refund::state(order, refund)));
    told
}

fn came_of_refund(id: RefundId, state: RefundState) -> Vec<Told> {
    match state {
        RefundState::Pending => vec![("refund.pending", Subject::Refund(id))],
        RefundState::Succeeded => {
            vec![("refund.complete", Subject::Refund(id)), ("order.refunded", Subject::Order)]
        }
        RefundState::Failed => vec![("refund.failed", Subject::Refund(id))],
    }
}

fn of_movement(moved: &Transaction, news: PaymentNews, order: &Order) -> Vec<Told> {
    let charge = Subject::Charge(moved.id);
    let one = |topics: [&'static str; 3]| match news {
        PaymentNews::Asked => vec![(topics[0], charge)],
        PaymentNews::Made => vec![(topics[1], charge)],
        PaymentNews::Declined => vec![(topics[2], charge)],
        PaymentNews::Changed | PaymentNews::Disputed | PaymentNews::DisputeEnded => Vec::new(),
    };
    match moved.kind {
        TransactionKind::Capture => one([
            "order.charge.capture.pending",
            "order.charge.capture.complete",
            "order.charge.capture.failed",
        ]),
        TransactionKind::Void => {
            one(["order.charge.cancel.pending", "order.charge.cancel.complete", "order.charge.cancel.failed"])
        }
        TransactionKind::Refund => {
            let mut told = one([
                "order.charge.refund.pending",
                "order.charge.refund.complete",
                "order.charge.refund.failed",
            ]);
            let own = order.refunds.iter().find(|refund| refund.transactions.contains(&moved.id));
            if let (PaymentNews::Made | PaymentNews::Declined, Some(refund)) = (news, own) {
                let state = refund::state(order, refund);
                let ended = Some(refund.id).filter(|_| state != RefundState::Pending);
                told.extend(ended.into_iter().flat_map(|id| came_of_refund(id, state)));
            }
            told
        }
        // Money is set aside anew for what is still to be taken: of the same charge.
        TransactionKind::Authorization if !is_root(moved, order) => match news {
            PaymentNews::Declined => vec![("order.charge.reauth.failed", Subject::Order)],
            _ => Vec::new(),
        },
        TransactionKind::Authorization | TransactionKind::Sale => match news {
            // With a new order its charges are new.
            PaymentNews::Asked if moved.at != order.created_at => vec![("order.charge.created", charge)],
            PaymentNews::Made if moved.kind == TransactionKind::Sale => {
                vec![("order.charge.capture.complete", charge)]
            }
            _ => Vec::new(),
        },
        TransactionKind::Change => Vec::new(),
    }
}

fn is_root(moved: &Transaction, order: &Order) -> bool {
    Charge::all(order).iter().any(|charge| charge.root() == moved.id)
}

/// States that charges came into.
fn came_of_charges(order: &Order, before: Option<&Order>) -> Vec<Told> {
    let was = before.map(Charge::all).unwrap_or_default();
    let came = |charge: &Charge<'_>| {
        let stood = was.iter().find(|was| was.root() == charge.root()).map(Charge::state);
        let topic = match charge.state() {
            ChargeState::Pending => "order.charge.pending",
            ChargeState::Capturable => "order.charge.capturable",
            ChargeState::Processing => "order.charge.processing",
            ChargeState::Complete => "order.charge.complete",
            ChargeState::Cancelled => "order.charge.cancelled",
            ChargeState::Failed => "order.charge.failed",
        };
        (stood != Some(charge.state())).then_some((topic, Subject::Charge(charge.root())))
    };
    Charge::all(order).iter().filter_map(came).collect()
}

/// States that an order came into.
fn came_of_order(facts: &[Fact], order: &Order, before: Option<&Order>) -> Vec<Told> {
    let has = |is: fn(&Fact) -> bool| facts.iter().any(is);
    let (state, stood) = (state::beneath(order), before.map(state::beneath));
    let entered = |wanted: OrderState| state == wanted && stood != Some(wanted);
    let placed = before.is_none();
    let mut topics = Vec::new();
    if placed && state == OrderState::PendingPayment {
        topics.push("order.pending_payment");
    }
    // Whatever becomes of a new order at once, it was accepted first.
    let refused = matches!(state, OrderState::PendingPayment | OrderState::Blocked | OrderState::Cancelled);
    if !refused && (placed || stood == Some(OrderState::PendingPayment)) {
        topics.push("order.accepted");
    }
    if entered(OrderState::Blocked) {
        topics.push("order.blocked");
    }
    let given_up = has(|fact| {
        matches!(fact, Fact::OrderCancelled {} | Fact::UnitsGivenUp { .. } | Fact::OrderEdited { .. })
    });
    if state == OrderState::Cancelled && (given_up || entered(OrderState::Cancelled)) {
        topics.push("order.cancelled");
    }
    let left = has(|fact| matches!(fact, Fact::OrderFulfilled {}));
    if left && matches!(state, OrderState::Fulfilled | OrderState::Complete) {
        topics.push("order.fulfilled");
    }
    let disputed = |order| state::of_order(order) == OrderState::Dispute;
    match (before.is_some_and(disputed), disputed(order)) {
        (false, true) => topics.push("order.dispute"),
        (true, false) => topics.push("order.dispute.resolved"),
        _ => {}
    }
    // Where money isn't set aside, movements of it are no facts; that all of it came is one.
    let paid = order.charging.is_none() && has(|fact| matches!(fact, Fact::OrderPaid {}));
    if state == OrderState::Complete && (left || paid || entered(OrderState::Complete)) {
        topics.push("order.complete");
    }
    topics.into_iter().map(|topic| (topic, Subject::Order)).collect()
}

/// Invoices and credit memos that are there from now on.
fn new_files(order: &Order, before: Option<&Order>) -> Vec<Told> {
    let had: Vec<Over> = before.iter().flat_map(|before| File::all(before)).map(|file| file.over()).collect();
    let new = File::all(order).into_iter().map(|file| file.over()).filter(|over| !had.contains(over));
    new.map(|over| match over {
        Over::Invoice(_) => ("order.invoice.created", Subject::File(over)),
        Over::CreditMemo(_) => ("order.credit_memo.created", Subject::File(over)),
    })
    .collect()
}
