//! Introspection: the schema as objects, answered by the same renderer as everything else.

use serde_json::Value;

use crate::error::FieldError;
use crate::field::{Field, Root};
use crate::out::{Object, Out};
use crate::plan::Meta;
use crate::schema::*;
use crate::value::Input;

type Answer<'a> = Result<Out<'a>, FieldError>;

/// Answers `__schema`, `__type` or a root `__typename`.
pub(crate) fn resolve<'s>(schema: &'s SchemaData, root: &Root<'_>) -> Out<'s> {
    let field = root.field();
    match field.planned.meta {
        Meta::Schema => Out::object(SchemaView(schema)),
        Meta::Type => {
            let named = field.str_arg("name").and_then(|name| schema.type_id(name));
            Out::maybe(named.filter(|id| is_shown(schema.ty(*id))).map(|id| named_view(schema, id)))
        }
        Meta::TypeName => Out::from(&*schema.ty(field.planned.owner).name),
        Meta::No => Out::Null,
    }
}

/// The prelude's holder of meta fields is no type of the schema.
pub(crate) fn is_shown(ty: &TypeDef) -> bool {
    &*ty.name != "__Meta"
}

fn named_view(schema: &SchemaData, id: TypeId) -> TypeView<'_> {
    TypeView { schema, ty: Shape::Named(id) }
}

fn type_view<'s>(schema: &'s SchemaData, ty: &'s TypeRef) -> TypeView<'s> {
    let ty = match ty {
        TypeRef::Named(id) => Shape::Named(*id),
        other => Shape::Wrapped(other),
    };
    TypeView { schema, ty }
}

/// `includeDeprecated`, which is false unless given.
fn shows_deprecated(field: &Field<'_>) -> bool {
    field.arg("includeDeprecated").and_then(Input::as_bool).unwrap_or(false)
}

fn text(text: &Option<String>) -> Out<'_> {
    Out::from(text.as_deref())
}

struct SchemaView<'s>(&'s SchemaData);

impl Object for SchemaView<'_> {
    fn type_name(&self) -> &'static str {
        "__Schema"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Answer<'a> {
        let schema = self.0;
        Ok(match field.name() {
            "types" => {
                let shown = schema.types.iter().filter(|ty| is_shown(ty));
                let mut ids: Vec<_> =
                    shown.filter_map(|ty| Some((&ty.name, schema.type_id(&ty.name)?))).collect();
                ids.sort_unstable();
                Out::objects(ids.into_iter().map(|(_, id)| named_view(schema, id)))
            }
            "queryType" => Out::object(named_view(schema, schema.query)),
            "mutationType" => Out::maybe(schema.mutation.map(|id| named_view(schema, id))),
            "directives" => Out::objects(schema.directives.iter().map(|def| DirectiveView { schema, def })),
            _ => Out::Null,
        })
    }
}

#[derive(Clone, Copy)]
enum Shape<'s> {
    Named(TypeId),
    /// A list or non-null type; never `TypeRef::Named`.
    Wrapped(&'s TypeRef),
}

struct TypeView<'s> {
    schema: &'s SchemaData,
    ty: Shape<'s>,
}

