//! Shops, the programs that work for them, and the keys of those programs; and the numbers handed out in blocks.

use std::sync::Arc;

use domain::actor::Permissions;
use domain::id::{AppId, ShopId};
use domain::snapshot::Shop;
use domain::time::Time;

use crate::Store;
use crate::body;
use crate::commit::Remembered;
use crate::db::{Error, Query, Statement};

/// What a token opens.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiKey {
    /// The shop.
    pub shop: Arc<Shop>,
    /// The program.
    pub app: AppId,
    /// The dialect that the key speaks.
    pub dialect: String,
    /// What it allows.
    pub permissions: Permissions,
    /// Whether it is one of the demo keys, which are refused in production.
    pub demo: bool,
}

/// A key as it is listed; the token itself is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRecord {
    /// Its id.
    pub id: i64,
    /// The program.
    pub app: AppId,
    /// The dialect that it speaks.
    pub dialect: String,
    /// What its maker called it.
    pub label: String,
    /// The token's last characters, to recognise it by.
    pub hint: String,
    /// What it allows.
    pub permissions: Permissions,
    /// Whether it is one of the demo keys.
    pub demo: bool,
    /// When it was made.
    pub created_at: Time,
    /// When it was revoked.
    pub revoked_at: Option<Time>,
}

/// A key to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// What is listed of it.
    pub record: KeyRecord,
    /// The hash of its token.
    pub token_hash: String,
}

/// A program that works for a shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppRecord {
    /// Its id.
    pub id: AppId,
    /// Its name.
    pub name: String,
    /// What signs the messages that it is sent, sealed.
    pub sealed_secret: String,
}

impl Store {
    /// Makes or changes a shop.
    ///
    /// # Errors
    /// As [`crate::db::Db::write`]; so for every function here that writes, and as `read` for those that read.
    pub async fn save_shop(&self, shop: &Shop) -> Result<(), Error> {
        let sql = "INSERT INTO shops (shop_id, domain, body) VALUES ($1, $2, $3) \
                   ON CONFLICT (shop_id) DO UPDATE SET domain = excluded.domain, body = excluded.body";
        let params = vec![shop.id.0.into(), shop.domain.as_str().into(), body::write(shop)?.into()];
        self.db.write(vec![Statement::new(sql, params)]).await.map(|_| ())
    }

    /// Every shop.
    pub async fn shops(&self) -> Result<Vec<Shop>, Error> {
        let rows = self.db.read(vec![Query::new("SELECT body FROM shops ORDER BY shop_id", vec![])]).await?;
        rows.into_iter().flatten().map(|row| body::read(row.text(0)?)).collect()
    }

    /// The shop of that id.
    pub async fn shop(&self, id: ShopId) -> Result<Option<Shop>, Error> {
        let query = Query::new("SELECT body FROM shops WHERE shop_id = $1", vec![id.0.into()]);
        let rows = self.db.read(vec![query]).await?;
        rows.into_iter().flatten().next().map(|row| body::read(row.text(0)?)).transpose()
    }

    /// What a token opens; `None` if nothing, or nothing any more.
    pub async fn api_key(&self, token_hash: &str) -> Result<Option<ApiKey>, Error> {
        let query = Query::new(
            "SELECT s.body, k.app_id, k.dialect, k.permissions, k.demo FROM api_keys k \
             JOIN shops s ON s.shop_id = k.shop_id WHERE k.token_hash = $1 AND k.revoked_at IS NULL",
            vec![token_hash.into()],
        );
        let rows = self.db.read(vec![query]).await?.pop().unwrap_or_default();
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(Some(ApiKey {
            shop: Arc::new(body::read(row.text(0)?)?),
            app: AppId(row.int(1)?),
            dialect: row.text(2)?.to_owned(),
            permissions: Permissions::from_bits(row.int(3)?),
            demo: row.int(4)? != 0,
        }))
    }

