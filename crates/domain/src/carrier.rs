//! Carriers: who they are, whose number this looks like, and where a parcel can be followed.
//!
//! Cast: a [`Carrier`] has a name and a template of its tracking page; a *shape* (`carrier/table.rs`) is a pattern with a
//! check digit; a [`Candidate`] is a carrier whose shape a number has; [`resolve`] turns what a client said about a
//! parcel into what is stored and shown.
//!
//! **A number does not identify its carrier.** Twelve digits fit eleven carriers of the table, and a check digit alone
//! lets one stranger in ten pass (one in seven for mod 7). So [`recognise`] ranks by check digit, by how distinctive the
//! shape is and by country, and never decides; [`resolve`] guesses only when exactly one carrier has good evidence for
//! it, and otherwise says nothing rather than send a customer to the wrong page.
//!
//! The data is `crates/domain/data/carriers.csv` (sources in its last column and in `data/NOTICE`), compiled in.

mod check_digit;
mod link;
mod table;

#[cfg(test)]
mod agreement;

use std::cmp::Reverse;

use check_digit::Algorithm;
use table::{Confidence, Shape, TABLE};

/// A company that moves parcels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carrier {
    /// As the company is called in lists (`Canada Post`).
    pub name: String,
    /// Address of the page that follows one parcel, with `{n}` and perhaps `{postcode}` and `{country}` in it.
    pub url_template: Option<String>,
    /// Address of the page where a number can be typed in: for when the template is missing or cannot be filled.
    pub landing_url: Option<String>,
    /// ISO 3166-1 alpha-2 codes of the countries it belongs to; empty for one at home everywhere.
    pub countries: Vec<String>,
}

/// What the check digit says about a candidate. One that fails is no candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckDigit {
    /// There is one, and it is right.
    Ok,
    /// The carrier's numbers of that shape have none that is publicly known.
    NotChecked,
}

/// A carrier that may have given out a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The carrier.
    pub carrier: &'static Carrier,
    /// Whether the number proves itself.
    pub check_digit: CheckDigit,
    /// Whether this is evidence enough to act upon without asking anybody.
    pub evidence: Evidence,
    /// One sentence for a person who has to choose: shape, check digit, country.
    pub why: String,
}

/// How much a candidate is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// A distinctive shape, or a confirmed shape with a right check digit stronger than mod 7.
    Good,
    /// Anything less: fit to be offered in a list, not to be acted upon.
    Weak,
}

/// Carrier and link of a parcel, as stored and shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolved {
    /// The company as the client wrote it, or the guessed carrier's name.
    pub company: Option<String>,
    /// An `http` or `https` address where the parcel can be followed.
    pub url: Option<String>,
}

/// Every carrier of the table, in its order (the usual ones first): for pick lists.
pub fn all() -> &'static [Carrier] {
    &TABLE.carriers
}

/// The carrier of that name; capitals, spaces and punctuation do not matter (`fed-ex`, `R+L carriers`).
pub fn by_name(name: &str) -> Option<&'static Carrier> {
    TABLE.by_name(name)
}

/// The carriers that may have given out `number`, best first, each of them once.
///
/// Spaces, hyphens and capitals of the number do not matter. `country` is the ISO 3166-1 alpha-2 code of the place it is
/// shipped from or to; carriers of that country come earlier. Numbers whose check digit is wrong are excluded.
pub fn recognise(number: &str, country: Option<&str>) -> Vec<Candidate> {
    let number = table::normalise(number);
    let mut found: Vec<(&Shape, Option<bool>)> = TABLE
        .shapes_of(&number)
        .into_iter()
        .filter(|shape| shape.check.is_none_or(|check| check.holds(&number)))
        .map(|shape| (shape, at_home(&TABLE.carriers[shape.carrier], country)))
        .collect();
    // Stable: what is worth the same stays in the order of the table.
    found.sort_by_key(|(shape, home)| Reverse(worth(shape, *home)));
    let mut candidates: Vec<Candidate> = Vec::new();
    for (shape, home) in found {
        let carrier = &TABLE.carriers[shape.carrier];
        if !candidates.iter().any(|candidate| std::ptr::eq(candidate.carrier, carrier)) {
            candidates.push(Candidate {
                carrier,
                check_digit: if shape.check.is_some() { CheckDigit::Ok } else { CheckDigit::NotChecked },
                evidence: evidence(shape),
                why: why(shape, home),
            });
        }
    }
    candidates
}

