//! What mutations say of fulfillment services: all that is wrong with it at once, the name first, then the callback
//! address. What depends on others is left to the domain.

use domain::address::Address;
use domain::command::{Command, DeleteService, EditService, Leftover};
use domain::decide::Outcome;
use domain::id::{AppId, LocationId, ServiceId};
use domain::location::{Location, Service, first_own, last_rank};
use domain::refusal::{Field as Part, LocationTrouble, Refusal, Thing};
use engine::outside::Policy;
use engine::outside::url::UrlRefusal;
use engine::{Done, Engine, Error};
use graphql::{Field, Input as Value};

use crate::answer::{Answer, UserError};
use crate::data::Data;
use crate::id::{gid, of_kind};
use crate::mutation::{Input, Kind, Planned, invalid_id, plain};
use crate::shop::handle;

const CREATE: Kind =
    Kind { payload: "FulfillmentServiceCreatePayload", errors: "UserError", done: saved, refused };
const UPDATE: Kind = Kind { payload: "FulfillmentServiceUpdatePayload", ..CREATE };
const DELETE: Kind =
    Kind { payload: "FulfillmentServiceDeletePayload", done: deleted, refused: delete_refused, ..CREATE };

/// Names that mean something else to programs that read them.
const RESERVED: [&str; 4] = ["manual", "gift-card", "shopify", "amazon"];

pub(crate) async fn create(engine: &Engine, data: &Data, field: &Field<'_>) -> Result<Input, Error> {
    let name = field.str_arg("name").unwrap_or_default().to_owned();
    let (callback_url, wrong) = callback(field, engine.policy());
    let errors: Vec<UserError> = misnamed(&name).into_iter().chain(wrong).collect();
    if !errors.is_empty() {
        return Ok(Input::Refused(CREATE, errors));
    }
    let (locations, _) = engine.places(&data.shop).await?;
    let (id, location): (ServiceId, LocationId) = (engine.ids().fresh().await?, engine.ids().fresh().await?);
    let named = Some(handle(&name)).filter(|handle| !handle.is_empty());
    let service = Service {
        id,
        app: data.app().unwrap_or(AppId(0)),
        handle: named.unwrap_or_else(|| format!("service-{id}")),
        name: name.clone(),
        location,
        callback_url: callback_url.flatten(),
        gives_tracking: flag(field, "trackingSupport").unwrap_or(false),
        gives_stock: flag(field, "inventoryManagement").unwrap_or(false),
        requires_shipping: flag(field, "requiresShippingMethod").unwrap_or(true),
        created_at: data.now,
        updated_at: data.now,
    };
    // It stands where the shop is, until somebody says where it is.
    let address = first_own(&locations).map_or_else(Address::default, |first| first.address.clone());
    let location = Location {
        id: location,
        name,
        address,
        active: true,
        ships_orders: true,
        rank: last_rank(&locations) + 1,
        service: None,
        zones: None,
        custom_fields: Vec::new(),
        created_at: data.now,
        updated_at: data.now,
        deactivated_at: None,
    };
    let command = Command::SaveService(service, location);
    Ok(Input::Planned(Box::new(Planned { command, kind: CREATE })))
}

/// Arguments that aren't named leave what they are about as it is.
pub(crate) fn update(engine: &Engine, field: &Field<'_>) -> Input {
    let service = match named(field, UPDATE) {
        Ok(service) => service,
        Err(input) => return input,
    };
    let name = field.str_arg("name").map(str::to_owned);
    let (callback_url, wrong) = callback(field, engine.policy());
    let errors: Vec<UserError> = name.as_deref().map(misnamed).into_iter().flatten().chain(wrong).collect();
    if !errors.is_empty() {
        return Input::Refused(UPDATE, errors);
    }
    let command = Command::EditService(EditService {
        service,
        name,
        callback_url,
        gives_tracking: flag(field, "trackingSupport"),
        gives_stock: flag(field, "inventoryManagement"),
        requires_shipping: flag(field, "requiresShippingMethod"),
    });
    Input::Planned(Box::new(Planned { command, kind: UPDATE }))
}

