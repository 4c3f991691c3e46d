//! What an order says of itself changes: of those in somebody else's books nearly everything, of the others the note,
//! where they go, and when the next period begins.

use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::address::Address;
use domain::amend::{AmendOrder, OrderChange};
use domain::billing::status;
use domain::calendar::DAY;
use domain::command::Command;
use domain::command::billing::{BillingCommand, Claims, NewDates, UpdateBilled};
use domain::order::Order;
use domain::refusal::Refusal;
use domain::time::Time;

use crate::call::Call;
use crate::failure::Failure;
use crate::input::{Input, invalid};
use crate::words;

/// How far ahead the next period may begin.
const AHEAD_MAX: i64 = 2 * 366 * DAY;

/// `PUT` and `PATCH` of one.
pub(super) async fn updated(call: Call) -> Result<Response, Failure> {
    let order = super::named(&call).await?;
    let input = call.input("order")?;
    let dates = rescheduled(&call, &order, &input)?;
    let id = order.id;
    let note = input.said("notes")?;
    let external = order.billing.as_ref().is_none_or(|billing| billing.is_external());
    let shipping_address = match external {
        true => address(&input, Part::Shipping, order.placed.shipping_address.as_ref())?,
        false => None,
    };
    let Some(billing) = &order.billing else {
        let note = note.map(OrderChange::Note);
        let address = shipping_address.map(|address| OrderChange::ShippingAddress(Box::new(address)));
        let changes: Vec<OrderChange> = note.into_iter().chain(address).collect();
        if !changes.is_empty() {
            call.execute(&Command::AmendOrder(AmendOrder { order: id, changes })).await?;
        }
        return Ok(Json(super::shown_now(&call, id.0).await?).into_response());
    };
    let update = UpdateBilled {
        order: id,
        contact: order.placed.contact,
        note,
        shipping_address,
        billing_address: match external {
            true => address(&input, Part::Billing, order.placed.billing_address.as_ref())?,
            false => None,
        },
        // Where we keep the books, whatever else is said of them is let pass.
        claims: if billing.is_external() { claims(&input)? } else { Claims::default() },
        dates,
    };
    match call.verdict(&Command::Billing(BillingCommand::Update(Box::new(update)))).await? {
        // Who may not say when it goes on is told that there is nothing.
        Err(Refusal::NotPermitted(_)) if dates.is_some() => return Err(Failure::hidden()),
        verdict => verdict?,
    };
    let mut shown = super::shown_now(&call, id.0).await?;
    if dates.is_some() {
        // The answer tells the dates as they were, as the original does.
        let trial = billing.trial.map(|trial| trial.ends_at);
        shown["trial_end_at"] = words::time_if(trial);
        shown["next_charge_at"] = words::time_if(status::next_charge_at(billing));
    }
    Ok(Json(shown).into_response())
}

/// When the next period is to begin, if that is said.
fn rescheduled(call: &Call, order: &Order, input: &Input) -> Result<Option<NewDates>, Failure> {
    let (trial_ends_at, renews_at) =
        (moment(call, input, "trial_end_at")?, moment(call, input, "renewal_at")?);
    if trial_ends_at.is_none() && renews_at.is_none() {
        return Ok(None);
    }
    let unprocessable = |text: &str| Err(Failure::Unprocessable(text.to_owned()));
    if order.billing.as_ref().is_none_or(|billing| billing.is_external()) {
        return unprocessable("External orders have no processor-managed schedule");
    }
    if let (Some(trial), Some(renewal)) = (trial_ends_at, renews_at)
        && trial != renewal
    {
        return unprocessable("trial_end_at and renewal_at must be equal when both are given");
    }
    Ok(Some(NewDates { trial_ends_at, renews_at }))
}

/// A moment to come, with its offset, as a schedule asks for it.
fn moment(call: &Call, input: &Input, name: &str) -> Result<Option<Time>, Failure> {
    let Some(text) = input.said(name)?.flatten() else { return Ok(None) };
    let read = text.trim().parse::<jiff::Timestamp>();
    let read = read.map_err(|_| invalid(name, "must be an RFC 3339 timestamp with an offset"))?;
    let (at, now) = (Time(read.as_microsecond()), call.now());
    if at <= now {
        Err(invalid(name, "must be in the future"))
    } else if at > now.plus(AHEAD_MAX) {
        Err(invalid(name, "must be within two years"))
    } else {
        Ok(Some(at))
    }
}

