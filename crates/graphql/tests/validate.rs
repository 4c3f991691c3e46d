//! Every static error, word for word.

#![allow(clippy::unwrap_used)] // A test that cannot set up should stop.

mod zoo;

use serde_json::{Value, json};
use zoo::errors;

/// What must come of a document: message, path and extensions of each error, in order.
#[track_caller]
fn check(document: &str, expected: Value) {
    let found: Vec<Value> = errors(document, json!({}))
        .iter()
        .map(|error| {
            let path = serde_json::to_value(&error.path).unwrap();
            json!([error.message, path, Value::Object(error.extensions.clone())])
        })
        .collect();
    assert_eq!(Value::Array(found), expected, "{document}");
}

#[test]
fn keys_come_in_the_recorded_order() {
    let found = errors("mutation Name {\n  rename(input: null) { echo }\n}", json!({}));
    assert_eq!(
        serde_json::to_string(&found).unwrap(),
        r#"[{"message":"Argument 'input' on Field 'rename' has an invalid value (null). Expected type 'CatInput!'.","locations":[{"line":2,"column":3}],"path":["mutation Name","rename","input"],"extensions":{"code":"argumentLiteralsIncompatible","typeName":"Field","argumentName":"input"}}]"#
    );
}

#[test]
fn an_unknown_directive_leaves_its_variable_unused() {
    let document =
        "mutation M(\n  $key: String!\n) {\n  rename(input: {name: \"x\"}) @nope(key: $key) { echo }\n}";
    let found = errors(document, json!({}));
    assert_eq!(
        serde_json::to_string(&found).unwrap(),
        r#"[{"message":"Directive @nope is not defined","locations":[{"line":4,"column":30}],"path":["mutation M","rename"],"extensions":{"code":"undefinedDirective","directiveName":"nope"}},{"message":"Variable $key is declared by M but not used","locations":[{"line":1,"column":1}],"path":["mutation M"],"extensions":{"code":"variableNotUsed","variableName":"key"}}]"#
    );
}

#[test]
fn fields() {
    check(
        "{ animal(id: 1) { nme } }",
        json!([["Field 'nme' doesn't exist on type 'Creature'", ["query", "animal", "nme"],
            {"code": "undefinedField", "typeName": "Creature", "fieldName": "nme"}]]),
    );
    check(
        "query Q { animal(id: 1) }",
        json!([["Field must have selections (field 'animal' returns Creature but has no selections. Did you mean 'animal { ... }'?)",
            ["query Q", "animal"],
            {"code": "selectionMismatch", "nodeName": "field 'animal'", "typeName": "Creature"}]]),
    );
    check(
        "{ animal(id: 1) { id { x } } }",
        json!([["Selections can't be made on scalars (field 'id' returns ID but has selections [\"x\"])",
            ["query", "animal", "id"],
            {"code": "selectionMismatch", "nodeName": "field 'id'", "typeName": "ID"}]]),
    );
    check(
        "{ anything { name } }",
        json!([["Selections can't be made directly on unions (see selections on Anything)",
            ["query", "anything", "name"], {"code": "selectionMismatch", "nodeName": "Anything"}]]),
    );
    check(
        "{ a: animal(id: 1) { id } a: animal(id: 2) { id } b: must { name } b: cat { name } }",
        json!([
            ["Field 'a' has an argument conflict: {id:\"1\"} or {id:\"2\"}?", [],
                {"code": "fieldConflict", "fieldName": "a", "conflicts": "{id:\"1\"} or {id:\"2\"}"}],
            ["Field 'b' has a field conflict: must or cat?", [],
                {"code": "fieldConflict", "fieldName": "b", "conflicts": "must or cat"}]
        ]),
    );
}

