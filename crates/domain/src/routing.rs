//! Routing: which location ships what. A pure function of demand, locations and stock whose answer says why.
//!
//! The rules, in order: a location must be able to ship the article at all (active, ships orders, the article isn't
//! pinned to another's service, the destination lies in its zones, none of the shop's own [rules](crate::rule) says no). Among those, one location that can ship
//! everything wins; if there is none, the fewest parcels; between equals the shop's tie-breakers decide, by default
//! the merchant's ranking, then nearness, then the larger stock, then the older location. If no location has enough
//! of an article its units are split over several. Articles that need no shipping go apart, and what nobody can
//! ship waits, with the reason.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::address::{Address, Nearness};
use crate::fulfillment_order::Delivery;
use crate::id::{LocationId, ServiceId, VariantId};
use crate::location::Location;
use crate::rule::{Rule, RuleKind, is_on};
use crate::stock::Stock;

mod cover;

/// Units of one article that need a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// The variant whose stock counts, if the article has one.
    pub variant: Option<VariantId>,
    /// How many, at least one.
    pub quantity: i64,
    /// Whether it must be shipped.
    pub requires_shipping: bool,
    /// Whether stock limits it.
    pub limited: bool,
    /// The only service that may ship it.
    pub pinned_to: Option<ServiceId>,
}

/// What decides between locations that could ship equally well, first rule first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TieBreaker {
    /// The merchant's ranking.
    Ranking,
    /// The nearer one.
    Nearness,
    /// The one with more of it.
    Stock,
}

/// The tie-breakers of a new shop.
pub const TIE_BREAKERS: &[TieBreaker] = &[TieBreaker::Ranking, TieBreaker::Nearness, TieBreaker::Stock];

/// What routing looks at besides the demand.
pub struct Situation<'a> {
    /// Every location of the shop.
    pub locations: &'a [Location],
    /// Stock of the variants in question.
    pub stock: &'a [Stock],
    /// Where the parcels go.
    pub destination: Option<&'a Address>,
    /// What decides between equals.
    pub tie_breakers: &'a [TieBreaker],
    /// Locations that must not be used this time: a service there declined.
    pub avoid: &'a [LocationId],
    /// The shop's own rules.
    pub rules: &'a [Rule],
    /// Where the rest of the order is still to leave from, and how.
    pub rest: &'a [(LocationId, Delivery)],
}

/// Where everything goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// One parcel for a location and way of delivery.
    pub parcels: Vec<Parcel>,
    /// Units nobody can ship: (index of the demand, how many).
    pub waiting: Vec<(usize, i64)>,
    /// Why.
    pub explanation: Explanation,
}

/// What one location ships.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// The location.
    pub location: LocationId,
    /// How it is delivered.
    pub delivery: Delivery,
    /// (index of the demand, how many).
    pub items: Vec<(usize, i64)>,
}

/// Why things go where they go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// What decided.
    pub decided_by: DecidedBy,
    /// What was found at each location, best first.
    pub locations: Vec<Considered>,
}

/// What decided a routing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecidedBy {
    /// Only one location could ship everything.
    OnlyOneShipsAll,
    /// Several could ship everything; the tie-breakers chose.
    Ranking,
    /// None could ship everything; these are the fewest parcels.
    FewestParcels,
    /// None of the articles needs shipping.
    Digital,
    /// Nobody can ship anything.
    Nobody,
    /// The order is to leave whole, and nobody can ship all of it.
    NobodyWhole,
    /// A person or program named the location.
    Named,
}

/// What routing found at a location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Considered {
    /// The location.
    pub location: LocationId,
    /// What came of it.
    pub verdict: Verdict,
    /// How near it is.
    pub nearness: Nearness,
    /// Units it could ship, of those that need shipping.
    pub units: i64,
}

