//! Running a document: every root in turn, mutations one after the other, each its own transaction.

use std::sync::Arc;

use domain::actor::Actor;
use domain::command::Command;
use domain::snapshot::Shop;
use engine::{Answered, Engine, Error, Once, Render, Verdict};
use futures::future::BoxFuture;
use graphql::{Bound, Field, FieldError, GraphqlError, OperationKind, Rendered, Root};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::answer::Answer;
use crate::data::Data;
use crate::mutation::{self, Input, Planned};
use crate::query;

/// Who asks, in which version, and what was sent.
pub(crate) struct Request<'r> {
    pub(crate) engine: &'r Engine,
    pub(crate) shop: &'r Arc<Shop>,
    pub(crate) actor: &'r Actor,
    pub(crate) version: &'static str,
    /// The `Idempotency-Key` header.
    pub(crate) key: Option<&'r str>,
    /// The body as it was sent; the same key must come with the same body.
    pub(crate) body: &'r [u8],
}

/// What a document answered.
#[derive(Debug, Default)]
pub(crate) struct Response {
    /// The members of `data`, joined by commas.
    pub(crate) data: String,
    /// Whether `data` as a whole is null.
    pub(crate) nulled: bool,
    pub(crate) errors: Vec<serde_json::Value>,
    pub(crate) actual_cost: u32,
    /// What searches did not understand.
    pub(crate) notes: Vec<serde_json::Value>,
    /// Whether the answer was given before.
    pub(crate) replayed: bool,
}

/// Why a document could not be run.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// The engine could neither do nor refuse it.
    Engine(Error),
    /// The key was used for something else before.
    KeyReused,
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Stopped::Engine(error)
    }
}

/// What is remembered of a root that was answered under a key.
#[derive(Serialize, Deserialize)]
struct Kept {
    json: String,
    errors: Vec<serde_json::Value>,
    nulled: bool,
    actual_cost: u32,
}

/// Runs every root of `bound`.
pub(crate) async fn run(request: &Request<'_>, bound: &Bound) -> Result<Response, Stopped> {
    let mut response = Response::default();
    for root in bound.roots() {
        let kept = match bound.kind() {
            OperationKind::Query => {
                let (rendered, notes) = query_root(request, bound, &root).await?;
                response.notes.extend(notes);
                kept(rendered)
            }
            OperationKind::Mutation => {
                let (kept, replayed) = mutation_root(request, bound, &root).await?;
                response.replayed |= replayed;
                kept
            }
        };
        if !response.data.is_empty() {
            response.data.push(',');
        }
        response.data.push_str(&kept.json);
        response.nulled |= kept.nulled;
        response.errors.extend(kept.errors);
        response.actual_cost += kept.actual_cost;
    }
    Ok(response)
}

fn kept(rendered: Rendered) -> Kept {
    let error = |error: &GraphqlError| serde_json::to_value(error).unwrap_or_default();
    Kept {
        json: rendered.json,
        errors: rendered.errors.iter().map(error).collect(),
        nulled: rendered.nulled,
        actual_cost: rendered.actual_cost,
    }
}

/// The answer to a root, without what its caller may not have.
fn rendered(bound: &Bound, root: &Root<'_>, answer: &Answer, data: &Data) -> Rendered {
    bound.render_guarded(root, answer.out(data, root.field()), &|field| data.may(field))
}

/// Nothing but the caller.
pub(crate) fn data(request: &Request<'_>) -> Data {
    Data::of(
        request.shop.clone(),
        request.actor.clone(),
        request.version,
        request.engine.now(),
        request.engine.links(),
    )
}

async fn query_root(
    request: &Request<'_>,
    bound: &Bound,
    root: &Root<'_>,
) -> Result<(Rendered, Vec<serde_json::Value>), Error> {
    if root.is_introspection() {
        let rendered = match crate::version::schema(request.version) {
            Some(schema) => bound.render(root, Ok(schema.resolve_introspection(root))),
            None => bound.render(root, Err(FieldError::new("The schema can't be read"))),
        };
        return Ok((rendered, Vec::new()));
    }
    let mut data = data(request);
    let answer = query::answer(request.engine, &mut data, root.field()).await?;
    data.complete(request.engine, root.field()).await?;
    let rendered = rendered(bound, root, &answer, &data);
    Ok((rendered, data.notes))
}

/// Understands a mutation, with what had to be known for that.
pub(crate) async fn planned(request: &Request<'_>, field: &Field<'_>) -> Result<(Data, Input), Error> {
    let mut before = data(request);
    // A line may name the service that ships it; hardly any does, and orders come in by the thousand.
    if field.name() == "orderCreate" && names_service(field) {
        (before.locations, before.services) = request.engine.places(request.shop).await?;
    }
    let input = mutation::planned(request.engine, &before, field).await?;
    Ok((before, input))
}

