//! Checkouts as answers and events show them.

use domain::id::{ContactId, VariantId};
use domain::money::{Currency, Minor};
use domain::record::Record;
use domain::snapshot::Shop;
use engine::dialect::Happened;
use serde_json::{Map, Value, json};

use super::SHELF;
use super::basket::{Basket, Item};
use super::sums::{ItemSums, Sums, sums};
use crate::call::Call;
use crate::failure::Failure;
use crate::{customer, id, metadata, sku, source, tax_identifier, words};

/// What stands beside a basket, which names it only.
#[derive(Default)]
pub(super) struct Beside {
    /// What its customer goes by.
    customer: Option<String>,
    /// What is said of its articles.
    sold: Vec<(VariantId, Value)>,
    /// What it is paid with, and what the customer goes by to whom that belongs.
    source: Option<(Record, Option<String>)>,
    /// The numbers under which the buyer pays taxes.
    numbers: Vec<Record>,
}

impl Beside {
    /// As it is now.
    pub(super) async fn of(call: &Call, basket: &Basket) -> Result<Self, Failure> {
        let variants: Vec<_> = basket.items.iter().filter_map(|item| item.variant).collect();
        let source = match super::source(call, basket).await? {
            Some(record) => {
                let owner = source::owner(call, &record).await?;
                Some((record, owner))
            }
            None => None,
        };
        let customer = match basket.customer {
            Some(id) => customer::find(call, &id.to_string()).await?,
            None => None,
        };
        Ok(Self {
            customer: customer.as_ref().map(customer::name),
            sold: sku::sold(call, &variants).await?,
            source,
            numbers: tax_identifier::SHELF.numbered(call, &basket.tax_identifiers).await?,
        })
    }

    /// As it was read when something happened.
    pub(super) fn told(happened: &Happened<'_>, basket: &Basket) -> Self {
        let around = happened.surroundings;
        let customer = |id: ContactId| {
            let contact = happened.contacts.iter().find(|contact| contact.id == id);
            contact.map(customer::name)
        };
        let source = basket.source.and_then(|id| around.records.iter().find(|record| record.id == id));
        let numbers = around.records.iter().filter(|record| basket.tax_identifiers.contains(&record.id));
        let sold = around.variants.iter().map(|variant| (variant.id, sku::said(variant, &around.products)));
        Self {
            customer: basket.customer.and_then(customer),
            sold: sold.collect(),
            source: source
                .map(|source| (source.clone(), source.parent.and_then(|owner| customer(ContactId(owner))))),
            numbers: numbers.cloned().collect(),
        }
    }
}

/// A checkout.
pub(super) fn shown(
    shop: &Shop,
    checkout: &Record,
    basket: &Basket,
    beside: &Beside,
) -> Result<Value, Failure> {
    let sums = sums(basket);
    let currency = basket.currency;
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            shown.insert(name.to_owned(), value);
        }
    };
    put("id", SHELF.name(checkout.id).into());
    put("createdTime", words::time(checkout.created_at));
    put("updatedTime", words::time(checkout.updated_at));
    put("customerId", beside.customer.clone().map_or(Value::Null, Value::from));
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
    put("sellingEntity", json!({ "id": shop.domain, "name": shop.name }));
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
    let items = basket.items.iter().zip(&sums.items).map(|(one, sums)| {
        let said = beside.sold.iter().find(|(variant, _)| Some(*variant) == one.variant);
        item(one, said.map(|(_, said)| said), sums, currency)
    });
    put("items", items.collect());
    if !beside.numbers.is_empty() {
        put(
            "taxIdentifiers",
            beside.numbers.iter().map(|number| tax_identifier::shown(number, None)).collect(),
        );
    }
    put("payment", payment(basket, &sums, checkout, beside.source.as_ref())?);
    put("liveMode", basket.live.into());
    metadata::show(&basket.metadata, &mut shown);
    Ok(shown.into())
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
fn payment(
    basket: &Basket,
    sums: &Sums,
    checkout: &Record,
    paid_with: Option<&(Record, Option<String>)>,
) -> Result<Value, Failure> {
    let mut payment = Map::new();
    let contributed = super::contributed(paid_with.map(|(source, _)| source), sums)?;
    if let (Some((attached, owner)), Some(given)) = (paid_with, contributed) {
        let mut source = source::shown(attached, owner.as_deref())?;
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
