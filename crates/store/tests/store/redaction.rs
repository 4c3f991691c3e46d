//! Somebody is forgotten: nothing that the shop keeps contains a word of them, and what was sold and sent is as before.

use domain::address::Address;
use domain::command::{Command, Place};
use domain::contact::{ContactChange, ContactKey, SaveContact, Whom};
use domain::decide::Outcome;
use domain::event::Fact;
use domain::fulfillment_order::FulfillmentOrder;
use domain::id::{AppId, ContactId, EventId, ListenerId, RecordId, RunId, WorkflowId};
use domain::order::Order;
use domain::record::{Record, RecordKind};
use domain::time::Time;
use domain::workflow::{Run, RunState, Step};
use store::db::Query;
use store::{Announcement, Attempt, DeliveryState, NewDelivery, Remembered};
use testkit::world::{self, SHIRT};

use crate::bench::{Bench, furnished};

testkit::on_both! { furnished:
    nothing_is_left_of_whoever_is_forgotten
    what_was_sold_and_sent_is_as_before
    others_are_left_alone
    what_waits_is_told_though_nobody_listened_when_it_was_forgotten
    what_waits_of_no_order_is_told_of_the_contact_alone
    whoever_is_named_by_an_address_alone_is_found
    what_a_record_said_before_goes_with_whoever_it_was_about
    what_an_event_is_told_with_goes_too
    what_waits_of_records_goes_though_the_contact_was_forgotten_before
    what_was_told_before_it_was_known_of_whom_goes_too
    an_event_keeps_what_was_before_if_somebody_changed_it
}

/// A word that is nowhere but in what tells who somebody is.
const CANARY: &str = "canary";

fn said(word: &str) -> String {
    format!("{word}{CANARY}")
}

fn address() -> Address {
    let text = |word: &str| Some(said(word));
    Address {
        first_name: text("first"),
        last_name: text("last"),
        company: text("company"),
        address1: text("street"),
        address2: text("floor"),
        city: text("city"),
        zip: text("zip"),
        phone: text("phone"),
        country_code: Some("CA".into()),
        province_code: Some("ON".into()),
        ..Address::default()
    }
}

async fn somebody(bench: &Bench, email: &str) -> ContactId {
    let changes = vec![
        ContactChange::Email(Some(email.to_owned())),
        ContactChange::FirstName(Some(said("first"))),
        ContactChange::Notes(Some(said("note"))),
        ContactChange::Tags(vec![said("tag")]),
        ContactChange::Addresses(vec![address()]),
    ];
    match bench.run(&Command::SaveContact(Box::new(SaveContact { whom: Whom::New, changes }))).await.outcome {
        Outcome::Contact(id) => id,
        other => panic!("{other:?}"),
    }
}

fn bought(contact: Option<ContactId>, email: &str) -> Place {
    let mut place = world::order(&[(SHIRT, 2)]);
    place.placed.contact = contact;
    place.placed.email = Some(email.to_owned());
    place.placed.phone = Some(said("phone"));
    place.placed.shipping_address = Some(address());
    place.placed.billing_address = Some(address());
    place.placed.note = Some(said("note"));
    place.placed.attributes = vec![("gift".into(), said("attribute"))];
    place.lines[0].article.properties = vec![("engraving".into(), said("property"))];
    place
}

