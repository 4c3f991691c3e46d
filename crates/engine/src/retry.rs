//! When a call that was not accepted is tried again: a pure function of how often it has been tried.
//!
//! [`Schedule::STANDARD`] doubles from five seconds up to eight hours and stays there, so that a receiver that is down
//! over a weekend still gets everything, and one that hiccups waits seconds:
//!
//! | attempts made | wait before the next | since the first attempt |
//! |---|---|---|
//! | 1 | 5 s | 5 s |
//! | 2, 3, 4, 5 | 10 s, 20 s, 40 s, 80 s | 2.6 min |
//! | 6, 7, 8, 9 | 2.7 min, 5.3 min, 10.7 min, 21.3 min | 43 min |
//! | 10, 11, 12, 13 | 43 min, 1.4 h, 2.8 h, 5.7 h | 11.4 h |
//! | 14 … 21 | 8 h each | 19.4 h … 75.4 h |
//! | 22 | none: given up | |
//!
//! Each wait is stretched by up to a tenth by the caller's jitter, so that the deliveries of one outage do not come back
//! in one burst; it is never shortened, so the span is a promise. `None` means *exhausted*, not gone: the delivery keeps
//! its row and its attempts, stays visible, and can be sent again by a person.

use std::time::Duration;

/// How far jitter can stretch a wait, as a part of it.
const STRETCH: f64 = 0.1;

/// A plan of waits between attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// Every wait is twice the one before.
    Exponential {
        /// The wait after the first attempt.
        first: Duration,
        /// No wait is longer than this, jitter aside.
        cap: Duration,
        /// How many attempts are made in all, the first one included.
        attempts: u32,
    },
    /// Exactly these waits, without jitter: for a service whose published promise is a list.
    Fixed(&'static [Duration]),
}

impl Schedule {
    /// 22 attempts over at least 75 hours; the table is in the module's documentation.
    pub const STANDARD: Schedule = Schedule::Exponential {
        first: Duration::from_secs(5),
        cap: Duration::from_secs(8 * 60 * 60),
        attempts: 22,
    };

    /// How long to wait after `attempt` attempts (1 after the first), or `None` when no more are made.
    ///
    /// `jitter` is a random number in [0, 1) of the caller's; anything else counts as 0. A call that was never attempted
    /// (`attempt` 0) is due at once.
    pub fn next_attempt(&self, attempt: u32, jitter: f64) -> Option<Duration> {
        let Some(made_before) = attempt.checked_sub(1) else { return Some(Duration::ZERO) };
        match *self {
            Schedule::Exponential { first, cap, attempts } => {
                let doubled = 2u32.checked_pow(made_before).and_then(|factor| first.checked_mul(factor));
                let wait = doubled.map_or(cap, |wait| wait.min(cap));
                let jitter = if (0.0..1.0).contains(&jitter) { jitter } else { 0.0 };
                (attempt < attempts).then(|| wait.saturating_add(wait.mul_f64(STRETCH * jitter)))
            }
            Schedule::Fixed(waits) => waits.get(usize::try_from(made_before).ok()?).copied(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(schedule: Schedule, jitter: f64) -> Vec<Duration> {
        (1..).map_while(|attempt| schedule.next_attempt(attempt, jitter)).collect()
    }

    #[test]
    fn the_standard_schedule_spans_75_hours_and_never_hurries() {
        for jitter in [0.0, 0.5, 0.999] {
            let waits = waits(Schedule::STANDARD, jitter);
            assert_eq!(waits.len(), 21);
            assert!(waits.iter().sum::<Duration>() >= Duration::from_secs(75 * 3600));
            assert!(waits.is_sorted());
            assert!(waits.iter().all(|wait| *wait <= Duration::from_secs(8 * 3600).mul_f64(1.1)));
        }
        assert_eq!(Schedule::STANDARD.next_attempt(1, 0.0), Some(Duration::from_secs(5)));
        assert_eq!(Schedule::STANDARD.next_attempt(13, 0.0), Some(Duration::from_secs(20_480)));
        assert_eq!(Schedule::STANDARD.next_attempt(21, 0.0), Some(Duration::from_secs(28_800)));
    }

    #[test]
    fn jitter_only_stretches_and_nonsense_counts_as_none() {
        let wait = |jitter| Schedule::STANDARD.next_attempt(1, jitter);
        assert_eq!(wait(0.5), Some(Duration::from_millis(5250)));
        for nonsense in [-1.0, 1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(wait(nonsense), wait(0.0), "{nonsense}");
        }
    }

    #[test]
    fn the_end_is_final_and_the_beginning_is_now() {
        for attempt in [22, 23, u32::MAX] {
            assert_eq!(Schedule::STANDARD.next_attempt(attempt, 0.3), None);
        }
        assert_eq!(Schedule::STANDARD.next_attempt(0, 0.3), Some(Duration::ZERO));
        let endless = Schedule::Exponential {
            first: Duration::from_secs(1),
            cap: Duration::from_secs(60),
            attempts: u32::MAX,
        };
        assert_eq!(endless.next_attempt(1_000_000, 0.0), Some(Duration::from_secs(60)));
    }

    #[test]
    fn a_fixed_list_is_kept_to_the_second() {
        const LIST: &[Duration] = &[Duration::from_secs(1), Duration::from_secs(3), Duration::from_secs(2)];
        assert_eq!(waits(Schedule::Fixed(LIST), 0.9), LIST);
        assert_eq!(Schedule::Fixed(&[]).next_attempt(1, 0.0), None);
    }
}
