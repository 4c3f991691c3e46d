//! tokio-postgres: a connection per caller, everything prepared, a transaction in one round trip.

use std::sync::Arc;

use futures::TryStreamExt as _;
use futures::future::{join_all, try_join_all};
use store::db::Value;
use tokio_postgres::{Client, Statement};

use super::Plan;
use crate::Outcome;
use crate::ground::connect;
use crate::measure::{CALLERS, Measured, callers};
use crate::options::Span;

struct Caller {
    client: Client,
    reads: Vec<Statement>,
    writes: Vec<Statement>,
    begin: Statement,
    commit: Statement,
    plan: Arc<Plan>,
}

pub(super) async fn measure(url: &str, plan: Arc<Plan>, span: Span) -> Outcome<Measured> {
    let mut all = Vec::new();
    for _ in 0..CALLERS {
        let client = connect(url).await?;
        let reads = try_join_all(plan.reads.iter().map(|sql| client.prepare(sql))).await?;
        let writes = try_join_all(plan.writes.iter().map(|sql| client.prepare(sql))).await?;
        let (begin, commit) = (client.prepare("BEGIN").await?, client.prepare("COMMIT").await?);
        all.push(Caller { client, reads, writes, begin, commit, plan: plan.clone() });
    }
    callers(span, all, |caller| async move {
        let Some(k) = caller.plan.draw() else { return Ok(None) };
        caller.answer(k).await?;
        if !caller.writes.is_empty() {
            caller.write(k).await?;
        }
        Ok(Some(caller))
    })
    .await
}

impl Caller {
    async fn answer(&self, k: i64) -> Outcome<()> {
        let asked = self.reads.iter().map(|statement| async {
            let rows = self.client.query_raw(statement, self.plan.question(k)).await?;
            rows.try_collect::<Vec<_>>().await
        });
        for rows in try_join_all(asked).await? {
            let texts: Vec<String> = rows.iter().map(|row| row.get(2)).collect();
            if std::hint::black_box(texts).is_empty() {
                return Err("found nothing".into());
            }
        }
        Ok(())
    }

    async fn write(&self, k: i64) -> Outcome<()> {
        let nothing = Vec::<Value>::new;
        let all = std::iter::once((&self.begin, nothing()))
            .chain(self.writes.iter().zip(self.plan.values(k)))
            .chain([(&self.commit, nothing())]);
        // They are sent in this order, since everything is prepared and each is sent when it is first polled.
        for done in join_all(all.map(|(statement, values)| self.client.execute_raw(statement, values))).await
        {
            done?;
        }
        Ok(())
    }
}
