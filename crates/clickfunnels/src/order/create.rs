//! An order comes in. It is in somebody else's books unless it is said that we bill it ourselves, which the original
//! leaves to its own pages.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::billing::{Instrument, Kind};
use domain::command::Command;
use domain::command::billing::{BillingCommand, NewBooks, NewPlanLine, PlaceBilled};
use domain::contact::ContactKey;
use domain::decide::Outcome;
use domain::id::{ContactId, PriceId, VariantId};
use domain::order::{Placed, StockMode};
use domain::refusal::{Refusal, Thing};

use super::update::{self, Part};
use crate::call::Call;
use crate::failure::Failure;
use crate::input::{Input, blank, invalid};

/// `POST` to the list.
pub(super) async fn created(call: Call) -> Result<Response, Failure> {
    let input = call.input("order")?;
    let kind = input.word("order_type", |word| match word {
        "one-time-order" => Some(Kind::OneTime),
        "subscription-order" => Some(Kind::Subscription),
        _ => None,
    })?;
    let kind = kind.ok_or_else(|| blank("order_type"))?;
    let live = input.flag("live_mode")?.ok_or_else(|| invalid("live_mode", "must be true or false"))?;
    let lines = lines(&input)?;
    let books = books(&call, &input).await?;
    let contact = contact(&call, &input).await?;
    let shipping_address = update::address(&input, Part::Shipping, None)?;
    let billing_address = update::address(&input, Part::Billing, None)?;
    let placed = Placed {
        source_key: None,
        channel: Some("api".to_owned()),
        app: call.actor().app(),
        test: !live,
        currency: call.shop().currency,
        taxes_included: false,
        email: contact.email,
        phone: contact.phone,
        contact: Some(contact.id),
        shipping_address,
        billing_address,
        shipping_lines: Vec::new(),
        tax_lines: Vec::new(),
        discounts: Vec::new(),
        transactions: Vec::new(),
        payment_claim: None,
        note: input.said("notes")?.flatten(),
        tags: Vec::new(),
        attributes: Vec::new(),
        custom_fields: Vec::new(),
        local_fields: Vec::new(),
        po_number: None,
        locale: None,
        source_identifier: None,
        origin: None,
        processed_at: call.now(),
        fulfill_at: None,
        stock: StockMode::Wait,
    };
    let return_url = return_url(&input)?;
    let place = PlaceBilled { name: None, number: 0, placed, lines, kind: Some(kind), books, return_url };
    let command = Command::Billing(BillingCommand::Place(Box::new(place)));
    let done = match call.verdict(&command).await? {
        Err(Refusal::Unknown(Thing::Contact)) => return Err(invalid("contact", "must exist")),
        verdict => verdict?,
    };
    let Outcome::Order(id) = done.outcome else { return Err(Failure::NotFound(None)) };
    Ok((StatusCode::CREATED, Json(super::shown_now(&call, id.0).await?)).into_response())
}

/// Where the buyer goes after paying; the original's pages know that, here it is said with the order.
fn return_url(input: &Input) -> Result<Option<String>, Failure> {
    let url = input.said("return_url")?.flatten();
    match url.as_deref().is_none_or(|url| url.starts_with("https://") || url.starts_with("http://")) {
        true => Ok(url),
        false => Err(invalid("return_url", "is not a valid URL")),
    }
}

/// What is billed: at least one line.
fn lines(input: &Input) -> Result<Vec<NewPlanLine>, Failure> {
    let sent = input.objects("line_items_attributes")?.unwrap_or_default();
    let line = |line: &Input| {
        Ok(NewPlanLine {
            variant: VariantId(line.id("variant_id")?.ok_or_else(|| blank("variant_id"))?),
            price: PriceId(line.id("products_price_id")?.ok_or_else(|| blank("products_price_id"))?),
            quantity: line.integer("quantity")?.ok_or_else(|| blank("quantity"))?,
        })
    };
    let lines = sent.iter().map(line).collect::<Result<Vec<_>, Failure>>()?;
    if lines.is_empty() { Err(invalid("line_items", "can't be blank")) } else { Ok(lines) }
}

/// Who keeps the books: somebody else, unless it is said that we do.
async fn books(call: &Call, input: &Input) -> Result<NewBooks, Failure> {
    let processor = input.said("payment_processor")?.flatten();
    match processor.as_deref() {
        None | Some("external") => Ok(NewBooks::External(Box::new(update::claims(input)?))),
        Some(word @ ("payments_ai" | "stripe")) => {
            // Gateways are told apart by kind here: Stripe, and all others.
            let set_up = call.engine.gateways(call.shop().id).await?;
            let fits = set_up.into_iter().find(|gateway| (gateway.kind == "stripe") == (word == "stripe"));
            let gateway =
                fits.ok_or_else(|| invalid("payment_processor", "is not set up for this workspace"))?;
            Ok(NewBooks::Gateway { name: gateway.name, instrument: instrument(input)? })
        }
        Some(_) => Err(invalid("payment_processor", "is not included in the list")),
    }
}

/// What is charged by itself: the gateway's name for it, alone or with its kind.
fn instrument(input: &Input) -> Result<Option<Instrument>, Failure> {
    match input.value("billing_payment_method") {
        None => Ok(None),
        Some(serde_json::Value::String(token)) => Ok(Some(Instrument { token: token.clone(), kind: None })),
        Some(serde_json::Value::Object(fields)) => {
            let fields = Input::from_object(fields.clone());
            Ok(Some(Instrument { token: fields.needed_text("token")?, kind: fields.said("type")?.flatten() }))
        }
        Some(_) => Err(invalid("billing_payment_method", "must be a token, or an object with one")),
    }
}

/// Whose the order is: by id, or by e-mail address if no id is given. It must be there already.
async fn contact(call: &Call, input: &Input) -> Result<domain::contact::Contact, Failure> {
    let key = match input.id("contact_id")? {
        Some(id) => ContactKey::Id(ContactId(id)),
        None => match input.value("contact_attributes") {
            Some(serde_json::Value::Object(fields)) => {
                ContactKey::Email(Input::from_object(fields.clone()).needed_text("email_address")?)
            }
            _ => return Err(invalid("contact", "must exist")),
        },
    };
    let found = call.engine.contact(call.shop(), &key).await?;
    found.ok_or_else(|| invalid("contact", "must exist"))
}
