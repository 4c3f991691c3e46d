//! Mails to buyers: from the cause to a mail server, which takes them, refuses them, or breaks off.

use std::time::Duration;

use domain::command::{Command, Track};
use domain::decide::Outcome;
use domain::fulfillment::Tracking;
use domain::id::FulfillmentId;
use domain::record::{Record, RecordKind};
use domain::time::Time;
use engine::mail::{MailServer, Post, Security, Smtp};
use engine::workers::Workers;
use store::{Attempt, Delivery, DeliveryState};
use testkit::mail_receiver::{Kind, MailReceiver, Reply, Secrecy};
use testkit::world::{self, SHIRT};

use crate::bench::{Bench, SECONDS, bench, workers};

testkit::on_both! { bench:
    a_parcel_is_told_of_with_its_links
    what_a_server_says_decides_what_becomes_of_a_mail
    a_mail_that_may_have_arrived_is_sent_again_under_the_same_id
    without_a_server_mails_are_kept_and_can_be_sent_later
    a_template_that_breaks_does_not_keep_the_buyer_waiting
    two_nodes_write_a_mail_once
    whoever_dies_before_it_is_written_down_is_followed_by_the_same_mail
}

/// Workers that hand mails to `server`.
fn posting(server: &MailReceiver) -> Workers {
    Workers { post: Post::Smtp(Smtp::new(known(server)).unwrap()), ..workers() }
}

/// What is known of a server that anybody may use and listen to.
fn known(server: &MailReceiver) -> MailServer {
    MailServer {
        host: "127.0.0.1".into(),
        port: server.port(),
        security: Security::Plain,
        credentials: None,
        certificates: None,
        patience: Duration::from_secs(5),
    }
}

/// A shop that writes mails, and something that left with word to the buyer.
async fn shipped(bench: &mut Bench) -> FulfillmentId {
    let mut shop = world::shop();
    shop.mail.address = Some("hello@shop.example".into());
    bench.engine.store().save_shop(&shop).await.unwrap();
    bench.shop = std::sync::Arc::new(shop);
    let mut place = world::order(&[(SHIRT, 2)]);
    place.placed.email = Some("jane@example.com".into());
    let order = bench.place(place).await;
    let mut command = world::shipping(order.fulfillment_orders[0].id);
    let Command::Fulfill(fulfill) = &mut command else { panic!("{command:?}") };
    fulfill.notify_buyer = true;
    fulfill.trackings =
        vec![Tracking { company: Some("UPS".into()), number: Some("1Z999AA10123456784".into()), url: None }];
    let Outcome::Fulfillment(id) = bench.run(&command).await.outcome else { panic!("no fulfillment") };
    id
}

async fn mails(bench: &Bench) -> Vec<(Delivery, Vec<Attempt>)> {
    let mut mails = Vec::new();
    for mail in bench.engine.store().deliveries_by(bench.shop.id, engine::mail::CHANNEL, 100).await.unwrap() {
        let attempts = bench.engine.store().attempts(bench.shop.id, mail.what.id).await.unwrap();
        mails.push((mail, attempts.into_iter().map(|(_, attempt)| attempt).collect()));
    }
    mails
}

async fn a_parcel_is_told_of_with_its_links(mut bench: Bench) {
    let server = MailReceiver::start().await;
    let parcel = shipped(&mut bench).await;
    bench.engine.work_off(&posting(&server)).await.unwrap();
    let mail = server.mails().remove(0);
    assert_eq!(
        (&*mail.from, mail.to.as_slice()),
        ("hello@shop.example", &["jane@example.com".to_owned()][..])
    );
    assert_eq!(mail.header("From"), Some("Shop <hello@shop.example>"));
    assert_eq!(mail.header("Subject"), Some("Shop: order #1001 is on its way"));
    assert_eq!(mail.header("Auto-Submitted"), Some("auto-generated"));
    assert!(mail.header("Content-Type").unwrap().starts_with("multipart/alternative"));
    let text = mail.plain();
    assert!(text.contains("\n2 x Product 90\n"), "{text}");
    assert!(text.contains("UPS 1Z999AA10123456784 https://www.ups.com/track?"), "{text}");
    // Told again only if somebody asks for it, and then as another mail.
    for notify_buyer in [false, true] {
        bench.run(&Command::Track(Track { fulfillment: parcel, trackings: Vec::new(), notify_buyer })).await;
        bench.engine.work_off(&posting(&server)).await.unwrap();
    }
    let ids: Vec<_> =
        server.mails().iter().map(|mail| mail.header("Message-ID").unwrap().to_owned()).collect();
    assert_eq!(ids.len(), 2);
    assert_ne!(ids[0], ids[1]);
    assert_eq!(bench.engine.work_off(&posting(&server)).await.unwrap(), 0, "told once");
}

