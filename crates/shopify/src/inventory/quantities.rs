//! `inventorySetQuantities`, `inventorySetOnHandQuantities`, `inventoryAdjustQuantities`, `inventoryMoveQuantities`.
//!
//! What can be seen from the input alone is refused here, all of it at once; whether items and locations are there,
//! and hold what the caller thinks that they do, is for the domain to say.

use domain::command::{AdjustStock, Command, SetStock, StockCount, StockMeasure, StockStep, Unstocked};
use domain::id::{LocationId, VariantId};
use domain::refusal::{Refusal, StockTrouble};
use domain::stock::{StockCause, StockState};
use engine::Done;
use graphql::{Field, FieldError, Input as Value};

use super::group::Group;
use super::words::{self, Wording};
use crate::answer::{Answer, UserError};
use crate::id::of_kind;
use crate::mutation::{Input, Kind, Planned, invalid_id, plain};

/// The first version in which whoever changes a quantity must say what it was, or that it doesn't matter.
const MUST_COMPARE: &str = "2026-04";
/// How many documents units can be booked in by one move.
const LEDGERS_MAX: usize = 2;

pub(crate) fn set(version: &str, field: &Field<'_>) -> Input {
    let compares = |entry: &Value| entry.get("compareQuantity").is_some();
    let older = entries(input(field), "quantities").iter().any(compares);
    let kind = Kind {
        payload: "InventorySetQuantitiesPayload",
        errors: "InventorySetQuantitiesUserError",
        done: changed,
        refused: if older { set_compared_refused } else { set_refused },
    };
    let measure = match text(input(field), "name") {
        Some("available") => Ok(StockMeasure::Available),
        Some("on_hand") => Ok(StockMeasure::OnHand),
        _ => {
            let message = "The quantity name must be either 'available' or 'on_hand'.";
            Err(UserError::at("input.name", message).code("INVALID_NAME"))
        }
    };
    let counted = count(version, field, kind, measure, ("quantities", "InventoryQuantityInput"));
    counted.unwrap_or_else(Input::Failed)
}

pub(crate) fn set_on_hand(version: &str, field: &Field<'_>) -> Input {
    let kind = Kind {
        payload: "InventorySetOnHandQuantitiesPayload",
        errors: "InventorySetOnHandQuantitiesUserError",
        done: changed,
        refused: set_on_hand_refused,
    };
    let of = ("setQuantities", "InventorySetQuantityInput");
    count(version, field, kind, Ok(StockMeasure::OnHand), of).unwrap_or_else(Input::Failed)
}

fn count(
    version: &str,
    field: &Field<'_>,
    kind: Kind,
    measure: Result<StockMeasure, UserError>,
    (list, of): (&str, &str),
) -> Result<Input, FieldError> {
    let input = input(field);
    let mut errors = Vec::new();
    let measure = kept(measure, &mut errors);
    let cause = cause(input, &mut errors);
    let entries = entries(input, list);
    let ignore = input.and_then(|input| input.get("ignoreCompareQuantity")).and_then(Value::as_bool);
    let mut counts = Vec::with_capacity(entries.len());
    for entry in entries {
        let said = said(version, entry, of)?;
        let compared = entry.get("compareQuantity").and_then(Value::as_int);
        let ignored = ignore == Some(true);
        counts.push(StockCount {
            variant: variant(entry)?,
            location: location(entry)?,
            measure: measure.unwrap_or(StockMeasure::OnHand),
            quantity: entry.get("quantity").and_then(Value::as_int).unwrap_or_default(),
            expected: said.or(compared.filter(|_| !ignored)),
        });
    }
    // Until it had to be said, it could be ignored as a whole, but only on purpose.
    let unsaid = |entry: &Value| {
        ["compareQuantity", "changeFromQuantity"].iter().all(|name| entry.get(name).is_none())
    };
    if ignore == Some(false) && version < MUST_COMPARE && entries.iter().any(unsaid) {
        let message = "The compareQuantity argument must be given to each quantity or ignored using ignoreCompareQuantity.";
        errors.push(UserError::at("input.ignoreCompareQuantity", message).code("COMPARE_QUANTITY_REQUIRED"));
    }
    let command = Command::SetStock(SetStock { cause, unstocked: Unstocked::Refuse, counts });
    Ok(planned(command, kind, errors))
}

pub(crate) fn adjust(version: &str, field: &Field<'_>) -> Input {
    adjusted(version, field).unwrap_or_else(Input::Failed)
}

