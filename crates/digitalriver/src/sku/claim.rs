//! An id that a client chose is one SKU's, however many ask for it in the same moment. Other APIs let articles share a
//! SKU, so the database doesn't see to it; what does is what sees to it that a request has its effect once: whoever
//! makes an article under a chosen id notes, in the same transaction, that it had its turn, and nobody else gets that.
//! The next turn comes when the one before is over and nobody goes by the id any more.

use domain::command::Command;
use engine::{Answered, Error, Once, Render, Verdict};
use futures::FutureExt;
use futures::future::BoxFuture;

use crate::call::Call;
use crate::failure::Failure;

/// What is noted of a turn.
struct Turn;

const MADE: &str = "made";

impl Render for Turn {
    fn render<'a>(&'a self, verdict: &'a Verdict) -> BoxFuture<'a, Result<String, Error>> {
        let noted = if verdict.is_ok() { MADE } else { "refused" };
        std::future::ready(Ok(noted.to_owned())).boxed()
    }
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Claimed {
    /// It was made.
    Made,
    /// Somebody else was faster.
    Taken,
}

/// Carries out what makes a SKU of that id, unless somebody else makes one in the same moment.
pub(super) async fn make(call: &Call, name: &str, command: &Command) -> Result<Claimed, Failure> {
    let mut turn = 0_u64;
    loop {
        let key = format!("{name}/{turn}");
        let once = Once { scope: format!("{}:skus", crate::NAME), key, fingerprint: String::new() };
        match call.execute_once(command, &once, &Turn).await? {
            Answered::Fresh(noted) if noted == MADE => return Ok(Claimed::Made),
            // It says why.
            Answered::Fresh(_) => return call.execute(command).await.map(|_| Claimed::Made),
            Answered::Replayed(_) | Answered::KeyReused => {}
        }
        if super::find(call, name).await?.is_some() {
            return Ok(Claimed::Taken);
        }
        turn += 1;
    }
}
