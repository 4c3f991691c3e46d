//! Contacts, and tags applied to them and to orders.

use domain::command::Command;
use domain::decide::Outcome;
use serde_json::{Value, json};
use testkit::world::{self, SHIRT};

use crate::bench::{Bench, bench};

const LIST: &str = "/workspaces/1/contacts";

async fn made(bench: &Bench, email: &str) -> Value {
    bench.create(LIST, json!({ "contact": { "email_address": email } })).await
}

async fn tag(bench: &Bench, name: &str) -> Value {
    bench.create("/workspaces/1/contacts/tags", json!({ "contacts_tag": { "name": name } })).await
}

fn ids(list: &Value) -> Vec<&Value> {
    list.as_array().unwrap().iter().map(|item| &item["id"]).collect()
}

#[tokio::test]
async fn a_contact_is_made_shown_changed_and_forgotten() {
    let bench = bench().await;
    let vip = tag(&bench, "vip").await;
    let sent = json!({ "contact": {
        "email_address": "Ada@example.com", "first_name": "Ada", "last_name": "Lovelace", "phone_number": "+1 555 0100",
        "time_zone": "Eastern Time (US & Canada)", "fb_url": "https://example.com/ada", "tag_ids": [vip["id"]],
        "custom_attributes": { "food": "cake", "year": 1815 },
    } });
    let ada = bench.create(LIST, sent).await;
    assert_eq!(ada["time_zone"], "Eastern Time (US & Canada)");
    assert_eq!(ada["custom_attributes"], json!({ "food": "cake", "year": "1815" }));
    assert_eq!((&ada["tags"][0]["name"], ada["tags"][0]["applied_at"].is_string()), (&json!("vip"), true));
    assert_eq!((&ada["is_active"], &ada["anonymous"]), (&json!(true), &Value::Null));
    let member = format!("/contacts/{}", ada["id"]);
    assert_eq!(bench.get(&member).await, ada);
    let sent = json!({ "contact": { "first_name": null, "twitter_url": "https://example.com/t", "tag_ids": [],
        "custom_attributes": { "food": null, "tea": "yes" } } });
    let changed = bench.send("PATCH", &member, sent).await;
    assert_eq!(changed.status, 200);
    assert_eq!((&changed.body["first_name"], &changed.body["last_name"]), (&Value::Null, &json!("Lovelace")));
    assert_eq!(
        (&changed.body["fb_url"], &changed.body["tags"]),
        (&json!("https://example.com/ada"), &json!([]))
    );
    assert_eq!(changed.body["custom_attributes"], json!({ "year": "1815", "tea": "yes" }));
    assert_eq!(changed.body["uuid"], ada["uuid"]);
    let expanded = bench.get(&format!("{member}?expand[]=email_engagement")).await;
    assert_eq!(expanded["email_engagement"]["last_opened_at"], Value::Null);
    bench.remove(&member).await;
    assert_eq!(bench.refused("GET", &member, Value::Null).await.0, 404);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let bench = bench().await;
    made(&bench, "ada@example.com").await;
    for (sent, why) in [
        (json!({ "email_address": "ADA@example.com" }), "Email address has already been taken"),
        (json!({ "email_address": "nobody" }), "Email address is invalid"),
        (json!({ "time_zone": "Atlantis" }), "Time zone is not included in the list"),
        (json!({ "tag_ids": [4711] }), "Tag ids must all exist"),
        (json!({ "custom_attributes": { "a": [1] } }), "Custom attributes must be strings"),
    ] {
        let told = bench.refused("POST", LIST, json!({ "contact": sent })).await;
        assert_eq!(told, (422, format!("Request unprocessable: {why}")));
    }
}

#[tokio::test]
async fn an_upsert_changes_whoever_has_the_address() {
    let bench = bench().await;
    let (old, new) = (tag(&bench, "old").await, tag(&bench, "new").await);
    let path = format!("{LIST}/upsert");
    let sent = |more: Value| {
        let mut contact = json!({ "email_address": "ada@example.com" });
        contact.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "contact": contact })
    };
    let first =
        json!({ "first_name": "Ada", "tag_ids": [old["id"]], "custom_attributes": { "a": "1", "b": "2" } });
    let made = bench.send("POST", &path, sent(first)).await;
    assert_eq!(made.status, 201);
    let nothing = json!({ "first_name": null, "tag_ids": [], "custom_attributes": { "a": null } });
    let kept = bench.send("POST", &path, sent(nothing)).await;
    assert_eq!((kept.status, &kept.body), (200, &made.body));
    let more = json!({ "tag_ids": [new["id"]], "custom_attributes": { "b": "3", "c": "4" } });
    let changed = bench.send("POST", &path, sent(more)).await.body;
    assert_eq!(ids(&changed["tags"]), [&new["id"]]);
    assert_eq!(changed["custom_attributes"], json!({ "a": "1", "b": "3", "c": "4" }));
    let (status, why) = bench.refused("POST", &path, json!({ "contact": { "first_name": "X" } })).await;
    assert_eq!((status, why.as_str()), (422, "Request unprocessable: Email address can't be blank"));
}

