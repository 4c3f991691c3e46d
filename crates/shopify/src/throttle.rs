//! How fast a program may ask. Every program has a bucket of points in every shop; a document takes its requested cost
//! out before it runs, gets back what it did not use, and the bucket fills by itself.
//!
//! Nobody is slowed down unless the shop says so (`consign shop set throttle=100`): then a program that is too fast is
//! refused as the original does it, so that developers see whether theirs waits. Buckets are in memory, one for each
//! node: with several nodes a program may ask that many times as fast.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, PoisonError};

use domain::id::{AppId, ShopId};
use domain::snapshot::Shop;
use domain::time::Time;
use graphql::GraphqlError;

/// The rate that clients are told of where nobody is slowed down, in points a second.
const TOLD: u32 = 100;
/// How many seconds it takes to fill an empty bucket.
const FILLS_IN: u32 = 20;
/// Buckets are counted in millionths of points: a rate of one point a second is one of them a microsecond.
const POINT: i64 = 1_000_000;
/// How many buckets there are before full ones are thrown away.
const MANY: usize = 10_000;

/// Where a program stands, in points and points a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    /// What the bucket holds when it is full.
    pub(crate) maximum: u32,
    /// What it holds now.
    pub(crate) available: u32,
    /// How fast it fills.
    pub(crate) rate: u32,
}

struct Bucket {
    rate: u32,
    /// In millionths of points.
    holds: i64,
    at: Time,
}

impl Bucket {
    fn full(rate: u32, at: Time) -> Self {
        Self { rate, holds: Self::room(rate), at }
    }

    fn room(rate: u32) -> i64 {
        i64::from(rate) * i64::from(FILLS_IN) * POINT
    }

    /// Fills for as long as has passed. A clock that was set back fills nothing.
    fn fill(&mut self, now: Time) {
        let passed = (now.0 - self.at.0).clamp(0, i64::from(FILLS_IN) * POINT);
        self.holds = (self.holds + passed * i64::from(self.rate)).min(Self::room(self.rate));
        self.at = now;
    }

    fn standing(&self) -> Standing {
        let points = |holds: i64| u32::try_from(holds / POINT).unwrap_or(0);
        Standing { maximum: points(Self::room(self.rate)), available: points(self.holds), rate: self.rate }
    }
}

/// Every bucket of this node.
#[derive(Default)]
pub(crate) struct Throttle(Mutex<HashMap<(ShopId, AppId), Bucket>>);

impl Throttle {
    /// Takes points out, or nothing if there are too few.
    ///
    /// # Errors
    /// Where the program stands, if it has to wait.
    pub(crate) fn take(&self, shop: &Shop, app: AppId, now: Time, points: u32) -> Result<(), Standing> {
        self.with(shop, app, now, |bucket| {
            let wanted = i64::from(points) * POINT;
            if bucket.holds < wanted {
                return Err(bucket.standing());
            }
            bucket.holds -= wanted;
            Ok(())
        })
        .unwrap_or(Ok(()))
    }

    /// Gives points back that were taken and not used, and tells where the program stands then.
    pub(crate) fn settle(&self, shop: &Shop, app: AppId, now: Time, unused: u32) -> Standing {
        self.with(shop, app, now, |bucket| {
            bucket.holds = (bucket.holds + i64::from(unused) * POINT).min(Bucket::room(bucket.rate));
            bucket.standing()
        })
        .unwrap_or_else(|| Bucket::full(TOLD, now).standing())
    }

    /// Does something with a program's bucket as it is now; `None` where nobody is slowed down.
    fn with<T>(&self, shop: &Shop, app: AppId, now: Time, act: impl FnOnce(&mut Bucket) -> T) -> Option<T> {
        let rate = shop.throttle?;
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MANY {
            buckets.retain(|_, bucket| {
                bucket.fill(now);
                bucket.holds < Bucket::room(bucket.rate)
            });
        }
        let bucket = match buckets.entry((shop.id, app)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(Bucket::full(rate, now)),
        };
        if bucket.rate != rate {
            *bucket = Bucket::full(rate, now);
        }
        bucket.fill(now);
        Some(act(bucket))
    }
}

