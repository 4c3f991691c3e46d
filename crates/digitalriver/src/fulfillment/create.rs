//! A fulfillment is made: units leave, are given up, or both, all of what was sent or nothing of it.

use std::sync::Arc;

use axum::response::Response;
use domain::billing::Trouble;
use domain::command::Command;
use domain::command::billing::StockCheck;
use domain::command::charging::{FulfillOrder, LineDone};
use domain::decide::Outcome;
use domain::fulfillment::Tracking;
use domain::id::{OrderId, OrderLineId};
use domain::money::{self, Currency};
use domain::order::Order;
use domain::refusal::{Refusal, Thing};
use engine::Verdict;
use serde_json::{Map, Value};

use super::{keep_tracking, line_meant, shown, text, tracking_of, tracking_sent, trackings};
use crate::call::Call;
use crate::failure::Failure;
use crate::input::Input;
use crate::state::{self, LineState, OrderState};
use crate::{again, kept, metadata, order, words};

/// What can be sent.
const FIELDS: &[&str] = &[
    "orderId",
    "shipmentId",
    "items",
    "currency",
    "metadata",
    "trackingCompany",
    "trackingNumber",
    "trackingUrl",
    "partnerId",
];
/// What can be sent for an item.
const ITEM_FIELDS: &[&str] = &[
    "itemId",
    "skuId",
    "shipmentItemId",
    "quantity",
    "cancelQuantity",
    "trackingCompany",
    "trackingNumber",
    "trackingUrl",
    "subfulfillerId",
    "distributorCost",
    "shippingCost",
];
/// What is kept of an item as text.
const ITEM_TEXTS: [&str; 2] = ["shipmentItemId", "subfulfillerId"];
/// What is kept of an item as an amount, in the currency of whoever is paid it.
const ITEM_COSTS: [&str; 2] = ["distributorCost", "shippingCost"];

pub(super) async fn create(call: Call) -> Result<Response, Failure> {
    call.must(super::NEEDS)?;
    let once = call.once("fulfillments")?;
    // The order may have been fulfilled by the first of these requests, so this comes before all else.
    if let Some(answered) = again::answered(&call, once.as_ref()).await? {
        return Ok(answered);
    }
    let input = call.input(FIELDS)?;
    let asked = Asked::read(&call, &input).await?;
    let id = asked.order.id;
    again::make(&call, &asked.command(), once.as_ref(), |verdict| made(id, verdict)).await
}

/// The fulfillment that was made of an order, or why none was.
fn made(id: OrderId, verdict: &Verdict) -> Result<Value, Failure> {
    let done = verdict.as_ref().map_err(|refusal| refused(refusal.clone()))?;
    let missing = || order::missing(&id.to_string(), "orderId");
    let Outcome::Fulfillment(made) = done.outcome else { return Err(missing()) };
    let (made, order) = (done.fulfillment(made), done.order(id));
    Ok(shown(made.ok_or_else(missing)?, order.ok_or_else(missing)?).into())
}

/// What was sent, understood.
struct Asked {
    order: Arc<Order>,
    lines: Vec<LineDone>,
    trackings: Vec<Tracking>,
    kept: Map<String, Value>,
}

impl Asked {
    /// Reads it. Of several faults the first is told: of the request, then of the order, of its lines, of quantities.
    async fn read(call: &Call, input: &Input) -> Result<Self, Failure> {
        let name = input.needed_text("orderId")?;
        let items = items(input)?;
        let mut kept = Map::new();
        keep_costs(input, &items, &mut kept)?;
        if let Some(shipment) = text(input, "shipmentId")? {
            kept.insert("shipmentId".to_owned(), shipment.into());
        }
        if let Some(metadata) = metadata::taken(input, &Value::Null)? {
            kept.insert(metadata::NAME.to_owned(), metadata);
        }
        // Taken, as the original takes it; answers never tell it.
        text(input, "partnerId")?;
        let shipment = tracking_sent(input, None)?;
        let (order, _) = order::one(call, &name, "orderId").await?;
        open(&order)?;
        let mut lines = Vec::with_capacity(items.len());
        let mut of_items = Map::new();
        let mut replaced = Vec::new();
        for item in &items {
            let line = line_meant(item, &order)?;
            item_open(&order, line)?;
            lines.push(quantities(item, line)?);
            let kept = keep_item(item)?;
            if !kept.is_empty() {
                // Of a line that is named twice the latter is shown; no tracking is lost.
                let before = of_items.insert(line.to_string(), kept.into());
                replaced.extend(before.as_ref().map(tracking_of));
            }
        }
        if !of_items.is_empty() {
            kept.insert("items".to_owned(), of_items.into());
        }
        let mut trackings = trackings(shipment, &kept);
        for tracking in replaced {
            if tracking != Tracking::default() && !trackings.contains(&tracking) {
                trackings.push(tracking);
            }
        }
        Ok(Self { order, lines, trackings, kept })
    }

