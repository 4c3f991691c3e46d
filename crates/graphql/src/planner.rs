//! Makes the plan: spreads fragments, merges fields, and counts while doing so.
//!
//! Runs on valid documents only. Every selection visited is counted against one budget, so fragments
//! that spread fragments cannot blow up. Merging is also where two different fields under one
//! response key are found.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use crate::ast::*;
use crate::coerce::{self, Literal, VariableDef};
use crate::conflict::Conflicts;
use crate::cost;
use crate::error::GraphqlError;
use crate::limits;
use crate::plan::*;
use crate::schema::{FieldDef, InputDef, Named, SchemaData, TypeId, TypeRef};
use crate::validate::type_ref;
use crate::value::Input;

/// Plans every operation of a valid document.
pub(crate) fn plan(
    schema: &Arc<SchemaData>,
    document: &Document<'_>,
    lines: &Lines,
) -> Result<Prepared, Vec<GraphqlError>> {
    let mut fragments = HashMap::new();
    for definition in &document.definitions {
        if let Definition::Fragment(fragment) = definition {
            fragments.insert(fragment.name, fragment);
        }
    }
    let mut planner = Planner {
        schema,
        lines,
        fragments,
        budget: limits::MAX_FIELDS,
        argument_budget: limits::MAX_PLANNED_ARGUMENTS,
        sets: vec![],
        fields: vec![],
        numbers: HashMap::new(),
        arguments: vec![],
        conditions: vec![],
        verb: Verb::Query,
        conflicts: Conflicts::default(),
    };
    let mut operations = Vec::new();
    for definition in &document.definitions {
        if let Definition::Operation(operation) = definition {
            operations.push(planner.operation(operation).map_err(|error| vec![*error])?);
        }
    }
    if !planner.conflicts.found.is_empty() {
        return Err(planner.conflicts.found);
    }
    let Planner { sets, fields, .. } = planner;
    let prepared = Prepared { schema: Arc::clone(schema), operations, sets, fields };
    let oversized = prepared.oversized_constants();
    if oversized.is_empty() { Ok(prepared) } else { Err(oversized) }
}

/// One occurrence of a field, with the conditions around it.
struct Occurrence<'d, 'a> {
    node: &'d FieldNode<'a>,
    /// The type the field is written against.
    on: TypeId,
    guards: Vec<Guard>,
    /// Type conditions that narrow the selection set's type.
    only: Vec<TypeId>,
}

/// Selections to merge into one set, each with the conditions it inherits.
type Sources<'d, 'a> = Vec<(&'d [Selection<'a>], Vec<Guard>)>;

struct Planner<'d, 'a> {
    schema: &'d SchemaData,
    lines: &'d Lines,
    fragments: HashMap<&'a str, &'d Fragment<'a>>,
    budget: usize,
    argument_budget: usize,
    sets: Vec<Set>,
    fields: Vec<PlannedField>,
    numbers: HashMap<&'a str, u32>,
    arguments: Vec<OpenArguments>,
    conditions: Vec<Condition>,
    verb: Verb,
    conflicts: Conflicts,
}

impl<'d, 'a> Planner<'d, 'a> {
    fn operation(&mut self, operation: &'d Operation<'a>) -> Result<PlannedOperation, Box<GraphqlError>> {
        let root = match operation.verb {
            Verb::Mutation => self.schema.mutation.unwrap_or(self.schema.query),
            _ => self.schema.query,
        };
        self.verb = operation.verb;
        self.numbers.clear();
        let mut variables = Vec::new();
        for (number, variable) in operation.variables.iter().enumerate() {
            self.numbers.insert(variable.name, number as u32);
            let ty = type_ref(self.schema, &variable.ty).unwrap_or(TypeRef::Named(self.schema.query));
            let default = variable.default.as_ref().and_then(|value| {
                match coerce::literal(self.schema, value, &ty, &HashMap::new()) {
                    Literal::Const(input) => Some(input),
                    _ => None,
                }
            });
            let location = self.lines.locate(variable.pos);
            variables.push(VariableDef { name: variable.name.to_owned(), ty, default, location });
        }
        let set = self.set(vec![(&operation.selections, vec![])], root, None, 0)?;
        Ok(PlannedOperation {
            name: operation.name.map(str::to_owned),
            verb: operation.verb,
            variables,
            set,
            arguments: std::mem::take(&mut self.arguments),
            conditions: std::mem::take(&mut self.conditions),
        })
    }

