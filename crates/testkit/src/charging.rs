//! Orders whose money is set aside first: how they come in, and what is done with their lines.

use domain::billing::Instrument;
use domain::command::Command;
use domain::command::charging::{ChargingCommand, PlaceCharged};
use domain::id::VariantId;

use crate::billing::GATEWAY;
use crate::world;
pub use crate::world::finishing;

/// An order of these articles comes in, whose money is set aside from that instrument.
pub fn ordering(articles: &[(VariantId, i64)], token: &str) -> Command {
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
