//! Links for buyers. Who has one needs no login: it names the shop, the order and a moment after which it opens nothing
//! any more, signed with a key that is derived from the installation's own. Nothing is stored, and nothing in a link
//! can be changed without it being found out.
//!
//! The moment is rounded up, so that a link that is asked for again is the same for a while and programs that compare
//! what they read see no change: a link to the status page is good for a year at least and changes four times a year,
//! one to the checkout or to a download is good for a week at least and changes daily.
//!
//! A token is base64url without padding of: version (1 byte), door (1 byte), shop, order (or grant of access) and moment
//! (8 bytes each, big endian), HMAC-SHA-256 of what stands before (32 bytes).

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::calendar::DAY;
use domain::fulfillment::Fulfillment;
use domain::id::{OrderId, ShopId};
use domain::order::Order;
use domain::snapshot::Shop;
use domain::time::Time;

use crate::downloads::Opened;
use crate::seal::Sealer;
use crate::{Engine, Error};

/// The layout of what is signed.
const VERSION: u8 = 1;
/// Bytes of what is signed, and of the signature.
const SIGNED: usize = 26;

/// What a link opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// The page on which a buyer follows an order.
    Status,
    /// The way to the page on which a buyer pays.
    Checkout,
    /// A file that a buyer may have; see [`crate::downloads`].
    Download,
}

impl Door {
    fn byte(self) -> u8 {
        match self {
            Door::Status => b's',
            Door::Checkout => b'c',
            Door::Download => b'd',
        }
    }

    /// The path of its links, before the token.
    pub fn path(self) -> &'static str {
        match self {
            Door::Status => "/o/",
            Door::Checkout => "/checkout/",
            Door::Download => "/download/",
        }
    }

    /// Until when a link is good that is asked for now.
    fn until(self, now: Time) -> Time {
        let (rounded_to, good_for) = match self {
            Door::Status => (90 * DAY, 365 * DAY),
            Door::Checkout | Door::Download => (DAY, 7 * DAY),
        };
        Time(now.0 - now.0.rem_euclid(rounded_to)).plus(rounded_to).plus(good_for)
    }
}

/// Why a link opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shut {
    /// Nobody here made it, or what it was made for is gone.
    Unknown,
    /// Its time is over.
    Expired,
}

/// What a link leads to.
#[derive(Debug, Clone)]
pub struct Followed {
    /// The shop.
    pub shop: Arc<Shop>,
    /// The order.
    pub order: Arc<Order>,
    /// Everything that holds something of it, called off or not.
    pub fulfillments: Vec<Arc<Fulfillment>>,
    /// What it opened to its buyer.
    pub opened: Vec<Opened>,
}

/// A token that opens `door` for an order, or whatever else has that id, until a moment.
fn token(sealer: &Sealer, door: Door, shop: ShopId, id: i64, until: Time) -> String {
    let mut bytes = vec![VERSION, door.byte()];
    for number in [shop.0, id, until.0] {
        bytes.extend(number.to_be_bytes());
    }
    let signature = sealer.sign(&bytes);
    bytes.extend(signature);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The shop that a token names, and the id of what it opens.
pub(crate) fn read(sealer: &Sealer, door: Door, token: &str, now: Time) -> Result<(ShopId, i64), Shut> {
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| Shut::Unknown)?;
    let (signed, signature) = bytes.split_at_checked(SIGNED).ok_or(Shut::Unknown)?;
    if !sealer.is_signed(signed, signature) {
        return Err(Shut::Unknown);
    }
    let (head, numbers) = signed.split_at_checked(2).ok_or(Shut::Unknown)?;
    if head != [VERSION, door.byte()] {
        return Err(Shut::Unknown);
    }
    let mut numbers = numbers.chunks_exact(8).filter_map(|part| part.try_into().ok()).map(i64::from_be_bytes);
    let (Some(shop), Some(id), Some(until)) = (numbers.next(), numbers.next(), numbers.next()) else {
        return Err(Shut::Unknown);
    };
    if now.0 >= until { Err(Shut::Expired) } else { Ok((ShopId(shop), id)) }
}

/// Makes links, for those who render an answer and can't wait for anything.
#[derive(Clone)]
pub struct Links {
    sealer: Sealer,
    url: Option<String>,
    now: Time,
}

