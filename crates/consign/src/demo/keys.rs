//! The demo keys. Everybody knows them, so they are marked as such, and `consign serve` refuses to start while one of
//! them opens anything.

use std::sync::Arc;

use domain::actor::{Permission, Permissions};
use domain::id::AppId;
use domain::snapshot::Shop;
use engine::Engine;
use engine::keys::KeyWanted;
use engine::seal::token_hash;
use store::Store;

use crate::failure::Failure;

const MERCHANT_TOKEN: &str = "shpat_test_5e11e2000000000000000000000c0de1";
const MERCHANT_SECRET: &str = "shpss_test_5e11e2000000000000000000000c0de1";
const SERVICE_TOKEN: &str = "shpat_test_3b10000000000000000000000000c0de";
const SERVICE_SECRET: &str = "shpss_test_3b10000000000000000000000000c0de";

/// What a fulfillment service needs.
const SERVICE_PERMISSIONS: &[Permission] = &[
    Permission::WriteAssignedWork,
    Permission::WriteFulfillments,
    Permission::ReadLocations,
    Permission::ReadProducts,
    Permission::ReadOrders,
    Permission::WriteInventory,
];

/// Demo keys that open something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keys {
    /// The merchant's token; it may do everything.
    pub merchant: &'static str,
    /// What signs messages to the merchant's program.
    pub secret: &'static str,
    /// The token of the program that runs the fulfillment service, if there is one.
    pub service: Option<&'static str>,
}

/// The demo keys of this installation; `None` if it has none, or they were revoked.
pub async fn known(store: &Store) -> Result<Option<Keys>, Failure> {
    let merchant = store.api_key(&token_hash(MERCHANT_TOKEN)).await?.filter(|key| key.demo);
    let service = store.api_key(&token_hash(SERVICE_TOKEN)).await?.filter(|key| key.demo);
    Ok(merchant.map(|_| Keys {
        merchant: MERCHANT_TOKEN,
        secret: MERCHANT_SECRET,
        service: service.map(|_| SERVICE_TOKEN),
    }))
}

/// What the fulfillment service's key allows.
pub(super) fn of_service() -> Permissions {
    Permissions::of(SERVICE_PERMISSIONS)
}

/// Makes the merchant's key.
pub(super) async fn merchant(engine: &Engine, shop: &Arc<Shop>) -> Result<(), Failure> {
    let tokens = (MERCHANT_TOKEN, MERCHANT_SECRET);
    make(engine, shop, "Consign Demo", tokens, Permissions::all()).await.map(drop)
}

/// Makes the key of the program that runs the fulfillment service.
pub(super) async fn service(engine: &Engine, shop: &Arc<Shop>, name: &str) -> Result<AppId, Failure> {
    make(engine, shop, name, (SERVICE_TOKEN, SERVICE_SECRET), of_service()).await
}

async fn make(
    engine: &Engine,
    shop: &Arc<Shop>,
    app_name: &str,
    (token, secret): (&str, &str),
    permissions: Permissions,
) -> Result<AppId, Failure> {
    let wanted = KeyWanted {
        app: None,
        app_name,
        dialect: shopify::NAME,
        label: "demo",
        permissions,
        token_prefix: "shpat_test_",
        secret_prefix: "shpss_test_",
        token: Some(token),
        secret: Some(secret),
    };
    Ok(engine.make_key(shop, wanted).await?.record.app)
}
