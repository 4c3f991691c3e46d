//! This API's words for the domain's, both ways, and its forms of times, money and weights.

use domain::allowed::Action;
use domain::fulfillment::DeliveryStatus;
use domain::fulfillment_order::{Delivery, Request, StageName};
use domain::hold::HoldReason;
use domain::money::{self, Currency, Minor};
use domain::order::{CancelReason, PaymentClaim};
use domain::payment::{TransactionKind, TransactionStatus};
use domain::rejection::RejectionReason;
use domain::status::FulfillmentStatus;
use domain::time::Time;
use graphql::{Field, FieldError, Object, Out};

pub(crate) fn stage(stage: StageName) -> &'static str {
    match stage {
        StageName::Scheduled => "SCHEDULED",
        StageName::Open => "OPEN",
        StageName::OnHold => "ON_HOLD",
        StageName::InProgress => "IN_PROGRESS",
        StageName::Incomplete => "INCOMPLETE",
        StageName::Closed => "CLOSED",
        StageName::Cancelled => "CANCELLED",
    }
}

pub(crate) fn request(request: Request) -> &'static str {
    match request {
        Request::Unsubmitted => "UNSUBMITTED",
        Request::Submitted => "SUBMITTED",
        Request::Accepted => "ACCEPTED",
        Request::Rejected => "REJECTED",
        Request::CancellationRequested => "CANCELLATION_REQUESTED",
        Request::CancellationAccepted => "CANCELLATION_ACCEPTED",
        Request::CancellationRejected => "CANCELLATION_REJECTED",
        Request::Closed => "CLOSED",
    }
}

/// The actions that this API lists; the rest of the domain's have no name here.
pub(crate) fn action(action: Action) -> Option<&'static str> {
    match action {
        Action::RequestFulfillment => Some("REQUEST_FULFILLMENT"),
        Action::Fulfill => Some("CREATE_FULFILLMENT"),
        Action::Cancel => Some("CANCEL_FULFILLMENT_ORDER"),
        Action::RequestCancellation => Some("REQUEST_CANCELLATION"),
        Action::Open => Some("MARK_AS_OPEN"),
        Action::ReportProgress => Some("REPORT_PROGRESS"),
        Action::ReleaseHold => Some("RELEASE_HOLD"),
        Action::Hold => Some("HOLD"),
        Action::Move => Some("MOVE"),
        Action::Split => Some("SPLIT"),
        Action::Merge => Some("MERGE"),
        Action::Accept
        | Action::Reject
        | Action::AcceptCancellation
        | Action::RejectCancellation
        | Action::GiveUp
        | Action::Reschedule
        | Action::Reroute => None,
    }
}

pub(crate) fn hold_reason(reason: HoldReason) -> (&'static str, &'static str) {
    match reason {
        HoldReason::AwaitingPayment => ("AWAITING_PAYMENT", "Awaiting payment"),
        HoldReason::AwaitingReturn => ("AWAITING_RETURN_ITEMS", "Exchange items awaiting return delivery"),
        HoldReason::FraudRisk => ("HIGH_RISK_OF_FRAUD", "High risk of fraud"),
        HoldReason::IncorrectAddress => ("INCORRECT_ADDRESS", "Incorrect address"),
        HoldReason::OutOfStock => ("INVENTORY_OUT_OF_STOCK", "Inventory out of stock"),
        HoldReason::UnknownDeliveryDate => ("UNKNOWN_DELIVERY_DATE", "Unknown delivery date"),
        HoldReason::PendingOffer => ("ONLINE_STORE_POST_PURCHASE_CROSS_SELL", "Pending upsell offer"),
        HoldReason::Other => ("OTHER", "Other"),
    }
}

pub(crate) fn parse_hold_reason(word: &str) -> Option<HoldReason> {
    HoldReason::ALL.into_iter().find(|reason| hold_reason(*reason).0 == word)
}

/// A reason of a service to decline, and what a warning about it is called.
pub(crate) fn rejection_reason(reason: RejectionReason) -> (&'static str, &'static str) {
    match reason {
        RejectionReason::IncorrectAddress => ("INCORRECT_ADDRESS", "Incorrect address"),
        RejectionReason::IncorrectProductInfo => ("INCORRECT_PRODUCT_INFO", "Incorrect product information"),
        RejectionReason::IneligibleProduct => ("INELIGIBLE_PRODUCT", "Ineligible product"),
        RejectionReason::InternationalShippingUnavailable => {
            ("INTERNATIONAL_SHIPPING_UNAVAILABLE", "International shipping unavailable")
        }
        RejectionReason::InvalidContact => ("INVALID_CONTACT_INFORMATION", "Invalid contact information"),
        RejectionReason::InvalidSku => ("INVALID_SKU", "Invalid SKU"),
        RejectionReason::OutOfStock => ("INVENTORY_OUT_OF_STOCK", "Inventory out of stock"),
        RejectionReason::MerchantBlocked => {
            ("MERCHANT_BLOCKED_OR_SUSPENDED", "Merchant blocked or suspended")
        }
        RejectionReason::MissingCustomsInfo => ("MISSING_CUSTOMS_INFO", "Missing customs information"),
        RejectionReason::OrderTooLarge => ("ORDER_TOO_LARGE", "Order too large"),
        RejectionReason::PackagePreferenceMissing => {
            ("PACKAGE_PREFERENCE_NOT_SET", "Package preference not set")
        }
        RejectionReason::PaymentDeclined => ("PAYMENT_DECLINED", "Payment declined"),
        RejectionReason::Undeliverable => ("UNDELIVERABLE_DESTINATION", "Undeliverable destination"),
        RejectionReason::Other => ("OTHER", "Fulfillment request rejected"),
    }
}

