//! Invoices in somebody else's books are told to us and corrected; ours may be given up.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::billing::Trouble;
use domain::command::Command;
use domain::command::billing::{BillLineChange, BillingCommand, IssueInvoice, NewBillLine, UpdateInvoice};
use domain::decide::Outcome;
use domain::id::{InvoiceId, InvoiceLineId, PriceId, VariantId};
use domain::money::Currency;
use domain::refusal::{Field, Refusal};

use crate::call::Call;
use crate::failure::Failure;
use crate::input::{Input, blank, invalid};
use crate::{order, words};

/// `POST` to the list of an order.
pub(super) async fn created(call: Call) -> Result<Response, Failure> {
    let order = order::named(&call).await?;
    let input = call.input("orders_invoice")?;
    let currency = order.placed.currency;
    let lines = input.objects("line_items_attributes")?.unwrap_or_default();
    let issue = IssueInvoice {
        order: order.id,
        claim: input.word("status", words::claim)?.ok_or_else(|| blank("status"))?,
        kind: input.word("invoice_type", words::bill_kind)?,
        external_id: Some(input.needed_text("external_id")?),
        number: input.said("invoice_number")?.flatten(),
        shipping: input.amount("shipping_amount", currency)?.unwrap_or(0),
        issued_at: input.time("issued_at")?,
        due_at: input.time("due_at")?,
        paid_at: input.time("paid_at")?,
        lines: lines.iter().map(|line| new_line(line, currency)).collect::<Result<_, _>>()?,
    };
    let made = done(&call, BillingCommand::Issue(Box::new(issue))).await?;
    Ok((StatusCode::CREATED, Json(super::shown_now(&call, made).await?)).into_response())
}

fn new_line(line: &Input, currency: Currency) -> Result<NewBillLine, Failure> {
    Ok(NewBillLine {
        variant: VariantId(line.id("variant_id")?.ok_or_else(|| blank("variant_id"))?),
        price: PriceId(line.id("products_price_id")?.ok_or_else(|| blank("products_price_id"))?),
        quantity: line.integer("quantity")?.ok_or_else(|| blank("quantity"))?,
        amount: line.amount("amount", currency)?.ok_or_else(|| blank("amount"))?,
        description: line.said("description")?.flatten(),
    })
}

/// `PUT` and `PATCH` of one.
pub(super) async fn updated(call: Call) -> Result<Response, Failure> {
    let (order, id) = super::named(&call).await?;
    let input = call.input("orders_invoice")?;
    let currency = order.placed.currency;
    let mut lines = Vec::new();
    for line in input.objects("line_items_attributes")?.unwrap_or_default() {
        // Lines without an id would be new ones, and those are let pass.
        let Some(id) = line.id("id")? else { continue };
        lines.push(BillLineChange {
            line: InvoiceLineId(id),
            amount: line.amount("amount", currency)?,
            quantity: line.integer("quantity")?,
            description: line.said("description")?,
        });
    }
    let own = order.invoice(id).map(|invoice| invoice.lines.as_slice()).unwrap_or_default();
    lines.retain(|line| own.iter().any(|own| own.id == line.line));
    let update = UpdateInvoice {
        order: order.id,
        invoice: id,
        claim: input.word("status", words::claim)?,
        external_id: input.said("external_id")?,
        number: input.said("invoice_number")?.flatten(),
        shipping: input.amount("shipping_amount", currency)?,
        issued_at: input.time("issued_at")?,
        due_at: input.said_time("due_at")?,
        paid_at: input.said_time("paid_at")?,
        lines,
    };
    let changed = done(&call, BillingCommand::UpdateInvoice(Box::new(update))).await?;
    Ok(Json(super::shown_now(&call, changed).await?).into_response())
}

/// Carries it out; orders whose books are ours are none that it could be done to.
async fn done(call: &Call, command: BillingCommand) -> Result<InvoiceId, Failure> {
    match call.verdict(&Command::Billing(command)).await? {
        Err(Refusal::Billing(Trouble::NotExternal(_) | Trouble::NotBilled(_))) => {
            Err(Failure::Said(StatusCode::NOT_FOUND, "No such external order".to_owned()))
        }
        Err(Refusal::Malformed(Field::InvoiceKind, _)) => {
            Err(invalid("invoice_type", "is not one of this order type"))
        }
        verdict => match verdict?.outcome {
            Outcome::Invoice(_, id) => Ok(id),
            _ => Err(Failure::NotFound(None)),
        },
    }
}

/// `POST` that gives one up. What can't be given up is not found.
pub(super) async fn abandoned(call: Call) -> Result<Response, Failure> {
    let (order, id) = super::named(&call).await?;
    let verdict = call.verdict(&Command::Billing(BillingCommand::Abandon(order.id, id))).await?;
    match verdict {
        Err(Refusal::Billing(Trouble::PaymentUnderWay(_))) => {
            Err(Failure::Unprocessable("Invoice abandon status: a payment is under way".to_owned()))
        }
        Err(Refusal::Billing(_)) => Err(Failure::hidden()),
        verdict => {
            verdict?;
            Ok(Json(super::shown_now(&call, id).await?).into_response())
        }
    }
}