async fn what_a_server_says_decides_what_becomes_of_a_mail(mut bench: Bench) {
    use DeliveryState::{Delivered, Exhausted};
    let server = MailReceiver::start().await;
    for (replies, answers, state) in [
        (vec![Reply::ToReceiver("550 no such person")], vec![("rejected", Some(550))], Exhausted),
        (
            vec![Reply::ToReceiver("450 later"), Reply::ToData("451 later")],
            vec![("deferred", Some(450)), ("deferred", Some(451)), ("accepted", Some(250))],
            Delivered,
        ),
        (
            vec![Reply::ToReceiver("530 who are you")],
            vec![("refused", Some(530)), ("accepted", Some(250))],
            Delivered,
        ),
    ] {
        server.answer_with(replies);
        shipped(&mut bench).await;
        for _ in 0..4 {
            bench.engine.work_off(&posting(&server)).await.unwrap();
            bench.clock().advance(60 * SECONDS);
        }
        let (mail, attempts) = mails(&bench).await.remove(0);
        let told: Vec<_> = attempts.iter().map(|attempt| (&*attempt.answer, attempt.status)).collect();
        assert_eq!((told, mail.state), (answers, state));
    }
}

async fn a_mail_that_may_have_arrived_is_sent_again_under_the_same_id(mut bench: Bench) {
    let server = MailReceiver::start().await;
    server.answer_with(vec![Reply::HangUpAfterData]);
    shipped(&mut bench).await;
    bench.engine.work_off(&posting(&server)).await.unwrap();
    assert_eq!(mails(&bench).await[0].0.state, DeliveryState::Pending);
    bench.clock().advance(60 * SECONDS);
    bench.engine.work_off(&posting(&server)).await.unwrap();
    let sent = server.mails();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0], sent[1], "to the byte, its Message-ID included");
    assert!(sent[0].header("Message-ID").unwrap().ends_with("@shop.example>"));
    let (mail, attempts) = mails(&bench).await.remove(0);
    let told: Vec<_> = attempts.iter().map(|attempt| &*attempt.answer).collect();
    assert_eq!((told, mail.state), (vec!["unknown", "accepted"], DeliveryState::Delivered));
}

async fn without_a_server_mails_are_kept_and_can_be_sent_later(mut bench: Bench) {
    shipped(&mut bench).await;
    bench.engine.work_off(&workers()).await.unwrap();
    let (mail, attempts) = mails(&bench).await.remove(0);
    assert_eq!((mail.state, &*attempts[0].answer), (DeliveryState::Exhausted, "kept"));
    assert!(mail.what.body.contains("is on its way"));
    let server = MailReceiver::start().await;
    assert!(bench.engine.store().send_again(bench.shop.id, mail.what.id, bench.engine.now()).await.unwrap());
    bench.engine.work_off(&posting(&server)).await.unwrap();
    assert_eq!(server.mails().len(), 1);
}

async fn a_template_that_breaks_does_not_keep_the_buyer_waiting(mut bench: Bench) {
    let template = |id: i64, subject: &str| Record {
        id: domain::id::RecordId(id),
        kind: RecordKind::MessageTemplate,
        parent: None,
        other: None,
        name: "shipped".into(),
        key: Some("shipped".into()),
        archived: false,
        body: serde_json::json!({ "subject": subject, "text": "Gone.", "html": "<p>Gone.</p>" }),
        created_at: Time(0),
        updated_at: Time(0),
    };
    for (subject, sent) in [
        ("{{ parcel.name }} left", "#1001-F1 left"),
        ("{{ parcel.nmae }} left", "Shop: order #1002 is on its way"),
    ] {
        bench.run(&Command::SaveRecords(vec![template(900, subject)])).await;
        shipped(&mut bench).await;
        bench.engine.work_off(&workers()).await.unwrap();
        let (mail, _) = mails(&bench).await.remove(0);
        assert!(mail.what.body.contains(sent), "{}", mail.what.body);
    }
}

