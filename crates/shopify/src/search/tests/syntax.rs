//! How texts are read, well formed or not.

use serde_json::json;

use super::super::syntax::{Node, Op, Term, read};
use super::super::{Warning, parse};
use super::context;

/// A tree as a text with every operator written out.
fn shown(node: &Node) -> String {
    let all = |nodes: &[Node], between: &str| nodes.iter().map(shown).collect::<Vec<_>>().join(between);
    match node {
        Node::All(nodes) => format!("({})", all(nodes, " & ")),
        Node::Any(nodes) => format!("({})", all(nodes, " | ")),
        Node::Not(node) => format!("!{}", shown(node)),
        Node::Is(Term { field, op, words }) => {
            let sign = match op {
                Op::Is => "=",
                Op::More => ">",
                Op::MoreOrSame => ">=",
                Op::Less => "<",
                Op::LessOrSame => "<=",
            };
            let word = |word: &super::super::syntax::Word| {
                format!("[{}]{}", word.text, if word.prefix { "*" } else { "" })
            };
            format!("{field}{sign}{}", words.iter().map(word).collect::<String>())
        }
    }
}

#[test]
fn every_text_is_read_as_somebody_meant_it() {
    let table = [
        ("", "everything"),
        ("  \t\n ", "everything"),
        ("John Smith", "(=[John] & =[Smith])"),
        ("John, Smith", "(=[John,] & =[Smith])"),
        ("a OR b c", "(=[a] | (=[b] & =[c]))"),
        ("(a OR b) AND c", "((=[a] | =[b]) & =[c])"),
        ("-a NOT b", "(!=[a] & !=[b])"),
        ("NOT (a b)", "!(=[a] & =[b])"),
        ("NOT NOT a", "!!=[a]"),
        ("--a", "!!=[a]"),
        ("- a", "(=[-] & =[a])"),
        ("or and not", "(=[or] & =[and] & =[not])"),
        ("status:open", "status=[open]"),
        ("Status:OPEN", "status=[OPEN]"),
        ("-status:open", "!status=[open]"),
        ("id:>=5 id:<9", "(id>=[5] & id<[9])"),
        ("id:>5 id:<=9", "(id>[5] & id<=[9])"),
        ("status: open", "status=[open]"),
        ("tag:'a b'", "tag=[a b]"),
        ("tag:\"a b\" c", "(tag=[a b] & =[c])"),
        (r#"tag:"a \"b\" c""#, r#"tag=[a "b" c]"#),
        ("tag:''", "tag=[]"),
        ("\"John Smith\"", "=[John Smith]"),
        ("O'Brien", "=[O'Brien]"),
        ("sku:AB*", "sku=[AB]*"),
        ("sku:'A B*'", "sku=[A B]*"),
        ("sku:'A B'*", "sku=[A B]*"),
        (r"sku:AB\*", "sku=[AB*]"),
        ("tag:*", "tag=[]*"),
        ("tag:a,b,'c d'", "tag=[a][b][c d]"),
        ("tag:'a,b'", "tag=[a,b]"),
        (r"tag:a\,b", "tag=[a,b]"),
        (r"a\:b", "=[a:b]"),
        (r"\(a\)", "=[(a)]"),
        ("created_at:>2024-05-01T10:00:00Z", "created_at>[2024-05-01T10:00:00Z]"),
        ("uri:https://a.example/b?c=d", "uri=[https://a.example/b?c=d]"),
        ("id:gid://shopify/Order/1", "id=[gid://shopify/Order/1]"),
        // Malformed.
        ("OR a", "=[a]"),
        ("a OR", "=[a]"),
        ("a OR OR b", "(=[a] | =[b])"),
        ("AND", "everything"),
        ("NOT", "everything"),
        ("a AND AND b", "(=[a] & =[b])"),
        ("a) b", "(=[a] & =[b])"),
        ("(a b", "(=[a] & =[b])"),
        ("()", "everything"),
        ("(NOT) a", "=[a]"),
        (")))", "everything"),
        ("tag:", "everything"),
        ("tag: ", "everything"),
        ("tag:(a OR b)", "(=[a] | =[b])"),
        (":a", "=[:a]"),
        (":", "=[:]"),
        ("tag:'open", "tag=[open]"),
        ("\\", "=[]"),
        ("tag:,", "everything"),
        ("*", "=[]*"),
    ];
    for (text, expected) in table {
        let tree = read(text).unwrap();
        assert_eq!(tree.as_ref().map_or("everything".to_owned(), shown), expected, "{text}");
    }
}

#[test]
fn no_text_is_too_strange_or_too_large() {
    let nested = format!("{}a{}", "(".repeat(30), ")".repeat(30));
    assert!(read(&nested).is_ok());
    let too_large = [
        "(".repeat(10_000),
        "-".repeat(10_000),
        "NOT ".repeat(5_000) + "a",
        "a ".repeat(251),
        format!("tag:{}", "a,".repeat(251)),
        "a".repeat(40_000),
    ];
    for text in too_large {
        let search = parse(&text).for_orders(&context());
        assert!(!search.matches_order(&super::order(json!({}))));
        assert_eq!(search.warnings.len(), 1);
    }
    // Every sequence of such pieces ends and consumes all of it.
    let pieces =
        ["(", ")", "'", "\"", "\\", ":", ",", "*", "-", " ", ">", "=", "a", "É", "OR ", "NOT ", "tag:"];
    let mut chance = testkit::chance::Chance(1);
    for _ in 0..20_000 {
        let text: String = (0..chance.below(12)).filter_map(|_| chance.pick(&pieces)).collect();
        let query = parse(&text);
        let search = query.for_orders(&context());
        search.matches_order(&super::order(json!({})));
        assert!(query.parsed().is_object(), "{text}");
    }
}

#[test]
fn what_is_not_known_is_ignored_with_a_warning() {
    let warnings = |text: &str| super::orders(text).warnings;
    assert_eq!(warnings("status:open -foo:1 OR (bar:2)"), [Warning::field("foo"), Warning::field("bar")]);
    let [warning] = warnings("status:opened").try_into().unwrap();
    assert_eq!((warning.field.as_str(), warning.code), ("status", "invalid_value"));
    assert_eq!(warning.message, "Input `opened` is not an accepted value.");
    assert!(super::orders("foo:1 OR -bar:2").conditions.is_empty());
    assert_eq!(super::orders("foo:1 status:open").conditions, super::orders("status:open").conditions);
    assert_eq!(parse("sku:1 foo:2").for_fields(&["sku"], &context()).warnings, [Warning::field("foo")]);
    assert_eq!(parse("foo:2").for_work(&context()).warnings, [Warning::field("foo")]);
}

#[test]
fn how_a_text_was_read_can_be_shown() {
    let table = [
        ("", json!({})),
        ("email:a@b.c", json!({ "field": "email", "match_all": "a@b.c" })),
        ("Bob", json!({ "field": "default", "match_all": "Bob" })),
        (
            "id:>=5 -sku:A*",
            json!({ "and": [
                { "field": "id", "range": { "gte": "5" } },
                { "not": { "field": "sku", "match_prefix": "A" } },
            ] }),
        ),
        (
            "tag:a OR tag:b",
            json!({ "or": [{ "field": "tag", "match_all": "a" }, { "field": "tag", "match_all": "b" }] }),
        ),
    ];
    for (text, expected) in table {
        assert_eq!(parse(text).parsed(), expected, "{text}");
    }
}
