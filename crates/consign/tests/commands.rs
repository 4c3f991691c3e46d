//! Commands on a data folder, beside a server that runs on it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod running;

use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use running::{Running, run, said};
use serde_json::Value;

const NAME: &str = "{ shop { name } }";

#[test]
fn keys_open_until_they_are_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::dev(folder.path(), &["--empty"]);
    let create = ["key", "create", "--app", "ERP", "--scopes", "read_orders,write_orders", "--json"];
    let made: Value = serde_json::from_str(&said(&run(folder.path(), &create))).unwrap();
    let token = made["token"].as_str().unwrap();
    assert!(token.starts_with("shpat_") && made["webhook_secret"].as_str().unwrap().starts_with("shpss_"));
    assert_eq!(server.ask(token, NAME).0, 200);

    let second =
        said(&run(folder.path(), &["key", "create", "--app", "ERP", "--scopes", "all", "--label", "two"]));
    assert!(second.contains("the one that was shown with the first key of ERP"), "{second}");
    let list = said(&run(folder.path(), &["key", "list", "--json"]));
    let keys: Vec<Value> = list.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(keys.iter().filter(|key| key["app"] == "ERP").count(), 2);
    assert!(!list.contains(token), "tokens are not kept");

    let id = made["id"].to_string();
    assert!(said(&run(folder.path(), &["key", "revoke", &id])).contains("revoked"));
    let began = Instant::now();
    while server.ask(token, NAME).0 != 401 {
        assert!(began.elapsed() < Duration::from_secs(3), "a revoked key opens for a second at the most");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(run(folder.path(), &["key", "revoke", "7"]).status.code(), Some(3));
    let tried = ["key", "create", "--app", "Y", "--scopes", "all", "--mode", "test", "--dialect"];
    assert!(said(&run(folder.path(), &[&tried[..], &["digitalriver"]].concat())).contains(" sk_test_"));
    assert_eq!(run(folder.path(), &[&tried[..], &["shopify"]].concat()).status.code(), Some(2));
    let wrong = run(folder.path(), &["key", "create", "--app", "X", "--scopes", "read_minds"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("read_orders"));
}

#[test]
fn orders_are_explained_by_name_number_and_id() {
    let folder = tempfile::tempdir().unwrap();
    Running::dev(folder.path(), &[]).stop();
    let by_name = said(&run(folder.path(), &["explain", "#1001"]));
    assert!(by_name.starts_with("#1001  id 1") && by_name.contains("Berlin"), "{by_name}");
    assert_eq!(said(&run(folder.path(), &["explain", "1001"])), by_name);
    let id = by_name.split_whitespace().nth(2).unwrap();
    assert_eq!(said(&run(folder.path(), &["explain", id])), by_name);
    assert_eq!(run(folder.path(), &["explain", "9999"]).status.code(), Some(3));

    let all: Vec<String> =
        (1001..=1120).map(|n| said(&run(folder.path(), &["explain", &n.to_string()]))).collect();
    let any = |words: &[&str]| all.iter().any(|text| words.iter().all(|word| text.contains(word)));
    assert!(any(&["Waiting: ", "Brass Desk Bell", "has none of it in stock"]));
    assert!(any(&["fewest parcels", "Berlin", "Chicago"]), "split over two locations");
    assert!(any(&["request accepted"]) && any(&["request rejected"]) && any(&["request submitted"]));
    assert!(any(&["held since", "fraud risk"]) && any(&["scheduled, opens"]));
}

#[test]
fn the_doctor_finds_nothing_wrong_with_the_demo_shop_but_open_doors() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let _server = Running::dev(&data, &[]);
    let healthy = said(&run(&data, &["doctor"]));
    assert!(healthy.contains("122 orders, all consistent") && !healthy.contains("WRONG"), "{healthy}");

    std::fs::set_permissions(data.join("consign.db"), PermissionsExt::from_mode(0o644)).unwrap();
    let open = run(&data, &["doctor", "--json"]);
    assert_eq!(open.status.code(), Some(1));
    let lines: Vec<Value> = String::from_utf8(open.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let wrong: Vec<&Value> = lines.iter().filter(|line| line["ok"] == false).collect();
    assert!(wrong.len() == 1 && wrong[0]["says"].as_str().unwrap().contains("chmod 600"), "{wrong:?}");
    assert_eq!(run(&folder.path().join("none"), &["doctor"]).status.code(), Some(1));
}

#[test]
fn a_backup_of_a_running_server_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let (data, other) = (folder.path().join("data"), folder.path().join("other"));
    let copy = folder.path().join("copy.db").display().to_string();
    let server = Running::dev(&data, &[]);
    said(&run(&data, &["backup", "create", "--to", &copy]));
    let bytes = std::fs::read(&copy).unwrap();
    assert!(
        String::from_utf8_lossy(&running::consign(&["backup", "verify", &copy]).output().unwrap().stdout)
            .contains("122 orders")
    );
    assert_eq!(std::fs::read(&copy).unwrap(), bytes, "to verify a copy doesn't change it");

    let again = run(&data, &["backup", "create", "--to", &copy]);
    assert_eq!(again.status.code(), Some(1), "a copy is not overwritten");
    assert_eq!(run(&data, &["backup", "restore", &copy]).status.code(), Some(4), "nor is a database");
    let in_use = run(&data, &["backup", "restore", "--force", &copy]);
    assert_eq!(in_use.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&in_use.stderr).contains("in use"));
    server.stop();
    said(&run(&data, &["backup", "restore", "--force", &copy]));
    assert!(data.join("consign.db.replaced").exists());

    assert!(said(&run(&other, &["backup", "restore", &copy])).contains("122 orders"));
    std::fs::copy(data.join("secret.key"), other.join("secret.key")).unwrap();
    assert!(said(&run(&other, &["doctor"])).contains("every program's secret opens"));

    std::fs::write(&copy, &bytes[..bytes.len() / 2]).unwrap();
    assert_eq!(running::consign(&["backup", "verify", &copy]).output().unwrap().status.code(), Some(1));
}

