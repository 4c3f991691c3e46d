//! Given, when, then: units are kept for somebody.

use crate::actor::Permission;
use crate::address::Address;
use crate::command::{Command, Place, Reserve};
use crate::decide::{Decision, Outcome};
use crate::id::{ReservationId, VariantId};
use crate::location::Zone;
use crate::order::StockMode;
use crate::product::WhenOut;
use crate::refusal::{Field, LocationTrouble, Refusal, Thing};
use crate::reservation::{ReservationKey, ReservedItem, TooFew};
use crate::stock::StockState;
use crate::time::SECOND;
use crate::world::*;

fn reserving(world: &World, items: &[(VariantId, i64)]) -> Reserve {
    let item = |(variant, quantity): &(VariantId, i64)| ReservedItem {
        variant: *variant,
        quantity: *quantity,
        too_few: TooFew::Refuse,
    };
    Reserve {
        name: Some("cart".into()),
        test: false,
        items: items.iter().map(item).collect(),
        destination: None,
        expires_at: world.now.plus(300 * SECOND),
    }
}

fn command(reserve: Reserve) -> Command {
    Command::Reserve(Box::new(reserve))
}

fn reserve(world: &mut World, items: &[(VariantId, i64)]) -> Result<Decision, Refusal> {
    let reserve = command(reserving(world, items));
    let decision = world.run(&merchant(), reserve);
    assert_eq!(world.broken(), Vec::<String>::new());
    decision
}

fn named(name: &str) -> ReservationKey {
    ReservationKey::Name(name.into(), false)
}

fn end(world: &mut World, key: ReservationKey) -> Result<Decision, Refusal> {
    let decision = world.run(&merchant(), Command::EndReservation(key));
    assert_eq!(world.broken(), Vec::<String>::new());
    decision
}

fn ordering(items: &[(VariantId, i64)], reservation: &str) -> Place {
    let lines = items.iter().map(|(variant, quantity)| line(*variant, *quantity)).collect();
    let mut place = Place { reservation: Some(reservation.into()), ..new_order(lines) };
    place.placed.stock = StockMode::Refuse;
    place
}

/// What is kept of shirts, here and there.
fn kept(world: &World) -> (i64, i64) {
    let at = |place| world.stock[&(SHIRT, place)].kept;
    (at(HERE), at(THERE))
}

const GONE: Refusal = Refusal::Unknown(Thing::Reservation);

#[test]
fn what_is_kept_is_not_for_sale_until_it_ends() {
    let mut world = World::new();
    let decision = reserve(&mut world, &[(SHIRT, 7), (SHIRT, 1)]).unwrap();
    assert_eq!(moved(&decision), [(SHIRT, HERE)]);
    let level = world.stock[&(SHIRT, HERE)];
    assert_eq!((level.on_hand, level.committed, level.kept, level.available()), (10, 0, 8, 2));
    assert_eq!(level.of(StockState::Reserved), 8);
    let order = world.place(new_order(vec![line(SHIRT, 3)]));
    assert_eq!(world.order(order).fulfillment_orders[0].location, THERE, "here are too few");

    assert_eq!(moved(&end(&mut world, named("cart")).unwrap()), [(SHIRT, HERE)]);
    assert_eq!(kept(&world), (0, 0));
    assert_eq!(end(&mut world, named("cart")), Err(GONE), "it ends once");
}

#[test]
fn all_is_reserved_or_nothing() {
    let mut world = World::new();
    for items in [[(SHIRT, 21), (MUG, 1)], [(SHIRT, 1), (MUG, 11)]] {
        let Err(Refusal::OutOfStock(variant)) = reserve(&mut world, &items) else { panic!() };
        assert_eq!(variant, if items[0].1 == 21 { SHIRT } else { MUG });
        assert_eq!((kept(&world), world.reservations.len()), ((0, 0), 0));
    }
    reserve(&mut world, &[(SHIRT, 15)]).unwrap();
    assert_eq!(kept(&world), (10, 5), "two parcels, as an order would leave");
}

