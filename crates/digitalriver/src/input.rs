//! What was sent: a JSON object. Null is as if nothing was sent; numbers may be texts, and texts may be numbers; a field
//! that there isn't is refused, since whoever sent it meant something by it.

use domain::money::{self, Currency, Minor};
use domain::time::Time;
use serde_json::{Map, Value};

use crate::failure::Failure;
use crate::words;

/// The fields that were sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Input {
    fields: Map<String, Value>,
    /// Where it is in what was sent, as failures name it: empty, or such as `items[0]`.
    at: String,
}

impl Input {
    /// The object that a body is; empty if there is no body. Some programs put a byte order mark before it.
    pub(crate) fn of(body: &[u8]) -> Result<Self, Failure> {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Self::default());
        }
        match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) if fields.iter().any(|(name, value)| has_null(name, value)) => {
                Err(Failure::null_character())
            }
            Ok(Value::Object(fields)) => Ok(Self { fields, at: String::new() }),
            Ok(_) | Err(_) => Err(Failure::not_json()),
        }
    }

    /// That no other field was sent.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), Failure> {
        match self.fields.keys().find(|name| !known.contains(&name.as_str())) {
            Some(unknown) => Err(Failure::unknown_parameter(unknown)),
            None => Ok(()),
        }
    }

    /// A field as failures name it.
    pub(crate) fn at(&self, name: &str) -> String {
        if self.at.is_empty() { name.to_owned() } else { format!("{}.{name}", self.at) }
    }

    /// The field, unless it is absent or null.
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    /// All of it.
    pub(crate) fn fields(&self) -> &Map<String, Value> {
        &self.fields
    }

    /// A text; a number is taken as one.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, Failure> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(other) => Err(Failure::invalid(self.at(name), &other.to_string(), "string")),
        }
    }

    /// A text that must be there, and not be blank.
    pub(crate) fn needed_text(&self, name: &str) -> Result<String, Failure> {
        let text = self.text(name)?.ok_or_else(|| Failure::missing(self.at(name)))?;
        if text.trim().is_empty() {
            return Err(Failure::bad("invalid_string_blank", self.at(name), "A value must not be blank."));
        }
        Ok(text)
    }

    /// A whole number; digits in a text are taken as one.
    pub(crate) fn integer(&self, name: &str) -> Result<Option<i64>, Failure> {
        let number = match self.value(name) {
            None => return Ok(None),
            // Whole numbers are sent with a fraction, too, by programs that know no others.
            Some(Value::Number(number)) => number.as_i64().or_else(|| number.as_f64().and_then(whole)),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(_) => None,
        };
        let told = || Failure::bad("invalid_integer", self.at(name), "A value must be an integer.");
        number.map(Some).ok_or_else(told)
    }

    /// A decimal as text, not negative.
    pub(crate) fn decimal(&self, name: &str) -> Result<Option<String>, Failure> {
        let text = match self.value(name) {
            None => return Ok(None),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(_) => String::new(),
        };
        // As precise as anything here is counted.
        let is_plain = money::parse(&text, Currency::USD).is_some_and(|amount| amount >= 0);
        let told = || Failure::bad("invalid_amount", self.at(name), "A value must be a number, not below 0.");
        if is_plain { Ok(Some(text)) } else { Err(told()) }
    }

    /// An amount of money, not negative, in minor units.
    pub(crate) fn amount(&self, name: &str, currency: Currency) -> Result<Option<Minor>, Failure> {
        let Some(text) = self.decimal(name)? else { return Ok(None) };
        let told = || Failure::bad("invalid_amount", self.at(name), "A value is too large.");
        money::parse(&text, currency).filter(|amount| *amount <= MOST).map(Some).ok_or_else(told)
    }

    /// Yes or no, also as a word.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Failure> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(Value::String(text)) if text.trim().eq_ignore_ascii_case("true") => Ok(Some(true)),
            Some(Value::String(text)) if text.trim().eq_ignore_ascii_case("false") => Ok(Some(false)),
            Some(_) => Err(Failure::bad("invalid_boolean", self.at(name), "A value must be true or false.")),
        }
    }

    /// A moment.
    pub(crate) fn time(&self, name: &str) -> Result<Option<Time>, Failure> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        words::moment(&text).map(Some).ok_or_else(|| Failure::invalid(self.at(name), &text, "date-time"))
    }

    /// One of these words; `what` it is otherwise told not to be.
    pub(crate) fn word(&self, name: &str, known: &[&'static str]) -> Result<Option<&'static str>, Failure> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        match known.iter().find(|word| **word == text) {
            Some(word) => Ok(Some(word)),
            None => Err(Failure::invalid(self.at(name), &text, "value")),
        }
    }

    /// A currency.
    pub(crate) fn currency(&self, name: &str) -> Result<Option<Currency>, Failure> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let told = || Failure::invalid(self.at(name), &text, "currency");
        Currency::parse(&text).map(Some).ok_or_else(told)
    }

    /// An object within.
    pub(crate) fn object(&self, name: &str) -> Result<Option<Input>, Failure> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::Object(fields)) => Ok(Some(Input { fields: fields.clone(), at: self.at(name) })),
            Some(_) => Err(Failure::bad("invalid_parameter", self.at(name), "A value must be an object.")),
        }
    }

    /// A list of objects within.
    pub(crate) fn objects(&self, name: &str) -> Result<Option<Vec<Input>>, Failure> {
        let no_list =
            || Failure::bad("invalid_parameter", self.at(name), "A value must be a list of objects.");
        match self.value(name) {
            None => Ok(None),
            Some(Value::Array(items)) => {
                let object = |(index, item): (usize, &Value)| match item {
                    Value::Object(fields) => {
                        Ok(Input { fields: fields.clone(), at: format!("{}[{index}]", self.at(name)) })
                    }
                    _ => Err(no_list()),
                };
                items.iter().enumerate().map(object).collect::<Result<_, _>>().map(Some)
            }
            Some(_) => Err(no_list()),
        }
    }

    /// Those of these texts that were sent, as texts.
    pub(crate) fn texts(&self, names: &[&str]) -> Result<Map<String, Value>, Failure> {
        let sent =
            names.iter().map(|name| Ok(self.text(name)?.map(|text| ((*name).to_owned(), text.into()))));
        sent.filter_map(Result::transpose).collect()
    }

    /// An address, with its country.
    pub(crate) fn address(&self, name: &str) -> Result<Option<Value>, Failure> {
        const FIELDS: [&str; 6] = ["line1", "line2", "city", "postalCode", "state", "country"];
        let Some(address) = self.object(name)? else { return Ok(None) };
        address.only(&FIELDS)?;
        let country = address.text("country")?.ok_or_else(|| Failure::missing(address.at("country")))?;
        if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return Err(Failure::invalid(address.at("country"), &country, "country"));
        }
        Ok(Some(address.texts(&FIELDS)?.into()))
    }

    /// What some countries need of an address besides.
    pub(crate) fn more_of_address(&self) -> Result<Option<Value>, Failure> {
        const FIELDS: [&str; 3] = ["neighborhood", "division", "phoneticName"];
        let Some(more) = self.object("additionalAddressInfo")? else { return Ok(None) };
        more.only(&FIELDS)?;
        Ok(Some(more.texts(&FIELDS)?.into()))
    }

    /// Somebody with an address (`shipTo`, `billTo`, `shipping`): what was given of them.
    pub(crate) fn party(&self, name: &str) -> Result<Option<Value>, Failure> {
        const TEXTS: [&str; 4] = ["name", "phone", "email", "organization"];
        let Some(party) = self.object(name)? else { return Ok(None) };
        party.only(&["address", "name", "phone", "email", "organization", "additionalAddressInfo"])?;
        let address = party.address("address")?.ok_or_else(|| Failure::missing(party.at("address")))?;
        let mut given = party.texts(&TEXTS)?;
        given.retain(|name, value| name != "email" || value != "");
        if let Some(email) = given.get("email").and_then(Value::as_str) {
            is_email(&party.at("email"), email)?;
        }
        given.insert("address".to_owned(), address);
        given.extend(party.more_of_address()?.map(|more| ("additionalAddressInfo".to_owned(), more)));
        Ok(Some(given.into()))
    }
}

