//! Races: many want the last one at the same moment, on two nodes over one database. Exactly one gets it, all others
//! are told so, and nobody sees an error. `CONSIGN_RACES` says how many races are run on each database.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use domain::actor::Actor;
use domain::command::{Command, Restock};
use domain::decide::Outcome;
use domain::event::FactKind;
use domain::fulfillment_order::StageName;
use domain::id::{ProductId, VariantId};
use domain::order::StockMode;
use domain::refusal::Refusal;
use engine::Verdict;
use engine::query::{OrderSort, Page};
use futures::future::join_all;
use scenarios::nodes::Nodes;
use store::db::{Query, Statement};
use testkit::chance::setting;
use testkit::database::Database;
use testkit::world::{self, HERE, MUG, SHIRT};

testkit::on_both! { two_nodes:
    the_last_unit_is_sold_once
    nobody_is_promised_more_than_there_is
    a_request_is_answered_once
    an_order_is_shipped_or_called_off
    a_parcel_comes_back_once
    nobody_waits_for_what_is_there
    whoever_reads_and_then_writes_oversells
}

/// How many want the same.
const RIVALS: usize = 8;
/// Races that are run side by side.
const TRACKS: usize = 12;
/// The first variant that is raced for.
const FIRST: i64 = 10_000;

async fn two_nodes(database: Database) -> Arc<Nodes> {
    Arc::new(Nodes::start(database, 2).await)
}

/// Sends all commands at the same moment, to the nodes in turn. None may fail.
async fn at_once(nodes: &Nodes, commands: &[Command]) -> Vec<Verdict> {
    let sent = commands
        .iter()
        .enumerate()
        .map(|(i, command)| nodes.engine(i).execute(&nodes.shop, &Actor::System, command));
    let verdicts = join_all(sent).await;
    verdicts.into_iter().map(|verdict| verdict.unwrap_or_else(|error| panic!("an error: {error}"))).collect()
}

/// Articles with one unit of each in the shelves.
async fn last_units(nodes: &Nodes, count: usize) {
    let all: Vec<VariantId> = (0..count as i64).map(|i| VariantId(FIRST + i)).collect();
    for some in all.chunks(250) {
        let variants = some.iter().map(|id| world::variant(*id)).collect();
        nodes.run(&Command::SaveProduct(world::product(ProductId(91)), variants)).await;
        nodes.run(&Command::correct_stock(some.iter().map(|id| (*id, HERE, 1)).collect())).await;
    }
}

/// The verdicts of a race: one was done, the others were refused for that reason.
fn one_winner(verdicts: &[Verdict], reason: impl Fn(&Refusal) -> bool) {
    let winners = verdicts.iter().filter(|verdict| verdict.is_ok()).count();
    let others = verdicts.iter().filter_map(|verdict| verdict.as_ref().err());
    let odd: Vec<&Refusal> = others.filter(|refusal| !reason(refusal)).collect();
    assert!(winners == 1 && odd.is_empty(), "{winners} won; refused for other reasons: {odd:?}");
}

async fn the_last_unit_is_sold_once(nodes: Arc<Nodes>) {
    let races = setting("CONSIGN_RACES", 1_000) as usize;
    last_units(&nodes, races).await;
    let begin = Instant::now();
    let next = Arc::new(AtomicUsize::new(0));
    let mut tracks = tokio::task::JoinSet::new();
    for _ in 0..TRACKS {
        let (nodes, next) = (nodes.clone(), next.clone());
        tracks.spawn(async move {
            loop {
                let race = next.fetch_add(1, Ordering::Relaxed);
                if race >= races {
                    return;
                }
                last_unit(&nodes, VariantId(FIRST + race as i64)).await;
            }
        });
    }
    while let Some(track) = tracks.join_next().await {
        track.unwrap();
    }
    let took = begin.elapsed().as_secs_f64();
    println!(
        "{races} races of {RIVALS} for a unit in stock and {RIVALS} for one to ship: {:.0}/s",
        races as f64 / took
    );
    assert_eq!(nodes.findings().await, []);
}

/// One unit in stock is raced for by orders; then the order that got it is raced for by those who ship it.
async fn last_unit(nodes: &Nodes, variant: VariantId) {
    let mut place = world::order(&[(variant, 1)]);
    place.placed.stock = StockMode::Refuse;
    // A number of its own, so that drawing numbers doesn't line the rivals up.
    place.number = variant.0;
    let verdicts = at_once(nodes, &vec![world::placing(place); RIVALS]).await;
    one_winner(&verdicts, |refusal| *refusal == Refusal::OutOfStock(variant));
    let won = verdicts.into_iter().find_map(Result::ok).unwrap();
    let Outcome::Order(id) = won.outcome else { panic!("{:?}", won.outcome) };
    let work = won.order(id).unwrap().fulfillment_orders[0].id;
    let verdicts = at_once(nodes, &vec![world::shipping(work); RIVALS]).await;
    one_winner(&verdicts, |refusal| *refusal == Refusal::Unfulfillable(work, StageName::Closed));
}

