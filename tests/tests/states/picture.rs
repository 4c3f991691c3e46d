//! `docs/states.svg`: the states as boxes, what leads from one to another as arrows.
//!
//! What closes work or takes it elsewhere is possible nearly everywhere; it is written into the boxes, so that the
//! arrows show the conversation.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use crate::recipe::Place;
use crate::{Cell, Outcome, State};

/// Distance of boxes, and their size.
const GRID: (f64, f64) = (375.0, 125.0);
const BOX: (f64, f64) = (200.0, 74.0);
const MARGIN: f64 = 30.0;

/// Where the boxes stand: (status, request status, column, row).
type Spot = (&'static str, &'static str, f64, f64);

const OF_MERCHANT: &[Spot] = &[
    ("SCHEDULED", "UNSUBMITTED", 0.0, 0.0),
    ("OPEN", "UNSUBMITTED", 1.0, 0.0),
    ("ON_HOLD", "UNSUBMITTED", 2.0, 0.0),
    ("IN_PROGRESS", "UNSUBMITTED", 1.5, 1.3),
];
const OF_SERVICE: &[Spot] = &[
    ("SCHEDULED", "UNSUBMITTED", 0.0, 0.0),
    ("OPEN", "UNSUBMITTED", 1.0, 0.0),
    ("ON_HOLD", "UNSUBMITTED", 2.0, 0.0),
    ("IN_PROGRESS", "UNSUBMITTED", 0.0, 1.0),
    ("OPEN", "SUBMITTED", 1.0, 1.6),
    ("IN_PROGRESS", "ACCEPTED", 2.0, 2.3),
    ("INCOMPLETE", "CLOSED", 3.0, 1.4),
    ("ON_HOLD", "REJECTED", 0.0, 2.0),
    ("OPEN", "REJECTED", 0.0, 3.4),
    ("CANCELLED", "CANCELLATION_ACCEPTED", 1.0, 3.4),
    ("IN_PROGRESS", "CANCELLATION_REQUESTED", 2.0, 3.9),
    ("IN_PROGRESS", "CANCELLATION_REJECTED", 3.0, 3.9),
    ("IN_PROGRESS", "REJECTED", 0.0, 4.4),
];
/// How many rows there are in each panel.
const ROWS: (f64, f64) = (1.3, 4.4);

/// The drawing.
pub fn svg(cells: &[Cell]) -> String {
    let width = 3.0 * GRID.0 + BOX.0 + 2.0 * MARGIN;
    let below = ROWS.0 * GRID.1 + BOX.1 + 80.0;
    let height = below + ROWS.1 * GRID.1 + BOX.1 + 90.0;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" \
         role=\"img\" aria-label=\"States of fulfillment orders\">\n\
         <style>rect{{fill:#f6f8fa;stroke:#57606a;stroke-width:1.5}}path{{fill:none;stroke:#0969da;stroke-width:1.5}}\
         text{{fill:#1f2328;font-size:12px;text-anchor:middle}}.h{{font-size:15px;font-weight:bold;text-anchor:start}}\
         .b{{font-weight:bold}}.s{{font-size:10px;fill:#57606a}}.e{{font-size:11px;fill:#0969da;paint-order:stroke;\
         stroke:#fff;stroke-width:4px}}</style>\n\
         <defs><marker id=\"a\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"8\" markerHeight=\"8\" \
         orient=\"auto-start-reverse\"><path d=\"M0 0 L10 5 L0 10 z\" style=\"fill:#0969da;stroke:none\"/></marker></defs>\n\
         <rect x=\"0\" y=\"0\" width=\"{width}\" height=\"{height}\" style=\"fill:#fff;stroke:none\"/>\n"
    );
    panel(&mut out, "At a location of the merchant's own", OF_MERCHANT, 0.0, &edges(cells, Place::Merchant));
    panel(
        &mut out,
        "At the location of a fulfillment service",
        OF_SERVICE,
        below,
        &edges(cells, Place::Service),
    );
    let _ = writeln!(
        out,
        "<text class=\"s\" x=\"{}\" y=\"{}\">Work of which some units left is IN_PROGRESS; when all of them left \
         it is CLOSED, and keeps its request status.</text>",
        width / 2.0,
        height - 14.0
    );
    out.push_str("</svg>\n");
    out
}

/// What leads from a state to another one: names of mutations.
type Edges = BTreeMap<(State, State), BTreeSet<&'static str>>;

fn edges(cells: &[Cell], place: Place) -> Edges {
    let mut edges = Edges::new();
    for cell in cells.iter().filter(|cell| cell.recipe.place == place) {
        let from = (cell.recipe.status(), cell.recipe.request_status());
        if let Outcome::Done { becomes, .. } = &cell.outcome
            && (*becomes != from || is_elsewhere(cell.root))
        {
            edges.entry((from, becomes.clone())).or_default().insert(cell.root);
        }
    }
    edges
}

