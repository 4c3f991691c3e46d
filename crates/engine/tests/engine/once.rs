//! Requests that may be sent again have their effect once (I1 to I6), and what needs no key does nothing twice (I10).

use domain::actor::Actor;
use domain::command::{Command, Restock};
use domain::decide::Outcome;
use domain::id::{OrderId, ShopId};
use domain::refusal::{Refusal, Thing};
use engine::{Answered, Engine, Error, Once, Render, Verdict};
use futures::future::BoxFuture;
use testkit::world::{self, MUG, SHIRT, STICKER};

use crate::bench::{Bench, bench};

testkit::on_both! { bench:
    a_key_has_one_effect_and_one_answer
    a_key_for_something_else_is_refused
    refusals_are_remembered_too
    keys_of_others_are_their_own
    at_the_same_moment_one_is_first_and_all_hear_the_same
    what_was_never_answered_may_be_tried_again
    doing_it_again_without_a_key_changes_nothing
}

fn once(key: &str) -> Once {
    Once { scope: "app 1".into(), key: key.into(), fingerprint: "f".into() }
}

/// Tells what became of it, or is at a loss for words.
enum Words {
    Plain,
    None,
}

impl Render for Words {
    fn render<'a>(&'a self, verdict: &'a Verdict) -> BoxFuture<'a, Result<String, Error>> {
        Box::pin(async move {
            match (self, verdict) {
                (Words::None, _) => Err(Error::Bug("no words for it".into())),
                (Words::Plain, Ok(done)) => Ok(format!("done: {:?}", done.outcome)),
                (Words::Plain, Err(refusal)) => Ok(format!("refused: {refusal:?}")),
            }
        })
    }
}

async fn send(bench: &Bench, command: &Command, once: &Once) -> Answered {
    bench.engine.execute_once(&bench.shop, &Actor::System, command, once, &Words::Plain).await.unwrap()
}

async fn orders(bench: &Bench) -> i64 {
    bench.engine.store().count_orders(bench.shop.id, &[], 1_000).await.unwrap()
}

fn order() -> Command {
    world::placing(world::order(&[(SHIRT, 1)]))
}

async fn a_key_has_one_effect_and_one_answer(bench: Bench) {
    let Answered::Fresh(answer) = send(&bench, &order(), &once("k")).await else { panic!() };
    for _ in 0..3 {
        assert_eq!(send(&bench, &order(), &once("k")).await, Answered::Replayed(answer.clone()));
    }
    let other = bench.another().await;
    let there = other.execute_once(&bench.shop, &Actor::System, &order(), &once("k"), &Words::Plain).await;
    assert_eq!(there, Ok(Answered::Replayed(answer)), "on another node");
    assert_eq!(orders(&bench).await, 1);
}

async fn a_key_for_something_else_is_refused(bench: Bench) {
    send(&bench, &order(), &once("k")).await;
    let else_ = Once { fingerprint: "g".into(), ..once("k") };
    assert_eq!(send(&bench, &order(), &else_).await, Answered::KeyReused);
    assert_eq!(orders(&bench).await, 1);
}

async fn refusals_are_remembered_too(bench: Bench) {
    let (id, work) = bench.work(&[(SHIRT, 1)]).await;
    let shipped = bench.run(&world::shipping(work)).await;
    let cancel = world::calling_off(id, Restock::Yes);
    let refused = send(&bench, &cancel, &once("k")).await;
    let Answered::Fresh(answer) = &refused else { panic!("{refused:?}") };
    assert!(answer.contains("OrderHasFulfillments"), "{answer}");
    let Outcome::Fulfillment(parcel) = shipped.outcome else { panic!() };
    bench.run(&Command::CancelFulfillment(parcel)).await;
    let again = send(&bench, &cancel, &once("k")).await;
    assert_eq!(again, Answered::Replayed(answer.clone()), "although it would succeed now");
    assert!(bench.order(id).await.cancelled.is_none());
    assert!(matches!(send(&bench, &cancel, &once("l")).await, Answered::Fresh(_)));
    assert!(bench.order(id).await.cancelled.is_some());
}

