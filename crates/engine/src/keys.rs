//! Keys: who a token belongs to. Answers are kept for a second, so that a revoked key is dead everywhere a second
//! later at the most, and a busy one costs one question a second.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::actor::{Actor, App};
use domain::snapshot::Shop;
use domain::time::Time;
use store::{AppRecord, KeyRecord, NewKey};

use crate::seal::{fresh_token, token_hash};
use crate::{Engine, Error};

/// How long an answer is kept.
const KEPT: Duration = Duration::from_secs(1);
/// How many answers are kept.
const MANY: usize = 10_000;

/// Whom a token belongs to.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The shop that it is for.
    pub shop: Arc<Shop>,
    /// Who acts.
    pub actor: Actor,
    /// Whether it is a demo key.
    pub demo: bool,
}

pub(crate) struct KeyCache(quick_cache::sync::Cache<String, (Instant, Arc<Caller>)>);

impl KeyCache {
    pub(crate) fn new() -> Self {
        Self(quick_cache::sync::Cache::new(MANY))
    }

    /// Forgets who runs what: a program that made a service may use it at once, on this node at least.
    pub(crate) fn forget(&self) {
        self.0.clear();
    }
}

/// A key to be made.
pub struct KeyWanted<'a> {
    /// The program: its id, or `None` for a new one of that name.
    pub app: Option<domain::id::AppId>,
    /// The program's name.
    pub app_name: &'a str,
    /// The dialect that the key speaks.
    pub dialect: &'a str,
    /// What to call the key.
    pub label: &'a str,
    /// What it allows.
    pub permissions: domain::actor::Permissions,
    /// What the token begins with.
    pub token_prefix: &'a str,
    /// What the program's secret begins with.
    pub secret_prefix: &'a str,
    /// The token, if it is known beforehand (demo keys are the same everywhere); else a fresh one.
    pub token: Option<&'a str>,
    /// The program's secret, likewise.
    pub secret: Option<&'a str>,
}

/// A key that was made. The token is shown once and not kept.
#[derive(Debug, Clone)]
pub struct KeyMade {
    /// The token.
    pub token: String,
    /// What signs messages to its program; `None` if the program was there before.
    pub secret: Option<String>,
    /// What is listed of the key.
    pub record: KeyRecord,
}

impl Engine {
    /// Whom a token of that dialect belongs to; `None` if it opens nothing, or nothing any more.
    ///
    /// # Errors
    /// As [`store::Store::api_key`].
    pub async fn caller(&self, dialect: &str, token: &str) -> Result<Option<Arc<Caller>>, Error> {
        let hash = token_hash(token);
        // A key opens the API that it was made for and no other, whatever was asked a moment ago.
        let kept_as = format!("{dialect} {hash}");
        if let Some((at, caller)) = self.0.keys.0.get(&kept_as)
            && at.elapsed() < KEPT
        {
            return Ok(Some(caller));
        }
        let Some(key) = self.0.store.api_key(&hash).await? else { return Ok(None) };
        if key.dialect != dialect {
            return Ok(None);
        }
        let services = self.0.store.services_of(key.shop.id, key.app).await?;
        let app = App { id: key.app, permissions: key.permissions, services };
        let caller = Arc::new(Caller { shop: key.shop, actor: Actor::App(app), demo: key.demo });
        self.0.keys.0.insert(kept_as, (Instant::now(), caller.clone()));
        Ok(Some(caller))
    }

    /// Makes a key, and its program unless it is there.
    ///
    /// # Errors
    /// As [`store::Store::add_key`].
    pub async fn make_key(&self, shop: &Shop, wanted: KeyWanted<'_>) -> Result<KeyMade, Error> {
        let app_id = match wanted.app {
            Some(id) => id,
            None => self.ids().fresh().await?,
        };
        let known = self.0.store.app(shop.id, app_id).await?;
        let secret = match known {
            Some(_) => None,
            None => Some(wanted.secret.map_or_else(|| fresh_token(wanted.secret_prefix), str::to_owned)),
        };
        let sealed_secret = match (&known, &secret) {
            (Some(known), _) => known.sealed_secret.clone(),
            (None, secret) => self.0.sealer.seal(secret.as_deref().unwrap_or_default())?,
        };
        let token = wanted.token.map_or_else(|| fresh_token(wanted.token_prefix), str::to_owned);
        let hint = token.chars().skip(token.chars().count().saturating_sub(4)).collect();
        let record = KeyRecord {
            id: self.ids().fresh().await?,
            app: app_id,
            dialect: wanted.dialect.to_owned(),
            label: wanted.label.to_owned(),
            hint,
            permissions: wanted.permissions,
            demo: wanted.token.is_some(),
            created_at: self.now(),
            revoked_at: None,
        };
        let app = AppRecord { id: app_id, name: wanted.app_name.to_owned(), sealed_secret };
        let key = NewKey { record: record.clone(), token_hash: token_hash(&token) };
        self.0.store.add_key(shop.id, &app, &key).await?;
        Ok(KeyMade { token, secret, record })
    }

    /// The secret that signs messages to a program.
    ///
    /// # Errors
    /// [`Error::Bug`] for a program that isn't there; as [`crate::seal::Sealer::open`].
    pub async fn secret_of(&self, shop: &Shop, app: domain::id::AppId) -> Result<String, Error> {
        let record = self.0.store.app(shop.id, app).await?;
        let record = record.ok_or_else(|| Error::Bug(format!("there is no program {app}")))?;
        self.0.sealer.open(&record.sealed_secret)
    }

    /// The time, by the engine's clock.
    pub fn now(&self) -> Time {
        self.0.clock.now()
    }
}