#[test]
fn arguments() {
    check(
        "{ animal { id } }",
        json!([["Field 'animal' is missing required arguments: id", ["query", "animal"],
            {"code": "missingRequiredArguments", "className": "Field", "name": "animal", "arguments": "id"}]]),
    );
    check(
        "{ must(x: 1) { name } }",
        json!([["Field 'must' doesn't accept argument 'x'", ["query", "must", "x"],
            {"code": "argumentNotAccepted", "name": "must", "typeName": "Field", "argumentName": "x"}]]),
    );
    check(
        "{ cat(mood: ANGRY) { id } }",
        json!([["Argument 'mood' on Field 'cat' has an invalid value (ANGRY). Expected type 'Mood'.",
            ["query", "cat", "mood"],
            {"code": "argumentLiteralsIncompatible", "typeName": "Field", "argumentName": "mood"}]]),
    );
    check(
        "{ c: cat(name: 5) { id } }",
        json!([["Argument 'name' on Field 'c' has an invalid value (5). Expected type 'String'.",
            ["query", "c", "name"],
            {"code": "argumentLiteralsIncompatible", "typeName": "Field", "argumentName": "name"}]]),
    );
    check(
        "{ cat(at: \"yesterday\") { id } }",
        json!([["invalid DateTime 'yesterday'", ["query", "cat", "at"],
            {"code": "argumentLiteralsIncompatible", "typeName": "CoercionError"}]]),
    );
    check(
        "{ cat(name: \"a\", name: \"b\") { id } }",
        json!([["There can be only one argument named \"name\"", ["query", "cat"],
            {"code": "argumentNotUnique", "name": "name"}]]),
    );
}

#[test]
fn input_objects() {
    check(
        "{ cats(filter: {mood: CALM, size: 3, mate: {mood: 1}}) { id } }",
        json!([
            ["Argument 'name' on InputObject 'CatInput' is required. Expected type String!",
                ["query", "cats", "filter", "name"],
                {"code": "missingRequiredInputObjectAttribute", "argumentName": "name",
                 "argumentType": "String!", "inputObjectType": "CatInput"}],
            ["InputObject 'CatInput' doesn't accept argument 'size'", ["query", "cats", "filter", "size"],
                {"code": "argumentNotAccepted", "name": "CatInput", "typeName": "InputObject", "argumentName": "size"}],
            ["Argument 'name' on InputObject 'CatInput' is required. Expected type String!",
                ["query", "cats", "filter", "mate", "name"],
                {"code": "missingRequiredInputObjectAttribute", "argumentName": "name",
                 "argumentType": "String!", "inputObjectType": "CatInput"}],
            ["Argument 'mood' on InputObject 'CatInput' has an invalid value (1). Expected type 'Mood'.",
                ["query", "cats", "filter", "mate", "mood"],
                {"code": "argumentLiteralsIncompatible", "typeName": "InputObject", "argumentName": "mood"}]
        ]),
    );
    check(
        "{ cats(filter: {name: \"a\", name: \"b\"}) { id } }",
        json!([["There can be only one input field named \"name\"", ["query", "cats", "filter"],
            {"code": "inputFieldNotUnique", "name": "name"}]]),
    );
    check(
        "{ search(where: {id: 1, name: \"x\"}) }",
        json!([["OneOf Input Object 'Where' must specify exactly one key.", ["query", "search", "where"],
            {"code": "invalidOneOfInputObject", "inputObjectType": "Where"}]]),
    );
}

#[test]
fn directives() {
    check(
        "mutation { rename(input: {name: \"x\"}) @once { echo } }",
        json!([["Directive 'once' is missing required arguments: key", ["mutation", "rename"],
            {"code": "missingRequiredArguments", "className": "Directive", "name": "once", "arguments": "key"}]]),
    );
    check(
        "mutation M @once(key: \"k\") { rename(input: {name: \"x\"}) { echo } }",
        json!([["'@once' can't be applied to mutations (allowed: fields)", ["mutation M"],
            {"code": "directiveCannotBeApplied", "targetName": "mutations", "name": "once"}]]),
    );
    check(
        "{ fresh @skip(if: false) @skip(if: false) }",
        json!([["The directive \"skip\" can only be used once at this location.", ["query", "fresh"],
            {"code": "directiveNotUniqueForLocation", "directiveName": "skip"}]]),
    );
    check(
        "{ fresh @skip(unless: true, if: false) }",
        json!([["Directive 'skip' doesn't accept argument 'unless'", ["query", "fresh", "unless"],
            {"code": "argumentNotAccepted", "name": "skip", "typeName": "Directive", "argumentName": "unless"}]]),
    );
}

