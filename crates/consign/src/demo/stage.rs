//! Where the demo is played: an engine with a clock that goes as told.

use std::sync::Arc;

use domain::actor::Actor;
use domain::command::Command;
use domain::snapshot::Shop;
use domain::time::Time;
use engine::{Done, Engine};

use crate::failure::{Exit, Failure};

/// The engine, the shop, and who acts.
pub(super) struct Stage<'a> {
    pub(super) engine: &'a Engine,
    pub(super) shop: Arc<Shop>,
}

impl Stage<'_> {
    /// Moves the clock there.
    pub(super) fn at(&self, time: Time) {
        let clock = self.engine.clock();
        clock.advance(time.0 - clock.now().0);
    }

    /// The server itself does something.
    pub(super) async fn act(&self, command: &Command) -> Result<Done, Failure> {
        self.act_as(&Actor::System, command).await
    }

    /// Somebody does something, which must not be refused.
    pub(super) async fn act_as(&self, actor: &Actor, command: &Command) -> Result<Done, Failure> {
        let verdict = self.engine.execute(&self.shop, actor, command).await?;
        verdict.map_err(|refusal| {
            let told = format!("the demo shop could not be made, {command:?} was refused: {refusal:?}");
            Failure::new(Exit::Error, told)
        })
    }
}
