//! The shop that a recording needs: its locations, articles in stock where its orders were assigned, and the orders
//! that were there before it began.

use std::collections::{BTreeMap, BTreeSet};

use domain::actor::{Actor, Permission};
use domain::command::{Command, RequestFulfillment};
use domain::id::{AppId, FulfillmentOrderId, LocationId, ProductId, VariantId};
use domain::location::{Location, Service};
use domain::money::{self, Currency};
use domain::product::{Product, Variant};
use scenarios::served::Served;
use serde_json::{Value, json};
use testkit::world;

use crate::alike::Ids;
use crate::capture::{Capture, ids};

/// How many there are of everything, wherever it is.
const STOCK: i64 = 1_000;
/// A location that the recorded shop always had.
const ALWAYS: (i64, &str) = (106_318_430_514, "Shop location");

/// What became of an order before the recording began.
#[derive(Clone, Copy, PartialEq)]
enum Then {
    Stays,
    CalledOff,
    Left,
    /// One of its two units left.
    Begun,
    /// An edit with that number was begun.
    Edited(i64),
    /// Its service was asked to do it.
    Asked,
    /// Its service agreed, and then was asked to leave it.
    WantedBack,
}

/// An order that was there before: (its id, its work's, the work's line's, what became of it). What the recording
/// doesn't tell is `None`.
type Earlier = (Option<i64>, Option<i64>, Option<i64>, Then);

const BEFORE_FULFILLING: &[Earlier] = &[
    (Some(8_887_505_649_970), Some(9_825_095_713_074), None, Then::CalledOff),
    (Some(8_887_505_682_738), Some(9_825_095_811_378), Some(19_872_514_834_738), Then::Stays),
    (Some(8_887_505_715_506), Some(9_825_095_844_146), Some(19_872_514_867_506), Then::Stays),
    (Some(8_887_505_748_274), Some(9_825_095_876_914), Some(19_872_514_900_274), Then::Stays),
    (Some(8_887_505_781_042), Some(9_825_095_909_682), None, Then::Left),
    (Some(8_887_507_648_818), Some(9_825_098_105_138), None, Then::Begun),
    (Some(8_887_507_681_586), Some(9_825_098_170_674), None, Then::Stays),
];

/// The shop of a recording, and which of its ids is which of ours.
pub async fn set(capture: &Capture) -> (Served, Ids) {
    // The recorded program could not see other programs.
    let served = Served::empty(world::shop(), &[Permission::ReadApps]).await;
    let mut stage = Stage { served, ids: Ids::default() };
    stage.furnish(capture).await;
    match capture.name.as_str() {
        "2026-04__orders__fulfillment-create-preconditions" => {
            let titles =
                ["cancelled", "non-positive", "non-positive-v2", "over", "closed", "in-progress", "happy"];
            for (earlier, title) in BEFORE_FULFILLING.iter().zip(titles) {
                let title = format!("fulfillmentCreate preconditions {title}");
                stage.earlier(*earlier, json!({ "lineItems": [custom(&title, 1)] })).await;
            }
        }
        "2025-01__orders__order-create-parity" => {
            let order = parity_order();
            stage.earlier((Some(6_824_239_235_305), None, None, Then::Stays), order).await;
        }
        "2026-04__orders__orderCancel-parity" => {
            let order = json!({ "lineItems": [custom("Anything", 1)] });
            stage.earlier((Some(8_733_114_532_146), None, None, Then::CalledOff), order).await;
        }
        "2026-04__shipping-fulfillments__fulfillment-order-request-lifecycle" => {
            stage.serve().await;
            let line = |quantity: i64| {
                let title = "Hermes fulfillment-order request partial 20260506222236";
                let variant = format!("gid://shopify/ProductVariant/{}", world::MUG);
                json!({ "lineItems": [{ "variantId": variant, "title": title, "quantity": quantity }] })
            };
            let partial = (None, Some(9_656_703_910_194), Some(19_457_456_636_210), Then::Stays);
            stage.earlier(partial, line(2)).await;
            stage.earlier((None, Some(9_656_703_942_962), None, Then::Asked), line(1)).await;
            stage.earlier((None, Some(9_656_703_975_730), None, Then::WantedBack), line(1)).await;
        }
        "2026-04__shipping-fulfillments__fulfillment-service-lifecycle" => stage.serve_elsewhere().await,
        "2026-04__shipping-fulfillments__fulfillment-order-move-multi-line" => {
            // The shop had more locations than the recording tells of.
            let (id, rank) = (LocationId(112_900_000_000), 2_000_000_000_000);
            let more = Location { ships_orders: false, ..world::location(id, rank) };
            stage.run(Command::SaveLocation(more)).await;
        }
        "2026-04__store-properties__location-activate-deactivate-lifecycle" => {
            // Its last key had been used in an earlier recording, for another location.
            let document = format!(
                "mutation {{ locationDeactivate(locationId: \"gid://shopify/Location/{}\")
                  @idempotent(key: \"location-activate-deactivate-lifecycle-cleanup-deactivate\") {{
                  locationDeactivateUserErrors {{ code }} }} }}",
                ALWAYS.0
            );
            stage.ask(&document, Value::Null).await;
        }
        "2026-04__orders__orderEdit-quantity-validation" => {
            let mut line = custom("Order edit quantity source item 20260622212047", 3);
            line["sku"] = json!("order-edit-quantity-20260622212047");
            line["priceSet"] = cad("10.00");
            let order = json!({ "currency": "CAD", "lineItems": [line] });
            stage.earlier((Some(8_837_911_904_562), None, None, Then::Stays), order).await;
        }
        "2026-04__orders__order-edit-existing-order-happy-path" => {
            let line = |which: &str| {
                let mut line = custom(&format!("HAR-115 base line {which} 20260622154802"), 1);
                line["priceSet"] = cad("12.00");
                line
            };
            let note = "HAR-115 order edit existing-order happy-path capture";
            let order = json!({ "currency": "CAD", "note": note, "lineItems": [line("A"), line("B")] });
            stage.earlier((Some(8_837_456_822_578), None, None, Then::Edited(112_432_611_634)), order).await;
        }
        _ => {}
    }
    // Orders that a list tells of before the recording makes any.
    for step in &capture.steps {
        let listed = step.response["data"]["orders"]["nodes"].as_array();
        for order in listed.into_iter().flatten().rev() {
            let tag = step.variables["query"].as_str().unwrap().trim_start_matches("tag:");
            let id = order["id"].as_str().unwrap().rsplit('/').next().unwrap().parse().unwrap();
            let input = json!({ "tags": [tag], "lineItems": [custom("Anything", 1)] });
            stage.earlier((Some(id), None, None, Then::CalledOff), input).await;
        }
    }
    (stage.served, stage.ids)
}

