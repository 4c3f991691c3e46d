//! Who acts, what they may do, and what they may see. Visibility is one function, [`visible`]; every read and every
//! write passes it.

use serde::{Deserialize, Serialize};

use crate::id::{AppId, ServiceId};

/// Whoever sends a command or asks a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Actor {
    /// The server itself: a timer, the router, an import run by the owner.
    System,
    /// A program with a key.
    App(App),
}

/// A program with a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    /// Its id.
    pub id: AppId,
    /// What its key allows.
    pub permissions: Permissions,
    /// The fulfillment services that it runs.
    pub services: Vec<ServiceId>,
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $bit:expr, $text:literal;)*) => {
        /// One thing that a key may allow.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Permission { $($(#[$doc])* $name = $bit),* }
        impl Permission {
            /// Every permission.
            pub const ALL: &'static [Permission] = &[$(Permission::$name),*];
            /// The name by which keys are made and shown.
            pub fn as_str(self) -> &'static str {
                match self { $(Permission::$name => $text),* }
            }
        }
    };
}

permissions! {
    /// See orders.
    ReadOrders = 0, "read_orders";
    /// Make, change and cancel orders.
    WriteOrders = 1, "write_orders";
    /// See work at the merchant's own locations.
    ReadMerchantWork = 2, "read_merchant_managed_fulfillment_orders";
    /// Do work at the merchant's own locations.
    WriteMerchantWork = 3, "write_merchant_managed_fulfillment_orders";
    /// See work assigned to the program's own services.
    ReadAssignedWork = 4, "read_assigned_fulfillment_orders";
    /// Do work assigned to the program's own services.
    WriteAssignedWork = 5, "write_assigned_fulfillment_orders";
    /// See work assigned to others' services.
    ReadThirdPartyWork = 6, "read_third_party_fulfillment_orders";
    /// Do work assigned to others' services.
    WriteThirdPartyWork = 7, "write_third_party_fulfillment_orders";
    /// See fulfillments and services.
    ReadFulfillments = 8, "read_fulfillments";
    /// Make services, record delivery events.
    WriteFulfillments = 9, "write_fulfillments";
    /// See locations.
    ReadLocations = 10, "read_locations";
    /// Make and change locations.
    WriteLocations = 11, "write_locations";
    /// See stock.
    ReadInventory = 12, "read_inventory";
    /// Change stock.
    WriteInventory = 13, "write_inventory";
    /// See products.
    ReadProducts = 14, "read_products";
    /// Make and change products.
    WriteProducts = 15, "write_products";
    /// Edit orders after they were placed.
    WriteOrderEdits = 16, "write_order_edits";
    /// See which program did what.
    ReadApps = 17, "read_apps";
    /// See constraint rules.
    ReadConstraintRules = 18, "read_fulfillment_constraint_rules";
    /// Change constraint rules.
    WriteConstraintRules = 19, "write_fulfillment_constraint_rules";
    /// See work of a marketplace.
    ReadMarketplaceWork = 20, "read_marketplace_fulfillment_orders";
    /// Do work of a marketplace.
    WriteMarketplaceWork = 21, "write_marketplace_fulfillment_orders";
    /// See order edits.
    ReadOrderEdits = 22, "read_order_edits";
    /// See contacts.
    ReadContacts = 23, "read_customers";
    /// Make, change and forget contacts.
    WriteContacts = 24, "write_customers";
}

/// A set of permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Permissions(u64);

impl Permissions {
    /// Every permission there is.
    pub fn all() -> Self {
        Self(Permission::ALL.iter().fold(0, |bits, p| bits | 1 << (*p as u64)))
    }

    /// These permissions, and the reading that each writing implies.
    pub fn of(permissions: &[Permission]) -> Self {
        let mut bits = 0;
        for permission in permissions {
            bits |= 1u64 << (*permission as u64);
            let read = permission.as_str().replacen("write_", "read_", 1);
            if let Some(implied) = Permission::ALL.iter().find(|p| p.as_str() == read) {
                bits |= 1 << (*implied as u64);
            }
        }
        Self(bits)
    }

