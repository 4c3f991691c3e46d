//! Orders that are edited, paid by hand and called off, as a program of the Admin API sees it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

use domain::actor::{Actor, Permissions};
use domain::command::Command;
use scenarios::served::Served;
use serde_json::{Value, json};
use testkit::world::{self, HERE, MUG, SHIRT};

const VERSION: &str = "2026-07";
const SHOWN: &str = "id quantity editableQuantity editableQuantityBeforeChanges title restockable restocking
    hasStagedLineItemDiscount variant { id } originalUnitPriceSet { shopMoney { amount } }";

struct Shop(Served);

impl Shop {
    async fn open() -> Shop {
        let served = Served::empty(world::shop(), &[]).await;
        for command in [
            Command::SaveLocation(world::location(HERE, 1)),
            Command::SaveProduct(
                world::product(domain::id::ProductId(90)),
                vec![world::variant(SHIRT), world::variant(MUG)],
            ),
            Command::correct_stock(vec![(SHIRT, HERE, 10), (MUG, HERE, 10)]),
        ] {
            served.engine.execute(&served.shop, &Actor::System, &command).await.unwrap().unwrap();
        }
        Shop(served)
    }

    async fn ask(&self, document: &str, variables: Value) -> Value {
        let (status, answer) = self.0.ask("2026-10", document, &variables).await;
        assert!(status == 200 && answer.get("errors").is_none(), "{answer}");
        answer["data"].clone()
    }

    /// An order of three shirts for 10.00 each, with 2.00 tax and 5.00 shipping; and its line.
    async fn place(&self, more: Value) -> (Value, Value) {
        let usd = |amount: &str| json!({ "shopMoney": { "amount": amount, "currencyCode": "USD" } });
        let mut order = json!({
            "lineItems": [{
                "variantId": format!("gid://shopify/ProductVariant/{SHIRT}"), "quantity": 3, "title": "Shirt",
                "taxLines": [{ "title": "VAT", "rate": "0.07", "priceSet": usd("2.00") }],
            }],
            "shippingLines": [{ "title": "Post", "priceSet": usd("5.00") }],
        });
        order.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let document = "mutation($order: OrderCreateOrderInput!) { orderCreate(order: $order) {
            order { id lineItems(first: 1) { nodes { id } } } userErrors { message } } }";
        let made = self.ask(document, json!({ "order": order })).await;
        let order = &made["orderCreate"]["order"];
        assert!(order.is_object(), "{made}");
        (order["id"].clone(), order["lineItems"]["nodes"][0]["id"].clone())
    }

    async fn begin(&self, order: &Value) -> Value {
        let document = "mutation($id: ID!) { orderEditBegin(id: $id) { calculatedOrder { id } } }";
        let begun = self.ask(document, json!({ "id": order })).await;
        begun["orderEditBegin"]["calculatedOrder"]["id"].clone()
    }

    /// One step of an edit: the root with its arguments, `id` apart.
    async fn step(&self, id: &Value, root: &str, arguments: &str) -> Value {
        let document = format!(
            "mutation($id: ID!) {{ {root}(id: $id, {arguments}) {{
               calculatedLineItem {{ {SHOWN} }}
               calculatedOrder {{ subtotalLineItemsQuantity totalPriceSet {{ shopMoney {{ amount }} }} }}
               userErrors {{ field message }} }} }}"
        );
        self.ask(&document, json!({ "id": id })).await[root].clone()
    }

    async fn commit(&self, id: &Value) -> Value {
        let document = "mutation($id: ID!) { orderEditCommit(id: $id) { order { id } successMessages
            userErrors { field message } } }";
        self.ask(document, json!({ "id": id })).await["orderEditCommit"].clone()
    }

    async fn read(&self, order: &Value, fields: &str) -> Value {
        let document = format!("query($id: ID!) {{ order(id: $id) {{ {fields} }} }}");
        self.ask(&document, json!({ "id": order })).await["order"].clone()
    }

    async fn cancel(&self, order: &Value, arguments: &str) -> Value {
        let document = format!(
            "mutation($id: ID!) {{ orderCancel(orderId: $id, reason: OTHER, {arguments}) {{
               job {{ id done }} jobResult {{ id done status order {{ cancelledAt }} errors {{ message }} }}
               orderCancelUserErrors {{ field message code }} userErrors {{ field }} }} }}"
        );
        self.ask(&document, json!({ "id": order })).await["orderCancel"].clone()
    }
}

