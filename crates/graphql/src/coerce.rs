//! Turns what a client gave into [`Input`]s: variables from JSON, literals from the document.

use std::collections::HashMap;

use serde_json::{Map, Value as Json};

use crate::ast::Value;
use crate::error::{GraphqlError, Location, PathSegment};
use crate::limits;
use crate::parse::Parser;
use crate::scalar::{self, Problem};
use crate::schema::*;
use crate::value::Input;

/// An argument's value as planned: constant, or waiting for variables.
#[derive(Debug, Clone)]
pub(crate) enum Literal {
    Const(Input),
    /// A variable's number, and whether null would be wrong here.
    Variable(u32, bool),
    List(Vec<Literal>),
    /// Fields, each with the default it falls back to when its variable was not given.
    Object(Vec<(String, Literal, Option<Input>)>),
}

/// A declared variable.
#[derive(Debug)]
pub(crate) struct VariableDef {
    pub name: String,
    pub ty: TypeRef,
    pub default: Option<Input>,
    pub location: Location,
}

/// Variables after coercion, by number; `None` was not given.
pub(crate) type Variables = Vec<Option<Input>>;

type Problems = Vec<(Vec<PathSegment>, Problem)>;

/// Coerces the variables an operation declares.
pub(crate) fn variables(
    schema: &SchemaData,
    declared: &[VariableDef],
    given: &Map<String, Json>,
) -> Result<Variables, Vec<GraphqlError>> {
    let mut values = Vec::with_capacity(declared.len());
    let mut errors = Vec::new();
    for variable in declared {
        let value = match (given.get(&variable.name), &variable.default) {
            (None, Some(default)) => Some(default.clone()),
            (None, None) if !variable.ty.is_non_null() => None,
            (value, _) => {
                let value = value.unwrap_or(&Json::Null);
                let mut check = Check { schema, problems: vec![], path: vec![] };
                let input = check.value(value, &variable.ty);
                if !check.problems.is_empty() {
                    errors.push(invalid_variable(schema, variable, value, check.problems));
                }
                Some(input)
            }
        };
        values.push(value);
    }
    if errors.is_empty() { Ok(values) } else { Err(errors) }
}

fn invalid_variable(
    schema: &SchemaData,
    variable: &VariableDef,
    value: &Json,
    problems: Problems,
) -> GraphqlError {
    let mut message = format!(
        "Variable ${} of type {} was provided invalid value",
        variable.name,
        schema.show(&variable.ty)
    );
    let places: Vec<String> = problems
        .iter()
        .filter(|(path, _)| !path.is_empty())
        .map(|(path, problem)| {
            let steps: Vec<String> = path
                .iter()
                .map(|step| match step {
                    PathSegment::Name(name) => name.clone(),
                    PathSegment::Index(index) => index.to_string(),
                })
                .collect();
            format!("{} ({})", steps.join("."), problem.explanation)
        })
        .collect();
    if !places.is_empty() {
        message.push_str(" for ");
        message.push_str(&places.join(", "));
    }
    let problems: Vec<Json> = problems
        .into_iter()
        .map(|(path, problem)| {
            let mut entry = Map::new();
            entry.insert("path".into(), serde_json::to_value(path).unwrap_or_default());
            entry.insert("explanation".into(), problem.explanation.into());
            if let Some(message) = problem.message {
                entry.insert("message".into(), message.into());
            }
            Json::Object(entry)
        })
        .collect();
    GraphqlError { locations: Some(vec![variable.location]), ..GraphqlError::new(message) }
        .code("INVALID_VARIABLE")
        .extension("value", value.clone())
        .extension("problems", problems)
}

struct Check<'s> {
    schema: &'s SchemaData,
    problems: Problems,
    path: Vec<PathSegment>,
}

