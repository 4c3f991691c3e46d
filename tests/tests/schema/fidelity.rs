//! `docs/fidelity/shopify.md`: for everything that is published, whether it is here, whether it is the same, and what
//! proves it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use graphql::{Difference, How, Part};
use scenarios::published::{self, VERSION, lacks};
use toml::{Table, Value};

const HEAD: &str = "\
# How faithful it is: Shopify's GraphQL Admin API

<!-- Written by tests/tests/schema/fidelity.rs: `UPDATE_DOCS=1 cargo nextest run -p scenarios -E 'binary(schema)'` writes it anew. -->
";

const PROOFS: &str = "\
What proves it:

* *The same* means: name, type, nullability, arguments, defaults, deprecation, interfaces and values are compared with the published
  schema, and what they ask for (scopes) with what is published of it. `consign schema diff` compares with the same code.
* Every field that queries reach is asked for, and every mutation with ids of all kinds, right and wrong ones; none may fail.
* A number behind a name counts the steps of recorded sessions with a real shop in which that field was answered as recorded; the
  sessions are replayed in every run of the tests. No number means that no recording has the field, not that it is wrong.
* What every mutation does in every state, and in which words it refuses, is in [states](../states.md).
";

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/fidelity")
}

fn data(file: &str) -> Table {
    let path = docs().join(file);
    std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        .parse()
        .unwrap()
}

#[test]
fn the_page_is_up_to_date() {
    let path = docs().join("shopify.md");
    let page = Fidelity::read().page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/fidelity/shopify.md is old: run UPDATE_DOCS=1 cargo nextest run -p scenarios -E 'binary(schema)'"
    );
}

/// What is here and not in the published text, since that leaves it out: coordinates.
pub fn beyond() -> Vec<String> {
    let meant = data("differences.toml");
    rows(&meant, "beyond").filter_map(|row| Some(row.get("at")?.as_str()?.to_owned())).collect()
}

/// Fields, arguments and the like of a type: (part, what the coordinate ends with).
type Members = Vec<(Part, String)>;

struct Fidelity {
    /// Everything that is published: types with what they have.
    types: BTreeMap<String, Members>,
    /// What kind of type each is, in words.
    all: Vec<(String, Part)>,
    differences: Vec<Difference>,
    recorded: Table,
    meant: Table,
}

impl Fidelity {
    fn read() -> Self {
        let (ours, theirs) = (published::ours(), published::schema());
        let all = theirs.coordinates();
        let mut types: BTreeMap<String, Members> = BTreeMap::new();
        for (at, part) in &all {
            let (of, rest) = at.split_once('.').unwrap_or((at, ""));
            let members = types.entry(of.to_owned()).or_default();
            if !rest.is_empty() {
                members.push((*part, rest.to_owned()));
            }
        }
        let differences = ours.differences(&theirs);
        Self { types, all, differences, recorded: data("recorded.toml"), meant: data("differences.toml") }
    }

    fn page(&self) -> String {
        let mut page = HEAD.to_owned();
        let steps = |key: &str| self.recorded["steps"][key].as_integer().unwrap_or(0);
        // Writing to a string cannot fail; so for all below.
        let _ = write!(
            page,
            "\nCompared with version {VERSION}, as far as orders and fulfillment go. Of {} recorded steps {} are answered as recorded, \
             apart from what is listed below as meant; {} can't be replayed yet.\n\n",
            steps("alike") + steps("left_out"),
            steps("alike"),
            steps("left_out")
        );
        self.counts(&mut page);
        page.push_str(PROOFS);
        self.meant(&mut page);
        self.differing(&mut page);
        for (root, title) in [("QueryRoot", "Queries"), ("Mutation", "Mutations")] {
            let _ = write!(page, "\n## {title}\n\n| root | here | recorded steps |\n|---|---|---|\n");
            for (_, name) in self.types[root].iter().filter(|(part, _)| *part == Part::Field) {
                let at = format!("{root}.{name}");
                let count = self.steps(&at).map_or(String::new(), |count| count.to_string());
                let _ = writeln!(page, "| `{name}` | {} | {count} |", self.state(&at));
            }
        }
        self.of_types(&mut page);
        page
    }

