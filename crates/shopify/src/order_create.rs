//! `orderCreate`: an order comes in.

use domain::address::Address;
use domain::command::{Command, Described, Fulfilled, Given, NewLine, Place};
use domain::decide::Outcome;
use domain::fulfillment::Tracking;
use domain::id::{LocationId, VariantId};
use domain::money::{self, Currency, Minor};
use domain::order::{Article, Discount, Origin, Placed, ShippingLine, StockMode, TaxLine};
use domain::payment::{Till, Transaction, TransactionKind};
use domain::refusal::{Field as Part, Refusal, Thing};
use engine::{Done, Engine, Error};
use graphql::{Field, Input as Value};

use crate::answer::{Answer, UserError};
use crate::data::Data;
use crate::id::of_kind;
use crate::mutation::{Input, Kind, Planned, plain};
use crate::{metafield, tags, words};

mod buyer;

const KIND: Kind = Kind { payload: "OrderCreatePayload", errors: "OrderCreateUserError", done, refused };

pub(crate) async fn plan(engine: &Engine, data: &Data, field: &Field<'_>) -> Result<Input, Error> {
    let input = field.arg("order").unwrap_or(&Value::Null);
    let options = field.arg("options").unwrap_or(&Value::Null);
    match (Reader { data }).place(input, options) {
        Ok(mut place) => {
            for transaction in &mut place.placed.transactions {
                transaction.id = engine.ids().fresh().await?;
            }
            let command = Command::Place(Box::new(place));
            Ok(Input::Planned(Box::new(Planned { command, kind: KIND })))
        }
        Err(error) => Ok(Input::Refused(KIND, vec![error])),
    }
}

fn done(done: &Done) -> Vec<(&'static str, Answer)> {
    match done.outcome {
        Outcome::Order(id) => vec![("order", Answer::Order(id))],
        _ => Vec::new(),
    }
}

fn refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    let line = |index: usize, part: &str| format!("order.lineItems.{index}.{part}");
    let (path, code) = match refusal {
        Refusal::NoLines => ("order.lineItems".to_owned(), "INVALID"),
        Refusal::LineWithoutTitle(index) => (line(*index, "title"), "INVALID"),
        Refusal::LineQuantity(index) => (line(*index, "quantity"), "INVALID"),
        Refusal::LinePrice(index) => (line(*index, "priceSet"), "INVALID"),
        Refusal::Unknown(Thing::Variant(_, index)) => (line(*index, "variantId"), "INVALID"),
        Refusal::Unknown(Thing::Location(_)) => ("order.fulfillment.locationId".to_owned(), "INVALID"),
        Refusal::Unknown(Thing::Contact) => ("order.customer".to_owned(), "INVALID"),
        Refusal::Malformed(of, what) => return vec![buyer::refused(*of, what)],
        Refusal::Taken(Part::Email) => {
            let path = "order.customer.toUpsert.email";
            return vec![UserError::at(path, "Email has already been taken").code("INVALID")];
        }
        Refusal::OutOfStock(_) => ("order.lineItems".to_owned(), "INVENTORY_CLAIM_FAILED"),
        _ => ("order".to_owned(), "INVALID"),
    };
    vec![UserError { code: Some(code), ..UserError::at(&path, plain(refusal).message) }]
}

fn text(input: &Value, name: &str) -> Option<String> {
    input.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn flag(input: &Value, name: &str) -> bool {
    input.get(name).and_then(Value::as_bool).unwrap_or(false)
}

fn list<'v>(input: &'v Value, name: &str) -> &'v [Value] {
    input.get(name).and_then(Value::as_list).unwrap_or_default()
}

fn part<'v>(input: &'v Value, name: &str) -> Option<&'v Value> {
    input.get(name).filter(|value| !value.is_null())
}

struct Reader<'d> {
    data: &'d Data,
}

