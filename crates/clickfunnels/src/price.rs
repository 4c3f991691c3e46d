//! Prices of variants: once, every so often, or in instalments.

use std::cmp::Ordering;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::calendar::{Every, Interval};
use domain::command::Command;
use domain::command::billing::BillingCommand;
use domain::id::{PriceId, VariantId};
use domain::money::Currency;
use domain::price::{Cycle, Price, Recurrence, Terms, TrialTerms};
use domain::product::Product;
use domain::time::Time;
use serde_json::{Value, json};

use crate::call::Call;
use crate::details::{self, Detail, Holds};
use crate::failure::Failure;
use crate::input::{Input, blank, invalid};
use crate::product::{self, Hanging};
use crate::{filter, id, page, variant, words};

const WRAPPER: &str = "products_price";

const DETAILS: &[Detail] = &[
    Detail { name: "visible", holds: Holds::Flag(true) },
    Detail { name: "key", holds: Holds::Text },
    Detail { name: "self_cancel", holds: Holds::Flag(true) },
    Detail { name: "self_upgrade", holds: Holds::Flag(true) },
    Detail { name: "self_downgrade", holds: Holds::Flag(true) },
    Detail { name: "self_reactivate", holds: Holds::Flag(true) },
];

/// What it costs the merchant, and what it is said to have cost before: amounts that only this API knows.
const AMOUNTS: [&str; 2] = ["cost", "compare_at_amount"];

/// How a price is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Paid {
    Once,
    EveryPeriod,
    InInstalments,
}

/// The price that the address names, with its product.
async fn named(call: &Call) -> Result<(Price, Product), Failure> {
    let id = call.id()?;
    call.must(product::NEEDS)?;
    let found = call.engine.prices(call.shop(), &[PriceId(id)]).await?.pop();
    let price = found.ok_or(Failure::NotFound(Some(id)))?;
    let (_, product) = variant::one(call, price.variant.0).await?;
    Ok((price, product))
}

pub(crate) async fn list(call: Call) -> Result<Response, Failure> {
    let product = product::named(&call).await?;
    let wanted = filter::wanted(&call, &["archived", "id", "variant_id", "visible"])?;
    let hanging = Hanging::off(&call, &[product]).await?;
    let items = hanging.prices.iter().map(|price| (price.id.0, price.updated_at, shown(price)));
    page::few(&call, items.filter(|(_, _, shown)| wanted.fits(shown)).collect())
}

pub(crate) async fn fetch(call: Call) -> Result<Response, Failure> {
    Ok(Json(shown(&named(&call).await?.0)).into_response())
}

pub(crate) async fn create(call: Call) -> Result<Response, Failure> {
    let (variant, _) = variant::one(&call, call.id()?).await?;
    made(&call, variant.id).await
}

/// As prices were made before they were made for variants: one of the product's is named, or its default one is meant.
pub(crate) async fn create_for_product(call: Call) -> Result<Response, Failure> {
    let product = product::named(&call).await?;
    let hanging = Hanging::off(&call, std::slice::from_ref(&product)).await?;
    let named = call.input(WRAPPER)?.id("variant_id")?.unwrap_or(hanging.default_variant(&product));
    let variant = hanging.variants.iter().find(|variant| variant.id.0 == named);
    made(&call, variant.ok_or_else(|| invalid("variant_id", "must exist"))?.id).await
}

async fn made(call: &Call, variant: VariantId) -> Result<Response, Failure> {
    let input = call.input(WRAPPER)?;
    let currency = currency(&input)?.unwrap_or(call.shop().currency);
    let mut price = Price {
        id: call.engine.ids().fresh().await?,
        variant,
        name: None,
        terms: Terms { amount: 0, currency, setup: 0, recurrence: Recurrence::OneTime },
        archived: false,
        details: json!({}),
        created_at: Time(0),
        updated_at: Time(0),
    };
    price.terms.amount = input.amount("amount", currency)?.ok_or_else(|| blank("amount"))?;
    take(&input, &mut price)?;
    save(call, price, StatusCode::CREATED).await
}

