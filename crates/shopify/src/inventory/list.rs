//! What is loaded for inventory: pages of items, and of what locations hold.

use domain::id::{LocationId, VariantId};
use domain::product::Variant;
use domain::stock::Stock;
use engine::query::{Page, Shelves};
use engine::{Engine, Error};
use graphql::{Field, Out};

use super::level::{Level, sees_inactive};
use crate::answer::Answer;
use crate::data::Data;
use crate::page::{Asked, Connection, Row, asked, names};
use crate::query::searched;
use crate::search::{self, Fact, Search};

/// A page of what a location holds, as one selected field asks for it.
pub(crate) struct Shelf {
    location: LocationId,
    wanted: Wanted,
    rows: Vec<(VariantId, LocationId)>,
}

/// What a field `inventoryLevels` of a location asks for.
#[derive(Clone, PartialEq)]
struct Wanted {
    asked: Asked,
    which: Shelves,
    query: String,
}

impl Wanted {
    /// `None` if its arguments can't be a page; that is told where it is rendered.
    fn of(field: &Field<'_>) -> Option<Self> {
        let which = if sees_inactive(field) { Shelves::All } else { Shelves::Stocked };
        let query = field.str_arg("query").unwrap_or_default().to_owned();
        Some(Self { asked: asked(field).ok()?, which, query })
    }

    fn search(&self, data: &Data) -> Search {
        let context = search::Context::new(&data.shop, data.now);
        search::parse(&self.query).for_fields(&Level::SEARCHED, &context)
    }
}

impl Shelf {
    /// The page that `field` asks of a location.
    pub(crate) fn out<'d>(
        data: &'d Data,
        location: LocationId,
        field: &Field<'_>,
    ) -> Result<Out<'d>, graphql::FieldError> {
        let asked = asked(field)?;
        let wanted = Wanted::of(field);
        let mut shelves = data.shelves.iter();
        let shelf =
            shelves.find(|shelf| shelf.location == location && Some(&shelf.wanted) == wanted.as_ref());
        let level = |(variant, location): &(VariantId, LocationId)| {
            let id = super::LevelId { location: *location, variant: *variant };
            Some(Row::new(variant.0, Level::find(data, id)?))
        };
        let rows = shelf.map_or(Vec::new(), |shelf| shelf.rows.iter().filter_map(level).collect());
        Ok(Out::object(Connection::of_page(names!("InventoryLevel"), rows, &asked)))
    }
}

/// Loads what the fields below ask of locations. A document asks that of one location, or of a page of them.
pub(crate) async fn fill_shelves(
    engine: &Engine,
    data: &mut Data,
    root: &Field<'_>,
    locations: &[LocationId],
) -> Result<(), Error> {
    let mut wanted: Vec<Wanted> = Vec::new();
    let mut single: Vec<VariantId> = Vec::new();
    collect(root, &mut wanted, &mut single);
    load(engine, data, single).await?;
    for wanted in &wanted {
        for location in locations {
            let rows = shelf(engine, data, *location, wanted).await?;
            let (location, wanted) = (*location, wanted.clone());
            data.shelves.push(Shelf { location, wanted, rows });
        }
    }
    Ok(())
}

/// The fields of locations that ask what these hold. `inventoryLevels` of an item is another one: its type is the
/// same, so the parent's tells them apart.
fn collect(field: &Field<'_>, wanted: &mut Vec<Wanted>, single: &mut Vec<VariantId>) {
    for child in field.children() {
        if ["Location", "LocationConnection", "LocationEdge"].contains(&field.type_name()) {
            match child.name() {
                "inventoryLevels" => {
                    if let Some(one) = Wanted::of(&child).filter(|one| !wanted.contains(one)) {
                        wanted.push(one);
                    }
                }
                "inventoryLevel" => {
                    let item = child.str_arg("inventoryItemId");
                    single.extend(item.and_then(|id| crate::id::of_kind("InventoryItem", id)).map(VariantId));
                }
                _ => {}
            }
        }
        collect(&child, wanted, single);
    }
}

async fn shelf(
    engine: &Engine,
    data: &mut Data,
    location: LocationId,
    wanted: &Wanted,
) -> Result<Vec<(VariantId, LocationId)>, Error> {
    let search = wanted.search(data);
    let mut page = wanted.asked.page();
    let most = page.limit as usize;
    let mut rows: Vec<(VariantId, LocationId)> = Vec::new();
    loop {
        let found = engine.stock_at(&data.shop, location, wanted.which, &page).await?;
        let last = found.len() < page.limit as usize;
        page.after = found.last().map(|level| (level.variant.0.into(), level.variant.0));
        load(engine, data, found.iter().map(|level| level.variant).collect()).await?;
        let fits = |level: &&Stock| {
            let id = super::LevelId { location: level.location, variant: level.variant };
            Level::find(data, id).is_some_and(|level| search.matches(&|name| level.fact(name)))
        };
        rows.extend(found.iter().filter(fits).map(|level| (level.variant, level.location)));
        rows.truncate(most);
        if last || rows.len() >= most {
            return Ok(rows);
        }
        page.limit = 250;
    }
}

/// Loads variants with all of their stock, unless they are here.
async fn load(engine: &Engine, data: &mut Data, variants: Vec<VariantId>) -> Result<(), Error> {
    let missing: Vec<VariantId> = variants.into_iter().filter(|id| !data.variants.contains_key(id)).collect();
    let (variants, stock) = engine.variants(&data.shop, &missing).await?;
    data.learn(variants, stock);
    Ok(())
}

/// A page of items by id, those that the search finds.
pub(crate) async fn items(engine: &Engine, data: &mut Data, field: &Field<'_>) -> Result<Answer, Error> {
    let asked = match asked(field) {
        Ok(asked) => asked,
        Err(error) => return Ok(Answer::Failed(error)),
    };
    let fields = ["created_at", "id", "sku", "updated_at"];
    let search = searched(data, field, |query, context| query.for_fields(&fields, context));
    let mut page: Page = asked.page();
    let most = page.limit as usize;
    let mut ids = Vec::new();
    loop {
        let found = engine.variant_page(&data.shop, None, None, &page).await?;
        let last = found.len() < page.limit as usize;
        page.after = found.last().map(|variant| (variant.id.0.into(), variant.id.0));
        ids.extend(found.iter().filter(|item| search.matches(&|name| fact(item, name))).map(|item| item.id));
        ids.truncate(most);
        if last || ids.len() >= most {
            break;
        }
        page.limit = 250;
    }
    load(engine, data, ids.clone()).await?;
    Ok(Answer::InventoryItems(asked, ids))
}

fn fact<'v>(item: &'v Variant, name: &str) -> Fact<'v> {
    match name {
        "created_at" => Fact::At(item.created_at),
        "id" => Fact::Number(item.id.0),
        "updated_at" => Fact::At(item.updated_at),
        "sku" => Fact::Text(item.sku.as_deref()),
        _ => Fact::Words(item.sku.as_deref().into_iter().collect()),
    }
}
