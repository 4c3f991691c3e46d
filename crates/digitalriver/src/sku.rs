//! SKUs: variants, each by the merchant's own name for it. A variant whose SKU nobody else has goes by that; any other
//! by its number. What only this API knows of one is kept in its details.
//!
//! A SKU that is deleted can't be ordered any more, and its name is free again; orders go on saying what they sold.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use domain::actor::Permission;
use domain::command::Command;
use domain::id::{ProductId, VariantId};
use domain::product::{Origin, Product, ProductStatus, Variant, WhenOut};
use domain::time::Time;
use engine::query::Page;
use serde_json::{Map, Value, json};

use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::input::Input;
use crate::page::{self, Gather, Span};
use crate::{id, words};

mod claim;
mod group;
mod read;
mod shown;

use claim::Claimed;
pub(crate) use read::country;
use read::take;
use shown::basics;
use shown::shown;
pub(crate) use shown::{details, told};

pub(crate) const NEEDS: &[Permission] = &[Permission::ReadProducts];

/// Where a variant's details keep what only this API knows.
const KEPT: &str = "digitalriver";
/// What is kept there as it was given.
const TEXTS: [&str; 9] = [
    "eccn",
    "skuGroupId",
    "partNumber",
    "manufacturerId",
    "taxCode",
    "description",
    "url",
    "itemBreadcrumb",
    "partnerAccountId",
];
/// What else can be sent.
const OTHERS: [&str; 8] =
    ["name", "hsCode", "countryOfOrigin", "image", "weight", "weightUnit", "managedFulfillment", "metadata"];

/// SKUs and their groups.
pub(crate) fn routes() -> Router<Server> {
    Router::new()
        .route("/skus", get(list).post(create))
        .route("/skus/{id}", get(fetch).put(upsert).post(update).delete(remove))
        .route("/sku-groups", get(group::list))
}

/// What is kept of a variant for this API.
pub(crate) fn kept(variant: &Variant) -> &Value {
    &variant.details[KEPT]
}

pub(crate) fn is_deleted(variant: &Variant) -> bool {
    kept(variant)["deleted"] == true
}

/// The variant that a SKU's id names.
pub(crate) async fn find(call: &Call, name: &str) -> Result<Option<Variant>, Failure> {
    let two = Page { limit: 2, ..Page::default() };
    let mut named = call.engine.variant_page(call.shop(), Some(name), None, &two).await?;
    if named.len() == 1 {
        return Ok(named.pop());
    }
    let Some(id) = id::decimal(name) else { return Ok(None) };
    let numbered = call.engine.variants(call.shop(), &[VariantId(id)]).await?.0.pop();
    Ok(numbered.filter(|variant| !is_deleted(variant)))
}

/// The variant of a SKU that must be there.
pub(crate) async fn one(call: &Call, name: &str) -> Result<Variant, Failure> {
    find(call, name).await?.ok_or_else(|| Failure::not_found("SKU", name, "id"))
}

/// The numbers of variants by what they go by.
pub(crate) async fn numbered(
    call: &Call,
    names: impl Iterator<Item = &str>,
) -> Result<Vec<(String, i64)>, Failure> {
    let mut known = Vec::new();
    for name in names {
        known.extend(find(call, name).await?.map(|variant| (name.to_owned(), variant.id.0)));
    }
    Ok(known)
}

/// The number of one of them.
pub(crate) fn number_of(known: &[(String, i64)], name: &str) -> Option<i64> {
    known.iter().find(|(known, _)| known == name).map(|(_, id)| *id)
}

/// What variants go by, in their order.
pub(crate) async fn names(call: &Call, variants: &[Variant]) -> Result<Vec<String>, Failure> {
    let mut skus: Vec<&str> = variants.iter().filter_map(|variant| variant.sku.as_deref()).collect();
    skus.sort_unstable();
    skus.dedup();
    let counted = call.engine.count_skus(call.shop(), &skus).await?;
    let alone = |sku: &&String| counted.iter().any(|(counted, count)| counted == *sku && *count == 1);
    let name = |variant: &Variant| match variant.sku.as_ref().filter(alone) {
        Some(sku) => sku.clone(),
        None => variant.id.to_string(),
    };
    Ok(variants.iter().map(name).collect())
}

