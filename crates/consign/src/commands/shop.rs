//! `consign shop`: the settings of the shop, which are in the database and change while the server runs.

use std::io::Write;
use std::path::PathBuf;

use domain::billing::AtEnd;
use domain::calendar::DAY;
use domain::charging::Risk;
use domain::mail::MailKind;
use domain::money::Currency;
use domain::routing::TieBreaker;
use domain::snapshot::{LineWord, Shop, WhenDeclined, WhenUnheard};
use engine::payment_page::{self, Fault};
use serde_json::{Value, json};
use store::Store;

use crate::config::Purpose;
use crate::failure::{Exit, Failure};
use crate::installation::{Installation, Missing, Where};
use crate::{first_shop, runtime};

/// Arguments of `consign shop`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    at: Where,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Print every setting of the shop
    Show(Show),
    /// Change settings
    Set(Set),
}

#[derive(Debug, clap::Args)]
struct Show {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct Set {
    /// Like `name="My shop"` or `tie_breakers=nearness,ranking,stock`
    #[arg(required = true, value_name = "KEY=VALUE")]
    changes: Vec<String>,
}

/// The settings, in the order in which they are shown.
const KEYS: [&str; 19] = [
    "name",
    "domain",
    "currency",
    "email",
    "time_zone",
    "order_prefix",
    "tie_breakers",
    "when_declined",
    "when_unheard",
    "line_word",
    "throttle",
    "retry_days",
    "after_retries",
    "order_waits",
    "risk",
    "mail_name",
    "mail_address",
    "mails",
    "payment_page",
];

/// Points a second that a program may be slowed down to. A bucket of the least holds what one query may cost, so that
/// every query that is allowed is answered some time.
const RATES: std::ops::RangeInclusive<u32> = 50..=10_000;

/// Shows or changes the shop.
pub fn run(args: &Args, file: Option<PathBuf>, out: &mut dyn Write) -> Result<(), Failure> {
    let installation = Installation::read(Purpose::Serve, file, &args.at, Vec::new())?;
    runtime::block_on(async {
        let in_use = installation.open(Missing::Refuse).await?;
        let mut shop = Shop::clone(&*first_shop::find(&in_use.store).await?);
        let json = match &args.verb {
            Verb::Show(show) => show.json,
            Verb::Set(set) => {
                for change in &set.changes {
                    apply(&in_use.store, &mut shop, change).await?;
                }
                in_use.store.save_shop(&shop).await?;
                false
            }
        };
        if json {
            writeln!(out, "{}", Value::from_iter(KEYS.map(|key| (key, shown(&shop, key)))))?;
        } else {
            for key in KEYS {
                writeln!(out, "{key:<14} {}", shown(&shop, key))?;
            }
        }
        in_use.store.db().close().await;
        Ok(())
    })
}

fn shown(shop: &Shop, key: &str) -> String {
    match key {
        "name" => shop.name.clone(),
        "domain" => shop.domain.clone(),
        "currency" => shop.currency.to_string(),
        "email" => shop.email.clone(),
        "time_zone" => shop.time_zone.clone(),
        "order_prefix" => shop.order_prefix.clone(),
        "tie_breakers" => shop.tie_breakers.iter().map(word).collect::<Vec<_>>().join(","),
        "when_declined" => word(&shop.when_declined),
        "when_unheard" => word(&shop.when_unheard),
        "line_word" => word(&shop.line_word),
        "retry_days" => {
            let days = shop.billing.retries.iter().map(|after| (after / DAY).to_string());
            days.collect::<Vec<_>>().join(",")
        }
        "after_retries" => shop.billing.at_end.iter().map(word).collect::<Vec<_>>().join(","),
        "order_waits" => {
            shop.billing.order_waits.map_or_else(|| "off".to_owned(), |waits| (waits / DAY).to_string())
        }
        "risk" => word(&shop.charging.risk),
        "mail_name" => shop.mail.name.clone().unwrap_or_default(),
        "mail_address" => shop.mail.address.clone().unwrap_or_default(),
        "mails" => mails(shop),
        "payment_page" => shop.payment_page.clone().unwrap_or_default(),
        _ => shop.throttle.map_or_else(|| "off".to_owned(), |rate| rate.to_string()),
    }
}

/// The mails that are written, in words.
fn mails(shop: &Shop) -> String {
    let on = MailKind::ALL.into_iter().filter(|kind| !shop.mail.off.contains(kind));
    let words: Vec<&str> = on.map(MailKind::as_str).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(",") }
}

/// The mails that are not written, if these words are those that are.
fn off(words: &str) -> Result<Vec<MailKind>, Failure> {
    let wanted: Vec<&str> =
        words.split(',').map(str::trim).filter(|word| !matches!(*word, "" | "none")).collect();
    let known = |word: &&str| MailKind::ALL.iter().any(|kind| kind.as_str() == *word);
    if let Some(other) = wanted.iter().find(|word| !known(word)) {
        let all = MailKind::ALL.map(MailKind::as_str).join(",");
        return Err(Failure::new(Exit::Usage, format!("mails wants none or some of {all}, not `{other}`")));
    }
    Ok(MailKind::ALL.into_iter().filter(|kind| !wanted.contains(&kind.as_str())).collect())
}

/// The word by which such a value is stored.
fn word(value: &impl serde::Serialize) -> String {
    match json!(value) {
        Value::String(word) => word,
        other => other.to_string(),
    }
}

/// The words of a list, comma between.
fn words(value: &str) -> Vec<&str> {
    value.split(',').map(str::trim).filter(|word| !word.is_empty()).collect()
}

