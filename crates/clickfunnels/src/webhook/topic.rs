//! Event types: which there are, and which facts of the domain are told under which of them.
//!
//! The keys are irregular (`one-time-order.completed`, but `one_time_order.refunded`; a payment that was declined has no
//! dot at all), so all of them stand here as they are written. An endpoint may ask for any; those that belong to pages,
//! blogs, communities or calendars are never told, since nothing of that happens here.

use domain::access::TargetKind;
use domain::billing::{BillKind, Kind};
use domain::event::{AccessNews, Event, Fact, InvoiceNews, PaymentNews, PlanDirection, ServiceNews};
use domain::id::{
    AccessGrantId, ContactId, FulfillmentId, InvoiceId, ProductId, RefundId, TransactionId, VariantId,
};
use domain::invoice::Invoice;
use domain::order::Order;
use domain::record::{Record, RecordKind};
use domain::time::Time;

use crate::{course, restock};

/// Every event type.
pub(crate) const ALL: &[&str] = &[
    "appointments/scheduled_event.canceled",
    "appointments/scheduled_event.created",
    "appointments/scheduled_event.rescheduled",
    "blogs/post.created",
    "blogs/post.deleted",
    "blogs/post.published",
    "blogs/post.updated",
    "communities/post.created",
    "communities/posts/comment.created",
    "contact.created",
    "contact.deleted",
    "contact.identified",
    "contact.updated",
    "contacts/applied_tag.created",
    "contacts/applied_tag.deleted",
    "course.created",
    "course.deleted",
    "course.published",
    "course.updated",
    "courses/enrollment.course_completed",
    "courses/enrollment.created",
    "courses/enrollment.deleted",
    "courses/enrollment.suspended",
    "courses/enrollment.updated",
    "courses/lesson.created",
    "courses/lesson.deleted",
    "courses/lesson.published",
    "courses/lesson.updated",
    "courses/section.created",
    "courses/section.deleted",
    "courses/section.published",
    "courses/section.updated",
    "form_submission.created",
    "fulfillment.created",
    "fulfillment.updated",
    "one-time-order.completed",
    "one-time-order.invoice.paid",
    "one_time_order.refunded",
    "order.completed",
    "order.created",
    "order.deleted",
    "order.updated",
    "orders/invoice.abandoned",
    "orders/invoice.created",
    "orders/invoice.fulfilled",
    "orders/invoice.paid",
    "orders/invoice.past_due",
    "orders/invoice.refunded",
    "orders/invoice.reissued",
    "orders/invoice.updated",
    "orders/invoice.voided",
    "orders/invoices/restock.created",
    "orders/invoices/restock.updated",
    "orders/transaction.created",
    "orders/transaction.updated",
    "platform_application.disconnected",
    "product.created",
    "product.updated",
    "products/variant.created",
    "products/variant.updated",
    "renewal-invoice-payment-declined",
    "runs/step.dontrunme",
    "sales/opportunity.closed",
    "sales/opportunity.created",
    "sales/opportunity.deleted",
    "sales/opportunity.moved_stage",
    "sales/opportunity.updated",
    "subscription.activated",
    "subscription.canceled",
    "subscription.churned",
    "subscription.completed",
    "subscription.downgraded",
    "subscription.first_payment_received",
    "subscription.invoice.paid",
    "subscription.line_items.changed",
    "subscription.modified",
    "subscription.reactivated",
    "subscription.trial_converted",
    "subscription.trial_ended",
    "subscription.trial_started",
    "subscription.upgraded",
    "workflows/steps/deliver_webhook_step.executed",
    "workflows/steps/integration_step.executed",
    "workflows_integration_step.executed",
];

