//! Rules that need the whole document: names, and what fragments and variables are used for.

use std::collections::{HashMap, HashSet};

use super::{Part, Uses, Validator, declarations};
use crate::ast::*;

impl<'d, 'a> Validator<'d, 'a> {
    pub(super) fn document(&mut self) {
        let document = self.document;
        for definition in &document.definitions {
            self.uses.push(Uses::default());
            match definition {
                Definition::Operation(operation) => self.operation(operation),
                Definition::Fragment(fragment) => self.fragment(fragment),
            }
        }
        self.variables_are_used_and_defined();
        self.spreads_are_possible();
        self.fragments_are_used();
        self.fragments_are_finite();
        self.fragment_names_are_unique();
        self.operation_names_are_valid();
    }

    fn operation(&mut self, operation: &'d Operation<'a>) {
        self.declared = declarations(operation);
        let root = match operation.verb {
            Verb::Query => Some(self.schema.query),
            Verb::Mutation => self.schema.mutation,
            Verb::Subscription => None,
        };
        self.within(Part::Operation(operation.verb, operation.name), |v| {
            v.unique_directives(&operation.directives);
            let Some(root) = root else {
                let (code, what) = match operation.verb {
                    Verb::Mutation => ("missingMutationConfiguration", "mutations"),
                    _ => ("missingSubscriptionConfiguration", "subscriptions"),
                };
                return v.report(code, format!("Schema is not configured for {what}"), &[operation.pos], &[]);
            };
            if operation.selections.is_empty() {
                let what = match operation.name {
                    Some(name) => format!("{} '{name}'", operation.verb.word()),
                    None => "anonymous query".to_owned(),
                };
                return v.must_select(operation.pos, &what, operation.name.unwrap_or_default(), root);
            }
            v.variable_names_are_unique(operation);
            for variable in &operation.variables {
                v.variable(variable);
            }
            let place = match operation.verb {
                Verb::Mutation => "MUTATION",
                _ => "QUERY",
            };
            v.directives(&operation.directives, place);
            v.selections(&operation.selections, root, operation.pos);
        });
    }

    fn fragment(&mut self, fragment: &'d Fragment<'a>) {
        self.within(Part::Fragment(fragment.name), |v| {
            v.unique_directives(&fragment.directives);
            if let Some(on) = v.fragment_type(fragment.on, fragment.pos) {
                v.directives(&fragment.directives, "FRAGMENT_DEFINITION");
                v.selections(&fragment.selections, on, fragment.pos);
            }
        });
    }

    /// The definitions reached from one through spreads, itself first.
    fn reached(&self, start: usize, numbers: &HashMap<&'a str, usize>) -> Vec<usize> {
        let mut order = vec![start];
        let mut seen = HashSet::from([start]);
        let mut next = 0;
        while let Some(number) = order.get(next).copied() {
            next += 1;
            for spread in self.uses.get(number).map(|uses| &uses.spreads).into_iter().flatten() {
                if let Some(number) = numbers.get(spread.name)
                    && seen.insert(*number)
                {
                    order.push(*number);
                }
            }
        }
        order
    }