    /// The permissions with these names, comma or space between. The first unknown name is the error.
    pub fn parse(names: &str) -> Result<Self, String> {
        let mut list = Vec::new();
        for name in names.split([',', ' ']).filter(|name| !name.is_empty()) {
            let known = Permission::ALL.iter().find(|p| p.as_str() == name);
            list.push(*known.ok_or_else(|| name.to_owned())?);
        }
        Ok(Self::of(&list))
    }

    /// Whether it is in the set.
    pub fn has(self, permission: Permission) -> bool {
        self.0 & (1 << (permission as u64)) != 0
    }

    /// Whether one of them is in the set.
    pub fn any(self, permissions: &[Permission]) -> bool {
        permissions.iter().any(|p| self.has(*p))
    }

    /// Those in the set.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |p| self.has(*p))
    }

    /// The set as bits, as stored.
    pub fn bits(self) -> i64 {
        self.0 as i64
    }

    /// The set of those bits.
    pub fn from_bits(bits: i64) -> Self {
        Self(bits as u64)
    }
}

impl Actor {
    /// Whether a permission is held; the server itself holds all.
    pub fn may(&self, permission: Permission) -> bool {
        self.may_any(&[permission])
    }

    /// Whether one of the permissions is held.
    pub fn may_any(&self, permissions: &[Permission]) -> bool {
        match self {
            Actor::System => true,
            Actor::App(app) => app.permissions.any(permissions),
        }
    }

    /// The program, if it is one.
    pub fn app(&self) -> Option<AppId> {
        match self {
            Actor::System => None,
            Actor::App(app) => Some(app.id),
        }
    }
}

/// Whose work it is, as an actor sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// At one of the merchant's own locations.
    Merchant,
    /// At the location of one of the actor's own services.
    Assigned,
    /// At the location of somebody else's service.
    ThirdParty,
}

/// Whose work that is at a location run by `service`, as `actor` sees it.
pub fn relation(actor: &Actor, service: Option<ServiceId>) -> Relation {
    match (service, actor) {
        (None, _) => Relation::Merchant,
        (Some(service), Actor::App(app)) if app.services.contains(&service) => Relation::Assigned,
        (Some(_), _) => Relation::ThirdParty,
    }
}

/// Whether `actor` may see work at a location run by `service`. The one rule of visibility.
pub fn visible(actor: &Actor, service: Option<ServiceId>) -> bool {
    actor.may(match relation(actor, service) {
        Relation::Merchant => Permission::ReadMerchantWork,
        Relation::Assigned => Permission::ReadAssignedWork,
        Relation::ThirdParty => Permission::ReadThirdPartyWork,
    })
}

/// Whether `actor` may change work at a location run by `service`, as far as permissions go.
pub fn writable(actor: &Actor, service: Option<ServiceId>) -> bool {
    actor.may_any(to_write(actor, service))
}

/// What `actor` needs to change work at a location run by `service`.
pub fn to_write(actor: &Actor, service: Option<ServiceId>) -> &'static [Permission] {
    match relation(actor, service) {
        Relation::Merchant => &[Permission::WriteMerchantWork],
        Relation::Assigned => &[Permission::WriteAssignedWork],
        Relation::ThirdParty => &[Permission::WriteThirdPartyWork],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(permissions: &str, services: &[i64]) -> Actor {
        let services = services.iter().map(|id| ServiceId(*id)).collect();
        Actor::App(App { id: AppId(1), permissions: Permissions::parse(permissions).unwrap(), services })
    }

    #[test]
    fn every_relation_asks_for_its_own_permission() {
        let own = app("read_assigned_fulfillment_orders", &[7]);
        assert!(visible(&own, Some(ServiceId(7))));
        assert!(!visible(&own, Some(ServiceId(8))));
        assert!(!visible(&own, None));
        let merchant = app("write_merchant_managed_fulfillment_orders", &[]);
        assert!(visible(&merchant, None), "writing implies reading");
        assert!(!visible(&merchant, Some(ServiceId(7))));
        assert!(visible(&Actor::System, Some(ServiceId(7))));
    }

    #[test]
    fn unknown_names_are_told() {
        assert_eq!(Permissions::parse("read_orders, read_mind"), Err("read_mind".to_owned()));
        let all = Permissions::all();
        assert_eq!(Permissions::from_bits(all.bits()), all);
        assert_eq!(all.iter().count(), Permission::ALL.len());
    }
}
