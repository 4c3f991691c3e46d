//! Customers, their tax identifiers, and what they pay with.

use domain::actor::{Permission, Permissions};
use serde_json::{Value, json};

use crate::bench::{Bench, LIVE, bench};

async fn made(bench: &Bench, email: &str) -> Value {
    bench.create("/customers", json!({ "email": email })).await
}

/// A source of the card that always works.
pub async fn source(bench: &Bench) -> Value {
    let card = json!({ "number": "4444 2222 3333 1111", "expirationMonth": 7, "expirationYear": "2027", "cvv": "415" });
    bench.create("/sources", json!({ "type": "creditCard", "creditCard": card })).await
}

fn ids(list: &Value) -> Vec<&Value> {
    list["data"].as_array().unwrap().iter().map(|item| &item["id"]).collect()
}

fn refusal(status: u16, code: &str, parameter: &str) -> (u16, String, String) {
    (status, code.to_owned(), parameter.to_owned())
}

#[tokio::test]
async fn a_customer_is_made_shown_changed_and_deleted() {
    let bench = bench().await;
    let home = json!({ "address": { "line1": "10380 Bren Road West", "city": "Minnetonka", "state": "MN",
        "postalCode": "55343", "country": "US" }, "name": "Ada Lovelace", "email": "home@example.com",
        "additionalAddressInfo": { "phoneticName": "eida" } });
    let certificate = json!({ "companyName": "Engines", "taxAuthority": "MN", "startDate": "2025-01-01",
        "endDate": "2026-01-01T00:00:00Z", "fileId": "f" });
    let sent = json!({ "email": "ada@example.com", "shipping": home, "locale": "en_US", "type": "business",
        "taxCertificate": certificate, "metadata": { "since": 1843 }, "enabled": "true" });
    let ada = bench.create("/customers", sent).await;
    assert_eq!(
        (&ada["shipping"], &ada["locale"], &ada["type"]),
        (&home, &json!("en_US"), &json!("business"))
    );
    assert_eq!(ada["taxCertificates"][0]["startDate"], "2025-01-01T00:00:00Z");
    assert_eq!((&ada["enabled"], &ada["requestToBeForgotten"]), (&json!(true), &json!(false)));
    let member = format!("/customers/{}", ada["id"].as_str().unwrap());
    assert_eq!(bench.get(&member).await, ada);
    let changed =
        bench.change(&member, json!({ "locale": "fr", "metadata": { "x": 1 }, "enabled": false })).await;
    assert_eq!((&changed["locale"], &changed["enabled"]), (&json!("fr"), &json!(false)));
    assert_eq!((&changed["metadata"], &changed["shipping"]), (&json!({ "since": 1843, "x": 1 }), &home));
    bench.remove(&member).await;
    assert_eq!(bench.refused("GET", &member, Value::Null).await, refusal(404, "not_found", "id"));
}

#[tokio::test]
async fn a_customer_goes_by_the_id_that_was_chosen() {
    let bench = bench().await;
    let ada = bench.create("/customers", json!({ "id": "ada-1", "email": "ada@example.com" })).await;
    assert_eq!(ada["id"], "ada-1");
    assert_eq!(bench.get("/customers/ada-1").await, ada);
    for (sent, status, code, parameter) in [
        (json!({ "id": "ada-1" }), 409, "already_exists", "id"),
        (json!({ "id": "ada-2", "email": "ADA@example.com" }), 409, "already_exists", "email"),
        (json!({ "id": "1000000002" }), 400, "invalid_parameter", "id"),
        (json!({ "email": "nobody" }), 400, "email_invalid", "email"),
        (json!({ "type": "robot" }), 400, "invalid_parameter", "type"),
        (json!({ "shipping": { "address": {} } }), 400, "missing_parameter", "shipping.address.country"),
        (json!({ "defaultSourceId": "x" }), 404, "not_found", "defaultSourceId"),
        (json!({ "createdTime": "2025-07-10" }), 400, "unknown_parameter", "createdTime"),
    ] {
        let told = bench.refused("POST", "/customers", sent.clone()).await;
        assert_eq!(told, refusal(status, code, parameter), "{sent}");
    }
    bench.remove("/customers/ada-1").await;
    let again = bench.create("/customers", json!({ "id": "ada-1" })).await;
    assert_eq!(again["id"], "ada-1", "the id is free again");
    for number in ["4711", "5823594806"] {
        let numbered = bench.create("/customers", json!({ "id": number })).await;
        assert_eq!(numbered["id"], *number);
        assert_eq!(bench.get(&format!("/customers/{number}")).await, numbered);
    }
}

#[tokio::test]
async fn customers_are_listed_and_forgotten() {
    let bench = bench().await;
    let (ada, bob) = (made(&bench, "ada@example.com").await, made(&bench, "bob@example.com").await);
    bench.create("/customers", json!({ "id": "cy", "email": "cy@example.com" })).await;
    assert_eq!(ids(&bench.get("/customers?limit=2").await), [&json!("cy"), &bob["id"]]);
    assert_eq!(ids(&bench.get("/customers?startingAfter=cy").await), [&bob["id"], &ada["id"]]);
    assert_eq!(ids(&bench.get("/customers?email=ADA@example.com").await), [&ada["id"]]);
    let named = format!("/customers?ids=cy,{}", ada["id"].as_str().unwrap());
    assert_eq!(ids(&bench.get(&named).await), [&json!("cy"), &ada["id"]]);
    let member = format!("/customers/{}", ada["id"].as_str().unwrap());
    let forgotten = bench.change(&member, json!({ "requestToBeForgotten": true })).await;
    assert_eq!((forgotten.get("email"), &forgotten["requestToBeForgotten"]), (None, &json!(true)));
    assert_eq!(ids(&bench.get("/customers?requestToBeForgotten=true").await), [&ada["id"]]);
    bench.program("sk_test_blind", Permissions::of(&[Permission::ReadOrders])).await;
    let refused = bench.send_as("sk_test_blind", "GET", "/customers", Value::Null).await;
    assert_eq!((refused.status, &refused.body["type"]), (403, &json!("forbidden")));
}

