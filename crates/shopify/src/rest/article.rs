//! Products, their variants, and what is counted of these.

use domain::money::Currency;
use domain::product::{Product, Variant, WhenOut};
use domain::snapshot::Shop;
use serde_json::{Value, json};

use super::form;
use crate::id::gid;
use crate::product::status;

/// A product with those variants.
pub(crate) fn product(shop: &Shop, product: &Product, variants: &[&Variant]) -> Value {
    let image = product.image.as_ref().map(|image| {
        let (width, height) = image.size.unzip();
        json!({
            "id": product.id.0,
            "product_id": product.id.0,
            "position": 1,
            "alt": image.alt,
            "width": width,
            "height": height,
            "src": image.url,
            "variant_ids": [],
            "admin_graphql_api_id": gid("ProductImage", product.id.0),
        })
    });
    let titles: Vec<&str> = variants.iter().map(|variant| variant.title.as_str()).collect();
    json!({
        "admin_graphql_api_id": gid("Product", product.id.0),
        "body_html": null,
        "created_at": form::time(shop, product.created_at),
        "handle": product.handle,
        "id": product.id.0,
        "product_type": product.kind,
        "published_at": form::time(shop, product.created_at),
        "published_scope": "web",
        "template_suffix": null,
        "title": product.title,
        "updated_at": form::time(shop, product.updated_at),
        "vendor": product.vendor,
        "status": status(product.status).to_lowercase(),
        "tags": product.tags.join(", "),
        "variants": variants.iter().zip(1i64..).map(|(one, place)| variant(shop, one, place)).collect::<Value>(),
        "options": [{ "name": "Title", "product_id": product.id.0, "position": 1, "values": titles }],
        "images": image.iter().collect::<Vec<_>>(),
        "image": image,
    })
}

fn variant(shop: &Shop, variant: &Variant, position: i64) -> Value {
    json!({
        "admin_graphql_api_id": gid("ProductVariant", variant.id.0),
        "barcode": variant.barcode,
        "compare_at_price": null,
        "created_at": form::time(shop, variant.created_at),
        "grams": variant.grams,
        "id": variant.id.0,
        "inventory_item_id": variant.id.0,
        "inventory_management": variant.tracked.then_some("shopify"),
        "inventory_policy": match variant.when_out {
            WhenOut::Wait => "deny",
            WhenOut::SellOn => "continue",
        },
        "option1": variant.title,
        "option2": null,
        "option3": null,
        "position": position,
        "price": form::price(variant.price, shop.currency),
        "product_id": variant.product.0,
        "requires_shipping": variant.requires_shipping,
        "sku": variant.sku,
        "taxable": variant.taxable,
        "title": variant.title,
        "updated_at": form::time(shop, variant.updated_at),
        "image_id": null,
    })
}

/// What is counted of a variant.
pub(crate) fn inventory_item(shop: &Shop, variant: &Variant) -> Value {
    let origin = &variant.origin;
    let code = |(country, code): &(String, String)| json!({ "country_code": country, "harmonized_system_code": code });
    json!({
        "id": variant.id.0,
        "sku": variant.sku,
        "created_at": form::time(shop, variant.created_at),
        "updated_at": form::time(shop, variant.updated_at),
        "requires_shipping": variant.requires_shipping,
        "cost": cost(variant, shop.currency),
        "country_code_of_origin": origin.country,
        "province_code_of_origin": origin.province,
        "harmonized_system_code": origin.tariff_code,
        "tracked": variant.tracked,
        "country_harmonized_system_codes": origin.tariff_codes_by_country.iter().map(code).collect::<Value>(),
        "weight_value": variant.grams as f64 / 1000.0,
        "weight_unit": "kg",
        "admin_graphql_api_id": gid("InventoryItem", variant.id.0),
    })
}

fn cost(variant: &Variant, currency: Currency) -> Value {
    variant.unit_cost.map_or(Value::Null, |cost| form::price(cost, currency))
}
