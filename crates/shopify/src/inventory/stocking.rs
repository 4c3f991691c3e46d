//! `inventoryActivate`, `inventoryDeactivate`, `inventoryItemUpdate`.

use domain::command::{Command, SetStocking, StartStocking, StockMeasure, Stocked, VariantEdit};
use domain::decide::Outcome;
use domain::event::Fact;
use domain::id::{LocationId, VariantId};
use domain::money;
use domain::refusal::{self, Refusal, Thing};
use domain::snapshot::Shop;
use engine::{Done, Engine, Error};
use graphql::{Field, FieldError, Input as Value};

use super::level::{LevelId, only_there};
use crate::answer::{Answer, UserError};
use crate::data::Data;
use crate::mutation::{Input, Kind, Planned, invalid_id, plain, required_id};
use crate::order_create::{decimal, grams};

pub(crate) async fn activate(engine: &Engine, data: &Data, field: &Field<'_>) -> Result<Input, Error> {
    let kind = Kind {
        payload: "InventoryActivatePayload",
        errors: "UserError",
        done: activated,
        refused: activate_refused,
    };
    let quantity = |name: &str| field.arg(name).and_then(Value::as_int);
    let opening = match (quantity("available"), quantity("onHand")) {
        (Some(available), None) => Some((StockMeasure::Available, available)),
        (_, on_hand) => on_hand.map(|on_hand| (StockMeasure::OnHand, on_hand)),
    };
    let understood = || -> Result<StartStocking, FieldError> {
        let variant = VariantId(required_id(field, "inventoryItemId", "InventoryItem")?);
        let location = LocationId(required_id(field, "locationId", "Location")?);
        Ok(StartStocking { variant, location, opening })
    };
    let start = match understood() {
        Ok(start) => start,
        Err(error) => return Ok(Input::Failed(error)),
    };
    if quantity("available").is_some() && quantity("onHand").is_some() {
        let (locations, _) = engine.places(&data.shop).await?;
        let location = locations.iter().find(|location| location.id == start.location);
        if let Some(location) = location {
            let what = "not allowed to set available and on_hand quantities at the same time";
            let error = |argument| UserError::at(argument, unstockable(&location.name, what));
            return Ok(Input::Refused(kind, vec![error("available"), error("onHand")]));
        }
    }
    Ok(Input::Planned(Box::new(Planned { command: Command::StartStocking(start), kind })))
}

/// What was there already is told, with the error that an opening quantity was given for it.
fn activated(done: &Done) -> Vec<(&'static str, Answer)> {
    let Outcome::Stocked { variant, location, ignored } = done.outcome else { return Vec::new() };
    let level = ("inventoryLevel", Answer::InventoryLevel(LevelId { location, variant }));
    let Some(measure) = ignored else { return vec![level] };
    let quantity = match measure {
        StockMeasure::Available => "available",
        StockMeasure::OnHand => "an on_hand",
    };
    let message =
        format!("Not allowed to set {quantity} quantity when the item is already active at the location.");
    vec![level, ("userErrors", Answer::Warned(vec![UserError::at(argument(measure), message)]))]
}

fn activate_refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    vec![match refusal {
        Refusal::Unknown(Thing::Location(_)) => {
            UserError::at("locationId", "The product couldn't be stocked because the location wasn't found.")
        }
        Refusal::Unknown(Thing::Variant(..)) => UserError::at(
            "inventoryItemId",
            "The product couldn't be stocked because the product wasn't found.",
        ),
        Refusal::OpeningStock(location, measure) => {
            let what = "the quantity needs to be between -1 billion and 1 billion";
            UserError::at(argument(*measure), unstockable(location, what))
        }
        other => plain(other),
    }]
}

fn unstockable(location: &str, what: &str) -> String {
    format!("The product couldn't be stocked at {location} because {what}.")
}

fn argument(measure: StockMeasure) -> &'static str {
    match measure {
        StockMeasure::Available => "available",
        StockMeasure::OnHand => "onHand",
    }
}

