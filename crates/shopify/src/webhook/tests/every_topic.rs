//! Every topic that there is, in every version and format: the table of differences is complete, and what is written as
//! XML says what JSON says.

use std::collections::BTreeSet;

use domain::event::FactKind;
use domain::id::{ContactId, DeliveryEventId, OrderLineId, RefundId, RequestId};
use quick_xml::events::Event as Part;
use quick_xml::reader::Reader;

use super::super::versions::{DIFFERENCES, Difference, What};
use super::*;
use crate::version::VERSIONS;

/// A fact of that kind; `None` if nothing is told of such.
fn sample(kind: FactKind) -> Option<Fact> {
    let work = || work(7, StageName::Open, Request::Unsubmitted);
    let (location, product, variant) = (LocationId(10), ProductId(9), VariantId(100));
    let (fulfillment, contact) = (fulfillment().id, ContactId(90));
    Some(match kind {
        FactKind::OrderPlaced => Fact::OrderPlaced {},
        FactKind::OrderUpdated => Fact::OrderUpdated {},
        FactKind::OrderPaid => Fact::OrderPaid {},
        FactKind::OrderCancelled => Fact::OrderCancelled {},
        FactKind::OrderDeleted => Fact::OrderDeleted {},
        FactKind::OrderEdited => {
            Fact::OrderEdited { lines: vec![(OrderLineId(40), 1)], note: None, notify_buyer: false }
        }
        FactKind::OrderPartlyFulfilled => Fact::OrderPartlyFulfilled {},
        FactKind::OrderFulfilled => Fact::OrderFulfilled {},
        FactKind::RefundCreated => Fact::RefundCreated { refund: RefundId(5) },
        FactKind::ContactCreated => Fact::ContactCreated { contact },
        FactKind::ContactUpdated => Fact::ContactUpdated { contact },
        FactKind::ContactDeleted => Fact::ContactDeleted { contact },
        FactKind::WorkRouted => Fact::WorkRouted { work: work() },
        FactKind::WorkReady => Fact::WorkReady { work: work() },
        FactKind::WorkOpened => Fact::WorkOpened { work: work() },
        FactKind::WorkCancelled => Fact::WorkCancelled { work: work(), replacement: None },
        FactKind::ProgressReported => {
            Fact::ProgressReported { work: work(), before: StageName::Open, note: None }
        }
        FactKind::WorkRescheduled => Fact::WorkRescheduled { work: work(), opens_at: AT },
        FactKind::WorkPrepared => Fact::WorkPrepared { work: work() },
        FactKind::WorkHeld => {
            Fact::WorkHeld { work: work(), hold: hold(), held: LINES.to_vec(), rest: Some(work()) }
        }
        FactKind::WorkReleased => Fact::WorkReleased { work: work() },
        FactKind::HoldAdded => Fact::HoldAdded { work: work(), hold: hold() },
        FactKind::HoldReleased => Fact::HoldReleased { work: work(), hold: hold() },
        FactKind::WorkMoved => {
            Fact::WorkMoved { original: work(), moved: work(), from: location, lines: LINES.to_vec() }
        }
        FactKind::WorkSplit => Fact::WorkSplit { work: work(), rest: work(), lines: LINES.to_vec() },
        FactKind::WorkMerged => {
            Fact::WorkMerged { work: work(), merged: vec![(FulfillmentOrderId(8), LINES.to_vec())] }
        }
        FactKind::RequestSubmitted => {
            Fact::RequestSubmitted { original: work(), work: work(), message: None, request: RequestId(6) }
        }
        FactKind::RequestAccepted => Fact::RequestAccepted { work: work(), message: None },
        FactKind::RequestRejected => Fact::RequestRejected { work: work(), message: None },
        FactKind::CancellationRequested => {
            Fact::CancellationRequested { work: work(), message: None, request: RequestId(6) }
        }
        FactKind::CancellationAccepted => Fact::CancellationAccepted { work: work(), message: None },
        FactKind::CancellationRejected => Fact::CancellationRejected { work: work(), message: None },
        FactKind::GaveUp => Fact::GaveUp { work: work(), message: None },
        FactKind::FulfillmentCreated => Fact::FulfillmentCreated { fulfillment },
        FactKind::FulfillmentUpdated => Fact::FulfillmentUpdated { fulfillment, notify_buyer: false },
        FactKind::FulfillmentCancelled => Fact::FulfillmentCancelled { fulfillment },
        FactKind::DeliveryRecorded => Fact::DeliveryRecorded { fulfillment, event: DeliveryEventId(70) },
        FactKind::DeliveryForgotten => {
            Fact::DeliveryForgotten { fulfillment, event: Box::new(super::fulfillment().events[0].clone()) }
        }
        FactKind::LocationCreated => Fact::LocationCreated { location },
        FactKind::LocationUpdated => Fact::LocationUpdated { location },
        FactKind::LocationActivated => Fact::LocationActivated { location },
        FactKind::LocationDeactivated => Fact::LocationDeactivated { location },
        FactKind::LocationDeleted => Fact::LocationDeleted { location },
        FactKind::ProductCreated => Fact::ProductCreated { product },
        FactKind::ProductSaved => Fact::ProductSaved { product },
        FactKind::VariantCreated => Fact::VariantCreated { variant },
        FactKind::VariantUpdated => Fact::VariantUpdated { variant },
        FactKind::StockChanged => Fact::StockChanged {
            location,
            variant,
            by: 1,
            changes: Vec::new(),
            cause: None,
            available: Some(7),
        },
        FactKind::StockMoved => Fact::StockMoved { location, variant },
        FactKind::StockingBegan => Fact::StockingBegan { location, variant, available: 7 },
        FactKind::StockingEnded => Fact::StockingEnded { location, variant },
        _ => return None,
    })
}

