//! `Product`, `ProductVariant` and `Image`.

use domain::id::VariantId;
use domain::product::{Image, Product, ProductStatus, Variant, WhenOut};
use domain::stock::Stock;
use engine::query::Value;
use graphql::{Field, FieldError, Object, Out};

use crate::data::Data;
use crate::id::gid;
use crate::inventory::InventoryItem;
use crate::line_item::full_name;
use crate::metafield;
use crate::page::{Connection, Keys, Place, Row, names};
use crate::words::{self, missing, text};

/// A product.
#[derive(Clone, Copy)]
pub(crate) struct ProductNode<'d> {
    pub(crate) data: &'d Data,
    pub(crate) product: &'d Product,
}

impl<'d> ProductNode<'d> {
    /// Its variants, oldest first.
    fn variants(&self) -> impl Iterator<Item = VariantNode<'d>> + use<'d> {
        let (data, id) = (self.data, self.product.id);
        let own = data.variants.values().filter(move |variant| variant.product == id);
        own.map(move |variant| VariantNode { data, variant })
    }

    /// Units of it that are for sale, of what is counted.
    fn total(&self) -> i64 {
        self.variants().filter(|node| node.variant.tracked).map(|node| node.available()).sum()
    }
}

impl Object for ProductNode<'_> {
    fn type_name(&self) -> &'static str {
        "Product"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let product = self.product;
        Ok(match field.name() {
            "featuredImage" => Out::maybe(ImageNode::of(product)),
            "handle" => Out::from(&product.handle),
            "hasOnlyDefaultVariant" => {
                let mut variants = self.variants();
                let first = variants.next();
                let is_default = first.is_some_and(|node| node.variant.title == DEFAULT_TITLE);
                Out::Bool(is_default && variants.next().is_none())
            }
            "id" => Out::from(gid("Product", product.id.0)),
            "images" => {
                let rows = ImageNode::of(product).map(|image| Row::new(product.id.0, image));
                Out::object(Connection::of_all(names!("Image"), rows.into_iter().collect(), field)?)
            }
            "isGiftCard" => Out::Bool(product.gift_card),
            "metafield" => metafield::one(self.data, &product.custom_fields, "PRODUCT", field),
            "legacyResourceId" => Out::from(product.id.0.to_string()),
            "productType" => Out::from(&product.kind),
            "status" => Out::from(status(product.status)),
            "tags" => Out::list(product.tags.iter()),
            "title" => Out::from(&product.title),
            "totalInventory" => Out::Int(self.total()),
            "tracksInventory" => Out::Bool(self.variants().any(|node| node.variant.tracked)),
            "variants" => {
                let sort = VariantSort::of(field);
                let key = |node: &VariantNode<'_>| sort.key(node.variant, &self.data.stock);
                let mut nodes: Vec<VariantNode<'_>> = self.variants().collect();
                nodes.sort_by_cached_key(|node| Place::of(&key(node), node.variant.id.0));
                let rows = nodes.into_iter().map(|node| Row::by(key(&node), node.variant.id.0, node));
                let rows = rows.collect();
                Out::object(Connection::of_all(names!("ProductVariant"), rows, field)?)
            }
            "vendor" => Out::from(&product.vendor),
            other => return Err(missing("Product", other)),
        })
    }
}

/// The title of a variant that nobody gave one.
const DEFAULT_TITLE: &str = "Default Title";

/// The status as the REST-shaped messages have it in lower case.
pub(crate) fn status(status: ProductStatus) -> &'static str {
    match status {
        ProductStatus::Active => "ACTIVE",
        ProductStatus::Archived => "ARCHIVED",
        ProductStatus::Draft => "DRAFT",
        ProductStatus::Unlisted => "UNLISTED",
    }
}

/// What variants are sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum VariantSort {
    /// The order in which they were made, which is that of a product's variants too.
    Id,
    /// Their own title.
    Title,
    /// The title of their product, then their own.
    FullTitle,
    /// Their SKU.
    Sku,
    /// Whether they are counted.
    Counted,
    /// Whether they are sold when there are none.
    WhenOut,
    /// How many are for sale.
    Available,
}

