//! What resolvers hand back: [`Out`] values and [`Object`]s.

use std::borrow::Cow;

use crate::error::FieldError;
use crate::field::Field;

/// A value on its way to the client. Numbers, texts and enum values are written as they are; that
/// they suit the field's type is the resolver's business.
pub enum Out<'a> {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// A string, an id, an enum value or a custom scalar.
    Str(Cow<'a, str>),
    /// A list.
    List(Vec<Out<'a>>),
    /// An object made for this answer.
    Object(Box<dyn Object + 'a>),
    /// An object that lives elsewhere.
    Ref(&'a dyn Object),
    /// Ready JSON: any JSON for a scalar; for an object type a map by field names, with `__typename`
    /// where the type is abstract.
    Json(serde_json::Value),
}

/// Something with fields. Resolving is synchronous: what a field needs was loaded before.
pub trait Object {
    /// The name of the object's type.
    fn type_name(&self) -> &'static str;

    /// The value of a field. Called only for fields the type declares.
    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError>;
}

impl<'a> Out<'a> {
    /// An object made for this answer.
    pub fn object(object: impl Object + 'a) -> Self {
        Out::Object(Box::new(object))
    }

    /// An object made for this answer, or null.
    pub fn maybe(object: Option<impl Object + 'a>) -> Self {
        object.map_or(Out::Null, Out::object)
    }

    /// A list of whatever becomes an `Out`.
    pub fn list<T: Into<Out<'a>>>(items: impl IntoIterator<Item = T>) -> Self {
        Out::List(items.into_iter().map(Into::into).collect())
    }

    /// A list of objects made for this answer.
    pub fn objects<T: Object + 'a>(items: impl IntoIterator<Item = T>) -> Self {
        Out::List(items.into_iter().map(Out::object).collect())
    }

    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Out::Null | Out::Json(serde_json::Value::Null))
    }
}

impl From<bool> for Out<'_> {
    fn from(value: bool) -> Self {
        Out::Bool(value)
    }
}

impl From<i64> for Out<'_> {
    fn from(value: i64) -> Self {
        Out::Int(value)
    }
}

impl From<i32> for Out<'_> {
    fn from(value: i32) -> Self {
        Out::Int(i64::from(value))
    }
}

impl From<u32> for Out<'_> {
    fn from(value: u32) -> Self {
        Out::Int(i64::from(value))
    }
}

impl From<f64> for Out<'_> {
    fn from(value: f64) -> Self {
        Out::Float(value)
    }
}

impl<'a> From<&'a str> for Out<'a> {
    fn from(value: &'a str) -> Self {
        Out::Str(Cow::Borrowed(value))
    }
}

impl<'a> From<&'a String> for Out<'a> {
    fn from(value: &'a String) -> Self {
        Out::Str(Cow::Borrowed(value))
    }
}

impl From<String> for Out<'_> {
    fn from(value: String) -> Self {
        Out::Str(Cow::Owned(value))
    }
}

impl<'a> From<Cow<'a, str>> for Out<'a> {
    fn from(value: Cow<'a, str>) -> Self {
        Out::Str(value)
    }
}

impl<'a> From<&'a dyn Object> for Out<'a> {
    fn from(value: &'a dyn Object) -> Self {
        Out::Ref(value)
    }
}

impl<'a> From<Box<dyn Object + 'a>> for Out<'a> {
    fn from(value: Box<dyn Object + 'a>) -> Self {
        Out::Object(value)
    }
}

impl From<serde_json::Value> for Out<'_> {
    fn from(value: serde_json::Value) -> Self {
        Out::Json(value)
    }
}

impl<'a, T: Into<Out<'a>>> From<Option<T>> for Out<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Out::Null, Into::into)
    }
}

impl<'a, T: Into<Out<'a>>> From<Vec<T>> for Out<'a> {
    fn from(value: Vec<T>) -> Self {
        Out::list(value)
    }
}
