//! How services are asked for what they know, and what they answer: `fetch_tracking_numbers` and `fetch_stock` below
//! their callback address. Both are asked for as JSON, by the name with `.json` behind; services written by newer
//! documentation know it without, so that is tried where the first isn't there.

use domain::location::Inquiry;
use engine::dialect::{About, Asked, Learned, Question};
use serde_json::{Map, Value};

/// Where a service is asked, and with what.
pub(crate) fn question(asked: &Asked<'_>) -> Option<Question> {
    let callback = asked.service.callback_url.as_ref()?.trim_end_matches('/');
    let mut query = form_urlencoded::Serializer::new(String::new());
    let path = match asked.about {
        About::Tracking(names) => {
            query.extend_pairs(names.iter().map(|name| ("order_names[]", name)));
            query.append_pair("shop", &asked.shop.domain);
            "fetch_tracking_numbers"
        }
        About::Stock => {
            query.append_pair("shop", &asked.shop.domain);
            query.append_pair("timestamp", &asked.now.0.div_euclid(domain::time::SECOND).to_string());
            "fetch_stock"
        }
    };
    let query = query.finish();
    let headers = [("Accept", "application/json"), ("X-Shopify-Shop-Domain", &asked.shop.domain)];
    Some(Question {
        urls: [".json", ""].map(|end| format!("{callback}/{path}{end}?{query}")).to_vec(),
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
    })
}

/// What a service answered. Both answers may lie within an object of their own, or be that object.
pub(crate) fn understood(inquiry: Inquiry, body: &[u8]) -> Option<Learned> {
    let Value::Object(answer) = serde_json::from_slice(body).ok()? else { return None };
    let within = |name: &str| answer.get(name).map_or(Some(&answer), Value::as_object);
    match inquiry {
        Inquiry::Tracking if answer.get("success") == Some(&Value::Bool(false)) => None,
        Inquiry::Tracking => Some(Learned::Tracking(trackings(within("tracking_numbers")?))),
        Inquiry::Stock => Some(Learned::Stock(levels(within("stock_levels")?))),
    }
}

/// Numbers by name: a text, a number, or several of them. Blank ones say nothing.
fn trackings(answer: &Map<String, Value>) -> Vec<(String, Vec<String>)> {
    let number = |value: &Value| match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let numbers = |value: &Value| match value {
        Value::Array(several) => several.iter().filter_map(number).collect(),
        one => number(one).into_iter().collect::<Vec<_>>(),
    };
    answer.iter().map(|(name, value)| (name.clone(), numbers(value))).collect()
}

/// Units by SKU: a whole number, maybe as a text. What is no number says nothing.
fn levels(answer: &Map<String, Value>) -> Vec<(String, i64)> {
    let units = |value: &Value| match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_i64(),
    };
    answer.iter().filter_map(|(sku, value)| Some((sku.clone(), units(value)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tracking(answer: &str) -> Option<Vec<(String, Vec<String>)>> {
        match understood(Inquiry::Tracking, answer.as_bytes()) {
            Some(Learned::Tracking(found)) => Some(found),
            _ => None,
        }
    }

    fn stock(answer: &str) -> Option<Vec<(String, i64)>> {
        match understood(Inquiry::Stock, answer.as_bytes()) {
            Some(Learned::Stock(found)) => Some(found),
            _ => None,
        }
    }

    #[test]
    fn tracking_numbers_come_with_and_without_an_object_around() {
        let one = |name: &str, numbers: &[&str]| {
            Some(vec![(name.to_owned(), numbers.iter().map(|number| (*number).to_owned()).collect())])
        };
        let wrapped = r##"{"tracking_numbers":{"#1001-F1":" qwerty "},"message":"ok","success":true}"##;
        assert_eq!(tracking(wrapped), one("#1001-F1", &["qwerty"]));
        assert_eq!(tracking(r##"{"#1001-F1":12345}"##), one("#1001-F1", &["12345"]));
        assert_eq!(tracking(r##"{"#1001-F1":["a","b",""]}"##), one("#1001-F1", &["a", "b"]));
        assert_eq!(tracking(r##"{"#1001-F1":null}"##), one("#1001-F1", &[]));
        let failed = r##"{"tracking_numbers":{"#1001-F1":"qwerty"},"success":false}"##;
        for nothing in [failed, "[]", "", "<html>", r#"{"tracking_numbers":[]}"#] {
            assert_eq!(tracking(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn stock_comes_with_and_without_an_object_around() {
        let two = Some(vec![("a".to_owned(), 3), ("b".to_owned(), -1)]);
        assert_eq!(stock(r#"{"a":3,"b":"-1","c":"many","d":1.5}"#), two);
        assert_eq!(stock(r#"{"stock_levels":{"a":3,"b":-1}}"#), two);
        assert_eq!(stock("{}"), Some(vec![]));
        assert_eq!(stock("12"), None);
    }
}
