//! Versions, introspection and the schema's text.

#![allow(clippy::unwrap_used)] // A test that cannot set up should stop.

mod zoo;

use graphql::Schema;
use serde_json::{Value, json};
use zoo::{SDL, errors, run, schema};

/// What graphql-js's getIntrospectionQuery() and GraphiQL send.
const INTROSPECTION: &str = "query IntrospectionQuery { __schema { description queryType { name kind } \
    mutationType { name kind } subscriptionType { name kind } types { ...FullType } \
    directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } } } } \
    fragment FullType on __Type { kind name description specifiedByURL isOneOf \
    fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...InputValue } \
    type { ...TypeRef } isDeprecated deprecationReason } \
    inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef } \
    enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } \
    possibleTypes { ...TypeRef } } \
    fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason } \
    fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name \
    ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }";

fn view(version: &str) -> Schema {
    Schema::parse(SDL, version).unwrap()
}

#[test]
fn a_version_sees_only_its_own() {
    let prepares = |version: &str, document: &str| view(version).prepare(document).is_ok();
    assert!(!prepares("2025-10", "{ fresh }") && prepares("2026-01", "{ fresh }"));
    assert!(
        prepares("2026-01", "{ stale }")
            && !prepares("2026-04", "{ stale }")
            && !prepares("unstable", "{ stale }")
    );
    assert!(!prepares("2026-01", "{ fresh(soon: 1) }") && prepares("2026-04", "{ fresh(soon: 1) }"));
    let filter = "{ cats(filter: {name: \"a\", wild: true}) { id } }";
    assert!(!prepares("2026-01", filter) && prepares("2026-04", filter));
    assert_eq!(view("2026-01").enum_values("Mood"), ["CALM", "CROSS"]);
    assert_eq!(view("unstable").enum_values("Mood"), ["CALM", "CROSS", "FERAL"]);
}

#[test]
fn a_directive_goes_with_its_arguments() {
    let sdl = "directive @once(key: String! @since(version: \"2\")) on FIELD type Query { a: Int }";
    let found = Schema::parse(sdl, "1").unwrap().prepare("{ a @once(key: \"k\") }").unwrap_err();
    assert_eq!(found[0].message, "Directive @once is not defined");
    assert!(Schema::parse(sdl, "2").unwrap().prepare("{ a @once(key: \"k\") }").is_ok());
}

#[test]
fn bad_schemas_are_refused_with_the_place() {
    let refuse = |sdl: &str| Schema::parse(sdl, "1").err().unwrap();
    assert_eq!(refuse("type Query { a: Nope }"), "Query.a has type Nope, which version 1 lacks");
    assert_eq!(refuse("type Query { a: Int a: Int }"), "Query.a is declared twice");
    assert_eq!(refuse("type Other { a: Int }"), "the schema names no query type");
    assert!(refuse("type Query { a Int }").starts_with("Expected COLON, actual: IDENTIFIER"));
}

#[test]
fn text_comes_out_sorted_and_reads_back() {
    let text = schema().sdl();
    for private in ["@since", "@until", "@access", "@cost", "__"] {
        assert!(!text.contains(private), "{private}");
    }
    assert!(text.contains("  cat(at: DateTime, mood: Mood = CALM, name: String, weight: Decimal): Cat\n"));
    assert!(text.contains("\"\"\"\nWhat can be asked.\nIn two lines.\n\"\"\"\ntype Query {"));
    assert!(text.contains("directive @once(key: String!) on FIELD"));
    assert_eq!(Schema::parse(&text, "any").unwrap().sdl(), text);
}

#[test]
fn the_usual_introspection_query_runs() {
    let answer = run(INTROSPECTION);
    assert!(answer.errors.is_empty() && answer.requested == 0);
    let data: Value = serde_json::from_str(&answer.text).unwrap();
    let types = data["__schema"]["types"].as_array().unwrap();
    let find = |name: &str| types.iter().find(|ty| ty["name"] == name).unwrap();
    assert!(types.iter().all(|ty| ty["name"] != "__Meta"));
    assert_eq!(data["__schema"]["queryType"], json!({"name": "Query", "kind": "OBJECT"}));
    assert_eq!(data["__schema"]["subscriptionType"], Value::Null);
    assert_eq!(find("Creature")["possibleTypes"].as_array().unwrap().len(), 2);
    assert_eq!(find("Where")["isOneOf"], true);
    let ids = &find("Query")["fields"][1]["args"][0];
    assert_eq!(ids["name"], "ids");
    assert_eq!(ids["type"]["kind"], "NON_NULL");
    assert_eq!(ids["type"]["ofType"]["ofType"]["ofType"]["name"], "ID");
    let reverse = &find("Query")["fields"][5]["args"][3];
    assert_eq!((&reverse["name"], &reverse["defaultValue"]), (&json!("reverse"), &json!("false")));
}

