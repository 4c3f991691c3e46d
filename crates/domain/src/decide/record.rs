//! Records are saved and removed as they are asked for; all of a command, or none. What waits for a place is tried
//! again when the rules of routing change.

use super::{Change, Outcome, Write};
use crate::event::Fact;
use crate::id::RecordId;
use crate::record::{Record, RecordKind};
use crate::refusal::{Field, Refusal, Thing};
use crate::rule::Rule;

/// The longest name, in characters.
const NAME_MAX: usize = 255;

pub(super) fn save(change: &mut Change<'_, '_>, records: &[Record]) -> Result<Outcome, Refusal> {
    for (index, record) in records.iter().enumerate() {
        permitted(change, record.kind)?;
        if record.name.chars().count() > NAME_MAX {
            return Err(Refusal::Malformed(Field::Name, "is too long (maximum is 255 characters)"));
        }
        if record.kind == RecordKind::RoutingRule {
            Rule::of(record).ok_or(Refusal::Malformed(Field::Rule, "is none that there is"))?;
            change.writes.push(Write::RouteWaiting);
        }
        let known = change.snapshot.records.iter().find(|known| known.id == record.id);
        if known.is_some_and(|known| known.kind != record.kind) {
            return Err(Refusal::Unknown(Thing::Record(record.id)));
        }
        let same_key = |other: &Record| {
            other.id != record.id
                && other.kind == record.kind
                && record.key.is_some()
                && other.key == record.key
        };
        if change.snapshot.records.iter().chain(&records[..index]).any(same_key) {
            return Err(Refusal::Taken(Field::Name));
        }
        let created_at = known.map_or(change.now, |known| known.created_at);
        let record = Record { created_at, updated_at: change.now, ..record.clone() };
        let told = Box::new(record.told());
        change.facts.push(match known {
            Some(known) => Fact::RecordUpdated { record: told, before: Some(Box::new(known.told())) },
            None => Fact::RecordCreated { record: told },
        });
        change.writes.push(Write::Record(record));
    }
    Ok(Outcome::Done)
}

/// One that is named twice goes once.
pub(super) fn remove(change: &mut Change<'_, '_>, ids: &[RecordId]) -> Result<Outcome, Refusal> {
    for (at, id) in ids.iter().enumerate() {
        if ids[..at].contains(id) {
            continue;
        }
        let known = change.snapshot.records.iter().find(|known| known.id == *id);
        let known = known.ok_or(Refusal::Unknown(Thing::Record(*id)))?;
        permitted(change, known.kind)?;
        if known.kind == RecordKind::RoutingRule {
            change.writes.push(Write::RouteWaiting);
        }
        change.facts.push(Fact::RecordRemoved { record: Box::new(known.told()) });
        change.writes.push(Write::NoRecord(*id));
    }
    Ok(Outcome::Done)
}

fn permitted(change: &Change<'_, '_>, kind: RecordKind) -> Result<(), Refusal> {
    let needs = kind.to_write();
    if change.actor.may_any(needs) { Ok(()) } else { Err(Refusal::NotPermitted(needs)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::actor::Actor;
    use crate::command::Command;
    use crate::time::Time;
    use crate::world::*;

    fn tag(id: i64, key: &str) -> Record {
        Record {
            id: RecordId(id),
            kind: RecordKind::OrderTag,
            parent: None,
            other: None,
            name: key.to_owned(),
            key: Some(key.to_owned()),
            archived: false,
            body: serde_json::Value::Null,
            created_at: Time(0),
            updated_at: Time(0),
        }
    }

    fn saving(records: &[Record]) -> Command {
        Command::SaveRecords(records.to_vec())
    }

    #[test]
    fn a_key_is_had_by_one_record_of_a_kind() {
        let mut world = World::new();
        let taken = Refusal::Taken(Field::Name);
        assert_eq!(world.refused(&Actor::System, saving(&[tag(1, "vip"), tag(2, "vip")])), taken);
        world.run(&Actor::System, saving(&[tag(1, "vip")])).unwrap();
        assert_eq!(world.refused(&Actor::System, saving(&[tag(2, "vip")])), taken);
        world.run(&Actor::System, saving(&[tag(1, "vip")])).unwrap();
        let of_another_kind = Record { kind: RecordKind::ContactTag, ..tag(2, "vip") };
        world.run(&Actor::System, saving(&[of_another_kind])).unwrap();
        let turned = Record { kind: RecordKind::ContactTag, ..tag(1, "new") };
        let unknown = Refusal::Unknown(Thing::Record(RecordId(1)));
        assert_eq!(world.refused(&Actor::System, saving(&[turned])), unknown);
    }

    #[test]
    fn a_record_keeps_the_time_it_was_made() {
        let mut world = World::new();
        world.run(&Actor::System, saving(&[tag(1, "a")])).unwrap();
        let made = world.now;
        world.now = Time(made.0 + 1);
        world.run(&Actor::System, saving(&[tag(1, "b")])).unwrap();
        assert_eq!((world.records[0].created_at, world.records[0].updated_at), (made, world.now));
    }

    #[test]
    fn only_what_is_there_is_removed_and_only_by_who_may() {
        let mut world = World::new();
        let remove = Command::RemoveRecords(vec![RecordId(1)]);
        let unknown = Refusal::Unknown(Thing::Record(RecordId(1)));
        assert_eq!(world.refused(&Actor::System, remove.clone()), unknown);
        world.run(&Actor::System, saving(&[tag(1, "a")])).unwrap();
        let refused = world.refused(&limited("read_orders"), remove.clone());
        assert!(matches!(refused, Refusal::NotPermitted(_)), "{refused:?}");
        world.run(&Actor::System, remove).unwrap();
        assert!(world.records.is_empty());
    }
}
