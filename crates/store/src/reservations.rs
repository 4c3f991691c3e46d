//! Reservations: how they are found, written, and ended. A row that is there keeps units; whoever takes it away sets them
//! free in the same transaction, and nobody else can.

use std::collections::BTreeMap;

use domain::id::{ReservationId, ShopId};
use domain::reservation::{Reservation, ReservationKey};
use domain::time::Time;

use crate::Store;
use crate::audit::Finding;
use crate::body;
use crate::db::{Error, Query, Statement};
use crate::load::{bodies, by_ids};

const INSERT: &str = "INSERT INTO reservations (shop_id, reservation_id, name, test, expires_at, body) \
     VALUES ($1, $2, $3, $4, $5, $6)";
const DELETE: &str = "DELETE FROM reservations WHERE shop_id = $1 AND reservation_id = $2";

pub(crate) fn meant_by(shop: ShopId, key: &ReservationKey) -> Query {
    match key {
        ReservationKey::Id(id) => by_ids(shop, "SELECT body FROM reservations", "reservation_id", &[id.0]),
        ReservationKey::Name(name, test) => Query::new(
            "SELECT body FROM reservations WHERE shop_id = $1 AND name = $2 AND test = $3",
            vec![shop.0.into(), name.as_str().into(), (*test).into()],
        ),
    }
}

pub(crate) fn inserted(shop: ShopId, reservation: &Reservation) -> Result<Statement, Error> {
    Ok(Statement::new(
        INSERT,
        vec![
            shop.0.into(),
            reservation.id.0.into(),
            reservation.name.as_str().into(),
            reservation.test.into(),
            reservation.expires_at.0.into(),
            body::write(reservation)?.into(),
        ],
    ))
}

pub(crate) fn deleted(shop: ShopId, id: ReservationId) -> Statement {
    Statement::new(DELETE, vec![shop.0.into(), id.0.into()])
}

pub(crate) fn over_query(shop: ShopId, now: Time, limit: u32) -> Query {
    let sql = format!(
        "SELECT reservation_id FROM reservations WHERE shop_id = $1 AND expires_at <= $2 \
         ORDER BY expires_at, reservation_id LIMIT {limit}"
    );
    Query::new(sql, vec![shop.0.into(), now.0.into()])
}

impl Store {
    /// Reservations whose time has come.
    ///
    /// # Errors
    /// As [`crate::db::Db::read`].
    pub async fn reservations_over(
        &self,
        shop: ShopId,
        now: Time,
        limit: u32,
    ) -> Result<Vec<ReservationId>, Error> {
        let rows = self.db.read(vec![over_query(shop, now, limit)]).await?.pop().unwrap_or_default();
        rows.iter().map(|row| Ok(ReservationId(row.int(0)?))).collect()
    }

    /// What is kept is what reservations keep (Q19), as of one moment.
    pub(crate) async fn audit_reservations(
        &self,
        shop: ShopId,
        findings: &mut Vec<Finding>,
    ) -> Result<(), Error> {
        let ask = |sql: &'static str| Query::new(sql, vec![shop.0.into()]);
        let queries = vec![
            ask("SELECT body FROM reservations WHERE shop_id = $1"),
            ask("SELECT variant_id, location_id, kept FROM stock WHERE shop_id = $1 AND kept <> 0"),
        ];
        let [reservations, stock] = &*self.db.read(queries).await? else { return Ok(()) };
        // (what stock says, what reservations say)
        let mut kept: BTreeMap<(i64, i64), (i64, i64)> = BTreeMap::new();
        for row in stock {
            kept.entry((row.int(0)?, row.int(1)?)).or_default().0 = row.int(2)?;
        }
        for units in bodies::<Reservation>(reservations)?.iter().flat_map(|own| &own.units) {
            kept.entry((units.variant.0, units.location.0)).or_default().1 += units.quantity;
        }
        for ((variant, location), (is, must)) in kept.into_iter().filter(|(_, (is, must))| is != must) {
            let what = format!(
                "Q19: {is} of variant {variant} are kept at location {location}, and reservations keep {must}"
            );
            findings.push(Finding { order: None, what });
        }
        Ok(())
    }
}
