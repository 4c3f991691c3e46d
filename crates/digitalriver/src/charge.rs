//! Charges: what an order costs, as somebody's money. It was set aside first and is then taken (captures) or let go
//! (cancels) as units leave or are given up; or, for orders of other APIs, it was taken at once. Refunds are what went
//! back of it. A charge goes by the movement of money that began it.

use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use domain::actor::Permission;
use domain::charging::Ledger;
use domain::charging::status::captures;
use domain::id::TransactionId;
use domain::money::Minor;
use domain::order::Order;
use domain::payment::{self, Transaction, TransactionKind, TransactionStatus};
use serde_json::{Map, Value, json};

use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::{id, kept, words};

const NEEDS: &[Permission] = &[Permission::ReadOrders];

/// Charges.
pub(crate) fn routes() -> Router<Server> {
    Router::new().route("/charges/{id}", get(fetch))
}

async fn fetch(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    let name = call.named("id");
    let missing = || Failure::not_found("Charge", name, "id");
    let id = id::parse(id::CHARGE, name).ok_or_else(missing)?;
    let order = call.engine.order_of_part(call.shop(), id).await?;
    let order = order.filter(|order| call.mode.sees(order)).ok_or_else(missing)?;
    let charges = Charge::all(&order);
    let charge = charges.iter().find(|charge| charge.root.id.0 == id).ok_or_else(missing)?;
    Ok(Json(charge.alone()).into_response())
}

/// A charge.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Charge<'a> {
    order: &'a Order,
    /// The movement that began it.
    root: &'a Transaction,
}

/// How a charge stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChargeState {
    /// It isn't known yet whether the money is there.
    Pending,
    /// The money is set aside, and not all of it was taken or let go.
    Capturable,
    /// It was, but not all of that has happened.
    Processing,
    /// It has.
    Complete,
    /// All of it was let go.
    Cancelled,
    /// It was refused.
    Failed,
}

impl ChargeState {
    /// The published word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            ChargeState::Pending => "pending",
            ChargeState::Capturable => "capturable",
            ChargeState::Processing => "processing",
            ChargeState::Complete => "complete",
            ChargeState::Cancelled => "cancelled",
            ChargeState::Failed => "failed",
        }
    }
}

impl<'a> Charge<'a> {
    /// The charges of an order, oldest first. One whose money was set aside anew is still the same.
    pub(crate) fn all(order: &'a Order) -> Vec<Self> {
        let begins =
            |own: &&Transaction| matches!(own.kind, TransactionKind::Authorization | TransactionKind::Sale);
        let all = order.placed.transactions.iter().filter(begins).map(|root| Self { order, root });
        all.take(if order.charging.is_some() { 1 } else { usize::MAX }).collect()
    }

    /// The charge that a movement of money belongs to.
    pub(crate) fn with(order: &'a Order, movement: &Transaction) -> Option<Self> {
        Self::all(order).into_iter().find(|charge| charge.root.id == movement.id || charge.has(movement))
    }

    /// The movement of money that began it.
    pub(crate) fn root(&self) -> TransactionId {
        self.root.id
    }

    fn has(&self, movement: &Transaction) -> bool {
        if self.order.charging.is_some() {
            return true;
        }
        let transactions = &self.order.placed.transactions;
        let mut above = payment::parent(transactions, movement);
        for _ in transactions {
            match above {
                Some(one) if one.id == self.root.id => return true,
                Some(one) => above = payment::parent(transactions, one),
                None => return false,
            }
        }
        false
    }

