//! What clients say of a checkout, or of an order that comes in without one.

use domain::id::{RecordId, VariantId};
use domain::money::{self, Currency};
use domain::record::Record;
use serde_json::{Map, Value};

use super::basket::{Basket, Discount, Item, Price, Shipping};
use super::given;
use crate::call::Call;
use crate::failure::Failure;
use crate::input::{Input, is_email, without_nulls};
use crate::{customer, metadata, sku, source, tax_identifier};

/// What can be sent.
pub(crate) const FIELDS: &[&str] = &[
    "customerId",
    "sourceId",
    "currency",
    "email",
    "language",
    "locale",
    "invoiceAttributeId",
    "applicationId",
    "browserIp",
    "taxIdentifiers",
    "shipFrom",
    "shipTo",
    "billTo",
    "organization",
    "shippingChoice",
    "discount",
    "billingOptimization",
    "items",
    "shippingDiscount",
    "taxInclusive",
    "chargeType",
    "customerType",
    "metadata",
    "purchaseLocation",
    "upstreamId",
    "disclosures",
];

/// What can be sent of an item. `tax` is this server's own: it computes none, and takes what it is told.
const ITEM_FIELDS: &[&str] = &[
    "id",
    "skuId",
    "productDetails",
    "subscriptionInfo",
    "price",
    "aggregatePrice",
    "quantity",
    "discount",
    "shipFrom",
    "metadata",
    "tax",
];

/// The most that can be asked for of an article.
const QUANTITY_MAX: i64 = 1_000_000;
/// The most items of a basket.
const ITEMS_MAX: usize = 500;

/// What is asked for after something was sent; what wasn't sent stays as in `known`. A new basket must be told its
/// currency and its items.
pub(crate) async fn read(call: &Call, input: &Input, known: Option<Basket>) -> Result<Basket, Failure> {
    let currency = match (input.currency("currency")?, &known) {
        (Some(currency), Some(known)) if currency != known.currency && input.value("items").is_none() => {
            let told = "Another currency needs items with prices in it.";
            return Err(Failure::bad("invalid_parameter", "currency", told));
        }
        (Some(currency), _) => currency,
        (None, Some(known)) => known.currency,
        (None, None) => return Err(Failure::missing("currency")),
    };
    let mut basket = known.unwrap_or_else(|| blank(call, currency));
    basket.currency = currency;
    texts(input, &mut basket)?;
    if let Some(name) = input.text("customerId")? {
        let contact = customer::one(call, &name, "customerId").await?;
        basket.customer = Some(contact.id);
        basket.email = basket.email.or(contact.email);
    }
    for (name, party) in [("shipTo", &mut basket.ship_to), ("billTo", &mut basket.bill_to)] {
        if let Some(given) = input.party(name)? {
            *party = given;
        }
    }
    if let Some(choice) = input.object("shippingChoice")? {
        basket.shipping = Some(shipping(&choice, currency)?);
    }
    if let Some(discount) = discount(input, "discount", currency)? {
        basket.discount = discount.0;
    }
    if let Some(discount) = discount(input, "shippingDiscount", currency)? {
        basket.shipping_discount = discount.0;
    }
    if let Some(inclusive) = input.flag("taxInclusive")? {
        basket.tax_inclusive = inclusive;
    }
    given::take(input, &mut basket.given)?;
    if let Some(pairs) = metadata::taken(input, &basket.metadata)? {
        basket.metadata = pairs;
    }
    if let Some(numbers) = input.objects("taxIdentifiers")? {
        let mut ids: Vec<RecordId> = Vec::new();
        for number in numbers {
            let name = number.needed_text("id")?;
            ids.push(tax_identifier::SHELF.one(call, &name, &number.at("id")).await?.id);
        }
        basket.tax_identifiers = ids;
    }
    if let Some(items) = input.objects("items")? {
        if items.is_empty() || items.len() > ITEMS_MAX {
            let told = format!("There must be 1 to {ITEMS_MAX} items.");
            return Err(Failure::bad("invalid_empty", "items", told));
        }
        let mut read = Vec::new();
        for given in &items {
            read.push(item(call, given, &basket).await?);
        }
        basket.items = read;
    }
    if basket.items.is_empty() {
        return Err(Failure::missing("items"));
    }
    if let Some(name) = input.text("sourceId")? {
        basket.source = Some(usable(call, &name, "sourceId", &basket).await?.id);
    }
    Ok(basket)
}

