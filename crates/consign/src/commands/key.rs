//! `consign key`: the tokens that programs show, and the secrets that sign what they are sent.

use std::io::Write;
use std::path::PathBuf;

use domain::actor::{Permission, Permissions};
use domain::id::AppId;
use domain::snapshot::Shop;
use engine::keys::KeyWanted;
use serde_json::json;
use store::{AppRecord, KeyRecord, Store};

use crate::commands::Listing;
use crate::config::Purpose;
use crate::failure::{Exit, Failure};
use crate::installation::{Installation, Missing, Where};
use crate::wording::moment;
use crate::{dialects, first_shop, runtime};

/// Arguments of `consign key`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    at: Where,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Make a key; its token and secret are shown once
    Create(Create),
    /// List every key, without tokens
    List(Listing),
    /// Make keys open nothing any more; a running server follows within a second
    Revoke(Revoke),
}

#[derive(Debug, clap::Args)]
struct Create {
    /// The program that gets the key; keys of one program share its secret and its listeners
    #[arg(long, value_name = "NAME")]
    app: String,
    /// What it allows: names with commas between, or all
    #[arg(long, value_name = "SCOPES")]
    scopes: String,
    /// The published API that it is for
    #[arg(long, default_value = "shopify")]
    dialect: Dialect,
    /// Whether what it makes counts; only digitalriver's keys can be for tests
    #[arg(long, default_value = "live")]
    mode: Mode,
    /// What to call the key in lists
    #[arg(long, default_value = "")]
    label: String,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// An API that keys can be made for.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Dialect {
    Shopify,
    Clickfunnels,
    Digitalriver,
}

/// Whether what a key makes counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Mode {
    Live,
    Test,
}

impl Dialect {
    /// Its name, and what its tokens and secrets begin with; `None` if there are no such keys.
    fn marks(self, mode: Mode) -> Option<(&'static str, &'static str, &'static str)> {
        match (self, mode) {
            (Dialect::Shopify, Mode::Live) => Some((shopify::NAME, "shpat_", "shpss_")),
            (Dialect::Clickfunnels, Mode::Live) => Some((clickfunnels::NAME, "cf_", "cfs_")),
            (Dialect::Digitalriver, Mode::Live) => {
                Some((digitalriver::NAME, digitalriver::LIVE_TOKEN, "wh_"))
            }
            (Dialect::Digitalriver, Mode::Test) => {
                Some((digitalriver::NAME, digitalriver::TEST_TOKEN, "wh_"))
            }
            (Dialect::Shopify | Dialect::Clickfunnels, Mode::Test) => None,
        }
    }
}

#[derive(Debug, clap::Args)]
struct Revoke {
    /// Ids of keys, from `consign key list`
    #[arg(required_unless_present = "demo")]
    ids: Vec<i64>,
    /// The demo keys, which everybody knows
    #[arg(long)]
    demo: bool,
}

/// Makes, lists or revokes keys.
pub fn run(args: &Args, file: Option<PathBuf>, out: &mut dyn Write) -> Result<(), Failure> {
    let missing = match &args.verb {
        Verb::Create(_) => Missing::Make,
        Verb::List(_) | Verb::Revoke(_) => Missing::Refuse,
    };
    let installation = Installation::read(Purpose::Serve, file, &args.at, Vec::new())?;
    runtime::block_on(async {
        let in_use = installation.open(missing).await?;
        in_use.store.migrate().await?;
        match &args.verb {
            Verb::Create(wanted) => create(&installation, &in_use.store, wanted, out).await?,
            Verb::List(wanted) => list(&in_use.store, wanted, out).await?,
            Verb::Revoke(wanted) => revoke(&in_use.store, wanted, out).await?,
        }
        in_use.store.db().close().await;
        Ok(())
    })
}

