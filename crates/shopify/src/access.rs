//! What a key allows, field by field. The schema says for every field which scopes it asks for; this is where that
//! is enforced, and worded as the original words it.

use domain::actor::{Actor, Permission};
use graphql::{Field, FieldError};

/// Whether `actor` may ask for that field.
pub(crate) fn check(actor: &Actor, field: &Field<'_>) -> Result<(), FieldError> {
    let Some(requires) = field.access() else { return Ok(()) };
    let held = named(requires).any(|permission| actor.may(permission));
    if held { Ok(()) } else { Err(denied(field.name(), Some(requires))) }
}

/// The scopes that a requirement names between backticks; any of them will do.
fn named(requires: &str) -> impl Iterator<Item = Permission> {
    requires
        .split('`')
        .skip(1)
        .step_by(2)
        .filter_map(|name| Permission::ALL.iter().copied().find(|permission| permission.as_str() == name))
}

/// The error of a field that the key doesn't allow.
pub(crate) fn denied(field: &str, requires: Option<&str>) -> FieldError {
    let text = match requires {
        Some(requires) => format!("Access denied for {field} field. Required access: {requires}"),
        None => format!("Access denied for {field} field."),
    };
    let error = FieldError::new(text)
        .code("ACCESS_DENIED")
        .extension("documentation", "https://shopify.dev/api/usage/access-scopes");
    match requires {
        Some(requires) => error.extension("requiredAccess", requires),
        None => error,
    }
}
