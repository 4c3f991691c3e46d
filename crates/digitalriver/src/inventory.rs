//! Inventory items: SKUs whose stock is counted, by the SKU's id. How many there are is counted and moved elsewhere in this
//! server; here it is told, location by location.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use domain::actor::Permission;
use domain::address::Address;
use domain::command::Command;
use domain::location::Location;
use domain::product::{Variant, WhenOut};
use domain::stock::Stock;
use engine::query::Page;
use serde_json::{Map, Value, json};

use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::input::Input;
use crate::page::{self, Gather, Span};
use crate::{sku, words};

pub(crate) const NEEDS: &[Permission] = &[Permission::ReadInventory, Permission::ReadProducts];
const FIELDS: [&str; 6] =
    ["manufacturerId", "partNumber", "eccn", "hsCode", "countryOfOrigin", "allowOversell"];
/// Variants that are read at once.
const BATCH: u32 = 250;

/// Inventory items, and how many there are of each.
pub(crate) fn routes() -> Router<Server> {
    Router::new()
        .route("/inventory-items", get(list).post(create))
        .route("/inventory-items/{id}", get(fetch).post(update).delete(remove))
        .route("/inventory-levels", get(levels))
}

/// The counted variant of an inventory item.
async fn one(call: &Call, name: &str) -> Result<Variant, Failure> {
    call.must(NEEDS)?;
    let counted = sku::find(call, name).await?.filter(|variant| variant.tracked);
    counted.ok_or_else(|| Failure::not_found("Inventory item", name, "id"))
}

fn shown(call: &Call, variant: &Variant, name: &str) -> Value {
    let kept = sku::kept(variant);
    let mut shown = Map::new();
    shown.insert("id".to_owned(), name.into());
    shown.insert("createdTime".to_owned(), words::time(variant.created_at));
    for name in ["manufacturerId", "partNumber", "eccn"] {
        shown.extend(kept.get(name).map(|value| (name.to_owned(), value.clone())));
    }
    let origin = &variant.origin;
    shown.extend(origin.tariff_code.clone().map(|code| ("hsCode".to_owned(), code.into())));
    shown.extend(origin.country.clone().map(|country| ("countryOfOrigin".to_owned(), country.into())));
    shown.insert("allowOversell".to_owned(), (variant.when_out == WhenOut::SellOn).into());
    shown.insert("liveMode".to_owned(), call.mode.is_live().into());
    shown.insert("updatedTime".to_owned(), words::time(variant.updated_at));
    shown.into()
}

async fn answer(call: &Call, variant: &Variant, status: StatusCode) -> Result<Response, Failure> {
    let found = call.engine.variants(call.shop(), &[variant.id]).await?.0;
    let names = sku::names(call, &found).await?;
    let shown = found.first().zip(names.first()).map(|(variant, name)| shown(call, variant, name));
    let missing = || Failure::not_found("Inventory item", &variant.id.to_string(), "id");
    Ok((status, Json(shown.ok_or_else(missing)?)).into_response())
}

async fn list(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    let wanted = page::ids(&call);
    let cursors = ["startingAfter", "endingBefore"].into_iter().filter_map(|name| call.asked(name));
    let known = sku::numbered(&call, cursors).await?;
    let mut gather = Gather::of(&call, |text| sku::number_of(&known, text))?;
    let (created, updated) = (Span::of_time(&call, "createdTime")?, Span::of_time(&call, "updatedTime")?);
    let fits = |variant: &Variant| {
        variant.tracked
            && !sku::is_deleted(variant)
            && created.holds_time(variant.created_at)
            && updated.holds_time(variant.updated_at)
            && ["partNumber", "manufacturerId"]
                .iter()
                .all(|name| page::shows(&call, name, sku::kept(variant)[*name].as_str()))
    };
    match &wanted {
        Some(ids) => gather.take_all(named(&call, ids).await?, |variant| variant.id.0, fits),
        None => {
            while let Some(page) = gather.next() {
                let batch = call.engine.variant_page(call.shop(), None, None, &page).await?;
                gather.take(batch, |variant| variant.id.0, fits);
            }
        }
    }
    let (more, found) = gather.done();
    let names = sku::names(&call, &found).await?;
    let data = found.iter().zip(&names).map(|(variant, name)| shown(&call, variant, name)).collect();
    Ok(Json(words::list(more, data)).into_response())
}

/// The variants of those names that are there, each once.
async fn named(call: &Call, names: &[String]) -> Result<Vec<Variant>, Failure> {
    let mut found: Vec<Variant> = Vec::new();
    for name in names.iter().take(page::MOST) {
        found.extend(sku::find(call, name).await?.filter(|new| found.iter().all(|old| old.id != new.id)));
    }
    Ok(found)
}

async fn fetch(call: Call) -> Result<Response, Failure> {
    let variant = one(&call, call.named("id")).await?;
    answer(&call, &variant, StatusCode::OK).await
}

