//! Whether the database is sound and up to date, for the doctor and for `migrate`.

use domain::time::Time;

use crate::db::{Error, Query, Statement};
use crate::flavor::Flavor;
use crate::migrate;
use crate::{MIGRATIONS, Store};

impl Store {
    /// Every migration that this program knows, with the time when it was applied to this database, if it was.
    ///
    /// # Errors
    /// As [`crate::db::Db::write`].
    pub async fn migrations(&self) -> Result<Vec<(&'static str, Option<Time>)>, Error> {
        self.db.write(vec![Statement::new(migrate::CREATE_TABLE, vec![]).any()]).await?;
        let query = Query::new("SELECT name, applied_at FROM schema_migrations", vec![]);
        let rows = self.db.read(vec![query]).await?.pop().unwrap_or_default();
        let applied = |name: &str| {
            let row = rows.iter().find(|row| row.text(0) == Ok(name));
            row.map(|row| row.int(1).map(Time)).transpose()
        };
        MIGRATIONS.iter().map(|(name, _)| Ok((*name, applied(name)?))).collect()
    }

    /// What the database's own check of its file finds wrong; nothing on PostgreSQL, which has no such check.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`].
    pub async fn damage(&self) -> Result<Vec<String>, Error> {
        if self.db.flavor() == Flavor::Postgres {
            return Ok(Vec::new());
        }
        let rows = self.db.read(vec![Query::new("PRAGMA integrity_check", vec![])]).await?;
        let found: Result<Vec<String>, Error> =
            rows.iter().flatten().map(|row| row.text(0).map(str::to_owned)).collect();
        Ok(found?.into_iter().filter(|line| line != "ok").collect())
    }
}
