//! Stripe: payment intents that are confirmed at once and without the buyer, refunds, and news by signed webhooks.
//!
//! Stripe remembers keys for a day, and then would make a movement again; it also remembers for a key that it broke. So
//! the key stands in the metadata of everything that is made, and whenever a movement may have been asked for before, it
//! is looked for first, and only made if it isn't there.
//!
//! What counts as a no is narrow: a payment that Stripe declined, or a request that it says is wrong. That a key is not
//! accepted, that there were too many requests, or that Stripe broke says nothing about the movement.
//!
//! Of an instrument, the token is `CUSTOMER/PAYMENT_METHOD` (`cus_…/pm_…`), or the payment method alone; the kind is
//! the payment method's type, by default `card`.

mod amount;
mod call;
mod hear;
mod intent;
mod look;
pub mod webhook;

use std::time::Duration;

use domain::billing::Instrument;
use domain::time::HOUR;
use futures::FutureExt;
use futures::future::BoxFuture;

use super::{Account, Answer, Gateway, Movement, Outcome, Request, Rest};
use crate::outside::Outside;
use call::{Failed, Form, Session};

pub use hear::Heard;

/// How long one call may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// How much of an answer is read, in bytes: a page of a hundred payments.
const ANSWER: usize = 4 << 20;
/// How long keys are relied upon: a little less than Stripe keeps them.
const KEYS_KEPT: i64 = 23 * HOUR;
/// That an authorization may be captured in several steps, if Stripe does that for the card.
const MULTICAPTURE: &str = "payment_method_options[card][request_multicapture]";
/// The setting that tells this installation's movements from others' in the same account.
pub(crate) const OURS: &str = "ours";

/// Stripe.
#[derive(Clone)]
pub struct Stripe {
    outside: Outside,
}

impl Stripe {
    /// Stripe, called that way.
    pub fn new(outside: &Outside) -> Self {
        Self { outside: outside.within(PATIENCE, ANSWER) }
    }

    async fn asked(&self, account: &Account, request: &Request) -> Answer {
        let session = match Session::of(self, account) {
            Ok(session) => session,
            Err(why) => return Answer::unknown(why),
        };
        let amount = match amount::of(request.amount, request.currency) {
            Ok(amount) => amount,
            Err(code) => return Answer::declined(code),
        };
        let key = session.key(request.key);
        let maybe_before = request.times > 0 || request.now.0 - request.since.0 > KEYS_KEPT;
        if maybe_before || request.known_as.is_some() {
            match look::look(&session, request, &key).await {
                Ok(Some(answer)) => return answer,
                Ok(None) => {}
                Err(failed) => return failed.answer(),
            }
        }
        match make(&session, request, &key, amount).await {
            Ok(answer) => answer,
            Err(failed) => failed.answer(),
        }
    }
}

impl Gateway for Stripe {
    fn kind(&self) -> &'static str {
        "stripe"
    }

    fn ask<'a>(&'a self, account: &'a Account, request: &'a Request) -> BoxFuture<'a, Answer> {
        self.asked(account, request).boxed()
    }

    fn check<'a>(&'a self, account: &'a Account) -> BoxFuture<'a, Result<String, String>> {
        async move {
            let session = Session::of(self, account)?;
            match session.get("/v1/payment_intents?limit=1").await {
                Ok(_) => Ok(format!("{} accepts the key", session.url())),
                Err(Failed::Declined(code, _)) => Err(code),
                Err(Failed::Unknown(why)) => Err(why),
            }
        }
        .boxed()
    }
}

/// Asks Stripe to make a movement.
async fn make(session: &Session<'_>, request: &Request, key: &str, amount: i64) -> Result<Answer, Failed> {
    let marked = |form: Form| {
        let form = form.with("metadata[consign_key]", key);
        form.with("metadata[consign_order]", &request.order.to_string())
    };
    match &request.movement {
        Movement::Charge { instrument, .. } | Movement::Authorize { instrument } => {
            let currency = request.currency.code().to_ascii_lowercase();
            let form = paid_by(Form::default(), instrument);
            let mut form = marked(form.with("amount", &amount.to_string()).with("currency", &currency));
            form = form.with("confirm", "true").with("off_session", "true");
            if matches!(request.movement, Movement::Authorize { .. }) {
                form = form.with("capture_method", "manual");
                if instrument.kind.as_deref().is_none_or(|kind| kind == "card") {
                    form = form.with(MULTICAPTURE, "if_available");
                }
            }
            let made = session.post("/v1/payment_intents", form, Some(key)).await?;
            intent::settled(session, request, &made).await
        }
        Movement::Capture { of, rest } => {
            let mut form = Form::default().with("amount_to_capture", &amount.to_string());
            if *rest != Rest::None {
                form = form.with(&format!("metadata[{}]", intent::mark(key)), &amount.to_string());
            }
            if *rest == Rest::Stays {
                form = form.with("final_capture", "false");
            }
            let path = format!("/v1/payment_intents/{}/capture", plain(of)?);
            match session.post(&path, form, Some(key)).await {
                Ok(made) => intent::settled(session, request, &made).await,
                Err(failed) => follow_up(session, request, failed).await,
            }
        }
        // Only the whole of an authorization can be let go, or what is left of it at last.
        Movement::Release { of, rest: Rest::Stays } => Ok(Answer::new(Outcome::Pending, Some(of.clone()))),
        Movement::Release { of, .. } => {
            let path = format!("/v1/payment_intents/{}/cancel", plain(of)?);
            match session.post(&path, Form::default(), Some(key)).await {
                Ok(made) => intent::settled(session, request, &made).await,
                Err(failed) => follow_up(session, request, failed).await,
            }
        }
        Movement::Refund { of } => {
            let form = Form::default().with("payment_intent", of).with("amount", &amount.to_string());
            let made = session.post("/v1/refunds", marked(form), Some(key)).await?;
            Ok(intent::refund(&made))
        }
    }
}

/// A capture or a release is declined if it was made before: then the intent shows it.
async fn follow_up(session: &Session<'_>, request: &Request, failed: Failed) -> Result<Answer, Failed> {
    let (Failed::Declined(..), Movement::Capture { of, .. } | Movement::Release { of, .. }) =
        (&failed, &request.movement)
    else {
        return Err(failed);
    };
    let intent = session.get(&format!("/v1/payment_intents/{}", plain(of)?)).await?;
    match intent::outcome(&intent, &request.movement, &session.key(request.key)) {
        Some(Outcome::Succeeded) => Ok(Answer::new(Outcome::Succeeded, Some(of.clone()))),
        _ => Err(failed),
    }
}

fn paid_by(form: Form, instrument: &Instrument) -> Form {
    let kind = instrument.kind.as_deref().unwrap_or("card");
    let form = form.with("payment_method_types[0]", kind);
    match instrument.token.split_once('/') {
        Some((customer, method)) => form.with("customer", customer).with("payment_method", method),
        None => form.with("payment_method", &instrument.token),
    }
}

/// An id of Stripe's that may stand in a path.
fn plain(id: &str) -> Result<&str, Failed> {
    let fine = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if fine { Ok(id) } else { Err(Failed::Declined("no_such_payment".to_owned(), None)) }
}