async fn nobody_is_promised_more_than_there_is(nodes: Arc<Nodes>) {
    const ORDERS: usize = 256;
    last_units(&nodes, 3).await;
    let articles = [FIRST, FIRST + 1, FIRST + 2].map(VariantId);
    nodes.run(&Command::correct_stock(articles.map(|id| (id, HERE, 99)).to_vec())).await;
    let orders: Vec<Command> = (0..ORDERS)
        .map(|i| {
            // In any order of lines; two nodes that locked rows in that order would wait for one another.
            let (a, b, c) = (articles[i % 3], articles[(i + 1) % 3], articles[(i + 2) % 3]);
            let lines = if i % 2 == 0 { [(a, 1), (b, 2), (c, 1)] } else { [(c, 1), (b, 1), (a, 1)] };
            world::placing(world::order(&lines))
        })
        .collect();
    let begin = Instant::now();
    let verdicts = at_once(&nodes, &orders).await;
    println!("{ORDERS} orders at once for the same three articles: {:?}", begin.elapsed());
    let (mut promised, mut waiting) = (0, 0);
    for verdict in verdicts {
        let done = verdict.unwrap_or_else(|refusal| panic!("refused: {refusal:?}"));
        let Outcome::Order(id) = done.outcome else { panic!("{:?}", done.outcome) };
        let order = done.order(id).unwrap();
        promised += order.fulfillment_orders.iter().map(|fo| fo.open_quantity()).sum::<i64>();
        waiting += order.routing.waiting.iter().map(|waiting| waiting.quantity).sum::<i64>();
    }
    assert_eq!((promised, waiting), (300, (ORDERS as i64) * 7 / 2 - 300), "all is promised, and no more");
    for article in articles {
        assert_eq!(nodes.stock(article, HERE).await, (100, 100));
    }
    assert_eq!(nodes.findings().await, []);
}

async fn a_request_is_answered_once(nodes: Arc<Nodes>) {
    nodes.run(&Command::correct_stock(vec![(MUG, world::SERVED, 1_000)])).await;
    for round in 0..40 {
        let order = nodes.place(world::order(&[(MUG, 2)])).await;
        let work = order.fulfillment_orders[0].id;
        nodes.run(&world::requesting(work, &[])).await;
        let (accept, reject) =
            (Command::AcceptRequest(work, None), Command::RejectRequest(work, Default::default()));
        let mut commands = vec![accept.clone(), reject.clone(), world::shipping(work), accept, reject];
        commands.rotate_left(round % 5);
        let verdicts = at_once(&nodes, &commands).await;
        let answered =
            commands.iter().zip(&verdicts).filter(|(c, v)| !matches!(c, Command::Fulfill(_)) && v.is_ok());
        assert_eq!(answered.count(), 1, "{verdicts:?}");
        let timeline = nodes.engines[0].store().timeline(nodes.shop.id, order.id).await.unwrap();
        let kinds = timeline.iter().flat_map(|event| &event.facts).map(domain::event::Fact::kind);
        let answers = kinds.filter(|k| matches!(k, FactKind::RequestAccepted | FactKind::RequestRejected));
        assert_eq!(answers.count(), 1, "F11: one answer is told");
    }
    assert_eq!(nodes.findings().await, []);
}

async fn an_order_is_shipped_or_called_off(nodes: Arc<Nodes>) {
    nodes.run(&Command::correct_stock(vec![(SHIRT, HERE, 1_000)])).await;
    for round in 0..40 {
        let before = nodes.stock(SHIRT, HERE).await;
        let order = nodes.place(world::order(&[(SHIRT, 1)])).await;
        let ship = world::shipping(order.fulfillment_orders[0].id);
        let cancel = world::calling_off(order.id, Restock::Yes);
        let mut commands = vec![ship.clone(), cancel.clone(), ship, cancel];
        commands.rotate_left(round % 2);
        let verdicts = at_once(&nodes, &commands).await;
        one_winner(&verdicts, |refusal| {
            matches!(
                refusal,
                Refusal::OrderHasFulfillments(_) | Refusal::OrderCancelled(_) | Refusal::Unfulfillable(..)
            )
        });
        let shipped =
            commands.iter().zip(&verdicts).any(|(c, v)| matches!(c, Command::Fulfill(_)) && v.is_ok());
        assert_eq!(nodes.stock(SHIRT, HERE).await, (before.0 - i64::from(shipped), before.1));
    }
    assert_eq!(nodes.findings().await, []);
}

