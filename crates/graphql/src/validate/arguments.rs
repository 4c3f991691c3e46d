//! Rules for arguments and input objects: known, complete, once, and of the right type.

use super::document::grouped;
use super::literals::Depth;
use super::{Part, Validator, VariableUse};
use crate::ast::*;
use crate::schema::{FieldDef, InputDef, Kind, Named, TypeRef};

/// Whom an argument belongs to.
pub(super) struct Owner<'d, 'n> {
    /// `Field`, `Directive` or `InputObject`.
    kind: &'static str,
    /// Its name in errors.
    name: &'n str,
    pos: Pos,
    /// What it accepts; none where the type around is wrong already.
    args: Option<&'d Named<InputDef>>,
}

impl<'d, 'n> Owner<'d, 'n> {
    pub(super) fn field(node: &FieldNode<'n>, def: &'d FieldDef) -> Self {
        Owner { kind: "Field", name: node.key(), pos: node.pos, args: Some(&def.args) }
    }

    pub(super) fn directive(node: &Directive<'n>, args: &'d Named<InputDef>) -> Self {
        Owner { kind: "Directive", name: node.name, pos: node.pos, args: Some(args) }
    }
}

impl<'d, 'a> Validator<'d, 'a> {
    pub(super) fn required_arguments(
        &mut self,
        class: &str,
        name: &str,
        pos: Pos,
        given: &[Argument<'a>],
        known: &Named<InputDef>,
    ) {
        let missing: Vec<&str> = known
            .iter()
            .filter(|def| def.is_required() && !given.iter().any(|argument| *argument.name == *def.name))
            .map(|def| &*def.name)
            .collect();
        if !missing.is_empty() {
            let missing = missing.join(", ");
            let message = format!("{class} '{name}' is missing required arguments: {missing}");
            let facts = [("className", class), ("name", name), ("arguments", &missing)];
            self.report("missingRequiredArguments", message, &[pos], &facts);
        }
    }

    pub(super) fn argument_names_are_unique(&mut self, arguments: &[Argument<'a>]) {
        if arguments.len() < 2 {
            return;
        }
        for (name, places) in grouped(arguments.iter().map(|argument| (argument.name, argument.pos))) {
            if places.len() > 1 {
                let message = format!("There can be only one argument named \"{name}\"");
                self.report("argumentNotUnique", message, &places, &[("name", name)]);
            }
        }
    }

    pub(super) fn argument(&mut self, node: &'d Argument<'a>, owner: &Owner<'d, '_>) {
        if self.full() {
            return;
        }
        self.within(Part::Name(node.name), |v| {
            let def = owner.args.and_then(|args| args.get(node.name));
            if owner.args.is_some() && def.is_none() {
                let message =
                    format!("{} '{}' doesn't accept argument '{}'", owner.kind, owner.name, node.name);
                let facts = [("name", owner.name), ("typeName", owner.kind), ("argumentName", node.name)];
                return v.report("argumentNotAccepted", message, &[node.pos], &facts);
            }
            if let Some(def) = def {
                v.variables_fit(node, def);
            }
            v.values(&node.value, def, None);
            if let Some(def) = def {
                v.literal_fits(node, def, owner);
            }
        });
    }

    /// Notes variables and checks input objects inside a value.
    fn values(&mut self, value: &'d Value<'a>, def: Option<&'d InputDef>, index: Option<usize>) {
        match value {
            Value::Variable(name, pos) => {
                let path = self.path.clone();
                if let Some(uses) = self.uses.last_mut() {
                    let usage = VariableUse { name, pos: *pos, path };
                    match uses.seen.get(name).and_then(|at| uses.variables.get_mut(*at)) {
                        Some(known) => *known = usage,
                        None => {
                            uses.seen.insert(name, uses.variables.len());
                            uses.variables.push(usage);
                        }
                    }
                }
            }
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.values(item, def, Some(index));
                }
            }
            Value::Object(fields, pos) => {
                // The place in a list counts only where the type has lists.
                let step = def.filter(|def| def.ty.is_list()).map(|_| Part::Index(index.unwrap_or(0)));
                match step {
                    Some(step) => self.within(step, |v| v.object(fields, *pos, def)),
                    None => self.object(fields, *pos, def),
                }
            }
            _ => {}
        }
    }