/// Completes what a client said about a parcel; blank texts count as missing.
///
/// The link is, in this order: the given `url`; the page of the known `company`; the page of the guessed carrier, if no
/// company was named. An unknown company keeps its name and gets no link, and neither does a parcel without a number.
/// A known one keeps its spelling, so that a client reads back what it wrote; [`by_name`] gives the carrier's own. A `url`
/// that is not `http` or `https` is dropped: it ends up behind a link that a customer clicks.
///
/// `country` and `postcode` are those of the destination: some carriers ask for them, and without them their general
/// page is all that can be linked.
pub fn resolve(
    company: Option<&str>,
    number: Option<&str>,
    url: Option<&str>,
    country: Option<&str>,
    postcode: Option<&str>,
) -> Resolved {
    let (company, number, url) = (said(company), said(number), said(url).filter(|url| is_web(url)));
    let country = said(country);
    let carrier = match (company, number) {
        (Some(name), _) => by_name(name),
        (None, Some(number)) => guess(number, country),
        (None, None) => None,
    };
    let link = || {
        let values = link::Values { number: number?, postcode: said(postcode), country };
        let carrier = carrier?;
        let filled = carrier.url_template.as_deref().and_then(|template| link::fill(template, &values));
        filled.or_else(|| carrier.landing_url.clone())
    };
    Resolved {
        company: company.or(carrier.map(|carrier| carrier.name.as_str())).map(str::to_owned),
        url: url.map(str::to_owned).or_else(link),
    }
}

/// The carrier of a number that nobody named: the only one with good evidence, unless the country speaks for another.
fn guess(number: &str, country: Option<&str>) -> Option<&'static Carrier> {
    let candidates = recognise(number, country);
    let mut good = candidates.iter().filter(|candidate| candidate.evidence == Evidence::Good);
    let (Some(only), None) = (good.next(), good.next()) else { return None };
    let home = |candidate: &Candidate| at_home(candidate.carrier, country);
    let rival = home(only) == Some(false) && candidates.iter().any(|other| home(other) == Some(true));
    (!rival).then_some(only.carrier)
}

/// Whether a carrier belongs to a country; `None` if either is unknown.
fn at_home(carrier: &Carrier, country: Option<&str>) -> Option<bool> {
    let country = said(country).filter(|_| !carrier.countries.is_empty())?;
    Some(carrier.countries.iter().any(|home| home.eq_ignore_ascii_case(country)))
}

/// What a candidate is worth in the ranking. A right check digit outweighs a shape; a country outweighs a shape that
/// many carriers share, but not a distinctive one that proves itself.
fn worth(shape: &Shape, home: Option<bool>) -> u32 {
    let proof = if shape.check.is_some() { 4 } else { 0 };
    let distinct = match shape.confidence {
        Confidence::High => 3,
        Confidence::Medium => 1,
        Confidence::Low => 0,
    };
    let near = match home {
        Some(true) => 3,
        None => 1,
        Some(false) => 0,
    };
    proof + distinct + near
}

fn evidence(shape: &Shape) -> Evidence {
    let proven = shape.check.is_some_and(|check| check.algorithm != Algorithm::Mod7);
    match (shape.confidence, proven) {
        (Confidence::High, _) | (Confidence::Medium, true) => Evidence::Good,
        (Confidence::Medium, false) | (Confidence::Low, _) => Evidence::Weak,
    }
}

fn why(shape: &Shape, home: Option<bool>) -> String {
    let mut why = String::from(match shape.confidence {
        Confidence::High => "distinctive number",
        Confidence::Medium => "number of a known form",
        Confidence::Low => "number of a common form",
    });
    if !shape.note.is_empty() {
        why += &format!(" ({})", shape.note);
    }
    why += if shape.check.is_some() { ", check digit right" } else { ", no check digit" };
    why += match home {
        Some(true) => ", carrier of that country",
        Some(false) => ", carrier of another country",
        None => "",
    };
    why
}

fn is_web(url: &str) -> bool {
    let starts =
        |scheme: &str| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    starts("https://") || starts("http://")
}

/// A text that says something, without the space around it.
fn said(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}
