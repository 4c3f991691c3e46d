//! What left comes back, and its money with it.

use super::*;
use crate::command::Command;
use crate::command::charging::{AcceptReturn, ChargingCommand, OpenReturn};
use crate::decide::Outcome;
use crate::event::ReturnNews;
use crate::id::{OrderId, OrderLineId, ReturnId};

fn opening(order: OrderId, lines: &[(OrderLineId, i64)]) -> Command {
    let (reason, custom_fields) = (Some("too small".into()), Vec::new());
    let (work, lines) = (None, lines.to_vec());
    charging(ChargingCommand::OpenReturn(OpenReturn { order, work, lines, reason, custom_fields }))
}

fn accepting(order: OrderId, id: ReturnId, lines: Option<Vec<(OrderLineId, i64)>>) -> Command {
    charging(ChargingCommand::AcceptReturn(AcceptReturn { order, id, lines, custom_fields: Vec::new() }))
}

fn opened(world: &mut World, order: OrderId, lines: &[(OrderLineId, i64)]) -> ReturnId {
    let decision = world.run(&merchant(), opening(order, lines)).unwrap();
    let Outcome::Return(_, id) = decision.outcome else { panic!("{:?}", decision.outcome) };
    id
}

fn told(decision: &crate::decide::Decision) -> Vec<ReturnNews> {
    let facts = decision.events.iter().flat_map(|event| &event.facts);
    facts.filter_map(|fact| if let Fact::Return { news, .. } = fact { Some(*news) } else { None }).collect()
}

#[test]
fn money_goes_back_once_all_of_a_return_was_accepted() {
    let mut world = World::new();
    let (id, lines) = world.authorized(vec![costing(SHIRT, 3, 1_000, 100), costing(STICKER, 2, 50, 0)], 0);
    world.run(&merchant(), finishing(id, &[(lines[0], 2, 1), (lines[1], 1, 0)])).unwrap();
    world.answer(id, PaymentOutcome::Succeeded);
    let back = opened(&mut world, id, &[(lines[0], 1), (lines[1], 1)]);
    let decision = world.run(&merchant(), accepting(id, back, Some(vec![(lines[1], 1)]))).unwrap();
    assert_eq!(told(&decision), [ReturnNews::Updated]);
    assert_eq!(world.of_kind(id, TransactionKind::Refund), [], "not all of it is there");
    let decision = world.run(&merchant(), accepting(id, back, None)).unwrap();
    assert_eq!(told(&decision), [ReturnNews::Accepted]);
    let refunds = world.of_kind(id, TransactionKind::Refund);
    assert_eq!(refunds.iter().map(|own| own.amount).collect::<Vec<_>>(), [1_033, 50]);
    let order = world.order(id);
    assert_eq!(order.returns[0].refunds, [order.refunds.last().unwrap().id]);
    let decision = world.run(&merchant(), accepting(id, back, None)).unwrap();
    assert_eq!((told(&decision), world.of_kind(id, TransactionKind::Refund).len()), (vec![], 2));

    let rest = opened(&mut world, id, &[(lines[0], 1)]);
    world.run(&merchant(), accepting(id, rest, None)).unwrap();
    let last = world.of_kind(id, TransactionKind::Refund)[2].amount;
    assert_eq!(last, 2_067 - 1_033, "the last unit that was paid for takes what is left");
}

#[test]
fn no_more_comes_back_than_left() {
    let mut world = World::new();
    let (id, lines) = world.authorized(vec![costing(SHIRT, 3, 1_000, 0)], 0);
    world.run(&merchant(), finishing(id, &[(lines[0], 2, 0)])).unwrap();
    let too_many = |asked, left| Refusal::Billing(Trouble::TooManyReturned { line: lines[0], asked, left });
    assert_eq!(world.refused(&merchant(), opening(id, &[(lines[0], 2), (lines[0], 1)])), too_many(3, 2));
    let back = opened(&mut world, id, &[(lines[0], 1)]);
    assert_eq!(world.refused(&merchant(), opening(id, &[(lines[0], 2)])), too_many(2, 1));
    let early = world.refused(&merchant(), accepting(id, back, None));
    assert!(matches!(early, Refusal::Billing(Trouble::RefundExceeds { left: 0, .. })), "{early:?}");
    let more = world.refused(&merchant(), accepting(id, back, Some(vec![(lines[0], 2)])));
    assert_eq!(more, too_many(2, 1));
    let plain = world.place(new_order(vec![line(SHIRT, 1)]));
    let of = world.order(plain).lines[0].id;
    let refused = world.refused(&merchant(), opening(plain, &[(of, 1)]));
    assert_eq!(refused, Refusal::Billing(Trouble::NotCharged(plain)));
}