async fn keys_of_others_are_their_own(bench: Bench) {
    send(&bench, &order(), &once("k")).await;
    let of_another = Once { scope: "app 2".into(), ..once("k") };
    assert!(matches!(send(&bench, &order(), &of_another).await, Answered::Fresh(_)));
    assert_eq!(orders(&bench).await, 2);
    let shop = domain::snapshot::Shop { id: ShopId(2), domain: "b.example".into(), ..world::shop() };
    let shop = std::sync::Arc::new(shop);
    bench.engine.store().save_shop(&shop).await.unwrap();
    let there =
        bench.engine.execute_once(&shop, &Actor::System, &order(), &once("k"), &Words::Plain).await.unwrap();
    let Answered::Fresh(answer) = there else { panic!("{there:?}") };
    assert!(answer.contains("Unknown(Variant"), "another shop has other articles: {answer}");
}

async fn at_the_same_moment_one_is_first_and_all_hear_the_same(bench: Bench) {
    let other = bench.another().await;
    for round in 0..10 {
        let key = once(&format!("k{round}"));
        let command = world::placing(world::order(&[(STICKER, 1)]));
        let tries = (0..12).map(|i| {
            let engine: &Engine = if i % 2 == 0 { &bench.engine } else { &other };
            engine.execute_once(&bench.shop, &Actor::System, &command, &key, &Words::Plain)
        });
        let answers = futures::future::join_all(tries).await;
        let (mut fresh, mut texts) = (0, Vec::new());
        for answer in answers {
            match answer.unwrap() {
                Answered::Fresh(text) => {
                    fresh += 1;
                    texts.push(text);
                }
                Answered::Replayed(text) => texts.push(text),
                Answered::KeyReused => panic!("the same was asked"),
            }
        }
        texts.dedup();
        assert_eq!((fresh, texts.len()), (1, 1), "{texts:?}");
        assert_eq!(orders(&bench).await, round + 1);
    }
    assert_eq!(bench.findings().await, []);
}

async fn what_was_never_answered_may_be_tried_again(bench: Bench) {
    let failed =
        bench.engine.execute_once(&bench.shop, &Actor::System, &order(), &once("k"), &Words::None).await;
    assert!(failed.is_err());
    assert_eq!(orders(&bench).await, 0);
    assert!(matches!(send(&bench, &order(), &once("k")).await, Answered::Fresh(_)));
    assert_eq!(orders(&bench).await, 1);
}

async fn doing_it_again_without_a_key_changes_nothing(bench: Bench) {
    let (id, work) = bench.work(&[(MUG, 2)]).await;
    bench.run(&world::requesting(work, &[])).await;
    bench.run(&Command::AcceptRequest(work, None)).await;
    let parcel = bench.run(&world::shipping(work)).await;
    let Outcome::Fulfillment(parcel) = parcel.outcome else { panic!() };
    let cancel = Command::CancelFulfillment(parcel);
    bench.run(&cancel).await;
    let before = (bench.order(id).await, bench.timeline(id).await.len());
    for again in [
        Command::AcceptRequest(work, None),
        Command::RejectRequest(work, Default::default()),
        world::shipping(work),
    ] {
        let refused = bench.send(&Actor::System, &again).await;
        assert!(matches!(refused, Err(Refusal::NotAllowed(..) | Refusal::Unfulfillable(..))), "{refused:?}");
    }
    bench.run(&cancel).await;
    assert_eq!((bench.order(id).await, bench.timeline(id).await.len()), before);
    let nowhere = bench.send(&Actor::System, &world::calling_off(OrderId(3), Restock::No)).await.map(|_| ());
    assert_eq!(nowhere, Err(Refusal::Unknown(Thing::Order(OrderId(3)))));
    assert_eq!(bench.findings().await, []);
}
