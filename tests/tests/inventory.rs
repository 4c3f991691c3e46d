//! Stock through the API: what was recorded of the original's inventory mutations, and what they do to orders that
//! wait.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use domain::actor::Actor;
use domain::command::Command;
use scenarios::served::Served;
use serde_json::{Value, json};
use testkit::world::{self, HERE, MUG, SHIRT, THERE};

const VERSION: &str = "2026-07";

/// A shop with two articles at two locations.
async fn shop() -> Served {
    let served = Served::empty(world::shop(), &[]).await;
    for command in world::furniture() {
        served.engine.execute(&served.shop, &Actor::System, &command).await.unwrap().unwrap();
    }
    served
}

fn item(id: impl std::fmt::Display) -> String {
    format!("gid://shopify/InventoryItem/{id}")
}

fn place(id: impl std::fmt::Display) -> String {
    format!("gid://shopify/Location/{id}")
}

/// Sends a mutation of quantities under a fresh key, and answers its payload.
async fn change(served: &Served, root: &str, input: Value) -> Value {
    let answer = keyed(served, VERSION, root, input, &uuid()).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"][root].clone()
}

fn uuid() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("key-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

async fn keyed(served: &Served, version: &str, root: &str, input: Value, key: &str) -> Value {
    let kind = format!("{}{}Input", root[..1].to_uppercase(), &root[1..]);
    let document = format!(
        "mutation ($input: {kind}!) {{ {root}(input: $input) @idempotent(key: \"{key}\") {{
           inventoryAdjustmentGroup {{ id reason referenceDocumentUri
             changes {{ name delta quantityAfterChange ledgerDocumentUri item {{ id }} location {{ id }} }} }}
           userErrors {{ field message code }} }} }}"
    );
    served.ask(version, &document, &json!({ "input": input })).await.1
}

