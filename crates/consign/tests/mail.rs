//! Mails of the real binary, through a mail server that is spoken to in private and signed in to; and the commands about
//! mails and workflows.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod running;

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::mail_receiver::{Kind, MailReceiver, Secrecy};

use running::billing::{Shop, ask, invoice_becomes};
use running::{Running, consign, run, said};

fn told(data: &Path, args: &[&str]) -> (Option<i32>, String) {
    let output = run(data, args);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout) + &text(&output.stderr))
}

/// Waits until something is there.
fn soon<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{what} did not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_buyer_is_written_to_through_a_server_that_asks_for_a_password() {
    let login = Some(("shop", "s3cret"));
    let post = MailReceiver::start_as(Kind { secrecy: Secrecy::StartTls, login }).await;
    let folder = tempfile::tempdir().unwrap();
    let (password, certificate) = (folder.path().join("password"), folder.path().join("mail.pem"));
    std::fs::write(&password, "s3cret\n").unwrap();
    std::fs::write(&certificate, post.certificate()).unwrap();
    let data = folder.path().join("data");
    let server = Running::dev_with(
        &data,
        &["--empty"],
        &[
            ("CONSIGN_MAIL__SERVER", &format!("127.0.0.1:{}", post.port())),
            ("CONSIGN_MAIL__USER", "shop"),
            ("CONSIGN_MAIL__PASSWORD_FILE", password.to_str().unwrap()),
            ("CONSIGN_MAIL__CERTIFICATES", certificate.to_str().unwrap()),
        ],
    );
    said(&run(&data, &["shop", "set", "name=Our shop", "mail_address=hello@shop.example"]));
    // Every node knows within a second.
    std::thread::sleep(Duration::from_millis(1_200));
    let shop = Shop::furnish(&server);
    let course =
        said(&run(&data, &["access", "add", "course", "Bread", "--url", "https://school.example/bread"]));
    said(&run(&data, &["access", "link", &shop.variant.to_string(), course.trim()]));
    let order = shop.order(&server, "payments_ai", "test_ok");
    assert_eq!(invoice_becomes(&server, order, "paid"), "paid");
    let mails = soon("two mails", || Some(post.mails()).filter(|mails| mails.len() == 2));
    let subjects: Vec<_> = mails.iter().filter_map(|mail| mail.header("Subject")).collect();
    assert!(subjects.contains(&"Our shop: order #1001 is confirmed"), "{subjects:?}");
    let access =
        mails.iter().find(|mail| mail.header("Subject") == Some("Our shop: you have access")).unwrap();
    assert!(access.plain().contains("Bread: https://school.example/bread"), "{}", access.plain());
    for mail in &mails {
        assert_eq!((mail.user.as_deref(), mail.private), (Some("shop"), true));
        assert_eq!(mail.to, ["jane@example.com"]);
    }
    assert_eq!(server.stop().0, Some(0));
    // Started again, it has nothing more to say.
    let server =
        Running::dev_with(&data, &[], &[("CONSIGN_MAIL__SERVER", &format!("127.0.0.1:{}", post.port()))]);
    ask(&server, &format!("GET /orders/{order}"), None);
    assert_eq!(server.stop().0, Some(0));
    assert_eq!(post.mails().len(), 2);
}

