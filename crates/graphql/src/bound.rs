//! `Bound`: a prepared document with one operation chosen and its variables filled in.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::ast::Verb;
use crate::coerce::{self, Filler, Refusal, Variables};
use crate::cost::{self, FieldCost};
use crate::error::{GraphqlError, PathSegment};
use crate::field::{Field, Root};
use crate::limits;
use crate::plan::{Arguments, Meta, PlannedField, PlannedOperation, Prepared};
use crate::value::Input;

/// Whether an operation may change anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationKind {
    /// Reads.
    Query,
    /// Writes; its roots run one after the other.
    Mutation,
}

/// The arguments of one field or directive, by name.
type Given = Vec<(Box<str>, Input)>;

/// Everything needed to run one operation.
#[derive(Debug)]
pub struct Bound {
    pub(crate) prepared: Arc<Prepared>,
    operation: usize,
    arguments: Vec<Given>,
    conditions: Vec<bool>,
    requested: u32,
}

impl Prepared {
    /// Chooses an operation and coerces its variables. `operation_name` may be absent when the
    /// document has only one. Fails with the errors to send.
    pub fn bind(
        self: &Arc<Self>,
        operation_name: Option<&str>,
        variables: &Map<String, Value>,
    ) -> Result<Bound, Vec<GraphqlError>> {
        let index = self.choose(operation_name)?;
        let Some(operation) = self.operations.get(index) else { return Err(vec![]) };
        let values = coerce::variables(&self.schema, &operation.variables, variables)?;
        let conditions = operation.conditions.iter().map(|any| {
            any.iter().any(|all| {
                all.iter().all(|(number, wanted)| {
                    let value = values.get(*number as usize).and_then(Option::as_ref);
                    value.and_then(Input::as_bool).unwrap_or(false) == *wanted
                })
            })
        });
        let conditions = conditions.collect();
        let arguments = self.arguments(operation, &values)?;
        let prepared = Arc::clone(self);
        let mut bound = Bound { prepared, operation: index, arguments, conditions, requested: 0 };
        bound.requested = cost::requested(&bound);
        Ok(bound)
    }

    fn choose(&self, name: Option<&str>) -> Result<usize, Vec<GraphqlError>> {
        let name = name.filter(|name| !name.is_empty());
        match (name, self.operations.len()) {
            (None, 1) => Ok(0),
            (None, _) => Err(vec![GraphqlError::new("An operation name is required")]),
            (Some(name), _) => self
                .operations
                .iter()
                .position(|operation| operation.name.as_deref() == Some(name))
                .ok_or_else(|| vec![GraphqlError::new(format!("No operation named \"{name}\""))]),
        }
    }

    fn arguments(
        &self,
        operation: &PlannedOperation,
        variables: &Variables,
    ) -> Result<Vec<Given>, Vec<GraphqlError>> {
        let mut filled = Vec::with_capacity(operation.arguments.len());
        let mut errors = Vec::new();
        let mut filler = Filler::new(variables);
        for open in &operation.arguments {
            let mut values = Vec::with_capacity(open.values.len());
            for (name, literal, default) in &open.values {
                match filler.fill(literal) {
                    Ok(Some(input)) => values.push((name.clone(), input)),
                    Ok(None) => values.extend(default.clone().map(|input| (name.clone(), input))),
                    Err(Refusal::TooLarge) => return Err(vec![*limits::arguments_too_large()]),
                    Err(Refusal::Null(number)) => {
                        let variable = operation.variables.get(number as usize);
                        errors.extend(variable.map(|variable| coerce::null_variable(&self.schema, variable)));
                    }
                }
            }
            self.check_sizes(open.field, &values, &mut errors);
            filled.push(values);
        }
        if errors.is_empty() { Ok(filled) } else { Err(errors) }
    }

    fn check_sizes(&self, field: u32, values: &[(Box<str>, Input)], errors: &mut Vec<GraphqlError>) {
        for (name, input) in values {
            let mut path = vec![PathSegment::from(&**name)];
            let Some(size) = coerce::oversized(input, &mut path) else { continue };
            let Some(planned) = self.fields.get(field as usize) else { continue };
            let mut whole = self.path_of(planned);
            whole.append(&mut path);
            errors.push(coerce::too_many_items(size, planned.location, whole));
        }
    }

    /// Lists in the document itself that are too long.
    pub(crate) fn oversized_constants(&self) -> Vec<GraphqlError> {
        let mut errors = Vec::new();
        for (number, field) in self.fields.iter().enumerate() {
            if let Arguments::Const(values) = &field.arguments {
                self.check_sizes(number as u32, values, &mut errors);
            }
        }
        errors
    }

    fn path_of(&self, field: &PlannedField) -> Vec<PathSegment> {
        let mut path = vec![PathSegment::from(&*field.key)];
        let mut at = field.parent;
        while let Some(field) = at.and_then(|number| self.fields.get(number as usize)) {
            path.push(PathSegment::from(&*field.key));
            at = field.parent;
        }
        path.reverse();
        path
    }
}

impl Bound {
    /// Whether the operation reads or writes.
    pub fn kind(&self) -> OperationKind {
        match self.operation().map(|operation| operation.verb) {
            Some(Verb::Mutation) => OperationKind::Mutation,
            _ => OperationKind::Query,
        }
    }

    /// The operation's name, if it has one.
    pub fn operation_name(&self) -> Option<&str> {
        self.operation().and_then(|operation| operation.name.as_deref())
    }

    /// What the operation may cost at most, in points.
    pub fn requested_cost(&self) -> u32 {
        self.requested
    }

    /// The same field by field, what stands below a field before it.
    pub fn requested_costs(&self) -> Vec<FieldCost> {
        cost::by_field(self)
    }

    /// The fields to answer, in the order to answer them: conditions applied, fragments spread, fields
    /// with the same response key merged.
    pub fn roots(&self) -> impl Iterator<Item = Root<'_>> {
        let set = self.root_set().and_then(|number| self.prepared.set(number));
        let range = set.and_then(|set| set.ranges().into_iter().next()).unwrap_or(0..0);
        let fields = self.prepared.list(&range).iter().filter(|field| self.includes(field));
        fields.map(|planned| Root { field: Field::new(self, planned, None) })
    }

    fn operation(&self) -> Option<&PlannedOperation> {
        self.prepared.operations.get(self.operation)
    }

    pub(crate) fn root_set(&self) -> Option<u32> {
        self.operation().map(|operation| operation.set)
    }

    pub(crate) fn includes(&self, field: &PlannedField) -> bool {
        match field.condition {
            None => true,
            Some(number) => self.conditions.get(number as usize).copied().unwrap_or(true),
        }
    }

    pub(crate) fn argument<'b>(&'b self, field: &'b PlannedField, name: &str) -> Option<&'b Input> {
        self.in_arguments(&field.arguments, name)
    }

    pub(crate) fn in_arguments<'b>(&'b self, arguments: &'b Arguments, name: &str) -> Option<&'b Input> {
        let values = match arguments {
            Arguments::Const(values) => values,
            Arguments::Open(number) => self.arguments.get(*number as usize)?,
        };
        values.iter().find(|(known, _)| **known == *name).map(|(_, input)| input)
    }
}

impl Root<'_> {
    /// The field itself.
    pub fn field(&self) -> &Field<'_> {
        &self.field
    }

    /// Whether this is `__schema`, `__type` or `__typename`, which need no resolver:
    /// [`Schema::resolve_introspection`](crate::Schema::resolve_introspection) answers them.
    pub fn is_introspection(&self) -> bool {
        self.field.planned.meta != Meta::No
    }
}