async fn quantities(served: &Served, item_id: &str, location: &str) -> Value {
    let document = format!(
        "{{ inventoryItem(id: \"{item_id}\") {{ inventoryLevel(locationId: \"{location}\") {{
             quantities(names: [\"available\", \"on_hand\", \"committed\", \"damaged\", \"incoming\"]) {{ name quantity }} }} }} }}"
    );
    let (_, answer) = served.ask(VERSION, &document, &Value::Null).await;
    let list = answer["data"]["inventoryItem"]["inventoryLevel"]["quantities"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    list.iter()
        .map(|one| (one["name"].as_str().unwrap().to_owned(), one["quantity"].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn setting(name: &str, quantity: i64, from: Value) -> Value {
    let entry = json!({ "inventoryItemId": item(SHIRT), "locationId": place(HERE), "quantity": quantity, "changeFromQuantity": from });
    json!({ "name": name, "reason": "correction", "referenceDocumentUri": "wms://count/1", "quantities": [entry] })
}

fn adjusting(name: &str, delta: i64, ledger: Value) -> Value {
    let change = json!({
        "inventoryItemId": item(SHIRT), "locationId": place(HERE), "delta": delta, "changeFromQuantity": null,
        "ledgerDocumentUri": ledger,
    });
    json!({ "name": name, "reason": "damaged", "changes": [change] })
}

/// The first error of a payload: (field, message, code).
fn error(payload: &Value) -> (String, String, String) {
    assert!(payload["inventoryAdjustmentGroup"].is_null(), "{payload}");
    let error = &payload["userErrors"][0];
    let path: Vec<&str> = error["field"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    (path.join("."), text("message"), text("code"))
}

fn said(field: &str, message: &str, code: &str) -> (String, String, String) {
    (field.to_owned(), message.to_owned(), code.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_set_is_told_as_the_original_tells_it() {
    let served = shop().await;
    let payload = change(&served, "inventorySetQuantities", setting("available", 15, json!(10))).await;
    let group = &payload["inventoryAdjustmentGroup"];
    let change_of = |name: &str| {
        json!({ "name": name, "delta": 5, "quantityAfterChange": null, "ledgerDocumentUri": null,
                "item": { "id": item(SHIRT) }, "location": { "id": place(HERE) } })
    };
    assert_eq!(group["changes"], json!([change_of("available"), change_of("on_hand")]));
    assert_eq!(
        (&group["reason"], &group["referenceDocumentUri"]),
        (&json!("correction"), &json!("wms://count/1"))
    );
    let node =
        format!("{{ node(id: {}) {{ ... on InventoryAdjustmentGroup {{ id reason }} }} }}", group["id"]);
    let (_, answer) = served.ask(VERSION, &node, &Value::Null).await;
    assert_eq!(answer["data"]["node"], json!({ "id": group["id"], "reason": "correction" }));
    let stale = change(&served, "inventorySetQuantities", setting("available", 1, json!(10))).await;
    let message = "The changeFromQuantity argument no longer matches the persisted quantity.";
    let field = "input.quantities.0.changeFromQuantity";
    assert_eq!(error(&stale), said(field, message, "CHANGE_FROM_QUANTITY_STALE"));
    let same = change(&served, "inventorySetQuantities", setting("on_hand", 15, Value::Null)).await;
    assert_eq!(same, json!({ "inventoryAdjustmentGroup": null, "userErrors": [] }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quantities_are_refused_in_the_recorded_words() {
    let served = shop().await;
    let quantity = "input.quantities.0.quantity";
    for (input, expected) in [
        (
            setting("damaged", 1, Value::Null),
            said("input.name", "The quantity name must be either 'available' or 'on_hand'.", "INVALID_NAME"),
        ),
        (
            setting("on_hand", -5, Value::Null),
            said(quantity, "The quantity can't be negative.", "INVALID_QUANTITY_NEGATIVE"),
        ),
        (
            setting("available", -2_000_000_000, Value::Null),
            said(quantity, "The quantity can't be lower than -1,000,000,000.", "INVALID_QUANTITY_TOO_LOW"),
        ),
        (
            setting("available", 1_000_000_001, Value::Null),
            said(quantity, "The quantity can't be higher than 1,000,000,000.", "INVALID_QUANTITY_TOO_HIGH"),
        ),
    ] {
        let payload = change(&served, "inventorySetQuantities", input).await;
        assert_eq!(error(&payload), expected);
    }
    let ledger = "input.changes.0.ledgerDocumentUri";
    for (input, expected) in [
        (
            adjusting("on_hand", 1, json!("l://1")),
            said(
                "input.name",
                "The specified quantity name is invalid. Valid values are: available, damaged, incoming, quality_control, reserved, safety_stock.",
                "INVALID_QUANTITY_NAME",
            ),
        ),
        (
            adjusting("damaged", 1, Value::Null),
            said(
                ledger,
                "A ledger document URI is required except when adjusting available.",
                "INVALID_QUANTITY_DOCUMENT",
            ),
        ),
        (
            adjusting("available", 1, json!("l://1")),
            said(
                ledger,
                "A ledger document URI is not allowed when adjusting available.",
                "INVALID_AVAILABLE_DOCUMENT",
            ),
        ),
    ] {
        let payload = change(&served, "inventoryAdjustQuantities", input).await;
        assert_eq!(error(&payload), expected);
    }
    let nothing = json!({ "name": "available", "reason": "because", "changes": [
        { "inventoryItemId": item(7), "locationId": place(7), "delta": 1, "changeFromQuantity": null }] });
    let payload = change(&served, "inventoryAdjustQuantities", nothing.clone()).await;
    assert!(
        error(&payload).1.ends_with("reservation_updated, restock, safety_stock, shrinkage."),
        "{payload}"
    );
    let mut unknown = nothing;
    unknown["reason"] = json!("other");
    let payload = change(&served, "inventoryAdjustQuantities", unknown).await;
    let codes: Vec<&Value> =
        payload["userErrors"].as_array().unwrap().iter().map(|error| &error["code"]).collect();
    assert_eq!(codes, ["INVALID_INVENTORY_ITEM", "INVALID_LOCATION"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn units_go_from_one_state_to_another() {
    let served = shop().await;
    let damaged = change(&served, "inventoryAdjustQuantities", adjusting("damaged", 2, json!("l://1"))).await;
    let changes = &damaged["inventoryAdjustmentGroup"]["changes"];
    assert_eq!((&changes[0]["name"], &changes[0]["ledgerDocumentUri"]), (&json!("damaged"), &json!("l://1")));
    assert_eq!((&changes[1]["name"], &changes[1]["delta"]), (&json!("on_hand"), &json!(2)));
    let side = |name: &str, location: &str, ledger: Value| json!({ "name": name, "locationId": location, "ledgerDocumentUri": ledger, "changeFromQuantity": null });
    let here = place(HERE);
    let moving = |from: Value, to: Value| {
        json!({ "reason": "quality_control", "referenceDocumentUri": "wms://1", "changes": [
        { "inventoryItemId": item(SHIRT), "quantity": 3, "from": from, "to": to }] })
    };
    let moved = moving(side("available", &here, Value::Null), side("damaged", &here, json!("l://1")));
    let moved = change(&served, "inventoryMoveQuantities", moved).await;
    assert_eq!(moved["inventoryAdjustmentGroup"]["changes"].as_array().map(Vec::len), Some(2), "{moved}");
    let now = json!({ "available": 7, "on_hand": 12, "committed": 0, "damaged": 5, "incoming": 0 });
    assert_eq!(quantities(&served, &item(SHIRT), &here).await, now);
    let away = moving(side("available", &here, Value::Null), side("damaged", &place(THERE), json!("l://1")));
    let away = change(&served, "inventoryMoveQuantities", away).await;
    let message = "The quantities can't be moved between different locations.";
    assert_eq!(error(&away), said("input.changes.0", message, "DIFFERENT_LOCATIONS"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_and_comparisons_are_asked_for_version_by_version() {
    let served = shop().await;
    let plain = "mutation ($input: InventorySetQuantitiesInput!) { inventorySetQuantities(input: $input) { userErrors { field message code } } }";
    let (_, answer) =
        served.ask("2026-04", plain, &json!({ "input": setting("available", 1, json!(10)) })).await;
    assert_eq!(answer["data"], json!({ "inventorySetQuantities": null }));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_REQUEST");
    let text = "The @idempotent directive is required for this mutation but was not provided.";
    assert_eq!(answer["errors"][0]["message"], text);
    let mut silent = setting("available", 1, Value::Null);
    silent["quantities"][0].as_object_mut().unwrap().remove("changeFromQuantity");
    let answer = keyed(&served, "2026-04", "inventorySetQuantities", silent.clone(), &uuid()).await;
    let text = "InventoryQuantityInput must include the following argument: changeFromQuantity.";
    assert_eq!(answer["errors"][0]["message"], text);
    let (_, answer) = served.ask("2025-10", plain, &json!({ "input": silent })).await;
    assert_eq!(
        answer["data"]["inventorySetQuantities"]["userErrors"][0]["code"], "COMPARE_QUANTITY_REQUIRED",
        "{answer}"
    );
    silent["ignoreCompareQuantity"] = json!(true);
    let (_, answer) = served.ask("2025-10", plain, &json!({ "input": silent })).await;
    assert_eq!(answer["data"]["inventorySetQuantities"]["userErrors"], json!([]), "{answer}");
    let key = uuid();
    let first =
        keyed(&served, VERSION, "inventoryAdjustQuantities", adjusting("available", 4, Value::Null), &key)
            .await;
    let again =
        keyed(&served, VERSION, "inventoryAdjustQuantities", adjusting("available", 4, Value::Null), &key)
            .await;
    assert_eq!(first["data"], again["data"], "once");
    assert_eq!(quantities(&served, &item(SHIRT), &place(HERE)).await["available"], 5);
    let other =
        keyed(&served, VERSION, "inventoryAdjustQuantities", adjusting("available", 5, Value::Null), &key)
            .await;
    let reused = &other["data"]["inventoryAdjustQuantities"];
    assert_eq!(error(reused).2, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH", "{other}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_was_used_for_something_else_is_told_in_the_mutations_own_errors() {
    let served = shop().await;
    let message = "The same idempotency key cannot be used with different operation parameters.";
    let quantity = |delta: i64| {
        json!({ "inventoryItemId": item(SHIRT), "locationId": place(HERE), "delta": delta,
        "changeFromQuantity": null })
    };
    let counted = |quantity: i64| {
        json!({ "inventoryItemId": item(SHIRT), "locationId": place(HERE),
        "quantity": quantity, "changeFromQuantity": null })
    };
    let moving = |quantity: i64| {
        json!({ "inventoryItemId": item(SHIRT), "quantity": quantity,
        "from": { "locationId": place(HERE), "name": "available", "changeFromQuantity": null },
        "to": { "locationId": place(HERE), "name": "reserved", "changeFromQuantity": null,
                "ledgerDocumentUri": "count://1" } })
    };
    for (root, kind, first, second) in [
        (
            "inventoryAdjustQuantities",
            "InventoryAdjustQuantitiesInput",
            json!({ "name": "available", "reason": "correction", "changes": [quantity(1)] }),
            json!({ "name": "available", "reason": "correction", "changes": [quantity(2)] }),
        ),
        (
            "inventorySetQuantities",
            "InventorySetQuantitiesInput",
            json!({ "name": "available", "reason": "correction", "quantities": [counted(8)] }),
            json!({ "name": "available", "reason": "correction", "quantities": [counted(9)] }),
        ),
        (
            "inventorySetOnHandQuantities",
            "InventorySetOnHandQuantitiesInput",
            json!({ "reason": "correction", "setQuantities": [counted(8)] }),
            json!({ "reason": "correction", "setQuantities": [counted(9)] }),
        ),
        (
            "inventoryMoveQuantities",
            "InventoryMoveQuantitiesInput",
            json!({ "reason": "correction", "referenceDocumentUri": "count://1", "changes": [moving(1)] }),
            json!({ "reason": "correction", "referenceDocumentUri": "count://1", "changes": [moving(2)] }),
        ),
    ] {
        let key = uuid();
        let document = format!(
            "mutation ($input: {kind}!, $key: String!) {{ {root}(input: $input) \
            @idempotent(key: $key) {{ userErrors {{ field message code }} }} }}"
        );
        let ask = async |input: &Value| {
            let variables = json!({ "input": input, "key": key });
            served.ask(VERSION, &document, &variables).await
        };
        let (_, done) = ask(&first).await;
        assert_eq!(done["data"][root]["userErrors"], json!([]), "{done}");
        let (status, reused) = ask(&second).await;
        let error =
            json!([{ "field": null, "message": message, "code": "IDEMPOTENCY_KEY_PARAMETER_MISMATCH" }]);
        assert_eq!((status, &reused["data"][root]["userErrors"]), (200, &error), "{reused}");
    }
    // Its errors have no codes.
    let document = "mutation ($item: ID!, $place: ID!, $key: String!) { inventoryActivate(inventoryItemId: $item, \
        locationId: $place) @idempotent(key: $key) { userErrors { field message } } }";
    let activate = async |item: String| {
        let variables = json!({ "item": item, "place": place(HERE), "key": "once" });
        served.ask(VERSION, document, &variables).await
    };
    activate(item(MUG)).await;
    let (status, reused) = activate(item(SHIRT)).await;
    let error = json!([{ "field": null, "message": message }]);
    assert_eq!((status, &reused["data"]["inventoryActivate"]["userErrors"]), (200, &error), "{reused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_item_is_switched_on_and_off_at_several_locations_at_once() {
    let served = shop().await;
    let document = "mutation ($item: ID!, $updates: [InventoryBulkToggleActivationInput!]!) {
        inventoryBulkToggleActivation(inventoryItemId: $item, inventoryItemUpdates: $updates) {
          inventoryItem { id } inventoryLevels { location { id } isActive } userErrors { field message code } } }";
    let toggle = async |updates: Value| {
        let variables = json!({ "item": item(SHIRT), "updates": updates });
        served.ask(VERSION, document, &variables).await.1["data"]["inventoryBulkToggleActivation"].clone()
    };
    let update = |location: String, activate: bool| json!({ "locationId": location, "activate": activate });
    let alone = toggle(json!([update(place(HERE), false), update(place(THERE), false)])).await;
    assert_eq!(alone["userErrors"][0]["code"], "CANNOT_DEACTIVATE_FROM_ONLY_LOCATION", "{alone}");
    let left = toggle(json!([update(place(THERE), false)])).await;
    assert_eq!((&left["inventoryLevels"], &left["userErrors"]), (&json!([]), &json!([])));
    let moved = toggle(json!([update(place(HERE), false), update(place(THERE), true)])).await;
    assert_eq!(
        moved,
        json!({ "inventoryItem": { "id": item(SHIRT) }, "userErrors": [],
                "inventoryLevels": [{ "location": { "id": place(THERE) }, "isActive": true }] })
    );
    let nowhere = "gid://shopify/Location/7".to_owned();
    let unknown = toggle(json!([update(place(HERE), true), update(nowhere, true)])).await;
    let path = json!(["inventoryItemUpdates", "1", "locationId"]);
    assert_eq!(
        (&unknown["userErrors"][0]["field"], &unknown["userErrors"][0]["code"]),
        (&path, &json!("LOCATION_NOT_FOUND"))
    );
    assert_eq!(toggle(json!([])).await["inventoryLevels"], json!([]), "nothing was switched on before");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn locations_begin_and_cease_to_stock_an_item() {
    let served = shop().await;
    let activate = |arguments: String| {
        format!(
            "mutation {{ inventoryActivate(inventoryItemId: \"{}\", locationId: \"{}\" {arguments}) @idempotent(key: \"{}\") {{
               inventoryLevel {{ id isActive quantities(names: [\"available\", \"on_hand\"]) {{ quantity }} }}
               userErrors {{ field message }} }} }}",
            item(MUG), place(HERE), uuid(),
        )
    };
    let ask = async |document: String, root: &str| {
        served.ask(VERSION, &document, &Value::Null).await.1["data"][root].clone()
    };
    let both = ask(activate("available: 1, onHand: 2".into()), "inventoryActivate").await;
    assert_eq!(both["userErrors"].as_array().map(Vec::len), Some(2), "{both}");
    let first = ask(activate("onHand: 5".into()), "inventoryActivate").await;
    assert_eq!(
        first["inventoryLevel"]["quantities"],
        json!([{ "quantity": 5 }, { "quantity": 5 }]),
        "{first}"
    );
    let again = ask(activate("available: 9".into()), "inventoryActivate").await;
    let message = "Not allowed to set available quantity when the item is already active at the location.";
    assert_eq!(again["userErrors"], json!([{ "field": ["available"], "message": message }]));
    assert_eq!(again["inventoryLevel"]["quantities"], first["inventoryLevel"]["quantities"]);
    let level = first["inventoryLevel"]["id"].as_str().unwrap().to_owned();
    let stop = |level: &str| {
        format!(
            "mutation {{ inventoryDeactivate(inventoryLevelId: \"{level}\") {{ userErrors {{ field message }} }} }}"
        )
    };
    assert_eq!(ask(stop(&level), "inventoryDeactivate").await["userErrors"], json!([]));
    let read = |all: bool| {
        format!(
            "{{ inventoryItem(id: \"{}\") {{ inventoryLevel(includeInactive: {all}, locationId: \"{}\") {{ isActive canDeactivate }} }} }}",
            item(MUG),
            place(HERE)
        )
    };
    assert_eq!(ask(read(false), "inventoryItem").await["inventoryLevel"], Value::Null);
    assert_eq!(
        ask(read(true), "inventoryItem").await["inventoryLevel"],
        json!({ "isActive": false, "canDeactivate": false })
    );
    let other = format!("gid://shopify/InventoryLevel/{}?inventory_item_id={MUG}", world::SERVED);
    let alone = ask(stop(&other), "inventoryDeactivate").await;
    assert!(
        alone["userErrors"][0]["message"].as_str().unwrap().contains("a minimum of 1 location"),
        "{alone}"
    );
    let gone = ask(stop("gid://shopify/InventoryLevel/9?inventory_item_id=9"), "inventoryDeactivate").await;
    assert_eq!(
        gone["userErrors"][0]["message"],
        "The product couldn't be unstocked because the product was deleted."
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_item_is_updated_or_refused() {
    let served = shop().await;
    let update = async |input: Value| {
        let document = "mutation ($id: ID!, $input: InventoryItemInput!) { inventoryItemUpdate(id: $id, input: $input) {
            inventoryItem { tracked harmonizedSystemCode countryCodeOfOrigin unitCost { amount } measurement { weight { value unit } } duplicateSkuCount locationsCount { count } }
            userErrors { field message } } }";
        served.ask(VERSION, document, &json!({ "id": item(SHIRT), "input": input })).await.1["data"]["inventoryItemUpdate"].clone()
    };
    let weight = |value: f64| json!({ "weight": { "value": value, "unit": "KILOGRAMS" } });
    let done = update(json!({ "cost": "4.5", "countryCodeOfOrigin": "CA", "harmonizedSystemCode": "620343", "measurement": weight(2.5) })).await;
    let expected = json!({
        "tracked": true, "harmonizedSystemCode": "620343", "countryCodeOfOrigin": "CA", "unitCost": { "amount": "4.5" },
        "measurement": { "weight": { "value": 2.5, "unit": "KILOGRAMS" } }, "duplicateSkuCount": 0, "locationsCount": { "count": 2 },
    });
    assert_eq!(done["inventoryItem"], expected, "{done}");
    for (input, field, message) in [
        (json!({ "cost": "-1" }), json!(["input", "cost"]), "Cost must be greater than or equal to 0"),
        (
            json!({ "measurement": weight(-1.0) }),
            json!(["input", "measurement", "weight"]),
            "Measurement weight value -1 kg must be >= 0 kg",
        ),
        (
            json!({ "harmonizedSystemCode": "12" }),
            json!(["input", "harmonizedSystemCode"]),
            "Harmonized system code must be a number between six and thirteen digits",
        ),
    ] {
        let refused = update(input).await;
        assert_eq!(refused["userErrors"], json!([{ "field": field, "message": message }]));
        assert!(refused["inventoryItem"].is_null());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_of_items_and_levels_are_paged_and_searched() {
    let served = shop().await;
    let ask = async |document: &str| served.ask(VERSION, document, &Value::Null).await.1;
    let sku =
        ask("{ inventoryItems(first: 1) { nodes { id sku } pageInfo { hasNextPage endCursor } } }").await;
    assert_eq!(sku["data"]["inventoryItems"]["pageInfo"]["hasNextPage"], true, "{sku}");
    let first = &sku["data"]["inventoryItems"]["nodes"][0];
    let found = ask(&format!(
        "{{ inventoryItems(first: 5, query: \"sku:{}\") {{ nodes {{ id }} }} }}",
        first["sku"].as_str().unwrap()
    ))
    .await;
    assert_eq!(found["data"]["inventoryItems"]["nodes"], json!([{ "id": first["id"] }]), "{found}");
    let document = format!(
        "{{ location(id: \"{here}\") {{ name inventoryLevel(inventoryItemId: \"{shirt}\") {{ item {{ id }} }}
             inventoryLevels(first: 1) {{ nodes {{ id item {{ id variant {{ product {{ totalInventory tracksInventory hasOnlyDefaultVariant variants(first: 2) {{ nodes {{ id }} }} }} }} }} }} pageInfo {{ hasNextPage }} }} }} }}",
        here = place(HERE), shirt = item(SHIRT),
    );
    let answer = ask(&document).await;
    let location = &answer["data"]["location"];
    assert_eq!(location["inventoryLevel"]["item"]["id"], item(SHIRT), "{answer}");
    let level = &location["inventoryLevels"]["nodes"][0];
    assert_eq!(level["item"]["id"], item(SHIRT), "{answer}");
    assert!(level["item"]["variant"]["product"]["totalInventory"].as_i64().unwrap() >= 20, "{answer}");
    let one = ask(&format!("{{ inventoryLevel(id: {}) {{ location {{ name }} deactivationAlert scheduledChanges(first: 1) {{ nodes {{ quantity }} }} }} }}", level["id"])).await;
    assert_eq!(one["data"]["inventoryLevel"]["location"]["name"], location["name"], "{one}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_that_wait_get_what_is_counted() {
    let served = shop().await;
    let order = Command::Place(Box::new(world::order(&[(SHIRT, 25)])));
    served.engine.execute(&served.shop, &Actor::System, &order).await.unwrap().unwrap();
    let due = async || {
        served.engine.store().due_for_routing(served.shop.id, served.engine.now(), 10).await.unwrap().len()
    };
    assert_eq!(due().await, 0, "nothing changed since");
    change(&served, "inventorySetQuantities", setting("available", 30, Value::Null)).await;
    assert_eq!(due().await, 1, "it is tried again");
}
