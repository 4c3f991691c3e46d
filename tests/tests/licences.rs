//! What we build on: its licences, and crates that must not come in through anybody's dependencies.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::process::Command;

use serde_json::Value;

/// Licences that ask for no more than a notice.
const FINE: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Crates under another licence, and why that is all right.
const EXCEPTED: &[(&str, &str, &str)] =
    &[("cynic-parser", "MPL-2.0", "covers its own files only, which we do not change")];

/// Crates that must not be in the tree, and why.
const BANNED: &[(&str, &str)] = &[
    ("openssl-sys", "TLS is rustls with ring: nothing to install, static builds work"),
    ("native-tls", "TLS is rustls with ring: nothing to install, static builds work"),
    ("aws-lc-sys", "TLS is rustls with ring: aws-lc needs cmake and a second C toolchain"),
    ("sqlx", "only one crate may link sqlite3, and crates/store has it"),
    ("diesel", "only one crate may link sqlite3, and crates/store has it"),
    ("async-graphql-axum", "our own executor answers GraphQL requests"),
];

#[test]
fn every_licence_is_on_the_list() {
    let strangers = packages().into_iter().filter_map(|package| {
        let (name, licence) = (package["name"].as_str()?, package["license"].as_str().unwrap_or("none"));
        let excepted = EXCEPTED.iter().any(|(krate, known, _why)| *krate == name && *known == licence);
        (!excepted && !is_fine(licence)).then(|| format!("{name}: {licence}"))
    });
    let strangers: Vec<String> = strangers.collect();
    assert!(strangers.is_empty(), "licences to look at:\n{}", strangers.join("\n"));
}

#[test]
fn no_banned_crate_came_in() {
    let packages = packages();
    for (banned, why) in BANNED {
        let found = packages.iter().any(|package| package["name"] == *banned);
        assert!(
            !found,
            "{banned} came in ({why}); `cargo tree --all-features -i {banned}` says through whom"
        );
    }
}

#[test]
fn licence_expressions_are_understood() {
    for fine in [
        "MIT",
        "MIT/Apache-2.0",
        "(MIT OR Apache-2.0) AND Unicode-3.0",
        "GPL-2.0 OR MIT",
        "Apache-2.0 WITH LLVM-exception OR MIT",
    ] {
        assert!(is_fine(fine), "{fine}");
    }
    for foul in
        ["GPL-3.0", "MIT AND GPL-3.0", "(MIT OR Apache-2.0) AND MPL-2.0", "none", "AGPL-3.0 OR GPL-3.0"]
    {
        assert!(!is_fine(foul), "{foul}");
    }
}

/// Whether a licence expression can be met with licences of the list. Expressions are `AND` of `OR`: nobody nests
/// them deeper, and one that did would fail here rather than pass.
fn is_fine(expression: &str) -> bool {
    let plain = expression.replace(" / ", " OR ").replace('/', " OR ");
    plain
        .split(" AND ")
        .all(|part| part.split(" OR ").any(|one| FINE.contains(&one.trim_matches(['(', ')', ' ']))))
}

/// All packages of the lock file that are not ours, with all features on.
fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--all-features", "--locked"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    packages.iter().filter(|package| !package["source"].is_null()).cloned().collect()
}
