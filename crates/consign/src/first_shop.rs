//! The shop. An installation has one until somebody makes more through the engine; it is made when first needed.

use std::sync::Arc;

use domain::actor::Actor;
use domain::address::Address;
use domain::command::Command;
use domain::id::{LocationId, ShopId};
use domain::location::Location;
use domain::money::Currency;
use domain::routing::TIE_BREAKERS;
use domain::snapshot::{LineWord, Shop, WhenDeclined, WhenUnheard};
use engine::Engine;
use store::Store;

use crate::failure::{Exit, Failure};

/// The id of the first shop. A fixed one, below all ids that are drawn, so that two nodes that start together on an
/// empty database make the same shop.
pub const FIRST: ShopId = ShopId(1);
/// The id of its first location, likewise.
const FIRST_LOCATION: LocationId = LocationId(2);

/// The shop that commands are about.
pub async fn find(store: &Store) -> Result<Arc<Shop>, Failure> {
    let none =
        || Failure::new(Exit::NotFound, "there is no shop yet: `consign serve` or `consign dev` makes it");
    store.shops().await?.into_iter().next().map(Arc::new).ok_or_else(none)
}

/// The shop that commands are about; a new one with one location if there is none.
pub async fn find_or_make(engine: &Engine) -> Result<Arc<Shop>, Failure> {
    match engine.store().shops().await?.into_iter().next() {
        Some(shop) => Ok(Arc::new(shop)),
        None => make(engine, "My shop", "my-shop.myshopify.com").await,
    }
}

/// Makes the first shop with one location.
pub async fn make(engine: &Engine, name: &str, domain: &str) -> Result<Arc<Shop>, Failure> {
    let shop = Arc::new(shop(name, domain));
    engine.store().save_shop(&shop).await?;
    let now = engine.now();
    let location = Location {
        id: FIRST_LOCATION,
        name: "Main location".to_owned(),
        address: Address::default(),
        active: true,
        ships_orders: true,
        rank: 1,
        service: None,
        zones: None,
        custom_fields: Vec::new(),
        created_at: now,
        updated_at: now,
        deactivated_at: None,
    };
    let made = engine.execute(&shop, &Actor::System, &Command::SaveLocation(location)).await?;
    made.map_err(|refusal| {
        Failure::new(Exit::Refused, format!("the first location was refused: {refusal:?}"))
    })?;
    Ok(shop)
}

/// A shop with the usual settings.
pub fn shop(name: &str, domain: &str) -> Shop {
    Shop {
        id: FIRST,
        name: name.to_owned(),
        domain: domain.to_owned(),
        currency: Currency::USD,
        email: String::new(),
        time_zone: "UTC".to_owned(),
        order_prefix: "#".to_owned(),
        tie_breakers: TIE_BREAKERS.to_vec(),
        when_declined: WhenDeclined::default(),
        billing: domain::billing::Rules::default(),
        throttle: None,
        when_unheard: WhenUnheard::default(),
        line_word: LineWord::default(),
        mail: domain::mail::MailRules::default(),
        payment_page: None,
        charging: domain::charging::Rules::default(),
    }
}
