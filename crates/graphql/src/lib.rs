//! A schema-driven GraphQL executor: parse, validate, coerce, execute, introspect.
//!
//! It knows nothing of what the schema is about. A dialect hands it the schema's text and objects
//! that answer fields; it hands back response text and errors, worded as graphql-ruby words them,
//! since clients match on those words.
//!
//! The way of a request:
//!
//! ```text
//! Schema::parse      once per version: text → types, numbered
//! schema.prepare     once per document: text → tokens → syntax tree → validated → plan (cached)
//! prepared.bind      once per request: operation chosen, variables coerced, cost known
//! bound.roots        the dialect loads what each root needs …
//! bound.render       … and the plan is walked over its objects, writing JSON straight into a String
//! ```
//!
//! ```
//! use graphql::{Field, FieldError, Object, Out, Schema};
//!
//! struct Cat(String);
//!
//! impl Object for Cat {
//!     fn type_name(&self) -> &'static str {
//!         "Cat"
//!     }
//!
//!     fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
//!         match field.name() {
//!             "name" => Ok(Out::from(&self.0)),
//!             _ => Err(FieldError::new("Access denied for secret field.").code("ACCESS_DENIED")),
//!         }
//!     }
//! }
//!
//! let sdl = "type Query { cat(name: String!): Cat } type Cat { name: String! secret: Int }";
//! let schema = Schema::parse(sdl, "2026-07").expect("a valid schema");
//! let prepared = schema.prepare("query($n: String!) { tom: cat(name: $n) { name secret } }").expect("a valid document");
//! let variables = serde_json::json!({"n": "Tom"});
//! let bound = prepared.bind(None, variables.as_object().expect("a map")).expect("valid variables");
//! for root in bound.roots() {
//!     let value = match root.field().name() {
//!         "cat" => Ok(Out::maybe(root.field().str_arg("name").map(|name| Cat(name.to_owned())))),
//!         _ if root.is_introspection() => Ok(schema.resolve_introspection(&root)),
//!         _ => Ok(Out::Null),
//!     };
//!     let rendered = bound.render(&root, value);
//!     assert_eq!(rendered.json, r#""tom":{"name":"Tom","secret":null}"#);
//!     assert_eq!(rendered.errors.len(), 1);
//! }
//! ```
//!
//! Everything that depends on the document alone is decided in `prepare`: fragments are spread, fields
//! merged, constant arguments coerced, response keys escaped. Rendering a field is then a check of its
//! condition, a call to its object and a write. What a hostile document can cost is bounded in
//! [`limits`], before the work is done.

mod ast;
mod bound;
mod coerce;
mod conflict;
mod cost;
mod difference;
mod error;
mod field;
mod introspect;
mod json;
mod lexer;
pub mod limits;
mod out;
mod parse;
mod plan;
mod planner;
mod print;
mod render;
mod scalar;
mod schema;
mod sdl;
mod spread;
mod validate;
mod value;

use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;

pub use bound::{Bound, OperationKind};
pub use cost::FieldCost;
pub use difference::{Aspect, Difference, How, Part};
pub use error::{FieldError, GraphqlError, Location, PathSegment, Phase};
pub use field::{Field, Root};
pub use out::{Object, Out};
pub use plan::Prepared;
pub use render::{Guard, Rendered};
pub use value::Input;

/// One version of a schema, with the documents prepared against it. Cheap to clone.
#[derive(Clone)]
pub struct Schema {
    data: Arc<schema::SchemaData>,
    cache: Arc<Cache<Box<str>, Arc<Prepared>, ByText>>,
}

/// Weighs documents by their text, so that few long ones or many short ones fill the cache; no
/// document weighs less than an even share, which bounds their number too.
#[derive(Clone)]
struct ByText;

impl Weighter<Box<str>, Arc<Prepared>> for ByText {
    fn weight(&self, text: &Box<str>, _: &Arc<Prepared>) -> u64 {
        (text.len() as u64).max(limits::CACHED_BYTES / limits::CACHED_DOCUMENTS as u64)
    }
}

impl Schema {
    /// Reads a schema's text as `version` sees it. The text may say `@since(version:)`,
    /// `@until(version:)`, `@access(requires:)` and `@cost(points:)`; versions compare as text.
    /// The error says what is wrong with the text.
    pub fn parse(sdl: &str, version: &str) -> Result<Schema, String> {
        let data = Arc::new(sdl::read(sdl, version)?);
        let cache = Cache::with_weighter(limits::CACHED_DOCUMENTS, limits::CACHED_BYTES, ByText);
        Ok(Schema { data, cache: Arc::new(cache) })
    }

    /// The version this schema is a view of.
    pub fn version(&self) -> &str {
        &self.data.version
    }

    /// Reads, validates and plans a document, or finds it prepared already. Fails with the errors to
    /// send; they come without `data`.
    pub fn prepare(&self, document: &str) -> Result<Arc<Prepared>, Vec<GraphqlError>> {
        if document.len() <= limits::MAX_DOCUMENT_BYTES
            && let Some(prepared) = self.cache.get(document)
        {
            return Ok(prepared);
        }
        let parsed = parse::parse_document(document).map_err(|error| vec![*error])?;
        let lines = ast::Lines::new(document);
        spread::check(&parsed, &lines).map_err(|error| vec![*error])?;
        validate::validate(&self.data, &parsed, &lines)?;
        let prepared = Arc::new(planner::plan(&self.data, &parsed, &lines)?);
        self.cache.insert(document.into(), Arc::clone(&prepared));
        Ok(prepared)
    }

    /// Answers `__schema`, `__type` or a root `__typename`; null for any other root.
    pub fn resolve_introspection(&self, root: &Root<'_>) -> Out<'_> {
        introspect::resolve(&self.data, root)
    }

    /// The names of the enum's values, in the order declared; empty when there is no such enum.
    pub fn enum_values(&self, name: &str) -> Vec<&str> {
        let id = self.data.type_id(name);
        id.map_or_else(Vec::new, |id| self.data.ty(id).values.iter().map(|value| &*value.name).collect())
    }

    /// What `@access(requires:)` says of what is at that coordinate: a type, or a field of one.
    pub fn access(&self, coordinate: &str) -> Option<&str> {
        let (of, field) = coordinate.split_once('.').unwrap_or((coordinate, ""));
        let ty = self.data.ty(self.data.type_id(of)?);
        let access = if field.is_empty() { &ty.access } else { &ty.fields.get(field)?.access };
        access.as_deref()
    }

    /// The schema's text: sorted by name, without our own directives.
    pub fn sdl(&self) -> String {
        print::sdl(&self.data)
    }

    /// What differs between this schema and a published one, sorted by coordinate; descriptions aside.
    pub fn differences(&self, published: &Schema) -> Vec<Difference> {
        difference::differences(&self.data, &published.data)
    }

    /// The coordinates of everything in the schema, the types of the language aside: what
    /// [`differences`](Self::differences) could tell missing, sorted.
    pub fn coordinates(&self) -> Vec<(String, Part)> {
        difference::coordinates(&self.data)
    }
}
