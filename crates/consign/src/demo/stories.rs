//! The demo's orders: how each begins and what becomes of it. A story is written before anything happens; the
//! [`play`](super::play) then goes through all of them hour by hour, so that orders compete for stock as in life.

use domain::command::{Described, NewLine, Place};
use domain::fulfillment::DeliveryStatus;
use domain::hold::HoldReason;
use domain::id::TransactionId;
use domain::money::Currency;
use domain::order::{self, CancelReason, PaymentClaim, Placed, ShippingLine, StockMode};
use domain::payment::{Transaction, TransactionKind, TransactionStatus};
use domain::time::{HOUR, SECOND, Time};

use super::catalog::{Article, Kept};
use super::dice::Dice;
use super::people::{Lives, somebody};

/// How an order fares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plot {
    Waits,
    Partly,
    Left,
    OnItsWay,
    Delivered,
    Held(HoldReason, Portion),
    Scheduled,
    Asked,
    Agreed,
    Declined,
    CalledOff(CancelReason),
    SoldOut,
    Split,
    Digital,
}

/// All of something, or some of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Portion {
    All,
    Some,
}

/// How many orders the demo shop has.
pub const ORDERS: usize = 120;

/// How many orders fare so, and how many hours ago they were placed (from, to).
const PLOTS: [(i64, Plot, (i64, i64)); 21] = [
    (26, Plot::Waits, (1, 40)),
    (10, Plot::Partly, (30, 120)),
    (12, Plot::Left, (24, 60)),
    (14, Plot::OnItsWay, (36, 96)),
    (22, Plot::Delivered, (120, 330)),
    (2, Plot::Held(HoldReason::FraudRisk, Portion::All), (4, 30)),
    (2, Plot::Held(HoldReason::IncorrectAddress, Portion::All), (8, 60)),
    (1, Plot::Held(HoldReason::AwaitingPayment, Portion::All), (3, 20)),
    (1, Plot::Held(HoldReason::UnknownDeliveryDate, Portion::All), (20, 90)),
    (1, Plot::Held(HoldReason::Other, Portion::All), (20, 90)),
    (1, Plot::Held(HoldReason::OutOfStock, Portion::Some), (10, 50)),
    (5, Plot::Scheduled, (5, 50)),
    (4, Plot::Asked, (3, 20)),
    (4, Plot::Agreed, (8, 48)),
    (3, Plot::Declined, (10, 72)),
    (2, Plot::CalledOff(CancelReason::Customer), (48, 200)),
    (1, Plot::CalledOff(CancelReason::Inventory), (48, 200)),
    (1, Plot::CalledOff(CancelReason::Fraud), (48, 200)),
    (3, Plot::SoldOut, (20, 150)),
    (3, Plot::Split, (10, 100)),
    (2, Plot::Digital, (50, 300)),
];

/// Something that happens to an order.
#[derive(Debug, Clone)]
pub(super) enum Act {
    /// It is placed.
    Place(Box<Place>),
    /// What can leave does, or one unit of it.
    Fulfill(Portion),
    /// The parcel is seen somewhere.
    Seen(DeliveryStatus),
    /// Its work is held, or one unit of it.
    Hold(HoldReason, Portion),
    /// It is called off.
    CallOff(CancelReason),
    /// The service is asked.
    Ask,
    /// The service agrees.
    Agree,
    /// The service declines.
    Decline,
}

/// Something that happens to the order of that index at some time.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    pub(super) at: Time,
    pub(super) order: usize,
    pub(super) act: Act,
}

/// All scenes of all orders until `now`, in the order in which they happen. Every order has a payment's id.
pub(super) fn write(
    articles: &[Article],
    now: Time,
    payments: Vec<TransactionId>,
    dice: &mut Dice,
) -> Vec<Scene> {
    let mut scenes = Vec::new();
    let plots = PLOTS.iter().flat_map(|(many, plot, ages)| (0..*many).map(move |_| (*plot, *ages)));
    for (order, ((plot, (youngest, oldest)), payment)) in plots.zip(payments).enumerate() {
        let placed = now.plus(-dice.between(youngest * 60, oldest * 60) * 60 * SECOND);
        let by_service = match plot {
            Plot::Asked | Plot::Agreed | Plot::Declined => true,
            Plot::Left | Plot::OnItsWay | Plot::Delivered => dice.one_in(5),
            _ => false,
        };
        let place = place(plot, by_service, articles, (placed, now), payment, dice);
        let mut add = |hours: i64, act: Act| scenes.push(Scene { at: placed.plus(hours * HOUR), order, act });
        add(0, Act::Place(Box::new(place)));
        if by_service {
            add(1, Act::Ask);
            if plot != Plot::Asked && plot != Plot::Declined {
                add(3, Act::Agree);
            }
        }
        let packed = dice.between(6, 18);
        match plot {
            Plot::Waits | Plot::Scheduled | Plot::Asked | Plot::Agreed | Plot::SoldOut | Plot::Split => {}
            Plot::Partly => add(packed, Act::Fulfill(Portion::Some)),
            Plot::Left => add(packed, Act::Fulfill(Portion::All)),
            Plot::OnItsWay | Plot::Delivered => {
                add(packed, Act::Fulfill(Portion::All));
                add(packed + 6, Act::Seen(DeliveryStatus::InTransit));
                if plot == Plot::Delivered {
                    add(packed + 52, Act::Seen(DeliveryStatus::OutForDelivery));
                    add(packed + 56, Act::Seen(DeliveryStatus::Delivered));
                }
            }
            Plot::Held(reason, portion) => add(1, Act::Hold(reason, portion)),
            Plot::Declined => add(4, Act::Decline),
            Plot::CalledOff(reason) => add(5, Act::CallOff(reason)),
            Plot::Digital => add(0, Act::Fulfill(Portion::All)),
        }
    }
    // Stable: what happens to an order within one hour stays in its order.
    scenes.sort_by_key(|scene| scene.at);
    scenes
}

