//! What an answer is made from: everything that the selected fields may ask of was loaded before, in as few
//! questions as the selection allows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::actor::Actor;
use domain::contact::Contact;
use domain::event::Event;
use domain::fulfillment::Fulfillment;
use domain::id::{
    AppId, ContactId, DraftId, FulfillmentId, LocationId, OrderId, ProductId, ServiceId, VariantId,
};
use domain::listener::Listener;
use domain::location::{Burden, Location, Service};
use domain::order::Order;
use domain::product::{Product, Variant};
use domain::snapshot::Shop;
use domain::stock::Stock;
use domain::time::Time;
use engine::links::Links;
use engine::{Engine, Error};
use graphql::{Field, FieldError};

use crate::access;
use crate::answer::Answer;
use crate::calculated::Drafted;
use crate::customer::{OrderPage, Ordered, load_orders};
use crate::inventory::{self, Shelf};
use crate::timeline;

/// Everything that one answer needs.
pub(crate) struct Data {
    pub(crate) shop: Arc<Shop>,
    pub(crate) actor: Actor,
    pub(crate) version: &'static str,
    pub(crate) now: Time,
    /// Makes the addresses of pages for buyers.
    pub(crate) links: Links,
    pub(crate) app_name: String,
    /// The names of programs that brought something about; filled only if somebody asks.
    pub(crate) app_names: BTreeMap<AppId, String>,
    /// What happened to orders; filled only if somebody asks.
    pub(crate) timelines: BTreeMap<OrderId, Vec<Event>>,
    pub(crate) orders: BTreeMap<OrderId, Arc<Order>>,
    pub(crate) fulfillments: BTreeMap<FulfillmentId, Arc<Fulfillment>>,
    pub(crate) locations: Vec<Location>,
    pub(crate) services: Vec<Service>,
    /// What keeps locations from going; filled only if somebody asks.
    pub(crate) burdens: BTreeMap<LocationId, Burden>,
    pub(crate) variants: BTreeMap<VariantId, Variant>,
    pub(crate) products: BTreeMap<ProductId, Product>,
    pub(crate) stock: Vec<Stock>,
    /// What locations hold, page by page; filled only if somebody asks.
    pub(crate) shelves: Vec<Shelf>,
    /// How many variants have a SKU; filled only if somebody asks.
    pub(crate) skus: BTreeMap<String, i64>,
    pub(crate) listeners: Vec<Listener>,
    /// Drafts of edits, with their orders as they would be.
    pub(crate) drafts: BTreeMap<DraftId, Drafted>,
    pub(crate) contacts: BTreeMap<ContactId, Contact>,
    /// What contacts have ordered; filled only if somebody asks.
    pub(crate) ordered: BTreeMap<ContactId, Ordered>,
    /// Pages of what contacts have ordered; filled only if somebody asks.
    pub(crate) order_pages: Vec<OrderPage>,
    /// What the shop's own lists of work answer, by the key of the field.
    pub(crate) shop_work: BTreeMap<String, Answer>,
    /// What searches did not understand, for the answer's extensions.
    pub(crate) notes: Vec<serde_json::Value>,
}

impl Data {
    /// Nothing but the caller.
    pub(crate) fn of(shop: Arc<Shop>, actor: Actor, version: &'static str, now: Time, links: Links) -> Self {
        Self {
            shop,
            actor,
            version,
            now,
            links,
            app_name: String::new(),
            app_names: BTreeMap::new(),
            timelines: BTreeMap::new(),
            orders: BTreeMap::new(),
            fulfillments: BTreeMap::new(),
            locations: Vec::new(),
            services: Vec::new(),
            burdens: BTreeMap::new(),
            variants: BTreeMap::new(),
            products: BTreeMap::new(),
            stock: Vec::new(),
            shelves: Vec::new(),
            skus: BTreeMap::new(),
            listeners: Vec::new(),
            drafts: BTreeMap::new(),
            contacts: BTreeMap::new(),
            ordered: BTreeMap::new(),
            order_pages: Vec::new(),
            shop_work: BTreeMap::new(),
            notes: Vec::new(),
        }
    }

