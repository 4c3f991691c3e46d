//! What is wanted of orders.

use domain::amend::{AmendOrder, OrderChange};
use domain::command::{
    CancelOrder, Command, Doubles, DraftStep, EditOrder, Fulfilled, LineChange, PayBack, Place, Remark,
    Restock,
};
use domain::contact::{ContactKey, SaveContact, Whom};
use domain::id::{ContactId, DraftId, OrderId, OrderLineId};
use domain::order::{CancelReason, Discount, ShippingLine, StockMode, TaxLine};
use domain::payment::{Transaction, TransactionKind, TransactionStatus};
use domain::time::HOUR;
use testkit::world::{self, HERE};

use super::{NOWHERE, Situation};
use crate::reference::Drafted;

impl Situation<'_> {
    pub(super) fn on_orders(&mut self, kind: &str) -> Option<Command> {
        Some(match kind {
            "place" => self.placing(),
            "route" => {
                let wait = self.shop.orders.iter().filter(|(_, known)| !known.waits.is_empty());
                let wait: Vec<OrderId> = wait.map(|(id, _)| *id).collect();
                let id = self.chance.pick(&wait).filter(|_| !self.chance.one_in(4));
                Command::Route(id.unwrap_or_else(|| self.order()))
            }
            "cancel order" => self.calling_off(),
            "edit order" => self.editing()?,
            "begin draft" => Command::BeginDraft(self.order()),
            "change draft" => self.drafting()?,
            "commit draft" => Command::CommitDraft(self.draft(), Remark::default()),
            "mark paid" => Command::MarkPaid(self.order()),
            "amend order" => {
                let change = match self.chance.below(4) {
                    0 => OrderChange::Note(Some("x".repeat(5_001))),
                    _ => OrderChange::Note(Some(self.word())),
                };
                Command::AmendOrder(AmendOrder { order: self.order(), changes: vec![change] })
            }
            "close order" => Command::CloseOrder(self.order()),
            "reopen order" => Command::ReopenOrder(self.order()),
            // Most orders are to grow old.
            "delete order" if self.chance.one_in(2) => Command::DeleteOrder(OrderId(NOWHERE)),
            "delete order" => Command::DeleteOrder(self.order()),
            _ => return None,
        })
    }

    fn placing(&mut self) -> Command {
        let mut place = world::order(&[]);
        let placed = &mut place.placed;
        placed.stock = match self.chance.below(10) {
            0 => StockMode::Oversell,
            1 => StockMode::Refuse,
            _ => StockMode::Wait,
        };
        if self.chance.one_in(5) {
            placed.fulfill_at = Some(self.now.plus(self.chance.within(100..900) * 24 * HOUR));
        }
        if self.chance.one_in(8) {
            placed.source_key = Some(format!("elsewhere-{}", self.chance.below(20)));
        }
        for _ in 0..self.chance.within(1..4) {
            let quantity =
                if self.chance.one_in(25) { self.chance.within(-1..1) } else { self.chance.within(1..5) };
            let mut line = world::line(self.article(), quantity);
            line.article.tax_lines = vec![tax(70 * quantity)];
            line.article.discount = 20 * quantity.max(0);
            place.lines.push(line);
        }
        self.priced(&mut place);
        let buyers: Vec<String> = self.shop.contacts.values().flatten().cloned().collect();
        if self.chance.one_in(4) {
            let known = self.chance.pick(&buyers).filter(|_| !self.chance.one_in(3));
            let email = known.unwrap_or_else(|| format!("{}@buyer.example", self.word()));
            place.buyer =
                Some(SaveContact { whom: Whom::KnownOrNew(ContactKey::Email(email)), changes: vec![] });
        }
        if self.chance.one_in(20) {
            let fulfilled = Fulfilled { location: Some(HERE), at: self.now, trackings: vec![], status: None };
            place.fulfilled = Some(fulfilled);
            place.lines.iter_mut().for_each(|line| line.fulfilled = line.quantity.min(2));
        }
        if self.chance.one_in(4) && !self.shop.reservations.is_empty() {
            let (name, test) = self.reservation();
            // Now and then somebody takes a test for earnest.
            place.placed.test = test && !self.chance.one_in(4);
            place.reservation = Some(name);
        }
        if self.chance.one_in(40) {
            place.cancelled = Some((self.now, CancelReason::Other));
        }
        world::placing(place)
    }

    /// What it costs beside its lines, and what was paid of it before it came in.
    fn priced(&mut self, place: &mut Place) {
        let placed = &mut place.placed;
        placed.taxes_included = false;
        if self.chance.one_in(2) {
            let tax_lines = vec![tax(35)];
            let (title, code, source) = ("Post".to_owned(), None, None);
            placed.shipping_lines = vec![ShippingLine { title, code, source, price: 500, tax_lines }];
        }
        if self.chance.one_in(6) {
            placed.discounts = vec![Discount { code: "TEN".into(), amount: 100 }];
        }
        if self.chance.one_in(4) {
            let (kind, status) = match self.chance.below(2) {
                0 => (TransactionKind::Authorization, TransactionStatus::Success),
                _ => (TransactionKind::Sale, TransactionStatus::Success),
            };
            let id = self.step as i64 * 10 + 1;
            placed.transactions = vec![Transaction::new(id.into(), kind, status, 900, self.now)];
        }
    }

    fn calling_off(&mut self) -> Command {
        let pay_back = match self.chance.below(4) {
            0 => PayBack::AsPaid,
            1 => PayBack::StoreCredit(self.chance.one_in(2).then(|| self.now.plus(-HOUR))),
            _ => PayBack::Nothing,
        };
        Command::CancelOrder(CancelOrder {
            order: self.order(),
            reason: CancelReason::Customer,
            note: self.chance.one_in(20).then(|| "x".repeat(256)),
            restock: if self.chance.one_in(2) { Restock::Yes } else { Restock::No },
            pay_back,
            notify_buyer: false,
        })
    }

    /// A line of an order, and how many of it could be asked for.
    fn line(&mut self, lines: &[(OrderLineId, i64)]) -> (OrderLineId, i64) {
        match self.chance.pick(lines) {
            Some((line, asked)) if !self.chance.one_in(20) => {
                let quantity = (asked + self.chance.within(-3..4)).max(-1);
                (line, quantity)
            }
            _ => (OrderLineId(NOWHERE), 1),
        }
    }

    fn editing(&mut self) -> Option<Command> {
        let (order, known) = self.known_order()?;
        let lines: Vec<_> = known.lines.iter().map(|(id, line)| (*id, line.asked)).collect();
        let mut changes = Vec::new();
        for _ in 0..self.chance.within(1..4) {
            let (line, quantity) = self.line(&lines);
            changes.push(LineChange::Set { line, quantity, restock: Restock::Yes });
        }
        if self.chance.one_in(4) {
            let quantity = self.chance.within(0..4);
            changes.push(LineChange::Add(Box::new(world::line(self.article(), quantity))));
        }
        if self.chance.one_in(4) {
            // Whether what is given up leaves the shelves is only seen where nothing else moves.
            let (line, asked) = self.chance.pick(&lines)?;
            let quantity = asked - self.chance.within(0..3);
            changes = vec![LineChange::Set { line, quantity, restock: Restock::No }];
        }
        Some(Command::EditOrder(EditOrder { order, changes, remark: Remark::default() }))
    }

    fn draft(&mut self) -> DraftId {
        let all: Vec<DraftId> = self.shop.drafts.keys().copied().collect();
        match self.young(&all) {
            Some(id) if !self.chance.one_in(10) => id,
            _ => DraftId(NOWHERE),
        }
    }

    fn drafting(&mut self) -> Option<Command> {
        let id = self.draft();
        let draft = self.shop.drafts.get(&id);
        let known = draft.and_then(|draft| self.shop.orders.get(&draft.order));
        let mut lines: Vec<_> =
            known.iter().flat_map(|known| &known.lines).map(|(id, line)| (*id, line.asked)).collect();
        lines.extend(draft.iter().flat_map(|draft| &draft.drafted).filter_map(|own| match own {
            Drafted::Add { line, quantity, .. } => Some((*line, *quantity)),
            Drafted::Set { .. } => None,
        }));
        let step = if self.chance.one_in(3) {
            let new = Box::new(world::line(self.article(), self.chance.clone().within(0..4)));
            let doubles = if self.chance.one_in(2) { Doubles::Allowed } else { Doubles::Refused };
            DraftStep::Add { new, doubles, location: self.chance.one_in(3).then(|| self.place()) }
        } else {
            let (line, quantity) = self.line(&lines);
            DraftStep::Set { line, quantity, restock: Restock::Yes }
        };
        Some(Command::ChangeDraft(id, step))
    }

    pub(super) fn contact_id(&mut self) -> ContactId {
        let all: Vec<ContactId> = self.shop.contacts.keys().copied().collect();
        match self.young(&all) {
            Some(id) if !self.chance.one_in(8) => id,
            _ => ContactId(NOWHERE),
        }
    }
}

fn tax(amount: i64) -> TaxLine {
    TaxLine { title: "Tax".into(), rate: "0.07".into(), amount: amount.max(0) }
}
