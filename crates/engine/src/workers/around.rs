//! What is read around an event before it is told: whose the order is, and, for dialects that show it, tags, programs,
//! grants and prices. What wasn't kept when the event happened is read as it is now: an order doesn't change when its
//! contact does.

use std::sync::Arc;

use domain::event::Fact;
use domain::id::{AccessGrantId, ContactId, ProductId, RecordId, VariantId};
use domain::record::{Record, RecordKind};
use domain::snapshot::Shop;
use domain::stock::Stock;
use store::db::Value;
use store::{Column, Condition, Page, Pending, RecordSort};

use crate::dialect::{Beside, Dialect, Surroundings};
use crate::{Engine, Error};

/// How many tags of a kind, or of a contact, are read for an event.
const TAGS_MAX: u32 = 1_000;

/// Adds the contacts whose the order, the grants, the tags and the records are.
pub(super) async fn with_contacts(engine: &Engine, shop: &Shop, pending: &mut Pending) -> Result<(), Error> {
    let buyer = pending.order.as_ref().and_then(|order| order.placed.contact);
    let others = pending.event.facts.iter().filter_map(|fact| match fact {
        Fact::Access { contact, .. } => Some(*contact),
        _ => fact.record().and_then(whose),
    });
    let missing = buyer.into_iter().chain(others).collect();
    with(engine, shop, pending, missing).await
}

/// Adds these contacts, unless they are there.
async fn with(
    engine: &Engine,
    shop: &Shop,
    pending: &mut Pending,
    mut missing: Vec<ContactId>,
) -> Result<(), Error> {
    missing.retain(|id| pending.contacts.iter().all(|contact| contact.id != *id));
    missing.sort_unstable();
    missing.dedup();
    if !missing.is_empty() {
        pending.contacts.extend(engine.store().contacts_by_id(shop.id, &missing).await?);
    }
    Ok(())
}

/// Reads what locations have of the variants that changed, or whose stock did, with any of these events. They happened
/// before it is read, and whatever happens afterwards is told of by an event of its own, so the last that is told of a
/// row is true.
pub(super) async fn stock(engine: &Engine, shop: &Shop, pending: &[Pending]) -> Result<Vec<Stock>, Error> {
    let facts = pending.iter().flat_map(|pending| &pending.event.facts);
    let moved = facts.filter_map(Fact::stock).map(|(_, variant)| variant);
    let changed = pending.iter().flat_map(|pending| &pending.variants).map(|variant| variant.id);
    let mut variants: Vec<VariantId> = moved.chain(changed).collect();
    variants.sort_unstable();
    variants.dedup();
    Ok(engine.store().stock_of_variants(shop.id, &variants).await?)
}

/// Reads what stands beside the records that an event is about, now and before, as these dialects ask for it. Whoever is
/// forgotten takes what those records say of them along, so it is noted that the event is told with it.
async fn beside(
    engine: &Engine,
    shop: &Shop,
    pending: &mut Pending,
    dialects: &[&Arc<dyn Dialect>],
) -> Result<Surroundings, Error> {
    let mut all = Beside::default();
    for record in pending.records.iter().chain(&pending.before.records) {
        for one in dialects.iter().map(|dialect| dialect.beside(record)) {
            all.contacts.extend(one.contacts);
            all.variants.extend(one.variants);
            all.records.extend(one.records);
        }
    }
    if all == Beside::default() {
        return Ok(Surroundings::default());
    }
    let records = engine.store().records_by_id(shop.id, &all.records).await?;
    engine.store().told_with(shop.id, pending.event.id, &records).await?;
    all.contacts.extend(records.iter().filter_map(whose));
    with(engine, shop, pending, all.contacts).await?;
    let (variants, _) = engine.variants(shop, &all.variants).await?;
    let products: Vec<ProductId> = variants.iter().map(|variant| variant.product).collect();
    let products = engine.products(shop, &products).await?;
    Ok(Surroundings { records, variants, products, ..Surroundings::default() })
}

