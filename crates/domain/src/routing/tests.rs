//! Decision tables of routing.

use proptest::prelude::*;

use super::*;
use crate::location::Zone;
use crate::time::Time;

mod rules;

const SERVICE: ServiceId = ServiceId(7);

fn at(id: i64, rank: i64) -> Location {
    Location {
        id: LocationId(id),
        name: format!("Location {id}"),
        address: address("CA", "ON", "K1A 0B1"),
        active: true,
        ships_orders: true,
        rank,
        service: None,
        zones: None,
        custom_fields: Vec::new(),
        created_at: Time(0),
        updated_at: Time(0),
        deactivated_at: None,
    }
}

fn address(country: &str, province: &str, zip: &str) -> Address {
    Address {
        country_code: Some(country.into()),
        province_code: Some(province.into()),
        zip: Some(zip.into()),
        ..Address::default()
    }
}

fn want(variant: i64, quantity: i64) -> Demand {
    Demand {
        variant: Some(VariantId(variant)),
        quantity,
        requires_shipping: true,
        limited: true,
        pinned_to: None,
    }
}

/// (variant, location, on hand)
fn shelves(levels: &[(i64, i64, i64)]) -> Vec<Stock> {
    let level = |(variant, location, on_hand): &(i64, i64, i64)| Stock {
        on_hand: *on_hand,
        ..Stock::none(VariantId(*variant), LocationId(*location))
    };
    levels.iter().map(level).collect()
}

fn planned(demand: &[Demand], locations: &[Location], stock: &[Stock]) -> Plan {
    ordered_by(TIE_BREAKERS, demand, locations, stock)
}

fn ordered_by(rules: &[TieBreaker], demand: &[Demand], locations: &[Location], stock: &[Stock]) -> Plan {
    let destination = address("CA", "ON", "K1A 0B1");
    plan(
        demand,
        &Situation {
            locations,
            stock,
            destination: Some(&destination),
            tie_breakers: rules,
            avoid: &[],
            rules: &[],
            rest: &[],
        },
    )
}

/// Each parcel as (location, its items).
fn parcels(plan: &Plan) -> Vec<(i64, Vec<(usize, i64)>)> {
    plan.parcels.iter().map(|parcel| (parcel.location.0, parcel.items.clone())).collect()
}

fn verdict(plan: &Plan, location: i64) -> Verdict {
    plan.explanation.locations.iter().find(|c| c.location.0 == location).unwrap().verdict
}

#[test]
fn one_that_ships_everything_comes_before_better_ranked_ones_that_dont() {
    let stock = shelves(&[(1, 1, 9), (2, 2, 9), (1, 3, 1), (2, 3, 1)]);
    let plan = planned(&[want(1, 1), want(2, 1)], &[at(1, 1), at(2, 2), at(3, 3)], &stock);
    assert_eq!(parcels(&plan), [(3, vec![(0, 1), (1, 1)])]);
    assert_eq!(plan.explanation.decided_by, DecidedBy::OnlyOneShipsAll);
    assert_eq!(plan.explanation.locations[0].location, LocationId(3), "best first");
    assert_eq!(verdict(&plan, 1), Verdict::NotNeeded);
    assert_eq!(verdict(&plan, 3), Verdict::Chosen);
}

#[test]
fn two_parcels_if_one_cant_and_three_if_two_cant() {
    let locations = [at(1, 1), at(2, 2), at(3, 3), at(4, 4)];
    let demand = [want(1, 1), want(2, 1), want(3, 1)];
    let pair = shelves(&[(1, 1, 1), (2, 2, 1), (3, 3, 1), (2, 4, 1), (3, 4, 1)]);
    let plan = planned(&demand, &locations, &pair);
    assert_eq!(parcels(&plan), [(1, vec![(0, 1)]), (4, vec![(1, 1), (2, 1)])]);
    assert_eq!(plan.explanation.decided_by, DecidedBy::FewestParcels);

    let triple = shelves(&[(1, 1, 1), (2, 2, 1), (2, 3, 1), (3, 4, 1)]);
    let plan = planned(&demand, &locations, &triple);
    assert_eq!(parcels(&plan), [(1, vec![(0, 1)]), (2, vec![(1, 1)]), (4, vec![(2, 1)])]);
}

