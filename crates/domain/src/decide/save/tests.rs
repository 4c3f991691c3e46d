//! Given, when, then: things around orders.

use crate::actor::Permission;
use crate::command::Command;
use crate::event::Fact;
use crate::id::{AppId, ListenerId, ProductId, VariantId};
use crate::listener::{Listener, Terms};
use crate::product::{Product, Variant};
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
        secret: None,
        settings: serde_json::Value::Null,
        terms: Terms::default(),
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
    let signed = |id: i64| match listener(id, 1, "https://a") {
        Command::SaveListener(listener) => {
            Command::SaveListener(Listener { secret: Some(format!("sealed {id}")), ..listener })
        }
        other => other,
    };
    world.run(&one, signed(8)).unwrap();
    world.run(&one, signed(9)).unwrap();
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
        status: Default::default(),
        gift_card: false,
        image: None,
        custom_fields: Vec::new(),
        details: Default::default(),
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
    let facts = |decision: &crate::decide::Decision| {
        decision.events.iter().flat_map(|event| event.facts.clone()).collect::<Vec<Fact>>()
    };
    let new = Variant { id: VariantId(4711), ..variants[0].clone() };
    let all = vec![variants[0].clone(), new];
    let made = world.run(&merchant(), Command::SaveProduct(product.clone(), all.clone())).unwrap();
    let created = Fact::ProductCreated { product: ProductId(91) };
    let changed = Fact::VariantUpdated { variant: SHIRT };
    assert_eq!(facts(&made), [created, changed, Fact::VariantCreated { variant: VariantId(4711) }]);
    let kept = world.variants.clone();
    let again: Vec<Variant> =
        all.iter().map(|variant| kept.iter().find(|one| one.id == variant.id).unwrap().clone()).collect();
    let saved = world.run(&merchant(), Command::SaveProduct(product, again)).unwrap();
    assert_eq!(facts(&saved), [Fact::ProductSaved { product: ProductId(91) }], "no variant changed");
    let variant = world.variants.iter().find(|variant| variant.id == SHIRT).unwrap();
    assert_eq!((variant.product, variant.product_title.as_str()), (ProductId(91), "Hat"));
    assert_eq!(variant.created_at, Time(0), "it was there before");
}