impl Reader<'_> {
    fn place(&self, input: &Value, options: &Value) -> Result<Place, UserError> {
        let currency = self.currency(input)?;
        let at = Amounts { currency };
        let processed_at = match text(input, "processedAt") {
            Some(at) => words::parse_time(&at).ok_or_else(|| {
                UserError::at("order.processedAt", "Processed at is not a date and time")
                    .code("PROCESSED_AT_INVALID")
            })?,
            None => self.data.now,
        };
        let fulfilled = self.fulfilled(input)?;
        let mut lines = Vec::new();
        for (index, line) in list(input, "lineItems").iter().enumerate() {
            lines.push(self.line(line, &format!("order.lineItems.{index}"), &at, fulfilled.is_some())?);
        }
        let shipping_lines = list(input, "shippingLines")
            .iter()
            .enumerate()
            .map(|(index, line)| at.shipping(line, &format!("order.shippingLines.{index}")))
            .collect::<Result<Vec<_>, _>>()?;
        let transactions = list(input, "transactions")
            .iter()
            .enumerate()
            .map(|(index, one)| self.transaction(one, &format!("order.transactions.{index}"), &at))
            .collect::<Result<Vec<_>, _>>()?;
        let subtotal = lines.iter().map(|line| line.article.unit_price.saturating_mul(line.quantity)).sum();
        let discounts = part(input, "discountCode").map(|code| at.discount(code, subtotal)).transpose()?;
        let buyer = buyer::read(input)?;
        let placed = Placed {
            source_key: None,
            channel: text(input, "sourceName"),
            app: self.data.app(),
            test: flag(input, "test"),
            currency,
            taxes_included: flag(input, "taxesIncluded"),
            email: text(input, "email").or_else(|| buyer::email(input)),
            phone: text(input, "phone"),
            contact: None,
            custom_fields: metafield::said(self.data, part(input, "metafields"), &[]),
            local_fields: Vec::new(),
            shipping_address: part(input, "shippingAddress").map(address),
            billing_address: part(input, "billingAddress").map(address),
            shipping_lines,
            tax_lines: at.taxes(input, "order")?,
            discounts: discounts.into_iter().collect(),
            transactions,
            payment_claim: text(input, "financialStatus").and_then(|word| words::parse_payment(&word)),
            note: text(input, "note"),
            tags: tags::read(part(input, "tags")),
            attributes: pairs(input, "customAttributes", "key"),
            po_number: text(input, "poNumber"),
            locale: None,
            source_identifier: text(input, "sourceIdentifier"),
            origin: origin(input),
            processed_at,
            fulfill_at: None,
            stock: stock_mode(options),
        };
        Ok(Place {
            name: text(input, "name"),
            number: 0,
            placed,
            buyer,
            lines,
            reservation: None,
            created_at: None,
            closed_at: text(input, "closedAt").and_then(|at| words::parse_time(&at)),
            fulfilled,
            cancelled: None,
        })
    }

    /// The order's own currency, or that of its first price, or the shop's.
    fn currency(&self, input: &Value) -> Result<Currency, UserError> {
        let of_price = |line: &Value| {
            let money = line.get("priceSet")?.get("shopMoney")?.get("currencyCode")?;
            money.as_str().map(str::to_owned)
        };
        let code = text(input, "currency").or_else(|| list(input, "lineItems").iter().find_map(of_price));
        match code {
            None => Ok(self.data.shop.currency),
            Some(code) => Currency::parse(&code).ok_or_else(|| {
                UserError::at("order.currency", format!("{code} is not a currency")).code("INVALID")
            }),
        }
    }

    fn line(&self, line: &Value, path: &str, at: &Amounts, fulfilled: bool) -> Result<NewLine, UserError> {
        let quantity = line.get("quantity").and_then(Value::as_int).unwrap_or(0);
        let variant = match text(line, "variantId") {
            Some(gid) => Some(of_kind("ProductVariant", &gid).map(VariantId).ok_or_else(|| {
                UserError::at(&format!("{path}.variantId"), format!("Invalid id: {gid}")).code("INVALID")
            })?),
            None => None,
        };
        let service = text(line, "fulfillmentService").filter(|handle| handle != "manual");
        let pinned_to = match service {
            Some(handle) => Some(self.service(&handle, path)?),
            None => None,
        };
        let price =
            part(line, "priceSet").map(|price| at.bag(price, &format!("{path}.priceSet"))).transpose()?;
        // Both have a default in the schema, which can't be told from what was said: only a yes is taken for a word
        // when a variant knows better.
        let said = |name: &str, default: bool| {
            if flag(line, name) != default || variant.is_none() { Given::Yes } else { Given::No }
        };
        let grams = part(line, "weight").map(|weight| grams(weight).max(0));
        let described = Described {
            price: if price.is_some() { Given::Yes } else { Given::No },
            requires_shipping: said("requiresShipping", false),
            taxable: said("taxable", true),
            weight: if grams.is_some() { Given::Yes } else { Given::No },
        };
        let article = Article {
            variant,
            product: None,
            title: text(line, "title").unwrap_or_default(),
            variant_title: text(line, "variantTitle"),
            sku: text(line, "sku"),
            vendor: text(line, "vendor"),
            unit_price: price.unwrap_or(0),
            tax_lines: at.taxes(line, path)?,
            requires_shipping: flag(line, "requiresShipping"),
            gift_card: flag(line, "giftCard"),
            taxable: flag(line, "taxable"),
            grams: grams.unwrap_or(0),
            pinned_to,
            properties: pairs(line, "properties", "name"),
            ..Article::default()
        };
        Ok(NewLine { quantity, article, described, fulfilled: if fulfilled { quantity } else { 0 } })
    }

    fn service(&self, handle: &str, path: &str) -> Result<domain::id::ServiceId, UserError> {
        let service = self.data.services.iter().find(|service| service.handle == handle);
        service.map(|service| service.id).ok_or_else(|| {
            let path = format!("{path}.fulfillmentService");
            UserError::at(&path, "Fulfillment service is invalid").code("FULFILLMENT_SERVICE_INVALID")
        })
    }

    fn transaction(&self, one: &Value, path: &str, at: &Amounts) -> Result<Transaction, UserError> {
        let amount = part(one, "amountSet").map(|amount| at.bag(amount, &format!("{path}.amountSet")));
        let kind = text(one, "kind").and_then(|word| words::parse_transaction_kind(&word));
        let kind = kind.unwrap_or(TransactionKind::Sale);
        let status = words::parse_transaction_status(&text(one, "status").unwrap_or_default());
        let at = text(one, "processedAt").and_then(|at| words::parse_time(&at)).unwrap_or(self.data.now);
        let amount = amount.transpose()?.unwrap_or(0);
        let moved = Transaction::new(domain::id::TransactionId(0), kind, status, amount, at);
        Ok(Transaction { gateway: text(one, "gateway"), till: till(one), ..moved })
    }

    fn fulfilled(&self, input: &Value) -> Result<Option<Fulfilled>, UserError> {
        let Some(fulfillment) = part(input, "fulfillment") else {
            let all = text(input, "fulfillmentStatus").as_deref() == Some("FULFILLED");
            let at = self.data.now;
            return Ok(all.then_some(Fulfilled { location: None, at, trackings: Vec::new(), status: None }));
        };
        let gid = text(fulfillment, "locationId").unwrap_or_default();
        let location = of_kind("Location", &gid).ok_or_else(|| {
            UserError::at("order.fulfillment.locationId", format!("Invalid id: {gid}")).code("INVALID")
        })?;
        let mut numbers: Vec<String> = text(fulfillment, "trackingNumber").into_iter().collect();
        let more = list(fulfillment, "trackingNumbers").iter().filter_map(Value::as_str);
        numbers.extend(more.map(str::to_owned));
        let company = text(fulfillment, "trackingCompany");
        let tracking = |number: String| {
            let known = domain::carrier::resolve(company.as_deref(), Some(&number), None, None, None);
            Tracking { company: known.company, number: Some(number), url: known.url }
        };
        Ok(Some(Fulfilled {
            location: Some(LocationId(location)),
            at: self.data.now,
            trackings: numbers.into_iter().map(tracking).collect(),
            status: text(fulfillment, "shipmentStatus").and_then(|word| words::parse_delivery_status(&word)),
        }))
    }
}

