//! What a root answers: references to what was loaded, turned into objects when they are rendered.

use domain::id::{
    AppId, DraftId, FulfillmentId, FulfillmentOrderId, HoldId, ListenerId, LocationId, OrderId, OrderLineId,
    VariantId,
};
use domain::listener::Listener;
use domain::record::Record;
use engine::query::Value;
use graphql::{Field, FieldError, Object, Out};

use crate::calculated::{CalculatedLine, CalculatedOrder, EditSession};
use crate::cancel::CancelJobResult;
use crate::constraint::RuleNode;
use crate::customer::CustomerNode;
use crate::data::Data;
use crate::fulfillment::{EventNode, FulfillmentNode};
use crate::fulfillment_order::WorkNode;
use crate::inventory::{Group, GroupNode, InventoryItem, Level, LevelId};
use crate::location::LocationNode;
use crate::order::OrderNode;
use crate::page::{Asked, Connection, Row, names};
use crate::product::{ProductNode, VariantNode};
use crate::service::ServiceNode;
use crate::shop::{ApiVersion, AppNode, Count, Installation, Job, ShopNode};
use crate::subscription::SubscriptionNode;
use crate::timeline;
use crate::words::missing;

/// What a root answers.
pub(crate) enum Answer {
    Null,
    Order(OrderId),
    Work(OrderId, FulfillmentOrderId),
    Fulfillment(FulfillmentId),
    Hold(OrderId, FulfillmentOrderId, HoldId),
    /// The latest event of a fulfillment.
    LatestEvent(FulfillmentId),
    Location(LocationId),
    Variant(VariantId),
    InventoryItem(VariantId),
    InventoryLevel(LevelId),
    /// A quantity of a level, by its name.
    InventoryQuantity(LevelId, String),
    InventoryGroup(Box<Group>),
    Product(domain::id::ProductId),
    Customer(domain::id::ContactId),
    Service(domain::id::ServiceId),
    Listener(ListenerId),
    /// A rule of routing, as it is kept.
    Rule(Box<Record>),
    Shop,
    App(AppId),
    Installation,
    Versions,
    /// Something that happened to an order, by its number.
    Happened(OrderId, i64),
    Job(i64),
    /// What became of calling an order off.
    Cancelled(OrderId),
    /// A draft of an edit.
    Draft(DraftId),
    /// A line as it would be if a draft were done.
    DraftLine(DraftId, OrderLineId),
    EditSession(DraftId),
    Flag(bool),
    Id(String),
    Count {
        count: i64,
        most: i64,
    },
    Orders(Asked, Vec<(OrderId, Value)>),
    Works(Asked, Vec<(OrderId, FulfillmentOrderId, i64)>),
    Variants(Asked, Vec<(VariantId, Value)>),
    InventoryItems(Asked, Vec<VariantId>),
    /// Locations and listeners are few: all of them are loaded, and these are the ones to show, in this order.
    Locations(Vec<LocationId>),
    Listeners(Vec<ListenerId>),
    List(Vec<Answer>),
    Failed(FieldError),
    /// What was wrong, though something was done; the errors of the payload that it is in.
    Warned(Vec<UserError>),
    Payload(Box<Payload>),
}

/// What a mutation answers.
pub(crate) struct Payload {
    /// The name of its type.
    pub(crate) kind: &'static str,
    /// The fields that hold something; the rest is null.
    pub(crate) fields: Vec<(&'static str, Answer)>,
    /// Why it was refused.
    pub(crate) errors: Vec<UserError>,
    /// The type of the errors.
    pub(crate) error_kind: &'static str,
}

/// Why a mutation was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UserError {
    /// The path to the part of the input that is to blame.
    pub(crate) field: Option<Vec<String>>,
    /// What is wrong.
    pub(crate) message: String,
    /// The same for programs.
    pub(crate) code: Option<&'static str>,
}

impl UserError {
    /// An error about the part of the input at that path, its parts joined by dots.
    pub(crate) fn at(path: &str, message: impl Into<String>) -> Self {
        let field = Some(path.split('.').map(str::to_owned).collect());
        Self { field, message: message.into(), code: None }
    }

    /// An error about the whole.
    pub(crate) fn whole(message: impl Into<String>) -> Self {
        Self { field: None, message: message.into(), code: None }
    }