#[test]
fn it_is_kept_where_it_would_be_sent_from() {
    let mut world = World::new();
    world.locations[0].zones = Some(vec![Zone { country: "DE".into(), provinces: Vec::new() }]);
    let destination = Some(Address { country_code: Some("US".into()), ..Address::default() });
    let reserve = Reserve { destination, ..reserving(&world, &[(SHIRT, 2)]) };
    world.run(&merchant(), command(reserve)).unwrap();
    assert_eq!(kept(&world), (0, 2));
}

#[test]
fn what_is_sold_on_is_kept_as_far_as_it_is_there() {
    let mut world = World::new();
    let mut more = reserving(&world, &[(SHIRT, 25)]);
    more.items[0].too_few = TooFew::SellOn;
    world.run(&merchant(), command(more)).unwrap();
    assert_eq!(kept(&world), (10, 0), "an order that is sold on leaves from one place");
    assert_eq!(world.broken(), Vec::<String>::new());
    // Whoever orders it is sold it as it was reserved, though the variant isn't sold on by itself.
    let order = world.place(ordering(&[(SHIRT, 25)], "cart"));
    assert_eq!(world.order(order).fulfillment_orders[0].lines[0].total, 25);
    assert_eq!((world.stock(SHIRT, HERE), kept(&world)), ((10, 25), (0, 0)));

    let mut world = World::new();
    world.variants.iter_mut().for_each(|variant| variant.when_out = WhenOut::SellOn);
    reserve(&mut world, &[(SHIRT, 25)]).unwrap();
    world.locations.iter_mut().for_each(|location| location.active = false);
    let mut nowhere = Reserve { name: None, ..reserving(&world, &[(SHIRT, 1)]) };
    nowhere.items[0].too_few = TooFew::SellOn;
    let decision = world.run(&merchant(), command(nowhere)).unwrap();
    assert_eq!((moved(&decision), world.reservations.len()), (vec![], 2), "nobody could send any");
}

#[test]
fn what_is_not_counted_or_sent_is_not_kept() {
    let mut world = World::new();
    world.variants.iter_mut().filter(|v| v.id == MUG).for_each(|mug| mug.requires_shipping = false);
    reserve(&mut world, &[(STICKER, 100), (MUG, 100)]).unwrap();
    assert_eq!(world.reservations[0].units, []);
}

#[test]
fn whoever_orders_gets_what_was_kept_and_the_rest_is_free() {
    let mut world = World::new();
    world.put(SHIRT, THERE, 0);
    reserve(&mut world, &[(SHIRT, 9)]).unwrap();
    let two = [(SHIRT, 2)];
    let out = world.refused(&merchant(), Command::Place(Box::new(ordering(&two, "other"))));
    assert_eq!(out, GONE);
    let mut plain = ordering(&two, "cart");
    plain.reservation = None;
    assert_eq!(world.refused(&merchant(), Command::Place(Box::new(plain))), Refusal::OutOfStock(SHIRT));
    let decision = world.run(&merchant(), Command::Place(Box::new(ordering(&two, "cart")))).unwrap();
    assert_eq!(moved(&decision), [(SHIRT, HERE)]);
    assert_eq!((world.stock(SHIRT, HERE), kept(&world)), ((10, 2), (0, 0)));
    assert_eq!(world.broken(), Vec::<String>::new());
    let again = Command::Place(Box::new(ordering(&two, "cart")));
    assert_eq!(world.refused(&merchant(), again), GONE, "it is used once");
}

#[test]
fn an_order_that_is_refused_leaves_the_reservation_as_it_was() {
    let mut world = World::new();
    reserve(&mut world, &[(SHIRT, 9)]).unwrap();
    let too_many = Command::Place(Box::new(ordering(&[(SHIRT, 21)], "cart")));
    assert_eq!(world.refused(&merchant(), too_many), Refusal::OutOfStock(SHIRT));
    assert_eq!((kept(&world), world.reservations.len()), ((9, 0), 1));
}

