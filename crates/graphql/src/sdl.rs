//! Reads a schema's text into one version's view of it.
//!
//! The text may carry four directives of our own, which no client sees:
//!
//! * `@since(version:)` and `@until(version:)` on types, fields, arguments, input fields, enum values
//!   and directive arguments: the first version with the thing and the first without it;
//! * `@access(requires:)` on fields and object types: what must be allowed to whoever asks for the field, or
//!   for any field that answers such a type; the caller of this crate enforces it;
//! * `@cost(points:)` on types and fields: what selecting it costs, where that is not the rule.

use crate::ast::{Directive, TypeExpr, Value};
use crate::coerce;
use crate::lexer::Kind as Token;
use crate::parse::{Parsed, Parser};
use crate::schema::*;
use crate::value::Input;

const PRELUDE: &str = include_str!("prelude.graphql");
const PRIVATE: [&str; 4] = ["since", "until", "access", "cost"];

struct RawInput<'a> {
    name: &'a str,
    description: Option<String>,
    ty: TypeExpr<'a>,
    default: Option<Value<'a>>,
    directives: Vec<Directive<'a>>,
}

struct RawField<'a> {
    name: &'a str,
    description: Option<String>,
    args: Vec<RawInput<'a>>,
    ty: TypeExpr<'a>,
    directives: Vec<Directive<'a>>,
}

struct RawValue<'a> {
    name: &'a str,
    description: Option<String>,
    directives: Vec<Directive<'a>>,
}

struct RawType<'a> {
    name: &'a str,
    description: Option<String>,
    kind: Kind,
    interfaces: Vec<&'a str>,
    fields: Vec<RawField<'a>>,
    inputs: Vec<RawInput<'a>>,
    values: Vec<RawValue<'a>>,
    members: Vec<&'a str>,
    directives: Vec<Directive<'a>>,
}

struct RawDirective<'a> {
    name: &'a str,
    description: Option<String>,
    args: Vec<RawInput<'a>>,
    locations: Vec<String>,
    repeatable: bool,
}

#[derive(Default)]
struct Raw<'a> {
    types: Vec<RawType<'a>>,
    directives: Vec<RawDirective<'a>>,
    query: Option<&'a str>,
    mutation: Option<&'a str>,
}

/// Reads `sdl` as `version` sees it.
pub(crate) fn read(sdl: &str, version: &str) -> Result<SchemaData, String> {
    let mut raw = Raw::default();
    for text in [PRELUDE, sdl] {
        read_definitions(text, &mut raw).map_err(|error| error.message)?;
    }
    let view = View { version };
    view.build(raw)
}

fn read_definitions<'a>(text: &'a str, raw: &mut Raw<'a>) -> Parsed<()> {
    let mut p = Parser::new(text, usize::MAX)?;
    while p.token.kind != Token::End {
        let description = description(&mut p)?;
        let word = p.name()?;
        let kind = match word {
            "schema" => {
                p.directives()?;
                p.expect(b'{')?;
                while !p.eat(b'}')? {
                    let verb = p.name()?;
                    p.expect(b':')?;
                    let name = p.name()?;
                    match verb {
                        "query" => raw.query = Some(name),
                        "mutation" => raw.mutation = Some(name),
                        _ => {}
                    }
                }
                continue;
            }
            "directive" => {
                let directive = read_directive(&mut p, description)?;
                raw.directives.push(directive);
                continue;
            }
            "scalar" => Kind::Scalar(Scalar::Other),
            "type" => Kind::Object,
            "interface" => Kind::Interface,
            "union" => Kind::Union,
            "enum" => Kind::Enum,
            "input" => Kind::InputObject,
            _ => return p.fail(format!("Unknown definition '{word}'")),
        };
        raw.types.push(read_type(&mut p, kind, description)?);
    }
    Ok(())
}

fn description(p: &mut Parser<'_>) -> Parsed<Option<String>> {
    if matches!(p.token.kind, Token::Str | Token::BlockStr) {
        return Ok(Some(p.string()?.into_owned()));
    }
    Ok(None)
}

fn read_directive<'a>(p: &mut Parser<'a>, description: Option<String>) -> Parsed<RawDirective<'a>> {
    p.expect(b'@')?;
    let name = p.name()?;
    let args = if p.at(b'(') { read_inputs(p, b'(', b')')? } else { vec![] };
    let repeatable = p.at_word("repeatable");
    if repeatable {
        p.advance()?;
    }
    p.name()?;
    p.eat(b'|')?;
    let mut locations = vec![p.name()?.to_owned()];
    while p.eat(b'|')? {
        locations.push(p.name()?.to_owned());
    }
    Ok(RawDirective { name, description, args, locations, repeatable })
}

