//! Given, when, then: contacts.

use crate::actor::Actor;
use crate::address::Address;
use crate::command::Command;
use crate::contact::{Contact, ContactChange, ContactKey, SaveContact, Whom};
use crate::custom_field::CustomField;
use crate::decide::Outcome;
use crate::event::FactKind;
use crate::id::ContactId;
use crate::refusal::{Field, Refusal, Thing};
use crate::world::{SHIRT, World, kinds, limited, line, merchant, new_order};

fn email(text: &str) -> ContactChange {
    ContactChange::Email(Some(text.into()))
}

fn saving(whom: Whom, changes: Vec<ContactChange>) -> Command {
    Command::SaveContact(Box::new(SaveContact { whom, changes }))
}

fn made(world: &mut World, whom: Whom, changes: Vec<ContactChange>) -> Contact {
    let decision = world.run(&merchant(), saving(whom, changes)).unwrap();
    let Outcome::Contact(id) = decision.outcome else { panic!("{:?}", decision.outcome) };
    world.contacts.iter().find(|contact| contact.id == id).unwrap().clone()
}

fn by_email(text: &str) -> ContactKey {
    ContactKey::Email(text.into())
}

#[test]
fn what_is_not_said_stays() {
    let mut world = World::new();
    let first = made(
        &mut world,
        Whom::New,
        vec![email(" Ada@Example.com "), ContactChange::FirstName(Some("Ada".into()))],
    );
    assert_eq!((first.email.as_deref(), first.version), (Some("Ada@Example.com"), 1));
    let field = CustomField::said("crm".into(), "score".into(), "number_integer".into(), "7".into());
    let more = vec![
        ContactChange::Tags(vec!["vip".into(), "VIP".into(), " ".into()]),
        ContactChange::AddTags(vec!["late".into()]),
        ContactChange::CustomFields(vec![field]),
        ContactChange::AddAddress(Box::new(Address { city: Some("London".into()), ..Address::default() })),
    ];
    let then = made(&mut world, Whom::Known(ContactKey::Id(first.id)), more);
    assert_eq!(then.first_name.as_deref(), Some("Ada"));
    assert_eq!(then.tags, ["vip", "late"]);
    assert_eq!((then.version, then.addresses.len(), then.custom_fields.len()), (2, 1, 1));
    assert!(then.custom_fields[0].id.0 > 0 && then.updated_at >= first.updated_at);
    // The same again: nothing to write, nothing to tell.
    let again =
        saving(Whom::Known(by_email("ada@example.COM")), vec![ContactChange::AddTags(vec!["LATE".into()])]);
    let decision = world.run(&merchant(), again).unwrap();
    assert!(decision.writes.is_empty() && decision.events.is_empty(), "{decision:?}");
}

#[test]
fn two_contacts_never_share_an_address() {
    let mut world = World::new();
    let ada = made(&mut world, Whom::KnownOrNew(by_email("ada@example.com")), vec![]);
    let same = made(&mut world, Whom::KnownOrNew(by_email("ADA@example.com")), vec![]);
    assert_eq!(ada, same);
    let bob = made(&mut world, Whom::New, vec![email("bob@example.com")]);
    for (whom, why) in [
        (Whom::New, Refusal::Taken(Field::Email)),
        (Whom::Known(ContactKey::Id(bob.id)), Refusal::Taken(Field::Email)),
        (Whom::Known(by_email("nobody@example.com")), Refusal::Unknown(Thing::Contact)),
        (Whom::KnownOrNew(ContactKey::Id(ContactId(5))), Refusal::Unknown(Thing::Contact)),
    ] {
        assert_eq!(world.refused(&merchant(), saving(whom, vec![email("Ada@Example.com")])), why);
    }
}

#[test]
fn nonsense_is_refused() {
    let mut world = World::new();
    let long = || Some("x".repeat(256));
    for (said, field) in [
        (email("nobody"), Field::Email),
        (email("a b@example.com"), Field::Email),
        (ContactChange::Phone(long()), Field::Phone),
        (ContactChange::LastName(long()), Field::Name),
        (ContactChange::Notes(Some("x".repeat(50_001))), Field::Note),
        (ContactChange::Tags(long().into_iter().collect()), Field::Tags),
        (ContactChange::Addresses(vec![Address::default(); 251]), Field::Addresses),
    ] {
        let refusal = world.refused(&merchant(), saving(Whom::New, vec![said]));
        assert!(matches!(refusal, Refusal::Malformed(of, _) if of == field), "{refusal:?}");
    }
    let nothing = saving(Whom::New, vec![]);
    assert!(matches!(world.refused(&limited("write_orders"), nothing), Refusal::NotPermitted(_)));
}

#[test]
fn an_order_finds_whose_it_is_and_outlives_it() {
    let mut world = World::new();
    let mut place = new_order(vec![line(SHIRT, 1)]);
    let buyer = SaveContact { whom: Whom::KnownOrNew(by_email("ada@example.com")), changes: vec![] };
    place.buyer = Some(buyer.clone());
    // Whoever may place orders may say whose they are.
    let decision = world.run(&limited("write_orders"), Command::Place(Box::new(place.clone()))).unwrap();
    assert!(kinds(&decision).contains(&FactKind::ContactCreated), "{decision:?}");
    let id = world.orders[0].placed.contact.unwrap();
    world.place(place.clone());
    assert_eq!((world.contacts.len(), world.orders[1].placed.contact), (1, Some(id)));
    place.buyer = Some(SaveContact { whom: Whom::Known(by_email("bob@example.com")), ..buyer });
    let refusal = world.refused(&Actor::System, Command::Place(Box::new(place)));
    assert_eq!(refusal, Refusal::Unknown(Thing::Contact));

    let decision = world.run(&merchant(), Command::DeleteContact(id)).unwrap();
    assert_eq!(kinds(&decision), [FactKind::ContactDeleted]);
    assert_eq!((world.contacts.len(), world.orders[0].placed.contact), (0, Some(id)));
    assert_eq!(world.refused(&merchant(), Command::DeleteContact(id)), Refusal::Unknown(Thing::Contact));
}
