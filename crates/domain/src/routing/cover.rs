//! Covering demand with the fewest parcels. Up to three parcels the answer is exact, looked for among the best
//! candidates; beyond that the location that can ship most of what is left is taken until nothing is left. Exact
//! covering in general is exponential, and an order that needs four parcels is rare enough.

use super::{Article, Candidate, Parcel};
use crate::fulfillment_order::Delivery;

/// Among how many of the best candidates pairs and triples are looked for.
const SEARCHED: usize = 16;

/// Parcels for what must be shipped, and the units that are left of each demand.
pub(super) fn fewest_parcels(
    articles: &[Article<'_>],
    candidates: &[Candidate<'_>],
) -> (Vec<Parcel>, Vec<(usize, i64)>) {
    let quantities: Vec<i64> = articles.iter().map(|article| article.quantity).collect();
    let chosen = exact(&quantities, candidates).unwrap_or_else(|| greedy(&quantities, candidates));
    let mut items: Vec<Vec<(usize, i64)>> = vec![Vec::new(); chosen.len()];
    let mut left = Vec::new();
    for (a, article) in articles.iter().enumerate() {
        let mut can: Vec<i64> = chosen.iter().map(|pick| candidates[*pick].can[a]).collect();
        for (demand, quantity) in &article.demands {
            let missing = share_out(*quantity, &mut can, |slot, units| items[slot].push((*demand, units)));
            if missing > 0 {
                left.push((*demand, missing));
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

/// Takes units from what each can ship, from several only if none of them has enough; tells how many are missing.
fn share_out(mut missing: i64, can: &mut [i64], mut give: impl FnMut(usize, i64)) -> i64 {
    let whole = can.iter().position(|units| *units >= missing);
    let slots = whole.map_or(0..can.len(), |slot| slot..slot + 1);
    for slot in slots {
        let units = can[slot].min(missing);
        if units > 0 {
            (missing, can[slot]) = (missing - units, can[slot] - units);
            give(slot, units);
        }
    }
    missing
}

/// The first set of one, two or three candidates that ships everything any set could ship.
fn exact(wanted: &[i64], candidates: &[Candidate<'_>]) -> Option<Vec<usize>> {
    let from =
        |picks: &mut dyn Iterator<Item = usize>, a: usize| picks.map(|p| candidates[p].can[a]).sum::<i64>();
    // What all together can ship; units that nobody has can't be asked of a set.
    let everybody = |a: usize| from(&mut (0..candidates.len()), a);
    let reachable: Vec<i64> = wanted.iter().enumerate().map(|(a, units)| everybody(a).min(*units)).collect();
    let covers = |picks: &[usize]| {
        reachable.iter().enumerate().all(|(a, units)| from(&mut picks.iter().copied(), a) >= *units)
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
fn greedy(wanted: &[i64], candidates: &[Candidate<'_>]) -> Vec<usize> {
    let mut left = wanted.to_vec();
    let mut chosen = Vec::new();
    loop {
        let gain =
            |pick: usize| left.iter().zip(&candidates[pick].can).map(|(l, can)| *can.min(l)).sum::<i64>();
        let best = (0..candidates.len())
            .filter(|pick| !chosen.contains(pick))
            .map(|pick| (gain(pick), std::cmp::Reverse(pick)))
            .max();
        match best {
            Some((units, std::cmp::Reverse(pick))) if units > 0 => {
                for (missing, can) in left.iter_mut().zip(&candidates[pick].can) {
                    *missing -= *can.min(&*missing);
                }
                chosen.push(pick);
            }
            _ => return chosen,
        }
    }
}
