//! One version's types, looked up by number.
//!
//! A schema is read once at start and never changes; everything that refers to a type keeps its
//! number ([`TypeId`]), so that executing compares integers and not names.

use std::collections::HashMap;
use std::fmt::Write;

use crate::value::Input;

/// A type's number in its schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TypeId(pub u32);

/// A type with its wrappers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TypeRef {
    Named(TypeId),
    List(Box<TypeRef>),
    NonNull(Box<TypeRef>),
}

impl TypeRef {
    pub(crate) fn base(&self) -> TypeId {
        match self {
            TypeRef::Named(id) => *id,
            TypeRef::List(inner) | TypeRef::NonNull(inner) => inner.base(),
        }
    }

    pub(crate) fn is_non_null(&self) -> bool {
        matches!(self, TypeRef::NonNull(_))
    }

    /// The type with one `!` taken off, if it has one.
    pub(crate) fn nullable(&self) -> &TypeRef {
        match self {
            TypeRef::NonNull(inner) => inner,
            other => other,
        }
    }

    pub(crate) fn is_list(&self) -> bool {
        matches!(self.nullable(), TypeRef::List(_))
    }

    /// How many lists are around the base type.
    pub(crate) fn dimension(&self) -> usize {
        match self {
            TypeRef::Named(_) => 0,
            TypeRef::List(inner) => 1 + inner.dimension(),
            TypeRef::NonNull(inner) => inner.dimension(),
        }
    }
}

/// What a scalar accepts. Custom scalars are known by their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scalar {
    Int,
    Float,
    String,
    Boolean,
    Id,
    DateTime,
    Decimal,
    Money,
    Url,
    UnsignedInt64,
    Json,
    Other,
}

impl Scalar {
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "Int" => Scalar::Int,
            "Float" => Scalar::Float,
            "String" => Scalar::String,
            "Boolean" => Scalar::Boolean,
            "ID" => Scalar::Id,
            "DateTime" => Scalar::DateTime,
            "Decimal" => Scalar::Decimal,
            "Money" => Scalar::Money,
            "URL" => Scalar::Url,
            "UnsignedInt64" => Scalar::UnsignedInt64,
            "JSON" => Scalar::Json,
            _ => Scalar::Other,
        }
    }
}

/// What kind of type it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Scalar(Scalar),
    Object,
    Interface,
    Union,
    Enum,
    InputObject,
}

impl Kind {
    pub(crate) fn is_leaf(self) -> bool {
        matches!(self, Kind::Scalar(_) | Kind::Enum)
    }

    pub(crate) fn is_composite(self) -> bool {
        matches!(self, Kind::Object | Kind::Interface | Kind::Union)
    }

    pub(crate) fn is_input(self) -> bool {
        matches!(self, Kind::Scalar(_) | Kind::Enum | Kind::InputObject)
    }

    /// The kind's name in introspection.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Kind::Scalar(_) => "SCALAR",
            Kind::Object => "OBJECT",
            Kind::Interface => "INTERFACE",
            Kind::Union => "UNION",
            Kind::Enum => "ENUM",
            Kind::InputObject => "INPUT_OBJECT",
        }
    }
}

/// Things in the order declared, found by name.
#[derive(Debug)]
pub(crate) struct Named<T> {
    items: Vec<T>,
    index: HashMap<Box<str>, usize>,
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Named { items: Vec::new(), index: HashMap::new() }
    }
}

impl<T> Named<T> {
    /// Adds an item; false when the name was taken.
    pub(crate) fn push(&mut self, name: &str, item: T) -> bool {
        if self.index.contains_key(name) {
            return false;
        }
        self.index.insert(name.into(), self.items.len());
        self.items.push(item);
        true
    }

    pub(crate) fn get(&self, name: &str) -> Option<&T> {
        self.index.get(name).and_then(|at| self.items.get(*at))
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.items.iter_mut()
    }
}

/// An argument or an input field.
#[derive(Debug)]
pub(crate) struct InputDef {
    pub name: Box<str>,
    pub description: Option<String>,
    pub ty: TypeRef,
    /// The default as written and as coerced.
    pub default: Option<(String, Input)>,
    pub deprecated: Option<String>,
}

