//! Products. One has a default variant, which is made with it, and labels that are told by tags. What is shown in which
//! shop window, and how search engines find it, is only kept.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::actor::Permission;
use domain::command::Command;
use domain::id::ProductId;
use domain::price::Price;
use domain::product::{Product, ProductStatus, Variant};
use domain::record::{Record, RecordKind};
use domain::snapshot::Shop;
use domain::time::Time;
use engine::dialect::Told;
use engine::query::Page;
use serde_json::{Value, json};

use crate::call::{Call, Server};
use crate::details::{self, Detail, Holds};
use crate::failure::Failure;
use crate::input::{Input, blank, invalid};
use crate::{filter, id, label, page, price, variant, words};

const WRAPPER: &str = "product";
/// Products that are read at once.
const BATCH: u32 = 250;
pub(crate) const NEEDS: &[Permission] = &[Permission::ReadProducts];

const DETAILS: &[Detail] = &[
    Detail { name: "visible_in_store", holds: Holds::Flag(true) },
    Detail { name: "visible_in_customer_center", holds: Holds::Flag(true) },
    Detail { name: "commissionable", holds: Holds::Flag(true) },
    Detail { name: "current_path", holds: Holds::Text },
    Detail { name: "seo_title", holds: Holds::Text },
    Detail { name: "seo_description", holds: Holds::Text },
    Detail { name: "seo_image_id", holds: Holds::Text },
    Detail { name: "image_ids", holds: Holds::Ids },
    Detail { name: "redirect_funnel_id", holds: Holds::Text },
    Detail { name: "cancellation_funnel_url", holds: Holds::Text },
];

/// Products, their variants and prices.
pub(crate) fn routes() -> Router<Server> {
    Router::new()
        .route("/workspaces/{workspace}/products", get(list).post(create))
        .route("/products/{id}", get(fetch).put(update).patch(update))
        .route("/products/{id}/archive", post(archive))
        .route("/products/{id}/unarchive", post(unarchive))
        .route("/products/{id}/variants", get(variant::list).post(variant::create))
        .route("/products/variants/{id}", get(variant::fetch).put(variant::update).patch(variant::update))
        .route("/products/{id}/prices", get(price::list).post(price::create_for_product))
        .route("/products/variants/{id}/prices", post(price::create))
        .route("/products/prices/{id}", get(price::fetch).put(price::update).patch(price::update))
        .route("/products/prices/{id}/change_options", get(price::change_options))
}

/// The product that the address names.
pub(crate) async fn named(call: &Call) -> Result<Product, Failure> {
    let id = call.id()?;
    one(call, ProductId(id)).await?.ok_or(Failure::NotFound(Some(id)))
}

/// The product of that id.
pub(crate) async fn one(call: &Call, id: ProductId) -> Result<Option<Product>, Failure> {
    call.must(NEEDS)?;
    Ok(call.engine.products(call.shop(), &[id]).await?.pop())
}

/// What hangs off some products.
pub(crate) struct Hanging {
    pub(crate) variants: Vec<Variant>,
    pub(crate) stock: Vec<domain::stock::Stock>,
    pub(crate) prices: Vec<Price>,
    pub(crate) tags: Vec<Record>,
}

impl Hanging {
    /// Reads what hangs off the products.
    pub(crate) async fn off(call: &Call, products: &[Product]) -> Result<Self, Failure> {
        let ids: Vec<ProductId> = products.iter().map(|product| product.id).collect();
        let (mut variants, stock) = call.engine.variants_of(call.shop(), &ids).await?;
        variants.sort_by_key(|variant| variant.id);
        let ids: Vec<_> = variants.iter().map(|variant| variant.id).collect();
        let mut prices =
            if ids.is_empty() { Vec::new() } else { call.engine.prices_of(call.shop(), &ids).await? };
        prices.sort_by_key(|price| price.id);
        let labels = products.iter().flat_map(|product| &product.tags);
        let tags = label::tags_of(call, RecordKind::ProductTag, labels).await?;
        Ok(Self { variants, stock, prices, tags })
    }

    /// What hangs off the products of which an event tells.
    pub(crate) fn told(told: &Told<'_>) -> Self {
        let around = told.surroundings;
        // What changed with the event is as it was then.
        let changed = |variant: &Variant| told.variants.iter().find(|one| one.id == variant.id).cloned();
        let mut variants: Vec<Variant> = around
            .variants
            .iter()
            .map(|variant| changed(variant).unwrap_or_else(|| variant.clone()))
            .collect();
        variants.sort_by_key(|variant| variant.id);
        let mut prices = around.prices.clone();
        prices.sort_by_key(|price| price.id);
        let tags = around.tags.iter().filter(|tag| tag.kind == RecordKind::ProductTag).cloned().collect();
        Self { variants, stock: around.stock.clone(), prices, tags }
    }

    /// The variants of a product, by id.
    pub(crate) fn variants_of(&self, product: ProductId) -> impl Iterator<Item = &Variant> {
        self.variants.iter().filter(move |variant| variant.product == product)
    }

    /// The ids of the tags that a product has.
    pub(crate) fn tag_ids(&self, product: &Product) -> Vec<i64> {
        label::among(&self.tags, &product.tags).map(|tag| tag.id.0).collect()
    }

    /// The variant that stands for the product: the one made with it, else its first. 0 if it has none.
    pub(crate) fn default_variant(&self, product: &Product) -> i64 {
        let said = product.details.get("default_variant_id").and_then(Value::as_i64);
        said.or_else(|| self.variants_of(product.id).map(|variant| variant.id.0).next()).unwrap_or_default()
    }
}

