//! The time. The domain reads no clock; it is handed the time from here. Tests and sandboxes hand out their own.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::time::Time;

/// Where the time comes from.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine.
    #[default]
    System,
    /// A hand that somebody moves.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `now` until it is moved.
    pub fn fixed(now: Time) -> Self {
        Clock::Fixed(Arc::new(AtomicI64::new(now.0)))
    }

    /// The time.
    pub fn now(&self) -> Time {
        match self {
            Clock::System => Time(jiff::Timestamp::now().as_microsecond()),
            Clock::Fixed(hand) => Time(hand.load(Ordering::SeqCst)),
        }
    }

    /// Moves a fixed clock on by so many microseconds; the machine's goes by itself.
    pub fn advance(&self, micros: i64) {
        if let Clock::Fixed(hand) = self {
            hand.fetch_add(micros, Ordering::SeqCst);
        }
    }
}