    /// With a code.
    pub(crate) fn code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }
}

impl Answer {
    /// The answer as something to render.
    pub(crate) fn out<'d>(&'d self, data: &'d Data, field: &Field<'_>) -> Result<Out<'d>, FieldError> {
        Ok(match self {
            Answer::Null => Out::Null,
            Answer::Order(id) => Out::maybe(data.orders.get(id).map(|order| OrderNode { data, order })),
            Answer::Work(order, id) => Out::maybe(work(data, *order, *id)),
            Answer::Hold(order, id, hold) => {
                Out::maybe(work(data, *order, *id).and_then(|work| work.hold(*hold)))
            }
            Answer::Fulfillment(id) => {
                Out::maybe(data.fulfillments.get(id).map(|fulfillment| FulfillmentNode { data, fulfillment }))
            }
            Answer::LatestEvent(id) => {
                Out::maybe(data.fulfillments.get(id).and_then(|f| f.events.last()).map(EventNode))
            }
            Answer::Location(id) => {
                Out::maybe(data.location(*id).map(|location| LocationNode { data, location }))
            }
            Answer::Variant(id) => Out::maybe(variant(data, *id)),
            Answer::InventoryItem(id) => Out::maybe(variant(data, *id).map(InventoryItem)),
            Answer::InventoryLevel(id) => Out::maybe(Level::find(data, *id)),
            Answer::InventoryQuantity(id, name) => {
                Out::maybe(Level::find(data, *id).and_then(|level| level.quantity(name).ok()))
            }
            Answer::InventoryGroup(group) => Out::object(GroupNode { data, group }),
            Answer::Product(id) => {
                Out::maybe(data.products.get(id).map(|product| ProductNode { data, product }))
            }
            Answer::Service(id) => {
                Out::maybe(data.service(*id).map(|service| ServiceNode::of(data, service)))
            }
            Answer::Customer(id) => {
                Out::maybe(data.contacts.get(id).map(|contact| CustomerNode { data, contact }))
            }
            Answer::Listener(id) => Out::maybe(listener(data, *id)),
            Answer::Rule(record) => Out::maybe(RuleNode::of(record)),
            Answer::Shop => Out::object(ShopNode(data)),
            Answer::App(id) => Out::object(AppNode { id: *id, title: &data.app_name }),
            Answer::Installation => Out::object(Installation(data)),
            Answer::Versions => Out::objects(ApiVersion::all()),
            Answer::Flag(flag) => Out::Bool(*flag),
            Answer::Happened(order, id) => Out::maybe(timeline::found(data, *order, *id)),
            Answer::Job(id) => Out::object(Job(*id)),
            Answer::Cancelled(id) => {
                Out::maybe(data.orders.get(id).map(|order| CancelJobResult { data, order }))
            }
            Answer::Draft(id) => {
                Out::maybe(data.drafts.get(id).map(|drafted| CalculatedOrder { data, drafted }))
            }
            Answer::DraftLine(id, line) => {
                let drafted = data.drafts.get(id);
                let line = drafted.and_then(|drafted| Some((drafted, drafted.line(*line)?)));
                Out::maybe(line.map(|(drafted, line)| CalculatedLine { data, drafted, line }))
            }
            Answer::EditSession(id) => Out::object(EditSession(id.0)),
            Answer::Id(id) => Out::from(id),
            Answer::Count { count, most } => Out::object(Count::up_to(*count, *most)),
            Answer::Orders(asked, rows) => {
                let row = |(id, value): &(OrderId, Value)| {
                    let order = data.orders.get(id)?;
                    Some(Row::by(value.clone(), id.0, OrderNode { data, order }))
                };
                Out::object(Connection::of_page(
                    names!("Order"),
                    rows.iter().filter_map(row).collect(),
                    asked,
                ))
            }
            Answer::Works(asked, rows) => {
                let row = |(order, id, value): &(OrderId, FulfillmentOrderId, i64)| {
                    Some(Row::by(*value, id.0, work(data, *order, *id)?))
                };
                let rows = rows.iter().filter_map(row).collect();
                Out::object(Connection::of_page(names!("FulfillmentOrder"), rows, asked))
            }
            Answer::Variants(asked, ids) => {
                let row =
                    |(id, key): &(VariantId, Value)| Some(Row::by(key.clone(), id.0, variant(data, *id)?));
                let rows = ids.iter().filter_map(row).collect();
                Out::object(Connection::of_page(names!("ProductVariant"), rows, asked))
            }
            Answer::InventoryItems(asked, ids) => {
                let item = |id: &VariantId| Some(Row::new(id.0, InventoryItem(variant(data, *id)?)));
                let rows = ids.iter().filter_map(item).collect();
                Out::object(Connection::of_page(names!("InventoryItem"), rows, asked))
            }
            Answer::Locations(ids) => {
                let location = |id: &LocationId| {
                    let location = data.location(*id)?;
                    Some(Row::by(
                        crate::location::sort_key(location, field),
                        id.0,
                        LocationNode { data, location },
                    ))
                };
                let rows = ids.iter().filter_map(location).collect();
                Out::object(Connection::of_all(names!("Location"), rows, field)?)
            }
            Answer::Listeners(ids) => {
                let rows = ids.iter().filter_map(|id| Some(Row::new(id.0, listener(data, *id)?))).collect();
                Out::object(Connection::of_all(names!("WebhookSubscription"), rows, field)?)
            }
            Answer::List(answers) => {
                let out = |answer: &'d Answer| answer.out(data, field);
                Out::List(answers.iter().map(out).collect::<Result<_, _>>()?)
            }
            Answer::Failed(error) => return Err(error.clone()),
            Answer::Warned(errors) => {
                Out::objects(errors.iter().map(|error| UserErrorNode { kind: "UserError", error }))
            }
            Answer::Payload(payload) => Out::object(PayloadNode { data, payload }),
        })
    }
}

