//! The mutation roots: input becomes a command, the verdict becomes a payload. One table, [`planned`], says what is
//! there; everything else about a mutation is in its own file.

use domain::command::Command;
use domain::draft::Draft;
use domain::id::{FulfillmentOrderLineId, OrderId};
use domain::refusal::Refusal;
use engine::{Done, Engine, Error, Verdict};
use graphql::{Field, FieldError};

use crate::answer::{Answer, Payload, UserError};
use crate::calculated::Drafted;
use crate::data::Data;
use crate::tags::{self, Way};
use crate::{
    amend, arrange, cancel, constraint, event, fulfill, hold, inventory, location, order_create, order_edit,
    relocate, request, service, subscription, track, transaction,
};

/// A mutation that was understood: what to change, and how to tell what came of it.
pub(crate) struct Planned {
    pub(crate) command: Command,
    pub(crate) kind: Kind,
}

/// What a mutation makes of a verdict.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    /// The type of its payload.
    pub(crate) payload: &'static str,
    /// The type of its errors.
    pub(crate) errors: &'static str,
    /// What it answers when it was done.
    pub(crate) done: fn(&Done) -> Vec<(&'static str, Answer)>,
    /// What it answers when it was refused.
    pub(crate) refused: fn(&Refusal, &Command) -> Vec<UserError>,
}

/// What became of understanding a mutation's input.
pub(crate) enum Input {
    /// A command.
    Planned(Box<Planned>),
    /// The input is to blame, in the payload's own form.
    Refused(Kind, Vec<UserError>),
    /// The same; whoever says something impossible of an order is shown the order as it is.
    RefusedOf(OrderId, Kind, Vec<UserError>),
    /// The input is to blame, at the top of the answer.
    Failed(FieldError),
}

impl Kind {
    /// A payload with only errors.
    pub(crate) fn with_errors(self, errors: Vec<UserError>) -> Answer {
        Answer::Payload(Box::new(Payload {
            kind: self.payload,
            fields: Vec::new(),
            errors,
            error_kind: self.errors,
        }))
    }

    /// A payload with an order and errors.
    pub(crate) fn with_order(self, order: OrderId, errors: Vec<UserError>) -> Answer {
        Answer::Payload(Box::new(Payload {
            kind: self.payload,
            fields: vec![("order", Answer::Order(order))],
            errors,
            error_kind: self.errors,
        }))
    }

    /// The payload of a verdict.
    pub(crate) fn answer(self, verdict: &Verdict, command: &Command) -> Answer {
        match verdict {
            Ok(done) => {
                let mut errors = Vec::new();
                let mut fields = (self.done)(done);
                fields.retain_mut(|(_, answer)| match answer {
                    Answer::Warned(warnings) => {
                        errors.append(warnings);
                        false
                    }
                    _ => true,
                });
                Answer::Payload(Box::new(Payload {
                    kind: self.payload,
                    fields,
                    errors,
                    error_kind: self.errors,
                }))
            }
            Err(refusal) => Answer::Payload(Box::new(Payload {
                kind: self.payload,
                // Whoever says something impossible of an order is shown the order as it is.
                fields: match command {
                    Command::AmendOrder(amend) if self.payload == "OrderUpdatePayload" => {
                        vec![("order", Answer::Order(amend.order))]
                    }
                    _ => Vec::new(),
                },
                errors: (self.refused)(refusal, command),
                error_kind: self.errors,
            })),
        }
    }
}

