//! What a query costs, in points.
//!
//! The rules, fitted to recorded answers:
//!
//! * a scalar or enum costs nothing, an object 1, a list of plain objects as much as one object;
//! * a page of a longer list (a type with `pageInfo`) costs 2, plus the cost of one item times the
//!   number of binary digits of the size asked for: 1 → 1, 2…3 → 2, 4…7 → 3, 10 → 4, 250 → 8;
//!   `pageInfo` and `edges` themselves are free;
//! * a mutation costs 10, in which the objects of its payload are included, but not what is selected
//!   below them;
//! * `@cost(points:)` on a field or type replaces the 0 or 1.
//!
//! The requested cost is computed when a document is bound, from the sizes asked for; the actual cost
//! while rendering, from what was there.

use crate::ast::Verb;
use crate::bound::Bound;
use crate::plan::PlannedField;
use crate::schema::{FieldDef, SchemaData, TypeId};
use crate::value::Input;

const MUTATION: u32 = 10;
const PAGE: u32 = 2;

/// Points for one value of a field, its selections not counted.
pub(crate) fn weight(schema: &SchemaData, owner: TypeId, def: &FieldDef, verb: Verb, depth: usize) -> u32 {
    if verb == Verb::Mutation && depth == 0 {
        return if def.name.starts_with("__") { 0 } else { MUTATION };
    }
    let ty = schema.ty(def.ty.base());
    if let Some(points) = def.cost {
        return points;
    }
    if ty.kind.is_leaf() || (verb == Verb::Mutation && depth == 1 && !ty.connection) {
        return 0;
    }
    if let Some(points) = ty.cost {
        return points;
    }
    match () {
        () if schema.ty(owner).connection && matches!(&*def.name, "pageInfo" | "edges") => 0,
        () if ty.connection => PAGE,
        () => 1,
    }
}

/// Whether the field holds the items of a page.
pub(crate) fn holds_items(schema: &SchemaData, owner: TypeId, def: &FieldDef) -> bool {
    schema.ty(owner).connection && matches!(&*def.name, "nodes" | "edges")
}

/// Binary digits of a page's size.
fn digits(size: u32) -> u32 {
    u32::BITS - size.leading_zeros()
}

/// The cost of a page's items, given what all of them cost together and how many there are.
pub(crate) fn items(total: u32, count: u32) -> u32 {
    if count == 0 {
        return 0;
    }
    let scaled = u64::from(total) * u64::from(digits(count));
    u32::try_from(scaled.div_ceil(u64::from(count))).unwrap_or(u32::MAX)
}

/// What one field of an operation may cost at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldCost {
    /// Response keys from the root down to the field; lists add nothing.
    pub path: Vec<String>,
    /// Points for one value of it, its selections not counted.
    pub defined: u32,
    /// Points for all of it.
    pub total: u32,
    /// Points for what is selected below it; `None` where nothing is.
    pub below: Option<u32>,
}

/// What a bound operation may cost at most.
pub(crate) fn requested(bound: &Bound) -> u32 {
    bound.root_set().map_or(0, |set| of_set(bound, set, 1, None))
}

/// The same, field by field: what stands below a field comes before it.
pub(crate) fn by_field(bound: &Bound) -> Vec<FieldCost> {
    let mut bill = Bill::default();
    if let Some(set) = bound.root_set() {
        of_set(bound, set, 1, Some(&mut bill));
    }
    bill.fields
}

/// Where costs are written down, if somebody wants to know them.
#[derive(Default)]
struct Bill {
    path: Vec<String>,
    fields: Vec<FieldCost>,
}

fn of_set(bound: &Bound, number: u32, size: u32, mut bill: Option<&mut Bill>) -> u32 {
    let Some(set) = bound.prepared.set(number) else { return 0 };
    let mut most = 0;
    for range in set.ranges() {
        let mut sum = 0u32;
        for field in bound.prepared.list(&range).iter().filter(|field| bound.includes(field)) {
            sum = sum.saturating_add(of_field(bound, field, size, bill.as_deref_mut()));
        }
        most = most.max(sum);
    }
    most
}

fn of_field(bound: &Bound, field: &PlannedField, size: u32, mut bill: Option<&mut Bill>) -> u32 {
    if let Some(bill) = &mut bill {
        bill.path.push(field.key.to_string());
    }
    let below = field.set.map(|set| {
        let size = if field.connection { page_size(bound, field) } else { 1 };
        of_set(bound, set, size, bill.as_deref_mut())
    });
    let points = field.weight.saturating_add(below.unwrap_or(0));
    let total = if field.items { points.saturating_mul(digits(size)) } else { points };
    if let Some(bill) = bill {
        let path = bill.path.clone();
        bill.path.pop();
        // Types of one interface may each have their own list, with the same fields in it.
        if !bill.fields.iter().any(|known| known.path == path) {
            bill.fields.push(FieldCost { path, defined: field.weight, total, below });
        }
    }
    total
}

/// How many items a page was asked for; one when the client did not say.
fn page_size(bound: &Bound, field: &PlannedField) -> u32 {
    let given = |name: &str| bound.argument(field, name).and_then(Input::as_int);
    let size = given("first").or_else(|| given("last")).unwrap_or(1);
    u32::try_from(size).unwrap_or(0).max(1)
}
