//! The workers: what the server does without being asked. Each looks for what is due, does it by the same commands
//! as everybody else, and may run on any number of nodes: whoever is second finds nothing to do.
//!
//! Cast: the *router* routes units that wait; the *opener* opens scheduled work; the *releaser* sets free what was
//! reserved until now; the *biller* does what is due of orders' billing; the *collector* asks gateways to move money; the
//! *runner* takes the next steps of workflows; the *dispatcher* turns an event into one delivery for every listener that
//! it concerns; the *deliverer* claims deliveries by a short lease, sends them, and records every attempt; the *asker*
//! asks fulfillment services for what they know; the *broom* forgets what is older than it need be. They are woken by
//! commits, which is a hint, and look by themselves every second, which is the truth.

use std::sync::Arc;
use std::time::Duration;

use domain::snapshot::Shop;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::dialect::Dialect;
use crate::gateway::Gateway;
use crate::mail::Post;
use crate::outside::Outside;
use crate::{Engine, Error};

mod around;
mod collect;
mod deliver;
mod dispatch;
mod inquire;
mod runs;
mod sweeps;

/// How long a worker sleeps when nobody wakes it.
const SLEEP: Duration = Duration::from_secs(1);
/// How long a worker waits at least from one look to the next. In a rush the bell rings thousands of times a second; a
/// look at every ring would take as much of the database as the rush itself.
const BREATH: Duration = Duration::from_millis(20);
/// How long a worker keeps away after an error.
const AFTER_ERROR: Duration = Duration::from_secs(2);

/// A bell for every worker.
#[derive(Default)]
pub struct Wake {
    bells: [Notify; 9],
}

impl Wake {
    /// Wakes everybody.
    pub fn all(&self) {
        for bell in &self.bells {
            bell.notify_one();
        }
    }
}

/// What the workers need besides the engine.
pub struct Workers {
    /// Everybody who can put events into words.
    pub dialects: Vec<Arc<dyn Dialect>>,
    /// Everybody who can move money.
    pub gateways: Vec<Arc<dyn Gateway>>,
    /// The way out.
    pub outside: Outside,
    /// The way out for mails.
    pub post: Post,
    /// How many calls are under way at once.
    pub calls_at_once: usize,
    /// How long after a fulfillment service was asked for what it knows it is asked again.
    pub inquire_every: Duration,
    /// How long events are kept, in days.
    pub events_days: i64,
    /// How long answers to requests that may be sent again are kept, in days.
    pub keys_days: i64,
}

/// Workers at work. They stop taking work when [`Working::stop`] is called.
pub struct Working {
    stopping: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Working {
    /// Takes no more work, finishes what is held, and returns; after `grace` whatever isn't finished is dropped (its
    /// leases run out, and it is done again elsewhere).
    pub async fn stop(mut self, grace: Duration) {
        let _ = self.stopping.send(true);
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(grace, all).await.is_err() {
            tracing::warn!("workers were still busy when the time was up");
        }
    }
}

impl Engine {
    /// Sets the workers to work.
    pub fn work(&self, workers: Workers) -> Working {
        let (stopping, stop) = watch::channel(false);
        let workers = Arc::new(workers);
        let mut tasks = JoinSet::new();
        let start = |tasks: &mut JoinSet<()>, bell: usize, job: Job| {
            let (engine, workers, stop) = (self.clone(), workers.clone(), stop.clone());
            tasks.spawn(async move { run(engine, workers, stop, bell, job).await });
        };
        start(&mut tasks, 0, Job::Route);
        start(&mut tasks, 1, Job::Open);
        start(&mut tasks, 2, Job::Dispatch);
        start(&mut tasks, 3, Job::Deliver);
        start(&mut tasks, 4, Job::Inquire);
        start(&mut tasks, 5, Job::Advance);
        start(&mut tasks, 6, Job::Collect);
        start(&mut tasks, 7, Job::Run);
        start(&mut tasks, 8, Job::Expire);
        {
            let (engine, workers, stop) = (self.clone(), workers.clone(), stop);
            tasks.spawn(async move { sweeps::broom(engine, workers, stop).await });
        }
        Working { stopping, tasks }
    }

