//! What was recorded: requests and answers of a real shop, read from the reference beside the project.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// A recorded session.
pub struct Capture {
    /// The name of its file, without `.json`.
    pub name: String,
    /// The version of the API that it was recorded with.
    pub version: String,
    /// Its steps, in order.
    pub steps: Vec<Step>,
}

/// A request and its answer.
pub struct Step {
    /// What the recorder called it.
    pub name: String,
    /// The document; `None` if it was not kept.
    pub query: Option<String>,
    /// The variables.
    pub variables: Value,
    /// The answer.
    pub response: Value,
}

/// Variables that a recorder left out, but its answers tell: (recording, name, value).
const LEFT_OUT: &[(&str, &str, &str)] = &[(
    "2026-04__orders__order-edit-existing-order-happy-path",
    "id",
    "gid://shopify/CalculatedOrder/112432611634",
)];

/// Where recordings are: in `CONSIGN_CAPTURES`, or beside the checkout.
fn folder() -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/reference/shopify/captures");
    std::env::var_os("CONSIGN_CAPTURES").map_or(beside, PathBuf::from)
}

/// Every recording, sorted by name.
pub fn all() -> Vec<Capture> {
    let folder = folder();
    let files = std::fs::read_dir(&folder).unwrap_or_else(|error| {
        panic!(
            "The recordings of a real shop are not at {} ({error}); set CONSIGN_CAPTURES to the folder that has them.",
            folder.display()
        )
    });
    let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "json"));
    paths.sort();
    assert!(!paths.is_empty(), "There is no recording in {}.", folder.display());
    paths.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Capture {
    let mut told: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let steps = told["steps"].as_array_mut().unwrap().iter_mut().map(|step| Step {
        name: step["step"].as_str().unwrap().to_owned(),
        query: step["query"].as_str().map(str::to_owned),
        variables: step["variables"].take(),
        response: step["response"].take(),
    });
    let mut steps: Vec<Step> = steps.collect();
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    for (_, key, value) in LEFT_OUT.iter().filter(|(of, ..)| *of == name) {
        steps.iter_mut().for_each(|step| step.variables[*key] = (*value).into());
    }
    Capture { name, version: told["api_version"].as_str().unwrap().to_owned(), steps }
}

impl Step {
    /// The keys of the answer's data. An answer without data tells none.
    pub fn answered(&self) -> Vec<&str> {
        let data = self.response["data"].as_object();
        data.map_or_else(Vec::new, |data| data.keys().map(String::as_str).collect())
    }

    /// Whether it was refused, by user errors or by errors of the document.
    pub fn refused(&self) -> bool {
        let told = |payload: &Value| {
            let errors = payload.as_object().into_iter().flatten();
            let mut errors = errors.filter(|(key, _)| key.to_lowercase().ends_with("usererrors"));
            errors.any(|(_, errors)| errors.as_array().is_some_and(|errors| !errors.is_empty()))
        };
        match self.response["data"].as_object() {
            Some(data) => data.values().all(|payload| payload.is_null() || told(payload)),
            None => true,
        }
    }
}

/// Every global id in a value.
pub fn ids(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) if text.starts_with("gid://") => vec![text],
        Value::Array(items) => items.iter().flat_map(ids).collect(),
        Value::Object(map) => map.values().flat_map(ids).collect(),
        _ => Vec::new(),
    }
}