#[test]
fn tests_are_apart() {
    let mut world = World::new();
    reserve(&mut world, &[(SHIRT, 1)]).unwrap();
    let test = Reserve { test: true, ..reserving(&world, &[(SHIRT, 1)]) };
    world.run(&merchant(), command(test)).unwrap();
    assert_eq!(kept(&world), (2, 0), "two of the same name");
    end(&mut world, ReservationKey::Name("cart".into(), true)).unwrap();
    let mut place = ordering(&[(SHIRT, 1)], "cart");
    place.placed.test = true;
    assert_eq!(world.refused(&merchant(), Command::Place(Box::new(place))), GONE);
    end(&mut world, named("cart")).unwrap();
}

#[test]
fn it_ends_by_time() {
    let mut world = World::new();
    let made = reserve(&mut world, &[(SHIRT, 4)]).unwrap();
    let Outcome::Reservation(id) = made.outcome else { panic!("{:?}", made.outcome) };
    let expire = Command::ExpireReservation(id);
    assert_eq!(world.refused(&merchant(), expire.clone()), Refusal::NothingToDo);
    assert_eq!(reserve(&mut world, &[(SHIRT, 1)]), Err(Refusal::Taken(Field::Name)));
    world.now = world.now.plus(300 * SECOND);
    // Nobody may use it any more, even if its units aren't free yet.
    assert_eq!(end(&mut world, named("cart")), Err(GONE));
    assert_eq!(world.refused(&merchant(), Command::Place(Box::new(ordering(&[(SHIRT, 1)], "cart")))), GONE);
    assert_eq!(kept(&world), (4, 0));
    world.run(&merchant(), expire.clone()).unwrap();
    assert_eq!((kept(&world), world.broken()), ((0, 0), Vec::new()));
    assert_eq!(world.refused(&merchant(), expire), GONE);
}

#[test]
fn the_name_of_one_that_is_over_is_free() {
    let mut world = World::new();
    reserve(&mut world, &[(SHIRT, 10)]).unwrap();
    world.now = world.now.plus(300 * SECOND);
    reserve(&mut world, &[(SHIRT, 9)]).unwrap();
    assert_eq!((kept(&world), world.reservations.len()), ((9, 0), 1));
    let unnamed = Reserve { name: None, ..reserving(&world, &[(SHIRT, 1)]) };
    let made = world.run(&merchant(), command(unnamed)).unwrap();
    let Outcome::Reservation(id) = made.outcome else { panic!("{:?}", made.outcome) };
    end(&mut world, named(&id.to_string())).unwrap();
}

#[test]
fn a_reservation_is_refused_for_the_first_reason() {
    let mut world = World::new();
    let good = reserving(&world, &[(SHIRT, 1)]);
    let reader = limited("read_orders");
    let needs = Refusal::NotPermitted(&[Permission::WriteOrders]);
    assert_eq!(world.refused(&reader, command(reserving(&world, &[]))), needs);
    for unpermitted in [Command::EndReservation(named("x")), Command::ExpireReservation(ReservationId(1))] {
        assert_eq!(world.refused(&reader, unpermitted), needs);
    }
    let past = world.now;
    for (wrong, refusal) in [
        (Reserve { items: Vec::new(), expires_at: past, ..good.clone() }, Refusal::NoLines),
        (Reserve { expires_at: past, ..good }, Refusal::TimePassed),
        (reserving(&world, &[(SHIRT, 1), (SHIRT, 0)]), Refusal::LineQuantity(1)),
        (reserving(&world, &[(SHIRT, 1_000_001)]), Refusal::LineQuantity(0)),
        (reserving(&world, &[(VariantId(4), 1)]), Refusal::Unknown(Thing::Variant(VariantId(4), 0))),
    ] {
        assert_eq!(world.refused(&merchant(), command(wrong)), refusal);
    }
}

#[test]
fn a_location_stays_while_something_is_kept_there() {
    let mut world = World::new();
    reserve(&mut world, &[(SHIRT, 1)]).unwrap();
    let close = Command::DeactivateLocation(HERE, Some(THERE));
    let busy = Refusal::Location(HERE, LocationTrouble::HasWork);
    assert_eq!(world.refused(&merchant(), close.clone()), busy);
    end(&mut world, named("cart")).unwrap();
    world.run(&merchant(), close).unwrap();
}
