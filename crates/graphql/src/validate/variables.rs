//! Rules for the variables an operation declares.

use super::Validator;
use super::document::grouped;
use super::literals::Depth;
use crate::ast::*;

impl<'d, 'a> Validator<'d, 'a> {
    pub(super) fn variable_names_are_unique(&mut self, operation: &Operation<'a>) {
        for (name, places) in
            grouped(operation.variables.iter().map(|variable| (variable.name, variable.pos)))
        {
            if places.len() > 1 {
                let message = format!("There can only be one variable named \"{name}\"");
                self.report("variableNotUnique", message, &places, &[("variableName", name)]);
            }
        }
    }

    pub(super) fn variable(&mut self, variable: &'d Variable<'a>) {
        let (name, base) = (variable.name, variable.ty.base());
        let known = self.schema.type_id(base).map(|id| self.schema.ty(id));
        let complaint = match known {
            None => Some(format!("{base} isn't a defined input type (on ${name})")),
            Some(ty) if !ty.kind.is_input() => Some(format!("{base} isn't a valid input type (on ${name})")),
            Some(_) => None,
        };
        if let Some(message) = complaint {
            let facts = [("typeName", base), ("variableName", name)];
            self.report("variableRequiresValidType", message, &[variable.pos], &facts);
        }
        if let (Some(value), Some(ty)) = (&variable.default, super::type_ref(self.schema, &variable.ty))
            && let Err(problem) = self.literal(value, &ty, Depth::Deep)
        {
            let shown = self.schema.show(&ty);
            let message = match problem.explanation {
                explanation if explanation.is_empty() => {
                    format!("Default value for ${name} doesn't match type {shown}")
                }
                explanation => explanation,
            };
            let facts = [("variableName", name), ("typeName", &*shown)];
            self.report("defaultValueInvalidType", message, &[variable.pos], &facts);
        }
        self.directives(&variable.directives, "VARIABLE_DEFINITION");
    }
}
