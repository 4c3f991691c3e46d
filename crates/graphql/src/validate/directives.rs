//! Rules for directives: they exist, stand where they may, once, with their arguments.

use std::collections::HashMap;

use super::Validator;
use super::arguments::Owner;
use crate::ast::*;

/// The places of a document a directive may stand, and their names in errors.
const PLACES: [(&str, &str); 8] = [
    ("QUERY", "queries"),
    ("MUTATION", "mutations"),
    ("SUBSCRIPTION", "subscriptions"),
    ("FIELD", "fields"),
    ("FRAGMENT_DEFINITION", "fragment definitions"),
    ("FRAGMENT_SPREAD", "fragment spreads"),
    ("INLINE_FRAGMENT", "inline fragments"),
    ("VARIABLE_DEFINITION", "variable definitions"),
];

fn place_name(place: &str) -> &'static str {
    PLACES.iter().find(|(known, _)| *known == place).map_or("", |(_, name)| name)
}

impl<'d, 'a> Validator<'d, 'a> {
    pub(super) fn directives(&mut self, directives: &'d [Directive<'a>], place: &str) {
        for directive in directives {
            self.directive(directive, place);
        }
    }

    fn directive(&mut self, node: &'d Directive<'a>, place: &str) {
        let schema = self.schema;
        let Some(def) = schema.directives.get(node.name) else { return self.undefined_directive(node) };
        if !def.locations.iter().any(|known| known == place) {
            let allowed: Vec<&str> = def.locations.iter().map(|known| place_name(known)).collect();
            let target = place_name(place);
            let message =
                format!("'@{}' can't be applied to {target} (allowed: {})", node.name, allowed.join(", "));
            let facts = [("targetName", target), ("name", node.name)];
            self.report("directiveCannotBeApplied", message, &[node.pos], &facts);
        }
        self.required_arguments("Directive", node.name, node.pos, &node.arguments, &def.args);
        self.argument_names_are_unique(&node.arguments);
        let owner = Owner::directive(node, &def.args);
        for argument in &node.arguments {
            self.argument(argument, &owner);
        }
    }

    fn undefined_directive(&mut self, node: &Directive<'a>) {
        if let Some(at) = self.undefined_directives.get(node.name).copied() {
            let place = self.lines.locate(node.pos);
            if let Some(places) = self.errors.get_mut(at).and_then(|error| error.locations.as_mut()) {
                places.push(place);
            }
            return;
        }
        self.undefined_directives.insert(node.name, self.errors.len());
        let message = format!("Directive @{} is not defined", node.name);
        self.report("undefinedDirective", message, &[node.pos], &[("directiveName", node.name)]);
    }

    pub(super) fn unique_directives(&mut self, directives: &[Directive<'a>]) {
        if directives.len() < 2 {
            return;
        }
        let mut places: HashMap<&str, Vec<Pos>> = HashMap::new();
        for directive in directives {
            let known = self.schema.directives.get(directive.name);
            if !known.is_some_and(|known| known.repeatable) {
                places.entry(directive.name).or_default().push(directive.pos);
            }
        }
        for directive in directives {
            if let Some(places) = places.remove(directive.name).filter(|places| places.len() > 1) {
                let name = directive.name;
                let message = format!("The directive \"{name}\" can only be used once at this location.");
                self.report("directiveNotUniqueForLocation", message, &places, &[("directiveName", name)]);
            }
        }
    }
}
