//! The one place that writes SQL: a row per aggregate, on SQLite or PostgreSQL.
//!
//! [`db`] is the seam: one set of SQL texts, values in and rows out, for both databases. Above it, [`Store`] knows
//! what is kept: `load` reads what a command needs to have read, `commit` writes what was decided in one
//! transaction, the rest are lists and the tables of the workers. Every statement names its shop.

use std::sync::Arc;

use domain::decide::Decision;
use domain::id::ShopId;
use domain::snapshot::Snapshot;
use domain::time::Time;

mod analyze;
mod announcements;
mod audit;
mod billing;
mod body;
mod charges;
mod commit;
mod contacts;
pub mod db;
mod deliveries;
mod drafts;
mod events;
pub mod figures;
mod flavor;
mod gateways;
mod health;
mod index;
mod inquiries;
mod kept;
mod lists;
mod load;
mod migrate;
mod postgres;
mod reindex;
mod reservations;
mod shops;
mod sorting;
mod sqlite;
mod stock;
mod subjects;
mod traces;
mod workflows;

pub use announcements::{Announcement, Place, Wanted, Way};
pub use audit::Finding;
pub use billing::{AccessSort, Piece};
pub use commit::Remembered;
pub use contacts::{ContactRow, ContactSort};
pub use deliveries::{Attempt, AttemptRow, Delivery, DeliveryState, NewDelivery};
pub use events::{Pending, StoredEvent};
pub use flavor::Flavor;
pub use gateways::{GatewayRow, NewsRow, ToAsk};
pub use inquiries::{Inquired, InquiryRow};
pub use kept::Before;
pub use lists::{
    Column, Condition, Descending, FulfillmentRow, InvoiceRow, InvoiceSort, OrderRow, OrderSort, Page,
    Parcels, RecordSort, RestockRow, WorkRow, WorkSort,
};
pub use shops::{ApiKey, AppRecord, KeyRecord, NewKey};
pub use stock::Shelves;

use db::{Db, Error, Options};

/// The schema, oldest first. A text that was released is never changed.
pub const MIGRATIONS: &[(&str, &str)] = &[
    ("0001_init", include_str!("migrations/0001_init.sql")),
    ("0002_records", include_str!("migrations/0002_records.sql")),
    ("0003_contacts", include_str!("migrations/0003_contacts.sql")),
    ("0004_inquiries", include_str!("migrations/0004_inquiries.sql")),
    ("0005_stock_states", include_str!("migrations/0005_stock_states.sql")),
    ("0006_drafts", include_str!("migrations/0006_drafts.sql")),
    ("0007_billing", include_str!("migrations/0007_billing.sql")),
    ("0008_invoices", include_str!("migrations/0008_invoices.sql")),
    ("0009_gateways", include_str!("migrations/0009_gateways.sql")),
    ("0010_people", include_str!("migrations/0010_people.sql")),
    ("0011_mails", include_str!("migrations/0011_mails.sql")),
    ("0012_figures", include_str!("migrations/0012_figures.sql")),
    ("0013_workflows", include_str!("migrations/0013_workflows.sql")),
    ("0014_runs", include_str!("migrations/0014_runs.sql")),
    ("0015_sorting", include_str!("migrations/0015_sorting.sql")),
    ("0016_announcements", include_str!("migrations/0016_announcements.sql")),
    ("0017_parts", include_str!("migrations/0017_parts.sql")),
    ("0018_charges", include_str!("migrations/0018_charges.sql")),
    ("0019_runs_of_parts", include_str!("migrations/0019_runs_of_parts.sql")),
    ("0020_subjects", include_str!("migrations/0020_subjects.sql")),
    ("0021_reservations", include_str!("migrations/0021_reservations.sql")),
    ("0023_source_identifiers", include_str!("migrations/0023_source_identifiers.sql")),
];

/// Everything that is kept. Clones are cheap and share everything.
#[derive(Clone)]
pub struct Store {
    pub(crate) db: Db,
    pub(crate) parsed: Arc<body::Parsed>,
}

/// Why a commit did not happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommitError {
    /// Something that the decision was made from changed meanwhile: load and decide again.
    Stale,
    /// The same key was written before: read what was answered then.
    KeyTaken,
    /// The database had a reason of its own.
    Db(Error),
}

impl Store {
    /// Opens a database: `postgres://…`, or the path of an SQLite file.
    ///
    /// # Errors
    /// As [`Db::open`].
    pub async fn open(url: &str, options: Options) -> Result<Self, Error> {
        Ok(Self { db: Db::open(url, options).await?, parsed: Arc::new(body::Parsed::new()) })
    }

    /// Brings the schema up to date, and what is derived from bodies with it; answers what was applied.
    ///
    /// # Errors
    /// As [`Db::migrate`] and [`Store::reindex`].
    pub async fn migrate(&self) -> Result<Vec<String>, Error> {
        let mut applied = self.db.migrate(MIGRATIONS).await?;
        applied.extend(self.reindex_if_older().await?);
        Ok(applied)
    }

    /// The database beneath, for the doctor, backups and load programs.
    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Writes what was decided, all of it or nothing, and what to remember with it.
    ///
    /// # Errors
    /// [`CommitError`]; then nothing was written.
    pub async fn commit(
        &self,
        shop: ShopId,
        snapshot: &Snapshot,
        decision: &Decision,
        remember: Option<(&Remembered, Time)>,
    ) -> Result<(), CommitError> {
        let remember = remember.map(|(remembered, now)| (remembered, now.0));
        let keyed = remember.is_some();
        let batch = commit::batch(shop, snapshot, decision, remember).map_err(CommitError::Db)?;
        if batch.is_empty() {
            return Ok(());
        }
        match self.db.write(batch).await {
            Ok(_) => Ok(()),
            Err(Error::Stale { statement: 0 }) if keyed => Err(CommitError::KeyTaken),
            Err(Error::Stale { .. }) => Err(CommitError::Stale),
            // The same order came in twice at the same moment; whoever looks again sees the first.
            Err(Error::Constraint { name, .. }) if name == "orders_source" => Err(CommitError::Stale),
            // So did a contact with that e-mail address, a record with that key, or a reservation of that name.
            Err(Error::Constraint { name, .. }) if name == "contacts_email" => Err(CommitError::Stale),
            Err(Error::Constraint { name, .. }) if name == "records_by_key" => Err(CommitError::Stale),
            Err(Error::Constraint { name, .. }) if name == "reservations_named" => Err(CommitError::Stale),
            Err(error) => Err(CommitError::Db(error)),
        }
    }

    /// Remembers an answer that changed nothing.
    ///
    /// # Errors
    /// [`CommitError::KeyTaken`], or the database's own.
    pub async fn remember(
        &self,
        shop: ShopId,
        remembered: &Remembered,
        now: Time,
    ) -> Result<(), CommitError> {
        match self.db.write(vec![commit::remembering(shop, remembered, now.0)]).await {
            Ok(_) => Ok(()),
            Err(Error::Stale { .. }) => Err(CommitError::KeyTaken),
            Err(error) => Err(CommitError::Db(error)),
        }
    }
}

#[cfg(test)]
mod tests;