/// Every fact with every topic that it is told under.
pub(super) fn all() -> Vec<(Fact, &'static str)> {
    let of_kind = |kind: &FactKind| {
        let topics = topic::of(*kind);
        let fact = sample(*kind);
        assert_eq!(fact.is_some(), !topics.is_empty(), "{kind:?}");
        fact.into_iter().flat_map(move |fact| topics.iter().map(move |topic| (fact.clone(), *topic)))
    };
    FactKind::ALL.iter().flat_map(of_kind).collect()
}

/// What is told of a fact in that version and format, which is all there is to tell.
fn body(fact: &Fact, topic: &str, version: &str, format: &str) -> Message {
    let settings = json!({ "apiVersion": version, "format": format });
    let listener = Listener { settings, ..listener(topic) };
    let messages = announced(vec![fact.clone()], &listener, &actor(Permissions::all(), Vec::new()));
    let [message] = &messages[..] else { panic!("{topic}: {messages:?}") };
    message.clone()
}

pub(super) fn payload(fact: &Fact, topic: &str, version: &str) -> Value {
    serde_json::from_str(&body(fact, topic, version, "JSON").body).unwrap()
}

/// The ways to all members of a payload, through lists.
fn members(value: &Value, at: &str, ways: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| members(item, at, ways)),
        Value::Object(all) => {
            for (name, member) in all {
                let way = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                members(member, &way, ways);
                ways.insert(way);
            }
        }
        _ => {}
    }
}

pub(super) fn ways(payload: &Value) -> BTreeSet<String> {
    let mut ways = BTreeSet::new();
    members(payload, "", &mut ways);
    ways
}

