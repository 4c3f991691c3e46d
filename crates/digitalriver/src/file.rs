//! Files: invoices and credit memos, made of orders when they are asked for. An invoice is over the units that left with a
//! fulfillment, once all of their money has come; a credit memo is over a refund, once all of it went back. Neither
//! changes afterwards, so nothing is stored.
//!
//! Orders that weren't charged here, unit by unit as they left, have neither: whoever took their money wrote the invoice.

use std::sync::Arc;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use domain::actor::Permission;
use domain::id::{FulfillmentId, OrderId, RefundId};
use domain::order::Order;
use domain::snapshot::Shop;
use domain::time::Time;
use engine::query::{Column, Condition, Descending, OrderSort, Page};
use engine::{Engine, Error};
use serde_json::{Value, json};

use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::page::{self, Span};
use crate::{document, id, order, words};

mod content;
pub(crate) mod link;

const NEEDS: &[Permission] = &[Permission::ReadOrders];
/// Orders that are read at once.
const BATCH: u32 = 100;

/// Files, and links to them.
pub(crate) fn routes() -> Router<Server> {
    Router::new()
        .route("/files", get(list).post(not_kept))
        .route("/files/{id}", get(fetch).delete(not_kept))
        .route("/files/{id}/content", get(download))
        .route("/file-links", get(link::list).post(link::create))
        .route("/file-links/{id}", get(link::fetch).post(link::update).delete(link::remove))
        .route("/documents/{token}", get(link::follow))
}

/// What a file is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    /// What left with a fulfillment.
    Invoice(FulfillmentId),
    /// What went back.
    CreditMemo(RefundId),
}

/// A file of an order.
pub(crate) struct File<'a> {
    order: &'a Order,
    over: Over,
    /// When it was done.
    at: Time,
    /// Which one of its kind it is for the order, from 1.
    number: usize,
}

impl<'a> File<'a> {
    /// The files of an order, oldest first.
    pub(crate) fn all(order: &'a Order) -> Vec<Self> {
        if order.charging.is_none() {
            return Vec::new();
        }
        let numbered = |done: Vec<(Over, Time)>| {
            (1..).zip(done).map(|(number, (over, at))| Self { order, over, at, number }).collect::<Vec<_>>()
        };
        let mut files = numbered(content::invoiced(order));
        files.extend(numbered(content::credited(order)));
        files.sort_by_key(|file| (file.at, matches!(file.over, Over::CreditMemo(_)), file.number));
        files
    }

    /// What it is over.
    pub(crate) fn over(&self) -> Over {
        self.over
    }

    /// A file as events tell of it.
    pub(crate) fn told(&self) -> Value {
        let name = self.name();
        let mut told = json!({
            "id": name,
            "fileId": name,
            "orderId": self.order.id.to_string(),
            "purpose": self.purpose(),
            "liveMode": !self.order.placed.test,
        });
        if let Some(customer) = order::customer_of(self.order) {
            told["customerId"] = customer.into();
        }
        told
    }

    /// What it goes by.
    fn name(&self) -> String {
        match self.over {
            Over::Invoice(fulfillment) => id::shown(id::INVOICE_FILE, fulfillment.0),
            Over::CreditMemo(refund) => id::shown(id::CREDIT_MEMO_FILE, refund.0),
        }
    }

    /// Where its bytes are, for who has a key; `url` is the server's address.
    fn address(&self, url: &str) -> String {
        format!("{url}/files/{}/content", self.name())
    }

    /// What it is for, in the published word.
    fn purpose(&self) -> &'static str {
        match self.over {
            Over::Invoice(_) => "customer_invoice",
            Over::CreditMemo(_) => "customer_credit_memo",
        }
    }

    fn file_name(&self) -> String {
        let kind = if matches!(self.over, Over::Invoice(_)) { "invoice" } else { "credit-memo" };
        format!("{kind}-{}-{}.pdf", self.order.id, self.number)
    }

    /// The document itself.
    fn pdf(&self, shop: &Shop) -> Vec<u8> {
        document::pdf(&content::document(shop, self))
    }

    fn shown(&self, call: &Call) -> Value {
        let name = self.name();
        let title = content::title(self);
        json!({
            "id": name,
            "createdTime": words::time(self.at),
            "fileName": self.file_name(),
            "purpose": self.purpose(),
            "title": title,
            "size": self.pdf(call.shop()).len(),
            "type": "pdf",
            "url": self.address(&call.url),
            "liveMode": !self.order.placed.test,
        })
    }
}

/// The files of an order, as orders show them: invoices, and credit memos; `url` is the server's address.
pub(crate) fn of_order(order: &Order, url: &str) -> (Vec<Value>, Vec<Value>) {
    let live = !order.placed.test;
    let (invoices, memos): (Vec<File<'_>>, Vec<File<'_>>) =
        File::all(order).into_iter().partition(|file| matches!(file.over, Over::Invoice(_)));
    let shown = |files: Vec<File<'_>>| {
        let shown =
            |file: &File<'_>| json!({ "id": file.name(), "url": file.address(url), "liveMode": live });
        files.iter().map(shown).collect()
    };
    (shown(invoices), shown(memos))
}

