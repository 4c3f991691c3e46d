//! How work comes into each state that it can be in: by commands, as in life.

use std::sync::Arc;

use domain::actor::Actor;
use domain::command::{Command, Reach, SomeWork};
use domain::fulfillment_order::{Request, Stage, StageName};
use domain::id::{FulfillmentOrderId, FulfillmentOrderLineId};
use domain::order::Order;
use domain::rejection::Rejection;
use domain::time::{HOUR, Time};
use scenarios::cast::Cast;
use testkit::world::{self, MUG, SERVED, SHIRT, STICKER};

/// Where the work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// At one of the merchant's own locations.
    Merchant,
    /// At the location of a fulfillment service.
    Service,
}

/// A step towards a state.
#[derive(Debug, Clone, Copy)]
enum Step {
    Ask,
    Accept,
    Reject,
    AskToStop,
    Stop,
    GoOn,
    GiveUp,
    Hold,
    Report,
    Cancel,
    ShipOne,
    ShipAll,
}

/// A state and the way to it.
pub struct Recipe {
    /// Where the work is.
    pub place: Place,
    /// The stage that it comes to.
    pub stage: StageName,
    /// The request that it comes to.
    pub request: Request,
    /// What the pair alone doesn't tell.
    pub remark: &'static str,
    steps: &'static [Step],
}

use Step::{Accept, Ask, AskToStop, Cancel, GiveUp, GoOn, Hold, Reject, Report, ShipAll, ShipOne, Stop};

const fn of(
    place: Place,
    stage: StageName,
    request: Request,
    remark: &'static str,
    steps: &'static [Step],
) -> Recipe {
    Recipe { place, stage, request, remark, steps }
}

/// Every state. Scheduled work needs no step: its order says when.
pub static RECIPES: &[Recipe] = &[
    of(Place::Merchant, StageName::Scheduled, Request::Unsubmitted, "", &[]),
    of(Place::Merchant, StageName::Open, Request::Unsubmitted, "", &[]),
    of(Place::Merchant, StageName::OnHold, Request::Unsubmitted, "", &[Hold]),
    of(Place::Merchant, StageName::InProgress, Request::Unsubmitted, "some units left", &[ShipOne]),
    of(Place::Merchant, StageName::InProgress, Request::Unsubmitted, "progress reported", &[Report]),
    of(Place::Merchant, StageName::Closed, Request::Unsubmitted, "", &[ShipAll]),
    of(Place::Service, StageName::Scheduled, Request::Unsubmitted, "", &[]),
    of(Place::Service, StageName::Open, Request::Unsubmitted, "", &[]),
    of(Place::Service, StageName::OnHold, Request::Unsubmitted, "", &[Hold]),
    of(Place::Service, StageName::InProgress, Request::Unsubmitted, "some units left", &[ShipOne]),
    of(Place::Service, StageName::Open, Request::Submitted, "", &[Ask]),
    of(Place::Service, StageName::Open, Request::Rejected, "", &[Ask, Reject]),
    of(Place::Service, StageName::OnHold, Request::Rejected, "", &[Ask, Reject, Hold]),
    of(Place::Service, StageName::InProgress, Request::Rejected, "some units left", &[Ask, Reject, ShipOne]),
    of(Place::Service, StageName::InProgress, Request::Accepted, "", &[Ask, Accept]),
    of(Place::Service, StageName::InProgress, Request::CancellationRequested, "", &[Ask, Accept, AskToStop]),
    of(
        Place::Service,
        StageName::InProgress,
        Request::CancellationRejected,
        "",
        &[Ask, Accept, AskToStop, GoOn],
    ),
    of(
        Place::Service,
        StageName::Cancelled,
        Request::CancellationAccepted,
        "",
        &[Ask, Accept, AskToStop, Stop],
    ),
    of(Place::Service, StageName::Incomplete, Request::Closed, "", &[Ask, Accept, GiveUp]),
    of(Place::Service, StageName::Closed, Request::Unsubmitted, "", &[ShipAll]),
    of(Place::Service, StageName::Closed, Request::Submitted, "", &[Ask, Cancel]),
    of(Place::Service, StageName::Closed, Request::Accepted, "", &[Ask, Accept, ShipAll]),
    of(Place::Service, StageName::Closed, Request::Rejected, "", &[Ask, Reject, ShipAll]),
    of(
        Place::Service,
        StageName::Closed,
        Request::CancellationRequested,
        "",
        &[Ask, Accept, AskToStop, ShipAll],
    ),
    of(
        Place::Service,
        StageName::Closed,
        Request::CancellationRejected,
        "",
        &[Ask, Accept, AskToStop, GoOn, ShipAll],
    ),
    of(
        Place::Service,
        StageName::Closed,
        Request::CancellationAccepted,
        "",
        &[Ask, Accept, AskToStop, Stop, ShipAll],
    ),
    of(Place::Service, StageName::Closed, Request::Closed, "", &[Ask, Accept, GiveUp, ShipAll]),
];

