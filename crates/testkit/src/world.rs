//! A small shop as data, and the commands that people send to it. Every test that needs a shop furnishes this one, so
//! that a reader has to learn it once: two locations of the merchant, one of a fulfillment service, four articles.
//!
//! The tests of `domain` read this file as one of their own (`domain/tests/world`), so it speaks of nothing but `domain`.

use domain::actor::{Actor, App, Permissions};
use domain::address::Address;
use domain::command::billing::StockCheck;
use domain::command::charging::{FulfillOrder, LineDone};
use domain::command::{
    CancelOrder, Command, Described, Fulfill, FulfillWork, NewLine, PayBack, Place, PlaceHold, Reach,
    RequestFulfillment, Restock,
};
use domain::hold::HoldReason;
use domain::id::{
    AppId, FulfillmentOrderId, FulfillmentOrderLineId, LocationId, OrderId, OrderLineId, PriceId, ProductId,
    ServiceId, ShopId, VariantId,
};
use domain::listener::Listener;
use domain::location::{Location, Service};
use domain::money::{Currency, Minor};
use domain::order::{Article, CancelReason, Placed};
use domain::price::{Price, Recurrence, Terms};
use domain::product::{Product, Variant, WhenOut};
use domain::snapshot::{LineWord, Shop, WhenDeclined, WhenUnheard};
use domain::time::Time;

/// The shop.
pub const SHOP: ShopId = ShopId(1);
/// The merchant's first location.
pub const HERE: LocationId = LocationId(10);
/// The merchant's second location.
pub const THERE: LocationId = LocationId(11);
/// The location of the service.
pub const SERVED: LocationId = LocationId(12);
/// The fulfillment service.
pub const SERVICE: ServiceId = ServiceId(30);
/// Ten of them at each of the merchant's locations.
pub const SHIRT: VariantId = VariantId(100);
/// Ten of them, at the service only.
pub const MUG: VariantId = VariantId(101);
/// Nobody counts them.
pub const STICKER: VariantId = VariantId(102);
/// Counted, none in stock, and sold all the same.
pub const PRINT: VariantId = VariantId(103);

/// Some commands for a work name lines and quantities.
pub type Lines<'a> = &'a [(FulfillmentOrderLineId, i64)];

/// The shop's record.
pub fn shop() -> Shop {
    Shop {
        id: SHOP,
        name: "Shop".into(),
        domain: "shop.example".into(),
        currency: Currency::USD,
        email: String::new(),
        time_zone: "UTC".into(),
        order_prefix: "#".into(),
        tie_breakers: domain::routing::TIE_BREAKERS.to_vec(),
        when_declined: WhenDeclined::Stay,
        billing: domain::billing::Rules::default(),
        throttle: None,
        when_unheard: WhenUnheard::default(),
        line_word: LineWord::default(),
        mail: domain::mail::MailRules::default(),
        payment_page: None,
        charging: domain::charging::Rules::default(),
    }
}

/// A location of the merchant's in Canada.
pub fn location(id: LocationId, rank: i64) -> Location {
    Location {
        id,
        name: format!("Location {id}"),
        address: Address { country_code: Some("CA".into()), ..Address::default() },
        active: true,
        ships_orders: true,
        rank,
        service: None,
        zones: None,
        custom_fields: Vec::new(),
        created_at: Time(0),
        updated_at: Time(0),
        deactivated_at: None,
    }
}

/// The fulfillment service, run by the program 2.
pub fn service() -> Service {
    Service {
        id: SERVICE,
        app: AppId(2),
        name: "Served".into(),
        handle: "served".into(),
        location: SERVED,
        callback_url: None,
        gives_tracking: false,
        gives_stock: false,
        requires_shipping: true,
        created_at: Time(0),
        updated_at: Time(0),
    }
}

/// A product of that id.
pub fn product(id: ProductId) -> Product {
    Product {
        id,
        title: format!("Product {id}"),
        handle: format!("product-{id}"),
        vendor: String::new(),
        kind: String::new(),
        tags: Vec::new(),
        status: Default::default(),
        gift_card: false,
        image: None,
        custom_fields: Vec::new(),
        details: Default::default(),
        created_at: Time(0),
        updated_at: Time(0),
    }
}

/// A variant that is shipped and counted.
pub fn variant(id: VariantId) -> Variant {
    Variant {
        id,
        product: ProductId(90),
        product_title: format!("Article {id}"),
        title: "Default Title".into(),
        sku: Some(format!("SKU-{id}")),
        barcode: None,
        price: 1_000,
        vendor: None,
        requires_shipping: true,
        requires_fulfillment: true,
        gives: Vec::new(),
        grams: 100,
        unit_cost: None,
        origin: Default::default(),
        taxable: true,
        tracked: id != STICKER,
        when_out: if id == PRINT { WhenOut::SellOn } else { WhenOut::Wait },
        pinned_to: None,
        custom_fields: Vec::new(),
        details: Default::default(),
        created_at: Time(0),
        updated_at: Time(0),
    }
}

/// A price of a variant.
pub fn price(id: PriceId, variant: VariantId, amount: Minor, recurrence: Recurrence) -> Price {
    Price {
        id,
        variant,
        name: None,
        terms: Terms { amount, currency: Currency::USD, setup: 0, recurrence },
        archived: false,
        details: serde_json::Value::Null,
        created_at: Time(0),
        updated_at: Time(0),
    }
}