const WORK: &str = "fulfillmentOrders(first: 5) { nodes { status
    lineItems(first: 5) { nodes { totalQuantity remainingQuantity } } } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edit_is_seen_before_it_is_done() {
    let shop = Shop::open().await;
    let (order, line) = shop.place(json!({})).await;
    let id = shop.begin(&order).await;
    let number = line.as_str().unwrap().rsplit('/').next().unwrap();
    let own =
        format!("lineItemId: \"gid://shopify/CalculatedLineItem/{number}\", quantity: 1, restock: true");
    let lowered = shop.step(&id, "orderEditSetQuantity", &own).await;
    assert_eq!(
        lowered["calculatedLineItem"],
        json!({
            "id": format!("gid://shopify/CalculatedLineItem/{number}"), "quantity": 1, "editableQuantity": 1,
            "editableQuantityBeforeChanges": 3, "title": "Shirt", "restockable": true, "restocking": true,
            "hasStagedLineItemDiscount": false,
            "variant": { "id": format!("gid://shopify/ProductVariant/{SHIRT}") },
            "originalUnitPriceSet": { "shopMoney": { "amount": "10.0" } },
        })
    );
    // 10.00, a third of the taxes, and the post.
    assert_eq!(lowered["calculatedOrder"]["totalPriceSet"]["shopMoney"]["amount"], "15.67");
    let mug = format!("variantId: \"gid://shopify/ProductVariant/{MUG}\", quantity: 2");
    let added = shop.step(&id, "orderEditAddVariant", &mug).await;
    let added_id = added["calculatedLineItem"]["id"].as_str().unwrap().to_owned();
    assert_eq!(added_id.rsplit('/').next().unwrap().len(), 36, "a UUID: it is no line yet");
    let more = format!("lineItemId: \"{added_id}\", quantity: 4");
    let more = shop.step(&id, "orderEditSetQuantity", &more).await;
    assert_eq!(more["calculatedOrder"]["subtotalLineItemsQuantity"], 5);
    let wrap = "title: \"Gift wrap\", quantity: 1, requiresShipping: false,
        price: { amount: \"1.50\", currencyCode: USD }";
    let wrapped = shop.step(&id, "orderEditAddCustomItem", wrap).await;
    assert_eq!(wrapped["calculatedOrder"]["totalPriceSet"]["shopMoney"]["amount"], "57.17");
    let now = "edited currentTotalPriceSet { shopMoney { amount } }";
    let total = |of: &Value| of["currentTotalPriceSet"]["shopMoney"]["amount"].clone();
    let before = shop.read(&order, now).await;
    assert_eq!((&before["edited"], total(&before)), (&json!(false), json!("37.0")));
    let document = "query($id: ID!) { node(id: $id) { ... on CalculatedOrder {
        lineItems(first: 5) { nodes { quantity } } addedLineItems(first: 5) { nodes { quantity } } } } }";
    let node = shop.ask(document, json!({ "id": id })).await["node"].clone();
    assert_eq!(node["lineItems"]["nodes"], json!([{ "quantity": 1 }]));
    assert_eq!(node["addedLineItems"]["nodes"], json!([{ "quantity": 4 }, { "quantity": 1 }]));
    edit_tells_all_of_it(&shop, &id, number).await;
    let done = shop.commit(&id).await;
    assert_eq!((&done["successMessages"], &done["userErrors"]), (&json!(["Order updated"]), &json!([])));
    let after = shop
        .read(&order, &format!("{now} {WORK} lineItems(first: 5) {{ nodes {{ quantity currentQuantity }} }}"))
        .await;
    assert_eq!((&after["edited"], total(&after)), (&json!(true), json!("57.17")));
    assert_eq!(
        after["lineItems"]["nodes"],
        json!([{ "quantity": 3, "currentQuantity": 1 }, { "quantity": 4, "currentQuantity": 4 },
               { "quantity": 1, "currentQuantity": 1 }])
    );
    let works = after["fulfillmentOrders"]["nodes"].as_array().unwrap();
    assert_eq!(works[0]["lineItems"]["nodes"], json!([{ "totalQuantity": 1, "remainingQuantity": 1 }]));
    let rest = works[1..].iter().flat_map(|work| work["lineItems"]["nodes"].as_array().unwrap());
    let mut rest: Vec<i64> = rest.map(|line| line["remainingQuantity"].as_i64().unwrap()).collect();
    rest.sort_unstable();
    assert_eq!(rest, [1, 4], "each unit once");
}

