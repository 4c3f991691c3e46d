//! `orderEditBegin` … `orderEditCommit`: an edit is drafted step by step and then done at once.

use domain::command::{Command, Described, Doubles, DraftStep, Given, NewLine, Remark, Restock};
use domain::decide::Outcome;
use domain::id::{DraftId, LocationId, OrderId, OrderLineId, VariantId};
use domain::money;
use domain::order::Article;
use domain::refusal::{Refusal, Thing};
use engine::{Done, Engine, Error};
use graphql::{Field, FieldError, Input as Value};

use crate::answer::{Answer, UserError};
use crate::data::Data;
use crate::id::{of_kind, of_uuid};
use crate::mutation::{Input, Kind, Planned, invalid_id, plain, required_id};

fn kind(payload: &'static str) -> Kind {
    Kind { payload, errors: "UserError", done, refused }
}

fn planned(payload: &'static str, command: Command) -> Input {
    Input::Planned(Box::new(Planned { command, kind: kind(payload) }))
}

pub(crate) fn begin(field: &Field<'_>) -> Input {
    match required_id(field, "id", "Order") {
        Ok(id) => planned("OrderEditBeginPayload", Command::BeginDraft(OrderId(id))),
        Err(error) => Input::Failed(error),
    }
}

pub(crate) fn set_quantity(field: &Field<'_>) -> Input {
    const PAYLOAD: &str = "OrderEditSetQuantityPayload";
    let quantity = number(field);
    if quantity < 0 {
        return Input::Refused(kind(PAYLOAD), vec![NOT_NEGATIVE.error()]);
    }
    let restock = flag(field, "restock");
    let restock = if restock { Restock::Yes } else { Restock::No };
    let step = |line| DraftStep::Set { line, quantity, restock };
    step_of(field, PAYLOAD, line_id(field).map(step))
}

pub(crate) fn add_variant(field: &Field<'_>) -> Input {
    const PAYLOAD: &str = "OrderEditAddVariantPayload";
    if let Err(errors) = positive(number(field)) {
        return Input::Refused(kind(PAYLOAD), errors);
    }
    let doubles = if flag(field, "allowDuplicates") { Doubles::Allowed } else { Doubles::Refused };
    let step = required_id(field, "variantId", "ProductVariant").and_then(|variant| {
        let article = Article { variant: Some(VariantId(variant)), ..Article::default() };
        let new = new_line(number(field), article, Described::default());
        Ok(DraftStep::Add { new, doubles, location: location(field)? })
    });
    step_of(field, PAYLOAD, step)
}

/// What costs something has a price in the order's currency, so the order is looked at first.
pub(crate) async fn add_custom_item(engine: &Engine, data: &Data, field: &Field<'_>) -> Result<Input, Error> {
    const PAYLOAD: &str = "OrderEditAddCustomItemPayload";
    let refused = |errors| Ok(Input::Refused(kind(PAYLOAD), errors));
    if let Err(errors) = positive(number(field)) {
        return refused(errors);
    }
    let draft = match required_id(field, "id", "CalculatedOrder") {
        Ok(id) => engine.draft(&data.shop, &data.actor, DraftId(id)).await?,
        Err(error) => return Ok(Input::Failed(error)),
    };
    let Some((_, order)) = draft else { return refused(vec![NO_DRAFT.error()]) };
    let currency = order.placed.currency;
    let price = field.arg("price").unwrap_or(&Value::Null);
    let code = price.get("currencyCode").and_then(Value::as_str).unwrap_or_default();
    if code != currency.code() {
        let message = format!("must be in the currency of the order, which is {currency}");
        return refused(vec![UserError::at("price", message)]);
    }
    let amount = price.get("amount").and_then(Value::as_str).unwrap_or_default();
    let Some(unit_price) = money::parse(amount, currency).filter(|price| *price >= 0) else {
        return refused(vec![UserError::at("price", "must be greater than or equal to 0")]);
    };
    let title = field.str_arg("title").unwrap_or_default();
    if title.trim().is_empty() {
        return refused(vec![UserError::at("title", "can't be blank")]);
    }
    let article = Article {
        title: title.to_owned(),
        unit_price,
        requires_shipping: field.arg("requiresShipping").and_then(Value::as_bool).unwrap_or(true),
        taxable: field.arg("taxable").and_then(Value::as_bool).unwrap_or(true),
        ..Article::default()
    };
    let all = Given::Yes;
    let described = Described { price: all, requires_shipping: all, taxable: all, weight: all };
    let step = location(field).map(|location| DraftStep::Add {
        new: new_line(number(field), article, described),
        doubles: Doubles::Allowed,
        location,
    });
    Ok(step_of(field, PAYLOAD, step))
}

pub(crate) fn commit(field: &Field<'_>) -> Input {
    let note = field.str_arg("staffNote").map(str::to_owned);
    let remark = Remark { note, notify_buyer: flag(field, "notifyCustomer") };
    match required_id(field, "id", "CalculatedOrder") {
        Ok(id) => planned("OrderEditCommitPayload", Command::CommitDraft(DraftId(id), remark)),
        Err(error) => Input::Failed(error),
    }
}

