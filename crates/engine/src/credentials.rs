//! What the server shows a listener beside a signature: a name and a password (RFC 7617), or a token that it fetches
//! from where the listener's owner says (RFC 6749). A token is kept as long as it is good for, in memory only; whoever is
//! given an address for them can't reach more than any webhook can, since the same policy clears it.

use std::collections::HashMap;
use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::id::ListenerId;
use domain::listener::{Credentials, Listener, TokenSource};
use domain::time::{SECOND, Time};
use serde::Deserialize;

use crate::outside::{Answer, Call, Method, On202, Outside};
use crate::{Engine, Error};

/// How long a token is kept of which nobody says how long it is good for, in seconds.
const USUALLY_GOOD_FOR: i64 = 300;
/// How long before its end a token isn't shown any more, in seconds: the call takes its time.
const MARGIN: i64 = 10;
/// How much of an answer without a token is kept, in bytes.
const EXCERPT: usize = 500;

/// Tokens that were fetched, by listener, with the source they are from and how long they are good for.
#[derive(Default)]
pub(crate) struct Tokens(Mutex<HashMap<ListenerId, Kept>>);

struct Kept {
    source: TokenSource,
    token: String,
    until: Time,
}

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NoToken {
    /// The status of the answer, if there was one.
    pub(crate) status: Option<u16>,
    /// How long it took.
    pub(crate) latency_ms: u64,
    /// What went wrong.
    pub(crate) why: String,
}

/// What an address of tokens answers; the rest of it is of no use here.
#[derive(Deserialize)]
struct Granted {
    access_token: String,
    #[serde(default)]
    expires_in: Option<serde_json::Value>,
}

impl Tokens {
    fn known(&self, listener: ListenerId, source: &TokenSource, now: Time) -> Option<String> {
        let kept = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let kept = kept.get(&listener).filter(|kept| kept.source == *source && kept.until > now)?;
        Some(kept.token.clone())
    }

    fn keep(&self, listener: ListenerId, kept: Kept) {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).insert(listener, kept);
    }

    /// Forgets the token of a listener.
    pub(crate) fn forget(&self, listener: ListenerId) {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).remove(&listener);
    }
}

/// The header that shows a listener who calls, if it wants any; or why it can't be had now.
///
/// # Errors
/// As [`crate::seal::Sealer::open`].
pub(crate) async fn header(
    engine: &Engine,
    outside: &Outside,
    listener: &Listener,
) -> Result<Result<Option<(String, String)>, NoToken>, Error> {
    let value = match &listener.terms.credentials {
        None => return Ok(Ok(None)),
        Some(Credentials::Password { name, password }) => basic(name, &engine.sealer().open(password)?),
        Some(Credentials::Token(source)) => match engine.tokens().known(listener.id, source, engine.now()) {
            Some(token) => format!("Bearer {token}"),
            None => match fetch(engine, outside, source).await? {
                Ok(kept) => {
                    let value = format!("Bearer {}", kept.token);
                    engine.tokens().keep(listener.id, kept);
                    value
                }
                Err(why) => return Ok(Err(why)),
            },
        },
    };
    Ok(Ok(Some(("Authorization".to_owned(), value))))
}

fn basic(name: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:{password}")))
}

async fn fetch(
    engine: &Engine,
    outside: &Outside,
    source: &TokenSource,
) -> Result<Result<Kept, NoToken>, Error> {
    let owner = source.owner.as_ref();
    let owner =
        owner.map(|(name, password)| Ok::<_, Error>((name, engine.sealer().open(password)?))).transpose()?;
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let secret = engine.sealer().open(&source.client_secret)?;
    let answer = outside
        .call(Call {
            method: Method::POST,
            url: source.endpoint.clone(),
            headers: vec![
                ("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
                ("Accept".to_owned(), "application/json".to_owned()),
                ("Authorization".to_owned(), basic(&encoded(&source.client), &encoded(&secret))),
            ],
            body: asking(owner.as_ref().map(|(name, password)| (name.as_str(), password.as_str()))).into(),
            on_202: On202::Accepted,
        })
        .await;
    Ok(granted(answer, source, engine.now()))
}

/// What is asked for: a token in the name of somebody, or in the server's own.
fn asking(owner: Option<(&str, &str)>) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    match owner {
        Some((name, password)) => form
            .append_pair("grant_type", "password")
            .append_pair("username", name)
            .append_pair("password", password),
        None => form.append_pair("grant_type", "client_credentials"),
    };
    form.finish()
}

