//! Checkouts as answers show them, and the parts of them that orders show too.

use domain::money::{Currency, Minor};
use domain::record::Record;
use serde_json::{Map, Value, json};

use super::basket::{Basket, Item};
use super::sums::{ItemSums, Sums, sums};
use crate::call::Call;
use crate::failure::Failure;
use crate::{customer, id, metadata, sku, source, tax_identifier, words};

/// All but ids and times; with the state of the payment, if it is a checkout.
pub(super) async fn shown(
    call: &Call,
    basket: &Basket,
    checkout: Option<&Record>,
) -> Result<Map<String, Value>, Failure> {
    let sums = sums(basket);
    let currency = basket.currency;
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            shown.insert(name.to_owned(), value);
        }
    };
    let customer = match basket.customer {
        Some(id) => customer::find(call, &id.to_string()).await?,
        None => None,
    };
    put("customerId", customer.as_ref().map(|contact| customer::name(contact).into()).unwrap_or_default());
    put("currency", currency.code().into());
    for (name, text) in [
        ("email", &basket.email),
        ("language", &basket.language),
        ("browserIp", &basket.browser_ip),
        ("applicationId", &basket.application_id),
        ("upstreamId", &basket.upstream_id),
    ] {
        put(name, text.clone().map_or(Value::Null, Value::from));
    }
    // As the original has it where nobody says otherwise.
    put("customerType", basket.customer_type.as_deref().unwrap_or("individual").into());
    put("locale", basket.locale.as_deref().unwrap_or("en_US").into());
    put("sellingEntity", json!({ "id": call.shop().domain, "name": call.shop().name }));
    put("chargeType", basket.charge_type.as_deref().unwrap_or("customer_initiated").into());
    put("shipTo", basket.ship_to.clone());
    put("billTo", basket.bill_to.clone());
    for (name, amount) in [
        ("subtotal", sums.subtotal),
        ("totalFees", 0),
        ("totalTax", sums.tax),
        ("totalImporterTax", 0),
        ("totalDuty", 0),
        ("totalDiscount", sums.discount),
        ("totalShipping", sums.shipping),
        ("totalAmount", sums.total),
    ] {
        put(name, words::amount(amount, currency));
    }
    if let Some(shipping) = &basket.shipping {
        let mut choice = shipping.given.clone();
        choice.insert("amount".to_owned(), words::amount(sums.shipping, currency));
        choice.insert("taxAmount".to_owned(), words::amount(sums.shipping_tax, currency));
        put("shippingChoice", choice.into());
    }
    for (name, given) in &basket.given {
        put(name, given.clone());
    }
    let variants: Vec<_> = basket.items.iter().filter_map(|item| item.variant).collect();
    let sold = sku::sold(call, &variants).await?;
    let items = basket.items.iter().zip(&sums.items).map(|(one, sums)| {
        let said = sold.iter().find(|(variant, _)| Some(*variant) == one.variant);
        item(one, said.map(|(_, said)| said), sums, currency)
    });
    put("items", items.collect());
    let numbers = tax_identifier::SHELF.numbered(call, &basket.tax_identifiers).await?;
    if !numbers.is_empty() {
        put("taxIdentifiers", numbers.iter().map(|number| tax_identifier::shown(number, None)).collect());
    }
    if let Some(checkout) = checkout {
        put("payment", payment(call, basket, &sums, checkout).await?);
    }
    put("liveMode", basket.live.into());
    metadata::show(&basket.metadata, &mut shown);
    Ok(shown)
}

fn item(item: &Item, sold: Option<&Value>, sums: &ItemSums, currency: Currency) -> Value {
    let amount = |amount: Minor| words::amount(amount, currency);
    let mut shown = item.given.clone();
    shown.insert("id".to_owned(), item.id.to_string().into());
    shown.extend(item.sku_id.clone().map(|sku| ("skuId".to_owned(), sku.into())));
    let details = if item.product.is_null() { sold } else { Some(&item.product) };
    shown.extend(details.map(|details| ("productDetails".to_owned(), details.clone())));
    shown.insert("quantity".to_owned(), item.quantity.into());
    shown.insert("amount".to_owned(), amount(sums.amount));
    shown.insert(
        "tax".to_owned(),
        json!({ "rate": item.tax_rate.unwrap_or(0.0), "amount": amount(sums.tax) }),
    );
    let shipping = json!({ "amount": amount(sums.shipping), "taxAmount": amount(sums.shipping_tax) });
    shown.insert("shipping".to_owned(), shipping);
    for name in ["importerTax", "duties"] {
        shown.insert(name.to_owned(), json!({ "amount": amount(0) }));
    }
    shown.insert("fees".to_owned(), json!({ "amount": amount(0), "taxAmount": amount(0) }));
    metadata::show(&item.metadata, &mut shown);
    shown.into()
}

/// What it is paid with, and how that goes on.
async fn payment(call: &Call, basket: &Basket, sums: &Sums, checkout: &Record) -> Result<Value, Failure> {
    let mut payment = Map::new();
    let attached = super::source(call, basket).await?;
    let contributed = super::contributed(attached.as_ref(), sums)?;
    if let (Some(attached), Some(given)) = (&attached, contributed) {
        let mut source = source::with_owner(call, attached).await?;
        source["amount"] = words::amount(given, basket.currency);
        payment.insert("sources".to_owned(), vec![source].into());
    }
    let amount = |amount: Minor| words::amount(amount, basket.currency);
    let state = if contributed == Some(sums.total) { "requires_confirmation" } else { "requires_source" };
    let contributed = contributed.unwrap_or(0);
    let session = json!({
        "id": id::shown(id::SESSION, checkout.id.0),
        "clientSecret": id::of_client(checkout.id.0),
        "amountContributed": amount(contributed),
        "amountRemainingToBeContributed": amount(sums.total - contributed),
        "state": state,
    });
    payment.insert("session".to_owned(), session);
    Ok(payment.into())
}