/// The order that a file of that name is of, if there is such a file.
async fn order_of(engine: &Engine, shop: &Shop, name: &str) -> Result<Option<Arc<Order>>, Error> {
    let order = if let Some(fulfillment) = id::parse(id::INVOICE_FILE, name) {
        let actor = &domain::actor::Actor::System;
        let found = engine.fulfillment(shop, actor, FulfillmentId(fulfillment)).await?;
        let Some(order) = found.and_then(|found| found.shares.first().map(|share| share.order)) else {
            return Ok(None);
        };
        engine.orders_by_id(shop, &[order]).await?.pop()
    } else if let Some(refund) = id::parse(id::CREDIT_MEMO_FILE, name) {
        engine.order_of_part(shop, refund).await?
    } else {
        None
    };
    Ok(order.filter(|order| File::all(order).iter().any(|file| file.name() == name)))
}

fn missing(name: &str, parameter: &str) -> Failure {
    Failure::not_found("File", name, parameter)
}

/// The order of a file that must be there in the mode of the key.
async fn one(call: &Call, name: &str, parameter: &str) -> Result<Arc<Order>, Failure> {
    call.must(NEEDS)?;
    let order = order_of(&call.engine, call.shop(), name).await?;
    let own = order.filter(|order| order.placed.test != call.mode.is_live());
    own.ok_or_else(|| missing(name, parameter))
}

async fn fetch(call: Call) -> Result<Response, Failure> {
    let name = call.named("id");
    let order = one(&call, name, "id").await?;
    let file = File::all(&order).into_iter().find(|file| file.name() == name);
    Ok(Json(file.ok_or_else(|| missing(name, "id"))?.shown(&call)).into_response())
}

async fn download(call: Call) -> Result<Response, Failure> {
    let name = call.named("id");
    let order = one(&call, name, "id").await?;
    sent(call.shop(), &order, name)
}

/// The bytes of a file.
fn sent(shop: &Shop, order: &Order, name: &str) -> Result<Response, Failure> {
    let file = File::all(order).into_iter().find(|file| file.name() == name);
    let file = file.ok_or_else(|| missing(name, "id"))?;
    let disposition = format!("attachment; filename=\"{}\"", file.file_name());
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((StatusCode::OK, headers, file.pdf(shop)).into_response())
}

/// Order after order, beginning with the one that the cursor's file is of.
async fn list(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    let limit = page::limit(&call)?;
    let (before, after) = (call.asked("endingBefore"), call.asked("startingAfter"));
    let upwards = before.is_some();
    let cursor = before.map(|name| ("endingBefore", name)).or(after.map(|name| ("startingAfter", name)));
    let begins = match cursor {
        None => None,
        Some((parameter, name)) => Some(one(&call, name, parameter).await?.id),
    };
    let (created, size) =
        (Span::of_time(&call, "createdTime")?, Span::of(&call, "size", |n| n.parse().ok())?);
    let ids = page::ids(&call);
    let fits = |file: &File<'_>| {
        created.holds_time(file.at)
            && ids.as_ref().is_none_or(|ids| ids.contains(&file.name()))
            && page::shows(&call, "purpose", Some(file.purpose()))
            && page::shows(&call, "fileName", Some(&file.file_name()))
            && page::shows(&call, "title", Some(&content::title(file)))
            && page::shows(&call, "type", Some("pdf"))
    };
    let mut found = Vec::new();
    let mut seen = cursor.is_none();
    let mut next = first(begins, upwards);
    let own = [Condition::OneOf(Column::Test, vec![(!call.mode.is_live()).into()])];
    while found.len() <= limit {
        let batch = call.engine.orders(call.shop(), &own, OrderSort::Id, &next).await?;
        for (order, _) in &batch {
            let mut files = File::all(order);
            if !upwards {
                files.reverse();
            }
            for file in files {
                if !seen {
                    seen = cursor.is_some_and(|(_, name)| file.name() == name);
                } else if fits(&file) {
                    let shown = file.shown(&call);
                    found.extend(
                        shown["size"].as_i64().is_some_and(|bytes| size.holds(bytes)).then_some(shown),
                    );
                }
            }
        }
        let Some((last, _)) = batch.last().filter(|_| batch.len() == BATCH as usize) else { break };
        next.after = Some((last.id.0.into(), last.id.0));
    }
    let more = found.len() > limit;
    found.truncate(limit);
    if upwards {
        found.reverse();
    }
    Ok(Json(words::list(more, found)).into_response())
}

/// The first orders to look at: that one, and those after it.
fn first(begins: Option<OrderId>, upwards: bool) -> Page {
    let (descending, just_before) = if upwards { (Descending::No, -1) } else { (Descending::Yes, 1) };
    let after = begins.map(|id| id.0 + just_before).map(|id| (id.into(), id));
    Page { after, descending, limit: BATCH }
}

/// Nothing can be put among the files, and none be taken away.
async fn not_kept(_call: Call) -> Failure {
    let told = "Files are made of orders here, and nothing else is kept: keep papers of your customers where they are safe.";
    Failure::not_done_here(told, "GET,HEAD")
}
