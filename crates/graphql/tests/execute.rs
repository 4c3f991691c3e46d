//! Runs documents over a small made-up zoo: merging, fragments, null propagation, variables, cost.

#![allow(clippy::unwrap_used)] // A test that cannot set up should stop.

mod zoo;

use serde_json::json;
use zoo::{errors, run, run_with, schema};

#[test]
fn answers_in_selection_order_with_aliases() {
    let answer = run("{ b: animal(id: 2) { name id } a: animal(id: \"1\") { __typename id } }");
    assert_eq!(answer.text, r#"{"b":{"name":"Wolf","id":"2"},"a":{"__typename":"Cat","id":"1"}}"#);
}

#[test]
fn merges_fields_under_one_key() {
    let answer = run("{ animal(id: 1) { name } ...More animal(id: 1) { keeper { name } } } \
                      fragment More on Query { animal(id: 1) { keeper { age name } id } }");
    assert_eq!(answer.text, r#"{"animal":{"name":"Cat","keeper":{"age":40,"name":"Ann"},"id":"1"}}"#);
}

#[test]
fn picks_fragments_by_type() {
    let document = "query($ids: [ID!]!) { animals(ids: $ids) { ... on Cat { lives } ... on Creature { name } ...W } \
                    anything { __typename ... on Keeper { age } ... on Cat { lives } } } \
                    fragment W on Wolf { pack { size } }";
    let answer = run_with(document, json!({"ids": [1, "2"]}));
    assert_eq!(
        answer.text,
        r#"{"animals":[{"lives":9,"name":"Cat"},{"name":"Wolf","pack":{"size":3}}],"anything":[{"__typename":"Keeper","age":40},{"__typename":"Cat","lives":9}]}"#
    );
}

#[test]
fn leaves_out_what_conditions_exclude() {
    let document = "query($yes: Boolean!, $no: Boolean = false) { \
        animal(id: 1) { id @skip(if: $yes) name @include(if: $yes) keeper @include(if: $no) { age } } \
        gone: animal(id: 1) @skip(if: true) { id } \
        ... @include(if: $no) { animal(id: 1) { lives: id } } \
        ... @include(if: $yes) { animal(id: 1) { more: id } } }";
    let answer = run_with(document, json!({"yes": true}));
    assert_eq!(answer.text, r#"{"animal":{"name":"Cat","more":"1"}}"#);
}

#[test]
fn nulls_travel_to_the_nearest_nullable() {
    let answer = run("{ animal(id: 1) { name strict { name } mother { broken { name } } keeper { name } } }");
    assert_eq!(
        answer.text,
        r#"{"animal":{"name":"Cat","strict":null,"mother":null,"keeper":{"name":"Ann"}}}"#
    );
    assert_eq!(
        serde_json::to_value(&answer.errors).unwrap(),
        json!([
            {
                "message": "Cannot return null for non-nullable field Keeper.name",
                "locations": [{"line": 1, "column": 33}],
                "path": ["animal", "strict", "name"]
            },
            {
                "message": "out of order",
                "locations": [{"line": 1, "column": 49}],
                "extensions": {"code": "BROKEN"},
                "path": ["animal", "mother", "broken"]
            }
        ])
    );
    assert!(!answer.nulled);
}

#[test]
fn a_null_root_that_must_not_be_nulls_everything() {
    let answer = run("{ must { name } }");
    assert!(answer.nulled);
    assert_eq!(answer.errors[0].message, "Cannot return null for non-nullable field Query.must");
}

#[test]
fn list_items_have_numbers_in_paths() {
    let answer = run("{ animals(ids: [1, 2]) { id denied } }");
    assert_eq!(answer.text, r#"{"animals":[{"id":"1","denied":null},{"id":"2","denied":null}]}"#);
    assert_eq!(
        serde_json::to_string(&answer.errors[1]).unwrap(),
        r#"{"message":"Access denied for denied field.","locations":[{"line":1,"column":29}],"extensions":{"code":"ACCESS_DENIED","requiredAccess":"to look"},"path":["animals",1,"denied"]}"#
    );
}

#[test]
fn reads_variables_defaults_and_directives() {
    let document =
        "mutation M($input: CatInput!, $key: String!) { rename(input: $input) @once(key: $key) { echo } }";
    let answer = run_with(document, json!({"input": {"name": "Tom"}, "key": "k1"}));
    assert_eq!(answer.text, r#"{"rename":{"echo":"{\"name\":\"Tom\",\"mood\":\"CALM\"} k1"}}"#);
}

#[test]
fn chooses_operations_by_name() {
    let prepared =
        schema().prepare("query A { animal(id: 1) { id } } query B { animal(id: 2) { id } }").unwrap();
    let none = serde_json::Map::new();
    assert_eq!(prepared.bind(Some("B"), &none).unwrap().operation_name(), Some("B"));
    assert_eq!(prepared.bind(None, &none).unwrap_err()[0].message, "An operation name is required");
    assert_eq!(prepared.bind(Some("C"), &none).unwrap_err()[0].message, "No operation named \"C\"");
}

#[test]
fn looks_ahead() {
    let prepared =
        schema().prepare("{ animal(id: 1) { ...F } } fragment F on Creature { keeper { age } }").unwrap();
    let bound = prepared.bind(None, &serde_json::Map::new()).unwrap();
    let root = bound.roots().next().unwrap();
    assert!(root.field().selects("keeper") && !root.field().selects("age"));
    assert!(root.field().mentions("age") && !root.field().mentions("name"));
}

#[test]
fn counts_cost() {
    let cost = |document: &str| {
        let answer = run(document);
        (answer.requested, answer.actual)
    };
    assert_eq!(cost("{ animal(id: 1) { id keeper { name } } }"), (2, 2));
    assert_eq!(cost("{ page(first: 10) { nodes { id } pageInfo { hasNextPage } } }"), (6, 4));
    assert_eq!(cost("{ page(first: 10) { edges { node { id } } } }"), (6, 4));
    assert_eq!(cost("{ page(first: 250) { nodes { id keeper { age } } } }"), (18, 6));
    assert_eq!(cost("mutation { rename(input: {name: \"x\"}) { cat { id } } }"), (10, 10));
    assert_eq!(cost("mutation { rename(input: {name: \"x\"}) { cat { id keeper { age } } } }"), (11, 11));
}

#[test]
fn refuses_bad_variables_in_the_original_words() {
    let document = "query($ids: [ID!]!) { animals(ids: $ids) { id } }";
    assert_eq!(
        serde_json::to_string(&errors(document, json!({}))).unwrap(),
        r#"[{"message":"Variable $ids of type [ID!]! was provided invalid value","locations":[{"line":1,"column":7}],"extensions":{"code":"INVALID_VARIABLE","value":null,"problems":[{"path":[],"explanation":"Expected value to not be null"}]}}]"#
    );
}

#[test]
fn strings_mean_what_they_say() {
    let echo = |literal: &str| {
        let answer =
            run(&format!("mutation {{ rename(input: {{name: {literal}, mood: null}}) {{ echo }} }}"));
        let data: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
        let echo = data["rename"]["echo"].as_str().unwrap().trim_end_matches(" -").to_owned();
        serde_json::from_str::<serde_json::Value>(&echo).unwrap()["name"].as_str().unwrap().to_owned()
    };
    assert_eq!(echo(r#""a\"b\\c\/\n\t\u00e9\uD83D\uDE00\u{1F600}""#), "a\"b\\c/\n\té😀😀");
    assert_eq!(
        echo("\"\"\"\n    one\n      two \\\"\"\" \\n\n    three\n  \n\"\"\""),
        "one\n  two \"\"\" \\n\nthree".replace("\n\nthree", "\nthree")
    );
    assert!(errors("{ cat(name: \"\\uD83D\") { id } }", json!({}))[0].message.contains("Bad unicode escape"));
    assert!(errors("{ cat(name: \"a\nb\") { id } }", json!({}))[0].message.contains("malformed"));
}

#[test]
fn control_characters_are_escaped() {
    let answer = run_with(
        "mutation($n: String!) { rename(input: {name: $n, mood: CROSS}) { echo } }",
        json!({"n": "\u{1}\u{8}\u{c}\"\\\r"}),
    );
    let data: serde_json::Value = serde_json::from_str(&answer.text).unwrap();
    assert!(data["rename"]["echo"].as_str().unwrap().contains(r#"\u0001\b\f\"\\\r"#));
}

#[test]
fn work_in_progress_can_cross_threads() {
    fn sent<T: Send + Sync>() {}
    sent::<graphql::Bound>();
    sent::<graphql::Root<'static>>();
    sent::<graphql::Schema>();
}
