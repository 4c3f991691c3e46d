//! The words of inventory: states, reasons, and why something about quantities is refused.

use domain::refusal::StockTrouble;
use domain::stock::{StockReason, StockState};

use crate::answer::UserError;

/// The states that can be adjusted, in the order that they are listed.
const STATES: [(StockState, &str); 6] = [
    (StockState::Available, "available"),
    (StockState::Damaged, "damaged"),
    (StockState::Incoming, "incoming"),
    (StockState::QualityControl, "quality_control"),
    (StockState::Reserved, "reserved"),
    (StockState::SafetyStock, "safety_stock"),
];

const REASONS: [(StockReason, &str); 17] = [
    (StockReason::Correction, "correction"),
    (StockReason::CycleCountAvailable, "cycle_count_available"),
    (StockReason::Damaged, "damaged"),
    (StockReason::MovementCanceled, "movement_canceled"),
    (StockReason::MovementCreated, "movement_created"),
    (StockReason::MovementReceived, "movement_received"),
    (StockReason::MovementUpdated, "movement_updated"),
    (StockReason::Other, "other"),
    (StockReason::Promotion, "promotion"),
    (StockReason::QualityControl, "quality_control"),
    (StockReason::Received, "received"),
    (StockReason::ReservationCreated, "reservation_created"),
    (StockReason::ReservationDeleted, "reservation_deleted"),
    (StockReason::ReservationUpdated, "reservation_updated"),
    (StockReason::Restock, "restock"),
    (StockReason::SafetyStock, "safety_stock"),
    (StockReason::Shrinkage, "shrinkage"),
];

pub(super) fn state(state: StockState) -> &'static str {
    STATES.iter().find(|(known, _)| *known == state).map_or("available", |(_, word)| word)
}

/// The state of that name, or the error about the name at `path`.
pub(super) fn parse_state(word: &str, path: &str) -> Result<StockState, UserError> {
    let known = STATES.iter().find(|(_, known)| *known == word);
    known.map(|(state, _)| *state).ok_or_else(|| {
        let valid = STATES.map(|(_, word)| word).join(", ");
        let message = format!("The specified quantity name is invalid. Valid values are: {valid}.");
        UserError::at(path, message).code("INVALID_QUANTITY_NAME")
    })
}

pub(super) fn reason(reason: StockReason) -> &'static str {
    REASONS.iter().find(|(known, _)| *known == reason).map_or("other", |(_, word)| word)
}

/// The reason of that name, or the error about it.
pub(super) fn parse_reason(word: &str) -> Result<StockReason, UserError> {
    let known = REASONS.iter().find(|(_, known)| *known == word);
    known.map(|(reason, _)| *reason).ok_or_else(|| {
        let valid = REASONS.map(|(_, word)| word).join(", ");
        let message = format!("The specified reason is invalid. Valid values are: {valid}.");
        UserError::at("input.reason", message).code("INVALID_REASON")
    })
}

/// How an error about an entry of a list is worded; entries are called differently by every mutation.
#[derive(Clone, Copy)]
pub(super) struct Wording {
    /// What the quantity of an entry is called.
    pub(super) quantity: &'static str,
    /// What the expected quantity is called.
    pub(super) expected: &'static str,
    /// The largest quantity, as it is written.
    pub(super) most: &'static str,
    /// What an unstocked item is called.
    pub(super) item: &'static str,
}

impl Wording {
    /// The error about the entry at `path`, whose location and expected quantity may be told at another `side` of it.
    pub(super) fn error(&self, trouble: StockTrouble, path: &str, side: &str) -> UserError {
        let (part, message, code) = match trouble {
            StockTrouble::UnknownVariant => {
                let message = "The specified inventory item could not be found.";
                (format!("{path}.inventoryItemId"), message.to_owned(), "INVALID_INVENTORY_ITEM")
            }
            StockTrouble::UnknownLocation => {
                let message = "The specified location could not be found.";
                (format!("{side}.locationId"), message.to_owned(), "INVALID_LOCATION")
            }
            StockTrouble::NotStocked => {
                let message = format!("The {} is not stocked at the location.", self.item);
                (format!("{side}.locationId"), message, "ITEM_NOT_STOCKED_AT_LOCATION")
            }
            StockTrouble::Negative => {
                let message = "The quantity can't be negative.".to_owned();
                (format!("{path}.{}", self.quantity), message, "INVALID_QUANTITY_NEGATIVE")
            }
            StockTrouble::TooLow => {
                let message = format!("The quantity can't be lower than -{}.", self.most);
                (format!("{path}.{}", self.quantity), message, "INVALID_QUANTITY_TOO_LOW")
            }
            StockTrouble::TooHigh => {
                let message = format!("The quantity can't be higher than {}.", self.most);
                (format!("{path}.{}", self.quantity), message, "INVALID_QUANTITY_TOO_HIGH")
            }
            StockTrouble::Twice => {
                let message = "The combination of inventoryItemId and locationId must be unique.".to_owned();
                (format!("{side}.locationId"), message, "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR")
            }
            StockTrouble::Differs(_) => {
                let message =
                    format!("The {} argument no longer matches the persisted quantity.", self.expected);
                let code = match self.expected {
                    "compareQuantity" => "COMPARE_QUANTITY_STALE",
                    _ => "CHANGE_FROM_QUANTITY_STALE",
                };
                (format!("{side}.{}", self.expected), message, code)
            }
        };
        UserError::at(&part, message).code(code)
    }
}