/// A shop that is listened to, where a contact bought twice, once without saying who it is.
async fn history(bench: &Bench) -> (ContactId, Vec<Order>) {
    bench.run(&Command::SaveListener(world::listener(5, "test", "https://listener.example"))).await;
    let email = format!("Ada@{CANARY}.example");
    let contact = somebody(bench, &email).await;
    let orders = vec![
        bench.place(bought(Some(contact), &email)).await,
        bench.place(bought(None, &email.to_lowercase())).await,
    ];
    bench.ship(orders[0].fulfillment_orders[0].id).await;
    // One is the contact's, one of somebody with its address, who may well be it.
    for (parent, name) in [(Some(contact.0), String::new()), (None, email.to_lowercase())] {
        let checkout = Record { parent, ..basket(bench, &name) };
        let changed = Record { body: said("changed").into(), ..checkout.clone() };
        bench.run(&Command::SaveRecords(vec![checkout])).await;
        bench.run(&Command::SaveRecords(vec![changed])).await;
    }
    // The first of the orders was told of; the rest waits.
    let pending = bench.store.undispatched(bench.shop.id, 100).await.unwrap();
    let told = pending.iter().find(|pending| pending.event.order == Some(orders[0].id)).unwrap();
    let delivery = NewDelivery {
        id: bench.fresh(),
        event: told.event.id,
        part: 0,
        listener: ListenerId(5),
        app: AppId(1),
        dialect: "test".into(),
        topic: "everything".into(),
        url: "https://listener.example".into(),
        headers: "{}".into(),
        body: said("body"),
    };
    let id = delivery.id;
    let announced = Announcement {
        dialect: "test".into(),
        event: told.event.id,
        part: 0,
        at: Time(0),
        topic: "everything".into(),
        test: None,
        body: said("announced"),
    };
    let (store, event) = (&bench.store, told.event.id);
    let runs = [running(1, event, &orders[0]), running(2, event, &orders[1])];
    assert!(store.dispatched(bench.shop.id, event, &[delivery], &[announced], &runs, Time(0)).await.unwrap());
    workflow_writes(bench, runs).await;
    let answer = Attempt {
        at: Time(0),
        latency_ms: 1,
        answer: "ok".into(),
        status: Some(500),
        excerpt: said("excerpt"),
    };
    bench.store.attempted(bench.shop.id, id, 1, &answer, DeliveryState::Pending, Time(9)).await.unwrap();
    let remembered = Remembered {
        scope: "test".into(),
        key: "k".into(),
        fingerprint: "f".into(),
        answer: format!("{{\"id\":{},\"name\":\"{}\"}}", orders[0].id, said("answer")),
    };
    bench.store.remember(bench.shop.id, &remembered, Time(0)).await.unwrap();
    (contact, orders)
}

/// What somebody with that address is about to order.
fn basket(bench: &Bench, address: &str) -> Record {
    Record {
        id: RecordId(bench.fresh()),
        kind: RecordKind::Checkout,
        parent: None,
        other: None,
        name: address.to_owned(),
        key: None,
        archived: false,
        body: said("basket").into(),
        created_at: Time(0),
        updated_at: Time(0),
    }
}

/// A run of a workflow that calls somebody and then writes to the buyer.
fn running(workflow: i64, event: EventId, order: &Order) -> Run {
    Run {
        id: RunId(workflow + 70),
        workflow: WorkflowId(workflow),
        name: "Thanks".into(),
        event,
        order: Some(order.id),
        contact: order.placed.contact,
        steps: vec![
            Step::Call { url: "https://listener.example".into() },
            Step::Mail { template: "thanks".into() },
        ],
        step: 0,
        state: RunState::Waiting,
        due_at: Some(Time(0)),
        failures: 0,
        log: Vec::new(),
        created_at: Time(0),
        updated_at: Time(0),
        version: 0,
    }
}

/// Both runs call somebody. Then one fails to write a mail and says why, and the other, of an order that is nobody's in
/// particular, has one written.
async fn workflow_writes(bench: &Bench, runs: [Run; 2]) {
    for run in runs {
        let order = run.order.unwrap();
        bench.run(&Command::AdvanceRun(Box::new(run.clone()), Ok(()))).await;
        let called = Run { version: 1, ..run };
        let why = if called.contact.is_some() { Err(said("why")) } else { Ok(()) };
        bench.run(&Command::AdvanceRun(Box::new(called), why)).await;
        let pending = bench.store.undispatched(bench.shop.id, 100).await.unwrap();
        for (part, step) in pending.iter().filter(|pending| pending.event.order.is_none()).enumerate() {
            let sent = |fact: &Fact| matches!(fact, Fact::RunStep { order: own, .. } if *own == Some(order));
            if !step.event.facts.iter().any(sent) {
                continue;
            }
            let mail = NewDelivery {
                id: bench.fresh(),
                event: step.event.id,
                part: part as i64,
                listener: ListenerId(0),
                app: AppId(0),
                dialect: "mail".into(),
                topic: "thanks".into(),
                url: format!("mailto:ada@{CANARY}.example"),
                headers: said("headers"),
                body: said("body"),
            };
            let now = Time(0);
            assert!(
                bench.store.dispatched(bench.shop.id, step.event.id, &[mail], &[], &[], now).await.unwrap()
            );
        }
    }
}

