//! What a shop keeps without rules: tags, stores, collections, images, shipping.

use serde_json::{Value, json};

use crate::bench::{TOKEN, URL, bench};
use crate::published::published;

/// Lists, their keys, and the least that makes one.
fn kept() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        ("contacts/tags", "contacts_tag", json!({ "name": "vip" })),
        ("orders/tags", "orders_tag", json!({ "name": "rush" })),
        ("products/tags", "products_tag", json!({ "name": "new" })),
        ("products/collections", "products_collection", json!({ "name": "Summer" })),
        ("stores", "store", json!({ "name": "Main" })),
        ("images", "image", json!({ "upload_source_url": "https://example.com/a.png" })),
        ("shipping/profiles", "shipping_profile", json!({ "name": "Heavy" })),
        ("shipping/rates/names", "shipping_rates_name", json!({ "name": "Express" })),
        (
            "shipping/packages",
            "shipping_package",
            json!({ "name": "Box", "package_type": "box", "length": 1, "width": 2, "height": "3.5", "distance_unit": "cm" }),
        ),
    ]
}

#[tokio::test]
async fn everything_kept_is_made_shown_listed_and_changed() {
    let bench = bench().await;
    for (list, key, least) in kept() {
        let made = bench.create(&format!("/workspaces/1/{list}"), json!({ key: least })).await;
        let member = format!("/{list}/{}", made["id"]);
        assert_eq!(bench.get(&member).await, made, "{list}");
        assert_eq!(
            bench.get(&format!("/{list}/{}", made["public_id"].as_str().unwrap())).await,
            made,
            "{list}"
        );
        assert_eq!(bench.get(&format!("/workspaces/1/{list}")).await, json!([made]), "{list}");
        let named = bench.change(&member, json!({ key: { "name": "Other" } })).await;
        assert_eq!((&named["name"], &named["id"]), (&json!("Other"), &made["id"]), "{list}");
        let (status, why) = bench.refused("POST", &format!("/workspaces/1/{list}"), json!({})).await;
        assert_eq!(
            (status, why),
            (400, format!("Bad request: param is missing or the value is empty: {key}"))
        );
    }
}

#[tokio::test]
async fn shipping_is_a_tree_and_goes_as_one() {
    let bench = bench().await;
    let profile =
        bench.create("/workspaces/1/shipping/profiles", json!({ "shipping_profile": { "name": "A" } })).await;
    let groups = bench.get(&format!("/shipping/profiles/{}/location_groups", profile["id"])).await;
    let zones = format!("/shipping/location_groups/{}/zones", groups[0]["id"]);
    let zone = bench
        .create(&zones, json!({ "shipping_zone": { "name": "All", "includes_rest_of_world": true } }))
        .await;
    let names = "/workspaces/1/shipping/rates/names";
    let name = bench.create(names, json!({ "shipping_rates_name": { "name": "Express" } })).await;
    let rates = format!("/shipping/zones/{}/rates", zone["id"]);
    let sent = json!({ "shipping_rate": { "rates_name_id": name["id"], "price": "4.50" } });
    let rate = format!("/shipping/rates/{}", bench.create(&rates, sent).await["id"]);
    assert_eq!(bench.get(&rate).await["price"], "4.50");
    bench.remove(&format!("/shipping/profiles/{}", profile["id"])).await;
    assert_eq!(bench.refused("GET", &rate, Value::Null).await.0, 404);
}

#[tokio::test]
async fn lists_come_in_pages_of_twenty_with_a_way_to_the_next() {
    let bench = bench().await;
    for n in 0..21 {
        bench
            .create("/workspaces/1/contacts/tags", json!({ "contacts_tag": { "name": format!("t{n}") } }))
            .await;
    }
    let first = bench.send("GET", "/workspaces/1/contacts/tags?sort_order=desc", Value::Null).await;
    let items = first.body.as_array().unwrap();
    assert_eq!((items.len(), &items[0]["name"]), (20, &json!("t20")));
    let last = items[19]["id"].to_string();
    assert_eq!(first.header("pagination-next"), Some(last.as_str()));
    let next = format!("{URL}/api/v2/workspaces/1/contacts/tags?sort_order=desc&after={last}");
    assert_eq!(first.header("link"), Some(format!("<{next}>; rel=\"next\"").as_str()));
    let rest = bench.send("GET", next.strip_prefix(&format!("{URL}/api/v2")).unwrap(), Value::Null).await;
    assert_eq!((rest.body.as_array().unwrap().len(), rest.header("link")), (1, None));
}

#[tokio::test]
async fn filters_narrow_and_an_unknown_one_is_refused() {
    let bench = bench().await;
    for name in ["a", "b", "c"] {
        bench.create("/workspaces/1/contacts/tags", json!({ "contacts_tag": { "name": name } })).await;
    }
    let found = bench.get("/workspaces/1/contacts/tags?filter[name]=a,c").await;
    assert_eq!(found.as_array().unwrap().len(), 2);
    let (status, why) = bench.refused("GET", "/workspaces/1/contacts/tags?filter[nme]=a", Value::Null).await;
    assert_eq!((status, why.as_str()), (400, "Bad request: found unpermitted parameter: :nme"));
    // A list that lets one pass would be taken for the answer.
    for (verb, path) in published().operations().filter(|(_, path)| path.starts_with("/workspaces/{}/")) {
        if verb == "GET" {
            let asked = format!("{}?filter[nme]=a", path.replace("{}", "1"));
            assert_eq!(bench.refused("GET", &asked, Value::Null).await.0, 400, "{path}");
        }
    }
}

#[tokio::test]
async fn nobody_else_gets_in() {
    let bench = bench().await;
    for token in ["", "guessed"] {
        let told = bench.send_as(token, "GET", "/workspaces/1/stores", Value::Null).await;
        assert_eq!((told.status, told.body), (401, json!({ "error": "API key missing or invalid" })));
    }
    let told = bench.send_as(TOKEN, "GET", "/workspaces/2/stores", Value::Null).await;
    assert_eq!((told.status, told.body), (404, json!({ "error": "Not found: Record missing" })));
}
