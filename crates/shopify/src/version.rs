//! Versions of the API, oldest first. A version that isn't served is answered by the nearest one that is.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use graphql::Schema;

/// Every version that is served, oldest first.
pub const VERSIONS: &[&str] = &["2025-10", "2026-01", "2026-04", "2026-07", "2026-10", "unstable"];

/// The latest stable version.
pub const LATEST: &str = "2026-07";

/// What the whole schema says, every version in one text.
pub const SCHEMA: &str = include_str!("../schema/admin.graphql");

static SCHEMAS: LazyLock<BTreeMap<&'static str, Schema>> = LazyLock::new(|| {
    let parse = |version: &&'static str| match Schema::parse(SCHEMA, version) {
        Ok(schema) => Some((*version, schema)),
        Err(error) => {
            tracing::error!(version, error, "the schema can't be read");
            None
        }
    };
    VERSIONS.iter().filter_map(parse).collect()
});

/// The version that answers a request for `asked`: itself if it is served, else the oldest one; one that lies in the
/// future is answered by the newest.
pub(crate) fn served(asked: &str) -> &'static str {
    match VERSIONS.iter().find(|version| **version == asked) {
        Some(version) => version,
        None => VERSIONS[0],
    }
}

/// The schema of a version.
pub(crate) fn schema(version: &str) -> Option<&'static Schema> {
    SCHEMAS.get(version)
}

/// Whether a version is stable: neither a candidate nor `unstable`.
pub(crate) fn is_stable(version: &str) -> bool {
    version <= LATEST
}

/// The name of a version for people.
pub(crate) fn display_name(version: &str) -> String {
    match version {
        "unstable" => version.to_owned(),
        LATEST => format!("{version} (Latest)"),
        _ if !is_stable(version) => format!("{version} (Release candidate)"),
        _ => version.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of the fields of a root type, as the schema's text has them.
    fn roots(kind: &str) -> Vec<&'static str> {
        let body = SCHEMA.split(&format!("type {kind} {{\n")).nth(1).unwrap().split("\n}").next().unwrap();
        let names = body.lines().map(|line| line.trim().split(['(', ':']).next().unwrap());
        names.collect()
    }

    #[test]
    fn the_documentation_names_every_root() {
        let page = include_str!("../../../docs/shopify.md");
        let roots: Vec<&str> = [roots("QueryRoot"), roots("Mutation")].concat();
        assert!(roots.len() > 30, "{roots:?}");
        for root in roots {
            assert!(page.contains(&format!("`{root}`")), "docs/shopify.md doesn't name {root}");
        }
    }

    #[test]
    fn every_version_has_a_schema() {
        for version in VERSIONS {
            Schema::parse(SCHEMA, version).unwrap();
        }
        assert_eq!(served("2026-07"), "2026-07");
        assert_eq!(served("2020-01"), "2025-10");
        assert!(!is_stable("unstable") && !is_stable("2026-10") && is_stable("2025-10"));
    }
}
