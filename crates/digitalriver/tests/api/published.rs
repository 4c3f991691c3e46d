//! The published document, which is no part of the project: tests are told where it is. It says which operations
//! there are, with which statuses they answer, and what is in an answer.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

/// Fields that the document doesn't know, and who does: samples of answers, the guides, or we alone.
const SAID_ELSEWHERE: &[&str] =
    &["liveMode", "digitalriverVersion", "userName", "fulfillmentId", "chargeOperationIds", "physical"];

/// A field that the document requires of events, without saying what it is; no event has ever been seen with it.
const NEVER_SEEN: &str = "pendingWebhooks";

/// The published document.
pub struct Published {
    document: Value,
    operations: Vec<Operation>,
}

/// A verb of a path.
struct Operation {
    verb: String,
    /// The parts of its path; `None` is a parameter.
    parts: Vec<Option<String>>,
    /// Its name, unique in the document.
    name: String,
    answers: Vec<Answer>,
}

/// What is promised for one status.
struct Answer {
    status: u16,
    /// The schema of the body; `None` if there is no body, or nothing is said of it.
    schema: Option<Value>,
    validator: OnceLock<Validator>,
}

/// Where it is: in `CONSIGN_PUBLISHED_DIGITALRIVER`, or beside the checkout.
fn path() -> PathBuf {
    let beside =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/digitalriver/openapi.json");
    std::env::var_os("CONSIGN_PUBLISHED_DIGITALRIVER").map_or(beside, PathBuf::from)
}

/// The document, read once.
pub fn published() -> &'static Published {
    static PUBLISHED: OnceLock<Published> = OnceLock::new();
    PUBLISHED.get_or_init(|| {
        let path = path();
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| {
            panic!(
                "The published document is not at {} ({error}); set CONSIGN_PUBLISHED_DIGITALRIVER to the file that has it.",
                path.display()
            )
        });
        Published::of(serde_json::from_str(&text).unwrap())
    })
}

impl Published {
    fn of(mut document: Value) -> Self {
        let required = document["components"]["schemas"]["Event"]["required"].as_array_mut().unwrap();
        required.retain(|name| name != NEVER_SEEN);
        let mut operations = Vec::new();
        for (path, verbs) in document["paths"].as_object().unwrap() {
            let verbs = verbs.as_object().unwrap().iter().filter(|(_, said)| said["responses"].is_object());
            for (verb, said) in verbs {
                let part = |part: &str| (!part.starts_with('{')).then(|| part.to_owned());
                let answers = said["responses"].as_object().unwrap().iter().map(|(status, answer)| Answer {
                    status: status.parse().unwrap(),
                    schema: answer.pointer("/content/application~1json/schema").cloned(),
                    validator: OnceLock::new(),
                });
                operations.push(Operation {
                    verb: verb.to_uppercase(),
                    parts: path.trim_start_matches('/').split('/').map(part).collect(),
                    name: said["operationId"].as_str().unwrap().to_owned(),
                    answers: answers.collect(),
                });
            }
        }
        Self { document, operations }
    }

    /// The operations of the document, as verb and path with `1` for every parameter.
    pub fn operations(&self) -> impl Iterator<Item = (&str, String)> {
        self.operations.iter().map(|operation| {
            let parts = operation.parts.iter().map(|part| part.as_deref().unwrap_or("1"));
            (operation.verb.as_str(), format!("/{}", parts.collect::<Vec<_>>().join("/")))
        })
    }

    /// Whether an answer is one that the document allows for that request.
    ///
    /// # Panics
    /// If it isn't: says what is wrong with it.
    pub fn judge(&self, verb: &str, path: &str, status: u16, body: &Value) {
        let path = path.split('?').next().unwrap_or(path);
        let Some(operation) = self.operation(verb, path) else {
            panic!("{verb} {path} is no operation of the document");
        };
        let context = format!("{verb} {path} ({}) answered {status} {body:#}", operation.name);
        if status >= 400 {
            let errors = body["errors"].as_array().map_or(0, Vec::len);
            assert!(body["type"].is_string() && errors == 1, "{context}: a failure has one error");
            assert!(body["errors"][0]["message"].is_string(), "{context}: a failure says why");
        }
        let Some(answer) = operation.answers.iter().find(|answer| answer.status == status) else {
            // Not every 404 and 409 that there is was thought of.
            assert!(matches!(status, 404 | 409), "{context}: there is no such answer");
            return;
        };
        let Some(schema) = &answer.schema else {
            assert!(body.is_null(), "{context}: there should be no body");
            return;
        };
        let faults: Vec<String> = self.validator(answer).iter_errors(body).map(|e| fault(&e)).collect();
        assert!(faults.is_empty(), "{context}\n{}", faults.join("\n"));
        let mut unknown = Vec::new();
        self.unknown(schema, body, &mut unknown);
        unknown.retain(|name| !SAID_ELSEWHERE.contains(&name.as_str()));
        assert!(unknown.is_empty(), "{context}\nThe document knows nothing of {unknown:?}");
    }

