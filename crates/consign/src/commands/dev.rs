//! `consign dev`: everything on one machine, with data to play with and keys that everybody knows.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use domain::snapshot::Shop;
use serde_json::{Map, Value, json};

use crate::config::{Flag, Purpose};
use crate::demo::{self, Content, Keys};
use crate::dialects;
use crate::failure::Failure;
use crate::installation::{Installation, Missing, Where};
use crate::server::Server;
use crate::{explorer, first_shop, http, logging, mailbox, runtime, signals};

/// Arguments of `consign dev`.
#[derive(Debug, Default, clap::Args)]
pub struct Args {
    #[command(flatten)]
    at: Where,
    /// The address to listen on; if its port is taken, the next free one [setting: http.listen]
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// Begin with an empty shop instead of the demo shop
    #[arg(long)]
    empty: bool,
    /// Print one line of JSON once ready, for programs that start this one
    #[arg(long)]
    json: bool,
}

/// Serves until a signal.
pub fn run(args: &Args, file: Option<PathBuf>, out: &mut dyn Write) -> Result<(), Failure> {
    let listen = args.listen.clone().map(|value| Flag { key: "http.listen", name: "--listen", value });
    let installation = Installation::read(Purpose::Dev, file, &args.at, listen.into_iter().collect())?;
    let _logging = logging::start(&installation.config.log, &installation.config.telemetry)?;
    runtime::block_on(async {
        let stop = signals::stop()?;
        let wanted = installation.config.http.listen;
        // Before anything is made: an address that can't be had is the likeliest mistake.
        let listener = http::bind_near(wanted).await?;
        let content = if args.empty { Content::Empty } else { Content::Demo };
        let filled = demo::fill(&installation, content).await?;
        let in_use = installation.open(Missing::Make).await?;
        let mut ready = Ready {
            url: String::new(),
            port_taken: (listener.local_addr()?.port() != wanted.port() && wanted.port() != 0)
                .then_some(wanted.port()),
            keys: demo::known(&in_use.store).await?,
            shop: first_shop::find(&in_use.store).await?,
            database: installation.database_name(),
            flags: args.at.flags(),
            loaded: filled.is_some().then_some(content),
        };
        let store = in_use.store.clone();
        let index = |url: &str| {
            ready.url = url.to_owned();
            let page = ready.index();
            Router::new()
                .route("/", get(|| async { page }))
                .merge(explorer::routes(ready.keys))
                .merge(mailbox::routes(store))
        };
        let server = Server::new(installation, in_use, listener, index).await?.with_till();
        if args.json {
            writeln!(out, "{}", ready.json())?
        } else {
            write!(out, "{}", ready.banner())?
        };
        out.flush()?;
        server.run(stop).await
    })
}

/// What there is to tell once the server is ready.
struct Ready {
    url: String,
    port_taken: Option<u16>,
    keys: Option<Keys>,
    shop: Arc<Shop>,
    database: String,
    /// What other commands need to be told to mean the same installation.
    flags: String,
    loaded: Option<Content>,
}

impl Ready {
    fn json(&self) -> Value {
        let mut told = Map::new();
        told.insert("admin".into(), json!({ "url": self.url }));
        told.insert("explorer".into(), json!({ "url": format!("{}/explorer", self.url) }));
        told.insert("mailbox".into(), json!({ "url": format!("{}/mailbox", self.url) }));
        for entrance in dialects::entrances(&self.url, self.shop.id) {
            let mut of_dialect = Map::new();
            of_dialect.insert("endpoint".into(), entrance.address.into());
            let token = self.keys.and_then(|keys| keys.merchant_of(entrance.dialect));
            of_dialect.extend(token.map(|token| ("token".into(), token.into())));
            match (entrance.dialect, &self.keys) {
                (shopify::NAME, Some(keys)) => {
                    of_dialect.insert("webhook_secret".into(), keys.secret.into());
                    of_dialect.extend(keys.service.map(|token| ("service_token".into(), token.into())));
                }
                // Its endpoints are given secrets of their own.
                (clickfunnels::NAME, _) => {
                    of_dialect.insert("workspace_id".into(), self.shop.id.0.into());
                }
                _ => {}
            }
            of_dialect.insert("shop_domain".into(), self.shop.domain.as_str().into());
            told.insert(entrance.dialect.into(), of_dialect.into());
        }
        told.into()
    }

    fn banner(&self) -> String {
        let mut text =
            format!("\n  consign {}  TEST MODE  data: {}\n", env!("CARGO_PKG_VERSION"), self.database);
        if let Some(port) = self.port_taken {
            text += &format!("  Port {port} is taken; this server listens on {} instead.\n", self.url);
        }
        match self.loaded {
            Some(Content::Demo) => {
                text += &format!(
                    "  The demo shop was made: 3 locations, 40 products, {} orders, two of them subscriptions.\n",
                    demo::ORDERS
                );
            }
            Some(Content::Empty) => text += "  An empty shop with one location was made.\n",
            None => {}
        }
        text += &self.endpoints();
        text
    }

    fn index(&self) -> String {
        format!("Consign {}, a server for development.\n{}", env!("CARGO_PKG_VERSION"), self.endpoints())
    }

    fn endpoints(&self) -> String {
        let mut text = String::new();
        for entrance in dialects::entrances(&self.url, self.shop.id) {
            let (dialect, (header, before)) = (entrance.dialect, entrance.header);
            text += &format!("\n  {dialect:<12} {}\n", entrance.address);
            let Some(token) = self.keys.and_then(|keys| keys.merchant_of(dialect)) else {
                text += &format!(
                    "{:15}make a key: consign key create --app NAME --dialect {dialect} --scopes all{}\n",
                    "", self.flags
                );
                continue;
            };
            text += &format!("{:15}{header}: {before}{token}\n", "");
            match (dialect, &self.keys) {
                (shopify::NAME, Some(keys)) => {
                    text += &format!("{:15}webhook secret: {}\n", "", keys.secret);
                    if let Some(service) = keys.service {
                        text += &format!("{:15}as the fulfillment service Nordic 3PL: {service}\n", "");
                    }
                }
                (clickfunnels::NAME, _) => {
                    text += &format!(
                        "{:15}workspace: {}; webhook endpoints have a secret each\n",
                        "", self.shop.id
                    );
                }
                (digitalriver::NAME, _) => {
                    text += &format!(
                        "{:15}webhooks have a secret each: consign listeners list{}\n",
                        "", self.flags
                    );
                }
                _ => {}
            }
            text += &format!("\n  Try:\n\n{}\n", entrance.example(token));
        }
        text += &format!("  explorer     {}/explorer     try the API in a browser\n", self.url);
        text += &format!("  mailbox      {}/mailbox      what is written to buyers\n", self.url);
        text += &format!("\n  health       {0}/healthz  {0}/readyz  {0}/metrics\n", self.url);
        text +=
            &format!("  orders       consign explain 1001{}     where an order went, and why\n", self.flags);
        text += "  stop         Ctrl-C; the next `consign dev` goes on where this one stopped\n\n";
        text
    }
}