#[test]
fn more_than_three_parcels_are_found_too() {
    let locations: Vec<Location> = (1..=5).map(|id| at(id, id)).collect();
    let demand: Vec<Demand> = (1..=5).map(|variant| want(variant, 1)).collect();
    let stock: Vec<Stock> = (1..=5).flat_map(|id| shelves(&[(id, id, 1)])).collect();
    let plan = planned(&demand, &locations, &stock);
    assert_eq!(plan.parcels.len(), 5);
    assert_eq!(plan.waiting, []);
}

#[test]
fn between_equals_the_shops_rules_decide_in_their_order() {
    use TieBreaker::{Nearness, Ranking, Stock};
    let mut near = at(1, 3);
    let (mut best, mut full) = (at(2, 1), at(3, 2));
    near.address = address("CA", "ON", "K1A 9Z9");
    best.address = address("CA", "QC", "H2Y 1C6");
    full.address = address("US", "NY", "10001");
    let locations = [near, best, full];
    // Article 2 is nowhere, so nobody ships all and the units that each could ship differ.
    let stock = shelves(&[(1, 1, 2), (1, 2, 3), (1, 3, 4)]);
    let first = |rules: &[TieBreaker]| {
        let plan = ordered_by(rules, &[want(1, 4), want(2, 1)], &locations, &stock);
        plan.explanation.locations[0].location.0
    };
    assert_eq!(first(&[Ranking, Nearness, Stock]), 2);
    assert_eq!(first(&[Nearness, Ranking, Stock]), 1);
    assert_eq!(first(&[Stock, Ranking]), 3);
    assert_eq!(first(&[]), 1, "the oldest");
}

#[test]
fn nearer_is_the_same_postal_region_then_province_then_country() {
    let mut locations = [at(1, 1), at(2, 1), at(3, 1), at(4, 1)];
    for (location, (country, province, zip)) in locations.iter_mut().zip([
        ("US", "NY", "K1A 0B1"),
        ("CA", "QC", "H2Y 1C6"),
        ("CA", "ON", "M5V 2T6"),
        ("ca", "XX", "k1a9z9"),
    ]) {
        location.address = address(country, province, zip);
    }
    let stock = shelves(&[(1, 1, 1), (1, 2, 1), (1, 3, 1), (1, 4, 1)]);
    let plan = planned(&[want(1, 1)], &locations, &stock);
    let ranked: Vec<_> = plan.explanation.locations.iter().map(|c| (c.location.0, c.nearness)).collect();
    assert_eq!(
        ranked,
        [
            (4, Nearness::PostalRegion),
            (3, Nearness::Province),
            (2, Nearness::Country),
            (1, Nearness::Elsewhere)
        ]
    );
    assert_eq!(plan.explanation.decided_by, DecidedBy::Ranking);
}

#[test]
fn each_location_that_is_out_is_told_why() {
    let mut locations = [at(1, 1), at(2, 1), at(3, 1), at(4, 1), at(5, 1), at(6, 1), at(7, 1)];
    locations[0].active = false;
    locations[1].ships_orders = false;
    locations[2].zones = Some(vec![Zone { country: "CA".into(), provinces: vec!["QC".into()] }]);
    locations[5].service = Some(SERVICE);
    let stock: Vec<Stock> = [1, 2, 3, 4, 7].iter().flat_map(|id| shelves(&[(1, *id, 5)])).collect();
    let destination = address("CA", "ON", "K1A 0B1");
    let situation = Situation {
        locations: &locations,
        stock: &stock,
        destination: Some(&destination),
        tie_breakers: TIE_BREAKERS,
        avoid: &[LocationId(4)],
        rules: &[],
        rest: &[],
    };
    let plan = plan(&[want(1, 1)], &situation);
    let verdicts: Vec<Verdict> = (1..=7).map(|id| verdict(&plan, id)).collect();
    use Verdict::{Chosen, Declined, Inactive, NoStock, OutsideZones, ShipsNoOrders};
    assert_eq!(verdicts, [Inactive, ShipsNoOrders, OutsideZones, Declined, NoStock, NoStock, Chosen]);
}

