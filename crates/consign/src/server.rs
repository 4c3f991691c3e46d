//! The server: engine, workers and routes put together, and taken apart again in good order.
//!
//! The end is: no new connections, requests that have begun finish, workers finish what they hold, the database is
//! closed; all of it within `shutdown.grace_ms`. Whatever isn't finished then is done again later: requests that were
//! not answered were not promised, and what a worker held has a lease that runs out.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::Router;
use engine::Engine;
use engine::mail::{MailServer, Post, Security, Smtp};
use engine::outside::{Outside, Policy, address, url};
use engine::workers::Workers;
use futures::FutureExt;
use tokio::net::TcpListener;

use crate::config::{AllowPrivate, Config, MailSecurity, WithoutServer};
use crate::failure::{Exit, Failure};
use crate::http::{self, Limits, Ready};
use crate::installation::{InUse, Installation};
use crate::signals::Stop;
use crate::{dialects, figures, gateways, till};

/// The folder in the data folder with the files that buyers may have.
pub const FILES: &str = "assets";
/// Time kept for closing the database, out of the grace time.
const TO_CLOSE: Duration = Duration::from_millis(500);

/// A server that is ready to serve.
pub struct Server {
    config: Config,
    engine: Engine,
    in_use: InUse,
    listener: TcpListener,
    routes: Router,
    /// The address under which others reach it, without a slash at the end.
    pub url: String,
}

impl Server {
    /// Puts a server together on a database that is up to date. `more` are routes beside those of the dialects.
    pub async fn new(
        installation: Installation,
        in_use: InUse,
        listener: TcpListener,
        more: impl FnOnce(&str) -> Router,
    ) -> Result<Self, Failure> {
        let engine = installation.engine(&in_use.store).await?;
        let config = installation.config;
        engine.calls_by(policy(&config));
        let url = match &config.http.public_url {
            Some(url) => url.as_str().to_owned(),
            None => format!("http://{}", reachable(listener.local_addr()?)),
        };
        engine.reached_at(&url);
        let own =
            figures::routes(engine.clone()).merge(buyer::routes(engine.clone(), config.data.dir.join(FILES)));
        let stand_in = config.keys.stand_in.as_ref().map(|token| token.reveal());
        let routes = dialects::routes(&engine, &url, stand_in)
            .merge(more(&url))
            .merge(own)
            .merge(gateways::routes(&engine, &outside(&config)?));
        Ok(Self { config, engine, in_use, listener, routes, url })
    }

    /// Lets buyers pay here, for development, in shops that have no payment page of their own.
    pub fn with_till(mut self) -> Self {
        self.engine.pays_at(&format!("{}{}", self.url, till::PAGE));
        self.routes = self.routes.merge(till::routes(self.engine.clone()));
        self
    }

    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Serves until `stop`, then ends in good order.
    pub async fn run(self, stop: Stop) -> Result<(), Failure> {
        let Self { config, engine, in_use, listener, routes, url } = self;
        let working = match config.workers.deliver {
            0 => None,
            _ => Some(engine.work(workers(&config, &url)?)),
        };
        let router = http::shell(routes, Limits::from(&config.http), ready(&engine));
        let grace = Duration::from_millis(config.shutdown.grace_ms);
        let asked = Arc::new(OnceLock::new());
        let note = asked.clone();
        let stop = async move {
            stop.await;
            let _ = note.set(Instant::now());
        };
        tracing::info!(address = %listener.local_addr()?, database = ?engine.store().db().flavor(), "serving");
        http::serve(listener, router, stop, grace.saturating_sub(TO_CLOSE)).await;
        let left = |kept: Duration| {
            let passed = asked.get().map_or(Duration::ZERO, Instant::elapsed);
            grace.saturating_sub(passed).saturating_sub(kept)
        };
        if let Some(working) = working {
            working.stop(left(TO_CLOSE)).await;
        }
        if tokio::time::timeout(left(Duration::ZERO).max(TO_CLOSE), engine.close()).await.is_err() {
            tracing::warn!("the database was not closed in time; it recovers by itself at the next start");
        }
        drop(in_use);
        tracing::info!("stopped");
        Ok(())
    }
}

/// The address by which this machine reaches a listening socket: nobody can call `0.0.0.0`.
fn reachable(listening: SocketAddr) -> SocketAddr {
    match listening {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => ([127, 0, 0, 1], v4.port()).into(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => (std::net::Ipv6Addr::LOCALHOST, v6.port()).into(),
        other => other,
    }
}

fn ready(engine: &Engine) -> Ready {
    let engine = engine.clone();
    Arc::new(move || {
        let engine = engine.clone();
        async move { engine.store().shops().await.map(drop).map_err(|error| error.to_string()) }.boxed()
    })
}

/// What the workers need, as the settings say; `url` is the address by which the server is reached.
pub fn workers(config: &Config, url: &str) -> Result<Workers, Failure> {
    let outside = outside(config)?;
    let days = |days: u64| i64::try_from(days).unwrap_or(i64::MAX);
    Ok(Workers {
        dialects: dialects::voices(url),
        gateways: gateways::all(&outside),
        outside,
        post: post(config)?,
        calls_at_once: usize::try_from(config.workers.deliver).unwrap_or(usize::MAX),
        inquire_every: Duration::from_secs(config.workers.inquire_every_s),
        events_days: days(config.retention.events_days),
        keys_days: days(config.retention.keys_days),
    })
}

/// The way out that the settings allow.
pub fn outside(config: &Config) -> Result<Outside, Failure> {
    Outside::new(policy(config)).map_err(|error| Failure::new(Exit::Error, error.to_string()))
}

fn post(config: &Config) -> Result<Post, Failure> {
    let settings = &config.mail;
    let Some(server) = &settings.server else {
        return Ok(match settings.without_server {
            WithoutServer::Keep => Post::Nowhere,
            WithoutServer::Mailbox => Post::Mailbox,
        });
    };
    let security = match settings.security {
        MailSecurity::Starttls => Security::StartTls,
        MailSecurity::Tls => Security::Tls,
        MailSecurity::Plain => Security::Plain,
    };
    let password = settings.password.as_ref().map_or("", |password| password.reveal());
    let credentials = settings.user.clone().map(|user| (user, password.to_owned()));
    let certificates = match &settings.certificates {
        Some(file) => Some(std::fs::read(file).map_err(|error| {
            let told = format!("mail.certificates: cannot read {}: {error}", file.display());
            Failure::new(Exit::Usage, told)
        })?),
        None => None,
    };
    let server = MailServer {
        host: server.host.clone(),
        port: server.port,
        security,
        credentials,
        certificates,
        patience: Duration::from_millis(settings.timeout_ms),
    };
    Smtp::new(server).map(Post::Smtp).map_err(|why| Failure::new(Exit::Error, format!("mail.server: {why}")))
}

fn policy(config: &Config) -> Policy {
    let settings = &config.outside;
    let (allow_private, allow_http) = match settings.allow_private {
        AllowPrivate::None => (address::AllowPrivate::None, url::AllowHttp::Never),
        AllowPrivate::Loopback => (address::AllowPrivate::Loopback, url::AllowHttp::Loopback),
        AllowPrivate::All => (address::AllowPrivate::All, url::AllowHttp::Everywhere),
    };
    Policy {
        allow_private,
        allow_http,
        connect_timeout: Duration::from_millis(settings.connect_timeout_ms),
        total_timeout: Duration::from_millis(settings.total_timeout_ms),
        ..Policy::default()
    }
}
