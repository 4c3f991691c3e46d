//! One order on its way through the APIs, and the account of it that is kept by hand.

use serde_json::{Value, json};
use testkit::chance::Chance;
use testkit::world::{HERE, THERE};

use crate::apis::{Api, PRICES, SOLD, Shop};
use crate::seen::{self, Account, Units, number, totals};

const BEGIN: &str = "mutation($id: ID!) { orderEditBegin(id: $id) { calculatedOrder { id
    lineItems(first: 5) { nodes { id variant { id } } } } userErrors { field message } } }";
const SET: &str = "mutation($id: ID!, $line: ID!, $quantity: Int!) {
    orderEditSetQuantity(id: $id, lineItemId: $line, quantity: $quantity) { userErrors { field message } } }";
const COMMIT: &str = "mutation($id: ID!) { orderEditCommit(id: $id) { userErrors { field message } } }";
const FULFILL: &str = "mutation($f: FulfillmentInput!) { fulfillmentCreate(fulfillment: $f) {
    fulfillment { id } userErrors { field message } } }";
const CALL_BACK: &str = "mutation($id: ID!) { fulfillmentCancel(id: $id) { userErrors { field message } } }";
const PLACE: &str = "mutation($order: OrderCreateOrderInput!) { orderCreate(order: $order) {
    order { id lineItems(first: 5) { nodes { id } } } userErrors { field message } } }";

/// An order on its way.
pub struct Walk<'s> {
    shop: &'s Shop,
    placed_by: Api,
    order: i64,
    /// Its two lines.
    lines: [i64; 2],
    account: Account,
    /// Whether something that left was ever called back: then more was taken than is now to be seen.
    called_back: bool,
    pub steps: u64,
    pub refused: u64,
}

