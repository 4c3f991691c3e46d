//! The payloads of `fulfillment_orders/*` and `fulfillment_holds/*`: global ids, statuses in lower case, and no more
//! than it takes to ask for the rest.

use domain::event::{Fact, LineQuantity, Work};
use domain::fulfillment_order::Request;
use domain::hold::Hold;
use domain::id::{AppId, LocationId, RequestId};
use engine::dialect::Told;
use serde_json::{Value, json};

use crate::id::gid;
use crate::rest::form;
use crate::words;

/// What is told of a fact about work.
pub(super) fn payload(told: &Told<'_>, fact: &Fact) -> Option<Value> {
    Some(match fact {
        Fact::WorkRouted { work } | Fact::WorkReady { work } | Fact::WorkReleased { work } => {
            json!({ "fulfillment_order": status(work) })
        }
        Fact::WorkOpened { work } => json!({
            "fulfillment_order": status(work),
            "progress_stopped_by_app": app(told.event.app),
            "progress_stopped_by_user": null,
        }),
        Fact::WorkCancelled { work, replacement } => json!({
            "fulfillment_order": status(work),
            "replacement_fulfillment_order": replacement.as_ref().map(status),
        }),
        Fact::ProgressReported { work, before, note } => json!({
            "fulfillment_order": status(work),
            "progress_report": {
                "reason_notes": note,
                "progress_reported_by_app": app(told.event.app),
                "progress_reported_by_user": null,
            },
            "initial_status": before.as_str(),
        }),
        Fact::WorkRescheduled { work, opens_at } => json!({
            "fulfillment_order": {
                "id": id(work),
                "status": work.stage.as_str(),
                "fulfill_at": form::time(told.shop, *opens_at),
            },
        }),
        Fact::WorkPrepared { work } => json!({
            "fulfillment_order": {
                "id": id(work),
                "status": work.stage.as_str(),
                "preparable": true,
                "delivery_method": { "method_type": "pickup" },
            },
        }),
        Fact::WorkHeld { work, hold: placed, held, rest } => {
            let known = told.order.and_then(|order| order.fulfillment_order(work.id));
            let holds = known.map_or(&[][..], |known| known.holds());
            let holds: Value = match holds {
                // Released meanwhile, in the same event.
                [] => json!([hold(told, placed)]),
                holds => holds.iter().map(|one| hold(told, one)).collect(),
            };
            json!({
                "fulfillment_order": {
                    "id": id(work),
                    "status": work.stage.as_str(),
                    "fulfillment_holds": holds,
                },
                "remaining_fulfillment_order": rest.as_ref().map(status),
                "held_fulfillment_order_line_items": quantities(held),
                "created_fulfillment_hold": hold(told, placed),
            })
        }
        Fact::HoldAdded { work, hold: one } | Fact::HoldReleased { work, hold: one } => json!({
            "fulfillment_order": { "id": id(work) },
            "fulfillment_hold": hold(told, one),
        }),
        Fact::WorkMoved { original, moved, from, lines } => json!({
            "original_fulfillment_order": placed(original),
            "moved_fulfillment_order": placed(moved),
            "destination_location_id": location(moved.location),
            "fulfillment_order_line_items_requested": quantities(lines),
            "source_location": { "id": location(*from) },
        }),
        Fact::WorkSplit { work, rest, lines } => json!({
            "split_line_items": quantities(lines),
            "fulfillment_order": status(work),
            "remaining_fulfillment_order": status(rest),
            "replacement_fulfillment_order": null,
        }),
        Fact::WorkMerged { work, merged } => {
            // The one payload here that writes numbers.
            let line = |(id, quantity): &LineQuantity| json!({ "id": id.0, "quantity": quantity });
            let intents = merged.iter().map(|(id, lines)| {
                json!({
                    "fulfillment_order_id": id.0,
                    "fulfillment_order_line_items": lines.iter().map(line).collect::<Value>(),
                })
            });
            json!({
                "merge_intents": intents.collect::<Value>(),
                "fulfillment_order_merges": { "fulfillment_order": status(work) },
            })
        }
        Fact::RequestSubmitted { original, work, message, request } => json!({
            "original_fulfillment_order": asked(original),
            "submitted_fulfillment_order": asked(work),
            "fulfillment_order_merchant_request": said(*request, message),
        }),
        Fact::RequestAccepted { work, message }
        | Fact::RequestRejected { work, message }
        | Fact::CancellationRejected { work, message } => {
            json!({ "fulfillment_order": asked(work), "message": message })
        }
        Fact::CancellationRequested { work, message, request } => json!({
            "fulfillment_order": asked(work),
            "fulfillment_order_merchant_request": said(*request, message),
        }),
        Fact::CancellationAccepted { work, message } | Fact::GaveUp { work, message } => {
            json!({ "fulfillment_order": status(work), "message": message })
        }
        _ => return None,
    })
}

fn id(work: &Work) -> String {
    gid("FulfillmentOrder", work.id.0)
}

fn location(id: LocationId) -> String {
    gid("Location", id.0)
}

fn status(work: &Work) -> Value {
    json!({ "id": id(work), "status": work.stage.as_str() })
}

fn asked(work: &Work) -> Value {
    let request = match work.request {
        // So the original's own example spells it.
        Request::CancellationRequested => "cancellation_request",
        other => other.as_str(),
    };
    json!({ "id": id(work), "status": work.stage.as_str(), "request_status": request })
}

fn placed(work: &Work) -> Value {
    json!({
        "id": id(work),
        "status": work.stage.as_str(),
        "assigned_location_id": location(work.location),
    })
}

fn said(request: RequestId, message: &Option<String>) -> Value {
    json!({ "id": gid("FulfillmentOrderMerchantRequest", request.0), "message": message })
}

fn quantities(lines: &[LineQuantity]) -> Value {
    let line = |(id, quantity): &LineQuantity| json!({ "id": gid("FulfillmentOrderLineItem", id.0), "quantity": quantity });
    lines.iter().map(line).collect()
}

fn app(app: Option<AppId>) -> Value {
    app.map_or(Value::Null, |app| json!({ "id": gid("App", app.0) }))
}

fn hold(told: &Told<'_>, hold: &Hold) -> Value {
    json!({
        "id": gid("FulfillmentHold", hold.id.0),
        "reason": words::hold_reason(hold.reason).0.to_lowercase(),
        "reason_notes": hold.notes,
        "held_by_requesting_app": hold.app == Some(told.listener.app),
        "handle": hold.handle,
        "held_by_app": app(hold.app),
    })
}
