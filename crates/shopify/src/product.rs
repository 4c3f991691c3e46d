//! `Product`, `ProductVariant`, `InventoryItem` and `InventoryLevel`. A variant and its inventory item share a number.

use domain::product::{Product, Stock, Variant, WhenOut};
use graphql::{Field, FieldError, Object, Out};

use crate::data::Data;
use crate::id::gid;
use crate::line_item::full_name;
use crate::location::LocationNode;
use crate::page::{Connection, Row, names};
use crate::words::{self, Weight, missing, text};

/// A product.
#[derive(Clone, Copy)]
pub(crate) struct ProductNode<'d> {
    pub(crate) product: &'d Product,
}

impl Object for ProductNode<'_> {
    fn type_name(&self) -> &'static str {
        "Product"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let product = self.product;
        Ok(match field.name() {
            "handle" => Out::from(&product.handle),
            "id" => Out::from(gid("Product", product.id.0)),
            "legacyResourceId" => Out::from(product.id.0.to_string()),
            "productType" => Out::from(&product.kind),
            "tags" => Out::list(product.tags.iter()),
            "title" => Out::from(&product.title),
            "vendor" => Out::from(&product.vendor),
            other => return Err(missing("Product", other)),
        })
    }
}

/// A variant.
#[derive(Clone, Copy)]
pub(crate) struct VariantNode<'d> {
    pub(crate) data: &'d Data,
    pub(crate) variant: &'d Variant,
}

impl<'d> VariantNode<'d> {
    fn stock(&self) -> impl Iterator<Item = &'d Stock> + use<'d> {
        let id = self.variant.id;
        self.data.stock.iter().filter(move |level| level.variant == id)
    }
}

impl Object for VariantNode<'_> {
    fn type_name(&self) -> &'static str {
        "ProductVariant"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let Self { data, variant } = *self;
        let available = || self.stock().map(Stock::available).sum::<i64>();
        Ok(match field.name() {
            "availableForSale" => {
                Out::Bool(!variant.tracked || variant.when_out == WhenOut::SellOn || available() > 0)
            }
            "barcode" => text(&variant.barcode),
            "createdAt" => Out::from(words::time(variant.created_at)),
            "displayName" => Out::from(full_name(&variant.product_title, &Some(variant.title.clone()))),
            "id" => Out::from(gid("ProductVariant", variant.id.0)),
            "inventoryItem" => Out::object(InventoryItem(*self)),
            "inventoryPolicy" => Out::from(match variant.when_out {
                WhenOut::Wait => "DENY",
                WhenOut::SellOn => "CONTINUE",
            }),
            "inventoryQuantity" => Out::Int(available()),
            "legacyResourceId" => Out::from(variant.id.0.to_string()),
            "price" => Out::from(domain::money::decimal(variant.price, data.shop.currency)),
            "product" => {
                let product = data.products.get(&variant.product);
                let product = product.ok_or_else(|| FieldError::new("The product is gone"))?;
                Out::object(ProductNode { product })
            }
            "selectedOptions" => Out::objects([SelectedOption(&variant.title)]),
            "sku" => text(&variant.sku),
            "taxable" => Out::Bool(variant.taxable),
            "title" => Out::from(&variant.title),
            "updatedAt" => Out::from(words::time(variant.updated_at)),
            other => return Err(missing("ProductVariant", other)),
        })
    }
}

struct SelectedOption<'d>(&'d str);

impl Object for SelectedOption<'_> {
    fn type_name(&self) -> &'static str {
        "SelectedOption"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "name" => Out::from("Title"),
            "value" => Out::from(self.0),
            other => return Err(missing("SelectedOption", other)),
        })
    }
}

/// What is counted of a variant.
pub(crate) struct InventoryItem<'d>(pub(crate) VariantNode<'d>);

impl Object for InventoryItem<'_> {
    fn type_name(&self) -> &'static str {
        "InventoryItem"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let of = self.0;
        let (data, variant) = (of.data, of.variant);
        let level = |stock: &'a Stock| {
            let location = data.location(stock.location)?;
            Some(Level { of, stock, location: LocationNode { data, location } })
        };
        Ok(match field.name() {
            "createdAt" => Out::from(words::time(variant.created_at)),
            "id" => Out::from(gid("InventoryItem", variant.id.0)),
            "inventoryLevel" => {
                let location = field.str_arg("locationId").and_then(|id| crate::id::of_kind("Location", id));
                let stock = of.stock().find(|stock| Some(stock.location.0) == location);
                Out::maybe(stock.and_then(level))
            }
            "inventoryLevels" => {
                let rows = of.stock().filter_map(level);
                let rows = rows.map(|level| Row::new(level.stock.location.0, level)).collect();
                Out::object(Connection::of_all(names!("InventoryLevel"), rows, field)?)
            }
            "legacyResourceId" => Out::from(variant.id.0.to_string()),
            "measurement" => Out::object(Measurement(variant)),
            "requiresShipping" => Out::Bool(variant.requires_shipping),
            "sku" => text(&variant.sku),
            "tracked" => Out::Bool(variant.tracked),
            "updatedAt" => Out::from(words::time(variant.updated_at)),
            "variant" => Out::object(of),
            other => return Err(missing("InventoryItem", other)),
        })
    }
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

struct Level<'d> {
    of: VariantNode<'d>,
    stock: &'d Stock,
    location: LocationNode<'d>,
}

impl Object for Level<'_> {
    fn type_name(&self) -> &'static str {
        "InventoryLevel"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "id" => Out::from(self.gid("InventoryLevel")),
            "isActive" => Out::Bool(self.location.location.active),
            "item" => Out::object(InventoryItem(self.of)),
            "location" => Out::object(self.location),
            "quantities" => {
                let names = field.arg("names").and_then(|names| names.as_list()).unwrap_or_default();
                let mut quantities = Vec::with_capacity(names.len());
                for name in names.iter().filter_map(|name| name.as_str()) {
                    quantities.push(self.quantity(name)?);
                }
                Out::objects(quantities)
            }
            other => return Err(missing("InventoryLevel", other)),
        })
    }
}

impl<'d> Level<'d> {
    fn gid(&self, kind: &str) -> String {
        let (location, variant) = (self.stock.location, self.stock.variant);
        format!("{}?inventory_item_id={variant}", gid(kind, location.0))
    }

    fn quantity(&self, name: &str) -> Result<Quantity, FieldError> {
        let (name, quantity) = match name {
            "available" => ("available", self.stock.available()),
            "on_hand" => ("on_hand", self.stock.on_hand),
            "committed" => ("committed", self.stock.committed),
            "incoming" => ("incoming", 0),
            "reserved" => ("reserved", 0),
            "damaged" => ("damaged", 0),
            "safety_stock" => ("safety_stock", 0),
            "quality_control" => ("quality_control", 0),
            other => {
                let message = format!("`{other}` is not the name of an inventory quantity");
                return Err(FieldError::new(message).code("INVALID_FIELD_ARGUMENTS"));
            }
        };
        Ok(Quantity { id: format!("{}&name={name}", self.gid("InventoryQuantity")), name, quantity })
    }
}

struct Quantity {
    id: String,
    name: &'static str,
    quantity: i64,
}

impl Object for Quantity {
    fn type_name(&self) -> &'static str {
        "InventoryQuantity"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        Ok(match field.name() {
            "id" => Out::from(&self.id),
            "name" => Out::from(self.name),
            "quantity" => Out::Int(self.quantity),
            other => return Err(missing("InventoryQuantity", other)),
        })
    }
}
