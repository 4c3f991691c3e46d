//! What is wanted of work and of parcels.

use domain::address::Address;
use domain::command::billing::{FulfillLines, StockCheck};
use domain::command::charging::{AmendFulfillment, FulfillOrder, GiveUpUnits, LineDone};
use domain::command::{Command, MoveWork, Reach, RecordDelivery, Reroute, SomeWork, Track};
use domain::fulfillment::{DeliveryStatus, Tracking};
use domain::id::{DeliveryEventId, FulfillmentOrderId, HoldId, InvoiceLineId};
use domain::rejection::Rejection;
use domain::time::HOUR;
use testkit::world;

use super::{NOWHERE, Situation};
use crate::reference::{Known, Work};
use crate::rules::work::{Act, alike};

impl Situation<'_> {
    /// The command that does something with a work that may be done with it.
    pub(super) fn acting(
        &mut self,
        act: Act,
        order: &Known,
        id: FulfillmentOrderId,
        work: &Work,
    ) -> Option<Command> {
        let some =
            |chance: &mut Self| if chance.chance.one_in(2) { vec![] } else { chance.lines(Some(work)) };
        Some(match act {
            Act::Ask => world::requesting(id, &some(self)),
            Act::Fulfill => {
                let lines = if self.chance.one_in(2) { None } else { Some(self.lines(Some(work))) };
                world::fulfilling(&[(id, lines.as_deref())], Reach::OneOrder)
            }
            Act::Cancel => Command::CancelWork(id),
            Act::AskToStop => Command::RequestCancellation(id, None),
            Act::Accept => Command::AcceptRequest(id, Some("yes".into())),
            Act::Reject => Command::RejectRequest(id, Rejection::saying("no")),
            Act::Stop => Command::AcceptCancellation(id, None),
            Act::GoOn => Command::RejectCancellation(id, None),
            Act::GiveUp => Command::GiveUp(id, None),
            Act::Open => Command::Open(id),
            Act::Reschedule => {
                Command::Reschedule(id, self.now.plus(self.chance.within(100..900) * 24 * HOUR))
            }
            Act::Report => Command::ReportProgress(id, None),
            Act::Release => Command::Release(id, vec![]),
            Act::Hold => {
                let lines = some(self);
                world::holding(id, &self.chance.below(12).to_string(), &lines)
            }
            Act::Move => {
                let lines = some(self);
                Command::Move(MoveWork { fulfillment_order: id, to: self.place(), lines })
            }
            Act::Reroute => {
                let (include, exclude) = (Vec::new(), vec![self.place()]);
                Command::Reroute(Reroute { works: vec![id], include, exclude })
            }
            Act::Split => Command::Split(vec![SomeWork { id, lines: self.lines(Some(work)) }]),
            Act::Merge => {
                let peers = order.works.iter().filter(|(other, peer)| **other != id && alike(work, peer));
                let peers: Vec<FulfillmentOrderId> = peers.map(|(other, _)| *other).collect();
                let lines = Vec::new();
                let works = [id, self.chance.pick(&peers)?];
                Command::Merge(vec![works.map(|id| SomeWork { id, lines: lines.clone() }).to_vec()])
            }
        })
    }

    pub(super) fn on_work(&mut self, kind: &str) -> Option<Command> {
        let (id, work) = self.any_work();
        let work = work.as_ref();
        Some(match kind {
            "fulfill" => self.leaving(id, work),
            "fulfill lines" => self.leaving_lines()?,
            "fulfill order" => self.leaving_order()?,
            "give up units" => {
                let (lines, custom_fields) = (self.lines(work), vec![]);
                Command::GiveUpUnits(GiveUpUnits { work: id, lines, custom_fields })
            }
            "amend fulfillment" => Command::AmendFulfillment(AmendFulfillment {
                fulfillment: self.parcel(),
                trackings: self.chance.one_in(2).then(|| self.trackings()),
                custom_fields: vec![],
                notify_buyer: false,
            }),
            "track" => Command::Track(Track {
                fulfillment: self.parcel(),
                trackings: self.trackings(),
                notify_buyer: self.chance.one_in(2),
            }),
            "learn tracking" => Command::LearnTracking(self.parcel(), self.trackings()),
            "cancel fulfillment" => Command::CancelFulfillment(self.parcel()),
            "delete fulfillment" => Command::DeleteFulfillment(self.parcel()),
            "record delivery" => self.delivery(),
            "forget delivery" => {
                let parcel = self.parcel();
                let known = self.shop.parcels.get(&parcel);
                let happened: Vec<_> = known.map(|known| known.happened.clone()).unwrap_or_default();
                let event = self.chance.pick(&happened).map_or(DeliveryEventId(NOWHERE), |(id, _)| id);
                Command::ForgetDelivery(parcel, event)
            }
            "hold" => {
                let handle =
                    if self.chance.one_in(30) { "x".repeat(65) } else { self.chance.below(4).to_string() };
                let lines = if self.chance.one_in(2) { vec![] } else { self.lines(work) };
                world::holding(id, &handle, &lines)
            }
            "release" => {
                let held = self.works(|work| work.stage == "on_hold");
                let (id, holds) = match self.chance.pick(&held) {
                    Some((id, work)) => (id, work.holds),
                    None => (id, Vec::new()),
                };
                let one = self.chance.pick(&holds).map_or(HoldId(NOWHERE), |(_, _, hold)| hold);
                Command::Release(id, if self.chance.one_in(2) { vec![one] } else { vec![] })
            }
            "request fulfillment" => {
                let lines = if self.chance.one_in(2) { vec![] } else { self.lines(work) };
                world::requesting(id, &lines)
            }
            "accept request" => Command::AcceptRequest(id, None),
            "reject request" => {
                let lines = self.lines(work).into_iter().map(|(line, _)| (line, None)).collect();
                Command::RejectRequest(id, Rejection { lines, ..Rejection::default() })
            }
            "open" => Command::Open(id),
            "split" => {
                let mut splits = vec![SomeWork { id, lines: self.lines(work) }];
                if self.chance.one_in(4) {
                    let (id, work) = self.any_work();
                    splits.push(SomeWork { id, lines: self.lines(work.as_ref()) });
                }
                Command::Split(splits)
            }
            "merge" => {
                let mut merge = vec![SomeWork { id, lines: vec![] }];
                while self.chance.one_in(2) {
                    let (id, work) = self.any_work();
                    merge.push(SomeWork { id, lines: self.lines(work.as_ref()) });
                }
                Command::Merge(vec![merge])
            }
            "move" => {
                let lines = if self.chance.one_in(2) { vec![] } else { self.lines(work) };
                Command::Move(MoveWork { fulfillment_order: id, to: self.place(), lines })
            }
            "reroute" => {
                let mut works = vec![id];
                while self.chance.one_in(3) {
                    works.push(self.any_work().0);
                }
                let include = if self.chance.one_in(3) { vec![self.place()] } else { vec![] };
                Command::Reroute(Reroute { works, include, exclude: vec![self.place()] })
            }
            "cancel work" => Command::CancelWork(id),
            "request cancellation" => Command::RequestCancellation(id, None),
            "accept cancellation" => Command::AcceptCancellation(id, None),
            "reject cancellation" => Command::RejectCancellation(id, None),
            "give up" => Command::GiveUp(id, None),
            "report progress" => Command::ReportProgress(id, Some("soon".into())),
            "prepare for pickup" => {
                let mut works = self.works(|work| work.delivery == "pickup" && work.is_open());
                works.truncate(2);
                let mut works: Vec<_> = works.iter().map(|(id, _)| *id).collect();
                if self.chance.one_in(4) {
                    works.push(id);
                }
                Command::PrepareForPickup(works)
            }
            "reschedule" => {
                let scheduled = self.works(|work| work.stage == "scheduled");
                let id = self.chance.pick(&scheduled).map_or(id, |(id, _)| id);
                let days = if self.chance.one_in(4) { -1 } else { self.chance.within(100..900) };
                Command::Reschedule(id, self.now.plus(days * 24 * HOUR))
            }
            "set deadline" => {
                let works = (0..self.chance.below(3)).map(|_| self.any_work().0).collect();
                Command::SetDeadline(works, self.now.plus(HOUR))
            }
            _ => return None,
        })
    }

    fn leaving(&mut self, id: FulfillmentOrderId, work: Option<&Work>) -> Command {
        let all = |situation: &mut Self| situation.chance.one_in(2);
        let mut asked = vec![(id, if all(self) { None } else { Some(self.lines(work)) })];
        while self.chance.one_in(3) {
            // Others that could go into the same parcel, and now and then one that couldn't.
            let at = work.map(|work| work.at);
            let near = self.works(|work| work.is_open() && Some(work.at) == at);
            let other = if self.chance.one_in(5) { self.open_work() } else { self.chance.pick(&near) };
            let Some((id, work)) = other else { break };
            asked.push((id, if all(self) { None } else { Some(self.lines(Some(&work))) }));
        }
        let asked: Vec<_> = asked.iter().map(|(id, lines)| (*id, lines.as_deref())).collect();
        world::fulfilling(&asked, if self.chance.one_in(4) { Reach::OneOrder } else { Reach::ManyOrders })
    }

    /// Units named by what sold them, of one order or of several.
    fn leaving_lines(&mut self) -> Option<Command> {
        let mut lines = Vec::new();
        let mut contact = None;
        for _ in 0..self.chance.within(1..4) {
            let (_, known) = self.known_order()?;
            contact = known.contact;
            let worked = known.works.values().filter(|work| work.is_open()).flat_map(|work| &work.units);
            let mut sales: Vec<(InvoiceLineId, i64)> =
                worked.map(|units| (units.sale, units.rest())).collect();
            sales.extend(known.waits.iter().map(|(sale, (_, units))| (*sale, *units)));
            let (sale, units) = self.chance.pick(&sales)?;
            let quantity = if self.chance.one_in(10) { self.chance.within(-1..9) } else { units.min(2) };
            lines.push((sale, quantity));
        }
        Some(Command::FulfillLines(FulfillLines {
            number: 0,
            contact: contact.filter(|_| self.chance.one_in(4)),
            location: self.place(),
            lines,
            trackings: self.trackings(),
            stock: if self.chance.one_in(2) { StockCheck::Ignore } else { StockCheck::Refuse },
            notify_buyer: false,
        }))
    }

    /// Units of an order leave, are given up, or both.
    fn leaving_order(&mut self) -> Option<Command> {
        let (order, known) = self.known_order()?;
        let all: Vec<_> = known.lines.iter().map(|(id, line)| (*id, line.asked - known.left(*id))).collect();
        let mut lines = Vec::new();
        for _ in 0..self.chance.within(1..3) {
            let (line, rest) = self.chance.pick(&all)?;
            let leave = self.chance.within(0..rest.clamp(1, 3) + 1);
            let give_up = if self.chance.one_in(2) { 0 } else { self.chance.within(-1..3) };
            lines.push(LineDone { line, leave, give_up });
        }
        Some(Command::FulfillOrder(Box::new(FulfillOrder {
            order,
            location: self.chance.one_in(2).then(|| self.place()),
            lines,
            trackings: self.trackings(),
            custom_fields: vec![],
            stock: if self.chance.one_in(2) { StockCheck::Ignore } else { StockCheck::Refuse },
            notify_buyer: false,
        })))
    }

    fn trackings(&mut self) -> Vec<Tracking> {
        let number = self.chance.one_in(2).then(|| self.word());
        if self.chance.one_in(4) { vec![] } else { vec![Tracking { number, ..Tracking::default() }] }
    }

    fn delivery(&mut self) -> Command {
        let status = match self.chance.below(4) {
            0 => DeliveryStatus::Delivered,
            1 => DeliveryStatus::OutForDelivery,
            _ => DeliveryStatus::InTransit,
        };
        Command::RecordDelivery(RecordDelivery {
            fulfillment: self.parcel(),
            status,
            happened_at: None,
            message: None,
            place: Address::default(),
            position: None,
            estimated_at: None,
        })
    }
}
