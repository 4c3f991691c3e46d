//! Gathers the texts of all settings: defaults < file < environment < flags.

use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Origin, Purpose, Resolved, SETTINGS, Setting, Sources};

/// One entry for each setting, checked; or all that is wrong.
pub(super) fn gather(sources: &Sources) -> Result<Vec<Resolved>, Vec<String>> {
    let mut layers = Layers { values: defaults(sources.purpose), problems: Vec::new() };
    match find_file(sources) {
        Ok(Some((path, text))) => layers.read_file(&path, &text),
        Ok(None) => {}
        Err(problem) => layers.problems.push(problem),
    }
    layers.read_env(sources);
    for flag in &sources.flags {
        layers.set(flag.key, flag.value.clone(), Origin::Flag(flag.name));
    }
    if layers.problems.is_empty() { Ok(layers.values) } else { Err(layers.problems) }
}

fn defaults(purpose: Purpose) -> Vec<Resolved> {
    let text = |setting: &Setting| match (purpose, setting.dev) {
        (Purpose::Dev, Some(dev)) => dev.to_owned(),
        _ => setting.default.to_owned(),
    };
    SETTINGS
        .iter()
        .map(|setting| Resolved { setting, text: text(setting), origin: Origin::Default })
        .collect()
}

/// The file to read and its text. A file that somebody named must exist; the usual ones need not.
fn find_file(sources: &Sources) -> Result<Option<(PathBuf, String)>, String> {
    let from_env = sources.env.iter().find(|(name, value)| name == "CONSIGN_CONFIG" && !value.is_empty());
    let named = match (&sources.file, from_env) {
        (Some(path), _) => Some((path.clone(), "--config")),
        (None, Some((_, path))) => Some((PathBuf::from(path), "CONSIGN_CONFIG")),
        (None, None) => None,
    };
    if let Some((path, by)) = named {
        return match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some((path, text))),
            Err(error) => Err(format!("cannot read {}, which {by} names: {error}", path.display())),
        };
    }
    for path in &sources.search {
        match std::fs::read_to_string(path) {
            Ok(text) => return Ok(Some((path.clone(), text))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(format!("cannot read {}: {error}", path.display())),
        }
    }
    Ok(None)
}

struct Layers {
    values: Vec<Resolved>,
    problems: Vec<String>,
}

impl Layers {
    fn set(&mut self, key: &str, text: String, origin: Origin) {
        let Some(entry) = self.values.iter_mut().find(|entry| entry.setting.key == key) else {
            return self.problems.push(format!("{origin}: there is no setting {key}{}", did_you_mean(key)));
        };
        match entry.setting.check(&text) {
            Ok(()) => (entry.text, entry.origin) = (text, origin),
            Err(problem) => self.problems.push(format!("{origin}: {problem}")),
        }
    }

    fn read_file(&mut self, path: &Path, text: &str) {
        let line_of = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
        let table = match DeTable::parse(text) {
            Ok(table) => table,
            Err(error) => {
                let line = error.span().map_or(1, |span| line_of(span.start));
                return self.problems.push(format!("{}:{line}: {}", path.display(), error.message()));
            }
        };
        for (section, content) in table.get_ref() {
            let origin = |at: usize| Origin::File(path.to_owned(), line_of(at));
            let DeValue::Table(entries) = content.get_ref() else {
                let key = section.get_ref();
                self.problems.push(format!(
                    "{}: `{key}` stands outside of a section{}",
                    origin(section.span().start),
                    did_you_mean(key)
                ));
                continue;
            };
            for (name, value) in entries {
                let key = format!("{}.{}", section.get_ref(), name.get_ref());
                let origin = origin(name.span().start);
                match plain(value) {
                    Some(text) => self.set(&key, text, origin),
                    None => self.problems.push(format!("{origin}: {key} wants a single value")),
                }
            }
        }
    }

    /// `CONSIGN_SECTION__KEY`, and `CONSIGN_SECTION__KEY_FILE` for a file that holds the value. An empty variable
    /// counts as not set, since that is what container tools make of a variable that nobody filled in.
    fn read_env(&mut self, sources: &Sources) {
        let mut variables: Vec<_> = sources
            .env
            .iter()
            .filter_map(|(name, value)| {
                let name = name.to_str()?;
                let key = name.strip_prefix("CONSIGN_").filter(|rest| rest.contains("__"))?;
                (!value.is_empty()).then(|| (name, key.replacen("__", ".", 1).to_lowercase(), value))
            })
            .collect();
        variables.sort_unstable_by_key(|(name, ..)| *name);
        for (name, key, value) in &variables {
            let origin = Origin::Env((*name).to_owned());
            let from_file =
                key.strip_suffix("_file").filter(|key| SETTINGS.iter().any(|row| row.key == *key));
            let text = match from_file {
                Some(key) if variables.iter().any(|(_, other, _)| other == key) => {
                    let plain = name.trim_end_matches("_FILE");
                    self.problems.push(format!("{plain} and {name} are both set: unset one of them"));
                    continue;
                }
                Some(_) => std::fs::read_to_string(value)
                    .map(|text| text.trim_end_matches(['\r', '\n']).to_owned())
                    .map_err(|error| {
                        format!("{origin}: cannot read {}: {error}", Path::new(value).display())
                    }),
                None => value.to_str().map(str::to_owned).ok_or(format!("{origin}: the value is not UTF-8")),
            };
            match text {
                Ok(text) => self.set(from_file.unwrap_or(key), text, origin),
                Err(problem) => self.problems.push(problem),
            }
        }
    }
}

/// The text of a single TOML value.
fn plain(value: &Spanned<DeValue<'_>>) -> Option<String> {
    match value.get_ref() {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().to_owned()),
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        DeValue::Boolean(answer) => Some(answer.to_string()),
        _ => None,
    }
}

/// `; did you mean …?` for the nearest key, or a pointer to the list.
fn did_you_mean(unknown: &str) -> String {
    // A right name in a wrong section is nearer than a wrong name that looks alike.
    let last = |key: &str| key.rsplit('.').next().map(str::to_owned);
    let score = |key: &str| match last(key) == last(unknown) {
        true => 1.0,
        false => strsim::normalized_damerau_levenshtein(key, unknown),
    };
    let best = SETTINGS.iter().map(|row| (score(row.key), row.key)).max_by(|a, b| a.0.total_cmp(&b.0));
    match best {
        Some((score, key)) if score >= 0.6 => format!("; did you mean {key}?"),
        _ => "; `consign config show` lists all".to_owned(),
    }
}
