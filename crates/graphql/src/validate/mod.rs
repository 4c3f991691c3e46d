//! Checks a document against the schema before anything runs.

use std::sync::Arc;

use crate::ast::{Document, Lines, TypeExpr};
use crate::error::GraphqlError;
use crate::schema::{SchemaData, TypeRef};

/// The errors of a document, or nothing.
pub(crate) fn validate(
    _schema: &Arc<SchemaData>,
    _document: &Document<'_>,
    _lines: &Lines,
) -> Result<(), Vec<GraphqlError>> {
    Ok(())
}

/// A written type as the schema's; `None` when it names no type.
pub(crate) fn type_ref(schema: &SchemaData, ty: &TypeExpr<'_>) -> Option<TypeRef> {
    Some(match ty {
        TypeExpr::Named(name) => TypeRef::Named(schema.type_id(name)?),
        TypeExpr::List(inner) => TypeRef::List(Box::new(type_ref(schema, inner)?)),
        TypeExpr::NonNull(inner) => TypeRef::NonNull(Box::new(type_ref(schema, inner)?)),
    })
}
