//! What to render, decided once per document.
//!
//! A plan is a tree flattened into vectors: a [`Set`] per selection set holds, for every object type
//! that can turn up there, the list of [`PlannedField`]s after fragments are spread and fields with
//! the same response key are merged. Types for which the lists agree share one. What depends on
//! variables stays open in two numbered tables, arguments and conditions, which binding fills.

use std::ops::Range;
use std::sync::Arc;

use crate::ast::Verb;
use crate::coerce::{Literal, VariableDef};
use crate::error::Location;
use crate::schema::{SchemaData, TypeId, TypeRef};
use crate::value::Input;

/// A document that was read, found valid and planned. Cheap to share; bind it to run it.
#[derive(Debug)]
pub struct Prepared {
    pub(crate) schema: Arc<SchemaData>,
    pub(crate) operations: Vec<PlannedOperation>,
    pub(crate) sets: Vec<Set>,
    pub(crate) fields: Vec<PlannedField>,
}

#[derive(Debug)]
pub(crate) struct PlannedOperation {
    pub name: Option<String>,
    pub verb: Verb,
    pub variables: Vec<VariableDef>,
    pub set: u32,
    pub arguments: Vec<OpenArguments>,
    pub conditions: Vec<Condition>,
}

/// Arguments that wait for variables, with the field they belong to.
#[derive(Debug)]
pub(crate) struct OpenArguments {
    pub field: u32,
    /// Name, value, and the default if the value's variable was not given.
    pub values: Vec<(Box<str>, Literal, Option<Input>)>,
}

/// `@skip` and `@include` around a field: it stays if, for any of its occurrences, all hold.
pub(crate) type Condition = Vec<Vec<Guard>>;

/// The variable's number, and the value it must have.
pub(crate) type Guard = (u32, bool);

/// A selection set, for every object type that can turn up in it.
#[derive(Debug)]
pub(crate) enum Set {
    /// The same fields for all.
    Shared(Range<u32>),
    /// Sorted by type.
    ByType(Vec<(TypeId, Range<u32>)>),
}

#[derive(Debug)]
pub(crate) enum Arguments {
    Const(Vec<(Box<str>, Input)>),
    /// A number in the operation's table.
    Open(u32),
}

/// Fields the renderer answers by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meta {
    No,
    TypeName,
    Schema,
    Type,
}

#[derive(Debug)]
pub(crate) struct PlannedField {
    pub key: Box<str>,
    /// `"key":`, escaped once.
    pub prefix: Box<str>,
    pub name: Box<str>,
    /// The type that declares the field.
    pub owner: TypeId,
    pub ty: TypeRef,
    pub meta: Meta,
    pub arguments: Arguments,
    pub directives: Vec<(Box<str>, Arguments)>,
    pub condition: Option<u32>,
    pub location: Location,
    /// What the caller must be allowed to do: for the field, then for the type that it answers.
    pub access: Vec<Box<str>>,
    /// The field this one is selected on; none at the root.
    pub parent: Option<u32>,
    pub set: Option<u32>,
    /// Points for one value of this field, its selections not counted.
    pub weight: u32,
    /// Whether it answers a page of a longer list.
    pub connection: bool,
    /// Whether it holds the items of such a page.
    pub items: bool,
}

impl Prepared {
    pub(crate) fn set(&self, number: u32) -> Option<&Set> {
        self.sets.get(number as usize)
    }

    pub(crate) fn list(&self, range: &Range<u32>) -> &[PlannedField] {
        self.fields.get(range.start as usize..range.end as usize).unwrap_or_default()
    }
}

impl Set {
    /// The fields for one object type.
    pub(crate) fn for_type(&self, id: TypeId) -> Option<&Range<u32>> {
        match self {
            Set::Shared(range) => Some(range),
            Set::ByType(lists) => {
                let at = lists.binary_search_by_key(&id, |(ty, _)| *ty).ok()?;
                lists.get(at).map(|(_, range)| range)
            }
        }
    }

    /// All lists; types that share a list are not told apart.
    pub(crate) fn ranges(&self) -> Vec<Range<u32>> {
        match self {
            Set::Shared(range) => vec![range.clone()],
            Set::ByType(lists) => {
                let mut ranges: Vec<_> = lists.iter().map(|(_, range)| range.clone()).collect();
                ranges.sort_by_key(|range| range.start);
                ranges.dedup();
                ranges
            }
        }
    }
}
