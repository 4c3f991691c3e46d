//! What a thing says about a field, and whether that meets a term.

use domain::time::Time;

use super::syntax::{Op, Term, Word};
use super::{Context, moment};

/// What a thing says about a field.
#[derive(Debug, Clone)]
pub enum Fact<'a> {
    /// An id or another whole number. An id may be asked for by its number or as `gid://shopify/…`.
    Number(i64),
    /// A number with a fraction.
    Decimal(f64),
    /// A moment.
    At(Time),
    /// Yes or no.
    Flag(bool),
    /// A text that must agree as a whole, but for the case of its letters.
    Text(Option<&'a str>),
    /// The same, of a text that is nowhere kept.
    Made(String),
    /// A text that must agree to the letter.
    Exact(&'a str),
    /// Texts of which single words, or some in a row, must agree but for their case.
    Words(Vec<&'a str>),
    /// Several facts; one of them must agree.
    AnyOf(Vec<Fact<'a>>),
}

impl Fact<'_> {
    /// Whether it meets a term.
    pub(super) fn meets(&self, term: &Term, context: &Context) -> bool {
        let any = |is: &dyn Fn(&Word) -> bool| term.words.iter().any(is);
        match self {
            Fact::Number(number) => numbers(term).iter().any(|bounds| within(*bounds, *number)),
            Fact::Decimal(number) => any(&|word| compares(term.op, *number, word)),
            Fact::At(time) => times(term, context).iter().any(|bounds| within(*bounds, time.0)),
            Fact::Flag(is) => any(&|word| flag(word) == Some(*is)),
            Fact::Text(text) => text.is_some_and(|text| any(&|word| same_text(term.op, text, word))),
            Fact::Made(text) => any(&|word| same_text(term.op, text, word)),
            Fact::Exact(text) => {
                any(&|word| if word.prefix { text.starts_with(&word.text) } else { *text == word.text })
            }
            Fact::Words(texts) => any(&|word| has_words(texts, word)),
            Fact::AnyOf(facts) => facts.iter().any(|fact| fact.meets(term, context)),
        }
    }
}

/// A lower and an upper bound, both included.
pub(super) type Bounds = (Option<i64>, Option<i64>);

fn within((low, high): Bounds, n: i64) -> bool {
    low.is_none_or(|low| low <= n) && high.is_none_or(|high| n <= high)
}

/// Where a number must lie to meet a term: in one of these.
pub(super) fn numbers(term: &Term) -> Vec<Bounds> {
    bounds(term, &|text| number(text).map(|n| (n, n)))
}

/// Where a moment must lie to meet a term, in microseconds: in one of these.
pub(super) fn times(term: &Term, context: &Context) -> Vec<Bounds> {
    bounds(term, &|text| moment::span(text, context))
}

fn bounds(term: &Term, span: &dyn Fn(&str) -> Option<(i64, i64)>) -> Vec<Bounds> {
    let one = |word: &Word| {
        if word.prefix && word.text.is_empty() {
            return Some((None, None));
        }
        let (first, last) = span(&word.text)?;
        Some(match term.op {
            Op::Is => (Some(first), Some(last)),
            Op::More => (Some(last.checked_add(1)?), None),
            Op::MoreOrSame => (Some(first), None),
            Op::Less => (None, Some(first.checked_sub(1)?)),
            Op::LessOrSame => (None, Some(last)),
        })
    };
    term.words.iter().filter_map(one).collect()
}

/// A number, or the number of a global id (`gid://shopify/Order/1?x=y`).
fn number(text: &str) -> Option<i64> {
    let digits = match text.strip_prefix("gid://") {
        Some(path) => path.split('?').next().and_then(|path| path.rsplit('/').next())?,
        None => text,
    };
    digits.parse().ok()
}

/// `true` or `false`.
pub(super) fn flag(word: &Word) -> Option<bool> {
    word.text.to_ascii_lowercase().parse().ok()
}

fn compares(op: Op, number: f64, word: &Word) -> bool {
    if word.prefix && word.text.is_empty() {
        return true;
    }
    word.text.parse().is_ok_and(|wanted: f64| match op {
        Op::Is => number == wanted,
        Op::More => number > wanted,
        Op::MoreOrSame => number >= wanted,
        Op::Less => number < wanted,
        Op::LessOrSame => number <= wanted,
    })
}

fn same_text(op: Op, text: &str, word: &Word) -> bool {
    let (text, wanted) = (text.to_lowercase(), word.text.to_lowercase());
    match op {
        Op::Is if word.prefix => text.starts_with(&wanted),
        Op::Is => text == wanted,
        Op::More => text > wanted,
        Op::MoreOrSame => text >= wanted,
        Op::Less => text < wanted,
        Op::LessOrSame => text <= wanted,
    }
}

fn has_words(texts: &[&str], word: &Word) -> bool {
    let wanted = split(&word.text);
    // Punctuation alone (`Tom & Jerry`) asks for nothing.
    let Some((last, first)) = wanted.split_last() else { return true };
    texts.iter().any(|text| {
        split(text).windows(wanted.len()).any(|row| {
            row.split_last().is_some_and(|(end, begin)| {
                begin == first && if word.prefix { end.starts_with(last) } else { end == last }
            })
        })
    })
}

fn split(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_owned)
        .collect()
}