#[test]
fn a_template_is_shown_changed_and_put_back() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    Running::dev(data, &["--empty"]).stop();
    let listed = said(&run(data, &["mail", "template", "list"]));
    assert_eq!(listed.lines().count(), 4, "{listed}");
    assert!(listed.lines().all(|line| line.ends_with("built in")), "{listed}");
    let file = data.join("paid.toml");
    let own = said(&run(data, &["mail", "template", "show", "order_paid"]));
    let changed = own.replace("is confirmed", "came in");
    assert_ne!(own, changed);
    std::fs::write(&file, changed).unwrap();
    let file = file.to_str().unwrap();
    let previewed = said(&run(data, &["mail", "template", "preview", "order_paid", "--file", file]));
    assert!(previewed.starts_with("Subject: ") && previewed.contains("came in"), "{previewed}");
    let before = said(&run(data, &["mail", "template", "preview", "order_paid"]));
    assert!(before.contains("is confirmed"), "a preview saves nothing: {before}");
    assert!(said(&run(data, &["mail", "template", "preview", "order_paid", "--html"])).contains("<html"));
    said(&run(data, &["mail", "template", "set", "order_paid", file]));
    assert!(said(&run(data, &["mail", "template", "show", "order_paid"])).contains("came in"));
    assert!(said(&run(data, &["mail", "template", "list"])).contains("the shop's own"));
    said(&run(data, &["mail", "template", "reset", "order_paid"]));
    assert_eq!(said(&run(data, &["mail", "template", "show", "order_paid"])), own);

    let broken = data.join("broken.toml");
    std::fs::write(&broken, "subject = '{{ ordre.name }}'\ntext = ''\nhtml = ''\n").unwrap();
    let (code, why) = told(data, &["mail", "template", "set", "order_paid", broken.to_str().unwrap()]);
    assert!(code == Some(4) && why.contains("subject: `ordre` is undefined"), "{why}");
    std::fs::write(&broken, "subject = ''\n").unwrap();
    assert_eq!(told(data, &["mail", "template", "set", "order_paid", broken.to_str().unwrap()]).0, Some(2));
    assert_eq!(told(data, &["mail", "template", "set", "Order Paid", file]).0, Some(2), "no name");
    assert_eq!(told(data, &["mail", "template", "reset", "order_paid"]).0, Some(3), "it is the built-in one");
    assert_eq!(told(data, &["mail", "template", "show", "thanks"]).0, Some(3));
}

#[test]
fn a_workflow_is_saved_fails_visibly_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let server = Running::dev(data, &["--empty"]);
    let write = |name: &str, text: &str| {
        let file = data.join(name);
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let thanks = write("thanks.toml", "subject = 'Thanks'\ntext = 'Thanks.'\nhtml = '<p>Thanks.</p>'\n");
    let steps = "name = 'Thanks'\ntrigger = 'successful_purchase'\n[[steps]]\ndo = 'tag_order'\ntag = 'paid'\n\
                 [[steps]]\ndo = 'mail'\ntemplate = 'thanks'\n";
    let workflow = write("flow.toml", steps);
    let (code, why) = told(data, &["workflow", "add", &workflow]);
    assert!(code == Some(4) && why.contains("no template thanks"), "{why}");
    said(&run(data, &["mail", "template", "set", "thanks", &thanks]));
    said(&run(data, &["workflow", "add", &workflow]));
    assert!(said(&run(data, &["workflow", "list"])).contains("Thanks  active  when successful_purchase"));
    for (wrong, code) in [("name = 'x'", Some(2)), ("name = 'x'\ntrigger = 'moon_rise'\nsteps = []", Some(4))]
    {
        let file = write("wrong.toml", wrong);
        assert_eq!(told(data, &["workflow", "add", &file]).0, code, "{wrong}");
    }
    // The template goes, and the run stops at its second step.
    said(&run(data, &["mail", "template", "reset", "thanks"]));
    let shop = Shop::furnish(&server);
    shop.order(&server, "payments_ai", "test_ok");
    let waits = soon("a run", || {
        let runs = said(&run(data, &["workflow", "runs", "--json"]));
        let found: Value = serde_json::from_str(runs.lines().next()?).unwrap();
        (found["failures"] == 1).then_some(found)
    });
    let id = waits["id"].to_string();
    let shown = said(&run(data, &["workflow", "show", &id]));
    assert!(shown.contains("1 of 2 steps") && shown.contains("step 1 (tag_order): done"), "{shown}");
    assert!(shown.contains("step 2 (mail): the mail can't be written"), "{shown}");
    assert_eq!(told(data, &["workflow", "retry", &id]).0, Some(4), "it is tried again by itself");
    said(&run(data, &["workflow", "pause", "Thanks"]));
    assert!(said(&run(data, &["workflow", "list"])).contains("paused"));
    said(&run(data, &["workflow", "resume", "Thanks"]));
    for wrong in [["workflow", "show", "1"], ["workflow", "pause", "Thnaks"]] {
        assert_eq!(told(data, &wrong).0, Some(3), "{wrong:?}");
    }
    assert_eq!(server.stop().0, Some(0));
    let mut idle = consign(&["workflow", "list", "--data", "/nowhere/at/all"]);
    assert_eq!(idle.stderr(Stdio::null()).status().unwrap().code(), Some(3), "no database");
}