impl InputDef {
    /// Whether leaving it out is an error.
    pub(crate) fn is_required(&self) -> bool {
        self.ty.is_non_null() && self.default.is_none()
    }
}

#[derive(Debug)]
pub(crate) struct FieldDef {
    pub name: Box<str>,
    pub description: Option<String>,
    pub ty: TypeRef,
    pub args: Named<InputDef>,
    pub deprecated: Option<String>,
    /// What the caller must be allowed to do, in words.
    pub access: Option<String>,
    /// Points the field costs in place of its type's.
    pub cost: Option<u32>,
}

#[derive(Debug)]
pub(crate) struct EnumValueDef {
    pub name: Box<str>,
    pub description: Option<String>,
    pub deprecated: Option<String>,
}

#[derive(Debug)]
pub(crate) struct TypeDef {
    pub name: Box<str>,
    pub description: Option<String>,
    pub kind: Kind,
    pub fields: Named<FieldDef>,
    pub inputs: Named<InputDef>,
    pub values: Named<EnumValueDef>,
    pub interfaces: Vec<TypeId>,
    /// The object types a value may turn out to be, sorted; an object's is itself.
    pub possible: Vec<TypeId>,
    pub one_of: bool,
    /// What the caller must be allowed to do, in words, to be answered a value of it.
    pub access: Option<String>,
    pub cost: Option<u32>,
    /// A page of a longer list: it has `pageInfo`.
    pub connection: bool,
}

#[derive(Debug)]
pub(crate) struct DirectiveDef {
    pub name: Box<str>,
    pub description: Option<String>,
    pub args: Named<InputDef>,
    pub locations: Vec<String>,
    pub repeatable: bool,
}

/// All of one version.
#[derive(Debug)]
pub(crate) struct SchemaData {
    pub version: String,
    pub types: Named<TypeDef>,
    pub directives: Named<DirectiveDef>,
    pub query: TypeId,
    pub mutation: Option<TypeId>,
    /// `__typename`, `__schema` and `__type`, which no type declares.
    pub meta: Named<FieldDef>,
}

impl SchemaData {
    /// The type of a number this schema handed out.
    pub(crate) fn ty(&self, id: TypeId) -> &TypeDef {
        // Numbers only come from `type_id`, so they are always in range.
        &self.types.items[id.0 as usize]
    }

    pub(crate) fn type_id(&self, name: &str) -> Option<TypeId> {
        self.types.index.get(name).map(|at| TypeId(*at as u32))
    }

    /// A field of a type, the meta fields included.
    pub(crate) fn field(&self, parent: TypeId, name: &str) -> Option<&FieldDef> {
        let ty = self.ty(parent);
        if let Some(field) = ty.fields.get(name) {
            return Some(field);
        }
        match name {
            "__typename" if ty.kind.is_composite() => self.meta.get(name),
            "__schema" | "__type" if parent == self.query => self.meta.get(name),
            _ => None,
        }
    }

    /// Whether a value of type `of` may be one of type `on`.
    pub(crate) fn overlap(&self, of: TypeId, on: TypeId) -> bool {
        let on = &self.ty(on).possible;
        self.ty(of).possible.iter().any(|id| on.binary_search(id).is_ok())
    }

    /// Whether every value of type `of` is one of type `on`.
    pub(crate) fn covers(&self, on: TypeId, of: TypeId) -> bool {
        let on = &self.ty(on).possible;
        self.ty(of).possible.iter().all(|id| on.binary_search(id).is_ok())
    }

    /// A type as written: `[ID!]!`.
    pub(crate) fn show(&self, ty: &TypeRef) -> String {
        let mut out = String::new();
        self.show_into(ty, &mut out);
        out
    }

    fn show_into(&self, ty: &TypeRef, out: &mut String) {
        match ty {
            TypeRef::Named(id) => out.push_str(&self.ty(*id).name),
            TypeRef::List(inner) => {
                out.push('[');
                self.show_into(inner, out);
                out.push(']');
            }
            TypeRef::NonNull(inner) => {
                self.show_into(inner, out);
                let _ = out.write_char('!');
            }
        }
    }
}
