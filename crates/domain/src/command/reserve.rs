//! What is said of reservations.

use crate::address::Address;
use crate::reservation::ReservedItem;
use crate::time::Time;

/// Units are set apart for somebody, all that is asked for or none, where routing would have them sent from.
#[derive(Debug, Clone, PartialEq)]
pub struct Reserve {
    /// What it is called; `None` is its id.
    pub name: Option<String>,
    /// Whether it is only a test.
    pub test: bool,
    /// What.
    pub items: Vec<ReservedItem>,
    /// Where it would be sent, as far as that is known. It isn't kept.
    pub destination: Option<Address>,
    /// When it ends by itself.
    pub expires_at: Time,
}
