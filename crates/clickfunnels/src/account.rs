//! Who asks, and where: an installation is one team with one workspace, and whoever has a key is its own user.

use axum::response::IntoResponse as _;
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use domain::time::Time;
use engine::shops::ShopEdit;
use serde_json::{Value, json};

use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::input::{Input, invalid};
use crate::{id, words, workspace, zone};

/// The language of everything that the server says.
const LOCALE: &str = "en";

/// Users, teams and workspaces.
pub(crate) fn routes() -> Router<Server> {
    Router::new()
        .route("/me", get(me))
        // By which it went before.
        .route("/users/me", get(me))
        .route("/users", get(users))
        .route("/users/{id}", get(user))
        .route("/teams", get(teams))
        .route("/teams/{id}", get(team).put(edit_team).patch(edit_team))
        .route("/teams/{id}/workspaces", get(workspaces))
        .route("/workspaces/{workspace}", get(own_workspace).put(edit_workspace).patch(edit_workspace))
}

async fn myself(call: &Call) -> Result<Value, Failure> {
    let shop = call.shop();
    let app = call.actor().app().ok_or(Failure::NotFound(None))?;
    let name = call.engine.app_name(shop, app).await?.unwrap_or_default();
    let since = words::time(call.engine.app_since(shop, app).await?.unwrap_or(Time(0)));
    Ok(json!({
        "id": app.0,
        "public_id": id::public(app.0),
        "email": shop.email,
        "first_name": name,
        "last_name": "",
        "time_zone": zone::shown(&shop.time_zone),
        "locale": LOCALE,
        "created_at": since,
        "updated_at": since,
    }))
}

async fn me(call: Call) -> Result<Response, Failure> {
    let shop = call.shop();
    let mut shown = myself(&call).await?;
    shown["connected_workspace"] = json!({
        "team_id": shop.id.0,
        "team_name": shop.name,
        "workspace_id": shop.id.0,
        "workspace_name": shop.name,
        "workspace_url": call.address.split("/api/v2").next(),
        "workspace_currency": shop.currency.code(),
    });
    Ok(Json(shown).into_response())
}

async fn users(call: Call) -> Result<Response, Failure> {
    Ok(Json(json!([myself(&call).await?])).into_response())
}

async fn user(call: Call) -> Result<Response, Failure> {
    let id = call.id()?;
    match myself(&call).await? {
        own if own["id"] == id => Ok(Json(own).into_response()),
        _ => Err(Failure::NotFound(Some(id))),
    }
}

fn shown(shop: &domain::snapshot::Shop) -> Value {
    json!({
        "id": shop.id.0,
        "public_id": id::public(shop.id.0),
        "name": shop.name,
        "time_zone": zone::shown(&shop.time_zone),
        "locale": LOCALE,
        "created_at": null,
        "updated_at": null,
    })
}

/// The one team there is.
fn own_team(call: &Call) -> Result<(), Failure> {
    let id = call.id()?;
    if id == call.shop().id.0 { Ok(()) } else { Err(Failure::NotFound(Some(id))) }
}

async fn teams(call: Call) -> Json<Value> {
    Json(json!([shown(call.shop())]))
}

async fn team(call: Call) -> Result<Response, Failure> {
    own_team(&call)?;
    Ok(Json(shown(call.shop())).into_response())
}

async fn workspaces(call: Call) -> Result<Response, Failure> {
    own_team(&call)?;
    Ok(Json(json!([workspace::shown(call.shop())])).into_response())
}

async fn own_workspace(call: Call) -> Json<Value> {
    Json(workspace::shown(call.shop()))
}

async fn edit_team(call: Call) -> Result<Response, Failure> {
    own_team(&call)?;
    let input = call.input("team")?;
    if input.text("locale")?.is_some_and(|locale| locale != LOCALE) {
        return Err(invalid("locale", "is not included in the list"));
    }
    let time_zone = match input.text("time_zone")? {
        None => None,
        Some(name) => {
            Some(zone::iana(&name).ok_or_else(|| invalid("time_zone", "is not included in the list"))?)
        }
    };
    let edit = ShopEdit { name: name(&input)?, time_zone, ..ShopEdit::default() };
    let shop = call.engine.edit_shop(call.shop(), call.actor(), edit).await??;
    Ok(Json(shown(&shop)).into_response())
}

async fn edit_workspace(call: Call) -> Result<Response, Failure> {
    let input = call.input("workspace")?;
    let edit = ShopEdit { name: name(&input)?, label: input.text("subdomain")?, ..ShopEdit::default() };
    let shop = call.engine.edit_shop(call.shop(), call.actor(), edit).await??;
    Ok(Json(workspace::shown(&shop)).into_response())
}

fn name(input: &Input) -> Result<Option<String>, Failure> {
    input.has("name").then(|| input.needed_text("name")).transpose()
}
