//! Looks for a movement that may have been made before, by its key in the metadata. Lists are used, and not the search:
//! they show what was made a moment ago.

use domain::time::SECOND;
use serde_json::Value;

use super::super::{Answer, Movement, Outcome, Request, Rest};
use super::call::{Failed, Session};
use super::{intent, plain};

/// How many are listed at once.
const PAGE: usize = 100;
/// How many pages are looked through before nobody knows.
const PAGES: usize = 50;
/// How far Stripe's clock may be behind ours, in seconds.
const SKEW: i64 = 600;

/// What became of a movement; `None` if Stripe certainly never heard of it.
pub(super) async fn look(
    session: &Session<'_>,
    request: &Request,
    key: &str,
) -> Result<Option<Answer>, Failed> {
    // A release that had to wait is tried again, not looked up.
    let waited = matches!(request.movement, Movement::Release { .. });
    if let Some(id) = request.known_as.as_ref().filter(|_| !waited) {
        return known(session, request, id).await.map(Some);
    }
    match &request.movement {
        Movement::Charge { .. } | Movement::Authorize { .. } => {
            let since = request.since.0 / SECOND - SKEW;
            match listed(session, "/v1/payment_intents?", key, since).await? {
                Some(intent) => intent::settled(session, request, &intent).await.map(Some),
                None => Ok(None),
            }
        }
        // One of several captures left its mark; asking for the others again is harmless: an intent is captured or called
        // off once, and shows it.
        Movement::Capture { of, rest: Rest::Gone | Rest::Stays } => {
            let found = session.get(&format!("/v1/payment_intents/{}", plain(of)?)).await?;
            match intent::outcome(&found, &request.movement, key) {
                Some(Outcome::Unknown(_)) | None => Ok(None),
                Some(outcome) => Ok(Some(Answer::new(outcome, Some(of.clone())))),
            }
        }
        Movement::Capture { .. } | Movement::Release { .. } => Ok(None),
        Movement::Refund { of } => {
            let list = format!("/v1/refunds?payment_intent={}&", plain(of)?);
            Ok(listed(session, &list, key, i64::MIN).await?.map(|refund| intent::refund(&refund)))
        }
    }
}

async fn known(session: &Session<'_>, request: &Request, id: &str) -> Result<Answer, Failed> {
    let id = plain(id)?;
    if matches!(request.movement, Movement::Refund { .. }) {
        return Ok(intent::refund(&session.get(&format!("/v1/refunds/{id}")).await?));
    }
    let found = session.get(&format!("/v1/payment_intents/{id}")).await?;
    intent::settled(session, request, &found).await
}

/// What is marked with that key, among what was made since then (seconds since 1970).
async fn listed(session: &Session<'_>, list: &str, key: &str, since: i64) -> Result<Option<Value>, Failed> {
    let mut after = String::new();
    for _ in 0..PAGES {
        let page = session.get(&format!("{list}limit={PAGE}{after}")).await?;
        let data = page["data"].as_array().map(Vec::as_slice).unwrap_or_default();
        if let Some(found) = data.iter().find(|made| made["metadata"]["consign_key"] == key) {
            return Ok(Some(found.clone()));
        }
        let older = data.iter().all(|made| made["created"].as_i64().is_some_and(|at| at < since));
        let last = data.last().and_then(|made| made["id"].as_str());
        match last {
            Some(last) if page["has_more"] == true && !older => after = format!("&starting_after={last}"),
            _ => return Ok(None),
        }
    }
    Err(Failed::Unknown("too much was paid since to look through".to_owned()))
}
