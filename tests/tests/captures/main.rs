//! Recorded sessions of programs with a real shop, replayed against this server: what it answers must be alike.
//!
//! Steps whose roots are not there yet are listed as such; so are reads of what such a step changed. They count by
//! themselves once the root is there.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod alike;
mod capture;
mod document;
mod evidence;
mod stage;

use std::collections::HashSet;

use scenarios::types::Types;
use serde_json::Value;

use alike::{Difference, Ids};
use capture::{Capture, Step, ids};
use evidence::Evidence;
use scenarios::served::Served;

/// Differences that are meant: (a part of the recording's and step's name, the end of the path, why).
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "residualSplitDeadlineMerge",
        "fulfillmentOrder.supportedActions.5",
        "there MERGE is told only of work that is read through its order, here both ways",
    ),
    ("merge-validation cleanup[1]", "orderCancel.job.id", "the recorder kept the answer of cleanup[0] twice"),
    (
        "request-lifecycle submitCancellationRequest",
        "fulfillmentOrder.requestStatus",
        "there the payload still tells the status before; here the one that a read tells right after",
    ),
    (
        "fulfillment-service-lifecycle interactions[1]",
        "fulfillmentServiceCreate.userErrors.1",
        "there the host must be one that the program was registered with, here any that the server may call",
    ),
    ("hydrateLocation", "location.address.latitude", "here nobody looks up where an address is"),
    ("hydrateLocation", "location.address.longitude", "here nobody looks up where an address is"),
    (
        "hydrateLocation",
        "location.suggestedAddresses.0",
        "here nobody knows another address that may have been meant",
    ),
    ("fulfillment-create-preconditions", "orderCancel.job.done", "here the job is done when it is answered"),
];

/// Roots that can't be compared: (a part of the recording's and step's name, the root, why).
const APART: &[(&str, &str, &str)] = &[(
    "lifecycle",
    "fulfillmentOrders",
    "the list of all fulfillment orders begins with what the recorded shop had before",
)];

/// How a step went.
enum Went {
    /// Alike, apart from meant differences and from fields that our schema doesn't have.
    Ok { why: Vec<String> },
    /// Not alike.
    Differs(Vec<Difference>),
    /// Something that it needs isn't there.
    NotYet(String),
}

struct Session<'c> {
    capture: &'c Capture,
    served: Served,
    ids: Ids,
    types: Types,
    /// Recorded ids of things that a step changed which could not be replayed, and what that step was.
    changed: Vec<(HashSet<String>, String)>,
    /// Which exceptions were of use.
    used: HashSet<usize>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn captures_are_answered_alike() {
    let (mut table, mut totals, mut used) = (Vec::new(), [0; 3], HashSet::new());
    let mut evidence = Evidence::default();
    let mut wrong = Vec::new();
    for capture in &capture::all() {
        let (served, ids) = stage::set(capture).await;
        let types = Types::of(shopify::SCHEMA, &capture.version.clone().max("2025-10".to_owned()));
        let mut session = Session { capture, served, ids, types, changed: Vec::new(), used: HashSet::new() };
        for step in &capture.steps {
            let went = session.replay(step).await;
            match &went {
                Went::Ok { .. } => evidence.alike(&session.types, step),
                Went::NotYet(_) => evidence.left_out(),
                Went::Differs(_) => {}
            }
            let (text, which) = match went {
                Went::Ok { why } if why.is_empty() => ("ok".to_owned(), 0),
                Went::Ok { why } => (format!("ok      but {}", why.join("; ")), 0),
                Went::NotYet(what) => (format!("not covered yet: {what}"), 2),
                Went::Differs(found) => {
                    let row = |d: &Difference| {
                        format!("\n    {}\n      - {}\n      + {}", d.path, d.recorded, d.ours)
                    };
                    let text = format!("differs{}", found.iter().map(row).collect::<String>());
                    wrong.push(format!("{} {}", capture.name, step.name));
                    (text, 1)
                }
            };
            totals[which] += 1;
            table.push(format!("{}  {:<60} {text}", capture.name, step.name));
        }
        used.extend(session.used);
    }
    println!("{}", table.join("\n"));
    let [ok, differs, not_yet] = totals;
    println!("\n{ok} ok, {differs} differ, {not_yet} not covered yet");
    assert!(wrong.is_empty(), "{differs} steps differ from what was recorded:\n{}", wrong.join("\n"));
    for (index, (step, path, _)) in EXCEPTIONS.iter().enumerate() {
        assert!(used.contains(&index), "the exception for {path} of {step} is of no use any more");
    }
    evidence.check(EXCEPTIONS);
}