fn read_type<'a>(p: &mut Parser<'a>, kind: Kind, description: Option<String>) -> Parsed<RawType<'a>> {
    let name = p.name()?;
    let mut interfaces = Vec::new();
    if p.at_word("implements") {
        p.advance()?;
        p.eat(b'&')?;
        interfaces.push(p.name()?);
        while p.eat(b'&')? {
            interfaces.push(p.name()?);
        }
    }
    let directives = p.directives()?;
    let kind = if let Kind::Scalar(_) = kind { Kind::Scalar(Scalar::named(name)) } else { kind };
    let (mut fields, mut inputs, mut values, mut members) = (vec![], vec![], vec![], vec![]);
    match kind {
        Kind::Scalar(_) => {}
        Kind::Union => {
            p.expect(b'=')?;
            p.eat(b'|')?;
            members.push(p.name()?);
            while p.eat(b'|')? {
                members.push(p.name()?);
            }
        }
        Kind::InputObject => inputs = read_inputs(p, b'{', b'}')?,
        Kind::Enum => {
            p.expect(b'{')?;
            while !p.eat(b'}')? {
                let description = self::description(p)?;
                values.push(RawValue { name: p.name()?, description, directives: p.directives()? });
            }
        }
        Kind::Object | Kind::Interface => {
            p.expect(b'{')?;
            while !p.eat(b'}')? {
                let description = self::description(p)?;
                let name = p.name()?;
                let args = if p.at(b'(') { read_inputs(p, b'(', b')')? } else { vec![] };
                p.expect(b':')?;
                let ty = p.type_expr()?;
                fields.push(RawField { name, description, args, ty, directives: p.directives()? });
            }
        }
    }
    Ok(RawType { name, description, kind, interfaces, fields, inputs, values, members, directives })
}

fn read_inputs<'a>(p: &mut Parser<'a>, open: u8, close: u8) -> Parsed<Vec<RawInput<'a>>> {
    p.expect(open)?;
    let mut inputs = Vec::new();
    while !p.eat(close)? {
        let description = description(p)?;
        let name = p.name()?;
        p.expect(b':')?;
        let ty = p.type_expr()?;
        let default = if p.eat(b'=')? { Some(p.value()?) } else { None };
        inputs.push(RawInput { name, description, ty, default, directives: p.directives()? });
    }
    Ok(inputs)
}

