//! Every mutation is asked with ids of all kinds, right and wrong ones, and with every field of its payload: it may
//! refuse, but never fail.

use scenarios::served::Served;
use scenarios::types::{Input, Type, Types, inner};
use serde_json::Value;

/// Ids that nothing has, or that are none.
const OF_NOTHING: &[&str] = &[
    "",
    "1",
    "💥",
    "gid://shopify/Order/0",
    "gid://shopify/Order/999999999999",
    "gid://shopify/FulfillmentOrder/999999999999",
    "gid://shopify/Location/9223372036854775807",
    "gid://shopify/Nonsense/1",
];
/// How deep payloads are read.
const DEEP: usize = 2;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_mutation_answers_or_refuses() {
    let served = Served::demo().await;
    let types = Types::of(shopify::SCHEMA, "2026-07");
    let document = "{ orders(first: 60, reverse: true) { nodes { id
        fulfillments(first: 1) { id }
        fulfillmentOrders(first: 2) { nodes { id lineItems(first: 1) { nodes { id } } } } } }
      locations(first: 3, includeLegacy: true) { nodes { id fulfillmentService { id } } } productVariants(first: 2) { nodes { id inventoryItem { id } } } }";
    let (_, found) = served.ask("2026-07", document, &Value::Null).await;
    let mut real = Vec::new();
    collect(&found["data"], &mut real);
    let mut wrong = Vec::new();
    let (mut asked, mut done) = (0, 0);
    for (root, field) in &types.get("Mutation").fields {
        let selection = selection(&types, types.get(inner(&field.shown)), DEEP);
        // An order's things follow one another in the list: a window of it holds ids that belong together.
        let windows = real.chunks(6).step_by(3).map(<[String]>::to_vec);
        let nothing = OF_NOTHING.iter().map(|id| vec![(*id).to_owned()]);
        for ids in nothing.chain(windows) {
            for every in [false, true] {
                let args = fields(&types, field.args.iter(), &ids, every, root);
                // Some mutations want a key; the others take one.
                let key = if every { format!(" @idempotent(key: \"{asked}\")") } else { String::new() };
                let args = args.join(", ");
                let document = format!("mutation {{ {root}({args}){key} {{ {selection} }} }}");
                let (status, answer) = served.ask("2026-07", &document, &Value::Null).await;
                asked += 1;
                let errors = answer["errors"].to_string();
                let failed = ["INTERNAL_SERVER_ERROR", "can't be answered"];
                // Without data the document itself was refused: then the test is to blame.
                let understood = answer.get("data").is_some();
                if status != 200 || !understood || failed.iter().any(|word| errors.contains(word)) {
                    wrong.push(format!("{root}: {status} {:.400}\n  {document:.600}", errors));
                }
                done +=
                    usize::from(answer["errors"].is_null() && !answer.to_string().contains("\"message\""));
            }
        }
    }
    println!("{asked} mutations asked, {done} were done");
    assert!(wrong.is_empty(), "{} failed:\n{}", wrong.len(), wrong.join("\n"));
    let findings = served.engine.store().audit(served.shop.id, |_| {}).await.unwrap();
    assert!(findings.is_empty(), "{findings:?}");
}

/// Every global id in an answer.
fn collect(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.starts_with("gid://") => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(map) => map.values().for_each(|item| collect(item, found)),
        _ => {}
    }
}

/// Everything that a payload can tell without arguments of its own.
fn selection(types: &Types, ty: &Type, deep: usize) -> String {
    let mut told = vec!["__typename".to_owned()];
    for (name, field) in &ty.fields {
        if field.args.values().any(Input::required) {
            continue;
        }
        let page = if field.shown.contains("Connection") { "(first: 2)" } else { "" };
        if !types.composite(&field.shown) {
            told.push(name.clone());
        } else if deep > 0 {
            let below = selection(types, types.get(inner(&field.shown)), deep - 1);
            told.push(format!("{name}{page} {{ {below} }}"));
        }
    }
    told.join(" ")
}

/// Arguments or fields of an input object, with values; only those that are required, or all.
fn fields<'t>(
    types: &Types,
    inputs: impl Iterator<Item = (&'t String, &'t Input)>,
    ids: &[String],
    every: bool,
    root: &str,
) -> Vec<String> {
    let wanted = inputs.filter(|(_, input)| every || input.required());
    wanted
        .map(|(name, input)| format!("{name}: {}", value(types, name, &input.shown, ids, every, root)))
        .collect()
}

fn value(types: &Types, name: &str, shown: &str, ids: &[String], every: bool, root: &str) -> String {
    let shown = shown.trim_end_matches('!');
    if let Some(inside) = shown.strip_prefix('[') {
        return format!("[{}]", value(types, name, &inside[..inside.len() - 1], ids, every, root));
    }
    let ty = types.get(shown);
    match shown {
        "ID" => serde_json::to_string(id(name, ids, root)).unwrap(),
        "Int" => "1".to_owned(),
        "Float" => "1.5".to_owned(),
        "Boolean" => "true".to_owned(),
        "DateTime" => "\"2027-01-01T00:00:00Z\"".to_owned(),
        "URL" => "\"https://app.example/hook\"".to_owned(),
        "Decimal" | "Money" => "\"1.00\"".to_owned(),
        _ if ty.kind == "ENUM" && ty.values.iter().any(|value| value == "USD") => "USD".to_owned(),
        _ if ty.kind == "ENUM" => ty.values[0].clone(),
        _ if ty.one_of => {
            let one = fields(types, ty.inputs.iter().take(1), ids, true, root);
            format!("{{ {} }}", one.join(", "))
        }
        _ if ty.kind == "INPUT_OBJECT" => {
            let most = if ty.one_of { 1 } else { usize::MAX };
            let given = fields(types, ty.inputs.iter().take(most), ids, every || ty.one_of, root);
            format!("{{ {} }}", given.join(", "))
        }
        _ => "\"x\"".to_owned(),
    }
}

/// The id that a name asks for, if there is one of that kind; else the first.
fn id<'i>(name: &str, ids: &'i [String], root: &str) -> &'i str {
    let kind = match name {
        "orderId" => "Order",
        "fulfillmentId" => "Fulfillment",
        "variantId" => "ProductVariant",
        "inventoryItemId" => "InventoryItem",
        "id" if root.starts_with("order") => "Order",
        "id" if root == "inventoryItemUpdate" => "InventoryItem",
        "id" if root.starts_with("location") => "Location",
        "id" if root.starts_with("fulfillmentService") => "FulfillmentService",
        "id" if root.starts_with("fulfillmentOrder") => "FulfillmentOrder",
        "id" if root.starts_with("fulfillment") => "FulfillmentOrderLineItem",
        _ if name.to_lowercase().contains("location") => "Location",
        _ => "FulfillmentOrder",
    };
    let of_kind = |id: &&String| id.starts_with(&format!("gid://shopify/{kind}/"));
    ids.iter().find(of_kind).unwrap_or(&ids[0])
}
