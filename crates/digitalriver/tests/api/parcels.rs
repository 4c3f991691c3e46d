//! Work as it is routed, and parcels as they leave.

use domain::command::{Command, Reach};
use domain::decide::Outcome;
use serde_json::{Value, json};
use testkit::world::{self, MUG, SHIRT};

use crate::bench::{LIVE, TOKEN, bench};

#[tokio::test]
async fn work_and_parcels_are_looked_at_mode_by_mode() {
    let bench = bench().await;
    let get = |token: &'static str, path: String| {
        let bench = &bench;
        async move { bench.send_as(token, "GET", &path, Value::Null).await }
    };
    let mut place = world::order(&[(SHIRT, 2), (MUG, 1)]);
    place.placed.test = true;
    place.placed.source_identifier = Some("up-7".into());
    let Outcome::Order(order) = bench.execute(&Command::Place(Box::new(place))).await else { panic!() };
    let listed = get(TOKEN, "/fulfillment-orders".into()).await.body["data"].clone();
    assert_eq!(listed.as_array().unwrap().len(), 2, "shirts and mugs leave from different places: {listed}");
    let shirts = listed.as_array().unwrap().iter().find(|work| work["items"][0]["quantity"] == 2).unwrap();
    let item = &shirts["items"][0];
    assert_eq!(
        (&item["pending"], &item["shipped"], &item["inventoryItemId"]),
        (&json!(2), &json!(0), &json!(format!("SKU-{SHIRT}")))
    );
    assert_eq!((&shirts["state"], &shirts["upstreamId"]), (&json!("pending"), &json!("up-7")));
    assert_eq!(get(TOKEN, "/shipments".into()).await.body["data"], json!([]));
    let of_order = bench.engine.orders_by_id(&bench.shop, &[order]).await.unwrap().pop().unwrap();
    let work = of_order.fulfillment_orders.iter().find(|work| shirts["id"] == work.id.0).unwrap();
    bench.execute(&world::fulfilling(&[(work.id, Some(&[(work.lines[0].id, 1)]))], Reach::OneOrder)).await;
    let parcels = get(TOKEN, "/shipments".into()).await.body["data"].clone();
    let parcel = &parcels[0];
    assert_eq!((parcels.as_array().unwrap().len(), &parcel["items"][0]["quantity"]), (1, &json!(1)));
    assert_eq!(parcel["fulfillmentOrderId"], work.id.to_string());
    let member = format!("/shipments/{}", parcel["id"].as_str().unwrap());
    assert_eq!(get(TOKEN, member.clone()).await.body, *parcel);
    let now = get(TOKEN, format!("/fulfillment-orders/{}", work.id)).await.body;
    assert_eq!((&now["items"][0]["pending"], &now["items"][0]["shipped"]), (&json!(1), &json!(1)));
    assert_eq!(get(TOKEN, "/fulfillment-orders?upstreamIds=other".into()).await.body["data"], json!([]));
    for path in [member, format!("/fulfillment-orders/{}", work.id)] {
        assert_eq!(get(LIVE, path).await.status, 404, "another mode is another world");
    }
    assert_eq!(get(LIVE, "/shipments".into()).await.body["data"], json!([]));
}
