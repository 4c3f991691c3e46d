//! Pages: `limit` and an opaque `page_info`, told in the `Link` header.
//!
//! A `page_info` holds a cursor of the other API and everything else that was asked for with the first page, so a
//! client sends nothing beside it but `limit` and `fields`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use engine::query::Value as Key;
use serde_json::{Map, Value, json};

use super::fault::Fault;
use super::order_input::SHOP_CURRENCY;
use crate::page::Cut;

/// How many rows a page has unless told otherwise, and at the most.
const ROWS: i64 = 50;
const MOST: i64 = 250;

/// What was asked for with the first page, and where the page begins or ends: `after` or `before`.
pub(super) fn opened(mut given: Map<String, Value>) -> Result<Map<String, Value>, Fault> {
    given.retain(|name, _| name != "after" && name != "before");
    let Some(token) = given.remove("page_info") else { return Ok(given) };
    let bad = |text: String| Fault::new(axum::http::StatusCode::BAD_REQUEST, json!({ "page_info": text }));
    if let Some(other) = given.keys().find(|name| !["limit", "fields"].contains(&name.as_str())) {
        return Err(bad(format!("{other} cannot be passed when page_info is present.")));
    }
    let bytes = token.as_str().and_then(|token| URL_SAFE_NO_PAD.decode(token).ok());
    let kept = bytes.and_then(|bytes| serde_json::from_slice::<Map<String, Value>>(&bytes).ok());
    let mut kept = kept.ok_or_else(|| bad("Invalid value.".to_owned()))?;
    kept.extend(given);
    Ok(kept)
}

/// The number of rows that is asked for: of the first ones, unless the page lies before something.
pub(super) fn first(given: &Value) -> Option<Value> {
    given.get("before").is_none().then(|| limit(given, ROWS))
}

/// The number of rows that is asked for, of a list that is long unless told otherwise.
pub(super) fn first_of_many(given: &Value) -> Option<Value> {
    given.get("before").is_none().then(|| limit(given, MOST))
}

pub(super) fn last(given: &Value) -> Option<Value> {
    given.get("before").is_some().then(|| limit(given, ROWS))
}

fn limit(given: &Value, otherwise: i64) -> Value {
    let number = |value: &Value| value.as_i64().or_else(|| value.as_str()?.parse().ok());
    given.get("limit").and_then(number).unwrap_or(otherwise).clamp(1, MOST).into()
}

/// The `Link` header: the pages before and behind this one.
pub(super) fn link(page: &Cut<(i64, Key)>, given: &Value, address: &str) -> Option<String> {
    let (first, last) = (page.rows.first()?, page.rows.last()?);
    let mut links = Vec::new();
    if page.more_before {
        links.push(one("before", first, "previous", given, address));
    }
    if page.more_behind {
        links.push(one("after", last, "next", given, address));
    }
    (!links.is_empty()).then(|| links.join(", "))
}

fn one(side: &str, (id, value): &(i64, Key), rel: &str, given: &Value, address: &str) -> String {
    let mut kept = given.as_object().cloned().unwrap_or_default();
    kept.retain(|name, _| !["after", "before", "fields", "limit", SHOP_CURRENCY].contains(&name.as_str()));
    kept.insert(side.to_owned(), crate::page::cursor(*id, value).into());
    let token = URL_SAFE_NO_PAD.encode(Value::Object(kept).to_string());
    let limit = limit(given, ROWS);
    let fields = given.get("fields").and_then(Value::as_str);
    let fields =
        fields.filter(|fields| fields.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b','));
    let fields = fields.map_or_else(String::new, |fields| format!("&fields={fields}"));
    format!("<{address}?limit={limit}{fields}&page_info={token}>; rel=\"{rel}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_brings_back_what_was_asked_for() {
        let page = Cut { rows: vec![(5, 50.into()), (4, 40.into())], more_before: true, more_behind: true };
        let given = json!({"status": "any", "limit": "2", "fields": "id", "shop_currency": "EUR"});
        let links = link(&page, &given, "http://host/orders.json").unwrap();
        let (previous, next) = links.split_once(", ").unwrap();
        assert!(previous.ends_with("rel=\"previous\""));
        let token = next.split("page_info=").nth(1).unwrap().split('>').next().unwrap();
        assert!(next.starts_with("<http://host/orders.json?limit=2&fields=id&page_info="), "{next}");
        let given = json!({"page_info": token, "limit": 3});
        let opened = opened(given.as_object().unwrap().clone()).unwrap();
        assert_eq!((&opened["status"], opened.get(SHOP_CURRENCY)), (&json!("any"), None));
        assert_eq!(opened["after"], crate::page::cursor(4, &40.into()));
        assert_eq!(first(&Value::Object(opened)), Some(json!(3)));
    }

    #[test]
    fn nothing_else_may_be_asked_for_with_a_page() {
        for bad in
            [json!({"page_info": "x"}), json!({"page_info": "e30", "status": "any"}), json!({"page_info": 1})]
        {
            assert_eq!(opened(bad.as_object().unwrap().clone()).unwrap_err().status, 400, "{bad}");
        }
    }
}