pub(crate) fn parse_rejection_reason(word: &str) -> Option<RejectionReason> {
    RejectionReason::ALL.into_iter().find(|reason| rejection_reason(*reason).0 == word)
}

pub(crate) fn delivery(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Shipping => "SHIPPING",
        Delivery::Digital => "NONE",
        Delivery::Pickup => "PICK_UP",
        Delivery::Local => "LOCAL",
    }
}

const DELIVERY_STATUSES: [(DeliveryStatus, &str); 11] = [
    (DeliveryStatus::LabelPurchased, "LABEL_PURCHASED"),
    (DeliveryStatus::LabelPrinted, "LABEL_PRINTED"),
    (DeliveryStatus::ReadyForPickup, "READY_FOR_PICKUP"),
    (DeliveryStatus::Confirmed, "CONFIRMED"),
    (DeliveryStatus::CarrierPickedUp, "CARRIER_PICKED_UP"),
    (DeliveryStatus::InTransit, "IN_TRANSIT"),
    (DeliveryStatus::Delayed, "DELAYED"),
    (DeliveryStatus::OutForDelivery, "OUT_FOR_DELIVERY"),
    (DeliveryStatus::AttemptedDelivery, "ATTEMPTED_DELIVERY"),
    (DeliveryStatus::Delivered, "DELIVERED"),
    (DeliveryStatus::Failure, "FAILURE"),
];

pub(crate) fn delivery_status(status: DeliveryStatus) -> &'static str {
    DELIVERY_STATUSES.iter().find(|(known, _)| *known == status).map_or("CONFIRMED", |(_, word)| word)
}

pub(crate) fn parse_delivery_status(word: &str) -> Option<DeliveryStatus> {
    DELIVERY_STATUSES.iter().find(|(_, known)| *known == word).map(|(status, _)| *status)
}

const CANCEL_REASONS: [(CancelReason, &str); 6] = [
    (CancelReason::Customer, "CUSTOMER"),
    (CancelReason::Declined, "DECLINED"),
    (CancelReason::Fraud, "FRAUD"),
    (CancelReason::Inventory, "INVENTORY"),
    (CancelReason::Staff, "STAFF"),
    (CancelReason::Other, "OTHER"),
];

pub(crate) fn cancel_reason(reason: CancelReason) -> &'static str {
    CANCEL_REASONS.iter().find(|(known, _)| *known == reason).map_or("OTHER", |(_, word)| word)
}

pub(crate) fn parse_cancel_reason(word: &str) -> Option<CancelReason> {
    CANCEL_REASONS.iter().find(|(_, known)| *known == word).map(|(reason, _)| *reason)
}

const PAYMENTS: [(PaymentClaim, &str); 8] = [
    (PaymentClaim::Pending, "PENDING"),
    (PaymentClaim::Authorized, "AUTHORIZED"),
    (PaymentClaim::PartiallyPaid, "PARTIALLY_PAID"),
    (PaymentClaim::Paid, "PAID"),
    (PaymentClaim::PartiallyRefunded, "PARTIALLY_REFUNDED"),
    (PaymentClaim::Refunded, "REFUNDED"),
    (PaymentClaim::Voided, "VOIDED"),
    (PaymentClaim::Expired, "EXPIRED"),
];

pub(crate) fn payment(claim: PaymentClaim) -> &'static str {
    PAYMENTS.iter().find(|(known, _)| *known == claim).map_or("PENDING", |(_, word)| word)
}

pub(crate) fn parse_payment(word: &str) -> Option<PaymentClaim> {
    PAYMENTS.iter().find(|(_, known)| *known == word).map(|(claim, _)| *claim)
}

pub(crate) fn fulfillment_status(status: FulfillmentStatus) -> &'static str {
    match status {
        FulfillmentStatus::Unfulfilled => "UNFULFILLED",
        FulfillmentStatus::PartiallyFulfilled => "PARTIALLY_FULFILLED",
        FulfillmentStatus::Fulfilled => "FULFILLED",
        FulfillmentStatus::InProgress => "IN_PROGRESS",
        FulfillmentStatus::OnHold => "ON_HOLD",
        FulfillmentStatus::Scheduled => "SCHEDULED",
        FulfillmentStatus::RequestDeclined => "REQUEST_DECLINED",
    }
}

