//! The shop that orders go to or come from, and its locations, by the names that people know.

use std::sync::Arc;

use domain::id::{LocationId, ShopId};
use domain::location::Location;
use domain::snapshot::Shop;
use store::Store;

use crate::failure::{Exit, Failure};

/// The shop of that domain; the only one, if none is named.
///
/// # Errors
/// [`Failure`] if there is no such shop, or more than one to choose from.
pub async fn find(store: &Store, domain: Option<&str>) -> Result<Arc<Shop>, Failure> {
    let mut shops = store.shops().await?;
    let domains = shops.iter().map(|shop| shop.domain.as_str()).collect::<Vec<_>>().join(", ");
    if let Some(domain) = domain {
        let found = shops.into_iter().find(|shop| shop.domain.eq_ignore_ascii_case(domain));
        let told = format!("there is no shop {domain}; there is: {domains}");
        return found.map(Arc::new).ok_or_else(|| Failure::new(Exit::NotFound, told));
    }
    match (shops.pop(), shops.is_empty()) {
        (Some(shop), true) => Ok(Arc::new(shop)),
        (Some(_), false) => Err(Failure::new(Exit::Usage, format!("name one with --shop: {domains}"))),
        (None, _) => {
            let told = "there is no shop yet: `consign serve` or `consign dev` makes it";
            Err(Failure::new(Exit::NotFound, told))
        }
    }
}

/// The locations of a shop, by name.
#[derive(Debug, Clone)]
pub struct Locations(Vec<Location>);

impl Locations {
    /// Those of `shop`.
    ///
    /// # Errors
    /// [`Failure`] if the database is away.
    pub async fn of(store: &Store, shop: ShopId) -> Result<Self, Failure> {
        Ok(Self(store.places(shop).await?.0))
    }

    /// The location of that name.
    pub fn named(&self, name: &str) -> Option<LocationId> {
        let found = self.0.iter().find(|location| location.name.eq_ignore_ascii_case(name.trim()));
        found.map(|location| location.id)
    }

    /// The name of a location.
    pub fn name(&self, id: LocationId) -> Option<&str> {
        self.0.iter().find(|location| location.id == id).map(|location| location.name.as_str())
    }

    /// Every name, for people to choose from.
    pub fn names(&self) -> String {
        self.0.iter().map(|location| location.name.as_str()).collect::<Vec<_>>().join(", ")
    }
}
