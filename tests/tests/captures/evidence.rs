//! What the recordings prove, field by field: in how many steps a field was answered as recorded. Kept in
//! `docs/fidelity/recorded.toml`, which the page beside it is made from.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use scenarios::types::{Types, inner};
use serde_json::Value;

use crate::capture::Step;

const HEAD: &str = "\
# What recorded sessions with a real shop prove. Written by tests/tests/captures:
# UPDATE_DOCS=1 cargo nextest run -p scenarios -E 'binary(captures)'
";

/// What was seen so far.
#[derive(Default)]
pub struct Evidence {
    /// Steps in which a field was answered as recorded, by coordinate.
    alike: BTreeMap<String, usize>,
    /// Steps that were replayed, and those that can't be yet.
    steps: [usize; 2],
}

impl Evidence {
    /// A step that was answered as recorded.
    pub fn alike(&mut self, types: &Types, step: &Step) {
        self.steps[0] += 1;
        let mut seen = BTreeSet::new();
        for root in ["QueryRoot", "Mutation"] {
            walk(types, root, &step.response["data"], &mut seen);
        }
        for at in seen {
            *self.alike.entry(at).or_default() += 1;
        }
    }

    /// A step that can't be replayed.
    pub fn left_out(&mut self) {
        self.steps[1] += 1;
    }

    /// Compares it with the file, or writes the file.
    pub fn check(&self, exceptions: &[(&str, &str, &str)]) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/fidelity/recorded.toml");
        let text = self.toml(exceptions);
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            written == text,
            "docs/fidelity/recorded.toml is old: run UPDATE_DOCS=1 cargo nextest run -p scenarios -E 'binary(captures)', \
             then the same for binary(schema)"
        );
    }

    fn toml(&self, exceptions: &[(&str, &str, &str)]) -> String {
        let mut text = HEAD.to_owned();
        // Writing to a string cannot fail.
        let _ = write!(text, "\n[steps]\nalike = {}\nleft_out = {}\n", self.steps[0], self.steps[1]);
        for (step, path, why) in exceptions {
            let quoted = |text: &str| Value::from(text).to_string();
            let _ = write!(
                text,
                "\n[[meant]]\nstep = {}\npath = {}\nwhy = {}\n",
                quoted(step),
                quoted(path),
                quoted(why)
            );
        }
        text.push_str("\n# Steps in which a field was answered as recorded.\n[alike]\n");
        for (at, count) in &self.alike {
            let _ = writeln!(text, "\"{at}\" = {count}");
        }
        text
    }
}

/// The coordinates of what an answer holds. What was asked for under another name isn't told by the answer.
fn walk(types: &Types, of: &str, answer: &Value, seen: &mut BTreeSet<String>) {
    match answer {
        Value::Array(items) => items.iter().for_each(|item| walk(types, of, item, seen)),
        Value::Object(map) => {
            for (key, value) in map {
                let Some(field) = types.field(of, key) else { continue };
                seen.insert(format!("{of}.{key}"));
                walk(types, inner(&field.shown), value, seen);
            }
        }
        _ => {}
    }
}