fn work(data: &Data, order: OrderId, id: FulfillmentOrderId) -> Option<WorkNode<'_>> {
    let order = data.orders.get(&order)?;
    let work = order.fulfillment_order(id)?;
    Some(WorkNode { data, order, work })
}

fn variant(data: &Data, id: VariantId) -> Option<VariantNode<'_>> {
    data.variants.get(&id).map(|variant| VariantNode { data, variant })
}

fn listener(data: &Data, id: ListenerId) -> Option<SubscriptionNode<'_>> {
    let own = |listener: &&Listener| listener.id == id && listener.dialect == crate::NAME;
    data.listeners.iter().find(own).map(SubscriptionNode)
}

/// Payloads whose errors got codes in version 2026-04.
const LATE_CODES: [&str; 2] = ["FulfillmentOrderCancelPayload", "FulfillmentOrderMovePayload"];

struct PayloadNode<'d> {
    data: &'d Data,
    payload: &'d Payload,
}

impl Object for PayloadNode<'_> {
    fn type_name(&self) -> &'static str {
        self.payload.kind
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let payload = self.payload;
        let error = |kind: &'static str| {
            Out::objects(payload.errors.iter().map(move |error| UserErrorNode { kind, error }))
        };
        match field.name() {
            // This one mutation has its errors twice, with and without codes.
            "userErrors" if payload.kind == "OrderCancelPayload" => Ok(error("UserError")),
            // Until then these had errors without codes.
            "userErrors" if LATE_CODES.contains(&payload.kind) && self.data.version < "2026-04" => {
                Ok(error("UserError"))
            }
            "userErrors"
            | "orderCancelUserErrors"
            | "locationActivateUserErrors"
            | "locationDeactivateUserErrors"
            | "locationDeleteUserErrors" => Ok(error(payload.error_kind)),
            name => match payload.fields.iter().find(|(known, _)| *known == name) {
                Some((_, answer)) => answer.out(self.data, field),
                None => Ok(Out::Null),
            },
        }
    }
}

struct UserErrorNode<'d> {
    kind: &'static str,
    error: &'d UserError,
}

impl Object for UserErrorNode<'_> {
    fn type_name(&self) -> &'static str {
        self.kind
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "code" => self.error.code.map_or(Out::Null, Out::from),
            "field" => match &self.error.field {
                Some(path) => Out::list(path.iter()),
                None => Out::Null,
            },
            "message" => Out::from(&self.error.message),
            other => return Err(missing(self.kind, other)),
        })
    }
}