pub(crate) async fn update(call: Call) -> Result<Response, Failure> {
    let (mut price, _) = named(&call).await?;
    let input = call.input(WRAPPER)?;
    if let Some(currency) = currency(&input)? {
        price.terms.currency = currency;
    }
    if let Some(amount) = input.amount("amount", price.terms.currency)? {
        price.terms.amount = amount;
    }
    take(&input, &mut price)?;
    save(&call, price, StatusCode::OK).await
}

async fn save(call: &Call, price: Price, status: StatusCode) -> Result<Response, Failure> {
    let id = price.id;
    call.execute(&Command::Billing(BillingCommand::SavePrice(Box::new(price)))).await?;
    let saved = call.engine.prices(call.shop(), &[id]).await?.pop().ok_or(Failure::NotFound(Some(id.0)))?;
    Ok((status, Json(shown(&saved))).into_response())
}

/// The other prices of the product that recur in the same currency: what costs more in a day is a way up.
pub(crate) async fn change_options(call: Call) -> Result<Response, Failure> {
    let (price, product) = named(&call).await?;
    let hanging = Hanging::off(&call, std::slice::from_ref(&product)).await?;
    let options = |way: Ordering| {
        let fits = |other: &&Price| {
            other.id != price.id
                && !other.archived
                && other.terms.cycle().is_some()
                && other.terms.currency == price.terms.currency
                && other.terms.compare(1, &price.terms, 1) == way
        };
        let variants = hanging.variants.iter().filter_map(|variant| {
            let of_variant = hanging.prices.iter().filter(|other| other.variant == variant.id);
            let prices: Vec<Value> = of_variant.filter(fits).map(minimal).collect();
            (!prices.is_empty()).then(|| {
                json!({ "products_variant": {
                    "id": variant.id.0,
                    "public_id": id::public(variant.id.0),
                    "product_id": product.id.0,
                    "name": variant.title,
                    "prices": prices,
                } })
            })
        });
        variants.collect::<Vec<Value>>()
    };
    let recurs = price.terms.cycle().is_some();
    let (up, down) =
        if recurs { (options(Ordering::Greater), options(Ordering::Less)) } else { Default::default() };
    let shown = json!({ "products_prices_change_options": { "upgrade": up, "downgrade": down } });
    Ok(Json(shown).into_response())
}

fn minimal(price: &Price) -> Value {
    let cycle = price.terms.cycle();
    json!({
        "id": price.id.0,
        "public_id": id::public(price.id.0),
        "name": price.name,
        "amount": words::amount(price.terms.amount, price.terms.currency),
        "currency": price.terms.currency.code().to_lowercase(),
        "duration": cycle.and_then(|cycle| cycle.periods),
        "interval": cycle.map(|cycle| words::interval(cycle.every.interval)),
        "interval_count": cycle.map(|cycle| cycle.every.count),
        "key": price.details.get("key"),
    })
}

fn shown(price: &Price) -> Value {
    let terms = &price.terms;
    let amount = |amount| words::amount(amount, terms.currency);
    let (cycle, trial) = (terms.cycle(), terms.trial());
    let mut shown = json!({
        "id": price.id.0,
        "public_id": id::public(price.id.0),
        "variant_id": price.variant.0,
        "name": price.name,
        "amount": amount(terms.amount),
        "currency": terms.currency.code(),
        "payment_type": words::payment_type(&terms.recurrence),
        "duration": cycle.and_then(|cycle| cycle.periods).map(|periods| periods.to_string()),
        "interval": cycle.map(|cycle| words::interval(cycle.every.interval)),
        "interval_count": cycle.map(|cycle| cycle.every.count.to_string()),
        "trial_interval": trial.map(|trial| words::interval(trial.lasts.interval)),
        "trial_duration": trial.map(|trial| trial.lasts.count.to_string()),
        "trial_amount": amount(trial.map_or(0, |trial| trial.amount)),
        "setup_amount": (terms.setup != 0).then(|| amount(terms.setup)),
        "archived": price.archived,
        "created_at": words::time(price.created_at),
        "updated_at": words::time(price.updated_at),
    });
    details::show(&price.details, DETAILS, &mut shown);
    for name in AMOUNTS {
        shown[name] = price.details.get(name).cloned().unwrap_or(Value::Null);
    }
    if shown["cost"].is_null() {
        shown["cost"] = amount(0).into();
    }
    shown
}

