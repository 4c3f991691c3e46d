//! The query roots: what each loads.

use std::collections::BTreeMap;

use domain::actor::Actor;
use domain::id::{ContactId, DraftId, EventId, FulfillmentId, FulfillmentOrderId, ListenerId, LocationId, OrderId, ProductId, ServiceId, VariantId,
};
use domain::location::{Location, first_own};
use engine::query::{Column, Condition, OrderSort, Page, WorkSort};
use engine::{Engine, Error};
use graphql::{Field, FieldError};
use serde_json::json;

use crate::access;
use crate::answer::Answer;
use crate::calculated::Drafted;
use crate::constraint;
use crate::data::Data;
use crate::id;
use crate::inventory::{self, Group, LevelId};
use crate::page::asked;
use crate::location;
use crate::search::{self, Context, Fact, Search};

/// How far counts count unless told otherwise.
const COUNTED: i64 = 10_000;

/// Answers a query root; what it needs is loaded into `data`.
pub(crate) async fn answer(engine: &Engine, data: &mut Data, field: &Field<'_>) -> Result<Answer, Error> {
    if let Err(error) = data.may(field) {
        return Ok(Answer::Failed(error));
    }
    let id = field.str_arg("id");
    Ok(match field.name() {
        "shop" => shop(engine, data, field).await?,
        "app" | "currentAppInstallation" => {
            let own = data.app().unwrap_or(domain::id::AppId(0));
            data.app_name = engine.app_name(&data.shop, own).await?.unwrap_or_default();
            match (field.name(), id.and_then(|id| id::of_kind("App", id))) {
                ("app", Some(other)) if other != own.0 => Answer::Null,
                ("app", _) => Answer::App(own),
                _ => Answer::Installation,
            }
        }
        "publicApiVersions" => Answer::Versions,
        "fulfillmentConstraintRules" => constraint::all(engine, data).await?,
        "job" => job(engine, data, id.unwrap_or_default()).await?,
        "node" => node(engine, data, field, id.unwrap_or_default()).await?,
        "nodes" => {
            let ids = field.arg("ids").and_then(|ids| ids.as_list()).unwrap_or_default();
            let mut answers = Vec::with_capacity(ids.len());
            for id in ids {
                answers.push(node(engine, data, field, id.as_str().unwrap_or_default()).await?);
            }
            Answer::List(answers)
        }
        "order"
        | "fulfillmentOrder"
        | "fulfillment"
        | "location"
        | "productVariant"
        | "inventoryItem"
        | "inventoryLevel"
        | "fulfillmentService"
        | "webhookSubscription" => single(engine, data, field, id).await?,
        "orderByIdentifier" => {
            let identifier = field.arg("identifier").unwrap_or(&graphql::Input::Null);
            let id = identifier.get("id").and_then(|id| id.as_str());
            let found = match identifier.get("customId").filter(|custom| !custom.is_null()) {
                Some(custom) => crate::metafield::order_with(engine, data, custom).await?,
                None => id.and_then(|id| id::of_kind("Order", id)).map(OrderId),
            };
            match found {
                Some(id) => order(engine, data, field, id).await?,
                None => Answer::Null,
            }
        }
        "orders" => orders(engine, data, field).await?,
        "ordersCount" => {
            let search = searched(data, field, search::Query::for_orders);
            let most =
                field.arg("limit").and_then(|limit| limit.as_int()).unwrap_or(COUNTED).clamp(1, 25_001);
            let count = match search.exact {
                true => engine.count_orders(&data.shop, &search.conditions, most as u32).await?,
                false => count_by_looking(engine, data, &search, most).await?,
            };
            Answer::Count { count, most }
        }
        "fulfillmentOrders" | "assignedFulfillmentOrders" | "manualHoldsFulfillmentOrders" => {
            works(engine, data, field).await?
        }
        "locationByIdentifier" => {
            let identifier = field.arg("identifier").unwrap_or(&graphql::Input::Null);
            (data.locations, data.services) = engine.places(&data.shop).await?;
            let id = identifier.get("id").and_then(|id| id.as_str());
            let found = match identifier.get("customId").filter(|custom| !custom.is_null()) {
                Some(custom) => location::by_custom_field(data, custom),
                None => id.and_then(|id| id::of_kind("Location", id)).map(LocationId),
            };
            found.map_or(Answer::Null, Answer::Location)
        }
        "locations" | "locationsCount" => locations(engine, data, field).await?,
        "locationsAvailableForDeliveryProfilesConnection" => {
            (data.locations, data.services) = engine.places(&data.shop).await?;
            let active = data.locations.iter().filter(|location| location.active);
            Answer::Locations(active.map(|location| location.id).collect())
        }
        "inventoryItems" => inventory::items(engine, data, field).await?,
        "productVariants" => variants(engine, data, field).await?,
        "webhookSubscriptions" | "webhookSubscriptionsCount" => listeners(engine, data, field).await?,
        other => Answer::Failed(crate::words::missing("QueryRoot", other)),
    })
}

