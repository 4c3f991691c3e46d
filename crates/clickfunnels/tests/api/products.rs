//! Products, their variants and prices.

use serde_json::{Value, json};

use crate::bench::{Bench, TOKEN, bench};

const LIST: &str = "/workspaces/1/products";

async fn product(bench: &Bench, name: &str) -> Value {
    bench.create(LIST, json!({ "product": { "name": name } })).await
}

async fn price(bench: &Bench, variant: &Value, sent: Value) -> Value {
    bench.create(&format!("/products/variants/{variant}/prices"), json!({ "products_price": sent })).await
}

#[tokio::test]
async fn a_product_comes_with_a_variant_and_keeps_what_is_said() {
    let bench = bench().await;
    let tag = bench.create("/workspaces/1/products/tags", json!({ "products_tag": { "name": "new" } })).await;
    let sent = json!({ "product": { "name": "Red Hat", "seo_title": "Hat", "visible_in_store": false,
        "tag_ids": [tag["id"]], "image_ids": [7], "variant_properties": [{ "name": "Size" }] } });
    let made = bench.create(LIST, sent).await;
    assert_eq!(made["variant_ids"], json!([made["default_variant_id"]]));
    assert_eq!((&made["tag_ids"], &made["image_id"]), (&json!([tag["id"]]), &json!("7")));
    assert_eq!(
        (&made["visible_in_store"], &made["visible_in_customer_center"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(made["variant_properties"][0]["name"], "Size");
    let member = format!("/products/{}", made["id"]);
    let changed = bench.change(&member, json!({ "product": { "name": "Blue Hat", "tag_ids": [] } })).await;
    assert_eq!(
        (&changed["name"], &changed["tag_ids"], &changed["seo_title"]),
        (&json!("Blue Hat"), &json!([]), &json!("Hat"))
    );
    assert_eq!(bench.get(&member).await, changed);
    let (status, why) = bench.refused("PUT", &member, json!({ "product": { "name": " " } })).await;
    assert_eq!((status, why.as_str()), (422, "Request unprocessable: Name can't be blank"));
}

#[tokio::test]
async fn products_are_put_away_and_lists_filtered() {
    let bench = bench().await;
    let (hat, cap) = (product(&bench, "Hat").await, product(&bench, "Cap").await);
    let put_away = bench.act(&format!("/products/{}/archive", hat["id"]), Value::Null).await;
    assert_eq!(put_away["archived"], true);
    let found = bench.get(&format!("{LIST}?filter[archived]=true")).await;
    assert_eq!(found, json!([put_away]));
    let back = bench.act(&format!("/products/{}/unarchive", hat["id"]), Value::Null).await;
    assert_eq!(back["archived"], false);
    let found = bench.get(&format!("{LIST}?filter[id]={},{}&sort_order=desc", hat["id"], cap["id"])).await;
    assert_eq!(
        found.as_array().unwrap().iter().map(|item| &item["name"]).collect::<Vec<_>>(),
        ["Cap", "Hat"]
    );
    assert_eq!(bench.get(LIST).await.as_array().unwrap().len(), 3, "the shop had one");
}

#[tokio::test]
async fn variants_keep_what_is_said_and_are_weighed_in_grams() {
    let bench = bench().await;
    let hat = product(&bench, "Hat").await;
    let list = format!("/products/{}/variants", hat["id"]);
    let sent = json!({ "products_variant": { "name": "Large", "product_type": "physical", "weight": "2.0", "weight_unit": "lb",
        "height": "29.0", "dimensions_unit": "inches", "track_quantity": true, "out_of_stock_sales": true, "sku": "HAT-L",
        "properties_values": [{ "property_id": 1, "value": "L" }], "fulfillments_location_ids": [10] } });
    let made = bench.create(&list, sent).await;
    assert_eq!(
        (&made["weight"], &made["weight_unit"], &made["height"]),
        (&json!(2.0), &json!("lb"), &json!(29.0))
    );
    assert_eq!((&made["out_of_stock_sales"], &made["taxable"]), (&json!("true"), &Value::Null));
    assert_eq!((&made["fulfillment_required"], &made["default"]), (&json!(true), &json!(false)));
    assert_eq!(made["properties_values"], json!([{ "property_id": 1, "value": "L" }]));
    let ids = [domain::id::VariantId(made["id"].as_i64().unwrap())];
    let kept = bench.engine.variants(&bench.shop, &ids).await.unwrap().0.pop().unwrap();
    assert_eq!((kept.grams, kept.requires_shipping, kept.product_title.as_str()), (907, true, "Hat"));
    let member = format!("/products/variants/{}", made["id"]);
    let sent = json!({ "products_variant": { "weight_unit": "g", "fulfillment_required": false, "visible": false } });
    let changed = bench.change(&member, sent).await;
    assert_eq!((&changed["weight"], &changed["fulfillment_required"]), (&json!(907.0), &json!(false)));
    assert_eq!(bench.get(&member).await, changed);
    assert_eq!(bench.get(&format!("{list}?filter[visible]=false")).await, json!([changed]));
    let (status, why) =
        bench.refused("PUT", &member, json!({ "products_variant": { "weight_unit": "st" } })).await;
    assert_eq!(
        (status, why.as_str()),
        (422, "Request unprocessable: Weight unit is not included in the list")
    );
}

#[tokio::test]
async fn what_others_sell_is_shown_too() {
    let bench = bench().await;
    let shirt = bench.get("/products/variants/100").await;
    assert_eq!((&shirt["product_type"], &shirt["quantity"]), (&json!("physical"), &json!(20)));
    assert_eq!((&shirt["weight"], &shirt["weight_unit"]), (&json!(100), &json!("g")));
    assert_eq!(bench.get("/products/90").await["default_variant_id"], 100);
}

#[tokio::test]
async fn prices_are_also_made_for_products_as_they_once_were() {
    let bench = bench().await;
    let hat = product(&bench, "Hat").await;
    let large = json!({ "products_variant": { "name": "L", "product_type": "digital", "weight_unit": "g", "properties_values": [] } });
    let large = bench.create(&format!("/products/{}/variants", hat["id"]), large).await;
    let list = format!("/products/{}/prices", hat["id"]);
    let made = async |more: Value| {
        let mut sent = json!({ "products_price": { "amount": "9.00", "currency": "usd" } });
        sent["products_price"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let body = ("application/json", sent.to_string().into_bytes());
        bench.unjudged(TOKEN, "POST", &list, body).await
    };
    assert_eq!(made(json!({})).await.body["variant_id"], hat["default_variant_id"]);
    assert_eq!(made(json!({ "variant_id": large["id"] })).await.body["variant_id"], large["id"]);
    assert_eq!(made(json!({ "variant_id": 100 })).await.status, 422, "another product's");
    assert_eq!(bench.get(&list).await.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn prices_say_how_often_and_how_long() {
    let bench = bench().await;
    let hat = product(&bench, "Hat").await;
    let variant = &hat["default_variant_id"];
    let once = price(&bench, variant, json!({ "amount": "100.00", "currency": "usd" })).await;
    assert_eq!(
        (&once["payment_type"], &once["currency"], &once["duration"]),
        (&json!("one_time"), &json!("USD"), &Value::Null)
    );
    let sent = json!({ "amount": "10.00", "currency": "USD", "payment_type": "subscription", "interval": "months",
        "trial_duration": 14, "trial_interval": "days", "trial_amount": "1.00", "setup_amount": "5", "key": "basic",
        "compare_at_amount": 12 });
    let monthly = price(&bench, variant, sent).await;
    assert_eq!((&monthly["interval_count"], &monthly["trial_duration"]), (&json!("1"), &json!("14")));
    assert_eq!(
        (&monthly["trial_amount"], &monthly["setup_amount"], &monthly["key"]),
        (&json!("1.00"), &json!("5.00"), &json!("basic"))
    );
    assert_eq!((&monthly["compare_at_amount"], &monthly["cost"]), (&json!("12.00"), &json!("0.00")));
    let member = format!("/products/prices/{}", monthly["id"]);
    let changed =
        bench.change(&member, json!({ "products_price": { "archived": true, "amount": 12 } })).await;
    assert_eq!(
        (&changed["amount"], &changed["trial_duration"], &changed["archived"]),
        (&json!("12.00"), &json!("14"), &json!(true))
    );
    assert_eq!(bench.get(&member).await, changed);
    let list = format!("/products/{}/prices", hat["id"]);
    assert_eq!(bench.get(&format!("{list}?filter[archived]=false")).await, json!([once]));
    for (sent, why) in [
        (json!({ "currency": "USD" }), "Amount can't be blank"),
        (
            json!({ "amount": "1", "payment_type": "subscription", "interval": "month" }),
            "Interval is not included in the list",
        ),
        (
            json!({ "amount": "1", "payment_type": "payment_plan", "interval": "months" }),
            "Duration can't be blank",
        ),
        (json!({ "amount": "-1" }), "Price is negative or too large"),
    ] {
        let told = bench
            .refused(
                "POST",
                &format!("/products/variants/{variant}/prices"),
                json!({ "products_price": sent }),
            )
            .await;
        assert_eq!(told, (422, format!("Request unprocessable: {why}")));
    }
}

#[tokio::test]
async fn what_costs_more_in_a_day_is_a_way_up() {
    let bench = bench().await;
    let hat = product(&bench, "Hat").await;
    let variant = &hat["default_variant_id"];
    let recurring = async |amount: &str, interval: &str| {
        let sent = json!({ "amount": amount, "payment_type": "subscription", "interval": interval });
        price(&bench, variant, sent).await
    };
    let monthly = recurring("10.00", "months").await;
    let (yearly, weekly) = (recurring("100.00", "years").await, recurring("5.00", "weeks").await);
    price(&bench, variant, json!({ "amount": "99.00" })).await;
    let told = bench.get(&format!("/products/prices/{}/change_options", monthly["id"])).await;
    let options = &told["products_prices_change_options"];
    assert_eq!(options["upgrade"][0]["products_variant"]["prices"][0]["id"], weekly["id"]);
    assert_eq!(options["downgrade"][0]["products_variant"]["prices"][0]["id"], yearly["id"]);
    assert_eq!(options["downgrade"][0]["products_variant"]["prices"].as_array().unwrap().len(), 1);
}
