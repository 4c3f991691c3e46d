//! Places what a source finds: many orders at once, so that the database can commit them together, but never more
//! than a bounded number, whatever the size of the file.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use domain::actor::Actor;
use domain::command::{Command, PlaceHold};
use domain::decide::{Heard, Outcome, decide};
use domain::hold::HoldReason;
use domain::id::{Ids, LocationId, OrderId};
use domain::order::Order;
use domain::refusal::Refusal;
use domain::snapshot::Shop;
use domain::time::{SECOND, Time};
use engine::{Engine, Error, Verdict};
use store::Store;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::articles::Articles;
use super::progress::Progress;
use super::refusal;
use super::report::{Problem, Report, Severity};
use super::shop::Locations;
use super::{Draft, Finds, Found};
use crate::failure::{Exit, Failure};

/// How many orders are under way at once.
const AT_ONCE: usize = 64;
/// How many orders are read ahead.
const AHEAD: usize = 128;

/// Where orders go.
pub enum Target {
    /// Into the shop.
    Engine(Engine),
    /// Nowhere: each is decided upon, nothing is written.
    Nowhere(Store, Time),
}

/// What goes where.
pub struct Import {
    /// Where orders go.
    pub target: Target,
    /// The shop.
    pub shop: Arc<Shop>,
    /// Its locations.
    pub locations: Locations,
    /// Where orders left from that came in fulfilled, if the file doesn't tell.
    pub left_from: Option<LocationId>,
    /// Who is told of them.
    pub heard: Heard,
}

/// How large the file is, and how much of it is read.
pub struct Meter {
    /// Its size.
    pub bytes: u64,
    /// Raised by the source.
    pub read: Arc<AtomicU64>,
}

/// What became of it all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Orders that went in.
    pub added: u64,
    /// Orders that were there.
    pub present: u64,
    /// Orders that did not go in.
    pub refused: u64,
    /// Their rows.
    pub rows_refused: u64,
    /// Orders that went in, about which something should be known.
    pub warned: u64,
    /// The largest running number.
    pub top: i64,
}

impl Tally {
    fn orders(&self) -> u64 {
        self.added + self.present + self.refused
    }
}

/// What became of one order.
struct Ended {
    draft: Draft,
    end: Result<End, Error>,
}

enum End {
    Added,
    Present,
    Refused(Refusal),
    /// The file says that it left from somewhere that isn't one of the shop's locations.
    NoSuchPlace,
}

struct Worker {
    import: Import,
    articles: Articles,
    /// Ids for what is only tried. Never stored.
    pretend: AtomicI64,
}

impl Import {
    fn store(&self) -> &Store {
        match &self.target {
            Target::Engine(engine) => engine.store(),
            Target::Nowhere(store, _) => store,
        }
    }

    /// Places everything that is found, and writes down what is to be said.
    ///
    /// # Errors
    /// [`Failure`] if the file can't be read on, the report can't be written, or the database is away. What went in
    /// until then stays; the same file can be read again.
    pub async fn run(self, finds: Finds, mut report: Report, meter: Meter) -> Result<Tally, Failure> {
        let articles = Articles::new(self.store().clone(), self.shop.id);
        let worker = Arc::new(Worker { import: self, articles, pretend: AtomicI64::new(1) });
        let mut progress = Progress::new(meter.bytes, meter.read);
        let mut tally = Tally::default();
        let outcome = worker.clone().all(finds, &mut tally, &mut report, &mut progress).await;
        progress.finish();
        if let Target::Engine(engine) = &worker.import.target {
            if tally.top > 0 {
                engine.numbers().seen(worker.import.shop.id, tally.top).await?;
            }
            if tally.added > 0 {
                engine.store().analyze().await?;
            }
        }
        if let Some(line) = report.finish()? {
            progress.line(&line);
        }
        let again = "; what went in stays, and the same file can be imported again";
        outcome.map_err(|failure| Failure::new(failure.exit, failure.message + again))?;
        Ok(tally)
    }
}

