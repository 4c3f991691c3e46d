//! Writes answers: JSON text straight into one `String`, in selection order.
//!
//! Null propagation costs nothing until it happens: when a value that must not be null is, the text is
//! cut back to where the nearest nullable value began, and `null` is written there.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::{Map, Value};

use crate::bound::Bound;
use crate::cost;
use crate::error::{FieldError, GraphqlError, Phase};
use crate::field::{Field, Root, Step, Trail};
use crate::json;
use crate::limits;
use crate::out::{Object, Out};
use crate::plan::{PlannedField, Set};
use crate::schema::TypeRef;

/// The answer to one root.
#[derive(Debug)]
pub struct Rendered {
    /// `"key":value`, to be joined with commas inside `data`'s braces.
    pub json: String,
    /// What went wrong on the way.
    pub errors: Vec<GraphqlError>,
    /// Whether a root that must not be null is: then `data` as a whole is null.
    pub nulled: bool,
    /// What the answer cost, in points.
    pub actual_cost: u32,
}

impl Bound {
    /// Writes the answer to `root`, asking `value` and what hangs below it for the fields selected.
    pub fn render(&self, root: &Root<'_>, value: Result<Out<'_>, FieldError>) -> Rendered {
        self.render_guarded(root, value, &|_| Ok(()))
    }

    /// The same, but `guard` may refuse any field below the root of which the schema says that it asks for
    /// something ([`Field::access`]). The root itself is for the caller to look at, before it loads anything.
    pub fn render_guarded(
        &self,
        root: &Root<'_>,
        value: Result<Out<'_>, FieldError>,
        guard: &Guard<'_>,
    ) -> Rendered {
        let mut writer = Writer { bound: self, guard, out: String::with_capacity(1024), errors: vec![] };
        writer.out.push_str(&root.field.planned.prefix);
        let field = root.field;
        let trail = field.trail();
        let (nulled, points) = match writer.field(&field, &trail, value) {
            Ok(cost) => (false, cost.points),
            Err(Nulled) => {
                writer.out.truncate(root.field.planned.prefix.len());
                writer.out.push_str("null");
                (true, 0)
            }
        };
        // A mutation costs its base even when it answers null.
        let actual_cost = if points == 0 && self.kind() == crate::OperationKind::Mutation {
            field.planned.weight
        } else {
            points
        };
        Rendered { json: writer.out, errors: writer.errors, nulled, actual_cost }
    }
}

/// Says whether the caller may have a field.
pub type Guard<'g> = dyn Fn(&Field<'_>) -> Result<(), FieldError> + 'g;

/// A value that must not be null turned out so; the nearest nullable value around it becomes null.
struct Nulled;

#[derive(Default)]
struct Cost {
    points: u32,
    /// Items, when a list was written.
    items: u32,
}

struct Writer<'b> {
    bound: &'b Bound,
    guard: &'b Guard<'b>,
    /// The answer so far.
    out: String,
    errors: Vec<GraphqlError>,
}

/// What fields are read from.
enum Source<'s> {
    Object(&'s dyn Object),
    Json(Map<String, Value>),
}

impl<'b> Writer<'b> {
    fn field(
        &mut self,
        field: &Field<'_>,
        trail: &Trail<'_>,
        value: Result<Out<'_>, FieldError>,
    ) -> Result<Cost, Nulled> {
        match value {
            Ok(value) => self.value(value, &field.planned.ty, field.planned, trail),
            Err(error) => {
                let null_parent = error.null_parent;
                self.error(error, field.planned, trail);
                if null_parent || field.planned.ty.is_non_null() {
                    return Err(Nulled);
                }
                self.out.push_str("null");
                Ok(Cost::default())
            }
        }
    }

    fn error(&mut self, error: FieldError, field: &PlannedField, trail: &Trail<'_>) {
        self.errors.push(GraphqlError {
            message: error.message,
            locations: Some(vec![field.location]),
            path: Some(trail.path()),
            extensions: error.extensions,
            phase: Phase::Runtime,
        });
    }

    fn value(
        &mut self,
        value: Out<'_>,
        ty: &TypeRef,
        field: &PlannedField,
        trail: &Trail<'_>,
    ) -> Result<Cost, Nulled> {
        if let TypeRef::NonNull(inner) = ty {
            if value.is_null() {
                let owner = &self.bound.prepared.schema.ty(field.owner).name;
                let message = match trail.step {
                    Step::Key(_) => {
                        format!("Cannot return null for non-nullable field {owner}.{}", field.name)
                    }
                    Step::Index(_) => format!(
                        "Cannot return null for non-nullable element of type '{}' for {owner}.{}",
                        self.bound.prepared.schema.show(inner),
                        field.name
                    ),
                };
                self.error(FieldError::new(message), field, trail);
                return Err(Nulled);
            }
            return self.present(value, inner, field, trail);
        }
        let start = self.out.len();
        self.present(value, ty, field, trail).or_else(|Nulled| {
            self.out.truncate(start);
            self.out.push_str("null");
            Ok(Cost::default())
        })
    }

