//! Our schema against the published one: what we have is there too, the same in every respect.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use scenarios::types::{Field, Input, Type, Types};

/// The version that the published text is of.
const VERSION: &str = "2026-07";

/// Where the published text is: in `CONSIGN_PUBLISHED_SCHEMA`, or beside the checkout.
fn published() -> Types {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/reference/shopify")
        .join(format!("admin-{VERSION}.subset.graphql"));
    let path = std::env::var_os("CONSIGN_PUBLISHED_SCHEMA").map_or(beside, PathBuf::from);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!(
            "The published schema is not at {} ({error}); set CONSIGN_PUBLISHED_SCHEMA to the file that has it.",
            path.display()
        )
    });
    Types::of(&text, VERSION)
}

#[test]
fn what_we_have_is_published_and_the_same() {
    let (ours, theirs) = (Types::of(shopify::SCHEMA, VERSION), published());
    let mut found = Vec::new();
    for (name, ty) in &ours.0 {
        match theirs.0.get(name) {
            Some(published) => same_type(name, ty, published, &mut found),
            None => found.push(format!("{name}: no such type is published")),
        }
    }
    print_coverage(&ours, &theirs);
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
}

fn same_type(name: &str, ours: &Type, theirs: &Type, found: &mut Vec<String>) {
    if ours.kind != theirs.kind {
        found.push(format!("{name}: {} is published as {}", ours.kind, theirs.kind));
    }
    for (field, of_ours) in &ours.fields {
        let at = format!("{name}.{field}");
        match theirs.fields.get(field) {
            Some(of_theirs) => same_field(&at, of_ours, of_theirs, found),
            None => found.push(format!("{at}: no such field is published")),
        }
    }
    same_inputs(name, &ours.inputs, &theirs.inputs, found);
    let lists = [
        ("value", &ours.values, &theirs.values),
        ("interface", &ours.interfaces, &theirs.interfaces),
        ("member", &ours.possible, &theirs.possible),
    ];
    for (what, of_ours, of_theirs) in lists {
        let missing = of_ours.iter().filter(|one| !of_theirs.contains(one));
        found.extend(missing.map(|one| format!("{name}: no such {what} is published: {one}")));
    }
}

fn same_field(at: &str, ours: &Field, theirs: &Field, found: &mut Vec<String>) {
    if ours.shown != theirs.shown {
        found.push(format!("{at}: {} is published as {}", ours.shown, theirs.shown));
    }
    same_inputs(at, &ours.args, &theirs.args, found);
    // What has to be given can't be left out.
    let missing = theirs.args.iter().filter(|(name, arg)| arg.required() && !ours.args.contains_key(*name));
    found.extend(missing.map(|(name, _)| format!("{at}: the argument {name} is required, and not there")));
}

fn same_inputs(
    at: &str,
    ours: &BTreeMap<String, Input>,
    theirs: &BTreeMap<String, Input>,
    found: &mut Vec<String>,
) {
    for (name, input) in ours {
        match theirs.get(name) {
            Some(published) if published == input => {}
            Some(published) => found.push(format!("{at}.{name}: {input:?} is published as {published:?}")),
            None => found.push(format!("{at}.{name}: no such argument or input field is published")),
        }
    }
}

fn print_coverage(ours: &Types, theirs: &Types) {
    let row = |what: &str, ours: usize, theirs: usize| {
        println!("{what:<14} {ours:>5} of {theirs:>5}  {:>3} %", 100 * ours / theirs.max(1));
    };
    let sum = |types: &Types, of: fn(&Type) -> usize| types.0.values().map(of).sum::<usize>();
    let roots = |types: &Types, root: &str| types.get(root).fields.len();
    println!("of what is published we have");
    row("queries", roots(ours, "QueryRoot"), roots(theirs, "QueryRoot"));
    row("mutations", roots(ours, "Mutation"), roots(theirs, "Mutation"));
    row("types", ours.0.len(), theirs.0.len());
    row("fields", sum(ours, |ty| ty.fields.len()), sum(theirs, |ty| ty.fields.len()));
    row("arguments", sum(ours, arguments), sum(theirs, arguments));
    row("input fields", sum(ours, |ty| ty.inputs.len()), sum(theirs, |ty| ty.inputs.len()));
    row("enum values", sum(ours, |ty| ty.values.len()), sum(theirs, |ty| ty.values.len()));
}

fn arguments(ty: &Type) -> usize {
    ty.fields.values().map(|field| field.args.len()).sum()
}
