//! Ids and running numbers, drawn from the database in blocks and handed out from memory.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use domain::id::ShopId;
use store::Store;

use crate::Error;

/// How many ids a process draws at once. Below 2^53 there are nine billion such blocks.
const BLOCK: i64 = 1_000_000;
/// When so few are left, the next block is drawn.
const LOW: i64 = 200_000;
/// The first id of an installation; large enough not to be taken for a number that counts something.
const FIRST: i64 = 1_000_000_001;

/// How many ids beyond those that were given are taken for such that will be.
const SOON: i64 = 1_000_000_000;

/// Ids that nobody else is given.
pub struct IdPool {
    store: Store,
    blocks: Mutex<(Range<i64>, Range<i64>)>,
    drawing: tokio::sync::Mutex<()>,
}

impl IdPool {
    pub(crate) async fn start(store: Store) -> Result<Self, Error> {
        let first = store.id_block(FIRST, BLOCK).await?;
        Ok(Self {
            store,
            blocks: Mutex::new((first..first + BLOCK, 0..0)),
            drawing: tokio::sync::Mutex::new(()),
        })
    }

    /// A fresh id. `None` only if nobody called [`IdPool::refill`] for a million ids.
    pub fn draw(&self) -> Option<i64> {
        let mut blocks = self.blocks.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let (current, next) = &mut *blocks;
        if current.is_empty() {
            std::mem::swap(current, next);
        }
        current.next()
    }

    /// Draws the next block if few ids are left. Cheap if not; called before every decision.
    ///
    /// # Errors
    /// As [`Store::id_block`].
    pub async fn refill(&self) -> Result<(), Error> {
        let low = || {
            let blocks = self.blocks.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            blocks.1.is_empty() && blocks.0.end - blocks.0.start < LOW
        };
        if !low() {
            return Ok(());
        }
        let _one_at_a_time = self.drawing.lock().await;
        if low() {
            let first = self.store.id_block(FIRST, BLOCK).await?;
            self.blocks.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).1 = first..first + BLOCK;
        }
        Ok(())
    }

    /// A fresh id, drawing a block if need be.
    ///
    /// # Errors
    /// As [`Store::id_block`].
    pub async fn fresh<T: From<i64>>(&self) -> Result<T, Error> {
        self.refill().await?;
        self.draw().map(T::from).ok_or_else(|| Error::Bug("ids ran out".to_owned()))
    }

    /// Whether that number was given as an id, or is among the billion that come next: whoever names something by a
    /// number of its own must not take one of these.
    ///
    /// # Errors
    /// As [`Store::id_block`].
    pub async fn may_be_given(&self, number: i64) -> Result<bool, Error> {
        let next: i64 = self.fresh().await?;
        Ok((FIRST..next + SOON).contains(&number))
    }
}

/// What a shop numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Counter {
    Orders,
    Fulfillments,
}

impl Counter {
    fn name(self) -> &'static str {
        match self {
            Counter::Orders => "order",
            Counter::Fulfillments => "fulfillment",
        }
    }

    /// The first running number.
    fn first(self) -> i64 {
        match self {
            Counter::Orders => 1001,
            Counter::Fulfillments => 1,
        }
    }
}

/// How many running numbers are drawn at once, at the most: everybody waits while a block is drawn.
const NUMBERS_AT_ONCE: i64 = 512;
/// A block that lasts less than this was too small, one that lasts longer too large.
const BLOCK_LASTS: Duration = Duration::from_millis(200);

/// Running numbers of the shops' orders and fulfillments. Drawn in blocks that grow and shrink with the demand, so that the counter's row
/// is not written for every order of a rush, and a crash costs a quiet shop no numbers; what is left of a block is given
/// back when the server stops.
pub struct Numbers {
    store: Store,
    blocks: tokio::sync::Mutex<HashMap<(ShopId, Counter), Block>>,
}

struct Block {
    left: Range<i64>,
    size: i64,
    drawn: Instant,
}

impl Numbers {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, blocks: tokio::sync::Mutex::new(HashMap::new()) }
    }

    /// The next number of an order of that shop.
    ///
    /// # Errors
    /// As [`Store::number_block`].
    pub async fn next_order(&self, shop: ShopId) -> Result<i64, Error> {
        self.next(shop, Counter::Orders).await
    }

    /// The next number of a fulfillment of that shop.
    ///
    /// # Errors
    /// As [`Store::number_block`].
    pub async fn next_fulfillment(&self, shop: ShopId) -> Result<i64, Error> {
        self.next(shop, Counter::Fulfillments).await
    }

    async fn next(&self, shop: ShopId, counter: Counter) -> Result<i64, Error> {
        let mut blocks = self.blocks.lock().await;
        let now = Instant::now();
        let block = blocks.entry((shop, counter)).or_insert(Block { left: 0..0, size: 1, drawn: now });
        if let Some(number) = block.left.next() {
            return Ok(number);
        }
        let in_a_rush = now.duration_since(block.drawn) < BLOCK_LASTS;
        let size = if in_a_rush { block.size * 2 } else { block.size / 2 }.clamp(1, NUMBERS_AT_ONCE);
        let first = self.store.number_block(shop, counter.name(), counter.first(), size).await?;
        *block = Block { left: first + 1..first + size, size, drawn: now };
        Ok(first)
    }

    /// Lets numbers of orders go on after one that came from elsewhere.
    ///
    /// # Errors
    /// As [`Store::number_seen`].
    pub async fn seen(&self, shop: ShopId, number: i64) -> Result<(), Error> {
        let mut blocks = self.blocks.lock().await;
        let of = (shop, Counter::Orders);
        let ahead = blocks.get(&of).is_some_and(|block| block.left.end > number && block.left.start > number);
        if !ahead {
            blocks.remove(&of);
            self.store.number_seen(shop, Counter::Orders.name(), number).await?;
        }
        Ok(())
    }

    /// Gives back what was drawn and not used. Numbers that can't be given back leave a gap, no more.
    pub(crate) async fn give_back(&self) {
        for ((shop, counter), Block { left, .. }) in self.blocks.lock().await.drain() {
            if !left.is_empty()
                && let Err(error) =
                    self.store.return_numbers(shop, counter.name(), left.start, left.end).await
            {
                tracing::warn!(%error, "running numbers could not be given back");
            }
        }
    }
}