#[test]
fn what_is_in_a_return_left_whoever_says_what() {
    let mut world = World::new();
    let (id, lines) = world.authorized(vec![costing(SHIRT, 3, 1_000, 0)], 0);
    let parcel = |decision: crate::decide::Decision| match decision.outcome {
        Outcome::Fulfillment(parcel) => parcel,
        other => panic!("{other:?}"),
    };
    let first = parcel(world.run(&merchant(), finishing(id, &[(lines[0], 2, 0)])).unwrap());
    let second = parcel(world.run(&merchant(), finishing(id, &[(lines[0], 1, 0)])).unwrap());
    opened(&mut world, id, &[(lines[0], 2)]);
    // Nobody knows in which of them it was; the other still holds two units at most.
    let calling_off = |parcel| Command::CancelFulfillment(parcel);
    assert_eq!(world.refused(&merchant(), calling_off(first)), Refusal::Returned(first));
    assert_eq!(world.refused(&merchant(), Command::DeleteFulfillment(first)), Refusal::Returned(first));
    world.run(&merchant(), calling_off(second)).unwrap();
    assert_eq!(world.refused(&merchant(), opening(id, &[(lines[0], 1)])), too_many_returned(lines[0]));
}

#[test]
fn no_more_of_a_work_comes_back_than_left_with_it() {
    let mut world = World::new();
    let (id, lines) = world.authorized(vec![costing(SHIRT, 3, 1_000, 0)], 0);
    let parcel = |decision: crate::decide::Decision| match decision.outcome {
        Outcome::Fulfillment(parcel) => parcel,
        other => panic!("{other:?}"),
    };
    let one = world.order(id).fulfillment_orders[0].clone();
    let split = Command::Split(vec![some(one.id, &[(one.lines[0].id, 1)])]);
    let Outcome::Works(done) = world.run(&merchant(), split).unwrap().outcome else { panic!() };
    let two = done[0].rest.unwrap();
    let ship = |work| fulfilling(&[(work, None)], Reach::OneOrder);
    let first = parcel(world.run(&merchant(), ship(one.id)).unwrap());
    let second = parcel(world.run(&merchant(), ship(two)).unwrap());
    let opening = |work, units| match opening(id, &[(lines[0], units)]) {
        Command::Charging(ChargingCommand::OpenReturn(open)) => {
            charging(ChargingCommand::OpenReturn(OpenReturn { work: Some(work), ..open }))
        }
        other => panic!("{other:?}"),
    };
    let too_many = |asked, left| Refusal::Billing(Trouble::TooManyReturned { line: lines[0], asked, left });
    assert_eq!(world.refused(&merchant(), opening(two, 2)), too_many(2, 1));
    world.run(&merchant(), opening(two, 1)).unwrap();
    assert_eq!(world.refused(&merchant(), opening(two, 1)), too_many_returned(lines[0]));
    let nowhere = crate::id::FulfillmentOrderId(7);
    let unknown = Refusal::Unknown(crate::refusal::Thing::FulfillmentOrder(nowhere));
    assert_eq!(world.refused(&merchant(), opening(nowhere, 1)), unknown);
    let calling_off = |parcel| Command::CancelFulfillment(parcel);
    assert_eq!(world.refused(&merchant(), calling_off(second)), Refusal::Returned(second));
    world.run(&merchant(), calling_off(first)).unwrap();
    assert_eq!(world.refused(&merchant(), opening(one.id, 1)), too_many_returned(lines[0]));
}

/// One unit more than the none that may still come back.
fn too_many_returned(line: OrderLineId) -> Refusal {
    Refusal::Billing(Trouble::TooManyReturned { line, asked: 1, left: 0 })
}