const TRANSACTION_KINDS: [(TransactionKind, &str); 6] = [
    (TransactionKind::Authorization, "AUTHORIZATION"),
    (TransactionKind::Capture, "CAPTURE"),
    (TransactionKind::Sale, "SALE"),
    (TransactionKind::Refund, "REFUND"),
    (TransactionKind::Void, "VOID"),
    (TransactionKind::Change, "CHANGE"),
];

pub(crate) fn transaction_kind(kind: TransactionKind) -> &'static str {
    TRANSACTION_KINDS.iter().find(|(known, _)| *known == kind).map_or("SALE", |(_, word)| word)
}

pub(crate) fn parse_transaction_kind(word: &str) -> Option<TransactionKind> {
    TRANSACTION_KINDS.iter().find(|(_, known)| *known == word).map(|(kind, _)| *kind)
}

pub(crate) fn transaction_status(status: TransactionStatus) -> &'static str {
    match status {
        TransactionStatus::Success => "SUCCESS",
        TransactionStatus::Asked => "AWAITING_RESPONSE",
        TransactionStatus::Pending => "PENDING",
        TransactionStatus::Unknown => "UNKNOWN",
        TransactionStatus::Failure => "FAILURE",
        TransactionStatus::Error => "ERROR",
    }
}

pub(crate) fn parse_transaction_status(word: &str) -> TransactionStatus {
    match word {
        "SUCCESS" => TransactionStatus::Success,
        "FAILURE" => TransactionStatus::Failure,
        "ERROR" => TransactionStatus::Error,
        _ => TransactionStatus::Pending,
    }
}

/// A moment as this API writes it: UTC, whole seconds.
pub(crate) fn time(time: Time) -> String {
    match jiff::Timestamp::from_microsecond(time.0) {
        Ok(at) => at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        Err(_) => String::new(),
    }
}

/// A moment as clients write it: ISO 8601 with an offset, or without one for UTC; a date alone is its midnight.
pub(crate) fn parse_time(text: &str) -> Option<Time> {
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(Time(at.as_microsecond()));
    }
    let civil = text.parse::<jiff::civil::DateTime>().ok()?;
    let at = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Time(at.timestamp().as_microsecond()))
}

pub(crate) fn maybe_time(at: Option<Time>) -> Out<'static> {
    at.map_or(Out::Null, |at| Out::from(time(at)))
}

/// An amount as this API writes it: a decimal with at least one digit behind the point.
pub(crate) fn amount(minor: Minor, currency: Currency) -> String {
    let text = money::decimal(minor, currency);
    match text.split_once('.') {
        None => format!("{text}.0"),
        Some((whole, fraction)) => {
            let kept = fraction.trim_end_matches('0');
            format!("{whole}.{}", if kept.is_empty() { "0" } else { kept })
        }
    }
}

/// An amount in the shop's and the buyer's currency; orders here have one currency.
pub(crate) struct MoneyBag(pub(crate) Minor, pub(crate) Currency);

impl Object for MoneyBag {
    fn type_name(&self) -> &'static str {
        "MoneyBag"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "shopMoney" | "presentmentMoney" => Out::object(MoneyV2(self.0, self.1)),
            other => return Err(missing("MoneyBag", other)),
        })
    }
}

/// An amount.
pub(crate) struct MoneyV2(pub(crate) Minor, pub(crate) Currency);

impl Object for MoneyV2 {
    fn type_name(&self) -> &'static str {
        "MoneyV2"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "amount" => Out::from(amount(self.0, self.1)),
            "currencyCode" => Out::from(self.1.code()),
            other => return Err(missing("MoneyV2", other)),
        })
    }
}

/// A weight, kept in grams.
pub(crate) struct Weight(pub(crate) i64);

impl Object for Weight {
    fn type_name(&self) -> &'static str {
        "Weight"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "unit" => Out::from("KILOGRAMS"),
            "value" => Out::Float(self.0 as f64 / 1000.0),
            other => return Err(missing("Weight", other)),
        })
    }
}

/// A named value.
pub(crate) struct Attribute<'a>(pub(crate) &'a (String, String));

impl Object for Attribute<'_> {
    fn type_name(&self) -> &'static str {
        "Attribute"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "key" => Out::from(&self.0.0),
            "value" => Out::from(&self.0.1),
            other => return Err(missing("Attribute", other)),
        })
    }
}

/// A field of the schema that nobody resolves: our mistake. A test asks every field of the schema once.
pub(crate) fn missing(kind: &str, field: &str) -> FieldError {
    tracing::error!(kind, field, "a field of the schema has no resolver");
    FieldError::new(format!("{kind}.{field} can't be answered")).code("INTERNAL_SERVER_ERROR")
}

/// Labels as this API lists them: by the alphabet, whatever their case.
pub(crate) fn sorted(tags: &[String]) -> Vec<&str> {
    let mut sorted: Vec<&str> = tags.iter().map(String::as_str).collect();
    sorted.sort_by_key(|tag| tag.to_lowercase());
    sorted
}

/// Text or null.
pub(crate) fn text(value: &Option<String>) -> Out<'_> {
    value.as_deref().map_or(Out::Null, Out::from)
}
