//! The house rules, as a test: what reviewers would otherwise have to say again and again.
//!
//! Each test collects everything that breaks its rule and prints one line for each, with the path first.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::fs;
use std::path::{Path, PathBuf};

/// Lines that a file may have, tests not counted.
const CEILING: usize = 500;

/// Files that may be longer, and why.
const LONGER: &[(&str, &str)] = &[];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["utils", "util", "helpers", "helper", "common", "misc", "manager"];

/// Names of the dialects. What they share must not know them.
const DIALECT_WORDS: &[&str] = &["shopify", "clickfunnels", "digitalriver", "digital river", "digital_river"];

/// Crates that no dialect's name may appear in.
const SHARED: &[&str] = &["domain", "store", "engine", "graphql"];

/// Crates that speak to the outside.
const DIALECTS: &[&str] = &["shopify", "clickfunnels", "digitalriver", "admin"];

/// Crates that may hold SQL: `store`, and the one that sets databases up for its tests.
const SPEAKS_SQL: &[&str] = &["store", "testkit"];

/// What else a crate may not depend on.
const FORBIDDEN: &[(&str, &[&str])] = &[
    (
        "domain",
        &[
            "store",
            "engine",
            "tokio",
            "futures",
            "axum",
            "reqwest",
            "rusqlite",
            "tokio-postgres",
            "jiff",
            "rand",
        ],
    ),
    ("graphql", &["domain", "store", "engine", "axum", "rusqlite", "tokio-postgres"]),
    ("store", &["engine", "graphql", "axum", "reqwest"]),
    ("engine", &["graphql", "axum", "rusqlite", "tokio-postgres"]),
];

#[test]
fn no_file_is_too_long_to_read() {
    let too_long = sources().filter_map(|source| {
        let (path, lines) = (source.path.as_str(), source.production().count());
        let excepted = LONGER.iter().any(|(file, _why)| *file == path);
        (lines > CEILING && !excepted)
            .then(|| format!("{path}: {lines} lines, {CEILING} are allowed: split it"))
    });
    hold(too_long);
}

#[test]
fn exceptions_are_still_needed() {
    let needless = LONGER.iter().filter_map(|(file, _why)| {
        let needed = sources().any(|source| source.path == *file && source.production().count() > CEILING);
        (!needed).then(|| format!("{file}: take it out of the exceptions, it is short or gone"))
    });
    hold(needless);
}

#[test]
fn names_say_what_is_inside() {
    let empty = files().into_iter().filter_map(|path| {
        let says_nothing = |part: &str| {
            let stem = part.split('.').next().unwrap_or(part);
            EMPTY_NAMES.iter().any(|name| stem == *name || stem.ends_with(&format!("_{name}")))
        };
        path.split('/').any(says_nothing).then(|| format!("{path}: name it after what is inside"))
    });
    hold(empty);
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent = sources().filter(|source| !source.text.starts_with("//!"));
    hold(silent.map(|source| format!("{}: begins without a `//!` comment", source.path)));
}

#[test]
fn nothing_is_left_for_later() {
    let marks = ["todo!(", "unimplemented!(", "FIXME", "TODO"];
    hold(offences(
        |_| true,
        |line| marks.iter().find(|mark| line.contains(**mark)).map(|mark| format!("holds {mark}")),
    ));
}

#[test]
fn only_the_store_speaks_sql() {
    let elsewhere = |source: &Source| source.krate().is_some_and(|name| !SPEAKS_SQL.contains(&name));
    hold(offences(elsewhere, |line| {
        let code = line.trim_start();
        (!code.starts_with("//") && looks_like_sql(code)).then(|| "SQL belongs in crates/store".into())
    }));
}

#[test]
fn what_the_dialects_share_does_not_know_them() {
    let knows = sources().filter(|source| source.krate().is_some_and(|name| SHARED.contains(&name)));
    hold(knows.flat_map(|source| {
        let lines = source.text.lines().enumerate().filter_map(|(at, line)| {
            let line = line.to_lowercase();
            let word = DIALECT_WORDS.iter().find(|word| line.contains(**word))?;
            Some(format!("{}:{}: knows the dialect `{word}`", source.path, at + 1))
        });
        lines.collect::<Vec<_>>()
    }));
}

#[test]
fn crates_depend_in_one_direction() {
    hold(crates().into_iter().flat_map(|name| {
        let listed =
            FORBIDDEN.iter().filter(|(krate, _)| *krate == name).flat_map(|(_, list)| list.iter().copied());
        let forbidden: Vec<&str> = match DIALECTS.contains(&name.as_str()) {
            true => DIALECTS.iter().copied().chain(["store", "rusqlite", "tokio-postgres"]).collect(),
            false if SHARED.contains(&name.as_str()) => listed.chain(DIALECTS.iter().copied()).collect(),
            false => listed.collect(),
        };
        let found = dependencies(&name)
            .into_iter()
            .filter(move |dependency| forbidden.contains(&dependency.as_str()));
        found
            .map(|dependency| format!("crates/{name}/Cargo.toml: may not depend on {dependency}"))
            .collect::<Vec<_>>()
    }));
}

#[test]
fn the_map_shows_every_crate() {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md is missing");
    let unknown = crates().into_iter().filter(|name| !map.contains(&format!("`{name}`")));
    hold(unknown.map(|name| format!("ARCHITECTURE.md: does not mention `{name}`")));
}