/// So many days, from one day to ten years, as the domain counts time.
fn days(value: &str) -> Option<i64> {
    value.parse().ok().filter(|days| (1..=3_650).contains(days)).map(|days: i64| days * DAY)
}

/// What is wrong with the address of a payment page.
fn unfit(fault: &payment_page::Fault) -> String {
    let why = match fault {
        Fault::Address => "starts with https://, and has no spaces".to_owned(),
        Fault::Brace => "has a closing brace for each opening one".to_owned(),
        Fault::Host => "names its host without braces".to_owned(),
        Fault::Hole(name) => {
            format!(
                "knows no {{{name}}}; there are: {}",
                payment_page::HOLES.map(|hole| format!("{{{hole}}}")).join(" ")
            )
        }
    };
    format!(
        "payment_page wants an address like https://pay.example/{{order}}?amount={{amount}}&return={{return}}, which {why}"
    )
}

async fn apply(store: &Store, shop: &mut Shop, change: &str) -> Result<(), Failure> {
    let usage = |told: String| Failure::new(Exit::Usage, told);
    let (key, value) = change.split_once('=').ok_or_else(|| usage(format!("`{change}` is no KEY=VALUE")))?;
    let value = value.trim();
    match key.trim() {
        "name" | "domain" if value.is_empty() => return Err(usage(format!("{key} must not be empty"))),
        "name" => shop.name = value.to_owned(),
        "domain" if value.contains(['/', ':', ' ']) => {
            return Err(usage(format!("domain wants a host name like my-shop.myshopify.com, not `{value}`")));
        }
        "domain" => shop.domain = value.to_lowercase(),
        "email" => shop.email = value.to_owned(),
        "order_prefix" => shop.order_prefix = value.to_owned(),
        "time_zone" => {
            jiff::tz::TimeZone::get(value)
                .map_err(|_| usage(format!("there is no time zone `{value}`; one is Europe/Berlin")))?;
            shop.time_zone = value.to_owned();
        }
        "currency" => {
            let currency = Currency::parse(value)
                .ok_or_else(|| usage(format!("`{value}` is no ISO 4217 currency; one is EUR")))?;
            if currency != shop.currency && store.count_orders(shop.id, &[], 1).await? > 0 {
                let told = "the currency cannot change any more: there are orders in the old one";
                return Err(Failure::new(Exit::Refused, told));
            }
            shop.currency = currency;
        }
        "tie_breakers" => {
            shop.tie_breakers = serde_json::from_value::<Vec<TieBreaker>>(json!(words(value)))
                .map_err(|_| usage("tie_breakers wants some of ranking,nearness,stock".to_owned()))?;
        }
        "when_declined" => {
            shop.when_declined = serde_json::from_value::<WhenDeclined>(json!(value))
                .map_err(|_| usage("when_declined wants stay or reroute".to_owned()))?;
        }
        "when_unheard" => {
            shop.when_unheard = serde_json::from_value::<WhenUnheard>(json!(value))
                .map_err(|_| usage("when_unheard wants keep or remove".to_owned()))?;
        }
        "line_word" => {
            shop.line_word = serde_json::from_value::<LineWord>(json!(value))
                .map_err(|_| usage("line_word wants complete or fulfilled".to_owned()))?;
        }
        "retry_days" => {
            let days: Option<Vec<i64>> = words(value).iter().map(|day| days(day)).collect();
            let told = "retry_days wants days after the first attempt, like 3,7,15; or nothing";
            shop.billing.retries = days.ok_or_else(|| usage(told.to_owned()))?;
        }
        "after_retries" => {
            shop.billing.at_end =
                serde_json::from_value::<Vec<AtEnd>>(json!(words(value))).map_err(|_| {
                    usage("after_retries wants some of abandon_invoice,cancel_service; or nothing".to_owned())
                })?;
        }
        "order_waits" if value == "off" => shop.billing.order_waits = None,
        "order_waits" => {
            let told = "order_waits wants off, or days that an order waits for its first payment, like 7";
            shop.billing.order_waits = Some(days(value).ok_or_else(|| usage(told.to_owned()))?);
        }
        "risk" => {
            shop.charging.risk = serde_json::from_value::<Risk>(json!(value))
                .map_err(|_| usage("risk wants tolerant or averse".to_owned()))?;
        }
        "throttle" if value == "off" => shop.throttle = None,
        "throttle" => {
            let rate = value.parse().ok().filter(|rate| RATES.contains(rate)).ok_or_else(|| {
                let (least, most) = (RATES.start(), RATES.end());
                usage(format!("throttle wants off, or points a second from {least} to {most}, like 100"))
            })?;
            shop.throttle = Some(rate);
        }
        "mail_name" => shop.mail.name = Some(value.to_owned()).filter(|name| !name.is_empty()),
        "mail_address" if !value.is_empty() && !domain::contact::is_email(value) => {
            return Err(usage(format!("mail_address wants an e-mail address, not `{value}`")));
        }
        "mail_address" => shop.mail.address = Some(value.to_owned()).filter(|address| !address.is_empty()),
        "mails" => shop.mail.off = off(value)?,
        "payment_page" => {
            if !value.is_empty() {
                payment_page::check(value).map_err(|fault| usage(unfit(&fault)))?;
            }
            shop.payment_page = Some(value.to_owned()).filter(|address| !address.is_empty());
        }
        other => return Err(usage(format!("there is no setting {other}; there are: {}", KEYS.join(", ")))),
    }
    Ok(())
}
