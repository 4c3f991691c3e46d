//! What was done is compared with what was foretold: orders, parcels and shelves, and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::command::Command;
use domain::command::billing::BillingCommand;
use domain::command::charging::ChargingCommand;
use domain::decide::Outcome;
use domain::event::{Fact, FactKind};
use domain::fulfillment::Fulfillment;
use domain::id::{AppId, ContactId, FulfillmentId, OrderId};
use domain::order::Order;
use domain::payment::TransactionStatus;

use super::learn::{learn, placed};
use super::{Bill, History};
use crate::compare;
use crate::kinds::kind;
use crate::laws;
use crate::reference::{Known, Level, Reference};
use crate::rules::{Forecast, How, parcels, reservations};
use crate::seen::{self, Glance, News};
use crate::who::Who;

impl History {
    /// What was done is what was foretold, all of it, and nothing else.
    pub(super) async fn follow(
        &mut self,
        mut model: Reference,
        forecast: Forecast,
        command: &Command,
        who: Who,
        outcome: Outcome,
    ) -> Result<(), String> {
        let (glance, events) = seen::glance(&self.engine, self.shop.id, self.since).await;
        let mut told = self.heard(&events, who.app())?;
        for id in self.orders.keys().filter(|id| !model.orders.contains_key(id)) {
            let gone = told.remove(id).is_some_and(|facts| facts.first() == Some(&FactKind::OrderDeleted));
            if glance.orders.contains_key(id) || !gone {
                return Err(format!("O1: order {id} was to go"));
            }
        }
        self.orders.retain(|id, _| model.orders.contains_key(id));
        let places = matches!(
            command,
            Command::Place(_)
                | Command::Billing(BillingCommand::Place(_))
                | Command::Charging(ChargingCommand::Place(_))
        );
        let (orders, parcels) = self.changed(&glance);
        if let Some(other) = orders.iter().find(|id| {
            let new = places && !self.orders.contains_key(id);
            !new && !forecast.orders.contains(id)
        }) {
            return Err(format!("F1: order {other} changed as well"));
        }
        let wanted: BTreeSet<OrderId> = orders.iter().chain(&forecast.orders).copied().collect();
        let wanted: Vec<OrderId> = wanted.into_iter().collect();
        let (orders, parcels) = seen::read(&self.engine, self.shop.id, &wanted, &parcels).await;
        learn(&mut model, command, &outcome, self.engine.clock().now())?;
        self.parcels_are(&mut model, &forecast, parcels)?;
        self.parcels.retain(|id, _| glance.parcels.contains_key(id));
        if !model.parcels.keys().eq(glance.parcels.keys()) {
            return Err(format!(
                "Q3: parcels are {:?}, not {:?}",
                glance.parcels.keys(),
                model.parcels.keys()
            ));
        }
        for order in orders {
            let facts = told.remove(&order.id).unwrap_or_default();
            self.order_is(&mut model, &forecast, command, order, &facts)?;
        }
        if let Some((other, facts)) = told.first_key_value() {
            return Err(format!("O1: {facts:?} was told of order {other}"));
        }
        self.laws(&wanted, &model, &glance, command)?;
        if let (Command::Reserve(reserve), Outcome::Reservation(id)) = (command, &outcome) {
            reservations::reserved(&mut model, reserve, *id, &glance)?;
        }
        levels_are(&mut model, &glance)?;
        crate::kept::check(&self.engine, &self.shop, &model, command).await?;
        if let Command::RedactContact(id) = command {
            self.forget(*id, &model, &events);
        }
        for news in &events {
            let order = news.event.order.and_then(|id| model.orders.get(&id));
            self.outbox.happened(news, order.map_or(0, |known| known.version), &model)?;
        }
        self.since = events.last().map_or(self.since, |news| news.event.id);
        (self.model, self.glance) = (model, glance);
        Ok(())
    }

    /// What was told of every order; each of them at most once (F15, O1).
    pub(super) fn heard(
        &self,
        events: &[News],
        app: Option<AppId>,
    ) -> Result<BTreeMap<OrderId, Vec<FactKind>>, String> {
        let mut told = BTreeMap::new();
        for News { event, .. } in events {
            if event.app != app || event.facts.is_empty() {
                return Err(format!("F15: {event:?} was told, of {app:?}"));
            }
            let facts: Vec<FactKind> = event.facts.iter().map(Fact::kind).collect();
            if let Some(order) = event.order
                && told.insert(order, facts).is_some()
            {
                return Err(format!("O1: two events of order {order}"));
            }
        }
        Ok(told)
    }