fn is_elsewhere(root: &str) -> bool {
    root == "fulfillmentOrderMove" || root == "fulfillmentOrdersReroute"
}

fn short(root: &str) -> String {
    let rest = root.strip_prefix("fulfillmentOrder").or(root.strip_prefix("fulfillment")).unwrap_or(root);
    let rest = rest.strip_prefix("s").filter(|rest| rest.starts_with(char::is_uppercase)).unwrap_or(rest);
    let mut letters = rest.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

fn joined<'r>(roots: impl Iterator<Item = &'r &'static str>) -> String {
    roots.map(|root| short(root)).collect::<Vec<_>>().join(", ")
}

fn panel(out: &mut String, title: &str, spots: &[Spot], top: f64, edges: &Edges) {
    let _ = writeln!(out, "<text class=\"h\" x=\"{MARGIN}\" y=\"{}\">{title}</text>", top + 24.0);
    let at = |spot: &Spot| (MARGIN + spot.2 * GRID.0, top + 42.0 + spot.3 * GRID.1);
    let spot = |state: &State| spots.iter().find(|spot| spot.0 == state.0 && spot.1 == state.1);
    for ((from, to), roots) in edges {
        let (Some(start), Some(end)) = (spot(from), spot(to)) else { continue };
        let label = joined(roots.iter().filter(|root| !is_elsewhere(root)));
        if from != to && !label.is_empty() {
            arrow(out, at(start), at(end), &label);
        }
    }
    for one in spots {
        let ((x, y), state) = (at(one), (one.0.to_owned(), one.1.to_owned()));
        let (middle, (w, h)) = (x + BOX.0 / 2.0, BOX);
        let _ = writeln!(out, "<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"8\"/>");
        let _ = writeln!(out, "<text class=\"b\" x=\"{middle}\" y=\"{}\">{}</text>", y + 20.0, one.0);
        let _ = writeln!(out, "<text x=\"{middle}\" y=\"{}\">{}</text>", y + 36.0, one.1);
        let leaving = edges.iter().filter(|((from, _), _)| *from == state);
        let (mut closing, mut moving) = (BTreeSet::new(), BTreeSet::new());
        for ((_, to), roots) in leaving {
            let closes = to.0 == "CLOSED";
            closing.extend(roots.iter().filter(|root| closes && !is_elsewhere(root)));
            moving.extend(roots.iter().filter(|root| is_elsewhere(root)));
        }
        let lines = [(closing, "closed"), (moving, "another location")];
        for (at, (roots, where_to)) in lines.iter().filter(|(roots, _)| !roots.is_empty()).enumerate() {
            let text = format!("{} → {where_to}", joined(roots.iter().copied()));
            let _ = writeln!(
                out,
                "<text class=\"s\" x=\"{middle}\" y=\"{}\">{text}</text>",
                y + 51.0 + 13.0 * at as f64
            );
        }
    }
}

/// An arrow between boxes, bent to its left, so that the way back is another line.
fn arrow(out: &mut String, from: (f64, f64), to: (f64, f64), label: &str) {
    let centre = |(x, y): (f64, f64)| (x + BOX.0 / 2.0, y + BOX.1 / 2.0);
    let (a, b) = (centre(from), centre(to));
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx.hypot(dy);
    let bend = 26.0 + length / 22.0;
    let control = ((a.0 + b.0) / 2.0 + dy / length * bend, (a.1 + b.1) / 2.0 - dx / length * bend);
    let (start, end) = (edge(a, control), edge(b, control));
    let _ = writeln!(
        out,
        "<path d=\"M{:.0} {:.0} Q{:.0} {:.0} {:.0} {:.0}\" marker-end=\"url(#a)\"/>",
        start.0, start.1, control.0, control.1, end.0, end.1
    );
    let (x, y) = ((start.0 + 2.0 * control.0 + end.0) / 4.0, (start.1 + 2.0 * control.1 + end.1) / 4.0);
    let _ = writeln!(out, "<text class=\"e\" x=\"{x:.0}\" y=\"{:.0}\">{label}</text>", y + 4.0);
}

/// Where the line from a box's centre to `towards` leaves the box.
fn edge(centre: (f64, f64), towards: (f64, f64)) -> (f64, f64) {
    let (dx, dy) = (towards.0 - centre.0, towards.1 - centre.1);
    let scale = |half: f64, d: f64| if d.abs() < f64::EPSILON { f64::INFINITY } else { half / d.abs() };
    let part = scale(BOX.0 / 2.0 + 2.0, dx).min(scale(BOX.1 / 2.0 + 2.0, dy));
    (centre.0 + dx * part, centre.1 + dy * part)
}