const BULK: Kind = Kind {
    payload: "InventoryBulkToggleActivationPayload",
    errors: "InventoryBulkToggleActivationUserError",
    done: toggled,
    refused: toggle_refused,
};

/// `inventoryBulkToggleActivation`: all of it or nothing.
pub(crate) fn bulk_toggle(field: &Field<'_>) -> Input {
    let understood = || -> Result<SetStocking, FieldError> {
        let variant = VariantId(required_id(field, "inventoryItemId", "InventoryItem")?);
        let updates = field.arg("inventoryItemUpdates").and_then(Value::as_list).unwrap_or_default();
        let place = |update: &Value| {
            let gid = update.get("locationId").and_then(Value::as_str).unwrap_or_default();
            let location = crate::id::of_kind("Location", gid).ok_or_else(|| invalid_id(gid))?;
            let stocked = match update.get("activate").and_then(Value::as_bool) {
                Some(true) => Stocked::Yes,
                _ => Stocked::No,
            };
            Ok((LocationId(location), stocked))
        };
        Ok(SetStocking { variant, places: updates.iter().map(place).collect::<Result<_, _>>()? })
    };
    match understood() {
        Ok(set) => Input::Planned(Box::new(Planned { command: Command::SetStocking(set), kind: BULK })),
        Err(error) => Input::Failed(error),
    }
}

/// The item, and what began to be stocked where.
fn toggled(done: &Done) -> Vec<(&'static str, Answer)> {
    let Outcome::Variant(id) = done.outcome else { return Vec::new() };
    let facts = done.decision.events.iter().flat_map(|event| &event.facts);
    let begun = facts.filter_map(|fact| match fact {
        Fact::StockingBegan { location, variant, .. } => {
            Some(Answer::InventoryLevel(LevelId { location: *location, variant: *variant }))
        }
        _ => None,
    });
    vec![("inventoryItem", Answer::InventoryItem(id)), ("inventoryLevels", Answer::List(begun.collect()))]
}

fn toggle_refused(refusal: &Refusal, command: &Command) -> Vec<UserError> {
    let update = |location: &LocationId| {
        let Command::SetStocking(set) = command else { return "inventoryItemUpdates".to_owned() };
        let place = set.places.iter().position(|(known, _)| known == location).unwrap_or_default();
        format!("inventoryItemUpdates.{place}.locationId")
    };
    vec![match refusal {
        Refusal::Unknown(Thing::Variant(..)) => {
            let message = "The product couldn't be stocked because the product wasn't found.";
            UserError::at("inventoryItemId", message).code("INVENTORY_ITEM_NOT_FOUND")
        }
        Refusal::Unknown(Thing::Location(location)) => {
            let message = "The product couldn't be stocked because the location wasn't found.";
            UserError::at(&update(location), message).code("LOCATION_NOT_FOUND")
        }
        Refusal::OnlyStockedThere(_, location) => UserError::at("inventoryItemUpdates", only_there(location))
            .code("CANNOT_DEACTIVATE_FROM_ONLY_LOCATION"),
        Refusal::Twice(place) => {
            let path = format!("inventoryItemUpdates.{place}.locationId");
            UserError::at(&path, "The location is named twice.").code("GENERIC_ERROR")
        }
        other => plain(other).code("GENERIC_ERROR"),
    }]
}

pub(crate) fn deactivate(field: &Field<'_>) -> Input {
    let kind = Kind {
        payload: "InventoryDeactivatePayload",
        errors: "UserError",
        done: |_| Vec::new(),
        refused: deactivate_refused,
    };
    let text = field.str_arg("inventoryLevelId").unwrap_or_default();
    match LevelId::parse("InventoryLevel", text) {
        Some(id) => {
            let command = Command::StopStocking(id.variant, id.location);
            Input::Planned(Box::new(Planned { command, kind }))
        }
        None => Input::Failed(invalid_id(text)),
    }
}

fn deactivate_refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    vec![match refusal {
        Refusal::Unknown(Thing::Variant(..)) => {
            UserError::whole("The product couldn't be unstocked because the product was deleted.")
        }
        Refusal::Unknown(Thing::Location(_)) => {
            UserError::whole("The product couldn't be unstocked because the location was deleted.")
        }
        Refusal::OnlyStockedThere(_, location) => UserError::whole(only_there(location)),
        other => plain(other),
    }]
}