/// What came of considering a location.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It ships something.
    Chosen,
    /// It could have shipped something, but another one came first.
    NotNeeded,
    /// It is not in service.
    Inactive,
    /// It doesn't ship orders.
    ShipsNoOrders,
    /// The destination lies outside its zones.
    OutsideZones,
    /// Every article belongs to another location's service.
    PinnedElsewhere,
    /// A service there declined this order.
    Declined,
    /// It has none of it in stock.
    NoStock,
    /// A service runs it, and only the merchant's own locations are to ship.
    OfService,
    /// It is not in the destination's country, and nothing is to cross a border.
    Abroad,
    /// The order is to leave from one location, and the rest of it leaves from another.
    RestElsewhere,
    /// The order is to leave from one location, and this one can't ship all of it.
    NotAllOfIt,
}

impl Verdict {
    /// The verdict as a sentence for people.
    pub fn reason(self) -> &'static str {
        match self {
            Verdict::Chosen => "ships some of it",
            Verdict::NotNeeded => "could ship some of it, but another location came first",
            Verdict::Inactive => "is not active",
            Verdict::ShipsNoOrders => "does not ship orders",
            Verdict::OutsideZones => "does not ship to the destination",
            Verdict::PinnedElsewhere => "may not ship these articles: they are pinned to another service",
            Verdict::Declined => "declined this order",
            Verdict::NoStock => "has none of it in stock",
            Verdict::OfService => "belongs to a service, and only the merchant's own locations may ship",
            Verdict::Abroad => "is not in the destination's country, and nothing may cross a border",
            Verdict::RestElsewhere => "may not ship it: the rest of the order leaves from another location",
            Verdict::NotAllOfIt => "can't ship all of it, and the order must leave whole",
        }
    }
}

/// Demands that draw on the same stock and may be shipped by the same locations.
struct Article<'a> {
    /// What is true of all of them.
    like: &'a Demand,
    /// Their indexes and quantities.
    demands: Vec<(usize, i64)>,
    /// Units of all of them.
    quantity: i64,
}

/// A location that could ship something, and how much of every article.
struct Candidate<'a> {
    location: &'a Location,
    nearness: Nearness,
    /// How many of each article it could ship.
    can: Vec<i64>,
    units: i64,
    /// Whether it could ship all that needs shipping.
    all: bool,
}

/// Finds a place for every unit.
pub fn plan(demand: &[Demand], situation: &Situation<'_>) -> Plan {
    let demand = &*pinned(demand, situation.locations);
    let articles = articles(demand);
    let wanted: i64 = articles.iter().map(|article| article.quantity).sum();
    let mut candidates = Vec::new();
    let mut considered = Vec::with_capacity(situation.locations.len());
    for location in situation.locations {
        let nearness = situation.destination.map_or(Nearness::Elsewhere, |to| location.address.nearness(to));
        match able(location, &articles, situation) {
            Err(verdict) => {
                considered.push(Considered { location: location.id, verdict, nearness, units: 0 })
            }
            Ok(can) => {
                let units = can.iter().sum();
                candidates.push(Candidate { location, nearness, units, all: units == wanted, can });
            }
        }
    }
    let whole = is_on(situation.rules, RuleKind::ShipTogether, Delivery::Shipping);
    for partial in candidates.extract_if(.., |candidate| whole && !candidate.all) {
        considered.push(Considered {
            location: partial.location.id,
            verdict: Verdict::NotAllOfIt,
            nearness: partial.nearness,
            units: partial.units,
        });
    }
    candidates.sort_by(|a, b| compare(a, b, situation.tie_breakers));

    let (mut parcels, left) = cover::fewest_parcels(&articles, &candidates);
    let decided_by = match (wanted, candidates.iter().filter(|c| c.all).count(), parcels.is_empty()) {
        (0, ..) => DecidedBy::Digital,
        (_, _, true) if whole => DecidedBy::NobodyWhole,
        (_, _, true) => DecidedBy::Nobody,
        (_, 0, _) => DecidedBy::FewestParcels,
        (_, 1, _) => DecidedBy::OnlyOneShipsAll,
        _ => DecidedBy::Ranking,
    };
    let mut waiting = left;
    place_digital(demand, situation, &mut parcels, &mut waiting);
    waiting.sort();

    let shipping = |id: LocationId| parcels.iter().any(|parcel| parcel.location == id);
    let mut ranked: Vec<Considered> = candidates
        .iter()
        .map(|candidate| Considered {
            location: candidate.location.id,
            verdict: if shipping(candidate.location.id) { Verdict::Chosen } else { Verdict::NotNeeded },
            nearness: candidate.nearness,
            units: candidate.units,
        })
        .collect();
    for other in &mut considered {
        if shipping(other.location) {
            other.verdict = Verdict::Chosen;
        }
    }
    ranked.append(&mut considered);
    Plan { parcels, waiting, explanation: Explanation { decided_by, locations: ranked } }
}