pub(crate) async fn delete(engine: &Engine, data: &Data, field: &Field<'_>) -> Result<Input, Error> {
    let service = match named(field, DELETE) {
        Ok(service) => service,
        Err(input) => return Ok(input),
    };
    let to = match field.str_arg("destinationLocationId") {
        None => None,
        Some(gid) => match of_kind("Location", gid) {
            Some(to) => Some(LocationId(to)),
            None => return Ok(Input::Failed(invalid_id(gid))),
        },
    };
    let leftover = match (field.str_arg("inventoryAction"), to) {
        (Some("DELETE"), None) => Leftover::Discard,
        (Some("KEEP"), None) => Leftover::Keep,
        (Some("DELETE" | "KEEP"), Some(_)) => {
            let message = "Inventory action Destination location id should not be present when deleting/keeping the inventory of the fulfillment service.";
            return Ok(Input::Refused(DELETE, vec![UserError::at("inventoryAction", message)]));
        }
        (_, to) => Leftover::Transfer(to),
    };
    let (_, services) = engine.places(&data.shop).await?;
    let Some(known) = services.iter().find(|known| known.id == service) else {
        return Ok(Input::Refused(DELETE, vec![unknown()]));
    };
    let command = Command::DeleteService(DeleteService { service, location: known.location, leftover });
    Ok(Input::Planned(Box::new(Planned { command, kind: DELETE })))
}

/// The service that `id` names. The merchant's own hands are no service that could be changed.
fn named(field: &Field<'_>, kind: Kind) -> Result<ServiceId, Input> {
    let gid = field.str_arg("id").unwrap_or_default();
    match of_kind("FulfillmentService", gid) {
        Some(id) => Ok(ServiceId(id)),
        None if gid == super::MANUAL => Err(Input::Refused(kind, vec![unknown()])),
        None => Err(Input::Failed(invalid_id(gid))),
    }
}

fn unknown() -> UserError {
    UserError::at("id", "Fulfillment service could not be found.")
}

fn flag(field: &Field<'_>, name: &str) -> Option<bool> {
    field.arg(name).and_then(Value::as_bool)
}

fn misnamed(name: &str) -> Vec<UserError> {
    let mut messages = Vec::new();
    if name.trim().is_empty() {
        messages.push("Name can't be blank");
    } else {
        messages.extend(
            name.starts_with(char::is_whitespace).then_some("Name cannot begin with a whitespace character"),
        );
        messages.extend(
            name.ends_with(char::is_whitespace).then_some("Name cannot end with a whitespace character"),
        );
        messages.extend(RESERVED.contains(&&*handle(name)).then_some("Name is reserved"));
    }
    messages.into_iter().map(|message| UserError::at("name", message)).collect()
}

/// Where the service wants to be called, if something was said about it (`Some(None)` is nowhere), and what is wrong
/// with that.
fn callback(field: &Field<'_>, policy: &Policy) -> (Option<Option<String>>, Option<UserError>) {
    let Some(given) = field.arg("callbackUrl") else { return (None, None) };
    let Some(url) = given.as_str().map(str::trim).filter(|url| !url.is_empty()) else {
        return (Some(None), None);
    };
    let wrong = policy.check_url(url).err().map(|refusal| {
        let message = match refusal {
            UrlRefusal::PlainHttp => "Callback url protocol http:// is not supported".to_owned(),
            UrlRefusal::Scheme(scheme) => format!("Callback url protocol {scheme}:// is not supported"),
            _ => "Callback url is not allowed".to_owned(),
        };
        UserError::at("callbackUrl", message)
    });
    (Some(Some(url.to_owned())), wrong)
}

fn saved(done: &Done) -> Vec<(&'static str, Answer)> {
    match done.outcome {
        Outcome::Service(id) => vec![("fulfillmentService", Answer::Service(id))],
        _ => Vec::new(),
    }
}

/// Without the query string that the id has everywhere else.
fn deleted(done: &Done) -> Vec<(&'static str, Answer)> {
    match done.outcome {
        Outcome::Service(id) => vec![("deletedId", Answer::Id(gid("FulfillmentService", id.0)))],
        _ => Vec::new(),
    }
}

fn refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    vec![match refusal {
        Refusal::Unknown(Thing::Service(_)) => unknown(),
        Refusal::Taken(Part::Name) => UserError::at("name", "Name has already been taken"),
        Refusal::Malformed(Part::Name, _) => {
            UserError::at("name", "Name is too long (maximum is 100 characters)")
        }
        other => plain(other),
    }]
}

fn delete_refused(refusal: &Refusal, command: &Command) -> Vec<UserError> {
    vec![match refusal {
        Refusal::Location(_, LocationTrouble::HasWork) => UserError::whole(
            "The fulfillment service has open fulfillment orders. Fulfill, move or cancel them first.",
        ),
        Refusal::Unknown(Thing::Location(_)) | Refusal::Location(..) => {
            UserError::whole("Invalid destination location.")
        }
        other => return refused(other, command),
    }]
}
