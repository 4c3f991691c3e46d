//! Shops, programs, keys, and numbers handed out in blocks.

use domain::actor::{Permission, Permissions};
use domain::id::{AppId, ShopId};
use domain::snapshot::{Shop, WhenDeclined};
use domain::time::Time;
use store::{AppRecord, KeyRecord, NewKey};
use testkit::world;

use crate::bench::{Bench, empty};

testkit::on_both! { empty:
    a_shop_is_saved_and_changed
    a_key_opens_its_shop_until_it_is_revoked
    keys_add_up
    ids_and_numbers_are_handed_out_once
    numbers_are_given_back_and_go_on_after_those_seen
}

async fn a_shop_is_saved_and_changed(bench: Bench) {
    assert_eq!(bench.store.migrate().await.unwrap(), Vec::<String>::new(), "everything is applied already");
    let mut shop = world::shop();
    bench.store.save_shop(&shop).await.unwrap();
    bench.store.save_shop(&Shop { id: ShopId(2), domain: "b.example".into(), ..shop.clone() }).await.unwrap();
    shop.when_declined = WhenDeclined::Reroute;
    bench.store.save_shop(&shop).await.unwrap();
    let shops = bench.store.shops().await.unwrap();
    assert_eq!((shops.len(), &shops[0], &*shops[1].domain), (2, &shop, "b.example"));
}

fn key(id: i64, app: i64, permissions: &[Permission]) -> NewKey {
    let record = KeyRecord {
        id,
        app: AppId(app),
        dialect: "test".into(),
        label: "for tests".into(),
        hint: "beef".into(),
        permissions: Permissions::of(permissions),
        demo: id == 3,
        created_at: Time(7),
        revoked_at: None,
    };
    NewKey { record, token_hash: format!("hash {id}") }
}

fn program(id: i64) -> AppRecord {
    AppRecord { id: AppId(id), name: format!("Program {id}"), sealed_secret: format!("sealed {id}") }
}

async fn a_key_opens_its_shop_until_it_is_revoked(bench: Bench) {
    let shop = bench.shop.id;
    bench.store.save_shop(&bench.shop).await.unwrap();
    let new = key(1, 5, &[Permission::WriteOrders]);
    bench.store.add_key(shop, &program(5), &new).await.unwrap();
    let found = bench.store.api_key("hash 1").await.unwrap().unwrap();
    assert_eq!((found.shop, found.app, &*found.dialect), (bench.shop.clone(), AppId(5), "test"));
    assert!(found.permissions.has(Permission::ReadOrders) && !found.demo);
    assert_eq!(bench.store.api_key("hash 2").await.unwrap(), None);
    assert_eq!(bench.store.app(shop, AppId(5)).await.unwrap(), Some(program(5)));
    assert_eq!(bench.store.app(ShopId(2), AppId(5)).await.unwrap(), None);

    assert!(!bench.store.revoke_key(ShopId(2), 1, Time(9)).await.unwrap(), "another shop's");
    assert!(bench.store.revoke_key(shop, 1, Time(9)).await.unwrap());
    assert!(!bench.store.revoke_key(shop, 1, Time(10)).await.unwrap(), "once");
    assert_eq!(bench.store.api_key("hash 1").await.unwrap(), None);
    let listed = bench.store.keys(shop).await.unwrap();
    assert_eq!(listed, [KeyRecord { revoked_at: Some(Time(9)), ..new.record }]);
}

async fn keys_add_up(bench: Bench) {
    let shop = bench.shop.id;
    bench.store.save_shop(&bench.shop).await.unwrap();
    bench.store.add_key(shop, &program(5), &key(1, 5, &[Permission::ReadOrders])).await.unwrap();
    let renamed = AppRecord { name: "Another".into(), ..program(5) };
    bench.store.add_key(shop, &renamed, &key(2, 5, &[Permission::WriteProducts])).await.unwrap();
    assert_eq!(bench.store.app(shop, AppId(5)).await.unwrap(), Some(program(5)), "it was there before");
    let together = async || bench.store.permissions_of(shop, AppId(5)).await.unwrap();
    assert_eq!(together().await, Permissions::of(&[Permission::ReadOrders, Permission::WriteProducts]));
    assert!(bench.store.revoke_key(shop, 2, Time(9)).await.unwrap());
    assert_eq!(together().await, Permissions::of(&[Permission::ReadOrders]));
    assert_eq!(bench.store.permissions_of(shop, AppId(6)).await.unwrap(), Permissions::default());

    assert!(!bench.store.has_demo_keys().await.unwrap());
    bench.store.add_key(shop, &program(6), &key(3, 6, &[Permission::ReadOrders])).await.unwrap();
    assert!(bench.store.has_demo_keys().await.unwrap());
    assert!(
        bench.store.add_key(shop, &program(6), &key(3, 6, &[])).await.is_err(),
        "a token opens one thing"
    );
}

async fn ids_and_numbers_are_handed_out_once(bench: Bench) {
    assert_eq!(bench.store.id_block(1_001, 100).await.unwrap(), 1_001);
    assert_eq!(bench.store.id_block(1_001, 50).await.unwrap(), 1_101);
    assert_eq!(bench.store.id_block(1_001, 1).await.unwrap(), 1_151);
    let (store, shop) = (&bench.store, bench.shop.id);
    let blocks = (0..20).map(|_| store.number_block(shop, "order", 1_001, 3));
    let mut blocks: Vec<i64> =
        futures::future::join_all(blocks).await.into_iter().map(Result::unwrap).collect();
    blocks.sort_unstable();
    assert_eq!(blocks, (0..20).map(|i| 1_001 + 3 * i).collect::<Vec<_>>(), "without overlap or gap");
    assert_eq!(store.number_block(ShopId(2), "order", 1_001, 1).await.unwrap(), 1_001);
    assert_eq!(store.number_block(shop, "draft", 1, 1).await.unwrap(), 1);
}

async fn numbers_are_given_back_and_go_on_after_those_seen(bench: Bench) {
    let (store, shop) = (&bench.store, bench.shop.id);
    assert_eq!(store.number_block(shop, "order", 1_001, 64).await.unwrap(), 1_001);
    store.return_numbers(shop, "order", 1_004, 1_065).await.unwrap();
    assert_eq!(store.number_block(shop, "order", 1_001, 2).await.unwrap(), 1_004);
    store.return_numbers(shop, "order", 1_001, 1_004).await.unwrap();
    assert_eq!(store.number_block(shop, "order", 1_001, 1).await.unwrap(), 1_006, "others drew since");
    store.number_seen(shop, "order", 5_000).await.unwrap();
    store.number_seen(shop, "order", 4_000).await.unwrap();
    assert_eq!(store.number_block(shop, "order", 1_001, 1).await.unwrap(), 5_001);
    store.number_seen(ShopId(3), "order", 20).await.unwrap();
    assert_eq!(store.number_block(ShopId(3), "order", 1, 1).await.unwrap(), 21);
}