#[test]
fn zones_are_whole_countries_or_some_provinces() {
    let mut location = at(1, 1);
    location.zones = Some(vec![
        Zone { country: "US".into(), provinces: Vec::new() },
        Zone { country: "CA".into(), provinces: vec!["ON".into()] },
    ]);
    assert!(location.ships_to(Some(&address("us", "NY", ""))));
    assert!(location.ships_to(Some(&address("CA", "on", ""))));
    assert!(!location.ships_to(Some(&address("CA", "QC", ""))));
    assert!(!location.ships_to(None), "who knows where that is");
    location.zones = None;
    assert!(location.ships_to(None));
}

#[test]
fn a_pinned_article_goes_to_its_service_and_to_nobody_else() {
    let mut served = at(2, 2);
    served.service = Some(SERVICE);
    let pinned = Demand { pinned_to: Some(SERVICE), ..want(1, 1) };
    let locations = [at(1, 1), served];
    let both = shelves(&[(1, 1, 5), (1, 2, 5)]);
    let plan = planned(std::slice::from_ref(&pinned), &locations, &both);
    assert_eq!(parcels(&plan), [(2, vec![(0, 1)])]);
    assert_eq!(verdict(&plan, 1), Verdict::PinnedElsewhere);

    let plan = planned(&[pinned], &locations, &both[..1]);
    assert_eq!((plan.parcels.len(), plan.waiting.as_slice()), (0, &[(0, 1)][..]));
    assert_eq!(plan.explanation.decided_by, DecidedBy::Nobody);
}

#[test]
fn one_stock_isnt_promised_twice_to_a_pinned_and_a_free_line() {
    let mut served = at(2, 1);
    served.service = Some(SERVICE);
    let demand = [Demand { pinned_to: Some(SERVICE), ..want(1, 3) }, want(1, 3)];
    let plan = planned(&demand, &[served], &shelves(&[(1, 2, 4)]));
    assert_eq!(parcels(&plan), [(2, vec![(0, 3), (1, 1)])]);
    assert_eq!(plan.waiting, [(1, 2)]);
}

#[test]
fn articles_that_arent_counted_stay_with_the_merchant() {
    let mut served = at(1, 1);
    served.service = Some(SERVICE);
    let demand = [Demand { limited: false, ..want(1, 3) }];
    let plan = planned(&demand, &[served, at(2, 2)], &[]);
    assert_eq!(parcels(&plan), [(2, vec![(0, 3)])]);
}

#[test]
fn a_line_is_split_only_if_none_of_the_chosen_has_enough() {
    let locations = [at(1, 1), at(2, 2)];
    // The first could start line 0, but the second, which is needed anyway, has enough of it.
    let plan = planned(
        &[want(1, 3), want(2, 2)],
        &locations,
        &shelves(&[(1, 1, 2), (1, 2, 3), (2, 1, 2), (2, 2, 1)]),
    );
    assert_eq!(parcels(&plan), [(1, vec![(1, 2)]), (2, vec![(0, 3)])]);
    let plan = planned(&[want(1, 3)], &locations, &shelves(&[(1, 1, 2), (1, 2, 2)]));
    assert_eq!(parcels(&plan), [(1, vec![(0, 2)]), (2, vec![(0, 1)])]);
}

