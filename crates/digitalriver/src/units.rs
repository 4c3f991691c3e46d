//! Units of a fulfillment order, as cancellations and returns of it name them; and what their lists are narrowed to.

use std::sync::Arc;

use domain::fulfillment_order::{FulfillmentOrder, FulfillmentOrderLine};
use domain::id::{FulfillmentOrderId, FulfillmentOrderLineId};
use domain::order::Order;
use serde_json::{Map, Value};

use crate::call::Call;
use crate::failure::Failure;
use crate::input::Input;
use crate::page::{self, Names, Span};
use crate::{id, words, work};

/// The field of an item that says which item of the fulfillment order is meant.
pub(crate) const ITEM: &str = "fulfillmentOrderItemId";
/// The field that says which fulfillment order is meant.
pub(crate) const WORK: &str = "fulfillmentOrderId";

/// What was sent of units of a fulfillment order.
pub(crate) struct Asked {
    pub(crate) work: FulfillmentOrderId,
    pub(crate) order: Arc<Order>,
    /// `upstreamId` and `reason`, where they were sent.
    pub(crate) said: Map<String, Value>,
    pub(crate) items: Vec<AskedItem>,
}

/// Units of one item.
pub(crate) struct AskedItem {
    pub(crate) line: FulfillmentOrderLine,
    pub(crate) quantity: i64,
    pub(crate) input: Input,
}

impl Asked {
    /// Reads it; `of_items` is what may be sent for an item beside its id and a quantity. Of several faults the first is
    /// told: of the request, of the fulfillment order, of its items. `open` says whether the fulfillment order is one that
    /// it can be asked of.
    pub(crate) async fn read(
        call: &Call,
        of_items: &str,
        open: fn(&FulfillmentOrder) -> Result<(), Failure>,
    ) -> Result<Self, Failure> {
        let input = call.input(&[WORK, "upstreamId", "reason", "items"])?;
        let name = input.needed_text(WORK)?;
        let said = input.texts(&["upstreamId", "reason"])?;
        let items = input.objects("items")?.ok_or_else(|| Failure::missing("items"))?;
        if items.is_empty() {
            return Err(Failure::bad("invalid_empty", "items", "A list must not be empty."));
        }
        for item in &items {
            item.only(&[ITEM, "quantity", of_items])?;
        }
        let (work, order) = work::one(call, &name, WORK).await?;
        let of = order.fulfillment_order(work).ok_or_else(|| work::missing(&name, WORK))?;
        open(of)?;
        let items = items.into_iter().map(|input| {
            let (line, quantity) = (line_meant(&input, of)?.clone(), units(&input)?);
            Ok(AskedItem { line, quantity, input })
        });
        let items = items.collect::<Result<_, Failure>>()?;
        Ok(Self { work, order, said, items })
    }

    /// Lines and quantities; an item that is named twice counts together.
    pub(crate) fn lines(&self) -> Vec<(FulfillmentOrderLineId, i64)> {
        let mut lines: Vec<(FulfillmentOrderLineId, i64)> = Vec::with_capacity(self.items.len());
        for AskedItem { line, quantity, .. } in &self.items {
            match lines.iter_mut().find(|(known, _)| *known == line.id) {
                Some((_, sum)) => *sum = sum.saturating_add(*quantity),
                None => lines.push((line.id, *quantity)),
            }
        }
        lines
    }
}

/// The line of a fulfillment order that an item means.
fn line_meant<'a>(item: &Input, of: &'a FulfillmentOrder) -> Result<&'a FulfillmentOrderLine, Failure> {
    let name = item.text(ITEM)?.ok_or_else(|| Failure::missing(item.at(ITEM)))?;
    let line = id::decimal(&name).and_then(|id| of.line(FulfillmentOrderLineId(id)));
    line.ok_or_else(|| Failure::invalid(item.at(ITEM), &name, "fulfillment order item ID"))
}

/// A quantity of whole units.
pub(crate) fn units(item: &Input) -> Result<i64, Failure> {
    let units = item.integer("quantity")?.ok_or_else(|| Failure::missing(item.at("quantity")))?;
    let told = || Failure::bad("invalid_quantity_amount", item.at("quantity"), "A quantity must be above 0.");
    Some(units).filter(|units| *units > 0).ok_or_else(told)
}

/// What a list of cancellations or returns is narrowed to, looked for in what is shown.
pub(crate) struct Filter {
    pub(crate) names: Names,
    created: Span,
}

impl Filter {
    /// What is asked for.
    pub(crate) fn of(call: &Call) -> Result<Self, Failure> {
        Ok(Self { names: Names::of(call), created: Span::of_time(call, "createdTime")? })
    }

    /// Whether something fits, as it is shown.
    pub(crate) fn fits(&self, call: &Call, shown: &Value) -> bool {
        let text = |name: &str| shown[name].as_str();
        let at = text("createdTime").and_then(words::moment);
        let has = |item: &str| {
            shown["items"]
                .as_array()
                .is_some_and(|items| items.iter().any(|one| one["inventoryItemId"] == item))
        };
        self.names.fit(text("id").unwrap_or_default(), text("upstreamId"))
            && at.is_some_and(|at| self.created.holds_time(at))
            && ["state", WORK].iter().all(|name| page::shows(call, name, text(name)))
            && call.asked("inventoryItemId").is_none_or(has)
    }
}
