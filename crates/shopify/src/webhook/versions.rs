//! How payloads differ between the versions of the API that are served: one table, which everything that is sent goes
//! through. Payloads are made as a version would have them that tells all there ever was; what a listener's version
//! doesn't have yet, or has no more, is left out.
//!
//! The table is complete as far as anybody can see from outside. The published samples of the payloads of every topic
//! here, of 2025-10, 2026-01, 2026-04 and 2026-07, were compared member by member; 2026-10 has no samples yet, so for
//! that the changelog was read. Customers have had their present form since 2025-01, `committed_at` of edits is from
//! 2024-07: older than all that is served. The samples of 2026-01 lack `line_item_groups` of orders, those of 2025-10
//! and 2026-04 have it, and nobody announced anything: a hole in the sample, not a difference. Two topics,
//! `fulfillment_orders/progress_reported` and `…/manually_reported_progress_stopped`, came with 2026-04; the schema
//! knows that, so no older version can subscribe to them.

use serde_json::Value;

use super::topic::Group;

/// A member that some versions have and others don't.
pub(super) struct Difference {
    /// The first version that is other than those before it.
    pub(super) since: &'static str,
    /// The topics that it is about.
    pub(super) of: Group,
    /// The way to the member, through lists to all of their items.
    pub(super) member: &'static str,
    /// What became of it.
    pub(super) what: What,
}

/// What became of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// It is there from that version on.
    Came,
    /// It is there no more.
    Went,
}

/// Every difference.
pub(super) const DIFFERENCES: [Difference; 2] = [
    // Whoever wants to know which checkout an order came from goes by `checkout_token`.
    Difference { since: "2026-04", of: Group::Orders, member: "checkout_id", what: What::Went },
    Difference {
        since: "2026-10",
        of: Group::Orders,
        member: "line_items.selling_plan_id",
        what: What::Came,
    },
];

/// A payload as that version has it.
pub(super) fn as_of(version: &str, group: Group, mut payload: Value) -> Value {
    // Versions are dates, and `unstable` is younger than all of them.
    let unknown = |difference: &&Difference| match difference.what {
        What::Came => version < difference.since,
        What::Went => version >= difference.since,
    };
    for difference in DIFFERENCES.iter().filter(|difference| difference.of == group).filter(unknown) {
        leave_out(&mut payload, difference.member);
    }
    payload
}

fn leave_out(value: &mut Value, member: &str) {
    match (value, member.split_once('.')) {
        (Value::Array(items), _) => items.iter_mut().for_each(|item| leave_out(item, member)),
        (Value::Object(members), Some((name, rest))) => {
            if let Some(below) = members.get_mut(name) {
                leave_out(below, rest);
            }
        }
        (Value::Object(members), None) => {
            members.shift_remove(member);
        }
        _ => {}
    }
}
