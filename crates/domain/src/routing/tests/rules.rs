//! Decision tables of a shop's own rules.

use super::*;
use crate::rule::{Rule, RuleKind, Way};

const SHIPPED: &[Way] = &[Way::Shipping];

fn rule(kind: RuleKind, ways: &[Way]) -> Vec<Rule> {
    vec![Rule { kind, ways: ways.to_vec() }]
}

fn ruled(
    rules: &[Rule],
    demand: &[Demand],
    locations: &[Location],
    stock: &[Stock],
    rest: &[(LocationId, Delivery)],
) -> Plan {
    let to = address("CA", "ON", "K1A 0B1");
    let destination = Some(&to);
    plan(
        demand,
        &Situation { locations, stock, destination, tie_breakers: TIE_BREAKERS, avoid: &[], rules, rest },
    )
}

fn digital(pinned_to: Option<ServiceId>) -> Demand {
    Demand { requires_shipping: false, limited: false, variant: None, pinned_to, ..want(0, 1) }
}

#[test]
fn an_order_that_must_leave_whole_leaves_whole_or_waits() {
    let rules = rule(RuleKind::ShipTogether, SHIPPED);
    let (locations, demand) = ([at(1, 1), at(2, 2)], [want(1, 2), want(2, 1)]);
    let apart = shelves(&[(1, 1, 9), (2, 2, 9), (1, 2, 1)]);
    let plan = ruled(&rules, &demand, &locations, &apart, &[]);
    assert_eq!((parcels(&plan), plan.waiting.clone()), (vec![], vec![(0, 2), (1, 1)]));
    assert_eq!(plan.explanation.decided_by, DecidedBy::NobodyWhole);
    assert_eq!((verdict(&plan, 1), verdict(&plan, 2)), (Verdict::NotAllOfIt, Verdict::NotAllOfIt));
    let units: Vec<i64> = plan.explanation.locations.iter().map(|considered| considered.units).collect();
    assert_eq!(units, [2, 2], "how much each could have shipped is told");
    assert_eq!(parcels(&ruled(&[], &demand, &locations, &apart, &[])).len(), 2, "without the rule it leaves");

    let plan = ruled(&rules, &demand, &locations, &shelves(&[(1, 1, 9), (1, 2, 2), (2, 2, 9)]), &[]);
    assert_eq!(parcels(&plan), [(2, vec![(0, 2), (1, 1)])]);
    assert_eq!(verdict(&plan, 1), Verdict::NotAllOfIt);
}

#[test]
fn what_is_added_leaves_from_where_the_rest_leaves() {
    let rules = rule(RuleKind::ShipTogether, SHIPPED);
    let (locations, stock) = ([at(1, 1), at(2, 2)], shelves(&[(1, 1, 9), (1, 2, 9)]));
    let rest = [(LocationId(2), Delivery::Shipping)];
    let plan = ruled(&rules, &[want(1, 1)], &locations, &stock, &rest);
    assert_eq!(parcels(&plan), [(2, vec![(0, 1)])]);
    assert_eq!(verdict(&plan, 1), Verdict::RestElsewhere);
    let rest = [(LocationId(2), Delivery::Digital)];
    let plan = ruled(&rules, &[want(1, 1)], &locations, &stock, &rest);
    assert_eq!(parcels(&plan), [(1, vec![(0, 1)])], "what isn't shipped ties nothing that is");
}

#[test]
fn services_and_other_countries_can_be_left_out() {
    let served = Location { service: Some(SERVICE), ..at(1, 1) };
    let abroad = Location { address: address("US", "NY", "10001"), ..at(2, 2) };
    let (locations, stock) = ([served, abroad, at(3, 3)], shelves(&[(1, 1, 9), (1, 2, 9), (1, 3, 9)]));
    let demand = [want(1, 1)];
    for (kind, at, verdict_of, why) in [
        (RuleKind::MerchantLocationsOnly, 2, 1, Verdict::OfService),
        (RuleKind::WithinCountry, 1, 2, Verdict::Abroad),
    ] {
        let plan = ruled(&rule(kind, SHIPPED), &demand, &locations, &stock, &[]);
        assert_eq!((parcels(&plan), verdict(&plan, verdict_of)), (vec![(at, vec![(0, 1)])], why), "{kind:?}");
    }
    let both =
        [rule(RuleKind::MerchantLocationsOnly, SHIPPED), rule(RuleKind::WithinCountry, SHIPPED)].concat();
    assert_eq!(parcels(&ruled(&both, &demand, &locations, &stock, &[])), [(3, vec![(0, 1)])]);
    let pinned = [Demand { pinned_to: Some(SERVICE), ..want(1, 1) }];
    assert_eq!(ruled(&both, &pinned, &locations, &stock, &[]).waiting, [(0, 1)], "nobody else may ship it");
}

#[test]
fn a_rule_binds_the_ways_of_delivery_that_it_names() {
    let served = Location { service: Some(SERVICE), ..at(1, 1) };
    let (locations, stock) = ([served, at(2, 2)], shelves(&[(1, 1, 9)]));
    let demand = [want(1, 1), digital(Some(SERVICE)), digital(None)];
    let both = vec![(1, vec![(0, 1)]), (1, vec![(1, 1)]), (2, vec![(2, 1)])];
    for (ways, shipped, waiting) in [
        (&[Way::Retail, Way::PickupPoint][..], both, vec![]),
        (&[Way::Shipping], vec![(1, vec![(1, 1)]), (2, vec![(2, 1)])], vec![(0, 1)]),
        (&[Way::Digital], vec![(1, vec![(0, 1)]), (2, vec![(2, 1)])], vec![(1, 1)]),
    ] {
        let plan = ruled(&rule(RuleKind::MerchantLocationsOnly, ways), &demand, &locations, &stock, &[]);
        assert_eq!((parcels(&plan), plan.waiting), (shipped, waiting), "{ways:?}");
    }
    let together = rule(RuleKind::ShipTogether, &[Way::Digital]);
    let plan = ruled(&together, &demand[1..], &locations, &stock, &[]);
    assert_eq!(parcels(&plan), [(1, vec![(0, 1), (1, 1)])], "one that may take both");
    let others = [digital(Some(SERVICE)), digital(Some(ServiceId(8)))];
    let eighth = [locations, [Location { service: Some(ServiceId(8)), ..at(3, 3) }, at(4, 4)]].concat();
    assert_eq!(ruled(&together, &others, &eighth, &stock, &[]).waiting, [(0, 1), (1, 1)]);
}