impl Object for TypeView<'_> {
    fn type_name(&self) -> &'static str {
        "__Type"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Answer<'a> {
        let schema = self.schema;
        let ty = match self.ty {
            Shape::Named(id) => schema.ty(id),
            Shape::Wrapped(ty) => {
                return Ok(match (field.name(), ty) {
                    ("kind", TypeRef::List(_)) => Out::from("LIST"),
                    ("kind", _) => Out::from("NON_NULL"),
                    ("ofType", TypeRef::List(inner) | TypeRef::NonNull(inner)) => {
                        Out::object(type_view(schema, inner))
                    }
                    _ => Out::Null,
                });
            }
        };
        let all = shows_deprecated(field);
        Ok(match field.name() {
            "kind" => Out::from(ty.kind.label()),
            "name" => Out::from(&*ty.name),
            "description" => text(&ty.description),
            "fields" if matches!(ty.kind, Kind::Object | Kind::Interface) => {
                let fields = ty.fields.iter().filter(|def| all || def.deprecated.is_none());
                Out::objects(fields.map(|def| FieldView { schema, def }))
            }
            "interfaces" if matches!(ty.kind, Kind::Object | Kind::Interface) => {
                Out::objects(ty.interfaces.iter().map(|id| named_view(schema, *id)))
            }
            "possibleTypes" if matches!(ty.kind, Kind::Interface | Kind::Union) => {
                Out::objects(ty.possible.iter().map(|id| named_view(schema, *id)))
            }
            "enumValues" if ty.kind == Kind::Enum => {
                let values = ty.values.iter().filter(|def| all || def.deprecated.is_none());
                Out::objects(values.map(ValueView))
            }
            "inputFields" if ty.kind == Kind::InputObject => inputs(schema, &ty.inputs, all),
            "isOneOf" if ty.kind == Kind::InputObject => Out::Bool(ty.one_of),
            _ => Out::Null,
        })
    }
}

fn inputs<'s>(schema: &'s SchemaData, inputs: &'s Named<InputDef>, all: bool) -> Out<'s> {
    let shown = inputs.iter().filter(|def| all || def.deprecated.is_none());
    Out::objects(shown.map(|def| InputView { schema, def }))
}

fn deprecation<'a>(reason: &'a Option<String>, field: &str) -> Out<'a> {
    match field {
        "isDeprecated" => Out::Bool(reason.is_some()),
        "deprecationReason" => text(reason),
        _ => Out::Null,
    }
}

struct FieldView<'s> {
    schema: &'s SchemaData,
    def: &'s FieldDef,
}

impl Object for FieldView<'_> {
    fn type_name(&self) -> &'static str {
        "__Field"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Answer<'a> {
        Ok(match field.name() {
            "name" => Out::from(&*self.def.name),
            "description" => text(&self.def.description),
            "args" => inputs(self.schema, &self.def.args, shows_deprecated(field)),
            "type" => Out::object(type_view(self.schema, &self.def.ty)),
            other => deprecation(&self.def.deprecated, other),
        })
    }
}

struct InputView<'s> {
    schema: &'s SchemaData,
    def: &'s InputDef,
}

impl Object for InputView<'_> {
    fn type_name(&self) -> &'static str {
        "__InputValue"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Answer<'a> {
        Ok(match field.name() {
            "name" => Out::from(&*self.def.name),
            "description" => text(&self.def.description),
            "type" => Out::object(type_view(self.schema, &self.def.ty)),
            "defaultValue" => Out::from(self.def.default.as_ref().map(|(text, _)| text)),
            other => deprecation(&self.def.deprecated, other),
        })
    }
}

struct ValueView<'s>(&'s EnumValueDef);

impl Object for ValueView<'_> {
    fn type_name(&self) -> &'static str {
        "__EnumValue"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Answer<'a> {
        Ok(match field.name() {
            "name" => Out::from(&*self.0.name),
            "description" => text(&self.0.description),
            other => deprecation(&self.0.deprecated, other),
        })
    }
}

struct DirectiveView<'s> {
    schema: &'s SchemaData,
    def: &'s DirectiveDef,
}

impl Object for DirectiveView<'_> {
    fn type_name(&self) -> &'static str {
        "__Directive"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Answer<'a> {
        Ok(match field.name() {
            "name" => Out::from(&*self.def.name),
            "description" => text(&self.def.description),
            "isRepeatable" => Out::Bool(self.def.repeatable),
            "locations" => {
                Out::Json(self.def.locations.iter().map(|place| Value::from(place.as_str())).collect())
            }
            "args" => inputs(self.schema, &self.def.args, shows_deprecated(field)),
            _ => Out::Null,
        })
    }
}