impl VariantSort {
    /// What a field asks for. Nobody counts how popular a variant is, and what a search finds meets all of it.
    pub(crate) fn of(field: &Field<'_>) -> Self {
        match field.str_arg("sortKey") {
            Some("TITLE") => Self::Title,
            Some("FULL_TITLE" | "NAME") => Self::FullTitle,
            Some("SKU") => Self::Sku,
            Some("INVENTORY_MANAGEMENT") => Self::Counted,
            Some("INVENTORY_POLICY") => Self::WhenOut,
            Some("INVENTORY_LEVELS_AVAILABLE" | "INVENTORY_QUANTITY") => Self::Available,
            _ => Self::Id,
        }
    }

    /// What its keys are.
    pub(crate) fn keys(self) -> Keys {
        match self {
            Self::Title | Self::FullTitle | Self::Sku => Keys::Texts,
            Self::Id | Self::Counted | Self::WhenOut | Self::Available => Keys::Numbers,
        }
    }

    /// The key of a variant; `stock` has at least what there is of it.
    pub(crate) fn key(self, variant: &Variant, stock: &[Stock]) -> Value {
        match self {
            Self::Id => variant.id.0.into(),
            Self::Title => variant.title.to_lowercase().into(),
            Self::FullTitle => {
                full_name(&variant.product_title, &Some(variant.title.clone())).to_lowercase().into()
            }
            Self::Sku => variant.sku.as_deref().unwrap_or_default().to_lowercase().into(),
            Self::Counted => variant.tracked.into(),
            Self::WhenOut => (variant.when_out == WhenOut::Wait).into(),
            Self::Available => available(variant.id, stock).into(),
        }
    }
}

/// Units of a variant that are for sale, wherever it is stocked.
fn available(id: VariantId, stock: &[Stock]) -> i64 {
    stock.iter().filter(|level| level.variant == id && level.stocked).map(Stock::available).sum()
}

/// A picture of a product.
pub(crate) struct ImageNode<'d> {
    product: &'d Product,
    image: &'d Image,
}

impl<'d> ImageNode<'d> {
    /// The picture of a product, if it has one.
    pub(crate) fn of(product: &'d Product) -> Option<Self> {
        product.image.as_ref().map(|image| Self { product, image })
    }
}

impl Object for ImageNode<'_> {
    fn type_name(&self) -> &'static str {
        "Image"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let size = self.image.size;
        Ok(match field.name() {
            "altText" => text(&self.image.alt),
            "height" => size.map_or(Out::Null, |(_, height)| Out::Int(height)),
            "id" => Out::from(gid("ProductImage", self.product.id.0)),
            // Pictures are kept elsewhere, as they are: no transformation changes them.
            "url" => Out::from(&self.image.url),
            "width" => size.map_or(Out::Null, |(width, _)| Out::Int(width)),
            other => return Err(missing("Image", other)),
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
    /// What the locations hold of it.
    pub(crate) fn stock(&self) -> impl Iterator<Item = &'d Stock> + use<'d> {
        let id = self.variant.id;
        self.data.stock.iter().filter(move |level| level.variant == id)
    }

    /// Units of it that are for sale.
    fn available(&self) -> i64 {
        available(self.variant.id, &self.data.stock)
    }
}

impl Object for VariantNode<'_> {
    fn type_name(&self) -> &'static str {
        "ProductVariant"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let Self { data, variant } = *self;
        Ok(match field.name() {
            "availableForSale" => {
                Out::Bool(!variant.tracked || variant.when_out == WhenOut::SellOn || self.available() > 0)
            }
            "barcode" => text(&variant.barcode),
            // Prices of before are not kept.
            "compareAtPrice" => Out::Null,
            "createdAt" => Out::from(words::time(variant.created_at)),
            "displayName" => Out::from(full_name(&variant.product_title, &Some(variant.title.clone()))),
            "id" => Out::from(gid("ProductVariant", variant.id.0)),
            "inventoryItem" => Out::object(InventoryItem(*self)),
            "metafield" => metafield::one(data, &variant.custom_fields, "PRODUCTVARIANT", field),
            "inventoryPolicy" => Out::from(match variant.when_out {
                WhenOut::Wait => "DENY",
                WhenOut::SellOn => "CONTINUE",
            }),
            "inventoryQuantity" => Out::Int(self.available()),
            "image" => Out::maybe(data.products.get(&variant.product).and_then(ImageNode::of)),
            "legacyResourceId" => Out::from(variant.id.0.to_string()),
            "price" => Out::from(domain::money::decimal(variant.price, data.shop.currency)),
            "product" => {
                let product = data.products.get(&variant.product);
                let product = product.ok_or_else(|| FieldError::new("The product is gone"))?;
                Out::object(ProductNode { data, product })
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
