//! Orders in somebody else's books: they tell us how things stand there, and we believe them. Only what follows from
//! that for units, access and dates is ours.

use super::{Change, Outcome, billing_of, invoice_of, issue, place, service, units};
use crate::billing::{
    Bill, BillKind, Billing, Books, Charge, Claim, Ending, Kind, LineBill, Processor, Service, Trouble,
    address,
};
use crate::command::billing::{
    BillLineChange, Claims, IssueInvoice, NewBillLine, NewPlanLine, UpdateBilled, UpdateInvoice,
};
use crate::decide::QUANTITY_MAX;
use crate::event::Fact;
use crate::id::{OrderId, OrderLineId};
use crate::invoice::{Invoice, InvoiceLine};
use crate::money::Minor;
use crate::order::Order;
use crate::price::Price;
use crate::product::Variant;
use crate::refusal::{Field, Refusal};
use crate::time::Time;

/// What an order says of itself changes; of one in somebody else's books also how it stands.
pub(super) fn update(change: &mut Change<'_, '_>, command: &UpdateBilled) -> Result<Outcome, Refusal> {
    let id = command.order;
    let order = &change.order(id)?.order;
    let external = order.billing.as_ref().ok_or(Refusal::Billing(Trouble::NotBilled(id)))?.is_external();
    let contact = command.contact.filter(|contact| external && order.placed.contact == Some(*contact));
    let default = match contact {
        Some(contact) => place::default_address(change, contact)?.cloned(),
        None => None,
    };
    let touched = change.order(id)?;
    let placed = &mut touched.order.placed;
    if let Some(note) = &command.note {
        placed.note = note.clone();
    }
    placed.shipping_address = command.shipping_address.clone().or(placed.shipping_address.take());
    placed.billing_address = command.billing_address.clone().or(placed.billing_address.take());
    if let Some(default) = &default {
        placed.shipping_address = Some(address::completed(placed.shipping_address.as_ref(), default));
    }
    // What waits may have somewhere to go now.
    touched.order.routing.retry_at = None;
    if command.claims != Claims::default() {
        claim(change, id, &command.claims)?;
    }
    if let Some(dates) = command.dates {
        service::reschedule(change, id, dates)?;
    }
    // News of money and service are told for themselves; whatever else it says of itself has no fact but this.
    let before = change.snapshot.orders.iter().find(|before| before.id == id);
    let touched = change.order(id)?;
    let says = |order: &Order| (order.placed.clone(), order.billing.clone());
    if before.is_none_or(|before| says(before) != says(&touched.order)) {
        touched.facts.push(Fact::OrderAmended {});
    }
    Ok(Outcome::Order(id))
}

/// Takes over what somebody else's books say of an order, and the dates that follow from it.
pub(super) fn claim(change: &mut Change<'_, '_>, id: OrderId, claims: &Claims) -> Result<(), Refusal> {
    let now = change.now;
    let billing = billing_of(&mut change.order(id)?.order)?;
    let books = books_of(id, billing)?;
    books.claim = claims.status.unwrap_or(books.claim);
    set(&mut books.next_charge_at, &claims.next_charge_at);
    set(&mut billing.external_id, &claims.external_id);
    set(&mut billing.activated_at, &claims.activated_at);
    set(&mut billing.churned_at, &claims.churned_at);
    let told = [&claims.cancelled_by, &claims.cancel_reason, &claims.cancel_description];
    if claims.cancelled_at.is_some() || told.iter().any(|told| told.is_some()) {
        let ending = billing.ending.get_or_insert_default();
        set(&mut ending.at, &claims.cancelled_at);
        set(&mut ending.by, &claims.cancelled_by);
        set(&mut ending.reason, &claims.cancel_reason);
        set(&mut ending.description, &claims.cancel_description);
    }
    if billing.ending == Some(Ending::default()) {
        billing.ending = None;
    }
    let Some(service) = claims.service.filter(|service| *service != billing.service) else { return Ok(()) };
    let possible = match billing.kind {
        Kind::OneTime => matches!(service, Service::Pending | Service::Completed),
        Kind::Subscription => !matches!(service, Service::Abandoned | Service::Voided),
    };
    if !possible {
        return Err(Refusal::Billing(Trouble::NoSuchState(service)));
    }
    billing.service = service;
    match service {
        Service::Active => {
            billing.activated_at.get_or_insert(now);
        }
        Service::Cancelled => {
            let ending = billing.ending.get_or_insert_default();
            ending.at.get_or_insert(now);
            ending.reason.get_or_insert_with(|| "other".to_owned());
            billing.churned_at.get_or_insert(now);
        }
        Service::Churned => {
            billing.churned_at.get_or_insert(now);
        }
        _ => {}
    }
    Ok(())
}