/// Understands a mutation.
pub(crate) async fn planned(engine: &Engine, data: &Data, field: &Field<'_>) -> Result<Input, Error> {
    if let Err(error) = data.may(field) {
        return Ok(Input::Failed(error));
    }
    Ok(match field.name() {
        "orderCreate" => order_create::plan(engine, data, field).await?,
        "inventoryActivate" => inventory::activate(engine, data, field).await?,
        "inventoryAdjustQuantities" => inventory::adjust(data.version, field),
        "inventoryBulkToggleActivation" => inventory::bulk_toggle(field),
        "inventoryDeactivate" => inventory::deactivate(field),
        "inventoryItemUpdate" => inventory::update(&data.shop, field),
        "inventoryMoveQuantities" => inventory::moved(data.version, field),
        "inventorySetOnHandQuantities" => inventory::set_on_hand(data.version, field),
        "inventorySetQuantities" => inventory::set(data.version, field),
        "orderCancel" => cancel::order(field),
        "orderMarkAsPaid" => transaction::mark_as_paid(field),
        "orderEditBegin" => order_edit::begin(field),
        "orderEditSetQuantity" => order_edit::set_quantity(field),
        "orderEditAddVariant" => order_edit::add_variant(field),
        "orderEditAddCustomItem" => order_edit::add_custom_item(engine, data, field).await?,
        "orderEditCommit" => order_edit::commit(field),
        "orderUpdate" => amend::update(engine, data, field).await?,
        "orderClose" => amend::close(field),
        "orderOpen" => amend::open(field),
        "orderDelete" => amend::delete(field),
        "tagsAdd" => tags::plan(engine, data, field, Way::On).await?,
        "tagsRemove" => tags::plan(engine, data, field, Way::Off).await?,
        "fulfillmentCreate" => fulfill::plan(field, "FulfillmentCreatePayload"),
        "fulfillmentCreateV2" => fulfill::plan(field, "FulfillmentCreateV2Payload"),
        "fulfillmentCancel" => cancel::fulfillment(field),
        "fulfillmentTrackingInfoUpdate" => track::plan(field, "FulfillmentTrackingInfoUpdatePayload"),
        "fulfillmentTrackingInfoUpdateV2" => track::plan(field, "FulfillmentTrackingInfoUpdateV2Payload"),
        "fulfillmentEventCreate" => event::plan(field),
        "fulfillmentOrderSubmitCancellationRequest" => request::submit_cancellation(field),
        "fulfillmentOrderAcceptCancellationRequest" => request::accept_cancellation(field),
        "fulfillmentOrderRejectCancellationRequest" => request::reject_cancellation(field),
        "fulfillmentOrderClose" => request::close(field),
        "fulfillmentOrderCancel" => arrange::cancel(field),
        "fulfillmentOrderMove" => relocate::to(field),
        "fulfillmentOrdersReroute" => relocate::reroute(field),
        "fulfillmentOrderSplit" => arrange::split(field),
        "fulfillmentOrderMerge" => arrange::merge(field),
        "fulfillmentOrderReportProgress" => arrange::report_progress(field),
        "fulfillmentOrderReschedule" => arrange::reschedule(field),
        "fulfillmentOrdersSetFulfillmentDeadline" => arrange::set_deadline(field),
        "fulfillmentOrderLineItemsPreparedForPickup" => arrange::prepared_for_pickup(field),
        "fulfillmentConstraintRuleCreate" => constraint::create(engine, data, field).await?,
        "fulfillmentConstraintRuleUpdate" => constraint::update(engine, data, field).await?,
        "fulfillmentConstraintRuleDelete" => constraint::delete(engine, data, field).await?,
        "fulfillmentServiceCreate" => service::create(engine, data, field).await?,
        "fulfillmentServiceUpdate" => service::update(engine, field),
        "fulfillmentServiceDelete" => service::delete(engine, data, field).await?,
        "locationAdd" => location::add(engine, data, field).await?,
        "locationEdit" => location::edit(engine, data, field).await?,
        "locationActivate" => location::activate(field),
        "locationDeactivate" => location::deactivate(field),
        "locationDelete" => location::delete(field),
        "fulfillmentOrderHold" => hold::hold(field),
        "fulfillmentOrderReleaseHold" => hold::release(field),
        "fulfillmentOrderOpen" => request::open(field),
        "fulfillmentOrderSubmitFulfillmentRequest" => request::submit(field),
        "fulfillmentOrderAcceptFulfillmentRequest" => request::accept(field),
        "fulfillmentOrderRejectFulfillmentRequest" => request::reject(field),
        "webhookSubscriptionCreate" => subscription::create(engine, data, field).await?,
        "webhookSubscriptionUpdate" => subscription::update(engine, data, field).await?,
        "webhookSubscriptionDelete" => subscription::delete(engine, data, field).await?,
        other => Input::Failed(crate::words::missing("Mutation", other)),
    })
}