async fn two_nodes_write_a_mail_once(mut bench: Bench) {
    let server = MailReceiver::start().await;
    let other = bench.another().await;
    shipped(&mut bench).await;
    let (here, there) = (posting(&server), posting(&server));
    let (here, there) = tokio::join!(bench.engine.work_off(&here), other.work_off(&there));
    assert!(here.unwrap() + there.unwrap() > 0);
    bench.engine.work_off(&posting(&server)).await.unwrap();
    assert_eq!(server.mails().len(), 1);
    assert_eq!(mails(&bench).await.len(), 1);
}

async fn whoever_dies_before_it_is_written_down_is_followed_by_the_same_mail(mut bench: Bench) {
    let server = MailReceiver::start().await;
    server.answer_with(vec![Reply::SilenceAfterData]);
    shipped(&mut bench).await;
    let dying = {
        let (engine, workers) = (bench.another().await, posting(&server));
        tokio::spawn(async move { engine.work_off(&workers).await })
    };
    while server.mails().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    dying.abort();
    assert!(dying.await.unwrap_err().is_cancelled());
    bench.engine.work_off(&posting(&server)).await.unwrap();
    assert_eq!(server.mails().len(), 1, "somebody may still be about to write it down");
    bench.clock().advance(60 * SECONDS);
    for _ in 0..3 {
        bench.engine.work_off(&posting(&server)).await.unwrap();
    }
    let sent = server.mails();
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0], sent[1], "to the byte, its Message-ID included");
    let (mail, attempts) = mails(&bench).await.remove(0);
    assert_eq!((mail.state, attempts.len()), (DeliveryState::Delivered, 1));
}

/// What a server said to the only mail there is.
async fn told(bench: &Bench, server: MailServer) -> Vec<(String, Option<i64>)> {
    let workers = Workers { post: Post::Smtp(Smtp::new(server).unwrap()), ..workers() };
    bench.engine.work_off(&workers).await.unwrap();
    bench.clock().advance(60 * SECONDS);
    let (_, attempts) = mails(bench).await.remove(0);
    attempts.into_iter().map(|attempt| (attempt.answer, attempt.status)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_spoken_to_in_private_and_signed_in_to() {
    let login = Some(("shop", "s3cret"));
    for (secrecy, security) in [(Secrecy::StartTls, Security::StartTls), (Secrecy::Tls, Security::Tls)] {
        let mut bench = bench(testkit::database::Database::Sqlite).await;
        shipped(&mut bench).await;
        let server = MailReceiver::start_as(Kind { secrecy, login }).await;
        let credentials = Some(("shop".to_owned(), "s3cret".to_owned()));
        let certificates = Some(server.certificate().as_bytes().to_vec());
        let right = MailServer { security, credentials, certificates, ..known(&server) };
        let unknown = ("unknown".to_owned(), None);
        let stranger = MailServer { certificates: None, ..right.clone() };
        assert_eq!(told(&bench, stranger).await.last(), Some(&unknown), "nobody vouches for it");
        let wrong = Some(("shop".to_owned(), "guess".to_owned()));
        let wrong = MailServer { credentials: wrong, ..right.clone() };
        assert_eq!(told(&bench, wrong).await.last(), Some(&("refused".to_owned(), Some(535))));
        let nobody = MailServer { credentials: None, ..right.clone() };
        assert_eq!(told(&bench, nobody).await.last(), Some(&("refused".to_owned(), Some(530))));
        assert!(server.mails().is_empty());
        assert_eq!(told(&bench, right).await.last(), Some(&("accepted".to_owned(), Some(250))));
        let mail = server.mails().remove(0);
        assert_eq!((mail.user.as_deref(), mail.private), (Some("shop"), true));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_can_not_be_private_is_told_nothing() {
    let mut bench = bench(testkit::database::Database::Sqlite).await;
    shipped(&mut bench).await;
    let server = MailReceiver::start().await;
    let private = MailServer { security: Security::StartTls, ..known(&server) };
    assert_eq!(told(&bench, private).await.last(), Some(&("unknown".to_owned(), None)));
    assert!(server.mails().is_empty());
    let none = MailServer { security: Security::Tls, certificates: Some(b"x".to_vec()), ..known(&server) };
    assert_eq!(Smtp::new(none).err().as_deref(), Some("there is no certificate in it"));
}
