//! What an answer of the other API looks like in this one.

use domain::actor::{Permission, visible};
use domain::fulfillment::Fulfillment;
use domain::id::{DeliveryEventId, FulfillmentId, OrderId};
use domain::order::Order;
use engine::query::Value as Key;
use graphql::Field;
use serde_json::{Map, Value, json};

use super::member::{Member, id, number, read, same, snake, word};
use super::{Around, fulfillment as parcel, order, place, refund, service, shop, subscription, work};
use crate::answer::Answer;
use crate::data::Data;
use crate::fulfillment_order::WorkNode;
use crate::mutation::Planned;
use crate::page::{Asked, Cut};

/// Everything that showing an answer needs.
pub(super) struct Scene<'s> {
    pub(super) data: &'s Data,
    /// The root that was answered.
    pub(super) field: &'s Field<'s>,
    /// What was sent.
    pub(super) given: &'s Value,
}

/// Shows an answer; `None` is 404.
pub(super) type Show = fn(&Scene<'_>, &Answer) -> Option<Value>;

impl Scene<'_> {
    pub(super) fn around(&self) -> Around<'_> {
        Around { shop: &self.data.shop, services: &self.data.services }
    }

    fn number(&self, name: &str) -> i64 {
        self.given.get(name).and_then(Value::as_i64).unwrap_or(0)
    }

    /// The order that the path names.
    fn order(&self) -> Option<&Order> {
        self.data.orders.get(&OrderId(self.number("order_id"))).map(|order| &**order)
    }

    /// The fulfillments of that order that the caller may see.
    fn fulfillments(&self) -> Option<impl Iterator<Item = &Fulfillment>> {
        let actor = &self.data.actor;
        let all = self.data.fulfillments_of(self.order()?.id);
        Some(all.filter(|one| actor.may(Permission::ReadOrders) || visible(actor, one.service)))
    }

    fn one(&self, id: &str) -> Option<&Fulfillment> {
        let id = FulfillmentId(self.number(id));
        self.fulfillments()?.find(|one| one.id == id)
    }

    fn parcel(&self, fulfillment: &Fulfillment) -> Option<Value> {
        let data = self.data;
        let order = self.order().or_else(|| {
            fulfillment.orders().into_iter().find_map(|id| data.orders.get(&id).map(|order| &**order))
        })?;
        Some(parcel::fulfillment(&self.around(), order, fulfillment))
    }

    fn work(&self, order: OrderId, id: domain::id::FulfillmentOrderId) -> Option<WorkNode<'_>> {
        let order = self.data.orders.get(&order)?;
        Some(WorkNode { data: self.data, order, work: order.fulfillment_order(id)? })
    }

    fn value(&self, answer: &Answer) -> Option<Value> {
        let data = self.data;
        let list = |answers: &mut dyn Iterator<Item = Answer>| {
            Some(answers.filter_map(|answer| self.value(&answer)).collect::<Value>())
        };
        match answer {
            Answer::Order(id) => {
                let found = data.orders.get(id)?;
                Some(order::order(&self.around(), found, data.fulfillments_of(*id)))
            }
            Answer::Work(order, id) => Some(work::work(self, self.work(*order, *id)?)),
            Answer::Hold(order, id, hold) => {
                let holds = self.work(*order, *id)?.work.holds();
                holds.iter().find(|known| known.id == *hold).map(work::hold)
            }
            Answer::Fulfillment(id) => self.parcel(data.fulfillments.get(id)?),
            Answer::LatestEvent(id) => {
                let fulfillment = data.fulfillments.get(id)?;
                let order = fulfillment.orders().first().copied();
                Some(parcel::event(&self.around(), order, *id, fulfillment.events.last()?))
            }
            Answer::Location(id) => Some(place::location(&data.shop, data.location(*id)?)),
            Answer::Service(id) => Some(service::service(data.service(*id)?)),
            Answer::Listener(id) => {
                let own = |one: &&domain::listener::Listener| one.id == *id && one.dialect == crate::NAME;
                Some(subscription::subscription(&data.shop, data.listeners.iter().find(own)?))
            }
            Answer::Shop => Some(shop::shop(data)),
            Answer::Count { count, .. } => Some((*count).into()),
            Answer::Orders(asked, rows) => {
                list(&mut asked.cut(rows.clone()).rows.into_iter().map(|(id, _)| Answer::Order(id)))
            }
            Answer::Works(asked, rows) => {
                let rows = asked.cut(rows.clone()).rows.into_iter();
                list(&mut rows.map(|(order, id, _)| Answer::Work(order, id)))
            }
            Answer::Locations(ids) => list(&mut ids.iter().map(|id| Answer::Location(*id))),
            Answer::Listeners(ids) => list(&mut ids.iter().map(|id| Answer::Listener(*id))),
            _ => None,
        }
    }
}

/// The page that an answer is, by the ids and sort keys of its rows.
pub(super) fn page(answer: &Answer) -> Option<Cut<(i64, Key)>> {
    let cut = |asked: &Asked, rows: Vec<(i64, Key)>| Some(asked.cut(rows));
    match answer {
        Answer::Orders(asked, rows) => cut(asked, rows.iter().map(|(id, key)| (id.0, key.clone())).collect()),
        Answer::Works(asked, rows) => {
            cut(asked, rows.iter().map(|(_, id, key)| (id.0, (*key).into())).collect())
        }
        _ => None,
    }
}

