//! What the states of Stripe's objects mean.

use serde_json::Value;

use super::super::{Answer, Movement, Outcome, Request, Rest};
use super::call::{Failed, Form, Session, code};
use super::plain;

/// Under which name an intent's metadata tell of a capture of some of it: of one among several the state says nothing.
pub(super) fn mark(key: &str) -> String {
    format!("consign_capture_{key}")
}

/// What the state of a payment intent says of a movement of that key; `None` if it waits for somebody.
pub(super) fn outcome(intent: &Value, movement: &Movement, key: &str) -> Option<Outcome> {
    let released = matches!(movement, Movement::Release { .. });
    let (taken, all) = (intent["amount_received"].as_i64(), intent["amount"].as_i64());
    if matches!(movement, Movement::Capture { rest: Rest::Gone | Rest::Stays, .. }) {
        return captured_in_part(intent, key);
    }
    Some(match intent["status"].as_str().unwrap_or_default() {
        // What wasn't taken with the last capture was let go with it.
        "succeeded" if released && taken < all => Outcome::Succeeded,
        "succeeded" if released => Outcome::Declined("already_captured".to_owned()),
        "requires_capture" if released => Outcome::Pending,
        "succeeded" => Outcome::Succeeded,
        "requires_capture" if matches!(movement, Movement::Authorize { .. }) => Outcome::Succeeded,
        "processing" => Outcome::Pending,
        "canceled" if released => Outcome::Succeeded,
        "canceled" => Outcome::Declined("canceled".to_owned()),
        "requires_payment_method" => {
            Outcome::Declined(code(&intent["last_payment_error"]).unwrap_or("card_declined").to_owned())
        }
        "requires_action" | "requires_confirmation" => return None,
        other => Outcome::Unknown(format!("a payment intent is {other}")),
    })
}

fn captured_in_part(intent: &Value, key: &str) -> Option<Outcome> {
    let made = intent["metadata"][mark(key)].is_string();
    Some(match intent["status"].as_str().unwrap_or_default() {
        "succeeded" | "requires_capture" | "canceled" if made => Outcome::Succeeded,
        "processing" => Outcome::Pending,
        "requires_capture" => Outcome::Unknown("a capture left no trace".to_owned()),
        other => Outcome::Declined(format!("already_{other}")),
    })
}

/// The same as an answer. An intent that waits for the buyer, who isn't there, is called off, so that no money comes of
/// it after the payment was given up.
pub(super) async fn settled(
    session: &Session<'_>,
    request: &Request,
    intent: &Value,
) -> Result<Answer, Failed> {
    let id = intent["id"].as_str();
    let known_as = id.map(str::to_owned);
    if let Some(outcome) = outcome(intent, &request.movement, &session.key(request.key)) {
        return Ok(Answer::new(outcome, known_as));
    }
    let path = format!("/v1/payment_intents/{}/cancel", plain(id.unwrap_or_default())?);
    // Whether it could be called off is what counts: if not, somebody was there, and it must be looked at again.
    match session.post(&path, Form::default(), None).await {
        Ok(gone) if gone["status"] == "canceled" => {
            Ok(Answer::new(Outcome::Declined("authentication_required".to_owned()), known_as))
        }
        Ok(_) | Err(Failed::Declined(..)) => {
            Ok(Answer::new(Outcome::Unknown("the buyer was asked for something".to_owned()), known_as))
        }
        Err(unknown) => Err(unknown),
    }
}

/// What the state of a refund says.
pub(super) fn refund(refund: &Value) -> Answer {
    let outcome = match refund["status"].as_str().unwrap_or_default() {
        "succeeded" => Outcome::Succeeded,
        "pending" | "requires_action" => Outcome::Pending,
        "failed" | "canceled" => {
            Outcome::Declined(refund["failure_reason"].as_str().unwrap_or("refund_failed").to_owned())
        }
        other => Outcome::Unknown(format!("a refund is {other}")),
    };
    Answer::new(outcome, refund["id"].as_str().map(str::to_owned))
}
