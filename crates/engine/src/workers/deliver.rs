//! The deliverer: claims what is due by a short lease, sends it, and records what came of it. The lease only saves
//! work: whoever is killed with one loses it, and the message goes out again with the same id.

use std::sync::Arc;
use std::time::Duration;

use domain::actor::Actor;
use domain::command::Command;
use domain::id::ListenerId;
use domain::listener::Listener;
use domain::snapshot::{Shop, WhenUnheard};
use domain::time::{SECOND, Time};
use rand::RngExt as _;
use store::{Attempt, Delivery, DeliveryState};

use super::{Workers, dispatch, runs};
use crate::credentials::{self, NoToken};
use crate::dialect::{Dialect, Secrets};
use crate::outside::{Answer, Call, Lost, Method, On202, Outside, Reply};
use crate::{Engine, Error, mail};

/// How long a claim holds: longer than any call may take.
const LEASE: i64 = 30 * SECOND;
/// How much of an answer is kept, in bytes.
const EXCERPT: usize = 1_000;

pub(super) async fn deliver(engine: &Engine, workers: &Workers, shop: &Arc<Shop>) -> Result<u64, Error> {
    let due = engine.store().next_due(shop.id).await?;
    if due.is_none_or(|due| due > engine.now()) {
        return Ok(0);
    }
    let at_once = workers.calls_at_once.max(1);
    let claimed = engine.store().claim(shop.id, engine.now(), LEASE, at_once as u32).await?;
    let listeners = engine.store().listeners(shop.id).await?;
    // No more than `at_once` were claimed, so all of them may be under way together.
    let mut calls = Vec::with_capacity(claimed.len());
    for delivery in &claimed {
        let listener = listeners.iter().find(|listener| listener.id == delivery.what.listener);
        calls.push(one(engine, workers, shop, delivery, listener));
    }
    let results = futures::future::join_all(calls).await;
    results.into_iter().collect::<Result<(), Error>>()?;
    Ok(claimed.len() as u64)
}

async fn one(
    engine: &Engine,
    workers: &Workers,
    shop: &Arc<Shop>,
    delivery: &Delivery,
    listener: Option<&Listener>,
) -> Result<(), Error> {
    let what = &delivery.what;
    let number = delivery.attempts + 1;
    let at = engine.now();
    if what.dialect == mail::CHANNEL {
        return post(engine, workers, shop, delivery).await;
    }
    let dialect: &dyn Dialect = match dispatch::dialect(workers, &what.dialect) {
        Some(dialect) => dialect.as_ref(),
        None if what.dialect == runs::CHANNEL => &runs::Unsigned,
        // Another node may know it; this one keeps away for a while.
        None => return Ok(()),
    };
    if listener.is_some_and(|listener| listener.terms.off_since.is_some()) {
        return give_up(engine, shop, delivery, "the listener is switched off".to_owned()).await;
    }
    let outside = match dialect.patience() {
        Some(patience) => workers.outside.no_longer_than(patience),
        None => workers.outside.clone(),
    };
    let (attempt, delivered) = match message(engine, &outside, shop, delivery, listener, dialect).await {
        Ok(Ok(call)) => {
            let answer = outside.call(call).await;
            let delivered = matches!(&answer, Answer::Accepted(reply) if dialect.accepts(reply.status));
            // A token that isn't taken may have been withdrawn; the next attempt fetches another.
            if let (Answer::Rejected(Reply { status: 401 | 403, .. }), Some(listener)) = (&answer, listener) {
                engine.tokens().forget(listener.id);
            }
            (recorded(&answer, at), delivered)
        }
        Ok(Err(why)) => (unauthorized(why, at), false),
        Err(Error::Bug(why)) => return give_up(engine, shop, delivery, why).await,
        Err(error) => return Err(error),
    };
    let wait = dialect.schedule(shop, listener).next_attempt(number as u32, rand::rng().random());
    let (state, due_at) = match (delivered, wait) {
        (true, _) => (DeliveryState::Delivered, at),
        (false, Some(wait)) => (DeliveryState::Pending, engine.now().plus(wait.as_micros() as i64)),
        (false, None) => (DeliveryState::Exhausted, at),
    };
    metrics::counter!("consign_deliveries_total", "result" => attempt.answer.clone()).increment(1);
    tracing::debug!(delivery = what.id, number, answer = attempt.answer, "an attempt");
    engine.store().attempted(shop.id, what.id, number, &attempt, state, due_at).await?;
    if state != DeliveryState::Exhausted {
        return Ok(());
    }
    match (dialect.switches_off_after(), listener) {
        (Some(patience), Some(listener)) => switch_off_if_deaf(engine, shop, listener, patience).await,
        (None, _) if shop.when_unheard == WhenUnheard::Remove => forget(engine, shop, what.listener).await,
        _ => Ok(()),
    }
}

/// Switches a listener off that took nothing for so long, since somebody last changed it. What waits for it is given up
/// when its turn comes, and can be sent again.
async fn switch_off_if_deaf(
    engine: &Engine,
    shop: &Arc<Shop>,
    listener: &Listener,
    patience: Duration,
) -> Result<(), Error> {
    let deaf_since = engine.store().unheard_since(shop.id, listener.id, listener.updated_at).await?;
    let patience = i64::try_from(patience.as_micros()).unwrap_or(i64::MAX);
    if deaf_since.is_none_or(|since| since.plus(patience) > engine.now()) {
        return Ok(());
    }
    let mut off = listener.clone();
    off.terms.off_since = Some(engine.now());
    match engine.execute(shop, &Actor::System, &Command::SaveListener(off)).await? {
        Ok(_) => tracing::warn!(%listener.id, "a listener that took nothing for days was switched off"),
        Err(refusal) => tracing::debug!(%listener.id, ?refusal, "a listener wasn't switched off"),
    }
    Ok(())
}

