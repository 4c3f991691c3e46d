//! Covering demand with the fewest parcels. Up to three parcels the answer is exact, looked for among the best
//! candidates; beyond that the location that can ship most of what is left is taken until nothing is left. Exact
//! covering in general is exponential, and an order that needs four parcels is rare enough.

use super::{Candidate, Demand, Parcel};
use crate::fulfillment_order::Delivery;

/// Among how many of the best candidates pairs and triples are looked for.
const SEARCHED: usize = 16;

/// Parcels for the physical demand, and what is left of each demand.
pub(super) fn fewest_parcels(
    demand: &[Demand],
    physical: &[usize],
    candidates: &[Candidate<'_>],
) -> (Vec<Parcel>, Vec<(usize, i64)>) {
    let mut left: Vec<(usize, i64)> = physical.iter().map(|i| (*i, demand[*i].quantity)).collect();
    let chosen = exact(&left, candidates).unwrap_or_else(|| greedy(&left, candidates));
    let mut items: Vec<Vec<(usize, i64)>> = vec![Vec::new(); chosen.len()];
    for (i, missing) in &mut left {
        // A line is split only if none of the chosen has enough of it.
        let whole = (0..chosen.len()).find(|slot| candidates[chosen[*slot]].can[*i] >= *missing);
        let slots = whole.map_or(0..chosen.len(), |slot| slot..slot + 1);
        for slot in slots {
            let units = candidates[chosen[slot]].can[*i].min(*missing);
            if units > 0 {
                *missing -= units;
                items[slot].push((*i, units));
            }
        }
    }
    let parcels = chosen
        .iter()
        .zip(items)
        .filter(|(_, items)| !items.is_empty())
        .map(|(pick, items)| Parcel {
            location: candidates[*pick].location.id,
            delivery: Delivery::Shipping,
            items,
        })
        .collect();
    (parcels, left)
}

/// The first set of one, two or three candidates that ships everything any set could ship.
fn exact(left: &[(usize, i64)], candidates: &[Candidate<'_>]) -> Option<Vec<usize>> {
    // What all together can ship; units that nobody has can't be asked of a set.
    let reachable: Vec<(usize, i64)> = left
        .iter()
        .map(|(i, missing)| (*i, candidates.iter().map(|c| c.can[*i]).sum::<i64>().min(*missing)))
        .collect();
    let covers = |picks: &[usize]| {
        reachable.iter().all(|(i, units)| picks.iter().map(|p| candidates[*p].can[*i]).sum::<i64>() >= *units)
    };
    let n = candidates.len().min(SEARCHED);
    if let Some(one) = (0..candidates.len()).find(|a| covers(&[*a])) {
        return Some(vec![one]);
    }
    for a in 0..n {
        for b in a + 1..n {
            if covers(&[a, b]) {
                return Some(vec![a, b]);
            }
        }
    }
    for a in 0..n {
        for b in a + 1..n {
            for c in b + 1..n {
                if covers(&[a, b, c]) {
                    return Some(vec![a, b, c]);
                }
            }
        }
    }
    None
}

/// Always the candidate that ships most of what is left; the better one first between equals.
fn greedy(left: &[(usize, i64)], candidates: &[Candidate<'_>]) -> Vec<usize> {
    let mut left = left.to_vec();
    let mut chosen = Vec::new();
    loop {
        let gain = |pick: usize| left.iter().map(|(i, m)| candidates[pick].can[*i].min(*m)).sum::<i64>();
        let best = (0..candidates.len())
            .filter(|pick| !chosen.contains(pick))
            .map(|pick| (gain(pick), std::cmp::Reverse(pick)))
            .max();
        match best {
            Some((units, std::cmp::Reverse(pick))) if units > 0 => {
                for (i, missing) in &mut left {
                    *missing -= candidates[pick].can[*i].min(*missing);
                }
                chosen.push(pick);
            }
            _ => return chosen,
        }
    }
}