fn books_of(id: OrderId, billing: &mut Billing) -> Result<&mut Books, Refusal> {
    match &mut billing.processor {
        Processor::External(books) => Ok(books),
        Processor::Gateway(_) => Err(Refusal::Billing(Trouble::NotExternal(id))),
    }
}

fn set<T: Clone>(field: &mut Option<T>, said: &Option<Option<T>>) {
    if let Some(said) = said {
        field.clone_from(said);
    }
}

/// An invoice is issued in somebody else's books; what it sells is sold here too.
pub(super) fn issue(change: &mut Change<'_, '_>, command: &IssueInvoice) -> Result<Outcome, Refusal> {
    let (now, id) = (change.now, command.order);
    let order = &mut change.order(id)?.order;
    let (number, currency) = (order.number, order.placed.currency);
    let billing = billing_of(order)?;
    books_of(id, billing)?;
    let kind = kind_of(billing.kind, command.kind)?;
    claimable(command.claim, command.paid_at)?;
    shippable(command.shipping)?;
    billing.invoices_made += 1;
    let made = billing.invoices_made;
    let mut lines = Vec::with_capacity(command.lines.len());
    for (index, new) in command.lines.iter().enumerate() {
        let (variant, price) = place::of_variant(change, index, (new.variant, new.price), currency)?;
        asked_for(index, Some(new.quantity), Some(new.amount))?;
        let order_line = sold_as(change, id, index, new, price)?;
        let bill = billed(&change.order(id)?.order, order_line, new, variant, price);
        lines.push(InvoiceLine {
            id: change.ids.fresh(),
            order_line,
            quantity: new.quantity,
            removed: 0,
            unasked: 0,
            adjusts: None,
            bill: Some(Box::new(bill)),
        });
    }
    let bill = Bill {
        external_id: command.external_id.clone(),
        shipping: command.shipping,
        due_at: command.due_at,
        paid_at: command.paid_at,
        claim: Some(command.claim),
        ..issue::empty(command.number.clone().unwrap_or_else(|| format!("{number}-{made}")), kind, now)
    };
    let issued_at = command.issued_at.unwrap_or(now);
    let invoice = Invoice { id: change.ids.fresh(), issued_at, lines, bill: Some(Box::new(bill)) };
    let made = invoice.id;
    change.order(id)?.order.invoices.push(invoice);
    units::sell(change, id, made)?;
    Ok(Outcome::Invoice(id, made))
}

fn kind_of(of: Kind, told: Option<BillKind>) -> Result<BillKind, Refusal> {
    match (of, told) {
        (Kind::OneTime, None | Some(BillKind::OneTimeSale)) => Ok(BillKind::OneTimeSale),
        (Kind::OneTime, Some(_)) => Err(Refusal::Malformed(Field::InvoiceKind, "must be one_time_sale")),
        (Kind::Subscription, None) => Ok(BillKind::Initial),
        (Kind::Subscription, Some(BillKind::OneTimeSale)) => {
            Err(Refusal::Malformed(Field::InvoiceKind, "must not be one_time_sale"))
        }
        (Kind::Subscription, Some(kind)) => Ok(kind),
    }
}

fn claimable(claim: Claim, paid_at: Option<Time>) -> Result<(), Refusal> {
    match (claim, paid_at) {
        (Claim::Paid, None) => Err(Refusal::Malformed(Field::PaidAt, "can't be blank")),
        _ => Ok(()),
    }
}

fn shippable(shipping: Minor) -> Result<(), Refusal> {
    match (0..=place::AMOUNT_MAX).contains(&shipping) {
        true => Ok(()),
        false => Err(Refusal::Malformed(Field::Shipping, "must be greater than or equal to 0")),
    }
}

fn asked_for(index: usize, quantity: Option<i64>, amount: Option<Minor>) -> Result<(), Refusal> {
    if quantity.is_some_and(|quantity| !(1..=QUANTITY_MAX).contains(&quantity)) {
        Err(Refusal::LineQuantity(index))
    } else if amount.is_some_and(|amount| !(0..=place::AMOUNT_MAX).contains(&amount)) {
        Err(Refusal::LinePrice(index))
    } else {
        Ok(())
    }
}

