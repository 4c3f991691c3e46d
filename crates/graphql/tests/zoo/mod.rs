//! The zoo: a made-up schema, objects that answer it, and a way to run documents over them.

#![allow(dead_code)] // Each test program uses a part.
#![allow(clippy::expect_used)] // A test that cannot set up should stop.

use std::sync::LazyLock;

use graphql::{Field, FieldError, GraphqlError, Input, Object, Out, Schema};
use serde_json::{Map, Value};

/// The zoo's schema, all versions of it.
pub const SDL: &str = include_str!("schema.graphql");

/// The zoo as of 2026-07.
pub fn schema() -> &'static Schema {
    static ZOO: LazyLock<Schema> = LazyLock::new(|| Schema::parse(SDL, "2026-07").expect("the zoo's schema"));
    &ZOO
}

/// What came back.
pub struct Answer {
    pub text: String,
    pub errors: Vec<GraphqlError>,
    pub nulled: bool,
    pub requested: u32,
    pub actual: u32,
}

pub fn run(document: &str) -> Answer {
    run_with(document, Value::Object(Map::new()))
}

pub fn run_with(document: &str, variables: Value) -> Answer {
    let prepared = schema().prepare(document).unwrap_or_else(|errors| panic!("{errors:#?}"));
    let bound =
        prepared.bind(None, variables.as_object().expect("variables")).unwrap_or_else(|e| panic!("{e:#?}"));
    let mut answer = Answer {
        text: String::new(),
        errors: vec![],
        nulled: false,
        requested: bound.requested_cost(),
        actual: 0,
    };
    let mut parts = Vec::new();
    for root in bound.roots() {
        let value = if root.is_introspection() {
            Ok(schema().resolve_introspection(&root))
        } else {
            resolve(root.field())
        };
        let rendered = bound.render(&root, value);
        parts.push(rendered.json);
        answer.errors.extend(rendered.errors);
        answer.nulled |= rendered.nulled;
        answer.actual += rendered.actual_cost;
    }
    answer.text = format!("{{{}}}", parts.join(","));
    serde_json::from_str::<Value>(&answer.text).expect("valid JSON");
    answer
}

/// The errors of a document that must not run.
pub fn errors(document: &str, variables: Value) -> Vec<GraphqlError> {
    match schema().prepare(document) {
        Err(errors) => errors,
        Ok(prepared) => match prepared.bind(None, variables.as_object().expect("variables")) {
            Err(errors) => errors,
            Ok(_) => panic!("{document} should not run"),
        },
    }
}

fn resolve(field: &Field<'_>) -> Result<Out<'static>, FieldError> {
    let creature = |id: &str| match id {
        "1" => Out::object(Creature { id: "1", name: "Cat" }),
        _ => Out::object(Creature { id: "2", name: "Wolf" }),
    };
    Ok(match field.name() {
        "animal" => creature(field.str_arg("id").unwrap_or_default()),
        "animals" => {
            let ids = field.arg("ids").and_then(Input::as_list).unwrap_or_default();
            Out::List(ids.iter().map(|id| creature(id.as_str().unwrap_or_default())).collect())
        }
        "anything" => Out::List(vec![Out::object(Keeper), creature("1")]),
        "page" => Out::object(Page),
        "rename" => Out::object(Renamed(format!(
            "{} {}",
            field.arg("input").map(|input| input.to_json().to_string()).unwrap_or_default(),
            field.directive_arg("once", "key").unwrap_or("-")
        ))),
        "fresh" => Out::Int(1),
        _ => Out::Null,
    })
}

struct Creature {
    id: &'static str,
    name: &'static str,
}

impl Object for Creature {
    fn type_name(&self) -> &'static str {
        self.name
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "id" => self.id.into(),
            "name" => self.name.into(),
            "keeper" => Out::object(Keeper),
            "mother" => Out::object(Creature { id: "2", name: "Wolf" }),
            "strict" => Out::Json(serde_json::json!({"age": 3})),
            "broken" => return Err(FieldError::new("out of order").code("BROKEN")),
            "denied" => {
                return Err(FieldError::new("Access denied for denied field.")
                    .code("ACCESS_DENIED")
                    .extension("requiredAccess", "to look"));
            }
            "lives" => Out::Int(9),
            "pack" => Out::Json(serde_json::json!({"size": 3})),
            _ => Out::Null,
        })
    }
}

struct Keeper;

impl Object for Keeper {
    fn type_name(&self) -> &'static str {
        "Keeper"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "name" => "Ann".into(),
            "age" => Out::Int(40),
            _ => Out::Null,
        })
    }
}

pub struct Vault;

impl Object for Vault {
    fn type_name(&self) -> &'static str {
        "Vault"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "inner" => Out::object(Vault),
            _ => Out::Int(1),
        })
    }
}

struct Page;

impl Object for Page {
    fn type_name(&self) -> &'static str {
        "CreatureConnection"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let two = [Creature { id: "1", name: "Cat" }, Creature { id: "2", name: "Wolf" }];
        Ok(match field.name() {
            "nodes" => Out::objects(two),
            "edges" => Out::objects(two.map(Edge)),
            _ => Out::Json(serde_json::json!({"hasNextPage": false})),
        })
    }
}

struct Edge(Creature);

impl Object for Edge {
    fn type_name(&self) -> &'static str {
        "CreatureEdge"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "node" => Out::Ref(&self.0),
            _ => "c".into(),
        })
    }
}

struct Renamed(String);

impl Object for Renamed {
    fn type_name(&self) -> &'static str {
        "RenamePayload"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "cat" => Out::object(Creature { id: "1", name: "Cat" }),
            _ => Out::from(&self.0),
        })
    }
}
