//! Checks a document against the schema before anything runs.
//!
//! Rules, words, codes and the order of errors follow graphql-ruby's static validation: one walk over
//! the definitions in document order, then the rules that need the whole document. A node found wrong
//! is not looked into, so a variable used only there counts as unused, as it does there.
//!
//! The walk visits every node once (fragments where they are defined, not where they are spread), so
//! it is linear in the document. Field conflicts are the planner's to find, for it merges fields anyway.

mod arguments;
mod directives;
mod document;
mod fields;
mod literals;
mod variables;

use std::collections::HashMap;
use std::sync::Arc;

use crate::ast::*;
use crate::error::{GraphqlError, PathSegment};
use crate::limits;
use crate::schema::{SchemaData, TypeId, TypeRef};

/// The errors of a document, or nothing.
pub(crate) fn validate(
    schema: &Arc<SchemaData>,
    document: &Document<'_>,
    lines: &Lines,
) -> Result<(), Vec<GraphqlError>> {
    let mut validator = Validator::new(schema, document, lines);
    validator.document();
    if validator.errors.is_empty() { Ok(()) } else { Err(validator.errors) }
}

/// A written type as the schema's; `None` when it names no type.
pub(crate) fn type_ref(schema: &SchemaData, ty: &TypeExpr<'_>) -> Option<TypeRef> {
    Some(match ty {
        TypeExpr::Named(name) => TypeRef::Named(schema.type_id(name)?),
        TypeExpr::List(inner) => TypeRef::List(Box::new(type_ref(schema, inner)?)),
        TypeExpr::NonNull(inner) => TypeRef::NonNull(Box::new(type_ref(schema, inner)?)),
    })
}

/// A step of the way to the node being checked.
#[derive(Clone, Copy, PartialEq)]
enum Part<'a> {
    Operation(Verb, Option<&'a str>),
    Fragment(&'a str),
    /// An inline fragment, with its type condition.
    Inline(Option<&'a str>),
    Spread(&'a str),
    /// A field or argument.
    Name(&'a str),
    Index(usize),
}

impl Part<'_> {
    fn segment(self) -> PathSegment {
        match self {
            Part::Operation(verb, Some(name)) => format!("{} {name}", verb.word()).into(),
            Part::Operation(verb, None) => verb.word().into(),
            Part::Fragment(name) => format!("fragment {name}").into(),
            Part::Inline(Some(on)) => format!("... on {on}").into(),
            Part::Inline(None) => "...".into(),
            Part::Spread(name) => format!("... {name}").into(),
            Part::Name(name) => name.into(),
            Part::Index(index) => PathSegment::Index(index),
        }
    }
}

/// A fragment spread, for the rules that need all of them.
struct SpreadUse<'d, 'a> {
    name: &'a str,
    pos: Pos,
    /// The type it is spread into.
    on: TypeId,
    path: Vec<Part<'d>>,
}

/// Where a variable was last used.
struct VariableUse<'d, 'a> {
    name: &'a str,
    pos: Pos,
    path: Vec<Part<'d>>,
}

/// What one operation or fragment uses.
#[derive(Default)]
struct Uses<'d, 'a> {
    spreads: Vec<SpreadUse<'d, 'a>>,
    variables: Vec<VariableUse<'d, 'a>>,
    /// Places in `variables`.
    seen: HashMap<&'a str, usize>,
}

struct Validator<'d, 'a> {
    schema: &'d SchemaData,
    lines: &'d Lines,
    document: &'d Document<'a>,
    fragments: HashMap<&'a str, &'d Fragment<'a>>,
    errors: Vec<GraphqlError>,
    path: Vec<Part<'d>>,
    /// The path of each error, for rules that stay silent where another spoke.
    error_paths: Vec<Vec<Part<'d>>>,
    /// The variables of the operation being checked; a fragment's are those of the operation before it.
    declared: HashMap<&'a str, &'d Variable<'a>>,
    /// By definition, in document order.
    uses: Vec<Uses<'d, 'a>>,
    /// Unknown directives, each reported once with all its places.
    undefined_directives: HashMap<&'a str, usize>,
}

impl<'d, 'a> Validator<'d, 'a> {
    fn new(schema: &'d SchemaData, document: &'d Document<'a>, lines: &'d Lines) -> Self {
        let mut fragments = HashMap::new();
        let mut declared = None;
        for definition in &document.definitions {
            match definition {
                Definition::Fragment(fragment) => {
                    fragments.entry(fragment.name).or_insert(fragment);
                }
                Definition::Operation(operation) => {
                    declared.get_or_insert_with(|| declarations(operation));
                }
            }
        }
        Validator {
            schema,
            lines,
            document,
            fragments,
            errors: vec![],
            path: vec![],
            error_paths: vec![],
            declared: declared.unwrap_or_default(),
            uses: vec![],
            undefined_directives: HashMap::new(),
        }
    }

    /// Whether enough errors were found.
    fn full(&self) -> bool {
        self.errors.len() >= limits::MAX_ERRORS
    }

    /// Reports an error where the walk stands.
    fn report(&mut self, code: &str, message: String, places: &[Pos], extensions: &[(&str, &str)]) {
        let path = self.path.clone();
        self.report_at(code, message, places, &path, extensions);
    }

    fn report_at(
        &mut self,
        code: &str,
        message: String,
        places: &[Pos],
        path: &[Part<'d>],
        extensions: &[(&str, &str)],
    ) {
        if self.full() {
            return;
        }
        let places = places.iter().map(|pos| self.lines.locate(*pos)).collect();
        let mut error = GraphqlError::before(message, places).at(segments(path)).code(code);
        for (key, value) in extensions {
            error = error.extension(key, *value);
        }
        self.errors.push(error);
        self.error_paths.push(self.path.clone());
    }

    /// Whether something at or below the place of the walk was reported.
    fn reported_here(&self) -> bool {
        self.error_paths.iter().any(|path| path.starts_with(&self.path))
    }

    fn within(&mut self, part: Part<'d>, inner: impl FnOnce(&mut Self)) {
        self.path.push(part);
        inner(self);
        self.path.pop();
    }
}

fn segments(path: &[Part<'_>]) -> Vec<PathSegment> {
    path.iter().map(|part| part.segment()).collect()
}

fn declarations<'d, 'a>(operation: &'d Operation<'a>) -> HashMap<&'a str, &'d Variable<'a>> {
    operation.variables.iter().map(|variable| (variable.name, variable)).collect()
}
