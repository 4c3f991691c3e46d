//! The till: where buyers of `consign dev` pay, as long as the shop has no payment page of its own. What is paid with are
//! the tokens of the built-in gateway, so every end of a payment can be tried in a browser. No money moves.

use axum::Form;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use domain::actor::Actor;
use domain::billing::Instrument;
use domain::command::Command;
use domain::command::billing::{BillingCommand, PayInvoice};
use domain::id::OrderId;
use domain::money;
use domain::order::Order;
use engine::Engine;
use engine::links::Door;
use engine::payment_page::owed;
use minijinja::Environment;
use minijinja::value::Serde;
use serde::Deserialize;
use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::first_shop;

/// Where a payment leads, with the hole that the order's id fills.
pub const PAGE: &str = "/till/{order}";
/// What the page may load, and where its form may go.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; \
                      frame-ancestors 'none'";
const TEMPLATE: &str = include_str!("till/page.html");
/// Tokens of the built-in gateway, and what comes of them.
const CARDS: [(&str, &str); 4] = [
    ("test_ok", "Pay with a good card"),
    ("test_decline_funds", "Pay with a card that is declined"),
    ("test_late", "Pay by something that settles in two minutes"),
    ("test_lost", "Pay while the gateway's first answer gets lost"),
];

/// The pages under `/till`.
pub fn routes(engine: Engine) -> Router {
    Router::new().route("/till/{order}", get(page).post(pay)).with_state(engine)
}

async fn page(State(engine): State<Engine>, Path(order): Path<i64>) -> Response {
    match shown(&engine, OrderId(order)).await {
        Ok(Some(page)) => {
            let headers = [
                (header::CONTENT_TYPE, "text/html; charset=utf-8"),
                (header::CONTENT_SECURITY_POLICY, POLICY),
                (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
                (header::REFERRER_POLICY, "no-referrer"),
                (header::CACHE_CONTROL, "no-store"),
            ];
            (headers, page).into_response()
        }
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(failure) => failed(&failure),
    }
}

async fn shown(engine: &Engine, id: OrderId) -> Result<Option<String>, Failure> {
    let shop = first_shop::find(engine.store()).await?;
    let Some(order) = engine.orders_by_id(&shop, &[id]).await?.pop() else { return Ok(None) };
    let (_, due) = owed(&order, engine.now());
    let currency = order.placed.currency;
    let due = (due > 0).then(|| format!("{} {currency}", money::decimal(due, currency)));
    let cards = CARDS.map(|(token, says)| json!({ "token": token, "says": says }));
    let values = json!({
        "shop": shop.name, "order": order.name, "due": due,
        "cards": if is_elsewhere(&order) { &[] } else { &cards[..] },
        "back": engine.link(Door::Status, &shop, id),
    });
    let mut env = Environment::new();
    env.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
    env.render_str(TEMPLATE, Serde(values))
        .map(Some)
        .map_err(|error| Failure::new(Exit::Error, format!("the till can't be shown: {error}")))
}

/// Whether somebody else keeps the books.
fn is_elsewhere(order: &Order) -> bool {
    order.billing.as_ref().is_some_and(|billing| billing.is_external())
}

#[derive(Deserialize)]
struct Chosen {
    token: String,
}

async fn pay(State(engine): State<Engine>, Path(order): Path<i64>, Form(chosen): Form<Chosen>) -> Response {
    match paid(&engine, OrderId(order), chosen.token).await {
        Ok(Some(back)) => Redirect::to(&back).into_response(),
        Ok(None) => StatusCode::NOT_FOUND.into_response(),
        Err(failure) => failed(&failure),
    }
}

/// Pays what is due, and gives the address of the order's page. What can't be paid is left as it is: the page shows it.
async fn paid(engine: &Engine, id: OrderId, token: String) -> Result<Option<String>, Failure> {
    let shop = first_shop::find(engine.store()).await?;
    let Some(order) = engine.orders_by_id(&shop, &[id]).await?.pop() else { return Ok(None) };
    let back = engine.link(Door::Status, &shop, id);
    let command = match (owed(&order, engine.now()), order.billing.is_some()) {
        ((Some(invoice), _), true) => {
            let instrument = Some(Instrument { token, kind: None });
            Command::Billing(BillingCommand::Pay(PayInvoice { order: id, invoice, instrument, amount: None }))
        }
        // Nobody here asks a gateway for it.
        ((None, due), false) if due > 0 && token != "test_decline_funds" => Command::MarkPaid(id),
        _ => return Ok(Some(back)),
    };
    if let Err(refusal) = engine.execute(&shop, &Actor::System, &command).await? {
        tracing::info!(order = %id, ?refusal, "the till was refused");
    }
    Ok(Some(back))
}

fn failed(failure: &Failure) -> Response {
    tracing::error!(error = failure.message, "the till can't be shown");
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}