fn currency(input: &Input) -> Result<Option<Currency>, Failure> {
    input.word("currency", |code| Currency::parse(&code.to_uppercase()))
}

fn take(input: &Input, price: &mut Price) -> Result<(), Failure> {
    details::take(&mut price.details, input, DETAILS)?;
    let currency = price.terms.currency;
    for name in AMOUNTS.into_iter().filter(|name| input.has(name)) {
        let said = input.amount(name, currency)?.map(|said| words::amount(said, currency));
        price.details[name] = said.into();
    }
    if let Some(name) = input.said("name")? {
        price.name = name;
    }
    if let Some(archived) = input.flag("archived")? {
        price.archived = archived;
    }
    if input.has("setup_amount") {
        price.terms.setup = input.amount("setup_amount", price.terms.currency)?.unwrap_or_default();
    }
    let known = match price.terms.recurrence {
        Recurrence::OneTime => Paid::Once,
        Recurrence::Subscription(_) => Paid::EveryPeriod,
        Recurrence::PaymentPlan(_) => Paid::InInstalments,
    };
    let paid = input.word("payment_type", |word| match word {
        "one_time" => Some(Paid::Once),
        "subscription" => Some(Paid::EveryPeriod),
        "payment_plan" => Some(Paid::InInstalments),
        _ => None,
    })?;
    price.terms.recurrence = match paid.unwrap_or(known) {
        Paid::Once => Recurrence::OneTime,
        Paid::EveryPeriod => Recurrence::Subscription(cycle(input, &price.terms)?),
        Paid::InInstalments => {
            let cycle = cycle(input, &price.terms)?;
            // Nobody would know when it is paid off.
            if cycle.periods.is_none() {
                return Err(blank("duration"));
            }
            Recurrence::PaymentPlan(cycle)
        }
    };
    Ok(())
}

/// How often it is paid, as sent; what isn't sent is as it was.
fn cycle(input: &Input, terms: &Terms) -> Result<Cycle, Failure> {
    let known = terms.cycle();
    let interval = interval(input, "interval")?.or(known.map(|cycle| cycle.every.interval));
    let interval = interval.ok_or_else(|| invalid("interval", "is not included in the list"))?;
    let count = input.integer("interval_count")?.or(known.map(|cycle| cycle.every.count)).unwrap_or(1);
    let periods = match input.has("duration") {
        true => input.integer("duration")?,
        false => known.and_then(|cycle| cycle.periods),
    };
    let trial = terms.trial();
    let lasts = match input.has("trial_duration") {
        true => input.integer("trial_duration")?.filter(|count| *count > 0),
        false => trial.map(|trial| trial.lasts.count),
    };
    let trial = match lasts {
        None => None,
        Some(count) => {
            let interval = self::interval(input, "trial_interval")?;
            let interval = interval.or(trial.map(|trial| trial.lasts.interval));
            let interval =
                interval.ok_or_else(|| invalid("trial_interval", "is not included in the list"))?;
            let sent = input.amount("trial_amount", terms.currency)?;
            let amount = sent.or(trial.map(|trial| trial.amount)).unwrap_or_default();
            Some(TrialTerms { amount, lasts: Every { count, interval } })
        }
    };
    Ok(Cycle { every: Every { count, interval }, periods, trial })
}

fn interval(input: &Input, name: &str) -> Result<Option<Interval>, Failure> {
    let all = [Interval::Day, Interval::Week, Interval::Month, Interval::Quarter, Interval::Year];
    input.word(name, |word| all.into_iter().find(|interval| words::interval(*interval) == word))
}
