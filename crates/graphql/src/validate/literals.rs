//! Whether a literal suits a type. Stops at the first problem.

use super::Validator;
use crate::ast::Value;
use crate::coerce::{literal_json, not_a_value};
use crate::scalar::{self, Problem};
use crate::schema::{Kind, TypeRef};

/// How far to look into input objects.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Depth {
    /// Their fields are checked one by one elsewhere.
    Shallow,
    /// Nobody else checks them.
    Deep,
}

impl Validator<'_, '_> {
    pub(super) fn literal(&self, value: &Value<'_>, ty: &TypeRef, depth: Depth) -> Result<(), Problem> {
        let misfit = || Err(Problem::new(""));
        match (ty, value) {
            (TypeRef::NonNull(_), Value::Null) => misfit(),
            (_, Value::Null | Value::Variable(..)) => Ok(()),
            (TypeRef::NonNull(inner), value) => self.literal(value, inner, depth),
            (TypeRef::List(item), Value::List(items)) => {
                items.iter().try_for_each(|value| self.literal(value, item, depth))
            }
            (TypeRef::List(item), single) => self.literal(single, item, depth),
            (TypeRef::Named(id), value) => {
                let ty = self.schema.ty(*id);
                match (ty.kind, value) {
                    (Kind::Scalar(kind), value) => match literal_json(value) {
                        Some(json) => scalar::coerce(kind, &ty.name, &json).map(|_| ()),
                        None => misfit(),
                    },
                    (Kind::Enum, Value::Enum(name)) if ty.values.get(name).is_some() => Ok(()),
                    (Kind::Enum, Value::Enum(name)) => Err(not_a_value(ty, &format!("\"{name}\""))),
                    (Kind::InputObject, Value::Object(..)) if depth == Depth::Shallow => Ok(()),
                    (Kind::InputObject, Value::Object(fields, _)) => {
                        let missing = ty.inputs.iter().any(|def| {
                            def.is_required() && !fields.iter().any(|field| *field.name == *def.name)
                        });
                        if missing {
                            return misfit();
                        }
                        fields.iter().try_for_each(|field| match ty.inputs.get(field.name) {
                            Some(def) => self.literal(&field.value, &def.ty, depth),
                            None => misfit(),
                        })
                    }
                    _ => misfit(),
                }
            }
        }
    }
}
