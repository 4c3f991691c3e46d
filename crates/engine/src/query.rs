//! Questions. Every answer about work passes the one rule of visibility, [`domain::actor::visible`]: lists carry it
//! as a condition, single things are looked at before they are handed out.

use std::sync::Arc;

use domain::access::{AccessGrant, Target};
use domain::actor::{Actor, App, Permission, visible};
use domain::contact::{Contact, ContactKey};
use domain::draft::Draft;
use domain::event::Event;
use domain::fulfillment::Fulfillment;
use domain::id::{
    AccessGrantId, ContactId, DraftId, EventId, FulfillmentId, FulfillmentOrderId, ListenerId, LocationId,
    OrderId, PriceId, ProductId, RecordId, ShopId, VariantId,
};
use domain::listener::Listener;
use domain::location::{Burden, Location, Service};
use domain::money::Minor;
use domain::order::Order;
use domain::payment;
use domain::price::Price;
use domain::product::{Product, Variant};
use domain::record::{Record, RecordKind};
use domain::snapshot::Shop;
use domain::stock::Stock;

pub use store::db::Value;
pub use store::{
    AccessSort, Announcement, Column, Condition, ContactRow, ContactSort, Delivery, Descending,
    FulfillmentRow, InvoiceRow, InvoiceSort, OrderRow, OrderSort, Page, Parcels, Piece, RecordSort,
    RestockRow, Shelves, Wanted, Way, WorkRow, WorkSort,
};

use crate::{Engine, Error};

/// The condition that a list of work carries for `actor`; `None` if the actor sees all of it.
fn seen_by(actor: &Actor) -> Option<Condition> {
    let Actor::App(App { permissions, services, .. }) = actor else { return None };
    let merchant = permissions.has(Permission::ReadMerchantWork);
    let own = permissions.has(Permission::ReadAssignedWork);
    let others = permissions.has(Permission::ReadThirdPartyWork);
    let all = merchant && others && (own || services.is_empty());
    (!all).then(|| Condition::RunBy {
        merchant,
        own: if own { services.clone() } else { Vec::new() },
        others: others.then(|| services.clone()),
    })
}

impl Engine {
    /// The shop of that id.
    ///
    /// # Errors
    /// As [`store::Store::shop`].
    pub async fn shop(&self, id: ShopId) -> Result<Option<Shop>, Error> {
        Ok(self.store().shop(id).await?)
    }

    /// A page of orders, for those who may read orders.
    ///
    /// # Errors
    /// As [`store::db::Db::read`]; so for every function here.
    pub async fn orders(
        &self,
        shop: &Shop,
        conditions: &[Condition],
        sort: OrderSort,
        page: &Page,
    ) -> Result<Vec<OrderRow>, Error> {
        Ok(self.store().orders(shop.id, conditions, sort, page).await?)
    }

    /// How many orders meet the conditions, counting no further than `at_most`.
    pub async fn count_orders(
        &self,
        shop: &Shop,
        conditions: &[Condition],
        at_most: u32,
    ) -> Result<i64, Error> {
        Ok(self.store().count_orders(shop.id, conditions, at_most).await?)
    }

    /// A page of the work that `actor` may see.
    pub async fn work_list(
        &self,
        shop: &Shop,
        actor: &Actor,
        conditions: &[Condition],
        sort: WorkSort,
        page: &Page,
    ) -> Result<Vec<WorkRow>, Error> {
        let mut conditions = conditions.to_vec();
        conditions.extend(seen_by(actor));
        Ok(self.store().work(shop.id, &conditions, sort, page).await?)
    }

    /// The order of a fulfillment order that `actor` may see.
    pub async fn order_of_work(
        &self,
        shop: &Shop,
        actor: &Actor,
        id: FulfillmentOrderId,
    ) -> Result<Option<Arc<Order>>, Error> {
        let order = self.store().order_of_work(shop.id, id).await?;
        Ok(order.filter(|order| order.fulfillment_order(id).is_some_and(|fo| visible(actor, fo.service))))
    }

