//! Listeners as whoever runs the server sees them: the secrets that sign what they are told, and changing those.

use std::sync::Arc;

use domain::actor::Actor;
use domain::command::Command;
use domain::id::ListenerId;
use domain::listener::{Listener, PreviousSecret};
use domain::refusal::Refusal;
use domain::snapshot::Shop;
use domain::time::HOUR;

use crate::seal::fresh_secret;
use crate::{Engine, Error};

/// How long a secret that was replaced signs beside the new one.
const SIGNS_ON_FOR: i64 = 12 * HOUR;

impl Engine {
    /// The secret that signs what a listener is told: its own, or its program's.
    ///
    /// # Errors
    /// As [`Engine::secret_of`].
    pub async fn secret_of_listener(&self, shop: &Shop, listener: &Listener) -> Result<String, Error> {
        match &listener.secret {
            Some(own) => self.sealer().open(own),
            None => self.secret_of(shop, listener.app).await,
        }
    }

    /// Gives a listener another secret, and answers it. The one before signs beside it for twelve hours.
    ///
    /// # Errors
    /// As [`Engine::execute`]. The refusal is inside.
    pub async fn rotate_secret(
        &self,
        shop: &Arc<Shop>,
        listener: &Listener,
    ) -> Result<Result<String, Refusal>, Error> {
        let fresh = fresh_secret();
        let before = self.secret_of_listener(shop, listener).await?;
        let mut changed = listener.clone();
        changed.secret = Some(self.sealer().seal(&fresh)?);
        let until = self.now().plus(SIGNS_ON_FOR);
        changed.terms.previous_secret = Some(PreviousSecret { secret: self.sealer().seal(&before)?, until });
        Ok(self.execute(shop, &Actor::System, &Command::SaveListener(changed)).await?.map(|_| fresh))
    }

    /// Tells a listener again of what happens that was switched off, from now on. Tells whether it was off.
    ///
    /// # Errors
    /// As [`Engine::execute`]. The refusal is inside.
    pub async fn switch_on(
        &self,
        shop: &Arc<Shop>,
        listener: &Listener,
    ) -> Result<Result<bool, Refusal>, Error> {
        let mut changed = listener.clone();
        let was_off = changed.terms.off_since.take().is_some();
        if !was_off {
            return Ok(Ok(false));
        }
        Ok(self.execute(shop, &Actor::System, &Command::SaveListener(changed)).await?.map(|_| true))
    }

    /// The listener of that id.
    ///
    /// # Errors
    /// As [`store::Store::listeners`].
    pub async fn listener(&self, shop: &Shop, id: ListenerId) -> Result<Option<Listener>, Error> {
        let listeners = self.store().listeners(shop.id).await?;
        Ok(listeners.into_iter().find(|listener| listener.id == id))
    }
}
