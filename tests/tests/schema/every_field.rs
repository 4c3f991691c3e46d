//! Every field of every object that can be reached is asked for once, of a shop with a history.

use std::collections::{BTreeMap, BTreeSet};

use domain::actor::Actor;
use domain::command::Command;
use domain::location::Service;
use scenarios::served::Served;
use scenarios::types::{Field, Input, Types, inner};
use serde_json::{Value, json};
use testkit::world;

/// How deep a document may go below its root.
const DEEP: usize = 4;

/// What a document looks at, by type: ids of the demo shop's things, the one with most to tell first.
type Things = BTreeMap<&'static str, Vec<String>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_field_answers() {
    let served = Served::demo().await;
    let types = Types::of(shopify::SCHEMA, "2026-07");
    furnish(&served).await;
    let things = things(&served).await;
    let mut asked = BTreeSet::new();
    let mut wrong = Vec::new();
    let mut documents = 0;
    for (root, field) in &types.get("QueryRoot").fields {
        let ids = match field.args.get("id") {
            Some(_) => things.get(inner(&field.shown)).cloned().unwrap_or_default(),
            None => Vec::new(),
        };
        let ids = if ids.is_empty() { vec![String::new()] } else { ids };
        for id in ids {
            // One document a field: an error then tells which.
            for (path, document) in documents_of(&types, root, field, &id, &mut asked) {
                documents += 1;
                let (status, answer) = served.ask("2026-07", &document, &Value::Null).await;
                if status != 200 || is_wrong(&answer) {
                    wrong.push(format!("{path}: {status} {}", short(&answer)));
                }
            }
        }
    }
    // Objects that only mutations answer: payloads, which the tests of the mutations ask.
    let payload = |name: &String| name.ends_with("Payload") || name.ends_with("Error");
    let objects = types.0.iter().filter(|(name, ty)| ty.kind == "OBJECT" && !payload(name));
    let all: BTreeSet<String> = objects
        .filter(|(name, _)| *name != "Mutation" && *name != "QueryRoot")
        .flat_map(|(name, ty)| ty.fields.keys().map(move |field| format!("{name}.{field}")))
        .collect();
    let unasked: Vec<&String> = all.difference(&asked).collect();
    println!("{documents} documents, {} of {} fields asked", all.len() - unasked.len(), all.len());
    println!("not reached by a query: {unasked:?}");
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{} fields can't be answered:\n{}", wrong.len(), wrong.join("\n"));
}

fn short(answer: &Value) -> String {
    answer["errors"][0].to_string().chars().take(300).collect()
}

/// Any error is one: the key may do everything, and the documents are made from the schema.
fn is_wrong(answer: &Value) -> bool {
    answer.get("errors").is_some() || !answer["data"].is_object()
}

/// What the demo shop doesn't have: a service that the asking program runs, a subscription.
async fn furnish(served: &Served) {
    let service = Service { app: served.app, ..world::service() };
    let save = Command::SaveService(service, world::location(world::SERVED, 99));
    served.engine.execute(&served.shop, &Actor::System, &save).await.unwrap().unwrap();
    let document = "mutation { webhookSubscriptionCreate(topic: ORDERS_CREATE,
        webhookSubscription: { uri: \"https://app.example/hook\", includeFields: [\"id\"] }) {
      webhookSubscription { id } userErrors { message } } }";
    let (_, answer) = served.ask("2026-07", document, &Value::Null).await;
    assert!(answer["data"]["webhookSubscriptionCreate"]["webhookSubscription"].is_object(), "{answer}");
}

/// Ids of things that have much to tell.
async fn things(served: &Served) -> Things {
    let document = "{ orders(first: 120) { nodes { id
        fulfillments(first: 2) { id events(first: 1) { nodes { id } } }
        fulfillmentOrders(first: 4) { nodes { id fulfillmentHolds { id } merchantRequests(first: 1) { nodes { id } } } }
        transactions(first: 1) { id } shippingLines(first: 1) { nodes { id } } cancelledAt } }
      locations(first: 5, includeLegacy: true) { nodes { id isFulfillmentService fulfillmentService { id } } }
      webhookSubscriptions(first: 1) { nodes { id } }
      productVariants(first: 3) { nodes { id inventoryItem { id inventoryLevels(first: 1) { nodes { id } } } } } }";
    let (_, answer) = served.ask("2026-07", document, &Value::Null).await;
    let data = &answer["data"];
    assert!(data.is_object(), "{answer}");
    let nodes = |of: &Value| of["nodes"].as_array().cloned().unwrap_or_default();
    let id = |of: &Value| of["id"].as_str().map(str::to_owned);
    let orders = nodes(&data["orders"]);
    let works: Vec<Value> = orders.iter().flat_map(|order| nodes(&order["fulfillmentOrders"])).collect();
    let fulfillments: Vec<Value> = orders
        .iter()
        .flat_map(|order| order["fulfillments"].as_array().cloned().unwrap_or_default())
        .collect();
    let some = |all: &[Value], test: &dyn Fn(&Value) -> bool| all.iter().find(|one| test(one)).and_then(id);
    let full = |key: &'static str| move |of: &Value| of[key].as_array().is_some_and(|list| !list.is_empty());
    let noded = |key: &'static str| {
        move |of: &Value| of[key]["nodes"].as_array().is_some_and(|list| !list.is_empty())
    };
    let orders = [
        some(&orders, &full("fulfillments")),
        some(&orders, &|order| !order["cancelledAt"].is_null()),
        some(&orders, &|order| nodes(&order["fulfillmentOrders"]).iter().any(full("fulfillmentHolds"))),
    ];
    let works = [
        some(&works, &full("fulfillmentHolds")),
        some(&works, &noded("merchantRequests")),
        works.first().and_then(id),
    ];
    let fulfillments = [some(&fulfillments, &noded("events")), fulfillments.first().and_then(id)];
    let locations = nodes(&data["locations"]);
    let served_by = |of: &Value| of["isFulfillmentService"] == json!(true);
    let service = locations.iter().find(|location| served_by(location)).map(|l| &l["fulfillmentService"]);
    let variants = nodes(&data["productVariants"]);
    let items = variants.first().map(|variant| &variant["inventoryItem"]);
    Things::from([
        ("Order", orders.into_iter().flatten().collect()),
        ("FulfillmentOrder", works.into_iter().flatten().collect()),
        ("Fulfillment", fulfillments.into_iter().flatten().collect()),
        (
            "Location",
            [some(&locations, &served_by), locations.first().and_then(id)].into_iter().flatten().collect(),
        ),
        ("FulfillmentService", service.and_then(id).into_iter().collect()),
        ("ProductVariant", variants.first().and_then(id).into_iter().collect()),
        (
            "WebhookSubscription",
            nodes(&data["webhookSubscriptions"]).first().and_then(id).into_iter().collect(),
        ),
        ("InventoryItem", items.and_then(id).into_iter().collect()),
        (
            "InventoryLevel",
            items.and_then(|item| nodes(&item["inventoryLevels"]).first().and_then(id)).into_iter().collect(),
        ),
    ])
}