#[test]
fn migrations_are_applied_once() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &["migrate", "status"]).status.code(), Some(3));
    assert!(said(&run(folder.path(), &["migrate", "up"])).contains("0001_init"));
    assert_eq!(said(&run(folder.path(), &["migrate", "up"])), "the database is up to date\n");
    assert!(said(&run(folder.path(), &["migrate", "status"])).contains("applied 2"));
    Running::dev(folder.path(), &["--empty"]).stop();
    let anew = said(&run(folder.path(), &["migrate", "index"]));
    assert!(anew.contains("were made anew"), "{anew}");
}

#[test]
fn the_shop_is_shown_and_changed() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::dev(folder.path(), &["--empty"]);
    let set =
        ["shop", "set", "name=Corner Shop", "currency=EUR", "tie_breakers=stock", "when_declined=reroute"];
    said(&run(folder.path(), &set));
    let shown: Value = serde_json::from_str(&said(&run(folder.path(), &["shop", "show", "--json"]))).unwrap();
    assert_eq!((shown["currency"].as_str(), shown["tie_breakers"].as_str()), (Some("EUR"), Some("stock")));
    std::thread::sleep(Duration::from_millis(1_100));
    let (_, answer) = server.ask(server.ready["shopify"]["token"].as_str().unwrap(), NAME);
    assert_eq!(answer["data"]["shop"]["name"], "Corner Shop", "a running server follows");
    said(&run(folder.path(), &["shop", "set", "throttle=200", "when_unheard=remove"]));
    let shown = said(&run(folder.path(), &["shop", "show"]));
    assert!(shown.contains("throttle       200\n") && shown.contains("when_unheard   remove\n"), "{shown}");
    assert!(said(&run(folder.path(), &["shop", "set", "throttle=off"])).contains("throttle       off\n"));
    said(&run(
        folder.path(),
        &[
            "shop",
            "set",
            "retry_days=2, 4",
            "after_retries=cancel_service",
            "order_waits=7",
            "line_word=fulfilled",
            "risk=averse",
        ],
    ));
    let shown = said(&run(folder.path(), &["shop", "show"]));
    for line in [
        "retry_days     2,4\n",
        "after_retries  cancel_service\n",
        "order_waits    7\n",
        "line_word      fulfilled\n",
        "risk           averse\n",
    ] {
        assert!(shown.contains(line), "{line} is not in {shown}");
    }
    said(&run(folder.path(), &["shop", "set", "retry_days=", "after_retries=", "order_waits=off"]));
    let wrong = [
        "retry_days=0",
        "retry_days=soon",
        "after_retries=weep",
        "line_word=done",
        "risk=some",
        "order_waits=0",
        "nmae=X",
        "currency=QQQ",
        "time_zone=Mars",
        "domain=http://x",
        "name",
        "throttle=49",
        "throttle=fast",
    ];
    for wrong in wrong {
        assert_eq!(run(folder.path(), &["shop", "set", wrong]).status.code(), Some(2), "{wrong}");
    }
}
