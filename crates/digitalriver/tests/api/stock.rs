//! Inventory items, and how many there are of each.

use domain::command::Command;
use domain::id::LocationId;
use domain::location::{Location, Zone};
use serde_json::{Value, json};
use testkit::world::{self, HERE, PRINT, SHIRT, STICKER, THERE};

use crate::bench::bench;

fn ids(list: &Value) -> Vec<&str> {
    list["data"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_sku_begins_to_be_counted_and_ceases_to_be() {
    let bench = bench().await;
    let (sticker, member) = (format!("SKU-{STICKER}"), format!("/inventory-items/SKU-{STICKER}"));
    assert_eq!(bench.refused("GET", &member, Value::Null).await.0, 404, "nobody counts stickers");
    let sent = json!({ "id": sticker, "partNumber": "PN-7", "manufacturerId": "M", "countryOfOrigin": "CA" });
    let item = bench.create("/inventory-items", sent).await;
    assert_eq!((&item["id"], &item["allowOversell"]), (&json!(sticker), &json!(false)));
    assert_eq!(bench.get(&format!("/skus/{sticker}")).await["partNumber"], "PN-7", "it is the SKU's");
    let changed = bench.create(&member, json!({ "allowOversell": true })).await;
    assert_eq!((&changed["allowOversell"], &changed["partNumber"]), (&json!(true), &json!("PN-7")));
    let again = bench.refused("POST", "/inventory-items", json!({ "partNumber": "PN-7" })).await;
    assert_eq!(again, (409, "already_exists".to_owned(), "id".to_owned()), "found by its part number");
    bench.remove(&member).await;
    assert_eq!(bench.refused("GET", &member, Value::Null).await.0, 404);
    assert_eq!(bench.get(&format!("/skus/{sticker}")).await["name"], "Product 90");
}

#[tokio::test]
async fn an_item_that_no_sku_is_there_for_makes_one() {
    let bench = bench().await;
    bench.create("/inventory-items", json!({ "id": "cup", "partNumber": "PN-1" })).await;
    assert_eq!(bench.get("/skus/cup").await["name"], "PN-1");
    let unnamed = bench.create("/inventory-items", json!({ "partNumber": "PN-2" })).await;
    let listed = bench.get("/inventory-items").await;
    let (print, shirt) = (format!("SKU-{PRINT}"), format!("SKU-{SHIRT}"));
    assert_eq!(ids(&listed), [unnamed["id"].as_str().unwrap(), "cup", &print, "SKU-101", &shirt]);
    assert_eq!(ids(&bench.get("/inventory-items?partNumber=PN-1").await), ["cup"]);
    assert_eq!(ids(&bench.get("/inventory-items?startingAfter=cup&limit=1").await), [&print]);
    assert_eq!(ids(&bench.get("/inventory-items?ids=cup,SKU-102").await), ["cup"], "stickers aren't counted");
}

#[tokio::test]
async fn levels_are_told_location_by_location() {
    let bench = bench().await;
    let zone = Zone { country: "US".into(), provinces: Vec::new() };
    let near = Location { zones: Some(vec![zone]), ..world::location(LocationId(THERE.0), 2) };
    bench.execute(&Command::SaveLocation(near)).await;
    bench.execute(&Command::correct_stock(vec![(SHIRT, HERE, -10)])).await;
    let levels = |query: &'static str| {
        let bench = &bench;
        async move {
            let list = bench.get(&format!("/inventory-levels?inventoryItemIds=SKU-100{query}")).await;
            let level = |level: &Value| {
                let quantity = level["availableQuantity"].as_i64().unwrap();
                (level["locationId"].as_str().unwrap().to_owned(), quantity, level["available"] == true)
            };
            list["data"].as_array().unwrap().iter().map(level).collect::<Vec<_>>()
        }
    };
    let (here, there) = ((HERE.to_string(), 0, false), (THERE.to_string(), 10, true));
    assert_eq!(levels("").await, [here.clone(), there.clone()]);
    assert_eq!(levels("&available=true").await, std::slice::from_ref(&there));
    assert_eq!(levels("&shipToCountry=us").await, [here.clone(), there]);
    assert_eq!(levels("&shipToCountry=CA").await, [here]);
    assert_eq!(levels("&updatedTime[gt]=2025-07-11").await, []);
    let nameless = bench.get("/inventory-levels?0=SKU-100").await;
    assert_eq!(nameless, bench.get("/inventory-levels?inventoryItemIds=SKU-100").await);
    let missing = bench.refused("GET", "/inventory-levels", Value::Null).await;
    assert_eq!(missing, (400, "missing_parameter".to_owned(), "inventoryItemIds".to_owned()));
}