/// What furnishes the shop, to be carried out in this order.
pub fn furniture() -> Vec<Command> {
    let variants = [SHIRT, MUG, STICKER, PRINT].map(variant).to_vec();
    vec![
        Command::SaveLocation(location(HERE, 1)),
        Command::SaveLocation(location(THERE, 2)),
        Command::SaveService(service(), location(SERVED, 3)),
        Command::SaveProduct(product(ProductId(90)), variants),
        Command::correct_stock(vec![(SHIRT, HERE, 10), (SHIRT, THERE, 10), (MUG, SERVED, 10)]),
    ]
}

/// A program that may do everything and runs these services.
pub fn app(id: i64, services: &[ServiceId]) -> Actor {
    Actor::App(App { id: AppId(id), permissions: Permissions::all(), services: services.to_vec() })
}

/// The merchant's own program.
pub fn merchant() -> Actor {
    app(1, &[])
}

/// The program that runs the service.
pub fn server() -> Actor {
    app(2, &[SERVICE])
}

/// A program with only these permissions.
pub fn limited(permissions: &str) -> Actor {
    let permissions = Permissions::parse(permissions).unwrap_or_else(|name| panic!("no permission {name}"));
    Actor::App(App { id: AppId(77), permissions, services: Vec::new() })
}

/// A listener of the merchant's own program.
pub fn listener(id: i64, dialect: &str, url: &str) -> Listener {
    let said = serde_json::json!({
        "id": id, "app": 1, "dialect": dialect, "topic": "everything", "url": url, "created_at": 0, "updated_at": 0,
    });
    serde_json::from_value(said).unwrap_or_else(|error| panic!("a listener needs more: {error}"))
}

/// What is said of an order apart from its lines: Canada, paid in dollars, waits for stock.
pub fn placed() -> Placed {
    let least = serde_json::json!({ "currency": "USD", "processed_at": 0 });
    let mut placed: Placed =
        serde_json::from_value(least).unwrap_or_else(|error| panic!("placed needs more: {error}"));
    placed.shipping_address = Some(Address { country_code: Some("CA".into()), ..Address::default() });
    placed
}

/// A line that asks for so many of a variant.
pub fn line(variant: VariantId, quantity: i64) -> NewLine {
    let article = Article { variant: Some(variant), ..Article::default() };
    NewLine { quantity, article, described: Described::default(), fulfilled: 0 }
}

/// An order of these articles.
pub fn order(articles: &[(VariantId, i64)]) -> Place {
    Place {
        name: None,
        number: 0,
        placed: placed(),
        buyer: None,
        lines: articles.iter().map(|(variant, quantity)| line(*variant, *quantity)).collect(),
        reservation: None,
        created_at: None,
        closed_at: None,
        fulfilled: None,
        cancelled: None,
    }
}

/// An order comes in.
pub fn placing(place: Place) -> Command {
    Command::Place(Box::new(place))
}

/// Some units of some works leave; no lines means all that remains.
pub fn fulfilling(works: &[(FulfillmentOrderId, Option<Lines<'_>>)], reach: Reach) -> Command {
    let work = |(id, lines): &(FulfillmentOrderId, Option<Lines<'_>>)| FulfillWork {
        id: *id,
        lines: lines.map(<[(FulfillmentOrderLineId, i64)]>::to_vec),
    };
    Command::Fulfill(Fulfill {
        works: works.iter().map(work).collect(),
        reach,
        trackings: Vec::new(),
        notify_buyer: false,
        message: None,
        origin: None,
    })
}

/// All that remains of a work leaves.
pub fn shipping(id: FulfillmentOrderId) -> Command {
    fulfilling(&[(id, None)], Reach::OneOrder)
}

/// Lines of an order are done with: so many units of each leave, and so many are given up.
pub fn finishing(order: OrderId, lines: &[(OrderLineId, i64, i64)]) -> Command {
    let done = |(line, leave, give_up): &(OrderLineId, i64, i64)| LineDone {
        line: *line,
        leave: *leave,
        give_up: *give_up,
    };
    Command::FulfillOrder(Box::new(FulfillOrder {
        order,
        location: None,
        lines: lines.iter().map(done).collect(),
        trackings: Vec::new(),
        custom_fields: Vec::new(),
        stock: StockCheck::Ignore,
        notify_buyer: false,
    }))
}

/// A work is held; no lines means all of it.
pub fn holding(id: FulfillmentOrderId, handle: &str, lines: Lines<'_>) -> Command {
    Command::Hold(PlaceHold {
        fulfillment_order: id,
        reason: HoldReason::Other,
        notes: None,
        handle: handle.into(),
        lines: lines.to_vec(),
    })
}

/// A service is asked to do a work; no lines means all of it.
pub fn requesting(id: FulfillmentOrderId, lines: Lines<'_>) -> Command {
    let lines = lines.to_vec();
    Command::RequestFulfillment(RequestFulfillment {
        fulfillment_order: id,
        message: None,
        notify_buyer: false,
        lines,
    })
}

/// An order is called off.
pub fn calling_off(order: OrderId, restock: Restock) -> Command {
    Command::CancelOrder(CancelOrder {
        order,
        reason: CancelReason::Customer,
        note: None,
        restock,
        pay_back: PayBack::Nothing,
        notify_buyer: false,
    })
}