/// Puts what a command changed where the answer looks for it.
pub(crate) fn take(data: &mut Data, done: &Done) {
    use domain::decide::Write;
    for order in &done.snapshot.orders {
        data.orders.insert(order.id, std::sync::Arc::new(order.clone()));
    }
    for fulfillment in &done.snapshot.fulfillments {
        data.fulfillments.insert(fulfillment.id, std::sync::Arc::new(fulfillment.clone()));
    }
    data.variants.extend(done.snapshot.variants.iter().map(|variant| (variant.id, variant.clone())));
    data.stock = done.stock();
    data.contacts.extend(done.snapshot.contacts.iter().map(|contact| (contact.id, contact.clone())));
    for write in &done.decision.writes {
        match write {
            Write::NewOrder(order) | Write::Order(order) => {
                data.orders.insert(order.id, std::sync::Arc::new(domain::order::Order::clone(order)));
            }
            Write::NewFulfillment(fulfillment) | Write::Fulfillment(fulfillment) => {
                let fulfillment = domain::fulfillment::Fulfillment::clone(fulfillment);
                data.fulfillments.insert(fulfillment.id, std::sync::Arc::new(fulfillment));
            }
            Write::Location(_) | Write::NoLocation(_) | Write::Service(_) | Write::NoService(_) => {
                take_place(data, done, write);
            }
            Write::Variant(variant) => {
                data.variants.insert(variant.id, variant.clone());
            }
            Write::NewDraft(draft) | Write::Draft(draft) => {
                if let Some(order) = done.order(draft.order) {
                    data.drafts.insert(draft.id, Drafted::new(Draft::clone(draft), order));
                }
            }
            Write::NewContact(contact) | Write::Contact(contact) => {
                data.contacts.insert(contact.id, domain::contact::Contact::clone(contact));
            }
            Write::Product(product) => {
                data.products.insert(product.id, product.clone());
            }
            Write::Listener(listener) => {
                data.listeners.retain(|known| known.id != listener.id);
                data.listeners.push(listener.clone());
            }
            _ => {}
        }
    }
}

/// Puts what a command changed of the shop's places there, beside those that it left alone.
fn take_place(data: &mut Data, done: &Done, write: &domain::decide::Write) {
    use domain::decide::Write;
    if data.locations.is_empty() && data.services.is_empty() {
        (data.locations, data.services) = (done.snapshot.locations.clone(), done.snapshot.services.clone());
    }
    match write {
        Write::Location(location) => {
            data.locations.retain(|known| known.id != location.id);
            data.locations.push(location.clone());
            if !location.active {
                // Else it would still be in service.
                data.burdens.insert(location.id, Default::default());
            }
        }
        Write::NoLocation(id) => data.locations.retain(|known| known.id != *id),
        Write::Service(service) => {
            data.services.retain(|known| known.id != service.id);
            data.services.push(service.clone());
        }
        Write::NoService(id) => data.services.retain(|known| known.id != *id),
        _ => {}
    }
    data.locations.sort_by_key(|location| location.id);
    data.services.sort_by_key(|service| service.id);
}

/// Mutations that have keys of their own in the original: from 2026-01 on they tell of a key that was used for something
/// else in their own errors, and from 2026-04 on nobody sends them without one.
const KEYED: [&str; 7] = [
    "inventoryActivate",
    "inventoryAdjustQuantities",
    "inventoryMoveQuantities",
    "inventorySetOnHandQuantities",
    "inventorySetQuantities",
    "locationActivate",
    "locationDeactivate",
];

/// Why a mutation without a key is not carried out, if that is so.
pub(crate) fn without_key(root: &str, version: &str) -> Option<FieldError> {
    let text = "The @idempotent directive is required for this mutation but was not provided.";
    (version >= "2026-04" && KEYED.contains(&root)).then(|| FieldError::new(text).code("BAD_REQUEST"))
}

/// What a mutation with keys of its own answers to a key that was used for something else before.
pub(crate) fn key_reused(root: &str, version: &str, planned: &Planned) -> Option<Answer> {
    if version < "2026-01" || !KEYED.contains(&root) {
        return None;
    }
    let fields = match planned.command {
        Command::ActivateLocation(id) | Command::DeactivateLocation(id, _) => {
            vec![("location", Answer::Location(id))]
        }
        _ => Vec::new(),
    };
    Some(Answer::Payload(Box::new(Payload {
        kind: planned.kind.payload,
        fields,
        errors: vec![UserError::whole(KEY_REUSED).code("IDEMPOTENCY_KEY_PARAMETER_MISMATCH")],
        error_kind: planned.kind.errors,
    })))
}

/// What is said of a key that was used for something else before.
pub(crate) const KEY_REUSED: &str =
    "The same idempotency key cannot be used with different operation parameters.";

