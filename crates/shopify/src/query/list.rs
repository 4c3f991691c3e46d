//! Lists: pages of what a search finds, and counts of it.

use std::collections::BTreeMap;

use domain::actor::Actor;
use domain::id::VariantId;
use domain::location::Location;
use engine::query::{Column, Condition, OrderSort, Page, WorkSort};
use engine::{Engine, Error};
use graphql::{Field, FieldError};
use serde_json::json;

use crate::answer::Answer;
use crate::data::Data;
use crate::id;
use crate::location;
use crate::page::asked;
use crate::search::{self, Context, Fact, Search};

/// The search of a field's `query`, translated; what was not understood is noted for the answer's extensions.
pub(crate) fn searched(
    data: &mut Data,
    field: &Field<'_>,
    translate: impl Fn(&search::Query, &Context) -> Search,
) -> Search {
    let context = Context::new(&data.shop, data.now);
    let text = field.str_arg("query").unwrap_or_default();
    let query = search::parse(text);
    let search = translate(&query, &context);
    if !search.warnings.is_empty() {
        let warning = |w: &search::Warning| json!({"field": w.field, "message": w.message, "code": w.code});
        data.notes.push(json!({
            "path": [field.response_key()],
            "query": text,
            "parsed": query.parsed(),
            "warnings": search.warnings.iter().map(warning).collect::<Vec<_>>(),
        }));
    }
    search
}

/// Counts what the index can't tell: every order that may meet the search is looked at.
pub(super) async fn count_by_looking(
    engine: &Engine,
    data: &Data,
    search: &Search,
    most: i64,
) -> Result<i64, Error> {
    let mut page = Page { limit: 250, ..Page::default() };
    let mut count = 0;
    loop {
        let found = engine.orders(&data.shop, &search.conditions, OrderSort::Id, &page).await?;
        count += found.iter().filter(|(order, _)| search.matches_order(order)).count() as i64;
        page.after = found.last().map(|(order, key)| (*key, order.id.0));
        if found.len() < page.limit as usize || count >= most {
            return Ok(count.min(most));
        }
    }
}

pub(super) async fn orders(engine: &Engine, data: &mut Data, field: &Field<'_>) -> Result<Answer, Error> {
    let asked = match asked(field) {
        Ok(asked) => asked,
        Err(error) => return Ok(Answer::Failed(error)),
    };
    let sort = match field.str_arg("sortKey").unwrap_or("PROCESSED_AT") {
        "CREATED_AT" => OrderSort::CreatedAt,
        "UPDATED_AT" => OrderSort::UpdatedAt,
        "ORDER_NUMBER" => OrderSort::Number,
        "ID" => OrderSort::Id,
        _ => OrderSort::ProcessedAt,
    };
    let search = searched(data, field, search::Query::for_orders);
    let mut rows = Vec::new();
    let mut page = asked.page();
    let wanted = page.limit as usize;
    loop {
        let found = engine.orders(&data.shop, &search.conditions, sort, &page).await?;
        let last = found.len() < page.limit as usize;
        page.after = found.last().map(|(order, key)| (*key, order.id.0));
        for (order, key) in found {
            if search.matches_order(&order) && rows.len() < wanted {
                rows.push((order.id, key));
                data.orders.insert(order.id, order);
            }
        }
        if last || rows.len() >= wanted {
            return Ok(Answer::Orders(asked, rows));
        }
        page.limit = 250;
    }
}

/// What makes work the caller's own to do: it is at one of its services, and asked for as `assignmentStatus` says.
fn assigned(data: &Data, field: &Field<'_>) -> Result<Vec<Condition>, FieldError> {
    let own = match &data.actor {
        Actor::App(app) if !app.services.is_empty() => app.services.clone(),
        _ => {
            let message = "[\"The api_client is not associated with any fulfillment service.\"]";
            return Err(FieldError::new(message));
        }
    };
    let mut conditions = vec![Condition::RunBy { merchant: false, own, others: None }];
    let requests: &[&str] = match field.str_arg("assignmentStatus") {
        Some("FULFILLMENT_REQUESTED") => &["submitted"],
        Some("FULFILLMENT_ACCEPTED") => &["accepted", "cancellation_rejected"],
        Some("CANCELLATION_REQUESTED") => &["cancellation_requested"],
        Some("FULFILLMENT_UNSUBMITTED") => &["unsubmitted"],
        _ => &[],
    };
    if !requests.is_empty() {
        conditions.push(Condition::OneOf(Column::Request, requests.iter().map(|r| (*r).into()).collect()));
    }
    if let Some(ids) = field.arg("locationIds").and_then(|ids| ids.as_list()) {
        let ids = ids.iter().filter_map(|id| id::of_kind("Location", id.as_str().unwrap_or_default()));
        conditions.push(Condition::OneOf(Column::LocationId, ids.map(Into::into).collect()));
    }
    Ok(conditions)
}

