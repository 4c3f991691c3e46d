//! Commands are sent again: under the same key, under one that was used, and to another shop.

use std::collections::BTreeMap;

use domain::command::Command;
use domain::decide::Outcome;
use domain::id::{ContactId, OrderId};
use domain::time::HOUR;
use engine::{Answered, Once};

use super::{Answers, History};
use crate::reference::Reference;
use crate::seen::News;
use crate::who::Who;

impl History {
    /// Somebody is forgotten, and with it what was told and answered of it.
    pub(super) fn forget(&mut self, contact: ContactId, model: &Reference, events: &[News]) {
        let bought = model.orders.iter().filter(|(_, known)| known.contact == Some(contact));
        let told = |id: OrderId| events.iter().any(|news| news.event.order == Some(id));
        let orders = bought.clone().map(|(id, known)| (*id, told(*id).then_some(known.version)));
        let orders: BTreeMap<OrderId, Option<i64>> = orders.collect();
        let works = bought.flat_map(|(_, known)| known.works.keys().map(|id| id.0));
        let parcels = model
            .parcels
            .iter()
            .filter(|(_, parcel)| parcel.orders().iter().any(|id| orders.contains_key(id)));
        let ids = orders.keys().map(|id| id.0).chain(works).chain(parcels.map(|(id, _)| id.0));
        let ids: Vec<String> = ids.chain([contact.0]).map(|id| id.to_string()).collect();
        self.keys.retain(|(_, _, _, answer)| !ids.iter().any(|id| answer.contains(id)));
        self.outbox.forgotten(contact, &orders);
    }

    /// The same once more, under the same key (I1, I2).
    pub(super) async fn again(&mut self) -> Result<(), String> {
        let Some((once, who, command, answer)) = self.chance.pick(&self.keys) else { return Ok(()) };
        let again =
            self.engine.execute_once(&self.shop, &who.actor(), &command, &once, &Answers::default()).await;
        if again != Ok(Answered::Replayed(answer.clone())) {
            return Err(format!("I2: answered {again:?} instead of {answer} again"));
        }
        self.figures.replayed += 1;
        self.nothing_changed("it was repeated").await
    }

    /// Something else under a key that was used (I3).
    pub(super) async fn another_under_the_same_key(&mut self) -> Result<(), String> {
        let Some((once, who, command, _)) = self.chance.pick(&self.keys) else { return Ok(()) };
        let other = Once { fingerprint: format!("not {}", once.fingerprint), ..once };
        let answer =
            self.engine.execute_once(&self.shop, &who.actor(), &command, &other, &Answers::default()).await;
        if answer != Ok(Answered::KeyReused) {
            return Err(format!("I3: a key was used again, and answered {answer:?}"));
        }
        self.figures.reused += 1;
        self.nothing_changed("a key was used again").await
    }

    /// The same command under the same key in another shop, where nothing of it is known (I6).
    pub(super) async fn elsewhere(&mut self, step: usize, command: &Command) -> Result<(), String> {
        let once = Once { scope: "model".into(), key: step.to_string(), fingerprint: "elsewhere".into() };
        let answers = Answers::default();
        let actor = Who::System.actor();
        let answer = self.engine.execute_once(&self.foreign, &actor, command, &once, &answers).await;
        let Ok(Answered::Fresh(answer)) = answer else {
            return Err(format!("I6: another shop's key counted: {answer:?}"));
        };
        let scope = command.scope();
        let orders = !scope.orders.is_empty() || !scope.by_work.is_empty() || !scope.by_line.is_empty();
        let ours = orders || !scope.fulfillments.is_empty() || !scope.drafts.is_empty();
        let nothing = matches!(answers.0.lock().unwrap().as_ref(), None | Some(Outcome::Done));
        if ours && !nothing {
            return Err(format!("V2: in another shop, {answer}"));
        }
        self.figures.strange += 1;
        self.nothing_changed("something was asked of another shop").await
    }

    /// Keys are forgotten after a while, and mean nothing then (I7).
    pub(super) async fn forget_keys(&mut self) -> Result<(), String> {
        let Some((once, _, _, _)) = self.keys.last().cloned() else { return Ok(()) };
        let store = self.engine.store();
        let later = self.engine.clock().now().plus(HOUR);
        while store.forget_answers(self.shop.id, later).await.unwrap() > 0 {}
        let remembered = store.remembered(self.shop.id, &once.scope, &once.key).await.unwrap();
        let command = Command::DeleteOrder(OrderId(crate::generate::NOWHERE));
        let actor = Who::System.actor();
        let answer = self.engine.execute_once(&self.shop, &actor, &command, &once, &Answers::default()).await;
        if remembered.is_some() || !matches!(answer, Ok(Answered::Fresh(_))) {
            return Err(format!("I7: a key was forgotten, and answers {answer:?}"));
        }
        Ok(())
    }
}
