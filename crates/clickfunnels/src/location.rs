//! Fulfillment locations. What this API knows of one and the others don't (whom to write to there, and whether a program
//! runs it) is kept in custom fields.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post, put};
use domain::actor::Permission;
use domain::address::Address;
use domain::command::{Command, EditLocation};
use domain::custom_field::{self, CustomField};
use domain::id::LocationId;
use domain::location::{Location, last_rank};
use domain::refusal::{LocationTrouble, Refusal};
use domain::time::Time;
use serde_json::{Value, json};

use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::input::{Input, blank, invalid};
use crate::{NAME, id, page, words};

/// `GET` and `POST` of the list.
pub(crate) fn list() -> MethodRouter<Server> {
    get(listed).merge(post(created))
}

/// `GET`, `PUT`, `PATCH` and `DELETE` of one.
pub(crate) fn member() -> MethodRouter<Server> {
    get(fetched).merge(put(updated).patch(updated)).delete(removed)
}

async fn all(call: &Call) -> Result<Vec<Location>, Failure> {
    call.must(&[Permission::ReadLocations])?;
    Ok(call.engine.places(call.shop()).await?.0)
}

async fn by_id(call: &Call, id: i64) -> Result<Location, Failure> {
    let found = all(call).await?.into_iter().find(|location| location.id.0 == id);
    found.ok_or(Failure::NotFound(Some(id)))
}

async fn listed(call: Call) -> Result<Response, Failure> {
    let found = all(&call).await?;
    page::filters(&call, &[])?;
    let item = |one: &Location| (one.id.0, one.updated_at, shown(call.shop().id.0, one));
    page::few(&call, found.iter().map(item).collect())
}

async fn fetched(call: Call) -> Result<Response, Failure> {
    let found = by_id(&call, call.id()?).await?;
    Ok(Json(shown(call.shop().id.0, &found)).into_response())
}

/// A location as answers show it.
fn shown(workspace: i64, location: &Location) -> Value {
    let address = &location.address;
    let kept =
        |key: &str| custom_field::find(&location.custom_fields, NAME, key).map(|field| field.value.as_str());
    json!({
        "id": location.id.0,
        "public_id": id::public(location.id.0),
        "workspace_id": workspace,
        "name": location.name,
        "address_name": address.company.as_deref().unwrap_or(&location.name),
        "email_address": kept("email_address").unwrap_or_default(),
        "phone_number": address.phone,
        "sort_order": location.rank,
        "archived": !location.active,
        "external_app": location.service.is_some() || kept("external_app") == Some("true"),
        "created_at": words::time(location.created_at),
        "updated_at": words::time(location.updated_at),
        "address": {
            "address_one": address.address1,
            "address_two": address.address2,
            "city": address.city,
            "region": words::region(address),
            "country": words::country(address),
            "postal_code": address.zip,
        },
    })
}

async fn created(call: Call) -> Result<Response, Failure> {
    let input = call.input("fulfillments_location")?;
    for needed in ["name", "address_name", "email_address"] {
        input.needed_text(needed)?;
    }
    let id: LocationId = call.engine.ids().fresh().await?;
    let mut location = Location {
        id,
        name: String::new(),
        address: Address::default(),
        active: true,
        ships_orders: true,
        rank: last_rank(&all(&call).await?) + 1,
        service: None,
        zones: None,
        custom_fields: Vec::new(),
        created_at: Time(0),
        updated_at: Time(0),
        deactivated_at: None,
    };
    fill(&mut location, &input)?;
    if input.flag("archived")?.unwrap_or(false) {
        location.active = false;
        location.deactivated_at = Some(call.now());
    }
    call.execute(&Command::SaveLocation(location)).await?;
    let made = by_id(&call, id.0).await?;
    Ok((StatusCode::CREATED, Json(shown(call.shop().id.0, &made))).into_response())
}

async fn updated(call: Call) -> Result<Response, Failure> {
    let known = by_id(&call, call.id()?).await?;
    let input = call.input("fulfillments_location")?;
    let id = known.id;
    let mut location = known.clone();
    fill(&mut location, &input)?;
    let edit = EditLocation {
        location: id,
        name: Some(location.name),
        address: Some(location.address),
        ships_orders: None,
        active: input.flag("archived")?.map(|archived| !archived),
        custom_fields: location.custom_fields,
    };
    match call.verdict(&Command::EditLocation(edit)).await? {
        // It is there to be seen, and not for others to change.
        Err(Refusal::Unknown(_)) if known.service.is_some() => {
            return Err(Refusal::Location(id, LocationTrouble::OfService).into());
        }
        verdict => verdict?,
    };
    let changed = by_id(&call, id.0).await?;
    Ok(Json(shown(call.shop().id.0, &changed)).into_response())
}

/// Puts what was sent into a location.
fn fill(location: &mut Location, input: &Input) -> Result<(), Failure> {
    let needed = |name: &str| match input.said(name)? {
        Some(None) => Err(blank(name)),
        said => Ok(said.flatten()),
    };
    if let Some(name) = needed("name")? {
        location.name = name;
    }
    if let Some(name) = needed("address_name")? {
        location.address.company = Some(name);
    }
    if let Some(email) = needed("email_address")? {
        if !domain::contact::is_email(&email) {
            return Err(invalid("email_address", "is invalid"));
        }
        keep(location, "email_address", email);
    }
    if let Some(phone) = input.said("phone_number")? {
        location.address.phone = phone;
    }
    if let Some(external) = input.flag("external_app")? {
        keep(location, "external_app", external.to_string());
    }
    match input.value("address") {
        None => Ok(()),
        Some(Value::Object(fields)) => {
            fill_address(&mut location.address, &Input::from_object(fields.clone()))
        }
        Some(_) => Err(invalid("address", "must be an object")),
    }
}

fn fill_address(address: &mut Address, input: &Input) -> Result<(), Failure> {
    let Address { address1, address2, city, zip, .. } = address;
    for (name, field) in
        [("address_one", address1), ("address_two", address2), ("city", city), ("postal_code", zip)]
    {
        if let Some(said) = input.said(name)? {
            *field = said;
        }
    }
    if let Some(region) = input.said("region")? {
        words::set_region(address, region);
    }
    if let Some(country) = input.said("country")? {
        words::set_country(address, country);
    }
    Ok(())
}

fn keep(location: &mut Location, key: &str, value: String) {
    let kind = "single_line_text_field".to_owned();
    let said = CustomField::said(NAME.to_owned(), key.to_owned(), kind, value);
    match location.custom_fields.iter_mut().find(|field| field.namespace == NAME && field.key == key) {
        Some(field) => field.value = said.value,
        None => location.custom_fields.push(said),
    }
}

/// A location goes: out of service first, which is refused while somebody waits for something there.
async fn removed(call: Call) -> Result<Response, Failure> {
    let known = by_id(&call, call.id()?).await?;
    if known.active {
        call.execute(&Command::DeactivateLocation(known.id, None)).await?;
    }
    call.execute(&Command::DeleteLocation(known.id)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
