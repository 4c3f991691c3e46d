//! Plays the demo's [stories](super::stories): turns scenes into commands, in the order in which they happen.

use domain::actor::Actor;
use domain::command::{
    CancelOrder, Command, Fulfill, FulfillWork, PayBack, PlaceHold, Reach, RecordDelivery,
    RequestFulfillment, Restock,
};
use domain::decide::Outcome;
use domain::fulfillment::DeliveryStatus;
use domain::fulfillment_order::FulfillmentOrder;
use domain::hold::HoldReason;
use domain::id::{FulfillmentId, OrderId};
use domain::order::Order;
use domain::rejection::Rejection;

use super::dice::Dice;
use super::parcels::{Carrier, tracking};
use super::places::Places;
use super::stage::Stage;
use super::stories::{Act, Portion, Scene};
use crate::failure::{Exit, Failure};

/// Who and where.
pub(super) struct Cast<'a> {
    pub(super) stage: &'a Stage<'a>,
    pub(super) places: Places,
    /// The fulfillment service's program.
    pub(super) service: Actor,
}

/// What became of an order so far.
#[derive(Debug, Clone, Copy, Default)]
struct Made {
    order: Option<OrderId>,
    fulfillment: Option<FulfillmentId>,
}

impl Cast<'_> {
    /// Plays all scenes.
    pub(super) async fn play(&self, scenes: &[Scene], dice: &mut Dice) -> Result<(), Failure> {
        let orders = scenes.iter().map(|scene| scene.order + 1).max().unwrap_or(0);
        let mut made = vec![Made::default(); orders];
        for scene in scenes {
            self.stage.at(scene.at);
            self.scene(&scene.act, &mut made[scene.order], dice).await?;
        }
        Ok(())
    }

    async fn scene(&self, act: &Act, made: &mut Made, dice: &mut Dice) -> Result<(), Failure> {
        match act {
            Act::Place(place) => {
                if let Outcome::Order(id) = self.stage.act(&Command::Place(place.clone())).await?.outcome {
                    made.order = Some(id);
                }
            }
            Act::Seen(status) => self.seen(made, *status).await?,
            Act::CallOff(reason) => {
                let order = self.order(made).await?.id;
                let cancel = CancelOrder {
                    order,
                    reason: *reason,
                    note: None,
                    restock: Restock::Yes,
                    pay_back: PayBack::Nothing,
                    notify_buyer: false,
                };
                self.stage.act(&Command::CancelOrder(cancel)).await?;
            }
            act => {
                let order = self.order(made).await?;
                for work in order.fulfillment_orders.iter().filter(|work| work.is_open()) {
                    if let Some(fulfillment) = self.work(act, &order, work, dice).await? {
                        made.fulfillment = Some(fulfillment);
                    }
                }
            }
        }
        Ok(())
    }

    async fn work(
        &self,
        act: &Act,
        order: &Order,
        work: &FulfillmentOrder,
        dice: &mut Dice,
    ) -> Result<Option<FulfillmentId>, Failure> {
        let id = work.id;
        let by_service = if work.service.is_some() { &self.service } else { &Actor::System };
        let one_unit = || work.lines.first().map(|line| vec![(line.id, 1)]).unwrap_or_default();
        let (actor, command) = match act {
            Act::Fulfill(portion) => {
                let lines = (*portion == Portion::Some).then(one_unit);
                let fulfill = Fulfill {
                    works: vec![FulfillWork { id, lines }],
                    reach: Reach::OneOrder,
                    trackings: self
                        .carrier(order, work)
                        .map(|carrier| parcel(carrier, order, dice))
                        .into_iter()
                        .collect(),
                    notify_buyer: true,
                    message: None,
                    origin: None,
                };
                (by_service, Command::Fulfill(fulfill))
            }
            Act::Hold(reason, portion) => {
                let hold = PlaceHold {
                    fulfillment_order: id,
                    reason: *reason,
                    notes: Some(note(*reason).to_owned()),
                    handle: String::new(),
                    lines: if *portion == Portion::Some { one_unit() } else { Vec::new() },
                };
                (&Actor::System, Command::Hold(hold))
            }
            Act::Ask => {
                let request = RequestFulfillment {
                    fulfillment_order: id,
                    message: Some("Please ship this week.".to_owned()),
                    notify_buyer: true,
                    lines: Vec::new(),
                };
                (&Actor::System, Command::RequestFulfillment(request))
            }
            Act::Agree => (&self.service, Command::AcceptRequest(id, Some("Ships today.".to_owned()))),
            Act::Decline => {
                let why = "Damaged in our warehouse; we have no sound one left.".to_owned();
                (&self.service, Command::RejectRequest(id, Rejection::saying(why)))
            }
            Act::Place(_) | Act::Seen(_) | Act::CallOff(_) => return Ok(None),
        };
        match self.stage.act_as(actor, &command).await?.outcome {
            Outcome::Fulfillment(fulfillment) => Ok(Some(fulfillment)),
            _ => Ok(None),
        }
    }

    async fn seen(&self, made: &Made, status: DeliveryStatus) -> Result<(), Failure> {
        let Some(fulfillment) = made.fulfillment else { return Ok(()) };
        let record = RecordDelivery {
            fulfillment,
            status,
            happened_at: None,
            message: None,
            place: Default::default(),
            position: None,
            estimated_at: None,
        };
        self.stage.act(&Command::RecordDelivery(record)).await.map(drop)
    }

    async fn order(&self, made: &Made) -> Result<std::sync::Arc<Order>, Failure> {
        let ids: Vec<OrderId> = made.order.into_iter().collect();
        let found = self.stage.engine.orders_by_id(&self.stage.shop, &ids).await?.pop();
        found.ok_or_else(|| Failure::new(Exit::Error, "the demo shop lost an order"))
    }

    /// Who fetches the parcels there; nobody fetches what is no thing.
    fn carrier(&self, order: &Order, work: &FulfillmentOrder) -> Option<Carrier> {
        order.placed.shipping_address.as_ref()?;
        Some(match work.location {
            at if at == self.places.chicago => Carrier::Ups,
            at if at == self.places.malmo => Carrier::PostNord,
            _ => Carrier::Dhl,
        })
    }
}

fn parcel(carrier: Carrier, order: &Order, dice: &mut Dice) -> domain::fulfillment::Tracking {
    let to = order.placed.shipping_address.as_ref();
    let country = to.and_then(|to| to.country_code.as_deref());
    tracking(carrier, country, to.and_then(|to| to.zip.as_deref()), dice)
}

fn note(reason: HoldReason) -> &'static str {
    match reason {
        HoldReason::AwaitingPayment => "Bank transfer announced, not yet received.",
        HoldReason::AwaitingReturn => "Waits for the parcel that comes back.",
        HoldReason::FraudRisk => "Billing and shipping country differ from the card's.",
        HoldReason::IncorrectAddress => "The street is not in the carrier's list.",
        HoldReason::OutOfStock => "One is chipped; a new one is on its way.",
        HoldReason::UnknownDeliveryDate => "Made to order, no date yet.",
        HoldReason::PendingOffer => "The buyer may still add something.",
        HoldReason::Other => "The buyer asked us to wait for a call.",
    }
}