async fn a_parcel_comes_back_once(nodes: Arc<Nodes>) {
    for _ in 0..25 {
        let order = nodes.place(world::order(&[(SHIRT, 2)])).await;
        let Outcome::Fulfillment(parcel) =
            nodes.run(&world::shipping(order.fulfillment_orders[0].id)).await.outcome
        else {
            panic!()
        };
        let before = nodes.stock(SHIRT, HERE).await;
        for verdict in at_once(&nodes, &vec![Command::CancelFulfillment(parcel); 6]).await {
            assert!(verdict.is_ok(), "calling it off again changes nothing");
        }
        assert_eq!(nodes.stock(SHIRT, HERE).await, (before.0 + 2, before.1 + 2), "Q7: once");
        nodes.run(&world::calling_off(order.id, Restock::Yes)).await;
    }
    assert_eq!(nodes.findings().await, []);
}

/// The same race, run by somebody who looks first and then writes what follows. If that never oversold, winning the
/// other races would prove nothing.
async fn whoever_reads_and_then_writes_oversells(nodes: Arc<Nodes>) {
    const NAIVE: usize = 60;
    last_units(&nodes, NAIVE).await;
    let mut oversold = 0;
    for race in 0..NAIVE {
        let key = || vec![1.into(), (FIRST + race as i64).into()];
        let rivals = (0..RIVALS).map(|i| {
            let db = nodes.engine(i).store().db();
            async move {
                let sql = "SELECT on_hand, committed FROM stock WHERE shop_id = $1 AND variant_id = $2";
                let row = db.read(vec![Query::new(sql, key())]).await.unwrap().remove(0).remove(0);
                if row.int(0).unwrap() - row.int(1).unwrap() < 1 {
                    return 0;
                }
                let sql = "UPDATE stock SET committed = committed + 1 WHERE shop_id = $1 AND variant_id = $2";
                db.write(vec![Statement::new(sql, key())]).await.unwrap();
                1
            }
        });
        oversold += usize::from(join_all(rivals).await.into_iter().sum::<usize>() > 1);
    }
    println!("who reads and then writes oversold in {oversold} of {NAIVE} races");
    assert!(oversold > 0, "the races are no races");
    assert!(!nodes.findings().await.is_empty(), "and the audit sees it");
}

/// Stock arrives while orders come in, are routed, changed and called off. However that falls out, no order may be
/// left waiting for units that are there.
async fn nobody_waits_for_what_is_there(nodes: Arc<Nodes>) {
    let mug = |quantity| world::placing(world::order(&[(MUG, quantity)]));
    for round in 0..12 {
        let waiting = nodes.place(world::order(&[(MUG, 30), (SHIRT, 1)])).await;
        let held = waiting.fulfillment_orders.iter().find(|fo| fo.lines.iter().any(|line| line.total == 1));
        let mut commands = vec![
            mug(3),
            Command::correct_stock(vec![(MUG, world::SERVED, 9)]),
            Command::Route(waiting.id),
            mug(4),
            Command::correct_stock(vec![(MUG, HERE, 8)]),
            mug(5),
        ];
        commands.extend(held.map(|fo| world::holding(fo.id, "", &[])));
        commands.rotate_left(round % 6);
        at_once(&nodes, &commands).await;
        let (store, now) = (nodes.engines[0].store(), nodes.engines[0].now());
        let due = store.due_for_routing(nodes.shop.id, now, 1_000).await.unwrap();
        let free: i64 =
            store.variants(nodes.shop.id, &[MUG]).await.unwrap().1.iter().map(|s| s.available().max(0)).sum();
        let page = Page { limit: 1_000, ..Page::default() };
        let orders = store.orders(nodes.shop.id, &[], OrderSort::Id, &page).await.unwrap();
        let forgotten: Vec<_> = orders
            .iter()
            .filter(|(order, _)| !order.routing.waiting.is_empty() && !due.contains(&order.id))
            .map(|(order, _)| order.id)
            .collect();
        assert!(free == 0 || forgotten.is_empty(), "{free} are free, but {forgotten:?} don't know");
        for order in due {
            nodes.run(&Command::Route(order)).await;
        }
        let stay = store.due_for_routing(nodes.shop.id, now, 1_000).await.unwrap();
        assert_eq!(stay, [], "who was told waits for the next change");
    }
    assert_eq!(nodes.findings().await, []);
}
