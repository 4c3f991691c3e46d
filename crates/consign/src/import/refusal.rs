//! Why the rules don't take an order, in words for a report.

use domain::refusal::{Refusal, Thing};

/// Which column or key, and why. `line` says which line of the order, if it is about one.
pub(super) struct Words {
    pub(super) line: Option<usize>,
    pub(super) reason: String,
}

/// The words for a refusal of an order that comes in.
pub(super) fn words(refusal: &Refusal) -> Words {
    let (line, reason) = match refusal {
        Refusal::NoLines => (None, "asks for nothing: there is no line".to_owned()),
        Refusal::LineWithoutTitle(line) => (Some(*line), "has no title".to_owned()),
        Refusal::LineQuantity(line) => (Some(*line), "asks for none, or for more than a million".to_owned()),
        Refusal::LinePrice(line) => {
            (Some(*line), "has a price below zero, or one that nobody can pay".to_owned())
        }
        Refusal::OutOfStock(variant) => {
            (None, format!("wants no waiting, and variant {variant} is not in stock"))
        }
        Refusal::Unknown(Thing::Variant(id, line)) => {
            (Some(*line), format!("is for variant {id}, which is not there"))
        }
        Refusal::Unknown(Thing::Location(_)) => (
            None,
            "left already, but the shop has no active location that it could have left from".to_owned(),
        ),
        other => (None, format!("was refused: {other:?}")),
    };
    Words { line, reason }
}
