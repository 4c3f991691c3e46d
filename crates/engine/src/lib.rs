//! Runs commands and queries: load, decide, commit, wake; and the workers behind.
//!
//! [`Engine::execute`] is the one way in for everything that changes anything, whoever asks: dialects, timers,
//! imports, the command line. [`Engine::store`] answers questions. [`workers`] is what empties the outbox,
//! routes what waits and opens what is due. The engine knows dialects only as [`dialect::Dialect`]: somebody who can
//! put an event into words and sign them.

pub mod clock;
mod credentials;
pub mod dialect;
pub mod downloads;
mod error;
mod execute;
pub mod figures;
pub mod gateway;
pub mod ids;
pub mod keys;
pub mod links;
mod listeners;
pub mod mail;
pub mod outside;
pub mod payment_page;
pub mod query;
pub mod retry;
pub mod seal;
pub mod shops;
pub mod workers;

use std::sync::{Arc, LazyLock, OnceLock};

use store::Store;

pub use error::Error;
pub use execute::{Answered, Done, Once, Render, Verdict};

use clock::Clock;
use credentials::Tokens;
use ids::{IdPool, Numbers};
use keys::KeyCache;
use outside::Policy;
use seal::Sealer;
use workers::Wake;

/// The one way to change or to ask anything. Clones are cheap and share everything.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    ids: IdPool,
    numbers: Numbers,
    keys: KeyCache,
    sealer: Sealer,
    tokens: Tokens,
    wake: Wake,
    policy: OnceLock<Policy>,
    url: OnceLock<String>,
    till: OnceLock<String>,
}

impl Engine {
    /// An engine over a store whose schema is up to date. `sealer` opens the secrets in it.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the first ids can't be drawn.
    pub async fn start(store: Store, clock: Clock, sealer: Sealer) -> Result<Self, Error> {
        let ids = IdPool::start(store.clone()).await?;
        let numbers = Numbers::new(store.clone());
        let inner = Inner {
            store,
            clock,
            ids,
            numbers,
            keys: KeyCache::new(),
            sealer,
            tokens: Tokens::default(),
            wake: Wake::default(),
            policy: OnceLock::new(),
            url: OnceLock::new(),
            till: OnceLock::new(),
        };
        Ok(Self(Arc::new(inner)))
    }

    /// For questions.
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// The time.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// Ids for things that are made outside of decisions: listeners, locations, products.
    pub fn ids(&self) -> &IdPool {
        &self.0.ids
    }

    /// Running numbers.
    pub fn numbers(&self) -> &Numbers {
        &self.0.numbers
    }

    /// Seals and opens secrets.
    pub fn sealer(&self) -> &Sealer {
        &self.0.sealer
    }

    /// The tokens that listeners are shown.
    pub(crate) fn tokens(&self) -> &Tokens {
        &self.0.tokens
    }

    /// Says what may be called outside, so that an address that never will be is refused when it is registered. The
    /// first word counts; until then it is the strictest policy.
    pub fn calls_by(&self, policy: Policy) {
        if self.0.policy.set(policy).is_err() {
            tracing::warn!("what may be called outside was said before");
        }
    }

    /// What may be called outside.
    pub fn policy(&self) -> &Policy {
        static STRICTEST: LazyLock<Policy> = LazyLock::new(Policy::default);
        self.0.policy.get().unwrap_or(&STRICTEST)
    }

    /// Wakes the workers before their time; a hint, no more.
    pub fn wake(&self) -> &Wake {
        &self.0.wake
    }

    /// Gives back what was drawn and not used, and closes the store.
    pub async fn close(&self) {
        self.0.numbers.give_back().await;
        self.0.store.db().close().await;
    }
}