/// A SKU of that id, or else of that part number, begins to be counted; if there is none, it is made.
async fn create(call: Call) -> Result<Response, Failure> {
    let mut known = vec!["id"];
    known.extend(FIELDS);
    let input = call.input(&known)?;
    let part = input.needed_text("partNumber")?;
    let name = input.text("id")?.filter(|name| !name.is_empty());
    let found = match &name {
        Some(name) => {
            sku::is_name(name)?;
            sku::find(&call, name).await?
        }
        None => of_part(&call, &part, input.text("manufacturerId")?.as_deref()).await?,
    };
    if let Some(counted) = found.as_ref().filter(|variant| variant.tracked) {
        let told = format!("Inventory item '{}' already exists.", name.unwrap_or(counted.id.to_string()));
        return Err(Failure::conflict("already_exists", "id", told));
    }
    let (product, mut variant) = match found {
        Some(variant) => (sku::product_of(&call, &variant).await?, variant),
        None => {
            let (mut product, variant) = sku::blank(&call, name).await?;
            product.title = part;
            (product, variant)
        }
    };
    take(&input, &mut variant)?;
    variant.tracked = true;
    call.execute(&Command::SaveProduct(product, vec![variant.clone()])).await?;
    answer(&call, &variant, StatusCode::CREATED).await
}

/// The variant of that part number, and of that manufacturer if one is said.
async fn of_part(call: &Call, part: &str, maker: Option<&str>) -> Result<Option<Variant>, Failure> {
    let fits = |variant: &Variant| {
        let kept = sku::kept(variant);
        !sku::is_deleted(variant)
            && kept["partNumber"] == part
            && maker.is_none_or(|maker| kept["manufacturerId"] == maker)
    };
    let mut next = Page { limit: BATCH, ..Page::default() };
    loop {
        let batch = call.engine.variant_page(call.shop(), None, None, &next).await?;
        if let Some(found) = batch.iter().find(|variant| fits(variant)) {
            return Ok(Some(found.clone()));
        }
        let Some(last) = batch.last().filter(|_| batch.len() == BATCH as usize) else { return Ok(None) };
        next.after = Some((last.id.0.into(), last.id.0));
    }
}

async fn update(call: Call) -> Result<Response, Failure> {
    let input = call.input(&FIELDS)?;
    let mut variant = one(&call, call.named("id")).await?;
    take(&input, &mut variant)?;
    let product = sku::product_of(&call, &variant).await?;
    call.execute(&Command::SaveProduct(product, vec![variant.clone()])).await?;
    // The published answer to a change is 201 here, unlike everywhere else.
    answer(&call, &variant, StatusCode::CREATED).await
}

/// It is counted no longer; the SKU stays.
async fn remove(call: Call) -> Result<Response, Failure> {
    let mut variant = one(&call, call.named("id")).await?;
    variant.tracked = false;
    let product = sku::product_of(&call, &variant).await?;
    call.execute(&Command::SaveProduct(product, vec![variant])).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn take(input: &Input, variant: &mut Variant) -> Result<(), Failure> {
    for name in ["manufacturerId", "partNumber", "eccn"] {
        if let Some(text) = input.text(name)? {
            sku::keep(variant, name, Some(text).filter(|text| !text.is_empty()).map(Value::from));
        }
    }
    if let Some(code) = input.text("hsCode")? {
        variant.origin.tariff_code = Some(code).filter(|code| !code.is_empty());
    }
    if let Some(country) = sku::country(input)? {
        variant.origin.country = Some(country).filter(|country| !country.is_empty());
    }
    if let Some(oversell) = input.flag("allowOversell")? {
        variant.when_out = if oversell { WhenOut::SellOn } else { WhenOut::Wait };
    }
    Ok(())
}

/// How many there are of some items, at every location that stocks them and ships orders.
async fn levels(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    let items = page::several(&call, "inventoryItemIds");
    let wanted = items.ok_or_else(|| Failure::missing("inventoryItemIds"))?;
    let (updated, available) = (Span::of_time(&call, "updatedTime")?, call.asked("available"));
    let destination = call
        .asked("shipToCountry")
        .map(|code| Address { country_code: Some(code.to_ascii_uppercase()), ..Address::default() });
    let mut items = named(&call, &wanted).await?;
    items.retain(|variant| variant.tracked);
    let names = sku::names(&call, &items).await?;
    let ids: Vec<_> = items.iter().map(|variant| variant.id).collect();
    let (_, stock) = call.engine.variants(call.shop(), &ids).await?;
    let (locations, _) = call.engine.places(call.shop()).await?;
    let ships = |location: &&Location| {
        location.active
            && location.ships_orders
            && (destination.is_none() || location.ships_to(destination.as_ref()))
    };
    let fits = |level: &&Stock| {
        level.stocked
            && locations.iter().filter(ships).any(|location| location.id == level.location)
            && level.updated_at.is_none_or(|at| updated.holds_time(at))
            && available.is_none_or(|asked| (asked == "true") == (level.available() > 0))
    };
    let mut data = Vec::new();
    for (variant, name) in items.iter().zip(&names) {
        let levels = stock.iter().filter(|level| level.variant == variant.id).filter(fits);
        data.extend(levels.map(|level| {
            let mut shown = json!({
                "locationId": level.location.to_string(),
                "inventoryItemId": name,
                "available": level.available() > 0,
                "availableQuantity": level.available(),
                "liveMode": call.mode.is_live(),
            });
            if let Some(at) = level.updated_at {
                shown["updatedTime"] = words::time(at);
            }
            shown
        }));
    }
    Ok(Json(json!({ "data": data })).into_response())
}