    /// Whether a thing is what the document says of such things, wherever it stands.
    ///
    /// # Panics
    /// If it isn't: says what is wrong with it.
    pub fn judge_thing(&self, name: &str, thing: &Value) {
        let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
        let answer = Answer { status: 200, schema: Some(schema.clone()), validator: OnceLock::new() };
        let faults: Vec<String> = self.validator(&answer).iter_errors(thing).map(|e| fault(&e)).collect();
        assert!(faults.is_empty(), "{name} {thing:#}\n{}", faults.join("\n"));
        let mut unknown = Vec::new();
        self.unknown(&schema, thing, &mut unknown);
        unknown.retain(|name| !SAID_ELSEWHERE.contains(&name.as_str()));
        assert!(unknown.is_empty(), "{name} {thing:#}\nThe document knows nothing of {unknown:?}");
    }

    /// Of several paths that fit the one with the fewest parameters.
    fn operation(&self, verb: &str, path: &str) -> Option<&Operation> {
        let asked: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let fits = |operation: &&Operation| {
            operation.verb == verb
                && operation.parts.len() == asked.len()
                && operation
                    .parts
                    .iter()
                    .zip(&asked)
                    .all(|(part, asked)| part.as_deref().is_none_or(|part| part == *asked))
        };
        let parameters =
            |operation: &&Operation| operation.parts.iter().filter(|part| part.is_none()).count();
        self.operations.iter().filter(fits).min_by_key(parameters)
    }

    fn validator<'a>(&self, answer: &'a Answer) -> &'a Validator {
        answer.validator.get_or_init(|| {
            // References lead to the document's components, so they come along.
            let schema = json!({ "allOf": [answer.schema], "components": self.document["components"] });
            let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
            options.build(&schema).unwrap()
        })
    }

    /// Fields anywhere in an answer that its schema doesn't name, where it names some; and what is null: nothing ever is.
    fn unknown(&self, schema: &Value, body: &Value, out: &mut Vec<String>) {
        let parts = self.parts(schema);
        match body {
            Value::Null => out.push("null".to_owned()),
            Value::Array(items) => {
                let of_items = parts.iter().find_map(|part| part.get("items"));
                for item in items {
                    self.unknown(of_items.unwrap_or(&Value::Null), item, out);
                }
            }
            Value::Object(fields) => {
                let known = |name: &str| parts.iter().find_map(|part| part["properties"].get(name));
                let names_some = parts.iter().any(|part| part["properties"].is_object());
                for (name, value) in fields {
                    match known(name) {
                        Some(schema) => self.unknown(schema, value, out),
                        None if names_some => out.push(name.clone()),
                        None => {}
                    }
                }
            }
            _ => {}
        }
    }

    /// A schema and all that it refers to or is composed of.
    fn parts<'a>(&'a self, schema: &'a Value) -> Vec<&'a Value> {
        let mut parts = vec![schema];
        if let Some(reference) = schema["$ref"].as_str() {
            parts.extend(self.parts(self.document.pointer(reference.trim_start_matches('#')).unwrap()));
        }
        for several in ["allOf", "oneOf", "anyOf"] {
            for part in schema[several].as_array().into_iter().flatten() {
                parts.extend(self.parts(part));
            }
        }
        parts
    }
}

fn fault(error: &jsonschema::ValidationError<'_>) -> String {
    format!("{}: {error}", error.instance_path())
}

#[test]
fn an_answer_that_the_document_doesnt_allow_is_found_out() {
    let judged = |verb: &'static str, path: &'static str, status: u16, body: Value| {
        std::panic::catch_unwind(move || published().judge(verb, path, status, &body)).is_ok()
    };
    let failure = |kind: &str| json!({ "type": kind, "errors": [{ "message": "no" }] });
    let sku = |weight: Value| json!({ "id": "a", "name": "A", "weight": weight });
    assert!(judged("GET", "/skus/1", 200, sku(json!(1.5))));
    assert!(!judged("GET", "/skus/1", 200, sku("heavy".into())), "a text is no number");
    assert!(!judged("GET", "/skus/1", 200, sku(Value::Null)), "nothing is null");
    assert!(!judged("GET", "/skus/1", 202, sku(json!(1.5))), "no such status");
    assert!(!judged("DELETE", "/skus/1", 204, sku(json!(1.5))), "no body");
    assert!(!judged("GET", "/nowhere", 404, failure("not_found")), "no such path");
    assert!(judged("GET", "/skus/1", 404, failure("not_found")));
    assert!(!judged("GET", "/skus/1", 404, failure("teapot")), "no such type");
    assert!(!judged("GET", "/skus/1", 404, json!({ "type": "not_found", "errors": [] })), "no reason");
    let page = |item: Value| json!({ "hasMore": false, "data": [item] });
    assert!(judged("GET", "/skus", 200, page(sku(json!(1)))));
    assert!(!judged("GET", "/skus", 200, page(json!({ "id": "a", "size": 1 }))), "a field of our own");
    assert!(!judged("GET", "/skus/1", 200, json!({ "createdTime": "yesterday" })), "no time");
}