/// What is demanded, without pins to services that run no location any more: nobody else would ever ship it.
fn pinned<'d>(demand: &'d [Demand], locations: &[Location]) -> Cow<'d, [Demand]> {
    let gone = |wanted: &Demand| wanted.pinned_to.is_some_and(|service| !runs(locations, service));
    if !demand.iter().any(gone) {
        return Cow::Borrowed(demand);
    }
    let freed = |wanted: &Demand| Demand {
        pinned_to: wanted.pinned_to.filter(|service| runs(locations, *service)),
        ..wanted.clone()
    };
    demand.iter().map(freed).collect()
}

/// Whether a service runs one of the locations.
pub(crate) fn runs(locations: &[Location], service: ServiceId) -> bool {
    locations.iter().any(|location| location.service == Some(service))
}

/// What must be shipped, article by article: lines of the same article share its stock.
fn articles(demand: &[Demand]) -> Vec<Article<'_>> {
    let mut articles: Vec<Article<'_>> = Vec::with_capacity(demand.len());
    for (i, wanted) in demand.iter().enumerate().filter(|(_, wanted)| wanted.requires_shipping) {
        let same = |article: &&mut Article<'_>| {
            let like = article.like;
            wanted.limited
                && wanted.variant.is_some()
                && Demand { quantity: wanted.quantity, ..*like } == *wanted
        };
        match articles.iter_mut().find(same) {
            Some(article) => {
                article.demands.push((i, wanted.quantity));
                article.quantity += wanted.quantity;
            }
            None => articles.push(Article {
                like: wanted,
                demands: vec![(i, wanted.quantity)],
                quantity: wanted.quantity,
            }),
        }
    }
    articles
}

