//! Words of Shopify's and the stored words that they stand for.

use std::collections::BTreeSet;

use super::Warning;
use super::syntax::{Op, Term, Word};

/// A word, in lower case, and the stored words that it stands for.
pub(super) type Meaning = (&'static str, &'static [&'static str]);

/// The term in stored words. Words that mean nothing are taken out, so that a term may be left that nothing meets.
pub(super) fn stored(term: &Term, meanings: &[Meaning], warnings: &mut Vec<Warning>) -> Term {
    let mut words = BTreeSet::new();
    for Word { text, prefix } in &term.words {
        let lower = text.to_lowercase();
        let before = words.len();
        let said = |name: &str| if *prefix { name.starts_with(&lower) } else { name == lower };
        words.extend(meanings.iter().filter(|(name, _)| said(name)).flat_map(|(_, stored)| *stored));
        if words.len() == before && !meanings.iter().any(|(name, _)| said(name)) {
            warnings.push(Warning::value(&term.field, text));
        }
    }
    let words = words.into_iter().map(|word: &str| Word { text: word.to_owned(), prefix: false }).collect();
    Term { field: term.field.clone(), op: Op::Is, words }
}
