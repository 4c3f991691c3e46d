//! The vocabulary of this API: times, amounts, statuses.

use domain::address::Address;
use domain::billing::status::{InvoiceFulfillment, LineFulfillment};
use domain::billing::{BillKind, BillingStatus, Claim, InvoiceStatus, Service};
use domain::calendar::Interval;
use domain::money::{self, Currency, Minor};
use domain::price::Recurrence;
use domain::snapshot::LineWord;
use domain::time::Time;
use serde_json::Value;

/// A time: ISO 8601 in UTC with milliseconds.
pub(crate) fn time(at: Time) -> Value {
    match jiff::Timestamp::from_microsecond(at.0) {
        Ok(at) => Value::from(format!("{at:.3}")),
        Err(_) => Value::Null,
    }
}

/// A time, or null.
pub(crate) fn time_if(at: Option<Time>) -> Value {
    at.map_or(Value::Null, time)
}

/// An amount as text, with two decimals at the least.
pub(crate) fn amount(amount: Minor, currency: Currency) -> String {
    let text = money::decimal(amount, currency);
    match currency.exponent() {
        0 => format!("{text}.00"),
        _ => text,
    }
}

/// An amount as a number: so the document types taxes and discounts of lines, and the original's own typed client reads
/// nothing else, though the original was seen to send texts.
pub(crate) fn number(amount: Minor, currency: Currency) -> Value {
    let number = money::decimal(amount, currency).parse::<f64>().ok();
    number.and_then(serde_json::Number::from_f64).map_or(Value::Null, Value::Number)
}

/// How an invoice stands.
pub(crate) fn invoice(status: InvoiceStatus) -> &'static str {
    match status {
        InvoiceStatus::Unpaid => "unpaid",
        InvoiceStatus::PartlyPaid => "partially-paid",
        InvoiceStatus::Paid => "paid",
        InvoiceStatus::PastDue => "past-due",
        InvoiceStatus::Abandoned => "abandoned",
        InvoiceStatus::Voided => "voided",
        InvoiceStatus::PartlyRefunded => "partially-refunded",
        InvoiceStatus::Refunded => "refunded",
        InvoiceStatus::Disputed => "disputed",
    }
}

/// How the money of an order stands.
pub(crate) fn billing(status: BillingStatus) -> &'static str {
    match status {
        BillingStatus::Pending => "pending",
        BillingStatus::Invoice(status) => invoice(status),
    }
}

/// How an invoice stands, as clients may say.
pub(crate) fn claim(word: &str) -> Option<Claim> {
    Some(match word {
        "unpaid" => Claim::Unpaid,
        "paid" => Claim::Paid,
        "voided" => Claim::Voided,
        "refunded" => Claim::Refunded,
        "disputed" => Claim::Disputed,
        "past-due" | "past_due" => Claim::PastDue,
        _ => return None,
    })
}

/// How the money of an order stands, as clients may say.
pub(crate) fn claimed_billing(word: &str) -> Option<BillingStatus> {
    match word {
        "pending" => Some(BillingStatus::Pending),
        _ => claim(word).map(|claim| BillingStatus::Invoice(claim.into())),
    }
}

/// How far a service is.
pub(crate) fn service(service: Service) -> &'static str {
    match service {
        Service::Pending => "pending",
        Service::Active => "active",
        Service::Paused { .. } => "paused",
        Service::Cancelled => "canceled",
        Service::Churned => "churned",
        Service::Completed => "completed",
        Service::Abandoned => "abandoned",
        Service::Voided => "voided",
    }
}

/// How far a service is, as clients may say.
pub(crate) fn claimed_service(word: &str) -> Option<Service> {
    Some(match word {
        "pending" => Service::Pending,
        "active" => Service::Active,
        "paused" => Service::Paused { until: None },
        "canceled" | "cancelled" => Service::Cancelled,
        "churned" => Service::Churned,
        "completed" => Service::Completed,
        _ => return None,
    })
}

/// What an invoice is for.
pub(crate) fn bill_kind(word: &str) -> Option<BillKind> {
    BillKind::ALL.into_iter().find(|kind| kind.as_str() == word)
}