    /// Makes a key, and its program unless it is there.
    pub async fn add_key(&self, shop: ShopId, app: &AppRecord, key: &NewKey) -> Result<(), Error> {
        let record = &key.record;
        let program = Statement::new(
            "INSERT INTO apps (shop_id, app_id, name, secret, created_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (shop_id, app_id) DO NOTHING",
            vec![
                shop.0.into(),
                app.id.0.into(),
                app.name.as_str().into(),
                app.sealed_secret.as_str().into(),
                record.created_at.0.into(),
            ],
        );
        let key = Statement::new(
            "INSERT INTO api_keys (token_hash, shop_id, key_id, app_id, dialect, label, hint, permissions, demo, \
             created_at, revoked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL)",
            vec![
                key.token_hash.as_str().into(),
                shop.0.into(),
                record.id.into(),
                record.app.0.into(),
                record.dialect.as_str().into(),
                record.label.as_str().into(),
                record.hint.as_str().into(),
                record.permissions.bits().into(),
                record.demo.into(),
                record.created_at.0.into(),
            ],
        );
        self.db.write(vec![program.any(), key]).await.map(|_| ())
    }

    /// Every key of a shop, oldest first.
    pub async fn keys(&self, shop: ShopId) -> Result<Vec<KeyRecord>, Error> {
        let query = Query::new(
            "SELECT key_id, app_id, dialect, label, hint, permissions, demo, created_at, revoked_at \
             FROM api_keys WHERE shop_id = $1 ORDER BY key_id",
            vec![shop.0.into()],
        );
        let rows = self.db.read(vec![query]).await?.pop().unwrap_or_default();
        rows.iter()
            .map(|row| {
                Ok(KeyRecord {
                    id: row.int(0)?,
                    app: AppId(row.int(1)?),
                    dialect: row.text(2)?.to_owned(),
                    label: row.text(3)?.to_owned(),
                    hint: row.text(4)?.to_owned(),
                    permissions: Permissions::from_bits(row.int(5)?),
                    demo: row.int(6)? != 0,
                    created_at: Time(row.int(7)?),
                    revoked_at: row.opt_int(8)?.map(Time),
                })
            })
            .collect()
    }

    /// What a program's keys allow together; nothing once all are revoked.
    pub async fn permissions_of(&self, shop: ShopId, app: AppId) -> Result<Permissions, Error> {
        let query = Query::new(
            "SELECT permissions FROM api_keys WHERE shop_id = $1 AND app_id = $2 AND revoked_at IS NULL",
            vec![shop.0.into(), app.0.into()],
        );
        let rows = self.db.read(vec![query]).await?.pop().unwrap_or_default();
        rows.iter().try_fold(0, |bits, row| Ok(bits | row.int(0)?)).map(Permissions::from_bits)
    }

    /// Revokes a key; tells whether it was there and not yet revoked.
    pub async fn revoke_key(&self, shop: ShopId, id: i64, now: Time) -> Result<bool, Error> {
        let sql =
            "UPDATE api_keys SET revoked_at = $3 WHERE shop_id = $1 AND key_id = $2 AND revoked_at IS NULL";
        let done =
            self.db.write(vec![Statement::new(sql, vec![shop.0.into(), id.into(), now.0.into()]).any()]);
        Ok(done.await?.iter().any(|written| written.affected > 0))
    }

    /// Whether a shop has demo keys that still open something.
    pub async fn has_demo_keys(&self) -> Result<bool, Error> {
        let sql = "SELECT key_id FROM api_keys WHERE demo = 1 AND revoked_at IS NULL LIMIT 1";
        Ok(self.db.read(vec![Query::new(sql, vec![])]).await?.pop().is_some_and(|rows| !rows.is_empty()))
    }

    /// A program.
    pub async fn app(&self, shop: ShopId, id: AppId) -> Result<Option<AppRecord>, Error> {
        let query = Query::new(
            "SELECT app_id, name, secret FROM apps WHERE shop_id = $1 AND app_id = $2",
            vec![shop.0.into(), id.0.into()],
        );
        let rows = self.db.read(vec![query]).await?.pop().unwrap_or_default();
        rows.first()
            .map(|row| {
                Ok(AppRecord {
                    id: AppId(row.int(0)?),
                    name: row.text(1)?.to_owned(),
                    sealed_secret: row.text(2)?.to_owned(),
                })
            })
            .transpose()
    }

