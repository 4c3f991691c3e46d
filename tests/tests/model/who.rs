//! Who sends commands, and what each of them may do.

use domain::actor::{Actor, App, Permissions};
use domain::id::{AppId, ServiceId};
use testkit::world::{self, SERVICE};

/// The service that another program runs.
pub const OTHER_SERVICE: ServiceId = ServiceId(31);

/// Who sends a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// The server itself.
    System,
    /// The merchant's program: it may do everything and runs no service.
    Merchant,
    /// The program that runs the service; it may do everything.
    Server,
    /// The program that runs the other service; it may do everything.
    Other,
    /// The program that runs the service, with a key for nothing but assigned work.
    Worker,
    /// A program that may only look.
    Onlooker,
}

impl Who {
    /// All of them.
    pub const ALL: [Who; 6] =
        [Who::System, Who::Merchant, Who::Server, Who::Other, Who::Worker, Who::Onlooker];

    /// As the engine knows it.
    pub fn actor(self) -> Actor {
        let worker = || Permissions::parse("write_assigned_fulfillment_orders").unwrap();
        match self {
            Who::System => Actor::System,
            Who::Merchant => world::merchant(),
            Who::Server => world::server(),
            Who::Other => world::app(3, &[OTHER_SERVICE]),
            Who::Worker => Actor::App(App { id: AppId(2), permissions: worker(), services: vec![SERVICE] }),
            Who::Onlooker => world::limited("read_orders"),
        }
    }

    pub fn app(self) -> Option<AppId> {
        match self {
            Who::System => None,
            Who::Merchant => Some(AppId(1)),
            Who::Server | Who::Worker => Some(AppId(2)),
            Who::Other => Some(AppId(3)),
            Who::Onlooker => Some(AppId(77)),
        }
    }

    /// The service that it runs.
    pub fn service(self) -> Option<ServiceId> {
        match self {
            Who::Server | Who::Worker => Some(SERVICE),
            Who::Other => Some(OTHER_SERVICE),
            Who::System | Who::Merchant | Who::Onlooker => None,
        }
    }

    /// Whether it may do whatever a key can allow.
    pub fn may_all(self) -> bool {
        !matches!(self, Who::Worker | Who::Onlooker)
    }

    /// Whether it may change work at a location that `service` runs.
    pub fn writes(self, service: Option<ServiceId>) -> bool {
        self.may_all() || (self == Who::Worker && service == Some(SERVICE))
    }

    /// Whether something of that program is its own.
    pub fn owns(self, app: AppId) -> bool {
        self.app().is_none_or(|own| own == app)
    }
}
