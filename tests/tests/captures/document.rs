//! Documents for recorded answers whose own documents were not kept: the selection is read off the answer.

use scenarios::types::{Field, Types, inner};
use serde_json::{Map, Value};

use crate::capture::{Capture, Step};

/// Documents with names of their own for roots, which an answer doesn't tell. (recording, step, document)
const BY_HAND: &[(&str, &str, &str)] = &[
    (
        "2026-04__webhooks__webhook-subscription-conformance",
        "catalog",
        "query($first: Int!, $missingQuery: String!, $unknownId: ID!) {
          webhookSubscriptions(first: $first) {
            nodes { id } edges { cursor }
            pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
          }
          webhookSubscriptionsCount { count precision }
          filteredCount: webhookSubscriptionsCount(query: $missingQuery) { count precision }
          unknown: webhookSubscription(id: $unknownId) { id }
        }",
    ),
    (
        "2026-04__webhooks__webhook-subscription-conformance",
        "validation",
        "mutation($unknownId: ID!, $unknownUpdateInput: WebhookSubscriptionInput!) {
          updateUnknown: webhookSubscriptionUpdate(id: $unknownId, webhookSubscription: $unknownUpdateInput) {
            webhookSubscription { id } userErrors { field message }
          }
          deleteUnknown: webhookSubscriptionDelete(id: $unknownId) {
            deletedWebhookSubscriptionId userErrors { field message }
          }
          createMissingUri: webhookSubscriptionCreate(topic: SHOP_UPDATE, webhookSubscription: { format: JSON }) {
            webhookSubscription { id } userErrors { field message }
          }
        }",
    ),
    (
        "2026-04__webhooks__webhook-subscription-conformance",
        "graphqlValidation.missingCreateTopic",
        "mutation MissingCreateWebhookTopic {
  webhookSubscriptionCreate(webhookSubscription: { uri: \"https://example.com\" }) { userErrors { message } }
}",
    ),
    (
        "2026-04__webhooks__webhook-subscription-conformance",
        "graphqlValidation.nullUpdateInput",
        "mutation NullUpdateWebhookInput {
  webhookSubscriptionUpdate(id: \"gid://shopify/WebhookSubscription/1\", webhookSubscription: null) { userErrors { message } }
}",
    ),
];

/// A document for a step.
#[derive(Default)]
pub struct Rebuilt {
    /// The document.
    pub text: String,
    /// Fields that the answer has and our schema hasn't (`Order.customer`); they are left out.
    pub without: Vec<String>,
}

/// A document for a step, or the root that is missing.
pub fn rebuilt(types: &Types, capture: &Capture, step: &Step) -> Result<Rebuilt, String> {
    let mut rebuilt = Rebuilt::default();
    if let Some((_, _, text)) =
        BY_HAND.iter().find(|(file, name, _)| *file == capture.name && *name == step.name)
    {
        rebuilt.text = (*text).to_owned();
        return Ok(rebuilt);
    }
    let roots = step.answered();
    let Some(first) = roots.first() else { return Err("a document".to_owned()) };
    let (word, of) = match types.field("Mutation", first) {
        Some(_) => ("mutation", "Mutation"),
        None => ("query", "QueryRoot"),
    };
    let (mut declared, mut body) = (Vec::new(), Vec::new());
    for root in roots {
        let field = types.field(of, root).ok_or_else(|| format!("root {root}"))?;
        let mut given = Vec::new();
        for (name, arg) in field.args.iter().filter(|(name, _)| step.variables.get(name.as_str()).is_some()) {
            declared.push(format!("${name}: {}", arg.shown));
            given.push(format!("{name}: ${name}"));
        }
        let args = if given.is_empty() { String::new() } else { format!("({})", given.join(", ")) };
        let shape = shape(capture, root);
        body.push(format!("{root}{args}{}", rebuilt.selection(types, field, &shape)));
    }
    let declared = if declared.is_empty() { String::new() } else { format!("({})", declared.join(", ")) };
    rebuilt.text = format!("{word}{declared} {{ {} }}", body.join(" "));
    Ok(rebuilt)
}

/// What the answers of a root hold, all of a recording's taken together: one alone may hold nulls and empty lists.
fn shape(capture: &Capture, root: &str) -> Value {
    let unkept = capture.steps.iter().filter(|step| step.query.is_none());
    unkept.fold(Value::Null, |shape, step| merged(shape, &step.response["data"][root]))
}

fn merged(shape: Value, more: &Value) -> Value {
    match (shape, more) {
        (Value::Object(mut shape), Value::Object(more)) => {
            for (key, value) in more {
                let known = shape.remove(key).unwrap_or_default();
                shape.insert(key.clone(), merged(known, value));
            }
            Value::Object(shape)
        }
        (shape, Value::Array(items)) => items.iter().fold(shape, merged),
        (Value::Null, Value::Object(more)) => merged(Value::Object(Map::new()), &Value::Object(more.clone())),
        (Value::Null, other) => other.clone(),
        (shape, _) => shape,
    }
}

impl Rebuilt {
    /// The selection of a field whose answers have that shape. Nothing for leaves.
    fn selection(&mut self, types: &Types, field: &Field, shape: &Value) -> String {
        if !types.composite(&field.shown) {
            return String::new();
        }
        let name = inner(&field.shown);
        let Some(keys) = shape.as_object() else {
            // Never seen but null or empty: anything will do.
            let has = |field: &str| types.field(name, field).is_some();
            let any = if has("message") {
                "field message"
            } else if has("id") {
                "id"
            } else {
                "__typename"
            };
            return format!(" {{ {any} }}");
        };
        let told = shape["__typename"].as_str();
        let mut fields = Vec::new();
        for (key, value) in keys {
            let known = |of: &str| types.field(of, key).map(|field| (of.to_owned(), field));
            match known(name).or_else(|| told.and_then(known)) {
                _ if key == "__typename" => fields.push(key.clone()),
                None => self.without.push(format!("{name}.{key}")),
                Some((of, field)) => {
                    let paged = field.shown.trim_end_matches('!').ends_with("Connection");
                    let first = if paged { "(first: 10)" } else { "" };
                    let text = format!("{key}{first}{}", self.selection(types, field, value));
                    fields.push(if of == name { text } else { format!("... on {of} {{ {text} }}") });
                }
            }
        }
        format!(" {{ {} }}", fields.join(" "))
    }
}