fn step_of(field: &Field<'_>, payload: &'static str, step: Result<DraftStep, FieldError>) -> Input {
    let id = required_id(field, "id", "CalculatedOrder");
    match id.and_then(|id| Ok((DraftId(id), step?))) {
        Ok((id, step)) => planned(payload, Command::ChangeDraft(id, step)),
        Err(error) => Input::Failed(error),
    }
}

fn number(field: &Field<'_>) -> i64 {
    field.arg("quantity").and_then(Value::as_int).unwrap_or_default()
}

fn flag(field: &Field<'_>, name: &str) -> bool {
    field.arg(name).and_then(Value::as_bool).unwrap_or(false)
}

fn new_line(quantity: i64, article: Article, described: Described) -> Box<NewLine> {
    Box::new(NewLine { quantity, article, described, fulfilled: 0 })
}

fn location(field: &Field<'_>) -> Result<Option<LocationId>, FieldError> {
    let Some(gid) = field.str_arg("locationId") else { return Ok(None) };
    of_kind("Location", gid).map(|id| Some(LocationId(id))).ok_or_else(|| invalid_id(gid))
}

/// A line of the order, by either of its global ids, or one that the draft adds.
fn line_id(field: &Field<'_>) -> Result<OrderLineId, FieldError> {
    let gid = field.str_arg("lineItemId").unwrap_or_default();
    let known = of_kind("CalculatedLineItem", gid).or_else(|| of_kind("LineItem", gid));
    let added = || gid.strip_prefix("gid://shopify/CalculatedLineItem/").and_then(of_uuid);
    known.or_else(added).map(OrderLineId).ok_or_else(|| invalid_id(gid))
}

/// An error that is told in several places.
struct Said(&'static str, &'static str);

impl Said {
    fn error(&self) -> UserError {
        UserError::at(self.0, self.1)
    }
}

const NOT_NEGATIVE: Said = Said("quantity", "must be greater than or equal to 0");
const POSITIVE: Said = Said("quantity", "must be greater than 0");
const NO_DRAFT: Said = Said("id", "The calculated order does not exist.");

/// A quantity below zero breaks two rules, and both are told.
fn positive(quantity: i64) -> Result<(), Vec<UserError>> {
    match quantity {
        1.. => Ok(()),
        0 => Err(vec![POSITIVE.error()]),
        _ => Err(vec![POSITIVE.error(), NOT_NEGATIVE.error()]),
    }
}

fn done(done: &Done) -> Vec<(&'static str, Answer)> {
    match done.outcome {
        Outcome::Draft { id, line } => {
            let line = line.map(|line| ("calculatedLineItem", Answer::DraftLine(id, line)));
            let fields =
                [("calculatedOrder", Answer::Draft(id)), ("orderEditSession", Answer::EditSession(id))];
            fields.into_iter().chain(line).collect()
        }
        Outcome::Order(id) => {
            let messages = Answer::List(vec![Answer::Id("Order updated".to_owned())]);
            vec![("order", Answer::Order(id)), ("successMessages", messages)]
        }
        _ => Vec::new(),
    }
}

fn refused(refusal: &Refusal, command: &Command) -> Vec<UserError> {
    let field = |path: &str| UserError::at(path, plain(refusal).message);
    vec![match refusal {
        Refusal::Unknown(Thing::Draft(_)) => NO_DRAFT.error(),
        Refusal::Unknown(Thing::Order(_)) => UserError::at("id", "The order does not exist."),
        Refusal::Unknown(Thing::OrderLine(_)) => field("lineItemId"),
        Refusal::Unknown(Thing::Variant(..)) => {
            UserError::at("variantId", "The variant does not exist in the shop.")
        }
        Refusal::Unknown(Thing::Location(_)) => UserError::at("locationId", "The location does not exist."),
        Refusal::OrderCancelled(_) => UserError::whole("The order cannot be edited."),
        Refusal::Twice(_) => UserError::at(
            "variantId",
            "The variant is on the order already. Allow duplicates to add it again.",
        ),
        Refusal::NothingToDo if matches!(command, Command::CommitDraft(..)) => {
            UserError::whole("The edit changes nothing.")
        }
        Refusal::LineQuantity(_) => {
            let most = domain::decide::QUANTITY_MAX;
            UserError::at("quantity", format!("must be less than or equal to {most}"))
        }
        Refusal::AlreadyFulfilled(_, left) if matches!(command, Command::ChangeDraft(..)) => {
            UserError::at("quantity", format!("must be greater than or equal to {left}"))
        }
        Refusal::ServiceAtWork(id) => {
            let message = format!(
                "The units are being fulfilled by a fulfillment service. Request the cancellation of fulfillment order {id} first."
            );
            match command {
                Command::ChangeDraft(..) => UserError::at("quantity", message),
                _ => UserError::whole(message),
            }
        }
        other => plain(other),
    }]
}