/// A document for every field below a root: (the field's path, the document). Fields are followed down until they
/// were all asked, a type at most once on a path.
fn documents_of(
    types: &Types,
    root: &str,
    field: &Field,
    id: &str,
    asked: &mut BTreeSet<String>,
) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let args = match root {
        "nodes" => "(ids: [\"gid://shopify/Shop/1\"])".to_owned(),
        "node" => "(id: \"gid://shopify/Shop/1\")".to_owned(),
        "locationByIdentifier" => "(identifier: { id: \"gid://shopify/Location/1\" })".to_owned(),
        "orderByIdentifier" => "(identifier: { id: \"gid://shopify/Order/1\" })".to_owned(),
        _ => arguments(types, field, id),
    };
    if !types.composite(&field.shown) {
        return vec![(root.to_owned(), format!("{{ {root}{args} }}"))];
    }
    let mut paths = Vec::new();
    follow(types, inner(&field.shown), String::new(), &mut Vec::new(), &mut paths, asked);
    for path in paths {
        let (before, behind) = path;
        found.push((format!("{root} {before}"), format!("{{ {root}{args} {{ {before}{behind} }} }}")));
    }
    found
}

/// Selections that ask one leaf each: (what opens it, what closes it).
fn follow(
    types: &Types,
    name: &str,
    opened: String,
    above: &mut Vec<String>,
    found: &mut Vec<(String, String)>,
    asked: &mut BTreeSet<String>,
) {
    if above.iter().any(|one| one == name) || above.len() > DEEP {
        return;
    }
    above.push(name.to_owned());
    let ty = types.get(name);
    let closing = " }".repeat(above.len() - 1);
    let leaves: Vec<&str> = ty
        .fields
        .iter()
        .filter(|(_, field)| !types.composite(&field.shown) && !field.args.values().any(Input::required))
        .map(|(leaf, _)| leaf.as_str())
        .collect();
    asked.extend(leaves.iter().map(|leaf| format!("{name}.{leaf}")));
    found.push((format!("{opened}__typename {}", leaves.join(" ")), closing));
    for (field_name, field) in &ty.fields {
        if types.composite(&field.shown) {
            asked.insert(format!("{name}.{field_name}"));
            let args = arguments(types, field, "gid://shopify/Location/1");
            let opened = format!("{opened}{field_name}{args} {{ ");
            follow(types, inner(&field.shown), opened, above, found, asked);
        }
    }
    for member in &ty.possible {
        let opened = format!("{opened}... on {member} {{ ");
        follow(types, member, opened, above, found, asked);
    }
    above.pop();
}

/// The arguments that a field needs, and a size for pages.
fn arguments(types: &Types, field: &Field, id: &str) -> String {
    let mut given = Vec::new();
    for (name, arg) in &field.args {
        if name == "id" && !id.is_empty() {
            given.push(format!("id: \"{id}\""));
        } else if arg.required() {
            given.push(format!("{name}: {}", value(types, &arg.shown, id)));
        }
    }
    if field.shown.contains("Connection") && field.args.contains_key("first") {
        given.push("first: 2".to_owned());
    }
    if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) }
}

/// Some value of a type.
fn value(types: &Types, shown: &str, id: &str) -> String {
    let shown = shown.trim_end_matches('!');
    if let Some(inside) = shown.strip_prefix('[') {
        return format!("[{}]", value(types, &inside[..inside.len() - 1], id));
    }
    match shown {
        "ID" if id.is_empty() => "\"gid://shopify/Order/1\"".to_owned(),
        "ID" => format!("\"{id}\""),
        "String" => "\"available\"".to_owned(),
        "Int" => "1".to_owned(),
        "Boolean" => "true".to_owned(),
        other => types.get(other).values.first().cloned().unwrap_or_else(|| "\"\"".to_owned()),
    }
}