/// What is said of how the order stands in somebody else's books.
pub(super) fn claims(input: &Input) -> Result<Claims, Failure> {
    Ok(Claims {
        external_id: input.said("external_id")?,
        status: input.word("billing_status", words::claimed_billing)?,
        service: input.word("service_status", words::claimed_service)?,
        next_charge_at: input.said_time("next_charge_at")?,
        activated_at: input.said_time("activated_at")?,
        cancelled_at: input.said_time("canceled_at")?,
        cancelled_by: input.said("canceled_by")?,
        cancel_reason: reason(input)?,
        cancel_description: input.said("cancel_description")?,
        churned_at: input.said_time("churned_at")?,
    })
}

fn reason(input: &Input) -> Result<Option<Option<String>>, Failure> {
    let reason = input.said("cancel_reason")?;
    match &reason {
        Some(Some(word)) if !super::cancel::REASONS_ELSEWHERE.contains(&word.as_str()) => {
            Err(invalid("cancel_reason", "is not included in the list"))
        }
        _ => Ok(reason),
    }
}

/// Which of an order's addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Where it goes.
    Shipping,
    /// Who pays.
    Billing,
}

/// The address as it is once what was sent is put into it; `None` if nothing of it was sent.
pub(super) fn address(
    input: &Input,
    part: Part,
    known: Option<&Address>,
) -> Result<Option<Address>, Failure> {
    let mut address = known.cloned().unwrap_or_default();
    let mut said = false;
    type Put = fn(&mut Address, Option<String>);
    let everywhere: [(&str, Put); 6] = [
        ("street_one", |address, text| address.address1 = text),
        ("street_two", |address, text| address.address2 = text),
        ("city", |address, text| address.city = text),
        ("postal_code", |address, text| address.zip = text),
        ("region", words::set_region),
        ("country", words::set_country),
    ];
    let of_parcels: [(&str, Put); 4] = [
        ("first_name", |address, text| address.first_name = text),
        ("last_name", |address, text| address.last_name = text),
        ("organization_name", |address, text| address.company = text),
        ("phone_number", |address, text| address.phone = text),
    ];
    let (prefix, own): (&str, &[(&str, Put)]) = match part {
        Part::Shipping => ("shipping", &of_parcels),
        Part::Billing => ("billing", &[]),
    };
    for (name, put) in everywhere.iter().chain(own) {
        let name = format!("{prefix}_address_{name}");
        if input.has(&name) {
            put(&mut address, input.text(&name)?);
            said = true;
        }
    }
    Ok(said.then_some(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_of_an_address_is_put_into_what_is_known() {
        let sent = r#"{"order":{"shipping_address_city":"Bonn","shipping_address_country":"de",
            "shipping_address_region":"Nordrhein-Westfalen","shipping_address_phone_number":null}}"#;
        let input = Input::of(sent.as_bytes(), "order").unwrap().unwrap();
        let known = Address {
            zip: Some("53111".into()),
            phone: Some("+49".into()),
            country: Some("France".into()),
            ..Address::default()
        };
        let put = address(&input, Part::Shipping, Some(&known)).unwrap().unwrap();
        let said = Address {
            city: Some("Bonn".into()),
            country_code: Some("DE".into()),
            province: Some("Nordrhein-Westfalen".into()),
            zip: Some("53111".into()),
            ..Address::default()
        };
        assert_eq!(put, said);
        assert_eq!(address(&input, Part::Billing, Some(&known)).unwrap(), None);
    }

    #[test]
    fn unknown_words_are_refused() {
        for sent in [r#"{"billing_status":"due"}"#, r#"{"service_status":"on"}"#, r#"{"cancel_reason":"x"}"#]
        {
            let input = Input::of(format!(r#"{{"order":{sent}}}"#).as_bytes(), "order").unwrap().unwrap();
            assert!(matches!(claims(&input), Err(Failure::Unprocessable(_))), "{sent}");
        }
        let sent = r#"{"order":{"external_id":null,"churned_at":"2026-01-31"}}"#;
        let claims = claims(&Input::of(sent.as_bytes(), "order").unwrap().unwrap()).unwrap();
        assert_eq!(claims.external_id, Some(None));
        assert_eq!(claims.churned_at, Some(Some(Time(1_769_817_600_000_000))));
    }
}
