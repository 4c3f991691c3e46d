//! The shop that everything runs in: three locations that each have plenty of a thousand articles; and the commands.

use domain::address::Address;
use domain::command::{Command, Place};
use domain::id::{FulfillmentOrderId, LocationId, ProductId, VariantId};
use rand::RngExt as _;
use serde_json::{Value, json};
use testkit::world;

/// How many articles there are: so many that orders which come in together seldom want the same.
pub const ARTICLES: i64 = 1_000;
const FIRST_ARTICLE: i64 = 10_000;
/// The location that ships everything, being ranked first.
pub const LOCATION: LocationId = LocationId(100);
const LOCATIONS: [LocationId; 3] = [LOCATION, LocationId(101), LocationId(102)];
const PLENTY: i64 = 1_000_000_000;
/// Promised already, to those who were loaded in bulk.
pub const PROMISED: i64 = PLENTY / 2;
/// How many lines an order has.
pub const LINES: usize = 3;

/// The commands that furnish the shop.
pub fn furniture() -> Vec<Command> {
    let mut commands = Vec::new();
    for (location, rank) in LOCATIONS.into_iter().zip(-3..) {
        commands.push(Command::SaveLocation(world::location(location, rank)));
    }
    let ids: Vec<i64> = (FIRST_ARTICLE..FIRST_ARTICLE + ARTICLES).collect();
    let product = ProductId(9_000);
    for some in ids.chunks(100) {
        let variants = some.iter().map(|id| {
            let mut variant = world::variant(VariantId(*id));
            variant.product = product;
            variant.product_title = "A shirt of good cotton".into();
            variant
        });
        commands.push(Command::SaveProduct(world::product(product), variants.collect()));
        let stock = some.iter().flat_map(|id| LOCATIONS.map(|location| (VariantId(*id), location, PLENTY)));
        commands.push(Command::correct_stock(stock.collect()));
    }
    commands
}

/// The articles of the order number `k`, from the lowest id up, none of them twice.
pub fn articles_of(k: i64) -> [i64; LINES] {
    let mut found = [0, 1, 2].map(|i| FIRST_ARTICLE + (k + i * 331) % ARTICLES);
    found.sort_unstable();
    found
}

fn articles() -> [i64; LINES] {
    articles_of(rand::rng().random_range(0..ARTICLES))
}

/// An order of three lines comes in, without a number.
pub fn order() -> Place {
    order_of(articles())
}

/// The same for certain articles.
pub fn order_of(articles: [i64; LINES]) -> Place {
    let lines = articles.map(|id| (VariantId(id), 2));
    let mut place = world::order(&lines);
    place.placed.email = Some("ada.lovelace@example.com".into());
    place.placed.phone = Some("+15551234567".into());
    place.placed.channel = Some("web".into());
    place.placed.shipping_address = Some(address());
    place.placed.billing_address = Some(address());
    place
}

fn address() -> Address {
    let text = |text: &str| Some(text.to_owned());
    Address {
        first_name: text("Ada"),
        last_name: text("Lovelace"),
        address1: text("12 St James's Square"),
        city: text("Ottawa"),
        province: text("Ontario"),
        province_code: text("ON"),
        country: text("Canada"),
        country_code: text("CA"),
        zip: text("K1M 1M4"),
        phone: text("+15551234567"),
        ..Address::default()
    }
}

/// All of a work leaves.
pub fn fulfilling(id: i64) -> Command {
    world::shipping(FulfillmentOrderId(id))
}

/// The same order for the GraphQL API.
pub fn order_create() -> Value {
    let line = |id: i64| json!({ "variantId": format!("gid://shopify/ProductVariant/{id}"), "quantity": 2 });
    let address = json!({
        "firstName": "Ada", "lastName": "Lovelace", "address1": "12 St James's Square", "city": "Ottawa",
        "provinceCode": "ON", "countryCode": "CA", "zip": "K1M 1M4", "phone": "+15551234567",
    });
    json!({
        "query": "mutation Create($order: OrderCreateOrderInput!) { orderCreate(order: $order) { \
                  order { id name } userErrors { field message } } }",
        "variables": { "order": {
            "email": "ada.lovelace@example.com", "phone": "+15551234567", "sourceName": "web", "currency": "USD",
            "shippingAddress": address, "billingAddress": address, "lineItems": articles().map(line),
        } },
    })
}

/// All of a work leaves, for the GraphQL API.
pub fn fulfillment_create(id: i64) -> Value {
    let work = json!({ "fulfillmentOrderId": format!("gid://shopify/FulfillmentOrder/{id}") });
    json!({
        "query": "mutation Ship($fulfillment: FulfillmentInput!) { fulfillmentCreate(fulfillment: $fulfillment) { \
                  fulfillment { id status } userErrors { field message } } }",
        "variables": { "fulfillment": { "lineItemsByFulfillmentOrder": [work] } },
    })
}

/// An order with all that hangs off it, for the GraphQL API.
pub fn order_read(id: i64) -> Value {
    json!({
        "query": "query Order($id: ID!) { order(id: $id) { id name displayFulfillmentStatus \
                  lineItems(first: 3) { nodes { id title quantity sku } } \
                  fulfillmentOrders(first: 3) { nodes { id status \
                  lineItems(first: 3) { nodes { id totalQuantity remainingQuantity } } } } \
                  fulfillments(first: 3) { id status createdAt } } }",
        "variables": { "id": format!("gid://shopify/Order/{id}") },
    })
}

/// The first 50 open fulfillment orders of the location, for the GraphQL API.
pub fn work_list() -> Value {
    json!({
        "query": "query Work($query: String!) { fulfillmentOrders(first: 50, query: $query) { nodes { id orderName \
                  assignedLocation { name } lineItems(first: 3) { nodes { id productTitle remainingQuantity } } } \
                  pageInfo { hasNextPage endCursor } } }",
        "variables": { "query": format!("assigned_location_id:{}", LOCATION.0) },
    })
}
