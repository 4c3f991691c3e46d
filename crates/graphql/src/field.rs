//! `Field`: one field of a running operation, as resolvers see it.

use crate::bound::Bound;
use crate::error::{Location, PathSegment};
use crate::plan::{Meta, PlannedField, Set};
use crate::value::Input;

/// The way from the root to a value, kept on the stack while rendering.
#[derive(Clone, Copy)]
pub(crate) struct Trail<'t> {
    pub parent: Option<&'t Trail<'t>>,
    pub step: Step<'t>,
}

#[derive(Clone, Copy)]
pub(crate) enum Step<'t> {
    Key(&'t str),
    Index(usize),
}

impl Trail<'_> {
    pub(crate) fn path(&self) -> Vec<PathSegment> {
        let mut path = self.parent.map_or_else(Vec::new, Trail::path);
        path.push(match self.step {
            Step::Key(key) => PathSegment::from(key),
            Step::Index(index) => PathSegment::Index(index),
        });
        path
    }
}

/// A field selected by the client, with its arguments and what is selected below it.
#[derive(Clone, Copy)]
pub struct Field<'f> {
    bound: &'f Bound,
    pub(crate) planned: &'f PlannedField,
    parent: Option<&'f Trail<'f>>,
}

/// A field of the operation's root.
#[derive(Clone, Copy)]
pub struct Root<'r> {
    pub(crate) field: Field<'r>,
}

impl<'f> Field<'f> {
    pub(crate) fn new(bound: &'f Bound, planned: &'f PlannedField, parent: Option<&'f Trail<'f>>) -> Self {
        Field { bound, planned, parent }
    }

    /// The field's name in the schema.
    pub fn name(&self) -> &'f str {
        &self.planned.name
    }

    /// The key of its answer: the alias, or else the name.
    pub fn response_key(&self) -> &'f str {
        &self.planned.key
    }

    /// An argument after coercion, defaults included. `None` was not given and has no default;
    /// `Some(Input::Null)` is an explicit null.
    pub fn arg(&self, name: &str) -> Option<&'f Input> {
        self.bound.argument(self.planned, name)
    }

    /// An argument's text, if it was given and is a string, an id or an enum value.
    pub fn str_arg(&self, name: &str) -> Option<&'f str> {
        self.arg(name)?.as_str()
    }

    /// A text argument of a directive on this field, such as `directive_arg("cached", "key")`.
    pub fn directive_arg(&self, directive: &str, name: &str) -> Option<&'f str> {
        let (_, arguments) = self.planned.directives.iter().find(|(known, _)| **known == *directive)?;
        self.bound.in_arguments(arguments, name)?.as_str()
    }

    /// Whether a directive other than `@skip` and `@include` stands on this field.
    pub fn has_directive(&self, directive: &str) -> bool {
        self.planned.directives.iter().any(|(known, _)| **known == *directive)
    }

    /// Whether the field's own selection set has a field of this name, fragments included.
    pub fn selects(&self, name: &str) -> bool {
        self.children().any(|child| child.name() == name)
    }

    /// Whether a field of this name is selected anywhere below.
    pub fn mentions(&self, name: &str) -> bool {
        self.children().any(|child| child.name() == name || child.mentions(name))
    }

    /// The fields selected on this one's value, for looking ahead. Where the type is abstract, those
    /// of every type it may be, so a name may come up more than once.
    pub fn children(&self) -> impl Iterator<Item = Field<'f>> {
        let bound = self.bound;
        let set = self.planned.set.and_then(|number| bound.prepared.set(number));
        // Hardly any type is abstract; for all others nothing is allocated, however often somebody looks ahead.
        let (one, several) = match set {
            Some(Set::Shared(range)) => (Some(range.clone()), Vec::new()),
            Some(abstract_set) => (None, abstract_set.ranges()),
            None => (None, Vec::new()),
        };
        let fields = one.into_iter().chain(several).flat_map(move |range| bound.prepared.list(&range).iter());
        fields.filter(|field| bound.includes(field)).map(move |planned| Field::new(bound, planned, None))
    }

    /// What the schema's `@access(requires:)` says of the field and of the type that it answers. All of it must
    /// be met.
    pub fn access(&self) -> impl Iterator<Item = &'f str> {
        self.planned.access.iter().map(|text| &**text)
    }

    /// The name of the field's type without its wrappers.
    pub fn type_name(&self) -> &'f str {
        &self.bound.prepared.schema.ty(self.planned.ty.base()).name
    }

    /// Where the field stands in the document.
    pub fn location(&self) -> Location {
        self.planned.location
    }

    /// Where its value goes in the answer. Fields from [`Field::children`] only know their own key.
    pub fn path(&self) -> Vec<PathSegment> {
        self.trail().path()
    }

    pub(crate) fn trail(&self) -> Trail<'f> {
        Trail { parent: self.parent, step: Step::Key(&self.planned.key) }
    }

    pub(crate) fn is_type_name(&self) -> bool {
        self.planned.meta == Meta::TypeName
    }
}
