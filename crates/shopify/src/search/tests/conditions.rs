//! Conditions that searches become, against the searches themselves.

use domain::order::Order;
use domain::status;
use engine::query::{Column, Condition, Value};
use serde_json::{Value as Json, json};
use testkit::chance::Chance;

use super::super::parse;
use super::{context, order, orders, work};

#[test]
fn the_index_answers_what_it_can() {
    let one = |column, word: &str| Condition::OneOf(column, vec![word.into()]);
    let exact = [
        ("", vec![]),
        ("id:7", vec![Condition::Between(Column::OrderId, Some(7), Some(7))]),
        ("id:7,8", vec![Condition::OneOf(Column::OrderId, vec![7.into(), 8.into()])]),
        ("id:x", vec![Condition::OneOf(Column::OrderId, vec![])]),
        ("name:1001", vec![Condition::OneOf(Column::Name, vec!["1001".into(), "#1001".into()])]),
        ("name:>1001", vec![Condition::Between(Column::Number, Some(1002), None)]),
        ("status:open", vec![one(Column::State, "open")]),
        ("-status:open", vec![Condition::Not(vec![one(Column::State, "open")])]),
        ("test:true", vec![Condition::OneOf(Column::Test, vec![1.into()])]),
        (
            "fulfillment_status:shipped OR financial_status:paid",
            vec![Condition::Any(vec![
                vec![one(Column::Fulfillment, "fulfilled")],
                vec![one(Column::Payment, "paid")],
            ])],
        ),
    ];
    for (text, conditions) in exact {
        let search = orders(text);
        assert!(search.exact, "{text}");
        assert_eq!(search.conditions, conditions, "{text}");
    }
    let open = || vec![one(Column::State, "open")];
    let more = [
        ("bob", vec![]),
        ("status:open tag:a", open()),
        ("status:open OR tag:a", vec![]),
        ("status:open -tag:a", open()),
        ("-(tag:a OR -status:open)", vec![Condition::Not(vec![Condition::Not(open())])]),
        ("email:A@b.c", vec![Condition::Alike(Column::Email, vec!["a@b.c".into()])]),
        ("-email:a@b.c", vec![]),
        ("email:É@b.c", vec![]),
    ];
    for (text, conditions) in more {
        let search = orders(text);
        assert!(!search.exact, "{text}");
        if !text.starts_with("-(") {
            assert_eq!(search.conditions, conditions, "{text}");
        }
    }
    let work = parse("status:open assigned_location_id:5").for_work(&context());
    assert!(work.exact);
    let expected = [one(Column::Stage, "open"), Condition::Between(Column::LocationId, Some(5), Some(5))];
    assert_eq!(work.conditions, expected);
}

const TERMS: &[&str] = &[
    "id:1",
    "id:>3",
    "id:<=2",
    "id:2,4",
    "id:x",
    "name:1001",
    "name:#1002,1003",
    "name:100*",
    "name:<1003",
    "status:open",
    "status:closed,cancelled",
    "status:not_closed",
    "status:any",
    "status:what",
    "financial_status:paid",
    "financial_status:p*",
    "fulfillment_status:unfulfilled",
    "fulfillment_status:on_hold",
    "created_at:2024-05-01",
    "processed_at:>2024-05-01",
    "updated_at:<now",
    "updated_at:*",
    "test:true",
    "test:x",
    "email:bob@b.c",
    "email:a*",
    "email:É@b.c",
    "tag:a",
    "tag_not:a",
    "sku:S1",
    "location_id:12",
    "bob",
    "#1001",
    "foo:1",
];

fn text(chance: &mut Chance, depth: usize) -> String {
    let inner = |chance: &mut Chance| text(chance, depth - 1);
    match if depth == 0 { 0 } else { chance.below(6) } {
        1 => format!("({} OR {})", inner(chance), inner(chance)),
        2 => format!("({} {})", inner(chance), inner(chance)),
        3 => format!("-({})", inner(chance)),
        4 => format!("NOT {}", inner(chance)),
        _ => chance.pick(TERMS).unwrap().to_owned(),
    }
}

