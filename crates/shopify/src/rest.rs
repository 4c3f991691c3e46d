//! The REST Admin API's objects: one file each, from the domain's values to JSON with numbers for ids.

use domain::location::Service;
use domain::snapshot::Shop;

pub(crate) mod form;
pub(crate) mod fulfillment;
pub(crate) mod line;
pub(crate) mod order;
pub(crate) mod place;

/// What every object needs besides itself.
#[derive(Clone, Copy)]
pub(crate) struct Around<'a> {
    /// The shop, whose time the times are in.
    pub(crate) shop: &'a Shop,
    /// Every service, for their handles.
    pub(crate) services: &'a [Service],
}