/// How far a line of an invoice is fulfilled; the shop says by which word all of it is.
pub(crate) fn line_fulfillment(status: LineFulfillment, all: LineWord) -> &'static str {
    match (status, all) {
        (LineFulfillment::Unfulfilled, _) => "unfulfilled",
        (LineFulfillment::Partial, _) => "partially_fulfilled",
        (LineFulfillment::Complete, LineWord::Complete) => "complete",
        (LineFulfillment::Complete, LineWord::Fulfilled) => "fulfilled",
        (LineFulfillment::Ignored, _) => "ignored",
    }
}

/// How far an invoice is fulfilled.
pub(crate) fn invoice_fulfillment(status: InvoiceFulfillment) -> &'static str {
    match status {
        InvoiceFulfillment::NotApplicable => "not_applicable",
        InvoiceFulfillment::Unfulfilled => "unfulfilled",
        InvoiceFulfillment::Partial => "partial",
        InvoiceFulfillment::Complete => "complete",
    }
}

/// How a price is paid.
pub(crate) fn payment_type(recurrence: &Recurrence) -> &'static str {
    match recurrence {
        Recurrence::OneTime => "one_time",
        Recurrence::Subscription(_) => "subscription",
        Recurrence::PaymentPlan(_) => "payment_plan",
    }
}

/// What periods are counted in.
pub(crate) fn interval(interval: Interval) -> &'static str {
    match interval {
        Interval::Day => "days",
        Interval::Week => "weeks",
        Interval::Month => "months",
        Interval::Quarter => "quarters",
        Interval::Year => "years",
    }
}

/// The country of an address: its two letters if they are known.
pub(crate) fn country(address: &Address) -> Option<&str> {
    address.country_code.as_deref().or(address.country.as_deref())
}

/// The region of an address: its code if that is known.
pub(crate) fn region(address: &Address) -> Option<&str> {
    address.province_code.as_deref().or(address.province.as_deref())
}

/// Puts a country into an address: two letters are its code.
pub(crate) fn set_country(address: &mut Address, text: Option<String>) {
    let is_code = |text: &String| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    (address.country_code, address.country) = match text {
        Some(code) if is_code(&code) => (Some(code.to_ascii_uppercase()), None),
        other => (None, other),
    };
}

/// Puts a region into an address: up to three capitals and digits are its code.
pub(crate) fn set_region(address: &mut Address, text: Option<String>) {
    let is_code = |text: &String| {
        (1..=3).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    (address.province_code, address.province) = match text {
        Some(code) if is_code(&code) => (Some(code), None),
        other => (None, other),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_left_is_called_as_the_shop_says() {
        let complete = |word| line_fulfillment(LineFulfillment::Complete, word);
        assert_eq!((complete(LineWord::Complete), complete(LineWord::Fulfilled)), ("complete", "fulfilled"));
        assert_eq!(line_fulfillment(LineFulfillment::Partial, LineWord::Fulfilled), "partially_fulfilled");
    }

    #[test]
    fn amounts_have_two_decimals_at_least() {
        let currency = |code| Currency::parse(code).unwrap();
        assert_eq!(amount(1_250, currency("USD")), "12.50");
        assert_eq!(amount(1_250, currency("JPY")), "1250.00");
        assert_eq!(amount(1_250, currency("KWD")), "1.250");
        assert_eq!(number(-5, currency("USD")), Value::from(-0.05));
    }

    #[test]
    fn what_clients_may_say_is_what_they_are_told() {
        for word in ["unpaid", "paid", "voided", "refunded", "disputed", "past-due"] {
            assert_eq!(claim(word).map(|claim| invoice(claim.into())), Some(word));
            assert_eq!(claimed_billing(word).map(billing), Some(word));
        }
        for word in ["pending", "active", "paused", "canceled", "churned", "completed"] {
            assert_eq!(claimed_service(word).map(service), Some(word));
        }
        assert_eq!((claim("partially-paid"), claimed_service("abandoned")), (None, None));
    }
}
