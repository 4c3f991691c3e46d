//! The data set and the code agree: with each other, and with 280 numbers that somebody else collected.

use std::collections::{BTreeSet, HashMap, HashSet};

use regex::Regex;
use serde::Deserialize;

use super::check_digit::Check;
use super::table::{CSV, TABLE, normalise, rows};
use super::*;

/// A line of `data/tracking_vectors.csv`.
#[derive(Debug, Deserialize)]
struct Vector {
    courier: String,
    number: String,
    normalized: String,
    expected: String,
    /// Empty where the courier's numbers have no check digit.
    checksum: String,
    /// Names of the carriers whose patterns match, check digits aside, with `|` between them.
    pattern_matches: String,
}

fn vectors() -> Vec<Vector> {
    let csv = include_str!("../../data/tracking_vectors.csv");
    csv::Reader::from_reader(csv.as_bytes()).into_deserialize().map(Result::unwrap).collect()
}

/// The carrier of our table that a courier of the vectors is; S10 numbers belong to the post of their last letters.
fn carriers_of(vector: &Vector) -> Vec<&'static str> {
    match vector.courier.as_str() {
        "dhl" => vec!["DHL Express", "DHL eCommerce"],
        "landmark" => vec!["Landmark Global"],
        "speedee" => vec!["Spee-Dee"],
        "gofo" => vec!["GOFO Express"],
        "s10" => vec!["USPS", "Royal Mail"],
        other => vec![by_name(other).unwrap().name.as_str()],
    }
}

#[test]
fn every_row_of_the_data_set_is_read_and_sound() {
    let rows = rows();
    assert_eq!(rows.len(), csv::Reader::from_reader(CSV.as_bytes()).records().count());
    for row in &rows {
        if let Some(pattern) = &row.pattern {
            Regex::new(pattern).unwrap();
            assert!(pattern.starts_with('^') && pattern.ends_with('$'), "{pattern}");
        }
        if let Some(check) = &row.check_digit {
            assert!(row.pattern.is_some() && Check::parse(check).is_some(), "{row:?}");
        }
    }
    assert_eq!(TABLE.shapes.len(), rows.iter().filter(|row| row.pattern.is_some()).count());
    assert!(TABLE.shapes.len() > 100 && all().len() > 180, "{} {}", TABLE.shapes.len(), all().len());
    // A set that failed to compile would be empty and match nothing.
    assert_eq!(TABLE.shapes_of("1Z5R89390357567127").len(), 1);
}

#[test]
fn every_sample_number_is_recognised_as_its_carriers() {
    for row in csv::Reader::from_reader(CSV.as_bytes()).into_deserialize::<HashMap<String, String>>() {
        let row = row.unwrap();
        let sample = &row["test_number"];
        let ours = recognise(sample, None).iter().any(|candidate| candidate.carrier.name == row["name"]);
        assert!(ours || sample.is_empty(), "{row:?}");
    }
}

#[test]
fn every_carrier_is_found_by_its_name_and_spellings_do_not_collide() {
    let mut names = HashSet::new();
    for carrier in all() {
        assert!(names.insert(&carrier.name));
        assert_eq!(by_name(&carrier.name), Some(carrier));
        assert_eq!(by_name(&format!(" {} ", carrier.name.to_uppercase())), Some(carrier));
        assert!(carrier.countries.iter().all(|c| c.len() == 2 && c.chars().all(|c| c.is_ascii_uppercase())));
    }
    // Rows of one carrier say the same about its pages.
    for row in rows().iter().filter_map(|row| row.tracking_url_template.as_ref()) {
        assert!(all().iter().any(|carrier| carrier.url_template.as_ref() == Some(row)), "{row}");
    }
}

#[test]
fn every_link_is_well_formed() {
    let values = link::Values { number: "1 ä", postcode: Some("1"), country: Some("NL") };
    for carrier in all() {
        let filled = carrier.url_template.as_deref().map(|template| {
            assert!(template.contains("{n}"), "{template}");
            link::fill(template, &values).unwrap_or_else(|| panic!("{template}"))
        });
        for url in filled.iter().chain(&carrier.landing_url) {
            let rest = url.strip_prefix("https://").unwrap_or_else(|| panic!("{url}"));
            let host = rest.split(['/', '?', '#']).next().unwrap();
            assert!(
                host.contains('.') && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c))
            );
            assert!(url.bytes().all(|b| b.is_ascii_graphic() && !b"{}<>\"".contains(&b)), "{url}");
        }
    }
}

#[test]
fn all_vectors_match_the_patterns_they_should() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 280);
    for vector in &vectors {
        assert_eq!(normalise(&vector.number), vector.normalized);
        let ours: BTreeSet<_> = TABLE
            .shapes_of(&vector.normalized)
            .iter()
            .map(|shape| TABLE.carriers[shape.carrier].name.as_str())
            .collect();
        let theirs: BTreeSet<_> = vector.pattern_matches.split('|').filter(|name| !name.is_empty()).collect();
        assert_eq!(ours, theirs, "{vector:?}");
    }
}