fn cad(amount: &str) -> Value {
    json!({ "shopMoney": { "amount": amount, "currencyCode": "CAD" } })
}

fn custom(title: &str, quantity: i64) -> Value {
    let price = json!({ "shopMoney": { "amount": "20.00", "currencyCode": "USD" } });
    json!({ "title": title, "quantity": quantity, "requiresShipping": true, "priceSet": price })
}

/// The order behind `order-create-parity`, as its answer tells it.
fn parity_order() -> Value {
    let usd = |amount: &str| json!({ "shopMoney": { "amount": amount, "currencyCode": "USD" } });
    let address = json!({
        "firstName": "Hermes", "lastName": "Operator", "address1": "123 Queen St W", "city": "Toronto",
        "provinceCode": "ON", "countryCode": "CA", "zip": "M5H 2M9",
    });
    json!({
        "email": "hermes-order-parity-plan-20260418@example.com",
        "note": "order create parity plan",
        "tags": ["order-create", "parity-plan"],
        "customAttributes": [
            { "key": "source", "value": "hermes-parity-plan" },
            { "key": "channel", "value": "cron-orders-bootstrap" },
        ],
        "billingAddress": address, "shippingAddress": address,
        "financialStatus": "PAID", "fulfillmentStatus": "FULFILLED",
        "lineItems": [{
            "variantId": "gid://shopify/ProductVariant/48540157378793", "quantity": 2,
            "title": "Hermes inventory-backed line item", "sku": "hermes-order-parity-plan-20260418",
            "priceSet": usd("20.00"),
            "taxLines": [{ "title": "Line tax", "rate": "0.05", "priceSet": usd("2.00") }],
        }],
        "shippingLines": [{
            "title": "Standard", "priceSet": usd("5.00"),
            "taxLines": [{ "title": "Shipping tax", "rate": "0.1", "priceSet": usd("0.50") }],
        }],
        "discountCode": { "itemFixedDiscountCode": { "code": "SAVE5", "amountSet": usd("5.00") } },
        "transactions": [{ "kind": "SALE", "status": "SUCCESS", "gateway": "manual", "amountSet": usd("42.50") }],
    })
}

struct Stage {
    served: Served,
    ids: Ids,
}

impl Stage {
    async fn run(&self, command: Command) {
        let verdict = self.served.engine.execute(&self.served.shop, &Actor::System, &command).await.unwrap();
        verdict.unwrap_or_else(|no| panic!("{no:?} to {command:?}"));
    }

