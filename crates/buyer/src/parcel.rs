//! What left: each delivery with its carrier, how to track it, what is in it and what happened to it.

use domain::carrier;
use domain::fulfillment::{DeliveryEvent, DeliveryStatus, Fulfillment, Tracking};
use domain::order::Order;

use crate::saying::Saying;
use crate::words::Words;

/// One delivery.
pub(crate) struct Parcel {
    pub(crate) title: String,
    pub(crate) state: &'static str,
    pub(crate) tone: &'static str,
    pub(crate) expected: Option<String>,
    pub(crate) trackings: Vec<Tracked>,
    /// Whether somebody should know how to find it, and nobody does.
    pub(crate) untracked: bool,
    pub(crate) contents: Vec<(i64, String)>,
    pub(crate) events: Vec<Happened>,
}

/// How to find it.
pub(crate) struct Tracked {
    pub(crate) carrier: Option<String>,
    pub(crate) number: Option<String>,
    pub(crate) url: Option<String>,
}

/// Something that happened to it.
pub(crate) struct Happened {
    pub(crate) what: &'static str,
    pub(crate) at: String,
    pub(crate) stamp: String,
    pub(crate) place: Option<String>,
    pub(crate) message: Option<String>,
}

/// Every delivery that has something of `order`, the newest first.
pub(crate) fn all(order: &Order, left: &[&Fulfillment], saying: &Saying) -> Vec<Parcel> {
    let words = saying.language.words();
    let many = left.len();
    let parcel = |(place, one): (usize, &&Fulfillment)| {
        let title = if many > 1 { (words.parcel_of)(place + 1, many) } else { words.parcel.to_owned() };
        of(order, one, title, saying)
    };
    left.iter().enumerate().rev().map(parcel).collect()
}

fn of(order: &Order, one: &Fulfillment, title: String, saying: &Saying) -> Parcel {
    let words = saying.language.words();
    let latest = one.latest_event();
    let (state, tone) = latest.map_or((words.left_on, "busy"), |event| said(event.status, words));
    let arrived = latest.is_some_and(|event| event.status == DeliveryStatus::Delivered);
    let expected = one.events.iter().rev().find_map(|event| event.estimated_at).filter(|_| !arrived);
    // A delivery may hold something of other orders, which are not the business of this one's buyer.
    let own: Vec<_> = one.shares.iter().filter(|share| share.order == order.id).collect();
    let article =
        |share: &&domain::fulfillment::Share| order.line(share.order_line).map(|line| &line.article);
    let trackings: Vec<Tracked> = one.trackings.iter().map(|known| tracked(order, known)).collect();
    let ships = own.iter().filter_map(article).any(|article| article.requires_shipping);
    let untracked = ships && trackings.iter().all(|known| known.number.is_none() && known.url.is_none());
    let content = |share: &domain::fulfillment::Share| {
        let article = article(&share)?;
        let variant = article.distinguishing_title();
        let title =
            variant.map_or_else(|| article.title.clone(), |variant| format!("{}, {variant}", article.title));
        Some((share.quantity, title))
    };
    let mut events: Vec<&DeliveryEvent> = one.events.iter().collect();
    events.sort_by_key(|event| std::cmp::Reverse(event.happened_at));
    let mut events: Vec<Happened> = events.into_iter().map(|event| happened(event, saying)).collect();
    events.push(Happened {
        what: words.left_on,
        at: saying.moment(one.created_at),
        stamp: saying.stamp(one.created_at),
        place: None,
        message: None,
    });
    Parcel {
        title,
        state,
        tone,
        expected: expected.map(|at| (words.expected)(&saying.day(at))),
        trackings,
        untracked,
        contents: own.iter().filter_map(|share| content(share)).collect(),
        events,
    }
}

fn tracked(order: &Order, known: &Tracking) -> Tracked {
    let to = order.placed.shipping_address.as_ref();
    let (country, zip) = (to.and_then(|to| to.country_code.as_deref()), to.and_then(|to| to.zip.as_deref()));
    let (company, number) = (known.company.as_deref(), known.number.as_deref());
    let found = carrier::resolve(company, number, known.url.as_deref(), country, zip);
    let number = number.map(str::trim).filter(|number| !number.is_empty()).map(str::to_owned);
    Tracked { carrier: found.company, number, url: found.url }
}

fn happened(event: &DeliveryEvent, saying: &Saying) -> Happened {
    let (what, _) = said(event.status, saying.language.words());
    let some = |text: &Option<String>| {
        text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let place: Vec<String> =
        [&event.place.city, &event.place.country_code].into_iter().filter_map(some).collect();
    Happened {
        what,
        at: saying.moment(event.happened_at),
        stamp: saying.stamp(event.happened_at),
        place: (!place.is_empty()).then(|| place.join(", ")),
        message: some(&event.message),
    }
}

fn said(status: DeliveryStatus, words: &Words) -> (&'static str, &'static str) {
    match status {
        DeliveryStatus::LabelPurchased | DeliveryStatus::LabelPrinted => (words.label, "busy"),
        DeliveryStatus::ReadyForPickup => (words.ready_for_pickup, "good"),
        DeliveryStatus::Confirmed => (words.confirmed, "busy"),
        DeliveryStatus::CarrierPickedUp => (words.picked_up, "busy"),
        DeliveryStatus::InTransit => (words.in_transit, "busy"),
        DeliveryStatus::Delayed => (words.delayed, "warn"),
        DeliveryStatus::OutForDelivery => (words.out_for_delivery, "busy"),
        DeliveryStatus::AttemptedDelivery => (words.attempted, "warn"),
        DeliveryStatus::Delivered => (words.step_delivered, "good"),
        DeliveryStatus::Failure => (words.failure, "warn"),
    }
}
