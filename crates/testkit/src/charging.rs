//! Orders whose money is set aside first: how they come in, and what is done with their lines.

use domain::billing::Instrument;
use domain::command::Command;
use domain::command::billing::StockCheck;
use domain::command::charging::{ChargingCommand, FulfillOrder, LineDone, PlaceCharged};
use domain::id::{OrderId, OrderLineId};

use crate::billing::GATEWAY;
use crate::world;

/// An order of these articles comes in, whose money is set aside from that instrument.
pub fn ordering(articles: &[(domain::id::VariantId, i64)], token: &str) -> Command {
    let plain = world::order(articles);
    Command::Charging(ChargingCommand::Place(Box::new(PlaceCharged {
        name: None,
        number: 0,
        placed: plain.placed,
        buyer: None,
        lines: plain.lines,
        extras: Vec::new(),
        gateway: GATEWAY.to_owned(),
        instrument: Instrument { token: token.to_owned(), kind: None },
    })))
}

/// Lines of an order, units that leave, and units that are given up.
pub fn finishing(order: OrderId, lines: &[(OrderLineId, i64, i64)]) -> Command {
    let done = |(line, leave, give_up): &(OrderLineId, i64, i64)| LineDone {
        line: *line,
        leave: *leave,
        give_up: *give_up,
    };
    Command::FulfillOrder(Box::new(FulfillOrder {
        order,
        location: None,
        lines: lines.iter().map(done).collect(),
        trackings: Vec::new(),
        custom_fields: Vec::new(),
        stock: StockCheck::Ignore,
        notify_buyer: false,
    }))
}
