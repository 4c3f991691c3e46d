//! How fast a program may ask: 250 requests a second with a live key, 25 with one of the test mode.
//!
//! Nobody is slowed down unless the shop says so (`consign shop set throttle=100`; the number itself is another API's).
//! Counts are in memory, one for each node: with several nodes a program may ask that many times as fast.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::id::{AppId, ShopId};
use domain::snapshot::Shop;
use domain::time::{SECOND, Time};

use crate::call::Mode;

/// How many counts there are before old ones are thrown away.
const MANY: usize = 10_000;

/// Whose requests are counted together.
type Whose = (ShopId, AppId, Mode);

/// What every program asked for within the present second.
#[derive(Default)]
pub(crate) struct Throttle(Mutex<HashMap<Whose, (i64, u32)>>);

impl Throttle {
    /// Counts a request.
    ///
    /// # Errors
    /// How many seconds the program has to wait, if it was one too many.
    pub(crate) fn take(&self, shop: &Shop, app: AppId, mode: Mode, now: Time) -> Result<(), u32> {
        if shop.throttle.is_none() {
            return Ok(());
        }
        let second = now.0.div_euclid(SECOND);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MANY {
            counts.retain(|_, (counted_in, _)| *counted_in == second);
        }
        let (counted_in, count) = counts.entry((shop.id, app, mode)).or_insert((second, 0));
        if *counted_in != second {
            (*counted_in, *count) = (second, 0);
        }
        let most = match mode {
            Mode::Test => 25,
            Mode::Live => 250,
        };
        if *count >= most {
            return Err(1);
        }
        *count += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::world;

    fn asked(throttle: &Throttle, shop: &Shop, mode: Mode, at: i64) -> usize {
        let many = 0..1_000;
        many.filter(|_| throttle.take(shop, AppId(1), mode, Time(at)).is_ok()).count()
    }

    #[test]
    fn a_second_has_room_for_so_many_and_the_next_one_again() {
        let (throttle, shop) = (Throttle::default(), Shop { throttle: Some(100), ..world::shop() });
        assert_eq!(asked(&throttle, &shop, Mode::Test, SECOND), 25);
        assert_eq!(asked(&throttle, &shop, Mode::Live, SECOND), 250, "counted apart");
        assert_eq!(asked(&throttle, &shop, Mode::Test, 2 * SECOND - 1), 0);
        assert_eq!(asked(&throttle, &shop, Mode::Test, 2 * SECOND), 25);
        let other = Shop { id: ShopId(9), ..shop.clone() };
        assert_eq!(asked(&throttle, &other, Mode::Test, 2 * SECOND), 25);
        assert_eq!(throttle.take(&shop, AppId(1), Mode::Test, Time(2 * SECOND)), Err(1));
        assert_eq!(throttle.take(&shop, AppId(2), Mode::Test, Time(2 * SECOND)), Ok(()));
    }

    #[test]
    fn where_the_shop_says_nothing_nobody_waits() {
        assert_eq!(asked(&Throttle::default(), &world::shop(), Mode::Test, 0), 1_000);
    }
}
