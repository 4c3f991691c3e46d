//! Gateways are set up by shop and name. What is secret of one is sealed before it is stored.

use domain::id::ShopId;
use serde_json::Value;
use store::GatewayRow;

use super::Account;
use crate::{Engine, Error};

/// How long a name may be.
const NAME_MAX: usize = 40;

/// A gateway that a shop takes money through.
#[derive(Clone)]
pub struct SetUp {
    /// What orders call it: lower-case letters, digits, `_` and `-`.
    pub name: String,
    /// Which of the gateways that the program knows it is.
    pub kind: String,
    /// What it is to know of the shop.
    pub account: Account,
}

impl SetUp {
    /// What is wrong with its name, in words; `None` if nothing is.
    pub fn fault(&self) -> Option<&'static str> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
        let fine = (1..=NAME_MAX).contains(&self.name.len()) && self.name.bytes().all(plain);
        (!fine).then_some("a gateway's name is up to 40 lower-case letters, digits, _ and -")
    }
}

impl Engine {
    /// Sets a gateway up for a shop, or sets it up anew.
    ///
    /// # Errors
    /// As [`store::Store::save_gateway`], and if the secret can't be sealed.
    pub async fn set_up_gateway(&self, shop: ShopId, gateway: &SetUp) -> Result<(), Error> {
        let sealed_secret = match &gateway.account.secret {
            Value::Null => None,
            secret => Some(self.sealer().seal(&secret.to_string())?),
        };
        let row = GatewayRow {
            name: gateway.name.clone(),
            kind: gateway.kind.clone(),
            settings: gateway.account.settings.to_string(),
            sealed_secret,
            created_at: self.now(),
        };
        Ok(self.store().save_gateway(shop, &row).await?)
    }

    /// Every gateway that a shop has set up, by name.
    ///
    /// # Errors
    /// As [`store::Store::gateways`], and if a secret can't be opened.
    pub async fn gateways(&self, shop: ShopId) -> Result<Vec<SetUp>, Error> {
        let unreadable = |error| Error::Bug(format!("a gateway's settings can't be read: {error}"));
        let mut all = Vec::new();
        for row in self.store().gateways(shop).await? {
            let secret = match &row.sealed_secret {
                Some(sealed) => serde_json::from_str(&self.sealer().open(sealed)?).map_err(unreadable)?,
                None => Value::Null,
            };
            let settings = serde_json::from_str(&row.settings).map_err(unreadable)?;
            all.push(SetUp { name: row.name, kind: row.kind, account: Account { settings, secret } });
        }
        Ok(all)
    }
}
