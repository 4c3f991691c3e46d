//! Who asks, and where.

use serde_json::{Value, json};

use crate::bench::{TOKEN, bench};

#[tokio::test]
async fn whoever_asks_is_shown_with_team_and_workspace() {
    let bench = bench().await;
    let me = bench.get("/me").await;
    assert_eq!((&me["first_name"], &me["connected_workspace"]["workspace_id"]), (&json!(TOKEN), &json!(1)));
    let users = bench.get("/users").await;
    assert_eq!((users.as_array().unwrap().len(), &users[0]["id"]), (1, &me["id"]));
    assert_eq!(bench.get(&format!("/users/{}", me["id"])).await, users[0]);
    assert_eq!(bench.refused("GET", "/users/4711", Value::Null).await.0, 404);
    assert_eq!(bench.get("/teams").await, json!([bench.get("/teams/1").await]));
    assert_eq!(bench.get("/teams/1/workspaces").await, json!([bench.get("/workspaces/1").await]));
    assert_eq!(bench.refused("GET", "/teams/2", Value::Null).await.0, 404);
}

#[tokio::test]
async fn team_and_workspace_are_the_shop() {
    let bench = bench().await;
    let sent = json!({ "team": { "name": "Ours", "time_zone": "Tokyo", "locale": "en" } });
    let team = bench.change("/teams/1", sent).await;
    assert_eq!((&team["name"], &team["time_zone"]), (&json!("Ours"), &json!("Tokyo")));
    let sent = json!({ "workspace": { "name": "Mine", "subdomain": "other" } });
    let workspace = bench.change("/workspaces/1", sent).await;
    assert_eq!((&workspace["name"], &workspace["subdomain"]), (&json!("Mine"), &json!("other")));
    assert_eq!(bench.get("/workspaces/1").await, workspace, "it is known at once");
    let kept = bench.engine.store().shop(bench.shop.id).await.unwrap().unwrap();
    assert_eq!((kept.domain.as_str(), kept.time_zone.as_str()), ("other.example", "Asia/Tokyo"));
    for (path, sent, why) in [
        ("/teams/1", json!({ "team": { "time_zone": "Atlantis" } }), "Time zone is not included in the list"),
        ("/teams/1", json!({ "team": { "locale": "xx" } }), "Locale is not included in the list"),
        ("/workspaces/1", json!({ "workspace": { "subdomain": "a.b" } }), "Url is no label of a host name"),
    ] {
        assert_eq!(bench.refused("PUT", path, sent).await, (422, format!("Request unprocessable: {why}")));
    }
}
