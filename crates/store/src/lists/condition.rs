//! Conditions of lists, and the SQL that they become.

use domain::id::ServiceId;

use crate::db::Value;
use crate::index::source_identifier;

/// One condition on a column. Conditions of a list must all hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// A number lies in the bounds, both included.
    Between(Column, Option<i64>, Option<i64>),
    /// A number or text is one of these; none of them matches nothing.
    OneOf(Column, Vec<Value>),
    /// A number or text is none of these.
    NoneOf(Column, Vec<Value>),
    /// A text begins so.
    Prefix(Column, String),
    /// A text is one of these, which are ASCII in lower case, but for the case of its letters.
    Alike(Column, Vec<String>),
    /// All conditions of one of these groups hold; no group matches nothing.
    Any(Vec<Vec<Condition>>),
    /// Not all of these hold. A column without a value meets no condition, so it meets its opposite.
    Not(Vec<Condition>),
    /// A contact has one of these labels, given in lower case; none of them matches nothing.
    Tagged(Vec<String>),
    /// Work that still waits to be done. A condition of its own, since an index holds just that work.
    Open,
    /// Work at locations run by certain people; nobody named matches nothing.
    RunBy {
        /// By the merchant.
        merchant: bool,
        /// By one of these services.
        own: Vec<ServiceId>,
        /// By any service but these.
        others: Option<Vec<ServiceId>>,
    },
}

/// Columns that conditions may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the index rows")]
pub enum Column {
    OrderId,
    Number,
    Name,
    SourceKey,
    /// What the program that sent an order calls it.
    SourceIdentifier,
    Email,
    ProcessedAt,
    CreatedAt,
    UpdatedAt,
    State,
    Payment,
    Fulfillment,
    Test,
    FulfillmentOrderId,
    LocationId,
    ServiceId,
    Stage,
    Request,
    /// Whose an order is.
    ContactId,
    RecordId,
    ParentId,
    OtherId,
    RecordKey,
    Archived,
    /// Whether a contact can be written to.
    Active,
    /// Whether a contact is somebody.
    Somebody,
    GrantId,
    /// Whether an order is paid again and again.
    Subscription,
    InvoiceId,
    InvoiceNumber,
    InvoiceKind,
    InvoiceStatus,
    ExternalId,
}

impl Column {
    fn of(self, alias: &str) -> String {
        let name = match self {
            Column::OrderId => "order_id",
            Column::Number => "number",
            Column::Name => "name",
            Column::SourceKey => "source_key",
            Column::SourceIdentifier => "source_identifier",
            Column::Email => "email",
            Column::ProcessedAt => "processed_at",
            Column::CreatedAt => "created_at",
            Column::UpdatedAt => "updated_at",
            Column::State => "state",
            Column::Payment => "payment",
            Column::Fulfillment => "fulfillment",
            Column::Test => "test",
            Column::FulfillmentOrderId => "fulfillment_order_id",
            Column::LocationId => "location_id",
            Column::ServiceId => "service_id",
            Column::Stage => "stage",
            Column::Request => "request",
            Column::ContactId => "contact_id",
            Column::RecordId => "record_id",
            Column::ParentId => "parent_id",
            Column::OtherId => "other_id",
            Column::RecordKey => "record_key",
            Column::Archived => "archived",
            Column::Active => "active",
            Column::Somebody => "somebody",
            Column::GrantId => "grant_id",
            Column::Subscription => "subscription",
            Column::InvoiceId => "invoice_id",
            Column::InvoiceNumber => "number",
            Column::InvoiceKind => "kind",
            Column::InvoiceStatus => "status",
            Column::ExternalId => "external_id",
        };
        format!("{alias}.{name}")
    }
}

/// The text that all of the conditions hold; their values go to the end of `values`.
pub(super) fn all(conditions: &[Condition], alias: &str, values: &mut Vec<Value>) -> String {
    let each: Vec<String> = conditions.iter().map(|condition| condition.sql(alias, values)).collect();
    if each.is_empty() { "1 = 1".to_owned() } else { each.join(" AND ") }
}

