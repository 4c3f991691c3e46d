//! What this API says of an order that comes in, in the words of `orderCreate`; and what of orders that are looked
//! for, in the words of the search.

use serde_json::{Map, Value, json};

use super::member::{Member, by, flag, id, list, number, object, read, same, word};

/// The member under which the edge leaves what a request doesn't say itself: the shop's currency.
pub(super) const SHOP_CURRENCY: &str = "shop_currency";

const ADDRESS: &[Member] = &[
    same("first_name"),
    same("last_name"),
    same("company"),
    same("address1"),
    same("address2"),
    same("city"),
    same("zip"),
    same("province"),
    same("province_code"),
    same("country"),
    word("country_code"),
    same("phone"),
];

const NAMED: &[Member] = &[same("name"), same("value")];
const ATTRIBUTE: &[Member] = &[same("name").named("key"), same("value")];

const ORDER: &[Member] = &[
    object("billing_address", ADDRESS),
    object("shipping_address", ADDRESS),
    word("financial_status"),
    word("fulfillment_status"),
    same("email"),
    same("name"),
    same("note"),
    list("note_attributes", ATTRIBUTE).named("customAttributes"),
    same("phone"),
    same("po_number"),
    same("processed_at"),
    same("source_identifier"),
    same("source_name"),
    flag("taxes_included"),
    flag("test"),
];

const LINE: &[Member] = &[
    id("variant_id", "ProductVariant"),
    id("product_id", "Product"),
    same("title"),
    same("variant_title"),
    same("sku"),
    same("vendor"),
    number("quantity"),
    flag("gift_card"),
    flag("requires_shipping"),
    flag("taxable"),
    same("fulfillment_service"),
    list("properties", NAMED),
];

const SHIPPING: &[Member] = &[same("title"), same("code"), same("source")];
const TRANSACTION: &[Member] =
    &[word("kind"), word("status"), same("gateway"), same("processed_at"), flag("test")];

/// What may change of an order.
pub(super) const UPDATE: &[Member] = &[
    id("id", "Order"),
    same("order.email"),
    same("order.note"),
    same("order.phone"),
    same("order.po_number"),
    list("order.note_attributes", ATTRIBUTE).named("customAttributes"),
    object("order.shipping_address", ADDRESS),
    by("order", tags).named("tags"),
];

/// The input of `orderCreate`.
pub(super) fn order(given: &Value) -> Option<Value> {
    let order = given.get("order")?;
    let currency =
        order.get("currency").and_then(Value::as_str).or_else(|| given.get(SHOP_CURRENCY)?.as_str());
    let currency = currency.unwrap_or_default().to_uppercase();
    let money = |amount: &Value| json!({"shopMoney": {"amount": decimal(amount), "currencyCode": currency}});
    // An object of a list, with its amounts and taxes.
    let priced = |from: &Value, members: &[Member], price: &str, set: &str| {
        let mut all = read(from, members);
        all.extend(
            from.get(price).filter(|price| !price.is_null()).map(|price| (set.to_owned(), money(price))),
        );
        let taxes = each(from, "tax_lines").map(|tax| {
            let rate = tax.get("rate").map(decimal);
            json!({"title": tax.get("title"), "rate": rate, "priceSet": tax.get("price").map(money)})
        });
        all.insert("taxLines".to_owned(), taxes.collect());
        all
    };
    let line = |line: &Value| {
        let mut all = priced(line, LINE, "price", "priceSet");
        let grams = line.get("grams").filter(|grams| grams.is_number());
        all.extend(grams.map(|grams| ("weight".to_owned(), json!({"unit": "GRAMS", "value": grams}))));
        Value::Object(all)
    };
    let shipping = |line: &Value| Value::Object(priced(line, SHIPPING, "price", "priceSet"));
    let transaction = |one: &Value| {
        let mut all = read(one, TRANSACTION);
        let amount = one.get("amount").unwrap_or(&Value::Null);
        all.insert("amountSet".to_owned(), money(amount));
        Value::Object(all)
    };
    let mut all = read(order, ORDER);
    all.insert("currency".to_owned(), currency.as_str().into());
    all.insert("lineItems".to_owned(), each(order, "line_items").map(line).collect());
    all.insert("shippingLines".to_owned(), each(order, "shipping_lines").map(shipping).collect());
    all.insert("transactions".to_owned(), each(order, "transactions").map(transaction).collect());
    all.extend(tags(order).map(|tags| ("tags".to_owned(), tags)));
    all.extend(discount(order, &money).map(|code| ("discountCode".to_owned(), code)));
    Some(all.into())
}

fn each<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// Amounts come as texts and as numbers.
fn decimal(amount: &Value) -> String {
    amount.as_str().map_or_else(|| amount.to_string(), str::to_owned)
}

/// A list, or a text with commas.
fn tags(order: &Value) -> Option<Value> {
    match order.get("tags")? {
        Value::String(text) => {
            let tags = text.split(',').map(str::trim).filter(|tag| !tag.is_empty());
            Some(tags.collect())
        }
        list => Some(list.clone()),
    }
}

/// The first code; the other API has only one.
fn discount(order: &Value, money: &impl Fn(&Value) -> Value) -> Option<Value> {
    let discount = each(order, "discount_codes").next()?;
    let (code, amount) = (discount.get("code")?, discount.get("amount").unwrap_or(&Value::Null));
    Some(match discount.get("type").and_then(Value::as_str) {
        Some("percentage") => {
            let percentage = decimal(amount).parse::<f64>().unwrap_or_default();
            json!({"itemPercentageDiscountCode": {"code": code, "percentage": percentage}})
        }
        Some("shipping") => json!({"freeShippingDiscountCode": {"code": code}}),
        _ => json!({"itemFixedDiscountCode": {"code": code, "amountSet": money(amount)}}),
    })
}