fn place(
    plot: Plot,
    by_service: bool,
    articles: &[Article],
    (at, now): (Time, Time),
    payment: TransactionId,
    dice: &mut Dice,
) -> Place {
    let (mut lines, mut total) = (Vec::new(), 0);
    for article in chosen(plot, by_service, articles, dice) {
        let least = if matches!(plot, Plot::Partly | Plot::Held(_, Portion::Some)) { 2 } else { 1 };
        let quantity = dice.between(least, 3);
        total += article.price * quantity;
        let what = order::Article { variant: Some(article.variant), ..Default::default() };
        lines.push(NewLine { quantity, article: what, described: Described::default(), fulfilled: 0 });
    }
    let shipped = plot != Plot::Digital;
    let shipping = if shipped { 590 } else { 0 };
    let shipping_lines = shipped.then(|| ShippingLine {
        title: "Standard shipping".to_owned(),
        code: Some("STANDARD".to_owned()),
        source: None,
        price: shipping,
        tax_lines: Vec::new(),
    });
    let unpaid = plot == Plot::Held(HoldReason::AwaitingPayment, Portion::All);
    let (sale, success) = (TransactionKind::Sale, TransactionStatus::Success);
    let paid = Transaction {
        gateway: Some("demo".to_owned()),
        ..Transaction::new(payment, sale, success, total + shipping, at)
    };
    // What lies in Chicago only is shipped in North America only.
    let buyer = somebody(if plot == Plot::Split { Lives::InNorthAmerica } else { Lives::Anywhere }, dice);
    let placed = Placed {
        source_key: None,
        channel: Some("web".to_owned()),
        app: None,
        test: false,
        currency: Currency::USD,
        taxes_included: false,
        email: Some(buyer.email),
        phone: Some(buyer.phone),
        contact: None,
        custom_fields: Vec::new(),
        local_fields: Vec::new(),
        shipping_address: shipped.then(|| buyer.address.clone()),
        billing_address: Some(buyer.address),
        shipping_lines: shipping_lines.into_iter().collect(),
        tax_lines: Vec::new(),
        discounts: Vec::new(),
        transactions: if unpaid { Vec::new() } else { vec![paid] },
        payment_claim: unpaid.then_some(PaymentClaim::Pending),
        note: dice.one_in(8).then(|| "Please leave it with a neighbour.".to_owned()),
        tags: if dice.one_in(6) { vec!["gift".to_owned()] } else { Vec::new() },
        attributes: Vec::new(),
        po_number: None,
        locale: Some("en".to_owned()),
        source_identifier: None,
        origin: None,
        processed_at: at,
        fulfill_at: (plot == Plot::Scheduled)
            .then(|| now.plus(dice.between(2, 10) * 24 * HOUR).start_of_hour()),
        stock: StockMode::Wait,
    };
    let (buyer, reservation, created_at, closed_at) = (None, None, None, None);
    let (name, number, fulfilled, cancelled) = (None, 0, None, None);
    Place { name, number, placed, buyer, lines, reservation, created_at, closed_at, fulfilled, cancelled }
}

/// The articles of an order, none of them twice.
fn chosen(plot: Plot, by_service: bool, articles: &[Article], dice: &mut Dice) -> Vec<Article> {
    let kept: &[Kept] = match plot {
        Plot::Split => &[Kept::Berlin, Kept::Chicago],
        Plot::SoldOut => &[Kept::Nowhere],
        Plot::Digital => &[Kept::Digital],
        _ if by_service => &[Kept::Nordic],
        _ if dice.one_in(10) => &[Kept::Both, Kept::Uncounted],
        _ => &[Kept::Both],
    };
    let more = if matches!(kept, [Kept::Both] | [Kept::Nordic]) { dice.between(0, 2) } else { 0 };
    let wanted = kept.iter().chain(std::iter::repeat_n(&kept[0], usize::try_from(more).unwrap_or(0)));
    let mut chosen: Vec<Article> = Vec::new();
    for kept in wanted {
        let new = |article: &&Article| {
            article.kept == *kept && chosen.iter().all(|other| other.variant != article.variant)
        };
        let fitting: Vec<Article> = articles.iter().filter(new).copied().collect();
        chosen.extend(dice.pick(&fitting).copied());
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_stories_as_orders() {
        assert_eq!(PLOTS.iter().map(|(many, ..)| many).sum::<i64>(), ORDERS as i64);
    }
}