    /// Orders and parcels that are other than they were, or new.
    pub(super) fn changed(&self, glance: &Glance) -> (Vec<OrderId>, Vec<FulfillmentId>) {
        let orders = glance
            .orders
            .iter()
            .filter(|(id, (version, _))| self.glance.orders.get(id).is_none_or(|(was, _)| was != version));
        let parcels =
            glance.parcels.iter().filter(|(id, version)| self.glance.parcels.get(id) != Some(version));
        (orders.map(|(id, _)| *id).collect(), parcels.map(|(id, _)| *id).collect())
    }

    /// Parcels became what they must; new ones are known by what is in them.
    pub(super) fn parcels_are(
        &mut self,
        model: &mut Reference,
        forecast: &Forecast,
        read: Vec<Arc<Fulfillment>>,
    ) -> Result<(), String> {
        for raw in read {
            let parcel = seen::parcel(&raw);
            let new = !model.parcels.contains_key(&raw.id);
            let expected =
                if new { model.parcels.remove(&parcels::NEW) } else { model.parcels.get(&raw.id).cloned() };
            match expected {
                Some(expected) if compare::parcel(&expected, &parcel) => {}
                // It holds what was there before, and only that; the laws see to it.
                None if new => {}
                // A person was forgotten, and with it what was said to it.
                Some(expected) if forecast.how == How::Lawful && expected.shares == parcel.shares => {}
                expected => return Err(format!("Q7: parcel {} is {parcel:?}, not {expected:?}", raw.id)),
            }
            model.parcels.insert(raw.id, parcel);
            self.parcels.insert(raw.id, raw);
        }
        match model.parcels.get(&parcels::NEW) {
            Some(parcel) => Err(format!("Q3: there is no {parcel:?}")),
            None => Ok(()),
        }
    }

    /// An order became what it must.
    pub(super) fn order_is(
        &mut self,
        model: &mut Reference,
        forecast: &Forecast,
        command: &Command,
        raw: Arc<Order>,
        facts: &[FactKind],
    ) -> Result<(), String> {
        let id = raw.id;
        let before = self.model.orders.get(&id).cloned();
        let told = i64::from(!facts.is_empty());
        let read = seen::order(&raw, before.as_ref().map_or(0, |known| known.events) + told);
        if let Some(fact) = forecast.fact
            && !facts.is_empty()
            && !facts.contains(&fact)
        {
            return Err(format!("O1: {fact:?} was not told, but {facts:?}"));
        }
        if let (None, Some(contact)) = (&before, read.contact)
            && let Some(email) = model.contacts.remove(&ContactId(0))
        {
            model.contacts.insert(contact, email);
        }
        let expected = match &before {
            Some(_) => model.orders.get(&id).cloned().ok_or("it was to go")?,
            None => placed(command, &read, model)?,
        };
        match (&before, forecast.how) {
            (None, _) => compare::routed(model, id, expected, &read)?,
            (Some(_), How::Routed) => {
                let waited = expected.waits.values().map(|(_, units)| units).sum::<i64>();
                let waits = read.waits.values().map(|(_, units)| units).sum::<i64>();
                let moved = i64::from(waited != waits);
                if told != moved {
                    return Err(format!("R2: {moved} moved, {told} told"));
                }
                let (version, events) = (expected.version + 1, expected.events + moved);
                compare::routed(model, id, Known { version, events, ..expected }, &read)?;
            }
            (Some(_), How::Exact) => compare::same(&expected, &read)?,
            (Some(before), How::Lawful) => {
                compare::lawful(before, &expected, &read)?;
                self.shelves_follow(model, forecast, command, before, &read);
            }
        }
        if let Some(was) = self.orders.get(&id) {
            let mut broken = laws::of_change(was, before.as_ref().unwrap(), &raw, &read);
            broken.extend(crate::money::of_command(command, was, &raw));
            if !broken.is_empty() {
                return Err(format!("{broken:?}"));
            }
        }
        self.figures.went(kind(command), before.as_ref(), &read);
        self.bills.retain(|bill| bill.order != id);
        if raw.billing.is_some() || raw.charging.is_some() {
            let moved = raw.placed.transactions.iter();
            let awaited = moved.clone().filter(|one| {
                use TransactionStatus::{Asked, Pending, Unknown};
                matches!(one.status, Asked | Pending | Unknown)
            });
            self.bills.push(Bill {
                order: id,
                invoices: raw.invoices.iter().map(|invoice| invoice.id).collect(),
                awaited: awaited.map(|one| one.id).collect(),
                moved: moved.map(|one| one.id).collect(),
                charged: raw.charging.is_some(),
                external: raw.billing.as_deref().is_some_and(|billing| billing.is_external()),
                refunds: raw.refunds.iter().map(|refund| refund.id).collect(),
                returns: raw.returns.iter().map(|own| own.id).collect(),
                service: raw.billing.as_ref().map(|billing| billing.service),
                due: raw.next_due(),
            });
        }
        if read.works.values().any(|work| work.is_open()) {
            self.last = Some(id);
        }
        model.orders.insert(id, read);
        self.orders.insert(id, raw);
        Ok(())
    }

