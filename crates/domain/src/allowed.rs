//! What may be done with a fulfillment order now, and why not. The one home of that rule: commands that change a
//! fulfillment order ask [`check`] first, dialects show [`check`]'s answer for every action as supported actions or
//! as disabled buttons with the reason.

use crate::actor::{Actor, Permission, Relation, relation, writable};
use crate::fulfillment_order::{FulfillmentOrder, Request, Stage, StageName};
use crate::hold::HOLDS_PER_APP;
use crate::id::FulfillmentOrderId;
use crate::location::Location;
use crate::order::Order;

/// Something that can be done with a fulfillment order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// The merchant asks the service to do it.
    RequestFulfillment,
    /// Units of it leave.
    Fulfill,
    /// It is called off and made anew.
    Cancel,
    /// The merchant asks the service to stop.
    RequestCancellation,
    /// The service agrees to do it.
    Accept,
    /// The service declines to do it.
    Reject,
    /// The service agrees to stop.
    AcceptCancellation,
    /// The service declines to stop.
    RejectCancellation,
    /// The service gives up.
    GiveUp,
    /// It opens: before its time, or after progress was reported by mistake.
    Open,
    /// A later time is set.
    Reschedule,
    /// Progress is reported by hand.
    ReportProgress,
    /// A hold is released.
    ReleaseHold,
    /// It is held.
    Hold,
    /// It goes to another location.
    Move,
    /// It goes where routing says.
    Reroute,
    /// Some units become a fulfillment order of their own.
    Split,
    /// It is joined with another one.
    Merge,
}

impl Action {
    /// Every action.
    pub const ALL: [Action; 18] = [
        Action::RequestFulfillment,
        Action::Fulfill,
        Action::Cancel,
        Action::RequestCancellation,
        Action::Accept,
        Action::Reject,
        Action::AcceptCancellation,
        Action::RejectCancellation,
        Action::GiveUp,
        Action::Open,
        Action::Reschedule,
        Action::ReportProgress,
        Action::ReleaseHold,
        Action::Hold,
        Action::Move,
        Action::Reroute,
        Action::Split,
        Action::Merge,
    ];
}

/// Why an action is refused now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WhyNot {
    /// The actor's key doesn't allow it.
    NotPermitted,
    /// Its stage doesn't allow it.
    Stage(StageName),
    /// What was said between merchant and service doesn't allow it.
    Request(Request),
    /// It is at a location of the merchant's own; there is no service to talk to.
    NoService,
    /// It is at a location run by a service; only that service does this.
    ServiceOnly,
    /// Progress was reported by hand; it must be opened first.
    ProgressReported,
    /// The program has as many holds on it as it may have.
    HoldLimit,
    /// One unit can't be split.
    OneUnit,
    /// There is no other fulfillment order that it could be joined with.
    NoPeer,
}

/// Whether `actor` may do `action` with that fulfillment order of `order` now.
pub fn check(
    action: Action,
    order: &Order,
    fulfillment_order: &FulfillmentOrder,
    actor: &Actor,
) -> Result<(), WhyNot> {
    permitted(action, fulfillment_order, actor)?;
    possible(action, order, fulfillment_order, actor)
}

/// What the actor's key has to say.
fn permitted(action: Action, fo: &FulfillmentOrder, actor: &Actor) -> Result<(), WhyNot> {
    let right = writable(actor, fo.service)
        && match (relation(actor, fo.service), side(action)) {
            // The service's own answers are given by nobody else; without a service there is nobody to give them.
            (Relation::ThirdParty, Side::Service) => matches!(actor, Actor::System),
            // Who only ships does not tell the shop what to do, not even with what it ships.
            (Relation::Assigned, Side::Merchant(of)) => actor.may_any(of),
            _ => true,
        };
    if right { Ok(()) } else { Err(WhyNot::NotPermitted) }
}