#[test]
fn decisions_are_numbered_and_listed() {
    let lists =
        ["ARCHITECTURE.md", "docs/decisions/README.md"].map(|file| fs::read_to_string(root().join(file)));
    let listed = lists.into_iter().flatten().collect::<String>();
    let files =
        files().into_iter().filter_map(|path| path.strip_prefix("docs/decisions/").map(str::to_owned));
    let decisions = files.filter(|file| file != "README.md").enumerate();
    hold(decisions.filter_map(|(at, file)| {
        let number = format!("{:04}-", at + 1);
        match (file.starts_with(&number), listed.contains(&file)) {
            (true, true) => None,
            (false, _) => Some(format!("docs/decisions/{file}: its number should be {number}")),
            (_, false) => Some(format!("docs/decisions/{file}: is listed nowhere")),
        }
    }));
}

#[test]
fn links_in_documents_lead_somewhere() {
    let pages = files()
        .into_iter()
        .filter(|path| path.ends_with(".md") && (!path.contains('/') || path.starts_with("docs/")));
    hold(pages.flat_map(|page| {
        let file = root().join(&page);
        let text = fs::read_to_string(&file).unwrap();
        let dead = links(&text).into_iter().filter(|link| !file.parent().unwrap().join(link).exists());
        dead.map(|link| format!("{page}: links to {link}, which is not there")).collect::<Vec<_>>()
    }));
}

#[test]
fn sql_is_told_from_english() {
    for sql in [
        "\"SELECT body FROM orders",
        "insert into events (id)",
        "UPDATE stock SET on_hand = 1",
        "delete from keys",
    ] {
        assert!(looks_like_sql(sql), "{sql}");
    }
    for english in ["tokio::select! {", "let update = settings.from();", "\"choose one from the list\""] {
        assert!(!looks_like_sql(english), "{english}");
    }
}

/// Fails with everything that was found.
fn hold(found: impl IntoIterator<Item = String>) {
    let found: Vec<String> = found.into_iter().collect();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

/// A Rust file.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// The crate it belongs to, if its `src` holds it.
    fn krate(&self) -> Option<&str> {
        let (name, rest) = self.path.strip_prefix("crates/")?.split_once('/')?;
        rest.starts_with("src/").then_some(name)
    }

    /// Its numbered lines without those of tests: neither `#[cfg(test)] mod … { … }` nor files of tests.
    fn production(&self) -> impl Iterator<Item = (usize, &str)> {
        let is_test =
            self.path.split('/').any(|part| part == "tests" || part == "tests.rs" || part == "testkit");
        let mut inside = false;
        let mut lines = self.text.lines().enumerate().peekable();
        let keep = move || {
            loop {
                let (at, line) = lines.next()?;
                let begins = line == "#[cfg(test)]"
                    && lines.peek().is_some_and(|(_, next)| next.starts_with("mod ") && next.ends_with('{'));
                inside |= begins;
                if !inside && !is_test {
                    return Some((at + 1, line));
                }
                inside &= line != "}";
            }
        };
        std::iter::from_fn(keep)
    }
}

/// `path:line: what` for each production line that `judge` objects to.
fn offences(
    applies: impl Fn(&Source) -> bool,
    judge: impl Fn(&str) -> Option<String>,
) -> impl Iterator<Item = String> {
    sources().filter(move |source| applies(source)).flat_map(move |source| {
        let found = source
            .production()
            .filter_map(|(at, line)| Some(format!("{}:{at}: {}", source.path, judge(line)?)));
        found.collect::<Vec<_>>()
    })
}

fn looks_like_sql(code: &str) -> bool {
    let code = code.to_lowercase();
    let words: Vec<&str> = code
        .split(|c: char| !c.is_alphanumeric() && c != '_' && c != '!')
        .filter(|word| !word.is_empty())
        .collect();
    let follows = |first: &str, second: &str, within: usize| {
        let begins = words.iter().enumerate().filter(|(_, word)| **word == first);
        begins.into_iter().any(|(at, _)| words[at + 1..].iter().take(within).any(|word| *word == second))
    };
    follows("insert", "into", 1)
        || follows("delete", "from", 1)
        || follows("create", "table", 1)
        || follows("alter", "table", 1)
        || follows("update", "set", 2)
        || (code.contains("\"select ") && follows("select", "from", 20))
}

/// What relative links of a Markdown text point to, without their anchors.
fn links(text: &str) -> Vec<&str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
    let relative = targets.filter(|link| {
        !link.contains("://") && !link.starts_with(['#', '<']) && !link.starts_with("mailto:")
    });
    relative.filter_map(|link| link.split('#').next()).collect()
}

/// Everything that a crate needs when it runs.
fn dependencies(name: &str) -> Vec<String> {
    let manifest = fs::read_to_string(root().join(format!("crates/{name}/Cargo.toml"))).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let table = manifest.get("dependencies").and_then(toml::Value::as_table);
    table.map(|table| table.keys().cloned().collect()).unwrap_or_default()
}

fn crates() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("Cargo.toml").exists())
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn sources() -> impl Iterator<Item = Source> {
    files().into_iter().filter(|path| path.ends_with(".rs")).map(|path| {
        let text = fs::read_to_string(root().join(&path)).unwrap();
        Source { path, text }
    })
}

/// Paths of all files, from the root of the project, sorted.
fn files() -> Vec<String> {
    let (mut found, mut folders) = (Vec::new(), vec![root()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let made_by_programs = ["target", "node_modules", "consign-data"].contains(&name.as_str());
            if name.starts_with('.') || made_by_programs {
                continue;
            }
            match path.is_dir() {
                true => folders.push(path),
                false => found.push(path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/")),
            }
        }
    }
    found.sort();
    found
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
