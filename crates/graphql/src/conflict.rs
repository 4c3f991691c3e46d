//! Field conflicts: one response key, two different fields or arguments.
//!
//! Found while merging, since that is where fields meet: among those of one object type. Each pair is
//! compared once, however often the fragments it stands in are spread.

use std::collections::HashSet;

use crate::ast::*;
use crate::error::GraphqlError;
use crate::limits;

/// Collects the conflicts of a document.
#[derive(Default)]
pub(crate) struct Conflicts {
    pub found: Vec<GraphqlError>,
    compared: HashSet<(Pos, Pos)>,
}

impl Conflicts {
    /// Compares two fields under one response key.
    pub(crate) fn compare(&mut self, lines: &Lines, one: &FieldNode<'_>, two: &FieldNode<'_>) {
        if one.pos == two.pos || self.found.len() >= limits::MAX_ERRORS {
            return;
        }
        let same_name = one.name == two.name;
        if same_name && one.arguments.is_empty() && two.arguments.is_empty() {
            return;
        }
        if !self.compared.insert((one.pos, two.pos))
            || same_name && same_arguments(&one.arguments, &two.arguments)
        {
            return;
        }
        let (kind, conflict) = if same_name {
            ("an argument", format!("{} or {}", show_arguments(one), show_arguments(two)))
        } else {
            ("a field", format!("{} or {}", one.name, two.name))
        };
        let places = vec![lines.locate(one.pos), lines.locate(two.pos)];
        let message = format!("Field '{}' has {kind} conflict: {conflict}?", one.key());
        self.found.push(
            GraphqlError::before(message, places)
                .at(vec![])
                .code("fieldConflict")
                .extension("fieldName", one.key())
                .extension("conflicts", conflict),
        );
    }
}

fn same_arguments(one: &[Argument<'_>], two: &[Argument<'_>]) -> bool {
    if one.len() != two.len() {
        return false;
    }
    let (one, two) = (sorted(one), sorted(two));
    one.iter().zip(&two).all(|(one, two)| one.name == two.name && same_value(&one.value, &two.value))
}

fn sorted<'x, 'a>(arguments: &'x [Argument<'a>]) -> Vec<&'x Argument<'a>> {
    let mut arguments: Vec<_> = arguments.iter().collect();
    arguments.sort_by_key(|argument| argument.name);
    arguments
}

fn same_value(one: &Value<'_>, two: &Value<'_>) -> bool {
    match (one, two) {
        (Value::Variable(one, _), Value::Variable(two, _))
        | (Value::Int(one), Value::Int(two))
        | (Value::Float(one), Value::Float(two))
        | (Value::Enum(one), Value::Enum(two)) => one == two,
        (Value::Str(one), Value::Str(two)) => one == two,
        (Value::Bool(one), Value::Bool(two)) => one == two,
        (Value::Null, Value::Null) => true,
        (Value::List(one), Value::List(two)) => {
            one.len() == two.len() && one.iter().zip(two).all(|(one, two)| same_value(one, two))
        }
        (Value::Object(one, _), Value::Object(two, _)) => same_arguments(one, two),
        _ => false,
    }
}

fn show_arguments(node: &FieldNode<'_>) -> String {
    let mut out = String::from("{");
    for (at, argument) in node.arguments.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str(argument.name);
        out.push(':');
        crate::json::push_str(&mut out, &argument.value.printed());
    }
    out.push('}');
    out
}
