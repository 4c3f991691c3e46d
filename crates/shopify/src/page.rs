//! Connections: pages with cursors. A cursor is base64 of `{"last_id":…,"last_value":…}`, as the original's.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::query::{Descending, Page, Value};
use graphql::{Field, FieldError, Object, Out};
use serde_json::json;

use crate::words::missing;

/// How many rows a page has at the most.
const LARGEST: i64 = 250;

/// What a connection's arguments ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// How many rows.
    pub(crate) size: usize,
    /// Whether the last rows are asked for, not the first.
    pub(crate) from_end: bool,
    /// Sort key and id of the row behind or before which the page lies.
    pub(crate) cursor: Option<(Value, i64)>,
    /// Whether the list runs the other way round.
    pub(crate) reverse: bool,
}

/// What the rows of a list are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keys {
    /// Numbers or times.
    Numbers,
    /// Texts.
    Texts,
}

/// Reads the arguments of a connection that is sorted by numbers.
pub(crate) fn asked(field: &Field<'_>) -> Result<Asked, FieldError> {
    asked_by(field, Keys::Numbers)
}

/// Reads a connection's arguments.
pub(crate) fn asked_by(field: &Field<'_>, keys: Keys) -> Result<Asked, FieldError> {
    let number = |name: &str| field.arg(name).and_then(|arg| arg.as_int());
    let (size, from_end) = match (number("first"), number("last")) {
        (Some(_), Some(_)) => return Err(bad("providing both first and last is not supported")),
        (Some(first), None) => (first, false),
        (None, Some(last)) => (last, true),
        (None, None) => return Err(bad("you must provide one of first or last")),
    };
    if size < 0 {
        let which = if from_end { "last" } else { "first" };
        return Err(bad(&format!("{which} cannot be negative")));
    }
    if size > LARGEST {
        return Err(bad(&format!("the page size can't be larger than {LARGEST}, but {size} was asked for")));
    }
    let cursor = field.str_arg("after").or_else(|| field.str_arg("before"));
    let cursor = cursor.map(|text| {
        parse_cursor(text, keys).ok_or_else(|| bad("Invalid cursor for current pagination sort."))
    });
    Ok(Asked {
        size: size as usize,
        from_end,
        cursor: cursor.transpose()?,
        reverse: field.arg("reverse").and_then(|arg| arg.as_bool()).unwrap_or(false),
    })
}

fn bad(message: &str) -> FieldError {
    FieldError::new(message).code("BAD_REQUEST")
}

impl Asked {
    /// The store's page: one row more than asked for tells whether there is a next page.
    pub(crate) fn page(&self) -> Page {
        let descending = if self.reverse != self.from_end { Descending::Yes } else { Descending::No };
        Page { after: self.cursor.clone(), descending, limit: self.size as u32 + 1 }
    }

    /// Turns all rows of a list, which are in ascending order, into those that such a page begins with.
    pub(crate) fn skip_to<T>(&self, rows: &mut Vec<T>, place: impl Fn(&T) -> Place) {
        let descending = self.reverse != self.from_end;
        if descending {
            rows.reverse();
        }
        if let Some((key, id)) = &self.cursor {
            let cursor = Place::of(key, *id);
            rows.retain(|row| if descending { place(row) < cursor } else { place(row) > cursor });
        }
    }

    /// The rows of such a page in the order of the list, without the one too many.
    pub(crate) fn cut<T>(&self, mut rows: Vec<T>) -> Cut<T> {
        let more = rows.len() > self.size;
        rows.truncate(self.size);
        let before = self.cursor.is_some();
        if self.from_end {
            rows.reverse();
            return Cut { rows, more_behind: before, more_before: more };
        }
        Cut { rows, more_behind: more, more_before: before }
    }
}

/// The rows of a page, and whether there are others.
pub(crate) struct Cut<T> {
    pub(crate) rows: Vec<T>,
    pub(crate) more_behind: bool,
    pub(crate) more_before: bool,
}

/// The cursor of the row with that id and sort key.
pub(crate) fn cursor(id: i64, value: &Value) -> String {
    let value = match value {
        Value::Int(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Null => String::new(),
    };
    STANDARD.encode(json!({"last_id": id, "last_value": value}).to_string())
}

fn parse_cursor(text: &str, keys: Keys) -> Option<(Value, i64)> {
    let cursor: serde_json::Value = serde_json::from_slice(&STANDARD.decode(text).ok()?).ok()?;
    let id = cursor.get("last_id")?.as_i64()?;
    let value = cursor.get("last_value")?;
    let key = match keys {
        Keys::Texts => Value::from(value.as_str()?),
        Keys::Numbers => Value::from(value.as_i64().or_else(|| value.as_str()?.parse().ok())?),
    };
    Some((key, id))
}

/// A row of a connection: the node, its id and its sort key.
pub(crate) struct Row<'a> {
    pub(crate) node: Box<dyn Object + 'a>,
    pub(crate) id: i64,
    pub(crate) value: Value,
}

