//! Routing as it is: a pure function, three articles, ten locations of which none has all.

use std::time::Instant;

use domain::id::{LocationId, VariantId};
use domain::routing::{Demand, Situation, TIE_BREAKERS, plan};
use domain::stock::Stock;
use testkit::world;

const ROUNDS: u32 = 20_000;

/// Microseconds that it takes to find a place for three articles among ten locations.
pub fn micros() -> f64 {
    let locations: Vec<_> = (0..10).map(|i| world::location(LocationId(100 + i), i)).collect();
    let demand: Vec<Demand> = (0..3)
        .map(|i| Demand {
            variant: Some(VariantId(i)),
            quantity: 2,
            requires_shipping: true,
            limited: true,
            pinned_to: None,
        })
        .collect();
    // Every location lacks one of the three, so covers have to be tried.
    let stock: Vec<Stock> = (0..10)
        .flat_map(|l| (0..3).map(move |v| (l, v)))
        .map(|(l, v)| Stock {
            on_hand: if l % 3 == v { 0 } else { 5 },
            ..Stock::none(VariantId(v), LocationId(100 + l))
        })
        .collect();
    let destination = world::placed().shipping_address;
    let situation = Situation {
        locations: &locations,
        stock: &stock,
        destination: destination.as_ref(),
        tie_breakers: TIE_BREAKERS,
        avoid: &[],
        rules: &[],
        rest: &[],
    };
    let began = Instant::now();
    for _ in 0..ROUNDS {
        std::hint::black_box(plan(std::hint::black_box(&demand), &situation));
    }
    began.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS)
}