/// Whether a text is a URI: a scheme, a colon, and something behind it.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let mut letters = scheme.bytes();
    letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        && !rest.is_empty()
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// The longest document that is kept with a change, in bytes.
const DOCUMENT_MAX: usize = 2_048;

/// Checks the document that a change goes back to.
pub(super) fn reference(document: Option<&str>) -> Result<Option<String>, UserError> {
    match document {
        Some(document) if !is_uri(document) || document.len() > DOCUMENT_MAX => {
            let message = "The specified reference document is invalid.";
            Err(UserError::at("input.referenceDocumentUri", message).code("INVALID_REFERENCE_DOCUMENT"))
        }
        document => Ok(document.map(str::to_owned)),
    }
}

/// Checks the document in which units of that state are booked: what is available is in nobody's books, everything
/// else must be in somebody's.
pub(super) fn ledger(
    state: Option<StockState>,
    document: Option<&str>,
    path: &str,
) -> Result<Option<String>, UserError> {
    let (message, code) = match (state, document) {
        (Some(StockState::Available), None) => return Ok(None),
        (Some(StockState::Available), Some(_)) => {
            ("A ledger document URI is not allowed when adjusting available.", "INVALID_AVAILABLE_DOCUMENT")
        }
        (_, None) => (
            "A ledger document URI is required except when adjusting available.",
            "INVALID_QUANTITY_DOCUMENT",
        ),
        (_, Some(document)) if document.starts_with("gid://shopify/") => (
            "Internal (gid://shopify/) ledger documents are not allowed to be adjusted via API.",
            "INTERNAL_LEDGER_DOCUMENT",
        ),
        (_, Some(document)) if !is_uri(document) || document.len() > DOCUMENT_MAX => {
            ("The specified ledger document is invalid.", "INVALID_LEDGER_DOCUMENT")
        }
        (_, Some(document)) => return Ok(Some(document.to_owned())),
    };
    Err(UserError::at(&format!("{path}.ledgerDocumentUri"), message).code(code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_a_uri() {
        for good in ["logistics://count/7", "gid://app/Count/1", "urn:x", "https://a.example/1"] {
            assert_eq!(reference(Some(good)), Ok(Some(good.to_owned())));
        }
        for bad in ["", "x", "7:x", ":x", "x:", "logistics://a b"] {
            assert_eq!(reference(Some(bad)).unwrap_err().code, Some("INVALID_REFERENCE_DOCUMENT"), "{bad}");
        }
    }

    #[test]
    fn what_is_not_for_sale_is_in_somebodys_books() {
        let code = |state, document| ledger(Some(state), document, "x").map_err(|error| error.code);
        assert_eq!(code(StockState::Available, None), Ok(None));
        assert_eq!(code(StockState::Damaged, Some("l://1")), Ok(Some("l://1".to_owned())));
        for (state, document, wrong) in [
            (StockState::Available, Some("l://1"), "INVALID_AVAILABLE_DOCUMENT"),
            (StockState::Damaged, None, "INVALID_QUANTITY_DOCUMENT"),
            (StockState::Damaged, Some("gid://shopify/Order/1"), "INTERNAL_LEDGER_DOCUMENT"),
            (StockState::Damaged, Some("l 1"), "INVALID_LEDGER_DOCUMENT"),
        ] {
            assert_eq!(code(state, document), Err(Some(wrong)));
        }
    }
}