/// What is said of these articles wherever they are sold, for those that are kept here.
pub(crate) async fn sold(call: &Call, ids: &[VariantId]) -> Result<Vec<(VariantId, Value)>, Failure> {
    let (variants, _) = call.engine.variants(call.shop(), ids).await?;
    let products = products(call, &variants).await?;
    Ok(variants.iter().map(|variant| (variant.id, said(variant, &products))).collect())
}

/// What is said of an article wherever it is sold; its product may be among those.
pub(crate) fn said(variant: &Variant, products: &[Product]) -> Value {
    let mut basics = basics(variant);
    let product = products.iter().find(|product| product.id == variant.product);
    if let Some(image) = product.and_then(|product| product.image.as_ref()) {
        basics["image"] = image.url.as_str().into();
    }
    basics
}

/// The products of variants, in no order.
async fn products(call: &Call, variants: &[Variant]) -> Result<Vec<Product>, Failure> {
    let mut ids: Vec<ProductId> = variants.iter().map(|variant| variant.product).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(call.engine.products(call.shop(), &ids).await?)
}

pub(crate) async fn product_of(call: &Call, variant: &Variant) -> Result<Product, Failure> {
    let found = call.engine.products(call.shop(), &[variant.product]).await?.pop();
    found.ok_or_else(|| Failure::not_found("SKU", &variant.id.to_string(), "id"))
}

async fn answer(call: &Call, id: VariantId, status: StatusCode) -> Result<Response, Failure> {
    let missing = || Failure::not_found("SKU", &id.to_string(), "id");
    let variant = call.engine.variants(call.shop(), &[id]).await?.0.pop().ok_or_else(missing)?;
    let variants = std::slice::from_ref(&variant);
    let names = names(call, variants).await?;
    let products = products(call, variants).await?;
    let name = names.first().map_or("", String::as_str);
    Ok((status, Json(shown(call, &variant, name, products.first()))).into_response())
}

async fn list(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    let cursors = ["startingAfter", "endingBefore"].into_iter().filter_map(|name| call.asked(name));
    let known = numbered(&call, cursors).await?;
    let mut gather = Gather::of(&call, |text| number_of(&known, text))?;
    let (created, updated) = (Span::of_time(&call, "createdTime")?, Span::of_time(&call, "updatedTime")?);
    let fits = |variant: &Variant| {
        let kept = kept(variant);
        !is_deleted(variant)
            && created.holds_time(variant.created_at)
            && updated.holds_time(variant.updated_at)
            && page::shows(&call, "hsCode", variant.origin.tariff_code.as_deref())
            && ["eccn", "partNumber", "taxCode", "skuGroupId"]
                .iter()
                .all(|name| page::shows(&call, name, kept[*name].as_str()))
    };
    match page::ids(&call) {
        Some(ids) => {
            let mut named: Vec<Variant> = Vec::new();
            for id in ids.iter().take(page::MOST) {
                named.extend(find(&call, id).await?.filter(|new| named.iter().all(|old| old.id != new.id)));
            }
            gather.take_all(named, |variant| variant.id.0, fits);
        }
        None => {
            while let Some(page) = gather.next() {
                let batch = call.engine.variant_page(call.shop(), None, None, &page).await?;
                gather.take(batch, |variant| variant.id.0, fits);
            }
        }
    }
    let (more, found) = gather.done();
    let (names, products) = (names(&call, &found).await?, products(&call, &found).await?);
    let data = found.iter().zip(&names).map(|(variant, name)| {
        shown(&call, variant, name, products.iter().find(|product| product.id == variant.product))
    });
    Ok(Json(words::list(more, data.collect())).into_response())
}

async fn fetch(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    let variant = one(&call, call.named("id")).await?;
    answer(&call, variant.id, StatusCode::OK).await
}

async fn create(call: Call) -> Result<Response, Failure> {
    let mut known = vec!["id"];
    known.extend(TEXTS.iter().chain(&OTHERS));
    let input = call.input(&known)?;
    let name = input.text("id")?.filter(|name| !name.is_empty());
    make(&call, &input, name).await
}

/// A new SKU of what was sent.
async fn make(call: &Call, input: &Input, name: Option<String>) -> Result<Response, Failure> {
    input.needed_text("name")?;
    let taken =
        |name: &str| Err(Failure::conflict("already_exists", "id", format!("SKU '{name}' already exists.")));
    if let Some(name) = &name {
        is_name(name)?;
        if find(call, name).await?.is_some() {
            return taken(name);
        }
    }
    let (mut product, mut variant) = blank(call, name.clone()).await?;
    take(input, &mut product, &mut variant)?;
    let id = variant.id;
    let command = Command::SaveProduct(product, vec![variant]);
    match &name {
        Some(name) => {
            if claim::make(call, name, &command).await? == Claimed::Taken {
                return taken(name);
            }
        }
        None => drop(call.execute(&command).await?),
    }
    answer(call, id, StatusCode::CREATED).await
}