    fn counts(&self, page: &mut String) {
        page.push_str("| | published | here | of these differing | absent |\n|---|---|---|---|---|\n");
        for part in [Part::Type, Part::Field, Part::Argument, Part::InputField, Part::EnumValue] {
            let of_part: Vec<&String> =
                self.all.iter().filter(|(_, other)| *other == part).map(|(at, _)| at).collect();
            let absent = of_part.iter().filter(|at| lacks(&self.differences, at)).count();
            let differing = of_part.iter().filter(|at| self.differs(at)).count();
            let (all, here) = (of_part.len(), of_part.len() - absent);
            let _ = writeln!(page, "| {}s | {all} | {here} | {differing} | {absent} |", part.name());
        }
        page.push('\n');
    }

    /// What is meant to differ: said in the data file, and told by the replay of the recordings.
    fn meant(&self, page: &mut String) {
        page.push_str(
            "\n## What differs on purpose\n\n| subject | original | here | why |\n|---|---|---|---|\n",
        );
        for row in rows(&self.meant, "difference") {
            let cell = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
            let _ = writeln!(
                page,
                "| {} | {} | {} | {} |",
                cell("subject"),
                cell("original"),
                cell("here"),
                cell("why")
            );
        }
        page.push_str(
            "\nRecorded answers that are not alike, on purpose:\n\n| step | where | why |\n|---|---|---|\n",
        );
        for row in rows(&self.recorded, "meant") {
            let cell = |key: &str| row.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            let _ = writeln!(page, "| {} | `{}` | {} |", cell("step"), cell("path"), cell("why"));
        }
    }

    /// What is here and not as published.
    fn differing(&self, page: &mut String) {
        let differing: Vec<&Difference> =
            self.differences.iter().filter(|found| !matches!(found.how, How::Missing(_))).collect();
        if differing.is_empty() {
            return;
        }
        page.push_str(
            "\n## What is not as published\n\nThe published text is a selection; what the original has beyond it may be here too.\n\n",
        );
        for found in differing {
            let _ = writeln!(page, "* {found}");
        }
    }

    fn of_types(&self, page: &mut String) {
        page.push_str("\n## Types\n\nArguments are named only where one is absent.\n\n| type | here | absent |\n|---|---|---|\n");
        for (name, members) in &self.types {
            if name == "QueryRoot" || name == "Mutation" {
                continue;
            }
            if lacks(&self.differences, name) {
                let _ = writeln!(page, "| `{name}` | | all of it |");
                continue;
            }
            let (mut here, mut absent) = (Vec::new(), Vec::new());
            for (part, rest) in members {
                let at = format!("{name}.{rest}");
                match lacks(&self.differences, &at) {
                    true => absent.push(format!("`{rest}`")),
                    false if *part == Part::Argument => {}
                    false => here.push(self.with_steps(rest, &at)),
                }
            }
            // What an absent field would be asked with says nothing more.
            let fields: Vec<String> = absent.iter().filter(|name| !name.contains('(')).cloned().collect();
            absent.retain(|name| {
                let of_absent =
                    |field: &String| name.starts_with(&format!("{}(", field.trim_end_matches('`')));
                !fields.iter().any(of_absent)
            });
            let _ = writeln!(page, "| `{name}` | {} | {} |", here.join(", "), absent.join(", "));
        }
    }

    fn with_steps(&self, name: &str, at: &str) -> String {
        let mark = if self.differs(at) { "**differs** " } else { "" };
        match self.steps(at) {
            Some(count) => format!("{mark}`{name}` {count}"),
            None => format!("{mark}`{name}`"),
        }
    }

    fn steps(&self, at: &str) -> Option<i64> {
        self.recorded.get("alike")?.get(at)?.as_integer()
    }

    fn differs(&self, at: &str) -> bool {
        let is_it = |found: &&Difference| matches!(found.how, How::Differs { .. }) && found.at == at;
        self.differences.iter().any(|found| is_it(&found))
    }

    fn state(&self, at: &str) -> &'static str {
        let argument = |found: &&Difference| found.at.starts_with(&format!("{at}("));
        match () {
            () if lacks(&self.differences, at) => "absent",
            () if self.differs(at) || self.differences.iter().any(|found| argument(&found)) => "differs",
            () => "the same",
        }
    }
}

fn rows<'t>(table: &'t Table, key: &str) -> impl Iterator<Item = &'t Value> {
    table.get(key).and_then(Value::as_array).into_iter().flatten()
}
