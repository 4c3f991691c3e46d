//! Payloads against the published samples: every member that these have, and hardly another.

use std::collections::{BTreeMap, BTreeSet};

use super::every_topic::{all, payload, ways};
use super::*;

/// The members of the samples.
const SAMPLES: &str = include_str!("published.txt");

/// What is told beside, by the group of the topic: lines are the same wherever they are told, samples or not, and what
/// a variant weighs was in the samples once.
const BESIDE: [(&str, &str); 7] = [
    ("fulfillments", "line_items.attributed_staffs"),
    ("fulfillments", "line_items.current_quantity"),
    ("fulfillments", "line_items.sales_line_item_group_id"),
    ("orders", "company"),
    ("products", "variants.grams"),
    ("products", "variants.inventory_management"),
    ("products", "variants.requires_shipping"),
];

/// The members of the samples, by topic.
fn samples() -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let mut samples = BTreeMap::new();
    let mut topics: Vec<&str> = Vec::new();
    let mut named = false;
    for line in SAMPLES.lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix("  ") {
            Some(ways) => {
                named = true;
                for topic in &topics {
                    samples.entry(*topic).or_insert_with(BTreeSet::new).extend(ways.split(' '));
                }
            }
            None => {
                if std::mem::take(&mut named) {
                    topics.clear();
                }
                topics.extend(line.split(' '));
            }
        }
    }
    samples
}

/// Whether the samples say nothing of what is below that way.
fn is_beneath(way: &str) -> bool {
    let unsaid = ["fulfillments.", "refunds.", "refund_line_items.line_item.", "receipt."];
    way.contains("_set.") || unsaid.iter().any(|part| way.starts_with(part))
}

fn parent(way: &str) -> &str {
    way.rsplit_once('.').map_or("", |(parent, _)| parent)
}

/// The ways to everything that has members.
fn with_members<'w>(ways: impl Iterator<Item = &'w str>) -> BTreeSet<&'w str> {
    ways.map(parent).collect()
}

#[test]
fn payloads_have_the_members_of_the_published_samples() {
    let samples = samples();
    let (mut missing, mut beside) = (BTreeSet::new(), BTreeSet::new());
    let mut compared = BTreeSet::new();
    for (fact, topic) in all() {
        let parsed = Topic::parse(topic).unwrap();
        let path = parsed.path();
        let group = parsed.group.name();
        let Some(published) = samples.get(&*path) else { continue };
        compared.insert(path.clone());
        let told = ways(&payload(&fact, topic, "2026-07"));
        // Below what is null or empty, here or in the sample, there is nothing to compare.
        let (here, there) =
            (with_members(told.iter().map(String::as_str)), with_members(published.iter().copied()));
        for way in published.iter().filter(|way| here.contains(parent(way)) && !told.contains(**way)) {
            missing.insert((group.to_lowercase(), (*way).to_owned()));
        }
        let told = told.iter().filter(|way| !is_beneath(way) && there.contains(parent(way)));
        for way in told.filter(|way| !published.contains(&***way)) {
            beside.insert((group.to_lowercase(), way.clone()));
        }
    }
    let known = BESIDE.iter().map(|(group, way)| ((*group).to_owned(), (*way).to_owned()));
    assert_eq!(compared.len(), samples.len(), "{:?}", samples.keys());
    assert_eq!(missing, BTreeSet::new(), "missing");
    assert_eq!(beside, known.collect(), "beside");
}
