//! Faults that are planted, to see whether anybody notices: rows that are changed behind the engine's back while a
//! history runs, and orders and parcels that are broken in memory, law by law.

use domain::id::ShopId;

/// What is spoiled behind the engine's back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    StockDeltaLost,
    GoodsVanish,
    EventLost,
    EventTwice,
    OrderWrittenBack,
    ParcelForgotten,
    ParcelCalledOffAgain,
    IndexRowStale,
    StatusStale,
    InvoiceRowStale,
    AnswerForgotten,
    AnswerChanged,
    DeliveryLost,
    DeliveryChanged,
    OrderLost,
    KeptTwice,
}

impl Fault {
    pub const PLANTED: [Fault; 16] = [
        Fault::StockDeltaLost,
        Fault::GoodsVanish,
        Fault::EventLost,
        Fault::EventTwice,
        Fault::OrderWrittenBack,
        Fault::ParcelForgotten,
        Fault::ParcelCalledOffAgain,
        Fault::IndexRowStale,
        Fault::StatusStale,
        Fault::InvoiceRowStale,
        Fault::AnswerForgotten,
        Fault::AnswerChanged,
        Fault::DeliveryLost,
        Fault::DeliveryChanged,
        Fault::OrderLost,
        Fault::KeptTwice,
    ];

    /// The properties that it breaks.
    pub fn breaks(self) -> &'static str {
        match self {
            Fault::None => "",
            Fault::StockDeltaLost => "Q16",
            Fault::GoodsVanish => "Q17",
            Fault::EventLost => "O1, F15",
            Fault::EventTwice => "O1, I10",
            Fault::OrderWrittenBack => "Q3, X2",
            Fault::ParcelForgotten => "Q3, Q5",
            Fault::ParcelCalledOffAgain => "Q7",
            Fault::IndexRowStale => "F10, R1",
            Fault::StatusStale => "F10, M6",
            Fault::InvoiceRowStale => "M3, M4",
            Fault::AnswerForgotten => "I1, I4",
            Fault::AnswerChanged => "I2",
            Fault::DeliveryLost => "O2, O4",
            Fault::DeliveryChanged => "O6",
            Fault::OrderLost => "F12, O1",
            Fault::KeptTwice => "Q19",
        }
    }

    /// In words.
    pub fn says(self) -> &'static str {
        match self {
            Fault::None => "nothing",
            Fault::StockDeltaLost => "a promise is lost",
            Fault::GoodsVanish => "goods vanish",
            Fault::EventLost => "an event is lost",
            Fault::EventTwice => "an event is there twice",
            Fault::OrderWrittenBack => "an order is written back as it was",
            Fault::ParcelForgotten => "a parcel is forgotten",
            Fault::ParcelCalledOffAgain => "a parcel is called off again",
            Fault::IndexRowStale => "a row of work is stale",
            Fault::StatusStale => "a status is stale",
            Fault::InvoiceRowStale => "a row of an invoice is stale",
            Fault::AnswerForgotten => "an answer is forgotten",
            Fault::AnswerChanged => "an answer is another one",
            Fault::DeliveryLost => "a delivery is lost",
            Fault::DeliveryChanged => "a delivery tells what is so now",
            Fault::OrderLost => "an order is lost",
            Fault::KeptTwice => "more is kept than anybody reserved",
        }
    }

    /// The theme of a history that has what it spoils.
    pub fn theme(self) -> u64 {
        match self {
            Fault::InvoiceRowStale => 2,
            Fault::DeliveryLost | Fault::DeliveryChanged => 6,
            _ => 7,
        }
    }

    pub fn sql(self, shop: ShopId) -> Option<String> {
        let of = format!("WHERE shop_id = {shop}");
        Some(match self {
            Fault::None => return None,
            Fault::StockDeltaLost => {
                format!("UPDATE stock SET committed = committed + 1 {of} AND variant_id = 100")
            }
            Fault::GoodsVanish => format!("UPDATE stock SET on_hand = on_hand - 1 {of} AND variant_id = 101"),
            Fault::EventLost => format!(
                "DELETE FROM events {of} AND event_id = (SELECT max(event_id) FROM events {of} AND order_id IS NOT NULL)"
            ),
            Fault::EventTwice => format!(
                "INSERT INTO events (shop_id, event_id, at, order_id, app_id, dispatched, body) SELECT shop_id, \
                 event_id + 900000000, at, order_id, app_id, 1, body FROM events {of} AND event_id = \
                 (SELECT max(event_id) FROM events {of} AND order_id IS NOT NULL)"
            ),
            Fault::OrderWrittenBack => format!(
                "UPDATE orders SET version = version + 1, body = replace(body, '\"fulfilled\":1', '\"fulfilled\":0') {of}"
            ),
            Fault::ParcelForgotten => format!("DELETE FROM fulfillments {of}"),
            Fault::ParcelCalledOffAgain => {
                format!("UPDATE fulfillments SET live = 1 - live, version = version + 1 {of}")
            }
            Fault::IndexRowStale => {
                format!("UPDATE fulfillment_orders SET remaining = 0 {of} AND remaining > 0")
            }
            Fault::StatusStale => {
                format!("UPDATE orders SET fulfillment = 'fulfilled', payment = 'voided' {of}")
            }
            Fault::InvoiceRowStale => format!("UPDATE invoices SET number = 'another' {of}"),
            Fault::AnswerForgotten => format!("DELETE FROM idempotency {of}"),
            Fault::AnswerChanged => format!("UPDATE idempotency SET answer = 'something else' {of}"),
            Fault::DeliveryLost => format!(
                "DELETE FROM deliveries {of} AND delivery_id = (SELECT max(delivery_id) FROM deliveries {of})"
            ),
            Fault::DeliveryChanged => format!("UPDATE deliveries SET body = 'as it is now' {of}"),
            Fault::OrderLost => {
                format!("DELETE FROM orders {of} AND order_id = (SELECT max(order_id) FROM orders {of})")
            }
            Fault::KeptTwice => format!("UPDATE stock SET kept = kept + 1 {of} AND variant_id = 100"),
        })
    }
}