    fn set(
        &mut self,
        sources: Sources<'d, 'a>,
        parent: TypeId,
        field: Option<u32>,
        depth: usize,
    ) -> Result<u32, Box<GraphqlError>> {
        if depth > limits::MAX_DEPTH {
            let first = sources.first().map_or::<&[_], _>(&[], |(selections, _)| selections);
            return Err(limits::too_deep(self.place_of(first)));
        }
        let mut occurrences = Vec::new();
        let mut seen = HashSet::new();
        for (selections, guards) in sources {
            self.flatten(selections, parent, parent, guards, vec![], 0, &mut seen, &mut occurrences)?;
        }
        let number = self.sets.len() as u32;
        // Kept in place while the sets below are made.
        self.sets.push(Set::Shared(0..0));
        let set = if occurrences.iter().all(|occurrence| occurrence.only.is_empty()) {
            let all: Vec<&Occurrence<'d, 'a>> = occurrences.iter().collect();
            Set::Shared(self.list(&all, parent, field, depth)?)
        } else {
            self.lists_by_type(&occurrences, parent, field, depth)?
        };
        if let Some(slot) = self.sets.get_mut(number as usize) {
            *slot = set;
        }
        Ok(number)
    }

    fn place_of(&self, selections: &[Selection<'a>]) -> crate::error::Location {
        let first = selections.first();
        self.lines.locate(match first {
            Some(Selection::Field(node)) => node.pos,
            Some(Selection::Inline(node)) => node.pos,
            Some(Selection::Spread(node)) => node.pos,
            None => 0,
        })
    }

    fn lists_by_type(
        &mut self,
        occurrences: &[Occurrence<'d, 'a>],
        parent: TypeId,
        field: Option<u32>,
        depth: usize,
    ) -> Result<Set, Box<GraphqlError>> {
        let schema = self.schema;
        let mut shared: HashMap<Vec<u32>, Range<u32>> = HashMap::new();
        let mut lists = Vec::new();
        for id in &schema.ty(parent).possible {
            let applies = |occurrence: &Occurrence<'_, '_>| {
                occurrence.only.iter().all(|on| schema.ty(*on).possible.binary_search(id).is_ok())
            };
            let chosen: Vec<u32> = occurrences
                .iter()
                .enumerate()
                .filter(|(_, occurrence)| applies(occurrence))
                .map(|(at, _)| at as u32)
                .collect();
            let range = match shared.get(&chosen) {
                Some(range) => range.clone(),
                None => {
                    let picked: Vec<_> =
                        occurrences.iter().filter(|occurrence| applies(occurrence)).collect();
                    let range = self.list(&picked, *id, field, depth)?;
                    shared.insert(chosen, range.clone());
                    range
                }
            };
            lists.push((*id, range));
        }
        Ok(Set::ByType(lists))
    }

    /// Spreads fragments into a flat list of field occurrences.
    #[allow(clippy::too_many_arguments)] // The state of one walk; a struct for it would be used once.
    fn flatten(
        &mut self,
        selections: &'d [Selection<'a>],
        set: TypeId,
        on: TypeId,
        guards: Vec<Guard>,
        only: Vec<TypeId>,
        nested: usize,
        seen: &mut HashSet<(&'a str, Vec<Guard>, Vec<TypeId>)>,
        found: &mut Vec<Occurrence<'d, 'a>>,
    ) -> Result<(), Box<GraphqlError>> {
        if nested > limits::MAX_DEPTH {
            return Err(limits::too_deep(self.place_of(selections)));
        }
        for selection in selections {
            self.budget = self.budget.checked_sub(1).ok_or_else(limits::too_many_fields)?;
            let (directives, inner) = match selection {
                Selection::Field(node) => (&node.directives, None),
                Selection::Inline(node) => (&node.directives, Some((node.on, &node.selections))),
                Selection::Spread(node) => {
                    let Some(fragment) = self.fragments.get(node.name) else { continue };
                    (&node.directives, Some((Some(fragment.on), &fragment.selections)))
                }
            };
            let Some(guards) = self.guards(directives, &guards) else { continue };
            match (selection, inner) {
                (Selection::Field(node), _) => {
                    found.push(Occurrence { node, on, guards, only: only.clone() });
                }
                (_, Some((narrower, selections))) => {
                    let inner_on = narrower.and_then(|name| self.schema.type_id(name)).unwrap_or(on);
                    let mut only = only.clone();
                    if !self.schema.covers(inner_on, set) {
                        only.push(inner_on);
                    }
                    if let Selection::Spread(node) = selection
                        && !seen.insert((node.name, guards.clone(), only.clone()))
                    {
                        continue;
                    }
                    self.flatten(selections, set, inner_on, guards, only, nested + 1, seen, found)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The conditions around a selection; `None` when it is left out whatever the variables.
    fn guards(&self, directives: &[Directive<'a>], around: &[Guard]) -> Option<Vec<Guard>> {
        let mut guards = around.to_vec();
        for directive in directives {
            let wanted = match directive.name {
                "include" => true,
                "skip" => false,
                _ => continue,
            };
            match directive.arguments.iter().find(|arg| arg.name == "if").map(|arg| &arg.value) {
                Some(Value::Bool(value)) if *value != wanted => return None,
                Some(Value::Variable(name, _)) => {
                    let guard = (*self.numbers.get(name)?, wanted);
                    if !guards.contains(&guard) {
                        guards.push(guard);
                    }
                }
                _ => {}
            }
        }
        guards.sort_unstable();
        Some(guards)
    }

    /// Merges occurrences by response key and plans what is below them.
    fn list(
        &mut self,
        occurrences: &[&Occurrence<'d, 'a>],
        owner: TypeId,
        parent: Option<u32>,
        depth: usize,
    ) -> Result<Range<u32>, Box<GraphqlError>> {
        let mut groups: Vec<Vec<&Occurrence<'d, 'a>>> = Vec::new();
        let mut by_key: HashMap<&str, usize> = HashMap::new();
        let mut aliases: HashMap<&str, usize> = HashMap::new();
        for occurrence in occurrences {
            let node = occurrence.node;
            match by_key.get(node.key()).and_then(|at| groups.get_mut(*at)) {
                Some(group) => group.push(occurrence),
                None => {
                    by_key.insert(node.key(), groups.len());
                    groups.push(vec![occurrence]);
                    let count = aliases.entry(node.name).or_default();
                    *count += 1;
                    if *count > limits::MAX_ALIASES {
                        return Err(limits::too_many_aliases(node.name, self.lines.locate(node.pos)));
                    }
                }
            }
        }
        if self.fields.len() + groups.len() > limits::MAX_PLANNED {
            return Err(limits::too_many_fields());
        }
        let start = self.fields.len() as u32;
        let mut below = Vec::new();
        for group in groups {
            let Some(first) = group.first() else { continue };
            for other in group.iter().skip(1) {
                self.conflicts.compare(self.lines, first.node, other.node);
            }
            let number = self.fields.len() as u32;
            let Some((on, def)) = self.definition(owner, first) else { continue };
            self.spend_on_arguments(first.node)?;
            let planned = self.field(first.node, on, def, parent, number, depth);
            let base = planned.ty.base();
            self.check_introspection(&planned)?;
            self.fields.push(planned);
            let condition = self.condition(&group);
            if let Some(field) = self.fields.last_mut() {
                field.condition = condition;
            }
            if first.node.selections.is_empty() {
                continue;
            }
            // Merged fields come and go together, but what each selects keeps its own conditions.
            let inherit = group.len() > 1;
            let sources: Sources<'d, 'a> = group
                .iter()
                .map(|occurrence| {
                    let guards = if inherit { occurrence.guards.clone() } else { vec![] };
                    (occurrence.node.selections.as_slice(), guards)
                })
                .collect();
            below.push((number, base, sources));
        }
        let end = self.fields.len() as u32;
        for (number, base, sources) in below {
            let set = self.set(sources, base, Some(number), depth + 1)?;
            if let Some(field) = self.fields.get_mut(number as usize) {
                field.set = Some(set);
            }
        }
        Ok(start..end)
    }

    fn spend_on_arguments(&mut self, node: &FieldNode<'a>) -> Result<(), Box<GraphqlError>> {
        let arguments =
            node.directives.iter().flat_map(|directive| &directive.arguments).chain(&node.arguments);
        let size: usize = arguments.map(|argument| argument.value.size()).sum();
        self.argument_budget =
            self.argument_budget.checked_sub(size).ok_or_else(limits::arguments_too_large)?;
        Ok(())
    }

    /// Introspection can follow types into fields into types; each list on the way multiplies.
    fn check_introspection(&self, field: &PlannedField) -> Result<(), Box<GraphqlError>> {
        let multiplies = |field: &PlannedField| {
            let ty = self.schema.ty(field.ty.base());
            field.ty.is_list() && ty.name.starts_with("__") && ty.kind.is_composite()
        };
        if !multiplies(field) {
            return Ok(());
        }
        let mut lists = 1;
        let mut at = field.parent;
        while let Some(outer) = at.and_then(|number| self.fields.get(number as usize)) {
            lists += usize::from(multiplies(outer));
            at = outer.parent;
        }
        if lists > limits::MAX_INTROSPECTION_LISTS {
            return Err(limits::introspection_too_wide(field.location));
        }
        Ok(())
    }

    fn definition(&self, owner: TypeId, occurrence: &Occurrence<'_, '_>) -> Option<(TypeId, &'d FieldDef)> {
        let name = occurrence.node.name;
        match self.schema.field(owner, name) {
            Some(def) => Some((owner, def)),
            None => self.schema.field(occurrence.on, name).map(|def| (occurrence.on, def)),
        }
    }

    fn condition(&mut self, group: &[&Occurrence<'d, 'a>]) -> Option<u32> {
        if group.iter().any(|occurrence| occurrence.guards.is_empty()) {
            return None;
        }
        let mut any: Condition = group.iter().map(|occurrence| occurrence.guards.clone()).collect();
        any.dedup();
        self.conditions.push(any);
        Some(self.conditions.len() as u32 - 1)
    }

    fn field(
        &mut self,
        node: &FieldNode<'a>,
        owner: TypeId,
        def: &FieldDef,
        parent: Option<u32>,
        number: u32,
        depth: usize,
    ) -> PlannedField {
        let mut prefix = String::with_capacity(node.key().len() + 3);
        crate::json::push_str(&mut prefix, node.key());
        prefix.push(':');
        let directives =
            node.directives.iter().filter(|directive| !matches!(directive.name, "skip" | "include"));
        let mut planned_directives = Vec::new();
        for directive in directives {
            if let Some(known) = self.schema.directives.get(directive.name) {
                let arguments = self.arguments(&directive.arguments, &known.args, number);
                planned_directives.push((directive.name.into(), arguments));
            }
        }
        PlannedField {
            key: node.key().into(),
            prefix: prefix.into(),
            name: node.name.into(),
            owner,
            ty: def.ty.clone(),
            meta: match node.name {
                "__typename" => Meta::TypeName,
                "__schema" => Meta::Schema,
                "__type" => Meta::Type,
                _ => Meta::No,
            },
            arguments: self.arguments(&node.arguments, &def.args, number),
            directives: planned_directives,
            condition: None,
            location: self.lines.locate(node.pos),
            access: access(def, self.schema.ty(def.ty.base())),
            parent,
            set: None,
            weight: cost::weight(self.schema, owner, def, self.verb, depth),
            connection: self.schema.ty(def.ty.base()).connection,
            items: cost::holds_items(self.schema, owner, def),
        }
    }

    fn arguments(&mut self, given: &[Argument<'a>], known: &Named<InputDef>, field: u32) -> Arguments {
        let mut values: Vec<(Box<str>, Literal, Option<Input>)> = Vec::new();
        for def in known.iter() {
            let default = def.default.as_ref().map(|(_, input)| input.clone());
            let literal = match given.iter().find(|argument| *argument.name == *def.name) {
                Some(argument) => coerce::literal(self.schema, &argument.value, &def.ty, &self.numbers),
                None => match &default {
                    Some(default) => Literal::Const(default.clone()),
                    None => continue,
                },
            };
            values.push((def.name.clone(), literal, default));
        }
        if values.iter().all(|(_, literal, _)| matches!(literal, Literal::Const(_))) {
            let constant = |(name, literal, _)| {
                (name, if let Literal::Const(input) = literal { input } else { Input::Null })
            };
            return Arguments::Const(values.into_iter().map(constant).collect());
        }
        self.arguments.push(OpenArguments { field, values });
        Arguments::Open(self.arguments.len() as u32 - 1)
    }
}

fn access(def: &FieldDef, answers: &crate::schema::TypeDef) -> Vec<Box<str>> {
    let mut access: Vec<Box<str>> =
        [&def.access, &answers.access].into_iter().flatten().map(|text| text.as_str().into()).collect();
    access.dedup();
    access
}