/// Where the canary is found: table and column.
async fn found(bench: &Bench) -> Vec<String> {
    let columns = [
        ("orders", "body"),
        ("orders", "email"),
        ("contacts", "body"),
        ("contacts", "email"),
        ("contacts", "phone"),
        ("records", "body"),
        ("records", "name"),
        ("tags_of_contacts", "tag"),
        ("fulfillments", "body"),
        ("fulfillment_orders", "stage"),
        ("events", "body"),
        ("events", "snapshot"),
        ("deliveries", "body"),
        ("deliveries", "headers"),
        ("deliveries", "url"),
        ("workflow_runs", "body"),
        ("announcements", "body"),
        ("attempts", "excerpt"),
        ("idempotency", "answer"),
    ];
    let mut found = Vec::new();
    for (table, column) in columns {
        let sql =
            format!("SELECT CAST(count(*) AS BIGINT) FROM {table} WHERE lower({column}) LIKE '%{CANARY}%'");
        let rows = bench.store.db().read(vec![Query::new(sql, vec![])]).await.unwrap().remove(0);
        if rows[0].int(0).unwrap() > 0 {
            found.push(format!("{table}.{column}"));
        }
    }
    found
}

async fn nothing_is_left_of_whoever_is_forgotten(bench: Bench) {
    let (contact, orders) = history(&bench).await;
    let before = found(&bench).await;
    for place in [
        "orders.body",
        "contacts.email",
        "records.body",
        "records.name",
        "tags_of_contacts.tag",
        "events.snapshot",
    ] {
        assert!(before.contains(&place.to_owned()), "{place} is not looked at: {before:?}");
    }
    for place in ["announcements.body", "deliveries.body", "attempts.excerpt", "idempotency.answer"] {
        assert!(before.contains(&place.to_owned()), "{place} is not looked at: {before:?}");
    }
    for place in ["deliveries.url", "deliveries.headers", "workflow_runs.body"] {
        assert!(before.contains(&place.to_owned()), "{place} is not looked at: {before:?}");
    }
    bench.run(&Command::RedactContact(contact)).await;
    assert_eq!(found(&bench).await, Vec::<String>::new());
    assert_eq!(bench.findings().await, Vec::<String>::new());
    let waiting = bench.store.undispatched(bench.shop.id, 100).await.unwrap();
    let of_order = waiting.iter().filter(|waiting| waiting.event.order == Some(orders[1].id));
    assert!(of_order.clone().count() > 1, "what happened is still told");
    assert!(
        of_order.clone().all(|told| told.order.as_ref().is_some_and(|order| order.placed.email.is_none()))
    );
    let again = bench.run(&Command::RedactContact(contact)).await;
    assert_eq!(again.events, [], "it is done once");
}

async fn what_was_sold_and_sent_is_as_before(bench: Bench) {
    let (contact, orders) = history(&bench).await;
    let kept = |order: &Order| {
        let quantities = |fo: &FulfillmentOrder| (fo.id, fo.stage.clone(), fo.lines.clone());
        let work: Vec<_> = order.fulfillment_orders.iter().map(quantities).collect();
        (order.name.clone(), order.invoices.clone(), order.placed.transactions.clone(), work)
    };
    let before = [kept(&bench.order(orders[0].id).await), kept(&bench.order(orders[1].id).await)];
    bench.run(&Command::RedactContact(contact)).await;
    for (order, before) in orders.iter().zip(before) {
        let after = bench.order(order.id).await;
        assert_eq!(kept(&after), before);
        let address = after.placed.shipping_address.unwrap();
        assert_eq!(
            (address.country_code.as_deref(), address.province_code.as_deref()),
            (Some("CA"), Some("ON"))
        );
    }
    let known = bench.store.contacts_by_id(bench.shop.id, &[contact]).await.unwrap().pop().unwrap();
    assert!(known.redacted_at.is_some() && !known.is_somebody());
}

async fn others_are_left_alone(bench: Bench) {
    let (contact, _) = history(&bench).await;
    let other = somebody(&bench, "bob@example.com").await;
    let order = bench.place(bought(Some(other), "bob@example.com")).await;
    bench.run(&Command::RedactContact(contact)).await;
    assert_eq!(bench.order(order.id).await, order);
    let waiting = bench.store.undispatched(bench.shop.id, 100).await.unwrap();
    let told = waiting.iter().find(|waiting| waiting.event.order == Some(order.id)).unwrap();
    assert_eq!(told.order.as_ref().unwrap().placed.email.as_deref(), Some("bob@example.com"));
}

