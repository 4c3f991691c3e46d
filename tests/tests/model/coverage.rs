//! What was reached: kinds of commands, carried out and refused; states of work, and what led from one to another.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use crate::kinds::{KINDS, NEVER_REFUSED};
use crate::laws::PAIRS;
use crate::reference::Known;

/// A stage, and what was said between merchant and service.
pub type Pair = (&'static str, &'static str);

/// From where, by which kind of command, to where; from nowhere for new work.
pub type Way = (Option<Pair>, &'static str, Pair);

/// What a run reached.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// Carried out and refused, by kind.
    pub kinds: BTreeMap<&'static str, (u64, u64)>,
    pub replayed: u64,
    pub reused: u64,
    pub strange: u64,
    pub audited: u64,
    pub told: u64,
    pub pairs: BTreeMap<Pair, u64>,
    pub ways: BTreeMap<Way, u64>,
}

impl AddAssign for Figures {
    fn add_assign(&mut self, other: Self) {
        for (kind, (done, refused)) in other.kinds {
            let own = self.kinds.entry(kind).or_default();
            *own = (own.0 + done, own.1 + refused);
        }
        self.replayed += other.replayed;
        self.reused += other.reused;
        self.strange += other.strange;
        self.audited += other.audited;
        self.told += other.told;
        for (pair, times) in other.pairs {
            *self.pairs.entry(pair).or_default() += times;
        }
        for (way, times) in other.ways {
            *self.ways.entry(way).or_default() += times;
        }
    }
}

impl Figures {
    pub fn counted(&mut self, kind: &'static str, done: bool) {
        let (carried_out, refused) = self.kinds.entry(kind).or_default();
        *carried_out += u64::from(done);
        *refused += u64::from(!done);
    }

    /// What became of every work of an order.
    pub fn went(&mut self, kind: &'static str, was: Option<&Known>, is: &Known) {
        for (id, work) in &is.works {
            let (before, now) = (was.and_then(|was| was.works.get(id)), (work.stage, work.request));
            let before = before.map(|before| (before.stage, before.request));
            if before != Some(now) {
                *self.pairs.entry(now).or_default() += 1;
                *self.ways.entry((before, kind, now)).or_default() += 1;
            }
        }
    }

    /// What was reached, in one line.
    pub fn in_words(&self) -> String {
        let steps: BTreeSet<_> = self.ways.keys().map(|(from, _, to)| (*from, *to)).collect();
        format!(
            "{} carried out, {} refused of {} kinds; {} repeated, {} under a used key, {} in another shop; {} audits, {} \
             deliveries; {} of {} states, {} ways between them by {} kinds of steps",
            self.done(),
            self.refused(),
            self.kinds.len(),
            self.replayed,
            self.reused,
            self.strange,
            self.audited,
            self.told,
            self.pairs.len(),
            PAIRS.len(),
            steps.len(),
            self.ways.len(),
        )
    }

    pub fn done(&self) -> u64 {
        self.kinds.values().map(|(done, _)| done).sum()
    }

    pub fn refused(&self) -> u64 {
        self.kinds.values().map(|(_, refused)| refused).sum()
    }

    /// Kinds that were never carried out, or never refused.
    pub fn missing_kinds(&self) -> Vec<String> {
        let mut missing = Vec::new();
        for kind in KINDS {
            let (done, refused) = self.kinds.get(kind).copied().unwrap_or_default();
            if done == 0 {
                missing.push(format!("{kind} was never carried out"));
            }
            if refused == 0 && !NEVER_REFUSED.contains(kind) {
                missing.push(format!("{kind} was never refused"));
            }
        }
        missing
    }

    /// States that may be and were not reached.
    pub fn missing_pairs(&self) -> Vec<Pair> {
        PAIRS.into_iter().filter(|pair| !self.pairs.contains_key(pair)).collect()
    }

    /// What led from one state to another.
    pub fn went_by(&self) -> BTreeSet<Way> {
        self.ways.keys().copied().collect()
    }
}

/// The ways that are known of: the file beside.
pub fn known_ways() -> BTreeSet<Way> {
    WAYS.lines().filter_map(way).collect()
}

const WAYS: &str = include_str!("ways.txt");

/// A line of the file: `open unsubmitted > open submitted: request fulfillment`.
fn way(line: &'static str) -> Option<Way> {
    let (states, kind) = line.split_once(": ")?;
    let (from, to) = states.split_once(" > ")?;
    Some((from.split_once(' '), kind, to.split_once(' ')?))
}

/// The file of those ways.
pub fn written(ways: &BTreeSet<Way>) -> String {
    let line = |(from, kind, to): &Way| {
        let from = from.map_or("new".to_owned(), |(stage, request)| format!("{stage} {request}"));
        format!("{from} > {} {}: {kind}\n", to.0, to.1)
    };
    ways.iter().map(line).collect()
}
