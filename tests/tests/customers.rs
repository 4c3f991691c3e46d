//! An order and its surroundings over HTTP: whose it is, what is said of it later, its tags and metafields.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use scenarios::served::Served;
use serde_json::{Value, json};
use testkit::world;

const CREATE: &str = "mutation($order: OrderCreateOrderInput!) { orderCreate(order: $order) {
  userErrors { field message code }
  order { id email tags customer { id displayName email numberOfOrders tags taxExempt addresses { id city } }
    metafield(namespace: \"crm\", key: \"score\") { jsonValue ownerType type }
    metafields(first: 5) { nodes { namespace key value } } } } }";

async fn served() -> Served {
    let served = Served::empty(world::shop(), &[]).await;
    for command in world::furniture() {
        let system = domain::actor::Actor::System;
        served.engine.execute(&served.shop, &system, &command).await.unwrap().unwrap();
    }
    served
}

async fn ask(served: &Served, document: &str, variables: Value) -> Value {
    let (status, answer) = served.ask("2026-07", document, &variables).await;
    assert_eq!(status, 200, "{answer}");
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"].clone()
}

async fn placed(served: &Served, mut more: Value) -> Value {
    let price = json!({ "shopMoney": { "amount": "9.00", "currencyCode": "USD" } });
    more["lineItems"] = json!([{ "title": "Poster", "quantity": 1, "priceSet": price }]);
    ask(served, CREATE, json!({ "order": more })).await["orderCreate"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_knows_what_was_ordered() {
    let served = served().await;
    let mut hers = Vec::new();
    for name in ["#1", "#2", "#3"] {
        let made = placed(&served, json!({ "email": "ada@example.com", "name": name })).await;
        hers.push(made["order"]["id"].clone());
    }
    placed(&served, json!({ "email": "bob@example.com" })).await;
    let document = "query($id: ID!, $after: String) { order(id: $id) { customer {
        orders(first: 2, after: $after, sortKey: ORDER_NUMBER, reverse: true) {
          nodes { id name } pageInfo { endCursor hasNextPage } }
        found: orders(first: 5, query: \"name:#1\") { nodes { id customer { email } } } } } }";
    let read = async |after: Value| {
        let answer = ask(&served, document, json!({ "id": hers[0], "after": after })).await;
        answer["order"]["customer"].clone()
    };
    let first = read(Value::Null).await;
    let ids = |of: &Value| of["nodes"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    let listed: Vec<Value> = ids(&first["orders"]);
    assert_eq!(listed, [hers[2].clone(), hers[1].clone()]);
    assert_eq!(first["orders"]["pageInfo"]["hasNextPage"], true);
    let rest = read(first["orders"]["pageInfo"]["endCursor"].clone()).await;
    let listed: Vec<Value> = ids(&rest["orders"]);
    assert_eq!((listed, &rest["orders"]["pageInfo"]["hasNextPage"]), (vec![hers[0].clone()], &json!(false)));
    let email = json!({ "email": "ada@example.com" });
    assert_eq!(first["found"]["nodes"], json!([{ "id": hers[0], "customer": email }]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_knows_its_customer() {
    let served = served().await;
    let first = placed(&served, json!({ "email": "Ada@Example.com" })).await;
    let ada = first["order"]["customer"].clone();
    assert_eq!(
        (&ada["displayName"], &ada["numberOfOrders"]),
        (&json!("Ada@Example.com"), &json!("1")),
        "{first}"
    );
    let upsert = json!({ "email": "ada@example.com", "firstName": "Ada", "lastName": "Lovelace", "taxExempt": true,
        "tags": ["vip, late"], "addresses": [{ "city": "London" }] });
    let again = placed(&served, json!({ "customer": { "toUpsert": upsert } })).await;
    let same = &again["order"]["customer"];
    assert_eq!(same["id"], ada["id"]);
    assert_eq!((&same["displayName"], &same["tags"]), (&json!("Ada Lovelace"), &json!(["late", "vip"])));
    assert_eq!((&same["numberOfOrders"], &same["addresses"][0]["city"]), (&json!("2"), &json!("London")));
    assert_eq!(again["order"]["email"], "ada@example.com");
    let node = ask(
        &served,
        "query($id: ID!) { node(id: $id) { ... on Customer { firstName taxExempt } } }",
        json!({ "id": ada["id"] }),
    )
    .await;
    assert_eq!(node["node"], json!({ "firstName": "Ada", "taxExempt": true }));

    let error = |answer: &Value| answer["userErrors"][0].clone();
    let both = placed(
        &served,
        json!({ "customerId": ada["id"], "customer": { "toAssociate": { "id": ada["id"] } } }),
    )
    .await;
    assert_eq!(
        (&error(&both)["field"], &error(&both)["code"]),
        (&json!(["order"]), &json!("REDUNDANT_CUSTOMER_FIELDS"))
    );
    let nobody =
        placed(&served, json!({ "customer": { "toAssociate": { "email": "bob@example.com" } } })).await;
    assert_eq!(error(&nobody)["field"], json!(["order", "customer"]), "{nobody}");
    let malformed = placed(&served, json!({ "email": "nobody" })).await;
    assert_eq!(error(&malformed)["message"], "Email is invalid");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_an_order_comes_from_is_kept() {
    let served = served().await;
    let amount = json!({ "shopMoney": { "amount": "9.00", "currencyCode": "USD" } });
    let till = format!("gid://shopify/Location/{}", world::HERE);
    let made = placed(
        &served,
        json!({ "sourceUrl": "https://market.example/7", "referringSite": "https://search.example",
            "userId": "gid://shopify/StaffMember/3", "companyLocationId": "gid://shopify/CompanyLocation/4",
            "transactions": [{ "amountSet": amount, "deviceId": "gid://shopify/PointOfSaleDevice/5",
                "locationId": till, "userId": "gid://shopify/StaffMember/3" }] }),
    )
    .await;
    let id = made["order"]["id"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let url = format!("{}/admin/api/2026-07/orders/{id}.json", served.url);
    let answer = served.client.get(url).header("X-Shopify-Access-Token", &served.token).send().await.unwrap();
    let order = answer.json::<Value>().await.unwrap()["order"].clone();
    let of = |name: &str| order[name].clone();
    assert_eq!(of("source_url"), "https://market.example/7", "{order}");
    assert_eq!(of("referring_site"), "https://search.example");
    assert_eq!((of("user_id"), of("company")), (json!(3), json!({ "id": null, "location_id": 4 })));
    let document = "query($id: ID!) { order(id: $id) { transactions { location { id } } } }";
    let told = ask(&served, document, json!({ "id": made["order"]["id"] })).await;
    assert_eq!(told["order"]["transactions"], json!([{ "location": { "id": till } }]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_amended_put_away_and_forgotten() {
    let served = served().await;
    let field = json!({ "namespace": "crm", "key": "score", "type": "number_integer", "value": "7" });
    let made = placed(&served, json!({ "metafields": [field] })).await["order"].clone();
    assert_eq!(made["metafield"], json!({ "jsonValue": 7, "ownerType": "ORDER", "type": "number_integer" }));
    assert_eq!(made["customer"], Value::Null);
    let id = &made["id"];
    let update = "mutation($input: OrderInput!) { orderUpdate(input: $input) {
      order { note phone poNumber customAttributes { key value } shippingAddress { zip } metafields(first: 5) { nodes { key value } } }
      userErrors { field message } } }";
    let amended = async |mut input: Value| {
        input["id"] = id.clone();
        ask(&served, update, json!({ "input": input })).await["orderUpdate"].clone()
    };
    let told = amended(json!({ "note": "Ring twice", "poNumber": "PO-1", "customAttributes": [{ "key": "gift", "value": "yes" }],
        "metafields": [{ "namespace": "crm", "key": "score", "value": "8" }] })).await;
    assert_eq!(
        (&told["order"]["note"], &told["order"]["poNumber"]),
        (&json!("Ring twice"), &json!("PO-1")),
        "{told}"
    );
    assert_eq!(told["order"]["metafields"]["nodes"], json!([{ "key": "score", "value": "8" }]));
    // The order is told as it is, with what is wrong.
    for (input, error) in [
        (json!({}), json!({ "field": null, "message": "No valid update parameters have been provided" })),
        (json!({ "phone": "call me" }), json!({ "field": ["phone"], "message": "Phone is invalid" })),
        (
            json!({ "shippingAddress": { "address1": "3 Main St", "zip": "1", "countryCode": "US" } }),
            json!({ "field": ["shippingAddress", "lastName"], "message": "Enter a last name" }),
        ),
    ] {
        let told = amended(input).await;
        assert_eq!((&told["userErrors"], &told["order"]["note"]), (&json!([error]), &json!("Ring twice")));
    }
    let by = "query($i: OrderIdentifierInput!) { orderByIdentifier(identifier: $i) { id } }";
    for (value, found) in [("8", json!({ "id": id })), ("7", Value::Null)] {
        let i = json!({ "customId": { "namespace": "crm", "key": "score", "value": value } });
        assert_eq!(ask(&served, by, json!({ "i": i })).await["orderByIdentifier"], found);
    }
    let tags = |root: &str| {
        format!(
            "mutation($id: ID!, $tags: [String!]!) {{ {root}(id: $id, tags: $tags) {{ node {{ ... on Order {{ tags }} }} userErrors {{ message }} }} }}"
        )
    };
    let added = ask(&served, &tags("tagsAdd"), json!({ "id": id, "tags": ["Red, b", "red", "A"] })).await;
    assert_eq!(added["tagsAdd"]["node"]["tags"], json!(["A", "b", "Red"]));
    let left = ask(&served, &tags("tagsRemove"), json!({ "id": id, "tags": ["a,Red"] })).await;
    assert_eq!(left["tagsRemove"]["node"]["tags"], json!(["b"]));
    let closed = |root: &str, kind: &str| {
        format!(
            "mutation($input: {kind}!) {{ {root}(input: $input) {{ order {{ closed closedAt }} userErrors {{ field message }} }} }}"
        )
    };
    let input = json!({ "input": { "id": id } });
    let close = ask(&served, &closed("orderClose", "OrderCloseInput"), input.clone()).await;
    assert_eq!(close["orderClose"]["order"]["closed"], true);
    let open = ask(&served, &closed("orderOpen", "OrderOpenInput"), input).await;
    assert_eq!(open["orderOpen"]["order"], json!({ "closed": false, "closedAt": null }));
    let unknown = json!({ "input": { "id": "gid://shopify/Order/1" } });
    let nothing = ask(&served, &closed("orderClose", "OrderCloseInput"), unknown).await;
    assert_eq!(
        nothing["orderClose"]["userErrors"],
        json!([{ "field": ["id"], "message": "Order does not exist" }])
    );

    let delete =
        "mutation($id: ID!) { orderDelete(orderId: $id) { deletedId userErrors { field message code } } }";
    let gone = async || ask(&served, delete, json!({ "id": id })).await["orderDelete"].clone();
    assert_eq!(gone().await, json!({ "deletedId": id, "userErrors": [] }));
    let error = json!({ "field": ["orderId"], "message": "Order does not exist", "code": "NOT_FOUND" });
    assert_eq!(gone().await, json!({ "deletedId": null, "userErrors": [error] }));
    assert!(served.engine.store().audit(served.shop.id, |_| {}).await.unwrap().is_empty());
}
