//! One call to Stripe: a form goes out, JSON comes back, and what came back is sorted into a no and nobody knows.

use bytes::Bytes;
use domain::id::TransactionId;
use serde_json::Value;

use super::super::{Account, Answer as Said, Outcome};
use super::{OURS, Stripe};
use crate::outside::{Answer, BodyEnd, Call, Lost, Method, On202, Reply};

/// Where Stripe is, unless the settings say otherwise.
const URL: &str = "https://api.stripe.com";
/// The version of the API whose answers are read here.
const VERSION: &str = "2024-06-20";

/// Calls with one shop's key.
pub(super) struct Session<'a> {
    stripe: &'a Stripe,
    url: &'a str,
    ours: &'a str,
    key: &'a str,
}

/// Why there is no answer to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failed {
    /// Stripe declined, for good: its code, and its name for what it declined.
    Declined(String, Option<String>),
    /// Nobody knows what became of the request; why.
    Unknown(String),
}

impl Failed {
    pub(super) fn answer(self) -> Said {
        match self {
            Failed::Declined(code, known_as) => Said::new(Outcome::Declined(code), known_as),
            Failed::Unknown(why) => Said::unknown(why),
        }
    }
}

/// A form, in the order in which it was filled in.
#[derive(Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    fn encoded(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

impl<'a> Session<'a> {
    pub(super) fn of(stripe: &'a Stripe, account: &'a Account) -> Result<Self, String> {
        let url = account.settings["url"].as_str().unwrap_or(URL).trim_end_matches('/');
        let (ours, key) = (account.settings[OURS].as_str(), account.secret["key"].as_str());
        let missing = || "it was set up without a key".to_owned();
        Ok(Self { stripe, url, ours: ours.ok_or_else(missing)?, key: key.ok_or_else(missing)? })
    }

    pub(super) fn url(&self) -> &str {
        self.url
    }

    /// The key of a movement: ids are unique in an installation only, and an account may serve several.
    pub(super) fn key(&self, movement: TransactionId) -> String {
        format!("{}-{movement}", self.ours)
    }

    pub(super) async fn get(&self, path: &str) -> Result<Value, Failed> {
        self.call(Method::GET, path, Vec::new(), Bytes::new()).await
    }

    pub(super) async fn post(&self, path: &str, form: Form, key: Option<&str>) -> Result<Value, Failed> {
        let mut headers = vec![("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
        headers.extend(key.map(|key| ("Idempotency-Key".to_owned(), key.to_owned())));
        self.call(Method::POST, path, headers, form.encoded().into()).await
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        mut headers: Vec<(String, String)>,
        body: Bytes,
    ) -> Result<Value, Failed> {
        headers.push(("Authorization".to_owned(), format!("Bearer {}", self.key)));
        headers.push(("Stripe-Version".to_owned(), VERSION.to_owned()));
        let url = format!("{}{path}", self.url);
        let call = Call { method, url, headers, body, on_202: On202::Accepted };
        match self.stripe.outside.call(call).await {
            Answer::Accepted(reply) => read(&reply),
            Answer::Rejected(reply) => Err(rejected(&reply)),
            // Nothing is answered with 202 and later.
            Answer::Pending(reply) => Err(Failed::Unknown(format!("it answered {}", reply.status))),
            Answer::Unknown { lost: Lost::TimedOut, .. } => {
                Err(Failed::Unknown("no answer in time".to_owned()))
            }
            Answer::Unknown { lost: Lost::Broken(why), .. } => Err(Failed::Unknown(why)),
            Answer::NeverSent { obstacle, .. } => Err(Failed::Unknown(format!("not sent: {obstacle:?}"))),
        }
    }
}

fn read(reply: &Reply) -> Result<Value, Failed> {
    let unreadable = || Failed::Unknown("its answer can't be read".to_owned());
    match reply.body_end {
        BodyEnd::Complete => serde_json::from_slice(&reply.body).map_err(|_| unreadable()),
        BodyEnd::Cut | BodyEnd::Lost => Err(unreadable()),
    }
}

/// What a rejection means. Only that a payment failed, or that the request is wrong, is a no.
fn rejected(reply: &Reply) -> Failed {
    let error = read(reply).map(|mut body| body["error"].take()).unwrap_or_default();
    let unsure = error["type"] == "idempotency_error" || error["code"] == "idempotency_key_in_use";
    if !matches!(reply.status, 400 | 402 | 404) || unsure || !error.is_object() {
        let message = error["message"].as_str().unwrap_or("no more is known");
        return Failed::Unknown(format!("it answered {}: {message}", reply.status));
    }
    let known_as = error["payment_intent"]["id"].as_str().map(str::to_owned);
    Failed::Declined(code(&error).unwrap_or("invalid_request").to_owned(), known_as)
}

/// Why something was declined, in Stripe's narrowest code.
pub(super) fn code(error: &Value) -> Option<&str> {
    ["decline_code", "code"].into_iter().find_map(|name| error[name].as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, body: &str) -> Reply {
        Reply {
            status,
            body: Bytes::copy_from_slice(body.as_bytes()),
            body_end: BodyEnd::Complete,
            latency_ms: 0,
        }
    }

    #[test]
    fn only_a_declined_payment_and_a_wrong_request_are_a_no() {
        let declined = r#"{"error":{"type":"card_error","code":"card_declined","decline_code":"stolen_card","payment_intent":{"id":"pi_1"}}}"#;
        assert_eq!(
            rejected(&reply(402, declined)),
            Failed::Declined("stolen_card".into(), Some("pi_1".into()))
        );
        let wrong = r#"{"error":{"type":"invalid_request_error","code":"resource_missing"}}"#;
        assert_eq!(rejected(&reply(404, wrong)), Failed::Declined("resource_missing".into(), None));
        let unsure = [
            (400, r#"{"error":{"type":"idempotency_error"}}"#),
            (409, r#"{"error":{"code":"idempotency_key_in_use"}}"#),
            (401, r#"{"error":{"type":"invalid_request_error"}}"#),
            (403, r#"{"error":{"code":"more_permissions_required"}}"#),
            (429, r#"{"error":{"code":"rate_limit"}}"#),
            (500, r#"{"error":{"type":"api_error"}}"#),
            (402, "<html>a proxy</html>"),
        ];
        for (status, body) in unsure {
            assert!(matches!(rejected(&reply(status, body)), Failed::Unknown(_)), "{status} {body}");
        }
    }

    #[test]
    fn what_broke_off_is_not_read() {
        let half = Reply { body_end: BodyEnd::Lost, ..reply(200, "{}") };
        assert!(matches!(read(&half), Err(Failed::Unknown(_))));
    }
}
