//! Buyers dispute what was taken: nothing more leaves and nothing goes back by hand until that is decided.

use super::*;
use crate::command::billing::DisputeNews;
use crate::command::charging::{Back, ChargingCommand, GiveBack};
use crate::id::{OrderId, OrderLineId, TransactionId};
use crate::world::billing::disputing;

/// An order of two lines, the first of which left and was paid for; the second, and the capture.
fn partly(world: &mut World) -> (OrderId, OrderLineId, TransactionId) {
    let (id, lines) = world.authorized(vec![costing(SHIRT, 1, 1_000, 0), costing(MUG, 2, 500, 0)], 0);
    world.run(&merchant(), finishing(id, &[(lines[0], 1, 0)])).unwrap();
    world.answer(id, PaymentOutcome::Succeeded);
    (id, lines[1], world.of_kind(id, TransactionKind::Capture)[0].id)
}

fn stages(world: &World, id: OrderId) -> Vec<StageName> {
    let open = world.order(id).fulfillment_orders.iter().filter(|fo| fo.is_open());
    open.map(|fo| fo.stage_name()).collect()
}

#[test]
fn a_dispute_stops_an_order_until_it_is_decided() {
    let mut world = World::new();
    let (id, line, capture) = partly(&mut world);
    let trouble = Refusal::Billing(Trouble::Dispute(capture));
    assert_eq!(world.refused(&merchant(), disputing(id, capture, DisputeNews::Won)), trouble);
    let opened = world.run(&merchant(), disputing(id, capture, DisputeNews::Opened)).unwrap();
    assert_eq!(news(&opened), [PaymentNews::Disputed]);
    assert_eq!(stages(&world, id), [StageName::OnHold]);
    assert_eq!(world.refused(&merchant(), disputing(id, capture, DisputeNews::Opened)), trouble, "once");
    let leaves = world.refused(&merchant(), finishing(id, &[(line, 1, 0)]));
    assert_eq!(leaves, Refusal::Billing(Trouble::NotAuthorized(id)));
    let back = GiveBack { order: id, what: Back::Amount(1), reason: None, custom_fields: vec![] };
    assert_eq!(world.refused(&merchant(), charging(ChargingCommand::Refund(back))), trouble);

    let won = world.run(&merchant(), disputing(id, capture, DisputeNews::Won)).unwrap();
    assert_eq!(news(&won), [PaymentNews::DisputeEnded]);
    assert_eq!(stages(&world, id), [StageName::Open]);
    assert_eq!(sums(world.order(id)).unwrap().refunded, 0);
    world.run(&merchant(), finishing(id, &[(line, 2, 0)])).unwrap();
}

#[test]
fn money_of_a_dispute_that_is_lost_went_back_and_is_asked_of_nobody() {
    let mut world = World::new();
    let (id, line, capture) = partly(&mut world);
    let authorization = world.order(id).authorization().unwrap().id;
    // Gateways that know one payment alone dispute all that was taken of it.
    world.run(&merchant(), disputing(id, authorization, DisputeNews::Opened)).unwrap();
    let lost = world.run(&merchant(), disputing(id, authorization, DisputeNews::Lost)).unwrap();
    assert_eq!(news(&lost), [PaymentNews::Made, PaymentNews::DisputeEnded]);
    let back = &world.of_kind(id, TransactionKind::Refund)[0];
    assert_eq!((back.amount, back.parent, back.ask), (1_000, Some(capture), None));
    let sums = sums(world.order(id)).unwrap();
    assert_eq!((sums.taken, sums.refundable()), (1_000, 0));
    world.run(&merchant(), finishing(id, &[(line, 2, 0)])).unwrap();
}

#[test]
fn what_was_not_taken_cannot_be_disputed() {
    let mut world = World::new();
    let (id, _) = world.authorized(vec![costing(SHIRT, 1, 1_000, 0)], 0);
    let of = world.order(id).authorization().unwrap().id;
    let refused = world.refused(&merchant(), disputing(id, of, DisputeNews::Opened));
    assert_eq!(refused, Refusal::Billing(Trouble::Dispute(of)));
}