impl Links {
    /// The whole address of a link for the buyer of an order.
    pub fn to(&self, door: Door, shop: &Shop, order: OrderId) -> String {
        self.to_thing(door, shop, order.0)
    }

    /// The same for whatever else a door opens, by its id.
    pub(crate) fn to_thing(&self, door: Door, shop: &Shop, id: i64) -> String {
        let token = token(&self.sealer, door, shop.id, id, door.until(self.now));
        let path = door.path();
        match &self.url {
            Some(url) => format!("{url}{path}{token}"),
            None => format!("https://{}{path}{token}", shop.domain),
        }
    }
}

impl Engine {
    /// The address by which buyers reach this server, without a slash at the end. The first word counts; until then
    /// links begin with the shop's own domain.
    pub fn reached_at(&self, url: &str) {
        if self.0.url.set(url.trim_end_matches('/').to_owned()).is_err() {
            tracing::warn!("the address of this server was said before");
        }
    }

    /// What makes links, as of now.
    pub fn links(&self) -> Links {
        Links { sealer: self.sealer().clone(), url: self.0.url.get().cloned(), now: self.now() }
    }

    /// The whole address of a link for the buyer of an order.
    pub fn link(&self, door: Door, shop: &Shop, order: OrderId) -> String {
        self.links().to(door, shop, order)
    }

    /// What the token of a link leads to.
    ///
    /// # Errors
    /// [`Error`] if the database is away; a link that opens nothing is a [`Shut`].
    pub async fn follow(&self, door: Door, token: &str) -> Result<Result<Followed, Shut>, Error> {
        let (shop, order) = match read(self.sealer(), door, token, self.now()) {
            Ok((shop, order)) => (shop, OrderId(order)),
            Err(shut) => return Ok(Err(shut)),
        };
        let Some(shop) = self.store().shop(shop).await? else { return Ok(Err(Shut::Unknown)) };
        let found = self.store().order_with_fulfillments(shop.id, order).await?;
        let Some((order, fulfillments)) = found else { return Ok(Err(Shut::Unknown)) };
        let opened = match door {
            Door::Status => self.opened(&shop, &order).await?,
            Door::Checkout | Door::Download => Vec::new(),
        };
        Ok(Ok(Followed { shop: Arc::new(shop), order, fulfillments, opened }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHOP: ShopId = ShopId(1);
    const ORDER: i64 = 7_000;

    fn sealer() -> Sealer {
        Sealer::new(&[7; 32]).unwrap()
    }

    #[test]
    fn a_token_opens_its_own_door_until_its_time() {
        let token = token(&sealer(), Door::Status, SHOP, ORDER, Time(100));
        assert_eq!(read(&sealer(), Door::Status, &token, Time(99)), Ok((SHOP, ORDER)));
        assert_eq!(read(&sealer(), Door::Status, &token, Time(100)), Err(Shut::Expired));
        assert_eq!(read(&sealer(), Door::Checkout, &token, Time(99)), Err(Shut::Unknown));
        let stranger = Sealer::new(&[8; 32]).unwrap();
        assert_eq!(read(&stranger, Door::Status, &token, Time(99)), Err(Shut::Unknown));
    }

    #[test]
    fn no_bit_of_a_token_can_be_changed() {
        let token = token(&sealer(), Door::Status, SHOP, ORDER, Time(100));
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        for place in 0..bytes.len() * 8 {
            let mut other = bytes.clone();
            other[place / 8] ^= 1 << (place % 8);
            let other = URL_SAFE_NO_PAD.encode(other);
            assert_eq!(read(&sealer(), Door::Status, &other, Time(0)), Err(Shut::Unknown), "bit {place}");
        }
        for cut in ["", "x", "****", &token[..token.len() - 2]] {
            assert_eq!(read(&sealer(), Door::Status, cut, Time(0)), Err(Shut::Unknown), "{cut}");
        }
    }

    #[test]
    fn a_link_stays_the_same_for_a_while_and_is_good_for_long_enough() {
        let year = 365 * DAY;
        for now in [0, 1, 89 * DAY, 90 * DAY - 1] {
            let until = Door::Status.until(Time(now));
            assert_eq!(until, Time(90 * DAY + year));
            assert!(until.0 - now > year);
        }
        assert_eq!(Door::Status.until(Time(90 * DAY)), Time(180 * DAY + year));
        assert_eq!(Door::Checkout.until(Time(DAY - 1)), Time(8 * DAY));
    }
}
