//! What is kept beside orders is what was said last: places, services, people, records, listeners and drafts.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::command::Command;
use domain::draft::DraftChange;
use domain::id::{ContactId, DraftId, ListenerId, LocationId, RecordId, ServiceId};
use domain::snapshot::Shop;
use engine::Engine;

use crate::reference::{Drafted, Place, Reference, Runs};

/// Compares what the command was about.
pub async fn check(
    engine: &Engine,
    shop: &Arc<Shop>,
    model: &Reference,
    command: &Command,
) -> Result<(), String> {
    let store = engine.store();
    match command {
        Command::SaveLocation(_)
        | Command::EditLocation(_)
        | Command::DeactivateLocation(..)
        | Command::ActivateLocation(_)
        | Command::DeleteLocation(_)
        | Command::SaveService(..)
        | Command::EditService(_)
        | Command::DeleteService(_) => {
            let (locations, services) = store.places(shop.id).await.unwrap();
            let place = |own: &domain::location::Location| {
                let (active, ships, service) = (own.active, own.ships_orders, own.service);
                (own.id, Place { name: own.name.clone(), active, ships, service })
            };
            let places: BTreeMap<LocationId, Place> = locations.iter().map(place).collect();
            let runs = |own: &domain::location::Service| {
                (own.id, Runs { app: own.app, at: own.location, name: own.name.clone() })
            };
            let services: BTreeMap<ServiceId, Runs> = services.iter().map(runs).collect();
            agree("places", &places, &model.places)?;
            agree("services", &services, &model.services)
        }
        Command::SaveListener(_) | Command::RemoveListener(_) => {
            let listeners = store.listeners(shop.id).await.unwrap();
            let own = listeners.iter().map(|own| (own.id, (own.app, format!("{} {}", own.topic, own.url))));
            agree("listeners", &own.collect::<BTreeMap<ListenerId, _>>(), &model.listeners)
        }
        Command::SaveContact(_)
        | Command::DeleteContact(_)
        | Command::RedactContact(_)
        | Command::Place(_) => {
            let mut ids: Vec<ContactId> = model.contacts.keys().copied().collect();
            if let Command::DeleteContact(id) = command {
                ids.push(*id);
            }
            let contacts = store.contacts_by_id(shop.id, &ids).await.unwrap();
            let own = contacts.iter().map(|own| (own.id, own.email.clone()));
            agree("contacts", &own.collect::<BTreeMap<ContactId, _>>(), &model.contacts)
        }
        Command::SaveRecords(_) | Command::RemoveRecords(_) => {
            let ids: Vec<RecordId> = (60..70).map(RecordId).collect();
            let records = store.records_by_id(shop.id, &ids).await.unwrap();
            let own = records.iter().map(|own| (own.id, own.key.clone().unwrap_or_default()));
            agree("records", &own.collect::<BTreeMap<RecordId, _>>(), &model.records)
        }
        Command::ChangeDraft(id, _) => draft(engine, shop, model, *id).await,
        Command::CommitDraft(id, _) => match store.draft(shop.id, *id).await.unwrap() {
            Some(draft) => Err(format!("draft {} was done, and is still there", draft.id)),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

async fn draft(engine: &Engine, shop: &Arc<Shop>, model: &Reference, id: DraftId) -> Result<(), String> {
    let draft = engine.store().draft(shop.id, id).await.unwrap().ok_or("a draft is gone")?;
    let drafted = |change: &DraftChange| match change {
        DraftChange::Set { line, was, quantity, .. } => {
            Drafted::Set { line: *line, was: *was, now: *quantity }
        }
        DraftChange::Add { line, quantity, article } => {
            Drafted::Add { line: *line, variant: article.variant, quantity: *quantity }
        }
    };
    let own: Vec<Drafted> = draft.changes.iter().map(drafted).collect();
    agree("a draft", &own, &model.drafts[&id].drafted)
}

fn agree<T: PartialEq + std::fmt::Debug>(what: &str, read: &T, own: &T) -> Result<(), String> {
    if read == own { Ok(()) } else { Err(format!("{what}: {read:?}, not {own:?}")) }
}
