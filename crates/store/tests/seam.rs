//! The seam's promises, each kept on both databases: `both!` makes of a test one on SQLite and one on PostgreSQL.
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use store::Flavor;
use store::db::{Db, Error, Options, Query, Row, Statement, Value};

/// A database with the table `stock`, and what it takes to open it again.
struct Bench {
    db: Db,
    url: String,
    _folder: tempfile::TempDir,
}

impl Bench {
    async fn new(flavor: Flavor, options: Options) -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let url = match flavor {
            Flavor::Sqlite => format!("sqlite:{}", folder.path().join("test.db").display()),
            Flavor::Postgres => testkit::postgres::url(),
        };
        let db = Db::open(&url, options).await.unwrap();
        let migrations = [(
            "0001_stock",
            "CREATE TABLE stock (shop_id BIGINT NOT NULL, id BIGINT NOT NULL, sku TEXT NOT NULL, note TEXT,
                on_hand BIGINT NOT NULL, PRIMARY KEY (shop_id, id), UNIQUE (shop_id, sku),
                CONSTRAINT stock_not_negative CHECK (on_hand >= 0));
             CREATE UNIQUE INDEX stock_note ON stock (shop_id, note);",
        )];
        assert_eq!(db.migrate(&migrations).await.unwrap(), ["0001_stock"]);
        Bench { db, url, _folder: folder }
    }

    async fn read(&self, sql: &'static str, params: Vec<Value>) -> Vec<Row> {
        self.db.read(vec![Query::new(sql, params)]).await.unwrap().remove(0)
    }

    async fn on_hand(&self, id: i64) -> i64 {
        self.read("SELECT on_hand FROM stock WHERE shop_id = 1 AND id = $1", vec![id.into()]).await[0]
            .int(0)
            .unwrap()
    }

    async fn count(&self) -> i64 {
        self.read("SELECT count(*) FROM stock", vec![]).await[0].int(0).unwrap()
    }
}

macro_rules! both {
    ($($name:ident)*) => {
        mod sqlite { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(super::bench(super::Flavor::Sqlite).await).await }
        )* }
        mod postgres { $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(super::bench(super::Flavor::Postgres).await).await }
        )* }
    };
}

both! {
    a_wrong_count_rolls_everything_back
    parameters_may_come_in_any_order
    null_is_a_value_of_every_column
    returning_gives_the_rows_back
    constraints_are_named_alike
    the_first_failure_is_the_one_reported
    guarded_decrements_never_go_below_zero
    what_was_answered_is_there_after_reopening
    a_migration_is_applied_once
    a_changed_migration_is_refused
    a_failing_migration_leaves_nothing
    mistakes_are_errors_and_the_next_job_works
    a_full_queue_refuses_at_once
    a_read_sees_one_moment
    rows_claimed_by_others_are_passed_over
    a_closed_database_says_so
    a_cancelled_write_leaves_the_connection_clean
}

async fn bench(flavor: Flavor) -> Bench {
    Bench::new(flavor, Options { pg_connections: 4, ..Options::default() }).await
}

fn insert(id: i64, on_hand: i64) -> Statement {
    Statement::new(
        "INSERT INTO stock (shop_id, id, sku, on_hand) VALUES (1, $1, $2, $3)",
        vec![id.into(), format!("sku-{id}").into(), on_hand.into()],
    )
}

fn take(id: i64, quantity: i64) -> Statement {
    Statement::new(
        "UPDATE stock SET on_hand = on_hand - $2 WHERE shop_id = 1 AND id = $1 AND on_hand >= $2",
        vec![id.into(), quantity.into()],
    )
}

async fn a_wrong_count_rolls_everything_back(bench: Bench) {
    bench.db.write(vec![insert(1, 5)]).await.unwrap();

    let refused = bench.db.write(vec![insert(2, 1), take(1, 2), take(1, 9), insert(3, 1)]).await;
    assert_eq!(refused, Err(Error::Stale { statement: 2 }));
    assert_eq!((bench.count().await, bench.on_hand(1).await), (1, 5));

    let tolerant = bench.db.write(vec![take(1, 9).any(), take(1, 9).rows(0), take(1, 2)]).await.unwrap();
    assert_eq!(tolerant.iter().map(|one| one.affected).collect::<Vec<_>>(), [0, 0, 1]);
    assert_eq!(bench.on_hand(1).await, 3);
}

