//! What the status page shows of an order, already in words.

use askama::Template;
use domain::billing::{Kind, bill};
use domain::fulfillment::DeliveryStatus;
use domain::invoice::Invoice;
use domain::order::{Order, OrderLine};
use domain::status::{self, FulfillmentStatus, Totals};
use engine::Engine;
use engine::downloads::Opened;
use engine::links::{Door, Followed};

use crate::coming::{self, Coming};
use crate::money::{self, Due, InvoiceRow, Paid};
use crate::parcel::{self, Parcel};
use crate::saying::Saying;
use crate::words::{Language, Words};

/// The page of an order.
#[derive(Template)]
#[template(path = "order.html")]
pub(crate) struct OrderPage<'a> {
    lang: &'static str,
    words: &'static Words,
    shop: &'a str,
    order: &'a str,
    test: bool,
    placed: String,
    headline: &'static str,
    tone: &'static str,
    steps: Vec<Step>,
    due: Option<Due>,
    back: Option<Back>,
    parcels: Vec<Parcel>,
    coming: Vec<Coming>,
    opened: &'a [Opened],
    lines: Vec<Line>,
    totals: Vec<(&'static str, String)>,
    total: String,
    tax_included: Option<String>,
    paid: Option<Paid>,
    invoices: Vec<InvoiceRow>,
    next_payment: Option<String>,
    email: Option<&'a str>,
    zone: String,
    languages: Vec<(Language, bool)>,
}

/// A page that says why there is none.
#[derive(Template)]
#[template(path = "shut.html")]
pub(crate) struct ShutPage {
    pub(crate) lang: &'static str,
    pub(crate) title: &'static str,
    pub(crate) text: &'static str,
}

/// A step on the way of an order.
struct Step {
    name: &'static str,
    /// `done`, `current` or `ahead`.
    state: &'static str,
    spoken: &'static str,
}

/// Where the buyer goes on.
struct Back {
    url: String,
    text: String,
}

/// Something that was bought.
pub(crate) struct Line {
    pub(crate) title: String,
    pub(crate) variant: Option<String>,
    pub(crate) quantity: i64,
    pub(crate) amount: String,
}

impl<'a> OrderPage<'a> {
    pub(crate) fn of(engine: &Engine, followed: &'a Followed, language: Language) -> Self {
        let Followed { shop, order, fulfillments, opened } = followed;
        let words = language.words();
        let zone = engine::figures::zone(shop);
        let saying = Saying { language, currency: order.placed.currency, zone };
        let now = engine.now();
        let left: Vec<_> =
            fulfillments.iter().filter(|one| one.is_live() && one.holds_units()).map(|one| &**one).collect();
        let due = money::due(order, now, &saying, || {
            let pays = engine.payment_page(shop, order).is_some();
            pays.then(|| engine.link(Door::Checkout, shop, order.id))
        });
        let standing = Standing::of(order, &left, due.is_some());
        let (headline, tone) = standing.headline(words);
        let (lines, totals) = bought(order, &saying);
        let included = order.placed.taxes_included && order.billing.is_none();
        let unless_zero = |name, amount: i64| (amount != 0).then(|| (name, saying.money(amount)));
        let rows = [
            Some((words.subtotal, saying.money(totals.subtotal + totals.discounts))),
            unless_zero(words.discount, -totals.discounts),
            unless_zero(words.shipping, totals.shipping),
            unless_zero(words.tax, if included { 0 } else { totals.tax }),
        ];
        // A sum of one thing is the total.
        let rows: Vec<_> = rows.into_iter().flatten().collect();
        Self {
            lang: language.code(),
            words,
            shop: &shop.name,
            order: &order.name,
            test: order.placed.test,
            placed: (words.placed)(&saying.day(order.placed.processed_at)),
            headline,
            tone,
            steps: standing.steps(words),
            back: back(order, words).filter(|_| due.is_none()),
            due,
            parcels: parcel::all(order, &left, &saying),
            coming: coming::of(order, &saying),
            opened,
            lines,
            totals: if rows.len() > 1 { rows } else { Vec::new() },
            total: saying.money(totals.total),
            tax_included: (included && totals.tax != 0).then(|| saying.money(totals.tax)),
            paid: money::paid(order, &saying),
            invoices: money::invoices(order, now, &saying),
            next_payment: money::next_payment(order, &saying),
            email: Some(shop.email.trim()).filter(|email| domain::contact::is_email(email)),
            zone: (words.times_in)(&shop.time_zone.replace('_', " ")),
            languages: Language::ALL.map(|other| (other, other == language)).to_vec(),
        }
    }
}

/// How far an order is, for the buyer.
struct Standing {
    cancelled: bool,
    owed: bool,
    ships: bool,
    fulfillment: FulfillmentStatus,
    anything_left: bool,
    all_arrived: bool,
    trouble: bool,
}