pub(crate) fn update(shop: &Shop, field: &Field<'_>) -> Input {
    let kind = Kind {
        payload: "InventoryItemUpdatePayload",
        errors: "UserError",
        done: updated,
        refused: update_refused,
    };
    let understood = || -> Result<(VariantId, VariantEdit), FieldError> {
        Ok((VariantId(required_id(field, "id", "InventoryItem")?), edit(shop, field.arg("input"))?))
    };
    match understood() {
        Ok((id, edit)) => {
            let command = Command::EditVariant(id, edit);
            Input::Planned(Box::new(Planned { command, kind }))
        }
        Err(error) => Input::Failed(error),
    }
}

/// What isn't given stays; what is null is taken away where it may be missing, and stays where it may not.
fn edit(shop: &Shop, input: Option<&Value>) -> Result<VariantEdit, FieldError> {
    let get = |name: &str| input.and_then(|input| input.get(name));
    let text = |name: &str| get(name).map(|value| value.as_str().map(str::to_owned));
    let flag = |name: &str| get(name).and_then(Value::as_bool);
    let cost = |cost: &Value| match cost.is_null() {
        true => Ok(None),
        false => match money::parse(&decimal(cost), shop.currency) {
            Some(cost) => Ok(Some(cost)),
            None => {
                let message = format!("{} is not an amount", decimal(cost));
                Err(FieldError::new(message).code("INVALID_FIELD_ARGUMENTS"))
            }
        },
    };
    let weight = get("measurement").and_then(|measurement| measurement.get("weight"));
    let codes = get("countryHarmonizedSystemCodes").map(|codes| {
        let code = |code: &Value| {
            let part = |name: &str| code.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            (part("countryCode"), part("harmonizedSystemCode"))
        };
        codes.as_list().unwrap_or_default().iter().map(code).collect()
    });
    Ok(VariantEdit {
        sku: text("sku").map(|sku| sku.filter(|sku| !sku.is_empty())),
        tracked: flag("tracked"),
        requires_shipping: flag("requiresShipping"),
        grams: weight.filter(|weight| !weight.is_null()).map(grams),
        unit_cost: get("cost").map(cost).transpose()?,
        country_of_origin: text("countryCodeOfOrigin"),
        province_of_origin: text("provinceCodeOfOrigin"),
        tariff_code: text("harmonizedSystemCode").map(|code| code.filter(|code| !code.is_empty())),
        tariff_codes_by_country: codes,
    })
}

fn updated(done: &Done) -> Vec<(&'static str, Answer)> {
    let Outcome::Variant(id) = done.outcome else { return Vec::new() };
    vec![("inventoryItem", Answer::InventoryItem(id))]
}

fn update_refused(refusal: &Refusal, command: &Command) -> Vec<UserError> {
    vec![match refusal {
        Refusal::Unknown(Thing::Variant(..)) => {
            UserError::at("id", "The product couldn't be updated because it does not exist.")
        }
        Refusal::Malformed(refusal::Field::UnitCost, what) => {
            UserError::at("input.cost", format!("Cost {what}"))
        }
        Refusal::Malformed(refusal::Field::Weight, _) => {
            let grams = match command {
                Command::EditVariant(_, edit) => edit.grams.unwrap_or_default(),
                _ => 0,
            };
            let kilograms = grams as f64 / 1000.0;
            let message = format!("Measurement weight value {kilograms} kg must be >= 0 kg");
            UserError::at("input.measurement.weight", message)
        }
        Refusal::Malformed(refusal::Field::CountryOfOrigin, what) => {
            UserError::at("input.countryCodeOfOrigin", format!("Country code of origin {what}"))
        }
        Refusal::Malformed(refusal::Field::TariffCode, what) => {
            UserError::at("input.harmonizedSystemCode", format!("Harmonized system code {what}"))
        }
        other => plain(other),
    }]
}
