//! Groups of SKUs. A group is there as long as a SKU is in it.

use axum::response::{IntoResponse, Response};
use engine::query::Page;
use serde_json::json;

use super::{NEEDS, is_deleted, kept};
use crate::call::Call;
use crate::failure::Failure;
use crate::page::{self, Gather};

/// Variants that are read at once.
const BATCH: u32 = 250;

/// The groups in the order of their ids.
pub(super) async fn list(call: Call) -> Result<Response, Failure> {
    call.must(NEEDS)?;
    let mut groups: Vec<String> = Vec::new();
    let mut next = Page { limit: BATCH, ..Page::default() };
    loop {
        let batch = call.engine.variant_page(call.shop(), None, None, &next).await?;
        let there = batch.iter().filter(|variant| !is_deleted(variant));
        groups.extend(there.filter_map(|variant| kept(variant)["skuGroupId"].as_str()).map(str::to_owned));
        let Some(last) = batch.last().filter(|_| batch.len() == BATCH as usize) else { break };
        next.after = Some((last.id.0.into(), last.id.0));
    }
    groups.sort_unstable_by(|one, other| other.cmp(one));
    groups.dedup();
    let places: Vec<(i64, String)> = (1..).zip(groups).collect();
    let cursor = |text: &str| places.iter().find(|(_, group)| group == text).map(|(place, _)| *place);
    let wanted = page::ids(&call);
    let mut gather = Gather::of(&call, cursor)?;
    let fits = |(_, group): &(i64, String)| wanted.as_ref().is_none_or(|wanted| wanted.contains(group));
    gather.take_all(places.clone(), |(place, _)| *place, fits);
    Ok(gather.answer(|(_, group)| json!({ "id": group })).into_response())
}
