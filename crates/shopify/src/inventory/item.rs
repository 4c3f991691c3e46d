//! `InventoryItem`: what is counted of a variant. The two share a number.

use domain::product::Variant;
use domain::stock::Stock;
use graphql::{Field, FieldError, Object, Out};

use super::level::{Level, sees_inactive};
use crate::data::Data;
use crate::id::{gid, of_kind};
use crate::page::{Connection, Row, names};
use crate::product::VariantNode;
use crate::search;
use crate::shop::Count;
use crate::words::{self, MoneyV2, Weight, missing, text};

/// What is counted of a variant.
#[derive(Clone, Copy)]
pub(crate) struct InventoryItem<'d>(pub(crate) VariantNode<'d>);

impl<'d> InventoryItem<'d> {
    /// What the locations hold of it; what they don't stock any more only if the field asks for it.
    fn levels(&self, field: &Field<'_>) -> impl Iterator<Item = Level<'d>> + use<'d> {
        let (of, all) = (self.0, sees_inactive(field));
        let levels = of.stock().filter(move |stock| all || stock.stocked);
        levels.filter_map(move |stock| Level::of(of.data, of.variant, stock))
    }
}

impl Object for InventoryItem<'_> {
    fn type_name(&self) -> &'static str {
        "InventoryItem"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let of = self.0;
        let (data, variant) = (of.data, of.variant);
        Ok(match field.name() {
            "countryCodeOfOrigin" => text(&variant.origin.country),
            "createdAt" => Out::from(words::time(variant.created_at)),
            "duplicateSkuCount" => Out::Int(duplicates(data, variant)),
            "harmonizedSystemCode" => text(&variant.origin.tariff_code),
            "id" => Out::from(gid("InventoryItem", variant.id.0)),
            "inventoryLevel" => {
                let location = field.str_arg("locationId").and_then(|id| of_kind("Location", id));
                Out::maybe(self.levels(field).find(|level| Some(level.stock.location.0) == location))
            }
            "inventoryLevels" => {
                let query = search::parse(field.str_arg("query").unwrap_or_default());
                let context = search::Context::new(&data.shop, data.now);
                let search = query.for_fields(&Level::SEARCHED, &context);
                let found = self.levels(field).filter(|level| search.matches(&|name| level.fact(name)));
                let rows = found.map(|level| Row::new(level.stock.location.0, level)).collect();
                Out::object(Connection::of_all(names!("InventoryLevel"), rows, field)?)
            }
            // There are no pages for people here.
            "inventoryHistoryUrl" => Out::Null,
            "legacyResourceId" => Out::from(variant.id.0.to_string()),
            "locationsCount" => {
                let stocked = of.stock().filter(|stock: &&Stock| stock.stocked).count();
                Out::object(Count::exact(stocked as i64))
            }
            "measurement" => Out::object(Measurement(variant)),
            "provinceCodeOfOrigin" => text(&variant.origin.province),
            "requiresShipping" => Out::Bool(variant.requires_shipping),
            "sku" => text(&variant.sku),
            "tracked" => Out::Bool(variant.tracked),
            "unitCost" => Out::maybe(variant.unit_cost.map(|cost| MoneyV2(cost, data.shop.currency))),
            "updatedAt" => Out::from(words::time(variant.updated_at)),
            "variant" => Out::object(of),
            // An item is counted for one variant.
            "variants" => {
                let rows = vec![Row::new(variant.id.0, of)];
                Out::object(Connection::of_all(names!("ProductVariant"), rows, field)?)
            }
            other => return Err(missing("InventoryItem", other)),
        })
    }
}

/// How many others have its SKU.
fn duplicates(data: &Data, variant: &Variant) -> i64 {
    let counted = variant.sku.as_ref().and_then(|sku| data.skus.get(sku));
    counted.map_or(0, |all| (all - 1).max(0))
}

struct Measurement<'d>(&'d Variant);

impl Object for Measurement<'_> {
    fn type_name(&self) -> &'static str {
        "InventoryItemMeasurement"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "id" => Out::from(gid("InventoryItemMeasurement", self.0.id.0)),
            "weight" => Out::object(Weight(self.0.grams)),
            other => return Err(missing("InventoryItemMeasurement", other)),
        })
    }
}