    fn present(
        &mut self,
        value: Out<'_>,
        ty: &TypeRef,
        field: &PlannedField,
        trail: &Trail<'_>,
    ) -> Result<Cost, Nulled> {
        if let TypeRef::List(item) = ty {
            return match value {
                Out::List(items) => self.list(items.into_iter(), item, field, trail),
                Out::Json(Value::Array(items)) => {
                    self.list(items.into_iter().map(Out::Json), item, field, trail)
                }
                Out::Null | Out::Json(Value::Null) => Ok(self.null()),
                _ => self.mismatch("a list", field, trail),
            };
        }
        match (value, field.set) {
            (Out::Null | Out::Json(Value::Null), _) => Ok(self.null()),
            (Out::Object(object), Some(set)) => self.object(Source::Object(&*object), set, field, trail),
            (Out::Ref(object), Some(set)) => self.object(Source::Object(object), set, field, trail),
            (Out::Json(Value::Object(map)), Some(set)) => self.object(Source::Json(map), set, field, trail),
            (Out::Object(_) | Out::Ref(_), None) | (_, Some(_)) => {
                self.mismatch("another kind", field, trail)
            }
            (leaf, None) => {
                self.leaf(leaf);
                Ok(Cost { points: field.weight, items: 0 })
            }
        }
    }

    fn null(&mut self) -> Cost {
        self.out.push_str("null");
        Cost::default()
    }

    fn leaf(&mut self, value: Out<'_>) {
        match value {
            Out::Str(text) => json::push_str(&mut self.out, &text),
            Out::Int(number) => json::push_int(&mut self.out, number),
            Out::Bool(value) => self.out.push_str(if value { "true" } else { "false" }),
            Out::Float(number) => json::push_float(&mut self.out, number),
            Out::Json(value) => json::push_value(&mut self.out, &value),
            Out::List(items) => {
                // A list where the schema says a custom scalar: written as it is.
                self.out.push('[');
                for (index, item) in items.into_iter().enumerate() {
                    if index > 0 {
                        self.out.push(',');
                    }
                    self.leaf(item);
                }
                self.out.push(']');
            }
            Out::Null | Out::Object(_) | Out::Ref(_) => self.out.push_str("null"),
        }
    }

    fn mismatch(&mut self, what: &str, field: &PlannedField, trail: &Trail<'_>) -> Result<Cost, Nulled> {
        let owner = &self.bound.prepared.schema.ty(field.owner).name;
        let message =
            format!("The resolver of {owner}.{} did not answer what its type needs: {what}", field.name);
        self.error(FieldError::new(message).code("INTERNAL_SERVER_ERROR"), field, trail);
        Err(Nulled)
    }

    fn list<'v>(
        &mut self,
        items: impl Iterator<Item = Out<'v>>,
        ty: &TypeRef,
        field: &PlannedField,
        trail: &Trail<'_>,
    ) -> Result<Cost, Nulled> {
        self.out.push('[');
        let mut cost = Cost::default();
        for (index, item) in items.enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            let trail = Trail { parent: Some(trail), step: Step::Index(index) };
            let one = self.value(item, ty, field, &trail)?;
            // A plain list costs what its dearest item does; a page is averaged once it is whole.
            cost.points = if field.items {
                cost.points.saturating_add(one.points)
            } else {
                cost.points.max(one.points)
            };
            cost.items += 1;
        }
        self.out.push(']');
        Ok(cost)
    }

    fn object(
        &mut self,
        source: Source<'_>,
        set: u32,
        field: &PlannedField,
        trail: &Trail<'_>,
    ) -> Result<Cost, Nulled> {
        let bound = self.bound;
        let prepared = &bound.prepared;
        let Some((range, name)) = prepared.set(set).and_then(|set| self.fields_for(&source, set, field))
        else {
            return self.mismatch("a type it may have", field, trail);
        };
        if name.starts_with("__") && self.out.len() > limits::MAX_INTROSPECTION_BYTES {
            self.error(FieldError::new(limits::INTROSPECTION_TOO_LONG), field, trail);
            return Err(Nulled);
        }
        let mut points = field.weight;
        let mut first = true;
        self.out.push('{');
        for planned in prepared.list(range) {
            if !bound.includes(planned) {
                continue;
            }
            if !first {
                self.out.push(',');
            }
            first = false;
            self.out.push_str(&planned.prefix);
            let child = Field::new(bound, planned, Some(trail));
            if child.is_type_name() {
                json::push_str(&mut self.out, &name);
                continue;
            }
            let trail = child.trail();
            let cost = match &source {
                Source::Object(object) => {
                    let allowed = if planned.access.is_empty() { Ok(()) } else { (self.guard)(&child) };
                    let value = allowed.and_then(|()| object.field(&child));
                    self.field(&child, &trail, value)?
                }
                Source::Json(map) => {
                    let value = map.get(&*planned.name).cloned().unwrap_or(Value::Null);
                    self.field(&child, &trail, Ok(Out::Json(value)))?
                }
            };
            let added = if planned.items { cost::items(cost.points, cost.items) } else { cost.points };
            points = points.saturating_add(added);
        }
        self.out.push('}');
        Ok(Cost { points, items: 0 })
    }

    /// The fields to write for what `source` turned out to be, and that type's name.
    fn fields_for(
        &self,
        source: &Source<'_>,
        set: &'b Set,
        field: &PlannedField,
    ) -> Option<(&'b Range<u32>, Cow<'static, str>)> {
        let schema = &self.bound.prepared.schema;
        let name = match source {
            Source::Object(object) => Cow::Borrowed(object.type_name()),
            Source::Json(map) => match map.get("__typename").and_then(Value::as_str) {
                Some(name) => Cow::Owned(name.to_owned()),
                None => Cow::Owned(schema.ty(field.ty.base()).name.to_string()),
            },
        };
        let range = match set {
            Set::Shared(range) => Some(range),
            Set::ByType(_) => set.for_type(schema.type_id(&name)?),
        };
        range.map(|range| (range, name))
    }
}
