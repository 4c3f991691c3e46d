//! The published schema, which is no part of the project: tests are told where it is.

use std::path::{Path, PathBuf};

use graphql::{Difference, Schema};

/// The version that the published text is of.
pub const VERSION: &str = "2026-07";

/// Where the published text is: in `CONSIGN_PUBLISHED_SCHEMA`, or beside the checkout.
pub fn path() -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/reference/shopify")
        .join(format!("admin-{VERSION}.subset.graphql"));
    std::env::var_os("CONSIGN_PUBLISHED_SCHEMA").map_or(beside, PathBuf::from)
}

/// The published schema.
pub fn schema() -> Schema {
    let path = path();
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!(
            "The published schema is not at {} ({error}); set CONSIGN_PUBLISHED_SCHEMA to the file that has it.",
            path.display()
        )
    });
    Schema::parse(&text, VERSION).unwrap()
}

/// Ours, in the same version.
pub fn ours() -> Schema {
    Schema::parse(shopify::SCHEMA, VERSION).unwrap()
}

/// Whether what is at that coordinate is missing, by itself or with what holds it.
pub fn lacks(missing: &[Difference], at: &str) -> bool {
    missing.iter().any(|missing| {
        at.strip_prefix(missing.at.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '(']))
    })
}
