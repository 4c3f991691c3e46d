//! Links to files: whoever has one needs no key, until its time is over. The address is signed, so that nobody can make
//! one up from an id.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::id::{RecordId, ShopId};
use domain::record::{Record, RecordKind};
use domain::time::Time;
use serde_json::{Map, Value, json};

use super::NEEDS;
use crate::call::{Call, Server};
use crate::failure::Failure;
use crate::page;
use crate::record::Shelf;
use crate::{id, metadata, words};

/// Where they are.
pub(crate) static SHELF: Shelf = Shelf { kind: RecordKind::FileLink, id: id::FILE_LINK, what: "File link" };

/// What is signed begins so: no other signature of this installation is of the same.
const MARK: &[u8] = b"file-link";

/// When a link's time is over.
fn expires(record: &Record) -> Time {
    Time(record.body["expires"].as_i64().unwrap_or_default())
}

fn is_over(call: &Call, record: &Record) -> bool {
    call.now() >= expires(record)
}

/// The signed name of a link: shop and record (8 bytes each, big endian), and the signature.
fn token(engine: &engine::Engine, shop: ShopId, record: RecordId) -> String {
    let mut bytes: Vec<u8> = [shop.0, record.0].into_iter().flat_map(i64::to_be_bytes).collect();
    let signature = engine.sealer().sign(&[MARK, &bytes].concat());
    bytes.extend(signature);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Shop and record that a signed name names.
fn read(engine: &engine::Engine, token: &str) -> Option<(ShopId, RecordId)> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (named, signature) = bytes.split_at_checked(16)?;
    if !engine.sealer().is_signed(&[MARK, named].concat(), signature) {
        return None;
    }
    let (shop, record) = named.split_at_checked(8)?;
    let number = |bytes: &[u8]| bytes.try_into().ok().map(i64::from_be_bytes);
    Some((ShopId(number(shop)?), RecordId(number(record)?)))
}

fn shown(call: &Call, record: &Record) -> Value {
    let mut shown = told(record, call.now());
    let token = token(&call.engine, call.shop().id, record.id);
    shown["url"] = format!("{}/documents/{token}", call.url).into();
    shown
}

/// A link as events tell of it: without its address, which is good for whoever has it.
pub(crate) fn told(record: &Record, now: Time) -> Value {
    let mut told = Map::new();
    for (name, value) in [
        ("id", SHELF.name(record.id).into()),
        ("createdTime", words::time(record.created_at)),
        ("expired", (now >= expires(record)).into()),
        ("expiresTime", words::time(expires(record))),
        ("fileId", record.body["file"].clone()),
        ("liveMode", record.body["live"].clone()),
    ] {
        told.insert(name.to_owned(), value);
    }
    metadata::show(&record.body[metadata::NAME], &mut told);
    told.into()
}

pub(super) async fn list(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    let fits = |record: &Record| {
        record.body["live"] == call.mode.is_live()
            && page::shows(&call, "fileId", record.body["file"].as_str())
            && call.asked("expired").is_none_or(|asked| (asked == "true") == is_over(&call, record))
    };
    Ok(SHELF.list(&call, None, |_| None, fits).await?.answer(|record| shown(&call, record)).into_response())
}

pub(super) async fn fetch(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    let record = SHELF.one(&call, call.named("id"), "id").await?;
    Ok(Json(shown(&call, &record)).into_response())
}

pub(super) async fn create(call: Call) -> Result<Response, Failure> {
    let input = call.input(&["fileId", "expiresTime", "metadata"])?;
    let file = input.needed_text("fileId")?;
    let order = super::one(&call, &file, "fileId").await?;
    let until = input.time("expiresTime")?.ok_or_else(|| Failure::missing("expiresTime"))?;
    let mut record = SHELF.blank(&call).await?;
    record.parent = Some(order.id.0);
    let pairs = metadata::taken(&input, &Value::Null)?.unwrap_or_default();
    record.body =
        json!({ "file": file, "expires": until.0, "live": call.mode.is_live(), metadata::NAME: pairs });
    let record = SHELF.save(&call, record).await?;
    Ok((StatusCode::CREATED, Json(shown(&call, &record))).into_response())
}

pub(super) async fn update(call: Call) -> Result<Response, Failure> {
    let input = call.input(&["expiresTime", "metadata"])?;
    let mut record = SHELF.one(&call, call.named("id"), "id").await?;
    if let Some(until) = input.time("expiresTime")? {
        record.body["expires"] = until.0.into();
    }
    if let Some(pairs) = metadata::taken(&input, &record.body[metadata::NAME])? {
        record.body[metadata::NAME] = pairs;
    }
    let record = SHELF.save(&call, record).await?;
    Ok(Json(shown(&call, &record)).into_response())
}

pub(super) async fn remove(call: Call) -> Result<Response, Failure> {
    let record = SHELF.one(&call, call.named("id"), "id").await?;
    SHELF.remove(&call, &[record]).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The file that a link leads to, for whoever has it.
pub(super) async fn follow(
    State(server): State<Server>,
    Path(token): Path<String>,
) -> Result<Response, Failure> {
    let engine = &server.engine;
    // A link that was made up, one that is over and one that was taken back are the same: not there.
    let nothing = || Failure::no_route("/documents");
    let (shop, record) = read(engine, &token).ok_or_else(nothing)?;
    let shop = engine.shop(shop).await?.ok_or_else(nothing)?;
    let record = engine.records_by_id(&shop, &[record]).await?.pop().ok_or_else(nothing)?;
    if record.kind != RecordKind::FileLink || engine.now() >= expires(&record) {
        return Err(nothing());
    }
    let file = record.body["file"].as_str().unwrap_or_default();
    let order = super::order_of(engine, &shop, file).await?.ok_or_else(nothing)?;
    super::sent(&shop, &order, file)
}
