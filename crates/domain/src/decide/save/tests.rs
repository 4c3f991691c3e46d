//! Given, when, then: things around orders.

use super::STOCK_MAX;
use crate::actor::{Actor, Permission};
use crate::command::Command;
use crate::decide::Write;
use crate::event::FactKind;
use crate::id::{AppId, ListenerId, LocationId, ProductId, ServiceId, VariantId};
use crate::listener::Listener;
use crate::location::{Location, Service};
use crate::product::Product;
use crate::refusal::{Field, Refusal, Thing};
use crate::time::Time;
use crate::world::*;

fn listener(id: i64, app: i64, url: &str) -> Command {
    Command::SaveListener(Listener {
        id: ListenerId(id),
        app: AppId(app),
        dialect: "one".into(),
        topic: "orders".into(),
        url: url.into(),
        only: String::new(),
        name: None,
        settings: serde_json::Value::Null,
        created_at: Time(0),
        updated_at: Time(0),
    })
}

#[test]
fn a_program_has_its_own_listeners_and_nobody_elses() {
    let mut world = World::new();
    let (one, other) = (app(1, &[]), app(2, &[]));
    world.run(&one, listener(5, 2, "https://a")).unwrap();
    assert_eq!(world.listeners[0].app, AppId(1), "whatever it says");
    assert_eq!(world.refused(&one, listener(6, 1, "https://a")), Refusal::Taken(Field::Url));
    world.run(&other, listener(6, 2, "https://a")).unwrap();
    let unknown = Refusal::Unknown(Thing::Listener(ListenerId(5)));
    assert_eq!(world.refused(&other, listener(5, 2, "https://b")), unknown);
    assert_eq!(world.refused(&other, Command::RemoveListener(ListenerId(5))), unknown);
    world.now = world.now.plus(9);
    world.run(&one, listener(5, 1, "https://b")).unwrap();
    let own = world.listeners.iter().find(|known| known.id == ListenerId(5)).unwrap();
    assert_eq!((own.created_at.plus(9), own.updated_at), (world.now, world.now));
    world.run(&one, Command::RemoveListener(ListenerId(5))).unwrap();
    assert_eq!(world.refused(&one, Command::RemoveListener(ListenerId(5))), unknown);
}

#[test]
fn listeners_differ_in_what_they_hear_and_in_their_names() {
    let mut world = World::new();
    let one = app(1, &[]);
    let saved = |id: i64, url: &str, only: &str, name: Option<&str>| match listener(id, 1, url) {
        Command::SaveListener(listener) => Command::SaveListener(Listener {
            only: only.into(),
            name: name.map(str::to_owned),
            settings: id.into(),
            ..listener
        }),
        other => other,
    };
    world.run(&one, saved(5, "https://a", "", Some("first"))).unwrap();
    assert_eq!(world.refused(&one, saved(6, "https://a", "", None)), Refusal::Taken(Field::Url));
    assert_eq!(world.refused(&one, saved(6, "https://b", "", Some("first"))), Refusal::Taken(Field::Name));
    world.run(&one, saved(6, "https://a", "id:1", None)).unwrap();
    world.run(&one, saved(7, "https://b", "", None)).unwrap();
    world.run(&one, saved(5, "https://a", "", Some("first"))).unwrap();
}

#[test]
fn locations_have_names_of_their_own() {
    let mut world = World::new();
    let named =
        |id, name: &str| Command::SaveLocation(Location { name: name.into(), ..location(LocationId(id), 5) });
    let reader = limited("read_locations");
    assert_eq!(world.refused(&reader, named(20, "")), Refusal::NotPermitted(&[Permission::WriteLocations]));
    assert_eq!(world.refused(&merchant(), named(20, " ")), Refusal::Malformed(Field::Name, "is empty"));
    assert_eq!(world.refused(&merchant(), named(20, " location 10 ")), Refusal::Taken(Field::Name));
    let made = world.run(&merchant(), named(20, " New ")).unwrap();
    assert_eq!(kinds(&made), [FactKind::LocationCreated]);
    assert!(made.writes.contains(&Write::RouteWaiting));
    assert_eq!(world.locations[3].name, "New");
    let changed = world.run(&merchant(), named(20, "new")).unwrap();
    assert_eq!(kinds(&changed), [FactKind::LocationUpdated]);
}

