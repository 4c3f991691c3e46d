//! What is told of locations.

use domain::event::Fact;
use engine::dialect::Told;
use serde_json::{Value, json};

use crate::rest::place;

/// A location as it is now; what it was when it changed isn't kept. Of one that is gone there is only the id.
pub(super) fn location(told: &Told<'_>, fact: &Fact) -> Option<Value> {
    let id = match fact {
        Fact::LocationDeleted { location } => return Some(json!({ "id": location.0 })),
        Fact::LocationCreated { location }
        | Fact::LocationUpdated { location }
        | Fact::LocationActivated { location }
        | Fact::LocationDeactivated { location } => location,
        _ => return None,
    };
    let location = told.locations.iter().find(|location| location.id == *id)?;
    Some(place::location(told.shop, location))
}
