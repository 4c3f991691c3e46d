//! Hostile documents: each refused, and soon.

mod zoo;

use std::time::{Duration, Instant};

use graphql::limits;
use serde_json::json;
use zoo::{errors, run, schema};

/// What is promised of a build for production; one for tests goes through every byte fifty times slower.
const SOON: Duration = Duration::from_millis(if cfg!(debug_assertions) { 250 } else { 5 });

#[track_caller]
fn refused(document: &str, message: &str) {
    schema();
    // The best of a few: the promise is about the work, not about who else uses the machine.
    let took = (0..5).map(|_| {
        let start = Instant::now();
        let found = errors(document, json!({}));
        let took = start.elapsed();
        assert!(found[0].message.contains(message), "{}", found[0].message);
        took
    });
    let took = took.min().unwrap_or_default();
    println!("{took:?} for {message:?}");
    assert!(took < SOON, "took {took:?}");
}

fn repeat(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect::<Vec<_>>().join(" ")
}

#[test]
fn length() {
    refused(
        &format!("{{ fresh }} #{}", "x".repeat(limits::MAX_DOCUMENT_BYTES)),
        "longer than the maximum of 262144",
    );
}

#[test]
fn tokens() {
    refused(
        &format!("{{ {} }}", "fresh ".repeat(limits::MAX_TOKENS)),
        "more than the maximum of 25000 tokens",
    );
}

#[test]
fn depth() {
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(5_000), close.repeat(5_000));
    refused(&format!("{{ {} }}", deep("wide { a ", "} ")), "nested deeper than the maximum of 30");
    refused(&format!("{{ cats(limit: {}) {{ id }} }}", deep("[", "]")), "nested deeper");
    refused(&format!("{{ cats(limit: {}) {{ id }} }}", deep("{a:", "}")), "nested deeper");
    refused(&format!("query($a: {}) {{ fresh }}", deep("[", "]")), "nested deeper");
    refused(&deep("{", "}"), "Expected NAME");
}

#[test]
fn depth_through_fragments() {
    let chain = repeat(40, |n| format!("fragment F{n} on Wide {{ a {{ ...F{} }} }}", n + 1));
    refused(&format!("{{ wide {{ ...F0 }} }} {chain} fragment F40 on Wide {{ n }}"), "nested deeper");
}

#[test]
fn fragments_in_a_long_row() {
    let row = repeat(3_000, |n| format!("fragment F{n} on Wide {{ ...F{} }}", n + 1));
    refused(&format!("{{ wide {{ ...F0 }} }} {row} fragment F3000 on Wide {{ n }}"), "nested deeper");
}

#[test]
fn fragments_that_double() {
    let bomb =
        repeat(25, |n| format!("fragment F{n} on Wide {{ a {{ ...F{m} }} b {{ ...F{m} }} }}", m = n + 1));
    refused(
        &format!("{{ wide {{ ...F0 }} }} {bomb} fragment F25 on Wide {{ n }}"),
        "more than the maximum of 10000 fields",
    );
}

#[test]
fn fragments_in_circles() {
    let circle =
        |size: usize| repeat(size, |n| format!("fragment F{n} on Wide {{ ...F{} }}", (n + 1) % size));
    refused(&format!("{{ wide {{ ...F0 }} }} {}", circle(1)), "contains an infinite loop");
    refused(&format!("{{ wide {{ ...F0 }} }} {}", circle(20)), "contains an infinite loop");
    refused(&format!("{{ wide {{ ...F0 }} }} {}", circle(1_000)), "nested deeper");
    refused(&format!("{{ fresh }} {}", circle(1_000)), "nested deeper");
}

#[test]
fn fields_without_fragments() {
    let rows = repeat(100, |n| format!("w{n}: wide {{ {} }}", "n ".repeat(100)));
    refused(&format!("{{ {rows} }}"), "more than the maximum of 10000 fields");
}

#[test]
fn operations_that_are_fair_one_by_one() {
    let bomb = repeat(11, |n| format!("fragment F{n} on Wide {{ ...F{m} ... {{ ...F{m} }} }}", m = n + 1));
    let many = repeat(50, |n| format!("query Q{n} {{ wide {{ ...F0 }} }}"));
    let document = format!("{many} {bomb} fragment F11 on Wide {{ n }}");
    refused(&document, "more than the maximum of 10000 fields");
}

#[test]
fn a_fragment_may_be_spread_often() {
    let uses = repeat(100, |n| format!("a{n}: animal(id: {n}) {{ ...F }}"));
    assert!(run(&format!("{{ {uses} }} fragment F on Creature {{ id name }}")).text.len() > 2_000);
}