/// One thing by its id. An id of another type, or of nothing, answers null.
async fn single(
    engine: &Engine,
    data: &mut Data,
    field: &Field<'_>,
    id: Option<&str>,
) -> Result<Answer, Error> {
    let kind = match field.name() {
        "order" => "Order",
        "fulfillmentOrder" => "FulfillmentOrder",
        "fulfillment" => "Fulfillment",
        "location" => "Location",
        "productVariant" => "ProductVariant",
        "inventoryItem" => "InventoryItem",
        "inventoryLevel" => "InventoryLevel",
        "fulfillmentService" => "FulfillmentService",
        _ => "WebhookSubscription",
    };
    match id {
        // The location that ships first, if none is named.
        None if kind == "Location" => {
            (data.locations, data.services) = engine.places(&data.shop).await?;
            Ok(first_own(&data.locations).map_or(Answer::Null, |first| Answer::Location(first.id)))
        }
        Some(id) if id::of_kind(kind, id).is_some() => node(engine, data, field, id).await,
        Some(id) if !id.starts_with("gid://") => Ok(Answer::Failed(
            FieldError::new(format!("Invalid global id '{id}'")).code("INVALID_FIELD_ARGUMENTS"),
        )),
        _ => Ok(Answer::Null),
    }
}

/// Whatever has that global id, if the caller may see it.
async fn node(engine: &Engine, data: &mut Data, field: &Field<'_>, gid: &str) -> Result<Answer, Error> {
    let Some((kind, number)) = id::parse(gid) else { return Ok(Answer::Null) };
    // The type of the field doesn't tell what it will answer.
    let schema = crate::version::schema(data.version);
    if !schema.is_some_and(|schema| access::may_have(&data.actor, schema, kind)) {
        return Ok(Answer::Null);
    }
    let shop = data.shop.clone();
    Ok(match kind {
        "Order" => order(engine, data, field, OrderId(number)).await?,
        "FulfillmentOrder" => {
            let id = FulfillmentOrderId(number);
            match engine.order_of_work(&shop, &data.actor, id).await? {
                Some(order) => {
                    let answer = Answer::Work(order.id, id);
                    data.orders.insert(order.id, order);
                    answer
                }
                None => Answer::Null,
            }
        }
        "Fulfillment" => match engine.fulfillment(&shop, &data.actor, FulfillmentId(number)).await? {
            Some(fulfillment) => {
                let id = fulfillment.id;
                data.fulfillments.insert(id, fulfillment);
                Answer::Fulfillment(id)
            }
            None => Answer::Null,
        },
        "Location" | "FulfillmentService" => {
            (data.locations, data.services) = engine.places(&shop).await?;
            match kind {
                "Location" => Answer::Location(LocationId(number)),
                _ => Answer::Service(ServiceId(number)),
            }
        }
        "ProductVariant" | "InventoryItem" => {
            let id = VariantId(number);
            let (variants, stock) = engine.variants(&shop, &[id]).await?;
            data.learn(variants, stock);
            if kind == "ProductVariant" { Answer::Variant(id) } else { Answer::InventoryItem(id) }
        }
        "InventoryLevel" | "InventoryQuantity" => match LevelId::parse(kind, gid) {
            Some(id) => {
                let (variants, stock) = engine.variants(&shop, &[id.variant]).await?;
                data.learn(variants, stock);
                (data.locations, data.services) = engine.places(&shop).await?;
                match gid.split_once("&name=") {
                    Some((_, name)) if kind == "InventoryQuantity" => {
                        Answer::InventoryQuantity(id, name.to_owned())
                    }
                    None if kind == "InventoryLevel" => Answer::InventoryLevel(id),
                    _ => Answer::Null,
                }
            }
            None => Answer::Null,
        },
        "InventoryAdjustmentGroup" => {
            let group = engine.event(&shop, EventId(number)).await?.as_ref().and_then(Group::of);
            match group {
                Some(group) => {
                    let ids: Vec<VariantId> = group.variants().collect();
                    let (variants, stock) = engine.variants(&shop, &ids).await?;
                    data.learn(variants, stock);
                    Answer::InventoryGroup(Box::new(group))
                }
                None => Answer::Null,
            }
        }
        "Product" => {
            let products = engine.products(&shop, &[ProductId(number)]).await?;
            data.products.extend(products.into_iter().map(|product| (product.id, product)));
            Answer::Product(ProductId(number))
        }
        "Customer" if data.actor.may(domain::actor::Permission::ReadContacts) => {
            let found = engine.contacts_by_id(&shop, &[ContactId(number)]).await?;
            data.contacts.extend(found.into_iter().map(|contact| (contact.id, contact)));
            Answer::Customer(ContactId(number))
        }
        "FulfillmentConstraintRule" => constraint::one(engine, data, number).await?,
        "WebhookSubscription" => {
            data.listeners = crate::subscription::known(engine, data).await?;
            Answer::Listener(ListenerId(number))
        }
        "CalculatedOrder" => match engine.draft(&shop, &data.actor, DraftId(number)).await? {
            Some((draft, order)) => {
                let id = draft.id;
                data.drafts.insert(id, Drafted::new(draft, &order));
                Answer::Draft(id)
            }
            None => Answer::Null,
        },
        "OrderCancelJobResult" => match order(engine, data, field, OrderId(number)).await? {
            Answer::Order(id) if data.orders.get(&id).is_some_and(|order| order.cancelled.is_some()) => {
                Answer::Cancelled(id)
            }
            _ => Answer::Null,
        },
        "OrderEditSession" => match engine.draft(&shop, &data.actor, DraftId(number)).await? {
            Some((draft, _)) => Answer::EditSession(draft.id),
            None => Answer::Null,
        },
        "Shop" if number == shop.id.0 => self::shop(engine, data, field).await?,
        _ => Answer::Null,
    })
}