async fn parameters_may_come_in_any_order(bench: Bench) {
    let insert = Statement::new(
        "INSERT INTO stock (on_hand, shop_id, sku, id) VALUES ($3, $1, $2, $4)",
        vec![1.into(), "sku".into(), 30.into(), 4.into()],
    );
    bench.db.write(vec![insert]).await.unwrap();
    let rows = bench
        .read(
            "SELECT id, sku, on_hand FROM stock WHERE on_hand = $2 AND shop_id = $1 AND on_hand >= $2 AND sku = $3",
            vec![1.into(), 30.into(), "sku".into()],
        )
        .await;
    assert_eq!((rows[0].int(0), rows[0].text(1), rows[0].int(2)), (Ok(4), Ok("sku"), Ok(30)));
}

async fn null_is_a_value_of_every_column(bench: Bench) {
    let set = |note: Option<&str>| {
        Statement::new(
            "UPDATE stock SET note = $1, on_hand = coalesce($2, on_hand) WHERE shop_id = 1 AND id = 1",
            vec![note.into(), Value::from(None::<i64>)],
        )
    };
    bench.db.write(vec![insert(1, 5), set(Some("Grüße, 你好"))]).await.unwrap();
    let mut row = bench.read("SELECT note, on_hand FROM stock", vec![]).await.remove(0);
    assert_eq!((row.opt_text(0), row.opt_int(1)), (Ok(Some("Grüße, 你好")), Ok(Some(5))));
    assert_eq!(row.take_text(0).unwrap(), "Grüße, 你好");

    bench.db.write(vec![set(None)]).await.unwrap();
    let row = bench.read("SELECT note, on_hand FROM stock", vec![]).await.remove(0);
    assert_eq!(row.opt_text(0), Ok(None));
    for wrong in [row.text(0).err(), row.text(1).err(), row.int(0).err(), row.int(7).err()] {
        assert!(matches!(wrong, Some(Error::Bug(_))), "{wrong:?}");
    }
}

async fn returning_gives_the_rows_back(bench: Bench) {
    let claim = Statement::new(
        "UPDATE stock SET on_hand = on_hand + 1 WHERE shop_id = $1 AND on_hand < 10 RETURNING id, on_hand",
        vec![1.into()],
    );
    let batch = vec![insert(1, 5), insert(2, 6), insert(3, 70), claim.clone().rows(2)];
    let written = bench.db.write(batch).await.unwrap();
    assert_eq!((written[0].affected, written[0].rows.len(), written[3].affected), (1, 0, 2));
    let mut found: Vec<_> =
        written[3].rows.iter().map(|row| (row.int(0).unwrap(), row.int(1).unwrap())).collect();
    found.sort_unstable();
    assert_eq!(found, [(1, 6), (2, 7)]);
    assert_eq!(bench.db.write(vec![claim]).await, Err(Error::Stale { statement: 0 }));
    assert_eq!(bench.on_hand(1).await, 6);
}

async fn constraints_are_named_alike(bench: Bench) {
    bench.db.write(vec![insert(1, 5)]).await.unwrap();
    let note = |id: i64, note: Option<&str>, sku: Option<&str>| {
        Statement::new(
            "INSERT INTO stock (shop_id, id, sku, note, on_hand) VALUES (1, $1, $2, $3, 0)",
            vec![id.into(), sku.into(), note.into()],
        )
    };
    bench.db.write(vec![note(2, Some("n"), Some("s"))]).await.unwrap();
    for (statement, name) in [
        (note(1, None, Some("t")), "stock_pkey"),
        (insert(3, -1), "stock_not_negative"),
        (note(3, None, Some("s")), "stock_shop_id_sku_key"),
        (note(3, Some("n"), Some("t")), "stock_note"),
        (note(3, None, None), "stock.sku"),
    ] {
        let refused = bench.db.write(vec![insert(9, 1), statement]).await;
        assert_eq!(refused, Err(Error::Constraint { statement: 1, name: name.into() }));
    }
    assert_eq!(bench.count().await, 2);
}

async fn the_first_failure_is_the_one_reported(bench: Bench) {
    bench.db.write(vec![insert(1, 5)]).await.unwrap();
    let mut batch: Vec<_> = (10..60).map(|id| insert(id, 1)).collect();
    batch[40] = insert(90, -1);
    batch[45] = take(77, 1);
    let refused = bench.db.write(batch.clone()).await;
    assert_eq!(refused, Err(Error::Constraint { statement: 40, name: "stock_not_negative".into() }));
    batch[7] = take(77, 1);
    assert_eq!(bench.db.write(batch).await, Err(Error::Stale { statement: 7 }));
    assert_eq!(bench.count().await, 1);
}

