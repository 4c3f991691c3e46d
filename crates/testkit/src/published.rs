//! The published document of a REST API, which is no part of the project: tests are told where it is. It says which
//! operations there are, with which statuses they answer, and what is in an answer; whatever a served shop answers is
//! held against it.
//!
//! Documents leave things out, each others; what is peculiar to one is in its [`Document`].

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

/// Where a document is, and what it doesn't say.
pub struct Document {
    /// The environment variable that says where the file is.
    pub variable: &'static str,
    /// Where it is else, seen from `crates`.
    pub beside: &'static str,
    /// Fields that it doesn't know though they are right: their names, wherever they stand.
    pub said_elsewhere: &'static [&'static str],
    /// Puts right what it says of answers though nothing is so.
    pub mended: fn(&mut Value),
    /// Verbs that it doesn't name, and those that they are other names of.
    pub verbs: &'static [(&'static str, &'static str)],
    /// The part of a query that asks for fields that it doesn't know, up to their names.
    pub asks_for_more: Option<&'static str>,
    /// Whether a field may be there without a value.
    pub nulls: Nulls,
    /// Statuses of failures that answers may have though it doesn't name them for an operation.
    pub not_thought_of: fn(u16) -> bool,
    /// What a failure is in this API; says what is missing.
    pub failure: fn(&Value) -> Result<(), &'static str>,
}

/// Whether fields without a value are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nulls {
    /// As null, where the document allows it.
    Shown,
    /// They are left out.
    LeftOut,
}

/// A document that was read.
pub struct Published {
    about: &'static Document,
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

impl Published {
    /// Reads a document.
    ///
    /// # Panics
    /// If it isn't there: says how to tell where it is.
    pub fn read(about: &'static Document) -> Self {
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(about.beside);
        let path = std::env::var_os(about.variable).map_or(beside, PathBuf::from);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| {
            let (path, variable) = (path.display(), about.variable);
            panic!(
                "The published document is not at {path} ({error}); set {variable} to the file that has it."
            )
        });
        let mut document: Value = serde_json::from_str(&text).unwrap();
        (about.mended)(&mut document);
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
        Self { about, document, operations }
    }

    /// Verb and path of every operation; `{}` stands for a parameter.
    pub fn operations(&self) -> impl Iterator<Item = (&str, String)> {
        self.operations.iter().map(|operation| {
            let parts = operation.parts.iter().map(|part| part.as_deref().unwrap_or("{}"));
            (operation.verb.as_str(), parts.fold(String::new(), |path, part| path + "/" + part))
        })
    }

    /// Whether an answer is one that the document allows for that request.
    ///
    /// # Panics
    /// If it isn't: says what is wrong with it.
    pub fn judge(&self, verb: &str, path: &str, status: u16, body: &Value) {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let Some(operation) = self.operation(verb, path) else {
            panic!("{verb} {path} is no operation of the document");
        };
        let context = format!("{verb} {path} ({}) answered {status} {body:#}", operation.name);
        if status >= 400
            && let Err(missing) = (self.about.failure)(body)
        {
            panic!("{context}: {missing}");
        }
        let Some(answer) = operation.answers.iter().find(|answer| answer.status == status) else {
            assert!(
                status >= 400 && (self.about.not_thought_of)(status),
                "{context}: there is no such answer"
            );
            return;
        };
        match &answer.schema {
            Some(schema) => self.hold(&context, answer.validator(&self.document), schema, body, query),
            None => assert!(status >= 400 || body.is_null(), "{context}: there should be no body"),
        }
    }

    /// Whether a thing is what the document says of such things, wherever it stands.
    ///
    /// # Panics
    /// If it isn't: says what is wrong with it.
    pub fn judge_thing(&self, name: &str, thing: &Value) {
        let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
        let validator = validator(&schema, &self.document);
        self.hold(&format!("{name} {thing:#}"), &validator, &schema, thing, "");
    }

    fn hold(&self, context: &str, validator: &Validator, schema: &Value, body: &Value, query: &str) {
        let fault = |error: jsonschema::ValidationError<'_>| format!("{}: {error}", error.instance_path());
        let faults: Vec<String> = validator.iter_errors(body).map(fault).collect();
        assert!(faults.is_empty(), "{context}\n{}", faults.join("\n"));
        let mut unknown = Vec::new();
        self.unknown(schema, body, &mut unknown);
        let asked_for = |name: &str| {
            let wanted = self.about.asks_for_more.map(|begin| format!("{begin}{name}"));
            wanted.is_some_and(|wanted| query.split('&').any(|part| part == wanted))
        };
        unknown.retain(|name| !self.about.said_elsewhere.contains(&name.as_str()) && !asked_for(name));
        assert!(unknown.is_empty(), "{context}\nThe document knows nothing of {unknown:?}");
    }

    /// Of several paths that fit the one with the fewest parameters.
    fn operation(&self, verb: &str, path: &str) -> Option<&Operation> {
        let other_name = self.about.verbs.iter().find(|(other, _)| *other == verb);
        let verb = other_name.map_or(verb, |(_, verb)| verb);
        let asked: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let fits = |operation: &&Operation| {
            let mut pairs = operation.parts.iter().zip(&asked);
            operation.verb == verb
                && operation.parts.len() == asked.len()
                && pairs.all(|(part, asked)| part.as_deref().is_none_or(|part| part == *asked))
        };
        let parameters =
            |operation: &&Operation| operation.parts.iter().filter(|part| part.is_none()).count();
        self.operations.iter().filter(fits).min_by_key(parameters)
    }

    /// Fields anywhere in an answer that its schema doesn't name, where it names some; and "null" if one has no value
    /// though it should be left out.
    fn unknown(&self, schema: &Value, body: &Value, out: &mut Vec<String>) {
        let parts = self.parts(schema);
        match body {
            Value::Null if self.about.nulls == Nulls::LeftOut => out.push("null".to_owned()),
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

impl Answer {
    fn validator(&self, document: &Value) -> &Validator {
        self.validator.get_or_init(|| validator(&json!(self.schema), document))
    }
}

fn validator(schema: &Value, document: &Value) -> Validator {
    // References lead to the document's components, so they come along.
    let schema = json!({ "allOf": [schema], "components": document["components"] });
    let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
    options.build(&schema).unwrap()
}
