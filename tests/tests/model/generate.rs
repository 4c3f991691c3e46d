//! Somebody wants something: commands by chance. Most could be meant, some make no sense: they name what was never
//! there or went, too many units, or come from somebody who may not.

use domain::command::Command;
use domain::id::{FulfillmentId, FulfillmentOrderId, FulfillmentOrderLineId, LocationId, OrderId, VariantId};
use domain::time::Time;
use domain::workflow::Run;
use testkit::billing::LESSONS;
use testkit::chance::Chance;
use testkit::world::{HERE, MUG, PRINT, SERVED, SHIRT, STICKER, THERE};

use crate::kinds::KINDS;
use crate::reference::{Known, Reference, Work};
use crate::rules::work::{Act, may};
use crate::who::Who;

mod around;
mod money;
pub use money::{SHIRT_MONTHLY, SHIRT_ONCE};
mod orders;
mod work;

/// Something that was never there.
pub const NOWHERE: i64 = 7;
/// The location of the other service.
pub const OTHER_SERVED: LocationId = LocationId(13);
/// Further locations of the merchant's, which come and go.
pub const MORE: [LocationId; 3] = [LocationId(20), LocationId(21), LocationId(22)];
pub const ARTICLES: [VariantId; 7] = [SHIRT, SHIRT, MUG, MUG, STICKER, PRINT, LESSONS];
const PLACES: [LocationId; 4] = [HERE, THERE, SERVED, OTHER_SERVED];

/// What commands are made from: the shop as the reference has it, and what it doesn't keep.
pub struct Situation<'a> {
    pub shop: &'a Reference,
    pub money: &'a [crate::history::Bill],
    pub runs: &'a [Run],
    pub now: Time,
    /// What this history is mostly about.
    pub theme: &'static [&'static str],
    /// The order that was changed last.
    pub last: Option<OrderId>,
    pub step: usize,
    pub chance: &'a mut Chance,
}

/// Kinds that much is to be done of: work can be in many states.
const OFTEN: &[&str] = &["place", "place", "place", "fulfill", "cancel fulfillment", "adjust stock"];

/// What histories are mostly about, each in turn: what needs several steps is only reached by whoever goes on.
pub const THEMES: [&[&str]; 8] = [
    &[
        "fulfill",
        "request fulfillment",
        "accept request",
        "request cancellation",
        "give up units",
        "place",
        "move",
        "hold",
    ],
    &["begin draft", "change draft", "change draft", "change draft", "commit draft", "edit order", "fulfill"],
    &[
        "billing: place",
        "billing: record",
        "billing: record",
        "billing: record",
        "billing: pay",
        "billing: advance",
        "billing: refund",
        "billing: record dispute",
        "billing: change plan",
        "billing: cancel",
        "billing: reactivate",
        "billing: pause",
        "billing: pause",
        "billing: resume",
        "billing: resume",
    ],
    &[
        "billing: place",
        "billing: issue",
        "billing: update invoice",
        "billing: update",
        "billing: record",
        "billing: pay",
        "billing: abandon",
        "billing: void",
        "billing: reissue",
        "billing: advance",
        "fulfill lines",
    ],
    &[
        "charging: place",
        "billing: record",
        "billing: record",
        "billing: record",
        "fulfill order",
        "fulfill order",
        "charging: open return",
        "charging: accept return",
        "charging: accept return",
        "charging: amend return",
        "charging: refund",
        "charging: amend refund",
        "charging: authorize",
    ],
    &[
        "save location",
        "edit location",
        "deactivate location",
        "activate location",
        "delete location",
        "save service",
        "edit service",
        "delete service",
        "set stock",
        "adjust stock",
        "set stocking",
        "reserve",
        "reserve",
        "end reservation",
        "expire reservation",
        "place",
        "save product",
        "edit variant",
    ],
    &[
        "save contact",
        "redact contact",
        "delete contact",
        "save records",
        "remove records",
        "save listener",
        "remove listener",
        "save workflow",
        "billing: save access",
        "billing: revoke access",
        "advance run",
        "advance run",
        "advance run",
        "advance run",
        "resume run",
        "resume run",
        "place",
        "fulfill",
        "fulfill",
    ],
    &[
        "place",
        "fulfill",
        "cancel fulfillment",
        "record delivery",
        "forget delivery",
        "track",
        "prepare for pickup",
        "prepare for pickup",
        "close order",
        "reopen order",
    ],
];

