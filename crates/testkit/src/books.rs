//! A gateway that takes what was set aside in several steps, as Stripe publishes it for accounts that may (localstripe
//! takes all of it at once or none). It keeps books, knows the keys under which it was asked, and never does the same
//! twice for one; what it is asked beyond what was set aside it declines.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use crate::stripe::one_request;

/// The gateway. It listens until the program ends.
pub struct Books {
    address: SocketAddr,
    kept: Arc<Mutex<Kept>>,
}

/// What was taken of one order's money, and what became of the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Every amount that was taken, in minor units, in the order in which it was.
    pub taken: Vec<i64>,
    /// Whether the rest was let go.
    pub closed: bool,
}

#[derive(Default)]
struct Kept {
    intents: Vec<Intent>,
    /// What was answered to whom shows that key.
    answers: BTreeMap<String, (u16, Value)>,
}

struct Intent {
    id: String,
    amount: i64,
    currency: String,
    taken: Vec<i64>,
    status: &'static str,
    metadata: Map<String, Value>,
}

type Form = BTreeMap<String, String>;

impl Books {
    /// Starts one, with empty books.
    ///
    /// # Panics
    /// When loopback can't be listened on.
    pub async fn open() -> Books {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.unwrap_or_else(|error| panic!("no free port: {error}"));
        let address = listener.local_addr().unwrap_or_else(|error| panic!("no address: {error}"));
        let kept = Arc::new(Mutex::new(Kept::default()));
        let shared = kept.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, shared.clone()));
            }
        });
        Books { address, kept }
    }

    /// Host and port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What happened to the money of an order.
    pub fn of_order(&self, order: i64) -> Vec<Account> {
        let name = order.to_string();
        let kept = locked(&self.kept);
        let own = kept.intents.iter().filter(|intent| intent.metadata["consign_order"] == name.as_str());
        own.map(|intent| Account { taken: intent.taken.clone(), closed: intent.status != OPEN }).collect()
    }
}

const OPEN: &str = "requires_capture";

fn locked(kept: &Mutex<Kept>) -> MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(mut client: TcpStream, kept: Arc<Mutex<Kept>>) {
    let Some(request) = one_request(&mut client).await else { return };
    let (status, body) = locked(&kept).answer(&String::from_utf8_lossy(&request));
    let body = body.to_string();
    let head = format!("HTTP/1.1 {status} -\r\nContent-Type: application/json\r\nConnection: close\r\n");
    // Whoever asked may be dead.
    let _ = client.write_all(format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes()).await;
}

impl Kept {
    fn answer(&mut self, request: &str) -> (u16, Value) {
        let (head, body) = request.split_once("\r\n\r\n").unwrap_or((request, ""));
        let key = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("idempotency-key").then(|| value.trim().to_owned())
        });
        if let Some(before) = key.as_ref().and_then(|key| self.answers.get(key)) {
            return before.clone();
        }
        let mut words = head.split([' ', '?']);
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let form: Form = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        let answer = self.done(method, path.trim_start_matches("/v1/payment_intents"), &form);
        self.answers.extend(key.map(|key| (key, answer.clone())));
        answer
    }

    fn done(&mut self, method: &str, path: &str, form: &Form) -> (u16, Value) {
        let mut parts = path.split('/').skip(1);
        let (id, action) = (parts.next(), parts.next());
        match (method, id, action) {
            ("GET", None, None) => {
                let all: Vec<Value> = self.intents.iter().rev().map(Intent::shown).collect();
                (200, json!({ "object": "list", "data": all, "has_more": false }))
            }
            ("POST", None, None) => {
                let amount = form.get("amount").and_then(|amount| amount.parse().ok());
                let Some(amount) = amount else { return no("parameter_missing") };
                let mut intent = Intent {
                    id: format!("pi_{}", self.intents.len() + 1),
                    amount,
                    currency: form.get("currency").cloned().unwrap_or_default(),
                    taken: Vec::new(),
                    status: OPEN,
                    metadata: Map::new(),
                };
                intent.learn(form);
                if form.get("capture_method").is_none_or(|method| method != "manual") {
                    intent.take(amount, true);
                }
                self.intents.push(intent);
                (200, self.intents.last().map(Intent::shown).unwrap_or_default())
            }
            (_, Some(id), action) => {
                let Some(intent) = self.intents.iter_mut().find(|intent| intent.id == id) else {
                    return no("resource_missing");
                };
                intent.asked(action, form)
            }
            _ => no("unknown_request"),
        }
    }
}

impl Intent {
    fn asked(&mut self, action: Option<&str>, form: &Form) -> (u16, Value) {
        match action {
            None => {}
            Some(_) if self.status != OPEN => return no("payment_intent_unexpected_state"),
            Some("capture") => {
                let left = self.amount - self.received();
                let amount = form.get("amount_to_capture").map_or(Some(left), |amount| amount.parse().ok());
                let Some(amount) = amount.filter(|amount| (1..=left).contains(amount)) else {
                    return no("amount_too_large");
                };
                self.learn(form);
                self.take(amount, form.get("final_capture").is_none_or(|last| last != "false"));
            }
            Some("cancel") => self.status = "canceled",
            Some(_) => return no("unknown_request"),
        }
        (200, self.shown())
    }

    fn take(&mut self, amount: i64, last: bool) {
        self.taken.push(amount);
        if last || self.received() == self.amount {
            self.status = "succeeded";
        }
    }

    fn received(&self) -> i64 {
        self.taken.iter().sum()
    }

    fn learn(&mut self, form: &Form) {
        let named = form.iter().filter_map(|(name, value)| {
            let name = name.strip_prefix("metadata[")?.strip_suffix(']')?;
            Some((name.to_owned(), value.as_str().into()))
        });
        self.metadata.extend(named);
    }

    fn shown(&self) -> Value {
        json!({
            "id": self.id,
            "object": "payment_intent",
            "amount": self.amount,
            "amount_received": self.received(),
            "currency": self.currency,
            "status": self.status,
            "metadata": self.metadata,
            "created": 1_700_000_000,
        })
    }
}

fn no(code: &str) -> (u16, Value) {
    (400, json!({ "error": { "type": "invalid_request_error", "code": code } }))
}
