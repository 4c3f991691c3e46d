//! Charging: orders whose money was set aside when they came in, and is taken as their units leave.
//!
//! Cast: a [`Charging`] says through which gateway and from what the money comes, and what each line's [`Share`] of it
//! is. The movements themselves are the order's transactions: one authorization over all of it, and then for every
//! line, whenever some of its units leave, a capture, and whenever some are given up, a release. Each says which units
//! it [`Covers`](crate::payment::Covers); what a line's movements add up to is its [`Ledger`]. Nothing else is stored,
//! and whatever a status could be called is derived.
//!
//! Captures and releases follow the units, not the command that moved them: they are added in one place, after every
//! decision, from the difference between what left or is no longer asked for and what the ledger says. So every
//! dialect moves money by doing what it always did.
//!
//! # What can be done
//!
//! | command | does | outcome |
//! |---|---|---|
//! | `Charging(Place)` | an order comes in; its work is held until the money is set aside, and it is called off if that is declined | `Order` |
//! | `FulfillOrder` | units of its lines leave, are given up, or both, all or nothing, with one fulfillment | `Fulfillment` |
//! | `GiveUpUnits` | units of some work are given up, all or nothing, with a fulfillment that remembers it | `Fulfillment` |
//! | `AmendFulfillment` | another tracking, and values that programs keep with it | `Fulfillment` |
//! | `Charging(Refund)` | money that was taken goes back | `Refund` |
//! | `Charging(OpenReturn)`, `AmendReturn`, `AcceptReturn` | units come back; once all were accepted, so does their money | `Return` |
//! | `Charging(Authorize)` | money is set aside anew, for what is still to be taken | `Transaction` |
//! | `Billing(Advance)` | the same, when the time of an order whose shop is averse to risk is over | `Order` |
//!
//! What became of a movement comes in as `Billing(Record)`, as for every order.

use serde::{Deserialize, Serialize};

use crate::billing::Instrument;
use crate::billing::bill::Dispute;
use crate::calendar::DAY;
use crate::id::{OrderLineId, TransactionId};
use crate::money::Minor;
use crate::order::Order;
use crate::payment::{Transaction, TransactionStatus};
use crate::time::{HOUR, Time};

mod ledger;
mod share;
pub mod status;

pub use ledger::Ledger;
pub(crate) use share::shares;
pub use share::{Components, Extra, Share};

/// How long money stays set aside.
pub const AUTHORIZED_FOR: i64 = 7 * DAY;
/// How long a capture that failed is asked for again, from the first time that it was.
pub const CAPTURE_TRIED_FOR: i64 = 30 * DAY;
/// How long one waits before a capture that failed is asked for again; doubled every time.
const TRY_AGAIN: i64 = HOUR;
/// How long one waits at most.
const TRY_AGAIN_MAX: i64 = DAY;

/// How an order is charged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Charging {
    /// The name of a gateway that is set up.
    pub gateway: String,
    /// What the money comes from.
    pub instrument: Instrument,
    /// What happens once it is no longer set aside.
    pub risk: Risk,
    /// The transaction that set it aside, or is to: the latest, if it was done more than once.
    pub authorization: TransactionId,
    /// Until when it is set aside, once it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorized_until: Option<Time>,
    /// What each line costs. They sum to what was set aside at first.
    pub shares: Vec<Share>,
    /// Movements that took some of it and that the buyer disputes or disputed, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disputes: Vec<Dispute>,
}

/// What happens when units leave after the time is over for which their money was set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// The money is asked for all the same.
    #[default]
    Tolerant,
    /// Nothing leaves until it was set aside anew.
    Averse,
}

/// How a shop goes about charging.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Rules {
    /// What new orders do when their authorization has expired.
    pub risk: Risk,
}

impl Charging {
    /// The share of that line.
    pub fn share(&self, line: OrderLineId) -> Option<&Share> {
        self.shares.iter().find(|share| share.line == line)
    }

    /// What was to be set aside at first.
    pub fn total(&self) -> Minor {
        self.shares.iter().map(|share| share.whole.total()).fold(0, Minor::saturating_add)
    }

    /// Whether the time is over for which the money was set aside.
    pub fn is_expired(&self, now: Time) -> bool {
        self.authorized_until.is_some_and(|until| until <= now)
    }
}

/// When a capture is asked for again that was first asked for at `first` and failed so many times; `None` if it has been
/// tried for long enough.
pub fn retry_at(first: Time, failed: i64, now: Time) -> Option<Time> {
    let doubled = failed.clamp(1, 20) as u32 - 1;
    let at = now.plus(TRY_AGAIN.saturating_mul(1 << doubled).min(TRY_AGAIN_MAX));
    (at <= first.plus(CAPTURE_TRIED_FOR)).then_some(at)
}

impl Order {
    /// The transaction by which the order's money was set aside, or is to be.
    pub fn authorization(&self) -> Option<&Transaction> {
        self.transaction(self.charging.as_ref()?.authorization)
    }

    /// Whether the order is charged and its money isn't set aside: nothing of it may leave.
    pub fn awaits_authorization(&self) -> bool {
        let done = |own: &Transaction| own.status == TransactionStatus::Success;
        self.charging.is_some() && !self.authorization().is_some_and(done)
    }

    /// Whether the order is charged and the buyer disputes some of that: nothing more of it may leave.
    pub fn is_disputed(&self) -> bool {
        self.charging.as_deref().is_some_and(|own| own.disputes.iter().any(|one| one.closed.is_none()))
    }

    /// Every dispute of the order's money, however that was taken.
    pub fn disputes(&self) -> impl Iterator<Item = &Dispute> {
        let bills = self.invoices.iter().filter_map(|invoice| invoice.bill.as_deref());
        let charged = self.charging.iter().flat_map(|charging| &charging.disputes);
        bills.flat_map(|bill| &bill.disputes).chain(charged)
    }
}

impl Order {
    /// When its money is to be set aside anew: as soon as that expires, if nothing may leave then and something is to.
    pub(crate) fn authorizes_at(&self) -> Option<Time> {
        let charging = self.charging.as_deref().filter(|own| own.risk == Risk::Averse)?;
        let waits = |share: &Share| Ledger::of(self, share).open() > 0 && share.whole.total() > 0;
        let waits = self.cancelled.is_none() && charging.shares.iter().any(waits);
        charging.authorized_until.filter(|_| waits && !self.awaits_authorization())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capture_is_tried_ever_more_seldom_and_for_a_month() {
        let (mut now, mut tries, mut pauses) = (Time(0), 1, Vec::new());
        while let Some(again) = retry_at(Time(0), tries, now) {
            pauses.push((again.0 - now.0) / HOUR);
            (now, tries) = (again, tries + 1);
        }
        assert_eq!(pauses[..7], [1, 2, 4, 8, 16, 24, 24]);
        assert!(now > Time(29 * DAY - 1) && now <= Time(30 * DAY), "the last is {now:?}");
    }
}
