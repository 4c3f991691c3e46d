//! From a tree of terms to conditions of the store.

use engine::query::{Column, Condition};

use super::fact::Bounds;
use super::syntax::{Node, Term};

/// Conditions, and how well they stand for a term.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cover {
    /// They hold for the matches and for nothing else.
    Exactly(Vec<Condition>),
    /// They hold for every match; without any, for everything.
    Within(Vec<Condition>),
}

impl Cover {
    pub(super) fn is_exact(&self) -> bool {
        matches!(self, Cover::Exactly(_))
    }

    pub(super) fn into_conditions(self) -> Vec<Condition> {
        let (Cover::Exactly(conditions) | Cover::Within(conditions)) = self;
        conditions
    }

    fn new(exact: bool, conditions: Vec<Condition>) -> Self {
        if exact { Cover::Exactly(conditions) } else { Cover::Within(conditions) }
    }

    /// A number that lies in one of these bounds.
    pub(super) fn between(column: Column, bounds: &[Bounds]) -> Self {
        let within = |(low, high): &Bounds| vec![Condition::Between(column, *low, *high)];
        Cover::Exactly(match bounds {
            [] => vec![Condition::OneOf(column, Vec::new())],
            [one] => within(one),
            several => {
                let single = |(low, high): &Bounds| low.filter(|_| low == high);
                match several.iter().map(single).collect::<Option<Vec<i64>>>() {
                    Some(numbers) => {
                        vec![Condition::OneOf(column, numbers.into_iter().map(Into::into).collect())]
                    }
                    None => vec![Condition::Any(several.iter().map(within).collect())],
                }
            }
        })
    }

    /// A text that agrees to the letter with one of the term's words.
    pub(super) fn exact_text(column: Column, term: &Term) -> Self {
        let (prefixes, whole): (Vec<_>, Vec<_>) = term.words.iter().partition(|word| word.prefix);
        let whole = Condition::OneOf(column, whole.iter().map(|word| word.text.as_str().into()).collect());
        if prefixes.is_empty() {
            return Cover::Exactly(vec![whole]);
        }
        let prefixes = prefixes.iter().map(|word| vec![Condition::Prefix(column, word.text.clone())]);
        Cover::Exactly(vec![Condition::Any(prefixes.chain([vec![whole]]).collect())])
    }
}

/// The conditions for a tree, or for its opposite.
pub(super) fn of(node: &Node, negated: bool, leaf: &dyn Fn(&Term) -> Cover) -> Cover {
    let each = |nodes: &[Node]| -> Vec<Cover> { nodes.iter().map(|node| of(node, negated, leaf)).collect() };
    match (node, negated) {
        (Node::Not(node), _) => of(node, !negated, leaf),
        (Node::Is(term), false) => leaf(term),
        (Node::Is(term), true) => match leaf(term) {
            Cover::Exactly(conditions) => Cover::Exactly(vec![Condition::Not(conditions)]),
            Cover::Within(_) => Cover::Within(Vec::new()),
        },
        // What is not all of several is one of their opposites, and the other way round.
        (Node::All(nodes), false) | (Node::Any(nodes), true) => {
            let covers = each(nodes);
            let exact = covers.iter().all(Cover::is_exact);
            Cover::new(exact, covers.into_iter().flat_map(Cover::into_conditions).collect())
        }
        (Node::Any(nodes), false) | (Node::All(nodes), true) => {
            let covers = each(nodes);
            if covers.contains(&Cover::Within(Vec::new())) {
                return Cover::Within(Vec::new());
            }
            let exact = covers.iter().all(Cover::is_exact);
            let ways = covers.into_iter().map(Cover::into_conditions).collect();
            Cover::new(exact, vec![Condition::Any(ways)])
        }
    }
}