fn blank(call: &Call, currency: Currency) -> Basket {
    Basket {
        live: call.mode.is_live(),
        currency,
        customer: None,
        source: None,
        email: None,
        language: None,
        locale: None,
        browser_ip: None,
        application_id: None,
        upstream_id: None,
        charge_type: None,
        customer_type: None,
        tax_inclusive: false,
        ship_to: Value::Null,
        bill_to: Value::Null,
        shipping: None,
        discount: Discount::None,
        shipping_discount: Discount::None,
        tax_identifiers: Vec::new(),
        items: Vec::new(),
        metadata: Value::Null,
        given: Map::new(),
    }
}

fn texts(input: &Input, basket: &mut Basket) -> Result<(), Failure> {
    if let Some(email) = input.text("email")? {
        is_email("email", &email)?;
        basket.email = Some(email);
    }
    for (name, field) in [
        ("language", &mut basket.language),
        ("locale", &mut basket.locale),
        ("browserIp", &mut basket.browser_ip),
        ("applicationId", &mut basket.application_id),
        ("upstreamId", &mut basket.upstream_id),
    ] {
        if let Some(text) = input.text(name)? {
            *field = Some(text).filter(|text| !text.is_empty());
        }
    }
    if let Some(kind) = input.word("chargeType", &["customer_initiated", "merchant_initiated", "moto"])? {
        basket.charge_type = Some(kind.to_owned());
    }
    if let Some(kind) = input.word("customerType", &["business", "individual"])? {
        basket.customer_type = Some(kind.to_owned());
    }
    if let Some(id) = input.text("invoiceAttributeId")? {
        basket.given.insert("invoiceAttributes".to_owned(), serde_json::json!({ "id": id }));
    }
    Ok(())
}

fn shipping(choice: &Input, currency: Currency) -> Result<Shipping, Failure> {
    choice.only(&["id", "amount", "taxAmount", "description", "serviceLevel", "shippingTerms"])?;
    let mut given = Map::new();
    for name in ["id", "description", "serviceLevel"] {
        given.extend(choice.text(name)?.map(|text| (name.to_owned(), text.into())));
    }
    let terms = choice.word("shippingTerms", &["DDP", "DAP"])?;
    given.extend(terms.map(|terms| ("shippingTerms".to_owned(), terms.into())));
    let (amount, tax) = (choice.amount("amount", currency)?, choice.amount("taxAmount", currency)?);
    Ok(Shipping { amount: amount.unwrap_or(0), tax: tax.unwrap_or(0), given })
}

/// What is taken off, and from how many units, if that is said.
fn discount(
    input: &Input,
    name: &str,
    currency: Currency,
) -> Result<Option<(Discount, Option<i64>)>, Failure> {
    let Some(given) = input.object(name)? else { return Ok(None) };
    given.only(&["amountOff", "percentOff", "quantity"])?;
    let percent = match given.decimal("percentOff")? {
        None => None,
        Some(text) => {
            // Two decimals, as dollars have them.
            let hundredths = money::parse(&text, Currency::USD).filter(|share| (1..=10_000).contains(share));
            let told = || {
                let told = "A percentage goes from 0.01 to 100.";
                Failure::bad("invalid_parameter", given.at("percentOff"), told)
            };
            Some(hundredths.ok_or_else(told)?)
        }
    };
    let discount = match (given.amount("amountOff", currency)?, percent) {
        (Some(_), Some(_)) => {
            let told = "Either an amount or a percentage is taken off.";
            return Err(Failure::bad("invalid_parameter", given.at("percentOff"), told));
        }
        (Some(amount), None) => Discount::Amount(amount),
        (None, Some(hundredths)) => Discount::Share(hundredths),
        (None, None) => Discount::None,
    };
    Ok(Some((discount, given.integer("quantity")?)))
}

