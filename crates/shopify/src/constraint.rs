//! `FulfillmentConstraintRule`: rules of routing in this API's shape, and the mutations that switch them on and off.
//! The functions behind them are built in; each is known by its handle, which is its id too.

use domain::command::Command;
use domain::decide::Write;
use domain::id::RecordId;
use domain::record::{Record, RecordKind};
use domain::refusal::{Refusal, Thing};
use domain::rule::{Rule, RuleKind, Way};
use engine::query::{Page, RecordSort};
use engine::{Done, Engine, Error};
use graphql::{Field, FieldError, Input as Value, Object, Out};

use crate::answer::{Answer, UserError};
use crate::data::Data;
use crate::id::gid;
use crate::mutation::{Input, Kind, Planned, plain, required_id};
use crate::version;
use crate::words::missing;

const CREATE: Kind = Kind {
    payload: "FulfillmentConstraintRuleCreatePayload",
    errors: "FulfillmentConstraintRuleCreateUserError",
    done: saved,
    refused: create_refused,
};
const UPDATE: Kind = Kind {
    payload: "FulfillmentConstraintRuleUpdatePayload",
    errors: "FulfillmentConstraintRuleUpdateUserError",
    refused: known_refused,
    ..CREATE
};
const DELETE: Kind = Kind {
    payload: "FulfillmentConstraintRuleDeletePayload",
    errors: "FulfillmentConstraintRuleDeleteUserError",
    done: |_| vec![("success", Answer::Flag(true))],
    refused: known_refused,
};

/// A rule that is on.
pub(crate) struct RuleNode<'d> {
    record: &'d Record,
    rule: Rule,
}

impl<'d> RuleNode<'d> {
    /// The rule that a record keeps.
    pub(crate) fn of(record: &'d Record) -> Option<Self> {
        Rule::of(record).map(|rule| Self { record, rule })
    }
}

impl Object for RuleNode<'_> {
    fn type_name(&self) -> &'static str {
        "FulfillmentConstraintRule"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "deliveryMethodTypes" => Out::list(self.rule.ways.iter().map(|way| word(*way))),
            "function" => Out::object(Function(self.rule.kind)),
            "id" => Out::from(gid("FulfillmentConstraintRule", self.record.id.0)),
            other => return Err(missing("FulfillmentConstraintRule", other)),
        })
    }
}

struct Function(RuleKind);

impl Object for Function {
    fn type_name(&self) -> &'static str {
        "ShopifyFunction"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "apiType" => Out::from("fulfillment_constraints"),
            // What is built in is always as new as the server.
            "apiVersion" => Out::from(version::LATEST),
            "id" => Out::from(self.0.handle()),
            "title" => Out::from(self.0.title()),
            other => return Err(missing("ShopifyFunction", other)),
        })
    }
}

const WAYS: [(Way, &str); 6] = [
    (Way::Shipping, "SHIPPING"),
    (Way::Digital, "NONE"),
    (Way::Pickup, "PICK_UP"),
    (Way::PickupPoint, "PICKUP_POINT"),
    (Way::Local, "LOCAL"),
    (Way::Retail, "RETAIL"),
];

fn word(way: Way) -> &'static str {
    WAYS.iter().find(|(known, _)| *known == way).map_or("NONE", |(_, word)| word)
}

/// The ways of delivery that are named, each once.
fn ways(field: &Field<'_>) -> Vec<Way> {
    let said = field.arg("deliveryMethodTypes").and_then(Value::as_list).unwrap_or_default();
    let said: Vec<&str> = said.iter().filter_map(Value::as_str).collect();
    WAYS.iter().filter(|(_, word)| said.contains(word)).map(|(way, _)| *way).collect()
}

/// Every rule that is on, oldest first.
pub(crate) async fn all(engine: &Engine, data: &Data) -> Result<Answer, Error> {
    // No rule is on twice, so there are no more than can be ruled.
    let page = Page { limit: RuleKind::ALL.len() as u32, ..Page::default() };
    let records = engine.records(&data.shop, RecordKind::RoutingRule, &[], RecordSort::Id, &page).await?;
    Ok(Answer::List(records.into_iter().map(answer).collect()))
}

/// The rule of that id.
pub(crate) async fn one(engine: &Engine, data: &Data, id: i64) -> Result<Answer, Error> {
    Ok(known(engine, data, id).await?.map_or(Answer::Null, answer))
}

async fn known(engine: &Engine, data: &Data, id: i64) -> Result<Option<Record>, Error> {
    let found = engine.records_by_id(&data.shop, &[RecordId(id)]).await?.pop();
    Ok(found.filter(|record| record.kind == RecordKind::RoutingRule))
}

fn answer(record: Record) -> Answer {
    Answer::Rule(Box::new(record))
}

