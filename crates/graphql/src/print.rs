//! Writes a schema back as text: sorted by name, without our private directives.

use std::fmt::Write;

use crate::introspect::is_shown;
use crate::schema::*;

const BUILT_IN_SCALARS: [&str; 5] = ["Int", "Float", "String", "Boolean", "ID"];
const BUILT_IN_DIRECTIVES: [&str; 5] = ["include", "skip", "deprecated", "oneOf", "specifiedBy"];

/// The schema as text.
pub(crate) fn sdl(schema: &SchemaData) -> String {
    let mut out = String::from("schema {\n");
    let _ = writeln!(out, "  query: {}", schema.ty(schema.query).name);
    if let Some(mutation) = schema.mutation {
        let _ = writeln!(out, "  mutation: {}", schema.ty(mutation).name);
    }
    out.push_str("}\n");
    for directive in sorted(&schema.directives, |def| &def.name) {
        if !BUILT_IN_DIRECTIVES.contains(&&*directive.name) {
            out.push('\n');
            description(&mut out, "", &directive.description);
            let _ = write!(out, "directive @{}", directive.name);
            arguments(schema, &mut out, &directive.args);
            let repeatable = if directive.repeatable { " repeatable" } else { "" };
            let _ = writeln!(out, "{repeatable} on {}", directive.locations.join(" | "));
        }
    }
    for ty in sorted(&schema.types, |ty| &ty.name) {
        let built_in = ty.name.starts_with("__") || BUILT_IN_SCALARS.contains(&&*ty.name);
        if !built_in && is_shown(ty) {
            out.push('\n');
            type_text(schema, &mut out, ty);
        }
    }
    out
}

fn sorted<T>(items: &Named<T>, name: impl Fn(&T) -> &str) -> Vec<&T> {
    let mut items: Vec<&T> = items.iter().collect();
    items.sort_by(|one, two| name(one).cmp(name(two)));
    items
}

fn type_text(schema: &SchemaData, out: &mut String, ty: &TypeDef) {
    description(out, "", &ty.description);
    let names = |ids: &[TypeId]| {
        let mut names: Vec<&str> = ids.iter().map(|id| &*schema.ty(*id).name).collect();
        names.sort_unstable();
        names
    };
    let word = match ty.kind {
        Kind::Scalar(_) => "scalar",
        Kind::Object => "type",
        Kind::Interface => "interface",
        Kind::Union => "union",
        Kind::Enum => "enum",
        Kind::InputObject => "input",
    };
    let _ = write!(out, "{word} {}", ty.name);
    if !ty.interfaces.is_empty() {
        let _ = write!(out, " implements {}", names(&ty.interfaces).join(" & "));
    }
    if ty.one_of {
        out.push_str(" @oneOf");
    }
    if ty.kind == Kind::Union {
        let _ = write!(out, " = {}", names(&ty.possible).join(" | "));
    }
    if matches!(ty.kind, Kind::Scalar(_) | Kind::Union) {
        out.push('\n');
        return;
    }
    out.push_str(" {\n");
    for field in sorted(&ty.fields, |def| &def.name) {
        description(out, "  ", &field.description);
        let _ = write!(out, "  {}", field.name);
        arguments(schema, out, &field.args);
        let _ = write!(out, ": {}", schema.show(&field.ty));
        deprecated(out, &field.deprecated);
        out.push('\n');
    }
    for input in sorted(&ty.inputs, |def| &def.name) {
        description(out, "  ", &input.description);
        out.push_str("  ");
        input_text(schema, out, input);
        out.push('\n');
    }
    for value in sorted(&ty.values, |def| &def.name) {
        description(out, "  ", &value.description);
        let _ = write!(out, "  {}", value.name);
        deprecated(out, &value.deprecated);
        out.push('\n');
    }
    out.push_str("}\n");
}

fn arguments(schema: &SchemaData, out: &mut String, args: &Named<InputDef>) {
    for (index, arg) in sorted(args, |def| &def.name).into_iter().enumerate() {
        out.push_str(if index == 0 { "(" } else { ", " });
        input_text(schema, out, arg);
    }
    if args.iter().len() > 0 {
        out.push(')');
    }
}

fn input_text(schema: &SchemaData, out: &mut String, input: &InputDef) {
    let _ = write!(out, "{}: {}", input.name, schema.show(&input.ty));
    if let Some((text, _)) = &input.default {
        let _ = write!(out, " = {text}");
    }
    deprecated(out, &input.deprecated);
}

fn deprecated(out: &mut String, reason: &Option<String>) {
    if let Some(reason) = reason {
        out.push_str(" @deprecated(reason: ");
        crate::json::push_str(out, reason);
        out.push(')');
    }
}

fn description(out: &mut String, indent: &str, text: &Option<String>) {
    let Some(text) = text else { return };
    if text.contains('\n') {
        let _ = writeln!(out, "{indent}\"\"\"");
        for line in text.replace("\"\"\"", "\\\"\"\"").lines() {
            let gap = if line.is_empty() { "" } else { indent };
            let _ = writeln!(out, "{gap}{line}");
        }
        let _ = writeln!(out, "{indent}\"\"\"");
    } else {
        out.push_str(indent);
        crate::json::push_str(out, text);
        out.push('\n');
    }
}
