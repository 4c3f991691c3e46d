//! Stripe's messages: whether one is Stripe's, and what it tells.
//!
//! The signature is an HMAC-SHA256 over the time and the body with the endpoint's secret; the time is part of it, so
//! that a message that was overheard can't be sent again later.

use domain::billing::Instrument;
use domain::command::billing::DisputeNews;
use domain::id::TransactionId;
use domain::time::{SECOND, Time};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::super::{Answer, Movement, Outcome};
use super::intent;
use crate::seal::hex;

/// How old, and how far ahead of our clock, a message may be, in µs.
pub const TOLERANCE: i64 = 300 * SECOND;

/// Whether `header` (`Stripe-Signature`) signs `body` with that secret, not too long ago.
pub fn is_signed(header: &str, body: &[u8], secret: &str, now: Time) -> bool {
    let parts = || header.split(',').filter_map(|part| part.trim().split_once('='));
    let Some(time) = parts().find(|(name, _)| *name == "t").map(|(_, time)| time) else { return false };
    let Ok(seconds) = time.parse::<i64>() else { return false };
    let age = now.0.saturating_sub(seconds.saturating_mul(SECOND));
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return false };
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    let wanted = hex(&mac.finalize().into_bytes());
    let fits = |signature: &str| bool::from(signature.as_bytes().ct_eq(wanted.as_bytes()));
    // While a secret is exchanged there are several.
    age.abs() <= TOLERANCE && parts().any(|(name, signature)| name == "v1" && fits(signature))
}

/// What a message tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Told {
    /// What became of a movement, by its key.
    Movement(String, Answer),
    /// A payment is disputed, or a dispute ended; the payment intent.
    Dispute(String, DisputeNews),
    /// Nothing that concerns us.
    Nothing,
}

/// What a message tells; `None` if it is no message.
pub(super) fn told(body: &[u8]) -> Option<Told> {
    let event: Value = serde_json::from_slice(body).ok()?;
    let (kind, object) = (event["type"].as_str()?, &event["data"]["object"]);
    let key = object["metadata"]["consign_key"].as_str();
    Some(match (object["object"].as_str()?, key) {
        ("payment_intent", Some(key)) => {
            // Only charges and authorizations are marked: what was captured or called off later is known by itself.
            let charge = Movement::Authorize { instrument: Instrument { token: String::new(), kind: None } };
            let known_as = object["id"].as_str().map(str::to_owned);
            let let_go = object["capture_method"] == "manual" && object["status"] == "canceled";
            match intent::outcome(object, &charge, key) {
                None | Some(Outcome::Unknown(_)) => Told::Nothing,
                // What was set aside and then let go was set aside all the same.
                Some(_) if let_go => Told::Nothing,
                Some(outcome) => Told::Movement(key.to_owned(), Answer::new(outcome, known_as)),
            }
        }
        ("refund", Some(key)) => match intent::refund(object) {
            Answer { outcome: Outcome::Unknown(_), .. } => Told::Nothing,
            answer => Told::Movement(key.to_owned(), answer),
        },
        ("dispute", _) => dispute(kind, object),
        _ => Told::Nothing,
    })
}

/// An inquiry (`warning_…`) is a question of the bank's: no money moved.
fn dispute(kind: &str, object: &Value) -> Told {
    let news = match (kind, object["status"].as_str().unwrap_or_default()) {
        (_, status) if status.starts_with("warning_") => None,
        ("charge.dispute.created", _) => Some(DisputeNews::Opened),
        ("charge.dispute.closed", "won") => Some(DisputeNews::Won),
        ("charge.dispute.closed", "lost") => Some(DisputeNews::Lost),
        _ => None,
    };
    match (news, object["payment_intent"].as_str()) {
        (Some(news), Some(intent)) => Told::Dispute(intent.to_owned(), news),
        _ => Told::Nothing,
    }
}

/// The movement of a key that begins as ours do.
pub(super) fn movement(key: &str, ours: &str) -> Option<TransactionId> {
    key.strip_prefix(ours)?.strip_prefix('-')?.parse().ok().map(TransactionId)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_x";

    fn signed(time: i64, body: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(format!("{time}.{body}").as_bytes());
        hex(&mac.finalize().into_bytes())
    }

    #[test]
    fn a_message_is_believed_that_was_signed_just_now() {
        let (body, now) = (r#"{"a":1}"#, Time(1_000 * SECOND));
        let header = |time: i64| format!("t={time},v1=00,v1={},v0=ff", signed(time, body));
        let is = |header: &str| is_signed(header, body.as_bytes(), SECRET, now);
        assert!(is(&header(1_000)) && is(&header(700)) && is(&header(1_300)));
        assert!(!is(&header(699)) && !is(&header(1_301)), "too old, or from the future");
        assert!(!is(&header(1_000).replace("t=1000", "t=1001")), "the time is signed too");
        assert!(!is_signed(&header(1_000), b"{}", SECRET, now));
        assert!(!is_signed(&header(1_000), body.as_bytes(), "whsec_y", now));
        for nonsense in ["", "t=1000", "v1=", "t=x,v1=00", "t=9223372036854775807,v1=00"] {
            assert!(!is(nonsense), "{nonsense}");
        }
    }

    #[test]
    fn what_messages_tell() {
        let told = |kind: &str, object: &str| {
            told(format!(r#"{{"type":"{kind}","data":{{"object":{object}}}}}"#).as_bytes())
        };
        let paid = r#"{"object":"payment_intent","id":"pi_1","status":"succeeded","metadata":{"consign_key":"a-7"}}"#;
        let made = Answer::new(Outcome::Succeeded, Some("pi_1".into()));
        assert_eq!(told("payment_intent.succeeded", paid), Some(Told::Movement("a-7".into(), made)));
        let others = paid.replace("consign_key", "other");
        assert_eq!(told("payment_intent.succeeded", &others), Some(Told::Nothing));
        let waits = paid.replace("succeeded", "requires_action");
        assert_eq!(told("payment_intent.requires_action", &waits), Some(Told::Nothing));
        let failed = r#"{"object":"refund","id":"re_1","status":"failed","failure_reason":"lost_or_stolen_card","metadata":{"consign_key":"a-8"}}"#;
        let not = Answer::new(Outcome::Declined("lost_or_stolen_card".into()), Some("re_1".into()));
        assert_eq!(told("refund.updated", failed), Some(Told::Movement("a-8".into(), not)));
        let dispute =
            |status: &str| format!(r#"{{"object":"dispute","status":"{status}","payment_intent":"pi_1"}}"#);
        let of = |news| Some(Told::Dispute("pi_1".into(), news));
        assert_eq!(told("charge.dispute.created", &dispute("needs_response")), of(DisputeNews::Opened));
        assert_eq!(told("charge.dispute.closed", &dispute("lost")), of(DisputeNews::Lost));
        assert_eq!(told("charge.dispute.closed", &dispute("won")), of(DisputeNews::Won));
        assert_eq!(told("charge.dispute.created", &dispute("warning_needs_response")), Some(Told::Nothing));
        assert_eq!(told("charge.dispute.updated", &dispute("under_review")), Some(Told::Nothing));
        assert!(super::told(b"x").is_none() && super::told(b"{}").is_none());
        assert_eq!(movement("a-7", "a"), Some(TransactionId(7)));
        assert_eq!((movement("b-7", "a"), movement("a7", "a"), movement("a-x", "a")), (None, None, None));
    }
}
