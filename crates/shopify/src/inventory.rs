//! Inventory: what is stocked where, and how people say that it is other than it was thought to be.
//!
//! `quantities` has the mutations that count, correct and move units between their states, and `words` what these
//! answer when they are refused; `stocking` has those that say what a location stocks and what an item is. `group`
//! is what the former tell of their effect; `item` and `level` are what is read, `list` what is loaded for that.

mod group;
mod item;
mod level;
mod list;
mod quantities;
mod stocking;
mod words;

pub(crate) use group::{Group, GroupNode};
pub(crate) use item::InventoryItem;
pub(crate) use level::{Level, LevelId, only_there, sees_inactive};
pub(crate) use list::{Shelf, fill_shelves, items};
pub(crate) use quantities::{adjust, moved, set, set_on_hand};
pub(crate) use stocking::{activate, bulk_toggle, deactivate, update};
