//! Errors as clients see them.
//!
//! Two shapes share one type. An error found before anything runs (static validation) is written
//! `message, locations, path, extensions`; one raised while running is written
//! `message, locations, extensions, path`. Clients that compare recorded responses notice, so the
//! order is kept.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value};

/// A place in the document, both numbers counted from one, the column in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Location {
    /// Line, from one.
    pub line: u32,
    /// Column, from one.
    pub column: u32,
}

/// One step of a path: a name, or a place in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum PathSegment {
    /// A response key, or, in static errors, an operation, field or argument.
    Name(String),
    /// A place in a list, from zero.
    Index(usize),
}

impl From<&str> for PathSegment {
    fn from(name: &str) -> Self {
        PathSegment::Name(name.to_owned())
    }
}

impl From<String> for PathSegment {
    fn from(name: String) -> Self {
        PathSegment::Name(name)
    }
}

/// When an error came to light; decides the order of its keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Before execution: `path` comes before `extensions`.
    Static,
    /// While executing: `extensions` comes before `path`.
    Runtime,
}

/// One entry of a response's `errors`.
#[derive(Debug, Clone, PartialEq)]
pub struct GraphqlError {
    /// What went wrong, in words.
    pub message: String,
    /// Where in the document; `None` leaves the key out.
    pub locations: Option<Vec<Location>>,
    /// Where in the response (runtime) or in the document (static); `None` leaves the key out.
    pub path: Option<Vec<PathSegment>>,
    /// `code` and further facts; an empty map leaves the key out.
    pub extensions: Map<String, Value>,
    /// Decides the order of the keys.
    pub phase: Phase,
}

impl GraphqlError {
    /// An error with a message and nothing else.
    pub fn new(message: impl Into<String>) -> Self {
        GraphqlError {
            message: message.into(),
            locations: None,
            path: None,
            extensions: Map::new(),
            phase: Phase::Runtime,
        }
    }

    /// An error found before execution.
    pub(crate) fn before(message: impl Into<String>, locations: Vec<Location>) -> Self {
        GraphqlError { locations: Some(locations), phase: Phase::Static, ..GraphqlError::new(message) }
    }

    /// Sets `extensions.code`.
    #[must_use]
    pub fn code(self, code: &str) -> Self {
        self.extension("code", code)
    }

    /// Sets one entry of `extensions`.
    #[must_use]
    pub fn extension(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.extensions.insert(key.to_owned(), value.into());
        self
    }

    /// Sets the path.
    #[must_use]
    pub fn at(mut self, path: Vec<PathSegment>) -> Self {
        self.path = Some(path);
        self
    }
}

impl Serialize for GraphqlError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("message", &self.message)?;
        if let Some(locations) = &self.locations {
            map.serialize_entry("locations", locations)?;
        }
        if self.phase == Phase::Static
            && let Some(path) = &self.path
        {
            map.serialize_entry("path", path)?;
        }
        if !self.extensions.is_empty() {
            map.serialize_entry("extensions", &self.extensions)?;
        }
        if self.phase == Phase::Runtime
            && let Some(path) = &self.path
        {
            map.serialize_entry("path", path)?;
        }
        map.end()
    }
}

/// A field that could not be answered: the field becomes null and the error is listed.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldError {
    /// What went wrong, in words.
    pub message: String,
    /// `code` and further facts, in the order given.
    pub extensions: Map<String, Value>,
    /// Whether the object around the field goes too, although the field may be null.
    pub null_parent: bool,
}

impl FieldError {
    /// An error with a message and no extensions.
    pub fn new(message: impl Into<String>) -> Self {
        FieldError { message: message.into(), extensions: Map::new(), null_parent: false }
    }

    /// Sets `extensions.code`.
    #[must_use]
    pub fn code(self, code: &str) -> Self {
        self.extension("code", code)
    }

    /// Sets one entry of `extensions`.
    #[must_use]
    pub fn extension(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.extensions.insert(key.to_owned(), value.into());
        self
    }

    /// Takes the object around the field with it.
    #[must_use]
    pub fn null_parent(mut self) -> Self {
        self.null_parent = true;
        self
    }
}