fn granted(answer: Answer, source: &TokenSource, now: Time) -> Result<Kept, NoToken> {
    let no = |status, latency_ms, why: String| NoToken { status, latency_ms, why };
    match answer {
        Answer::Accepted(reply) | Answer::Pending(reply) => {
            let granted: Granted = serde_json::from_slice(&reply.body).map_err(|_| {
                let why = "the token endpoint answered without a token".to_owned();
                no(Some(reply.status), reply.latency_ms, why)
            })?;
            // Some write the number as a text.
            let told = granted.expires_in.as_ref();
            let seconds = told.and_then(|told| told.as_i64().or_else(|| told.as_str()?.parse().ok()));
            let seconds = seconds.unwrap_or(USUALLY_GOOD_FOR).saturating_sub(MARGIN).max(0);
            let until = now.plus(seconds.saturating_mul(SECOND));
            Ok(Kept { source: source.clone(), token: granted.access_token, until })
        }
        Answer::Rejected(reply) => {
            let said = String::from_utf8_lossy(&reply.body[..reply.body.len().min(EXCERPT)]);
            let why = format!("the token endpoint declined: {}", said.replace('\0', "\u{FFFD}"));
            Err(no(Some(reply.status), reply.latency_ms, why))
        }
        Answer::Unknown { latency_ms, .. } => {
            Err(no(None, latency_ms, "the token endpoint didn't answer".to_owned()))
        }
        Answer::NeverSent { obstacle, latency_ms } => {
            Err(no(None, latency_ms, format!("the token endpoint can't be called: {obstacle:?}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outside::{BodyEnd, Reply};

    fn source() -> TokenSource {
        TokenSource {
            endpoint: "https://example.com/token".into(),
            client: "us".into(),
            client_secret: "sealed".into(),
            owner: None,
        }
    }

    fn answered(status: u16, body: &str) -> Result<(String, i64), NoToken> {
        let reply =
            Reply { status, body: body.to_owned().into(), body_end: BodyEnd::Complete, latency_ms: 5 };
        let answer = if status == 200 { Answer::Accepted(reply) } else { Answer::Rejected(reply) };
        granted(answer, &source(), Time(0)).map(|kept| (kept.token, kept.until.0 / SECOND))
    }

    #[test]
    fn a_token_is_kept_for_a_little_less_than_it_is_good_for() {
        assert_eq!(answered(200, r#"{"access_token":"a","expires_in":3600}"#), Ok(("a".into(), 3590)));
        assert_eq!(answered(200, r#"{"access_token":"a","expires_in":"60"}"#), Ok(("a".into(), 50)));
        assert_eq!(answered(200, r#"{"access_token":"a"}"#), Ok(("a".into(), 290)));
        assert_eq!(answered(200, r#"{"access_token":"a","expires_in":3}"#), Ok(("a".into(), 0)));
    }

    #[test]
    fn whatever_else_is_answered_is_no_token() {
        assert_eq!(answered(200, "<html>").unwrap_err().status, Some(200));
        let declined = answered(401, r#"{"error":"invalid_client"}"#).unwrap_err();
        assert_eq!(declined.status, Some(401));
        assert!(declined.why.contains("invalid_client"), "{}", declined.why);
    }

    #[test]
    fn a_token_of_another_source_or_time_is_not_shown() {
        let (tokens, id) = (Tokens::default(), ListenerId(5));
        tokens.keep(id, Kept { source: source(), token: "a".into(), until: Time(100) });
        let other = TokenSource { client: "others".into(), ..source() };
        assert_eq!(tokens.known(id, &source(), Time(99)).as_deref(), Some("a"));
        assert_eq!(tokens.known(id, &source(), Time(100)), None);
        assert_eq!(tokens.known(id, &other, Time(99)), None);
        assert_eq!(tokens.known(ListenerId(6), &source(), Time(99)), None);
        tokens.forget(id);
        assert_eq!(tokens.known(id, &source(), Time(99)), None);
    }
}
