//! `Input`: what a client gave, after coercion.

/// A coerced argument or input field. Fields that were not given and have no default are absent
/// from `Object`, which is how "not given" differs from an explicit null.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// An explicit null.
    Null,
    /// `Boolean`.
    Bool(bool),
    /// `Int`, and whole numbers given to custom scalars.
    Int(i64),
    /// `Float`, and fractions given to custom scalars.
    Float(f64),
    /// `String`, `ID` (numbers too) and most custom scalars.
    Str(String),
    /// A value of an enum.
    Enum(String),
    /// A list; a single value given for a list becomes a list of one.
    List(Vec<Input>),
    /// An input object, fields in the order given, defaults last.
    Object(Vec<(String, Input)>),
}

impl Input {
    /// The text of a string, an id or an enum value.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Input::Str(text) | Input::Enum(text) => Some(text),
            _ => None,
        }
    }

    /// A whole number.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Input::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// A number, whole or not.
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Input::Int(number) => Some(*number as f64),
            Input::Float(number) => Some(*number),
            _ => None,
        }
    }

    /// A truth value.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Input::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The items of a list.
    pub fn as_list(&self) -> Option<&[Input]> {
        match self {
            Input::List(items) => Some(items),
            _ => None,
        }
    }

    /// The fields of an input object, in the order given.
    pub fn as_object(&self) -> Option<&[(String, Input)]> {
        match self {
            Input::Object(fields) => Some(fields),
            _ => None,
        }
    }

    /// A field of an input object; `None` when it was not given or this is no object.
    pub fn get(&self, name: &str) -> Option<&Input> {
        self.as_object()?.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Whether this is an explicit null.
    pub fn is_null(&self) -> bool {
        matches!(self, Input::Null)
    }

    /// About how many bytes the value takes.
    pub(crate) fn size(&self) -> usize {
        const EACH: usize = 32;
        EACH + match self {
            Input::Str(text) | Input::Enum(text) => text.len(),
            Input::List(items) => items.iter().map(Input::size).sum(),
            Input::Object(fields) => fields.iter().map(|(key, value)| key.len() + value.size()).sum(),
            Input::Null | Input::Bool(_) | Input::Int(_) | Input::Float(_) => 0,
        }
    }

    /// The value as plain JSON, for callers that store or hash what was asked.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value;
        match self {
            Input::Null => Value::Null,
            Input::Bool(value) => Value::Bool(*value),
            Input::Int(number) => Value::from(*number),
            Input::Float(number) => Value::from(*number),
            Input::Str(text) | Input::Enum(text) => Value::String(text.clone()),
            Input::List(items) => Value::Array(items.iter().map(Input::to_json).collect()),
            Input::Object(fields) => {
                Value::Object(fields.iter().map(|(key, value)| (key.clone(), value.to_json())).collect())
            }
        }
    }
}
