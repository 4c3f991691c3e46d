//! Points in time as microseconds since 1970 in UTC. The domain reads no clock; "now" is handed in.

use serde::{Deserialize, Serialize};

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Time(pub i64);

/// One second, in the unit of [`Time`].
pub const SECOND: i64 = 1_000_000;
/// One hour, in the unit of [`Time`].
pub const HOUR: i64 = 3_600 * SECOND;

impl Time {
    /// This moment and so many microseconds more.
    pub fn plus(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// The begin of the hour that this moment lies in.
    pub fn start_of_hour(self) -> Self {
        Self(self.0 - self.0.rem_euclid(HOUR))
    }
}