impl<'a> Row<'a> {
    /// A row that is sorted by something else.
    pub(crate) fn by(value: impl Into<Value>, id: i64, node: impl Object + 'a) -> Self {
        Self { node: Box::new(node), id, value: value.into() }
    }

    /// A row that is sorted by its id.
    pub(crate) fn new(id: i64, node: impl Object + 'a) -> Self {
        Self { node: Box::new(node), id, value: id.into() }
    }
}

/// Where a row stands among those of its list: by its sort key, and by its id among equals.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(i64, String, i64);

impl Place {
    /// The place of the row with that sort key and id.
    pub(crate) fn of(key: &Value, id: i64) -> Self {
        match key {
            Value::Int(number) => Self(*number, String::new(), id),
            Value::Text(text) => Self(0, text.clone(), id),
            Value::Null => Self(0, String::new(), id),
        }
    }
}

/// A page of rows.
pub(crate) struct Connection<'a> {
    kind: &'static str,
    edge: &'static str,
    rows: Vec<Row<'a>>,
    more_behind: bool,
    more_before: bool,
}

impl<'a> Connection<'a> {
    /// A page of rows that are all in memory, in ascending order.
    pub(crate) fn of_all(
        (kind, edge): (&'static str, &'static str),
        mut rows: Vec<Row<'a>>,
        field: &Field<'_>,
    ) -> Result<Self, FieldError> {
        let keys = match rows.first().map(|row| &row.value) {
            Some(Value::Int(_)) => Keys::Numbers,
            _ => Keys::Texts,
        };
        let asked = asked_by(field, keys)?;
        if asked.reverse {
            rows.reverse();
        }
        let at = |id: i64| rows.iter().position(|row| row.id == id);
        let (mut start, mut end) = (0, rows.len());
        if let Some((value, id)) = &asked.cursor {
            // A row that is gone is looked for by where it would stand.
            let gone = || {
                let passed = |row: &Row<'_>| {
                    let before = Place::of(&row.value, row.id).cmp(&Place::of(value, *id));
                    if asked.reverse { before.is_gt() } else { before.is_lt() }
                };
                rows.iter().take_while(|row| passed(row)).count()
            };
            match (field.str_arg("after").is_some(), at(*id)) {
                (true, Some(place)) => start = place + 1,
                (true, None) => start = gone(),
                (false, Some(place)) => end = place,
                (false, None) => end = gone(),
            }
        }
        if asked.from_end {
            start = start.max(end.saturating_sub(asked.size));
        } else {
            end = end.min(start + asked.size);
        }
        let (more_before, more_behind) = (start > 0, end < rows.len());
        rows.truncate(end);
        let rows = rows.split_off(start.min(rows.len()));
        Ok(Self { kind, edge, rows, more_behind, more_before })
    }

    /// A page that the store read with [`Asked::page`], one row more than asked for if there are more.
    pub(crate) fn of_page(
        (kind, edge): (&'static str, &'static str),
        rows: Vec<Row<'a>>,
        asked: &Asked,
    ) -> Self {
        let Cut { rows, more_before, more_behind } = asked.cut(rows);
        Self { kind, edge, rows, more_behind, more_before }
    }
}

impl Object for Connection<'_> {
    fn type_name(&self) -> &'static str {
        self.kind
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "nodes" => Out::List(self.rows.iter().map(|row| Out::Ref(&*row.node)).collect()),
            "edges" => Out::objects(self.rows.iter().map(|row| Edge { kind: self.edge, row })),
            "pageInfo" => Out::object(PageInfo(self)),
            other => return Err(missing(self.kind, other)),
        })
    }
}

struct Edge<'a> {
    kind: &'static str,
    row: &'a Row<'a>,
}

impl Object for Edge<'_> {
    fn type_name(&self) -> &'static str {
        self.kind
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "cursor" => Out::from(cursor(self.row.id, &self.row.value)),
            "node" => Out::Ref(&*self.row.node),
            other => return Err(missing(self.kind, other)),
        })
    }
}

struct PageInfo<'a>(&'a Connection<'a>);

impl Object for PageInfo<'_> {
    fn type_name(&self) -> &'static str {
        "PageInfo"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let at = |row: Option<&Row<'_>>| row.map_or(Out::Null, |row| Out::from(cursor(row.id, &row.value)));
        Ok(match field.name() {
            "hasNextPage" => Out::Bool(self.0.more_behind),
            "hasPreviousPage" => Out::Bool(self.0.more_before),
            "startCursor" => at(self.0.rows.first()),
            "endCursor" => at(self.0.rows.last()),
            other => return Err(missing("PageInfo", other)),
        })
    }
}

/// The names of a connection type and its edge type.
macro_rules! names {
    ($node:literal) => {
        (concat!($node, "Connection"), concat!($node, "Edge"))
    };
}
pub(crate) use names;