    /// The first of `count` ids that nobody else is given, ever.
    pub async fn id_block(&self, first_ever: i64, count: i64) -> Result<i64, Error> {
        let statement = Statement::new(
            "INSERT INTO id_blocks (name, next) VALUES ('id', $1) ON CONFLICT (name) \
             DO UPDATE SET next = id_blocks.next + $2 RETURNING next",
            vec![(first_ever + count).into(), count.into()],
        );
        Ok(returned(self.db.write(vec![statement]).await?)? - count)
    }

    /// The first of `count` running numbers of that name in a shop.
    pub async fn number_block(
        &self,
        shop: ShopId,
        name: &str,
        first_ever: i64,
        count: i64,
    ) -> Result<i64, Error> {
        let statement = Statement::new(
            "INSERT INTO counters (shop_id, name, next) VALUES ($1, $2, $3) ON CONFLICT (shop_id, name) \
             DO UPDATE SET next = counters.next + $4 RETURNING next",
            vec![shop.0.into(), name.into(), (first_ever + count).into(), count.into()],
        );
        Ok(returned(self.db.write(vec![statement]).await?)? - count)
    }

    /// Gives back the tail of a block of running numbers, if nobody drew one since.
    pub async fn return_numbers(&self, shop: ShopId, name: &str, next: i64, end: i64) -> Result<(), Error> {
        let sql = "UPDATE counters SET next = $3 WHERE shop_id = $1 AND name = $2 AND next = $4";
        let params = vec![shop.0.into(), name.into(), next.into(), end.into()];
        self.db.write(vec![Statement::new(sql, params).any()]).await.map(|_| ())
    }

    /// Lets running numbers of that name go on after `number`.
    pub async fn number_seen(&self, shop: ShopId, name: &str, number: i64) -> Result<(), Error> {
        let next = number + 1;
        let sql = "INSERT INTO counters (shop_id, name, next) VALUES ($1, $2, $3) ON CONFLICT (shop_id, name) \
                   DO UPDATE SET next = CASE WHEN counters.next < $3 THEN $3 ELSE counters.next END";
        let params = vec![shop.0.into(), name.into(), next.into()];
        self.db.write(vec![Statement::new(sql, params)]).await.map(|_| ())
    }

    /// What was answered to a request with that key before.
    pub async fn remembered(
        &self,
        shop: ShopId,
        scope: &str,
        key: &str,
    ) -> Result<Option<Remembered>, Error> {
        let query = Query::new(
            "SELECT fingerprint, answer FROM idempotency WHERE shop_id = $1 AND scope = $2 AND request_key = $3",
            vec![shop.0.into(), scope.into(), key.into()],
        );
        let rows = self.db.read(vec![query]).await?.pop().unwrap_or_default();
        rows.first()
            .map(|row| {
                Ok(Remembered {
                    scope: scope.to_owned(),
                    key: key.to_owned(),
                    fingerprint: row.text(0)?.to_owned(),
                    answer: row.text(1)?.to_owned(),
                })
            })
            .transpose()
    }

    /// Forgets answers older than `before`; tells how many.
    pub async fn forget_answers(&self, shop: ShopId, before: Time) -> Result<u64, Error> {
        let sql = "DELETE FROM idempotency WHERE shop_id = $1 AND created_at < $2";
        let done =
            self.db.write(vec![Statement::new(sql, vec![shop.0.into(), before.0.into()]).any()]).await?;
        Ok(done.iter().map(|written| written.affected).sum())
    }
}

fn returned(written: Vec<crate::db::Written>) -> Result<i64, Error> {
    let row = written.first().and_then(|written| written.rows.first());
    row.ok_or_else(|| Error::Bug("a counter answered nothing".to_owned()))?.int(0)
}
