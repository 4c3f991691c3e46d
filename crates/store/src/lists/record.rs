//! Pages of records of a kind.

use domain::id::{RecordId, ShopId};
use domain::record::{Record, RecordKind};

use super::{Condition, Page, tail};
use crate::Store;
use crate::db::{Error, Query};
use crate::load::{bodies, by_ids};

/// What a list of records is sorted by; the id decides between equals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RecordSort {
    /// The id alone.
    #[default]
    Id,
    /// When it last changed.
    UpdatedAt,
}

pub(crate) fn records_query(
    shop: ShopId,
    kind: RecordKind,
    conditions: &[Condition],
    sort: RecordSort,
    page: &Page,
) -> Query {
    let key = match sort {
        RecordSort::Id => "record_id",
        RecordSort::UpdatedAt => "updated_at",
    };
    let mut tail = tail(shop, "r", conditions, key, "record_id", page);
    tail.values.push(kind.as_str().into());
    let kind = tail.values.len();
    let select = format!("SELECT r.body FROM records r WHERE r.shop_id = $1 AND r.kind = ${kind}");
    Query::new(select + &tail.sql, tail.values)
}

impl Store {
    /// A page of records of a kind. Conditions may name the columns `RecordId`, `ParentId`, `OtherId`, `Name`,
    /// `Archived`, `RecordKey` and `UpdatedAt`.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`].
    pub async fn records(
        &self,
        shop: ShopId,
        kind: RecordKind,
        conditions: &[Condition],
        sort: RecordSort,
        page: &Page,
    ) -> Result<Vec<Record>, Error> {
        let query = records_query(shop, kind, conditions, sort, page);
        bodies(&self.db.read(vec![query]).await?.pop().unwrap_or_default())
    }

    /// Records by id, whatever their kind; those that aren't there are left out.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`].
    pub async fn records_by_id(&self, shop: ShopId, ids: &[RecordId]) -> Result<Vec<Record>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
        let query = by_ids(shop, "SELECT body FROM records", "record_id", &ids);
        bodies(&self.db.read(vec![query]).await?.pop().unwrap_or_default())
    }
}