    /// Where it is told which work changed, it is told from which shelves units leave.
    pub(super) fn shelves_follow(
        &self,
        model: &mut Reference,
        forecast: &Forecast,
        command: &Command,
        before: &Known,
        read: &Known,
    ) {
        let counted = |known: &Known| {
            let mut units: BTreeMap<_, i64> = BTreeMap::new();
            for work in known.works.values().filter(|work| work.is_open()) {
                for own in work.units.iter().filter(|units| units.counted) {
                    let variant = known.lines[&own.of].variant.unwrap();
                    *units.entry((variant, work.at)).or_default() += own.rest();
                }
            }
            units
        };
        if forecast.gone {
            let (was, is) = (counted(before), counted(read));
            for ((variant, at), units) in was {
                let now = is.get(&(variant, at)).copied().unwrap_or_default();
                model.shelve(variant, at, now - units);
            }
        }
        if matches!(command, Command::FulfillLines(_) | Command::FulfillOrder(_)) {
            let left = |known: &Known, id, line| {
                let work = known.works.get(&id);
                work.and_then(|work| work.units.iter().find(|units| units.line == line))
                    .map_or(0, |units| units.left)
            };
            for (id, work) in &read.works {
                for units in work.units.iter().filter(|units| units.counted) {
                    let gone = units.left - left(before, *id, units.line);
                    let variant = read.lines[&units.of].variant.unwrap();
                    if gone != 0 {
                        model.shelve(variant, work.at, -gone);
                    }
                }
            }
        }
    }

    /// What must always hold, of every order that changed.
    pub(super) fn laws(
        &self,
        ids: &[OrderId],
        model: &Reference,
        glance: &Glance,
        command: &Command,
    ) -> Result<(), String> {
        let mut broken = Vec::new();
        for id in ids {
            let (Some(raw), Some(known)) = (self.orders.get(id), model.orders.get(id)) else { continue };
            let own =
                self.parcels.values().filter(|parcel| parcel.shares.iter().any(|share| share.order == *id));
            let own: Vec<Fulfillment> = own.map(|parcel| (**parcel).clone()).collect();
            broken.extend(laws::of_order(raw, known, &own, &glance.orders[id].1));
            broken.extend(laws::of_actions(raw, known));
            for work in known.works.values().filter(|work| work.is_open()) {
                if !model.places.contains_key(&work.at) {
                    broken.push(format!("R4: work is at {}, which is not there", work.at));
                }
            }
        }
        if broken.is_empty() { Ok(()) } else { Err(format!("{broken:?} after {}", kind(command))) }
    }
}

/// What is in the shelves, and what is promised and kept of it (Q16, Q19).
pub(super) fn levels_are(model: &mut Reference, glance: &Glance) -> Result<(), String> {
    let promised = model.promised();
    for (key, (level, committed)) in &glance.levels {
        let own = model.levels.entry(*key).or_insert(Level { stocked: true, ..Level::default() });
        let promised = promised.get(key).copied().unwrap_or_default();
        if own != level || promised != *committed {
            return Err(format!(
                "Q16: {key:?} is {level:?} with {committed} promised, not {own:?} with {promised}"
            ));
        }
    }
    let missing =
        model.levels.iter().find(|(key, level)| !level.is_empty() && !glance.levels.contains_key(key));
    let unkept = promised.iter().find(|(key, units)| **units != 0 && !glance.levels.contains_key(key));
    match (missing, unkept) {
        (None, None) => {
            model.levels.retain(|key, _| glance.levels.contains_key(key));
            Ok(())
        }
        other => Err(format!("Q16: {other:?} is nowhere")),
    }
}
