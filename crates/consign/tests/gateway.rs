//! Gateways from the command line, and where they tell what they weren't asked.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod running;

use std::path::Path;

use running::{Running, http, run, said};

fn code(data: &Path, args: &[&str]) -> Option<i32> {
    run(data, args).status.code()
}

#[tokio::test(flavor = "multi_thread")]
async fn gateways_are_set_up_and_their_keys_are_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let server = Running::dev(data, &["--empty"]);
    assert!(said(&run(data, &["gateway", "list"])).starts_with("test"), "it is there from the beginning");
    assert_eq!(said(&run(data, &["gateway", "test", "test"])), "it is built in\n");
    assert_eq!(code(data, &["gateway", "add", "stripe"]), Some(2), "without a key");
    assert_eq!(
        code(data, &["gateway", "add", "stripe", "--key", "pk_live_1"]),
        Some(2),
        "everybody may see that one"
    );
    assert_eq!(code(data, &["gateway", "add", "test", "--key", "rk_1"]), Some(2));
    assert_eq!(code(data, &["gateway", "add", "test", "--name", "My Bank"]), Some(2));
    let add = ["gateway", "add", "stripe", "--key", "rk_test_secret1234", "--webhook-secret", "whsec_quiet"];
    assert!(
        said(&run(data, &[&add[..], &["--url", "http://127.0.0.1:9"]].concat()))
            .contains("/gateways/stripe/webhook")
    );
    for list in [&["gateway", "list"][..], &["gateway", "list", "--json"]] {
        let listed = said(&run(data, list));
        assert!(
            listed.contains("1234") && !listed.contains("secret1") && !listed.contains("quiet"),
            "{listed}"
        );
    }
    assert_eq!(code(data, &["gateway", "test", "stripe"]), Some(5), "nobody is there");
    let forged = "stripe-signature: t=1,v1=00\r\n";
    assert_eq!(http(server.address(), "POST /gateways/stripe/webhook", forged, "{}").0, 400);
    assert_eq!(code(data, &["gateway", "remove", "stripe"]), Some(0));
    assert_eq!(
        (code(data, &["gateway", "remove", "stripe"]), code(data, &["gateway", "test", "stripe"])),
        (Some(3), Some(3))
    );
    server.stop();
}