impl Check<'_> {
    fn problem(&mut self, problem: Problem) -> Input {
        if self.problems.len() < limits::MAX_ERRORS {
            self.problems.push((self.path.clone(), problem));
        }
        Input::Null
    }

    fn within<T>(&mut self, step: PathSegment, inner: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step);
        let result = inner(self);
        self.path.pop();
        result
    }

    fn value(&mut self, value: &Json, ty: &TypeRef) -> Input {
        match ty {
            TypeRef::NonNull(_) if value.is_null() => {
                self.problem(Problem::new("Expected value to not be null"))
            }
            TypeRef::NonNull(inner) => self.value(value, inner),
            _ if value.is_null() => Input::Null,
            TypeRef::List(item) => match value {
                Json::Array(items) => {
                    let mut list = Vec::with_capacity(items.len());
                    for (index, value) in items.iter().enumerate() {
                        list.push(self.within(PathSegment::Index(index), |check| check.value(value, item)));
                    }
                    Input::List(list)
                }
                single => {
                    Input::List(vec![self.within(PathSegment::Index(0), |check| check.value(single, item))])
                }
            },
            TypeRef::Named(id) => self.named(value, *id),
        }
    }

    fn named(&mut self, value: &Json, id: TypeId) -> Input {
        let ty = self.schema.ty(id);
        match ty.kind {
            Kind::Scalar(kind) => match scalar::coerce(kind, &ty.name, value) {
                Ok(input) => input,
                Err(problem) => self.problem(problem),
            },
            Kind::Enum => match value {
                Json::String(name) if ty.values.get(name).is_some() => Input::Enum(name.clone()),
                _ => self.problem(not_a_value(ty, &scalar::show(value))),
            },
            _ => match value {
                Json::Object(fields) => self.object(fields, ty),
                _ => self.problem(Problem::new(format!("Expected {value} to be a key-value object."))),
            },
        }
    }

    fn object(&mut self, given: &Map<String, Json>, ty: &TypeDef) -> Input {
        let mut fields = Vec::with_capacity(given.len());
        for (key, value) in given {
            let step = PathSegment::from(key.as_str());
            match ty.inputs.get(key) {
                Some(def) => {
                    let input = self.within(step, |check| check.value(value, &def.ty));
                    fields.push((key.clone(), input));
                }
                None => {
                    let unknown = Problem::new(format!("Field is not defined on {}", ty.name));
                    self.within(step, |check| check.problem(unknown));
                }
            }
        }
        for def in ty.inputs.iter().filter(|def| !given.contains_key(&*def.name)) {
            if let Some((_, default)) = &def.default {
                fields.push((def.name.to_string(), default.clone()));
            } else if def.ty.is_non_null() {
                let missing = Problem::new("Expected value to not be null");
                self.within(PathSegment::from(&*def.name), |check| check.problem(missing));
            }
        }
        if ty.one_of {
            let null = given.iter().find(|(_, value)| value.is_null());
            if given.len() != 1 {
                let count = given.len();
                let message =
                    format!("'{}' requires exactly one argument, but {count} were provided.", ty.name);
                self.problem(Problem::new(message));
            } else if let Some((key, _)) = null {
                let message = format!("'{}' requires exactly one argument, but '{key}' was `null`.", ty.name);
                self.problem(Problem::new(message));
            }
        }
        Input::Object(fields)
    }
}

pub(crate) fn not_a_value(ty: &TypeDef, shown: &str) -> Problem {
    let names: Vec<&str> = ty.values.iter().map(|value| &*value.name).collect();
    Problem::new(format!("Expected {shown} to be one of: {}", names.join(", ")))
}

/// A literal as JSON; `None` when it has an enum value or a variable inside, which no scalar takes.
pub(crate) fn literal_json(value: &Value<'_>) -> Option<Json> {
    Some(match value {
        Value::Null => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Str(text) => Json::String(text.clone().into_owned()),
        Value::Int(text) => match text.parse::<i64>() {
            Ok(number) => Json::from(number),
            Err(_) => text.parse::<u64>().map_or_else(|_| float(text), Json::from),
        },
        Value::Float(text) => float(text),
        Value::Enum(_) | Value::Variable(..) => return None,
        Value::List(items) => Json::Array(items.iter().map(literal_json).collect::<Option<_>>()?),
        Value::Object(fields, _) => {
            let pairs = fields.iter().map(|field| Some((field.name.to_owned(), literal_json(&field.value)?)));
            Json::Object(pairs.collect::<Option<_>>()?)
        }
    })
}

