//! Given, when, then: what is said of an order after it came in.

use crate::actor::Actor;
use crate::address::Address;
use crate::amend::{AmendOrder, OrderChange};
use crate::command::{Command, Reach};
use crate::custom_field::CustomField;
use crate::event::FactKind;
use crate::id::OrderId;
use crate::refusal::{Field, Refusal, Thing};
use crate::world::*;

fn amending(order: OrderId, changes: Vec<OrderChange>) -> Command {
    Command::AmendOrder(AmendOrder { order, changes })
}

fn ordered(world: &mut World, articles: &[(crate::id::VariantId, i64)]) -> OrderId {
    let lines = articles.iter().map(|(variant, quantity)| line(*variant, *quantity)).collect();
    world.place(new_order(lines))
}

#[test]
fn what_is_not_said_stays() {
    let mut world = World::new();
    let id = ordered(&mut world, &[(SHIRT, 1)]);
    let before = world.order(id).clone();
    let field = CustomField::said("app".into(), "colour".into(), "text".into(), "red".into());
    let local = |value: &str| OrderChange::LocalFields(vec![("tax_number".into(), value.into())]);
    let changes = vec![
        OrderChange::Email(Some("ada@example.com".into())),
        OrderChange::Tags(vec!["b".into(), "B".into()]),
        OrderChange::AddTags(vec!["a".into()]),
        OrderChange::RemoveTags(vec!["B".into()]),
        OrderChange::Attributes(vec![("gift".into(), "yes".into())]),
        OrderChange::CustomFields(vec![field]),
        local("1"),
        local("2"),
        OrderChange::ShippingAddress(Box::new(Address { city: Some("Oslo".into()), ..Address::default() })),
    ];
    let decision = world.run(&merchant(), amending(id, changes)).unwrap();
    assert_eq!(kinds(&decision), [FactKind::OrderAmended, FactKind::OrderUpdated]);
    let after = world.order(id).clone();
    assert_eq!(after.placed.email.as_deref(), Some("ada@example.com"));
    assert_eq!((&*after.placed.tags, after.placed.attributes.len()), (&["a".to_owned()][..], 1));
    assert_eq!(after.placed.local_fields, [("tax_number".to_owned(), "2".to_owned())]);
    assert!(after.placed.custom_fields[0].id.0 > 0);
    assert_eq!((&after.lines, &after.fulfillment_orders), (&before.lines, &before.fulfillment_orders));
    assert_eq!(after.placed.shipping_address.as_ref().unwrap().city.as_deref(), Some("Oslo"));
    // The same again is no news.
    let same = amending(id, vec![OrderChange::AddTags(vec!["A".into()])]);
    assert!(world.run(&merchant(), same).unwrap().events.is_empty());
}

#[test]
fn nonsense_is_refused() {
    let mut world = World::new();
    let id = ordered(&mut world, &[(SHIRT, 1)]);
    let long = |most: usize| Some("x".repeat(most + 1));
    for (said, field) in [
        (OrderChange::Email(Some("nobody".into())), Field::Email),
        (OrderChange::Phone(Some("call me".into())), Field::Phone),
        (OrderChange::Phone(Some("12".into())), Field::Phone),
        (OrderChange::Note(long(5_000)), Field::Note),
        (OrderChange::PoNumber(long(255)), Field::PoNumber),
        (OrderChange::SourceIdentifier(long(255)), Field::SourceIdentifier),
        (OrderChange::AddTags(long(255).into_iter().collect()), Field::Tags),
    ] {
        let refusal = world.refused(&merchant(), amending(id, vec![said]));
        assert!(matches!(refusal, Refusal::Malformed(of, _) if of == field), "{refusal:?}");
    }
    assert_eq!(world.refused(&merchant(), amending(id, vec![])), Refusal::NothingToDo);
    let nowhere = OrderId(7);
    let unknown = Refusal::Unknown(Thing::Order(nowhere));
    for command in [amending(nowhere, vec![]), Command::CloseOrder(nowhere), Command::DeleteOrder(nowhere)] {
        assert_eq!(world.refused(&merchant(), command.clone()), unknown);
        assert!(matches!(world.refused(&limited("read_orders"), command), Refusal::NotPermitted(_)));
    }
}

#[test]
fn put_away_and_taken_out_once() {
    let mut world = World::new();
    let id = ordered(&mut world, &[(SHIRT, 1)]);
    let mut told = |command: Command| kinds(&world.run(&merchant(), command).unwrap());
    let updated = FactKind::OrderUpdated;
    assert_eq!(told(Command::CloseOrder(id)), [FactKind::OrderClosed, updated]);
    assert_eq!(told(Command::CloseOrder(id)), []);
    assert_eq!(told(Command::ReopenOrder(id)), [FactKind::OrderReopened, updated]);
    assert_eq!(told(Command::ReopenOrder(id)), []);
    assert!(world.order(id).closed_at.is_none() && world.order(id).fulfillment_orders[0].is_open());
}

#[test]
fn a_forgotten_order_gives_back_what_waited_for_it() {
    let mut world = World::new();
    let (gone, stays) = (world.placed_work(&[(SHIRT, 3)]), world.placed_work(&[(SHIRT, 1)]));
    let orders: Vec<OrderId> = world.orders.iter().map(|order| order.id).collect();
    let some = [(world.work(gone).lines[0].id, 1)];
    let both = fulfilling(&[(gone, Some(&some)), (stays, None)], Reach::ManyOrders);
    world.run(&Actor::System, both).unwrap();
    assert_eq!(world.stock(SHIRT, HERE), (8, 2));
    let decision = world.run(&merchant(), Command::DeleteOrder(orders[0])).unwrap();
    assert_eq!(kinds(&decision), [FactKind::OrderDeleted]);
    assert_eq!(decision.events[0].order, Some(orders[0]));
    assert_eq!(world.stock(SHIRT, HERE), (8, 0), "what left is gone");
    // The parcel holds what it held of the other order.
    assert_eq!((world.orders.len(), world.fulfillments.len()), (1, 1));
    assert_eq!(world.fulfillments[0].orders(), [orders[1]]);
    world.run(&merchant(), Command::DeleteOrder(orders[1])).unwrap();
    assert_eq!((world.orders.len(), world.fulfillments.len()), (0, 0));
}

#[test]
fn what_a_service_works_on_is_not_forgotten() {
    let mut world = World::new();
    let work = world.placed_work(&[(MUG, 1)]);
    let order = world.orders[0].id;
    world.run(&merchant(), requesting(work, &[])).unwrap();
    world.run(&server(), Command::AcceptRequest(work, None)).unwrap();
    assert_eq!(world.refused(&merchant(), Command::DeleteOrder(order)), Refusal::ServiceAtWork(work));
    assert_eq!(world.order(order).version, 3);
}