async fn create(
    installation: &Installation,
    store: &Store,
    wanted: &Create,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let permissions = match wanted.scopes.trim() {
        "all" => Permissions::all(),
        "" => return Err(Failure::new(Exit::Usage, "--scopes is empty: name some, or all")),
        names => Permissions::parse(names).map_err(|unknown| unknown_scope(&unknown))?,
    };
    let engine = installation.engine(store).await?;
    let shop = first_shop::find_or_make(&engine).await?;
    let app = programs(store, &shop).await?.into_iter().find(|program| program.name == wanted.app);
    let marks = wanted.dialect.marks(wanted.mode);
    let only_live = || Failure::new(Exit::Usage, "--mode test: only keys of digitalriver can be for tests");
    let (dialect, token_prefix, secret_prefix) = marks.ok_or_else(only_live)?;
    let key = KeyWanted {
        app: app.map(|app| app.id),
        app_name: &wanted.app,
        dialect,
        label: &wanted.label,
        permissions,
        token_prefix,
        secret_prefix,
        token: None,
        secret: None,
    };
    let made = engine.make_key(&shop, key).await?;
    if dialects::is_chronicled(dialect) {
        engine.chronicle(&shop, dialect).await?;
    }
    if wanted.json {
        let secret = made.secret.as_deref();
        let told = json!({
            "id": made.record.id, "app": wanted.app, "token": made.token, "webhook_secret": secret,
        });
        writeln!(out, "{told}")?;
        return Ok(());
    }
    writeln!(out, "key             {}", made.record.id)?;
    writeln!(out, "token           {}", made.token)?;
    match made.secret {
        _ if dialect == digitalriver::NAME => {
            writeln!(out, "webhook secret  every webhook has its own: consign listeners list")?;
        }
        Some(secret) => writeln!(out, "webhook secret  {secret}")?,
        None => writeln!(out, "webhook secret  the one that was shown with the first key of {}", wanted.app)?,
    }
    writeln!(out, "\nKeep them now: they are not shown again.")?;
    Ok(())
}

fn unknown_scope(unknown: &str) -> Failure {
    let all: Vec<&str> = Permission::ALL.iter().map(|permission| permission.as_str()).collect();
    Failure::new(Exit::Usage, format!("there is no scope {unknown}; there are: all, {}", all.join(", ")))
}

/// The programs that have or had a key.
async fn programs(store: &Store, shop: &Shop) -> Result<Vec<AppRecord>, Failure> {
    let mut ids: Vec<AppId> = store.keys(shop.id).await?.iter().map(|key| key.app).collect();
    ids.sort();
    ids.dedup();
    let mut programs = Vec::new();
    for id in ids {
        programs.extend(store.app(shop.id, id).await?);
    }
    Ok(programs)
}

async fn list(store: &Store, wanted: &Listing, out: &mut dyn Write) -> Result<(), Failure> {
    for shop in store.shops().await? {
        let programs = programs(store, &shop).await?;
        for key in store.keys(shop.id).await? {
            let app = programs.iter().find(|program| program.id == key.app);
            let app = app.map_or("?", |program| program.name.as_str());
            if wanted.json { writeln!(out, "{}", as_json(&key, app))? } else { show(&key, app, out)? }
        }
    }
    Ok(())
}

fn scopes(key: &KeyRecord) -> String {
    if key.permissions == Permissions::all() {
        return "all".to_owned();
    }
    key.permissions.iter().map(Permission::as_str).collect::<Vec<_>>().join(",")
}

fn show(key: &KeyRecord, app: &str, out: &mut dyn Write) -> Result<(), Failure> {
    let state = match key.revoked_at {
        Some(at) => format!("revoked {}", moment(at)),
        None if key.demo => "demo key, active".to_owned(),
        None => "active".to_owned(),
    };
    writeln!(out, "{}  {app}  {}  …{}  {state}", key.id, key.dialect, key.hint)?;
    if !key.label.is_empty() {
        writeln!(out, "    label   {}", key.label)?;
    }
    writeln!(out, "    made    {}", moment(key.created_at))?;
    writeln!(out, "    scopes  {}", scopes(key))?;
    Ok(())
}

fn as_json(key: &KeyRecord, app: &str) -> serde_json::Value {
    json!({
        "id": key.id, "app": app, "dialect": key.dialect, "label": key.label, "hint": key.hint,
        "scopes": scopes(key), "demo": key.demo, "created_at": moment(key.created_at),
        "revoked_at": key.revoked_at.map(moment),
    })
}

async fn revoke(store: &Store, wanted: &Revoke, out: &mut dyn Write) -> Result<(), Failure> {
    let now = engine::clock::Clock::System.now();
    let mut left = wanted.ids.clone();
    for shop in store.shops().await? {
        for key in store.keys(shop.id).await? {
            let named = left.iter().position(|id| *id == key.id).map(|at| left.swap_remove(at)).is_some();
            let demo = wanted.demo && key.demo && key.revoked_at.is_none();
            if !named && !demo {
                continue;
            }
            let was_active = store.revoke_key(shop.id, key.id, now).await?;
            writeln!(out, "{} {}", key.id, if was_active { "revoked" } else { "was revoked before" })?;
        }
    }
    match left.first() {
        Some(id) => {
            Err(Failure::new(Exit::NotFound, format!("there is no key {id}: `consign key list` lists all")))
        }
        None => Ok(()),
    }
}
