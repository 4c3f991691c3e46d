//! Lists: pages of what a search finds, and counts of it.

use domain::actor::Actor;
use domain::id::{OrderId, VariantId};
use domain::location::Location;
use domain::product::Variant;
use engine::query::{Column, Condition, OrderSort, Page, Value, WorkSort};
use engine::{Engine, Error};
use graphql::{Field, FieldError};
use serde_json::json;

use crate::answer::Answer;
use crate::data::Data;
use crate::id;
use crate::location;
use crate::page::{Asked, Keys, Place, asked, asked_by};
use crate::product::VariantSort;
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

/// How far a count goes; without bounds if none is wanted.
pub(super) fn counted(field: &Field<'_>) -> i64 {
    field.arg("limit").and_then(|limit| limit.as_int()).map_or(i64::MAX, |limit| limit.max(0))
}

/// What a count finds of all that there is.
fn count(all: usize, field: &Field<'_>) -> Answer {
    let most = counted(field);
    Answer::Count { count: (all as i64).min(most), most }
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
        page.after = found.last().map(|(order, key)| (key.clone(), order.id.0));
        if found.len() < page.limit as usize || count >= most {
            return Ok(count.min(most));
        }
    }
}

/// What a list of orders is sorted by.
pub(crate) fn order_sort(field: &Field<'_>) -> OrderSort {
    match field.str_arg("sortKey") {
        Some("CREATED_AT") => OrderSort::CreatedAt,
        Some("CURRENT_TOTAL_PRICE") => OrderSort::CurrentTotal,
        Some("CUSTOMER_NAME") => OrderSort::Buyer,
        Some("DESTINATION") => OrderSort::Destination,
        Some("FINANCIAL_STATUS") => OrderSort::Payment,
        Some("FULFILLMENT_STATUS") => OrderSort::Fulfillment,
        // Whatever a search finds meets all of it: nothing is more relevant than the rest.
        Some("ID" | "RELEVANCE") => OrderSort::Id,
        Some("ORDER_NUMBER") => OrderSort::Number,
        Some("PO_NUMBER") => OrderSort::PoNumber,
        Some("TOTAL_ITEMS_QUANTITY") => OrderSort::Units,
        Some("TOTAL_PRICE") => OrderSort::Total,
        Some("UPDATED_AT") => OrderSort::UpdatedAt,
        _ => OrderSort::ProcessedAt,
    }
}

pub(super) async fn orders(engine: &Engine, data: &mut Data, field: &Field<'_>) -> Result<Answer, Error> {
    let sort = order_sort(field);
    let asked = match asked_of_orders(field) {
        Ok(asked) => asked,
        Err(error) => return Ok(Answer::Failed(error)),
    };
    let search = searched(data, field, search::Query::for_orders);
    let rows = order_page(engine, data, &asked, sort, &search).await?;
    Ok(Answer::Orders(asked, rows))
}

/// The arguments of a list of orders.
pub(crate) fn asked_of_orders(field: &Field<'_>) -> Result<Asked, FieldError> {
    let keys = if order_sort(field).is_text() { Keys::Texts } else { Keys::Numbers };
    asked_by(field, keys)
}

/// A page of orders, and one more if there are more; they are put where the answer looks for them.
pub(crate) async fn order_page(
    engine: &Engine,
    data: &mut Data,
    asked: &Asked,
    sort: OrderSort,
    search: &Search,
) -> Result<Vec<(OrderId, Value)>, Error> {
    let mut rows = Vec::new();
    let mut page = asked.page();
    let wanted = page.limit as usize;
    loop {
        let found = engine.orders(&data.shop, &search.conditions, sort, &page).await?;
        let last = found.len() < page.limit as usize;
        page.after = found.last().map(|(order, key)| (key.clone(), order.id.0));
        for (order, key) in found {
            if search.matches_order(&order) && rows.len() < wanted {
                rows.push((order.id, key));
                data.orders.insert(order.id, order);
            }
        }
        if last || rows.len() >= wanted {
            return Ok(rows);
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
        page.after = found.last().map(|(id, _, key)| ((*key).into(), id.0));
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
        return Ok(count(found.len(), field));
    }
    found.sort_by_cached_key(|location| Place::of(&location::sort_key(location, field), location.id.0));
    Ok(Answer::Locations(found.iter().map(|location| location.id).collect()))
}

/// Variants. If they are sorted by something else than their ids, all of them are looked at.
pub(super) async fn variants(engine: &Engine, data: &mut Data, field: &Field<'_>) -> Result<Answer, Error> {
    let sort = VariantSort::of(field);
    let asked = match asked_by(field, sort.keys()) {
        Ok(asked) => asked,
        Err(error) => return Ok(Answer::Failed(error)),
    };
    let fields = ["barcode", "id", "product_id", "sku", "title"];
    let search = searched(data, field, |query, context| query.for_fields(&fields, context));
    let by_id = sort == VariantSort::Id;
    let mut page = if by_id { asked.page() } else { Page { limit: 250, ..Page::default() } };
    let wanted = asked.page().limit as usize;
    let mut rows: Vec<(VariantId, Value)> = Vec::new();
    loop {
        let variants = engine.variant_page(&data.shop, None, None, &page).await?;
        let last = variants.len() < page.limit as usize;
        page.after = variants.last().map(|variant| (variant.id.0.into(), variant.id.0));
        let found: Vec<Variant> =
            variants.into_iter().filter(|variant| search.matches(&|name| fact(variant, name))).collect();
        let stock = match sort {
            VariantSort::Available => {
                let ids: Vec<VariantId> = found.iter().map(|variant| variant.id).collect();
                engine.variants(&data.shop, &ids).await?.1
            }
            _ => Vec::new(),
        };
        rows.extend(found.iter().map(|variant| (variant.id, sort.key(variant, &stock))));
        if last || by_id && rows.len() >= wanted {
            break;
        }
        page.limit = 250;
    }
    if !by_id {
        rows.sort_by_cached_key(|(id, key)| Place::of(key, id.0));
        asked.skip_to(&mut rows, |(id, key)| Place::of(key, id.0));
    }
    rows.truncate(wanted);
    let ids: Vec<VariantId> = rows.iter().map(|(id, _)| *id).collect();
    let (variants, stock) = engine.variants(&data.shop, &ids).await?;
    data.learn(variants, stock);
    Ok(Answer::Variants(asked, rows))
}

fn fact<'v>(variant: &'v Variant, name: &str) -> Fact<'v> {
    match name {
        "barcode" => Fact::Text(variant.barcode.as_deref()),
        "id" => Fact::Number(variant.id.0),
        "product_id" => Fact::Number(variant.product.0),
        "sku" => Fact::Text(variant.sku.as_deref()),
        "title" => Fact::Words(vec![&variant.title]),
        _ => {
            let words = [Some(variant.product_title.as_str()), Some(&variant.title), variant.sku.as_deref()];
            Fact::Words(words.into_iter().flatten().collect())
        }
    }
}

/// The caller's own listeners.
pub(super) async fn listeners(engine: &Engine, data: &mut Data, field: &Field<'_>) -> Result<Answer, Error> {
    data.listeners = crate::subscription::known(engine, data).await?;
    let found = crate::subscription::found(data, field);
    Ok(match field.name() {
        "webhookSubscriptionsCount" => count(found.len(), field),
        _ => Answer::Listeners(found),
    })
}