async fn what_waits_is_told_though_nobody_listened_when_it_was_forgotten(bench: Bench) {
    let (contact, orders) = history(&bench).await;
    bench.run(&Command::RemoveListener(ListenerId(5))).await;
    bench.run(&Command::RedactContact(contact)).await;
    let waiting = bench.store.undispatched(bench.shop.id, 100).await.unwrap();
    let mut of_order = waiting.iter().filter(|waiting| waiting.event.order == Some(orders[1].id));
    assert!(of_order.clone().count() > 1);
    assert!(of_order.all(|told| told.order.as_ref().is_some_and(|order| order.redacted_at.is_some())));
}

async fn what_waits_of_no_order_is_told_of_the_contact_alone(bench: Bench) {
    let (contact, _) = history(&bench).await;
    let other = somebody(&bench, "bob@example.com").await;
    bench.run(&Command::RedactContact(contact)).await;
    let waiting = bench.store.undispatched(bench.shop.id, 100).await.unwrap();
    let about = |who: ContactId| {
        let created = move |fact: &Fact| *fact == Fact::ContactCreated { contact: who };
        waiting.iter().find(move |waiting| waiting.event.facts.iter().any(created)).unwrap()
    };
    let told = about(contact);
    assert!(told.order.is_none(), "no order is made of it");
    let [own] = told.contacts.as_slice() else { panic!("{:?}", told.contacts) };
    assert!(own.id == contact && own.redacted_at.is_some());
    assert_eq!(about(other).contacts[0].email.as_deref(), Some("bob@example.com"));
}

/// Somebody left an address and no name; it becomes a contact's, and nothing remembers the address when that is forgotten.
async fn whoever_is_named_by_an_address_alone_is_found(bench: Bench) {
    let address = format!("ada@{CANARY}.example");
    let basket = basket(&bench, &address);
    bench.run(&Command::SaveListener(world::listener(5, "test", "https://listener.example"))).await;
    let event = bench.run(&Command::SaveRecords(vec![basket.clone()])).await.events[0].id;
    bench.run(&Command::RemoveRecords(vec![basket.id])).await;
    announced(&bench, event).await;
    let contact = somebody(&bench, &address).await;
    let subjects = format!("SELECT event_id FROM subjects_of_events WHERE subject = '{address}'");
    let query = || vec![Query::new(subjects.clone(), vec![])];
    assert_eq!(bench.store.db().read(query()).await.unwrap()[0].len(), 2, "it came and went");
    assert!(found(&bench).await.contains(&"announcements.body".to_owned()));
    bench.run(&Command::RedactContact(contact)).await;
    assert_eq!(found(&bench).await, Vec::<String>::new());
    assert_eq!(bench.store.db().read(query()).await.unwrap()[0].len(), 0, "nor the address");
}

/// Somebody wants to be told from now on.
async fn listening(bench: &Bench) {
    bench.run(&Command::SaveListener(world::listener(5, "test", "https://listener.example"))).await;
}

/// An event was told.
async fn announced(bench: &Bench, event: EventId) {
    let announced = Announcement {
        dialect: "test".into(),
        event,
        part: 0,
        at: Time(0),
        topic: "everything".into(),
        test: None,
        body: said("announced"),
    };
    assert!(bench.store.dispatched(bench.shop.id, event, &[], &[announced], &[], Time(0)).await.unwrap());
}

async fn forgotten(bench: &Bench, address: &str) {
    let contact = somebody(bench, address).await;
    bench.run(&Command::RedactContact(contact)).await;
}

async fn saved(bench: &Bench, record: &Record) -> EventId {
    bench.run(&Command::SaveRecords(vec![record.clone()])).await.events[0].id
}

/// A checkout that was somebody's becomes somebody else's: of the change was told who it was, or it waits to be.
async fn what_a_record_said_before_goes_with_whoever_it_was_about(bench: Bench) {
    let address = format!("ada@{CANARY}.example");
    listening(&bench).await;
    for told in [true, false] {
        let ours = basket(&bench, &address);
        saved(&bench, &ours).await;
        let theirs = Record { name: "bob@example.com".into(), body: "theirs".into(), ..ours };
        let event = saved(&bench, &theirs).await;
        if told {
            announced(&bench, event).await;
        }
        bench.run(&Command::RemoveRecords(vec![theirs.id])).await;
    }
    assert_eq!(found(&bench).await, ["events.snapshot", "announcements.body"]);
    forgotten(&bench, &address).await;
    assert_eq!(found(&bench).await, Vec::<String>::new());
    let waiting = bench.store.undispatched(bench.shop.id, 100).await.unwrap();
    let theirs =
        waiting.iter().filter(|waiting| waiting.records.iter().any(|record| record.body == "theirs"));
    assert_eq!(theirs.count(), 2, "what went afterwards was never theirs");
}