#[test]
fn all_vectors_with_a_check_digit_are_accepted_or_rejected_as_they_should() {
    let mut accepted = 0;
    for vector in vectors() {
        let carriers = carriers_of(&vector);
        // Shapes that the table leaves out on purpose (ASTRA 32, posts without a row) are nobody's.
        let known = vector.pattern_matches.split('|').any(|name| carriers.contains(&name));
        let candidate = recognise(&vector.number, None)
            .into_iter()
            .find(|candidate| carriers.contains(&candidate.carrier.name.as_str()));
        match (vector.expected.as_str(), known) {
            ("valid", true) => {
                let candidate = candidate.unwrap_or_else(|| panic!("{vector:?}"));
                let checked = candidate.check_digit == CheckDigit::Ok;
                assert_eq!(checked, !vector.checksum.is_empty(), "{vector:?}");
                accepted += 1;
            }
            ("valid", false) => assert_eq!(candidate, None, "{vector:?}"),
            // Without a check digit, a pattern looser than the original's may let a wrong number in.
            _ => assert!(candidate.is_none() || vector.checksum.is_empty(), "{vector:?}"),
        }
    }
    assert!(accepted > 170, "{accepted}");
}

#[test]
fn a_country_changes_the_order_and_not_the_set() {
    let names = |country| -> Vec<&str> {
        recognise("320595463938", country).iter().map(|c| c.carrier.name.as_str()).collect()
    };
    let (nowhere, canada, france) = (names(None), names(Some("ca")), names(Some("FR")));
    assert_eq!(canada.first(), Some(&"Purolator"));
    assert_eq!(nowhere.first(), Some(&"Purolator"));
    assert_eq!(nowhere.iter().collect::<BTreeSet<_>>(), france.iter().collect::<BTreeSet<_>>());
    assert!(france.iter().position(|n| *n == "GLS") < nowhere.iter().position(|n| *n == "GLS"));
}

#[test]
fn an_explicit_link_wins_over_the_company_and_the_company_over_the_number() {
    let number = Some("1Z5R89390357567127");
    let given = resolve(Some("UPS"), number, Some(" https://x.example/1 "), None, None);
    assert_eq!(given.url.as_deref(), Some("https://x.example/1"));
    let named = resolve(Some("fed-ex"), number, None, None, None);
    assert_eq!(named.company.as_deref(), Some("fed-ex"));
    assert_eq!(named.url.as_deref(), Some("https://www.fedex.com/fedextrack/?trknbr=1Z5R89390357567127"));
    let guessed = resolve(None, number, None, None, None);
    assert_eq!(guessed.company.as_deref(), Some("UPS"));
    assert!(guessed.url.is_some_and(|url| url.starts_with("https://www.ups.com/")));
}

#[test]
fn an_unknown_company_keeps_its_name_and_nobody_is_guessed_in_its_place() {
    let resolved = resolve(Some("Bob's Van"), Some("1Z5R89390357567127"), None, None, None);
    assert_eq!(resolved, Resolved { company: Some("Bob's Van".into()), url: None });
}

#[test]
fn nothing_is_guessed_from_a_number_that_several_could_have_given_out() {
    // Ten digits with a right mod 7, twelve that nobody checks, an S10 number of a post that is two companies.
    for number in ["3318810025", "123456789013", "RB123456785FR", "", "  "] {
        assert_eq!(resolve(None, Some(number), None, None, None), Resolved::default(), "{number}");
    }
    // A FedEx check digit is enough in general, but not where carriers of the country use twelve digits too.
    assert_eq!(resolve(None, Some("986578788855"), None, None, None).company.as_deref(), Some("FedEx"));
    assert_eq!(resolve(None, Some("986578788855"), None, Some("DE"), None).company, None);
}

#[test]
fn a_template_that_cannot_be_filled_gives_the_general_page() {
    let post =
        |postcode| resolve(Some("PostNL"), Some("3SABCD1234567"), None, Some("NL"), postcode).url.unwrap();
    assert_eq!(post(Some("1234 AB")), "https://postnl.nl/tracktrace/?B=3SABCD1234567&P=1234AB&D=NL&T=C&L=EN");
    assert_eq!(post(None), "https://www.postnl.nl/en/receiving/parcels/track-and-trace/");
    let china = resolve(Some("China Post"), Some("RB123456785CN"), None, None, None);
    assert!(china.url.unwrap().starts_with("https://www.ems.com.cn/"));
}

#[test]
fn no_link_without_a_number_and_none_that_is_not_a_web_address() {
    assert_eq!(resolve(Some("UPS"), None, None, None, None).url, None);
    assert_eq!(resolve(Some("X"), Some("1"), Some("javascript:alert(1)"), None, None).url, None);
    assert_eq!(
        resolve(None, None, Some("HTTP://x.example"), None, None).url.as_deref(),
        Some("HTTP://x.example")
    );
}
