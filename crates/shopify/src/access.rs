//! What a key allows, field by field. The schema says for every field, and for every type that fields answer, which
//! scopes it asks for; this is where that is enforced, and worded as the original words it. Roots are looked at before
//! anything is loaded, all other fields while they are rendered.

use domain::actor::{Actor, Permission};
use graphql::{Field, FieldError, Schema};

/// Whether `actor` may ask for that field, and be answered what it answers.
pub(crate) fn check(actor: &Actor, field: &Field<'_>) -> Result<(), FieldError> {
    match field.access().find(|requires| !meets(actor, requires)) {
        Some(requires) => Err(denied(field.name(), Some(requires))),
        None => Ok(()),
    }
}

/// Whether `actor` may be answered objects of that type, by a field whose own type doesn't tell.
pub(crate) fn may_have(actor: &Actor, schema: &Schema, type_name: &str) -> bool {
    schema.access(type_name).is_none_or(|requires| meets(actor, requires))
}

fn meets(actor: &Actor, requires: &str) -> bool {
    named(requires).any(|permission| actor.may(permission))
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