pub(crate) async fn create(engine: &Engine, data: &Data, field: &Field<'_>) -> Result<Input, Error> {
    let (handle, id) = (field.str_arg("functionHandle"), field.str_arg("functionId"));
    let refused = |path: &str, message: String, code: &'static str| {
        Ok(Input::Refused(CREATE, vec![UserError::at(path, message).code(code)]))
    };
    let (argument, named) = match (handle, id) {
        (Some(handle), None) => ("functionHandle", handle),
        (None, Some(id)) => ("functionId", id),
        (None, None) => {
            let message = "Either a function's id or its handle must be given.".to_owned();
            return refused("functionHandle", message, "MISSING_FUNCTION_IDENTIFIER");
        }
        (Some(_), Some(_)) => {
            let message = "A function is given by its id or by its handle, not by both.".to_owned();
            return refused("functionHandle", message, "MULTIPLE_FUNCTION_IDENTIFIERS");
        }
    };
    let Some(kind) = RuleKind::parse(named) else {
        let built_in = RuleKind::ALL.map(RuleKind::handle).join(", ");
        let message = format!("Function {named} not found. These are built in: {built_in}.");
        return refused(argument, message, "FUNCTION_NOT_FOUND");
    };
    let ways = ways(field);
    if ways.is_empty() {
        return refused("deliveryMethodTypes", NO_WAYS.to_owned(), "INPUT_INVALID");
    }
    if field.arg("metafields").and_then(Value::as_list).is_some_and(|fields| !fields.is_empty()) {
        let message = "The functions that are built in have no settings: metafields would have no effect.";
        return refused("metafields", message.to_owned(), "INPUT_INVALID");
    }
    let record = Record {
        id: engine.ids().fresh().await?,
        kind: RecordKind::RoutingRule,
        parent: None,
        other: None,
        name: kind.title().to_owned(),
        key: Some(kind.handle().to_owned()),
        archived: false,
        body: Rule { kind, ways }.body(),
        created_at: data.now,
        updated_at: data.now,
    };
    Ok(planned(Command::SaveRecords(vec![record]), CREATE))
}

const NO_WAYS: &str = "At least one delivery method type must be given.";

pub(crate) async fn update(engine: &Engine, data: &Data, field: &Field<'_>) -> Result<Input, Error> {
    let id = match required_id(field, "id", "FulfillmentConstraintRule") {
        Ok(id) => id,
        Err(error) => return Ok(Input::Failed(error)),
    };
    let Some(record) = known(engine, data, id).await? else {
        return Ok(Input::Refused(UPDATE, vec![not_found()]));
    };
    let Some(rule) = Rule::of(&record) else { return Ok(Input::Refused(UPDATE, vec![not_found()])) };
    let ways = ways(field);
    if ways.is_empty() {
        return Ok(Input::Refused(UPDATE, vec![UserError::at("deliveryMethodTypes", NO_WAYS)]));
    }
    let body = Rule { ways, ..rule }.body();
    Ok(planned(Command::SaveRecords(vec![Record { body, ..record }]), UPDATE))
}

pub(crate) async fn delete(engine: &Engine, data: &Data, field: &Field<'_>) -> Result<Input, Error> {
    let id = match required_id(field, "id", "FulfillmentConstraintRule") {
        Ok(id) => id,
        Err(error) => return Ok(Input::Failed(error)),
    };
    Ok(match known(engine, data, id).await? {
        Some(record) => planned(Command::RemoveRecords(vec![record.id]), DELETE),
        None => Input::Refused(DELETE, vec![not_found()]),
    })
}

fn planned(command: Command, kind: Kind) -> Input {
    Input::Planned(Box::new(Planned { command, kind }))
}

fn saved(done: &Done) -> Vec<(&'static str, Answer)> {
    let written = done.decision.writes.iter().find_map(|write| match write {
        Write::Record(record) => Some(record.clone()),
        _ => None,
    });
    written.map(|record| ("fulfillmentConstraintRule", answer(record))).into_iter().collect()
}

fn create_refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    vec![match refusal {
        Refusal::Taken(_) => {
            let message = "A fulfillment constraint rule already exists for the function.";
            UserError::at("functionHandle", message).code("FUNCTION_ALREADY_REGISTERED")
        }
        other => plain(other),
    }]
}

fn known_refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    vec![match refusal {
        Refusal::Unknown(Thing::Record(_)) => not_found(),
        other => plain(other),
    }]
}

fn not_found() -> UserError {
    UserError::at("id", "Fulfillment constraint rule not found.").code("NOT_FOUND")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_has_one_word_of_the_schema() {
        for (way, name) in WAYS {
            assert_eq!(word(way), name);
            assert_eq!(WAYS.iter().filter(|(known, _)| *known == way).count(), 1);
            assert!(crate::SCHEMA.contains(&format!("\n  {name}\n")), "{name}");
        }
    }
}