fn float(text: &str) -> Json {
    text.parse::<f64>().map_or(Json::Null, Json::from)
}

/// Plans a literal that validation has found fitting.
pub(crate) fn literal(
    schema: &SchemaData,
    value: &Value<'_>,
    ty: &TypeRef,
    numbers: &HashMap<&str, u32>,
) -> Literal {
    if let Value::Variable(name, _) = value {
        return match numbers.get(name) {
            Some(number) => Literal::Variable(*number, ty.is_non_null()),
            None => Literal::Const(Input::Null),
        };
    }
    match ty {
        _ if matches!(value, Value::Null) => Literal::Const(Input::Null),
        TypeRef::NonNull(inner) => literal(schema, value, inner, numbers),
        TypeRef::List(item) => {
            let items = match value {
                Value::List(items) => {
                    items.iter().map(|value| literal(schema, value, item, numbers)).collect()
                }
                single => vec![literal(schema, single, item, numbers)],
            };
            list(items)
        }
        TypeRef::Named(id) => {
            let ty = schema.ty(*id);
            match (ty.kind, value) {
                (Kind::InputObject, Value::Object(given, _)) => {
                    let mut fields = Vec::with_capacity(given.len());
                    for field in given {
                        if let Some(def) = ty.inputs.get(field.name) {
                            let value = literal(schema, &field.value, &def.ty, numbers);
                            let default = def.default.as_ref().map(|(_, input)| input.clone());
                            fields.push((field.name.to_owned(), value, default));
                        }
                    }
                    for def in ty.inputs.iter().filter(|def| !given.iter().any(|g| g.name == &*def.name)) {
                        if let Some((_, default)) = &def.default {
                            fields.push((def.name.to_string(), Literal::Const(default.clone()), None));
                        }
                    }
                    object(fields)
                }
                (Kind::Enum, Value::Enum(name)) => Literal::Const(Input::Enum((*name).to_owned())),
                (Kind::Scalar(Scalar::Decimal | Scalar::Money), Value::Int(text) | Value::Float(text)) => {
                    // As written: going through a float would lose digits.
                    Literal::Const(Input::Str((*text).to_owned()))
                }
                (Kind::Scalar(kind), value) => {
                    let input =
                        literal_json(value).and_then(|json| scalar::coerce(kind, &ty.name, &json).ok());
                    Literal::Const(input.unwrap_or(Input::Null))
                }
                _ => Literal::Const(Input::Null),
            }
        }
    }
}

fn list(items: Vec<Literal>) -> Literal {
    if items.iter().all(|item| matches!(item, Literal::Const(_))) {
        let constant = |item| if let Literal::Const(input) = item { input } else { Input::Null };
        return Literal::Const(Input::List(items.into_iter().map(constant).collect()));
    }
    Literal::List(items)
}

fn object(fields: Vec<(String, Literal, Option<Input>)>) -> Literal {
    if fields.iter().all(|(_, value, _)| matches!(value, Literal::Const(_))) {
        let constant =
            |(key, value, _)| (key, if let Literal::Const(input) = value { input } else { Input::Null });
        return Literal::Const(Input::Object(fields.into_iter().map(constant).collect()));
    }
    Literal::Object(fields)
}

/// Why an argument could not be filled in.
pub(crate) enum Refusal {
    /// The variable of this number is null where null is wrong.
    Null(u32),
    /// Variables were copied too often for their size.
    TooLarge,
}

/// Fills variables into literals, counting what it copies.
pub(crate) struct Filler<'v> {
    variables: &'v Variables,
    sizes: Vec<usize>,
    budget: usize,
}

impl<'v> Filler<'v> {
    pub(crate) fn new(variables: &'v Variables) -> Self {
        let sizes = variables.iter().map(|value| value.as_ref().map_or(0, Input::size)).collect();
        Filler { variables, sizes, budget: limits::MAX_BOUND_ARGUMENTS }
    }