/// What an event type is about: what stands before its last dot.
pub(crate) fn topic(event_type: &str) -> &str {
    event_type.rsplit_once('.').map_or(event_type, |(topic, _)| topic)
}

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Subject<'f> {
    /// The order.
    Order,
    /// The order, with the line whose place another one took.
    Replanned,
    /// The order, which is gone.
    NoOrder,
    /// An invoice of the order.
    Invoice(InvoiceId),
    /// A transaction of the order.
    Transaction(TransactionId),
    /// What came back into stock.
    Restock(RefundId),
    /// A fulfillment.
    Fulfillment(FulfillmentId),
    /// A contact.
    Contact(ContactId),
    /// A contact that is gone.
    NoContact(ContactId),
    /// A grant of access to a course.
    Enrollment(AccessGrantId),
    /// A product.
    Product(ProductId),
    /// A variant.
    Variant(VariantId),
    /// A tag of a contact.
    AppliedTag(&'f Record),
    /// A course, or a part of one.
    Lessons(&'f Record),
}

/// An event type, and what it is about.
pub(crate) type Told<'f> = (&'static str, Subject<'f>);

/// Everything that is told of the facts of one event, in the order in which the original tells it: what happened to
/// the money, that the order changed, what that means for its service.
pub(crate) fn told<'f>(event: &'f Event, order: Option<&Order>) -> Vec<Told<'f>> {
    let mut facts: Vec<&Fact> = event.facts.iter().collect();
    facts.sort_by_key(|fact| match fact {
        Fact::Service { .. } | Fact::PlanChanged { .. } | Fact::Access { .. } | Fact::OrderPaid {} => 2,
        Fact::OrderUpdated {} => 1,
        _ => 0,
    });
    facts.into_iter().flat_map(|fact| of_fact(fact, event.at, order)).collect()
}

fn of_fact<'f>(fact: &'f Fact, at: Time, order: Option<&Order>) -> Vec<Told<'f>> {
    let kind = order.and_then(|order| order.billing.as_deref()).map(|billing| billing.kind);
    // Whoever is billed has facts of each invoice; what was paid for elsewhere has invoices all the same.
    let unbilled = order.filter(|order| order.billing.is_none()).map(|order| order.invoices.as_slice());
    let invoices = |event_type| {
        let all = unbilled.unwrap_or_default().iter();
        all.map(move |invoice: &Invoice| (event_type, Subject::Invoice(invoice.id)))
    };
    match fact {
        Fact::OrderPlaced {} => {
            let mut told = vec![("order.created", Subject::Order)];
            told.extend(invoices("orders/invoice.created"));
            told
        }
        Fact::OrderUpdated {} => vec![("order.updated", Subject::Order)],
        Fact::OrderDeleted {} => vec![("order.deleted", Subject::NoOrder)],
        Fact::OrderPaid {} if unbilled.is_some() => {
            let paid = invoices("orders/invoice.paid").chain(invoices("one-time-order.invoice.paid"));
            paid.chain(completed()).collect()
        }
        // What is asked for besides is sold by a further invoice.
        Fact::OrderEdited { .. } => {
            let made = unbilled.unwrap_or_default().iter().filter(|invoice| invoice.issued_at == at);
            made.map(|invoice| ("orders/invoice.created", Subject::Invoice(invoice.id))).collect()
        }
        Fact::OrderFulfilled {} => invoices("orders/invoice.fulfilled").collect(),
        Fact::RefundCreated { refund } => restocked(order, *refund),
        Fact::Invoice { invoice, news } => of_invoice(*invoice, *news, kind),
        Fact::Payment { transaction, invoice, news } => of_payment(*transaction, *invoice, *news, order),
        Fact::Service { news } => kind.map(|kind| of_service(*news, kind)).unwrap_or_default(),
        Fact::PlanChanged { direction, .. } => {
            let mut told = vec![("subscription.line_items.changed", Subject::Order)];
            told.extend(direction.map(|direction| match direction {
                PlanDirection::Up => ("subscription.upgraded", Subject::Replanned),
                PlanDirection::Down => ("subscription.downgraded", Subject::Replanned),
            }));
            told
        }
        Fact::FulfillmentCreated { fulfillment, .. } => {
            vec![("fulfillment.created", Subject::Fulfillment(*fulfillment))]
        }
        Fact::FulfillmentUpdated { fulfillment, .. } | Fact::FulfillmentCancelled { fulfillment, .. } => {
            vec![("fulfillment.updated", Subject::Fulfillment(*fulfillment))]
        }
        Fact::ContactCreated { contact } => vec![("contact.created", Subject::Contact(*contact))],
        Fact::ContactIdentified { contact } => vec![("contact.identified", Subject::Contact(*contact))],
        Fact::ContactUpdated { contact } => vec![("contact.updated", Subject::Contact(*contact))],
        Fact::ContactDeleted { contact } => vec![("contact.deleted", Subject::NoContact(*contact))],
        Fact::Access { grant, target, news, .. } if target.kind == TargetKind::Course => {
            let event_type = match news {
                AccessNews::Granted => "courses/enrollment.created",
                AccessNews::Updated => "courses/enrollment.updated",
                AccessNews::Suspended => "courses/enrollment.suspended",
                AccessNews::Revoked => "courses/enrollment.deleted",
            };
            vec![(event_type, Subject::Enrollment(*grant))]
        }
        Fact::ProductCreated { product } => vec![("product.created", Subject::Product(*product))],
        Fact::ProductSaved { product } => vec![("product.updated", Subject::Product(*product))],
        Fact::VariantCreated { variant } => vec![("products/variant.created", Subject::Variant(*variant))],
        Fact::VariantUpdated { variant } => vec![("products/variant.updated", Subject::Variant(*variant))],
        Fact::RecordCreated { record } => {
            of_record(record, course::is_published(record), |types| types.created)
        }
        Fact::RecordUpdated { record, before } => {
            let was = before.as_ref().is_none_or(|before| course::is_published(before));
            of_record(record, !was && course::is_published(record), |types| types.updated)
        }
        Fact::RecordRemoved { record } => of_record(record, false, |types| types.deleted),
        _ => Vec::new(),
    }
}

