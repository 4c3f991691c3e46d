//! Answering a route: its document is run as the other API runs it, and what it answers is shown in this one's form.

use axum::http::StatusCode;
use domain::id::OrderId;
use engine::{Answered, Error, Render, Verdict};
use futures::future::BoxFuture;
use graphql::{Bound, OperationKind, Root};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fault::{self, Fault};
use super::route::{Find, Route};
use super::show::{self, Scene};
use super::{member, paging};
use crate::answer::Answer;
use crate::data::Data;
use crate::mutation::{self, Input, Planned};
use crate::page::Asked;
use crate::run::{self, Request, Stopped};

/// An answer, as it is remembered under a key too.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Told {
    pub(super) status: u16,
    pub(super) body: Value,
    /// The `Link` header.
    pub(super) link: Option<String>,
    /// Whether it was given before.
    #[serde(skip)]
    pub(super) replayed: bool,
}

impl From<Fault> for Told {
    fn from(fault: Fault) -> Self {
        Self { status: fault.status.as_u16(), body: fault.body, link: None, replayed: false }
    }
}

/// A request for a route.
pub(super) struct Call<'c> {
    pub(super) request: Request<'c>,
    pub(super) route: &'static Route,
    /// Body, query and path together.
    pub(super) given: Value,
    /// The address that was asked, without its query.
    pub(super) address: String,
}

/// Answers a request.
pub(super) async fn answer(call: &Call<'_>) -> Result<Told, Stopped> {
    let bug = |text: String| Stopped::Engine(Error::Bug(text));
    let version = call.request.version;
    let schema = crate::version::schema(version)
        .ok_or_else(|| bug(format!("the schema of {version} can't be read")))?;
    let prepared = schema
        .prepare(call.route.document)
        .map_err(|errors| bug(format!("a route's document is wrong: {errors:?}")))?;
    let variables = member::read(&call.given, call.route.variables);
    let bound = match prepared.bind(None, &variables) {
        Ok(bound) => bound,
        Err(errors) => return Ok(Fault::of_variables(&errors).into()),
    };
    let Some(root) = bound.roots().next() else {
        return Err(bug("a route's document has no root".to_owned()));
    };
    match bound.kind() {
        OperationKind::Query => Ok(asked(call, &root).await?),
        OperationKind::Mutation => changed(call, &bound, &root).await,
    }
}

/// Shows what was answered, or says why not.
fn told(call: &Call<'_>, root: &Root<'_>, data: &Data, answer: &Answer) -> Told {
    let scene = Scene { data, field: root.field(), given: &call.given };
    if let Answer::Failed(error) = answer {
        return Fault::of_field(error).into();
    }
    let Some(body) = (call.route.show)(&scene, answer) else { return Fault::not_found().into() };
    let link = show::page(answer).and_then(|page| paging::link(&page, &call.given, &call.address));
    Told { status: call.route.status.as_u16(), body, link, replayed: false }
}

async fn asked(call: &Call<'_>, root: &Root<'_>) -> Result<Told, Error> {
    let (engine, field) = (call.request.engine, root.field());
    let mut data = run::data(&call.request);
    let answer = match call.route.find {
        Find::Root => crate::query::answer(engine, &mut data, field).await?,
        Find::Order => match data.may(field) {
            Ok(()) => of_order(call, &mut data).await?,
            Err(error) => Answer::Failed(error),
        },
    };
    data.complete(engine, field).await?;
    Ok(told(call, root, &data, &answer))
}

/// The order that the path names, with its fulfillments; answered is the work of it that the caller may see.
async fn of_order(call: &Call<'_>, data: &mut Data) -> Result<Answer, Error> {
    let id = OrderId(call.given.get("order_id").and_then(Value::as_i64).unwrap_or(0));
    let found = call.request.engine.order_with_fulfillments(&data.shop, id).await?;
    let Some((order, fulfillments)) = found else { return Ok(Answer::Null) };
    let seen =
        order.fulfillment_orders.iter().filter(|work| domain::actor::visible(&data.actor, work.service));
    let rows: Vec<_> = seen.map(|work| (id, work.id, work.id.0)).collect();
    data.orders.insert(id, order);
    data.fulfillments.extend(fulfillments.into_iter().map(|one| (one.id, one)));
    // All of them are one page.
    let asked = Asked { size: rows.len(), from_end: false, cursor: None, reverse: false };
    Ok(Answer::Works(asked, rows))
}

async fn changed(call: &Call<'_>, bound: &Bound, root: &Root<'_>) -> Result<Told, Stopped> {
    let Request { engine, shop, actor, .. } = call.request;
    let input = match call.route.does {
        Some(does) => match run::data(&call.request).may(root.field()) {
            Ok(()) => Input::Planned(Box::new(does(&call.given))),
            Err(error) => Input::Failed(error),
        },
        None => run::planned(&call.request, root.field()).await?.1,
    };
    let planned = match input {
        Input::Planned(planned) => planned,
        Input::Refused(_, errors) | Input::RefusedOf(_, _, errors) => {
            return Ok(Fault::of_errors(&errors).into());
        }
        Input::Failed(error) => return Ok(Fault::of_field(&error).into()),
    };
    let Some(once) = run::once(&call.request, root) else {
        let verdict = engine.execute(shop, actor, &planned.command).await?;
        return Ok(decided(call, root, &planned, &verdict).await?);
    };
    let teller = Teller { call, bound, planned: &planned };
    let (text, replayed) = match engine.execute_once(shop, actor, &planned.command, &once, &teller).await? {
        Answered::Fresh(text) => (text, false),
        Answered::Replayed(text) => (text, true),
        Answered::KeyReused => return Err(Stopped::KeyReused),
    };
    let told: Told = serde_json::from_str(&text)
        .map_err(|error| Error::Bug(format!("an answer that was kept can't be read: {error}")))?;
    Ok(Told { replayed, ..told })
}

/// Shows what a verdict led to.
async fn decided(
    call: &Call<'_>,
    root: &Root<'_>,
    planned: &Planned,
    verdict: &Verdict,
) -> Result<Told, Error> {
    let mut data = run::data(&call.request);
    match verdict {
        Ok(done) => mutation::take(&mut data, done),
        Err(refusal) if call.route.names_something() && fault::is_unknown(refusal) => {
            return Ok(Fault::not_found().into());
        }
        Err(refusal) => {
            return Ok(Fault::of_errors(&(planned.kind.refused)(refusal, &planned.command)).into());
        }
    }
    let answer = planned.kind.answer(verdict, &planned.command);
    data.complete(call.request.engine, root.field()).await?;
    Ok(told(call, root, &data, &answer))
}

struct Teller<'t> {
    call: &'t Call<'t>,
    bound: &'t Bound,
    planned: &'t Planned,
}

impl Render for Teller<'_> {
    fn render<'a>(&'a self, verdict: &'a Verdict) -> BoxFuture<'a, Result<String, Error>> {
        Box::pin(async move {
            let root = self.bound.roots().next();
            let root = root.ok_or_else(|| Error::Bug("a route's document has no root".to_owned()))?;
            let told = decided(self.call, &root, self.planned, verdict).await?;
            serde_json::to_string(&told)
                .map_err(|error| Error::Bug(format!("an answer can't be kept: {error}")))
        })
    }
}

/// The status that the other API has no number for.
pub(super) fn status(told: &Told) -> StatusCode {
    StatusCode::from_u16(told.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
