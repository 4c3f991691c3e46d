//! What is only known once it was done: what came in with a new order, and the names of what is new.

use std::collections::BTreeMap;

use domain::command::Command;
use domain::decide::Outcome;
use domain::id::ContactId;
use domain::order::StockMode;

use crate::compare;
use crate::reference::{Draft, Drafted, Known, Reference};
use crate::rules::lines;

/// A new order, before any of it is routed.
pub(super) fn placed(command: &Command, read: &Known, model: &Reference) -> Result<Known, String> {
    let mut known = Known { works: BTreeMap::new(), version: 1, events: 1, ..read.clone() };
    let Command::Place(place) = command else {
        // What is billed is sold by its invoices; the laws look after those.
        known.works.clone_from(&read.works);
        return Ok(known);
    };
    let oversells = place.placed.stock == StockMode::Oversell;
    let mut sent = Vec::new();
    for line in &place.lines {
        let gone = if place.fulfilled.is_some() { line.fulfilled.clamp(0, line.quantity) } else { 0 };
        let asked = if place.cancelled.is_some() { gone } else { line.quantity };
        let variant = line.article.variant.unwrap();
        let sells_on = oversells || model.sold_on.contains(&variant);
        sent.push((compare::new_line(variant, asked, model.variants[&variant], sells_on), gone));
    }
    let came: Vec<_> = read.lines.iter().map(|(id, line)| (line.clone(), read.left(*id))).collect();
    if came != sent {
        return Err(format!("Q4: {sent:?} was sent, {came:?} came in"));
    }
    // What left before it came in is work that was done.
    let done = read.works.iter().filter(|(_, work)| !work.is_open());
    known.works = done.map(|(id, work)| (*id, work.clone())).collect();
    let wait = |(sale, (of, units)): (_, (_, i64))| (units > 0).then_some((sale, (of, units)));
    let mut waits: BTreeMap<_, (_, i64)> = read.waits.clone();
    for units in read.works.values().filter(|work| work.is_open()).flat_map(|work| &work.units) {
        waits.entry(units.sale).or_insert((units.of, 0)).1 += units.rest();
    }
    known.waits = waits.into_iter().filter_map(wait).collect();
    for (id, line) in &read.lines {
        let waiting: i64 = known.waits.values().filter(|(of, _)| of == id).map(|(_, units)| units).sum();
        if waiting != line.asked - read.left(*id) {
            return Err(format!("Q4: {waiting} of line {id} were to be sent, of {}", line.asked));
        }
    }
    Ok(known)
}

/// Names that are only known once it was done.
pub(super) fn learn(
    model: &mut Reference,
    command: &Command,
    outcome: &Outcome,
    now: domain::time::Time,
) -> Result<(), String> {
    match (command, outcome) {
        (Command::BeginDraft(_), Outcome::Draft { id, .. }) => {
            let draft = model.drafts.remove(&lines::NEW).ok_or("nobody began a draft")?;
            model.drafts.insert(*id, Draft { ends: now.plus(domain::draft::KEPT), ..draft });
        }
        (Command::ChangeDraft(..), Outcome::Draft { id, line }) => {
            let drafted = model.drafts.get_mut(id).map(|draft| &mut draft.drafted);
            for own in drafted.into_iter().flatten() {
                if let (Drafted::Add { line: own, .. }, Some(line)) = (own, line)
                    && *own == lines::NEW_LINE
                {
                    *own = *line;
                }
            }
        }
        (Command::SaveContact(_), Outcome::Contact(id)) => {
            if let Some(email) = model.contacts.remove(&ContactId(0)) {
                model.contacts.insert(*id, email);
            }
        }
        _ => {}
    }
    Ok(())
}