/// What a program is told that has to wait.
pub(crate) fn throttled() -> GraphqlError {
    GraphqlError::new("Throttled")
        .code("THROTTLED")
        .extension("documentation", "https://shopify.dev/api/usage/rate-limits")
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::world;

    const APP: AppId = AppId(1);

    fn shop(throttle: Option<u32>) -> Shop {
        Shop { throttle, ..world::shop() }
    }

    fn after(milliseconds: i64) -> Time {
        Time(1_752_164_147_000_000 + milliseconds * 1_000)
    }

    #[test]
    fn a_bucket_runs_dry_and_fills_again() {
        let (throttle, shop) = (Throttle::default(), shop(Some(100)));
        let standing = |available| Standing { maximum: 2_000, available, rate: 100 };
        assert_eq!(throttle.take(&shop, APP, after(0), 1_000), Ok(()));
        assert_eq!(throttle.settle(&shop, APP, after(0), 0), standing(1_000));
        assert_eq!(throttle.take(&shop, APP, after(0), 1_000), Ok(()));
        assert_eq!(throttle.take(&shop, APP, after(0), 1), Err(standing(0)), "dry");
        assert_eq!(throttle.take(&shop, APP, after(9), 1), Err(standing(0)), "not yet a point");
        assert_eq!(throttle.take(&shop, APP, after(10), 1), Ok(()));
        assert_eq!(throttle.take(&shop, APP, after(10_010), 1_001), Err(standing(1_000)));
        assert_eq!(throttle.settle(&shop, APP, after(90_000), 5), standing(2_000), "no fuller than full");
    }

    #[test]
    fn what_was_not_used_comes_back() {
        let (throttle, shop) = (Throttle::default(), shop(Some(200)));
        assert_eq!(throttle.take(&shop, APP, after(0), 900), Ok(()));
        let left = Standing { maximum: 4_000, available: 3_990, rate: 200 };
        assert_eq!(throttle.settle(&shop, APP, after(0), 890), left);
    }

    #[test]
    fn programs_and_shops_have_buckets_of_their_own() {
        let (throttle, one) = (Throttle::default(), shop(Some(100)));
        let other = Shop { id: ShopId(one.id.0 + 1), ..one.clone() };
        assert_eq!(throttle.take(&one, APP, after(0), 2_000), Ok(()));
        assert!(throttle.take(&one, APP, after(0), 1).is_err());
        assert_eq!(throttle.take(&one, AppId(2), after(0), 2_000), Ok(()));
        assert_eq!(throttle.take(&other, APP, after(0), 2_000), Ok(()));
    }

    #[test]
    fn a_clock_that_goes_back_fills_nothing_and_takes_nothing() {
        let (throttle, shop) = (Throttle::default(), shop(Some(100)));
        assert_eq!(throttle.take(&shop, APP, after(0), 1_500), Ok(()));
        assert_eq!(throttle.settle(&shop, APP, after(-60_000), 0).available, 500);
        assert_eq!(throttle.settle(&shop, APP, after(-59_000), 0).available, 600);
    }

    #[test]
    fn another_rate_counts_at_once() {
        let throttle = Throttle::default();
        assert_eq!(throttle.take(&shop(Some(100)), APP, after(0), 2_000), Ok(()));
        assert_eq!(throttle.settle(&shop(Some(1_000)), APP, after(0), 0).available, 20_000);
        assert_eq!(throttle.take(&shop(Some(100)), APP, after(0), 2_000), Ok(()), "begun anew");
    }

    #[test]
    fn without_a_rate_nobody_waits() {
        let (throttle, shop) = (Throttle::default(), shop(None));
        for _ in 0..100 {
            assert_eq!(throttle.take(&shop, APP, after(0), 1_000), Ok(()));
        }
        let full = Standing { maximum: 2_000, available: 2_000, rate: 100 };
        assert_eq!(throttle.settle(&shop, APP, after(0), 0), full);
    }
}