fn some_order(chance: &mut Chance) -> Order {
    let id = chance.within(1..6);
    let mut pick = |from: &[Json]| chance.pick(from).unwrap();
    let day = 86_400_000_000_i64;
    let times = [json!(super::NOON.0 - day), json!(super::NOON.0), json!(super::NOON.0 + day)];
    let held = json!({ "on_hold": { "holds": [] } });
    let mut doing = work(id, pick(&[json!(12), json!(13)]).as_i64().unwrap(), pick(&[json!("open"), held]));
    doing["lines"] = json!([{ "id": 1, "order_line": 1, "invoice_line": 1, "total": 2, "fulfilled": pick(&[json!(0), json!(1)]) }]);
    order(json!({
        "id": id, "number": 1000 + id, "name": format!("#{}", 1000 + id),
        "created_at": pick(&times), "updated_at": pick(&times), "closed_at": pick(&[Json::Null, json!(1)]),
        "cancelled": pick(&[Json::Null, Json::Null, json!({ "at": 1, "reason": "other" })]),
        "fulfillment_orders": [doing],
        "lines": [{ "id": 1, "quantity": 2, "article": { "sku": pick(&[json!("S1"), Json::Null]) } }],
        "placed": {
            "email": pick(&[Json::Null, json!("Bob@B.c"), json!("a@b.c"), json!("é@b.c")]),
            "tags": pick(&[json!([]), json!(["A", "b"])]), "test": pick(&[json!(true), json!(false)]),
            "processed_at": pick(&times), "payment_claim": pick(&[json!("paid"), json!("pending"), json!("voided")]),
        },
    }))
}

/// What a database would say, for the columns of orders.
fn meets(order: &Order, condition: &Condition) -> bool {
    let text = |text: &str| Some(Value::from(text));
    let payment = || serde_json::to_value(status::payment(order)).unwrap().as_str().unwrap().to_owned();
    let value = |column: &Column| match column {
        Column::OrderId => Some(order.id.0.into()),
        Column::Number => Some(order.number.into()),
        Column::Name => text(&order.name),
        Column::Email => order.placed.email.as_deref().map(Value::from),
        Column::ProcessedAt => Some(order.placed.processed_at.0.into()),
        Column::CreatedAt => Some(order.created_at.0.into()),
        Column::UpdatedAt => Some(order.updated_at.0.into()),
        Column::State if order.cancelled.is_some() => text("cancelled"),
        Column::State => text(if order.closed_at.is_some() { "closed" } else { "open" }),
        Column::Payment => text(&payment()),
        Column::Fulfillment => text(status::fulfillment(order).as_str()),
        Column::Test => Some(i64::from(order.placed.test).into()),
        other => panic!("{other:?} is no column of orders"),
    };
    let all = |conditions: &[Condition]| conditions.iter().all(|condition| meets(order, condition));
    match condition {
        Condition::Between(column, low, high) => match value(column) {
            Some(Value::Int(n)) => low.is_none_or(|low| low <= n) && high.is_none_or(|high| n <= high),
            _ => false,
        },
        Condition::OneOf(column, wanted) => value(column).is_some_and(|value| wanted.contains(&value)),
        Condition::Prefix(column, prefix) => {
            matches!(value(column), Some(Value::Text(text)) if text.starts_with(prefix.as_str()))
        }
        Condition::Alike(column, wanted) => {
            matches!(value(column), Some(Value::Text(text)) if wanted.contains(&text.to_ascii_lowercase()))
        }
        Condition::Any(groups) => groups.iter().any(|group| all(group)),
        Condition::Not(conditions) => !all(conditions),
        other => panic!("{other:?} is no condition of orders"),
    }
}

#[test]
fn conditions_never_miss_a_match_and_exact_ones_find_nothing_else() {
    let mut chance = Chance(7);
    let all: Vec<Order> = (0..60).map(|_| some_order(&mut chance)).collect();
    let (mut exact, mut narrowed) = (0, 0);
    for _ in 0..3_000 {
        let text = text(&mut chance, 3);
        let search = orders(&text);
        exact += usize::from(search.exact);
        for order in &all {
            let met = search.conditions.iter().all(|condition| meets(order, condition));
            let matches = search.matches_order(order);
            assert!(met || !matches, "{text} misses {order:?}");
            assert!(!search.exact || met == matches, "{text} finds {order:?}");
            narrowed += usize::from(!met);
        }
    }
    assert!(exact > 300 && narrowed > 30_000, "{exact} exact searches, {narrowed} orders passed over");
}
