//! `Metafield`: custom fields in this API's shape, and what clients say of them.

use domain::custom_field::{CustomField, find};
use domain::id::{AppId, OrderId};
use engine::query::{OrderSort, Page};
use engine::{Engine, Error};
use graphql::{Field, FieldError, Input, Object, Out};
use serde_json::Value;

use crate::data::Data;
use crate::id::gid;
use crate::page::{Connection, Row, names};
use crate::words::{self, missing};

/// Where a program's own fields are, which nobody else names by accident.
const OWN: &str = "$app";

/// A custom field, with the type of what it is kept with.
pub(crate) struct MetafieldNode<'d> {
    pub(crate) field: &'d CustomField,
    pub(crate) owner: &'static str,
}

impl Object for MetafieldNode<'_> {
    fn type_name(&self) -> &'static str {
        "Metafield"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let kept = self.field;
        Ok(match field.name() {
            "createdAt" => Out::from(words::time(kept.created_at)),
            "id" => Out::from(gid("Metafield", kept.id.0)),
            "jsonValue" => Out::Json(json_value(kept)),
            "key" => Out::from(&kept.key),
            "namespace" => Out::from(&kept.namespace),
            "ownerType" => Out::from(self.owner),
            "type" => Out::from(&kept.kind),
            "updatedAt" => Out::from(words::time(kept.updated_at)),
            "value" => Out::from(&kept.value),
            other => return Err(missing("Metafield", other)),
        })
    }
}

/// The value as JSON: types that are JSON by nature are given as such, all others as text.
fn json_value(field: &CustomField) -> Value {
    const JSON: [&str; 9] =
        ["boolean", "dimension", "json", "link", "money", "number_integer", "rating", "volume", "weight"];
    let is_json =
        JSON.contains(&&*field.kind) || field.kind.starts_with("list.") || field.kind == "rich_text_field";
    let parsed = is_json.then(|| serde_json::from_str(&field.value).ok()).flatten();
    parsed.unwrap_or_else(|| Value::String(field.value.clone()))
}

/// The namespace that is meant: `$app` and none at all are the caller's own.
fn namespace(data: &Data, said: Option<&str>) -> String {
    namespace_of(data.app(), said)
}

/// The namespace that a program means; see [`namespace`].
pub(crate) fn namespace_of(app: Option<AppId>, said: Option<&str>) -> String {
    let own = || format!("app--{}", app.unwrap_or(AppId(0)));
    match said {
        None | Some("" | OWN) => own(),
        Some(said) => match said.strip_prefix(OWN).and_then(|rest| rest.strip_prefix(':')) {
            Some(rest) => format!("{}--{rest}", own()),
            None => said.to_owned(),
        },
    }
}

/// `metafield(namespace:, key:)`.
pub(crate) fn one<'a>(
    data: &Data,
    fields: &'a [CustomField],
    owner: &'static str,
    field: &Field<'_>,
) -> Out<'a> {
    let namespace = namespace(data, field.str_arg("namespace"));
    let found = find(fields, &namespace, field.str_arg("key").unwrap_or_default());
    Out::maybe(found.map(|field| MetafieldNode { field, owner }))
}

/// `metafields(first:, …)`; keys may name their namespace, as `namespace.key`.
pub(crate) fn all<'a>(
    data: &Data,
    fields: &'a [CustomField],
    owner: &'static str,
    field: &Field<'_>,
) -> Result<Out<'a>, FieldError> {
    let within = field.str_arg("namespace").map(|said| namespace(data, Some(said)));
    let keys = field.arg("keys").and_then(Input::as_list);
    let asked = |kept: &&CustomField| {
        let named = |key: &Input| {
            let key = key.as_str().unwrap_or_default();
            match (&within, key.rsplit_once('.')) {
                (None, Some((space, key))) => {
                    namespace(data, Some(space)) == kept.namespace && key == kept.key
                }
                _ => key == kept.key,
            }
        };
        within.as_ref().is_none_or(|within| *within == kept.namespace)
            && keys.is_none_or(|keys| keys.iter().any(named))
    };
    let rows = fields.iter().filter(asked);
    let rows = rows.map(|field| Row::new(field.id.0, MetafieldNode { field, owner })).collect();
    Ok(Out::object(Connection::of_all(names!("Metafield"), rows, field)?))
}

/// What a list of `MetafieldInput` says. What names neither a key nor an id of a field that is kept says nothing.
pub(crate) fn said(data: &Data, input: Option<&Input>, kept: &[CustomField]) -> Vec<CustomField> {
    let list = input.and_then(Input::as_list).unwrap_or_default();
    let said = |one: &Input| {
        let text = |name: &str| one.get(name).and_then(Input::as_str);
        let id = text("id").and_then(|id| crate::id::of_kind("Metafield", id));
        let known = id.and_then(|id| kept.iter().find(|field| field.id.0 == id));
        let key = text("key").or(known.map(|field| &*field.key))?.to_owned();
        let space = match known {
            Some(field) if text("namespace").is_none() => field.namespace.clone(),
            _ => namespace(data, text("namespace")),
        };
        let before = known.or_else(|| find(kept, &space, &key));
        let kind = text("type").or(before.map(|field| &*field.kind)).unwrap_or("single_line_text_field");
        Some(CustomField::said(space, key, kind.to_owned(), text("value").unwrap_or_default().to_owned()))
    };
    list.iter().filter_map(said).collect()
}

/// The namespace and key that an identifier names, as they are kept.
pub(crate) fn identifier(data: &Data, input: &Input) -> (String, String) {
    let text = |name: &str| input.get(name).and_then(Input::as_str);
    (namespace(data, text("namespace")), text("key").unwrap_or_default().to_owned())
}

/// The oldest order with that value in a field of a program. No index tells: every order is looked at.
pub(crate) async fn order_with(
    engine: &Engine,
    data: &Data,
    custom: &Input,
) -> Result<Option<OrderId>, Error> {
    let (namespace, key) = identifier(data, custom);
    let value = custom.get("value").and_then(|value| value.as_str()).unwrap_or_default();
    let mut page = Page { limit: 250, ..Page::default() };
    loop {
        let found = engine.orders(&data.shop, &[], OrderSort::Id, &page).await?;
        let fits = |order: &domain::order::Order| {
            let field = find(&order.placed.custom_fields, &namespace, &key);
            field.is_some_and(|field| field.value == value)
        };
        if let Some((order, _)) = found.iter().find(|(order, _)| fits(order)) {
            return Ok(Some(order.id));
        }
        if found.len() < page.limit as usize {
            return Ok(None);
        }
        page.after = found.last().map(|(order, key)| (key.clone(), order.id.0));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_given_as_json() {
        for (kind, value, json) in [
            ("json", r#"{"a":1}"#, serde_json::json!({ "a": 1 })),
            ("number_integer", "7", serde_json::json!(7)),
            ("list.single_line_text_field", r#"["x"]"#, serde_json::json!(["x"])),
            ("boolean", "true", serde_json::json!(true)),
            ("single_line_text_field", "7", serde_json::json!("7")),
            ("json", "no json", serde_json::json!("no json")),
        ] {
            let field = CustomField::said("a".into(), "b".into(), kind.into(), value.into());
            assert_eq!(json_value(&field), json, "{kind}");
        }
    }
}