    /// Orders by id; those that aren't there are left out.
    pub async fn orders_by_id(&self, shop: &Shop, ids: &[OrderId]) -> Result<Vec<Arc<Order>>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.store().orders_by_id(shop.id, ids).await?)
    }

    /// An order with every fulfillment that holds something of it, as of one moment.
    pub async fn order_with_fulfillments(
        &self,
        shop: &Shop,
        id: OrderId,
    ) -> Result<Option<(Arc<Order>, Vec<Arc<Fulfillment>>)>, Error> {
        Ok(self.store().order_with_fulfillments(shop.id, id).await?)
    }

    /// A fulfillment that `actor` may see: because of where it left, or because it may read orders. One without units is
    /// no parcel, and shown only by those who tell of what was given up.
    pub async fn fulfillment(
        &self,
        shop: &Shop,
        actor: &Actor,
        id: FulfillmentId,
    ) -> Result<Option<Arc<Fulfillment>>, Error> {
        let found = self.store().fulfillments(shop.id, &[id]).await?.pop();
        Ok(found
            .filter(|fulfillment| actor.may(Permission::ReadOrders) || visible(actor, fulfillment.service)))
    }

    /// A page of fulfillments, for those who may read orders.
    pub async fn fulfillment_page(
        &self,
        shop: &Shop,
        parcels: Parcels,
        sort: InvoiceSort,
        page: &Page,
    ) -> Result<Vec<FulfillmentRow>, Error> {
        Ok(self.store().fulfillment_page(shop.id, parcels, sort, page).await?)
    }

    /// A page of the invoices of all orders, for those who may read orders; conditions as in
    /// [`store::Store::invoices`].
    pub async fn invoices(
        &self,
        shop: &Shop,
        conditions: &[Condition],
        sort: InvoiceSort,
        page: &Page,
    ) -> Result<Vec<InvoiceRow>, Error> {
        Ok(self.store().invoices(shop.id, conditions, sort, page).await?)
    }

    /// A page of the refunds of all orders by which articles came back into stock, for those who may read orders.
    pub async fn restocks(
        &self,
        shop: &Shop,
        sort: InvoiceSort,
        page: &Page,
    ) -> Result<Vec<RestockRow>, Error> {
        Ok(self.store().restocks(shop.id, sort, page).await?)
    }

    /// A page of the refunds or the returns of all orders, by id, each with its order; for those who may read orders.
    pub async fn pieces(
        &self,
        shop: &Shop,
        piece: Piece,
        page: &Page,
    ) -> Result<Vec<(i64, Arc<Order>)>, Error> {
        Ok(self.store().pieces(shop.id, piece, page).await?)
    }

    /// The order that an invoice, a line of one, a payment or a refund with that id is part of, or a line if the order is
    /// billed; for those who may read orders.
    pub async fn order_of_part(&self, shop: &Shop, part: i64) -> Result<Option<Arc<Order>>, Error> {
        let Some(id) = self.store().order_of_part(shop.id, part).await? else { return Ok(None) };
        Ok(self.orders_by_id(shop, &[id]).await?.pop())
    }

    /// Prices by id, in no order; those that aren't there are left out.
    pub async fn prices(&self, shop: &Shop, ids: &[PriceId]) -> Result<Vec<Price>, Error> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.store().prices(shop.id, ids).await?)
    }

    /// A page of records of a kind; conditions as in [`store::Store::records`].
    pub async fn records(
        &self,
        shop: &Shop,
        kind: RecordKind,
        conditions: &[Condition],
        sort: RecordSort,
        page: &Page,
    ) -> Result<Vec<Record>, Error> {
        Ok(self.store().records(shop.id, kind, conditions, sort, page).await?)
    }

    /// Records by id, whatever their kind; those that aren't there are left out.
    pub async fn records_by_id(&self, shop: &Shop, ids: &[RecordId]) -> Result<Vec<Record>, Error> {
        Ok(self.store().records_by_id(shop.id, ids).await?)
    }

    /// Every fulfillment that holds something of one of the orders, oldest first.
    pub async fn fulfillments_of(
        &self,
        shop: &Shop,
        orders: &[OrderId],
    ) -> Result<Vec<Arc<Fulfillment>>, Error> {
        Ok(self.store().fulfillments_of_orders(shop.id, orders).await?)
    }

    /// Every location and service.
    pub async fn places(&self, shop: &Shop) -> Result<(Vec<Location>, Vec<Service>), Error> {
        Ok(self.store().places(shop.id).await?)
    }

    /// What keeps each of these locations from going, in the same order.
    pub async fn burdens(&self, shop: &Shop, locations: &[LocationId]) -> Result<Vec<Burden>, Error> {
        Ok(self.store().burdens(shop.id, locations).await?)
    }

    /// Variants by id, with their stock.
    pub async fn variants(
        &self,
        shop: &Shop,
        ids: &[VariantId],
    ) -> Result<(Vec<Variant>, Vec<Stock>), Error> {
        Ok(self.store().variants(shop.id, ids).await?)
    }

    /// A page of variants by id; `sku` and `product` narrow it.
    pub async fn variant_page(
        &self,
        shop: &Shop,
        sku: Option<&str>,
        product: Option<ProductId>,
        page: &Page,
    ) -> Result<Vec<Variant>, Error> {
        Ok(self.store().variant_page(shop.id, sku, product, page).await?)
    }

    /// Every variant of those products, with its stock.
    pub async fn variants_of(
        &self,
        shop: &Shop,
        products: &[ProductId],
    ) -> Result<(Vec<Variant>, Vec<Stock>), Error> {
        Ok(self.store().variants_of(shop.id, products).await?)
    }

    /// How many variants have each of those SKUs.
    pub async fn count_skus(&self, shop: &Shop, skus: &[&str]) -> Result<Vec<(String, i64)>, Error> {
        Ok(self.store().count_skus(shop.id, skus).await?)
    }

    /// A page of what a location holds, by variant.
    pub async fn stock_at(
        &self,
        shop: &Shop,
        location: LocationId,
        which: Shelves,
        page: &Page,
    ) -> Result<Vec<Stock>, Error> {
        Ok(self.store().stock_at(shop.id, location, which, page).await?)
    }

    /// An event by its id, while it is kept.
    pub async fn event(&self, shop: &Shop, id: EventId) -> Result<Option<Event>, Error> {
        Ok(self.store().event(shop.id, id).await?)
    }

    /// What happened to an order, oldest first, as far as it is kept; a thousand events at the most.
    pub async fn timeline(&self, shop: &Shop, order: OrderId) -> Result<Vec<Event>, Error> {
        Ok(self.store().timeline(shop.id, order).await?)
    }

    /// Products by id.
    pub async fn products(&self, shop: &Shop, ids: &[ProductId]) -> Result<Vec<Product>, Error> {
        Ok(self.store().products(shop.id, ids).await?)
    }

    /// Contacts by id, for those who may read them; those that aren't there are left out.
    pub async fn contacts_by_id(&self, shop: &Shop, ids: &[ContactId]) -> Result<Vec<Contact>, Error> {
        Ok(self.store().contacts_by_id(shop.id, ids).await?)
    }

    /// The contact that a key means; of several the oldest.
    pub async fn contact(&self, shop: &Shop, key: &ContactKey) -> Result<Option<Contact>, Error> {
        Ok(self.store().contact(shop.id, key).await?)
    }

    /// A page of contacts; conditions as in [`store::Store::contacts`].
    pub async fn contacts(
        &self,
        shop: &Shop,
        conditions: &[Condition],
        sort: ContactSort,
        page: &Page,
    ) -> Result<Vec<ContactRow>, Error> {
        Ok(self.store().contacts(shop.id, conditions, sort, page).await?)
    }

    /// A page of grants of access to something that weren't taken back; conditions as in
    /// [`store::Store::access_page`].
    pub async fn access_page(
        &self,
        shop: &Shop,
        target: Target,
        conditions: &[Condition],
        sort: AccessSort,
        page: &Page,
    ) -> Result<Vec<AccessGrant>, Error> {
        Ok(self.store().access_page(shop.id, target, conditions, sort, page).await?)
    }

    /// The grant of access with that id, unless it was taken back.
    pub async fn access(&self, shop: &Shop, id: AccessGrantId) -> Result<Option<AccessGrant>, Error> {
        Ok(self.store().access(shop.id, id).await?.filter(|grant| grant.revoked_at.is_none()))
    }

    /// Every price of those variants, in no order.
    pub async fn prices_of(&self, shop: &Shop, variants: &[VariantId]) -> Result<Vec<Price>, Error> {
        Ok(self.store().prices_of(shop.id, variants).await?)
    }

    /// A page of products, by id.
    pub async fn product_page(&self, shop: &Shop, page: &Page) -> Result<Vec<Product>, Error> {
        Ok(self.store().product_page(shop.id, page).await?)
    }

    /// A draft of an edit that `actor` began, with its order; `None` once it is done or forgotten.
    pub async fn draft(
        &self,
        shop: &Shop,
        actor: &Actor,
        id: DraftId,
    ) -> Result<Option<(Draft, Arc<Order>)>, Error> {
        let own = |draft: &Draft| draft.app == actor.app() && !draft.is_over(self.now());
        let Some(draft) = self.store().draft(shop.id, id).await?.filter(own) else { return Ok(None) };
        let order = self.orders_by_id(shop, &[draft.order]).await?.pop();
        Ok(order.map(|order| (draft, order)))
    }

    /// How many orders a contact has, and what was taken for them less what went back, in minor units of the shop's
    /// currency; orders in another currency are counted, and their money isn't.
    pub async fn ordered_by(&self, shop: &Shop, contact: ContactId) -> Result<(i64, Minor), Error> {
        let of_contact = [Condition::OneOf(Column::ContactId, vec![contact.0.into()])];
        let (mut count, mut spent) = (0, 0);
        let mut page = Page { limit: 250, ..Page::default() };
        loop {
            let found = self.orders(shop, &of_contact, OrderSort::Id, &page).await?;
            for (order, _) in &found {
                count += 1;
                let balance = payment::balance(&order.placed.transactions);
                if order.placed.currency == shop.currency {
                    spent += balance.captured.saturating_sub(balance.refunded);
                }
            }
            if found.len() < page.limit as usize {
                return Ok((count, spent));
            }
            page.after = found.last().map(|(order, key)| (key.clone(), order.id.0));
        }
    }

    /// A page of what these listeners were told: the first delivery of every message, however many of them got it.
    pub async fn told(
        &self,
        shop: &Shop,
        listeners: &[ListenerId],
        page: &Page,
    ) -> Result<Vec<Delivery>, Error> {
        Ok(self.store().told(shop.id, listeners, page).await?)
    }

    /// What was announced in the words of an API, from a place on.
    pub async fn announced(
        &self,
        shop: &Shop,
        wanted: &Wanted,
        way: Way,
        limit: u32,
    ) -> Result<Vec<Announcement>, Error> {
        Ok(self.store().announced(shop.id, wanted, way, limit).await?)
    }

    /// What was announced of a part of an event in the words of an API.
    pub async fn announcement(
        &self,
        shop: &Shop,
        dialect: &str,
        event: EventId,
        part: i64,
    ) -> Result<Option<Announcement>, Error> {
        Ok(self.store().announcement(shop.id, dialect, event, part).await?)
    }

    /// From now on what happens in a shop is written down in the words of that API, for programs that ask later.
    pub async fn chronicle(&self, shop: &Shop, dialect: &str) -> Result<(), Error> {
        Ok(self.store().chronicle(shop.id, dialect).await?)
    }

    /// A delivery, while it is kept.
    pub async fn delivery(&self, shop: &Shop, id: i64) -> Result<Option<Delivery>, Error> {
        Ok(self.store().delivery(shop.id, id).await?)
    }

    /// The listeners of the program that asks; all of them for the server itself.
    pub async fn listeners(&self, shop: &Shop, actor: &Actor) -> Result<Vec<Listener>, Error> {
        let mut listeners = self.store().listeners(shop.id).await?;
        if let Some(app) = actor.app() {
            listeners.retain(|listener| listener.app == app);
        }
        Ok(listeners)
    }

    /// The name of a program.
    pub async fn app_name(&self, shop: &Shop, app: domain::id::AppId) -> Result<Option<String>, Error> {
        Ok(self.store().app(shop.id, app).await?.map(|app| app.name))
    }
}