#[test]
fn looks_up_one_type() {
    let answer = run(
        "{ __type(name: \"Mood\") { name enumValues { name } } none: __type(name: \"Nope\") { name } __typename }",
    );
    assert_eq!(
        answer.text,
        r#"{"__type":{"name":"Mood","enumValues":[{"name":"CALM"},{"name":"CROSS"},{"name":"FERAL"}]},"none":null,"__typename":"Query"}"#
    );
}

#[test]
fn deprecated_things_are_shown_on_request_only() {
    let old = view("2026-01");
    let names = |document: &str| {
        let prepared = old.prepare(document).unwrap();
        let bound = prepared.bind(None, &serde_json::Map::new()).unwrap();
        let root = bound.roots().next().unwrap();
        bound.render(&root, Ok(old.resolve_introspection(&root))).json
    };
    assert!(!names("{ __type(name: \"Query\") { fields { name } } }").contains("stale"));
    assert!(
        names("{ __type(name: \"Query\") { fields(includeDeprecated: true) { name } } }").contains("stale")
    );
}

#[test]
fn access_is_there_for_the_caller() {
    let prepared = schema().prepare("{ guarded fresh vault { gold } }").unwrap();
    let bound = prepared.bind(None, &serde_json::Map::new()).unwrap();
    let access = |root: graphql::Root<'_>| root.field().access().collect::<Vec<_>>().join(" and ");
    let access: Vec<String> = bound.roots().map(access).collect();
    assert_eq!(access, ["`read_zoo` access scope.", "", "`read_vault` access scope."]);
    assert_eq!(schema().access("Vault"), Some("`read_vault` access scope."));
    assert_eq!(schema().access("Vault.gold"), Some("`read_gold` access scope."));
    assert_eq!((schema().access("Vault.dust"), schema().access("Nothing.at")), (None, None));
}

#[test]
fn the_guard_is_asked_for_every_field_that_asks_for_something() {
    let asked = std::cell::RefCell::new(Vec::new());
    let guard = |field: &graphql::Field<'_>| {
        asked.borrow_mut().push(field.name().to_owned());
        match field.name() {
            "gold" => Err(graphql::FieldError::new("Access denied for gold field.")),
            _ => Ok(()),
        }
    };
    let prepared = schema().prepare("{ vault { gold dust inner { dust } } }").unwrap();
    let bound = prepared.bind(None, &serde_json::Map::new()).unwrap();
    let root = bound.roots().next().unwrap();
    let rendered = bound.render_guarded(&root, Ok(graphql::Out::object(zoo::Vault)), &guard);
    assert_eq!(rendered.json, r#""vault":{"gold":null,"dust":1,"inner":{"dust":1}}"#);
    assert_eq!(rendered.errors.len(), 1);
    assert_eq!(*asked.borrow(), ["gold", "inner"], "the root was looked at before");
}

#[test]
fn coercion_of_scalars() {
    let accepts = |name: &str, value: Value| {
        let document = format!(
            "query($v: {name}) {{ cat({}: $v) {{ id }} }}",
            if name == "DateTime" { "at" } else { "weight" }
        );
        let prepared = schema().prepare(&document).unwrap();
        prepared.bind(None, json!({"v": value}).as_object().unwrap()).is_ok()
    };
    for good in [
        "2026-01-02",
        "2026-01-02T03:04:05Z",
        "2024-02-29T23:59:59.123+05:30",
        "2026-01-02T03:04",
        "2026-01-02 03:04:05-0800",
    ] {
        assert!(accepts("DateTime", json!(good)), "{good}");
    }
    for bad in
        ["2026-13-01", "2025-02-29", "2026-1-2", "noon", "2026-01-02T25:00:00Z", "2026-01-02T", "20é6-01-02"]
    {
        assert!(!accepts("DateTime", json!(bad)), "{bad}");
    }
    assert!(!accepts("DateTime", json!(5)));
    for good in [json!("1.50"), json!(2), json!("-3"), json!(".5"), json!(1.25)] {
        assert!(accepts("Decimal", good.clone()), "{good}");
    }
    for bad in [json!("1,5"), json!(""), json!("1e5x"), json!(true)] {
        assert!(!accepts("Decimal", bad.clone()), "{bad}");
    }
    assert_eq!(errors("{ cat(weight: \"x\") { id } }", json!({}))[0].message, "invalid Decimal 'x'");
}
