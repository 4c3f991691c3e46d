//! The document as written, borrowing from its text. Lives only while it is validated and planned.

use std::borrow::Cow;
use std::fmt::Write;

use crate::error::Location;

/// A byte offset into the text.
pub(crate) type Pos = u32;

/// Turns byte offsets into lines and columns.
pub(crate) struct Lines(Vec<Pos>);

impl Lines {
    pub(crate) fn new(text: &str) -> Self {
        Lines(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as Pos).collect())
    }

    pub(crate) fn locate(&self, pos: Pos) -> Location {
        let before = self.0.partition_point(|newline| *newline < pos);
        let column = match before.checked_sub(1).and_then(|last| self.0.get(last)) {
            Some(newline) => pos - newline,
            None => pos + 1,
        };
        Location { line: before as u32 + 1, column }
    }
}

pub(crate) struct Document<'a> {
    pub definitions: Vec<Definition<'a>>,
}

pub(crate) enum Definition<'a> {
    Operation(Operation<'a>),
    Fragment(Fragment<'a>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Verb {
    Query,
    Mutation,
    Subscription,
}

impl Verb {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Verb::Query => "query",
            Verb::Mutation => "mutation",
            Verb::Subscription => "subscription",
        }
    }
}

pub(crate) struct Operation<'a> {
    pub pos: Pos,
    pub verb: Verb,
    pub name: Option<&'a str>,
    pub variables: Vec<Variable<'a>>,
    pub directives: Vec<Directive<'a>>,
    pub selections: Vec<Selection<'a>>,
}

pub(crate) struct Fragment<'a> {
    pub pos: Pos,
    pub name: &'a str,
    pub on: &'a str,
    pub directives: Vec<Directive<'a>>,
    pub selections: Vec<Selection<'a>>,
}

pub(crate) struct Variable<'a> {
    pub pos: Pos,
    pub name: &'a str,
    pub ty: TypeExpr<'a>,
    pub default: Option<Value<'a>>,
    pub directives: Vec<Directive<'a>>,
}

pub(crate) enum TypeExpr<'a> {
    Named(&'a str),
    List(Box<TypeExpr<'a>>),
    NonNull(Box<TypeExpr<'a>>),
}

impl<'a> TypeExpr<'a> {
    pub(crate) fn base(&self) -> &'a str {
        match self {
            TypeExpr::Named(name) => name,
            TypeExpr::List(inner) | TypeExpr::NonNull(inner) => inner.base(),
        }
    }
}

pub(crate) struct Directive<'a> {
    pub pos: Pos,
    pub name: &'a str,
    pub arguments: Vec<Argument<'a>>,
}

pub(crate) struct Argument<'a> {
    pub pos: Pos,
    pub name: &'a str,
    pub value: Value<'a>,
}

pub(crate) enum Selection<'a> {
    Field(FieldNode<'a>),
    Inline(Inline<'a>),
    Spread(Spread<'a>),
}

pub(crate) struct FieldNode<'a> {
    pub pos: Pos,
    pub alias: Option<&'a str>,
    pub name: &'a str,
    pub arguments: Vec<Argument<'a>>,
    pub directives: Vec<Directive<'a>>,
    pub selections: Vec<Selection<'a>>,
}

impl<'a> FieldNode<'a> {
    pub(crate) fn key(&self) -> &'a str {
        self.alias.unwrap_or(self.name)
    }
}

pub(crate) struct Inline<'a> {
    pub pos: Pos,
    pub on: Option<&'a str>,
    pub directives: Vec<Directive<'a>>,
    pub selections: Vec<Selection<'a>>,
}

pub(crate) struct Spread<'a> {
    pub pos: Pos,
    pub name: &'a str,
    pub directives: Vec<Directive<'a>>,
}

pub(crate) enum Value<'a> {
    Variable(&'a str, Pos),
    Int(&'a str),
    Float(&'a str),
    Str(Cow<'a, str>),
    Bool(bool),
    Null,
    Enum(&'a str),
    List(Vec<Value<'a>>),
    Object(Vec<Argument<'a>>, Pos),
}

impl Value<'_> {
    /// About how many bytes the value takes once coerced.
    pub(crate) fn size(&self) -> usize {
        const EACH: usize = 32;
        EACH + match self {
            Value::Int(text) | Value::Float(text) | Value::Enum(text) => text.len(),
            Value::Str(text) => text.len(),
            Value::Variable(..) | Value::Bool(_) | Value::Null => 0,
            Value::List(items) => items.iter().map(Value::size).sum(),
            Value::Object(fields, _) => {
                fields.iter().map(|field| field.name.len() + field.value.size()).sum()
            }
        }
    }

    /// The value as a client would write it, for error texts.
    pub(crate) fn print(&self, out: &mut String) {
        match self {
            Value::Variable(name, _) => {
                let _ = write!(out, "${name}");
            }
            Value::Int(text) | Value::Float(text) | Value::Enum(text) => out.push_str(text),
            Value::Str(text) => crate::json::push_str(out, text),
            Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Value::Null => out.push_str("null"),
            Value::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push_str(", ");
                    }
                    item.print(out);
                }
                out.push(']');
            }
            Value::Object(fields, _) => {
                out.push('{');
                for (index, field) in fields.iter().enumerate() {
                    if index > 0 {
                        out.push_str(", ");
                    }
                    let _ = write!(out, "{}: ", field.name);
                    field.value.print(out);
                }
                out.push('}');
            }
        }
    }

    pub(crate) fn printed(&self) -> String {
        let mut out = String::new();
        self.print(&mut out);
        out
    }
}