/// An item. One that is told by its id, as it was shown before, keeps it.
async fn item(call: &Call, given: &Input, basket: &Basket) -> Result<Item, Failure> {
    given.only(ITEM_FIELDS)?;
    let currency = basket.currency;
    let quantity = given.integer("quantity")?.unwrap_or(1);
    if !(1..=QUANTITY_MAX).contains(&quantity) {
        let told = format!("A quantity goes from 1 to {QUANTITY_MAX}.");
        return Err(Failure::bad("invalid_quantity_amount", given.at("quantity"), told));
    }
    let Article { variant, sku_id, product, shipped } = article(call, given).await?;
    let before = match given.text("id")? {
        Some(name) => {
            let known = basket.items.iter().find(|item| item.id.to_string() == name);
            Some(known.ok_or_else(|| Failure::not_found("Item", &name, &given.at("id")))?)
        }
        None => None,
    };
    let price = match (given.amount("price", currency)?, given.amount("aggregatePrice", currency)?) {
        (_, Some(all)) => Price::All(all),
        (Some(each), None) => Price::Each(each),
        (None, None) => match before {
            Some(before) => before.price,
            None => return Err(Failure::missing(given.at("price"))),
        },
    };
    let (discount, discounted) = discount(given, "discount", currency)?.unwrap_or_default();
    let (tax, tax_rate) = match given.object("tax")? {
        Some(tax) => {
            tax.only(&["amount", "rate"])?;
            let rate = tax.decimal("rate")?.and_then(|rate| rate.parse().ok());
            (Some(tax.amount("amount", currency)?.ok_or_else(|| Failure::missing(tax.at("amount")))?), rate)
        }
        None => (None, None),
    };
    let mut shown = Map::new();
    for name in ["subscriptionInfo", "discount"] {
        let given = given.object(name)?.map(|given| without_nulls(&given.fields().clone().into()));
        shown.extend(given.map(|given| (name.to_owned(), given)));
    }
    shown.extend(given::ship_from(given)?.map(|from| (given::SHIP_FROM.to_owned(), from)));
    Ok(Item {
        id: match before {
            Some(before) => before.id,
            None => call.engine.ids().fresh().await?,
        },
        variant,
        sku_id,
        product,
        shipped,
        quantity,
        price,
        discount,
        discounted,
        tax,
        tax_rate,
        metadata: metadata::taken(given, &Value::Null)?.unwrap_or_default(),
        given: shown,
    })
}

/// What an item is: a SKU that is there, or something that is described, which is shipped as far as anybody knows.
struct Article {
    variant: Option<VariantId>,
    sku_id: Option<String>,
    product: Value,
    shipped: bool,
}

async fn article(call: &Call, given: &Input) -> Result<Article, Failure> {
    if let Some(name) = given.text("skuId")? {
        let found = sku::find(call, &name).await?;
        let variant = found.ok_or_else(|| Failure::invalid(given.at("skuId"), &name, "SKU ID"))?;
        let shipped = variant.requires_shipping;
        return Ok(Article { variant: Some(variant.id), sku_id: Some(name), product: Value::Null, shipped });
    }
    let Some(product) = given.object("productDetails")? else {
        return Err(Failure::missing(given.at("skuId")));
    };
    product.only(&[
        "id",
        "skuGroupId",
        "name",
        "description",
        "itemBreadcrumb",
        "url",
        "countryOfOrigin",
        "image",
        "weight",
        "weightUnit",
        "partNumber",
        "partnerAccountId",
    ])?;
    product.needed_text("name")?;
    product.decimal("weight")?;
    let id = product.text("id")?;
    let mut said = product.fields().clone();
    for name in ["weight"] {
        if let Some(number) = product.decimal(name)?.and_then(|text| text.parse::<f64>().ok()) {
            said.insert(name.to_owned(), number.into());
        }
    }
    let product = without_nulls(&said.into());
    Ok(Article { variant: None, sku_id: id, product, shipped: true })
}

/// A source that can be used for that basket.
pub(super) async fn usable(
    call: &Call,
    name: &str,
    parameter: &str,
    basket: &Basket,
) -> Result<Record, Failure> {
    let found = source::SHELF.find(call, name).await?;
    let missing = || Failure::not_found(source::SHELF.what, name, parameter);
    let record = found.ok_or_else(missing)?;
    let kept = source::kept(&record)?;
    if kept.live != basket.live {
        return Err(missing());
    }
    if record.parent.is_some_and(|owner| basket.customer.is_none_or(|customer| customer.0 != owner)) {
        let told = "The source is attached to another customer.";
        return Err(Failure::conflict("source_in_use", parameter, told));
    }
    if kept.consumed {
        let told = "The source was used, and can't be used again.";
        return Err(Failure::conflict("nonreusable_source", parameter, told));
    }
    if kept.currency.is_some_and(|currency| currency != basket.currency) {
        let told = "The source is in another currency.";
        return Err(Failure::conflict("invalid_currency", parameter, told));
    }
    Ok(record)
}
