//! Subjects of events: whom an event is about beside the order that it names, so that it is found when somebody is
//! forgotten. Contacts and orders go by their ids; whoever only left an e-mail address goes by that, until then.
//! Records that tell who somebody is go by theirs, since whose they are may be known later only.

use std::collections::BTreeSet;

use domain::decide::{Decision, Write};
use domain::event::{Event, Fact};
use domain::id::{ContactId, EventId, ShopId};
use domain::record::Record;
use domain::snapshot::Snapshot;

use crate::db::Statement;

/// Events that may be about somebody, with what happened.
pub(crate) const EVENTS: &str = "SELECT event_id, body FROM events WHERE shop_id = $1 AND event_id > $2 AND order_id IS NULL ORDER BY event_id";

/// Statements that write down whom an event of a decision is about.
pub(crate) fn written(
    shop: ShopId,
    snapshot: &Snapshot,
    decision: &Decision,
    event: &Event,
) -> Vec<Statement> {
    let mut subjects = of_facts(&event.facts);
    let is_told = |record: &&Record| {
        record.kind.is_personal()
            && event.facts.iter().filter_map(Fact::record).any(|told| told.id == record.id)
    };
    let written = decision.writes.iter().filter_map(|write| match write {
        Write::Record(record) => Some(record),
        _ => None,
    });
    // Facts don't repeat what tells who somebody is. What a record said before is told, too.
    let told = snapshot.records.iter().chain(written.clone()).filter(is_told);
    subjects.extend(told.flat_map(goes_by));
    let mut out = rows(shop, event.id, subjects);
    for record in written.filter(is_told) {
        let known = snapshot.records.iter().find(|known| known.id == record.id);
        let before: BTreeSet<String> = known.into_iter().flat_map(goes_by).collect();
        let new = goes_by(record).filter(|subject| known.is_some() && !before.contains(subject));
        out.extend(new.map(|subject| also_about(shop, record, subject)));
    }
    out
}

/// A statement that writes down that whatever was told of a record was about somebody who is known only now.
fn also_about(shop: ShopId, record: &Record, subject: String) -> Statement {
    let sql = "INSERT INTO subjects_of_events (shop_id, subject, event_id) \
               SELECT shop_id, $3, event_id FROM subjects_of_events WHERE shop_id = $1 AND subject = $2 \
               ON CONFLICT (shop_id, subject, event_id) DO NOTHING";
    Statement::new(sql, vec![shop.0.into(), record.id.to_string().into(), subject.into()]).any()
}

/// Whom a record tells of: a contact, an address, and the record itself, of which more may be known later.
fn goes_by(record: &Record) -> impl Iterator<Item = String> {
    let address = Some(record.name.clone()).filter(|address| !address.is_empty());
    let ids = record.parent.into_iter().chain([record.id.0]);
    ids.map(|id| id.to_string()).chain(address)
}

/// The same of an event of which only the facts are known.
pub(crate) fn anew(shop: ShopId, event: EventId, facts: &[Fact], out: &mut Vec<Statement>) {
    out.extend(rows(shop, event, of_facts(facts)));
}

/// Statements that write down that an event is told with what records say of somebody.
pub(crate) fn beside(shop: ShopId, event: EventId, records: &[Record]) -> Vec<Statement> {
    let personal = records.iter().filter(|record| record.kind.is_personal());
    rows(shop, event, personal.flat_map(goes_by).collect())
}

/// What a contact goes by.
pub(crate) fn of_contact(contact: ContactId, email: Option<&str>) -> Vec<String> {
    std::iter::once(contact.to_string()).chain(email.map(str::to_owned)).collect()
}

/// A statement that forgets that anything was about whoever has that address. Ids tell nothing, and stay.
pub(crate) fn forgotten(shop: ShopId, email: &str) -> Statement {
    let sql = "DELETE FROM subjects_of_events WHERE shop_id = $1 AND subject = $2";
    Statement::new(sql, vec![shop.0.into(), email.into()]).any()
}

fn of_facts(facts: &[Fact]) -> BTreeSet<String> {
    facts.iter().flat_map(Fact::subjects).map(|id| id.to_string()).collect()
}

fn rows(shop: ShopId, event: EventId, subjects: BTreeSet<String>) -> Vec<Statement> {
    let sql = "INSERT INTO subjects_of_events (shop_id, subject, event_id) VALUES ($1, $2, $3) \
               ON CONFLICT (shop_id, subject, event_id) DO NOTHING";
    let row =
        |subject: String| Statement::new(sql, vec![shop.0.into(), subject.into(), event.0.into()]).any();
    subjects.into_iter().map(row).collect()
}