/// Reads everything around an event that is told in the words of these dialects.
pub(super) async fn read(
    engine: &Engine,
    shop: &Shop,
    pending: &mut Pending,
    dialects: &[&Arc<dyn Dialect>],
) -> Result<Surroundings, Error> {
    with_contacts(engine, shop, pending).await?;
    let beside = beside(engine, shop, pending, dialects).await?;
    let store = engine.store();
    let mut access = std::mem::take(&mut pending.access);
    for id in pending.event.facts.iter().filter_map(grant) {
        if access.iter().all(|known| known.id != id) {
            access.extend(store.access(shop.id, id).await?);
        }
    }
    let holders: Vec<ContactId> = access.iter().map(|grant| grant.contact).collect();
    with(engine, shop, pending, holders).await?;
    let of_order = pending.order.iter().flat_map(|order| &order.placed.tags);
    let of_contacts = pending.contacts.iter().flat_map(|contact| &contact.tags);
    let mut tags = labels(engine, shop, RecordKind::OrderTag, of_order).await?;
    tags.extend(labels(engine, shop, RecordKind::ContactTag, of_contacts).await?);
    let named = pending.event.facts.iter().filter_map(|fact| match fact {
        Fact::RecordCreated { record } | Fact::RecordRemoved { record } => tagged(record).and(record.other),
        _ => None,
    });
    let named: Vec<RecordId> = named.map(RecordId).collect();
    tags.extend(store.records_by_id(shop.id, &named).await?);
    let tagged: Vec<i64> = pending.contacts.iter().map(|contact| contact.id.0).collect();
    let taggings = match tagged.is_empty() {
        true => Vec::new(),
        false => records(engine, shop, RecordKind::ContactTagging, Column::ParentId, tagged).await?,
    };
    let app = pending.order.as_ref().and_then(|order| order.placed.app);
    let program = match app {
        Some(app) => engine.app_name(shop, app).await?.map(|name| (app, name)),
        None => None,
    };
    let changed = pending.products.iter().map(|product| product.id);
    let mut products: Vec<ProductId> =
        changed.chain(pending.variants.iter().map(|variant| variant.product)).collect();
    products.sort_unstable();
    products.dedup();
    let (mut variants, mut stock, mut prices) = (beside.variants, Vec::new(), Vec::new());
    let mut whole = beside.products;
    if !products.is_empty() {
        whole = engine.products(shop, &products).await?;
        whole.retain(|product| pending.products.iter().all(|changed| changed.id != product.id));
        (variants, stock) = engine.variants_of(shop, &products).await?;
        let priced: Vec<VariantId> = variants.iter().map(|variant| variant.id).collect();
        prices = engine.prices_of(shop, &priced).await?;
    }
    let of_products = pending.products.iter().chain(&whole).flat_map(|product| &product.tags);
    tags.extend(labels(engine, shop, RecordKind::ProductTag, of_products).await?);
    let records = beside.records;
    Ok(Surroundings { access, tags, taggings, program, products: whole, variants, records, stock, prices })
}

/// The contact that a tag was applied to.
fn tagged(record: &Record) -> Option<ContactId> {
    record.parent.filter(|_| record.kind == RecordKind::ContactTagging).map(ContactId)
}

/// The contact that a tag was applied to, or to whom a record belongs.
fn whose(record: &Record) -> Option<ContactId> {
    tagged(record).or(record.parent.filter(|_| record.kind.is_personal()).map(ContactId))
}

fn grant(fact: &Fact) -> Option<AccessGrantId> {
    match fact {
        Fact::Access { grant, .. } => Some(*grant),
        Fact::RecordCreated { record } if record.kind == RecordKind::CourseCompletion => {
            record.parent.map(AccessGrantId)
        }
        _ => None,
    }
}

/// The tags of that kind by those names.
async fn labels(
    engine: &Engine,
    shop: &Shop,
    kind: RecordKind,
    names: impl Iterator<Item = &String>,
) -> Result<Vec<Record>, Error> {
    let mut keys: Vec<String> = names.map(|name| name.trim().to_lowercase()).collect();
    keys.sort_unstable();
    keys.dedup();
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    records(engine, shop, kind, Column::RecordKey, keys).await
}

/// The records of that kind with one of these values.
async fn records<T: Into<Value>>(
    engine: &Engine,
    shop: &Shop,
    kind: RecordKind,
    column: Column,
    values: Vec<T>,
) -> Result<Vec<Record>, Error> {
    let one_of = [Condition::OneOf(column, values.into_iter().map(Into::into).collect())];
    let page = Page { limit: TAGS_MAX, ..Page::default() };
    Ok(engine.store().records(shop.id, kind, &one_of, RecordSort::Id, &page).await?)
}
