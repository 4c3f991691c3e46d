//! SKUs and their groups.

use serde_json::{Value, json};
use testkit::world::{SHIRT, STICKER};

use crate::bench::{Bench, LIVE, bench};

async fn made(bench: &Bench, id: &str, more: Value) -> Value {
    let mut sent = json!({ "id": id, "name": "A" });
    sent.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    bench.create("/skus", sent).await
}

fn ids(list: &Value) -> Vec<&str> {
    list["data"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_sku_is_made_shown_changed_and_deleted() {
    let bench = bench().await;
    let sent = json!({ "id": "zen-garden_7.1", "name": "Zen Garden", "taxCode": "4323.310_A", "eccn": "5D002.C.1",
        "hsCode": "8523.49", "countryOfOrigin": "us", "image": "https://example.com/zen.png", "partNumber": "PN-1",
        "weight": "1.5", "weightUnit": "lb", "description": null, "metadata": { "season": 7, "sold": true } });
    let sku = bench.create("/skus", sent).await;
    let shown = json!({ "eccn": "5D002.C.1", "partNumber": "PN-1", "taxCode": "4323.310_A", "name": "Zen Garden",
        "hsCode": "8523.49", "countryOfOrigin": "US", "image": "https://example.com/zen.png", "physical": false,
        "weight": 1.5, "weightUnit": "lb", "metadata": { "season": 7, "sold": true }, "id": "zen-garden_7.1",
        "createdTime": "2025-07-10T16:15:47Z", "updatedTime": "2025-07-10T16:15:47Z", "liveMode": false });
    assert_eq!(sku, shown);
    let member = "/skus/zen-garden_7.1";
    assert_eq!(bench.get(member).await, shown);
    let sent = json!({ "name": "Rock Garden", "partNumber": "", "metadata": { "sold": null } });
    let changed = bench.change(member, sent).await;
    assert_eq!((&changed["name"], &changed["metadata"]), (&json!("Rock Garden"), &json!({ "season": 7 })));
    assert_eq!((changed.get("partNumber"), &changed["eccn"]), (None, &shown["eccn"]));
    let live = bench.send_as(LIVE, "GET", member, Value::Null).await;
    assert_eq!(live.body["liveMode"], true, "the key says so");
    bench.remove(member).await;
    let gone = (404, "not_found".to_owned(), "id".to_owned());
    assert_eq!(bench.refused("GET", member, Value::Null).await, gone);
    assert_eq!(bench.refused("DELETE", member, Value::Null).await, gone);
    assert_eq!(made(&bench, "zen-garden_7.1", json!({})).await["name"], "A", "its id is free again");
}

#[tokio::test]
async fn a_put_makes_what_isnt_there_and_changes_what_is() {
    let bench = bench().await;
    let put = |body: Value| bench.send("PUT", "/skus/tea", body);
    let first = put(json!({ "name": "Tea", "eccn": "EAR99" })).await;
    let second = put(json!({ "name": "Green tea" })).await;
    assert_eq!((first.status, second.status), (201, 200));
    assert_eq!((&second.body["name"], &second.body["eccn"]), (&json!("Green tea"), &json!("EAR99")));
    assert_eq!(put(json!({ "eccn": "EAR99" })).await.status, 400, "a name is needed");
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let bench = bench().await;
    made(&bench, "tea", json!({})).await;
    for (sent, status, code, parameter) in [
        (json!({ "id": "cup" }), 400, "missing_parameter", "name"),
        (json!({ "id": "cup", "name": " " }), 400, "invalid_string_blank", "name"),
        (json!({ "id": "a cup", "name": "A" }), 400, "invalid_parameter", "id"),
        (json!({ "id": "tea", "name": "A" }), 409, "already_exists", "id"),
        (json!({ "name": "A", "physical": true }), 400, "unknown_parameter", "physical"),
        (json!({ "name": "A", "countryOfOrigin": "USA" }), 400, "invalid_parameter", "countryOfOrigin"),
        (json!({ "name": "A", "weight": -1 }), 400, "invalid_amount", "weight"),
        (json!({ "name": "A", "weightUnit": "stone" }), 400, "invalid_parameter", "weightUnit"),
        (json!({ "name": "A", "metadata": { "a": {} } }), 400, "invalid_metadata_value", "metadata"),
    ] {
        let told = bench.refused("POST", "/skus", sent.clone()).await;
        assert_eq!(told, (status, code.to_owned(), parameter.to_owned()), "{sent}");
    }
}

#[tokio::test]
async fn articles_of_others_are_skus_too() {
    let bench = bench().await;
    let shirt = bench.get(&format!("/skus/SKU-{SHIRT}")).await;
    assert_eq!((&shirt["name"], &shirt["weight"]), (&json!("Product 90"), &json!(100.0)));
    assert_eq!(bench.get(&format!("/skus/{SHIRT}")).await, shirt, "by its number, too");
    let renamed = bench.change(&format!("/skus/SKU-{SHIRT}"), json!({ "name": "Shirt" })).await;
    let sticker = bench.get(&format!("/skus/SKU-{STICKER}")).await;
    assert_eq!((&renamed["name"], &sticker["name"]), (&json!("Shirt"), &json!("Product 90")));
    let unnamed = bench.create("/skus", json!({ "name": "A" })).await;
    assert!(unnamed["id"].as_str().unwrap().parse::<i64>().is_ok(), "{unnamed}");
}

#[tokio::test]
async fn lists_run_from_the_newest_down_and_are_narrowed() {
    let bench = bench().await;
    for (id, group) in [("a", "g1"), ("b", "g2"), ("c", "g1"), ("d", "g3")] {
        made(&bench, id, json!({ "skuGroupId": group })).await;
    }
    let list = |query: &'static str| {
        let bench = &bench;
        async move {
            let list = bench.get(&format!("/skus?{query}")).await;
            (ids(&list).join(" "), list["hasMore"] == true)
        }
    };
    let told = |ids: &str, more: bool| (ids.to_owned(), more);
    assert_eq!(list("").await, told("d c b a SKU-103 SKU-102 SKU-101 SKU-100", false));
    assert_eq!(list("limit=2").await, told("d c", true));
    assert_eq!(list("limit=2&startingAfter=c").await, told("b a", true));
    assert_eq!(list("limit=2&endingBefore=a").await, told("c b", true));
    assert_eq!(list("limit=2&endingBefore=c&startingAfter=a").await, told("d", false));
    assert_eq!(list("skuGroupId=g1").await, told("c a", false));
    assert_eq!(list("skuGroupId=g1&limit=1").await, told("c", true));
    assert_eq!(list("ids=a&ids=c").await, told("c a", false));
    assert_eq!(list("ids=a,c,c,z&limit=1").await, told("c", true));
    assert_eq!(list("0=a&1=d").await, told("d a", false), "one client loses the name");
    assert_eq!(list("createdTime%5Bgt%5D=2025-07-10T16:15:47Z").await, told("", false));
    assert_eq!(list("createdTime=2025-07-10T16:15:47Z&limit=1").await, told("d", true));
    assert_eq!(list("createdTime[gte]=2025-07-10&createdTime[lt]=2025-07-11&ids=a").await, told("a", false));
    assert_eq!(list("startingAfer=x&nonsense=1&limit=1").await, told("d", true));
    for (query, parameter) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("startingAfter=z", "startingAfter"),
        ("createdTime[gt]=soon", "createdTime"),
    ] {
        let refused = bench.refused("GET", &format!("/skus?{query}"), Value::Null).await;
        assert_eq!(refused, (400, "invalid_parameter".to_owned(), parameter.to_owned()));
    }
    assert_eq!(ids(&bench.get("/sku-groups").await), ["g1", "g2", "g3"]);
    assert_eq!(ids(&bench.get("/sku-groups?startingAfter=g1&limit=1").await), ["g2"]);
    assert_eq!(ids(&bench.get("/sku-groups?ids=g3,g4").await), ["g3"]);
}

#[tokio::test]
async fn an_id_is_one_skus_however_many_ask_for_it_at_once() {
    let bench = bench().await;
    for round in 0..3 {
        let sent = json!({ "id": "one", "name": format!("One {round}") });
        let ask = || bench.send("POST", "/skus", sent.clone());
        let (first, second, third) = tokio::join!(ask(), ask(), ask());
        let mut told: Vec<(u16, Value)> = [first, second, third]
            .into_iter()
            .map(|told| (told.status, told.body["errors"][0]["code"].clone()))
            .collect();
        told.sort_by_key(|(status, _)| *status);
        let taken = (409, json!("already_exists"));
        assert_eq!(told, [(201, Value::Null), taken.clone(), taken], "round {round}");
        assert_eq!(bench.get("/skus/one").await["name"], format!("One {round}"));
        // It is free again.
        bench.remove("/skus/one").await;
    }
}