    /// Locations, and articles in stock.
    async fn furnish(&self, capture: &Capture) {
        let mut locations = BTreeMap::new();
        let mut stocked = BTreeSet::new();
        for step in &capture.steps {
            let makes_locations = ["locationAdd", "fulfillmentServiceCreate"];
            if step.answered().iter().any(|root| makes_locations.contains(root)) {
                break;
            }
            collect_locations(&step.response, &mut locations);
        }
        locations.entry(ALWAYS.0).or_insert_with(|| (ALWAYS.1.to_owned(), true));
        // Where nothing is told, the first that ships is as good as any.
        let ships = locations.iter().find(|(_, (_, ships))| *ships).map_or(ALWAYS.0, |(id, _)| *id);
        for step in &capture.steps {
            let at = assigned(&step.response).unwrap_or(ships);
            let named = ids(&step.variables).into_iter().chain(ids(&step.response));
            let variants = named.filter_map(|id| id.strip_prefix("gid://shopify/ProductVariant/"));
            stocked.extend(variants.map(|id| (id.parse::<i64>().unwrap(), at)));
        }
        // What is moved somewhere must be in stock there.
        let variants: BTreeSet<i64> = stocked.iter().map(|(variant, _)| *variant).collect();
        let moves = capture.steps.iter().filter_map(|step| step.variables["newLocationId"].as_str());
        for to in moves.filter_map(|id| id.rsplit('/').next()?.parse::<i64>().ok()) {
            stocked.extend(variants.iter().map(|variant| (*variant, to)));
        }
        for (id, (name, ships_orders)) in locations {
            let main = i64::from(!name.contains("Main"));
            let location = world::location(LocationId(id), main * 1_000_000_000_000 + id);
            self.run(Command::SaveLocation(Location { name, ships_orders, ..location })).await;
        }
        let described = described(capture);
        for (number, (id, (title, sku, price))) in (9_000..).zip(&described) {
            let title = title.clone();
            let product = Product { title: title.clone(), ..world::product(ProductId(number)) };
            let plain = world::variant(VariantId(*id));
            let price = money::parse(price, Currency::USD).unwrap();
            let (product_title, sku, product_id) = (title, sku.clone(), ProductId(number));
            let variant = Variant { product: product_id, product_title, sku, price, ..plain };
            self.run(Command::SaveProduct(product, vec![variant])).await;
        }
        let plain = variants.iter().filter(|id| !described.contains_key(id));
        let variants: Vec<_> = plain.map(|id| world::variant(VariantId(*id))).collect();
        if !variants.is_empty() {
            self.run(Command::SaveProduct(world::product(ProductId(90)), variants)).await;
        }
        if !stocked.is_empty() {
            let levels = stocked.into_iter().map(|(variant, at)| (VariantId(variant), LocationId(at), STOCK));
            self.run(Command::correct_stock(levels.collect())).await;
        }
    }

    /// A fulfillment service that the recorded program runs, the only one to have an article.
    async fn serve(&self) {
        let service = Service { app: self.served.app, ..world::service() };
        self.run(Command::SaveService(service, world::location(world::SERVED, 1))).await;
        self.run(Command::SaveProduct(world::product(ProductId(90)), vec![world::variant(world::MUG)])).await;
        self.run(Command::correct_stock(vec![(world::MUG, world::SERVED, STOCK)])).await;
    }

    /// A fulfillment service of another program.
    async fn serve_elsewhere(&self) {
        let at = LocationId(106_318_496_050);
        let service = Service {
            app: AppId(1),
            name: "Snow City Warehouse".to_owned(),
            handle: "snow-city-warehouse".to_owned(),
            location: at,
            callback_url: Some("https://mock.shop/".to_owned()),
            requires_shipping: false,
            ..world::service()
        };
        let location = Location { name: service.name.clone(), ..world::location(at, 1_000_000_000_000_000) };
        self.run(Command::SaveService(service, location)).await;
    }

    async fn ask(&self, document: &str, variables: Value) -> Value {
        let (_, answer) = self.served.ask("2026-04", document, &variables).await;
        assert!(answer.get("errors").is_none(), "{answer}");
        answer["data"].clone()
    }