#[test]
fn variables() {
    check(
        "query Q($a: Int, $id: ID) { animal(id: $id) { id } cats(limit: $b) { id } }",
        json!([
            ["Nullability mismatch on variable $id and argument id (ID / ID!)", ["query Q", "animal", "id"],
                {"code": "variableMismatch", "variableName": "id", "typeName": "ID", "argumentName": "id",
                 "errorMessage": "Nullability mismatch"}],
            ["Variable $a is declared by Q but not used", ["query Q"],
                {"code": "variableNotUsed", "variableName": "a"}],
            ["Variable $b is used by Q but not declared", ["query Q", "cats", "limit"],
                {"code": "variableNotDefined", "variableName": "b"}]
        ]),
    );
    check(
        "query($n: String!) { animal(id: $n) { id } }",
        json!([["Type mismatch on variable $n and argument id (String! / ID!)", ["query", "animal", "id"],
            {"code": "variableMismatch", "variableName": "n", "typeName": "String!", "argumentName": "id",
             "errorMessage": "Type mismatch"}]]),
    );
    check(
        "query($ids: ID!) { animals(ids: $ids) { id } }",
        json!([["List dimension mismatch on variable $ids and argument ids (ID! / [ID!]!)",
            ["query", "animals", "ids"],
            {"code": "variableMismatch", "variableName": "ids", "typeName": "ID!", "argumentName": "ids",
             "errorMessage": "List dimension mismatch"}]]),
    );
    check(
        "query Q($a: Nope, $b: Cat, $m: Mood = \"x\", $m: Mood) { cat(mood: $m) { id } cats(limit: $a) { id } \
         c: cats(limit: $b) { id } }",
        json!([
            ["There can only be one variable named \"m\"", ["query Q"],
                {"code": "variableNotUnique", "variableName": "m"}],
            ["Nope isn't a defined input type (on $a)", ["query Q"],
                {"code": "variableRequiresValidType", "typeName": "Nope", "variableName": "a"}],
            ["Cat isn't a valid input type (on $b)", ["query Q"],
                {"code": "variableRequiresValidType", "typeName": "Cat", "variableName": "b"}],
            ["Default value for $m doesn't match type Mood", ["query Q"],
                {"code": "defaultValueInvalidType", "variableName": "m", "typeName": "Mood"}],
            ["Type mismatch on variable $b and argument limit (Cat / Int)", ["query Q", "c", "limit"],
                {"code": "variableMismatch", "variableName": "b", "typeName": "Cat", "argumentName": "limit",
                 "errorMessage": "Type mismatch"}]
        ]),
    );
}

#[test]
fn fragments() {
    check(
        "{ animal(id: 1) { ...F ... on Nope { id } ... on ID { id } ... on Keeper { name } ...K } } \
         fragment K on Keeper { name } fragment L on Cat { lives }",
        json!([
            ["No such type Nope, so it can't be a fragment condition", ["query", "animal", "... on Nope"],
                {"code": "undefinedType", "typeName": "Nope"}],
            ["Invalid fragment on type ID (must be Union, Interface or Object)", ["query", "animal", "... on ID"],
                {"code": "fragmentOnNonCompositeType", "typeName": "ID"}],
            ["Fragment on Keeper can't be spread inside Creature", ["query", "animal", "... on Keeper"],
                {"code": "cannotSpreadFragment", "typeName": "Keeper", "fragmentName": "unknown", "parentName": "Creature"}],
            ["Fragment K on Keeper can't be spread inside Creature", ["query", "animal", "... K"],
                {"code": "cannotSpreadFragment", "typeName": "Keeper", "fragmentName": " K", "parentName": "Creature"}],
            ["Fragment F was used, but not defined", ["query", "animal", "... F"],
                {"code": "useAndDefineFragment", "fragmentName": "F"}],
            ["Fragment L was defined, but not used", ["fragment L"],
                {"code": "useAndDefineFragment", "fragmentName": "L"}]
        ]),
    );
    check(
        "{ animal(id: 1) { ...A } } fragment A on Creature { mother { ...B } } fragment B on Creature { ...A }",
        json!([
            ["Fragment A contains an infinite loop", ["fragment A"], {"code": "infiniteLoop", "fragmentName": "A"}],
            ["Fragment B contains an infinite loop", ["fragment B"], {"code": "infiniteLoop", "fragmentName": "B"}]
        ]),
    );
    check(
        "{ animal(id: 1) { ...A } } fragment A on Cat { id } fragment A on Cat { lives }",
        json!([["Fragment name \"A\" must be unique", [], {"code": "fragmentNotUnique", "fragmentName": "A"}]]),
    );
}