/// What the edit of [`an_edit_is_seen_before_it_is_done`] would come to, and its steps.
async fn edit_tells_all_of_it(shop: &Shop, id: &Value, line: &str) {
    let money = "{ shopMoney { amount } }";
    let document = format!(
        "query($id: ID!, $own: String) {{ node(id: $id) {{ ... on CalculatedOrder {{
           subtotalPriceSet {money} totalOutstandingSet {money} cartDiscountAmountSet {money}
           shippingLines {{ title stagedStatus price {money} }} taxLines {{ title priceSet {money} }}
           stagedChanges(first: 9) {{ nodes {{ __typename
             ... on OrderStagedChangeDecrementItem {{ delta restock lineItem {{ id quantity }} }}
             ... on OrderStagedChangeAddVariant {{ quantity variant {{ id }} }}
             ... on OrderStagedChangeAddCustomItem {{ title quantity originalUnitPrice {{ amount }} }} }} }}
           own: lineItems(first: 5, query: $own) {{ nodes {{ id editableSubtotalSet {money}
             uneditableSubtotalSet {money} discountedUnitPriceSet {money} stagedChanges {{ __typename }} }} }}
           fixed: lineItems(first: 5, query: \"editable:false\") {{ nodes {{ id }} }} }} }} }}"
    );
    let of = |amount: &str| json!({ "shopMoney": { "amount": amount } });
    let kinds = "query($id: ID!) { node(id: $id) { ... on CalculatedOrder { stagedChanges(last: 2) {
        nodes { __typename } } } } }";
    let kinds = shop.ask(kinds, json!({ "id": id })).await["node"]["stagedChanges"]["nodes"].clone();
    let added = ["OrderStagedChangeAddVariant", "OrderStagedChangeAddCustomItem"];
    assert_eq!(kinds, json!(added.map(|kind| json!({ "__typename": kind }))), "whatever else is asked for");
    let seen = shop.ask(&document, json!({ "id": id, "own": format!("id:{line} editable:true") })).await;
    assert_eq!(
        seen["node"],
        json!({
            "subtotalPriceSet": of("51.5"), "totalOutstandingSet": of("57.17"), "cartDiscountAmountSet": of("0.0"),
            "shippingLines": [{ "title": "Post", "stagedStatus": "NONE", "price": of("5.0") }],
            "taxLines": [{ "title": "VAT", "priceSet": of("0.67") }],
            "stagedChanges": { "nodes": [
                { "__typename": "OrderStagedChangeDecrementItem", "delta": 2, "restock": true,
                  "lineItem": { "id": format!("gid://shopify/LineItem/{line}"), "quantity": 3 } },
                { "__typename": "OrderStagedChangeAddVariant", "quantity": 4,
                  "variant": { "id": format!("gid://shopify/ProductVariant/{MUG}") } },
                { "__typename": "OrderStagedChangeAddCustomItem", "title": "Gift wrap", "quantity": 1,
                  "originalUnitPrice": { "amount": "1.5" } },
            ] },
            "own": { "nodes": [{
                "id": format!("gid://shopify/CalculatedLineItem/{line}"), "editableSubtotalSet": of("10.0"),
                "uneditableSubtotalSet": of("0.0"), "discountedUnitPriceSet": of("10.0"),
                "stagedChanges": [{ "__typename": "OrderStagedChangeDecrementItem" }],
            }] },
            "fixed": { "nodes": [] },
        })
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happened_to_an_order_is_told() {
    let shop = Shop::open().await;
    let paid = json!({ "transactions": [{ "kind": "SALE", "gateway": "cash",
        "amountSet": { "shopMoney": { "amount": "37.00", "currencyCode": "USD" } } }] });
    let (order, _) = shop.place(paid).await;
    shop.cancel(&order, "restock: true, refundMethod: { originalPaymentMethodsRefund: true }").await;
    let fields = "events(first: 9) { nodes { action message appTitle attributeToApp
        ... on BasicEvent { id author subjectId subjectType } } }";
    let told = shop.read(&order, fields).await["events"]["nodes"].clone();
    let mut actions: Vec<&str> =
        told.as_array().unwrap().iter().map(|event| event["action"].as_str().unwrap()).collect();
    actions.sort_unstable();
    assert_eq!(actions, ["cancelled", "placed", "refund_success", "restock_line_items", "sale_success"]);
    let one = |action: &str| told.as_array().unwrap().iter().find(|event| event["action"] == action).unwrap();
    let placed = one("placed");
    assert_eq!(
        (&placed["appTitle"], &placed["subjectType"]),
        (&json!("Tester"), &json!("ORDER")),
        "{placed}"
    );
    assert_eq!(one("restock_line_items")["message"], "3 items went back to stock.");
    let query = "events(first: 9, query: \"action:sale_success\") { nodes { message criticalAlert } }";
    let found = shop.read(&order, query).await["events"]["nodes"].clone();
    assert_eq!(found, json!([{ "message": "The payment of 37.00 USD succeeded.", "criticalAlert": false }]));
    let newest = "events(last: 1, sortKey: CREATED_AT) { nodes { action } pageInfo { hasPreviousPage } }";
    assert_eq!(shop.read(&order, newest).await["events"]["pageInfo"]["hasPreviousPage"], true);
    let node = "query($id: ID!) { node(id: $id) { ... on BasicEvent { id action } } }";
    let same = shop.ask(node, json!({ "id": placed["id"] })).await;
    assert_eq!(same["node"], json!({ "id": placed["id"], "action": "placed" }));

    let money = "{ shopMoney { amount } }";
    let fields = format!(
        "refunds {{ legacyResourceId processedAt order {{ id }} transactions(first: 5) {{ nodes {{ kind
           amountSet {money} }} }} refundLineItems(first: 5) {{ nodes {{ quantity price priceSet {money}
           subtotalSet {money} totalTaxSet {money} }} }} }}"
    );
    let refund = shop.read(&order, &fields).await["refunds"][0].clone();
    let of = |amount: &str| json!({ "shopMoney": { "amount": amount } });
    assert_eq!(refund["order"]["id"], order);
    assert_eq!(refund["transactions"]["nodes"], json!([{ "kind": "REFUND", "amountSet": of("37.0") }]));
    assert_eq!(
        refund["refundLineItems"]["nodes"],
        json!([{ "quantity": 3, "price": "10.0", "priceSet": of("10.0"), "subtotalSet": of("30.0"),
                 "totalTaxSet": of("2.0") }])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_edit_is_refused_for() {
    let shop = Shop::open().await;
    let (order, line) = shop.place(json!({})).await;
    let id = shop.begin(&order).await;
    let line = line.as_str().unwrap();
    let said = |answer: &Value| answer["userErrors"].clone();
    let error = |field: Value, message: &str| json!([{ "field": field, "message": message }]);
    let nobody =
        shop.step(&id, "orderEditSetQuantity", "lineItemId: \"gid://shopify/LineItem/7\", quantity: 1");
    let message = "The line item does not exist on the order.";
    assert_eq!(said(&nobody.await), error(json!(["lineItemId"]), message));
    let variant = "variantId: \"gid://shopify/ProductVariant/7\", quantity: 1";
    let unknown = shop.step(&id, "orderEditAddVariant", variant).await;
    assert_eq!(said(&unknown), error(json!(["variantId"]), "The variant does not exist in the shop."));
    let shirt = format!("variantId: \"gid://shopify/ProductVariant/{SHIRT}\", quantity: 1");
    assert_eq!(said(&shop.step(&id, "orderEditAddVariant", &shirt).await)[0]["field"], json!(["variantId"]));
    let euros = "title: \"A\", quantity: 1, price: { amount: \"1\", currencyCode: EUR }";
    assert_eq!(said(&shop.step(&id, "orderEditAddCustomItem", euros).await)[0]["field"], json!(["price"]));
    let nothing = shop.commit(&id).await;
    assert_eq!(said(&nothing), error(Value::Null, "The edit changes nothing."));
    let strange = json!("gid://shopify/CalculatedOrder/7");
    let step = format!("lineItemId: \"{line}\", quantity: 2");
    let gone = error(json!(["id"]), "The calculated order does not exist.");
    assert_eq!(said(&shop.step(&strange, "orderEditSetQuantity", &step).await), gone);
    assert_eq!(said(&shop.commit(&strange).await), gone);
    let two = shop.begin(&order).await;
    for draft in [&id, &two] {
        assert_eq!(said(&shop.step(draft, "orderEditSetQuantity", &step).await), json!([]));
    }
    let other = shop.0.key(None, "Another", Permissions::all()).await;
    let document = "mutation($id: ID!) { orderEditCommit(id: $id) { userErrors { field message } } }";
    let (_, answer) = shop.0.ask_as(&other.token, VERSION, document, &json!({ "id": id })).await;
    assert_eq!(said(&answer["data"]["orderEditCommit"]), gone, "it is another program's");
    assert_eq!(said(&shop.commit(&id).await), json!([]));
    let outdated = said(&shop.commit(&two).await);
    assert!(outdated[0]["message"].as_str().unwrap().contains("2 of it are on the order now"), "{outdated}");
    assert_eq!(said(&shop.commit(&id).await), gone, "it is done once");
    shop.cancel(&order, "restock: true").await;
    let document = "mutation($id: ID!) { orderEditBegin(id: $id) { userErrors { field message } } }";
    let begin = |order: Value| shop.ask(document, json!({ "id": order }));
    let locked = begin(order.clone()).await;
    assert_eq!(said(&locked["orderEditBegin"]), error(Value::Null, "The order cannot be edited."));
    let nowhere = begin(json!("gid://shopify/Order/7")).await;
    assert_eq!(said(&nowhere["orderEditBegin"]), error(json!(["id"]), "The order does not exist."));
    let state = shop.read(&order, "merchantEditable merchantEditableErrors").await;
    assert_eq!(
        (&state["merchantEditable"], state["merchantEditableErrors"].as_array().unwrap().len()),
        (&json!(false), 1)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_paid_by_hand() {
    let shop = Shop::open().await;
    let usd = |amount: &str| json!({ "shopMoney": { "amount": amount, "currencyCode": "USD" } });
    let held =
        json!({ "kind": "AUTHORIZATION", "status": "SUCCESS", "gateway": "card", "amountSet": usd("30.00") });
    let (order, _) = shop.place(json!({ "transactions": [held] })).await;
    let fields = "displayFinancialStatus canMarkAsPaid capturable totalCapturableSet { shopMoney { amount } }
        totalOutstandingSet { shopMoney { amount } }
        transactions { kind gateway manuallyCapturable parentTransaction { kind } amountSet { shopMoney { amount } } }";
    let amount = |of: &Value, name: &str| of[name]["shopMoney"]["amount"].clone();
    let before = shop.read(&order, fields).await;
    assert_eq!((&before["canMarkAsPaid"], &before["capturable"]), (&json!(true), &json!(true)));
    assert_eq!(amount(&before, "totalCapturableSet"), "30.0");
    assert_eq!(amount(&before, "totalOutstandingSet"), "37.0");
    let document =
        "mutation($id: ID!) { orderMarkAsPaid(input: { id: $id }) { order { displayFinancialStatus }
        userErrors { field message } } }";
    let paid = shop.ask(document, json!({ "id": order })).await["orderMarkAsPaid"].clone();
    assert_eq!(paid["order"]["displayFinancialStatus"], "PAID");
    let after = shop.read(&order, fields).await;
    assert_eq!((&after["canMarkAsPaid"], &after["capturable"]), (&json!(false), &json!(false)));
    let bag = |amount: &str| json!({ "shopMoney": { "amount": amount } });
    let row = |kind: &str, gateway: &str, parent: Value, amount: &str| {
        json!({ "kind": kind, "gateway": gateway, "manuallyCapturable": false, "parentTransaction": parent,
                "amountSet": bag(amount) })
    };
    assert_eq!(
        after["transactions"],
        json!([
            row("AUTHORIZATION", "card", Value::Null, "30.0"),
            row("CAPTURE", "card", json!({ "kind": "AUTHORIZATION" }), "30.0"),
            row("SALE", "manual", Value::Null, "7.0"),
        ])
    );
    let again = shop.ask(document, json!({ "id": order })).await["orderMarkAsPaid"].clone();
    assert_eq!(
        again["userErrors"],
        json!([{ "field": ["id"], "message": "Order cannot be marked as paid." }])
    );
    let capturable = shop.read(&order, "transactions(capturable: true) { kind }").await;
    assert_eq!(capturable["transactions"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_called_off_and_paid_back() {
    let shop = Shop::open().await;
    let usd = json!({ "shopMoney": { "amount": "37.00", "currencyCode": "USD" } });
    let paid = json!({ "transactions": [{ "kind": "SALE", "status": "SUCCESS", "gateway": "card", "amountSet": usd }] });
    let (order, _) = shop.place(paid.clone()).await;
    let both = shop
        .cancel(&order, "restock: true, refund: true, refundMethod: { originalPaymentMethodsRefund: true }")
        .await;
    assert_eq!(both["orderCancelUserErrors"][0]["field"], json!(["refund"]));
    let credit = shop.cancel(&order, "restock: true, refundMethod: { storeCreditRefund: {} }").await;
    assert_eq!(credit["orderCancelUserErrors"][0]["code"], "STORE_CREDIT_REFUND_MISSING_CUSTOMER");
    let past = "restock: true, refundMethod: { storeCreditRefund: { expiresAt: \"2020-01-01T00:00:00Z\" } }";
    let past = shop.cancel(&order, past).await;
    assert_eq!(past["orderCancelUserErrors"][0]["code"], "STORE_CREDIT_REFUND_EXPIRATION_IN_PAST");
    let done =
        shop.cancel(&order, "restock: true, refundMethod: { originalPaymentMethodsRefund: true }").await;
    assert_eq!(
        (&done["job"]["done"], &done["jobResult"]["status"]),
        (&json!(true), &json!("SUCCEEDED")),
        "{done}"
    );
    assert!(done["jobResult"]["order"]["cancelledAt"].is_string());
    let document = "query($job: ID!, $result: ID!) { job(id: $job) { id done }
        node(id: $result) { ... on OrderCancelJobResult { done status order { id } } } }";
    let (job, result) = (&done["job"]["id"], &done["jobResult"]["id"]);
    let told = shop.ask(document, json!({ "job": job, "result": result })).await;
    assert_eq!(told["job"], json!({ "id": job, "done": true }));
    assert_eq!(told["node"], json!({ "done": true, "status": "SUCCEEDED", "order": { "id": order } }));
    let fields = "displayFinancialStatus restockable totalRefundedSet { shopMoney { amount } }
        currentTotalPriceSet { shopMoney { amount } } totalOutstandingSet { shopMoney { amount } }
        lineItems(first: 1) { nodes { refundableQuantity restockable merchantEditable } }
        refunds { totalRefundedSet { shopMoney { amount } } refundLineItems(first: 5) { nodes {
            quantity restockType restocked location { id } lineItem { title } } } }";
    let after = shop.read(&order, fields).await;
    let bag = |amount: &str| json!({ "shopMoney": { "amount": amount } });
    assert_eq!(
        after,
        json!({
            "displayFinancialStatus": "REFUNDED", "restockable": false, "totalRefundedSet": bag("37.0"),
            "currentTotalPriceSet": bag("0.0"), "totalOutstandingSet": bag("0.0"),
            "lineItems": { "nodes": [{ "refundableQuantity": 0, "restockable": false, "merchantEditable": false }] },
            "refunds": [{ "totalRefundedSet": bag("37.0"), "refundLineItems": { "nodes": [{
                "quantity": 3, "restockType": "CANCEL", "restocked": true,
                "location": { "id": format!("gid://shopify/Location/{HERE}") }, "lineItem": { "title": "Shirt" },
            }] } }],
        })
    );
    let strange = json!({ "job": "gid://shopify/Job/7d1a73dc-f62f-4939-97ef-1a1635a50752", "result": "gid://shopify/OrderCancelJobResult/7" });
    assert_eq!(shop.ask(document, strange).await, json!({ "job": null, "node": null }));
    let (kept, _) = shop.place(paid).await;
    shop.cancel(&kept, "restock: false").await;
    let kept = shop
        .read(&kept, "displayFinancialStatus refunds { refundLineItems(first: 1) { nodes { restockType } } }")
        .await;
    assert_eq!(kept["displayFinancialStatus"], "PAID", "the money stays");
    assert_eq!(kept["refunds"][0]["refundLineItems"]["nodes"][0]["restockType"], "NO_RESTOCK");
}
