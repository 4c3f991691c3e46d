//! `Order.events`: what happened to an order, in the original's words.
//!
//! An event of the domain is one action of somebody and may have several facts; each fact that the original has a word
//! for is an event here. Money is told by the movements themselves, which the order keeps.

use domain::command::Restock;
use domain::event::{Event, Fact};
use domain::id::{AppId, EventId, OrderId};
use domain::order::Order;
use domain::payment::{Transaction, TransactionKind, TransactionStatus};
use domain::time::Time;
use engine::{Engine, Error};
use graphql::{Field, FieldError, Object, Out};

use crate::data::Data;
use crate::id::gid;
use crate::page::{Connection, Place, Row, names};
use crate::search::{self, Context};
use crate::words::{self, missing};

/// How many events here one event of the domain may be, and one movement of money.
const PARTS: i64 = 64;

/// Something that happened to an order.
pub(crate) struct Happened<'d> {
    data: &'d Data,
    id: i64,
    order: OrderId,
    at: Time,
    app: Option<AppId>,
    action: String,
    message: String,
}

/// Loads what happened to the orders that are here, with the names of the programs that brought it about.
pub(crate) async fn load(engine: &Engine, data: &mut Data) -> Result<(), Error> {
    let ids: Vec<OrderId> = data.orders.keys().copied().collect();
    for id in ids {
        let events = engine.timeline(&data.shop, id).await?;
        for app in events.iter().filter_map(|event| event.app) {
            if !data.app_names.contains_key(&app) {
                let name = engine.app_name(&data.shop, app).await?.unwrap_or_default();
                data.app_names.insert(app, name);
            }
        }
        data.timelines.insert(id, events);
    }
    Ok(())
}

/// One event by its number; `None` as well if it is about something else than an order.
pub(crate) async fn one(engine: &Engine, data: &mut Data, number: i64) -> Result<Option<OrderId>, Error> {
    let event = engine.event(&data.shop, EventId(number / PARTS)).await?;
    let Some(id) = event.and_then(|event| event.order) else { return Ok(None) };
    let order = engine.orders_by_id(&data.shop, &[id]).await?.pop();
    data.orders.extend(order.map(|order| (id, order)));
    load(engine, data).await?;
    Ok(Some(id))
}

/// The event of that number, of an order's.
pub(crate) fn found(data: &Data, order: OrderId, number: i64) -> Option<Happened<'_>> {
    let order = data.orders.get(&order)?;
    all(data, order).into_iter().find(|happened| happened.id == number)
}

/// What a page of an order's events shows.
pub(crate) fn connection<'d>(
    data: &'d Data,
    order: &'d Order,
    field: &Field<'_>,
) -> Result<Out<'d>, FieldError> {
    let context = Context::new(&data.shop, data.now);
    let search = search::parse(field.str_arg("query").unwrap_or_default());
    let search = search.for_fields(&["action", "comments", "created_at", "id", "subject_type"], &context);
    let key = |happened: &Happened<'_>| match field.str_arg("sortKey") {
        Some("CREATED_AT") => happened.at.0,
        _ => happened.id,
    };
    let mut found = all(data, order);
    found.retain(|happened| search.matches(&|name| happened.fact(name)));
    found.sort_by_key(|happened| Place::of(&key(happened).into(), happened.id));
    let rows = found.into_iter().map(|happened| Row::by(key(&happened), happened.id, happened)).collect();
    Ok(Out::object(Connection::of_all(names!("Event"), rows, field)?))
}

fn all<'d>(data: &'d Data, order: &'d Order) -> Vec<Happened<'d>> {
    let events = data.timelines.get(&order.id).map(Vec::as_slice).unwrap_or_default();
    let facts = events.iter().flat_map(|event| {
        let told = event.facts.iter().enumerate().take(PARTS as usize);
        told.filter_map(move |(place, fact)| Happened::of_fact(data, order, event, place, fact))
    });
    let money = order.placed.transactions.iter().map(|one| Happened::of_money(data, order, one));
    facts.chain(money).collect()
}

impl<'d> Happened<'d> {
    fn of_fact(data: &'d Data, order: &Order, event: &Event, place: usize, fact: &Fact) -> Option<Self> {
        let (action, message) = told(data, order, fact)?;
        Some(Self {
            data,
            id: event.id.0.saturating_mul(PARTS).saturating_add(place as i64),
            order: order.id,
            at: event.at,
            app: event.app,
            action: action.to_owned(),
            message,
        })
    }