async fn mutation_root(
    request: &Request<'_>,
    bound: &Bound,
    root: &Root<'_>,
) -> Result<(Kept, bool), Stopped> {
    let field = root.field();
    let (before, input) = planned(request, field).await?;
    let planned = match input {
        Input::Planned(planned) => planned,
        Input::Refused(kind, errors) => {
            let answer = kind.with_errors(errors);
            return Ok((kept(rendered(bound, root, &answer, &before)), false));
        }
        Input::RefusedOf(order, kind, errors) => {
            let mut data = data(request);
            let known = request.engine.orders_by_id(request.shop, &[order]).await?;
            data.orders.extend(known.into_iter().map(|order| (order.id, order)));
            data.complete(request.engine, field).await?;
            let answer = kind.with_order(order, errors);
            return Ok((kept(rendered(bound, root, &answer, &data)), false));
        }
        Input::Failed(error) => return Ok((kept(bound.render(root, Err(error))), false)),
    };
    let Some(once) = once(request, root) else {
        if let Some(error) = mutation::without_key(field.name(), request.version) {
            return Ok((kept(bound.render(root, Err(error))), false));
        }
        let verdict = request.engine.execute(request.shop, request.actor, &planned.command).await?;
        return Ok((told(request, bound, root, &planned, &verdict).await?, false));
    };
    let teller = Teller { request, bound, root, planned: &planned };
    let answered =
        request.engine.execute_once(request.shop, request.actor, &planned.command, &once, &teller).await?;
    let (text, replayed) = match answered {
        Answered::Fresh(text) => (text, false),
        Answered::Replayed(text) => (text, true),
        Answered::KeyReused => {
            let answer =
                mutation::key_reused(field.name(), request.version, &planned).ok_or(Stopped::KeyReused)?;
            let mut data = data(request);
            data.complete(request.engine, field).await?;
            return Ok((kept(rendered(bound, root, &answer, &data)), false));
        }
    };
    let kept = serde_json::from_str(&text)
        .map_err(|error| Error::Bug(format!("an answer that was kept can't be read: {error}")))?;
    Ok((kept, replayed))
}

fn names_service(field: &Field<'_>) -> bool {
    let lines = field.arg("order").and_then(|order| order.get("lineItems")?.as_list()).unwrap_or_default();
    lines.iter().any(|line| line.get("fulfillmentService").is_some_and(|service| !service.is_null()))
}

/// Renders what is kept of a mutation's answer.
struct Teller<'t> {
    request: &'t Request<'t>,
    bound: &'t Bound,
    root: &'t Root<'t>,
    planned: &'t Planned,
}

impl Render for Teller<'_> {
    fn render<'a>(&'a self, verdict: &'a Verdict) -> BoxFuture<'a, Result<String, Error>> {
        Box::pin(async move {
            let kept = told(self.request, self.bound, self.root, self.planned, verdict).await?;
            serde_json::to_string(&kept)
                .map_err(|error| Error::Bug(format!("an answer can't be kept: {error}")))
        })
    }
}

/// Renders what a mutation answers to a verdict.
async fn told(
    request: &Request<'_>,
    bound: &Bound,
    root: &Root<'_>,
    planned: &Planned,
    verdict: &Verdict,
) -> Result<Kept, Error> {
    let mut data = data(request);
    if let Ok(done) = verdict {
        mutation::take(&mut data, done);
    }
    if let (Err(_), Command::AmendOrder(amend)) = (verdict, &planned.command) {
        let known = request.engine.orders_by_id(request.shop, &[amend.order]).await?;
        data.orders.extend(known.into_iter().map(|order| (order.id, order)));
    }
    let answer: Answer = planned.kind.answer(verdict, &planned.command);
    data.complete(request.engine, root.field()).await?;
    Ok(kept(rendered(bound, root, &answer, &data)))
}

/// The key of a mutation, from its directive or from the header. A document with several mutations under one header
/// has a key for each of them.
pub(crate) fn once(request: &Request<'_>, root: &Root<'_>) -> Option<Once> {
    let field = root.field();
    let key = match field.directive_arg("idempotent", "key") {
        Some(key) => format!("directive:{key}"),
        None => format!("header:{}:{}", request.key?, field.response_key()),
    };
    let app = request.actor.app().map_or(0, |app| app.0);
    let mut hash = Sha256::new();
    hash.update(request.version.as_bytes());
    hash.update([0]);
    hash.update(request.body);
    let fingerprint = engine::seal::hex(&hash.finalize());
    Some(Once { scope: format!("app:{app}"), key, fingerprint })
}
