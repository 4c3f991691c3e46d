//! `consign dev` and `consign serve`, from start to end.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod running;

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::time::{Duration, Instant};

use running::{Running, consign, http, run, said};

const COUNT: &str = "{ ordersCount { count } shop { myshopifyDomain } }";

fn count(server: &Running) -> i64 {
    let token = server.ready["shopify"]["token"].as_str().unwrap();
    let (status, answer) = server.ask(token, COUNT);
    assert_eq!(status, 200, "{answer}");
    answer["data"]["ordersCount"]["count"].as_i64().unwrap_or_else(|| panic!("{answer}"))
}

#[test]
fn dev_is_ready_soon_and_ends_in_good_order() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let began = Instant::now();
    let server = Running::dev(&data, &["--empty"]);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());

    let shopify = &server.ready["shopify"];
    assert!(shopify["endpoint"].as_str().unwrap().ends_with("/admin/api/2026-07/graphql.json"));
    assert!(shopify["token"].as_str().unwrap().starts_with("shpat_test_"));
    assert!(shopify["webhook_secret"].as_str().unwrap().starts_with("shpss_test_"));
    assert_eq!(shopify["shop_domain"], "consign-demo.myshopify.com");
    let clickfunnels = &server.ready["clickfunnels"];
    let (workspace, token) = (&clickfunnels["workspace_id"], clickfunnels["token"].as_str().unwrap());
    assert!(clickfunnels["endpoint"].as_str().unwrap().ends_with("/api/v2"));
    let asked = format!("GET /api/v2/workspaces/{workspace}/orders");
    let (status, orders) = http(server.address(), &asked, &format!("Authorization: Bearer {token}\r\n"), "");
    assert_eq!((status, orders.as_str()), (200, "[]"));
    assert_eq!(count(&server), 0);
    assert_eq!(http(server.address(), "GET /readyz", "", "").0, 200);
    let (status, index) = http(server.address(), "GET /", "", "");
    assert!(status == 200 && index.contains("graphql.json"), "{index}");

    let explorer = server.ready["explorer"]["url"].as_str().unwrap();
    assert!(explorer.ends_with("/explorer") && index.contains(explorer), "{index}");
    let (status, page) = http(server.address(), "GET /explorer", "", "");
    assert!(status == 200 && page.contains("/explorer/main.js"), "{page}");
    let (status, settings) = http(server.address(), "GET /explorer/settings.json", "", "");
    assert!(status == 200 && settings.contains("shpat_test_"), "{settings}");
    assert_eq!(http(server.address(), "GET /explorer/other.js", "", "").0, 404);

    let mode = |name: &str| data.join(name).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(""), mode("secret.key"), mode("consign.db")), (0o700, 0o600, 0o600));
    assert_eq!(server.stop(), (Some(0), String::new()), "one line and no more on standard output");
}

#[test]
fn the_next_start_goes_on_where_the_last_one_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::dev(folder.path(), &[]);
    assert_eq!(count(&server), 122);
    let key = std::fs::read(folder.path().join("secret.key")).unwrap();
    let cancelled = r#"mutation { orderCreate(order: { lineItems: [{ title: "A", quantity: 1,
        priceSet: { shopMoney: { amount: 1, currencyCode: USD } } }] }) { order { name } userErrors { message } } }"#;
    let (_, made) = server.ask(server.ready["shopify"]["token"].as_str().unwrap(), cancelled);
    assert_eq!(made["data"]["orderCreate"]["order"]["name"], "#1123", "{made}");
    assert_eq!(server.stop().0, Some(0));

    let server = Running::dev(folder.path(), &["--empty"]);
    assert_eq!(count(&server), 123, "a shop that is there is left alone");
    assert_eq!(std::fs::read(folder.path().join("secret.key")).unwrap(), key);
}

#[test]
fn a_taken_port_is_left_to_its_owner_and_the_next_one_is_said_aloud() {
    let folder = tempfile::tempdir().unwrap();
    let owner = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = owner.local_addr().unwrap().to_string();
    let mut child = consign(&["dev", "--empty", "--listen", &address])
        .args(["--data".as_ref(), folder.path().as_os_str()])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let told = lines.find(|line| line.contains("is taken")).unwrap();
    assert!(told.contains(&format!("Port {} is taken", owner.local_addr().unwrap().port())), "{told}");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn serve_refuses_keys_that_everybody_knows() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::dev(folder.path(), &["--empty"]);
    let token = server.ready["shopify"]["token"].as_str().unwrap().to_owned();
    server.stop();
    let refused = run(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(refused.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("consign key revoke --demo"));

    assert!(said(&run(folder.path(), &["key", "revoke", "--demo"])).contains("revoked"));
    let server = Running::dev(folder.path(), &[]);
    assert!(server.ready["shopify"].get("token").is_none(), "a revoked key is not handed out");
    assert_eq!(server.ask(&token, COUNT).0, 401);
    server.stop();

    let mut child = consign(&["serve", "--listen", "127.0.0.1:0"])
        .args(["--data".as_ref(), folder.path().as_os_str()])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.contains("serving")));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn postgres_serves_the_same_shop() {
    let (folder, url) = (tempfile::tempdir().unwrap(), testkit::postgres::url());
    let server = Running::dev(folder.path(), &["--db", &url]);
    assert_eq!(count(&server), 122);
    assert_eq!(server.stop().0, Some(0));
    let server = Running::dev(folder.path(), &["--db", &url]);
    assert_eq!(count(&server), 122);
    let checked = run(folder.path(), &["doctor", "--db", &url]);
    assert!(said(&checked).contains("122 orders, all consistent"));
    let backup = run(folder.path(), &["backup", "create", "--to", "x.db", "--db", &url]);
    assert_eq!(backup.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&backup.stderr).contains("pg_dump"));
}

#[test]
fn two_nodes_that_start_together_make_one_shop() {
    let (folder, url) = (tempfile::tempdir().unwrap(), testkit::postgres::url());
    let key = "5e".repeat(32);
    let mut nodes = Vec::new();
    for _ in 0..2 {
        let node = consign(&["serve", "--listen", "127.0.0.1:0", "--db", &url])
            .env("CONSIGN_SECRET__KEY", &key)
            .stderr(Stdio::piped())
            .current_dir(folder.path())
            .spawn();
        nodes.push(node.unwrap());
    }
    for node in &mut nodes {
        let mut lines = BufReader::new(node.stderr.take().unwrap()).lines().map(Result::unwrap);
        assert!(lines.any(|line| line.contains("serving")), "a node did not start");
    }
    let checked = consign(&["doctor", "--db", &url])
        .env("CONSIGN_SECRET__KEY", &key)
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(said(&checked).matches("My shop: 0 orders").count(), 1);
    assert_eq!(folder.path().read_dir().unwrap().count(), 0, "nodes with a key of their own need no folder");
    for mut node in nodes {
        node.kill().unwrap();
        node.wait().unwrap();
    }
}
