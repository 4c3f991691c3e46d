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

/// What a bound operation may cost at most.
pub(crate) fn requested(bound: &Bound) -> u32 {
    bound.root_set().map_or(0, |set| of_set(bound, set, 1))
}

fn of_set(bound: &Bound, number: u32, size: u32) -> u32 {
    let Some(set) = bound.prepared.set(number) else { return 0 };
    let of_list = |range| {
        let included = bound.prepared.list(&range).iter().filter(|field| bound.includes(field));
        included.fold(0u32, |sum, field| sum.saturating_add(of_field(bound, field, size)))
    };
    set.ranges().into_iter().map(of_list).max().unwrap_or(0)
}

fn of_field(bound: &Bound, field: &PlannedField, size: u32) -> u32 {
    let inner = field.set.map_or(0, |set| {
        let size = if field.connection { page_size(bound, field) } else { 1 };
        of_set(bound, set, size)
    });
    let points = field.weight.saturating_add(inner);
    if field.items { points.saturating_mul(digits(size)) } else { points }
}

/// How many items a page was asked for; one when the client did not say.
fn page_size(bound: &Bound, field: &PlannedField) -> u32 {
    let given = |name: &str| bound.argument(field, name).and_then(Input::as_int);
    let size = given("first").or_else(|| given("last")).unwrap_or(1);
    u32::try_from(size).unwrap_or(0).max(1)
}
