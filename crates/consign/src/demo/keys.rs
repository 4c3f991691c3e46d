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

use crate::dialects;
use crate::failure::Failure;

const MERCHANT_TOKEN: &str = "shpat_test_5e11e2000000000000000000000c0de1";
const MERCHANT_SECRET: &str = "shpss_test_5e11e2000000000000000000000c0de1";
const SERVICE_TOKEN: &str = "shpat_test_3b10000000000000000000000000c0de";
const SERVICE_SECRET: &str = "shpss_test_3b10000000000000000000000000c0de";

const CLICKFUNNELS_TOKEN: &str = "cf_test_5e11e2000000000000000000000c0de1";
const CLICKFUNNELS_SECRET: &str = "cfs_test_5e11e2000000000000000000000c0de1";

const DIGITALRIVER_TOKEN: &str = "sk_test_5e11e2000000000000000000000c0de1";
const DIGITALRIVER_SECRET: &str = "wh_test_5e11e2000000000000000000000c0de1";

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
    /// The merchant's token for ClickFunnels' API, if there is one; it may do everything, too.
    pub clickfunnels: Option<&'static str>,
    /// The merchant's token for Digital River's API, likewise; it is one of the test mode.
    pub digitalriver: Option<&'static str>,
}

impl Keys {
    /// The merchant's token for a dialect.
    pub fn merchant_of(&self, dialect: &str) -> Option<&'static str> {
        match dialect {
            shopify::NAME => Some(self.merchant),
            clickfunnels::NAME => self.clickfunnels,
            digitalriver::NAME => self.digitalriver,
            _ => None,
        }
    }
}

/// The demo keys of this installation; `None` if it has none, or they were revoked.
pub async fn known(store: &Store) -> Result<Option<Keys>, Failure> {
    let merchant = store.api_key(&token_hash(MERCHANT_TOKEN)).await?.filter(|key| key.demo);
    let service = store.api_key(&token_hash(SERVICE_TOKEN)).await?.filter(|key| key.demo);
    let clickfunnels = store.api_key(&token_hash(CLICKFUNNELS_TOKEN)).await?.filter(|key| key.demo);
    let digitalriver = store.api_key(&token_hash(DIGITALRIVER_TOKEN)).await?.filter(|key| key.demo);
    Ok(merchant.map(|_| Keys {
        merchant: MERCHANT_TOKEN,
        secret: MERCHANT_SECRET,
        service: service.map(|_| SERVICE_TOKEN),
        clickfunnels: clickfunnels.map(|_| CLICKFUNNELS_TOKEN),
        digitalriver: digitalriver.map(|_| DIGITALRIVER_TOKEN),
    }))
}

/// What the fulfillment service's key allows.
pub(super) fn of_service() -> Permissions {
    Permissions::of(SERVICE_PERMISSIONS)
}

/// Makes the merchant's key.
pub(super) async fn merchant(engine: &Engine, shop: &Arc<Shop>) -> Result<(), Failure> {
    let tokens = (MERCHANT_TOKEN, MERCHANT_SECRET);
    make(engine, shop, "Consign Demo", shopify::NAME, tokens, Permissions::all()).await.map(drop)
}

/// Makes the merchant's keys for the other APIs that are spoken.
pub(super) async fn others(engine: &Engine, shop: &Arc<Shop>) -> Result<(), Failure> {
    let all = Permissions::all();
    let tokens = (CLICKFUNNELS_TOKEN, CLICKFUNNELS_SECRET);
    make(engine, shop, "Consign Demo, ClickFunnels", clickfunnels::NAME, tokens, all).await?;
    let tokens = (DIGITALRIVER_TOKEN, DIGITALRIVER_SECRET);
    make(engine, shop, "Consign Demo, Digital River", digitalriver::NAME, tokens, all).await.map(drop)
}

/// Makes the key of the program that runs the fulfillment service.
pub(super) async fn service(engine: &Engine, shop: &Arc<Shop>, name: &str) -> Result<AppId, Failure> {
    make(engine, shop, name, shopify::NAME, (SERVICE_TOKEN, SERVICE_SECRET), of_service()).await
}

async fn make(
    engine: &Engine,
    shop: &Arc<Shop>,
    app_name: &str,
    dialect: &str,
    (token, secret): (&str, &str),
    permissions: Permissions,
) -> Result<AppId, Failure> {
    let wanted = KeyWanted {
        app: None,
        app_name,
        dialect,
        label: "demo",
        permissions,
        // Both are known beforehand, so nothing is made of these.
        token_prefix: "",
        secret_prefix: "",
        token: Some(token),
        secret: Some(secret),
    };
    let made = engine.make_key(shop, wanted).await?;
    if dialects::is_chronicled(dialect) {
        engine.chronicle(shop, dialect).await?;
    }
    Ok(made.record.app)
}
