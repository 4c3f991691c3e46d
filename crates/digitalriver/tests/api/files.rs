//! Invoices, credit memos, and links to them.

use domain::time::HOUR;
use serde_json::{Value, json};
use testkit::world::SHIRT;

use crate::bench::{Bench, LIVE, TOKEN, URL};
use crate::buyers::source;
use crate::orders::{at_work, fulfill, id, item, until};
use crate::telling::listed;

/// Two shirts at 10.00 with 1.50 tax on both, paid for and gone one by one.
async fn sold(bench: &Bench) -> Value {
    let source = source(bench).await;
    let items = json!([{ "skuId": format!("SKU-{SHIRT}"), "quantity": 2, "price": 10,
        "tax": { "amount": 1.5, "rate": 0.075 } }]);
    let sent = json!({ "currency": "USD", "email": "ada@example.com", "sourceId": source["id"], "items": items,
        "billTo": { "address": { "line1": "1 Main St", "city": "Zürich", "country": "CH" }, "name": "Łucja Nowak" } });
    let order = bench.create("/orders", sent).await;
    for count in 1..=2 {
        fulfill(bench, &order, json!([{ "itemId": item(&order, 0), "quantity": 1 }])).await;
        until(bench, id(&order), |now| now["invoicePDFs"].as_array().map_or(0, Vec::len) == count).await;
    }
    bench.get(&format!("/orders/{}", id(&order))).await
}

async fn paper(bench: &Bench, path: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    let (status, headers, bytes) = bench.raw("GET", path, headers, "").await;
    assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "application/pdf"), "{path}");
    assert!(headers["content-disposition"].to_str().unwrap().contains(".pdf"));
    bytes
}

fn says(pdf: &[u8], what: &str) -> bool {
    pdf.windows(what.len()).any(|part| part == what.as_bytes())
}

const SHOWN: (&str, &str) = ("Authorization", "Bearer sk_test_everything");

#[tokio::test]
async fn an_invoice_is_over_what_left_and_was_paid_for() {
    let (bench, _working) = at_work().await;
    let order = sold(&bench).await;
    let files = bench.get("/files").await;
    assert_eq!((files["data"].as_array().unwrap().len(), &files["hasMore"]), (2, &json!(false)));
    let last = &files["data"][0];
    assert_eq!((&last["purpose"], &last["type"]), (&json!("customer_invoice"), &json!("pdf")));
    assert_eq!((&last["id"], &last["liveMode"]), (&order["invoicePDFs"][1]["id"], &json!(false)));
    assert_eq!(bench.get(&format!("/files/{}", id(last))).await, *last);
    let address = order["invoicePDFs"][1]["url"].as_str().unwrap();
    assert_eq!(address, last["url"], "the order says where it is");
    assert_eq!(
        bench.raw("GET", address.strip_prefix(URL).unwrap(), &[], "").await.0,
        401,
        "for who has a key"
    );
    let told = async || listed(&bench, TOKEN, "?type=order.complete").await.pop();
    let told = loop {
        match told().await {
            Some(told) => break told,
            None => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
        }
    };
    assert_eq!(told["data"]["object"]["invoicePDFs"][1]["url"], address, "so does what is told of it");
    let pdf = paper(&bench, last["url"].as_str().unwrap().strip_prefix(URL).unwrap(), &[SHOWN]).await;
    assert_eq!(last["size"], pdf.len());
    for said in ["(10.00)", "(0.75)", "(10.75)", "(Lucja Nowak)", "This is a test"] {
        assert!(says(&pdf, said), "{said}: {}", String::from_utf8_lossy(&pdf));
    }
    let live = bench.send_as(LIVE, "GET", "/files", Value::Null).await;
    assert_eq!(live.body["data"], json!([]), "another mode is another world");
    let list = |query: String| {
        let bench = &bench;
        async move {
            let list = bench.get(&format!("/files?{query}")).await;
            let ids = list["data"].as_array().unwrap().iter().map(|file| file["id"].clone());
            (ids.collect::<Vec<Value>>(), list["hasMore"] == true)
        }
    };
    let (newer, older) = (last["id"].clone(), files["data"][1]["id"].clone());
    assert_eq!(list("limit=1".into()).await, (vec![newer.clone()], true));
    assert_eq!(list(format!("startingAfter={}", id(last))).await, (vec![older.clone()], false));
    assert_eq!(list(format!("endingBefore={}", older.as_str().unwrap())).await, (vec![newer], false));
    assert_eq!(list("purpose=customer_credit_memo".into()).await, (vec![], false));
    assert_eq!(list(format!("ids={}", older.as_str().unwrap())).await, (vec![older], false));
    assert_eq!(bench.refused("DELETE", &format!("/files/{}", id(last)), Value::Null).await.0, 405);
    assert_eq!(bench.refused("GET", &format!("/files/{}", id(&order)), Value::Null).await.0, 404);
}

