//! What is wanted of orders whose money is still to come.

use domain::access::{AccessGrant, Origin, Target, TargetKind};
use domain::billing::{Claim, Instrument, Service};
use domain::charging::Extra;
use domain::command::Command;
use domain::command::billing::*;
use domain::command::charging::*;
use domain::custom_field::CustomField;
use domain::id::{
    AccessGrantId, InvoiceId, OrderId, OrderLineId, PriceId, RefundId, ReturnId, TransactionId,
};
use domain::order::Placed;
use domain::price::Recurrence;
use domain::time::{HOUR, Time};
use testkit::billing::{self, GATEWAY, INSTALMENTS, LESSONS, MONTHLY, ONCE, YEARLY};
use testkit::world::{self, SHIRT};

use super::{NOWHERE, Situation};
use crate::history::Bill;

/// A shirt once, and a shirt every month: somebody must send them.
pub const SHIRT_ONCE: PriceId = PriceId(210);
pub const SHIRT_MONTHLY: PriceId = PriceId(211);

/// Whether something can be done with it that can be done with few.
fn fits(bill: &Bill, kind: &str, now: Time) -> bool {
    match kind.strip_prefix("billing: ") {
        Some("pause" | "change plan" | "cancel") => bill.service == Some(Service::Active),
        Some("resume") => matches!(bill.service, Some(Service::Paused { .. })),
        Some("reactivate") => matches!(bill.service, Some(Service::Cancelled | Service::Churned)),
        Some("advance") => bill.due.is_some_and(|due| due <= now),
        Some("update invoice") => bill.external && !bill.invoices.is_empty(),
        Some("record dispute") => !bill.moved.is_empty() && bill.service == Some(Service::Active),
        _ => false,
    }
}