#[tokio::test]
async fn tax_identifiers_are_kept_as_they_are_given() {
    let bench = bench().await;
    let ada = made(&bench, "ada@example.com").await;
    let sent = json!({ "type": "uk", "value": "GB123456789" });
    let number = bench.create("/tax-identifiers", sent).await;
    assert_eq!((&number["state"], &number["value"]), (&json!("pending"), &json!("GB123456789")));
    let id = number["id"].as_str().unwrap();
    let customer = format!("/customers/{}", ada["id"].as_str().unwrap());
    let attached = bench.change(&format!("{customer}/tax-identifiers/{id}"), Value::Null).await;
    assert_eq!(attached["customerId"], ada["id"]);
    assert_eq!(bench.get(&customer).await["taxIdentifiers"], json!([attached]));
    assert_eq!(bench.get(&format!("/tax-identifiers/{id}")).await, attached);
    for (query, found) in [
        ("type=uk", 1),
        ("type=de", 0),
        ("state=verified", 0),
        ("value=GB123456789", 1),
        ("customerId=nobody", 0),
    ] {
        assert_eq!(ids(&bench.get(&format!("/tax-identifiers?{query}")).await).len(), found, "{query}");
    }
    let bob = made(&bench, "bob@example.com").await;
    let path = format!("/customers/{}/tax-identifiers/{id}", bob["id"].as_str().unwrap());
    assert_eq!(bench.refused("POST", &path, Value::Null).await.0, 409, "it is Ada's");
    bench.remove(&format!("/tax-identifiers/{id}")).await;
    assert_eq!(bench.get(&customer).await.get("taxIdentifiers"), None);
}

#[tokio::test]
async fn a_source_is_a_test_card_or_a_token() {
    let bench = bench().await;
    let tested = source(&bench).await;
    let card =
        json!({ "lastFourDigits": "1111", "expirationMonth": 7, "expirationYear": 2027, "brand": "Visa" });
    assert_eq!(
        (&tested["creditCard"], &tested["state"], &tested["liveMode"]),
        (&card, &json!("chargeable"), &json!(false))
    );
    assert_eq!(bench.get(&format!("/sources/{}", tested["id"].as_str().unwrap())).await, tested);
    let token = json!({ "gateway": "stripe", "reference": "pm_1" });
    let owner = json!({ "firstName": "Ada", "address": { "country": "US", "line1": null } });
    let sent =
        json!({ "type": "creditCard", "token": token, "currency": "USD", "amount": "12.5", "owner": owner });
    let live = bench.send_as(LIVE, "POST", "/sources", sent).await;
    assert_eq!(
        (live.status, &live.body["amount"], &live.body["liveMode"]),
        (201, &json!(12.5), &json!(true))
    );
    assert_eq!(live.body["owner"], json!({ "firstName": "Ada", "address": { "country": "US" } }));
    let number = "4111111111111111";
    let card = |number: &str, year: i64| {
        json!({ "type": "creditCard",
        "creditCard": { "number": number, "expirationMonth": 1, "expirationYear": year } })
    };
    let refused = bench.send("POST", "/sources", card(number, 2030)).await;
    assert!(refused.status == 400 && !refused.body.to_string().contains(number), "{}", refused.body);
    for (sent, code, parameter) in [
        (card(number, 2030), "invalid_card_number", "creditCard.number"),
        (card("4444222233331111", 2024), "card_expired", "creditCard.expirationYear"),
        (card("4444222233331111", 24), "invalid_expiration_date", "creditCard.expirationYear"),
        (json!({ "type": "creditCard" }), "missing_parameter", "creditCard"),
        (json!({ "type": "payPal" }), "invalid_parameter", "type"),
        (json!({ "type": "creditCard", "amount": 1 }), "missing_parameter", "currency"),
    ] {
        assert_eq!(bench.refused("POST", "/sources", sent).await, refusal(400, code, parameter));
    }
    let live = bench.send_as(LIVE, "POST", "/sources", card("4444222233331111", 2030)).await;
    assert_eq!(live.body["errors"][0]["code"], "invalid_card_number", "test cards are for tests");
}

#[tokio::test]
async fn a_source_becomes_a_customers_own() {
    let bench = bench().await;
    let (ada, tested) = (made(&bench, "ada@example.com").await, source(&bench).await);
    let (customer, id) =
        (format!("/customers/{}", ada["id"].as_str().unwrap()), tested["id"].as_str().unwrap());
    let path = format!("{customer}/sources/{id}");
    assert_eq!(bench.refused("DELETE", &path, Value::Null).await.0, 404, "not yet");
    let attached = bench.change(&path, Value::Null).await;
    assert_eq!((&attached["customerId"], &attached["reusable"]), (&ada["id"], &json!(true)));
    assert_eq!(bench.get(&customer).await["sources"], json!([attached]));
    let favoured = bench.change(&customer, json!({ "defaultSourceId": id })).await;
    assert_eq!(favoured["defaultSourceId"], *id);
    let bob = made(&bench, "bob@example.com").await;
    let taken = format!("/customers/{}/sources/{id}", bob["id"].as_str().unwrap());
    let refused = bench.refused("POST", &taken, Value::Null).await;
    assert_eq!(refused, refusal(409, "source_in_use", "sourceId"));
    bench.remove(&path).await;
    assert_eq!(bench.refused("GET", &format!("/sources/{id}"), Value::Null).await.0, 404);
}