    /// Whether the caller may ask for that field.
    pub(crate) fn may(&self, field: &Field<'_>) -> Result<(), FieldError> {
        access::check(&self.actor, field)
    }

    pub(crate) fn location(&self, id: LocationId) -> Option<&Location> {
        self.locations.iter().find(|location| location.id == id)
    }

    pub(crate) fn service(&self, id: ServiceId) -> Option<&Service> {
        self.services.iter().find(|service| service.id == id)
    }

    pub(crate) fn app(&self) -> Option<AppId> {
        self.actor.app()
    }

    /// The fulfillments that hold something of an order, oldest first.
    pub(crate) fn fulfillments_of(&self, order: OrderId) -> impl Iterator<Item = &Fulfillment> {
        self.fulfillments
            .values()
            .map(|fulfillment| &**fulfillment)
            .filter(move |fulfillment| fulfillment.shares.iter().any(|share| share.order == order))
    }

    /// Loads what hangs off the orders and fulfillments that are here already, as far as the selection asks for it.
    pub(crate) async fn complete(&mut self, engine: &Engine, field: &Field<'_>) -> Result<(), Error> {
        let asks = |names: &[&str]| names.iter().any(|name| field.mentions(name));
        if !self.fulfillments.is_empty()
            && asks(&["order", "lineItem", "fulfillmentOrders", "fulfillmentLineItems"])
        {
            let known: Vec<OrderId> = self.fulfillments.values().flat_map(|f| f.orders()).collect();
            let missing: Vec<OrderId> =
                known.into_iter().filter(|id| !self.orders.contains_key(id)).collect();
            for order in engine.orders_by_id(&self.shop, &missing).await? {
                self.orders.insert(order.id, order);
            }
        }
        let pages = below(field, &|one| one.name() == "orders" && one.type_name() == "OrderConnection");
        if !pages.is_empty() {
            self.load_contacts(engine, field).await?;
            load_orders(engine, self, &pages).await?;
        }
        let timelines = !below(field, &|one| one.type_name() == "EventConnection").is_empty();
        if timelines {
            timeline::load(engine, self).await?;
        }
        if (timelines || asks(&["fulfillments", "fulfillmentsCount"])) && !self.orders.is_empty() {
            let made = |order: &&Arc<Order>| order.fulfillments_made > 0 || has_fulfilled(order);
            let ids: Vec<OrderId> = self.orders.values().filter(made).map(|order| order.id).collect();
            for fulfillment in engine.fulfillments_of(&self.shop, &ids).await? {
                self.fulfillments.insert(fulfillment.id, fulfillment);
            }
        }
        if self.locations.is_empty() && asks(&PLACES) {
            (self.locations, self.services) = engine.places(&self.shop).await?;
        }
        if asks(&["hasUnfulfilledOrders", "hasActiveInventory", "deactivatable", "deletable"]) {
            let ids: Vec<LocationId> = self.locations.iter().map(|location| location.id).collect();
            for (id, burden) in ids.iter().zip(engine.burdens(&self.shop, &ids).await?) {
                self.burdens.entry(*id).or_insert(burden);
            }
        }
        if asks(&["variant", "product", "inventoryItem", "locationsForMove"]) {
            self.load_variants(engine).await?;
        }
        if asks(&["inventoryLevel", "inventoryLevels"]) {
            let named = match field.name() {
                "location" => field.str_arg("id").and_then(|id| crate::id::of_kind("Location", id)),
                _ => None,
            };
            let ids = self.locations.iter().map(|location| location.id);
            let ids: Vec<LocationId> = ids.filter(|id| named.is_none_or(|named| named == id.0)).collect();
            inventory::fill_shelves(engine, self, field, &ids).await?;
        }
        if asks(&["product", "image"]) {
            let ids: BTreeSet<ProductId> = self
                .variants
                .values()
                .map(|variant| variant.product)
                .chain(self.lines().filter_map(|line| line.article.product))
                .collect();
            let ids: Vec<ProductId> = ids.into_iter().collect();
            for product in engine.products(&self.shop, &ids).await? {
                self.products.insert(product.id, product);
            }
        }
        if asks(&["variants", "totalInventory", "tracksInventory", "hasOnlyDefaultVariant"]) {
            let ids: Vec<ProductId> = self.products.keys().copied().collect();
            let (variants, stock) = engine.variants_of(&self.shop, &ids).await?;
            self.learn(variants, stock);
        }
        if asks(&["duplicateSkuCount"]) {
            let skus: BTreeSet<String> = self.variants.values().filter_map(|v| v.sku.clone()).collect();
            let skus: Vec<&str> = skus.iter().map(String::as_str).collect();
            self.skus.extend(engine.count_skus(&self.shop, &skus).await?);
        }
        self.load_contacts(engine, field).await?;
        if asks(&["heldByApp", "app"])
            && let Some(app) = self.app()
        {
            self.app_name = engine.app_name(&self.shop, app).await?.unwrap_or_default();
        }
        Ok(())
    }

