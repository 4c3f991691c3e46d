//! Variants of products. How many there are is counted by the shop; what is said of weight is kept as it was said, and
//! in grams for whoever ships.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::access::{Target, TargetKind};
use domain::command::Command;
use domain::id::{ProductId, VariantId};
use domain::product::{Origin, Product, Variant, WhenOut};
use domain::time::Time;
use serde_json::{Value, json};

use crate::call::Call;
use crate::details::{self, Detail, Holds};
use crate::failure::Failure;
use crate::input::{self, Input, invalid};
use crate::product::{self, Hanging};
use crate::{filter, id, page, words};

const WRAPPER: &str = "products_variant";

const DETAILS: &[Detail] = &[
    Detail { name: "archived", holds: Holds::Flag(false) },
    Detail { name: "visible", holds: Holds::Flag(true) },
    Detail { name: "description", holds: Holds::Text },
    Detail { name: "country_of_manufacture_id", holds: Holds::Text },
    Detail { name: "tax_category_id", holds: Holds::Text },
    Detail { name: "dimensions_unit", holds: Holds::Text },
    Detail { name: "height", holds: Holds::Number },
    Detail { name: "length", holds: Holds::Number },
    Detail { name: "width", holds: Holds::Number },
    Detail { name: "image_ids", holds: Holds::Ids },
    Detail { name: "fulfillments_location_ids", holds: Holds::Ids },
];

/// Units of weight, in grams.
const UNITS: [(&str, f64); 4] = [("g", 1.0), ("kg", 1_000.0), ("lb", 453.592_37), ("oz", 28.349_523_125)];

/// A variant of which nothing is known but its name.
pub(crate) async fn blank(call: &Call, product: ProductId, name: &str) -> Result<Variant, Failure> {
    Ok(Variant {
        id: call.engine.ids().fresh().await?,
        product,
        product_title: String::new(),
        title: name.to_owned(),
        sku: None,
        barcode: None,
        price: 0,
        vendor: None,
        requires_shipping: false,
        requires_fulfillment: false,
        gives: Vec::new(),
        grams: 0,
        unit_cost: None,
        origin: Origin::default(),
        taxable: false,
        tracked: false,
        when_out: WhenOut::Wait,
        pinned_to: None,
        custom_fields: Vec::new(),
        details: json!({}),
        created_at: Time(0),
        updated_at: Time(0),
    })
}

/// The variant of that id with its product.
pub(crate) async fn one(call: &Call, id: i64) -> Result<(Variant, Product), Failure> {
    call.must(product::NEEDS)?;
    let missing = || Failure::NotFound(Some(id));
    let variant = call.engine.variants(call.shop(), &[VariantId(id)]).await?.0.pop().ok_or_else(missing)?;
    let product = product::one(call, variant.product).await?.ok_or_else(missing)?;
    Ok((variant, product))
}

pub(crate) async fn list(call: Call) -> Result<Response, Failure> {
    let product = product::named(&call).await?;
    let wanted = filter::wanted(&call, &["archived", "fulfillment_required", "id", "visible"])?;
    let hanging = Hanging::off(&call, std::slice::from_ref(&product)).await?;
    let items = hanging
        .variants
        .iter()
        .map(|variant| (variant.id.0, variant.updated_at, shown(variant, &product, &hanging)));
    page::few(&call, items.filter(|(_, _, shown)| wanted.fits(shown)).collect())
}

pub(crate) async fn fetch(call: Call) -> Result<Response, Failure> {
    let (variant, product) = one(&call, call.id()?).await?;
    answer(&call, variant.id, &product, StatusCode::OK).await
}

pub(crate) async fn create(call: Call) -> Result<Response, Failure> {
    let product = product::named(&call).await?;
    let input = call.input(WRAPPER)?;
    let mut variant = self::blank(&call, product.id, &input.needed_text("name")?).await?;
    // What is to be shipped has to be sent off by somebody, unless the merchant says otherwise.
    variant.requires_fulfillment = input.text("product_type")?.as_deref() == Some("physical");
    take(&input, &mut variant)?;
    save(&call, variant, product, StatusCode::CREATED).await
}

pub(crate) async fn update(call: Call) -> Result<Response, Failure> {
    let (mut variant, product) = one(&call, call.id()?).await?;
    let input = call.input(WRAPPER)?;
    if input.has("name") {
        let name = input.text("name")?.filter(|name| !name.trim().is_empty());
        variant.title = name.ok_or_else(|| input::blank("name"))?;
    }
    take(&input, &mut variant)?;
    save(&call, variant, product, StatusCode::OK).await
}

async fn save(
    call: &Call,
    variant: Variant,
    product: Product,
    status: StatusCode,
) -> Result<Response, Failure> {
    let id = variant.id;
    call.execute(&Command::SaveProduct(product.clone(), vec![variant])).await?;
    answer(call, id, &product, status).await
}

async fn answer(
    call: &Call,
    id: VariantId,
    product: &Product,
    status: StatusCode,
) -> Result<Response, Failure> {
    let hanging = Hanging::off(call, std::slice::from_ref(product)).await?;
    let variant =
        hanging.variants.iter().find(|variant| variant.id == id).ok_or(Failure::NotFound(Some(id.0)))?;
    Ok((status, Json(shown(variant, product, &hanging))).into_response())
}