impl Condition {
    /// Of an order: it may be one that the program that sent it calls so. Of very long names only the beginning counts.
    pub fn sent_as<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let names = names.into_iter().map(|name| source_identifier(name).into());
        Condition::OneOf(Column::SourceIdentifier, names.collect())
    }

    fn sql(&self, alias: &str, values: &mut Vec<Value>) -> String {
        match self {
            // An index in which other columns follow is of use for one value, and hardly for a range of one value.
            Condition::Between(column, Some(low), Some(high)) if low == high => {
                among(&column.of(alias), [(*low).into()], values)
            }
            Condition::Between(column, low, high) => {
                let mut bound = |sign: &str, bound: &Option<i64>| {
                    bound.map(|bound| format!("{} {sign} {}", column.of(alias), place(values, bound.into())))
                };
                let bounds: Vec<String> =
                    [bound(">=", low), bound("<=", high)].into_iter().flatten().collect();
                if bounds.is_empty() { "1 = 1".to_owned() } else { bounds.join(" AND ") }
            }
            Condition::OneOf(column, wanted) => among(&column.of(alias), wanted.iter().cloned(), values),
            Condition::NoneOf(_, unwanted) if unwanted.is_empty() => "1 = 1".to_owned(),
            Condition::NoneOf(column, unwanted) => {
                format!("NOT ({})", among(&column.of(alias), unwanted.iter().cloned(), values))
            }
            Condition::Prefix(column, prefix) => {
                // Neither LIKE nor a range: the same on both databases, whatever the order of letters in theirs.
                let length = prefix.chars().count();
                let n = place(values, prefix.as_str().into());
                format!("substr({}, 1, {length}) = {n}", column.of(alias))
            }
            Condition::Alike(column, texts) => {
                let lower = format!("lower({})", column.of(alias));
                among(&lower, texts.iter().map(|text| text.as_str().into()), values)
            }
            Condition::Tagged(tags) => {
                let tag = among("t.tag", tags.iter().map(|tag| tag.as_str().into()), values);
                format!(
                    "EXISTS (SELECT 1 FROM tags_of_contacts t WHERE t.shop_id = {alias}.shop_id \
                     AND t.contact_id = {alias}.contact_id AND {tag})"
                )
            }
            Condition::Open => format!("{alias}.is_open = 1"),
            Condition::RunBy { merchant, own, others } => {
                let service = Column::ServiceId.of(alias);
                let ids =
                    |services: &[ServiceId]| services.iter().map(|id| id.0.into()).collect::<Vec<Value>>();
                let mut ways = Vec::new();
                if *merchant {
                    ways.push(format!("{service} IS NULL"));
                }
                if !own.is_empty() {
                    ways.push(among(&service, ids(own), values));
                }
                if let Some(others) = others {
                    let not = Condition::NoneOf(Column::ServiceId, ids(others)).sql(alias, values);
                    ways.push(format!("{service} IS NOT NULL AND {not}"));
                }
                either(&ways)
            }
            Condition::Any(groups) => {
                let ways: Vec<String> = groups.iter().map(|group| all(group, alias, values)).collect();
                either(&ways)
            }
            Condition::Not(conditions) => format!("({}) IS NOT TRUE", all(conditions, alias, values)),
        }
    }
}

fn place(values: &mut Vec<Value>, value: Value) -> String {
    values.push(value);
    format!("${}", values.len())
}

fn among(what: &str, wanted: impl IntoIterator<Item = Value>, values: &mut Vec<Value>) -> String {
    let places: Vec<String> = wanted.into_iter().map(|value| place(values, value)).collect();
    match places.as_slice() {
        [] => "1 = 0".to_owned(),
        [one] => format!("{what} = {one}"),
        several => format!("{what} IN ({})", several.join(", ")),
    }
}

fn either(ways: &[String]) -> String {
    if ways.is_empty() { "1 = 0".to_owned() } else { format!("({})", ways.join(" OR ")) }
}
