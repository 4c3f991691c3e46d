//! Our schema against the published one: what we have is there too, the same in every respect. What is published and
//! not there is told by `docs/fidelity/shopify.md`.

use graphql::{Difference, How, Part, Schema};
use scenarios::published::{self, VERSION};

use crate::fidelity;

#[test]
fn what_we_have_is_published_and_the_same() {
    let (ours, theirs) = (published::ours(), published::schema());
    let (missing, wrong): (Vec<Difference>, Vec<Difference>) =
        ours.differences(&theirs).into_iter().partition(|found| matches!(found.how, How::Missing(_)));
    print_coverage(&theirs, &missing);
    let beyond = fidelity::beyond();
    let unlisted = wrong.iter().filter(|found| !is_beyond(found, &beyond));
    let useless = beyond.iter().filter(|at| !wrong.iter().any(|found| found.at == **at));
    let wrong: Vec<String> = unlisted
        .map(ToString::to_string)
        .chain(
            useless.map(|at| format!("{at}: is published, or isn't there: take it out of differences.toml")),
        )
        .collect();
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

/// Every version is a view of one text, and the published one is of one version: another version must differ in what
/// it is known to differ in, or the comparison sees nothing.
#[test]
fn another_version_differs() {
    let other = Schema::parse(shopify::SCHEMA, "2026-01").unwrap();
    let found = other.differences(&published::ours());
    let field = "Mutation.fulfillmentOrderReportProgress";
    assert!(
        found.iter().any(|found| found.at == field && found.how == How::Missing(Part::Field)),
        "{VERSION} has {field} and 2026-01 has not, but this was found: {found:?}"
    );
}

/// Whether it is something that the original has and the published text leaves out.
fn is_beyond(found: &Difference, beyond: &[String]) -> bool {
    matches!(found.how, How::Unpublished(_)) && beyond.contains(&found.at)
}

fn print_coverage(theirs: &Schema, missing: &[Difference]) {
    println!("of what is published we lack");
    let all = theirs.coordinates();
    for part in [Part::Type, Part::Field, Part::Argument, Part::InputField, Part::EnumValue] {
        let of = all.iter().filter(|(_, other)| *other == part).count();
        let lacking =
            all.iter().filter(|(at, other)| *other == part && published::lacks(missing, at)).count();
        println!("{:<12} {lacking:>5} of {of:>5}", part.name());
    }
}
