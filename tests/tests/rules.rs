//! Rules of routing through the API: switched on, obeyed, explained, and switched off; and what locations are known by.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use domain::actor::Permission;
use scenarios::served::Served;
use serde_json::{Value, json};
use testkit::world::{self, HERE, MUG, SERVED, SHIRT, THERE};

const RULE: &str = "id deliveryMethodTypes function { id apiType apiVersion title }";

async fn shop(lacks: &[Permission]) -> Served {
    let served = Served::empty(world::shop(), lacks).await;
    for command in world::furniture() {
        let system = domain::actor::Actor::System;
        served.engine.execute(&served.shop, &system, &command).await.unwrap().unwrap();
    }
    served
}

async fn ask(served: &Served, document: &str) -> Value {
    let (status, answer) = served.ask("2026-07", document, &Value::Null).await;
    assert_eq!(status, 200, "{answer}");
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"].clone()
}

/// What a mutation of a rule answers.
async fn change(served: &Served, root: &str, arguments: &str, shown: &str) -> Value {
    let document = format!("mutation {{ {root}({arguments}) {{ {shown} userErrors {{ field code }} }} }}");
    ask(served, &document).await[root].clone()
}

async fn create(served: &Served, arguments: &str) -> Value {
    let shown = format!("fulfillmentConstraintRule {{ {RULE} }}");
    change(served, "fulfillmentConstraintRuleCreate", arguments, &shown).await
}

