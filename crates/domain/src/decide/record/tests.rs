//! Given, when, then: records that are saved and removed.

use serde_json::Value;

use crate::command::Command;
use crate::decide::Write;
use crate::event::FactKind;
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
