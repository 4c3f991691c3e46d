//! What articles open: set up on the command line, paid for in a browser, handed out, taken back.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod running;

use std::path::Path;

use serde_json::Value;

use running::billing::{Shop, ask, invoice_becomes};
use running::{Running, http, run, said};

fn code(data: &Path, args: &[&str]) -> Option<i32> {
    run(data, args).status.code()
}

/// What stands between two others.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}")).1;
    rest.split_once(after).unwrap().0
}

/// The path of a link to this server.
fn path<'a>(server: &Running, url: &'a str) -> &'a str {
    url.strip_prefix(server.ready["admin"]["url"].as_str().unwrap()).unwrap_or_else(|| panic!("{url}"))
}

#[test]
fn a_file_is_sold_paid_for_at_the_till_and_handed_out() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = Running::dev(&data, &["--empty"]);
    let shop = Shop::furnish(&server);
    let file = folder.path().join("Bröd & smör.pdf");
    std::fs::write(&file, "a book").unwrap();
    let add = ["access", "add", "asset", "Bread book", "--file", file.to_str().unwrap()];
    let book = said(&run(&data, &add)).trim().to_owned();
    let article = shop.variant.to_string();
    assert!(said(&run(&data, &["access", "link", &article, &book])).contains("opens Bread book"));
    assert!(said(&run(&data, &["access", "list"])).contains(&format!("opened by {article}")));

    // The card is declined; the buyer goes to the till and takes another.
    let order = shop.order(&server, "payments_ai", "test_decline");
    let url = loop {
        let shown = ask(&server, &format!("GET /orders/{order}"), None);
        let transactions = ask(&server, &format!("GET /orders/{order}/transactions"), None);
        if transactions[0]["result"] == "declined" {
            break shown["status_page_url"].as_str().unwrap().to_owned();
        }
    };
    let (_, page) = http(server.address(), &format!("GET {}", path(&server, &url)), "", "");
    assert!(!page.contains("/download/"), "nothing is paid for: {page}");
    let checkout = format!("/checkout/{}", between(&page, "/checkout/", "\""));
    assert_eq!(http(server.address(), &format!("GET {checkout}"), "", "").0, 303);
    let (status, till) = http(server.address(), &format!("GET /till/{order}"), "", "");
    assert!(status == 200 && till.contains("20.00 USD") && till.contains("test_ok"), "{till}");
    let form = "content-type: application/x-www-form-urlencoded\r\n";
    assert_eq!(http(server.address(), &format!("POST /till/{order}"), form, "token=test_ok").0, 303);
    assert_eq!(invoice_becomes(&server, order, "paid"), "paid");
    assert!(http(server.address(), &format!("GET /till/{order}"), "", "").1.contains("nothing is due"));
    assert_eq!(http(server.address(), "GET /till/1", "", "").0, 404);

    let (_, page) = http(server.address(), &format!("GET {}", path(&server, &url)), "", "");
    let download = format!("/download/{}", between(&page, "/download/", "\""));
    let (status, bytes) = http(server.address(), &format!("GET {download}"), "", "");
    assert_eq!((status, bytes.as_str()), (200, "a book"));

    let who: Value = serde_json::from_str(&said(&run(&data, &["access", "who", &book, "--json"]))).unwrap();
    assert_eq!(who["email"], "jane@example.com");
    let grant = who["id"].to_string();
    said(&run(&data, &["access", "take", &grant]));
    assert_eq!(http(server.address(), &format!("GET {download}"), "", "").0, 404, "taken back");
    assert!(said(&run(&data, &["access", "who", &book])).contains("Nobody"));
    for already in ["may use Bread book.", "already"] {
        assert!(said(&run(&data, &["access", "give", "jane@example.com", &book])).contains(already));
    }
    assert!(said(&run(&data, &["access", "unlink", &article, &book])).contains("doesn't open"));
    assert!(said(&run(&data, &["access", "list"])).contains("opened by nothing"));
    assert_eq!(server.stop().0, Some(0));
}

#[test]
fn what_makes_no_sense_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    Running::dev(data, &["--empty"]).stop();
    assert!(said(&run(data, &["access", "list"])).contains("nothing to open"));
    for (args, exit) in [
        (&["access", "add", "asset", "Book"][..], 2),
        (&["access", "add", "asset", "Book", "--file", "/nowhere"], 2),
        (&["access", "add", "course", "Bread", "--file", "/etc/hostname"], 2),
        (&["access", "add", "course", " "], 2),
        (&["access", "add", "course", "Bread", "--url", "ftp://x"], 2),
        (&["access", "link", "SKU", "7"], 3),
        (&["access", "who", "7"], 3),
        (&["access", "take", "7"], 3),
    ] {
        assert_eq!(code(data, args), Some(exit), "{args:?}");
    }
    let course = said(&run(data, &["access", "add", "course", "Bread"])).trim().to_owned();
    assert_eq!(code(data, &["access", "link", "no-such-sku", &course]), Some(3));
    assert_eq!(code(data, &["access", "link", "12345", &course]), Some(3));
    assert_eq!(code(data, &["access", "give", "nobody@example.com", &course]), Some(3));
    assert!(!data.join("assets").exists(), "nothing was copied");
}
