//! From this API's names and forms to those of the GraphQL one: what is sent becomes the variables of a document.
//!
//! A [`Member`] says where a value stands in what was sent, what the variable or input field is called, and how its
//! form changes: numbers become global ids, lower-case words upper-case ones. What nobody asks for is ignored, as the
//! original does; what is missing or wrong is found by the schema, in one place for both APIs.

use serde_json::{Map, Value};

use crate::id::gid;

/// A value that is taken from what was sent.
#[derive(Clone, Copy)]
pub(super) struct Member {
    /// Where it stands, steps joined by dots; empty is all that was sent.
    from: &'static str,
    /// What it is called there; empty is the last step of `from` in the other API's spelling.
    to: &'static str,
    form: Form,
}

/// How a value changes its form.
#[derive(Clone, Copy)]
enum Form {
    /// It doesn't.
    Same,
    /// A number becomes the global id of a thing of that type.
    Id(&'static str),
    /// The same for each of a list.
    Ids(&'static str),
    /// A word becomes upper case, slashes become underscores.
    Word,
    /// A number may be written as text.
    Number,
    /// A flag may be written as text.
    Flag,
    /// Some members of an object.
    Object(&'static [Member]),
    /// Some members of each object of a list.
    List(&'static [Member]),
    /// Something else.
    By(fn(&Value) -> Option<Value>),
}

impl Member {
    /// The name that it gets, if the other API has not just another spelling for it.
    pub(super) const fn named(self, to: &'static str) -> Self {
        Self { to, ..self }
    }
}

const fn member(from: &'static str, form: Form) -> Member {
    Member { from, to: "", form }
}

pub(super) const fn same(from: &'static str) -> Member {
    member(from, Form::Same)
}

pub(super) const fn id(from: &'static str, kind: &'static str) -> Member {
    member(from, Form::Id(kind))
}

pub(super) const fn ids(from: &'static str, kind: &'static str) -> Member {
    member(from, Form::Ids(kind))
}

pub(super) const fn word(from: &'static str) -> Member {
    member(from, Form::Word)
}

pub(super) const fn number(from: &'static str) -> Member {
    member(from, Form::Number)
}

pub(super) const fn flag(from: &'static str) -> Member {
    member(from, Form::Flag)
}

pub(super) const fn object(from: &'static str, members: &'static [Member]) -> Member {
    member(from, Form::Object(members))
}

pub(super) const fn list(from: &'static str, members: &'static [Member]) -> Member {
    member(from, Form::List(members))
}

pub(super) const fn by(from: &'static str, read: fn(&Value) -> Option<Value>) -> Member {
    member(from, Form::By(read))
}

/// What those members of `given` are in the other API.
pub(super) fn read(given: &Value, members: &[Member]) -> Map<String, Value> {
    let mut all = Map::new();
    for member in members {
        if let Some(value) = at(given, member.from).and_then(|value| formed(value, member.form)) {
            let name = match member.to {
                "" => camel(member.from.rsplit('.').next().unwrap_or(member.from)),
                to => to.to_owned(),
            };
            all.insert(name, value);
        }
    }
    all
}

fn at<'v>(given: &'v Value, path: &str) -> Option<&'v Value> {
    if path.is_empty() { Some(given) } else { path.split('.').try_fold(given, |value, step| value.get(step)) }
}

fn formed(value: &Value, form: Form) -> Option<Value> {
    if value.is_null() && !matches!(form, Form::By(_)) {
        return Some(Value::Null);
    }
    Some(match form {
        Form::Same => value.clone(),
        Form::Id(kind) => global(value, kind),
        Form::Ids(kind) => items(value).map(|id| global(id, kind)).collect(),
        Form::Word => match value.as_str() {
            Some(word) => word.to_uppercase().replace('/', "_").into(),
            None => value.clone(),
        },
        Form::Number | Form::Flag => match value.as_str().and_then(|text| serde_json::from_str(text).ok()) {
            Some(Value::Number(number)) if matches!(form, Form::Number) => number.into(),
            Some(Value::Bool(flag)) if matches!(form, Form::Flag) => flag.into(),
            _ => value.clone(),
        },
        Form::Object(members) => match value {
            Value::Object(_) => read(value, members).into(),
            other => other.clone(),
        },
        Form::List(members) => {
            items(value).map(|item| formed(item, Form::Object(members))).collect::<Option<_>>()?
        }
        Form::By(read) => return read(value),
    })
}

/// The items of a list; a single thing is a list of one, and so are texts with commas.
fn items(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::Array(items) => Box::new(items.iter()),
        one => Box::new(std::iter::once(one)),
    }
}

/// The number as a global id; anything else as it is, for the schema and the other API to refuse.
fn global(value: &Value, kind: &str) -> Value {
    match value {
        Value::Number(number) => gid(kind, number.as_i64().unwrap_or(0)).into(),
        Value::String(text) => match text.parse() {
            Ok(number) => gid(kind, number).into(),
            Err(_) => text.clone().into(),
        },
        other => other.clone(),
    }
}

/// `fulfillment_order_id` is `fulfillmentOrderId` there.
fn camel(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    let mut upper = false;
    for c in name.chars() {
        match c {
            '_' => upper = true,
            c if upper => {
                text.extend(c.to_uppercase());
                upper = false;
            }
            c => text.push(c),
        }
    }
    text
}

/// `fulfillmentOrderId` is `fulfillment_order_id` here.
pub(super) fn snake(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_uppercase() {
            text.push('_');
        }
        text.extend(c.to_lowercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_and_forms_change() {
        const LINES: &[Member] = &[id("id", "Line"), number("quantity")];
        const HOLD: &[Member] = &[word("reason"), same("reason_notes"), list("some_lines", LINES)];
        let members = [
            id("id", "Thing"),
            object("hold", HOLD),
            flag("notify"),
            same("hold.reason_notes").named("note"),
            ids("others", "Thing"),
            same("nothing"),
        ];
        let given = json!({
            "id": 5, "notify": "true", "others": ["6", 7], "unknown": 1,
            "hold": {"reason": "other", "reason_notes": "x", "some_lines": [{"id": 1, "quantity": "2", "more": 3}]},
        });
        let expected = json!({
            "id": "gid://shopify/Thing/5",
            "hold": {
                "reason": "OTHER", "reasonNotes": "x",
                "someLines": [{"id": "gid://shopify/Line/1", "quantity": 2}],
            },
            "notify": true,
            "note": "x",
            "others": ["gid://shopify/Thing/6", "gid://shopify/Thing/7"],
        });
        assert_eq!(Value::Object(read(&given, &members)), expected);
        assert_eq!(snake("remainingFulfillmentOrder"), "remaining_fulfillment_order");
    }

    #[test]
    fn what_has_another_form_is_left_for_the_schema_to_refuse() {
        let given = json!({"id": "abc", "hold": 3, "n": "many"});
        let members = [id("id", "Thing"), object("hold", &[]), number("n")];
        assert_eq!(Value::Object(read(&given, &members)), json!({"id": "abc", "hold": 3, "n": "many"}));
    }
}