#[test]
fn lines_of_the_same_article_share_its_stock() {
    let plan = planned(&[want(1, 2), want(1, 2)], &[at(1, 1)], &shelves(&[(1, 1, 3)]));
    assert_eq!(parcels(&plan), [(1, vec![(0, 2), (1, 1)])]);
    assert_eq!(plan.waiting, [(1, 1)]);
    // Four units are there and four are wanted: none may wait.
    let stock = shelves(&[(1, 1, 3), (1, 2, 1)]);
    let plan = planned(&[want(1, 2), want(1, 2)], &[at(1, 1), at(2, 2)], &stock);
    assert_eq!(plan.waiting, []);
    assert_eq!(parcels(&plan), [(1, vec![(0, 2), (1, 1)]), (2, vec![(1, 1)])]);
    // Each location has enough for one line: neither is split.
    let stock = shelves(&[(1, 1, 2), (1, 2, 2)]);
    let plan = planned(&[want(1, 2), want(1, 2)], &[at(1, 1), at(2, 2)], &stock);
    assert_eq!(parcels(&plan), [(1, vec![(0, 2)]), (2, vec![(1, 2)])]);
}

#[test]
fn digital_articles_go_apart() {
    let digital = Demand { requires_shipping: false, limited: false, ..want(9, 1) };
    let mut served = at(1, 1);
    served.service = Some(SERVICE);
    let locations = [served, at(2, 2), at(3, 1)];
    let plan = planned(&[digital.clone(), want(1, 1)], &locations, &shelves(&[(1, 3, 1)]));
    let by: Vec<_> = plan.parcels.iter().map(|p| (p.location.0, p.delivery, p.items.clone())).collect();
    assert_eq!(by, [(3, Delivery::Shipping, vec![(1, 1)]), (3, Delivery::Digital, vec![(0, 1)])]);

    let plan = planned(std::slice::from_ref(&digital), &locations, &[]);
    assert_eq!(plan.explanation.decided_by, DecidedBy::Digital);
    assert_eq!(verdict(&plan, 3), Verdict::Chosen);
    assert_eq!(verdict(&plan, 2), Verdict::NotNeeded, "not: none in stock");
    let pinned = Demand { pinned_to: Some(SERVICE), ..digital.clone() };
    assert_eq!(parcels(&planned(&[pinned], &locations, &[])), [(1, vec![(0, 1)])]);
    assert_eq!(planned(&[digital], &[], &[]).waiting, [(0, 1)]);
}

#[test]
fn what_nobody_can_ship_waits_and_the_rest_goes() {
    let plan = planned(&[want(2, 1), want(1, 5)], &[at(1, 1)], &shelves(&[(1, 1, 3)]));
    assert_eq!(parcels(&plan), [(1, vec![(1, 3)])]);
    assert_eq!(plan.waiting, [(0, 1), (1, 2)]);
    let plan = planned(&[want(1, 1)], &[at(1, 1)], &shelves(&[(1, 1, -4)]));
    assert_eq!(plan.waiting, [(0, 1)], "stock below zero is none");
    assert_eq!(plan.explanation.decided_by, DecidedBy::Nobody);
    assert_eq!(verdict(&plan, 1).reason(), "has none of it in stock");
}

/// The fewest locations that together ship all that all of them could, by trying every set.
fn fewest(demand: &[Demand], stock: &[Stock], locations: usize) -> usize {
    let has = |variant: VariantId, set: usize| -> i64 {
        let of = |s: &&Stock| s.variant == variant && set & (1 << s.location.0) != 0;
        stock.iter().filter(of).map(|s| s.available().max(0)).sum()
    };
    let ships = |set: usize| -> i64 {
        let wanted = |variant: i64| demand.iter().filter(move |d| d.variant == Some(VariantId(variant)));
        (0..4)
            .map(|variant| wanted(variant).map(|d| d.quantity).sum::<i64>().min(has(VariantId(variant), set)))
            .sum()
    };
    let most = ships((1 << locations) - 1);
    let enough = (0..1usize << locations).filter(|set| ships(*set) == most);
    enough.map(|set| set.count_ones() as usize).min().unwrap_or(0)
}

