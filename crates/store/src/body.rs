//! Bodies: aggregates as JSON text with a format number, and the cache of those that were parsed.
//!
//! The format number stands in front of the JSON (`1{…}`), so that it is read without parsing the rest. A body of an
//! older format is lifted on reading; it is written in the newest at its next change.

use std::sync::Arc;

use domain::fulfillment::Fulfillment;
use domain::order::Order;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::db::Error;

/// The newest format of every body.
const FORMAT: char = '1';

/// An aggregate as its body.
pub(crate) fn write<T: Serialize>(aggregate: &T) -> Result<String, Error> {
    let mut body = Vec::with_capacity(2048);
    body.push(FORMAT as u8);
    serde_json::to_writer(&mut body, aggregate)
        .map_err(|e| Error::Bug(format!("a body can't be written: {e}")))?;
    String::from_utf8(body).map_err(|e| Error::Bug(format!("a body is no text: {e}")))
}

/// A body as its aggregate.
pub(crate) fn read<T: DeserializeOwned>(body: &str) -> Result<T, Error> {
    let json = json(body)?;
    serde_json::from_str(json).map_err(|e| Error::Bug(format!("a body can't be read: {e}")))
}

/// The JSON of a body.
pub(crate) fn json(body: &str) -> Result<&str, Error> {
    body.strip_prefix(FORMAT).ok_or_else(|| {
        Error::Bug("a body was written by a newer version; run at least that version".to_owned())
    })
}

/// How many parsed orders are kept. About 10 KB each.
const KEPT: usize = 2_000;

/// Orders and fulfillments that were parsed, by id and version. The version is read from the database every time,
/// so what is answered is never old; only the parsing is saved.
pub(crate) struct Parsed {
    orders: quick_cache::sync::Cache<i64, Arc<Order>>,
    fulfillments: quick_cache::sync::Cache<i64, Arc<Fulfillment>>,
}

impl Parsed {
    pub(crate) fn new() -> Self {
        Self {
            orders: quick_cache::sync::Cache::new(KEPT),
            fulfillments: quick_cache::sync::Cache::new(KEPT),
        }
    }

    /// The order of that id and version, parsed from `body` unless it is known.
    pub(crate) fn order(&self, id: i64, version: i64, body: &str) -> Result<Arc<Order>, Error> {
        if let Some(order) = self.orders.get(&id).filter(|order| order.version == version) {
            return Ok(order);
        }
        let order: Arc<Order> = Arc::new(read(body)?);
        self.orders.insert(id, order.clone());
        Ok(order)
    }

    /// The same to be changed. It is not kept: the version that is to be written takes its place at once.
    pub(crate) fn own_order(&self, id: i64, version: i64, body: &str) -> Result<Order, Error> {
        match self.orders.get(&id).filter(|order| order.version == version) {
            Some(order) => Ok(Order::clone(&order)),
            None => read(body),
        }
    }

    /// The fulfillment of that id and version, likewise.
    pub(crate) fn fulfillment(&self, id: i64, version: i64, body: &str) -> Result<Arc<Fulfillment>, Error> {
        if let Some(known) = self.fulfillments.get(&id).filter(|known| known.version == version) {
            return Ok(known);
        }
        let fulfillment: Arc<Fulfillment> = Arc::new(read(body)?);
        self.fulfillments.insert(id, fulfillment.clone());
        Ok(fulfillment)
    }
}