pub(crate) fn shown(shop: &Shop, product: &Product, hanging: &Hanging) -> Value {
    let variants: Vec<i64> = hanging.variants_of(product.id).map(|variant| variant.id.0).collect();
    let prices = hanging.prices.iter().filter(|price| variants.contains(&price.variant.0));
    let mut shown = json!({
        "id": product.id.0,
        "public_id": id::public(product.id.0),
        "workspace_id": shop.id.0,
        "name": product.title,
        "archived": product.status == ProductStatus::Archived,
        "default_variant_id": hanging.default_variant(product),
        "variant_ids": variants,
        "price_ids": prices.map(|price| price.id.0).collect::<Vec<i64>>(),
        "tag_ids": hanging.tag_ids(product),
        "variant_properties": product.details.get("variant_properties").cloned().unwrap_or_else(|| json!([])),
        "created_at": words::time(product.created_at),
        "updated_at": words::time(product.updated_at),
    });
    details::show(&product.details, DETAILS, &mut shown);
    shown["image_id"] = shown["image_ids"][0].as_i64().map_or(Value::Null, |id| id.to_string().into());
    shown
}

async fn answer(call: &Call, id: ProductId, status: StatusCode) -> Result<Response, Failure> {
    let product = one(call, id).await?.ok_or(Failure::NotFound(Some(id.0)))?;
    let hanging = Hanging::off(call, std::slice::from_ref(&product)).await?;
    Ok((status, Json(shown(call.shop(), &product, &hanging))).into_response())
}

/// What a list is filtered by is partly known to this API alone, so all products are gone through.
async fn list(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    let known = ["archived", "id", "visible_in_customer_center", "visible_in_store"];
    let wanted = filter::wanted(&call, &known)?;
    let mut items: Vec<(i64, Time, Value)> = Vec::new();
    let mut next = Page { limit: BATCH, ..Page::default() };
    loop {
        let products = call.engine.product_page(call.shop(), &next).await?;
        let hanging = Hanging::off(&call, &products).await?;
        let shown = products.iter().map(|product| (product, shown(call.shop(), product, &hanging)));
        let shown = shown.filter(|(_, shown)| wanted.fits(shown));
        items.extend(shown.map(|(product, shown)| (product.id.0, product.updated_at, shown)));
        let Some(last) = products.last().filter(|_| products.len() == BATCH as usize) else { break };
        next.after = Some((last.id.0.into(), last.id.0));
    }
    page::few(&call, items)
}

async fn fetch(call: Call) -> Result<Response, Failure> {
    answer(&call, named(&call).await?.id, StatusCode::OK).await
}

async fn create(call: Call) -> Result<Response, Failure> {
    let input = call.input(WRAPPER)?;
    let name = input.needed_text("name")?;
    let mut product = Product {
        id: call.engine.ids().fresh().await?,
        title: name.clone(),
        handle: handle(&name),
        vendor: String::new(),
        kind: String::new(),
        tags: Vec::new(),
        status: ProductStatus::Active,
        gift_card: false,
        image: None,
        custom_fields: Vec::new(),
        details: json!({}),
        created_at: Time(0),
        updated_at: Time(0),
    };
    take(&call, &input, &mut product).await?;
    let default = variant::blank(&call, product.id, &name).await?;
    product.details["default_variant_id"] = default.id.0.into();
    let id = product.id;
    call.execute(&Command::SaveProduct(product, vec![default])).await?;
    answer(&call, id, StatusCode::CREATED).await
}

async fn update(call: Call) -> Result<Response, Failure> {
    let mut product = named(&call).await?;
    let input = call.input(WRAPPER)?;
    if input.has("name") {
        product.title =
            input.text("name")?.filter(|name| !name.trim().is_empty()).ok_or_else(|| blank("name"))?;
    }
    take(&call, &input, &mut product).await?;
    save(&call, product).await
}

async fn archive(call: Call) -> Result<Response, Failure> {
    let product = named(&call).await?;
    save(&call, Product { status: ProductStatus::Archived, ..product }).await
}

async fn unarchive(call: Call) -> Result<Response, Failure> {
    let product = named(&call).await?;
    save(&call, Product { status: ProductStatus::Active, ..product }).await
}

/// Variants say what their product is called, so they are saved with it.
async fn save(call: &Call, product: Product) -> Result<Response, Failure> {
    let id = product.id;
    let (variants, _) = call.engine.variants_of(call.shop(), &[id]).await?;
    call.execute(&Command::SaveProduct(product, variants)).await?;
    answer(call, id, StatusCode::OK).await
}

async fn take(call: &Call, input: &Input, product: &mut Product) -> Result<(), Failure> {
    details::take(&mut product.details, input, DETAILS)?;
    if let Some(ids) = input.ids("tag_ids")? {
        let names = label::names(call, RecordKind::ProductTag, "tag_ids", &ids).await?;
        // Labels that no tag stands for can't be told by tags: they stay.
        let tags = label::tags_of(call, RecordKind::ProductTag, product.tags.iter()).await?;
        let told: Vec<String> =
            label::among(&tags, &product.tags).map(|tag| tag.name.to_lowercase()).collect();
        product.tags.retain(|label| !told.contains(&label.to_lowercase()));
        product.tags.splice(0..0, names);
    }
    if let Some(properties) = input.objects("variant_properties")? {
        let mut kept = Vec::new();
        for property in properties {
            let id = match property.id("id")? {
                Some(id) => id,
                None => call.engine.ids().fresh().await?,
            };
            let name =
                property.needed_text("name").map_err(|_| invalid("variant_properties", "must have names"))?;
            kept.push(json!({ "id": id, "name": name }));
        }
        product.details["variant_properties"] = kept.into();
    }
    Ok(())
}

/// A title as an identifier.
fn handle(title: &str) -> String {
    let letters = title.to_lowercase();
    let words = letters.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}
