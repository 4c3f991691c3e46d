//! Inquiries: what fulfillment services are asked for, and when next. There is a row for everything that a service said
//! it would answer; it is claimed by moving its time on. Whoever is killed with a claim costs one round, no more.

use domain::fulfillment::Fulfillment;
use domain::id::{FulfillmentId, LocationId, ServiceId, ShopId, VariantId};
use domain::location::Inquiry;
use domain::time::Time;

use crate::Store;
use crate::db::{Error, Query, Row, Statement};

/// An inquiry as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InquiryRow {
    /// Whom.
    pub service: ServiceId,
    /// For what.
    pub inquiry: Inquiry,
    /// When next.
    pub due_at: Time,
    /// What came of it the last time.
    pub last: Option<Inquired>,
}

/// What came of asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inquired {
    /// When it was asked.
    pub at: Time,
    /// What came of it, in a word.
    pub answer: String,
    /// The same for people.
    pub excerpt: String,
}

/// Statements that let a service be asked for what it answers, from `due` on, and for nothing else.
pub(crate) fn written(
    shop: ShopId,
    service: ServiceId,
    due: impl Fn(Inquiry) -> Option<Time>,
    out: &mut Vec<Statement>,
) {
    for inquiry in Inquiry::ALL {
        let mut params = vec![shop.0.into(), service.0.into(), inquiry.as_str().into()];
        let sql = match due(inquiry) {
            Some(due) => {
                params.push(due.0.into());
                "INSERT INTO inquiries (shop_id, service_id, inquiry, due_at) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (shop_id, service_id, inquiry) DO NOTHING"
            }
            None => "DELETE FROM inquiries WHERE shop_id = $1 AND service_id = $2 AND inquiry = $3",
        };
        out.push(Statement::new(sql, params).any());
    }
}

/// The service that must still say how to find a fulfillment, as indexed.
pub(crate) fn untracked_by(fulfillment: &Fulfillment) -> Option<i64> {
    fulfillment.service.filter(|_| fulfillment.lacks_tracking()).map(|service| service.0)
}

pub(crate) fn due_query(shop: ShopId, now: Time) -> Query {
    let sql = "SELECT service_id FROM inquiries WHERE shop_id = $1 AND due_at <= $2 LIMIT 1";
    Query::new(sql, vec![shop.0.into(), now.0.into()])
}

pub(crate) fn untracked_query(
    shop: ShopId,
    service: ServiceId,
    before: Option<FulfillmentId>,
    limit: u32,
) -> Query {
    let mut params = vec![shop.0.into(), service.0.into()];
    let mut older = "";
    if let Some(before) = before {
        params.push(before.0.into());
        older = " AND fulfillment_id < $3";
    }
    let sql = format!(
        "SELECT fulfillment_id, version, body FROM fulfillments WHERE shop_id = $1 AND untracked_by = $2{older} \
         ORDER BY fulfillment_id DESC LIMIT {limit}"
    );
    Query::new(sql, params)
}

impl Store {
    /// Claims every inquiry that is due, until `next`. Each is handed out once, however many servers ask.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`] and [`crate::db::Db::write`].
    pub async fn claim_inquiries(
        &self,
        shop: ShopId,
        now: Time,
        next: Time,
    ) -> Result<Vec<(ServiceId, Inquiry)>, Error> {
        // Asked first, since a claim is a write.
        if self.db.read(vec![due_query(shop, now)]).await?.iter().all(Vec::is_empty) {
            return Ok(Vec::new());
        }
        let sql = "UPDATE inquiries SET due_at = $3 WHERE shop_id = $1 AND due_at <= $2 \
                   RETURNING service_id, inquiry";
        let params = vec![shop.0.into(), now.0.into(), next.0.into()];
        let written = self.db.write(vec![Statement::new(sql, params).any()]).await?;
        let row = |row: &Row| Ok((ServiceId(row.int(0)?), inquiry(row.text(1)?)?));
        written.iter().flat_map(|written| &written.rows).map(row).collect()
    }

