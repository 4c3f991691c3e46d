//! `consign listeners`: who is told what happens, the secrets that sign what they are sent, and switching them on again.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use domain::id::ListenerId;
use domain::listener::{Credentials, Listener};
use domain::refusal::Refusal;
use domain::snapshot::Shop;
use engine::Engine;
use serde_json::json;

use crate::commands::Listing;
use crate::failure::{Exit, Failure};
use crate::installation::Where;
use crate::open_shop;
use crate::wording::moment;

/// Arguments of `consign listeners`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    at: Where,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// List who is told what happens: webhooks, subscriptions, endpoints
    List(Listing),
    /// Print the secret that signs what a listener is sent
    Secret(One),
    /// Give a listener another secret and print it; the one before signs beside it for twelve hours
    Rotate(One),
    /// Tell a listener again that was switched off, from now on
    Enable(One),
}

#[derive(Debug, clap::Args)]
struct One {
    /// Its id, from `consign listeners list`
    id: i64,
}

/// Lists, shows or changes.
pub fn run(args: &Args, file: Option<PathBuf>, out: &mut dyn Write) -> Result<(), Failure> {
    open_shop::with(file, &args.at, async |open| {
        let (engine, shop) = (open.engine().await?, &open.shop);
        match &args.verb {
            Verb::List(wanted) => list(engine, shop, wanted, out).await?,
            Verb::Secret(one) => {
                let listener = named(engine, shop, one.id).await?;
                writeln!(out, "{}", engine.secret_of_listener(shop, &listener).await?)?;
            }
            Verb::Rotate(one) => rotate(engine, shop, one.id, out).await?,
            Verb::Enable(one) => enable(engine, shop, one.id, out).await?,
        }
        Ok(())
    })
}

async fn named(engine: &Engine, shop: &Shop, id: i64) -> Result<Listener, Failure> {
    let missing =
        || Failure::new(Exit::NotFound, format!("there is no listener {id}; see `consign listeners list`"));
    engine.listener(shop, ListenerId(id)).await?.ok_or_else(missing)
}

fn refused(id: i64, refusal: &Refusal) -> Failure {
    Failure::new(Exit::Refused, format!("listener {id} can't be changed: {refusal:?}"))
}

async fn list(engine: &Engine, shop: &Shop, wanted: &Listing, out: &mut dyn Write) -> Result<(), Failure> {
    let listeners = engine.store().listeners(shop.id).await?;
    if listeners.is_empty() && !wanted.json {
        writeln!(out, "Nobody is told what happens: no program subscribed.")?;
    }
    for listener in &listeners {
        let program = engine.app_name(shop, listener.app).await?.unwrap_or_default();
        if wanted.json {
            writeln!(out, "{}", as_json(listener, &program))?;
        } else {
            show(engine, listener, &program, out)?;
        }
    }
    Ok(())
}

fn show(engine: &Engine, listener: &Listener, program: &str, out: &mut dyn Write) -> Result<(), Failure> {
    let state = match listener.terms.off_since {
        Some(since) => format!("off since {}", moment(since)),
        None => "on".to_owned(),
    };
    let Listener { id, dialect, topic, url, .. } = listener;
    writeln!(out, "{id}  {program}  {dialect}  {topic}  {url}  {state}")?;
    if let Some(shown) = credentials(listener) {
        writeln!(out, "    shows it  {shown}")?;
    }
    match &listener.terms.previous_secret {
        Some(previous) if previous.until > engine.now() => {
            writeln!(out, "    signed    with two secrets until {}", moment(previous.until))?;
        }
        _ if listener.secret.is_some() => writeln!(out, "    signed    with a secret of its own")?,
        _ => writeln!(out, "    signed    with the secret of its program")?,
    }
    Ok(())
}

/// What the server shows it, without any secret.
fn credentials(listener: &Listener) -> Option<String> {
    Some(match listener.terms.credentials.as_ref()? {
        Credentials::Password { name, .. } => format!("the name {name} and a password"),
        Credentials::Token(source) => format!("a token from {}", source.endpoint),
    })
}

fn as_json(listener: &Listener, program: &str) -> serde_json::Value {
    json!({
        "id": listener.id.0, "app": program, "dialect": listener.dialect, "topic": listener.topic,
        "url": listener.url, "off_since": listener.terms.off_since.map(moment), "shows": credentials(listener),
        "own_secret": listener.secret.is_some(), "created_at": moment(listener.created_at),
    })
}

async fn rotate(engine: &Engine, shop: &Arc<Shop>, id: i64, out: &mut dyn Write) -> Result<(), Failure> {
    let listener = named(engine, shop, id).await?;
    let secret = engine.rotate_secret(shop, &listener).await?.map_err(|refusal| refused(id, &refusal))?;
    writeln!(out, "{secret}")?;
    Ok(())
}

async fn enable(engine: &Engine, shop: &Arc<Shop>, id: i64, out: &mut dyn Write) -> Result<(), Failure> {
    let listener = named(engine, shop, id).await?;
    match engine.switch_on(shop, &listener).await?.map_err(|refusal| refused(id, &refusal))? {
        true => writeln!(out, "Listener {id} is told of what happens from now on.")?,
        false => writeln!(out, "Listener {id} was on.")?,
    }
    Ok(())
}
