//! How much a document may ask of us.
//!
//! Every limit is checked before the work it bounds is done, so that a hostile document costs
//! little more than reading its text once.

use crate::error::{GraphqlError, Location};

/// Longest document, in bytes.
pub const MAX_DOCUMENT_BYTES: usize = 256 * 1024;
/// Most tokens of a document.
pub const MAX_TOKENS: usize = 25_000;
/// Longest name, in bytes; aliases come back once per item of a list.
pub const MAX_NAME_BYTES: usize = 255;
/// Most operations of a document; all are validated, one is run.
pub const MAX_OPERATIONS: usize = 50;
/// Deepest nesting of selections or of values.
pub const MAX_DEPTH: usize = 30;
/// How often one selection set may ask for the same field under different names.
pub const MAX_ALIASES: usize = 250;
/// Most fields of a document once all fragments are spread, each as often as it is spread.
pub const MAX_FIELDS: usize = 10_000;
/// Most fields of a plan, in which types of one interface may each have their own list.
pub(crate) const MAX_PLANNED: usize = 4 * MAX_FIELDS;
/// Most directives of one field.
pub const MAX_DIRECTIVES: usize = 10;
/// Longest list a client may give.
pub const MAX_INPUT_ITEMS: usize = 250;
/// Most errors listed for one document; the rest would help nobody.
pub const MAX_ERRORS: usize = 100;
/// How often introspection may follow lists of types, fields or arguments into one another.
pub const MAX_INTROSPECTION_LISTS: usize = 4;
/// Longest answer introspection may write, in bytes.
pub const MAX_INTROSPECTION_BYTES: usize = 8 * 1024 * 1024;
pub(crate) const INTROSPECTION_TOO_LONG: &str = "The introspection result is too large.";
/// Arguments of a plan, in bytes: a fragment spread often repeats its arguments.
pub(crate) const MAX_PLANNED_ARGUMENTS: usize = 2 * 1024 * 1024;
/// Variables copied into arguments when binding, in bytes: a large one may be used often.
pub(crate) const MAX_BOUND_ARGUMENTS: usize = 16 * 1024 * 1024;
/// Documents kept prepared per schema.
pub(crate) const CACHED_DOCUMENTS: usize = 1_000;
/// Text kept for prepared documents per schema, in bytes.
pub(crate) const CACHED_BYTES: u64 = 16 * 1024 * 1024;

pub(crate) fn document_too_long() -> Box<GraphqlError> {
    too_large(format!("The document is longer than the maximum of {MAX_DOCUMENT_BYTES} bytes."), vec![])
}

pub(crate) fn too_many_tokens(at: Location) -> Box<GraphqlError> {
    too_large(format!("The document has more than the maximum of {MAX_TOKENS} tokens."), vec![at])
}

pub(crate) fn too_many_operations(at: Location) -> Box<GraphqlError> {
    too_large(format!("The document has more than the maximum of {MAX_OPERATIONS} operations."), vec![at])
}

pub(crate) fn name_too_long(at: Location) -> Box<GraphqlError> {
    too_large(format!("A name is longer than the maximum of {MAX_NAME_BYTES} bytes."), vec![at])
}

pub(crate) fn arguments_too_large() -> Box<GraphqlError> {
    too_large("The arguments are too large, fragments and variables included.".to_owned(), vec![])
}

pub(crate) fn too_deep(at: Location) -> Box<GraphqlError> {
    too_large(format!("The document is nested deeper than the maximum of {MAX_DEPTH} levels."), vec![at])
}

pub(crate) fn too_many_aliases(field: &str, at: Location) -> Box<GraphqlError> {
    too_large(
        format!(
            "Field '{field}' is selected more than the maximum of {MAX_ALIASES} times in one selection set."
        ),
        vec![at],
    )
}

pub(crate) fn too_many_fields() -> Box<GraphqlError> {
    too_large(
        format!("The document selects more than the maximum of {MAX_FIELDS} fields, fragments included."),
        vec![],
    )
}

pub(crate) fn too_many_directives(at: Location) -> Box<GraphqlError> {
    too_large(format!("More than the maximum of {MAX_DIRECTIVES} directives in one place."), vec![at])
}

pub(crate) fn introspection_too_wide(at: Location) -> Box<GraphqlError> {
    too_large(
        format!(
            "Introspection follows more than the maximum of {MAX_INTROSPECTION_LISTS} lists into one another."
        ),
        vec![at],
    )
}

fn too_large(message: String, at: Vec<Location>) -> Box<GraphqlError> {
    Box::new(GraphqlError::before(message, at).code("QUERY_TOO_LARGE"))
}
