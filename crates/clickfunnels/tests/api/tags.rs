//! A tag is a label with an id: whoever renames or removes it means everything that is labelled so.

use domain::amend::{AmendOrder, OrderChange};
use domain::command::Command;
use domain::id::OrderId;
use serde_json::{Value, json};
use testkit::world::SHIRT;

use crate::bench::{Bench, bench_on};
use crate::goods::{ONCE, contact, order, prices};

testkit::on_both! { bench_on:
    a_renamed_tag_stays_on_everything
    a_removed_tag_is_taken_off_everything
}

/// Paths and wrappers of the kinds of tags.
const KINDS: [(&str, &str); 3] =
    [("contacts", "contacts_tag"), ("orders", "orders_tag"), ("products", "products_tag")];

/// A contact, an order and a product that are labelled "vip" and "old", and the ids of the three tags "vip".
async fn labelled(bench: &Bench) -> ([String; 3], [Value; 3]) {
    prices(bench).await;
    let ada = contact(bench, "ada@example.com").await;
    let order = order(bench, ada, SHIRT, ONCE, 1).await["id"].as_i64().unwrap();
    let labels = vec!["VIP".to_owned(), "old".to_owned()];
    let changes = vec![OrderChange::Tags(labels)];
    bench.execute(&Command::AmendOrder(AmendOrder { order: OrderId(order), changes })).await;
    let mut tags = Vec::new();
    for (of, wrapper) in KINDS {
        let path = format!("/workspaces/1/{of}/tags");
        for name in ["vip", "old"] {
            tags.push(bench.create(&path, json!({ (wrapper): { "name": name } })).await["id"].clone());
        }
    }
    let both = json!({ "contact": { "tag_ids": [tags[0], tags[1]] } });
    bench.change(&format!("/contacts/{ada}"), both).await;
    let product = json!({ "product": { "name": "Bread", "tag_ids": [tags[4], tags[5]] } });
    let product = bench.create("/workspaces/1/products", product).await["id"].clone();
    let things = [format!("/contacts/{ada}"), format!("/orders/{order}"), format!("/products/{product}")];
    (things, [tags[0].clone(), tags[2].clone(), tags[4].clone()])
}

/// The tags that a thing is shown with.
async fn shown(bench: &Bench, thing: &str) -> Vec<Value> {
    let shown = bench.get(thing).await;
    let tags = shown["tags"].as_array().map(|tags| tags.iter().map(|tag| tag["id"].clone()).collect());
    tags.unwrap_or_else(|| shown["tag_ids"].as_array().unwrap().clone())
}

async fn a_renamed_tag_stays_on_everything(bench: Bench) {
    let (things, tags) = labelled(&bench).await;
    for ((of, wrapper), (thing, tag)) in KINDS.into_iter().zip(things.iter().zip(&tags)) {
        let path = format!("/{of}/tags/{tag}");
        let taken = bench.refused("PUT", &path, json!({ (wrapper): { "name": "Old" } })).await;
        assert_eq!(taken, (422, "Request unprocessable: Name has already been taken".to_owned()));
        bench.change(&path, json!({ (wrapper): { "name": "friend", "color": "#000000" } })).await;
        let now = shown(&bench, thing).await;
        assert!(now.len() == 2 && now.contains(tag), "{of}: {now:?}");
    }
    let order = bench.engine.orders_by_id(&bench.shop, &[OrderId(id(&things[1]))]).await.unwrap();
    assert_eq!(order[0].placed.tags, ["old", "friend"]);
}

async fn a_removed_tag_is_taken_off_everything(bench: Bench) {
    let (things, tags) = labelled(&bench).await;
    for ((of, _), (thing, tag)) in KINDS.into_iter().zip(things.iter().zip(&tags)) {
        bench.remove(&format!("/{of}/tags/{tag}")).await;
        let now = shown(&bench, thing).await;
        assert!(now.len() == 1 && !now.contains(tag), "{of}: {now:?}");
    }
    let order = bench.engine.orders_by_id(&bench.shop, &[OrderId(id(&things[1]))]).await.unwrap();
    assert_eq!(order[0].placed.tags, ["old"]);
    let applied = bench.get(&format!("{}/applied_tags", things[0])).await;
    assert_eq!(applied.as_array().unwrap().len(), 1);
}

fn id(path: &str) -> i64 {
    path.rsplit('/').next().unwrap().parse().unwrap()
}
