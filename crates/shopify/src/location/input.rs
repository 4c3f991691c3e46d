//! What mutations say of locations, and how refusals are worded. The words are those that were recorded; where none
//! were, the published meaning of the code.

use domain::address::Address;
use domain::command::{Command, EditLocation};
use domain::decide::Outcome;
use domain::id::LocationId;
use domain::location::{Location, last_rank};
use domain::refusal::{Field as Part, LocationTrouble, Refusal, Thing};
use engine::{Done, Engine, Error};
use graphql::{Field, Input as Value};

use crate::answer::{Answer, UserError};
use crate::data::Data;
use crate::id::{gid, of_kind};
use crate::metafield;
use crate::mutation::{Input, Kind, Planned, invalid_id, plain, required_id};
use crate::region;

const ADD: Kind = Kind {
    payload: "LocationAddPayload",
    errors: "LocationAddUserError",
    done: location,
    refused: save_refused,
};
const EDIT: Kind = Kind { payload: "LocationEditPayload", errors: "LocationEditUserError", ..ADD };
const ACTIVATE: Kind = Kind {
    payload: "LocationActivatePayload",
    errors: "LocationActivateUserError",
    refused: activate_refused,
    ..ADD
};
const DEACTIVATE: Kind = Kind {
    payload: "LocationDeactivatePayload",
    errors: "LocationDeactivateUserError",
    refused: deactivate_refused,
    ..ADD
};
const DELETE: Kind = Kind {
    payload: "LocationDeletePayload",
    errors: "LocationDeleteUserError",
    done: deleted,
    refused: delete_refused,
};

fn planned(command: Command, kind: Kind) -> Input {
    Input::Planned(Box::new(Planned { command, kind }))
}

pub(crate) async fn add(engine: &Engine, data: &Data, field: &Field<'_>) -> Result<Input, Error> {
    let input = field.arg("input").unwrap_or(&Value::Null);
    let (locations, _) = engine.places(&data.shop).await?;
    let location = Location {
        id: engine.ids().fresh().await?,
        name: said(input, "name").unwrap_or_default(),
        address: addressed(input, Address::default()).unwrap_or_default(),
        active: true,
        ships_orders: input.get("fulfillsOnlineOrders").and_then(Value::as_bool).unwrap_or(true),
        rank: last_rank(&locations) + 1,
        service: None,
        zones: None,
        custom_fields: metafield::said(data, input.get("metafields"), &[]),
        created_at: data.now,
        updated_at: data.now,
        deactivated_at: None,
    };
    Ok(planned(Command::SaveLocation(location), ADD))
}

/// Members that aren't named stay as they are, those of the address too.
pub(crate) async fn edit(engine: &Engine, data: &Data, field: &Field<'_>) -> Result<Input, Error> {
    let id = match required_id(field, "id", "Location") {
        Ok(id) => LocationId(id),
        Err(error) => return Ok(Input::Failed(error)),
    };
    let input = field.arg("input").unwrap_or(&Value::Null);
    let (locations, _) = engine.places(&data.shop).await?;
    let known = locations.into_iter().find(|location| location.id == id);
    let kept = known.as_ref().map(|known| known.custom_fields.as_slice()).unwrap_or_default();
    let custom_fields = metafield::said(data, input.get("metafields"), kept);
    let command = EditLocation {
        location: id,
        name: said(input, "name"),
        address: addressed(input, known.map(|known| known.address).unwrap_or_default()),
        ships_orders: input.get("fulfillsOnlineOrders").and_then(Value::as_bool),
        active: None,
        custom_fields,
    };
    Ok(planned(Command::EditLocation(command), EDIT))
}

pub(crate) fn activate(field: &Field<'_>) -> Input {
    match required_id(field, "locationId", "Location") {
        Ok(id) => planned(Command::ActivateLocation(LocationId(id)), ACTIVATE),
        Err(error) => Input::Failed(error),
    }
}

pub(crate) fn deactivate(field: &Field<'_>) -> Input {
    let id = match required_id(field, "locationId", "Location") {
        Ok(id) => LocationId(id),
        Err(error) => return Input::Failed(error),
    };
    let to = match field.str_arg("destinationLocationId") {
        None => None,
        Some(gid) => match of_kind("Location", gid) {
            Some(to) => Some(LocationId(to)),
            None => return Input::Failed(invalid_id(gid)),
        },
    };
    planned(Command::DeactivateLocation(id, to), DEACTIVATE)
}

pub(crate) fn delete(field: &Field<'_>) -> Input {
    match required_id(field, "locationId", "Location") {
        Ok(id) => planned(Command::DeleteLocation(LocationId(id)), DELETE),
        Err(error) => Input::Failed(error),
    }
}

