//! Given, when, then: records that are saved and removed.

use serde_json::Value;

use crate::command::Command;
use crate::decide::Write;
use crate::event::{Fact, FactKind};
use crate::id::RecordId;
use crate::record::{Record, RecordKind};
use crate::refusal::{Refusal, Thing};
use crate::time::Time;
use crate::world::*;

fn tag(id: i64) -> Record {
    Record {
        id: RecordId(id),
        kind: RecordKind::OrderTag,
        parent: None,
        other: None,
        name: "late".into(),
        key: Some(id.to_string()),
        archived: false,
        body: Value::Null,
        created_at: Time(0),
        updated_at: Time(0),
    }
}

#[test]
fn a_record_that_is_named_twice_goes_once() {
    let mut world = World::new();
    world.run(&merchant(), Command::SaveRecords(vec![tag(1), tag(2)])).unwrap();
    let [one, two] = [1, 2].map(RecordId);
    let gone = world.run(&merchant(), Command::RemoveRecords(vec![one, two, one])).unwrap();
    assert_eq!(kinds(&gone), [FactKind::RecordRemoved, FactKind::RecordRemoved]);
    assert_eq!(gone.writes, [Write::NoRecord(one), Write::NoRecord(two)], "a row can't go twice");
    let unknown = world.refused(&merchant(), Command::RemoveRecords(vec![one]));
    assert_eq!(unknown, Refusal::Unknown(Thing::Record(one)));
}

#[test]
fn facts_say_nothing_of_who_somebody_is_or_was() {
    let mut world = World::new();
    let basket = |name: &str, of: i64| Record {
        kind: RecordKind::Checkout,
        parent: Some(of),
        name: name.into(),
        key: None,
        body: name.into(),
        ..tag(1)
    };
    world.run(&merchant(), Command::SaveRecords(vec![basket("ada@example.com", 7)])).unwrap();
    let changed = world.run(&merchant(), Command::SaveRecords(vec![basket("bob@example.com", 8)])).unwrap();
    let [fact @ Fact::RecordUpdated { record, before: Some(before) }] = &changed.events[0].facts[..] else {
        panic!("{:?}", changed.events)
    };
    for told in [record, before] {
        assert_eq!((told.name.as_str(), &told.body), ("", &Value::Null));
    }
    let subjects: Vec<i64> = fact.subjects().collect();
    assert!([8, 7, 1].iter().all(|id| subjects.contains(id)), "both are found when they are forgotten");
}