/// Work in a state, and what mutations of it need to name.
pub struct Made {
    /// The work.
    pub work: FulfillmentOrderId,
    /// Another open work of the order at the same location, if it could be split off.
    pub peer: Option<FulfillmentOrderId>,
}

impl Recipe {
    /// `OPEN`, `IN_PROGRESS` …
    pub fn status(&self) -> String {
        self.stage.as_str().to_uppercase()
    }

    /// `UNSUBMITTED`, `SUBMITTED` …
    pub fn request_status(&self) -> String {
        self.request.as_str().to_uppercase()
    }

    /// The state in a heading.
    pub fn title(&self) -> String {
        let remark = if self.remark.is_empty() { String::new() } else { format!(" ({})", self.remark) };
        format!("{} / {}{remark}", self.status(), self.request_status())
    }

    /// Makes work of that state: two units, and a third one in a work beside it.
    pub async fn make(&self, cast: &Cast) -> Made {
        let scheduled = self.stage == StageName::Scheduled;
        let article = match (scheduled, self.place) {
            // Scheduled work can't be moved: it must be routed to where it is wanted.
            (true, Place::Service) => MUG,
            (true, Place::Merchant) => SHIRT,
            (false, _) => STICKER,
        };
        let mut order = world::order(&[(article, 3)]);
        if scheduled {
            let now = cast.served.engine.now();
            order.placed.fulfill_at = Some(Time(now.0 + 100 * HOUR));
        }
        let (order, work) = cast.place(order).await;
        let mut made = Made { work, peer: None };
        if scheduled {
            return made;
        }
        if self.place == Place::Service {
            let to = domain::command::MoveWork { fulfillment_order: work, to: SERVED, lines: Vec::new() };
            cast.run(&Command::Move(to)).await;
        }
        let line = made.line(cast).await;
        let split = SomeWork { id: work, lines: vec![(line, 1)] };
        let done = cast.run(&Command::Split(vec![split])).await;
        let works = &done.order(order).unwrap().fulfillment_orders;
        made.peer = works.iter().map(|work| work.id).find(|id| *id != work);
        for step in self.steps {
            cast.run(&step.command(work, line)).await;
        }
        let after = made.order(cast).await;
        let work = after.fulfillment_order(work).unwrap();
        assert_eq!((work.stage_name(), work.request), (self.stage, self.request), "{}", self.title());
        let reported = matches!(work.stage, Stage::InProgress { report: Some(_) });
        assert_eq!(reported, self.remark == "progress reported");
        made
    }
}

impl Made {
    /// The order as it is now.
    pub async fn order(&self, cast: &Cast) -> Arc<Order> {
        let engine = &cast.served.engine;
        engine.order_of_work(&cast.served.shop, &Actor::System, self.work).await.unwrap().unwrap()
    }

    /// The first line of the work; one that nobody has if it has none any more, as work that was called off.
    pub async fn line(&self, cast: &Cast) -> FulfillmentOrderLineId {
        let order = self.order(cast).await;
        let lines = &order.fulfillment_order(self.work).unwrap().lines;
        lines.first().map_or(FulfillmentOrderLineId(999_999_999), |line| line.id)
    }
}

impl Step {
    fn command(self, work: FulfillmentOrderId, line: FulfillmentOrderLineId) -> Command {
        match self {
            Ask => world::requesting(work, &[]),
            Accept => Command::AcceptRequest(work, None),
            Reject => Command::RejectRequest(work, Rejection::default()),
            AskToStop => Command::RequestCancellation(work, None),
            Stop => Command::AcceptCancellation(work, None),
            GoOn => Command::RejectCancellation(work, None),
            GiveUp => Command::GiveUp(work, None),
            Hold => world::holding(work, "by a recipe", &[]),
            Report => Command::ReportProgress(work, None),
            Cancel => Command::CancelWork(work),
            ShipOne => world::fulfilling(&[(work, Some(&[(line, 1)]))], Reach::OneOrder),
            ShipAll => world::shipping(work),
        }
    }
}