impl Standing {
    fn of(order: &Order, left: &[&domain::fulfillment::Fulfillment], owed: bool) -> Self {
        let latest = |one: &&domain::fulfillment::Fulfillment| one.latest_event().map(|event| event.status);
        Self {
            cancelled: order.cancelled.is_some(),
            owed,
            ships: order.lines.iter().any(|line| line.article.requires_shipping),
            fulfillment: status::fulfillment(order),
            anything_left: !left.is_empty(),
            all_arrived: !left.is_empty()
                && left.iter().all(|one| latest(one) == Some(DeliveryStatus::Delivered)),
            trouble: left.iter().any(|one| latest(one) == Some(DeliveryStatus::Failure)),
        }
    }

    /// What is said first, and in which tone.
    fn headline(&self, words: &Words) -> (&'static str, &'static str) {
        let done = self.fulfillment == FulfillmentStatus::Fulfilled;
        match self {
            Self { cancelled: true, .. } => (words.cancelled, "quiet"),
            Self { trouble: true, .. } => (words.trouble, "warn"),
            Self { all_arrived: true, ships: true, .. } if done => (words.delivered, "good"),
            Self { ships: false, .. } if done => (words.complete, "good"),
            _ if done => (words.sent, "busy"),
            Self { anything_left: true, .. } => (words.partly_sent, "busy"),
            Self { owed: true, .. } => (words.awaiting_payment, "warn"),
            _ if self.fulfillment == FulfillmentStatus::Scheduled => (words.scheduled, "busy"),
            _ => (words.preparing, "busy"),
        }
    }

    /// The way of an order; none for one that was cancelled. What comes after a step that is not done is ahead.
    fn steps(&self, words: &Words) -> Vec<Step> {
        if self.cancelled {
            return Vec::new();
        }
        let sent = self.fulfillment == FulfillmentStatus::Fulfilled;
        let mut steps = vec![(words.step_ordered, true), (words.step_paid, !self.owed)];
        if self.ships {
            steps.push((words.step_sent, sent));
            steps.push((words.step_delivered, sent && self.all_arrived));
        } else {
            steps.push((words.step_provided, sent));
        }
        let current = steps.iter().position(|(_, done)| !done);
        let step = |(place, (name, done))| {
            let (state, spoken) = match done {
                true => ("done", words.done),
                false if Some(place) == current => ("current", words.current),
                false => ("ahead", words.ahead),
            };
            Step { name, state, spoken }
        };
        steps.into_iter().enumerate().map(step).collect()
    }
}

/// Where the buyer goes after paying. Only addresses of the web become links.
fn back(order: &Order, words: &Words) -> Option<Back> {
    let url = order.billing.as_ref()?.return_url.as_deref()?;
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next().filter(|host| !host.is_empty() && !host.contains('@'))?;
    Some(Back { url: url.to_owned(), text: (words.back)(host) })
}

fn line(line: &OrderLine, quantity: i64, amount: String) -> Line {
    let variant = line.article.distinguishing_title().map(str::to_owned);
    Line { title: line.article.title.clone(), variant, quantity, amount }
}

/// What was bought and what it costs: what is asked for now; what was, of a cancelled order; what the newest invoice
/// says, of a subscription.
fn bought(order: &Order, saying: &Saying) -> (Vec<Line>, Totals) {
    let Some(billing) = &order.billing else {
        let cancelled = order.cancelled.is_some();
        let quantity =
            |line: &OrderLine| if cancelled { line.quantity } else { order.current_quantity(line.id) };
        let shown = order.lines.iter().map(|own| (own, quantity(own))).filter(|(_, quantity)| *quantity > 0);
        let row = |(own, quantity): (&OrderLine, i64)| {
            line(own, quantity, saying.money(own.article.unit_price.saturating_mul(quantity)))
        };
        let totals = if cancelled { status::totals(order) } else { status::current_totals(order) };
        return (shown.map(row).collect(), totals);
    };
    let stands = |invoice: &&Invoice| {
        invoice.bill.as_ref().is_some_and(|bill| bill.voided_at.is_none() && bill.abandoned_at.is_none())
    };
    let standing: Vec<&Invoice> = order.invoices.iter().filter(stands).collect();
    let newest = if billing.kind == Kind::Subscription { standing.len().saturating_sub(1) } else { 0 };
    let shown = standing.get(newest..).unwrap_or_default();
    let mut lines = Vec::new();
    let mut totals = Totals::default();
    for invoice in shown {
        let amounts = bill::amounts(invoice);
        totals.subtotal += amounts.subtotal - amounts.discount;
        totals.discounts += amounts.discount;
        totals.shipping += amounts.shipping;
        totals.tax += amounts.tax;
        totals.total += amounts.total;
        for sold in &invoice.lines {
            let amount = sold.bill.as_ref().map_or(0, |bill| bill.amount);
            if let Some(own) = order.line(sold.order_line) {
                lines.push(line(own, sold.quantity, saying.money(amount)));
            }
        }
    }
    (lines, totals)
}

#[cfg(test)]
mod tests;