    async fn load_contacts(&mut self, engine: &Engine, field: &Field<'_>) -> Result<(), Error> {
        if field.mentions("customer") {
            let ids: BTreeSet<ContactId> =
                self.orders.values().filter_map(|order| order.placed.contact).collect();
            let ids: Vec<ContactId> = ids.into_iter().filter(|id| !self.contacts.contains_key(id)).collect();
            let found = engine.contacts_by_id(&self.shop, &ids).await?;
            self.contacts.extend(found.into_iter().map(|contact| (contact.id, contact)));
        }
        if field.mentions("numberOfOrders") || field.mentions("amountSpent") {
            for id in
                self.contacts.keys().filter(|id| !self.ordered.contains_key(id)).copied().collect::<Vec<_>>()
            {
                let (orders, spent) = engine.ordered_by(&self.shop, id).await?;
                self.ordered.insert(id, Ordered { orders, spent });
            }
        }
        Ok(())
    }

    /// Takes in variants and stock. What is here already stays: a mutation knows better what it just changed.
    pub(crate) fn learn(&mut self, variants: Vec<Variant>, stock: Vec<Stock>) {
        for variant in variants {
            self.variants.entry(variant.id).or_insert(variant);
        }
        let same = |a: &Stock, b: &Stock| (a.variant, a.location) == (b.variant, b.location);
        let known = self.stock.len();
        for level in stock {
            if !self.stock[..known].iter().any(|other| same(other, &level)) {
                self.stock.push(level);
            }
        }
    }

    async fn load_variants(&mut self, engine: &Engine) -> Result<(), Error> {
        let ids: BTreeSet<VariantId> = self.lines().filter_map(|line| line.article.variant).collect();
        let known = |id: &VariantId| self.variants.contains_key(id);
        let ids: Vec<VariantId> = ids.into_iter().filter(|id| !known(id)).collect();
        let (variants, stock) = engine.variants(&self.shop, &ids).await?;
        self.learn(variants, stock);
        Ok(())
    }

    fn lines(&self) -> impl Iterator<Item = &domain::order::OrderLine> {
        let drafted = self.drafts.values().flat_map(Drafted::lines);
        self.orders.values().flat_map(|order| &order.lines).chain(drafted)
    }
}

/// The fields below one, however deep, that are meant.
fn below<'f>(field: &Field<'f>, meant: &dyn Fn(&Field<'f>) -> bool) -> Vec<Field<'f>> {
    let mut found = Vec::new();
    for child in field.children() {
        found.extend(below(&child, meant));
        if meant(&child) {
            found.push(child);
        }
    }
    found
}

/// Fields that need to know locations and services.
const PLACES: [&str; 9] = [
    "assignedLocation",
    "location",
    "locationsForMove",
    "service",
    "fulfillmentService",
    "fulfillmentServices",
    "supportedActions",
    "inventoryLevel",
    "inventoryLevels",
];

fn has_fulfilled(order: &Order) -> bool {
    order.fulfillment_orders.iter().flat_map(|fo| &fo.lines).any(|line| line.fulfilled > 0)
}