/// A refusal that this API has no form of its own for, in plain words. Every mutation's own words come first.
pub(crate) fn plain(refusal: &Refusal) -> UserError {
    use domain::refusal::{LocationTrouble, StockTrouble, Thing};
    let message = match refusal {
        Refusal::NotPermitted(permissions) => {
            let names: Vec<&str> = permissions.iter().map(|permission| permission.as_str()).collect();
            format!("The access token doesn't allow it. Required access: {}.", names.join(" or "))
        }
        Refusal::NoAccess(_) => "The api_client does not have access to the fulfillment order.".to_owned(),
        Refusal::Unknown(thing) => match thing {
            Thing::Order(_) => "Order does not exist.",
            Thing::OrderLine(_) => "The line item does not exist on the order.",
            Thing::FulfillmentOrder(_) => "Fulfillment order does not exist.",
            Thing::FulfillmentOrderLine(_) => "Fulfillment order line item does not exist.",
            Thing::Fulfillment(_) => "Fulfillment does not exist.",
            Thing::DeliveryEvent(_) => "Fulfillment event does not exist.",
            Thing::Location(_) => "Location does not exist.",
            Thing::Variant(..) => "Product variant does not exist.",
            Thing::Product(_) => "Product does not exist.",
            Thing::Draft(_) => "The calculated order does not exist.",
            Thing::Hold(_) => "Fulfillment hold does not exist.",
            Thing::Listener(_) => "Webhook subscription does not exist",
            Thing::Record(_) | Thing::Run(_) => "Record does not exist.",
            Thing::Service(_) => "Fulfillment service could not be found.",
            Thing::Invoice(_) => "Invoice does not exist.",
            Thing::InvoiceLine(_) => "Invoice line does not exist.",
            Thing::Transaction(_) => "Transaction does not exist.",
            Thing::Refund(_) => "Refund does not exist.",
            Thing::Return(_) => "Return does not exist.",
            Thing::Price(..) => "Price does not exist.",
            Thing::AccessGrant(_) => "Access grant does not exist.",
            Thing::Contact => "Customer does not exist",
            Thing::Reservation => "Reservation does not exist",
        }
        .to_owned(),
        Refusal::QuantityNotPositive(_) => "Quantity must be greater than 0".to_owned(),
        Refusal::QuantityTooLarge { .. } => {
            "Invalid fulfillment order line item quantity requested.".to_owned()
        }
        Refusal::SeveralOrders(ids) => format!(
            "All fulfillment orders must belong to the same order. Multiple orders with ids [{}] were found.",
            joined(ids)
        ),
        Refusal::SeveralLocations(ids) => format!(
            "All fulfillment orders must be assigned to a single location. Multiple locations with ids [{}] were found.",
            joined(ids)
        ),
        Refusal::NothingToDo => "There is nothing left to do.".to_owned(),
        Refusal::Unfulfillable(id, stage) => {
            format!("Fulfillment order {id} has an unfulfillable status= {}.", stage.as_str())
        }
        Refusal::NotAllowed(id, _, why) => {
            format!("Fulfillment order {id} can't be changed so now: {}.", crate::fulfillment_order::reason(*why))
        }
        Refusal::Delivered(_) => "The fulfillment was delivered already.".to_owned(),
        Refusal::Returned(_) => "The fulfillment can't be canceled: some of its items are in a return.".to_owned(),
        Refusal::OrderCancelled(_) => "Cannot cancel an order that has already been canceled".to_owned(),
        Refusal::OrderHasFulfillments(_) => "Cannot cancel an order that has outstanding fulfillments".to_owned(),
        Refusal::ServiceAtWork(id) => format!(
            "Cannot cancel an order whose fulfillment order {id} was accepted by its fulfillment service. Request its cancellation first."
        ),
        Refusal::NoLines => "Line items must have at least one line item".to_owned(),
        Refusal::LineWithoutTitle(_) => "Title can't be blank unless a variant is given".to_owned(),
        Refusal::LineQuantity(_) => {
            format!("Quantity must be between 1 and {}", domain::decide::QUANTITY_MAX)
        }
        Refusal::LinePrice(_) => "Price must not be negative, and not that large".to_owned(),
        Refusal::OutOfStock(id) => format!("Unable to reserve inventory for variant {id}"),
        Refusal::SeenBefore(id) => format!("The order came in before, as {}", crate::id::gid("Order", id.0)),
        Refusal::HoldHandleTaken => {
            "The handle provided for the fulfillment hold is already in use by this app for another hold on this fulfillment order.".to_owned()
        }
        Refusal::HoldHandleTooLong => "The handle must not be longer than 64 characters.".to_owned(),
        Refusal::NotMovable(_, _, why) => crate::fulfillment_order::obstacle(*why).to_owned(),
        Refusal::NoPlace(_) => "Cannot reassign location for fulfillment orders.".to_owned(),
        Refusal::AlreadyFulfilled(_, left) => format!("{left} of them are fulfilled already."),
        Refusal::Twice(_) => "The same thing is named twice.".to_owned(),
        Refusal::Stock(troubles) => match troubles.first() {
            Some((entry, StockTrouble::Differs(found))) => {
                format!("The quantity of entry {entry} is {found}, not what was expected.")
            }
            Some((entry, StockTrouble::NotStocked)) => format!("The item of entry {entry} is not stocked at its location."),
            _ => "The inventory quantities can't be changed so.".to_owned(),
        },
        Refusal::OnlyStockedThere(_, location) => crate::inventory::only_there(location),
        Refusal::OpeningStock(location, _) => format!("The opening quantity at {location} is out of bounds."),
        Refusal::Location(_, trouble) => match trouble {
            LocationTrouble::OfService => "The location is run by a fulfillment service.",
            LocationTrouble::OnlyOneThatShips => "At least one location must fulfill online orders.",
            LocationTrouble::Same => "Destination location is the same as the location to be deactivated.",
            LocationTrouble::HasWork => "The location has pending orders.",
            LocationTrouble::HasStock => "The location has inventory.",
            LocationTrouble::Active => "The location cannot be deleted while it is active.",
            LocationTrouble::Inactive => "The location is deactivated.",
        }
        .to_owned(),
        Refusal::NothingWouldStay(_) => "At least one item must remain in the fulfillment order.".to_owned(),
        Refusal::NotForPickup(ids) => format!("Invalid fulfillment_order_id provided {}", joined(ids)),
        Refusal::HoldNotYours(_) => "The app doesn't have access to release the fulfillment hold.".to_owned(),
        Refusal::DoubleLine(_) => "must contain unique line item ids".to_owned(),
        Refusal::DraftOutdated(_, now) => {
            format!("A line item was changed since the edit began: {now} of it are on the order now. Begin again.")
        }
        Refusal::NothingDue(_) => "Order cannot be marked as paid.".to_owned(),
        Refusal::NoBuyer(_) => "The order has no customer who could be given store credit.".to_owned(),
        Refusal::TimePassed => "The time has passed already.".to_owned(),
        Refusal::Taken(_) => "has already been taken".to_owned(),
        Refusal::Malformed(_, what) => (*what).to_owned(),
        // No mutation of this API asks for it.
        Refusal::Billing(_) => "The order's billing doesn't allow it.".to_owned(),
    };
    UserError::whole(message)
}

