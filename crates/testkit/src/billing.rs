//! What a shop needs to bill: an article that nobody must send, prices, and a gateway; and orders whose money is still
//! to come.

use domain::billing::Instrument;
use domain::calendar::{Every, Interval};
use domain::command::Command;
use domain::command::billing::{BillingCommand, NewBooks, NewPlanLine, PlaceBilled, RefundPayment};
use domain::id::{OrderId, PriceId, ProductId, TransactionId, VariantId};
use domain::money::Minor;
use domain::price::{Cycle, Price, Recurrence};
use domain::product::Variant;

use crate::world::{self, placed, product, variant};

/// Lessons: nobody sends them, and nobody counts them.
pub const LESSONS: VariantId = VariantId(104);
/// Lessons once.
pub const ONCE: PriceId = PriceId(200);
/// Lessons every month.
pub const MONTHLY: PriceId = PriceId(201);
/// Lessons in three instalments, one a month.
pub const INSTALMENTS: PriceId = PriceId(202);
/// Lessons every year.
pub const YEARLY: PriceId = PriceId(203);
/// The name of the gateway.
pub const GATEWAY: &str = "money";

/// A price of the lessons.
pub fn price(id: PriceId, amount: Minor, recurrence: Recurrence) -> Price {
    world::price(id, LESSONS, amount, recurrence)
}

/// What lets the furnished shop bill, to be carried out in this order.
pub fn furniture() -> Vec<Command> {
    let lessons = Variant {
        product: ProductId(91),
        requires_shipping: false,
        requires_fulfillment: false,
        tracked: false,
        ..variant(LESSONS)
    };
    let cycle = |interval, periods| Cycle { every: Every { count: 1, interval }, periods, trial: None };
    let prices = [
        price(ONCE, 5_000, Recurrence::OneTime),
        price(MONTHLY, 999, Recurrence::Subscription(cycle(Interval::Month, None))),
        price(INSTALMENTS, 3_333, Recurrence::PaymentPlan(cycle(Interval::Month, Some(3)))),
        price(YEARLY, 9_900, Recurrence::Subscription(cycle(Interval::Year, None))),
    ];
    let save = |price| Command::Billing(BillingCommand::SavePrice(Box::new(price)));
    let goods = Command::SaveProduct(product(ProductId(91)), vec![lessons]);
    std::iter::once(goods).chain(prices.map(save)).collect()
}

/// An order of lessons at that price comes in, to be paid from that instrument.
pub fn ordering(price: PriceId, quantity: i64, token: &str) -> Command {
    let instrument = Instrument { token: token.to_owned(), kind: None };
    Command::Billing(BillingCommand::Place(Box::new(PlaceBilled {
        name: None,
        number: 0,
        placed: placed(),
        lines: vec![NewPlanLine { variant: LESSONS, price, quantity }],
        kind: None,
        books: NewBooks::Gateway { name: GATEWAY.to_owned(), instrument: Some(instrument) },
        return_url: None,
    })))
}

/// All that is left of a payment goes back.
pub fn refunding(order: OrderId, transaction: TransactionId) -> Command {
    Command::Billing(BillingCommand::Refund(RefundPayment { order, transaction, amount: None, reason: None }))
}