    fn object(&mut self, fields: &'d [Argument<'a>], pos: Pos, def: Option<&'d InputDef>) {
        let schema = self.schema;
        let ty = def.map(|def| schema.ty(def.ty.base())).filter(|ty| ty.kind == Kind::InputObject);
        if let Some(ty) = ty {
            let missing = ty
                .inputs
                .iter()
                .filter(|def| def.is_required() && !fields.iter().any(|field| *field.name == *def.name));
            for def in missing {
                let expected = schema.show(&def.ty);
                let (name, ty) = (&*def.name, &*ty.name);
                let message =
                    format!("Argument '{name}' on InputObject '{ty}' is required. Expected type {expected}");
                let facts = [("argumentName", name), ("argumentType", &*expected), ("inputObjectType", ty)];
                let mut path = self.path.clone();
                path.push(Part::Name(name));
                self.report_at("missingRequiredInputObjectAttribute", message, &[pos], &path, &facts);
            }
        }
        if fields.len() > 1 {
            for (name, places) in grouped(fields.iter().map(|field| (field.name, field.pos))) {
                if places.len() > 1 {
                    let message = format!("There can be only one input field named \"{name}\"");
                    self.report("inputFieldNotUnique", message, &places, &[("name", name)]);
                }
            }
        }
        if let Some(ty) = ty.filter(|ty| ty.one_of) {
            self.one_of(fields, pos, &ty.name);
        }
        let owner = Owner {
            kind: "InputObject",
            name: ty.map_or("", |ty| &*ty.name),
            pos,
            args: ty.map(|ty| &ty.inputs),
        };
        for field in fields {
            self.argument(field, &owner);
        }
    }

    fn one_of(&mut self, fields: &[Argument<'a>], pos: Pos, ty: &str) {
        let code = "invalidOneOfInputObject";
        let facts = [("inputObjectType", ty)];
        let [field] = fields else {
            let message = format!("OneOf Input Object '{ty}' must specify exactly one key.");
            return self.report(code, message, &[pos], &facts);
        };
        let mut path = self.path.clone();
        path.push(Part::Name(field.name));
        match &field.value {
            Value::Null => {
                let message = format!("Argument '{ty}.{}' must be non-null.", field.name);
                self.report_at(code, message, &[field.pos], &path, &facts);
            }
            Value::Variable(name, _) => {
                let declared = self.declared.get(name);
                if declared.is_some_and(|variable| !matches!(variable.ty, TypeExpr::NonNull(_))) {
                    let message = format!(
                        "Variable '{name}' must be non-nullable to be used for OneOf Input Object '{ty}'."
                    );
                    self.report_at(code, message, &[pos], &path, &facts);
                }
            }
            _ => {}
        }
    }

    fn literal_fits(&mut self, node: &Argument<'a>, def: &InputDef, owner: &Owner<'_, '_>) {
        if matches!(node.value, Value::Variable(..)) || self.reported_here() {
            return;
        }
        let Err(problem) = self.literal(&node.value, &def.ty, Depth::Shallow) else { return };
        let code = "argumentLiteralsIncompatible";
        if let Some(message) = problem.message {
            return self.report(code, message, &[owner.pos], &[("typeName", "CoercionError")]);
        }
        let message = format!(
            "Argument '{}' on {} '{}' has an invalid value ({}). Expected type '{}'.",
            node.name,
            owner.kind,
            owner.name,
            node.value.printed(),
            self.schema.show(&def.ty)
        );
        let facts = [("typeName", owner.kind), ("argumentName", node.name)];
        self.report(code, message, &[owner.pos], &facts);
    }

    /// Checks that the variables given for an argument have its type.
    fn variables_fit(&mut self, node: &'d Argument<'a>, def: &InputDef) {
        let given = match &node.value {
            Value::List(items) => items.as_slice(),
            single => std::slice::from_ref(single),
        };
        for value in given {
            let Value::Variable(name, _) = value else { continue };
            let Some(variable) = self.declared.get(name).copied() else { continue };
            let Some(mut ty) = super::type_ref(self.schema, &variable.ty) else { continue };
            // A default other than null makes the variable as good as non-null.
            if variable.default.is_some() && !ty.is_non_null() {
                ty = TypeRef::NonNull(Box::new(ty));
            }
            for _ in 0..list_depth(&node.value) {
                ty = TypeRef::NonNull(Box::new(TypeRef::List(Box::new(ty))));
            }
            let wanted = if def.default.is_some() { def.ty.nullable() } else { &def.ty };
            let what = if ty.base() != wanted.base() {
                "Type mismatch"
            } else if ty.dimension() != wanted.dimension() {
                "List dimension mismatch"
            } else if !null_levels_match(wanted, &ty) {
                "Nullability mismatch"
            } else {
                continue;
            };
            let shown = self.schema.show(&ty);
            let message = format!(
                "{what} on variable ${name} and argument {} ({shown} / {})",
                node.name,
                self.schema.show(&def.ty)
            );
            let facts = [
                ("variableName", *name),
                ("typeName", shown.as_str()),
                ("argumentName", node.name),
                ("errorMessage", what),
            ];
            self.report("variableMismatch", message, &[node.pos], &facts);
        }
    }
}

fn list_depth(value: &Value<'_>) -> usize {
    match value {
        Value::List(items) => 1 + items.iter().map(list_depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn null_levels_match(wanted: &TypeRef, given: &TypeRef) -> bool {
    if wanted.is_non_null() && !given.is_non_null() {
        return false;
    }
    match (wanted, given) {
        (TypeRef::NonNull(wanted), TypeRef::NonNull(given)) => null_levels_match(wanted, given),
        (TypeRef::List(wanted), given) => match given.nullable() {
            TypeRef::List(given) => null_levels_match(wanted, given),
            _ => true,
        },
        _ => true,
    }
}
