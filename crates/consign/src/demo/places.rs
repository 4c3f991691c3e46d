//! Where the demo shop ships from: Berlin and Chicago, and a fulfillment service in Malmö.

use domain::address::Address;
use domain::command::Command;
use domain::id::{AppId, LocationId, ServiceId};
use domain::location::{Location, Service, Zone};
use engine::Engine;

use super::stage::Stage;
use crate::failure::Failure;

/// The fulfillment service.
pub(super) const NORDIC: &str = "Nordic 3PL";

/// The locations, and the service that runs one of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Places {
    pub(super) berlin: LocationId,
    pub(super) chicago: LocationId,
    pub(super) malmo: LocationId,
    pub(super) nordic: ServiceId,
}

/// Makes the locations and the service of the program `app`.
pub(super) async fn make(engine: &Engine, stage: &Stage<'_>, app: AppId) -> Result<Places, Failure> {
    let ids = engine.ids();
    let places = Places {
        berlin: ids.fresh().await?,
        chicago: ids.fresh().await?,
        malmo: ids.fresh().await?,
        nordic: ids.fresh().await?,
    };
    let berlin = address(["Lagerweg 12", "Berlin", "10245", "Germany", "DE", "", ""]);
    let chicago = address(["400 Depot Street", "Chicago", "60608", "United States", "US", "Illinois", "IL"]);
    let malmo = address(["Hamnmagasinet 3", "Malmö", "211 19", "Sweden", "SE", "", ""]);
    let now = engine.now();
    let location = |id, name: &str, address, rank, service| Location {
        id,
        name: name.to_owned(),
        address,
        active: true,
        ships_orders: true,
        rank,
        service,
        zones: None,
        custom_fields: Vec::new(),
        created_at: now,
        updated_at: now,
        deactivated_at: None,
    };
    stage.act(&Command::SaveLocation(location(places.berlin, "Berlin", berlin, 1, None))).await?;
    let north_america = ["US", "CA"].map(|code| Zone { country: code.to_owned(), provinces: Vec::new() });
    let chicago = Location {
        zones: Some(north_america.into()),
        ..location(places.chicago, "Chicago", chicago, 2, None)
    };
    stage.act(&Command::SaveLocation(chicago)).await?;
    let service = Service {
        id: places.nordic,
        app,
        name: NORDIC.to_owned(),
        handle: "nordic-3pl".to_owned(),
        location: places.malmo,
        callback_url: None,
        gives_tracking: false,
        gives_stock: false,
        requires_shipping: true,
        created_at: now,
        updated_at: now,
    };
    let malmo = location(places.malmo, NORDIC, malmo, 3, Some(places.nordic));
    stage.act(&Command::SaveService(service, malmo)).await?;
    Ok(places)
}

/// Street, city, postal code, country, its code, province, its code.
fn address(parts: [&str; 7]) -> Address {
    let [address1, city, zip, country, country_code, province, province_code] =
        parts.map(|part| Some(part.to_owned()).filter(|part| !part.is_empty()));
    Address { address1, city, zip, country, country_code, province, province_code, ..Address::default() }
}