    fn command(&self) -> Command {
        Command::FulfillOrder(Box::new(FulfillOrder {
            order: self.order.id,
            location: None,
            lines: self.lines.clone(),
            trackings: self.trackings.clone(),
            custom_fields: kept::fields(self.kept.clone()),
            // What left has left, whatever was counted.
            stock: StockCheck::Ignore,
            notify_buyer: false,
        }))
    }
}

fn items(input: &Input) -> Result<Vec<Input>, Failure> {
    let items = input.objects("items")?.ok_or_else(|| Failure::missing("items"))?;
    if items.is_empty() {
        return Err(Failure::bad("invalid_empty", "items", "A list must not be empty."));
    }
    for item in &items {
        item.only(ITEM_FIELDS)?;
    }
    Ok(items)
}

/// The currency that a distributor is paid in, which must be told with what that is.
fn keep_costs(input: &Input, items: &[Input], kept: &mut Map<String, Value>) -> Result<(), Failure> {
    let currency = input.currency("currency")?;
    let costs = |item: &Input| ITEM_COSTS.iter().any(|name| item.value(name).is_some());
    match currency {
        Some(currency) => kept.insert("currency".to_owned(), currency.code().into()),
        None if items.iter().any(costs) => return Err(Failure::missing("currency")),
        None => None,
    };
    Ok(())
}

fn keep_item(item: &Input) -> Result<Map<String, Value>, Failure> {
    let mut kept = Map::new();
    for name in ITEM_TEXTS {
        kept.extend(text(item, name)?.map(|text| (name.to_owned(), text.into())));
    }
    for name in ITEM_COSTS {
        // As precise as it was told: who is paid it may count in fractions of a cent.
        if let Some(cost) = item.decimal(name)? {
            let minor = money::parse(&cost, Currency::USD).map(|minor| words::amount(minor, Currency::USD));
            kept.extend(minor.map(|cost| (name.to_owned(), cost)));
        }
    }
    if let Some(tracking) = tracking_sent(item, None)? {
        keep_tracking(tracking, &mut kept);
    }
    Ok(kept)
}

fn quantities(item: &Input, line: OrderLineId) -> Result<LineDone, Failure> {
    let (leave, give_up) = (item.integer("quantity")?, item.integer("cancelQuantity")?);
    if leave.is_none() && give_up.is_none() {
        return Err(Failure::missing(item.at("quantity")));
    }
    let (leave, give_up) = (leave.unwrap_or_default(), give_up.unwrap_or_default());
    for (name, units) in [("quantity", leave), ("cancelQuantity", give_up)] {
        if units < 0 {
            let told = "A quantity must not be below 0.";
            return Err(Failure::bad("invalid_quantity_amount", item.at(name), told));
        }
    }
    if leave == 0 && give_up == 0 {
        let told = "Either quantity or cancelQuantity must be above 0.";
        return Err(Failure::bad("invalid_quantity_amount", item.at("quantity"), told));
    }
    Ok(LineDone { line, leave, give_up })
}

/// Whether the order takes fulfillments now.
fn open(order: &Order) -> Result<(), Failure> {
    let id = order.id.to_string();
    let conflict = |code, told: String| Err(Failure::conflict(code, "orderId", told));
    match state::of_order(order) {
        OrderState::Accepted => Ok(()),
        OrderState::PendingPayment | OrderState::Blocked | OrderState::Dispute => {
            conflict("order_not_submitted", format!("Order '{id}' has not been submitted."))
        }
        OrderState::Cancelled => conflict("order_cancelled", format!("Resource '{id}' is cancelled.")),
        OrderState::Fulfilled => conflict("order_fulfilled", format!("Resource '{id}' is fulfilled.")),
        OrderState::Complete | OrderState::Returned => {
            conflict("order_complete", format!("Resource '{id}' is already complete."))
        }
    }
}

/// Whether the line has units left.
fn item_open(order: &Order, line: OrderLineId) -> Result<(), Failure> {
    let state = order.line(line).map_or(LineState::Created, |line| state::of_line(order, line));
    match state {
        LineState::Created => Ok(()),
        LineState::Fulfilled | LineState::Returned => Err(item_fulfilled(line)),
        LineState::Cancelled | LineState::Blocked => {
            let told = format!("Resource '{line}' is already cancelled");
            Err(Failure::conflict("item_cancelled", "itemId", told))
        }
    }
}

fn item_fulfilled(line: OrderLineId) -> Failure {
    Failure::conflict("item_fulfilled", "itemId", format!("Resource '{line}' is already fulfilled"))
}

/// What the domain refuses after the order was found open: quantities, and what somebody else was faster to do.
fn refused(refusal: Refusal) -> Failure {
    match refusal {
        Refusal::Billing(Trouble::TooManyOfLine { line, left: 0, .. }) => item_fulfilled(line),
        Refusal::Unknown(Thing::Order(id)) => order::missing(&id.to_string(), "orderId"),
        other => other.into(),
    }
}