impl Worker {
    async fn all(
        self: Arc<Self>,
        finds: Finds,
        tally: &mut Tally,
        report: &mut Report,
        progress: &mut Progress,
    ) -> Result<(), Failure> {
        let (send, mut found) = mpsc::channel(AHEAD);
        let reader = tokio::task::spawn_blocking(move || {
            for find in finds {
                // Nobody listens any more: the import ended early.
                if send.blocking_send(find).is_err() {
                    break;
                }
            }
        });
        let mut under_way = JoinSet::new();
        let mut outcome = Ok(());
        while let Some(find) = found.recv().await {
            let draft = match find {
                Ok(Found::Order(draft)) => *draft,
                Ok(Found::Refused { rows, problems }) => {
                    tally.refused += 1;
                    tally.rows_refused += rows;
                    tell(&problems, report, progress)?;
                    progress.orders(tally.orders());
                    continue;
                }
                Err(failure) => {
                    outcome = Err(failure);
                    break;
                }
            };
            while under_way.len() >= AT_ONCE {
                take(under_way.join_next().await, tally, report, progress)?;
            }
            under_way.spawn(self.clone().one(draft));
        }
        while !under_way.is_empty() {
            take(under_way.join_next().await, tally, report, progress)?;
        }
        drop(found);
        reader.await.map_err(|error| Failure::new(Exit::Error, error.to_string()))?;
        outcome
    }

    async fn one(self: Arc<Self>, mut draft: Draft) -> Ended {
        let end = self.place(&mut draft).await;
        Ended { draft, end }
    }

    async fn place(&self, draft: &mut Draft) -> Result<End, Error> {
        let import = &self.import;
        self.articles.look_up(&mut draft.place.lines).await?;
        if let Some(fulfilled) = &mut draft.place.fulfilled {
            fulfilled.location = match &draft.left_from {
                Some(name) => match import.locations.named(name) {
                    Some(location) => Some(location),
                    None => return Ok(End::NoSuchPlace),
                },
                None => import.left_from,
            };
        }
        if self.is_our_own(draft).await? {
            return Ok(End::Present);
        }
        match &import.target {
            Target::Nowhere(store, now) => self.pretend(draft, store, *now).await,
            Target::Engine(engine) => self.really(draft, engine).await,
        }
    }

    /// Whether the order was exported from this very shop, and is still here.
    async fn is_our_own(&self, draft: &Draft) -> Result<bool, Error> {
        let placed = &draft.place.placed;
        let key = placed.source_key.as_deref().and_then(|key| key.split_once(':'));
        let Some(id) = key.and_then(|(_, id)| id.parse().ok()).map(OrderId) else { return Ok(false) };
        let here = self.import.store().orders_by_id(self.import.shop.id, &[id]).await?;
        let same = |order: &Arc<Order>| {
            let apart = order.placed.processed_at.0.abs_diff(placed.processed_at.0);
            draft.place.name.as_ref() == Some(&order.name) && apart < SECOND as u64
        };
        Ok(here.first().is_some_and(same))
    }

    async fn pretend(&self, draft: &Draft, store: &Store, now: Time) -> Result<End, Error> {
        let command = Command::Place(Box::new(draft.place.clone()));
        let snapshot = store.load(&self.import.shop, &command.scope()).await?;
        let mut next = || self.pretend.fetch_add(1, Ordering::Relaxed);
        let decided = decide(&snapshot, &command, &Actor::System, now, &mut Ids::new(&mut next));
        Ok(match decided {
            Ok(_) => End::Added,
            Err(Refusal::SeenBefore(_)) => End::Present,
            Err(refusal) => End::Refused(refusal),
        })
    }