/// A product with one variant of which nothing is known but its SKU.
pub(crate) async fn blank(call: &Call, sku: Option<String>) -> Result<(Product, Variant), Failure> {
    let id: ProductId = call.engine.ids().fresh().await?;
    let product = Product {
        id,
        title: sku.clone().unwrap_or_default(),
        handle: sku.as_ref().map_or_else(|| id.to_string(), |sku| sku.to_lowercase()),
        vendor: String::new(),
        kind: String::new(),
        tags: Vec::new(),
        status: ProductStatus::Active,
        gift_card: false,
        image: None,
        custom_fields: Vec::new(),
        details: Value::Null,
        created_at: Time(0),
        updated_at: Time(0),
    };
    let variant = Variant {
        id: call.engine.ids().fresh().await?,
        product: id,
        product_title: String::new(),
        title: "Default Title".to_owned(),
        sku,
        barcode: None,
        price: 0,
        vendor: None,
        requires_shipping: true,
        requires_fulfillment: true,
        gives: Vec::new(),
        grams: 0,
        unit_cost: None,
        origin: Origin::default(),
        taxable: true,
        tracked: false,
        when_out: WhenOut::Wait,
        pinned_to: None,
        custom_fields: Vec::new(),
        details: json!({}),
        created_at: Time(0),
        updated_at: Time(0),
    };
    Ok((product, variant))
}

/// One that is there is changed, like by [`update`]; one that isn't is made under that id.
async fn upsert(call: Call) -> Result<Response, Failure> {
    let known: Vec<&str> = TEXTS.iter().chain(&OTHERS).copied().collect();
    let input = call.input(&known)?;
    input.needed_text("name")?;
    let name = call.named("id").to_owned();
    match find(&call, &name).await? {
        Some(variant) => save(&call, &input, variant).await,
        None => make(&call, &input, Some(name)).await,
    }
}

async fn update(call: Call) -> Result<Response, Failure> {
    let known: Vec<&str> = TEXTS.iter().chain(&OTHERS).copied().collect();
    let input = call.input(&known)?;
    let variant = one(&call, call.named("id")).await?;
    save(&call, &input, variant).await
}

async fn save(call: &Call, input: &Input, mut variant: Variant) -> Result<Response, Failure> {
    let mut product = product_of(call, &variant).await?;
    let siblings = call.engine.variants_of(call.shop(), &[product.id]).await?.0.len();
    // A product of several variants is called by all of them.
    let shared = product.title.clone();
    take(input, &mut product, &mut variant)?;
    if siblings > 1 {
        product.title = shared;
    }
    let id = variant.id;
    call.execute(&Command::SaveProduct(product, vec![variant])).await?;
    answer(call, id, StatusCode::OK).await
}

async fn remove(call: Call) -> Result<Response, Failure> {
    let mut variant = one(&call, call.named("id")).await?;
    let mut product = product_of(&call, &variant).await?;
    if call.engine.variants_of(call.shop(), &[product.id]).await?.0.len() == 1 {
        product.status = ProductStatus::Archived;
    }
    variant.sku = None;
    keep(&mut variant, "deleted", Some(true.into()));
    call.execute(&Command::SaveProduct(product, vec![variant])).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Ids that clients choose.
pub(crate) fn is_name(name: &str) -> Result<(), Failure> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    match name.len() <= 255 && name.bytes().all(fits) {
        true => Ok(()),
        false => Err(Failure::invalid("id", name, "SKU ID")),
    }
}

/// Keeps a value for this API alone; nothing takes it away.
pub(crate) fn keep(variant: &mut Variant, name: &str, value: Option<Value>) {
    let mut details = match std::mem::take(&mut variant.details) {
        Value::Object(details) => details,
        _ => Map::new(),
    };
    let mut kept = match details.remove(KEPT) {
        Some(Value::Object(kept)) => kept,
        _ => Map::new(),
    };
    match value {
        Some(value) => kept.insert(name.to_owned(), value),
        None => kept.remove(name),
    };
    details.insert(KEPT.to_owned(), kept.into());
    variant.details = details.into();
}