/// A mail goes to the mail server.
async fn post(engine: &Engine, workers: &Workers, shop: &Shop, delivery: &Delivery) -> Result<(), Error> {
    let (id, number) = (delivery.what.id, delivery.attempts + 1);
    let came = workers.post.attempt(delivery, engine.now()).await;
    let (state, wait) = came.state(u32::try_from(number).unwrap_or(u32::MAX), rand::rng().random());
    let due_at = engine.now().plus(i64::try_from(wait.as_micros()).unwrap_or(i64::MAX));
    metrics::counter!("consign_mails_total", "result" => came.attempt.answer.clone()).increment(1);
    tracing::debug!(delivery = id, number, answer = came.attempt.answer, "an attempt to send a mail");
    Ok(engine.store().attempted(shop.id, id, number, &came.attempt, state, due_at).await?)
}

/// Removes a listener that was told often enough, and with it what still waits for it.
async fn forget(engine: &Engine, shop: &Arc<Shop>, listener: ListenerId) -> Result<(), Error> {
    // A service that is called has no listener; somebody else may have removed this one before.
    match engine.execute(shop, &Actor::System, &Command::RemoveListener(listener)).await? {
        Ok(_) => tracing::warn!(%listener, "a listener that didn't answer was removed"),
        Err(refusal) => tracing::debug!(%listener, ?refusal, "no listener to remove"),
    }
    Ok(())
}

/// The call that an attempt is; or why the listener's credentials couldn't be had.
async fn message(
    engine: &Engine,
    outside: &Outside,
    shop: &Shop,
    delivery: &Delivery,
    listener: Option<&Listener>,
    dialect: &dyn Dialect,
) -> Result<Result<Call, NoToken>, Error> {
    let what = &delivery.what;
    let now = engine.now();
    let current = match listener.and_then(|listener| listener.secret.as_deref()) {
        Some(own) => engine.sealer().open(own)?,
        // Nobody asked for it but the shop itself.
        None if what.dialect == runs::CHANNEL => String::new(),
        None => engine.secret_of(shop, what.app).await?,
    };
    let previous = listener.and_then(|listener| listener.terms.previous_secret.as_ref());
    let previous = previous.filter(|previous| previous.until > now);
    let previous = previous.map(|previous| engine.sealer().open(&previous.secret)).transpose()?;
    let mut headers: Vec<(String, String)> = serde_json::from_str(&what.headers)
        .map_err(|error| Error::Bug(format!("headers can't be read: {error}")))?;
    let secrets = Secrets { current: &current, previous: previous.as_deref() };
    headers.extend(dialect.sign(secrets, &what.body, now));
    if let Some(listener) = listener {
        match credentials::header(engine, outside, listener).await? {
            Ok(header) => headers.extend(header),
            Err(why) => return Ok(Err(why)),
        }
    }
    Ok(Ok(Call {
        method: Method::POST,
        url: what.url.clone(),
        headers,
        body: what.body.clone().into(),
        on_202: On202::Accepted,
    }))
}

/// An attempt that ended before the message was sent: whoever hands out tokens didn't.
fn unauthorized(why: NoToken, at: Time) -> Attempt {
    let NoToken { status, latency_ms, why } = why;
    Attempt {
        at,
        latency_ms: latency_ms as i64,
        answer: "no_token".to_owned(),
        status: status.map(i64::from),
        excerpt: why,
    }
}

/// A message that can't be made is kept, visible, and not tried again by itself.
async fn give_up(engine: &Engine, shop: &Shop, delivery: &Delivery, why: String) -> Result<(), Error> {
    let at = engine.now();
    let attempt = Attempt { at, latency_ms: 0, answer: "unsendable".into(), status: None, excerpt: why };
    let number = delivery.attempts + 1;
    let state = DeliveryState::Exhausted;
    Ok(engine.store().attempted(shop.id, delivery.what.id, number, &attempt, state, at).await?)
}

fn recorded(answer: &Answer, at: Time) -> Attempt {
    let (name, status, latency_ms, excerpt) = match answer {
        Answer::Accepted(reply) => ("accepted", Some(reply.status), reply.latency_ms, text(&reply.body)),
        Answer::Pending(reply) => ("pending", Some(reply.status), reply.latency_ms, text(&reply.body)),
        Answer::Rejected(reply) => ("rejected", Some(reply.status), reply.latency_ms, text(&reply.body)),
        Answer::Unknown { lost, latency_ms } => {
            let why = match lost {
                Lost::TimedOut => "no answer in time".to_owned(),
                Lost::Broken(why) => why.clone(),
            };
            ("unknown", None, *latency_ms, why)
        }
        Answer::NeverSent { obstacle, latency_ms } => {
            ("never_sent", None, *latency_ms, format!("{obstacle:?}"))
        }
    };
    Attempt {
        at,
        latency_ms: latency_ms as i64,
        answer: name.to_owned(),
        status: status.map(i64::from),
        excerpt,
    }
}

fn text(body: &[u8]) -> String {
    // PostgreSQL's text can't hold a NUL.
    String::from_utf8_lossy(&body[..body.len().min(EXCERPT)]).replace('\0', "\u{FFFD}")
}