#[test]
fn services_have_names_of_their_own_and_a_location() {
    let mut world = World::new();
    let named = |id: i64, name: &str, handle: &str| {
        let service = Service {
            id: ServiceId(id),
            app: AppId(2),
            name: name.into(),
            handle: handle.into(),
            location: LocationId(0),
            callback_url: None,
            gives_tracking: false,
            gives_stock: false,
            requires_shipping: true,
            created_at: Time(0),
            updated_at: Time(0),
        };
        Command::SaveService(service, location(LocationId(40), 9))
    };
    let reader = limited("read_fulfillments");
    assert_eq!(
        world.refused(&reader, named(31, "New", "new")),
        Refusal::NotPermitted(&[Permission::WriteFulfillments])
    );
    assert_eq!(world.refused(&server(), named(31, "", "new")), Refusal::Malformed(Field::Name, "is empty"));
    assert_eq!(world.refused(&server(), named(31, "SERVED ", "new")), Refusal::Taken(Field::Name));
    assert_eq!(world.refused(&server(), named(31, "New", "served")), Refusal::Taken(Field::Name));
    world.run(&server(), named(31, "New", "new")).unwrap();
    let service = world.services.iter().find(|service| service.id == ServiceId(31)).unwrap();
    let place = world.locations.iter().find(|place| place.id == LocationId(40)).unwrap();
    assert_eq!((service.location, place.service), (place.id, Some(service.id)));
}

#[test]
fn variants_belong_to_their_product() {
    let mut world = World::new();
    let product = Product {
        id: ProductId(91),
        title: "Hat".into(),
        handle: "hat".into(),
        vendor: String::new(),
        kind: String::new(),
        tags: vec![],
        custom_fields: Vec::new(),
        created_at: Time(0),
        updated_at: Time(0),
    };
    let variants = world.variants[..1].to_vec();
    let nameless = Product { title: " ".into(), ..product.clone() };
    assert_eq!(
        world.refused(&merchant(), Command::SaveProduct(nameless, vec![])),
        Refusal::Malformed(Field::Name, "is empty")
    );
    let reader = limited("read_products");
    assert_eq!(
        world.refused(&reader, Command::SaveProduct(product.clone(), vec![])),
        Refusal::NotPermitted(&[Permission::WriteProducts])
    );
    world.run(&merchant(), Command::SaveProduct(product, variants)).unwrap();
    let variant = world.variants.iter().find(|variant| variant.id == SHIRT).unwrap();
    assert_eq!((variant.product, variant.product_title.as_str()), (ProductId(91), "Hat"));
    assert_eq!(variant.created_at, Time(0), "it was there before");
}

#[test]
fn stock_is_moved_never_set() {
    let mut world = World::new();
    let by = |changes: &[(VariantId, LocationId, i64)]| Command::AdjustStock(changes.to_vec());
    let reader = limited("read_inventory");
    assert_eq!(world.refused(&reader, by(&[])), Refusal::NotPermitted(&[Permission::WriteInventory]));
    assert_eq!(world.refused(&merchant(), by(&[])), Refusal::NothingToDo);
    let nobody = VariantId(4);
    assert_eq!(
        world.refused(&merchant(), by(&[(SHIRT, HERE, 1), (nobody, HERE, 1)])),
        Refusal::Unknown(Thing::Variant(nobody, 1))
    );
    let nowhere = LocationId(4);
    assert_eq!(
        world.refused(&merchant(), by(&[(SHIRT, nowhere, 1)])),
        Refusal::Unknown(Thing::Location(nowhere))
    );
    for too_much in [STOCK_MAX + 1, i64::MIN] {
        assert_eq!(world.refused(&merchant(), by(&[(SHIRT, HERE, too_much)])), Refusal::LineQuantity(0));
    }
    world.placed_work(&[(SHIRT, 4)]);
    let less = world.run(&merchant(), by(&[(SHIRT, HERE, -5), (SHIRT, HERE, -4)])).unwrap();
    assert_eq!(kinds(&less), [FactKind::StockChanged, FactKind::StockChanged]);
    assert_eq!(world.stock(SHIRT, HERE), (1, 4), "goods get lost, promises don't");
    assert!(!less.writes.contains(&Write::RouteWaiting));
    let more = world.run(&Actor::System, by(&[(SHIRT, HERE, 5)])).unwrap();
    assert!(more.writes.contains(&Write::RouteWaiting));
}