async fn guarded_decrements_never_go_below_zero(bench: Bench) {
    bench.db.write(vec![insert(1, 40)]).await.unwrap();
    let tasks: Vec<_> = (0..64)
        .map(|id| {
            let db = bench.db.clone();
            tokio::spawn(async move { db.write(vec![take(1, 1), insert(100 + id, 0)]).await })
        })
        .collect();
    let (mut taken, mut refused) = (0, 0);
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => taken += 1,
            Err(Error::Stale { statement: 0 }) => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!((taken, refused, bench.on_hand(1).await, bench.count().await), (40, 24, 0, 41));
}

async fn what_was_answered_is_there_after_reopening(bench: Bench) {
    let tasks: Vec<_> = (0..200)
        .map(|id| {
            let db = bench.db.clone();
            tokio::spawn(async move { db.write(vec![insert(id, id)]).await.unwrap() })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    // A second process sees it without the first one closing, and may write too.
    let second = Db::open(&bench.url, Options::default()).await.unwrap();
    second.write(vec![insert(200, 0)]).await.unwrap();
    assert_eq!(bench.count().await, 201);
    bench.db.close().await;
    second.close().await;

    let db = Db::open(&bench.url, Options::default()).await.unwrap();
    let rows = db.read(vec![Query::new("SELECT count(*) FROM stock", vec![])]).await.unwrap();
    assert_eq!(rows[0][0].int(0), Ok(201));
}

const COLUMN: (&str, &str) =
    ("0002_place", "ALTER TABLE stock ADD COLUMN place TEXT;\nCREATE TABLE shelf (id BIGINT NOT NULL);\n");

async fn a_migration_is_applied_once(bench: Bench) {
    let mut nodes = Vec::new();
    for _ in 0..4 {
        let db = Db::open(&bench.url, Options::default()).await.unwrap();
        nodes.push(tokio::spawn(async move { db.migrate(&[COLUMN]).await.unwrap() }));
    }
    let mut applied = Vec::new();
    for node in nodes {
        applied.extend(node.await.unwrap());
    }
    assert_eq!(applied, ["0002_place"]);
    assert!(bench.db.migrate(&[COLUMN]).await.unwrap().is_empty());
    let noted =
        bench.read("SELECT name, applied_at, checksum FROM schema_migrations ORDER BY name", vec![]).await;
    assert_eq!((noted.len(), noted[1].text(0)), (2, Ok("0002_place")));
    assert!(noted[1].int(1).unwrap() > 1_700_000_000_000_000 && noted[1].text(2).unwrap().len() == 64);
    // Statements prepared before a migration work after it, on every connection.
    for _ in 0..8 {
        assert_eq!(bench.read("SELECT * FROM stock", vec![]).await.len(), 0);
    }
}

async fn a_changed_migration_is_refused(bench: Bench) {
    assert!(bench.read("SELECT * FROM stock", vec![]).await.is_empty());
    bench.db.migrate(&[COLUMN]).await.unwrap();
    // Only the line ends differ: a checkout may do that.
    assert!(bench.db.migrate(&[(COLUMN.0, &COLUMN.1.replace('\n', "\r\n"))]).await.unwrap().is_empty());
    let Err(Error::Bug(why)) = bench.db.migrate(&[(COLUMN.0, "SELECT 1")]).await else { panic!() };
    assert!(why.contains("0002_place was changed after it had been applied"), "{why}");
    // The same connection whose plan the migration has made obsolete.
    assert!(bench.read("SELECT * FROM stock", vec![]).await.is_empty());
    bench.db.write(vec![insert(1, 1)]).await.unwrap();
}

async fn a_failing_migration_leaves_nothing(bench: Bench) {
    let broken = ("0002_broken", "CREATE TABLE half (id BIGINT); CREATE TABLE stock (id BIGINT);");
    let Err(Error::Bug(why)) = bench.db.migrate(&[broken]).await else { panic!() };
    assert!(why.contains("0002_broken") && why.contains("already exists"), "{why}");
    let fixed = ("0002_broken", "CREATE TABLE half (id BIGINT);");
    assert_eq!(bench.db.migrate(&[fixed]).await.unwrap(), ["0002_broken"]);
}

async fn mistakes_are_errors_and_the_next_job_works(bench: Bench) {
    let mistakes = [
        Statement::new("INSERT INTO nowhere VALUES ($1)", vec![1.into()]),
        Statement::new("SELEKT", vec![]),
        Statement::new("DELETE FROM stock WHERE id = $1", vec![]),
        Statement::new("DELETE FROM stock WHERE id = $1", vec![1.into(), 2.into()]),
        Statement::new("SELECT 0.5 WHERE 1 = $1", vec![1.into()]),
    ];
    for mistake in mistakes {
        let refused = bench.db.write(vec![insert(1, 1), mistake.clone().any()]).await;
        assert!(matches!(refused, Err(Error::Bug(_))), "{mistake:?}: {refused:?}");
        let refused = bench.db.read(vec![Query { sql: mistake.sql, params: mistake.params }]).await;
        assert!(matches!(refused, Err(Error::Bug(_))), "{refused:?}");
        assert_eq!(bench.count().await, 0);
    }
    assert_eq!(bench.db.read(vec![]).await, Ok(vec![]));
    assert_eq!(bench.db.write(vec![]).await, Ok(vec![]));
    bench.db.write(vec![insert(1, 1)]).await.unwrap();
}

async fn a_full_queue_refuses_at_once(bench: Bench) {
    let options = Options { queue: 2, pg_connections: 1, readers: 1, ..Options::default() };
    let small = Db::open(&bench.url, options).await.unwrap();
    let tasks: Vec<_> = (0..200)
        .map(|id| {
            let db = small.clone();
            tokio::spawn(async move { db.write(vec![insert(id, 1)]).await })
        })
        .collect();
    let (mut written, mut refused) = (0, 0);
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => written += 1,
            Err(Error::Unavailable(why)) => {
                assert!(why.contains("too many"), "{why}");
                refused += 1;
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert!(written >= 1 && refused >= 1, "{written} written, {refused} refused");
    assert_eq!(bench.count().await, written);
    small.write(vec![insert(1_000, 1)]).await.unwrap();
}

async fn a_read_sees_one_moment(bench: Bench) {
    bench.db.write(vec![insert(1, 500), insert(2, 0)]).await.unwrap();
    let mover = {
        let db = bench.db.clone();
        tokio::spawn(async move {
            let add = || {
                Statement::new("UPDATE stock SET on_hand = on_hand + 1 WHERE shop_id = 1 AND id = 2", vec![])
            };
            for _ in 0..150 {
                db.write(vec![take(1, 1), add()]).await.unwrap();
            }
        })
    };
    while !mover.is_finished() {
        let one =
            |id: i64| Query::new("SELECT on_hand FROM stock WHERE shop_id = 1 AND id = $1", vec![id.into()]);
        let answers = bench.db.read(vec![one(1), one(2)]).await.unwrap();
        assert_eq!(answers[0][0].int(0).unwrap() + answers[1][0].int(0).unwrap(), 500);
    }
    mover.await.unwrap();
}

async fn rows_claimed_by_others_are_passed_over(bench: Bench) {
    bench.db.write((0..40).map(|id| insert(id, 1)).collect()).await.unwrap();
    let claim = format!(
        "UPDATE stock SET on_hand = 0 WHERE shop_id = 1 AND id IN
           (SELECT id FROM stock WHERE shop_id = 1 AND on_hand = 1 ORDER BY id LIMIT $1{}) RETURNING id",
        bench.db.flavor().skip_locked()
    );
    let claims: Vec<_> = (0..8)
        .map(|_| {
            let (db, claim) = (bench.db.clone(), Statement::new(claim.clone(), vec![5.into()]).any());
            tokio::spawn(async move { db.write(vec![claim]).await.unwrap().remove(0).rows })
        })
        .collect();
    let mut claimed = Vec::new();
    for claim in claims {
        claimed.extend(claim.await.unwrap().iter().map(|row| row.int(0).unwrap()));
    }
    let count = claimed.len();
    claimed.sort_unstable();
    claimed.dedup();
    assert_eq!(claimed.len(), count, "a row was claimed twice");
    assert!(count >= 5);
}

async fn a_closed_database_says_so(bench: Bench) {
    let waiting: Vec<_> = (0..20)
        .map(|id| {
            let db = bench.db.clone();
            tokio::spawn(async move { db.write(vec![insert(id, 1)]).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(5)).await;
    bench.db.close().await;
    bench.db.close().await;
    let mut written = 0;
    for task in waiting {
        match task.await.unwrap() {
            Ok(_) => written += 1,
            Err(Error::Unavailable(why)) => assert!(why.contains("closed"), "{why}"),
            Err(other) => panic!("{other}"),
        }
    }
    let after = bench.db.write(vec![insert(100, 1)]).await;
    assert_eq!(after, Err(Error::Unavailable("it has been closed".into())));
    let again = Db::open(&bench.url, Options::default()).await.unwrap();
    let rows = again.read(vec![Query::new("SELECT count(*) FROM stock", vec![])]).await.unwrap();
    assert_eq!(rows[0][0].int(0), Ok(written));
}

async fn a_cancelled_write_leaves_the_connection_clean(bench: Bench) {
    bench.db.write(vec![insert(1, 1_000)]).await.unwrap();
    for micros in (0..4_000).step_by(100) {
        let _ =
            tokio::time::timeout(Duration::from_micros(micros), bench.db.write(vec![take(1, 1), take(1, 1)]))
                .await;
        // Neither half a transaction nor one left open to the next user of the connection.
        assert_eq!(bench.on_hand(1).await % 2, 0);
    }
    bench.db.write(vec![take(1, 2)]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_is_reconnected_after_its_connections_were_terminated() {
    let bench = bench(Flavor::Postgres).await;
    let other = Db::open(&bench.url, Options { pg_connections: 1, ..Options::default() }).await.unwrap();
    let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()";

    // While it waits inside a statement: an error that says so, and nothing written.
    let sleeper = {
        let db = bench.db.clone();
        let sleep = Statement::new("SELECT CAST(pg_sleep(8) AS TEXT)", vec![]);
        tokio::spawn(async move { db.write(vec![insert(1, 1), sleep]).await })
    };
    tokio::time::sleep(Duration::from_millis(300)).await;
    other.read(vec![Query::new(kill, vec![])]).await.unwrap();
    assert!(matches!(sleeper.await.unwrap(), Err(Error::Unavailable(_))));
    assert_eq!(bench.count().await, 0);

    // While it is idle: nobody notices.
    other.read(vec![Query::new(kill, vec![])]).await.unwrap();
    assert_eq!(bench.count().await, 0);
    bench.db.write(vec![insert(1, 1)]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_runs_a_deadlocked_transaction_again() {
    let bench = bench(Flavor::Postgres).await;
    bench.db.write(vec![insert(1, 100), insert(2, 100)]).await.unwrap();
    let nap = || Statement::new("SELECT CAST(pg_sleep(0.2) AS TEXT)", vec![]);
    let there = bench.db.write(vec![take(1, 1), nap(), take(2, 1)]);
    let back = bench.db.write(vec![take(2, 1), nap(), take(1, 1)]);
    let (there, back) = tokio::join!(there, back);
    assert!(there.is_ok() && back.is_ok(), "{there:?} {back:?}");
    assert_eq!((bench.on_hand(1).await, bench.on_hand(2).await), (98, 98));
}

#[tokio::test]
async fn an_address_that_does_not_work_is_explained() {
    for (url, part) in [
        ("postgres://u:secret@127.0.0.1:1/x", "refused"),
        ("postgres://u:secret@127.0.0.1:1/x?sslmode=perhaps", "not valid"),
        ("/nowhere/at/all.db", "/nowhere/at/all.db"),
        (":memory:", "path of a file"),
    ] {
        let Err(Error::Unavailable(why)) = Db::open(url, Options::default()).await else { panic!("{url}") };
        assert!(why.contains(part) && !why.contains("secret"), "{why}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_complete_and_never_overwrites() {
    let bench = bench(Flavor::Sqlite).await;
    bench.db.write((0..50).map(|id| insert(id, id)).collect()).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    bench.db.backup_to(&copy).await.unwrap();
    let Err(Error::Unavailable(why)) = bench.db.backup_to(&copy).await else { panic!() };
    assert!(why.contains("exists already"), "{why}");

    let copied = Db::open(copy.to_str().unwrap(), Options::default()).await.unwrap();
    let rows = copied.read(vec![Query::new("SELECT count(*) FROM stock", vec![])]).await.unwrap();
    assert_eq!(rows[0][0].int(0), Ok(50));
    copied.close().await;
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no WAL and no partial file remain");

    let postgres = self::bench(Flavor::Postgres).await;
    let Err(Error::Unavailable(why)) = postgres.db.backup_to(&copy).await else { panic!() };
    assert!(why.contains("pg_dump"), "{why}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_waits_for_another_writer_of_the_file() {
    let bench = bench(Flavor::Sqlite).await;
    let other = Db::open(&bench.url, Options::default()).await.unwrap();
    let write_many = |db: Db, from: i64| {
        tokio::spawn(async move {
            for id in from..from + 100 {
                db.write(vec![insert(id, 1)]).await.unwrap();
            }
        })
    };
    let (one, two) = (write_many(bench.db.clone(), 0), write_many(other, 1_000));
    one.await.unwrap();
    two.await.unwrap();
    assert_eq!(bench.count().await, 200);
}
