//! Conditions that hold other conditions, and those about letters, on both databases: NULL, case and order of letters
//! are where databases differ.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use domain::id::ShopId;
use store::db::{Options, Statement, Value};
use store::{Column, Condition, Store};
use testkit::database::{Database, Fresh};

testkit::on_both! { three_orders:
    conditions_find_what_they_say
    as_many_groups_as_a_search_may_have_are_answered
}

struct Orders {
    store: Store,
    _fresh: Fresh,
}

/// Orders 1 (`#10`, no e-mail address), 2 (`#101`, `Bob@b.c`) and 3 (`É_1`, `é@b.c`).
async fn three_orders(database: Database) -> Orders {
    let fresh = database.fresh();
    let store = Store::open(&fresh.url, Options { pg_connections: 2, ..Options::default() }).await.unwrap();
    store.migrate().await.unwrap();
    let rows = [(1, "#10", None), (2, "#101", Some("Bob@b.c")), (3, "É_1", Some("é@b.c"))];
    let insert = |(id, name, email): (i64, &str, Option<&str>)| {
        let sql = "INSERT INTO orders (shop_id, order_id, version, number, name, email, processed_at, created_at, \
                   updated_at, state, payment, fulfillment, test, body) \
                   VALUES (1, $1, 1, $1, $2, $3, 0, 0, 0, 'open', 'paid', 'fulfilled', 0, '{}')";
        Statement::new(sql, vec![id.into(), name.into(), email.map_or(Value::Null, Value::from)])
    };
    store.db().write(rows.map(insert).into()).await.unwrap();
    Orders { store, _fresh: fresh }
}

impl Orders {
    /// The ids that meet the conditions.
    async fn found(&self, conditions: &[Condition]) -> Vec<i64> {
        let mut found = Vec::new();
        for id in 1..=3 {
            let this = [conditions, &[Condition::Between(Column::OrderId, Some(id), Some(id))]].concat();
            if self.store.count_orders(ShopId(1), &this, 10).await.unwrap() == 1 {
                found.push(id);
            }
        }
        found
    }
}

async fn conditions_find_what_they_say(orders: Orders) {
    let id = |id: i64| Condition::OneOf(Column::OrderId, vec![id.into()]);
    let bob = || Condition::Alike(Column::Email, vec!["bob@b.c".to_owned(), "x".to_owned()]);
    let prefix = |text: &str| Condition::Prefix(Column::Name, text.to_owned());
    let table = [
        (vec![], vec![1, 2, 3]),
        (vec![Condition::Any(vec![])], vec![]),
        (vec![Condition::Any(vec![vec![]])], vec![1, 2, 3]),
        (
            vec![Condition::Any(vec![vec![id(1)], vec![id(2), prefix("#")], vec![id(3), prefix("#")]])],
            vec![1, 2],
        ),
        (vec![Condition::Any(vec![vec![id(1)], vec![id(2)]]), prefix("#101")], vec![2]),
        (vec![Condition::Not(vec![])], vec![]),
        (vec![Condition::Not(vec![id(1), prefix("#")])], vec![2, 3]),
        (vec![Condition::Not(vec![Condition::Any(vec![vec![id(1)], vec![id(3)]])])], vec![2]),
        (vec![Condition::Not(vec![Condition::Not(vec![id(1)])])], vec![1]),
        (vec![bob()], vec![2]),
        (vec![Condition::Not(vec![bob()])], vec![1, 3]),
        (vec![Condition::Alike(Column::Email, vec![])], vec![]),
        (vec![Condition::Between(Column::Number, None, None)], vec![1, 2, 3]),
        (vec![Condition::NoneOf(Column::OrderId, vec![1.into(), 3.into()])], vec![2]),
        (vec![prefix("")], vec![1, 2, 3]),
        (vec![prefix("#10")], vec![1, 2]),
        (vec![prefix("É_")], vec![3]),
        (vec![prefix("%")], vec![]),
    ];
    for (conditions, expected) in table {
        assert_eq!(orders.found(&conditions).await, expected, "{conditions:?}");
    }
}

async fn as_many_groups_as_a_search_may_have_are_answered(orders: Orders) {
    let group = |n: i64| {
        let between = Condition::Between(Column::Number, Some(n), Some(n + 1));
        vec![between, Condition::Not(vec![Condition::OneOf(Column::Email, vec!["x".into()])])]
    };
    let any = Condition::Any((2..252).map(group).collect());
    let nested = (0..32).fold(any, |inner, _| Condition::Not(vec![Condition::Any(vec![vec![inner]])]));
    assert_eq!(orders.found(&[nested]).await, [2, 3]);
}
