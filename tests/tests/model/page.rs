//! `docs/model.md`: what is looked after where, and what leads from one state of work to another.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::coverage::{Pair, Way};
use crate::fault::Fault;
use crate::kinds::KINDS;
use crate::laws::PAIRS;
use crate::planted::{PLANTED, SPOILED};

const HEAD: &str = "\
# The model beside the engine

<!-- Written by tests/tests/model: `UPDATE_DOCS=1 cargo nextest run -p scenarios -E 'binary(model)'` writes it anew. -->

One engine is behind every API. A model test proves that it does what it says: anybody (the server, the merchant's program, the
programs of two fulfillment services, one of them also with a key for nothing but its own work, and somebody who may only look)
sends commands of every kind to an engine over a real database, about two in five of which must be refused. A model of plain structs, which shares
no code with the engine, foretells whether a command is done and what it does; after every step the database is read back and must say
the same, and nothing else may have changed. Commands are repeated under their keys, sent again with other contents, and sent to another
shop. Every fifty steps the workers have their turn, the server audits its own database, and every delivery is compared with what happened.

Two things are told by the engine and then checked instead of being foretold: where routing sends units, and what moves when money is reckoned up.

";

const RUNS: &str = include_str!("figures.md");

/// A property, what it says, and where it is looked after.
type Property = (&'static str, &'static str, &'static str);

/// Where: *step* is the comparison with the model after every step, *law* is reckoned up from what was read, *audit* is the
/// server's own, *end* is the end of a history.
const PROPERTIES: &[Property] = &[
    ("Q1", "quantities are whole and not negative", "law"),
    ("Q2", "no line has more left than it was for", "law, audit"),
    ("Q3", "what left is what the live parcels hold", "law, audit"),
    ("Q4", "what is asked for is to be done, left, or waits", "law, audit"),
    ("Q5", "no more leaves than was asked for", "law, step"),
    ("Q6", "quantities that are derived are what follows", "law"),
    ("Q7", "a parcel that is called off gives back what it holds, once", "step"),
    ("Q8", "splitting conserves units, at one place", "step, law"),
    ("Q9", "joining conserves units, of what is alike", "step, law"),
    ("Q10", "moving conserves units; what left stays where it left", "step, law"),
    ("Q11", "work that is called off is made anew, once", "step, law"),
    ("Q12", "an edit changes what is asked for by what it says", "step"),
    ("Q13", "nothing named is what it is documented to be", "step"),
    ("Q14", "what is named twice counts together, or is refused", "step"),
    ("Q15", "none or fewer is refused, and changes nothing", "step"),
    ("Q16", "what is promised is what open work waits for, and is there", "step, audit"),
    ("Q17", "what is in the shelves is what was there, came and left", "step"),
    ("Q18", "no more comes back than left", "law, step"),
    ("Q19", "what is kept is what reservations keep, and ends once", "step, audit"),
    ("R1", "every unit is somewhere, once", "law, step"),
    ("R2", "routing again changes nothing that has a place", "step"),
    ("R3", "nothing is routed to where nothing is shipped from", "step"),
    ("R4", "work is at a location of its shop", "law"),
    ("R5", "declined work is routed once", "step, law"),
    ("F0", "only states that may be are stored", "law, audit"),
    ("F1", "every command is done or refused, and what is refused changes nothing", "step"),
    ("F2", "every state that may be is reached, and no other", "end"),
    ("F3", "what may be done is what is done, for everybody", "law, step"),
    ("F4", "only work at a service is talked about", "law, audit"),
    ("F5", "each side says only what is its own to say", "step"),
    ("F6", "what is closed stays so", "law, step"),
    ("F7", "nothing leaves that is held, scheduled, closed or not answered", "step"),
    ("F8", "work that is done is closed", "law, audit"),
    ("F9", "every hold must be released", "law, step"),
    ("F10", "an order's status is what follows from its work", "law"),
    ("F12", "an order that is called off has nothing to be done", "law, step"),
    ("F13", "what is said of a parcel changes nothing else", "step"),
    ("F14", "work opens when its time has come", "step"),
    ("F15", "every change is told once, with who did it", "step, audit"),
    ("M1", "amounts are whole minor units", "law, audit"),
    ("M2", "totals are the sums of their parts", "law"),
    ("M3", "an invoice is the sum of its lines, and stays as it was issued", "law, audit"),
    ("M4", "invoices are numbered without gaps", "law"),
    ("M5", "no more goes back than came, no more comes than was asked for", "law, audit"),
    ("M6", "what is due is what is not paid", "law"),
    ("M7", "money stays in its shop", "step"),
    ("M8", "parts of an amount sum to the whole", "law"),
    ("O1", "something is told exactly if it happened", "step, audit"),
    ("O2", "everybody who listens is told of everything, once", "audit"),
    ("O4", "a message has one identity", "audit"),
    ("O6", "what is told is what was so then", "audit"),
    ("I1", "a command under a key is done once", "step"),
    ("I2", "the same again is answered the same, to the byte", "step"),
    ("I3", "another command under a used key is refused", "step"),
    ("I4", "key and effect are written together", "step"),
    ("I5", "what failed without an answer may be tried again", "step"),
    ("I6", "keys of another shop mean nothing", "step"),
    ("I7", "keys are forgotten", "end"),
    ("I8", "what was answered of somebody is forgotten with it", "step"),
    ("I10", "repeated without a key, nothing is done twice", "step"),
    ("V2", "what belongs to one shop is unknown in another", "step"),
    ("X2", "versions rise by one, and time goes on", "law, step"),
];

/// The page.
pub fn markdown(ways: &BTreeSet<Way>) -> String {
    let mut page = HEAD.to_owned();
    page.push_str(RUNS);
    properties(&mut page);
    states(&mut page, ways);
    page
}

fn properties(page: &mut String) {
    page.push_str(
        "\n## What must hold\n\n\
         *Step*: compared with the model after every step. *Law*: reckoned up from what was read after every step. *Audit*: over the whole\n\
         database, every fifty steps. *End*: of a history or a run. The last column is what was broken on purpose, to see that somebody notices: rows\n\
         behind the engine's back, or an order in memory, so that the law must notice by itself. What has nothing there is foretold exactly, so that\n\
         whatever else came of a command would differ.\n\n\
         | | property | where | planted |\n|---|---|---|---|\n",
    );
    for (id, says, place) in PROPERTIES {
        let rows = Fault::PLANTED.iter().filter(|fault| fault.breaks().split(", ").any(|own| own == *id));
        let mut planted: Vec<String> = rows.map(|fault| fault.says().to_owned()).collect();
        let laws = PLANTED.iter().map(|(law, what, _)| (law, what));
        let laws = laws.chain(SPOILED.iter().map(|(law, what, _)| (law, what)));
        planted.extend(laws.filter(|(law, _)| *law == id).map(|(_, what)| (*what).to_owned()));
        // Writing to a string cannot fail; so for all below.
        let _ = writeln!(page, "| {id} | {says} | {place} | {} |", planted.join("; "));
    }
}

fn named((stage, request): Pair) -> String {
    format!("{stage} / {request}")
}

fn states(page: &mut String, ways: &BTreeSet<Way>) {
    let kinds = KINDS.len();
    let _ = write!(
        page,
        "\n## States of work, and what leads to them\n\n\
         Every kind of command ({kinds}) must be carried out and refused at least once, and every one of the {} states that may be must be reached, in\n\
         every run. What leads from one state to another is listed here: a run fails that goes any other way, and a long one fails that leaves one out.\n\n\
         | from | to | by |\n|---|---|---|\n",
        PAIRS.len(),
    );
    let mut by: BTreeMap<(Option<Pair>, Pair), Vec<&str>> = BTreeMap::new();
    for (from, kind, to) in ways {
        by.entry((*from, *to)).or_default().push(kind);
    }
    for ((from, to), kinds) in by {
        let from = from.map_or("*new work*".to_owned(), named);
        let _ = writeln!(page, "| {from} | {} | {} |", named(to), kinds.join(", "));
    }
}
