//! Things in every relation that a program can stand in to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::actor::Actor;
use domain::command::{Command, MoveWork};
use domain::decide::Outcome;
use domain::id::{FulfillmentId, FulfillmentOrderId, LocationId, OrderId, ShopId};
use domain::snapshot::Shop;
use scenarios::cast::{Cast, OTHER_SERVED};
use scenarios::nodes;
use testkit::world::{self, HERE, SERVED, STICKER, THERE};

use crate::NOWHERE;

/// How something stands to the program that runs the first service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// At the merchant's first location.
    Here,
    /// At the merchant's second location.
    There,
    /// At the location of its own service.
    Own,
    /// At the location of another program's service.
    OtherService,
    /// In another shop of the same installation.
    OtherShop,
    /// Nowhere at all.
    Nowhere,
}

impl Relation {
    /// All of them.
    pub const ALL: [Relation; 6] = [
        Relation::Here,
        Relation::There,
        Relation::Own,
        Relation::OtherService,
        Relation::OtherShop,
        Relation::Nowhere,
    ];

    /// Whether it is in the shop at all.
    pub fn is_here(self) -> bool {
        !matches!(self, Relation::OtherShop | Relation::Nowhere)
    }

    fn location(self) -> LocationId {
        match self {
            Relation::Here => HERE,
            Relation::There => THERE,
            Relation::Own => SERVED,
            Relation::OtherService => OTHER_SERVED,
            Relation::OtherShop | Relation::Nowhere => LocationId(NOWHERE),
        }
    }
}

/// An order of which everything left.
#[derive(Debug, Clone, Copy)]
pub struct Shipped {
    /// The order.
    pub order: OrderId,
    /// Its work.
    pub work: FulfillmentOrderId,
    /// The parcel.
    pub parcel: FulfillmentId,
}

/// The shop and its things.
pub struct Stage {
    /// The shop and its programs.
    pub cast: Cast,
    /// What was shipped from where.
    pub shipped: BTreeMap<Relation, Shipped>,
    /// The other shop.
    pub other_shop: Arc<Shop>,
}

impl Stage {
    /// Two shops, and an order from every place.
    pub async fn set() -> Stage {
        let cast = Cast::new().await;
        let other_shop = nodes::furnish(&cast.served.engine, ShopId(2)).await;
        let mut stage = Stage { cast, shipped: BTreeMap::new(), other_shop };
        for relation in Relation::ALL {
            let shipped = match relation {
                Relation::Nowhere => Shipped {
                    order: OrderId(NOWHERE),
                    work: FulfillmentOrderId(NOWHERE),
                    parcel: FulfillmentId(NOWHERE),
                },
                Relation::OtherShop => stage.ship(&stage.other_shop, HERE).await,
                _ => stage.ship(&stage.cast.served.shop, relation.location()).await,
            };
            stage.shipped.insert(relation, shipped);
        }
        stage
    }

    /// Arguments with the ids of things in that relation.
    pub fn fill(&self, arguments: &str, relation: Relation) -> String {
        let shipped = &self.shipped[&relation];
        let gid = |kind: &str, id: i64| format!("\"gid://shopify/{kind}/{id}\"");
        arguments
            .replace("{work}", &gid("FulfillmentOrder", shipped.work.0))
            .replace("{parcel}", &gid("Fulfillment", shipped.parcel.0))
            .replace("{order}", &gid("Order", shipped.order.0))
            .replace("{place}", &gid("Location", relation.location().0))
    }

    /// An order that leaves from there at once.
    pub async fn ship(&self, shop: &Arc<Shop>, from: LocationId) -> Shipped {
        let (order, work) = self.open(shop, from).await;
        let Outcome::Fulfillment(parcel) = self.run(shop, &world::shipping(work)).await else { panic!() };
        Shipped { order, work, parcel }
    }

    /// An order whose work is open there.
    pub async fn open(&self, shop: &Arc<Shop>, at: LocationId) -> (OrderId, FulfillmentOrderId) {
        let Outcome::Order(order) = self.run(shop, &world::placing(world::order(&[(STICKER, 1)]))).await
        else {
            panic!()
        };
        let placed = self.cast.served.engine.orders_by_id(shop, &[order]).await.unwrap();
        let work = &placed[0].fulfillment_orders[0];
        if work.location != at {
            let to = MoveWork { fulfillment_order: work.id, to: at, lines: Vec::new() };
            self.run(shop, &Command::Move(to)).await;
        }
        (order, work.id)
    }

    /// Carries out a command that can't be refused.
    pub async fn run(&self, shop: &Arc<Shop>, command: &Command) -> Outcome {
        let verdict = self.cast.served.engine.execute(shop, &Actor::System, command).await.unwrap();
        verdict.unwrap_or_else(|no| panic!("{no:?} to {command:?}")).outcome
    }
}