pub(super) async fn works(engine: &Engine, data: &mut Data, field: &Field<'_>) -> Result<Answer, Error> {
    let asked = match asked(field) {
        Ok(asked) => asked,
        Err(error) => return Ok(Answer::Failed(error)),
    };
    let sort = match field.str_arg("sortKey") {
        Some("UPDATED_AT") => WorkSort::UpdatedAt,
        _ => WorkSort::Id,
    };
    let translate = match field.name() {
        "manualHoldsFulfillmentOrders" => search::Query::for_held_work,
        _ => search::Query::for_work,
    };
    let search = searched(data, field, translate);
    let mut conditions = search.conditions.clone();
    if !field.arg("includeClosed").and_then(|closed| closed.as_bool()).unwrap_or(false) {
        conditions.push(Condition::Open);
    }
    match field.name() {
        "assignedFulfillmentOrders" => match assigned(data, field) {
            Ok(more) => conditions.extend(more),
            Err(error) => return Ok(Answer::Failed(error)),
        },
        "manualHoldsFulfillmentOrders" => {
            conditions.push(Condition::OneOf(Column::Stage, vec!["on_hold".into()]));
        }
        _ => {}
    }
    let mut rows = Vec::new();
    let mut page = asked.page();
    let wanted = page.limit as usize;
    loop {
        let found = engine.work_list(&data.shop, &data.actor, &conditions, sort, &page).await?;
        let last = found.len() < page.limit as usize;
        page.after = found.last().map(|(id, _, key)| (*key, id.0));
        for (id, order, key) in found {
            let fits = order.fulfillment_order(id).is_some_and(|work| search.matches_work(&order, work));
            if fits && rows.len() < wanted {
                rows.push((order.id, id, key));
                data.orders.insert(order.id, order);
            }
        }
        if last || rows.len() >= wanted {
            return Ok(Answer::Works(asked, rows));
        }
        page.limit = 250;
    }
}

/// Locations. Those of fulfillment services are left out unless asked for, and so are inactive ones.
pub(super) async fn locations(engine: &Engine, data: &mut Data, field: &Field<'_>) -> Result<Answer, Error> {
    (data.locations, data.services) = engine.places(&data.shop).await?;
    let search = searched(data, field, |query, context| query.for_fields(&location::SEARCHED, context));
    let flag = |name: &str| field.arg(name).and_then(|arg| arg.as_bool()).unwrap_or(false);
    let counting = field.name() == "locationsCount";
    let (inactive, legacy) = (counting || flag("includeInactive"), counting || flag("includeLegacy"));
    let shown = |location: &&Location| {
        (inactive || location.active)
            && (legacy || location.service.is_none())
            && search.matches(&|name| location::fact(location, name))
    };
    let mut found: Vec<&Location> = data.locations.iter().filter(shown).collect();
    if counting {
        return Ok(Answer::Count { count: found.len() as i64, most: i64::MAX });
    }
    match field.str_arg("sortKey") {
        Some("ID") => found.sort_by_key(|location| location.id),
        _ => found.sort_by_key(|location| (location.name.to_lowercase(), location.id)),
    }
    Ok(Answer::Locations(found.iter().map(|location| location.id).collect()))
}

/// Variants by id; a search by SKU or product is answered by the index, anything else by looking.
pub(super) async fn variants(engine: &Engine, data: &mut Data, field: &Field<'_>) -> Result<Answer, Error> {
    let asked = match asked(field) {
        Ok(asked) => asked,
        Err(error) => return Ok(Answer::Failed(error)),
    };
    let fields = ["barcode", "id", "product_id", "sku", "title"];
    let search = searched(data, field, |query, context| query.for_fields(&fields, context));
    let mut page = asked.page();
    let wanted = page.limit as usize;
    let mut found: BTreeMap<VariantId, _> = BTreeMap::new();
    let mut ids = Vec::new();
    loop {
        let variants = engine.variant_page(&data.shop, None, None, &page).await?;
        let last = variants.len() < page.limit as usize;
        page.after = variants.last().map(|variant| (variant.id.0, variant.id.0));
        for variant in variants {
            let fact = |name: &str| match name {
                "barcode" => Fact::Text(variant.barcode.as_deref()),
                "id" => Fact::Number(variant.id.0),
                "product_id" => Fact::Number(variant.product.0),
                "sku" => Fact::Text(variant.sku.as_deref()),
                "title" => Fact::Words(vec![&variant.title]),
                _ => Fact::Words(
                    [Some(variant.product_title.as_str()), Some(&variant.title), variant.sku.as_deref()]
                        .into_iter()
                        .flatten()
                        .collect(),
                ),
            };
            if search.matches(&fact) && ids.len() < wanted {
                ids.push(variant.id);
                found.insert(variant.id, variant);
            }
        }
        if last || ids.len() >= wanted {
            break;
        }
        page.limit = 250;
    }
    if field.mentions("inventoryItem")
        || field.mentions("inventoryQuantity")
        || field.mentions("availableForSale")
    {
        data.stock = engine.variants(&data.shop, &ids).await?.1;
    }
    data.variants = found;
    Ok(Answer::Variants(asked, ids))
}

/// The caller's own listeners.
pub(super) async fn listeners(engine: &Engine, data: &mut Data, field: &Field<'_>) -> Result<Answer, Error> {
    data.listeners = crate::subscription::known(engine, data).await?;
    let found = crate::subscription::found(data, field);
    Ok(match field.name() {
        "webhookSubscriptionsCount" => Answer::Count { count: found.len() as i64, most: i64::MAX },
        _ => Answer::Listeners(found),
    })
}