#[tokio::test]
async fn lists_are_filtered_by_what_is_kept() {
    let bench = bench().await;
    let vip = tag(&bench, "VIP").await;
    let (ada, bob) = (made(&bench, "Ada@example.com").await, made(&bench, "bob@example.com").await);
    let silent = bench.create(LIST, json!({ "contact": { "phone_number": "+1 555 0100" } })).await;
    bench.change(&format!("/contacts/{}", bob["id"]), json!({ "contact": { "tag_ids": [vip["id"]] } })).await;
    for (filter, found) in [
        ("filter[email_address]=ADA@example.com,none@example.com".to_owned(), vec![&ada]),
        (format!("filter[id]={},{}", ada["id"], silent["id"]), vec![&ada, &silent]),
        (format!("filter[id]={}", bob["public_id"].as_str().unwrap()), vec![&bob]),
        ("filter[is_active]=true".to_owned(), vec![&ada, &bob]),
        ("filter[is_active]=false".to_owned(), vec![&silent]),
        (format!("filter[tag_ids]={}", vip["id"]), vec![&bob]),
        ("filter[tag_ids]=4711".to_owned(), vec![]),
        ("sort_order=desc".to_owned(), vec![&silent, &bob, &ada]),
        ("sort_property=updated_at&sort_order=desc".to_owned(), vec![&silent, &bob, &ada]),
    ] {
        let list = bench.get(&format!("{LIST}?{filter}")).await;
        assert_eq!(ids(&list), found.iter().map(|contact| &contact["id"]).collect::<Vec<_>>(), "{filter}");
    }
    assert_eq!(bench.refused("GET", &format!("{LIST}?filter[tags]=1"), Value::Null).await.0, 400);
}

#[tokio::test]
async fn tags_are_applied_and_taken_off() {
    let bench = bench().await;
    let vip = tag(&bench, "vip").await;
    let ada = made(&bench, "ada@example.com").await;
    let list = format!("/contacts/{}/applied_tags", ada["id"]);
    let applied = bench.create(&list, json!({ "contacts_applied_tag": { "tag_id": vip["id"] } })).await;
    assert_eq!((&applied["contact_id"], &applied["tag"]["name"]), (&ada["id"], &json!("vip")));
    assert_eq!(bench.get(&list).await, json!([applied]));
    assert_eq!(bench.get(&format!("{list}?filter[tag_id]=4711")).await, json!([]));
    let member = format!("/contacts/applied_tags/{}", applied["id"]);
    assert_eq!(bench.get(&member).await, applied);
    let contact = bench.get(&format!("/contacts/{}", ada["id"])).await;
    assert_eq!(contact["tags"][0]["applied_at"], applied["created_at"]);
    bench.remove(&member).await;
    assert_eq!(bench.refused("GET", &member, Value::Null).await.0, 404);
    assert_eq!(bench.get(&list).await, json!([]));
    let (status, why) =
        bench.refused("POST", &list, json!({ "contacts_applied_tag": { "tag_id": 1 } })).await;
    assert_eq!((status, why.as_str()), (422, "Request unprocessable: Tag must exist"));
}

#[tokio::test]
async fn what_an_order_is_labelled_with_elsewhere_is_an_applied_tag() {
    let bench = bench().await;
    let rush = bench.create("/workspaces/1/orders/tags", json!({ "orders_tag": { "name": "rush" } })).await;
    let mut order = world::order(&[(SHIRT, 1)]);
    order.placed.tags = vec!["Rush".into(), "unknown here".into()];
    let Outcome::Order(order) = bench.execute(&Command::Place(Box::new(order))).await else { panic!() };
    let list = format!("/orders/{order}/applied_tags");
    let applied = bench.get(&list).await;
    assert_eq!((applied.as_array().unwrap().len(), &applied[0]["tag_id"]), (1, &rush["id"]));
    assert_eq!(bench.get(&list).await, applied, "it keeps its id");
    bench.remove(&format!("/orders/applied_tags/{}", applied[0]["id"])).await;
    let order = bench.engine.orders_by_id(&bench.shop, &[order]).await.unwrap().pop().unwrap();
    assert_eq!(order.placed.tags, ["unknown here"]);
}