#[test]
fn operations() {
    check(
        "query A { fresh } query A { fresh } { fresh }",
        json!([
            ["Operation name \"A\" must be unique", [],
                {"code": "uniquelyNamedOperations", "operationName": "A"}],
            ["Operation name is required when multiple operations are present", [],
                {"code": "uniquelyNamedOperations"}]
        ]),
    );
    check(
        "subscription { fresh }",
        json!([["Schema is not configured for subscriptions", ["subscription"],
            {"code": "missingSubscriptionConfiguration"}]]),
    );
    check(
        "type T { a: Int }",
        json!([["Query cannot contain schema definitions", [], {"code": "queryContainsSchemaDefinitions"}]]),
    );
}

#[test]
fn syntax() {
    let first = |document: &str| serde_json::to_string(&errors(document, json!({}))[0]).unwrap();
    assert_eq!(
        first("{ animal( { id } }"),
        r#"{"message":"Expected NAME, actual: LCURLY (\"{\") at [1, 11]","locations":[{"line":1,"column":11}]}"#
    );
    assert_eq!(
        first("query {\n  fresh"),
        r#"{"message":"Expected NAME, not end of file at [2, 8]","locations":[{"line":2,"column":8}]}"#
    );
    assert_eq!(first(""), r#"{"message":"No query string was present","locations":[]}"#);
    assert_eq!(first(" # nothing"), r#"{"message":"Unexpected end of document","locations":[]}"#);
    assert!(first("{ cat(name: \"\\u00zz\") { id } }").contains("Bad unicode escape"));
    assert!(first("{ cats(limit: -) { id } }").contains("Expected type 'number', but it was malformed"));
    assert!(first("{ cats(limit: 99999999999999999999999) { id } }").contains("has an invalid value"));
}

#[test]
fn variable_values() {
    let check = |document: &str, variables: Value, message: &str, problems: Value| {
        let found = errors(document, variables);
        assert_eq!(found[0].message, message);
        assert_eq!(found[0].extensions["problems"], problems);
        assert_eq!(found[0].extensions["code"], "INVALID_VARIABLE");
    };
    check(
        "query($f: CatInput!) { cats(filter: $f) { id } }",
        json!({"f": {"mood": "QQ", "tags": ["a", null], "size": 1}}),
        "Variable $f of type CatInput! was provided invalid value for mood (Expected \"QQ\" to be one of: CALM, CROSS, FERAL), \
         tags.1 (Expected value to not be null), size (Field is not defined on CatInput), name (Expected value to not be null)",
        json!([
            {"path": ["mood"], "explanation": "Expected \"QQ\" to be one of: CALM, CROSS, FERAL"},
            {"path": ["tags", 1], "explanation": "Expected value to not be null"},
            {"path": ["size"], "explanation": "Field is not defined on CatInput"},
            {"path": ["name"], "explanation": "Expected value to not be null"}
        ]),
    );
    check(
        "query($n: Int) { cats(limit: $n) { id } }",
        json!({"n": 4294967296i64}),
        "Variable $n of type Int was provided invalid value",
        json!([{"path": [], "explanation": "Could not coerce value 4294967296 to Int"}]),
    );
    check(
        "query($at: DateTime) { cat(at: $at) { id } }",
        json!({"at": "2026-02-30T00:00:00Z"}),
        "Variable $at of type DateTime was provided invalid value",
        json!([{"path": [], "explanation": "invalid DateTime '2026-02-30T00:00:00Z'",
                "message": "invalid DateTime '2026-02-30T00:00:00Z'"}]),
    );
    check(
        "query($n: Int = 5) { cats(limit: $n) { id } }",
        json!({"n": [1]}),
        "Variable $n of type Int was provided invalid value",
        json!([{"path": [], "explanation": "Could not coerce value [1] to Int"}]),
    );
    check(
        "query($w: Where!) { search(where: $w) }",
        json!({"w": {"id": 1, "name": "x"}}),
        "Variable $w of type Where! was provided invalid value",
        json!([{"path": [], "explanation": "'Where' requires exactly one argument, but 2 were provided."}]),
    );
}