impl Situation<'_> {
    /// Who wants what; nothing if there is nothing to want it of.
    pub fn anything(&mut self) -> Option<(Who, Command)> {
        let command = match self.chance.below(20) {
            0..=7 => return self.sensible(),
            8..=10 => {
                let kind = self.chance.pick(OFTEN)?;
                self.command(kind)
            }
            11..=17 => {
                let kind = self.chance.pick(self.theme)?;
                self.command(kind)
            }
            _ => {
                let kind = self.chance.pick(KINDS)?;
                self.command(kind)
            }
        }?;
        let who = self.somebody();
        Some((who, command))
    }

    fn somebody(&mut self) -> Who {
        match self.chance.below(16) {
            0..=5 => Who::System,
            6..=11 => Who::Merchant,
            12 | 13 => Who::Server,
            14 => Who::Other,
            _ => self.chance.pick(&[Who::Worker, Who::Onlooker]).unwrap_or(Who::Worker),
        }
    }

    /// Something that may be done with some work now, by somebody who may.
    fn sensible(&mut self) -> Option<(Who, Command)> {
        let (id, work) = self.open_work()?;
        let order = self.shop.order_of(id)?;
        let known = &self.shop.orders[&order];
        let mut possible = Vec::new();
        for who in [Who::System, Who::Merchant, Who::Server, Who::Other, Who::Worker] {
            for (act, weight) in ACTS.into_iter().filter(|(act, _)| may(who, *act, known, id)) {
                possible.extend(std::iter::repeat_n((who, act), weight));
            }
        }
        let (who, act) = self.chance.pick(&possible)?;
        let command = self.acting(act, known, id, &work)?;
        Some((who, command))
    }

    /// A command of that kind.
    pub fn command(&mut self, kind: &str) -> Option<Command> {
        self.on_work(kind)
            .or_else(|| self.on_orders(kind))
            .or_else(|| self.on_money(kind))
            .or_else(|| self.on_charges(kind))
            .or_else(|| self.on_shelves(kind))
            .or_else(|| self.around(kind))
    }

    /// Mostly what is young, so that much happens to it.
    fn young<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        let young = &all[all.len().saturating_sub(12)..];
        if self.chance.one_in(8) { self.chance.pick(all) } else { self.chance.pick(young) }
    }

    fn order(&mut self) -> OrderId {
        let all: Vec<OrderId> = self.shop.orders.keys().copied().collect();
        match self.young(&all) {
            Some(id) if !self.chance.one_in(20) => id,
            _ => OrderId(NOWHERE),
        }
    }

    fn known_order(&mut self) -> Option<(OrderId, Known)> {
        let id = self.order();
        self.shop.orders.get(&id).map(|known| (id, known.clone()))
    }

    fn works(&self, is: impl Fn(&Work) -> bool) -> Vec<(FulfillmentOrderId, Work)> {
        let young = self.shop.orders.iter().rev().take(14).flat_map(|(_, known)| &known.works);
        young.filter(|(_, work)| is(work)).map(|(id, work)| (*id, work.clone())).collect()
    }

    fn open_work(&mut self) -> Option<(FulfillmentOrderId, Work)> {
        // Somebody goes on with what was begun.
        let last = self.last.and_then(|id| self.shop.orders.get(&id)).filter(|_| !self.chance.one_in(3));
        let begun = last.iter().flat_map(|known| &known.works).filter(|(_, work)| work.is_open());
        let begun: Vec<_> = begun.map(|(id, work)| (*id, work.clone())).collect();
        if let Some(found) = self.chance.pick(&begun) {
            return Some(found);
        }
        let open = self.works(Work::is_open);
        self.chance.pick(&open)
    }

    /// Any work, be it closed, or none at all.
    fn any_work(&mut self) -> (FulfillmentOrderId, Option<Work>) {
        let works = if self.chance.one_in(5) { self.works(|_| true) } else { self.works(Work::is_open) };
        match self.chance.pick(&works) {
            Some((id, work)) if !self.chance.one_in(20) => (id, Some(work)),
            _ => (FulfillmentOrderId(NOWHERE), None),
        }
    }

    fn parcel(&mut self) -> FulfillmentId {
        let all: Vec<FulfillmentId> = self.shop.parcels.keys().copied().collect();
        match self.young(&all) {
            Some(id) if !self.chance.one_in(20) => id,
            _ => FulfillmentId(NOWHERE),
        }
    }

    /// Some lines of a work with quantities that may be wrong.
    fn lines(&mut self, work: Option<&Work>) -> Vec<(FulfillmentOrderLineId, i64)> {
        let mut lines = Vec::new();
        for units in work.iter().flat_map(|work| &work.units) {
            if !self.chance.one_in(3) && units.rest() > 0 {
                lines.push((units.line, self.chance.within(1..units.rest() + 1)));
            }
            if self.chance.one_in(20) {
                lines.push((units.line, self.chance.within(-1..5)));
            }
        }
        if self.chance.one_in(40) {
            lines.push((FulfillmentOrderLineId(NOWHERE), 1));
        }
        lines
    }

    /// Any of the places that are or were, or none.
    fn place(&mut self) -> LocationId {
        match self.chance.below(20) {
            0 => LocationId(NOWHERE),
            1..=3 => self.chance.pick(&MORE).unwrap_or(HERE),
            _ => self.chance.pick(&PLACES).unwrap_or(HERE),
        }
    }

    fn article(&mut self) -> VariantId {
        match self.chance.below(60) {
            0 => VariantId(NOWHERE),
            // The work of services goes through most states.
            1..=20 => MUG,
            _ => self.chance.pick(&ARTICLES).unwrap_or(SHIRT),
        }
    }

    /// Some text that is nobody else's.
    fn word(&mut self) -> String {
        format!("{}-{}", self.step, self.chance.below(1_000))
    }
}

/// What can be done with work, and how often it is: conversations are long, and end when the work does.
const ACTS: [(Act, usize); 18] = [
    (Act::Ask, 8),
    (Act::Fulfill, 3),
    (Act::Cancel, 1),
    (Act::AskToStop, 8),
    (Act::Accept, 6),
    (Act::Reject, 2),
    (Act::Stop, 3),
    (Act::GoOn, 3),
    (Act::GiveUp, 1),
    (Act::Open, 3),
    (Act::Reschedule, 1),
    (Act::Report, 1),
    (Act::Release, 2),
    (Act::Hold, 1),
    (Act::Move, 1),
    (Act::Reroute, 1),
    (Act::Split, 1),
    (Act::Merge, 2),
];
