//! A GraphQL schema as data, read through the introspection that clients use.

use std::collections::BTreeMap;

use graphql::Schema;
use serde_json::Value;

const ASK: &str = "{ __schema { types { kind name isOneOf
  interfaces { name } possibleTypes { name }
  enumValues(includeDeprecated: true) { name }
  inputFields(includeDeprecated: true) { ...I }
  fields(includeDeprecated: true) { name type { ...T } args(includeDeprecated: true) { ...I } } } } }
fragment I on __InputValue { name defaultValue type { ...T } }
fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }";

/// Every type of a schema.
#[derive(Debug, Default)]
pub struct Types(pub BTreeMap<String, Type>);

/// A type.
#[derive(Debug, Default)]
pub struct Type {
    /// `OBJECT`, `ENUM`, …
    pub kind: String,
    /// Fields of objects and interfaces.
    pub fields: BTreeMap<String, Field>,
    /// Fields of input objects.
    pub inputs: BTreeMap<String, Input>,
    /// Whether exactly one field of an input object is to be given.
    pub one_of: bool,
    /// Values of enums.
    pub values: Vec<String>,
    /// Interfaces that it implements.
    pub interfaces: Vec<String>,
    /// What an interface or a union may be.
    pub possible: Vec<String>,
}

/// A field.
#[derive(Debug)]
pub struct Field {
    /// Its type, as written: `[Order!]!`.
    pub shown: String,
    /// Its arguments.
    pub args: BTreeMap<String, Input>,
}

/// An argument, or a field of an input object.
#[derive(Debug, PartialEq, Eq)]
pub struct Input {
    /// Its type, as written.
    pub shown: String,
    /// Its default, as written.
    pub default: Option<String>,
}

impl Input {
    /// Whether a document must give it.
    pub fn required(&self) -> bool {
        self.shown.ends_with('!') && self.default.is_none()
    }
}

/// The name inside of a written type: `Order` of `[Order!]!`.
pub fn inner(shown: &str) -> &str {
    shown.trim_matches(|c| matches!(c, '[' | ']' | '!'))
}

impl Types {
    /// Those of a schema's text, in that version.
    pub fn of(sdl: &str, version: &str) -> Types {
        let schema = Schema::parse(sdl, version).unwrap();
        let prepared = schema.prepare(ASK).unwrap();
        let bound = prepared.bind(None, &serde_json::Map::new()).unwrap();
        let root = bound.roots().next().unwrap();
        let rendered = bound.render(&root, Ok(schema.resolve_introspection(&root)));
        let told: Value = serde_json::from_str(&format!("{{{}}}", rendered.json)).unwrap();
        let types = list(&told["__schema"]["types"]).iter().map(|ty| (name(ty), read(ty)));
        Types(types.filter(|(name, _)| !name.starts_with("__")).collect())
    }

    /// The type of that name.
    pub fn get(&self, name: &str) -> &Type {
        &self.0[name]
    }

    /// The type of a field, if the type has it.
    pub fn field(&self, of: &str, name: &str) -> Option<&Field> {
        self.0.get(of)?.fields.get(name)
    }

    /// Whether values of a written type have fields.
    pub fn composite(&self, shown: &str) -> bool {
        matches!(self.get(inner(shown)).kind.as_str(), "OBJECT" | "INTERFACE" | "UNION")
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn name(of: &Value) -> String {
    of["name"].as_str().unwrap().to_owned()
}

fn names(of: &Value) -> Vec<String> {
    list(of).iter().map(name).collect()
}

fn shown(ty: &Value) -> String {
    match ty["kind"].as_str().unwrap() {
        "NON_NULL" => format!("{}!", shown(&ty["ofType"])),
        "LIST" => format!("[{}]", shown(&ty["ofType"])),
        _ => name(ty),
    }
}

fn inputs(of: &Value) -> BTreeMap<String, Input> {
    let input = |one: &Value| {
        let default = one["defaultValue"].as_str().map(str::to_owned);
        (name(one), Input { shown: shown(&one["type"]), default })
    };
    list(of).iter().map(input).collect()
}

fn read(ty: &Value) -> Type {
    let field = |one: &Value| (name(one), Field { shown: shown(&one["type"]), args: inputs(&one["args"]) });
    Type {
        kind: ty["kind"].as_str().unwrap().to_owned(),
        fields: list(&ty["fields"]).iter().map(field).collect(),
        inputs: inputs(&ty["inputFields"]),
        one_of: ty["isOneOf"] == true,
        values: names(&ty["enumValues"]),
        interfaces: names(&ty["interfaces"]),
        possible: names(&ty["possibleTypes"]),
    }
}