impl Session<'_> {
    async fn replay(&mut self, step: &Step) -> Went {
        let roots = step.answered();
        let known = |root: &&&str| {
            self.types.field("QueryRoot", root).or_else(|| self.types.field("Mutation", root)).is_some()
        };
        let rebuilt = match &step.query {
            Some(text) => {
                // The document tells its roots better than an answer without data.
                let absent = roots.iter().find(|root| !known(root)).map(|root| format!("root {root}"));
                absent.map_or_else(|| Ok(document::Rebuilt { text: text.clone(), without: Vec::new() }), Err)
            }
            None => document::rebuilt(&self.types, self.capture, step),
        };
        let rebuilt = match rebuilt {
            Ok(rebuilt) => rebuilt,
            Err(what) => return self.skipped(step, what),
        };
        if let Some(by) = self.changed_before(step) {
            return Went::NotYet(format!("{by} comes before it"));
        }
        if step.response["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR" {
            return Went::NotYet("the recorded shop failed itself, and changed nothing".to_owned());
        }
        if self.told_before(step) {
            return Went::Ok { why: vec!["told twice".to_owned()] };
        }
        let variables = self.ids.translate(&step.variables);
        let version = if step.name.ends_with("202510") { "2025-10" } else { &self.capture.version };
        let (status, answer) = self.served.ask(version, &rebuilt.text, &variables).await;
        if let Some(what) = missing_field(&answer, &step.response) {
            return self.skipped(step, what);
        }
        let name = format!("{} {}", self.capture.name, step.name);
        let (mut recorded, mut ours) = (step.response.clone(), answer.clone());
        let mut why = Vec::new();
        for (_, root, reason) in APART.iter().filter(|(part, ..)| name.contains(part)) {
            let left_out =
                [&mut recorded, &mut ours].map(|of| of["data"].as_object_mut()?.shift_remove(*root));
            for of in [&mut recorded, &mut ours] {
                if let Some(errors) = of["errors"].as_array_mut() {
                    errors.retain(|error| error["path"][0] != *root);
                }
            }
            if left_out.iter().any(Option::is_some) {
                why.push((*reason).to_owned());
            }
        }
        same_first_line(&recorded, &mut ours);
        let mut found = alike::compare(&recorded["data"], &ours["data"], &mut self.ids);
        found.extend(alike::compare(&recorded["errors"], &ours["errors"], &mut self.ids));
        if status != 200 {
            found.push(Difference {
                path: "status".into(),
                recorded: "200".into(),
                ours: status.to_string(),
            });
        }
        let cost = |of: &Value| of["extensions"]["cost"]["requestedQueryCost"].clone();
        let recorded = cost(&step.response);
        if step.query.is_some() && !recorded.is_null() && recorded != cost(&answer) {
            let path = "extensions.cost.requestedQueryCost".to_owned();
            found.push(Difference { path, recorded: recorded.to_string(), ours: cost(&answer).to_string() });
        }
        if !rebuilt.without.is_empty() {
            why.push(format!("without {}", rebuilt.without.join(", ")));
        }
        found.retain(|difference| {
            let key = difference.path.rsplit('.').next().unwrap_or_default();
            let left_out = |field: &String| field.ends_with(&format!(".{key}"));
            !(difference.ours == "(nothing)" && rebuilt.without.iter().any(left_out))
        });
        found.retain(|difference| {
            let meant = |(part, path, _): &&(&str, &str, &str)| {
                name.contains(part) && difference.path.ends_with(path)
            };
            let Some(index) = EXCEPTIONS.iter().position(|exception| meant(&exception)) else { return true };
            self.used.insert(index);
            let reason = EXCEPTIONS[index].2.to_owned();
            if !why.contains(&reason) {
                why.push(reason);
            }
            false
        });
        if found.is_empty() { Went::Ok { why } } else { Went::Differs(found) }
    }

    /// A step that can't be replayed: what it changed can't be read alike afterwards.
    fn skipped(&mut self, step: &Step, what: String) -> Went {
        let is_query = step.query.as_ref().is_some_and(|text| !text.contains("mutation "));
        if !is_query && !step.refused() {
            let mut touched: HashSet<String> =
                ids(&step.variables).into_iter().chain(ids(&step.response)).map(str::to_owned).collect();
            // Orders come and go; articles and places stay, unless the step is about places.
            let about_places = step.answered().iter().any(|root| !root.starts_with("fulfillmentOrder"));
            touched.retain(|id| about_places || !id.contains("/Location/"));
            touched.retain(|id| !id.contains("/ProductVariant/"));
            self.changed.push((touched, step.name.clone()));
        }
        Went::NotYet(what)
    }

    /// The step that could not be replayed and changed what this one is about.
    fn changed_before(&self, step: &Step) -> Option<&str> {
        let named: Vec<&str> = ids(&step.variables).into_iter().chain(ids(&step.response)).collect();
        let touches =
            |(touched, _): &&(HashSet<String>, String)| named.iter().any(|id| touched.contains(*id));
        self.changed.iter().find(touches).map(|(_, by)| by.as_str())
    }

    /// Whether a mutation was told before: recorders list what two workflows share once for each.
    fn told_before(&self, step: &Step) -> bool {
        let same = |other: &&Step| other.variables == step.variables && other.response == step.response;
        let earlier = self.capture.steps.iter().take_while(|other| !std::ptr::eq(*other, step));
        let mutates = step.answered().iter().any(|root| self.types.field("Mutation", root).is_some());
        mutates && !step.refused() && earlier.into_iter().any(|other| same(&other))
    }
}

/// The recorder kept documents without the empty lines that they began with: errors stand so many lines further up.
fn same_first_line(recorded: &Value, ours: &mut Value) {
    let line = |of: &Value| of["errors"][0]["locations"][0]["line"].as_i64();
    let (Some(theirs), Some(own)) = (line(recorded), line(ours)) else { return };
    for error in ours["errors"].as_array_mut().into_iter().flatten() {
        for location in error["locations"].as_array_mut().into_iter().flatten() {
            if let Some(at) = location["line"].as_i64() {
                location["line"] = (at + theirs - own).into();
            }
        }
    }
}

/// The field that our schema lacks, if that is why a document was refused that was accepted when it was recorded.
fn missing_field(ours: &Value, recorded: &Value) -> Option<String> {
    let error = &ours["errors"][0];
    let lacking = ["undefinedField", "undefinedType", "argumentNotAccepted"];
    let code = error["extensions"]["code"].as_str()?;
    let same = recorded["errors"][0]["message"] == error["message"];
    (lacking.contains(&code) && !same).then(|| error["message"].as_str().unwrap_or_default().to_owned())
}
