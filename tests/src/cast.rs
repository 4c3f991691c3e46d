//! A shop with everybody in it: the merchant's program, two programs that run a fulfillment service each, and
//! articles that nobody counts, so that stock is no reason for anything.

use std::collections::BTreeMap;

use domain::actor::{Actor, Permissions};
use domain::command::{Command, Place};
use domain::decide::Outcome;
use domain::id::{AppId, FulfillmentOrderId, LocationId, OrderId, ServiceId};
use domain::location::Service;
use engine::Done;
use serde_json::Value;
use testkit::world::{self, HERE, MUG, SERVED, SHIRT, THERE};

use crate::served::Served;

/// The service that another program runs.
pub const OTHER_SERVICE: ServiceId = ServiceId(31);
/// Its location.
pub const OTHER_SERVED: LocationId = LocationId(13);
/// Units that are in stock wherever an article is.
const PLENTY: i64 = 1_000_000;

/// A program with a key.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its token.
    pub token: String,
    /// The program.
    pub app: AppId,
}

/// The shop and its programs.
pub struct Cast {
    /// The server.
    pub served: Served,
    /// The program that runs the service, with a key that may do everything.
    pub server: Client,
    /// The program that runs the other service, likewise.
    pub other: Client,
}

impl Cast {
    /// A server with the furnished shop and its programs.
    pub async fn new() -> Cast {
        let served = Served::empty(world::shop(), &[]).await;
        let server = key(&served, None, "Serves", Permissions::all()).await;
        let other = key(&served, None, "Serves too", Permissions::all()).await;
        let run_by = |service: Service, app| Service { app, ..service };
        let second = Service {
            id: OTHER_SERVICE,
            name: "Other".into(),
            handle: "other".into(),
            location: OTHER_SERVED,
            ..world::service()
        };
        let cast = Cast { served, server, other };
        for command in world::furniture() {
            let command = match command {
                Command::SaveService(service, location) => {
                    Command::SaveService(run_by(service, cast.server.app), location)
                }
                other => other,
            };
            cast.run(&command).await;
        }
        let place = world::location(OTHER_SERVED, 4);
        cast.run(&Command::SaveService(run_by(second, cast.other.app), place)).await;
        let stocked = [(SHIRT, HERE), (SHIRT, THERE), (MUG, SERVED)];
        let plenty = stocked.map(|(variant, location)| (variant, location, PLENTY)).to_vec();
        cast.run(&Command::correct_stock(plenty)).await;
        cast
    }

    /// A key of that program, or of a new one, that allows only this.
    pub async fn key(&self, app: Option<AppId>, permissions: Permissions) -> Client {
        key(&self.served, app, "Client", permissions).await
    }

    /// Carries out a command that can't be refused.
    pub async fn run(&self, command: &Command) -> Done {
        let verdict = self.served.engine.execute(&self.served.shop, &Actor::System, command).await.unwrap();
        verdict.unwrap_or_else(|no| panic!("{no:?} to {command:?}"))
    }

    /// Places an order that becomes one work, and answers both.
    pub async fn place(&self, place: Place) -> (OrderId, FulfillmentOrderId) {
        let done = self.run(&world::placing(place)).await;
        let Outcome::Order(id) = done.outcome else { panic!("{:?}", done.outcome) };
        (id, done.order(id).unwrap().fulfillment_orders[0].id)
    }

    /// Asks as that client; answers the body.
    pub async fn ask(&self, client: &Client, document: &str) -> Value {
        let (status, body) = self.served.ask_as(&client.token, "2026-07", document, &Value::Null).await;
        assert_eq!(status, 200, "{document}: {body}");
        body
    }

    /// The key that may do everything, and belongs to no service.
    pub fn merchant(&self) -> Client {
        Client { token: self.served.token.clone(), app: self.served.app }
    }
}

async fn key(served: &Served, app: Option<AppId>, name: &str, permissions: Permissions) -> Client {
    let made = served.key(app, name, permissions).await;
    Client { token: made.token, app: made.record.app }
}

/// A text in which every number of at least four digits, as ids have, is replaced by what `names` says, or by `…`.
pub fn nameless(text: &str, names: &BTreeMap<String, &str>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let digits = rest[start..].find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len() - start);
        let number = &rest[start..start + digits];
        out.push_str(&rest[..start]);
        match names.get(number) {
            Some(name) => out.push_str(name),
            None if digits >= 4 => out.push('…'),
            None => out.push_str(number),
        }
        rest = &rest[start + digits..];
    }
    out + rest
}