    /// Records what came of an inquiry.
    ///
    /// # Errors
    /// As [`crate::db::Db::write`].
    pub async fn inquired(
        &self,
        shop: ShopId,
        service: ServiceId,
        inquiry: Inquiry,
        came: &Inquired,
    ) -> Result<(), Error> {
        let sql = "UPDATE inquiries SET asked_at = $4, answer = $5, excerpt = $6 \
                   WHERE shop_id = $1 AND service_id = $2 AND inquiry = $3";
        let params = vec![
            shop.0.into(),
            service.0.into(),
            inquiry.as_str().into(),
            came.at.0.into(),
            came.answer.as_str().into(),
            came.excerpt.as_str().into(),
        ];
        self.db.write(vec![Statement::new(sql, params).any()]).await.map(|_| ())
    }

    /// Lets a service be asked at once for all that it answers; tells for how many things.
    ///
    /// # Errors
    /// As [`crate::db::Db::write`].
    pub async fn inquire_now(&self, shop: ShopId, service: ServiceId, now: Time) -> Result<u64, Error> {
        let sql = "UPDATE inquiries SET due_at = $3 WHERE shop_id = $1 AND service_id = $2";
        let params = vec![shop.0.into(), service.0.into(), now.0.into()];
        let done = self.db.write(vec![Statement::new(sql, params).any()]).await?;
        Ok(done.iter().map(|written| written.affected).sum())
    }

    /// Every inquiry of a shop.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`].
    pub async fn inquiries(&self, shop: ShopId) -> Result<Vec<InquiryRow>, Error> {
        let query = Query::new(
            "SELECT service_id, inquiry, due_at, asked_at, answer, excerpt FROM inquiries \
             WHERE shop_id = $1 ORDER BY service_id, inquiry",
            vec![shop.0.into()],
        );
        let rows = self.db.read(vec![query]).await?.pop().unwrap_or_default();
        let row = |row: &Row| {
            let last = match row.opt_int(3)? {
                Some(at) => Some(Inquired {
                    at: Time(at),
                    answer: row.opt_text(4)?.unwrap_or_default().to_owned(),
                    excerpt: row.opt_text(5)?.unwrap_or_default().to_owned(),
                }),
                None => None,
            };
            let (service, due_at) = (ServiceId(row.int(0)?), Time(row.int(2)?));
            Ok(InquiryRow { service, inquiry: inquiry(row.text(1)?)?, due_at, last })
        };
        rows.iter().map(row).collect()
    }

    /// What a service sent and didn't say yet how to find, the newest first: (the fulfillment, its name).
    ///
    /// # Errors
    /// As [`crate::db::Db::read`].
    pub async fn untracked(
        &self,
        shop: ShopId,
        service: ServiceId,
        before: Option<FulfillmentId>,
        limit: u32,
    ) -> Result<Vec<(FulfillmentId, String)>, Error> {
        let query = untracked_query(shop, service, before, limit);
        let rows = self.db.read(vec![query]).await?.pop().unwrap_or_default();
        let fulfillments = self.fulfillments_of(&rows)?;
        Ok(fulfillments.iter().map(|fulfillment| (fulfillment.id, fulfillment.name.clone())).collect())
    }

    /// What a location stocks that has a SKU: (the variant, its SKU, units in the shelves).
    ///
    /// # Errors
    /// As [`crate::db::Db::read`].
    pub async fn shelf(
        &self,
        shop: ShopId,
        location: LocationId,
    ) -> Result<Vec<(VariantId, String, i64)>, Error> {
        let query = Query::new(
            "SELECT s.variant_id, v.sku, s.on_hand FROM stock s \
             JOIN variants v ON v.shop_id = s.shop_id AND v.variant_id = s.variant_id \
             WHERE s.shop_id = $1 AND v.shop_id = $1 AND s.location_id = $2 AND s.stocked = 1 \
             AND v.sku IS NOT NULL ORDER BY s.variant_id",
            vec![shop.0.into(), location.0.into()],
        );
        let rows = self.db.read(vec![query]).await?.pop().unwrap_or_default();
        rows.iter().map(|row| Ok((VariantId(row.int(0)?), row.text(1)?.to_owned(), row.int(2)?))).collect()
    }
}

fn inquiry(name: &str) -> Result<Inquiry, Error> {
    let known = Inquiry::ALL.into_iter().find(|inquiry| inquiry.as_str() == name);
    known.ok_or_else(|| Error::Bug(format!("a service is asked for {name}")))
}