/// A checkout is told with the card that pays for it, which may be somebody else's.
async fn what_an_event_is_told_with_goes_too(bench: Bench) {
    let address = format!("ada@{CANARY}.example");
    listening(&bench).await;
    let event = saved(&bench, &Record { body: "theirs".into(), ..basket(&bench, "bob@example.com") }).await;
    let card = Record { kind: RecordKind::PaymentSource, ..basket(&bench, &address) };
    bench.store.told_with(bench.shop.id, event, &[card]).await.unwrap();
    announced(&bench, event).await;
    assert_eq!(found(&bench).await, ["announcements.body"]);
    forgotten(&bench, &address).await;
    assert_eq!(found(&bench).await, Vec::<String>::new());
}

async fn what_waits_of_records_goes_though_the_contact_was_forgotten_before(bench: Bench) {
    listening(&bench).await;
    let contact = somebody(&bench, &format!("ada@{CANARY}.example")).await;
    bench.run(&Command::RedactContact(contact)).await;
    saved(&bench, &Record { parent: Some(contact.0), ..basket(&bench, "") }).await;
    assert_eq!(found(&bench).await, ["records.body", "events.snapshot"]);
    bench.run(&Command::RedactContact(contact)).await;
    assert_eq!(found(&bench).await, Vec::<String>::new());
    let waiting = bench.store.undispatched(bench.shop.id, 100).await.unwrap();
    let redacted = |waiting: &&store::Pending| {
        waiting.contacts.iter().any(|own| own.id == contact && own.redacted_at.is_some())
    };
    assert!(waiting.iter().any(|waiting| redacted(&waiting)), "that it was forgotten is still told");
}

/// A card was nobody's when it was told of, or when a checkout was told with it, and became somebody's.
async fn what_was_told_before_it_was_known_of_whom_goes_too(bench: Bench) {
    listening(&bench).await;
    let card = Record { kind: RecordKind::PaymentSource, ..basket(&bench, "") };
    let event = saved(&bench, &card).await;
    announced(&bench, event).await;
    let event = saved(&bench, &Record { body: "theirs".into(), ..basket(&bench, "bob@example.com") }).await;
    bench.store.told_with(bench.shop.id, event, std::slice::from_ref(&card)).await.unwrap();
    announced(&bench, event).await;
    let contact = somebody(&bench, "ada@example.com").await;
    saved(&bench, &Record { parent: Some(contact.0), ..card.clone() }).await;
    bench.run(&Command::RemoveRecords(vec![card.id])).await;
    assert!(found(&bench).await.contains(&"announcements.body".to_owned()));
    bench.run(&Command::RedactContact(contact)).await;
    assert_eq!(found(&bench).await, Vec::<String>::new());
}

/// Changes keep what they changed; orders that come in and leave keep nothing of before.
async fn an_event_keeps_what_was_before_if_somebody_changed_it(bench: Bench) {
    listening(&bench).await;
    let order = bench.place(bought(None, "bob@example.com")).await;
    bench.ship(order.fulfillment_orders[0].id).await;
    let contact = somebody(&bench, "bob@example.com").await;
    let change = |name: &str| SaveContact {
        whom: Whom::Known(ContactKey::Id(contact)),
        changes: vec![ContactChange::FirstName(Some(name.to_owned()))],
    };
    bench.run(&Command::SaveContact(Box::new(change("Bob")))).await;
    bench.run(&Command::SaveContact(Box::new(change("Rob")))).await;
    let waiting = bench.store.undispatched(bench.shop.id, 100).await.unwrap();
    let (last, others) = waiting.split_last().unwrap();
    let names = |contacts: &[domain::contact::Contact]| contacts[0].first_name.clone().unwrap();
    assert_eq!((names(&last.contacts), names(&last.before.contacts)), ("Rob".into(), "Bob".into()));
    let of_order = others.iter().filter(|waiting| waiting.event.order.is_some());
    assert!(of_order.clone().count() >= 2);
    assert!(of_order.map(|waiting| &waiting.before).all(|before| *before == store::Before::default()));
}
