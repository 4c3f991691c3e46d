//! Rules of routing are read with everything that is routed by, and none is on twice.

use domain::command::Command;
use domain::id::RecordId;
use domain::record::{Record, RecordKind};
use domain::rule::{Rule, RuleKind, Way};
use domain::time::Time;
use store::CommitError;
use testkit::world::{self, MUG, SHIRT};

use crate::bench::{Bench, furnished};

testkit::on_both! { furnished:
    a_rule_is_read_when_units_are_routed
    two_that_switch_it_on_at_once_are_one_after_the_other
}

fn saving(id: i64) -> Command {
    let rule = Rule { kind: RuleKind::ShipTogether, ways: vec![Way::Shipping] };
    Command::SaveRecords(vec![Record {
        id: RecordId(id),
        kind: RecordKind::RoutingRule,
        parent: None,
        other: None,
        name: rule.kind.title().to_owned(),
        key: Some(rule.kind.handle().to_owned()),
        archived: false,
        body: rule.body(),
        created_at: Time(0),
        updated_at: Time(0),
    }])
}

async fn a_rule_is_read_when_units_are_routed(bench: Bench) {
    bench.run(&saving(5_000)).await;
    let order = bench.place(world::order(&[(SHIRT, 1), (MUG, 1)])).await;
    assert_eq!((order.fulfillment_orders.len(), order.routing.waiting.len()), (0, 2), "nobody has both");
    bench.run(&Command::RemoveRecords(vec![RecordId(5_000)])).await;
    bench.run(&Command::Route(order.id)).await;
    let order = bench.order(order.id).await;
    assert_eq!((order.fulfillment_orders.len(), order.routing.waiting.len()), (2, 0));
    assert_eq!(bench.findings().await, Vec::<String>::new());
}

async fn two_that_switch_it_on_at_once_are_one_after_the_other(bench: Bench) {
    let late = bench.decide(&saving(5_001)).await.unwrap();
    bench.run(&saving(5_000)).await;
    assert!(matches!(bench.commit(&late).await, Err(CommitError::Stale)), "it looks again, and is refused");
    assert!(bench.decide(&saving(5_001)).await.is_err());
}
