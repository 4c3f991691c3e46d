//! The published document, which is no part of the project: tests are told where it is. It says which operations
//! there are, with which statuses they answer, and what is in an answer.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

/// Fields that the document doesn't know: the secret of an endpoint, shown once, of which only the guide to webhooks
/// tells; and the pages for buyers that orders have here.
const SAID_ELSEWHERE: &[&str] = &["webhook_secret", "status_page_url", "checkout_url", "return_url"];

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

/// Where it is: in `CONSIGN_PUBLISHED_OPENAPI`, or beside the checkout.
fn path() -> PathBuf {
    let beside =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference/clickfunnels/openapi.json");
    std::env::var_os("CONSIGN_PUBLISHED_OPENAPI").map_or(beside, PathBuf::from)
}

/// The document, read once.
pub fn published() -> &'static Published {
    static PUBLISHED: OnceLock<Published> = OnceLock::new();
    PUBLISHED.get_or_init(|| {
        let path = path();
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| {
            panic!(
                "The published document is not at {} ({error}); set CONSIGN_PUBLISHED_OPENAPI to the file that has it.",
                path.display()
            )
        });
        Published::of(serde_json::from_str(&text).unwrap())
    })
}

impl Published {
    fn of(document: Value) -> Self {
        let mut operations = Vec::new();
        for (path, verbs) in document["paths"].as_object().unwrap() {
            for (verb, said) in
                verbs.as_object().unwrap().iter().filter(|(_, said)| said["responses"].is_object())
            {
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

    /// Whether an answer is one that the document allows for that request. What the query wants expanded is more than
    /// the document tells of.
    ///
    /// # Panics
    /// If it isn't: says what is wrong with it.
    pub fn judge(&self, verb: &str, path: &str, status: u16, body: &Value) {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let Some(operation) = self.operation(verb, path) else {
            panic!("{verb} {path} is no operation of the document");
        };
        let context = format!("{verb} {path} ({}) answered {status} {body:#}", operation.name);
        match operation.answers.iter().find(|answer| answer.status == status) {
            Some(answer) if answer.schema.is_some() => {
                let faults: Vec<String> =
                    self.validator(answer).iter_errors(body).map(|e| fault(&e)).collect();
                assert!(faults.is_empty(), "{context}\n{}", faults.join("\n"));
                let mut unknown =
                    answer.schema.as_ref().map(|schema| self.unknown(schema, body)).unwrap_or_default();
                unknown.retain(|name| !SAID_ELSEWHERE.contains(&name.as_str()));
                unknown.retain(|name| !query.split('&').any(|part| part == format!("expand[]={name}")));
                assert!(unknown.is_empty(), "{context}\nThe document knows nothing of {unknown:?}");
            }
            Some(_) if (200..300).contains(&status) => {
                assert!(body.is_null(), "{context}: there should be no body")
            }
            _ => {
                assert!(status >= 400, "{context}: there is no such answer");
                assert!(body["error"].is_string(), "{context}: a failure says why");
            }
        }
    }

    /// Verb and path of every operation; what is in braces is a parameter.
    pub fn operations(&self) -> impl Iterator<Item = (&str, String)> {
        self.operations.iter().map(|operation| {
            let parts = operation.parts.iter().map(|part| part.as_deref().unwrap_or("{}"));
            (operation.verb.as_str(), parts.fold(String::new(), |path, part| path + "/" + part))
        })
    }

    /// Of several paths that fit the one with the fewest parameters; PATCH is another name for PUT.
    fn operation(&self, verb: &str, path: &str) -> Option<&Operation> {
        let verb = if verb == "PATCH" { "PUT" } else { verb };
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

    /// Fields of an answer, or of the first item of a list, that its schema doesn't name.
    fn unknown(&self, schema: &Value, body: &Value) -> Vec<String> {
        let (schema, body) = match (schema.get("items"), body.get(0)) {
            (Some(items), Some(first)) => (items, first),
            (Some(_), None) => return Vec::new(),
            (None, _) => (schema, body),
        };
        let mut known = Vec::new();
        self.fields(schema, &mut known);
        let shown =
            body.as_object().map(|object| object.keys().cloned().collect::<Vec<_>>()).unwrap_or_default();
        if known.is_empty() {
            Vec::new()
        } else {
            shown.into_iter().filter(|name| !known.contains(name)).collect()
        }
    }

    fn fields(&self, schema: &Value, out: &mut Vec<String>) {
        if let Some(reference) = schema["$ref"].as_str() {
            self.fields(self.document.pointer(reference.trim_start_matches('#')).unwrap(), out);
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.fields(part, out);
        }
        out.extend(schema["properties"].as_object().into_iter().flat_map(|fields| fields.keys().cloned()));
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
    let tag = |color: Value| json!({ "id": 1, "workspace_id": 1, "name": "A", "color": color });
    assert!(judged("GET", "/contacts/tags/1", 200, tag("#fff".into())));
    assert!(judged("PATCH", "/contacts/tags/1", 200, tag("#fff".into())));
    assert!(!judged("GET", "/contacts/tags/1", 200, tag(1.into())), "a number is no text");
    assert!(!judged("GET", "/contacts/tags/1", 200, json!({ "id": 1 })), "fields are missing");
    assert!(!judged("GET", "/contacts/tags/1", 202, tag("#fff".into())), "no such status");
    assert!(!judged("DELETE", "/contacts/tags/1", 204, tag("#fff".into())), "no body");
    assert!(!judged("GET", "/nowhere", 404, json!({ "error": "Not found" })), "no such path");
    assert!(!judged("GET", "/contacts/tags/1", 422, json!({})), "no reason");
    let mut dated = tag("#fff".into());
    dated["created_at"] = "yesterday".into();
    assert!(!judged("GET", "/contacts/tags/1", 200, dated), "no time");
    let mut more = tag("#fff".into());
    more["size"] = 1.into();
    assert!(!judged("GET", "/contacts/tags/1", 200, more), "a field of our own");
}
