//! Articles by SKU: a line is for the shop's variant if exactly one has its SKU; otherwise it is for an article that
//! the shop doesn't stock.

use std::collections::HashMap;
use std::sync::Mutex;

use domain::command::NewLine;
use domain::id::ShopId;
use domain::product::Variant;
use store::{Page, Store};

/// How many SKUs are remembered; then it begins anew. More than most shops have.
const REMEMBERED: usize = 50_000;

/// What was found for each SKU.
pub(super) struct Articles {
    store: Store,
    shop: ShopId,
    known: Mutex<HashMap<String, Option<Variant>>>,
}

impl Articles {
    pub(super) fn new(store: Store, shop: ShopId) -> Self {
        Self { store, shop, known: Mutex::new(HashMap::new()) }
    }

    /// Looks every line's SKU up that doesn't name its variant itself.
    pub(super) async fn look_up(&self, lines: &mut [NewLine]) -> Result<(), store::db::Error> {
        for line in lines {
            if line.article.variant.is_none()
                && let Some(sku) = line.article.sku.clone()
                && let Some(variant) = self.variant(&sku).await?
            {
                belong(line, &variant);
            }
            if line.article.variant.is_none() && line.article.title.is_empty() {
                line.article.title = line.article.sku.clone().unwrap_or_default();
            }
        }
        Ok(())
    }

    async fn variant(&self, sku: &str) -> Result<Option<Variant>, store::db::Error> {
        if let Some(known) = self.known().get(sku) {
            return Ok(known.clone());
        }
        let page = Page { limit: 2, ..Page::default() };
        let mut found = self.store.variant_page(self.shop, Some(sku), None, &page).await?;
        let variant = if found.len() == 1 { found.pop() } else { None };
        let mut known = self.known();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(sku.to_owned(), variant.clone());
        Ok(variant)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<String, Option<Variant>>> {
        self.known.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// The line is for that variant. Its title may be told together with the variant's (`Shirt - Blue / L`).
fn belong(line: &mut NewLine, variant: &Variant) {
    let article = &mut line.article;
    article.variant = Some(variant.id);
    let alone = article.title.strip_suffix(variant.title.as_str()).and_then(|rest| rest.strip_suffix(" - "));
    if let (None, Some(alone)) = (&article.variant_title, alone) {
        article.title = alone.to_owned();
    }
}
