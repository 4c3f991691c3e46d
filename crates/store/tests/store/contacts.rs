//! Contacts: found by whatever they are named by, one for an e-mail address, and orders that know whose they are; and
//! orders that are forgotten with all that hangs off them.

use domain::command::{Command, Place};
use domain::contact::{ContactChange, ContactKey, SaveContact, Whom};
use domain::decide::Outcome;
use domain::id::{ContactId, OrderId};
use store::{Column, CommitError, Condition, ContactSort, Descending, OrderSort, Page};
use testkit::world::{self, HERE, SHIRT};

use crate::bench::{Bench, furnished};

testkit::on_both! { furnished:
    a_contact_is_found_by_what_it_is_named_by
    one_e_mail_address_is_one_contact
    an_order_knows_whose_it_is
    a_forgotten_order_leaves_nothing
}

fn email(text: &str) -> ContactKey {
    ContactKey::Email(text.into())
}

fn saving(whom: Whom, changes: Vec<ContactChange>) -> Command {
    Command::SaveContact(Box::new(SaveContact { whom, changes }))
}

async fn made(bench: &Bench, address: &str) -> ContactId {
    let phone = ContactChange::Phone(Some("+1 555 0100".into()));
    match bench.run(&saving(Whom::KnownOrNew(email(address)), vec![phone])).await.outcome {
        Outcome::Contact(id) => id,
        other => panic!("{other:?}"),
    }
}

async fn a_contact_is_found_by_what_it_is_named_by(bench: Bench) {
    let shop = bench.shop.id;
    let (ada, bob) = (made(&bench, "Ada@Example.com").await, made(&bench, "bob@example.com").await);
    for key in [ContactKey::Id(ada), email("ADA@example.com"), ContactKey::Phone("+1 555 0100".into())] {
        let found = bench.store.contact(shop, &key).await.unwrap().unwrap();
        assert_eq!((found.id, found.email.as_deref()), (ada, Some("Ada@Example.com")), "{key:?}");
    }
    assert_eq!(bench.store.contact(shop, &email("carol@example.com")).await.unwrap(), None);
    let named = ContactChange::FirstName(Some("Ada".into()));
    bench.run(&saving(Whom::Known(email("ada@example.com")), vec![named])).await;
    let page = |after, descending| Page { after, descending, limit: 1 };
    let list = async |sort, page: Page| -> Vec<(ContactId, i64)> {
        let rows = bench.store.contacts(shop, &[], sort, &page).await.unwrap();
        rows.into_iter().map(|(contact, key)| (contact.id, key)).collect()
    };
    let first = list(ContactSort::Id, page(None, Descending::No)).await;
    assert_eq!(first, [(ada, ada.0)]);
    assert_eq!(
        list(ContactSort::Id, page(Some((ada.0.into(), ada.0)), Descending::No)).await,
        [(bob, bob.0)]
    );
    let latest = list(ContactSort::UpdatedAt, page(None, Descending::Yes)).await;
    assert_eq!(latest[0].0, ada);
    let next = list(ContactSort::UpdatedAt, page(Some((latest[0].1.into(), ada.0)), Descending::Yes)).await;
    assert_eq!(next[0].0, bob);
    assert_eq!(bench.findings().await, Vec::<String>::new());
    bench.spoil(format!("UPDATE contacts SET email = 'other' WHERE contact_id = {ada}")).await;
    assert_eq!(bench.findings().await.len(), 1);
}

async fn one_e_mail_address_is_one_contact(bench: Bench) {
    let ada = || saving(Whom::KnownOrNew(email("ada@example.com")), vec![]);
    let (one, two) = (bench.decide(&ada()).await.unwrap(), bench.decide(&ada()).await.unwrap());
    assert_eq!(bench.commit(&one).await, Ok(()));
    assert_eq!(bench.commit(&two).await, Err(CommitError::Stale), "both made her");
    assert!(bench.decide(&ada()).await.unwrap().1.writes.is_empty(), "the second finds the first");
    let Outcome::Contact(id) = one.1.outcome else { panic!() };
    let named = |name: &str| {
        saving(Whom::Known(ContactKey::Id(id)), vec![ContactChange::FirstName(Some(name.into()))])
    };
    let (one, two) = (bench.decide(&named("Ada")).await.unwrap(), bench.decide(&named("Eve")).await.unwrap());
    assert_eq!(bench.commit(&one).await, Ok(()));
    assert_eq!(bench.commit(&two).await, Err(CommitError::Stale));
}

async fn an_order_knows_whose_it_is(bench: Bench) {
    let shop = bench.shop.id;
    let buyer = SaveContact { whom: Whom::KnownOrNew(email("ada@example.com")), changes: vec![] };
    let order = bench.place(Place { buyer: Some(buyer), ..world::order(&[(SHIRT, 1)]) }).await;
    bench.place(world::order(&[(SHIRT, 1)])).await;
    let ada = order.placed.contact.unwrap();
    let hers = [Condition::OneOf(Column::ContactId, vec![ada.0.into()])];
    let page = Page { limit: 10, ..Page::default() };
    let found = bench.store.orders(shop, &hers, OrderSort::Id, &page).await.unwrap();
    assert_eq!(found.iter().map(|(order, _)| order.id).collect::<Vec<_>>(), [order.id]);
    assert_eq!(bench.store.contacts_by_id(shop, &[ada]).await.unwrap().len(), 1);
    assert_eq!(bench.findings().await, Vec::<String>::new());
    bench.run(&Command::DeleteContact(ada)).await;
    assert_eq!(bench.store.contacts_by_id(shop, &[ada]).await.unwrap(), []);
    assert_eq!(bench.findings().await, Vec::<String>::new(), "an order may outlive its contact");
}

async fn a_forgotten_order_leaves_nothing(bench: Bench) {
    let work = bench.work(&[(SHIRT, 2)]).await;
    let left = bench.work(&[(SHIRT, 1)]).await;
    bench.ship(left.id).await;
    let of =
        async |id| -> OrderId { bench.store.order_of_work(bench.shop.id, id).await.unwrap().unwrap().id };
    let (waits, gone) = (of(work.id).await, of(left.id).await);
    let late = bench.decide(&Command::DeleteOrder(waits)).await.unwrap();
    bench.run(&Command::CloseOrder(waits)).await;
    assert_eq!(bench.commit(&late).await, Err(CommitError::Stale));
    for id in [waits, gone] {
        bench.run(&Command::DeleteOrder(id)).await;
    }
    for table in ["orders", "fulfillment_orders", "fulfillments", "fulfillments_of_orders"] {
        let sql: &'static str = Box::leak(format!("SELECT CAST(count(*) AS BIGINT) FROM {table}").into());
        assert_eq!(bench.number(sql).await, 0, "{table}");
    }
    assert_eq!(bench.stock(SHIRT, HERE).await, (9, 0));
    assert_eq!(bench.findings().await, Vec::<String>::new());
}