/// The order line that a line of an invoice sells: that of the plan, another one of the same variant, or a new one.
fn sold_as(
    change: &mut Change<'_, '_>,
    id: OrderId,
    index: usize,
    new: &NewBillLine,
    price: &Price,
) -> Result<OrderLineId, Refusal> {
    let order = &change.order(id)?.order;
    let plan = || order.billing.iter().flat_map(|billing| &billing.plan);
    let planned = plan().find(|line| line.variant == new.variant && line.price == new.price);
    let planned = planned.or_else(|| plan().find(|line| line.variant == new.variant));
    let known = || order.lines.iter().find(|line| line.article.variant == Some(new.variant));
    if let Some(line) = planned.map(|line| line.order_line).or_else(|| known().map(|line| line.id)) {
        return Ok(line);
    }
    let asked = NewPlanLine { variant: new.variant, price: new.price, quantity: new.quantity };
    let line = place::order_line(change, index, &asked, price)?;
    let made = line.id;
    change.order(id)?.order.lines.push(line);
    Ok(made)
}

fn billed(order: &Order, line: OrderLineId, new: &NewBillLine, variant: &Variant, price: &Price) -> LineBill {
    let article = order.line(line).map(|line| &line.article);
    LineBill {
        charge: Charge::Article,
        amount: new.amount,
        tax: 0,
        discount: 0,
        description: new.description.clone(),
        product: Some(variant.product),
        variant: Some(variant.id),
        variant_name: article
            .map(|article| article.variant_title.clone().unwrap_or_else(|| article.title.clone())),
        price: Some(price.id),
        terms: Some(price.terms.clone()),
        period: None,
        external_id: None,
        requires_fulfillment: variant.requires_fulfillment,
        gives: variant.gives.clone(),
    }
}

/// An invoice in somebody else's books changes. Lines that it doesn't have are ignored.
pub(super) fn correct(change: &mut Change<'_, '_>, command: &UpdateInvoice) -> Result<Outcome, Refusal> {
    let id = command.order;
    let order = &mut change.order(id)?.order;
    books_of(id, billing_of(order)?)?;
    let known: Vec<_> = invoice_of(order, command.invoice)?.lines.iter().map(|line| line.id).collect();
    let none = Refusal::Billing(Trouble::NotExternal(id));
    let invoice = invoice_of(order, command.invoice)?;
    let bill = invoice.bill.as_deref_mut().filter(|bill| bill.claim.is_some()).ok_or(none)?;
    set(&mut bill.external_id, &command.external_id);
    set(&mut bill.due_at, &command.due_at);
    set(&mut bill.paid_at, &command.paid_at);
    bill.claim = command.claim.or(bill.claim);
    if let Some(claim) = bill.claim {
        claimable(claim, bill.paid_at)?;
    }
    if let Some(number) = &command.number {
        bill.number.clone_from(number);
    }
    if let Some(shipping) = command.shipping {
        shippable(shipping)?;
        bill.shipping = shipping;
    }
    if let Some(issued_at) = command.issued_at {
        invoice.issued_at = issued_at;
    }
    for (index, line) in command.lines.iter().enumerate().filter(|(_, line)| known.contains(&line.line)) {
        asked_for(index, line.quantity, line.amount)?;
        correct_line(change, id, line)?;
    }
    Ok(Outcome::Invoice(id, command.invoice))
}

fn correct_line(change: &mut Change<'_, '_>, id: OrderId, command: &BillLineChange) -> Result<(), Refusal> {
    let order = &mut change.order(id)?.order;
    let lines = order.invoices.iter_mut().flat_map(|invoice| &mut invoice.lines);
    let mut quantity = 0;
    for line in lines.filter(|line| line.id == command.line) {
        quantity = line.quantity;
        let Some(bill) = &mut line.bill else { continue };
        bill.amount = command.amount.unwrap_or(bill.amount);
        set(&mut bill.description, &command.description);
    }
    match command.quantity.map_or(0, |wanted| wanted - quantity) {
        0 => Ok(()),
        by if by > 0 => units::raise(change, id, command.line, by),
        by => units::lower(change, id, command.line, -by),
    }
}
