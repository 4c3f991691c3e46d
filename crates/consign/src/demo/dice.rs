//! Dice that fall the same way everywhere: the demo shop is the same on every machine and with every version of a
//! library. (SplitMix64, by Sebastiano Vigna, public domain.)

/// Dice with a seed.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `least` to `most`, both included.
    pub(super) fn between(&mut self, least: i64, most: i64) -> i64 {
        let span = most.abs_diff(least) + 1;
        least.saturating_add_unsigned(self.next() % span)
    }

    /// Whether one of `many` came up.
    pub(super) fn one_in(&mut self, many: i64) -> bool {
        self.between(1, many) == 1
    }

    /// One of the things; `None` if there are none.
    pub(super) fn pick<'a, T>(&mut self, things: &'a [T]) -> Option<&'a T> {
        let last = i64::try_from(things.len()).ok()? - 1;
        if last < 0 {
            return None;
        }
        things.get(usize::try_from(self.between(0, last)).ok()?)
    }
}