/// Where the order comes from, if anything is said of that.
fn origin(input: &Value) -> Option<Box<Origin>> {
    let origin = Origin {
        url: text(input, "sourceUrl"),
        referrer: text(input, "referringSite"),
        staff: text(input, "userId"),
        company_location: text(input, "companyLocationId"),
    };
    (origin != Origin::default()).then(|| Box::new(origin))
}

/// Where and how money was taken in person, if anything is said of that.
fn till(one: &Value) -> Option<Box<Till>> {
    let till = Till {
        device: text(one, "deviceId"),
        location: text(one, "locationId"),
        staff: text(one, "userId"),
        gift_card: text(one, "giftCardId"),
    };
    (till != Till::default()).then(|| Box::new(till))
}

/// What an order does when an article isn't in stock. `BYPASS` takes the order whatever the stock; what isn't there
/// waits until it is, since nothing is ever promised twice. Only who asks for it oversells.
fn stock_mode(options: &Value) -> StockMode {
    match options.get("inventoryBehaviour").and_then(Value::as_str) {
        Some("DECREMENT_OBEYING_POLICY") => StockMode::Refuse,
        Some("DECREMENT_IGNORING_POLICY") => StockMode::Oversell,
        _ => StockMode::Wait,
    }
}

/// Reads amounts in one currency.
struct Amounts {
    currency: Currency,
}

impl Amounts {
    /// The shop's side of an amount in two currencies.
    fn bag(&self, bag: &Value, path: &str) -> Result<Minor, UserError> {
        let money = bag.get("shopMoney").unwrap_or(bag);
        self.money(money, &format!("{path}.shopMoney.amount"))
    }

