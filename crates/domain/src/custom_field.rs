//! Custom fields: typed values that programs keep with a thing. The server only keeps them, as they were given.

use serde::{Deserialize, Serialize};

use crate::id::{CustomFieldId, Ids};
use crate::time::Time;

/// A value that a program keeps with a thing. Namespace and key together name it there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomField {
    /// Its id; 0 until it is kept.
    pub id: CustomFieldId,
    /// Whose it is, or what it is for.
    pub namespace: String,
    /// Its name within the namespace.
    pub key: String,
    /// What kind of value it is, in the program's word (`single_line_text_field`).
    pub kind: String,
    /// The value as text.
    pub value: String,
    /// When it was made.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

impl CustomField {
    /// A field that was said just now and isn't kept yet.
    pub fn said(namespace: String, key: String, kind: String, value: String) -> Self {
        let (id, never) = (CustomFieldId(0), Time(0));
        Self { id, namespace, key, kind, value, created_at: never, updated_at: never }
    }

    fn is(&self, other: &CustomField) -> bool {
        self.namespace == other.namespace && self.key == other.key
    }
}

/// The field of that name.
pub fn find<'f>(fields: &'f [CustomField], namespace: &str, key: &str) -> Option<&'f CustomField> {
    fields.iter().find(|field| field.namespace == namespace && field.key == key)
}

/// `known` with `said` written over it. A field that is there keeps its id, and its time unless it changed; of two
/// that are said of the same name the last counts.
pub fn merged(known: &[CustomField], said: &[CustomField], now: Time, ids: &mut Ids<'_>) -> Vec<CustomField> {
    let mut fields = known.to_vec();
    for new in said {
        match fields.iter_mut().find(|field| field.is(new)) {
            Some(field) if (&field.kind, &field.value) != (&new.kind, &new.value) => {
                (field.kind, field.value) = (new.kind.clone(), new.value.clone());
                field.updated_at = now;
            }
            Some(_) => {}
            None => {
                fields.push(CustomField { id: ids.fresh(), created_at: now, updated_at: now, ..new.clone() })
            }
        }
    }
    fields
}

/// `said` alone, for things that are saved as a whole; what was known of the same name lives on in it.
pub fn replaced(
    known: &[CustomField],
    said: &[CustomField],
    now: Time,
    ids: &mut Ids<'_>,
) -> Vec<CustomField> {
    let mut fields = merged(known, said, now, ids);
    fields.retain(|field| said.iter().any(|new| new.is(field)));
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(key: &str, value: &str) -> CustomField {
        CustomField::said("app".into(), key.into(), "text".into(), value.into())
    }

    #[test]
    fn what_is_said_again_stays_the_same_field() {
        let mut next = 0;
        let mut fresh = || {
            next += 1;
            next
        };
        let mut ids = Ids::new(&mut fresh);
        let known = merged(&[], &[field("a", "1"), field("b", "2"), field("a", "3")], Time(1), &mut ids);
        assert_eq!(known.len(), 2);
        assert_eq!(find(&known, "app", "a").map(|a| (a.id, a.value.as_str())), Some((CustomFieldId(1), "3")));
        let more = merged(&known, &[field("b", "9"), field("c", "4")], Time(2), &mut ids);
        let told: Vec<(i64, &str, Time)> =
            more.iter().map(|f| (f.id.0, f.value.as_str(), f.updated_at)).collect();
        assert_eq!(told, [(1, "3", Time(1)), (2, "9", Time(2)), (3, "4", Time(2))]);
        let only = replaced(&more, &[field("c", "4")], Time(3), &mut ids);
        assert_eq!(only, [more[2].clone()], "unchanged, so not even its time moved");
        assert_eq!(find(&only, "other", "c"), None);
    }
}