    fn movements(&self, kind: TransactionKind) -> impl Iterator<Item = &'a Transaction> {
        let charge = *self;
        let all = charge.order.placed.transactions.iter();
        all.filter(move |own| own.kind == kind && charge.has(own))
    }

    /// What it is for.
    fn amount(&self) -> Minor {
        self.order.charging.as_deref().map_or(self.root.amount, |charging| charging.total())
    }

    /// Whether money of it is being let go.
    pub(crate) fn lets_go(&self) -> bool {
        self.movements(TransactionKind::Void).any(|own| own.status.is_awaited())
    }

    /// How it stands.
    pub(crate) fn state(&self) -> ChargeState {
        let at_once = self.root.kind == TransactionKind::Sale;
        match self.root.status {
            status if status.is_awaited() => return ChargeState::Pending,
            TransactionStatus::Success if at_once => return ChargeState::Complete,
            TransactionStatus::Success => {}
            _ => return ChargeState::Failed,
        }
        if self.is_open() {
            return ChargeState::Capturable;
        }
        // What couldn't be taken is asked for again, for a month.
        let awaited = |own: &Transaction| own.status.is_awaited();
        let captures = || captures(self.order).filter(|own| self.has(own));
        let failed = |own: &Transaction| {
            let again = own.covers.as_ref().is_some_and(|covers| covers.instead_of.is_some());
            own.status == TransactionStatus::Failure || again && own.status.is_awaited()
        };
        if captures().next().is_some() && captures().all(failed) {
            let again = captures().any(awaited);
            return if again { ChargeState::Capturable } else { ChargeState::Failed };
        }
        let mut moved = self.movements(TransactionKind::Capture).chain(self.movements(TransactionKind::Void));
        if moved.any(awaited) {
            return ChargeState::Processing;
        }
        match self.movements(TransactionKind::Capture).next() {
            None => ChargeState::Cancelled,
            Some(_) => ChargeState::Complete,
        }
    }

    /// Whether some of what was set aside was neither taken nor let go, nor is about to be.
    fn is_open(&self) -> bool {
        match self.order.charging.as_deref() {
            Some(charging) => charging.shares.iter().any(|share| Ledger::of(self.order, share).open() > 0),
            None => {
                let left = payment::unused(&self.order.placed.transactions, self.root);
                self.order.cancelled.is_none() && left > 0
            }
        }
    }

    /// The charge as it is within an order; its own address and events show its order as well.
    pub(crate) fn shown(&self) -> Map<String, Value> {
        let (order, root) = (self.order, self.root);
        let money = |amount: Minor| words::amount(amount, order.placed.currency);
        let mut shown = Map::new();
        let mut put = |name: &str, value: Value| shown.insert(name.to_owned(), value);
        put("id", id::shown(id::CHARGE, root.id.0).into());
        put("createdTime", words::time(root.at));
        put("currency", order.placed.currency.code().into());
        put("amount", money(self.amount()));
        put("state", self.state().as_str().into());
        if self.state() == ChargeState::Failed {
            for (name, value) in failure(root) {
                put(&name, value);
            }
        }
        let mut captures: Vec<Value> =
            self.movements(TransactionKind::Capture).map(|own| self.movement(own, id::CAPTURE)).collect();
        if root.kind == TransactionKind::Sale && root.status == TransactionStatus::Success {
            captures.insert(0, self.movement(root, id::CAPTURE));
        }
        put("captured", (!captures.is_empty()).into());
        let refunds: Vec<Value> = self
            .movements(TransactionKind::Refund)
            .map(|own| self.movement(own, id::CHARGE_REFUND))
            .collect();
        put("refunded", (!refunds.is_empty()).into());
        let cancels =
            self.movements(TransactionKind::Void).map(|own| self.movement(own, id::CANCEL)).collect();
        for (name, some) in [("captures", captures), ("cancels", cancels), ("refunds", refunds)] {
            if !some.is_empty() {
                put(name, some.into());
            }
        }
        if let Some(source) = kept::of(&order.placed.custom_fields)["sources"][0].get("id") {
            put("sourceId", source.clone());
        }
        put("type", "customer_initiated".into());
        put("liveMode", (!order.placed.test).into());
        shown
    }

    /// The charge as it is by itself.
    pub(crate) fn alone(&self) -> Value {
        let mut shown = self.shown();
        shown.insert("orderId".to_owned(), self.order.id.to_string().into());
        if let Some(charging) = self.order.charging.as_deref() {
            let session = id::shown(id::SESSION, charging.authorization.0);
            shown.insert("paymentSessionId".to_owned(), session.into());
        }
        shown.into()
    }

    /// What went back of it by these movements, as a refund shows it; `None` if it is nothing of this charge.
    pub(crate) fn given_back<'m>(&self, movements: impl Iterator<Item = &'m Transaction>) -> Option<Value> {
        let currency = self.order.placed.currency;
        let one = |own: &Transaction| {
            json!({
                "createdTime": words::time(own.at),
                "amount": words::amount(own.amount, currency),
                "state": state_of(own),
            })
        };
        let refunds: Vec<Value> = movements.map(one).collect();
        let whole = self.shown();
        let mut shown = Map::new();
        for name in ["id", "captured", "refunded", "sourceId"] {
            shown.extend(whole.get(name).map(|value| (name.to_owned(), value.clone())));
        }
        let some = !refunds.is_empty();
        shown.insert("refunds".to_owned(), refunds.into());
        some.then(|| shown.into())
    }

    /// Money that was taken, let go, or went back.
    fn movement(&self, own: &Transaction, kind: id::Kind) -> Value {
        let state = state_of(own);
        let mut shown = Map::new();
        shown.insert("id".to_owned(), id::shown(kind, own.id.0).into());
        shown.insert("createdTime".to_owned(), words::time(own.at));
        if let Some(at) = own.ended_at {
            shown.insert("updatedTime".to_owned(), words::time(at));
        }
        shown.insert("amount".to_owned(), words::amount(own.amount, self.order.placed.currency));
        shown.insert("state".to_owned(), state.into());
        if state == "failed" {
            shown.insert("failureCode".to_owned(), "failed-request".into());
            shown.insert("failureMessage".to_owned(), "Failed to operate on charge".into());
        }
        if let Some(fulfillment) = own.covers.as_ref().and_then(|covers| covers.fulfillment) {
            let shown_as = id::shown(id::FULFILLMENT, fulfillment.0);
            shown.insert("fulfillmentId".to_owned(), shown_as.into());
        }
        json!(shown)
    }
}

/// How a movement of money stands, in the published word.
fn state_of(own: &Transaction) -> &'static str {
    match own.status {
        TransactionStatus::Success => "complete",
        status if status.is_awaited() => "pending",
        _ => "failed",
    }
}

/// Why money couldn't be set aside, or taken at once.
fn failure(own: &Transaction) -> Vec<(String, Value)> {
    let said = own.message.as_deref().unwrap_or("The payment provider declined it.");
    vec![("failureCode".to_owned(), "declined".into()), ("failureMessage".to_owned(), said.into())]
}
