//! The engine in this process, with as many tasks as there are connections elsewhere.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::actor::Actor;
use domain::command::Command;
use domain::id::OrderId;
use engine::query::{Column, Condition, Page, WorkSort};
use rand::RngExt as _;
use testkit::world;

use crate::ground::{Ground, Running};
use crate::measure::{CALLERS, Measured, callers};
use crate::options::{Span, Work};
use crate::{Outcome, goods};

/// What all callers share.
struct Shared {
    running: Running,
    actor: Actor,
    work: Work,
    copies: Range<i64>,
    next: AtomicI64,
    order_of: Box<dyn Fn(i64) -> i64 + Send + Sync>,
    work_of: Box<dyn Fn(i64) -> i64 + Send + Sync>,
}

/// Measures a work on the engine, done to these copies.
pub async fn measure(ground: &Ground, work: Work, copies: Range<i64>, span: Span) -> Outcome<Measured> {
    let shared = Arc::new(Shared {
        running: ground.engine().await?,
        actor: world::merchant(),
        work,
        next: AtomicI64::new(copies.start),
        copies,
        order_of: Box::new(ground.order_ids()),
        work_of: Box::new(ground.work_ids()),
    });
    let measured = callers(span, vec![shared.clone(); CALLERS], |shared| async move {
        Ok(shared.once().await?.then_some(shared))
    })
    .await;
    shared.running.engine.close().await;
    measured
}

impl Shared {
    async fn once(&self) -> Outcome<bool> {
        let (engine, shop) = (&self.running.engine, &self.running.shop);
        match self.work {
            Work::CreateOrder => self.execute(&world::placing(goods::order())).await?,
            Work::Fulfil => {
                let k = self.next.fetch_add(1, Ordering::Relaxed);
                if k >= self.copies.end {
                    return Ok(false);
                }
                self.execute(&goods::fulfilling((self.work_of)(k))).await?;
            }
            Work::ReadOrder => {
                // Every other copy was fulfilled.
                let k = rand::rng().random_range(self.copies.clone()) | 1;
                let found = engine.order_with_fulfillments(shop, OrderId((self.order_of)(k))).await?;
                let (_, fulfillments) = found.ok_or("the order is not there")?;
                if fulfillments.len() != 1 {
                    return Err("the order should have one fulfillment".into());
                }
            }
            Work::ListOpen => {
                let here = Condition::OneOf(Column::LocationId, vec![goods::LOCATION.0.into()]);
                let page = Page { limit: 51, ..Page::default() };
                let conditions = [here, Condition::Open];
                let found = engine.work_list(shop, &self.actor, &conditions, WorkSort::Id, &page).await?;
                if found.len() != 51 {
                    return Err("the page should be full".into());
                }
            }
        }
        Ok(true)
    }

    async fn execute(&self, command: &Command) -> Outcome<()> {
        let done = self.running.engine.execute(&self.running.shop, &self.actor, command).await?;
        done.map(drop).map_err(|refusal| format!("refused: {refusal:?}").into())
    }
}