    fn money(&self, money: &Value, path: &str) -> Result<Minor, UserError> {
        let amount = money.get("amount").map(decimal).unwrap_or_default();
        let code = money.get("currencyCode").and_then(Value::as_str).unwrap_or(self.currency.code());
        if !code.eq_ignore_ascii_case(self.currency.code()) {
            let message = format!("Currency {code} differs from the order's, {}", self.currency);
            return Err(UserError::at(path, message).code("INVALID"));
        }
        money::parse(&amount, self.currency)
            .ok_or_else(|| UserError::at(path, format!("{amount} is not an amount")).code("INVALID"))
    }

    fn taxes(&self, input: &Value, path: &str) -> Result<Vec<TaxLine>, UserError> {
        let tax = |(index, tax): (usize, &Value)| {
            let path = format!("{path}.taxLines.{index}");
            let rate = tax.get("rate").map(decimal).unwrap_or_default();
            if rate.is_empty() {
                let path = format!("{path}.rate");
                return Err(UserError::at(&path, "Tax line rate is missing").code("TAX_LINE_RATE_MISSING"));
            }
            let amount = part(tax, "priceSet").map(|price| self.bag(price, &format!("{path}.priceSet")));
            let title = text(tax, "title").unwrap_or_default();
            Ok(TaxLine { title, rate, amount: amount.transpose()?.unwrap_or(0) })
        };
        list(input, "taxLines").iter().enumerate().map(tax).collect()
    }

    fn shipping(&self, line: &Value, path: &str) -> Result<ShippingLine, UserError> {
        let price = part(line, "priceSet").map(|price| self.bag(price, &format!("{path}.priceSet")));
        Ok(ShippingLine {
            title: text(line, "title").unwrap_or_default(),
            code: text(line, "code"),
            source: text(line, "source"),
            price: price.transpose()?.unwrap_or(0),
            tax_lines: self.taxes(line, path)?,
        })
    }

    fn discount(&self, input: &Value, subtotal: Minor) -> Result<Discount, UserError> {
        let path = "order.discountCode";
        if let Some(fixed) = part(input, "itemFixedDiscountCode") {
            let amount = part(fixed, "amountSet").map(|amount| self.bag(amount, path)).transpose()?;
            let code = text(fixed, "code").unwrap_or_default();
            return Ok(Discount { code, amount: amount.unwrap_or(0).clamp(0, subtotal) });
        }
        if let Some(percentage) = part(input, "itemPercentageDiscountCode") {
            let percent = percentage.get("percentage").and_then(Value::as_float).unwrap_or(0.0);
            // Thousandths of a percent, so that the amount itself is computed without floats.
            let weight = (percent.clamp(0.0, 100.0) * 1000.0).round() as u64;
            let amount = money::allocate(subtotal, &[weight, 100_000 - weight])[0];
            return Ok(Discount { code: text(percentage, "code").unwrap_or_default(), amount });
        }
        let free = part(input, "freeShippingDiscountCode");
        let code = free.and_then(|free| text(free, "code")).unwrap_or_default();
        Ok(Discount { code, amount: 0 })
    }
}

/// A decimal as clients send it: as text or as a number.
pub(crate) fn decimal(value: &Value) -> String {
    match value {
        Value::Float(number) => number.to_string(),
        Value::Int(number) => number.to_string(),
        other => other.as_str().unwrap_or_default().to_owned(),
    }
}

/// A weight in grams.
pub(crate) fn grams(weight: &Value) -> i64 {
    let value = weight.get("value").and_then(Value::as_float).unwrap_or(0.0);
    let factor = match weight.get("unit").and_then(Value::as_str) {
        Some("GRAMS") => 1.0,
        Some("OUNCES") => 28.349_523_125,
        Some("POUNDS") => 453.592_37,
        _ => 1000.0,
    };
    (value * factor).round().clamp(-1e12, 1e12) as i64
}

pub(crate) fn pairs(input: &Value, name: &str, key: &str) -> Vec<(String, String)> {
    let pair = |pair: &Value| Some((text(pair, key)?, text(pair, "value").unwrap_or_default()));
    list(input, name).iter().filter_map(pair).collect()
}

/// An address as clients send it.
pub(crate) fn address(input: &Value) -> Address {
    Address {
        first_name: text(input, "firstName"),
        last_name: text(input, "lastName"),
        company: text(input, "company"),
        address1: text(input, "address1"),
        address2: text(input, "address2"),
        city: text(input, "city"),
        province: text(input, "province"),
        province_code: text(input, "provinceCode"),
        country: text(input, "country"),
        country_code: text(input, "countryCode"),
        zip: text(input, "zip"),
        phone: text(input, "phone"),
    }
}