    fn fragment_numbers(&self) -> HashMap<&'a str, usize> {
        let mut numbers = HashMap::new();
        for (number, definition) in self.document.definitions.iter().enumerate() {
            if let Definition::Fragment(fragment) = definition {
                numbers.entry(fragment.name).or_insert(number);
            }
        }
        numbers
    }

    fn variables_are_used_and_defined(&mut self) {
        let document = self.document;
        let numbers = self.fragment_numbers();
        for (number, definition) in document.definitions.iter().enumerate() {
            let Definition::Operation(operation) = definition else { continue };
            if self.full() {
                return;
            }
            let reached = self.reached(number, &numbers);
            let declared: HashSet<&str> = operation.variables.iter().map(|variable| variable.name).collect();
            let mut used: HashMap<&str, (usize, usize)> = HashMap::new();
            let mut order = Vec::new();
            for number in reached {
                for (at, usage) in
                    self.uses.get(number).map(|uses| &uses.variables).into_iter().flatten().enumerate()
                {
                    used.entry(usage.name).or_insert_with(|| {
                        order.push(usage.name);
                        (number, at)
                    });
                }
            }
            let path = [Part::Operation(operation.verb, operation.name)];
            let by = match operation.name {
                Some(name) => name.to_owned(),
                None => format!("anonymous {}", operation.verb.word()),
            };
            for variable in operation.variables.iter().filter(|variable| !used.contains_key(variable.name)) {
                let message = format!("Variable ${} is declared by {by} but not used", variable.name);
                let facts = [("variableName", variable.name)];
                self.report_at("variableNotUsed", message, &[operation.pos], &path, &facts);
            }
            for name in order {
                if declared.contains(name) {
                    continue;
                }
                let Some((number, at)) = used.get(name).copied() else { continue };
                let by = match document.definitions.get(number) {
                    Some(Definition::Fragment(fragment)) => fragment.name,
                    _ => &by,
                };
                let message = format!("Variable ${name} is used by {by} but not declared");
                let Some(usage) = self.uses.get(number).and_then(|uses| uses.variables.get(at)) else {
                    continue;
                };
                let (pos, path) = (usage.pos, usage.path.clone());
                self.report_at("variableNotDefined", message, &[pos], &path, &[("variableName", name)]);
            }
        }
    }

    fn spreads_are_possible(&mut self) {
        let uses = std::mem::take(&mut self.uses);
        for spread in uses.iter().flat_map(|uses| &uses.spreads) {
            let fragment = self.fragments.get(spread.name);
            if let Some(on) = fragment.and_then(|fragment| self.schema.type_id(fragment.on)) {
                self.spread_fits(Some(spread.name), on, spread.on, spread.pos, Some(&spread.path));
            }
        }
        self.uses = uses;
    }

    fn fragments_are_used(&mut self) {
        let spreads = self.uses.iter().flat_map(|uses| &uses.spreads);
        let missing: Vec<_> = spreads
            .filter(|spread| !self.fragments.contains_key(spread.name))
            .map(|spread| (spread.name, spread.pos, spread.path.clone()))
            .collect();
        for (name, pos, path) in missing {
            let message = format!("Fragment {name} was used, but not defined");
            self.report_at("useAndDefineFragment", message, &[pos], &path, &[("fragmentName", name)]);
        }
        let numbers = self.fragment_numbers();
        let mut reached = HashSet::new();
        for (number, definition) in self.document.definitions.iter().enumerate() {
            if matches!(definition, Definition::Operation(_)) && !reached.contains(&number) {
                reached.extend(self.reached(number, &numbers));
            }
        }
        let document = self.document;
        for definition in &document.definitions {
            let Definition::Fragment(fragment) = definition else { continue };
            if !numbers.get(fragment.name).is_some_and(|number| reached.contains(number)) {
                let message = format!("Fragment {} was defined, but not used", fragment.name);
                let path = [Part::Fragment(fragment.name)];
                let facts = [("fragmentName", fragment.name)];
                self.report_at("useAndDefineFragment", message, &[fragment.pos], &path, &facts);
            }
        }
    }

    fn fragments_are_finite(&mut self) {
        let numbers = self.fragment_numbers();
        let document = self.document;
        for number in self.on_cycles(&numbers) {
            let Some(Definition::Fragment(fragment)) = document.definitions.get(number) else { continue };
            let message = format!("Fragment {} contains an infinite loop", fragment.name);
            let path = [Part::Fragment(fragment.name)];
            self.report_at(
                "infiniteLoop",
                message,
                &[fragment.pos],
                &path,
                &[("fragmentName", fragment.name)],
            );
        }
    }

    /// Fragments that spread themselves through others, or lead to such: what is left once fragments
    /// that spread nothing, or only finished ones, are taken away again and again.
    fn on_cycles(&self, numbers: &HashMap<&'a str, usize>) -> Vec<usize> {
        let mut waiting: HashMap<usize, usize> = HashMap::new();
        let mut spread_by: HashMap<usize, Vec<usize>> = HashMap::new();
        for number in numbers.values() {
            let spreads = self.uses.get(*number).map(|uses| &uses.spreads).into_iter().flatten();
            let inner: HashSet<usize> =
                spreads.filter_map(|spread| numbers.get(spread.name).copied()).collect();
            waiting.insert(*number, inner.len());
            for other in inner {
                spread_by.entry(other).or_default().push(*number);
            }
        }
        let mut done: Vec<usize> =
            waiting.iter().filter(|(_, left)| **left == 0).map(|(number, _)| *number).collect();
        while let Some(number) = done.pop() {
            waiting.remove(&number);
            for outer in spread_by.get(&number).into_iter().flatten() {
                if let Some(left) = waiting.get_mut(outer) {
                    *left -= 1;
                    if *left == 0 {
                        done.push(*outer);
                    }
                }
            }
        }
        let mut left: Vec<usize> = waiting.into_keys().collect();
        left.sort_unstable();
        left
    }

    fn fragment_names_are_unique(&mut self) {
        let fragments = self.document.definitions.iter().filter_map(|definition| match definition {
            Definition::Fragment(fragment) => Some((fragment.name, fragment.pos)),
            Definition::Operation(_) => None,
        });
        for (name, places) in grouped(fragments) {
            if places.len() > 1 {
                let message = format!("Fragment name \"{name}\" must be unique");
                self.report_at("fragmentNotUnique", message, &places, &[], &[("fragmentName", name)]);
            }
        }
    }

    fn operation_names_are_valid(&mut self) {
        let operations: Vec<_> = self
            .document
            .definitions
            .iter()
            .filter_map(|definition| match definition {
                Definition::Operation(operation) => Some((operation.name.unwrap_or_default(), operation.pos)),
                Definition::Fragment(_) => None,
            })
            .collect();
        let count = operations.len();
        for (name, places) in grouped(operations.into_iter()) {
            if name.is_empty() && count > 1 {
                let message = "Operation name is required when multiple operations are present".to_owned();
                self.report_at("uniquelyNamedOperations", message, &places, &[], &[]);
            } else if places.len() > 1 {
                let message = format!("Operation name \"{name}\" must be unique");
                self.report_at("uniquelyNamedOperations", message, &places, &[], &[("operationName", name)]);
            }
        }
    }
}

/// Places by name, names in the order of their first place.
pub(super) fn grouped<'a>(named: impl Iterator<Item = (&'a str, Pos)>) -> Vec<(&'a str, Vec<Pos>)> {
    let mut groups: Vec<(&str, Vec<Pos>)> = Vec::new();
    let mut index: HashMap<&str, usize> = HashMap::new();
    for (name, pos) in named {
        match index.get(name).and_then(|at| groups.get_mut(*at)) {
            Some((_, places)) => places.push(pos),
            None => {
                index.insert(name, groups.len());
                groups.push((name, vec![pos]));
            }
        }
    }
    groups
}