/// What came back into stock, if something did.
fn restocked(order: Option<&Order>, refund: RefundId) -> Vec<Told<'static>> {
    let found = order.and_then(|order| order.refunds.iter().find(|own| own.id == refund));
    let back = found.filter(|own| own.lines.iter().any(restock::came_back));
    back.map(|own| ("orders/invoices/restock.created", Subject::Restock(own.id))).into_iter().collect()
}

fn completed() -> Vec<Told<'static>> {
    vec![("order.completed", Subject::Order), ("one-time-order.completed", Subject::Order)]
}

/// A purchase that was paid is told twice: once of the invoice, and once in the word of what was bought.
fn of_invoice(invoice: InvoiceId, news: InvoiceNews, kind: Option<Kind>) -> Vec<Told<'static>> {
    let subject = Subject::Invoice(invoice);
    let one = |event_type: &'static str| vec![(event_type, subject)];
    match news {
        InvoiceNews::Issued => one("orders/invoice.created"),
        InvoiceNews::Updated => one("orders/invoice.updated"),
        InvoiceNews::Paid => {
            let bought = match kind {
                Some(Kind::Subscription) => "subscription.invoice.paid",
                _ => "one-time-order.invoice.paid",
            };
            vec![("orders/invoice.paid", subject), (bought, subject)]
        }
        InvoiceNews::PastDue => one("orders/invoice.past_due"),
        InvoiceNews::Abandoned => one("orders/invoice.abandoned"),
        InvoiceNews::Voided => one("orders/invoice.voided"),
        InvoiceNews::Refunded if kind == Some(Kind::Subscription) => one("orders/invoice.refunded"),
        InvoiceNews::Refunded => {
            vec![("orders/invoice.refunded", subject), ("one_time_order.refunded", Subject::Order)]
        }
        InvoiceNews::Reissued => one("orders/invoice.reissued"),
        InvoiceNews::Fulfilled => one("orders/invoice.fulfilled"),
        // These have no word of their own; that the invoice changed is told.
        InvoiceNews::PartlyPaid | InvoiceNews::PartlyRefunded | InvoiceNews::Disputed => Vec::new(),
    }
}