/// A job is known by the order that it called off, and was done when it was answered.
async fn job(engine: &Engine, data: &Data, gid: &str) -> Result<Answer, Error> {
    let Some(id) = gid.strip_prefix("gid://shopify/Job/").and_then(id::of_uuid) else {
        return Ok(Answer::Null);
    };
    let order = engine.orders_by_id(&data.shop, &[OrderId(id)]).await?.pop();
    Ok(order.filter(|order| order.cancelled.is_some()).map_or(Answer::Null, |_| Answer::Job(id)))
}

/// The shop, with the lists of work that are asked of it instead of the root.
async fn shop(engine: &Engine, data: &mut Data, field: &Field<'_>) -> Result<Answer, Error> {
    (data.locations, data.services) = engine.places(&data.shop).await?;
    let lists = ["assignedFulfillmentOrders", "fulfillmentOrders"];
    for asked in field.children().filter(|child| lists.contains(&child.name())) {
        let answer = works(engine, data, &asked).await?;
        data.shop_work.insert(asked.response_key().to_owned(), answer);
    }
    Ok(Answer::Shop)
}

async fn order(engine: &Engine, data: &mut Data, field: &Field<'_>, id: OrderId) -> Result<Answer, Error> {
    if !data.actor.may(domain::actor::Permission::ReadOrders) {
        return Ok(Answer::Null);
    }
    if field.mentions("fulfillments") || field.mentions("fulfillmentsCount") {
        if let Some((order, fulfillments)) = engine.order_with_fulfillments(&data.shop, id).await? {
            data.orders.insert(id, order);
            data.fulfillments.extend(fulfillments.into_iter().map(|f| (f.id, f)));
        }
    } else if let Some(order) = engine.orders_by_id(&data.shop, &[id]).await?.pop() {
        data.orders.insert(id, order);
    }
    Ok(Answer::Order(id))
}

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
async fn count_by_looking(engine: &Engine, data: &Data, search: &Search, most: i64) -> Result<i64, Error> {
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

async fn orders(engine: &Engine, data: &mut Data, field: &Field<'_>) -> Result<Answer, Error> {
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

async fn works(engine: &Engine, data: &mut Data, field: &Field<'_>) -> Result<Answer, Error> {
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
async fn locations(engine: &Engine, data: &mut Data, field: &Field<'_>) -> Result<Answer, Error> {
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
async fn variants(engine: &Engine, data: &mut Data, field: &Field<'_>) -> Result<Answer, Error> {
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
async fn listeners(engine: &Engine, data: &mut Data, field: &Field<'_>) -> Result<Answer, Error> {
    data.listeners = crate::subscription::known(engine, data).await?;
    let found = crate::subscription::found(data, field);
    Ok(match field.name() {
        "webhookSubscriptionsCount" => Answer::Count { count: found.len() as i64, most: i64::MAX },
        _ => Answer::Listeners(found),
    })
}