/// Whether there is a null character anywhere in a field: one of the databases can't keep any.
fn has_null(name: &str, value: &Value) -> bool {
    name.contains('\0')
        || match value {
            Value::String(text) => text.contains('\0'),
            Value::Array(items) => items.iter().any(|item| has_null("", item)),
            Value::Object(fields) => fields.iter().any(|(name, value)| has_null(name, value)),
            _ => false,
        }
}

/// The largest amount in minor units that is taken, so that sums of some thousand of them still fit.
const MOST: Minor = 1_000_000_000_000;

fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
}

/// That a text is an e-mail address.
pub(crate) fn is_email(parameter: &str, text: &str) -> Result<(), Failure> {
    match domain::contact::is_email(text) {
        true => Ok(()),
        false => Err(Failure::bad("email_invalid", parameter, format!("'{text}' is not a valid email."))),
    }
}

/// A value in which nothing is null: what isn't there is left out.
pub(crate) fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let there = fields.iter().filter(|(_, value)| !value.is_null());
            there.map(|(name, value)| (name.clone(), without_nulls(value))).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn input(value: Value) -> Input {
        Input::of(value.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn a_body_is_an_object_or_nothing() {
        assert!(Input::of(b" \n").unwrap().fields().is_empty());
        assert_eq!(Input::of(b"\xef\xbb\xbf{\"a\":1}").unwrap().integer("a").unwrap(), Some(1));
        for bad in ["[]", "null", "{", "\"x\"", "7", r#"{"a":[{"b":"\u0000"}]}"#, r#"{"\u0000":1}"#] {
            assert!(Input::of(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(Input::of(&[0xff]).is_err());
    }

    #[test]
    fn values_are_read_as_leniently_as_clients_write_them() {
        let input =
            input(json!({ "n": "12", "f": "true", "t": 529861350336_i64, "z": null, "a": "27.01", "w": 2.0,
            "d": 1.25, "at": "2025-07-10T16:15:47Z" }));
        assert_eq!((input.integer("n").unwrap(), input.integer("w").unwrap()), (Some(12), Some(2)));
        assert_eq!(input.flag("f").unwrap(), Some(true));
        assert_eq!(input.text("t").unwrap().as_deref(), Some("529861350336"));
        assert_eq!(input.amount("a", Currency::USD).unwrap(), Some(2_701));
        assert_eq!(input.decimal("d").unwrap().as_deref(), Some("1.25"));
        assert_eq!(input.time("at").unwrap(), Some(Time(1_752_164_147_000_000)));
        assert_eq!((input.text("z").unwrap(), input.value("z"), input.value("absent")), (None, None, None));
        for bad in ["a", "d", "f"] {
            assert!(input.integer(bad).is_err(), "{bad}");
        }
        assert!(input.amount("f", Currency::USD).is_err() && input.flag("n").is_err());
        assert!(input.needed_text("z").is_err() && input.time("n").is_err());
    }

    #[test]
    fn amounts_are_neither_negative_nor_beyond_counting() {
        for bad in [json!(-1), json!("1e3"), json!(1e300), json!("90000000000000"), json!([])] {
            assert!(input(json!({ "a": bad })).amount("a", Currency::USD).is_err(), "{bad}");
        }
    }

    #[test]
    fn somebody_needs_a_country_and_loses_nulls() {
        let sent = json!({ "shipTo": { "address": { "line1": "1", "line2": null, "country": "US" }, "phone": null } });
        let kept = json!({ "address": { "line1": "1", "country": "US" } });
        assert_eq!(input(sent).party("shipTo").unwrap(), Some(kept));
        let loose = json!({ "a": { "address": { "city": 7, "country": "US" }, "name": 5, "email": "",
            "additionalAddressInfo": { "division": 1 } } });
        let kept = json!({ "name": "5", "address": { "city": "7", "country": "US" },
            "additionalAddressInfo": { "division": "1" } });
        assert_eq!(input(loose).party("a").unwrap(), Some(kept), "texts are texts");
        for bad in [
            json!({}),
            json!({ "address": {} }),
            json!({ "address": { "country": "USA" } }),
            json!({ "address": { "country": "US", "street": "1" } }),
            json!({ "address": { "country": "US" }, "email": "nobody" }),
            json!({ "address": { "country": "US" }, "additionalAddressInfo": { "division": {} } }),
            json!({ "address": { "country": "US" }, "additionalAddressInfo": [] }),
        ] {
            assert!(input(json!({ "shipTo": bad })).party("shipTo").is_err(), "{bad}");
        }
    }
}