fn of_payment(
    transaction: TransactionId,
    invoice: Option<InvoiceId>,
    news: PaymentNews,
    order: Option<&Order>,
) -> Vec<Told<'static>> {
    let event_type = match news {
        PaymentNews::Asked => "orders/transaction.created",
        PaymentNews::Made
        | PaymentNews::Declined
        | PaymentNews::Changed
        | PaymentNews::Disputed
        | PaymentNews::DisputeEnded => "orders/transaction.updated",
    };
    let mut told = vec![(event_type, Subject::Transaction(transaction))];
    let renews = |invoice: InvoiceId| {
        let bill = order.and_then(|order| order.invoice(invoice)).and_then(|invoice| invoice.bill.as_deref());
        bill.is_some_and(|bill| bill.kind == BillKind::Renewal)
    };
    if let (PaymentNews::Declined, Some(invoice)) = (news, invoice.filter(|invoice| renews(*invoice))) {
        told.push(("renewal-invoice-payment-declined", Subject::Invoice(invoice)));
    }
    told
}

fn of_service(news: ServiceNews, kind: Kind) -> Vec<Told<'static>> {
    let one = |event_type: &'static str| vec![(event_type, Subject::Order)];
    match (kind, news) {
        (Kind::OneTime, ServiceNews::Completed) => completed(),
        (Kind::OneTime, _) => Vec::new(),
        (Kind::Subscription, news) => match news {
            ServiceNews::Activated => one("subscription.activated"),
            ServiceNews::Cancelled => one("subscription.canceled"),
            ServiceNews::Churned => one("subscription.churned"),
            ServiceNews::Completed => {
                vec![("order.completed", Subject::Order), ("subscription.completed", Subject::Order)]
            }
            ServiceNews::Reactivated => one("subscription.reactivated"),
            ServiceNews::TrialStarted => one("subscription.trial_started"),
            ServiceNews::TrialEnded => one("subscription.trial_ended"),
            ServiceNews::TrialConverted => one("subscription.trial_converted"),
            ServiceNews::FirstPayment => one("subscription.first_payment_received"),
            ServiceNews::Paused | ServiceNews::Resumed | ServiceNews::Rescheduled => {
                one("subscription.modified")
            }
            ServiceNews::Abandoned | ServiceNews::Voided => Vec::new(),
        },
    }
}

/// Event types of a kind of record.
struct RecordTypes {
    created: Option<&'static str>,
    updated: Option<&'static str>,
    deleted: Option<&'static str>,
    published: Option<&'static str>,
}

impl RecordTypes {
    const fn all(
        created: &'static str,
        updated: &'static str,
        deleted: &'static str,
        published: &'static str,
    ) -> Self {
        let (created, updated, deleted) = (Some(created), Some(updated), Some(deleted));
        Self { created, updated, deleted, published: Some(published) }
    }
}

const COURSES: RecordTypes =
    RecordTypes::all("course.created", "course.updated", "course.deleted", "course.published");
const SECTIONS: RecordTypes = RecordTypes::all(
    "courses/section.created",
    "courses/section.updated",
    "courses/section.deleted",
    "courses/section.published",
);
const LESSONS: RecordTypes = RecordTypes::all(
    "courses/lesson.created",
    "courses/lesson.updated",
    "courses/lesson.deleted",
    "courses/lesson.published",
);
const APPLIED_TAGS: RecordTypes = RecordTypes {
    created: Some("contacts/applied_tag.created"),
    updated: None,
    deleted: Some("contacts/applied_tag.deleted"),
    published: None,
};
const COMPLETIONS: RecordTypes = RecordTypes {
    created: Some("courses/enrollment.course_completed"),
    updated: None,
    deleted: None,
    published: None,
};

fn of_record(
    record: &Record,
    published: bool,
    which: fn(RecordTypes) -> Option<&'static str>,
) -> Vec<Told<'_>> {
    let (types, subject) = match (record.kind, record.parent) {
        (RecordKind::ContactTagging, _) => (APPLIED_TAGS, Subject::AppliedTag(record)),
        (RecordKind::CourseCompletion, Some(grant)) => {
            (COMPLETIONS, Subject::Enrollment(AccessGrantId(grant)))
        }
        (RecordKind::Course, _) => (COURSES, Subject::Lessons(record)),
        (RecordKind::CourseSection, _) => (SECTIONS, Subject::Lessons(record)),
        (RecordKind::CourseLesson, _) => (LESSONS, Subject::Lessons(record)),
        _ => return Vec::new(),
    };
    let then = types.published.filter(|_| published);
    which(types).into_iter().chain(then).map(|event_type| (event_type, subject)).collect()
}

#[cfg(test)]
mod tests;