fn joined<T: std::fmt::Display>(ids: &[T]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The number behind a global id of that type, or the error that the original answers at the top.
pub(crate) fn required_id(field: &Field<'_>, argument: &str, kind: &str) -> Result<i64, FieldError> {
    let text = field.str_arg(argument).unwrap_or_default();
    crate::id::of_kind(kind, text).ok_or_else(|| invalid_id(text))
}

/// The error of an id that can't be one.
pub(crate) fn invalid_id(text: &str) -> FieldError {
    FieldError::new(format!("Invalid id: {text}")).code("RESOURCE_NOT_FOUND")
}

/// Lines of a fulfillment order and quantities of them; nothing given is no lines.
pub(crate) fn lines(
    input: Option<&graphql::Input>,
) -> Result<Vec<(FulfillmentOrderLineId, i64)>, FieldError> {
    let line = |line: &graphql::Input| {
        let gid = line.get("id").and_then(|id| id.as_str()).unwrap_or_default();
        let id = crate::id::of_kind("FulfillmentOrderLineItem", gid).ok_or_else(|| invalid_id(gid))?;
        Ok((FulfillmentOrderLineId(id), line.get("quantity").and_then(|n| n.as_int()).unwrap_or(0)))
    };
    input.and_then(|lines| lines.as_list()).unwrap_or_default().iter().map(line).collect()
}