fn said(input: &Value, name: &str) -> Option<String> {
    input.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// The address with what the input says of it; `None` if it says nothing. Names follow codes.
fn addressed(input: &Value, mut address: Address) -> Option<Address> {
    let given = input.get("address").filter(|given| !given.is_null())?;
    let put = |name: &str, of: &mut Option<String>| {
        if let Some(value) = given.get(name) {
            *of = value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        }
    };
    put("address1", &mut address.address1);
    put("address2", &mut address.address2);
    put("city", &mut address.city);
    put("zip", &mut address.zip);
    put("phone", &mut address.phone);
    let before = (address.country_code.clone(), address.province_code.clone());
    put("countryCode", &mut address.country_code);
    put("provinceCode", &mut address.province_code);
    if before != (address.country_code.clone(), address.province_code.clone()) {
        address.country = address.country_code.as_deref().and_then(region::country).map(str::to_owned);
        let codes = address.country_code.as_deref().zip(address.province_code.as_deref());
        address.province =
            codes.and_then(|(country, code)| region::province(country, code)).map(str::to_owned);
    }
    Some(address)
}

fn location(done: &Done) -> Vec<(&'static str, Answer)> {
    match done.outcome {
        Outcome::Location(id) => vec![("location", Answer::Location(id))],
        _ => Vec::new(),
    }
}

fn deleted(done: &Done) -> Vec<(&'static str, Answer)> {
    match done.outcome {
        Outcome::Location(id) => vec![("deletedLocationId", Answer::Id(gid("Location", id.0)))],
        _ => Vec::new(),
    }
}

fn save_refused(refusal: &Refusal, command: &Command) -> Vec<UserError> {
    let name = match command {
        Command::SaveLocation(location) => Some(&location.name),
        Command::EditLocation(edit) => edit.name.as_ref(),
        _ => None,
    };
    let is_blank = name.is_none_or(|name| name.trim().is_empty());
    vec![match refusal {
        Refusal::Malformed(Part::Name, _) if is_blank => {
            UserError::at("input.name", "Add a location name").code("BLANK")
        }
        Refusal::Malformed(Part::Name, _) => {
            UserError::at("input.name", "Use a shorter location name (up to 100 characters)").code("TOO_LONG")
        }
        Refusal::Taken(Part::Name) => {
            UserError::at("input.name", "You already have a location with this name").code("TAKEN")
        }
        Refusal::Unknown(Thing::Location(_)) => UserError::at("id", "Location not found.").code("NOT_FOUND"),
        Refusal::Location(_, LocationTrouble::OnlyOneThatShips) => UserError::at(
            "input",
            "Online order fulfillment could not be disabled for this location as it is the only location that fulfills online orders.",
        )
        .code("CANNOT_DISABLE_ONLINE_ORDER_FULFILLMENT"),
        Refusal::Location(_, LocationTrouble::OfService) => UserError::at(
            "input",
            "Cannot modify the online order fulfillment preference for fulfillment service locations.",
        )
        .code("CANNOT_MODIFY_ONLINE_ORDER_FULFILLMENT_FOR_FS_LOCATION"),
        other => plain(other).code("GENERIC_ERROR"),
    }]
}

fn activate_refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    vec![match refusal {
        Refusal::Unknown(Thing::Location(_)) => not_found(),
        other => plain(other).code("GENERIC_ERROR"),
    }]
}

fn not_found() -> UserError {
    UserError::at("locationId", "Location not found.").code("LOCATION_NOT_FOUND")
}

fn deactivate_refused(refusal: &Refusal, command: &Command) -> Vec<UserError> {
    let of_itself = |id: &LocationId| matches!(command, Command::DeactivateLocation(own, _) if own == id);
    let (path, message, code) = match refusal {
        Refusal::Unknown(Thing::Location(id)) if of_itself(id) => return vec![not_found()],
        Refusal::Unknown(Thing::Location(_)) => (
            "destinationLocationId",
            "Destination location is not found or inactive.",
            "DESTINATION_LOCATION_NOT_FOUND_OR_INACTIVE",
        ),
        Refusal::Location(_, LocationTrouble::Same) => (
            "destinationLocationId",
            "Destination location is the same as the location to be deactivated.",
            "DESTINATION_LOCATION_IS_THE_SAME_LOCATION",
        ),
        Refusal::Location(id, LocationTrouble::OfService) if of_itself(id) => (
            "locationId",
            "Location either has a fulfillment service or is the only location with a shipping address.",
            "PERMANENTLY_BLOCKED_FROM_DEACTIVATION_ERROR",
        ),
        Refusal::Location(_, LocationTrouble::OfService) => (
            "destinationLocationId",
            "Destination location is not Shopify managed.",
            "DESTINATION_LOCATION_NOT_SHOPIFY_MANAGED",
        ),
        Refusal::Location(_, LocationTrouble::OnlyOneThatShips) => (
            "locationId",
            "At least one location must fulfill online orders.",
            "CANNOT_DISABLE_ONLINE_ORDER_FULFILLMENT",
        ),
        Refusal::Location(_, LocationTrouble::HasWork) => (
            "locationId",
            "Location could not be deactivated because it has pending orders.",
            "HAS_FULFILLMENT_ORDERS_ERROR",
        ),
        Refusal::Location(_, LocationTrouble::HasStock) => (
            "locationId",
            "Location could not be deactivated without specifying where to relocate inventory at the location.",
            "HAS_ACTIVE_INVENTORY_ERROR",
        ),
        other => return vec![plain(other)],
    };
    vec![UserError::at(path, message).code(code)]
}

fn delete_refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    let (message, code) = match refusal {
        // To this mutation there are no locations of fulfillment services; they go with their service.
        Refusal::Unknown(Thing::Location(_)) | Refusal::Location(_, LocationTrouble::OfService) => {
            return vec![not_found()];
        }
        Refusal::Location(_, LocationTrouble::Active) => {
            ("The location cannot be deleted while it is active.", "LOCATION_IS_ACTIVE")
        }
        Refusal::Location(_, LocationTrouble::HasWork) => {
            ("The location cannot be deleted while it has pending orders.", "LOCATION_HAS_PENDING_ORDERS")
        }
        Refusal::Location(_, LocationTrouble::HasStock) => {
            ("The location cannot be deleted while it has inventory.", "LOCATION_HAS_INVENTORY")
        }
        other => return vec![plain(other).code("GENERIC_ERROR")],
    };
    vec![UserError::at("locationId", message).code(code)]
}
