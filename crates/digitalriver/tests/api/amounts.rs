//! Arithmetic: the published examples of amounts that depend on one another must come out to the cent. Orders cost what the
//! examples say, by component, and their units leave or are given up in the same steps.

use domain::billing::Instrument;
use domain::charging::Extra;
use domain::command::charging::{ChargingCommand, PlaceCharged};
use domain::command::{Command, Described, Given, NewLine};
use domain::decide::Outcome;
use domain::money::Minor;
use domain::order::{Article, Placed, ShippingLine, TaxLine};
use serde_json::{Value, json};
use testkit::billing::GATEWAY;
use testkit::world;

use crate::bench::Bench;
use crate::orders::at_work;
use crate::telling::{furnished, tell};

/// A line: units, price and tax of all of them, fees, duty. What costs nothing to send isn't sent.
#[derive(Default)]
struct Line {
    units: i64,
    price: Minor,
    tax: Minor,
    fees: Minor,
    duty: Minor,
    shipped: bool,
}

fn line(units: i64, price: Minor, tax: Minor) -> Line {
    Line { units, price, tax, shipped: true, ..Line::default() }
}

fn taxed(amount: Minor) -> Vec<TaxLine> {
    if amount == 0 { vec![] } else { vec![TaxLine { title: "Tax".into(), rate: "0".into(), amount }] }
}

/// An order of those lines with that shipping and tax on it; the answer about it.
async fn placed(bench: &Bench, lines: &[Line], shipping: (Minor, Minor)) -> Value {
    let sent = ShippingLine {
        title: "Post".into(),
        code: None,
        source: None,
        price: shipping.0,
        tax_lines: taxed(shipping.1),
    };
    let asked = lines.iter().map(|line| NewLine {
        quantity: line.units,
        article: Article {
            title: "Thing".into(),
            unit_price: line.price / line.units,
            tax_lines: taxed(line.tax),
            requires_shipping: line.shipped,
            ..Article::default()
        },
        described: Described { price: Given::Yes, ..Described::default() },
        fulfilled: 0,
    });
    let place = PlaceCharged {
        name: None,
        number: 0,
        placed: Placed { test: true, shipping_lines: vec![sent], ..world::placed() },
        buyer: None,
        lines: asked.collect(),
        extras: lines.iter().map(|line| Extra { fees: line.fees, duty: line.duty }).collect(),
        gateway: GATEWAY.into(),
        instrument: Instrument { token: "test_ok".into(), kind: None },
    };
    let placed = bench.execute(&Command::Charging(ChargingCommand::Place(Box::new(place)))).await;
    let Outcome::Order(id) = placed else { panic!("{placed:?}") };
    tell(bench).await;
    bench.get(&format!("/orders/{id}")).await
}

/// The amounts of movements of money of an order's charge, the smallest first.
fn moved(order: &Value, kind: &str) -> Vec<f64> {
    let all = order["payment"]["charges"][0][kind].as_array().into_iter().flatten();
    let mut amounts: Vec<f64> = all.map(|one| one["amount"].as_f64().unwrap()).collect();
    amounts.sort_by(f64::total_cmp);
    amounts
}

/// A published example.
struct Example {
    lines: Vec<Line>,
    /// Shipping, and the tax on it.
    shipping: (Minor, Minor),
    /// Total, subtotal and tax.
    costs: [f64; 3],
    /// What leaves and is given up of each line, request by request.
    steps: Vec<Vec<(i64, i64)>>,
    captures: Vec<f64>,
    cancels: Vec<f64>,
}

fn examples() -> Vec<Example> {
    let simple = |line: Line, shipping, costs: [f64; 3]| Example {
        steps: vec![vec![(line.units, 0)]],
        lines: vec![line],
        shipping,
        costs,
        captures: vec![costs[0]],
        cancels: vec![],
    };
    vec![
        simple(line(2, 2_000, 161), (500, 40), [27.01, 25.0, 2.01]),
        simple(line(2, 3_000, 221), (0, 0), [32.21, 30.0, 2.21]),
        simple(line(1, 500, 37), (0, 0), [5.37, 5.0, 0.37]),
        simple(line(1, 10, 1), (20, 1), [0.32, 0.3, 0.02]),
        simple(line(1, 51_000, 0), (0, 0), [510.0, 510.0, 0.0]),
        simple(line(5, 2_505, 189), (20, 2), [27.16, 25.25, 1.91]),
        // Duty is part of the subtotal, and so are fees.
        simple(Line { duty: 710, ..line(1, 1_000, 0) }, (1_000, 0), [27.1, 27.1, 0.0]),
        simple(Line { fees: 1_600, ..line(2, 2_000, 271) }, (500, 38), [44.09, 41.0, 3.09]),
        Example {
            lines: vec![line(3, 3_000, 241)],
            shipping: (500, 40),
            costs: [37.81, 35.0, 2.81],
            steps: vec![vec![(2, 0)], vec![(1, 0)]],
            captures: vec![12.6, 25.21],
            cancels: vec![],
        },
        // What isn't shipped has no part of shipping.
        Example {
            lines: vec![line(2, 4_000, 301), Line { shipped: false, ..line(3, 9_000, 678) }],
            shipping: (500, 37),
            costs: [145.16, 135.0, 10.16],
            steps: vec![vec![(1, 0), (2, 0)], vec![(0, 1), (0, 1)]],
            captures: vec![24.2, 64.52],
            cancels: vec![24.18, 32.26],
        },
        Example {
            lines: vec![line(5, 5_000, 410)],
            shipping: (0, 0),
            costs: [54.1, 50.0, 4.1],
            steps: vec![vec![(0, 1)], vec![(4, 0)]],
            captures: vec![43.28],
            cancels: vec![10.82],
        },
        Example {
            lines: vec![line(1, 1_000, 0), line(1, 1_000, 0)],
            shipping: (0, 0),
            costs: [20.0, 20.0, 0.0],
            steps: vec![vec![(1, 0), (0, 0)], vec![(0, 0), (1, 0)]],
            captures: vec![10.0, 10.0],
            cancels: vec![],
        },
        Example {
            lines: vec![line(1, 1_000, 75)],
            shipping: (0, 0),
            costs: [10.75, 10.0, 0.75],
            steps: vec![vec![(0, 1)]],
            captures: vec![],
            cancels: vec![10.75],
        },
    ]
}

