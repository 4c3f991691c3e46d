//! Searches as tables: the syntax, what terms say of a thing, and the conditions that they become.

mod conditions;
mod facts;
mod syntax;

use domain::order::Order;
use domain::time::Time;
use serde_json::{Value, json};

use super::{Context, Search, parse};

/// 2024-05-01T12:00:00Z.
const NOON: Time = Time(1_714_564_800_000_000);

fn context() -> Context {
    Context::new(&testkit::world::shop(), NOON)
}

fn orders(text: &str) -> Search {
    parse(text).for_orders(&context())
}

/// An order, `with` these fields of its own, and in `placed`.
fn order(with: Value) -> Order {
    let mut order = json!({
        "id": 7, "number": 1001, "name": "#1001", "lines": [], "invoices": [], "routing": {},
        "created_at": NOON, "updated_at": NOON,
        "placed": { "currency": "USD", "processed_at": NOON },
    });
    merge(&mut order, with);
    serde_json::from_value(order).unwrap()
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from,
    }
}

fn work(id: i64, location: i64, stage: Value) -> Value {
    json!({
        "id": id, "location": location, "stage": stage, "request": "unsubmitted", "delivery": "shipping",
        "lines": [], "created_at": NOON, "updated_at": NOON,
    })
}