#[tokio::test]
async fn a_credit_memo_is_over_what_went_back() {
    let (bench, _working) = at_work().await;
    let order = sold(&bench).await;
    let refund = json!({ "orderId": id(&order), "currency": "USD", "amount": 4.3, "reason": "late" });
    bench.create("/refunds", refund).await;
    let back = until(&bench, id(&order), |now| now["creditMemoPDFs"].is_array()).await;
    let memo = bench.get(&format!("/files/{}", id(&back["creditMemoPDFs"][0]))).await;
    assert_eq!(memo["purpose"], "customer_credit_memo");
    let pdf = paper(&bench, &format!("/files/{}/content", id(&memo)), &[SHOWN]).await;
    assert!(says(&pdf, "(4.30)"), "{}", String::from_utf8_lossy(&pdf));
    assert_eq!(bench.get("/files?limit=1").await["data"][0]["id"], memo["id"], "it is the newest");
}

#[tokio::test]
async fn a_link_opens_a_file_until_its_time_is_over() {
    let (bench, _working) = at_work().await;
    let order = sold(&bench).await;
    let file = id(&order["invoicePDFs"][0]).to_owned();
    let link =
        bench.create("/file-links", json!({ "fileId": file, "expiresTime": "2025-07-11T00:00:00Z" })).await;
    assert_eq!((&link["fileId"], &link["expired"]), (&json!(file), &json!(false)));
    let path = link["url"].as_str().unwrap().strip_prefix(URL).unwrap().to_owned();
    assert!(says(&paper(&bench, &path, &[]).await, "(10.75)"), "no key is needed");
    let forged = format!("{}{}", &path[..path.len() - 2], if path.ends_with("AA") { "BB" } else { "AA" });
    assert_eq!(bench.ask("GET", &forged, &[], "").await.status, 404);
    assert_eq!(bench.get("/file-links?expired=false").await["data"], json!([link]));
    let member = format!("/file-links/{}", id(&link));
    bench.engine.clock().advance(8 * HOUR);
    assert_eq!(bench.ask("GET", &path, &[], "").await.status, 404, "over");
    assert_eq!(bench.get(&member).await["expired"], true);
    let longer = bench.change(&member, json!({ "expiresTime": "2025-08-01T00:00:00Z" })).await;
    assert_eq!((&longer["expired"], &longer["url"]), (&json!(false), &link["url"]));
    paper(&bench, &path, &[]).await;
    bench.remove(&member).await;
    assert_eq!(bench.ask("GET", &path, &[], "").await.status, 404, "taken back");
    for (sent, status, parameter) in [
        (json!({ "fileId": file }), 400, "expiresTime"),
        (json!({ "expiresTime": "2025-08-01T00:00:00Z" }), 400, "fileId"),
        (json!({ "fileId": "x", "expiresTime": "2025-08-01T00:00:00Z" }), 404, "fileId"),
    ] {
        let told = bench.refused("POST", "/file-links", sent).await;
        assert_eq!((told.0, told.2.as_str()), (status, parameter));
    }
}
