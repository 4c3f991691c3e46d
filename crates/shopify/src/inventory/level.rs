//! `InventoryLevel` and `InventoryQuantity`: what a location holds of an item, and what for.

use domain::id::{LocationId, VariantId};
use domain::product::Variant;
use domain::stock::{Stock, StockState};
use domain::time::Time;
use graphql::{Field, FieldError, Object, Out};

use super::item::InventoryItem;
use crate::data::Data;
use crate::id::{gid, parse};
use crate::location::LocationNode;
use crate::page::{Connection, names};
use crate::product::VariantNode;
use crate::search::Fact;
use crate::words::{self, missing};

/// What a location holds of an item.
#[derive(Clone, Copy)]
pub(crate) struct Level<'d> {
    of: VariantNode<'d>,
    pub(crate) stock: &'d Stock,
    location: LocationNode<'d>,
}

/// The id of a level: a location, and an item behind a question mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LevelId {
    pub(crate) location: LocationId,
    pub(crate) variant: VariantId,
}

impl LevelId {
    /// The level of a global id of that kind.
    pub(crate) fn parse(kind: &str, text: &str) -> Option<Self> {
        let (found, location) = parse(text)?;
        let (_, item) = text.split_once("?inventory_item_id=")?;
        let digits = item.split('&').next().unwrap_or(item);
        let variant = digits.parse().ok().filter(|item| *item > 0).map(VariantId)?;
        (found == kind).then_some(Self { location: LocationId(location), variant })
    }
}

/// Whether a field asks for what is no longer stocked as well.
pub(crate) fn sees_inactive(field: &Field<'_>) -> bool {
    field.arg("includeInactive").and_then(|arg| arg.as_bool()).unwrap_or(false)
}

impl<'d> Level<'d> {
    /// What a search may name.
    pub(super) const SEARCHED: [&'static str; 5] =
        ["created_at", "id", "inventory_group_id", "inventory_item_id", "updated_at"];

    /// The level of that stock; `None` if its location is gone.
    pub(crate) fn of(data: &'d Data, variant: &'d Variant, stock: &'d Stock) -> Option<Self> {
        let location = data.location(stock.location)?;
        Some(Self { of: VariantNode { data, variant }, stock, location: LocationNode { data, location } })
    }

    /// The level of that id, if it is loaded.
    pub(crate) fn find(data: &'d Data, id: LevelId) -> Option<Self> {
        let same = |stock: &&Stock| (stock.variant, stock.location) == (id.variant, id.location);
        Self::of(data, data.variants.get(&id.variant)?, data.stock.iter().find(same)?)
    }

    /// What a search finds under a name.
    pub(super) fn fact(&self, name: &str) -> Fact<'static> {
        match name {
            "created_at" => Fact::At(self.created_at()),
            "updated_at" => Fact::At(self.updated_at()),
            "inventory_item_id" => Fact::Number(self.stock.variant.0),
            _ => Fact::Number(self.stock.location.0),
        }
    }

    fn created_at(&self) -> Time {
        self.stock.created_at.unwrap_or(self.of.variant.created_at)
    }

    fn updated_at(&self) -> Time {
        self.stock.updated_at.unwrap_or(self.created_at())
    }

    fn gid(&self, kind: &str) -> String {
        let (location, variant) = (self.stock.location, self.stock.variant);
        format!("{}?inventory_item_id={variant}", gid(kind, location.0))
    }

    /// Whether another location stocks the item.
    fn is_elsewhere(&self) -> bool {
        self.of.stock().any(|other| other.stocked && other.location != self.stock.location)
    }

    /// The quantity of that name; an error if there is none of that name.
    pub(crate) fn quantity(&self, name: &str) -> Result<QuantityNode, FieldError> {
        let stock = self.stock;
        let (name, quantity) = match name {
            "available" => ("available", stock.available()),
            "on_hand" => ("on_hand", stock.on_hand),
            "committed" => ("committed", stock.committed),
            "incoming" => ("incoming", stock.of(StockState::Incoming)),
            "reserved" => ("reserved", stock.of(StockState::Reserved)),
            "damaged" => ("damaged", stock.of(StockState::Damaged)),
            "safety_stock" => ("safety_stock", stock.of(StockState::SafetyStock)),
            "quality_control" => ("quality_control", stock.of(StockState::QualityControl)),
            other => {
                let message = format!("`{other}` is not the name of an inventory quantity");
                return Err(FieldError::new(message).code("INVALID_FIELD_ARGUMENTS"));
            }
        };
        // What is on hand is a sum, and states that nobody used have no time either.
        let timed = name != "on_hand" && (quantity != 0 || name == "available");
        let updated_at = timed.then(|| self.updated_at());
        let id = format!("{}&name={name}", self.gid("InventoryQuantity"));
        Ok(QuantityNode { id, name, quantity, updated_at })
    }
}

impl Object for Level<'_> {
    fn type_name(&self) -> &'static str {
        "InventoryLevel"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let name = &self.location.location.name;
        Ok(match field.name() {
            "canDeactivate" => Out::Bool(self.stock.stocked && self.is_elsewhere()),
            "createdAt" => Out::from(words::time(self.created_at())),
            "deactivationAlert" => match (self.stock.stocked, self.is_elsewhere()) {
                (false, _) => Out::Null,
                (true, false) => Out::from(only_there(name)),
                (true, true) => match self.stock.committed {
                    0 => Out::Null,
                    waiting => Out::from(format!(
                        "{waiting} committed units still have to be fulfilled from {name}."
                    )),
                },
            },
            "id" => Out::from(self.gid("InventoryLevel")),
            "isActive" => Out::Bool(self.stock.stocked),
            "item" => Out::object(InventoryItem(self.of)),
            "location" => Out::object(self.location),
            "quantities" => {
                let names = field.arg("names").and_then(|names| names.as_list()).unwrap_or_default();
                let mut quantities = Vec::with_capacity(names.len());
                for name in names.iter().filter_map(|name| name.as_str()) {
                    quantities.push(self.quantity(name)?);
                }
                Out::objects(quantities)
            }
            // Nothing schedules them: the mutation that did is gone from every version that is served.
            "scheduledChanges" => {
                Out::object(Connection::of_all(names!("InventoryScheduledChange"), Vec::new(), field)?)
            }
            "updatedAt" => Out::from(words::time(self.updated_at())),
            other => return Err(missing("InventoryLevel", other)),
        })
    }
}

/// Why a location can't cease to stock an item that no other one stocks.
pub(crate) fn only_there(location: &str) -> String {
    format!(
        "The product couldn't be unstocked from {location} because products need to be stocked at a minimum of 1 location."
    )
}

/// How many units of an item a location holds for some purpose.
pub(crate) struct QuantityNode {
    id: String,
    name: &'static str,
    quantity: i64,
    updated_at: Option<Time>,
}

impl Object for QuantityNode {
    fn type_name(&self) -> &'static str {
        "InventoryQuantity"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "id" => Out::from(&self.id),
            "name" => Out::from(self.name),
            "quantity" => Out::Int(self.quantity),
            "updatedAt" => words::maybe_time(self.updated_at),
            other => return Err(missing("InventoryQuantity", other)),
        })
    }
}
