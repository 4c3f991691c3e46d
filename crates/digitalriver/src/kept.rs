//! What only this API knows of an order, a fulfillment, a refund or a return: kept with it as one custom field, an object,
//! in the transaction that makes or changes the thing. Nothing else understands it, and nothing depends on it.

use domain::custom_field::{self, CustomField};
use serde_json::{Map, Value};

const KEY: &str = "kept";
const KIND: &str = "json";

/// What is kept with a thing that has these fields; an empty object if nothing is.
pub(crate) fn of(fields: &[CustomField]) -> Value {
    let field = custom_field::find(fields, crate::NAME, KEY);
    let kept = field.and_then(|field| serde_json::from_str(&field.value).ok());
    kept.filter(Value::is_object).unwrap_or_else(|| Map::new().into())
}

/// The field that keeps it.
pub(crate) fn field(kept: &Value) -> CustomField {
    CustomField::said(crate::NAME.to_owned(), KEY.to_owned(), KIND.to_owned(), kept.to_string())
}

/// The fields that keep it: none if there is nothing to keep.
pub(crate) fn fields(kept: Map<String, Value>) -> Vec<CustomField> {
    if kept.is_empty() { Vec::new() } else { vec![field(&kept.into())] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_kept_comes_back() {
        let kept = json!({ "metadata": { "a": 1 } });
        assert_eq!(of(&[field(&kept)]), kept);
        let broken = CustomField { value: "[".to_owned(), ..field(&kept) };
        assert_eq!((of(&[broken]), of(&[])), (json!({}), json!({})));
        assert!(fields(Map::new()).is_empty());
    }
}
