//! `consign gateway`: through whom the shop takes money. Keys are sealed with the installation's key before they are
//! stored, and never shown again.

use std::io::Write;
use std::path::PathBuf;

use domain::snapshot::Shop;
use engine::Engine;
use engine::gateway::{Account, SetUp};
use engine::seal::fresh_token;
use serde_json::{Value, json};

use crate::commands::Listing;
use crate::failure::{Exit, Failure};
use crate::gateways::{self, STRIPE_PATH};
use crate::installation::Where;
use crate::{open_shop, server};

/// Arguments of `consign gateway`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    at: Where,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Set a gateway up, or set it up anew
    Add(Add),
    /// List the gateways, without their keys
    List(Listing),
    /// Ask a gateway whether it can be reached and takes its key
    Test(Named),
    /// Forget a gateway; payments that wait for it go on waiting
    Remove(Named),
}

#[derive(Debug, clap::Args)]
struct Add {
    /// Which one: `test` moves no money
    kind: Kind,
    /// What orders call it [default: its kind]
    #[arg(long)]
    name: Option<String>,
    /// Stripe: a secret key, best a restricted one that may write payment intents and refunds
    #[arg(long, env = "STRIPE_API_KEY", hide_env_values = true, value_name = "KEY")]
    key: Option<String>,
    /// Stripe: what signs its messages, from the settings of the webhook endpoint
    #[arg(long, env = "STRIPE_WEBHOOK_SECRET", hide_env_values = true, value_name = "SECRET")]
    webhook_secret: Option<String>,
    /// Stripe: where it is, if not at api.stripe.com
    #[arg(long)]
    url: Option<String>,
}

/// A gateway that can be set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    Test,
    Stripe,
}

#[derive(Debug, clap::Args)]
struct Named {
    /// What orders call it, from `consign gateway list`
    name: String,
}

/// Sets up, lists, tests or forgets gateways.
pub fn run(args: &Args, file: Option<PathBuf>, out: &mut dyn Write) -> Result<(), Failure> {
    open_shop::with(file, &args.at, async |open| {
        let (engine, shop) = (open.engine().await?, &*open.shop);
        match &args.verb {
            Verb::Add(wanted) => add(engine, shop, wanted, out).await?,
            Verb::List(wanted) => list(engine, shop, wanted, out).await?,
            Verb::Test(wanted) => {
                let outside = server::outside(&open.installation.config)?;
                let set_up = named(engine, shop, &wanted.name).await?;
                let all = gateways::all(&outside);
                let known = all.iter().find(|known| known.kind() == set_up.kind);
                let known = known.ok_or_else(|| unknown(&wanted.name))?;
                let said = known.check(&set_up.account).await;
                writeln!(out, "{}", said.map_err(|why| Failure::new(Exit::Remote, why))?)?;
            }
            Verb::Remove(wanted) => {
                if !engine.store().remove_gateway(shop.id, &wanted.name).await? {
                    return Err(unknown(&wanted.name));
                }
                writeln!(out, "{} is forgotten", wanted.name)?;
            }
        }
        Ok(())
    })
}

async fn add(engine: &Engine, shop: &Shop, wanted: &Add, out: &mut dyn Write) -> Result<(), Failure> {
    let usage = |why: &str| Failure::new(Exit::Usage, why.to_owned());
    let (kind, account) = match wanted.kind {
        Kind::Test if wanted.key.is_some() || wanted.webhook_secret.is_some() || wanted.url.is_some() => {
            return Err(usage("the test gateway has no key and no address"));
        }
        Kind::Test => ("test", Account { settings: json!({}), secret: Value::Null }),
        Kind::Stripe => ("stripe", stripe(engine, shop, wanted).await?),
    };
    let name = wanted.name.clone().unwrap_or_else(|| kind.to_owned());
    let set_up = SetUp { name, kind: kind.to_owned(), account };
    if let Some(fault) = set_up.fault() {
        return Err(usage(fault));
    }
    engine.set_up_gateway(shop.id, &set_up).await?;
    writeln!(out, "{} is set up", set_up.name)?;
    if wanted.kind == Kind::Stripe {
        writeln!(out, "Let Stripe send payment_intent.*, refund.* and charge.dispute.* to {STRIPE_PATH}")?;
    }
    Ok(())
}

async fn stripe(engine: &Engine, shop: &Shop, wanted: &Add) -> Result<Account, Failure> {
    let usage = |why: &str| Failure::new(Exit::Usage, why.to_owned());
    let name = wanted.name.as_deref().unwrap_or("stripe");
    let before = engine.gateways(shop.id).await?.into_iter().find(|known| known.name == name);
    let key = wanted.key.as_deref().ok_or_else(|| usage("Stripe needs --key, or STRIPE_API_KEY"))?;
    if !key.starts_with("rk_") && !key.starts_with("sk_") {
        return Err(usage("that is no secret key of Stripe's: those begin with rk_ or sk_"));
    }
    // Movements that are under way are known to Stripe by this: it stays when the key is changed.
    let ours = before.as_ref().and_then(|before| before.account.settings["ours"].as_str());
    let ours = ours.map_or_else(|| fresh_token("")[..12].to_owned(), str::to_owned);
    let mut settings = json!({ "ours": ours });
    if let Some(url) = &wanted.url {
        settings["url"] = json!(url);
    }
    Ok(Account { settings, secret: json!({ "key": key, "webhook_secret": wanted.webhook_secret }) })
}

async fn list(engine: &Engine, shop: &Shop, wanted: &Listing, out: &mut dyn Write) -> Result<(), Failure> {
    let all = engine.gateways(shop.id).await?;
    if all.is_empty() && !wanted.json {
        writeln!(out, "No gateway is set up: orders are paid elsewhere. See consign gateway add.")?;
    }
    for SetUp { name, kind, account } in all {
        let hears = account.secret["webhook_secret"].is_string();
        let ending = |key: &str| key.chars().skip(key.chars().count().saturating_sub(4)).collect::<String>();
        let hint = account.secret["key"].as_str().map(ending);
        let url = account.settings["url"].as_str();
        if wanted.json {
            let key_hint = &hint;
            writeln!(
                out,
                "{}",
                json!({ "name": name, "kind": kind, "url": url, "key_hint": key_hint, "webhook": hears })
            )?;
            continue;
        }
        let hint = hint.map(|hint| format!("  key …{hint}")).unwrap_or_default();
        let url = url.map(|url| format!("  at {url}")).unwrap_or_default();
        let deaf = if kind == "stripe" && !hears { "  without webhooks" } else { "" };
        writeln!(out, "{name:<14} {kind}{url}{hint}{deaf}")?;
    }
    Ok(())
}

async fn named(engine: &Engine, shop: &Shop, name: &str) -> Result<SetUp, Failure> {
    let all = engine.gateways(shop.id).await?;
    all.into_iter().find(|known| known.name == name).ok_or_else(|| unknown(name))
}

fn unknown(name: &str) -> Failure {
    Failure::new(Exit::NotFound, format!("no gateway is called {name}: see `consign gateway list`"))
}
