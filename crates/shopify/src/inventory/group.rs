//! `InventoryAdjustmentGroup` and `InventoryChange`: what a change of stock was, made from the event that tells of it.

use domain::event::{Event, Fact};
use domain::id::{EventId, LocationId, VariantId};
use domain::stock::{StateChange, StockCause};
use domain::time::Time;
use graphql::{Field, FieldError, Object, Out};

use super::item::InventoryItem;
use super::words as names;
use crate::data::Data;
use crate::id::{gid, of_kind};
use crate::location::LocationNode;
use crate::product::VariantNode;
use crate::words::{self, missing, text};

/// Changes of stock that were made together.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Group {
    id: EventId,
    at: Time,
    cause: StockCause,
    changes: Vec<Change>,
}

#[derive(Debug, Clone, PartialEq)]
struct Change {
    variant: VariantId,
    location: LocationId,
    name: &'static str,
    delta: i64,
    ledger: Option<String>,
}

impl Group {
    /// The changes that an event tells of; `None` if it tells of none that somebody said the reason of.
    pub(crate) fn of(event: &Event) -> Option<Self> {
        let told = |fact: &Fact| match fact {
            Fact::StockChanged { location, variant, by, changes, cause: Some(cause), .. } => {
                Some((*variant, *location, *by, changes.clone(), cause.clone()))
            }
            _ => None,
        };
        let told: Vec<_> = event.facts.iter().filter_map(told).collect();
        let cause = told.first()?.4.clone();
        // First what was asked for, then what that makes of the shelves.
        let mut changes = Vec::new();
        for (variant, location, _, states, _) in &told {
            changes.extend(states.iter().map(|StateChange { state, by, ledger }| Change {
                variant: *variant,
                location: *location,
                name: names::state(*state),
                delta: *by,
                ledger: ledger.clone(),
            }));
        }
        for (variant, location, by, ..) in told.iter().filter(|(_, _, by, ..)| *by != 0) {
            let (variant, location, delta) = (*variant, *location, *by);
            changes.push(Change { variant, location, name: "on_hand", delta, ledger: None });
        }
        Some(Self { id: event.id, at: event.at, cause, changes })
    }

    /// The items that changed.
    pub(crate) fn variants(&self) -> impl Iterator<Item = VariantId> {
        self.changes.iter().map(|change| change.variant)
    }
}

/// A group to be told.
pub(crate) struct GroupNode<'d> {
    pub(crate) data: &'d Data,
    pub(crate) group: &'d Group,
}

impl Object for GroupNode<'_> {
    fn type_name(&self) -> &'static str {
        "InventoryAdjustmentGroup"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let Self { data, group } = *self;
        Ok(match field.name() {
            "changes" => {
                let wanted = group.changes.iter().filter(|change| change.is_asked_for(field));
                Out::objects(wanted.map(|change| ChangeNode { data, change }))
            }
            "createdAt" => Out::from(words::time(group.at)),
            "id" => Out::from(gid("InventoryAdjustmentGroup", group.id.0)),
            "reason" => Out::from(names::reason(group.cause.reason)),
            "referenceDocumentUri" => text(&group.cause.document),
            other => return Err(missing("InventoryAdjustmentGroup", other)),
        })
    }
}

impl Change {
    /// Whether the arguments of `changes` let it through; what isn't given lets everything through.
    fn is_asked_for(&self, field: &Field<'_>) -> bool {
        let among = |argument: &str, is: &dyn Fn(&str) -> bool| match field.arg(argument) {
            Some(list) if !list.is_null() => {
                let list = list.as_list().unwrap_or_default();
                list.iter().filter_map(|one| one.as_str()).any(is)
            }
            _ => true,
        };
        among("inventoryItemIds", &|id| of_kind("InventoryItem", id) == Some(self.variant.0))
            && among("locationIds", &|id| of_kind("Location", id) == Some(self.location.0))
            && among("quantityNames", &|name| name == self.name)
    }
}

struct ChangeNode<'d> {
    data: &'d Data,
    change: &'d Change,
}

impl Object for ChangeNode<'_> {
    fn type_name(&self) -> &'static str {
        "InventoryChange"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let Self { data, change } = *self;
        Ok(match field.name() {
            "delta" => Out::Int(change.delta),
            "item" => {
                let variant = data.variants.get(&change.variant);
                Out::maybe(variant.map(|variant| InventoryItem(VariantNode { data, variant })))
            }
            "ledgerDocumentUri" => text(&change.ledger),
            "location" => {
                let location = data.location(change.location);
                Out::maybe(location.map(|location| LocationNode { data, location }))
            }
            "name" => Out::from(change.name),
            // The original never tells; what is there now is told by the level.
            "quantityAfterChange" => Out::Null,
            other => return Err(missing("InventoryChange", other)),
        })
    }
}
