//! How large a document grows once its fragments are spread, found before anything else is done with it.
//!
//! A few lines of fragments that spread one another stand for millions of fields, or for a nesting without end. Each
//! fragment is looked into once and remembered, so that the answer takes no longer than reading the document did.
//! Fragments that spread themselves grow by nothing here; validation has words for them.

use std::collections::HashMap;

use crate::ast::*;
use crate::error::GraphqlError;
use crate::limits;

/// What a list of selections grows to.
#[derive(Debug, Clone, Copy, Default)]
struct Growth {
    /// Selections, those of fragments included.
    fields: usize,
    /// Fields within fields.
    depth: usize,
    /// Fragments within fragments, before the first field.
    nested: usize,
}

struct Grower<'d, 'a> {
    fragments: HashMap<&'a str, &'d Fragment<'a>>,
    /// What is known of fragments; those being looked into stand with nothing.
    known: HashMap<&'a str, Growth>,
    lines: &'d Lines,
}

/// Refuses a document that is too large or too deep once its fragments are spread.
pub(crate) fn check(document: &Document<'_>, lines: &Lines) -> Result<(), Box<GraphqlError>> {
    let mut fragments = HashMap::new();
    for definition in &document.definitions {
        if let Definition::Fragment(fragment) = definition {
            fragments.entry(fragment.name).or_insert(fragment);
        }
    }
    let mut grower = Grower { fragments, known: HashMap::new(), lines };
    let mut fields = 0usize;
    for definition in &document.definitions {
        let selections = match definition {
            Definition::Operation(operation) => &operation.selections,
            // What nothing spreads is validated all the same.
            Definition::Fragment(fragment) if !grower.known.contains_key(fragment.name) => {
                grower.fragment(fragment, Growth::default())?;
                continue;
            }
            Definition::Fragment(_) => continue,
        };
        fields = fields.saturating_add(grower.selections(selections, Growth::default())?.fields);
        if fields > limits::MAX_FIELDS {
            return Err(limits::too_many_fields());
        }
    }
    Ok(())
}

impl<'d, 'a> Grower<'d, 'a> {
    /// What selections grow to, `above` being how deep they stand.
    fn selections(
        &mut self,
        selections: &'d [Selection<'a>],
        above: Growth,
    ) -> Result<Growth, Box<GraphqlError>> {
        let mut sum = Growth::default();
        for selection in selections {
            sum.fields = sum.fields.saturating_add(1);
            let (pos, below) = match selection {
                Selection::Field(node) if node.selections.is_empty() => continue,
                Selection::Field(node) => {
                    let above = Growth { depth: above.depth + 1, nested: 0, ..above };
                    let below = self.selections(&node.selections, above)?;
                    (node.pos, Growth { depth: below.depth + 1, nested: 0, ..below })
                }
                Selection::Inline(node) => {
                    let above = Growth { nested: above.nested + 1, ..above };
                    let below = self.selections(&node.selections, above)?;
                    (node.pos, Growth { nested: below.nested + 1, ..below })
                }
                Selection::Spread(node) => {
                    let Some(fragment) = self.fragments.get(node.name).copied() else { continue };
                    let below = match self.known.get(node.name) {
                        Some(known) => *known,
                        None => {
                            let above = Growth { nested: above.nested + 1, ..above };
                            self.within(above, Growth::default(), node.pos)?;
                            self.fragment(fragment, above)?
                        }
                    };
                    (node.pos, Growth { nested: below.nested + 1, ..below })
                }
            };
            self.within(above, below, pos)?;
            sum.fields = sum.fields.saturating_add(below.fields);
            sum.depth = sum.depth.max(below.depth);
            sum.nested = sum.nested.max(below.nested);
            if sum.fields > limits::MAX_FIELDS {
                return Err(limits::too_many_fields());
            }
        }
        Ok(sum)
    }

    fn fragment(&mut self, fragment: &'d Fragment<'a>, above: Growth) -> Result<Growth, Box<GraphqlError>> {
        self.known.insert(fragment.name, Growth::default());
        let growth = self.selections(&fragment.selections, above)?;
        self.known.insert(fragment.name, growth);
        Ok(growth)
    }

    /// Refuses what stands deeper than it may.
    fn within(&self, above: Growth, below: Growth, pos: Pos) -> Result<(), Box<GraphqlError>> {
        let too_deep =
            above.depth + below.depth > limits::MAX_DEPTH || above.nested + below.nested > limits::MAX_DEPTH;
        if too_deep { Err(limits::too_deep(self.lines.locate(pos))) } else { Ok(()) }
    }
}