/// How many of each article `location` could ship, or why it can't ship any.
fn able(
    location: &Location,
    articles: &[Article<'_>],
    situation: &Situation<'_>,
) -> Result<Vec<i64>, Verdict> {
    in_service(location, situation.avoid)?;
    if articles.is_empty() {
        return Err(Verdict::NotNeeded);
    }
    if !location.ships_to(situation.destination) {
        return Err(Verdict::OutsideZones);
    }
    ruled(location, Delivery::Shipping, situation)?;
    let mut can = vec![0; articles.len()];
    let mut pinned_elsewhere = true;
    for (i, article) in articles.iter().enumerate() {
        if !may_take(location, article.like) {
            continue;
        }
        pinned_elsewhere = false;
        can[i] = match (article.like.limited, article.like.variant) {
            (true, Some(variant)) => {
                // The same variant, once pinned and once not, is two articles with one stock.
                let earlier =
                    |j: &usize| articles[*j].like.limited && articles[*j].like.variant == Some(variant);
                let taken: i64 = (0..i).filter(earlier).map(|j| can[j]).sum();
                (available(situation.stock, variant, location.id) - taken).clamp(0, article.quantity)
            }
            _ => article.quantity,
        };
    }
    if can.iter().any(|units| *units > 0) {
        Ok(can)
    } else if pinned_elsewhere {
        Err(Verdict::PinnedElsewhere)
    } else {
        Err(Verdict::NoStock)
    }
}

fn in_service(location: &Location, avoid: &[LocationId]) -> Result<(), Verdict> {
    if !location.active {
        Err(Verdict::Inactive)
    } else if !location.ships_orders {
        Err(Verdict::ShipsNoOrders)
    } else if avoid.contains(&location.id) {
        Err(Verdict::Declined)
    } else {
        Ok(())
    }
}

/// Whether the shop's rules let a location ship something in that way; whether it could ship all is seen later.
fn ruled(location: &Location, delivery: Delivery, situation: &Situation<'_>) -> Result<(), Verdict> {
    let on = |kind| is_on(situation.rules, kind, delivery);
    let abroad = |to: &Address| location.address.nearness(to) == Nearness::Elsewhere;
    let mut rest = situation.rest.iter().filter(|(_, way)| *way == delivery).map(|(at, _)| *at).peekable();
    if on(RuleKind::MerchantLocationsOnly) && location.service.is_some() {
        Err(Verdict::OfService)
    } else if on(RuleKind::WithinCountry) && situation.destination.is_some_and(abroad) {
        Err(Verdict::Abroad)
    } else if on(RuleKind::ShipTogether) && rest.peek().is_some() && rest.all(|at| at != location.id) {
        Err(Verdict::RestElsewhere)
    } else {
        Ok(())
    }
}

/// An article pinned to a service is shipped there only. A service takes an article that is not pinned to it only if
/// it holds stock of it, so articles whose stock isn't counted stay with the merchant.
fn may_take(location: &Location, wanted: &Demand) -> bool {
    match (wanted.pinned_to, location.service) {
        (Some(pinned), service) => service == Some(pinned),
        (None, None) => true,
        (None, Some(_)) => wanted.limited,
    }
}

fn available(stock: &[Stock], variant: VariantId, location: LocationId) -> i64 {
    stock
        .iter()
        .find(|level| level.variant == variant && level.location == location && level.stocked)
        .map_or(0, Stock::available)
}

fn compare(a: &Candidate<'_>, b: &Candidate<'_>, tie_breakers: &[TieBreaker]) -> std::cmp::Ordering {
    let mut order = b.all.cmp(&a.all);
    for rule in tie_breakers {
        order = order.then_with(|| match rule {
            TieBreaker::Ranking => a.location.rank.cmp(&b.location.rank),
            TieBreaker::Nearness => a.nearness.cmp(&b.nearness),
            TieBreaker::Stock => b.units.cmp(&a.units),
        });
    }
    order.then_with(|| a.location.id.cmp(&b.location.id))
}

/// Digital articles need no shelf and no zone: they go to the first location in service that may take them, or that
/// may take all of them if they are to go together.
fn place_digital(
    demand: &[Demand],
    situation: &Situation<'_>,
    parcels: &mut Vec<Parcel>,
    waiting: &mut Vec<(usize, i64)>,
) {
    let digital = || demand.iter().enumerate().filter(|(_, wanted)| !wanted.requires_shipping);
    let whole = is_on(situation.rules, RuleKind::ShipTogether, Delivery::Digital);
    let takes = |location: &Location, wanted: &Demand| match wanted.pinned_to {
        Some(pinned) => location.service == Some(pinned),
        None => true,
    };
    let may = |location: &&Location| {
        in_service(location, situation.avoid).is_ok()
            && ruled(location, Delivery::Digital, situation).is_ok()
            && (!whole || digital().all(|(_, wanted)| takes(location, wanted)))
    };
    let mut ranked: Vec<&Location> = situation.locations.iter().filter(may).collect();
    ranked.sort_by_key(|location| (location.service.is_some(), location.rank, location.id));
    for (i, wanted) in digital() {
        let Some(taker) = ranked.iter().find(|location| takes(location, wanted)) else {
            waiting.push((i, wanted.quantity));
            continue;
        };
        let same = |p: &&mut Parcel| p.location == taker.id && p.delivery == Delivery::Digital;
        match parcels.iter_mut().find(same) {
            Some(parcel) => parcel.items.push((i, wanted.quantity)),
            None => parcels.push(Parcel {
                location: taker.id,
                delivery: Delivery::Digital,
                items: vec![(i, wanted.quantity)],
            }),
        }
    }
}

#[cfg(test)]
mod tests;
