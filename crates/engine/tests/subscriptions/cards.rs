//! What must come of a subscription, worked out from its card and from the calendar, without the code under test.

use domain::billing::InvoiceStatus::{self, Abandoned, Disputed, Paid, Refunded, Voided};
use domain::id::PriceId;
use testkit::billing::{INSTALMENTS, MONTHLY, YEARLY};

/// A kind of card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Card {
    Good,
    Bad,
    /// So many attempts of every invoice are declined before one goes through.
    Declines(i64),
    /// It is good for so many invoices, and then expires.
    GoodFor(i64),
    Late,
    LateDecline,
    Lost,
    Dispute,
    DisputeWon,
    DisputeLost,
}

pub const CARDS: [Card; 14] = [
    Card::Good,
    Card::Declines(1),
    Card::GoodFor(5),
    Card::Declines(2),
    Card::Late,
    Card::Bad,
    Card::Declines(3),
    Card::Lost,
    Card::DisputeLost,
    Card::Declines(4),
    Card::GoodFor(1),
    Card::DisputeWon,
    Card::Dispute,
    Card::LateDecline,
];

/// Of what is subscribed to, its price in cents, and how many invoices a year has at the most.
pub fn plan(n: usize) -> (PriceId, i64, usize) {
    match n % 5 {
        3 => (INSTALMENTS, 3_333, 3),
        4 => (YEARLY, 9_900, 1),
        _ => (MONTHLY, 999, 12),
    }
}

/// How often a buyer who is there tries again before the first invoice is paid.
pub fn persists(card: Card) -> i64 {
    match card {
        Card::Declines(times) => times,
        _ => 0,
    }
}

/// How many attempts an invoice gets while nobody is there: one, and three retries.
const ATTEMPTS: i64 = 4;

/// How every invoice must stand in the end, if the year has room for `most`, and giving up one ends the subscription if
/// `strict`.
pub fn expected(card: Card, most: usize, strict: bool) -> Vec<InvoiceStatus> {
    let paid = |status| vec![status; most];
    let then_fails = |good: usize| {
        let failing = if strict { 1 } else { usize::MAX };
        let good_ones = std::iter::repeat_n(Paid, good.min(most));
        good_ones.chain(std::iter::repeat_n(Abandoned, failing.min(most.saturating_sub(good)))).collect()
    };
    match card {
        Card::Good | Card::Late | Card::Lost | Card::DisputeWon => paid(Paid),
        Card::Dispute => paid(Disputed),
        Card::DisputeLost => paid(Refunded),
        // Nothing was ever paid: the order is given up after a month.
        Card::Bad | Card::LateDecline => vec![Voided],
        Card::Declines(times) if times < ATTEMPTS => paid(Paid),
        Card::Declines(_) => then_fails(1),
        Card::GoodFor(good) => then_fails(good as usize),
    }
}

/// What the merchant has of it in the end, in cents.
pub fn kept(statuses: &[InvoiceStatus], price: i64) -> i64 {
    statuses.iter().filter(|status| matches!(status, Paid | Disputed)).count() as i64 * price
}
