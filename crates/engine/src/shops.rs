//! What a shop is called, for programs that may say so; and since when a program works for it.

use domain::actor::{Actor, Permission};
use domain::id::AppId;
use domain::refusal::{Field, Refusal};
use domain::snapshot::Shop;
use domain::time::Time;

use crate::{Engine, Error};

/// Other values of a shop; `None` stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShopEdit {
    /// Its name.
    pub name: Option<String>,
    /// The first label of its host name, by which programs know it.
    pub label: Option<String>,
    /// IANA name of its time zone.
    pub time_zone: Option<String>,
}

impl Engine {
    /// Changes what a shop is called, and gives it as it is now. Every node knows within a second.
    ///
    /// # Errors
    /// As [`store::Store::shop`] and [`store::Store::save_shop`].
    pub async fn edit_shop(
        &self,
        shop: &Shop,
        actor: &Actor,
        edit: ShopEdit,
    ) -> Result<Result<Shop, Refusal>, Error> {
        let needs = &[Permission::WriteLocations];
        if !actor.may_any(needs) {
            return Ok(Err(Refusal::NotPermitted(needs)));
        }
        let mut now = self.store().shop(shop.id).await?.unwrap_or_else(|| shop.clone());
        if let Some(name) = edit.name {
            if name.trim().is_empty() {
                return Ok(Err(Refusal::Malformed(Field::Name, "can't be blank")));
            }
            now.name = name;
        }
        if let Some(label) = edit.label {
            let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            if label.is_empty() || label.len() > 63 || !label.chars().all(good) {
                return Ok(Err(Refusal::Malformed(Field::Url, "is no label of a host name")));
            }
            let rest = now.domain.split_once('.').map(|(_, rest)| rest.to_owned());
            now.domain = rest.map_or_else(|| label.clone(), |rest| format!("{label}.{rest}"));
        }
        if let Some(zone) = edit.time_zone {
            now.time_zone = zone;
        }
        self.store().save_shop(&now).await?;
        self.0.keys.forget();
        Ok(Ok(now))
    }

    /// Since when a program has a key.
    ///
    /// # Errors
    /// As [`store::Store::keys`].
    pub async fn app_since(&self, shop: &Shop, app: AppId) -> Result<Option<Time>, Error> {
        let keys = self.store().keys(shop.id).await?;
        Ok(keys.iter().filter(|key| key.app == app).map(|key| key.created_at).min())
    }
}