    fn of_money(data: &'d Data, order: &Order, moved: &Transaction) -> Self {
        let kind = words::transaction_kind(moved.kind).to_lowercase();
        let amount = format!(
            "{} {}",
            domain::money::decimal(moved.amount, order.placed.currency),
            order.placed.currency.code()
        );
        let what = match moved.kind {
            TransactionKind::Authorization => "authorization",
            TransactionKind::Capture => "capture",
            TransactionKind::Sale => "payment",
            TransactionKind::Refund => "refund",
            TransactionKind::Void => "void of the authorization",
            TransactionKind::Change => "change",
        };
        let (end, message) = match moved.status {
            TransactionStatus::Success => ("success", format!("The {what} of {amount} succeeded.")),
            TransactionStatus::Failure | TransactionStatus::Error => {
                ("failure", format!("The {what} of {amount} failed."))
            }
            TransactionStatus::Asked | TransactionStatus::Pending | TransactionStatus::Unknown => {
                ("pending", format!("The {what} of {amount} is pending."))
            }
        };
        Self {
            data,
            id: moved.id.0.saturating_mul(PARTS),
            order: order.id,
            at: moved.ended_at.unwrap_or(moved.at),
            app: None,
            action: format!("{kind}_{end}"),
            message,
        }
    }

    fn fact(&self, name: &str) -> search::Fact<'_> {
        match name {
            "action" => search::Fact::Text(Some(&self.action)),
            // Whether comments are shown too makes no difference: there are none.
            "comments" => search::Fact::AnyOf(vec![search::Fact::Flag(true), search::Fact::Flag(false)]),
            "created_at" => search::Fact::At(self.at),
            "id" => search::Fact::Number(self.id),
            "subject_type" => search::Fact::Text(Some("ORDER")),
            _ => search::Fact::Words(vec![&self.message]),
        }
    }

    fn app(&self) -> Option<&'d str> {
        self.data.app_names.get(&self.app?).map(String::as_str)
    }
}

/// The original's word for a fact, and the message. Work that is held, moved or split is told by its fulfillment orders.
fn told(data: &Data, order: &Order, fact: &Fact) -> Option<(&'static str, String)> {
    let units = |count: i64| if count == 1 { "1 item".to_owned() } else { format!("{count} items") };
    let of_work = |work: &domain::event::Work| {
        let lines = order.fulfillment_order(work.id).map(|work| work.lines.as_slice()).unwrap_or_default();
        units(lines.iter().map(|line| line.total).sum())
    };
    let left = |id: &domain::id::FulfillmentId| {
        let shares = data.fulfillments.get(id).map(|parcel| parcel.shares.as_slice()).unwrap_or_default();
        let own = shares.iter().filter(|share| share.order == order.id);
        units(own.map(|share| share.quantity).sum())
    };
    Some(match fact {
        Fact::OrderPlaced {} => ("placed", "Order was placed.".to_owned()),
        Fact::OrderAmended {} | Fact::RefundAmended { .. } => {
            ("update", format!("{} was updated.", order.name))
        }
        Fact::OrderEdited { lines, .. } => {
            let (more, less): (Vec<i64>, Vec<i64>) = lines.iter().map(|(_, by)| by).partition(|by| **by > 0);
            let (more, less) = (more.iter().sum::<i64>(), -less.iter().sum::<i64>());
            let told = match (more, less) {
                (more, 0) => format!("{} added", units(more)),
                (0, less) => format!("{} removed", units(less)),
                (more, less) => format!("{} added, {} removed", units(more), units(less)),
            };
            ("update", format!("{} was edited: {told}.", order.name))
        }
        Fact::OrderCancelled {} => ("cancelled", "Order was cancelled.".to_owned()),
        Fact::OrderClosed {} => ("closed", "Order was closed.".to_owned()),
        Fact::OrderReopened {} => ("re_opened", "Order was re-opened.".to_owned()),
        Fact::RefundCreated { refund } => {
            let refund = order.refunds.iter().find(|known| known.id == *refund)?;
            let back = refund.lines.iter().filter(|line| line.restock == Restock::Yes);
            let count: i64 = back.map(|line| line.quantity).sum();
            (count > 0).then(|| ("restock_line_items", format!("{} went back to stock.", units(count))))?
        }
        Fact::FulfillmentCreated { fulfillment } => {
            ("fulfillment_success", format!("{} left.", left(fulfillment)))
        }
        Fact::FulfillmentCancelled { .. } => {
            ("fulfillment_cancelled", "A fulfillment was called off.".to_owned())
        }
        Fact::RequestSubmitted { work, .. } => {
            ("fulfillment_pending", format!("{} were requested of a fulfillment service.", of_work(work)))
        }
        Fact::CancellationAccepted { work, .. } => {
            let message =
                format!("The fulfillment service will not fulfill {} that it was asked for.", of_work(work));
            ("fulfillment_cancelled", message)
        }
        _ => return None,
    })
}

impl Object for Happened<'_> {
    fn type_name(&self) -> &'static str {
        "BasicEvent"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "action" => Out::from(&self.action),
            "appTitle" | "author" => self.app().map_or(Out::Null, Out::from),
            "attributeToApp" => Out::Bool(self.app.is_some()),
            // People work through programs here.
            "attributeToUser" => Out::Bool(false),
            "createdAt" => Out::from(words::time(self.at)),
            "criticalAlert" => Out::Bool(self.action.ends_with("_failure")),
            "id" => Out::from(gid("BasicEvent", self.id)),
            "message" => Out::from(&self.message),
            "subjectId" => Out::from(gid("Order", self.order.0)),
            "subjectType" => Out::from("ORDER"),
            other => return Err(missing("BasicEvent", other)),
        })
    }
}
