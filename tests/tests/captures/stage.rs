//! The shop that a recording needs: its locations, articles in stock where its orders were assigned, and the orders
//! that were there before it began.

use std::collections::{BTreeMap, BTreeSet};

use domain::actor::{Actor, Permission};
use domain::command::{Command, RequestFulfillment};
use domain::id::{FulfillmentOrderId, LocationId, ProductId, VariantId};
use domain::location::{Location, Service};
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
        "2026-04__orders__orderEdit-quantity-validation" => {
            let order = json!({ "lineItems": [custom("Anything", 1)] });
            stage.earlier((Some(8_837_911_904_562), None, None, Then::Stays), order).await;
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
        let variants: Vec<_> = variants.into_iter().map(|id| world::variant(VariantId(id))).collect();
        if !variants.is_empty() {
            self.run(Command::SaveProduct(world::product(ProductId(90)), variants)).await;
            let levels = stocked.into_iter().map(|(variant, at)| (VariantId(variant), LocationId(at), STOCK));
            self.run(Command::AdjustStock(levels.collect())).await;
        }
    }

    /// A fulfillment service that the recorded program runs, the only one to have an article.
    async fn serve(&self) {
        let service = Service { app: self.served.app, ..world::service() };
        self.run(Command::SaveService(service, world::location(world::SERVED, 1))).await;
        self.run(Command::SaveProduct(world::product(ProductId(90)), vec![world::variant(world::MUG)])).await;
        self.run(Command::AdjustStock(vec![(world::MUG, world::SERVED, STOCK)])).await;
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

/// The location that work of an answer is assigned to first.
fn assigned(response: &Value) -> Option<i64> {
    let orders = response["data"].as_object()?.values().map(|payload| &payload["order"]);
    let works = orders.flat_map(|order| order["fulfillmentOrders"]["nodes"].as_array().into_iter().flatten());
    let mut locations = works.filter_map(|work| work["assignedLocation"]["location"]["id"].as_str());
    locations.next()?.rsplit('/').next()?.parse().ok()
}