    /// Does everything that is due now, once, in every shop; tells how many things were done. For tests and for the
    /// command line, where nobody waits for a second.
    ///
    /// # Errors
    /// As [`Engine::execute`].
    pub async fn work_off(&self, workers: &Workers) -> Result<u64, Error> {
        let mut done = 0;
        for shop in self.store().shops().await? {
            done += self.work_off_shop(workers, &Arc::new(shop), &Job::ALL).await?;
        }
        Ok(done)
    }

    /// Does what is due now of some jobs, once, in one shop; tells how many things were done.
    ///
    /// # Errors
    /// As [`Engine::execute`].
    pub async fn work_off_shop(
        &self,
        workers: &Workers,
        shop: &Arc<Shop>,
        jobs: &[Job],
    ) -> Result<u64, Error> {
        let mut done = 0;
        for job in jobs {
            done += once(self, workers, shop, *job).await?;
        }
        Ok(done)
    }
}

/// What one of the workers does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// Routes units that wait.
    Route,
    /// Does what is due of orders' billing.
    Advance,
    /// Asks gateways to move money.
    Collect,
    /// Takes the next steps of workflows.
    Run,
    /// Ends reservations whose time has come.
    Expire,
    /// Opens scheduled work.
    Open,
    /// Makes deliveries of events.
    Dispatch,
    /// Sends deliveries.
    Deliver,
    /// Asks fulfillment services for what they know.
    Inquire,
}

impl Job {
    /// Every job, in an order in which what one brings about is done by the next.
    pub const ALL: [Job; 9] = [
        Job::Advance,
        Job::Collect,
        Job::Run,
        Job::Expire,
        Job::Route,
        Job::Open,
        Job::Dispatch,
        Job::Deliver,
        Job::Inquire,
    ];
}

async fn run(engine: Engine, workers: Arc<Workers>, mut stop: watch::Receiver<bool>, bell: usize, job: Job) {
    while !*stop.borrow() {
        let looked = Instant::now();
        let wait = match every_shop(&engine, &workers, job).await {
            // There may be more than one helping.
            Ok(done) if done > 0 => continue,
            Ok(_) => SLEEP,
            Err(error) => {
                tracing::error!(%error, ?job, "a worker failed and tries again");
                AFTER_ERROR
            }
        };
        tokio::select! {
            _ = engine.wake().bells[bell].notified() => tokio::time::sleep_until(looked + BREATH).await,
            _ = tokio::time::sleep(wait) => {}
            _ = stop.changed() => {}
        }
    }
}

/// One helping for every shop. A shop whose turn fails doesn't keep the others waiting; the failure is told at the
/// end, so that the worker rests before it tries again.
async fn every_shop(engine: &Engine, workers: &Workers, job: Job) -> Result<u64, Error> {
    let mut done = 0;
    let mut failed = None;
    for shop in engine.store().shops().await? {
        match once(engine, workers, &Arc::new(shop), job).await {
            Ok(helping) => done += helping,
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(done), Err)
}

async fn once(engine: &Engine, workers: &Workers, shop: &Arc<Shop>, job: Job) -> Result<u64, Error> {
    match job {
        Job::Route => sweeps::route(engine, shop).await,
        Job::Expire => sweeps::expire(engine, shop).await,
        Job::Open => sweeps::open(engine, shop).await,
        Job::Advance => sweeps::advance(engine, shop).await,
        Job::Run => runs::advance(engine, shop).await,
        Job::Collect => collect::collect(engine, workers, shop).await,
        Job::Dispatch => dispatch::dispatch(engine, workers, shop).await,
        Job::Deliver => deliver::deliver(engine, workers, shop).await,
        Job::Inquire => inquire::inquire(engine, workers, shop).await,
    }
}