/// Where an order of a shirt and a mug goes; no location has both.
async fn placed(served: &Served) -> (String, Vec<Value>) {
    let lines: Vec<String> = [SHIRT, MUG]
        .iter()
        .map(|id| format!("{{ variantId: \"gid://shopify/ProductVariant/{id}\", quantity: 1 }}"))
        .collect();
    let document = format!(
        "mutation {{ orderCreate(order: {{ lineItems: [{}] }}) {{ userErrors {{ message }} order {{ id }} }} }}",
        lines.join(", ")
    );
    let made = ask(served, &document).await;
    let id = made["orderCreate"]["order"]["id"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
    let places = places(served, &id).await;
    (id, places)
}

async fn places(served: &Served, order: &str) -> Vec<Value> {
    let document = format!(
        "{{ order(id: \"{order}\") {{ fulfillmentOrders(first: 5) {{ nodes {{ assignedLocation {{ location {{ legacyResourceId }} }} }} }} }} }}"
    );
    let told = ask(served, &document).await;
    let works = told["order"]["fulfillmentOrders"]["nodes"].as_array().unwrap();
    works.iter().map(|work| work["assignedLocation"]["location"]["legacyResourceId"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_is_switched_on_and_off() {
    let served = shop(&[]).await;
    assert_eq!(placed(&served).await.1, [HERE, SERVED].map(|id| json!(id.to_string())));
    let made =
        create(&served, "functionHandle: \"ship-together\", deliveryMethodTypes: [SHIPPING, RETAIL]").await;
    let rule = made["fulfillmentConstraintRule"].clone();
    assert_eq!(made["userErrors"], json!([]));
    assert_eq!(rule["deliveryMethodTypes"], json!(["SHIPPING", "RETAIL"]));
    assert_eq!(rule["function"]["id"], "ship-together");
    assert_eq!(rule["function"]["apiType"], "fulfillment_constraints");
    let listed = ask(&served, &format!("{{ fulfillmentConstraintRules {{ {RULE} }} }}")).await;
    assert_eq!(listed["fulfillmentConstraintRules"], json!([rule]));
    let id = rule["id"].as_str().unwrap();
    let node = ask(
        &served,
        &format!("{{ node(id: \"{id}\") {{ ... on FulfillmentConstraintRule {{ {RULE} }} }} }}"),
    )
    .await;
    assert_eq!(node["node"], rule);

    let (order, now) = placed(&served).await;
    assert_eq!(now, Vec::<Value>::new(), "nobody has both, so it waits");
    let arguments = format!("id: \"{id}\", deliveryMethodTypes: [LOCAL]");
    let shown = "fulfillmentConstraintRule { deliveryMethodTypes }";
    let changed = change(&served, "fulfillmentConstraintRuleUpdate", &arguments, shown).await;
    assert_eq!(changed["fulfillmentConstraintRule"]["deliveryMethodTypes"], json!(["LOCAL"]));
    assert_eq!(placed(&served).await.1.len(), 2, "parcels are not bound by it any more");
    let gone = change(&served, "fulfillmentConstraintRuleDelete", &format!("id: \"{id}\""), "success").await;
    assert_eq!(gone, json!({ "success": true, "userErrors": [] }));
    assert_eq!(
        ask(&served, "{ fulfillmentConstraintRules { id } }").await["fulfillmentConstraintRules"],
        json!([])
    );
    let store = served.engine.store();
    for due in store.due_for_routing(served.shop.id, served.engine.now(), 10).await.unwrap() {
        let (system, route) = (domain::actor::Actor::System, domain::command::Command::Route(due));
        served.engine.execute(&served.shop, &system, &route).await.unwrap().unwrap();
    }
    assert_eq!(places(&served, &order).await.len(), 2, "what waited is tried again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_with_a_rule_has_a_code() {
    let served = shop(&[]).await;
    let code = |answer: Value| answer["userErrors"][0]["code"].clone();
    let ways = "deliveryMethodTypes: [SHIPPING]";
    for (arguments, expected) in [
        (ways.to_owned(), "MISSING_FUNCTION_IDENTIFIER"),
        (format!("functionHandle: \"a\", functionId: \"b\", {ways}"), "MULTIPLE_FUNCTION_IDENTIFIERS"),
        (format!("functionHandle: \"teleport\", {ways}"), "FUNCTION_NOT_FOUND"),
        ("functionHandle: \"ship-together\", deliveryMethodTypes: []".to_owned(), "INPUT_INVALID"),
        (
            format!(
                "functionHandle: \"ship-together\", {ways}, metafields: [{{ key: \"a\", value: \"b\" }}]"
            ),
            "INPUT_INVALID",
        ),
    ] {
        assert_eq!(code(create(&served, &arguments).await), expected, "{arguments}");
    }
    let by_id = format!("functionId: \"within-country\", {ways}");
    assert_eq!(create(&served, &by_id).await["userErrors"], json!([]));
    assert_eq!(code(create(&served, &by_id).await), "FUNCTION_ALREADY_REGISTERED");
    let nothing = "id: \"gid://shopify/FulfillmentConstraintRule/1\"";
    let updated = format!("{nothing}, {ways}");
    assert_eq!(
        code(change(&served, "fulfillmentConstraintRuleUpdate", &updated, "__typename").await),
        "NOT_FOUND"
    );
    let deleted = change(&served, "fulfillmentConstraintRuleDelete", nothing, "success").await;
    assert_eq!((deleted["success"].clone(), code(deleted)), (Value::Null, json!("NOT_FOUND")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_location_is_known_by_what_a_program_keeps_with_it() {
    let served = shop(&[]).await;
    let field = |value: &str| {
        format!(
            "metafields: [{{ namespace: \"wms\", key: \"code\", type: \"single_line_text_field\", value: \"{value}\" }}]"
        )
    };
    let shown =
        "location { id metafield(namespace: \"wms\", key: \"code\") { value } } userErrors { message }";
    let add = format!(
        "mutation {{ locationAdd(input: {{ name: \"Dock\", address: {{ countryCode: CA }}, {} }}) {{ {shown} }} }}",
        field("D1")
    );
    let added = ask(&served, &add).await;
    assert_eq!(added["locationAdd"]["location"]["metafield"]["value"], "D1", "{added}");
    let edit = format!(
        "mutation {{ locationEdit(id: \"gid://shopify/Location/{THERE}\", input: {{ {} }}) {{ {shown} }} }}",
        field("D2")
    );
    let edited = ask(&served, &edit).await;
    assert_eq!(edited["locationEdit"]["location"]["metafield"]["value"], "D2", "{edited}");
    let find = async |value: &str| {
        let custom = format!("customId: {{ namespace: \"wms\", key: \"code\", value: \"{value}\" }}");
        ask(&served, &format!("{{ locationByIdentifier(identifier: {{ {custom} }}) {{ id }} }}")).await
            ["locationByIdentifier"]
            .clone()
    };
    assert_eq!(find("D1").await["id"], added["locationAdd"]["location"]["id"]);
    assert_eq!(find("D2").await["id"], format!("gid://shopify/Location/{THERE}"));
    assert_eq!(find("D3").await, Value::Null);
}