#[test]
fn aliases() {
    refused(
        &format!("{{ {} }}", repeat(251, |n| format!("a{n}: fresh"))),
        "Field 'fresh' is selected more than the maximum of 250",
    );
}

#[test]
fn directives_of_one_field() {
    refused(&format!("{{ fresh {} }}", "@skip(if: false) ".repeat(11)), "maximum of 10 directives");
}

#[test]
fn operations() {
    refused(&repeat(51, |n| format!("query Q{n} {{ fresh }}")), "maximum of 50 operations");
}

#[test]
fn lists() {
    let found = errors(&format!("mutation {{ feed(ids: [{}]) {{ echo }} }}", "1 ".repeat(251)), json!({}));
    let expected = r#"[{"message":"The input array size of 251 is greater than the maximum allowed of 250.","locations":[{"line":1,"column":12}],"path":["feed","ids"],"extensions":{"code":"MAX_INPUT_SIZE_EXCEEDED"}}]"#;
    assert_eq!(serde_json::to_string(&found).unwrap(), expected);
    let ids: Vec<u32> = (0..251).collect();
    let found = errors("mutation($i: [ID!]) { feed(ids: $i) { echo } }", json!({"i": ids}));
    assert_eq!(found[0].extensions["code"], "MAX_INPUT_SIZE_EXCEEDED");
    let tags = vec!["t"; 251];
    let found = errors(
        "mutation($i: CatInput!) { r: rename(input: $i) { echo } }",
        json!({"i": {"name": "n", "tags": tags}}),
    );
    assert_eq!(serde_json::to_value(&found[0].path).unwrap(), json!(["r", "input", "tags"]));
}

#[test]
fn names() {
    refused(&format!("{{ {}: fresh }}", "x".repeat(256)), "A name is longer than the maximum of 255");
}

#[test]
fn arguments_repeated_by_fragments() {
    let spreads = repeat(100, |n| format!("a{n}: animal(id: {n}) {{ ...F }}"));
    let text = "x".repeat(100_000);
    let fragment = format!("fragment F on Creature {{ ... on Cat {{ named(as: \"{text}\") }} }}");
    refused(&format!("{{ {spreads} }} {fragment}"), "The arguments are too large");
}

#[test]
fn large_variables_used_often() {
    let uses = repeat(100, |n| format!("a{n}: cats(filter: {{name: $n}}) {{ id }}"));
    let found = errors(&format!("query($n: String!) {{ {uses} }}"), json!({"n": "x".repeat(1_000_000)}));
    assert!(found[0].message.contains("The arguments are too large"));
}

#[test]
fn block_strings_of_blank_lines() {
    let document = format!("{{ cat(nmae: \"\"\"{}\"\"\") {{ id }} }}", "\n".repeat(250_000));
    refused(&document, "doesn't accept argument 'nmae'");
}

#[test]
fn introspection_into_introspection() {
    let document = "{ __schema { types { fields { args { type { fields { args { name } } } } } } } }";
    refused(document, "Introspection follows more than the maximum");
}

#[test]
fn wide_but_fair_documents_run() {
    let document = format!("{{ animal(id: 1) {{ {} }} }}", repeat(200, |n| format!("a{n}: name b{n}: id")));
    assert!(run(&document).text.len() > 2_000);
}

#[test]
fn many_conflicts_are_cut_short() {
    let fields = repeat(5_000, |n| format!("a: cats(limit: {n}) {{ id }}"));
    let tokens_ok = repeat(1_500, |n| format!("a: cats(limit: {n}) {{ id }}"));
    refused(&format!("{{ {fields} }}"), "tokens");
    let found = errors(&format!("{{ {tokens_ok} }}"), json!({}));
    assert_eq!(found.len(), limits::MAX_ERRORS);
}

#[test]
fn broken_text_never_panics() {
    let whole = "query Q($a: [ID!]! = [\"x\\u00e9\"], $b: CatInput) @skip(if: true) { a: animal(id: 1) { ...F ... on Cat { lives } } \
                 s: cat(name: \"\"\"b\n \u{e9}\"\"\", at: -1.5e3) { id } } fragment F on Creature { id }";
    for end in 0..whole.len() {
        let Some(part) = whole.get(..end) else { continue };
        let _ = schema().prepare(part);
        let _ = schema().prepare(&part.replace('(', "\u{e9}"));
        let _ = schema().prepare(&part.replace('{', "\""));
    }
}
