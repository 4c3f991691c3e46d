//! What is still to come, and what it waits for.

use domain::fulfillment_order::{FulfillmentOrder, Stage};
use domain::hold::HoldReason;
use domain::id::OrderLineId;
use domain::order::Order;

use crate::saying::Saying;

/// Units that have not left yet.
pub(crate) struct Coming {
    pub(crate) quantity: i64,
    pub(crate) title: String,
    pub(crate) variant: Option<String>,
    pub(crate) why: String,
}

/// Everything that has not left yet, what waits for the same together.
pub(crate) fn of(order: &Order, saying: &Saying) -> Vec<Coming> {
    if order.cancelled.is_some() {
        return Vec::new();
    }
    let mut coming: Vec<(OrderLineId, String, i64)> = Vec::new();
    let mut add = |line: OrderLineId, why: String, quantity: i64| {
        if quantity <= 0 {
            return;
        }
        match coming.iter_mut().find(|(known, reason, _)| *known == line && *reason == why) {
            Some((_, _, sum)) => *sum += quantity,
            None => coming.push((line, why, quantity)),
        }
    };
    for work in order.fulfillment_orders.iter().filter(|work| work.open_quantity() > 0) {
        for line in &work.lines {
            add(line.order_line, why(work, saying), line.remaining());
        }
    }
    let words = saying.language.words();
    // Units that were looked at and found no place wait for stock; others are looked at in a moment.
    let looked_at = order.routing.explanation.is_some();
    let waits = if looked_at { words.comes_stock } else { words.comes_prepared };
    for waiting in &order.routing.waiting {
        add(waiting.order_line, waits.to_owned(), waiting.quantity);
    }
    let shown = |(line, why, quantity): (OrderLineId, String, i64)| {
        let article = &order.line(line)?.article;
        let variant = article.distinguishing_title().map(str::to_owned);
        Some(Coming { quantity, title: article.title.clone(), variant, why })
    };
    coming.into_iter().filter_map(shown).collect()
}

fn why(work: &FulfillmentOrder, saying: &Saying) -> String {
    let words = saying.language.words();
    let held_for = |reason| matches!(&work.stage, Stage::OnHold { holds } if holds.iter().any(|hold| hold.reason == reason));
    match &work.stage {
        Stage::Scheduled { opens_at } => (words.comes_from)(&saying.day(*opens_at)),
        Stage::OnHold { .. } if held_for(HoldReason::AwaitingPayment) => words.comes_paid.to_owned(),
        Stage::OnHold { .. } if held_for(HoldReason::OutOfStock) => words.comes_stock.to_owned(),
        Stage::OnHold { .. } => words.comes_checked.to_owned(),
        Stage::InProgress { .. } => words.comes_packed.to_owned(),
        Stage::Open | Stage::Incomplete | Stage::Closed | Stage::Cancelled => words.comes_prepared.to_owned(),
    }
}