    /// The value of a literal; `None` when its variable was not given.
    pub(crate) fn fill(&mut self, literal: &Literal) -> Result<Option<Input>, Refusal> {
        Ok(Some(match literal {
            Literal::Const(input) => input.clone(),
            Literal::Variable(number, non_null) => {
                let at = *number as usize;
                match self.variables.get(at).and_then(Option::as_ref) {
                    Some(Input::Null) if *non_null => return Err(Refusal::Null(*number)),
                    None => return Ok(None),
                    Some(input) => {
                        let size = self.sizes.get(at).copied().unwrap_or(0);
                        self.budget = self.budget.checked_sub(size).ok_or(Refusal::TooLarge)?;
                        input.clone()
                    }
                }
            }
            Literal::List(items) => {
                let items = items.iter().map(|item| Ok(self.fill(item)?.unwrap_or(Input::Null)));
                Input::List(items.collect::<Result<_, Refusal>>()?)
            }
            Literal::Object(fields) => {
                let mut object = Vec::with_capacity(fields.len());
                for (key, value, default) in fields {
                    if let Some(input) = self.fill(value)?.or_else(|| default.clone()) {
                        object.push((key.clone(), input));
                    }
                }
                Input::Object(object)
            }
        }))
    }
}

/// The first list that is too long, with the way to it.
pub(crate) fn oversized(input: &Input, path: &mut Vec<PathSegment>) -> Option<usize> {
    let mut visit = |step: PathSegment, value: &Input| {
        path.push(step);
        let found = oversized(value, path);
        if found.is_none() {
            path.pop();
        }
        found
    };
    match input {
        Input::List(items) if items.len() > limits::MAX_INPUT_ITEMS => Some(items.len()),
        Input::List(items) => {
            items.iter().enumerate().find_map(|(index, value)| visit(PathSegment::Index(index), value))
        }
        Input::Object(fields) => fields.iter().find_map(|(key, value)| visit(key.as_str().into(), value)),
        _ => None,
    }
}

/// Coerces the defaults of a schema just read, now that all its types are known.
pub(crate) fn defaults(schema: &mut SchemaData) -> Result<(), String> {
    // Input types first: arguments may default to whole objects. Twice, since the fields of one input
    // object may default to another.
    for _ in 0..2 {
        let mut found = Vec::new();
        for ty in schema.types.iter() {
            for def in ty.inputs.iter().chain(ty.fields.iter().flat_map(|field| field.args.iter())) {
                found.push(coerced_default(schema, def)?);
            }
        }
        let mut found = found.into_iter();
        for ty in schema.types.iter_mut() {
            let args = ty.fields.iter_mut().flat_map(|field| field.args.iter_mut());
            for def in ty.inputs.iter_mut().chain(args) {
                def.default = found.next().flatten();
            }
        }
    }
    let mut found = Vec::new();
    for def in schema.directives.iter().flat_map(|directive| directive.args.iter()) {
        found.push(coerced_default(schema, def)?);
    }
    let args = schema.directives.iter_mut().flat_map(|directive| directive.args.iter_mut());
    for (def, default) in args.zip(found) {
        def.default = default;
    }
    Ok(())
}

fn coerced_default(schema: &SchemaData, def: &InputDef) -> Result<Option<(String, Input)>, String> {
    let Some((text, _)) = &def.default else { return Ok(None) };
    let value = Parser::new(text, usize::MAX).and_then(|mut parser| parser.value()).map_err(|e| e.message)?;
    match literal(schema, &value, &def.ty, &HashMap::new()) {
        Literal::Const(input) => Ok(Some((text.clone(), input))),
        _ => Err(format!("the default of {} is not constant", def.name)),
    }
}

/// The error for a variable that is null where its use does not allow it.
pub(crate) fn null_variable(schema: &SchemaData, variable: &VariableDef) -> GraphqlError {
    let problems = vec![(vec![], Problem::new("Expected value to not be null"))];
    invalid_variable(schema, variable, &Json::Null, problems)
}

/// The error for a list that is too long.
pub(crate) fn too_many_items(size: usize, at: Location, path: Vec<PathSegment>) -> GraphqlError {
    let max = limits::MAX_INPUT_ITEMS;
    let message = format!("The input array size of {size} is greater than the maximum allowed of {max}.");
    GraphqlError::before(message, vec![at]).at(path).code("MAX_INPUT_SIZE_EXCEEDED")
}