fn adjusted(version: &str, field: &Field<'_>) -> Result<Input, FieldError> {
    let kind = Kind {
        payload: "InventoryAdjustQuantitiesPayload",
        errors: "InventoryAdjustQuantitiesUserError",
        done: changed,
        refused: adjust_refused,
    };
    let input = input(field);
    let mut errors = Vec::new();
    let state = kept(words::parse_state(text(input, "name").unwrap_or_default(), "input.name"), &mut errors);
    let cause = cause(input, &mut errors);
    let mut steps = Vec::new();
    for (index, change) in entries(input, "changes").iter().enumerate() {
        let path = format!("input.changes.{index}");
        let ledger = kept(words::ledger(state, text(Some(change), "ledgerDocumentUri"), &path), &mut errors);
        steps.push(StockStep {
            expected: said(version, change, "InventoryChangeInput")?,
            variant: variant(change)?,
            location: location(change)?,
            state: state.unwrap_or(StockState::Available),
            by: change.get("delta").and_then(Value::as_int).unwrap_or_default(),
            ledger: ledger.flatten(),
        });
    }
    if errors.is_empty() && ledgers(&steps).len() > 1 {
        let message = "All changes must have the same ledger document URI or, in the case of adjusting available, no ledger document URI.";
        errors.push(UserError::at("input.changes", message).code("MAX_ONE_LEDGER_DOCUMENT"));
    }
    let command = Command::AdjustStock(AdjustStock { cause, unstocked: Unstocked::Refuse, steps });
    Ok(planned(command, kind, errors))
}

/// Moves units from one state to another.
pub(crate) fn moved(version: &str, field: &Field<'_>) -> Input {
    steps_of_move(version, field).unwrap_or_else(Input::Failed)
}

/// Every change is two steps: what goes from one state, and what comes to the other.
fn steps_of_move(version: &str, field: &Field<'_>) -> Result<Input, FieldError> {
    let kind = Kind {
        payload: "InventoryMoveQuantitiesPayload",
        errors: "InventoryMoveQuantitiesUserError",
        done: changed,
        refused: move_refused,
    };
    let input = input(field);
    let mut errors = Vec::new();
    let cause = cause(input, &mut errors);
    let mut steps = Vec::new();
    for (index, change) in entries(input, "changes").iter().enumerate() {
        let path = format!("input.changes.{index}");
        let quantity = change.get("quantity").and_then(Value::as_int).unwrap_or_default();
        if quantity < 0 {
            errors.push(MOVING.error(StockTrouble::Negative, &path, &path));
        }
        let sides = [("from", -quantity), ("to", quantity)];
        for (side, by) in sides {
            let terminal = change.get(side);
            let path = format!("{path}.{side}");
            let name = text(terminal, "name").unwrap_or_default();
            let state = kept(words::parse_state(name, &format!("{path}.name")), &mut errors);
            let ledger = match state {
                Some(_) => words::ledger(state, text(terminal, "ledgerDocumentUri"), &path),
                None => Ok(None),
            };
            let ledger = kept(ledger, &mut errors).flatten();
            let terminal = terminal.unwrap_or(&Value::Null);
            steps.push(StockStep {
                expected: said(version, terminal, "InventoryMoveQuantityTerminalInput")?,
                variant: variant(change)?,
                location: location(terminal)?,
                state: state.unwrap_or(StockState::Available),
                by,
                ledger,
            });
        }
        if let [.., from, to] = &steps[..] {
            if from.location != to.location {
                let message = "The quantities can't be moved between different locations.";
                errors.push(UserError::at(&path, message).code("DIFFERENT_LOCATIONS"));
            } else if from.state == to.state && errors.is_empty() {
                let message = "The quantity names for each change can't be the same.";
                errors.push(UserError::at(&path, message).code("SAME_QUANTITY_NAME"));
            }
        }
    }
    if errors.is_empty() && ledgers(&steps).iter().flatten().count() > LEDGERS_MAX {
        let message = "Only a maximum of 2 ledger document URIs across all changes is allowed.";
        errors.push(UserError::at("input.changes", message).code("MAXIMUM_LEDGER_DOCUMENT_URIS"));
    }
    let command = Command::AdjustStock(AdjustStock { cause, unstocked: Unstocked::Refuse, steps });
    Ok(planned(command, kind, errors))
}

fn planned(command: Command, kind: Kind, errors: Vec<UserError>) -> Input {
    if errors.is_empty() {
        Input::Planned(Box::new(Planned { command, kind }))
    } else {
        Input::Refused(kind, errors)
    }
}

