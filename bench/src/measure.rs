//! Closed loops: as many callers as there are connections, each asking again as soon as it was answered.

use std::time::Instant;

use futures::future::join_all;

use crate::Outcome;
use crate::options::Span;

/// How many callers there are.
pub const CALLERS: usize = 32;

/// What came of a measurement.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    pub per_s: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
}

/// Latencies of one caller, in microseconds, of what began and ended while it was measured.
pub struct Samples {
    from: Instant,
    until: Instant,
    last: Instant,
    micros: Vec<u32>,
}

impl Samples {
    pub fn starting(span: Span) -> Samples {
        let from = Instant::now() + span.warm;
        Samples { from, until: from + span.time, last: from, micros: Vec::new() }
    }

    /// Whether it goes on.
    pub fn is_open(&self) -> bool {
        Instant::now() < self.until
    }

    /// `times` things that were done together since `began`.
    pub fn add(&mut self, began: Instant, times: usize) {
        let now = Instant::now();
        if began >= self.from && now <= self.until {
            let micros = u32::try_from((now - began).as_micros()).unwrap_or(u32::MAX);
            self.micros.extend(std::iter::repeat_n(micros, times));
            self.last = now;
        }
    }
}

/// Puts together what several callers measured.
pub fn together(all: Vec<Samples>) -> Outcome<Measured> {
    let from = all.iter().map(|samples| samples.from).min().ok_or("nobody measured anything")?;
    // The work may have run out before the time did.
    let until = all.iter().map(|samples| samples.last).max().unwrap_or(from);
    let mut micros: Vec<u32> = all.into_iter().flat_map(|samples| samples.micros).collect();
    micros.sort_unstable();
    let at = |part: f64| {
        let index = ((micros.len() as f64) * part) as usize;
        micros
            .get(index.min(micros.len().saturating_sub(1)))
            .copied()
            .map_or(0.0, |us| f64::from(us) / 1000.0)
    };
    if micros.is_empty() {
        return Err("nothing was done while it was measured".into());
    }
    Ok(Measured {
        per_s: micros.len() as f64 / (until - from).as_secs_f64(),
        p50_ms: at(0.5),
        p99_ms: at(0.99),
    })
}

/// Runs a caller for each of `states` on the tasks of this runtime. `call` does one thing and gives the state back,
/// or nothing when the work has run out.
pub async fn callers<S, F, Done>(span: Span, states: Vec<S>, call: F) -> Outcome<Measured>
where
    S: Send + 'static,
    F: Fn(S) -> Done + Clone + Send + 'static,
    Done: Future<Output = Outcome<Option<S>>> + Send,
{
    let tasks = states.into_iter().map(|mut state| {
        let call = call.clone();
        let mut samples = Samples::starting(span);
        tokio::spawn(async move {
            while samples.is_open() {
                let began = Instant::now();
                match call(state).await? {
                    Some(next) => state = next,
                    None => break,
                }
                samples.add(began, 1);
            }
            Outcome::Ok(samples)
        })
    });
    let mut all = Vec::new();
    for joined in join_all(tasks).await {
        all.push(joined??);
    }
    together(all)
}

/// As [`callers`], with a thread for each.
pub fn threads<S: Send>(
    span: Span,
    states: Vec<S>,
    call: impl Fn(&mut S) -> Outcome<bool> + Sync,
) -> Outcome<Measured> {
    let one = |mut state: S| {
        let mut samples = Samples::starting(span);
        while samples.is_open() {
            let began = Instant::now();
            if !call(&mut state)? {
                break;
            }
            samples.add(began, 1);
        }
        Outcome::Ok(samples)
    };
    let all = std::thread::scope(|scope| {
        let started: Vec<_> = states.into_iter().map(|state| scope.spawn(|| one(state))).collect();
        let joined = started.into_iter().map(|thread| thread.join().map_err(|_| "a caller panicked"));
        joined.collect::<Vec<_>>()
    });
    let mut samples = Vec::new();
    for outcome in all {
        samples.push(outcome??);
    }
    together(samples)
}
