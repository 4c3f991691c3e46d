//! Orders whose money is set aside first, and short ways to say what one wants of them.

use super::billing::{GATEWAY, card, recording};
#[allow(unused_imports, reason = "no test program uses all of it")]
pub use super::furniture::finishing;
use super::*;
use domain::charging::Extra;
use domain::command::billing::PaymentOutcome;
use domain::command::charging::{ChargingCommand, PlaceCharged};
use domain::money::Minor;
use domain::order::{ShippingLine, TaxLine};
use domain::payment::{Transaction, TransactionKind};

/// A line of articles that cost so much a unit, with that tax on all of them.
pub fn costing(variant: VariantId, quantity: i64, unit_price: Minor, tax: Minor) -> NewLine {
    let taxes = TaxLine { title: "VAT".into(), rate: "0.2".into(), amount: tax };
    let article =
        Article { variant: Some(variant), unit_price, tax_lines: vec![taxes], ..Article::default() };
    let described = Described { price: domain::command::Given::Yes, ..Described::default() };
    NewLine { quantity, article, described, fulfilled: 0 }
}

/// An order of those lines, sent for that much.
pub fn charged(lines: Vec<NewLine>, shipping: Minor) -> PlaceCharged {
    let shipping =
        ShippingLine { title: "Post".into(), code: None, source: None, price: shipping, tax_lines: vec![] };
    PlaceCharged {
        name: None,
        number: 1001,
        placed: Placed { shipping_lines: vec![shipping], ..placed() },
        buyer: None,
        lines,
        extras: Vec::<Extra>::new(),
        gateway: GATEWAY.into(),
        instrument: card(),
    }
}

pub fn charging(command: ChargingCommand) -> Command {
    Command::Charging(command)
}

impl World {
    /// Places a charged order whose money isn't set aside yet.
    pub fn place_charged(&mut self, place: PlaceCharged) -> OrderId {
        let command = charging(ChargingCommand::Place(Box::new(place)));
        let decision = self.run(&Actor::System, command).unwrap();
        let Outcome::Order(id) = decision.outcome else { panic!("{:?}", decision.outcome) };
        id
    }

    /// Places a charged order, and sets its money aside; tells its lines too.
    pub fn authorized(&mut self, lines: Vec<NewLine>, shipping: Minor) -> (OrderId, Vec<OrderLineId>) {
        let id = self.place_charged(charged(lines, shipping));
        self.answer(id, PaymentOutcome::Succeeded);
        (id, self.order(id).lines.iter().map(|line| line.id).collect())
    }

    /// The captures, releases and refunds of an order: how much, and for how many units.
    pub fn moved(&self, id: OrderId) -> Vec<(TransactionKind, Minor, i64)> {
        let moved = self.order(id).placed.transactions.iter();
        let moved = moved.filter(|own| own.kind != TransactionKind::Authorization);
        moved.map(|own| (own.kind, own.amount, own.covers.as_ref().map_or(0, |of| of.quantity))).collect()
    }

    /// The movements of an order of that kind.
    pub fn of_kind(&self, id: OrderId, kind: TransactionKind) -> Vec<Transaction> {
        self.order(id).placed.transactions.iter().filter(|own| own.kind == kind).cloned().collect()
    }

    /// The gateway answers what it was asked for by that movement.
    pub fn told(&mut self, id: OrderId, of: TransactionId, outcome: PaymentOutcome) -> Decision {
        self.run(&Actor::System, recording(id, of, outcome)).unwrap()
    }
}