pub(crate) fn shown(variant: &Variant, product: &Product, hanging: &Hanging) -> Value {
    let kept = |name: &str| variant.details.get(name).cloned();
    let available: i64 =
        hanging.stock.iter().filter(|stock| stock.variant == variant.id).map(|stock| stock.available()).sum();
    let prices = hanging.prices.iter().filter(|price| price.variant == variant.id);
    let assets = variant.gives.iter().filter(|target| target.kind == TargetKind::Asset);
    let (weight, unit) = match (kept("weight"), kept("weight_unit")) {
        (weight, Some(unit)) => (weight.unwrap_or(Value::Null), unit),
        _ => (variant.grams.into(), "g".into()),
    };
    let mut shown = json!({
        "id": variant.id.0,
        "public_id": id::public(variant.id.0),
        "product_id": product.id.0,
        "name": variant.title,
        "sku": variant.sku,
        "product_type": if variant.requires_shipping { "physical" } else { "digital" },
        "default": hanging.default_variant(product) == variant.id.0,
        "fulfillment_required": variant.requires_fulfillment,
        "track_quantity": variant.tracked,
        "quantity": available,
        "out_of_stock_sales": kept("out_of_stock_sales").map(|_| (variant.when_out == WhenOut::SellOn).to_string()),
        "taxable": kept("taxable").map(|_| variant.taxable.to_string()),
        "weight": weight,
        "weight_unit": unit,
        "properties_values": kept("properties_values").unwrap_or_else(|| json!([])),
        "properties_value_ids": [],
        "price_ids": prices.map(|price| price.id.0).collect::<Vec<i64>>(),
        "asset_ids": assets.map(|asset| asset.id).collect::<Vec<i64>>(),
        "tag_ids": hanging.tag_ids(product),
        "created_by_platform_application": null,
        "created_at": words::time(variant.created_at),
        "updated_at": words::time(variant.updated_at),
    });
    details::show(&variant.details, DETAILS, &mut shown);
    shown
}

fn take(input: &Input, variant: &mut Variant) -> Result<(), Failure> {
    details::take(&mut variant.details, input, DETAILS)?;
    if let Some(sku) = input.said("sku")? {
        variant.sku = sku;
    }
    if let Some(physical) = input.word("product_type", |word| match word {
        "physical" => Some(true),
        "digital" => Some(false),
        _ => None,
    })? {
        variant.requires_shipping = physical;
    }
    if let Some(required) = input.flag("fulfillment_required")? {
        variant.requires_fulfillment = required;
    }
    if let Some(tracked) = input.flag("track_quantity")? {
        variant.tracked = tracked;
    }
    if let Some(sells_on) = input.flag("out_of_stock_sales")? {
        variant.when_out = if sells_on { WhenOut::SellOn } else { WhenOut::Wait };
        variant.details["out_of_stock_sales"] = true.into();
    }
    if let Some(taxable) = input.flag("taxable")? {
        variant.taxable = taxable;
        variant.details["taxable"] = true.into();
    }
    if let Some(assets) = input.ids("asset_ids")? {
        variant.gives.retain(|target| target.kind != TargetKind::Asset);
        variant.gives.extend(assets.into_iter().map(|id| Target { kind: TargetKind::Asset, id }));
    }
    let country = variant.details.get("country_of_manufacture_id").and_then(Value::as_str);
    if let Some(code) = country.filter(|code| code.len() == 2) {
        variant.origin.country = Some(code.to_ascii_uppercase());
    }
    weigh(input, variant)?;
    if let Some(values) = input.objects("properties_values")? {
        let mut kept = Vec::new();
        for value in values {
            kept.push(json!({ "property_id": value.id("property_id")?, "value": value.text("value")? }));
        }
        variant.details["properties_values"] = kept.into();
    }
    Ok(())
}

fn weigh(input: &Input, variant: &mut Variant) -> Result<(), Failure> {
    if !input.has("weight") && !input.has("weight_unit") {
        return Ok(());
    }
    let unit = input.text("weight_unit")?;
    let kept = variant.details.get("weight_unit").and_then(Value::as_str).unwrap_or("g").to_owned();
    let unit = unit.unwrap_or(kept);
    let Some((_, grams)) = UNITS.iter().find(|(known, _)| *known == unit) else {
        return Err(invalid("weight_unit", "is not included in the list"));
    };
    details::take(&mut variant.details, input, &[Detail { name: "weight", holds: Holds::Number }])?;
    let said = variant.details.get("weight").and_then(Value::as_f64);
    // Another unit alone says the weight by another unit.
    let weight = if input.has("weight") { said } else { Some(variant.grams as f64 / grams) };
    variant.details["weight"] = weight.into();
    variant.details["weight_unit"] = unit.into();
    // Rounding takes half a gram at most, and no weight is larger than fits.
    variant.grams = (weight.unwrap_or_default() * grams).round().clamp(0.0, 1e15) as i64;
    Ok(())
}
