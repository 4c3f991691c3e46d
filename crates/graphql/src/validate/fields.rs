//! Rules for selections: fields exist, select below objects and not below scalars, and fragments fit.

use super::{Part, SpreadUse, Validator};
use crate::ast::*;
use crate::schema::{Kind, TypeId};

impl<'d, 'a> Validator<'d, 'a> {
    pub(super) fn selections(&mut self, selections: &'d [Selection<'a>], parent: TypeId, around: Pos) {
        for selection in selections {
            if self.full() {
                return;
            }
            match selection {
                Selection::Field(node) => {
                    self.within(Part::Name(node.key()), |v| v.field(node, parent, around))
                }
                Selection::Inline(node) => self.within(Part::Inline(node.on), |v| v.inline(node, parent)),
                Selection::Spread(node) => self.within(Part::Spread(node.name), |v| v.spread(node, parent)),
            }
        }
    }

    fn field(&mut self, node: &'d FieldNode<'a>, parent: TypeId, around: Pos) {
        let schema = self.schema;
        self.unique_directives(&node.directives);
        let Some(def) = schema.field(parent, node.name) else {
            let parent = schema.ty(parent);
            if parent.kind == Kind::Union {
                let message = format!(
                    "Selections can't be made directly on unions (see selections on {})",
                    parent.name
                );
                return self.report("selectionMismatch", message, &[around], &[("nodeName", &parent.name)]);
            }
            let message = format!("Field '{}' doesn't exist on type '{}'", node.name, parent.name);
            let facts = [("typeName", &*parent.name), ("fieldName", node.name)];
            return self.report("undefinedField", message, &[node.pos], &facts);
        };
        let base = def.ty.base();
        let leaf = schema.ty(base).kind.is_leaf();
        if leaf && !node.selections.is_empty() {
            return self.must_not_select(node, base);
        }
        if !leaf && node.selections.is_empty() {
            return self.must_select(node.pos, &format!("field '{}'", node.name), node.name, base);
        }
        self.required_arguments("Field", node.name, node.pos, &node.arguments, &def.args);
        self.argument_names_are_unique(&node.arguments);
        let owner = super::arguments::Owner::field(node, def);
        for argument in &node.arguments {
            self.argument(argument, &owner);
        }
        self.directives(&node.directives, "FIELD");
        self.selections(&node.selections, base, node.pos);
    }

    fn must_not_select(&mut self, node: &FieldNode<'a>, ty: TypeId) {
        let ty = self.schema.ty(ty);
        let selected: Vec<String> = node
            .selections
            .iter()
            .map(|selection| match selection {
                Selection::Field(field) => format!("\"{}\"", field.name),
                Selection::Spread(spread) => format!("\"{}\"", spread.name),
                Selection::Inline(Inline { on: Some(on), .. }) => format!("\"... on {on} {{ ... }}\""),
                Selection::Inline(_) => "\"... { ... }\"".to_owned(),
            })
            .collect();
        let kind = ty.kind.label().to_lowercase();
        let what = format!("field '{}'", node.name);
        let message = format!(
            "Selections can't be made on {kind}s ({what} returns {} but has selections [{}])",
            ty.name,
            selected.join(", ")
        );
        let facts = [("nodeName", what.as_str()), ("typeName", &*ty.name)];
        self.report("selectionMismatch", message, &[node.pos], &facts);
    }

    pub(super) fn must_select(&mut self, pos: Pos, what: &str, name: &str, ty: TypeId) {
        let ty = &self.schema.ty(ty).name;
        let message = format!(
            "Field must have selections ({what} returns {ty} but has no selections. Did you mean '{name} {{ ... }}'?)"
        );
        self.report("selectionMismatch", message, &[pos], &[("nodeName", what), ("typeName", ty)]);
    }

    fn inline(&mut self, node: &'d Inline<'a>, parent: TypeId) {
        self.unique_directives(&node.directives);
        let mut inner = parent;
        if let Some(on) = node.on {
            let Some(on) = self.fragment_type(on, node.pos) else { return };
            self.spread_fits(None, on, parent, node.pos, None);
            inner = on;
        }
        self.directives(&node.directives, "INLINE_FRAGMENT");
        self.selections(&node.selections, inner, node.pos);
    }

    fn spread(&mut self, node: &'d Spread<'a>, parent: TypeId) {
        self.unique_directives(&node.directives);
        self.directives(&node.directives, "FRAGMENT_SPREAD");
        let path = self.path.clone();
        if let Some(uses) = self.uses.last_mut() {
            uses.spreads.push(SpreadUse { name: node.name, pos: node.pos, on: parent, path });
        }
    }

    /// The type a fragment is on, if it can be.
    pub(super) fn fragment_type(&mut self, name: &str, pos: Pos) -> Option<TypeId> {
        let Some(id) = self.schema.type_id(name) else {
            let message = format!("No such type {name}, so it can't be a fragment condition");
            self.report("undefinedType", message, &[pos], &[("typeName", name)]);
            return None;
        };
        if !self.schema.ty(id).kind.is_composite() {
            let message = format!("Invalid fragment on type {name} (must be Union, Interface or Object)");
            self.report("fragmentOnNonCompositeType", message, &[pos], &[("typeName", name)]);
            return None;
        }
        Some(id)
    }

    /// Complains when no value of type `parent` can be one of type `on`.
    pub(super) fn spread_fits(
        &mut self,
        fragment: Option<&str>,
        on: TypeId,
        parent: TypeId,
        pos: Pos,
        path: Option<&[Part<'d>]>,
    ) {
        let schema = self.schema;
        if schema.ty(on).kind == Kind::Union || schema.overlap(on, parent) {
            return;
        }
        // The leading space is graphql-ruby's, in the fact as in the message.
        let name = fragment.map(|name| format!(" {name}")).unwrap_or_default();
        let (on, parent) = (&schema.ty(on).name, &schema.ty(parent).name);
        let message = format!("Fragment{name} on {on} can't be spread inside {parent}");
        let known = if name.is_empty() { "unknown" } else { &name };
        let facts = [("typeName", &**on), ("fragmentName", known), ("parentName", parent)];
        match path {
            Some(path) => self.report_at("cannotSpreadFragment", message, &[pos], path, &facts),
            None => self.report("cannotSpreadFragment", message, &[pos], &facts),
        }
    }
}