proptest! {
    #[test]
    fn every_unit_is_placed_or_waits_and_no_stock_is_promised_twice(
        wanted in prop::collection::vec((0i64..4, 1i64..6), 1..6),
        levels in prop::collection::vec(prop::collection::vec(-1i64..5, 4), 1..6),
    ) {
        let demand: Vec<Demand> = wanted.iter().map(|(variant, n)| want(*variant, *n)).collect();
        let locations: Vec<Location> = (0..levels.len() as i64).map(|id| at(id, id % 2)).collect();
        let mut stock = Vec::new();
        for (location, row) in levels.iter().enumerate() {
            for (variant, on_hand) in row.iter().enumerate() {
                stock.extend(shelves(&[(variant as i64, location as i64, *on_hand)]));
            }
        }
        let plan = planned(&demand, &locations, &stock);
        prop_assert_eq!(&plan, &planned(&demand, &locations, &stock), "the same question, the same answer");
        for (i, wanted) in demand.iter().enumerate() {
            let items = plan.parcels.iter().flat_map(|parcel| &parcel.items).chain(&plan.waiting);
            let placed: i64 = items.filter(|(index, _)| *index == i).map(|(_, n)| n).sum();
            prop_assert_eq!(placed, wanted.quantity);
        }
        for parcel in &plan.parcels {
            prop_assert!(parcel.items.iter().all(|(_, n)| *n > 0));
        }
        // Shipping what was planned leaves nothing below zero, and nothing that waits could have been shipped.
        for item in &mut stock {
            let parcels = plan.parcels.iter().filter(|parcel| parcel.location == item.location);
            let of = |(i, n): &(usize, i64)| if demand[*i].variant == Some(item.variant) { *n } else { 0 };
            let taken: i64 = parcels.flat_map(|parcel| &parcel.items).map(of).sum();
            prop_assert!(taken <= item.available().max(0));
            let waits = plan.waiting.iter().any(|(i, _)| demand[*i].variant == Some(item.variant));
            prop_assert!(!waits || taken == item.available().max(0));
        }
        let best = fewest(&demand, &stock, locations.len());
        prop_assert!(plan.parcels.len() == best || best > 3, "{} parcels, not {best}", plan.parcels.len());
        // What waits, asked for again with what is left, waits again.
        let again: Vec<Demand> =
            plan.waiting.iter().map(|(i, n)| Demand { quantity: *n, ..demand[*i].clone() }).collect();
        for item in &mut stock {
            let parcels = plan.parcels.iter().filter(|parcel| parcel.location == item.location);
            let of = |(i, n): &(usize, i64)| if demand[*i].variant == Some(item.variant) { *n } else { 0 };
            item.committed += parcels.flat_map(|parcel| &parcel.items).map(of).sum::<i64>();
        }
        prop_assert_eq!(planned(&again, &locations, &stock).parcels, vec![]);
    }
}

/// Prints how long it takes; at most 50 µs are wanted, in a release build.
#[test]
#[ignore = "tells a time, asserts nothing"]
#[allow(clippy::disallowed_methods, reason = "it measures")]
fn three_lines_and_ten_locations() {
    let locations: Vec<Location> = (1..=10).map(|id| at(id, id)).collect();
    let demand = [want(1, 1), want(2, 2), want(3, 3)];
    let stock: Vec<Stock> = (1..=10).flat_map(|id| shelves(&[(id % 3 + 1, id, 5)])).collect();
    let begin = std::time::Instant::now();
    for _ in 0..10_000 {
        std::hint::black_box(planned(std::hint::black_box(&demand), &locations, &stock));
    }
    println!("{:?} a plan", begin.elapsed() / 10_000);
}