/// The options of `orderCreate`.
pub(super) fn options(given: &Value) -> Option<Value> {
    const OPTIONS: &[Member] =
        &[word("inventory_behaviour"), flag("send_receipt"), flag("send_fulfillment_receipt")];
    Some(read(given.get("order")?, OPTIONS).into())
}

/// The search for the orders that a list asks for. Only open ones, unless it says otherwise.
pub(super) fn search(given: &Value) -> Option<Value> {
    let text = |name: &str| given.get(name).map(decimal).filter(|text| !text.is_empty());
    let mut terms: Vec<String> = Vec::new();
    let mut add = |field: &str, op: &str, value: &str| {
        // Quotes would end what stands between quotes.
        let value: String = value.chars().filter(|c| !matches!(c, '"' | '\\')).collect();
        terms.push(format!("{field}:{op}\"{value}\""));
    };
    for name in ["status", "financial_status", "fulfillment_status"] {
        let asked =
            text(name).or_else(|| (name == "status" && given.get("ids").is_none()).then(|| "open".into()));
        asked.filter(|value| value != "any").into_iter().for_each(|value| add(name, "", &value));
    }
    for name in ["created_at", "processed_at", "updated_at"] {
        text(&format!("{name}_min")).into_iter().for_each(|at| add(name, ">=", &at));
        text(&format!("{name}_max")).into_iter().for_each(|at| add(name, "<=", &at));
    }
    text("since_id").into_iter().for_each(|id| add("id", ">", &id));
    text("name").into_iter().for_each(|name| add("name", "", &name));
    if let Some(ids) = text("ids") {
        let ids: Vec<&str> = ids.split(',').filter(|id| id.bytes().all(|b| b.is_ascii_digit())).collect();
        // No id at all is no order at all.
        terms.push(format!("id:{}", if ids.is_empty() { "0".to_owned() } else { ids.join(",") }));
    }
    Some(terms.join(" ").into())
}

/// What orders are sorted by: `order=created_at asc`, or their ids if they are asked for from one on.
pub(super) fn sort_key(given: &Value) -> Option<Value> {
    let (key, _) = sorted(given);
    Some(key.into())
}

pub(super) fn reverse(given: &Value) -> Option<Value> {
    let (_, reverse) = sorted(given);
    Some(reverse.into())
}

fn sorted(given: &Value) -> (&'static str, bool) {
    let order = given.get("order").and_then(Value::as_str).unwrap_or_default().to_lowercase();
    let (by, way) = order.split_once(' ').unwrap_or((&order, "desc"));
    let reverse = way.trim() != "asc";
    match by {
        "created_at" => ("CREATED_AT", reverse),
        "updated_at" => ("UPDATED_AT", reverse),
        "id" => ("ID", reverse),
        "processed_at" => ("PROCESSED_AT", reverse),
        _ if given.get("since_id").is_some() => ("ID", false),
        _ => ("PROCESSED_AT", true),
    }
}

/// Why an order is called off.
pub(super) fn cancel_reason(given: &Value) -> Option<Value> {
    let reason = given.get("reason").and_then(Value::as_str).unwrap_or("other");
    Some(reason.to_uppercase().into())
}

/// Whether what is called off goes back into the shelves; not unless it is said.
pub(super) fn restock(given: &Value) -> Option<Value> {
    let mut said: Map<String, Value> = read(given, &[flag("restock")]);
    Some(said.remove("restock").unwrap_or(Value::Bool(false)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_says_its_currency_with_every_amount() {
        let given = json!({"shop_currency": "EUR", "order": {
            "tags": "a, b", "financial_status": "paid", "note_attributes": [{"name": "n", "value": "v"}],
            "line_items": [{"variant_id": 3, "quantity": 2, "price": 4.5, "grams": 10}],
            "discount_codes": [{"code": "TEN", "amount": "10.0", "type": "percentage"}],
        }});
        let made = order(&given).unwrap();
        let line = &made["lineItems"][0];
        assert_eq!(line["variantId"], "gid://shopify/ProductVariant/3");
        assert_eq!(line["priceSet"], json!({"shopMoney": {"amount": "4.5", "currencyCode": "EUR"}}));
        assert_eq!(line["weight"], json!({"unit": "GRAMS", "value": 10}));
        assert_eq!(made["tags"], json!(["a", "b"]));
        assert_eq!(made["financialStatus"], "PAID");
        assert_eq!(made["customAttributes"], json!([{"key": "n", "value": "v"}]));
        assert_eq!(made["discountCode"]["itemPercentageDiscountCode"]["percentage"], 10.0);
    }

    #[test]
    fn a_list_becomes_a_search() {
        let of = |given: Value| search(&given).unwrap();
        assert_eq!(of(json!({})), "status:\"open\"");
        assert_eq!(of(json!({"status": "any", "since_id": "5"})), "id:>\"5\"");
        assert_eq!(of(json!({"status": "any", "name": "a\" OR id:1"})), "name:\"a OR id:1\"");
        assert_eq!(of(json!({"ids": "1,2"})), "id:1,2");
        assert_eq!(of(json!({"ids": "x"})), "id:0");
        assert_eq!(sorted(&json!({"order": "created_at asc"})), ("CREATED_AT", false));
        assert_eq!(sorted(&json!({"since_id": 5})), ("ID", false));
        assert_eq!(sorted(&json!({})), ("PROCESSED_AT", true));
    }
}
