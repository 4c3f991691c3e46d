//! The page on which a buyer pays outside of here: an address with holes, which a shop sets
//! (`https://pay.example/{order}?amount={amount}&return={return}`).
//!
//! What fills a hole is percent-encoded, and no hole is allowed before the path, so that nothing in an order can lead the
//! buyer to another host. The amount in the address is for the buyer's eyes: it can be changed by hand, and whoever
//! takes the money asks the server what is due.

use domain::billing::{bill, status as billing};
use domain::id::InvoiceId;
use domain::money::{self, Minor};
use domain::order::Order;
use domain::snapshot::Shop;
use domain::status;
use domain::time::Time;

use crate::Engine;
use crate::links::Door;

/// What an address may be told.
pub const HOLES: [&str; 6] = ["order", "name", "invoice", "amount", "currency", "return"];

/// What is wrong with an address with holes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is no `https` address, nor an `http` address of this machine.
    Address,
    /// A brace has no partner.
    Brace,
    /// It has a hole of that name, which there is none of.
    Hole(String),
    /// It has a hole in its host.
    Host,
}

/// That an address with holes can be filled.
///
/// # Errors
/// What is wrong with it.
pub fn check(template: &str) -> Result<(), Fault> {
    let local = ["http://localhost", "http://127.0.0.1"].iter().any(|start| {
        template.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/', '?']))
    });
    let rest = template.strip_prefix("https://").or(local.then_some(template)).ok_or(Fault::Address)?;
    if template.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(Fault::Address);
    }
    let rest = rest.strip_prefix("http://").unwrap_or(rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.contains(['{', '}']) {
        return Err(Fault::Host);
    }
    if host.is_empty() || host.contains('@') {
        return Err(Fault::Address);
    }
    filled(template, |hole| HOLES.contains(&hole).then(String::new)).map(drop)
}

/// The address with its holes filled.
fn filled(template: &str, value: impl Fn(&str) -> Option<String>) -> Result<String, Fault> {
    let mut address = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (hole, after) = after.split_once('}').ok_or(Fault::Brace)?;
        let value = value(hole).ok_or_else(|| Fault::Hole(hole.to_owned()))?;
        if before.contains('}') {
            return Err(Fault::Brace);
        }
        address.push_str(before);
        let encoded: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
        // Spaces are plus signs in forms only; a real plus sign was encoded.
        address.push_str(&encoded.replace('+', "%20"));
        rest = after;
    }
    if rest.contains('}') {
        return Err(Fault::Brace);
    }
    address.push_str(rest);
    Ok(address)
}

/// What a buyer owes now: what open invoices ask for, or what is outstanding of an order without billing. The invoice is
/// the oldest open one. Of an order that is charged nothing: its money is set aside, and taken by itself.
pub fn owed(order: &Order, now: Time) -> (Option<InvoiceId>, Minor) {
    if order.charging.is_some() {
        return (None, 0);
    }
    if order.billing.is_none() {
        return (None, status::outstanding(order));
    }
    let transactions = &order.placed.transactions;
    let open = order.invoices.iter().filter(|invoice| {
        billing::invoice_status(invoice, transactions, now).is_some_and(|status| status.is_open())
    });
    let due = open.map(|invoice| {
        let paid = billing::moved(invoice.id, transactions).paid;
        (invoice.id, bill::amounts(invoice).total.saturating_sub(paid).max(0))
    });
    due.filter(|(_, due)| *due > 0)
        .fold((None, 0), |(first, sum), (id, due)| (first.or(Some(id)), due.saturating_add(sum)))
}

impl Engine {
    /// Says where buyers of shops pay that have no page of their own: an address with holes, like theirs. The first word
    /// counts.
    pub fn pays_at(&self, page: &str) {
        if self.0.till.set(page.to_owned()).is_err() {
            tracing::warn!("where buyers pay was said before");
        }
    }

    /// The page on which the buyer of `order` pays what is due; `None` if nothing is, or there is no such page.
    pub fn payment_page(&self, shop: &Shop, order: &Order) -> Option<String> {
        let usual = self.0.till.get().map(String::as_str);
        let template = shop.payment_page.as_deref().or(usual)?;
        let (invoice, due) = owed(order, self.now());
        if due <= 0 {
            return None;
        }
        let value = |hole: &str| {
            Some(match hole {
                "order" => order.id.to_string(),
                "name" => order.name.clone(),
                "invoice" => invoice.map(|id| id.to_string()).unwrap_or_default(),
                "amount" => money::decimal(due, order.placed.currency),
                "currency" => order.placed.currency.to_string(),
                "return" => self.link(Door::Status, shop, order.id),
                _ => return None,
            })
        };
        match filled(template, value) {
            Ok(address) => Some(address),
            Err(fault) => {
                tracing::error!(?fault, "the shop's payment page can't be filled in");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_filled_is_taken() {
        for good in [
            "https://pay.example/{order}?amount={amount}&return={return}",
            "https://pay.example",
            "http://localhost:8080/pay?i={invoice}",
            "http://127.0.0.1/{name}/{currency}",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for (bad, fault) in [
            ("", Fault::Address),
            ("pay.example/{order}", Fault::Address),
            ("http://pay.example/{order}", Fault::Address),
            ("http://localhost.evil.example/", Fault::Address),
            ("https:///x", Fault::Address),
            ("https://me@pay.example/", Fault::Address),
            ("https://pay.example/a b", Fault::Address),
            ("https://{name}.example/", Fault::Host),
            ("https://pay.example{order}", Fault::Host),
            ("https://pay.example/{order", Fault::Brace),
            ("https://pay.example/order}", Fault::Brace),
            ("https://pay.example/}{order}", Fault::Brace),
            ("https://pay.example/{total}", Fault::Hole("total".to_owned())),
        ] {
            assert_eq!(check(bad), Err(fault), "{bad}");
        }
    }

    #[test]
    fn what_fills_a_hole_cannot_change_the_address_around_it() {
        let fill = |value: &str| filled("https://pay.example/{name}?x=1", |_| Some(value.to_owned()));
        assert_eq!(fill("#10 01").as_deref(), Ok("https://pay.example/%2310%2001?x=1"));
        assert_eq!(
            fill("../?y=2&z=ä+").as_deref(),
            Ok("https://pay.example/..%2F%3Fy%3D2%26z%3D%C3%A4%2B?x=1")
        );
    }
}
