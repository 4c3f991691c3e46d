//! Payloads as XML, for the listeners that want it: what Rails makes of the same objects, which is how the original
//! has always written them.
//!
//! Names have hyphens where JSON has underscores. What isn't text says what it is in `type`; nothing at all is an empty
//! element with `nil`. A list has `type="array"`, and its items are called like it in the singular. The root is what
//! the topic is about; payloads that are no such object, of `fulfillment_orders/*` for example, are in a `hash`.

use std::io;

use quick_xml::events::{BytesDecl, BytesText, Event};
use quick_xml::writer::Writer;
use serde_json::Value;

use super::topic::Group;
use crate::words;

/// The members with amounts that are written as decimals. Others, such as those of sets, are only text.
const DECIMALS: [&str; 8] = [
    "price",
    "subtotal_price",
    "total_discounts",
    "total_line_items_price",
    "total_outstanding",
    "total_price",
    "total_tax",
    "total_tip_received",
];
/// What may not stand in a document is shown by this instead.
const REPLACEMENT: char = '\u{fffd}';

/// What a payload is called: like what its topic is about, if it is such an object, which has a number, and not a few
/// words about one.
pub(super) fn root(group: Group, payload: &Value) -> String {
    let is_number = |name: &&str| payload.get(name).is_some_and(Value::is_number);
    match ["id", "inventory_item_id"].iter().any(is_number) {
        true => singular(&group.name().to_lowercase()).to_owned(),
        false => "hash".to_owned(),
    }
}

/// The document of a payload.
///
/// # Errors
/// None that is known: it is written into memory.
pub(super) fn document(root: &str, payload: &Value) -> io::Result<String> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    element(&mut writer, root, payload)?;
    String::from_utf8(writer.into_inner()).map_err(io::Error::other)
}

fn element(writer: &mut Writer<Vec<u8>>, name: &str, value: &Value) -> io::Result<()> {
    let element = writer.create_element(name.replace('_', "-"));
    let element = match kind(name, value) {
        Some(kind) => element.with_attribute(("type", kind)),
        None => element,
    };
    match value {
        Value::Null => element.with_attribute(("nil", "true")).write_empty()?,
        Value::Array(items) if items.is_empty() => element.write_empty()?,
        Value::Array(items) => element.write_inner_content(|writer| {
            items.iter().try_for_each(|item| self::element(writer, singular(name), item))
        })?,
        Value::Object(members) if members.is_empty() => element.write_empty()?,
        Value::Object(members) => element.write_inner_content(|writer| {
            members.iter().try_for_each(|(name, member)| self::element(writer, name, member))
        })?,
        Value::String(text) => element.write_text_content(BytesText::new(&legal(text)))?,
        Value::Bool(_) | Value::Number(_) => {
            element.write_text_content(BytesText::new(&value.to_string()))?
        }
    };
    Ok(())
}

/// What `type` says of a member.
fn kind(name: &str, value: &Value) -> Option<&'static str> {
    let is_time = name.ends_with("_at");
    match value {
        Value::Array(_) => Some("array"),
        Value::Bool(_) => Some("boolean"),
        Value::Number(number) if number.is_f64() => Some("float"),
        Value::Number(_) => Some("integer"),
        Value::Null if is_time => Some("dateTime"),
        Value::String(text) if is_time && words::parse_time(text).is_some() => Some("dateTime"),
        Value::String(_) if DECIMALS.contains(&name) => Some("decimal"),
        _ => None,
    }
}

/// The name of one of many; what isn't said in the plural is called the same.
fn singular(name: &str) -> &str {
    match name {
        "addresses" => "address",
        "duties" => "duty",
        "properties" => "property",
        name => name.strip_suffix('s').unwrap_or(name),
    }
}

/// A text without the characters that no XML document may have, escaped or not.
fn legal(text: &str) -> String {
    let is_legal =
        |c: char| matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'));
    text.chars().map(|c| if is_legal(c) { c } else { REPLACEMENT }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ORDER: &str = r##"<?xml version="1.0" encoding="UTF-8"?>
<order>
  <id type="integer">1000</id>
  <name>#1001</name>
  <note></note>
  <closed-at type="dateTime" nil="true"/>
  <created-at type="dateTime">2026-01-02T03:04:05-05:00</created-at>
  <held-at>soon</held-at>
  <test type="boolean">false</test>
  <total-price type="decimal">12.50</total-price>
  <total-price-set>
    <amount>12.50</amount>
  </total-price-set>
  <cancel-reason nil="true"/>
  <rate type="float">0.05</rate>
  <receipt/>
  <line-items type="array">
    <line-item>
      <sku>A&lt;1&gt;</sku>
      <properties type="array"/>
    </line-item>
    <line-item>
      <sku nil="true"/>
      <properties type="array">
        <property>
          <value>� &amp; so</value>
        </property>
      </properties>
    </line-item>
  </line-items>
  <tracking-numbers type="array">
    <tracking-number>1Z</tracking-number>
  </tracking-numbers>
</order>"##;

    #[test]
    fn a_document_says_what_everything_is() {
        let order = json!({
            "id": 1_000, "name": "#1001", "note": "", "closed_at": null,
            "created_at": "2026-01-02T03:04:05-05:00", "held_at": "soon", "test": false, "total_price": "12.50",
            "total_price_set": { "amount": "12.50" }, "cancel_reason": null, "rate": 0.05, "receipt": {},
            "line_items": [
                { "sku": "A<1>", "properties": [] },
                { "sku": null, "properties": [{ "value": "\u{1} & so" }] },
            ],
            "tracking_numbers": ["1Z"],
        });
        assert_eq!(document("order", &order).unwrap(), ORDER);
    }

    #[test]
    fn the_root_is_what_the_topic_is_about() {
        for (group, payload, root) in [
            (Group::Refunds, json!({ "id": 1 }), "refund"),
            (Group::FulfillmentEvents, json!({ "id": 1 }), "fulfillment_event"),
            (Group::InventoryLevels, json!({ "inventory_item_id": 1 }), "inventory_level"),
            (Group::FulfillmentOrders, json!({ "fulfillment_order": { "id": "gid" } }), "hash"),
            (Group::Orders, json!({ "order_edit": { "id": 1 } }), "hash"),
        ] {
            assert_eq!(super::root(group, &payload), root);
        }
    }

    #[test]
    fn one_of_many() {
        for (many, one) in [
            ("line_items", "line_item"),
            ("addresses", "address"),
            ("duties", "duty"),
            ("fulfillment_order_line_items_requested", "fulfillment_order_line_items_requested"),
        ] {
            assert_eq!(singular(many), one);
        }
    }
}
