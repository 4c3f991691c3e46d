//! `OrderStagedChange`: the steps of an edit, one by one.

use domain::command::Restock;
use domain::draft::DraftChange;
use domain::order::OrderLine;
use graphql::{Field, FieldError, Object, Out};

use super::Drafted;
use crate::data::Data;
use crate::line_item::LineItem;
use crate::page::Row;
use crate::product::VariantNode;
use crate::words::{MoneyV2, missing};

/// What one step of an edit does to a line. Discounts and shipping are no steps here.
#[derive(Clone, Copy)]
pub(crate) struct Staged<'d> {
    data: &'d Data,
    drafted: &'d Drafted,
    line: &'d OrderLine,
    step: Step<'d>,
}

#[derive(Clone, Copy)]
enum Step<'d> {
    /// The variant is there if the selection asks for it.
    AddVariant(Option<VariantNode<'d>>, i64),
    AddCustomItem(i64),
    More(i64),
    Fewer(i64, Restock),
}

/// The steps of an edit, as rows of a page, in the order in which lines were first named.
pub(crate) fn rows<'d>(data: &'d Data, drafted: &'d Drafted) -> Vec<Row<'d>> {
    let steps = drafted.draft.changes.iter().filter_map(|change| Staged::of(data, drafted, change));
    steps.zip(0..).map(|(step, place)| Row::new(place, step)).collect()
}

/// The steps that concern a line.
pub(crate) fn of_line<'d>(
    data: &'d Data,
    drafted: &'d Drafted,
    line: &OrderLine,
) -> impl Iterator<Item = Staged<'d>> {
    drafted.draft.change_of(line.id).and_then(|change| Staged::of(data, drafted, change)).into_iter()
}

impl<'d> Staged<'d> {
    /// `None` for a line that is to have as many units as it has.
    fn of(data: &'d Data, drafted: &'d Drafted, change: &DraftChange) -> Option<Self> {
        let line = drafted.line(change.line())?;
        let step = match change {
            DraftChange::Add { quantity, article, .. } => {
                let node = |variant| VariantNode { data, variant };
                match article.variant {
                    Some(id) => Step::AddVariant(data.variants.get(&id).map(node), *quantity),
                    None => Step::AddCustomItem(*quantity),
                }
            }
            DraftChange::Set { was, quantity, .. } if quantity > was => Step::More(quantity - was),
            DraftChange::Set { was, quantity, .. } if quantity == was => return None,
            DraftChange::Set { was, quantity, restock, .. } => Step::Fewer(was - quantity, *restock),
        };
        Some(Self { data, drafted, line, step })
    }
}

impl Object for Staged<'_> {
    fn type_name(&self) -> &'static str {
        match self.step {
            Step::AddVariant(..) => "OrderStagedChangeAddVariant",
            Step::AddCustomItem(_) => "OrderStagedChangeAddCustomItem",
            Step::More(_) => "OrderStagedChangeIncrementItem",
            Step::Fewer(..) => "OrderStagedChangeDecrementItem",
        }
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let Self { data, drafted, line, step } = *self;
        Ok(match (field.name(), step) {
            ("delta", Step::More(delta) | Step::Fewer(delta, _)) => Out::Int(delta),
            ("lineItem", Step::More(_) | Step::Fewer(..)) => {
                let before = drafted.order.line(line.id);
                Out::maybe(before.map(|line| LineItem { data, order: &drafted.order, line }))
            }
            ("originalUnitPrice", Step::AddCustomItem(_)) => {
                Out::object(MoneyV2(line.article.unit_price, drafted.order.placed.currency))
            }
            ("quantity", Step::AddVariant(_, quantity) | Step::AddCustomItem(quantity)) => Out::Int(quantity),
            ("restock", Step::Fewer(_, restock)) => Out::Bool(restock == Restock::Yes),
            ("title", Step::AddCustomItem(_)) => Out::from(&line.article.title),
            ("variant", Step::AddVariant(variant, _)) => Out::maybe(variant),
            (other, _) => return Err(missing(self.type_name(), other)),
        })
    }
}
