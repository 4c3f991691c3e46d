//! The query roots: what each loads.

use domain::id::{
    ContactId, DraftId, EventId, FulfillmentId, FulfillmentOrderId, ListenerId, LocationId, OrderId,
    ProductId, ServiceId, VariantId,
};
use domain::location::first_own;
use engine::{Engine, Error};
use graphql::{Field, FieldError};

use crate::access;
use crate::answer::Answer;
use crate::calculated::Drafted;
use crate::constraint;
use crate::data::Data;
use crate::id;
use crate::inventory::{self, Group, LevelId};
use crate::location;
use crate::search;
use crate::timeline;

mod list;

pub(crate) use list::{asked_of_orders, order_page, order_sort, searched};
use list::{count_by_looking, counted, listeners, locations, orders, variants, works};

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
            let most = counted(field);
            let bound = u32::try_from(most).unwrap_or(u32::MAX);
            let count = match search.exact {
                true => engine.count_orders(&data.shop, &search.conditions, bound).await?,
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
            Some(fulfillment) if fulfillment.holds_units() => {
                let id = fulfillment.id;
                data.fulfillments.insert(id, fulfillment);
                Answer::Fulfillment(id)
            }
            Some(_) | None => Answer::Null,
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
        "BasicEvent" if data.actor.may(domain::actor::Permission::ReadOrders) => {
            match timeline::one(engine, data, number).await? {
                Some(order) => Answer::Happened(order, number),
                None => Answer::Null,
            }
        }
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