#[tokio::test]
async fn the_published_examples_come_out_to_the_cent() {
    let bench = furnished().await;
    for Example { lines, shipping, costs, steps, captures, cancels } in examples() {
        let order = placed(&bench, &lines, shipping).await;
        let path = format!("/orders/{}", order["id"].as_str().unwrap());
        assert_eq!(
            ["totalAmount", "subtotal", "totalTax"].map(|name| order[name].as_f64().unwrap()),
            costs,
            "{order}"
        );
        for step in steps {
            let items = step.iter().enumerate().filter(|(_, units)| **units != (0, 0));
            let items: Vec<Value> = items
                .map(|(at, (leave, give_up))| {
                    json!({ "itemId": order["items"][at]["id"], "quantity": leave, "cancelQuantity": give_up })
                })
                .collect();
            bench.create("/fulfillments", json!({ "orderId": order["id"], "items": items })).await;
        }
        let total = |amounts: &[f64]| (amounts.iter().sum::<f64>() * 100.0).round() / 100.0;
        let asked = bench.get(&path).await;
        assert_eq!(asked["capturedAmount"], total(&captures), "{costs:?}: as soon as it is asked for");
        assert_eq!(asked["availableToRefundAmount"], 0.0, "{costs:?}: once it has come");
        tell(&bench).await;
        let done = bench.get(&path).await;
        assert_eq!((moved(&done, "captures"), moved(&done, "cancels")), (captures.clone(), cancels.clone()));
        let wanted = [total(&captures), total(&cancels), total(&captures)];
        let told = ["capturedAmount", "cancelledAmount", "availableToRefundAmount"];
        assert_eq!(told.map(|name| done[name].as_f64().unwrap()), wanted, "{costs:?}");
        assert_eq!(done["totalAmount"], order["totalAmount"], "what was asked for never changes");
        assert_eq!(done.get("refundedAmount"), None, "nothing went back");
    }
}

#[tokio::test]
async fn and_so_do_those_of_money_that_goes_back() {
    let bench = furnished().await;
    for (refund, amount, left) in [
        (json!({ "percent": 50 }), 13.51, 13.5),
        (json!({ "amount": "21.60" }), 21.6, 5.41),
        (json!({ "type": "tax", "percent": 100 }), 2.01, 25.0),
        (json!({ "type": "shipping", "percent": 100 }), 5.4, 21.61),
    ] {
        let order = placed(&bench, &[line(2, 2_000, 161)], (500, 40)).await;
        let items = json!([{ "itemId": order["items"][0]["id"], "quantity": 2 }]);
        bench.create("/fulfillments", json!({ "orderId": order["id"], "items": items })).await;
        tell(&bench).await;
        let mut sent = json!({ "orderId": order["id"], "currency": "USD" });
        sent.as_object_mut().unwrap().extend(refund.as_object().unwrap().clone());
        assert_eq!(bench.create("/refunds", sent).await["amount"], amount, "{refund}");
        tell(&bench).await;
        let now = bench.get(&format!("/orders/{}", order["id"].as_str().unwrap())).await;
        assert_eq!(now["availableToRefundAmount"], left, "{refund}");
    }
}

#[tokio::test]
async fn a_checkout_and_its_order_cost_the_same() {
    let (bench, _working) = at_work().await;
    let items = json!([
        { "productDetails": { "name": "Shirt" }, "quantity": 2, "price": 10, "tax": { "amount": 1.61, "rate": 0.08025 } },
        { "productDetails": { "name": "Mug" }, "quantity": 1, "aggregatePrice": 20 },
    ]);
    let card =
        json!({ "number": "4444222233331111", "expirationMonth": 7, "expirationYear": 2027, "cvv": "415" });
    for inclusive in [false, true] {
        let source = bench.create("/sources", json!({ "type": "creditCard", "creditCard": card })).await;
        let sent = json!({ "currency": "USD", "email": "ada@example.com", "items": items, "taxInclusive": inclusive,
            "shippingChoice": { "amount": 5.01, "taxAmount": "0.41" } });
        let checkout = bench.create("/checkouts", sent).await;
        let path = format!(
            "/checkouts/{}/sources/{}",
            checkout["id"].as_str().unwrap(),
            source["id"].as_str().unwrap()
        );
        bench.change(&path, Value::Null).await;
        let order = bench.create("/orders", json!({ "checkoutId": checkout["id"] })).await;
        for name in ["totalAmount", "subtotal", "totalTax", "totalShipping", "shippingChoice"] {
            assert_eq!(order[name], checkout[name], "{name}, {inclusive}");
        }
        for at in 0..2 {
            for name in ["amount", "tax", "shipping"] {
                assert_eq!(
                    order["items"][at][name], checkout["items"][at][name],
                    "{name} of {at}, {inclusive}"
                );
            }
        }
        assert_eq!(order["totalAmount"], if inclusive { 45.01 } else { 47.03 });
    }
}