impl Situation<'_> {
    /// An order that invoices ask for: its id, an invoice and a movement of it.
    fn bill(&mut self, kind: &str) -> (OrderId, InvoiceId, TransactionId) {
        // What can be done with few of them is mostly wanted of those.
        let fit: Vec<Bill> = self.money.iter().filter(|bill| fits(bill, kind, self.now)).cloned().collect();
        let among = if fit.is_empty() || self.chance.one_in(4) { self.money } else { &fit };
        let bill = self.young_bill(among).filter(|_| !self.chance.one_in(12));
        let Some(bill) = bill else {
            return (self.order(), InvoiceId(NOWHERE), TransactionId(NOWHERE));
        };
        let invoice = self.chance.pick(&bill.invoices).unwrap_or(InvoiceId(NOWHERE));
        // Movements that nobody knows the end of are asked after first.
        let moved = if self.chance.one_in(3) { &bill.moved } else { &bill.awaited };
        let moved = self.chance.pick(moved).or_else(|| self.chance.pick(&bill.moved));
        (bill.order, invoice, moved.unwrap_or(TransactionId(NOWHERE)))
    }

    /// Mostly one of those that changed last.
    fn young_bill(&mut self, bills: &[Bill]) -> Option<Bill> {
        let young = &bills[bills.len().saturating_sub(3)..];
        if self.chance.one_in(5) { self.chance.pick(bills) } else { self.chance.pick(young) }
    }

    pub(super) fn on_money(&mut self, kind: &str) -> Option<Command> {
        let (order, invoice, transaction) = self.bill(kind);
        let later = |situation: &mut Self, days| {
            let days = situation.chance.within(-1..days);
            situation.now.plus(days * 24 * HOUR + HOUR)
        };
        Some(Command::Billing(match kind.strip_prefix("billing: ")? {
            "place" => BillingCommand::Place(Box::new(self.sold())),
            "update" => BillingCommand::Update(Box::new(UpdateBilled {
                order,
                contact: None,
                note: Some(Some(self.word())),
                shipping_address: None,
                billing_address: None,
                claims: self.claims(),
                dates: self
                    .chance
                    .one_in(2)
                    .then(|| NewDates { trial_ends_at: None, renews_at: Some(later(self, 40)) }),
            })),
            "issue" => BillingCommand::Issue(Box::new(self.issuing(order))),
            "update invoice" => BillingCommand::UpdateInvoice(Box::new(UpdateInvoice {
                order,
                invoice,
                claim: self.chance.pick(&[Claim::Unpaid, Claim::Refunded, Claim::Voided, Claim::Disputed]),
                external_id: None,
                number: None,
                shipping: Some(self.chance.within(-1..20)),
                issued_at: None,
                due_at: None,
                paid_at: None,
                lines: vec![],
            })),
            "pay" => {
                let instrument = self.chance.one_in(2).then(card);
                let amount = self.chance.one_in(4).then(|| self.chance.clone().within(0..2_000));
                BillingCommand::Pay(PayInvoice { order, invoice, instrument, amount })
            }
            "abandon" => BillingCommand::Abandon(order, invoice),
            "void" => BillingCommand::Void(order, invoice),
            "reissue" => {
                let due = self.chance.one_in(2).then(|| later(self, 9));
                BillingCommand::Reissue(order, invoice, due)
            }
            "refund" => {
                let amount = self.chance.one_in(2).then(|| self.chance.clone().within(0..900));
                BillingCommand::Refund(RefundPayment { order, transaction, amount, reason: None })
            }
            "record" => {
                use PaymentOutcome::{Declined, Pending, Succeeded, Unknown};
                let outcome =
                    self.chance.pick(&[Succeeded, Succeeded, Succeeded, Declined, Pending, Unknown])?;
                let (external_id, message) = (None, None);
                BillingCommand::Record(RecordPayment { order, transaction, outcome, external_id, message })
            }
            "record dispute" => {
                let news = self.chance.pick(&[DisputeNews::Opened, DisputeNews::Won, DisputeNews::Lost])?;
                BillingCommand::RecordDispute(RecordDispute { order, transaction, news })
            }
            "cancel" => BillingCommand::Cancel(CancelService {
                order,
                when: self.when(),
                proration: if self.chance.one_in(2) { Proration::Exact } else { Proration::None },
                void: if self.chance.one_in(4) { vec![invoice] } else { vec![] },
                reason: None,
                by: None,
                description: None,
            }),
            "pause" => {
                let until = self.chance.one_in(2).then(|| later(self, 9));
                BillingCommand::Pause(order, until)
            }
            "resume" => BillingCommand::Resume(order),
            "reactivate" => BillingCommand::Reactivate(order),
            "change plan" => {
                let known = self.shop.orders.get(&order);
                let lines: Vec<OrderLineId> =
                    known.iter().flat_map(|known| known.lines.keys()).copied().collect();
                let (variant, price) = self.chance.pick(&[
                    (LESSONS, MONTHLY),
                    (LESSONS, YEARLY),
                    (SHIRT, SHIRT_MONTHLY),
                    (SHIRT, MONTHLY),
                ])?;
                let line = self.chance.pick(&lines).unwrap_or(OrderLineId(NOWHERE));
                let proration = if self.chance.one_in(2) { Proration::Exact } else { Proration::None };
                let when = self.when();
                BillingCommand::ChangePlan(ChangePlan { order, line, variant, price, when, proration })
            }
            "advance" => BillingCommand::Advance(order),
            "save price" => {
                let id = PriceId(300 + self.chance.below(4) as i64);
                let amount = self.chance.within(-100..900);
                let mut price = billing::price(id, amount, Recurrence::OneTime);
                price.variant = if self.chance.one_in(4) { self.article() } else { LESSONS };
                BillingCommand::SavePrice(Box::new(price))
            }
            "save access" => BillingCommand::SaveAccess(Box::new(AccessGrant {
                id: AccessGrantId(400 + self.chance.below(6) as i64),
                contact: self.contact_id(),
                target: Target { kind: TargetKind::Course, id: 7 },
                origin: Origin::ByHand,
                suspended: None,
                created_at: self.now,
                updated_at: self.now,
                revoked_at: None,
            })),
            "revoke access" => BillingCommand::RevokeAccess(AccessGrantId(400 + self.chance.below(8) as i64)),
            _ => return None,
        }))
    }

    pub(super) fn on_charges(&mut self, kind: &str) -> Option<Command> {
        let kind = kind.strip_prefix("charging: ")?;
        let wanted = kind != "accept return" || self.chance.one_in(4);
        let fit = |bill: &&Bill| bill.charged && (wanted || !bill.returns.is_empty());
        let charged: Vec<_> = self.money.iter().filter(fit).cloned().collect();
        let bill = self.young_bill(&charged).filter(|_| !self.chance.one_in(12));
        let order = bill.as_ref().map_or_else(|| self.order(), |bill| bill.order);
        let refunds = bill.as_ref().map(|bill| bill.refunds.clone()).unwrap_or_default();
        let returns = bill.as_ref().map(|bill| bill.returns.clone()).unwrap_or_default();
        let refund = self.chance.pick(&refunds).unwrap_or(RefundId(NOWHERE));
        let of = self.chance.pick(&returns).unwrap_or(ReturnId(NOWHERE));
        let known = self.shop.orders.get(&order);
        let lines = known.iter().flat_map(|known| known.lines.keys().map(|id| (*id, known.left(*id))));
        let lines: Vec<(OrderLineId, i64)> = lines.collect();
        let (line, left) = self.chance.pick(&lines).unwrap_or((OrderLineId(NOWHERE), 1));
        Some(Command::Charging(match kind {
            "place" => ChargingCommand::Place(Box::new(self.charged())),
            "authorize" => ChargingCommand::Authorize(order, self.chance.one_in(2).then(card)),
            "refund" => {
                let amount = self.chance.within(0..700);
                let lines = self.chance.one_in(2);
                let what = if lines { Back::Lines(vec![(line, amount)]) } else { Back::Amount(amount) };
                ChargingCommand::Refund(GiveBack { order, what, reason: None, custom_fields: vec![] })
            }
            "amend refund" => ChargingCommand::AmendRefund(order, refund, vec![self.field()]),
            "open return" => {
                let units = self.chance.within(0..left.max(1) + 1);
                let (lines, reason, custom_fields) = (vec![(line, units)], None, vec![]);
                let works: Vec<_> = known.iter().flat_map(|known| known.works.keys().copied()).collect();
                let work = self.chance.pick(&works).filter(|_| self.chance.one_in(4));
                ChargingCommand::OpenReturn(OpenReturn { order, work, lines, reason, custom_fields })
            }
            "amend return" => ChargingCommand::AmendReturn(order, of, vec![self.field()]),
            "accept return" => {
                let lines = self.chance.one_in(3).then(|| vec![(line, 1)]);
                ChargingCommand::AcceptReturn(AcceptReturn {
                    order,
                    id: of,
                    lines,
                    custom_fields: Vec::new(),
                })
            }
            _ => return None,
        }))
    }

    fn field(&mut self) -> CustomField {
        CustomField::said("kept".into(), "word".into(), "text".into(), self.word())
    }

    fn charged(&mut self) -> PlaceCharged {
        let mut lines = Vec::new();
        for _ in 0..self.chance.within(1..3) {
            let quantity = if self.chance.one_in(20) { 0 } else { self.chance.within(1..5) };
            lines.push(world::line(self.article(), quantity));
        }
        let (placed, gateway) = (world::placed(), GATEWAY.to_owned());
        let extras = vec![Extra { fees: 15, duty: 5 }; lines.len()];
        PlaceCharged {
            name: None,
            number: 0,
            placed,
            buyer: None,
            lines,
            extras,
            gateway,
            instrument: card(),
        }
    }

    fn when(&mut self) -> When {
        if self.chance.one_in(2) { When::Now } else { When::NextRenewal }
    }

    fn sold(&mut self) -> PlaceBilled {
        let offers = [
            (LESSONS, ONCE),
            (LESSONS, MONTHLY),
            (LESSONS, INSTALMENTS),
            (LESSONS, YEARLY),
            (SHIRT, SHIRT_ONCE),
            (SHIRT, SHIRT_MONTHLY),
            (SHIRT, MONTHLY),
        ];
        let mut lines = Vec::new();
        for _ in 0..self.chance.within(1..3) {
            let (variant, price) = self.chance.pick(&offers).unwrap_or(offers[0]);
            // One in a while is no price of what it is said to be.
            let price = if price == MONTHLY && variant == SHIRT && !self.chance.one_in(3) {
                SHIRT_ONCE
            } else {
                price
            };
            let quantity = if self.chance.one_in(25) { 0 } else { self.chance.within(1..4) };
            lines.push(NewPlanLine { variant, price, quantity });
        }
        let contact = self.chance.one_in(2).then(|| self.contact_id());
        let books = match self.chance.below(3) {
            0 => NewBooks::External(Box::default()),
            _ => NewBooks::Gateway {
                name: GATEWAY.into(),
                instrument: if self.chance.one_in(3) { None } else { Some(card()) },
            },
        };
        let placed = Placed { contact, ..world::placed() };
        PlaceBilled { name: None, number: 0, placed, lines, kind: None, books, return_url: None }
    }

    fn claims(&mut self) -> Claims {
        let service = self.chance.pick(&[Service::Active, Service::Cancelled, Service::Completed]);
        let service = service.filter(|_| self.chance.one_in(2));
        Claims { service, ..Claims::default() }
    }

    fn issuing(&mut self, order: OrderId) -> IssueInvoice {
        let quantity = self.chance.within(0..4);
        let amount = self.chance.within(-1..5_000);
        let line = NewBillLine { variant: SHIRT, price: SHIRT_ONCE, quantity, amount, description: None };
        let number = self.word();
        IssueInvoice {
            order,
            claim: if self.chance.one_in(2) { Claim::Paid } else { Claim::Unpaid },
            kind: None,
            external_id: None,
            number: Some(number),
            shipping: 0,
            issued_at: None,
            due_at: None,
            paid_at: Some(Time(5)),
            lines: vec![line],
        }
    }
}

fn card() -> Instrument {
    Instrument { token: "tok".into(), kind: None }
}