fn text_of(directives: &[Directive<'_>], name: &str, argument: &str) -> Option<String> {
    let directive = directives.iter().find(|directive| directive.name == name)?;
    match directive.arguments.iter().find(|arg| arg.name == argument).map(|arg| &arg.value) {
        Some(Value::Str(text)) => Some(text.clone().into_owned()),
        _ => None,
    }
}

fn deprecated(directives: &[Directive<'_>]) -> Option<String> {
    directives.iter().find(|directive| directive.name == "deprecated")?;
    Some(text_of(directives, "deprecated", "reason").unwrap_or_else(|| "No longer supported".to_owned()))
}

fn cost(directives: &[Directive<'_>]) -> Option<u32> {
    let directive = directives.iter().find(|directive| directive.name == "cost")?;
    match directive.arguments.first().map(|arg| &arg.value) {
        Some(Value::Int(points)) => points.parse().ok(),
        _ => None,
    }
}

struct View<'v> {
    version: &'v str,
}

impl View<'_> {
    /// Whether this version has the thing.
    fn has(&self, directives: &[Directive<'_>]) -> bool {
        let began =
            text_of(directives, "since", "version").is_none_or(|since| since.as_str() <= self.version);
        let ended =
            text_of(directives, "until", "version").is_some_and(|until| until.as_str() <= self.version);
        began && !ended
    }

    fn build(&self, raw: Raw<'_>) -> Result<SchemaData, String> {
        let mut schema = SchemaData {
            version: self.version.to_owned(),
            types: Named::default(),
            directives: Named::default(),
            query: TypeId(0),
            mutation: None,
            meta: Named::default(),
        };
        let kept: Vec<&RawType<'_>> = raw.types.iter().filter(|raw| self.has(&raw.directives)).collect();
        // Names first, so that types may refer to one another in any order.
        for raw in &kept {
            let ty = TypeDef {
                name: raw.name.into(),
                description: raw.description.clone(),
                kind: raw.kind,
                fields: Named::default(),
                inputs: Named::default(),
                values: Named::default(),
                interfaces: vec![],
                possible: vec![],
                one_of: raw.directives.iter().any(|directive| directive.name == "oneOf"),
                access: text_of(&raw.directives, "access", "requires"),
                cost: cost(&raw.directives),
                connection: false,
            };
            if !schema.types.push(raw.name, ty) {
                return Err(format!("type {} is declared twice", raw.name));
            }
        }
        let mut built = Vec::new();
        for raw in &kept {
            built.push(self.members(&schema, raw)?);
        }
        for (ty, parts) in schema.types.iter_mut().zip(built) {
            ty.connection = parts.fields.get("pageInfo").is_some();
            (ty.fields, ty.inputs, ty.values) = (parts.fields, parts.inputs, parts.values);
            (ty.interfaces, ty.possible) = (parts.interfaces, parts.possible);
        }
        self.implementors(&mut schema);
        for raw in &raw.directives {
            if PRIVATE.contains(&raw.name) {
                continue;
            }
            let directive = DirectiveDef {
                name: raw.name.into(),
                description: raw.description.clone(),
                args: self.inputs(&schema, raw.name, &raw.args)?,
                locations: raw.locations.clone(),
                repeatable: raw.repeatable,
            };
            // A directive cannot carry directives: one whose arguments this version lacks is lacking too.
            let gone = directive.args.iter().len() == 0 && !raw.args.is_empty();
            if !gone {
                schema.directives.push(raw.name, directive);
            }
        }
        schema.query =
            schema.type_id(raw.query.unwrap_or("Query")).ok_or("the schema names no query type")?;
        schema.mutation = schema.type_id(raw.mutation.unwrap_or("Mutation"));
        self.meta(&mut schema)?;
        coerce::defaults(&mut schema)?;
        Ok(schema)
    }

    /// Lists under each interface the objects that implement it.
    fn implementors(&self, schema: &mut SchemaData) {
        let mut lists: Vec<Vec<TypeId>> = vec![vec![]; schema.types.iter().len()];
        for (at, ty) in schema.types.iter().enumerate() {
            for interface in ty.interfaces.iter().filter(|_| ty.kind == Kind::Object) {
                if let Some(list) = lists.get_mut(interface.0 as usize) {
                    list.push(TypeId(at as u32));
                }
            }
        }
        for (ty, list) in schema.types.iter_mut().zip(lists) {
            if ty.kind == Kind::Interface {
                ty.possible = list;
            }
            ty.possible.sort_unstable();
        }
    }

    /// Moves the prelude's meta fields to where `SchemaData::field` finds them.
    fn meta(&self, schema: &mut SchemaData) -> Result<(), String> {
        let holder = schema.type_id("__Meta").ok_or("the prelude lacks its meta fields")?;
        let fields = schema.types.iter_mut().nth(holder.0 as usize).map(|ty| std::mem::take(&mut ty.fields));
        schema.meta = fields.unwrap_or_default();
        Ok(())
    }

    fn members(&self, schema: &SchemaData, raw: &RawType<'_>) -> Result<TypeDef, String> {
        let id = schema.type_id(raw.name).ok_or("a type lost its name")?;
        let named = |names: &[&str]| names.iter().filter_map(|name| schema.type_id(name)).collect::<Vec<_>>();
        let mut fields = Named::default();
        for field in raw.fields.iter().filter(|field| self.has(&field.directives)) {
            let place = format!("{}.{}", raw.name, field.name);
            let def = FieldDef {
                name: field.name.into(),
                description: field.description.clone(),
                ty: resolve(schema, &place, &field.ty)?,
                args: self.inputs(schema, &place, &field.args)?,
                deprecated: deprecated(&field.directives),
                access: text_of(&field.directives, "access", "requires"),
                cost: cost(&field.directives),
            };
            if !fields.push(field.name, def) {
                return Err(format!("{place} is declared twice"));
            }
        }
        let mut values = Named::default();
        for value in raw.values.iter().filter(|value| self.has(&value.directives)) {
            let def = EnumValueDef {
                name: value.name.into(),
                description: value.description.clone(),
                deprecated: deprecated(&value.directives),
            };
            values.push(value.name, def);
        }
        Ok(TypeDef {
            name: raw.name.into(),
            description: None,
            kind: raw.kind,
            fields,
            inputs: self.inputs(schema, raw.name, &raw.inputs)?,
            values,
            interfaces: named(&raw.interfaces),
            possible: match raw.kind {
                Kind::Object => vec![id],
                Kind::Union => named(&raw.members),
                _ => vec![],
            },
            one_of: false,
            access: None,
            cost: None,
            connection: false,
        })
    }

    fn inputs(
        &self,
        schema: &SchemaData,
        place: &str,
        raw: &[RawInput<'_>],
    ) -> Result<Named<InputDef>, String> {
        let mut inputs = Named::default();
        for input in raw.iter().filter(|input| self.has(&input.directives)) {
            let place = format!("{place}.{}", input.name);
            let def = InputDef {
                name: input.name.into(),
                description: input.description.clone(),
                ty: resolve(schema, &place, &input.ty)?,
                // Coerced once all types are known, from the JSON-like value kept here.
                default: input.default.as_ref().map(|value| (value.printed(), Input::Null)),
                deprecated: deprecated(&input.directives),
            };
            if !inputs.push(input.name, def) {
                return Err(format!("{place} is declared twice"));
            }
        }
        Ok(inputs)
    }
}

fn resolve(schema: &SchemaData, place: &str, ty: &TypeExpr<'_>) -> Result<TypeRef, String> {
    Ok(match ty {
        TypeExpr::Named(name) => TypeRef::Named(
            schema
                .type_id(name)
                .ok_or_else(|| format!("{place} has type {name}, which version {} lacks", schema.version))?,
        ),
        TypeExpr::List(inner) => TypeRef::List(Box::new(resolve(schema, place, inner)?)),
        TypeExpr::NonNull(inner) => TypeRef::NonNull(Box::new(resolve(schema, place, inner)?)),
    })
}
