//! Events of fulfillment orders that were asked for as such, and of what was asked of any of them.

use domain::id::FulfillmentOrderId;
use serde_json::{Value, json};
use testkit::world;

use crate::bench::{Bench, TOKEN};
use crate::reservations::sending;
use crate::telling::{furnished, judge, listed, tell, types_of};

/// Gives so many units of the only item of a fulfillment order up.
async fn give_up(bench: &Bench, work: &Value, units: i64) {
    let item = json!({ "fulfillmentOrderItemId": work["items"][0]["id"], "quantity": units });
    let sent = json!({ "fulfillmentOrderId": work["id"], "items": [item] });
    bench.create("/fulfillment-cancellations", sent).await;
}

#[tokio::test]
async fn what_becomes_of_fulfillment_orders_is_told() {
    let bench = furnished().await;
    let mut sent = sending(3);
    sent["items"][0]["upstreamId"] = "line-1".into();
    let work = bench.create("/fulfillment-orders", sent).await;
    give_up(&bench, &work, 1).await;
    bench.execute(&world::shipping(FulfillmentOrderId(work["id"].as_i64().unwrap()))).await;
    let unwanted = bench.create("/fulfillment-orders", sending(1)).await;
    give_up(&bench, &unwanted, 1).await;
    tell(&bench).await;
    let events = listed(&bench, TOKEN, "?limit=100&type=fulfillment_*").await;
    events.iter().for_each(judge);
    let of_first = [
        "fulfillment_order.pending",
        "fulfillment_cancellation.created",
        "fulfillment_cancellation.accepted",
        "fulfillment_order.shipped",
    ];
    let of_second = [
        "fulfillment_order.pending",
        "fulfillment_order.cancelled",
        "fulfillment_cancellation.created",
        "fulfillment_cancellation.accepted",
    ];
    assert_eq!(types_of(&events), [of_first, of_second].concat());
    let object = |at: usize| &events[at]["data"]["object"];
    assert_eq!(*object(0), work, "as it was then");
    assert_eq!(
        (&object(1)["state"], &object(1)["items"][0]["quantityAccepted"]),
        (&json!("accepted"), &json!(1))
    );
    assert_eq!(object(1)["items"][0]["fulfillmentOrderItemUpstreamId"], "line-1");
    let shipped = object(3);
    assert_eq!(shipped["items"][0]["fulfillmentOrderItemUpstreamId"], "line-1");
    assert_eq!(shipped["fulfillmentOrderId"], work["id"].to_string());
    assert_eq!(
        (&shipped["fulfillmentOrderUpstreamId"], &shipped["items"][0]["quantity"]),
        (&json!("up-1"), &json!(2))
    );
    assert_eq!((&object(5)["id"], &object(5)["state"]), (&unwanted["id"], &json!("cancelled")));
}