/// Who does something.
enum Side {
    /// The service that runs the location.
    Service,
    /// The merchant, with one of these permissions.
    Merchant(&'static [Permission]),
    /// Whoever does the work.
    Worker,
}

fn side(action: Action) -> Side {
    match action {
        Action::Accept
        | Action::Reject
        | Action::AcceptCancellation
        | Action::RejectCancellation
        | Action::GiveUp => Side::Service,
        Action::RequestFulfillment | Action::RequestCancellation => {
            Side::Merchant(&[Permission::WriteThirdPartyWork])
        }
        Action::ReleaseHold => Side::Merchant(&[
            Permission::WriteMerchantWork,
            Permission::WriteThirdPartyWork,
            Permission::WriteMarketplaceWork,
        ]),
        Action::Cancel
        | Action::Hold
        | Action::Move
        | Action::Open
        | Action::Reschedule
        | Action::Split
        | Action::Merge => Side::Merchant(&[Permission::WriteMerchantWork, Permission::WriteThirdPartyWork]),
        Action::Fulfill | Action::ReportProgress | Action::Reroute => Side::Worker,
    }
}

/// What its state has to say.
fn possible(action: Action, order: &Order, fo: &FulfillmentOrder, actor: &Actor) -> Result<(), WhyNot> {
    let stage = fo.stage_name();
    let wrong_stage = Err(WhyNot::Stage(stage));
    let wrong_request = Err(WhyNot::Request(fo.request));
    let free = is_free(fo.request);
    match action {
        Action::Fulfill => match (&fo.stage, fo.request) {
            (Stage::Closed | Stage::OnHold { .. } | Stage::Scheduled { .. }, _) => wrong_stage,
            (_, Request::Submitted) => wrong_request,
            _ => Ok(()),
        },
        Action::RequestFulfillment => match stage {
            _ if fo.service.is_none() => Err(WhyNot::NoService),
            StageName::Open | StageName::Incomplete | StageName::Cancelled if free => Ok(()),
            StageName::Open => wrong_request,
            _ => wrong_stage,
        },
        Action::Accept | Action::Reject => match (stage, fo.request) {
            _ if fo.service.is_none() => Err(WhyNot::NoService),
            (StageName::Open, Request::Submitted) => Ok(()),
            (StageName::Open, _) => wrong_request,
            _ => wrong_stage,
        },
        Action::RequestCancellation => match (stage, fo.request) {
            _ if fo.service.is_none() => Err(WhyNot::NoService),
            (StageName::InProgress, Request::Accepted) => Ok(()),
            (StageName::InProgress, _) => wrong_request,
            _ => wrong_stage,
        },
        Action::AcceptCancellation | Action::RejectCancellation => match (stage, fo.request) {
            _ if fo.service.is_none() => Err(WhyNot::NoService),
            (StageName::InProgress, Request::CancellationRequested) => Ok(()),
            (StageName::InProgress, _) => wrong_request,
            _ => wrong_stage,
        },
        Action::GiveUp => match (stage, fo.request) {
            _ if fo.service.is_none() => Err(WhyNot::NoService),
            (
                StageName::InProgress,
                Request::Accepted | Request::CancellationRequested | Request::CancellationRejected,
            ) => Ok(()),
            (StageName::InProgress, _) => wrong_request,
            _ => wrong_stage,
        },
        Action::Cancel => match (stage, fo.request) {
            _ if fo.progress_reported() => Err(WhyNot::ProgressReported),
            (StageName::Open, Request::Unsubmitted | Request::Submitted | Request::Rejected)
            | (StageName::InProgress, Request::CancellationRequested) => Ok(()),
            (StageName::Open | StageName::InProgress, _) => wrong_request,
            _ => wrong_stage,
        },
        Action::Open => match stage {
            StageName::Scheduled => Ok(()),
            StageName::InProgress if fo.progress_reported() => Ok(()),
            _ => wrong_stage,
        },
        Action::Reschedule => match stage {
            StageName::Scheduled => Ok(()),
            _ => wrong_stage,
        },
        Action::ReportProgress => match stage {
            StageName::Open | StageName::InProgress if fo.service.is_some() => Err(WhyNot::ServiceOnly),
            StageName::Open | StageName::InProgress => Ok(()),
            _ => wrong_stage,
        },
        Action::ReleaseHold => match stage {
            StageName::OnHold => Ok(()),
            _ => wrong_stage,
        },
        Action::Hold => match stage {
            StageName::OnHold if holds_of(fo, actor) >= HOLDS_PER_APP => Err(WhyNot::HoldLimit),
            StageName::Open | StageName::OnHold if fo.request == Request::Submitted => wrong_request,
            StageName::Open | StageName::OnHold | StageName::Incomplete | StageName::Cancelled => Ok(()),
            StageName::InProgress if fo.progress_reported() => Ok(()),
            _ => wrong_stage,
        },
        Action::Move | Action::Reroute => match stage {
            _ if fo.progress_reported() => Err(WhyNot::ProgressReported),
            StageName::Closed | StageName::Scheduled => wrong_stage,
            _ if !free => wrong_request,
            _ => Ok(()),
        },
        Action::Split => match stage {
            StageName::Open if !free => wrong_request,
            StageName::Open if fo.open_quantity() < 2 => Err(WhyNot::OneUnit),
            StageName::Open => Ok(()),
            _ => wrong_stage,
        },
        Action::Merge => match stage {
            StageName::Open if !free => wrong_request,
            StageName::Open if !has_peer(order, fo) => Err(WhyNot::NoPeer),
            StageName::Open => Ok(()),
            _ => wrong_stage,
        },
    }
}

/// Whether no service is at it, and none was asked.
fn is_free(request: Request) -> bool {
    matches!(
        request,
        Request::Unsubmitted | Request::Rejected | Request::CancellationAccepted | Request::Closed
    )
}

fn holds_of(fo: &FulfillmentOrder, actor: &Actor) -> usize {
    fo.holds().iter().filter(|hold| hold.app == actor.app()).count()
}

fn has_peer(order: &Order, fo: &FulfillmentOrder) -> bool {
    order.fulfillment_orders.iter().any(|other| other.id != fo.id && mergeable(fo, other))
}

/// Whether two fulfillment orders of one order may be joined.
pub fn mergeable(a: &FulfillmentOrder, b: &FulfillmentOrder) -> bool {
    a.stage == Stage::Open
        && b.stage == Stage::Open
        && a.location == b.location
        && a.service == b.service
        && a.delivery == b.delivery
        && a.request == b.request
        && is_free(a.request)
}

/// The fulfillment orders of `order` that `id` may be joined with.
pub fn peers(order: &Order, id: FulfillmentOrderId) -> Vec<&FulfillmentOrder> {
    let Some(own) = order.fulfillment_order(id) else { return Vec::new() };
    order.fulfillment_orders.iter().filter(|other| other.id != id && mergeable(own, other)).collect()
}

/// Whether there is a place that `actor` could move it to, stock aside: another location in service, whose work it
/// may change.
pub fn has_destination(fo: &FulfillmentOrder, locations: &[Location], actor: &Actor) -> bool {
    locations.iter().any(|to| to.id != fo.location && to.active && writable(actor, to.service))
}

#[cfg(test)]
mod tests;