    async fn really(&self, draft: &mut Draft, engine: &Engine) -> Result<End, Error> {
        for transaction in &mut draft.place.placed.transactions {
            transaction.id = engine.ids().fresh().await?;
        }
        let command = Command::Place(Box::new(draft.place.clone()));
        let done = match self.execute(engine, &command).await? {
            Ok(done) => done,
            Err(Refusal::SeenBefore(_)) => return Ok(End::Present),
            Err(refusal) => return Ok(End::Refused(refusal)),
        };
        if let Outcome::Order(id) = done.outcome
            && let Some(order) = done.order(id)
            && !draft.unsure.is_empty()
        {
            self.hold(draft, order, engine).await?;
        }
        Ok(End::Added)
    }

    async fn execute(&self, engine: &Engine, command: &Command) -> Result<Verdict, Error> {
        let shop = &self.import.shop;
        match self.import.heard {
            Heard::ByListeners => engine.execute(shop, &Actor::System, command).await,
            Heard::ByNobody => engine.execute_unheard(shop, &Actor::System, command).await,
        }
    }

    /// Holds the work of lines of which nobody knows how many units left, so that none leaves twice.
    async fn hold(&self, draft: &mut Draft, order: &Order, engine: &Engine) -> Result<(), Error> {
        let lines: Vec<_> =
            draft.unsure.iter().filter_map(|index| order.lines.get(*index)).map(|line| line.id).collect();
        let mut held = false;
        for work in order.fulfillment_orders.iter().filter(|work| work.open_quantity() > 0) {
            if !work.lines.iter().any(|line| lines.contains(&line.order_line)) {
                continue;
            }
            let hold = PlaceHold {
                fulfillment_order: work.id,
                reason: HoldReason::Other,
                notes: Some(
                    "Imported as shipped in part: check how many units left before shipping the rest.".into(),
                ),
                handle: "import".to_owned(),
                lines: Vec::new(),
            };
            held |= self.execute(engine, &Command::Hold(hold)).await?.is_ok();
        }
        if !held && order.cancelled.is_none() {
            let reason = "left in part and waits for a location; what will be routed is not held";
            draft.warnings.push(problem(draft, String::new(), reason.to_owned(), Severity::Warning));
        }
        Ok(())
    }
}

fn take(
    ended: Option<Result<Ended, tokio::task::JoinError>>,
    tally: &mut Tally,
    report: &mut Report,
    progress: &mut Progress,
) -> Result<(), Failure> {
    let Some(ended) = ended else { return Ok(()) };
    let Ended { draft, end } = ended.map_err(|error| Failure::new(Exit::Error, error.to_string()))?;
    let refused = match end? {
        End::Added => {
            tally.added += 1;
            None
        }
        End::Present => {
            tally.present += 1;
            None
        }
        End::Refused(refusal) => {
            let words = refusal::words(&refusal);
            let line = words.line.map(|line| format!("line {}", line + 1)).unwrap_or_default();
            Some(problem(&draft, line, words.reason, Severity::Refused))
        }
        End::NoSuchPlace => {
            let place = draft.left_from.clone().unwrap_or_default();
            let reason = format!("left from `{place}`, which is no location of the shop");
            Some(problem(&draft, "fulfilled.location".to_owned(), reason, Severity::Refused))
        }
    };
    match refused {
        Some(problem) => {
            tally.refused += 1;
            tally.rows_refused += draft.rows;
            tell(&[problem], report, progress)?;
        }
        None => {
            tally.warned += u64::from(!draft.warnings.is_empty());
            tally.top = tally.top.max(draft.place.number);
            tell(&draft.warnings, report, progress)?;
        }
    }
    progress.orders(tally.orders());
    Ok(())
}

fn problem(draft: &Draft, column: String, reason: String, severity: Severity) -> Problem {
    let (row, order) = (draft.row, draft.name().to_owned());
    Problem { row, order, column, value: String::new(), reason, severity }
}

fn tell(problems: &[Problem], report: &mut Report, progress: &Progress) -> Result<(), Failure> {
    for problem in problems {
        if let Some(line) = report.add(problem)? {
            progress.line(&line);
        }
    }
    Ok(())
}