    /// Places an order that the recording takes for granted.
    async fn earlier(&mut self, (order, work, line, then): Earlier, mut input: Value) {
        if then == Then::Begun {
            input["lineItems"][0]["quantity"] = json!(2);
        }
        let document = "mutation($order: OrderCreateOrderInput!) { orderCreate(order: $order) {
          userErrors { field message }
          order { id fulfillmentOrders(first: 1) { nodes { id lineItems(first: 1) { nodes { id } } } } }
        } }";
        let answer = self.ask(document, json!({ "order": input })).await;
        let made = &answer["orderCreate"]["order"];
        assert!(made.is_object(), "{answer}");
        let its_work = &made["fulfillmentOrders"]["nodes"][0];
        let its_line = &its_work["lineItems"]["nodes"][0];
        let pairs = [
            ("Order", order, made),
            ("FulfillmentOrder", work, its_work),
            ("FulfillmentOrderLineItem", line, its_line),
        ];
        for (kind, recorded, ours) in pairs {
            let Some(recorded) = recorded else { continue };
            let recorded = format!("gid://shopify/{kind}/{recorded}");
            assert!(self.ids.learn(&recorded, ours["id"].as_str().unwrap()), "{recorded}");
        }
        match then {
            Then::Stays => {}
            Then::CalledOff => {
                let document =
                    "mutation($id: ID!) { orderCancel(orderId: $id, reason: OTHER, restock: true) {
                  orderCancelUserErrors { message } } }";
                self.ask(document, json!({ "id": made["id"] })).await;
            }
            Then::Edited(number) => {
                let document = "mutation($id: ID!) { orderEditBegin(id: $id) {
                  calculatedOrder { id } orderEditSession { id } } }";
                let begun = self.ask(document, json!({ "id": made["id"] })).await;
                for (kind, field) in
                    [("CalculatedOrder", "calculatedOrder"), ("OrderEditSession", "orderEditSession")]
                {
                    let recorded = format!("gid://shopify/{kind}/{number}");
                    let ours = begun["orderEditBegin"][field]["id"].as_str().unwrap();
                    assert!(self.ids.learn(&recorded, ours), "{recorded}");
                }
            }
            Then::Asked | Then::WantedBack => {
                let id = its_work["id"].as_str().unwrap().rsplit('/').next().unwrap().parse().unwrap();
                let id = FulfillmentOrderId(id);
                let message = Some("Hermes submit cancel reject".to_owned());
                self.run(Command::RequestFulfillment(RequestFulfillment {
                    fulfillment_order: id,
                    message,
                    notify_buyer: false,
                    lines: Vec::new(),
                }))
                .await;
                if then == Then::WantedBack {
                    self.run(Command::AcceptRequest(id, None)).await;
                    let message = Some("Hermes cancellation to reject".to_owned());
                    self.run(Command::RequestCancellation(id, message)).await;
                }
            }
            Then::Left | Then::Begun => {
                let lines = match then {
                    Then::Begun => json!([{ "id": its_line["id"], "quantity": 1 }]),
                    _ => json!([]),
                };
                let work =
                    json!({ "fulfillmentOrderId": its_work["id"], "fulfillmentOrderLineItems": lines });
                let document = "mutation($fulfillment: FulfillmentInput!) {
                  fulfillmentCreate(fulfillment: $fulfillment) { userErrors { message } } }";
                self.ask(document, json!({ "fulfillment": { "lineItemsByFulfillmentOrder": [work] } })).await;
            }
        }
    }
}

/// Every location with a name: (name, whether it ships orders).
fn collect_locations(value: &Value, found: &mut BTreeMap<i64, (String, bool)>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_locations(item, found)),
        Value::Object(map) => {
            let id = map.get("id").and_then(Value::as_str).unwrap_or_default();
            let id = id.strip_prefix("gid://shopify/Location/").and_then(|id| id.parse().ok());
            let served = map.get("isFulfillmentService") == Some(&Value::Bool(true));
            if let (Some(id), Some(name), false) = (id, map.get("name").and_then(Value::as_str), served) {
                let ships = map.get("fulfillsOnlineOrders").and_then(Value::as_bool).unwrap_or(true);
                found.entry(id).or_insert_with(|| (name.to_owned(), ships));
            }
            map.values().for_each(|item| collect_locations(item, found));
        }
        _ => {}
    }
}

/// Articles that answers describe: title, SKU and price by the variant's id.
fn described(capture: &Capture) -> BTreeMap<i64, (String, Option<String>, String)> {
    let payloads = capture.steps.iter().filter_map(|step| step.response["data"].as_object());
    let lines = payloads.flat_map(|data| data.values()).map(|payload| &payload["calculatedLineItem"]);
    let article = |line: &Value| {
        let id = line["variant"]["id"].as_str()?.rsplit('/').next()?.parse().ok()?;
        let price = line["originalUnitPriceSet"]["shopMoney"]["amount"].as_str()?;
        let sku = line["sku"].as_str().map(str::to_owned);
        Some((id, (line["title"].as_str()?.to_owned(), sku, price.to_owned())))
    };
    lines.filter_map(article).collect()
}

/// The location that work of an answer is assigned to first.
fn assigned(response: &Value) -> Option<i64> {
    let orders = response["data"].as_object()?.values().map(|payload| &payload["order"]);
    let works = orders.flat_map(|order| order["fulfillmentOrders"]["nodes"].as_array().into_iter().flatten());
    let mut locations = works.filter_map(|work| work["assignedLocation"]["location"]["id"].as_str());
    locations.next()?.rsplit('/').next()?.parse().ok()
}
