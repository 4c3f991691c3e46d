//! The search syntax of `query:` arguments: `status:open AND (tag:a OR -sku:B*) created_at:>=2024-01-01`.
//!
//! A text goes through three steps. [`parse`] reads the syntax, whatever is asked for. [`Query::for_orders`] and its
//! siblings drop what the list doesn't know, with a warning, and put the shop's words in place of Shopify's.
//! What comes out is a [`Search`]: conditions that the index rows can answer, and the question whether something that
//! was loaded is a match. The conditions never miss a match, but may let others through.
//!
//! A value that cannot be understood matches nothing, so that a misspelt status never stands for every order.

mod cover;
mod fact;
mod meaning;
mod moment;
mod orders;
mod syntax;
mod work;

#[cfg(test)]
mod tests;

use domain::fulfillment_order::FulfillmentOrder;
use domain::order::Order;
use domain::snapshot::Shop;
use domain::time::Time;
use engine::query::Condition;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use cover::Cover;
pub use fact::Fact;
use syntax::{Node, Op, Term};

/// What a search means depends on: the shop's time zone, its order names, and the time.
#[derive(Debug, Clone)]
pub struct Context {
    now: Time,
    zone: TimeZone,
    order_prefix: String,
}

impl Context {
    /// How `shop` understands a search at `now`.
    pub fn new(shop: &Shop, now: Time) -> Self {
        let zone = TimeZone::get(&shop.time_zone).unwrap_or(TimeZone::UTC);
        Context { now, zone, order_prefix: shop.order_prefix.clone() }
    }
}

/// Something in a search that was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The field that it is about.
    pub field: String,
    /// What is wrong.
    pub message: String,
    /// `invalid_field` or `invalid_value`.
    pub code: &'static str,
}

impl Warning {
    fn field(name: &str) -> Self {
        let message = "Invalid search field for this query.".to_owned();
        Warning { field: name.to_owned(), message, code: "invalid_field" }
    }

    fn value(field: &str, value: &str) -> Self {
        let message = format!("Input `{value}` is not an accepted value.");
        Warning { field: field.to_owned(), message, code: "invalid_value" }
    }
}

/// A text that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// `None` asks for everything.
    root: Option<Node>,
    warnings: Vec<Warning>,
}

/// Reads a text. Never fails: stray parentheses and connectives are passed over, open ones end with the text.
/// A text that is too large to answer matches nothing.
pub fn parse(text: &str) -> Query {
    match syntax::read(text) {
        Ok(root) => Query { root, warnings: Vec::new() },
        Err(syntax::TooLarge) => {
            let message = "The search query is too long or too complex.".to_owned();
            let warning = Warning { field: "query".to_owned(), message, code: "invalid_value" };
            Query { root: Some(Node::Any(Vec::new())), warnings: vec![warning] }
        }
    }
}

impl Query {
    /// A search of the shop's orders.
    pub fn for_orders(&self, context: &Context) -> Search {
        let mut warnings = self.warnings.clone();
        let root = self.root.as_ref().and_then(|root| orders::resolve(root, context, &mut warnings));
        Search::new(root, context, warnings, orders::cover)
    }

    /// A search of fulfillment orders.
    pub fn for_work(&self, context: &Context) -> Search {
        let mut warnings = self.warnings.clone();
        let root = self.root.as_ref().and_then(|root| work::resolve(root, &mut warnings));
        Search::new(root, context, warnings, work::cover)
    }

    /// A search of fulfillment orders that are held.
    pub fn for_held_work(&self, context: &Context) -> Search {
        let mut warnings = self.warnings.clone();
        let root = self.root.as_ref().and_then(|root| work::resolve_held(root, context, &mut warnings));
        Search::new(root, context, warnings, work::cover)
    }

    /// A search of things that are in memory anyway, by [`Search::matches`]. Bare words are always understood;
    /// [`Search::matches`] asks for them by the empty name.
    pub fn for_fields(&self, fields: &[&str], context: &Context) -> Search {
        let mut warnings = self.warnings.clone();
        let root = self.root.as_ref().and_then(|root| {
            root.resolve(&mut |term| {
                if term.field.is_empty() || fields.contains(&term.field.as_str()) {
                    return Some(Node::Is(term.clone()));
                }
                warnings.push(Warning::field(&term.field));
                None
            })
        });
        Search::new(root, context, warnings, |_, _| Cover::Within(Vec::new()))
    }

    /// How the text was read, for `extensions.search`.
    pub fn parsed(&self) -> Value {
        self.root.as_ref().map_or_else(|| json!({}), describe)
    }
}

fn describe(node: &Node) -> Value {
    let all = |nodes: &[Node]| nodes.iter().map(describe).collect::<Vec<_>>();
    match node {
        Node::All(nodes) => json!({ "and": all(nodes) }),
        Node::Any(nodes) => json!({ "or": all(nodes) }),
        Node::Not(node) => json!({ "not": describe(node) }),
        Node::Is(term) => {
            let words: Vec<&str> = term.words.iter().map(|word| word.text.as_str()).collect();
            let field = if term.field.is_empty() { "default" } else { &term.field };
            let range = match term.op {
                Op::Is if term.words.iter().any(|word| word.prefix) => {
                    return json!({ "field": field, "match_prefix": words.join(",") });
                }
                Op::Is => return json!({ "field": field, "match_all": words.join(",") }),
                Op::More => "gt",
                Op::MoreOrSame => "gte",
                Op::Less => "lt",
                Op::LessOrSame => "lte",
            };
            json!({ "field": field, "range": { range: words.join(",") } })
        }
    }
}

/// What a list has to do for a search.
#[derive(Debug, Clone)]
pub struct Search {
    /// Every match meets these.
    pub conditions: Vec<Condition>,
    /// Whether nothing but matches meets the conditions, so that a list has nothing left to look at.
    pub exact: bool,
    /// What was not understood.
    pub warnings: Vec<Warning>,
    /// `None` asks for everything.
    root: Option<Node>,
    context: Context,
}

impl Search {
    fn new(
        root: Option<Node>,
        context: &Context,
        warnings: Vec<Warning>,
        leaf: fn(&Term, &Context) -> Cover,
    ) -> Self {
        let everything = Cover::Exactly(Vec::new());
        let cover =
            root.as_ref().map_or(everything, |root| cover::of(root, false, &|term| leaf(term, context)));
        let exact = cover.is_exact();
        Search { conditions: cover.into_conditions(), exact, warnings, root, context: context.clone() }
    }

    /// Whether an order is a match.
    pub fn matches_order(&self, order: &Order) -> bool {
        self.matches(&|field| orders::fact(order, field))
    }

    /// Whether a fulfillment order is a match.
    pub fn matches_work(&self, order: &Order, work: &FulfillmentOrder) -> bool {
        self.matches(&|field| work::fact(order, work, field))
    }

    /// Whether something whose fields `fact` tells is a match; the empty name asks for what bare words look at.
    pub fn matches<'a>(&self, fact: &dyn Fn(&str) -> Fact<'a>) -> bool {
        let meets = |term: &Term| fact(&term.field).meets(term, &self.context);
        self.root.as_ref().is_none_or(|root| root.holds(&meets))
    }
}