fn input<'f>(field: &Field<'f>) -> Option<&'f Value> {
    field.arg("input")
}

fn entries<'v>(input: Option<&'v Value>, list: &str) -> &'v [Value] {
    input.and_then(|input| input.get(list)).and_then(Value::as_list).unwrap_or_default()
}

fn text<'v>(of: Option<&'v Value>, name: &str) -> Option<&'v str> {
    of?.get(name)?.as_str()
}

/// What was understood; an error is put to the others.
fn kept<T>(understood: Result<T, UserError>, errors: &mut Vec<UserError>) -> Option<T> {
    understood.map_err(|error| errors.push(error)).ok()
}

fn cause(input: Option<&Value>, errors: &mut Vec<UserError>) -> StockCause {
    let reason = kept(words::parse_reason(text(input, "reason").unwrap_or_default()), errors);
    let document = kept(words::reference(text(input, "referenceDocumentUri")), errors);
    StockCause { reason: reason.unwrap_or_default(), document: document.flatten() }
}

/// What the caller says that the quantity was; null is that it doesn't matter.
fn said(version: &str, entry: &Value, of: &str) -> Result<Option<i64>, FieldError> {
    match entry.get("changeFromQuantity") {
        None if version >= MUST_COMPARE => {
            let message = format!("{of} must include the following argument: changeFromQuantity.");
            Err(FieldError::new(message).code("INVALID_FIELD_ARGUMENTS"))
        }
        said => Ok(said.and_then(Value::as_int)),
    }
}

fn variant(entry: &Value) -> Result<VariantId, FieldError> {
    let gid = text(Some(entry), "inventoryItemId").unwrap_or_default();
    of_kind("InventoryItem", gid).map(VariantId).ok_or_else(|| invalid_id(gid))
}

fn location(entry: &Value) -> Result<LocationId, FieldError> {
    let gid = text(Some(entry), "locationId").unwrap_or_default();
    of_kind("Location", gid).map(LocationId).ok_or_else(|| invalid_id(gid))
}

/// The documents that units are booked in, each once.
fn ledgers(steps: &[StockStep]) -> Vec<Option<&str>> {
    let mut documents: Vec<Option<&str>> = steps.iter().map(|step| step.ledger.as_deref()).collect();
    documents.sort_unstable();
    documents.dedup();
    documents
}

/// A change of nothing has no group.
fn changed(done: &Done) -> Vec<(&'static str, Answer)> {
    let group = done.decision.events.first().and_then(Group::of);
    group
        .map(|group| ("inventoryAdjustmentGroup", Answer::InventoryGroup(Box::new(group))))
        .into_iter()
        .collect()
}

const COUNTING: Wording = Wording {
    quantity: "quantity",
    expected: "changeFromQuantity",
    most: "1,000,000,000",
    item: "specified inventory item",
};
const ADJUSTING: Wording = Wording {
    quantity: "delta",
    expected: "changeFromQuantity",
    most: "2,000,000,000",
    item: "inventory item",
};
const MOVING: Wording = Wording { quantity: "quantity", ..ADJUSTING };

fn set_refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    each(refusal, |index, trouble| {
        let path = format!("input.quantities.{index}");
        COUNTING.error(trouble, &path, &path)
    })
}

/// The answer to those who compare in the older way.
fn set_compared_refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    each(refusal, |index, trouble| {
        let path = format!("input.quantities.{index}");
        Wording { expected: "compareQuantity", ..COUNTING }.error(trouble, &path, &path)
    })
}

fn set_on_hand_refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    each(refusal, |index, trouble| {
        let path = format!("input.setQuantities.{index}");
        Wording { item: "inventory item", ..COUNTING }.error(trouble, &path, &path)
    })
}

fn adjust_refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    each(refusal, |index, trouble| {
        let path = format!("input.changes.{index}");
        ADJUSTING.error(trouble, &path, &path)
    })
}

fn move_refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    let mut errors = each(refusal, |step, trouble| {
        let path = format!("input.changes.{}", step / 2);
        let side = if step % 2 == 0 { "from" } else { "to" };
        MOVING.error(trouble, &path, &format!("{path}.{side}"))
    });
    // What is wrong with the item or the quantity is wrong on both sides.
    errors.dedup();
    errors
}

fn each(refusal: &Refusal, word: impl Fn(usize, StockTrouble) -> UserError) -> Vec<UserError> {
    match refusal {
        Refusal::Stock(troubles) => troubles.iter().map(|(index, trouble)| word(*index, *trouble)).collect(),
        other => vec![plain(other)],
    }
}
