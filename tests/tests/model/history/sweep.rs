//! The workers have their turn, and everything is looked at.

use std::collections::BTreeMap;

use domain::command::Command;
use domain::id::OrderId;
use engine::workers::Job;
use store::db::Statement;

use super::follow::levels_are;
use super::{History, SWEEP};
use crate::fault::Fault;
use crate::laws;
use crate::reference::Known;
use crate::rules::reservations;
use crate::seen;

impl History {
    /// The workers do what is due; what they did must be lawful, and everybody who listens is told.
    pub(super) async fn sweep(&mut self, step: usize) -> Result<(), String> {
        for job in [Job::Advance, Job::Run, Job::Expire, Job::Route, Job::Open] {
            self.turn(step, job).await?;
        }
        let now = self.engine.clock().now();
        for (id, known) in &self.model.orders {
            let late = |work: &crate::reference::Work| work.opens.is_some_and(|at| at <= now);
            if known.works.values().any(late) {
                return Err(format!("F14: work of order {id} was to open"));
            }
        }
        while self.engine.work_off_shop(&self.workers, &self.shop, &[Job::Dispatch]).await.unwrap() > 0 {}
        self.outbox.dispatched(&self.model);
        self.runs = self.engine.store().workflow_runs(self.shop.id, 50).await.unwrap();
        self.runs.extend(self.engine.store().due_runs(self.shop.id, now, 20).await.unwrap());
        self.stand_ready(step).await;
        Ok(())
    }

    /// One of the workers has its turn.
    async fn turn(&mut self, step: usize, job: Job) -> Result<(), String> {
        self.engine.work_off_shop(&self.workers, &self.shop, &[job]).await.unwrap();
        let (glance, events) = seen::glance(&self.engine, self.shop.id, self.since).await;
        let (orders, parcels) = self.changed(&glance);
        let (raw, raw_parcels) = seen::read(&self.engine, self.shop.id, &orders, &parcels).await;
        let mut model = self.model.clone();
        if job == Job::Expire {
            reservations::expire_all(&mut model, self.engine.clock().now());
        }
        for order in raw {
            let before = self.model.orders.get(&order.id).ok_or("an order came from nowhere")?.clone();
            let told = events.iter().filter(|news| news.event.order == Some(order.id)).count() as i64;
            let read = seen::order(&order, before.events + told);
            let broken = laws::of_change(&self.orders[&order.id], &before, &order, &read);
            if read.version - before.version < told || !broken.is_empty() {
                return Err(format!("X2: {told} times told of order {}: {broken:?}", order.id));
            }
            self.figures.went("sweep", Some(&before), &read);
            model.orders.insert(order.id, read);
            self.orders.insert(order.id, order);
        }
        if !raw_parcels.is_empty() {
            return Err("F13: a parcel changed by itself".into());
        }
        self.laws(&orders, &model, &glance, &Command::Route(OrderId(step as i64)))?;
        levels_are(&mut model, &glance)?;
        let mut versions: BTreeMap<OrderId, i64> = BTreeMap::new();
        for news in &events {
            let version = match news.event.order {
                None => 0,
                Some(id) => {
                    // Several things may have been done to an order; each is told with what was so then.
                    let of = events.iter().filter(|other| other.event.order == Some(id)).count() as i64;
                    let end = model.orders.get(&id).map_or(0, |known| known.version);
                    let version = versions.entry(id).or_insert(end - of);
                    *version += 1;
                    *version
                }
            };
            self.outbox.happened(news, version, &model)?;
        }
        self.since = events.last().map_or(self.since, |news| news.event.id);
        (self.model, self.glance) = (model, glance);
        Ok(())
    }

    /// Nothing that is sold is fetched by the buyer yet, but what is kept may say so: one order does from now on.
    pub(super) async fn stand_ready(&mut self, step: usize) {
        let is_ready = |known: &&Known| {
            !known.billed
                && known.works.values().any(|work| work.stage == "open" && work.delivery == "shipping")
        };
        let found = self.model.orders.iter().rev().find(|(_, known)| is_ready(known)).map(|(id, _)| *id);
        let Some(id) = found.filter(|_| step % (2 * SWEEP) == SWEEP - 1) else { return };
        let sql = format!(
            "UPDATE orders SET version = version + 1, body = replace(replace(body, '\"delivery\":\"shipping\"', \
             '\"delivery\":\"pickup\"'), '\"version\":{0}', '\"version\":{1}') WHERE shop_id = {2} AND order_id = {id}",
            self.model.orders[&id].version,
            self.model.orders[&id].version + 1,
            self.shop.id,
        );
        self.engine.store().db().write(vec![Statement::new(sql, vec![]).any()]).await.unwrap();
        let (orders, _) = seen::read(&self.engine, self.shop.id, &[id], &[]).await;
        for order in orders {
            let known = seen::order(&order, self.model.orders[&id].events);
            self.model.orders.insert(id, known);
            self.orders.insert(id, order);
        }
        self.glance = seen::glance(&self.engine, self.shop.id, self.since).await.0;
    }

    pub(super) async fn spoil(&self, fault: Fault) {
        if let Some(sql) = fault.sql(self.shop.id) {
            self.engine.store().db().write(vec![Statement::new(sql, vec![]).any()]).await.unwrap();
        }
    }

    /// The whole database, by the server's own audit, and what was told.
    pub(super) async fn audit(&mut self, step: usize) -> Result<(), String> {
        let findings = self.engine.store().audit(self.shop.id, |_| {}).await.unwrap();
        if !findings.is_empty() {
            return Err(format!("step {step}: the audit finds {findings:?}"));
        }
        let told = seen::timelines(&self.engine, self.shop.id).await;
        for (id, known) in &self.model.orders {
            if told.get(id).copied().unwrap_or_default() != known.events {
                return Err(format!(
                    "step {step}: O1, F15: order {id} changed {} times, {told:?}",
                    known.events
                ));
            }
        }
        self.outbox.check(&self.engine, self.shop.id).await.map_err(|why| format!("step {step}: {why}"))?;
        self.nothing_changed("nobody did anything").await.map_err(|why| format!("step {step}: {why}"))?;
        self.figures.told = self.outbox.len() as u64;
        self.figures.audited += 1;
        Ok(())
    }
}
