//! A message of Stripe's is heard: the secret that signs it says whose it is, and what it tells goes the way of every
//! command. Stripe sends a message again until it is answered with 2xx, in any order and more than once; so what was
//! heard before changes nothing, and what can't be written down now isn't acknowledged.

use std::sync::Arc;

use domain::actor::Actor;
use domain::command::Command;
use domain::command::billing::{BillingCommand, DisputeNews, PaymentOutcome, RecordDispute, RecordPayment};
use domain::id::{OrderId, TransactionId};
use domain::order::Order;
use domain::snapshot::Shop;

use super::super::{Account, Answer, Gateway, Outcome};
use super::call::{Failed, Session};
use super::webhook::{Told, is_signed, movement, told};
use super::{OURS, Stripe, plain};
use crate::{Engine, Error};

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// It was heard, or concerns nobody here.
    Yes,
    /// No secret of any shop signs it, or it is too old.
    NotSigned,
    /// It is signed, but no message.
    Unreadable,
}

impl Stripe {
    /// Hears a message with that `Stripe-Signature`, for whichever shop it is.
    ///
    /// # Errors
    /// [`Error`] if it can't be heard now; then it must be sent again.
    pub async fn hear(&self, engine: &Engine, signature: &str, body: &[u8]) -> Result<Heard, Error> {
        for shop in engine.store().shops().await? {
            for set_up in engine.gateways(shop.id).await?.into_iter().filter(|own| own.kind == self.kind()) {
                let secret = set_up.account.secret["webhook_secret"].as_str();
                if secret.is_some_and(|secret| is_signed(signature, body, secret, engine.now())) {
                    let Some(told) = told(body) else { return Ok(Heard::Unreadable) };
                    let ear = Ear { stripe: self, engine, shop: Arc::new(shop), account: &set_up.account };
                    return ear.hear(told).await.map(|()| Heard::Yes);
                }
            }
        }
        Ok(Heard::NotSigned)
    }
}

struct Ear<'a> {
    stripe: &'a Stripe,
    engine: &'a Engine,
    shop: Arc<Shop>,
    account: &'a Account,
}

impl Ear<'_> {
    async fn hear(&self, told: Told) -> Result<(), Error> {
        match told {
            Told::Nothing => Ok(()),
            Told::Movement(key, answer) => match self.whose(&key).await? {
                Some((order, transaction)) => self.moved(order.id, transaction, answer).await,
                None => Ok(()),
            },
            Told::Dispute(intent, news) => {
                let key = self.key_of(&intent).await?;
                match self.whose(key.as_deref().unwrap_or_default()).await? {
                    Some((order, transaction)) => self.disputed(&order, transaction, news).await,
                    None => Ok(()),
                }
            }
        }
    }

    /// The order and the movement of a key; `None` if they aren't ours.
    async fn whose(&self, key: &str) -> Result<Option<(Arc<Order>, TransactionId)>, Error> {
        let ours = self.account.settings[OURS].as_str().unwrap_or_default();
        let Some(transaction) = movement(key, ours) else { return Ok(None) };
        let store = self.engine.store();
        let Some(id) = store.order_of_part(self.shop.id, transaction.0).await? else { return Ok(None) };
        let order = store.orders_by_id(self.shop.id, &[id]).await?.pop();
        Ok(order.map(|order| (order, transaction)))
    }

    /// The key that a payment intent is marked with: a dispute doesn't say.
    async fn key_of(&self, intent: &str) -> Result<Option<String>, Error> {
        let lost = |why| Error::Unavailable(format!("Stripe could not be asked about a dispute: {why}"));
        let session = Session::of(self.stripe, self.account).map_err(lost)?;
        let Ok(id) = plain(intent) else { return Ok(None) };
        match session.get(&format!("/v1/payment_intents/{id}")).await {
            Ok(found) => Ok(found["metadata"]["consign_key"].as_str().map(str::to_owned)),
            Err(Failed::Declined(..)) => Ok(None),
            Err(Failed::Unknown(why)) => Err(lost(why)),
        }
    }

    async fn moved(&self, order: OrderId, transaction: TransactionId, answer: Answer) -> Result<(), Error> {
        let (outcome, message) = match answer.outcome {
            Outcome::Succeeded => (PaymentOutcome::Succeeded, None),
            Outcome::Declined(code) => (PaymentOutcome::Declined, Some(code)),
            Outcome::Pending => (PaymentOutcome::Pending, None),
            Outcome::Unknown(_) => return Ok(()),
        };
        let record = RecordPayment { order, transaction, outcome, external_id: answer.known_as, message };
        self.carry_out(BillingCommand::Record(record)).await
    }

    /// One dispute of a payment is heard of once each way, in whatever order the messages come.
    async fn disputed(
        &self,
        order: &Order,
        transaction: TransactionId,
        news: DisputeNews,
    ) -> Result<(), Error> {
        if order.transaction(transaction).is_some_and(|own| own.status.is_awaited()) {
            // The message overtook the news of the payment itself.
            return Err(Error::Unavailable(
                "a disputed payment isn't known to have been made yet".to_owned(),
            ));
        }
        let known = order.disputes().find(|own| own.transaction == transaction);
        let steps: &[DisputeNews] = match (known.map(|own| own.closed.is_some()), news) {
            (None, DisputeNews::Opened) => &[DisputeNews::Opened],
            (None, DisputeNews::Won) => &[DisputeNews::Opened, DisputeNews::Won],
            (None, DisputeNews::Lost) => &[DisputeNews::Opened, DisputeNews::Lost],
            (Some(false), DisputeNews::Won) => &[DisputeNews::Won],
            (Some(false), DisputeNews::Lost) => &[DisputeNews::Lost],
            (Some(false), DisputeNews::Opened) | (Some(true), _) => &[],
        };
        for news in steps {
            let dispute = RecordDispute { order: order.id, transaction, news: *news };
            self.carry_out(BillingCommand::RecordDispute(dispute)).await?;
        }
        Ok(())
    }

    async fn carry_out(&self, command: BillingCommand) -> Result<(), Error> {
        let command = Command::Billing(command);
        if let Err(refusal) = self.engine.execute(&self.shop, &Actor::System, &command).await? {
            tracing::error!(?refusal, ?command, "what Stripe told contradicts what is known; look at both");
        }
        Ok(())
    }
}