#[test]
fn between_two_versions_nothing_differs_but_what_the_table_says() {
    let mut met = 0;
    for (fact, topic) in all() {
        let group = Topic::parse(topic).unwrap().group;
        // Edits and orders that are gone are told in other words, which are the same in all versions.
        let tells_of = |difference: &&Difference, ways: &BTreeSet<String>| {
            difference.of == group && ways.contains(difference.member)
        };
        for versions in VERSIONS.windows(2) {
            let [old, new] = [versions[0], versions[1]].map(|version| payload(&fact, topic, version));
            let [before, after] = [&old, &new].map(ways);
            let here = || DIFFERENCES.iter().filter(|difference| difference.since == versions[1]);
            let came = here().filter(|d| d.what == What::Came && tells_of(d, &after)).map(|d| d.member);
            let went = here().filter(|d| d.what == What::Went && tells_of(d, &before)).map(|d| d.member);
            let (came, went): (Vec<&str>, Vec<&str>) = (came.collect(), went.collect());
            assert_eq!(after.difference(&before).collect::<Vec<_>>(), came, "{topic} {versions:?}");
            assert_eq!(before.difference(&after).collect::<Vec<_>>(), went, "{topic} {versions:?}");
            if came.is_empty() && went.is_empty() {
                assert_eq!(old, new, "{topic} {versions:?}");
            }
            met += came.len() + went.len();
        }
    }
    assert_eq!(
        met,
        DIFFERENCES.len() * 6,
        "six topics tell of an order as it is, and both differences are of those"
    );
}

#[test]
fn each_difference_is_where_the_table_has_it() {
    let placed = |version| payload(&Fact::OrderPlaced {}, "ORDERS_CREATE", version);
    for (version, checkout, plan) in [
        ("2025-10", true, false),
        ("2026-01", true, false),
        ("2026-04", false, false),
        ("2026-07", false, false),
        ("2026-10", false, true),
        ("unstable", false, true),
    ] {
        let order = placed(version);
        assert_eq!(order.get("checkout_id").is_some(), checkout, "{version}");
        assert_eq!(order["line_items"][0].get("selling_plan_id").is_some(), plan, "{version}");
        assert!(order.get("checkout_token").is_some(), "{version}");
    }
}

/// What an XML document says: the ways to its elements, with underscores, and their texts.
fn read(document: &str) -> (String, BTreeSet<String>) {
    let mut reader = Reader::from_str(document);
    let (mut at, mut ways): (Vec<String>, _) = (Vec::new(), BTreeSet::new());
    let mut root = None;
    let name = |said: &str| said.replace('-', "_");
    loop {
        let part = reader.read_event().unwrap();
        match &part {
            Part::Start(start) | Part::Empty(start) => {
                at.push(name(start.name().as_ref()));
                if root.is_none() {
                    root = at.first().cloned();
                }
                ways.insert(at[1..].join("."));
                if matches!(part, Part::Empty(_)) {
                    at.pop();
                }
            }
            Part::End(_) => {
                at.pop();
            }
            Part::Eof => break,
            _ => {}
        }
    }
    ways.remove("");
    (root.unwrap(), ways)
}

#[test]
fn every_payload_is_a_document_too() {
    for (fact, topic) in all() {
        let message = body(&fact, topic, "2026-07", "XML");
        let header = |name: &str| message.headers.iter().find(|(known, _)| known == name).unwrap();
        assert_eq!(header("Content-Type").1, "application/xml");
        let (root, elements) = read(&message.body);
        let json = payload(&fact, topic, "2026-07");
        let group = Topic::parse(topic).unwrap().group;
        let is_object = ["id", "inventory_item_id"].iter().any(|name| json[name].is_number());
        let expected = match is_object {
            true => group.name().to_lowercase().trim_end_matches('s').to_owned(),
            false => "hash".to_owned(),
        };
        assert_eq!(root, expected, "{topic}");
        let top = |ways: &BTreeSet<String>| -> BTreeSet<String> {
            ways.iter().filter(|way| !way.contains('.')).cloned().collect()
        };
        assert_eq!(top(&elements), top(&ways(&json)), "{topic}");
        assert!(elements.len() >= ways(&json).len(), "{topic}: lists have their items' names between");
    }
}