impl<'s> Walk<'s> {
    /// An order of so many units comes in by that API.
    pub async fn begin(shop: &'s Shop, placed_by: Api, units: [i64; 2]) -> Walk<'s> {
        let (order, lines) = match placed_by {
            Api::Work => placed_by_work(shop, units).await,
            Api::Invoice => placed_by_invoice(shop, units).await,
            Api::Item => placed_by_item(shop, units).await,
        };
        let account = units.map(|asked| Units { asked, left: 0 });
        let walk = Walk { shop, placed_by, order, lines, account, called_back: false, steps: 0, refused: 0 };
        walk.check().await;
        walk
    }

    /// Every API shows what the account says.
    async fn check(&self) {
        let order = seen::order(self.shop, self.order).await;
        assert_eq!(seen::by_work(&order, self.lines), self.account, "{:?}", self.placed_by);
        let left = self.account.map(|units| units.left);
        let fulfillments = order["fulfillments"].as_array().unwrap();
        let fulfillments: Vec<i64> = fulfillments.iter().map(|one| number(&one["id"])).collect();
        assert_eq!(seen::by_invoice(self.shop, self.order, &self.account, &fulfillments).await, left);
        assert_eq!(seen::by_item(self.shop, self.order, self.lines, &self.account).await, left);
    }

    /// Compares what came of a step with whether it could be, and keeps the account.
    async fn account(
        &mut self,
        outcome: Result<(), String>,
        could: bool,
        then: Account,
    ) -> Result<(), String> {
        self.steps += 1;
        match (&outcome, could) {
            (Ok(()), true) => self.account = then,
            (Err(_), false) => self.refused += 1,
            (Ok(()), false) => panic!("done, though it can't be: {:?} to {then:?}", self.account),
            (Err(why), true) => panic!("refused: {:?} to {then:?}: {why}", self.account),
        }
        self.check().await;
        outcome
    }

    /// So many units of a line leave.
    pub async fn fulfill(&mut self, api: Api, at: usize, units: i64) -> Result<(), String> {
        let mut then = self.account;
        then[at].left += units;
        let could = then[at].left <= then[at].asked;
        let outcome = match api {
            Api::Work => self.fulfill_by_work(at, units).await,
            Api::Invoice => self.fulfill_by_invoice(at, units).await,
            Api::Item => {
                let item = json!({ "itemId": self.lines[at].to_string(), "quantity": units });
                let sent = json!({ "orderId": self.order.to_string(), "items": [item] });
                self.shop.by_item("POST", "/fulfillments", sent).await.map(drop)
            }
        };
        self.account(outcome, could, then).await
    }

    /// Work is done location by location; whoever asks for too many asks the last of them.
    async fn fulfill_by_work(&self, at: usize, units: i64) -> Result<(), String> {
        let order = seen::order(self.shop, self.order).await;
        let mut wanted = units;
        let mut places: Vec<(Value, Vec<Value>)> = Vec::new();
        let mut last = None;
        for work in order["fulfillmentOrders"]["nodes"].as_array().unwrap() {
            if !["OPEN", "IN_PROGRESS"].contains(&work["status"].as_str().unwrap()) {
                continue;
            }
            for line in work["lineItems"]["nodes"].as_array().unwrap() {
                let remaining = line["remainingQuantity"].as_i64().unwrap();
                if number(&line["lineItem"]["id"]) != self.lines[at] || remaining == 0 {
                    continue;
                }
                let some = |units: i64| {
                    json!({ "fulfillmentOrderId": work["id"],
                        "fulfillmentOrderLineItems": [{ "id": line["id"], "quantity": units }] })
                };
                last = Some(some(remaining + 1));
                let units = remaining.min(wanted);
                wanted -= units;
                let place = &work["assignedLocation"]["location"]["id"];
                let known = places.iter_mut().find(|(known, _)| known == place);
                match known {
                    _ if units == 0 => {}
                    Some((_, works)) => works.push(some(units)),
                    None => places.push((place.clone(), vec![some(units)])),
                }
            }
        }
        if wanted > 0 {
            let too_many = last.ok_or("no work is left")?;
            places = vec![(Value::Null, vec![too_many])];
        }
        for (_, works) in places {
            let sent = json!({ "f": { "lineItemsByFulfillmentOrder": works } });
            self.shop.by_work(FULFILL, sent).await?;
        }
        Ok(())
    }

    async fn fulfill_by_invoice(&self, at: usize, units: i64) -> Result<(), String> {
        let order = self.shop.by_invoice("GET", &format!("/orders/{}", self.order), Value::Null).await?;
        let lines = seen::invoice_lines(self.shop, self.order).await;
        // Corrections are lines of their own; what was sold first is asked for.
        let own = lines.iter().filter(|(_, own)| *own == at);
        let (line, _) = own.min_by_key(|(line, _)| line["id"].as_i64()).unwrap();
        let included = json!([{ "invoices_line_item_id": line["id"], "quantity": units }]);
        let location = if units % 2 == 0 { HERE } else { THERE };
        let sent = json!({ "fulfillment": { "contact_id": order["contact_id"], "location_id": location.0,
            "included_orders_invoices_line_items_attributes": included } });
        self.shop.by_invoice("POST", "/workspaces/1/fulfillments", sent).await.map(drop)
    }

    /// Nobody asks for so many units of a line any more.
    pub async fn give_up(&mut self, api: Api, at: usize, units: i64) -> Result<(), String> {
        let mut then = self.account;
        then[at].asked -= units;
        let could = then[at].asked >= then[at].left;
        let outcome = match api {
            Api::Item => {
                let item = json!({ "itemId": self.lines[at], "cancelQuantity": units.to_string() });
                let sent = json!({ "orderId": self.order, "items": [item] });
                self.shop.by_item("POST", "/fulfillments", sent).await.map(drop)
            }
            _ => self.edit(at, then[at].asked).await,
        };
        self.account(outcome, could, then).await
    }

    async fn edit(&self, at: usize, asked: i64) -> Result<(), String> {
        let id = json!({ "id": format!("gid://shopify/Order/{}", self.order) });
        let begun = self.shop.by_work(BEGIN, id).await?;
        let (draft, lines) =
            (&begun["calculatedOrder"]["id"], &begun["calculatedOrder"]["lineItems"]["nodes"]);
        let variant = format!("gid://shopify/ProductVariant/{}", SOLD[at].0);
        let line = lines.as_array().unwrap().iter().find(|line| line["variant"]["id"] == variant.as_str());
        let line = line.ok_or("the line can't be edited any more")?;
        let sent = json!({ "id": draft, "line": line["id"], "quantity": asked });
        self.shop.by_work(SET, sent).await?;
        self.shop.by_work(COMMIT, json!({ "id": draft })).await.map(drop)
    }

    /// The latest fulfillment that is left is called back.
    async fn call_back(&mut self, api: Api) {
        let order = seen::order(self.shop, self.order).await;
        let all = order["fulfillments"].as_array().unwrap();
        let Some(one) = all.iter().rfind(|one| one["status"] == "SUCCESS") else { return };
        let mut then = self.account;
        for part in one["fulfillmentLineItems"]["nodes"].as_array().unwrap() {
            let at = self.lines.iter().position(|line| *line == number(&part["lineItem"]["id"])).unwrap();
            then[at].left -= part["quantity"].as_i64().unwrap();
        }
        let outcome = match api {
            Api::Invoice => {
                let path = format!("/fulfillments/{}/cancel", number(&one["id"]));
                self.shop.by_invoice("POST", &path, json!([])).await.map(drop)
            }
            _ => self.shop.by_work(CALL_BACK, json!({ "id": one["id"] })).await.map(drop),
        };
        self.called_back = true;
        self.account(outcome, true, then).await.unwrap();
    }

    /// Anything, by any API, sometimes too much.
    pub async fn step(&mut self, chance: &mut Chance) {
        let api = chance.pick(&Api::ALL).unwrap();
        let at = chance.below(2);
        let units = chance.within(1..5);
        let _ = match chance.below(6) {
            0..=2 => self.fulfill(api, at, units).await,
            3 | 4 => {
                let by = if api == Api::Invoice { Api::Work } else { api };
                self.give_up(by, at, units).await
            }
            _ => {
                self.call_back(api).await;
                Ok(())
            }
        };
    }

    /// Whatever is left leaves, by any API.
    pub async fn finish(&mut self, chance: &mut Chance) {
        for at in 0..2 {
            let rest = self.account[at].asked - self.account[at].left;
            if rest > 0 {
                self.fulfill(chance.pick(&Api::ALL).unwrap(), at, rest).await.unwrap();
            }
        }
    }

    /// Nothing is left to do, and the money of an order that is charged as units leave was taken or let go, to the cent.
    pub async fn ended(&self) {
        let (asked, left) = totals(&self.account);
        assert_eq!(asked, left);
        if self.placed_by != Api::Item || self.called_back {
            return;
        }
        let shown = self.shop.by_item("GET", &format!("/orders/{}", self.order), Value::Null).await.unwrap();
        let cents = |name: &str| (shown[name].as_f64().unwrap() * 100.0).round() as i64;
        assert_eq!(cents("capturedAmount") + cents("cancelledAmount"), cents("totalAmount"), "{shown:#}");
        let taken: i64 = self.account.iter().zip(SOLD).map(|(units, (_, each))| units.left * each).sum();
        assert_eq!(cents("capturedAmount"), taken, "{shown:#}");
    }
}

async fn placed_by_work(shop: &Shop, units: [i64; 2]) -> (i64, [i64; 2]) {
    let lines: Vec<Value> = units
        .iter()
        .zip(SOLD)
        .map(|(units, (variant, _))| {
            json!({ "variantId": format!("gid://shopify/ProductVariant/{variant}"), "quantity": units })
        })
        .collect();
    let order = json!({ "email": "ada@example.com", "lineItems": lines, "financialStatus": "PAID" });
    let made = shop.by_work(PLACE, json!({ "order": order })).await.unwrap();
    let lines = &made["order"]["lineItems"]["nodes"];
    (number(&made["order"]["id"]), [0, 1].map(|at| number(&lines[at]["id"])))
}

async fn placed_by_invoice(shop: &Shop, units: [i64; 2]) -> (i64, [i64; 2]) {
    let contact = json!({ "contact": { "email_address": "ada@example.com" } });
    let contact = shop.by_invoice("POST", "/workspaces/1/contacts/upsert", contact).await.unwrap();
    let line = |at: usize| json!({ "variant_id": SOLD[at].0.0, "products_price_id": PRICES[at], "quantity": units[at] });
    let sent = json!({ "order": { "order_type": "one-time-order", "live_mode": true, "contact_id": contact["id"],
        "shipping_address_country": "CA", "line_items_attributes": [line(0), line(1)] } });
    let order = shop.by_invoice("POST", "/workspaces/1/orders", sent).await.unwrap();
    let billed = [0, 1].map(|at| {
        let mut line = line(at);
        let cents = SOLD[at].1 * units[at];
        line["amount"] = json!(format!("{}.{:02}", cents / 100, cents % 100));
        line
    });
    let id = order["id"].as_i64().unwrap();
    let sent = json!({ "orders_invoice": { "external_id": format!("x-{id}"), "status": "paid", "paid_at": "2026-01-10T00:00:00Z",
        "line_items_attributes": billed } });
    shop.by_invoice("POST", &format!("/orders/{id}/invoices"), sent).await.unwrap();
    let seen = seen::order(shop, id).await;
    let nodes = seen["lineItems"]["nodes"].as_array().unwrap();
    let line = |at: usize| {
        let variant = format!("gid://shopify/ProductVariant/{}", SOLD[at].0);
        number(&nodes.iter().find(|line| line["variant"]["id"] == variant.as_str()).unwrap()["id"])
    };
    (id, [line(0), line(1)])
}

async fn placed_by_item(shop: &Shop, units: [i64; 2]) -> (i64, [i64; 2]) {
    let items: Vec<Value> = units
        .iter()
        .zip(SOLD)
        .map(|(units, (variant, price))| {
            json!({ "skuId": format!("SKU-{variant}"), "quantity": units, "price": price as f64 / 100.0 })
        })
        .collect();
    let sent = json!({ "currency": "USD", "email": "ada@example.com", "sourceId": shop.source().await, "items": items,
        "shipTo": { "address": { "country": "CA" } } });
    let order = shop.by_item("POST", "/orders", sent).await.unwrap();
    assert_eq!(order["state"], "accepted");
    let id = |value: &Value| value.as_str().unwrap().parse().unwrap();
    (id(&order["id"]), [0, 1].map(|at| id(&order["items"][at]["id"])))
}