/// All of it: under the root's name, or a payload's members under theirs.
pub(super) fn whole(scene: &Scene<'_>, answer: &Answer) -> Option<Value> {
    let mut all = Map::new();
    match answer {
        Answer::Payload(payload) => {
            for child in scene.field.children() {
                let held = payload.fields.iter().find(|(name, _)| *name == child.name());
                let value = held.and_then(|(_, answer)| scene.value(answer)).unwrap_or(Value::Null);
                all.insert(snake(child.response_key()), value);
            }
        }
        answer => {
            all.insert(snake(scene.field.response_key()), scene.value(answer)?);
        }
    }
    Some(all.into())
}

/// An empty object.
pub(super) fn nothing(_: &Scene<'_>, _: &Answer) -> Option<Value> {
    Some(json!({}))
}

/// The order that was changed, whatever was answered.
pub(super) fn the_order(scene: &Scene<'_>, _: &Answer) -> Option<Value> {
    let id = *scene.data.orders.keys().next()?;
    Some(json!({ "order": scene.value(&Answer::Order(id))? }))
}

/// The fulfillments of the order or fulfillment order that the path names.
pub(super) fn fulfillments(scene: &Scene<'_>, answer: &Answer) -> Option<Value> {
    let shown: Value = match answer {
        Answer::Work(order, id) => {
            let node = scene.work(*order, *id)?;
            let of_it = |one: &&Fulfillment| one.shares.iter().any(|share| share.fulfillment_order == *id);
            let all = scene.data.fulfillments_of(*order).filter(of_it);
            all.map(|one| parcel::fulfillment(&scene.around(), node.order, one)).collect()
        }
        _ => scene.fulfillments()?.filter_map(|one| scene.parcel(one)).collect(),
    };
    Some(json!({ "fulfillments": shown }))
}

pub(super) fn fulfillments_count(scene: &Scene<'_>, _: &Answer) -> Option<Value> {
    Some(json!({ "count": scene.fulfillments()?.count() }))
}

pub(super) fn fulfillment(scene: &Scene<'_>, _: &Answer) -> Option<Value> {
    Some(json!({ "fulfillment": scene.parcel(scene.one("id")?)? }))
}

/// What happened to a parcel, in the order in which it happened.
pub(super) fn events(scene: &Scene<'_>, _: &Answer) -> Option<Value> {
    let fulfillment = scene.one("fulfillment_id")?;
    let mut events: Vec<_> = fulfillment.events.iter().collect();
    events.sort_by_key(|event| (event.happened_at, event.id));
    let order = scene.order().map(|order| order.id);
    let shown = events.into_iter().map(|event| parcel::event(&scene.around(), order, fulfillment.id, event));
    Some(json!({ "fulfillment_events": shown.collect::<Value>() }))
}

pub(super) fn event(scene: &Scene<'_>, _: &Answer) -> Option<Value> {
    let fulfillment = scene.one("fulfillment_id")?;
    let event = fulfillment.events.iter().find(|event| event.id.0 == scene.number("id"))?;
    let order = scene.order().map(|order| order.id);
    Some(json!({ "fulfillment_event": parcel::event(&scene.around(), order, fulfillment.id, event) }))
}

/// The event that the path names is to be forgotten.
pub(super) fn event_to_forget(given: &Value) -> Planned {
    let number = |name: &str| given.get(name).and_then(Value::as_i64).unwrap_or(0);
    crate::event::forget(FulfillmentId(number("fulfillment_id")), DeliveryEventId(number("id")))
}

/// What of the order went back, oldest first.
pub(super) fn refunds(scene: &Scene<'_>, _: &Answer) -> Option<Value> {
    let order = scene.order()?;
    let shown = order.refunds.iter().map(|one| refund::refund(&scene.around(), order, one));
    Some(json!({ "refunds": shown.collect::<Value>() }))
}

pub(super) fn refund(scene: &Scene<'_>, _: &Answer) -> Option<Value> {
    let order = scene.order()?;
    let one = order.refunds.iter().find(|one| one.id.0 == scene.number("id"))?;
    Some(json!({ "refund": refund::refund(&scene.around(), order, one) }))
}

/// An event that comes in; clients have two names for it.
pub(super) fn event_input(given: &Value) -> Option<Value> {
    const EVENT: &[Member] = &[
        word("status"),
        same("message"),
        same("happened_at"),
        same("estimated_delivery_at"),
        same("address1"),
        same("city"),
        same("province"),
        same("country"),
        same("zip"),
        number("latitude"),
        number("longitude"),
    ];
    let event = given.get("event").or_else(|| given.get("fulfillment_event"))?;
    let mut all = read(event, EVENT);
    all.extend(read(given, &[id("fulfillment_id", "Fulfillment")]));
    Some(all.into())
}

/// Services: those of the program that asks, or all of them.
pub(super) fn services(scene: &Scene<'_>, _: &Answer) -> Option<Value> {
    let all = scene.given.get("scope").and_then(Value::as_str) == Some("all");
    let own = |one: &&domain::location::Service| all || scene.data.app().is_none_or(|app| one.app == app);
    let shown = scene.data.services.iter().filter(own).map(service::service);
    Some(json!({ "fulfillment_services": shown.collect::<Value>() }))
}

/// What becomes of what a service had that goes: it stays with its location, unless something else is said.
pub(super) fn leftover(given: &Value) -> Option<Value> {
    let said = given.get("inventory_action").and_then(Value::as_str);
    let otherwise = if given.get("destination_location_id").is_some() { "transfer" } else { "keep" };
    Some(said.unwrap_or(otherwise).to_uppercase().into())
}

/// Where work could go, by the rule that moves are refused by.
pub(super) fn locations_for_move(scene: &Scene<'_>, answer: &Answer) -> Option<Value> {
    let Answer::Work(order, id) = answer else { return None };
    Some(json!({ "locations_for_move": work::destinations(scene.work(*order, *id)?) }))
}
