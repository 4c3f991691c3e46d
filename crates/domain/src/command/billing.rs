//! What anybody can want changed about orders whose money is still to come. See [`crate::billing`].

use crate::access::AccessGrant;
use crate::address::Address;
use crate::billing::{BillKind, BillingStatus, Claim, Instrument, Kind, Service};
use crate::contact::ContactKey;
use crate::fulfillment::Tracking;
use crate::id::{
    AccessGrantId, ContactId, InvoiceId, InvoiceLineId, LocationId, OrderId, OrderLineId, PriceId,
    TransactionId, VariantId,
};
use crate::money::Minor;
use crate::order::Placed;
use crate::price::Price;
use crate::snapshot::{Places, Scope};
use crate::time::Time;

/// Something that somebody wants changed about an order whose money is still to come.
#[derive(Debug, Clone, PartialEq)]
pub enum BillingCommand {
    /// An order comes in.
    Place(Box<PlaceBilled>),
    /// What an order says of itself changes; of one in somebody else's books also how it stands, of one in ours also
    /// when it goes on.
    Update(Box<UpdateBilled>),
    /// An invoice is issued in somebody else's books.
    Issue(Box<IssueInvoice>),
    /// An invoice in somebody else's books changes.
    UpdateInvoice(Box<UpdateInvoice>),
    /// The money of an invoice is to be taken now.
    Pay(PayInvoice),
    /// Nobody waits for the money of an invoice any longer.
    Abandon(OrderId, InvoiceId),
    /// An invoice is called off.
    Void(OrderId, InvoiceId),
    /// An unpaid invoice is issued again, and is due at that time, by default as long after as a new one.
    Reissue(OrderId, InvoiceId, Option<Time>),
    /// Money goes back.
    Refund(RefundPayment),
    /// What became of a movement of money that was asked for.
    Record(RecordPayment),
    /// The buyer disputes a payment, or a dispute ends.
    RecordDispute(RecordDispute),
    /// A subscription is cancelled.
    Cancel(CancelService),
    /// A subscription rests, until then or until it is resumed.
    Pause(OrderId, Option<Time>),
    /// A subscription that rests goes on.
    Resume(OrderId),
    /// A subscription that was cancelled or ended goes on.
    Reactivate(OrderId),
    /// A line of a plan gets another price.
    ChangePlan(ChangePlan),
    /// Whatever is due by now is done.
    Advance(OrderId),
    /// A price is made or changed.
    SavePrice(Box<Price>),
    /// Access is given by hand, suspended, or given back.
    SaveAccess(Box<AccessGrant>),
    /// Access is taken back for good.
    RevokeAccess(AccessGrantId),
}

/// An order comes in whose money is still to come.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaceBilled {
    /// Its name, if it has one already; else it gets the next.
    pub name: Option<String>,
    /// Its number; 0 is drawn for it by the engine.
    pub number: i64,
    /// What was said apart from the lines. Its currency is that of every price.
    pub placed: Placed,
    /// What is billed.
    pub lines: Vec<NewPlanLine>,
    /// Once or again and again; by default as the prices are.
    pub kind: Option<Kind>,
    /// Who keeps the books.
    pub books: NewBooks,
    /// Where the buyer goes after paying.
    pub return_url: Option<String>,
}

/// A line of what is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewPlanLine {
    /// The variant.
    pub variant: VariantId,
    /// One of its prices.
    pub price: PriceId,
    /// How many units, every time.
    pub quantity: i64,
}

/// Who keeps the books of an order that comes in.
#[derive(Debug, Clone, PartialEq)]
pub enum NewBooks {
    /// Somebody else, who says how it stands.
    External(Box<Claims>),
    /// We do.
    Gateway {
        /// The name of a gateway that is set up.
        name: String,
        /// What is charged by itself.
        instrument: Option<Instrument>,
    },
}

/// What somebody else's books say of an order. What isn't said stays; an inner `None` empties it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims {
    /// Its name there.
    pub external_id: Option<Option<String>>,
    /// How its money stands.
    pub status: Option<BillingStatus>,
    /// How far the service is.
    pub service: Option<Service>,
    /// When money is taken next.
    pub next_charge_at: Option<Option<Time>>,
    /// When the service began.
    pub activated_at: Option<Option<Time>>,
    /// When it was cancelled.
    pub cancelled_at: Option<Option<Time>>,
    /// By whom.
    pub cancelled_by: Option<Option<String>>,
    /// Why, in their word.
    pub cancel_reason: Option<Option<String>>,
    /// Why, in words.
    pub cancel_description: Option<Option<String>>,
    /// When it ended or ends.
    pub churned_at: Option<Option<Time>>,
}

/// What an order says of itself changes. What isn't said stays.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateBilled {
    /// The order.
    pub order: OrderId,
    /// Its contact, from whose default address is taken what the shipping address lacks.
    pub contact: Option<ContactId>,
    /// Its note.
    pub note: Option<Option<String>>,
    /// Where it goes, as a whole.
    pub shipping_address: Option<Address>,
    /// Who pays, as a whole.
    pub billing_address: Option<Address>,
    /// How it stands in somebody else's books; must be empty if they are ours.
    pub claims: Claims,
    /// When its next period begins; only of a subscription whose books are ours.
    pub dates: Option<NewDates>,
}

impl UpdateBilled {
    /// Nothing changes yet.
    pub fn of(order: OrderId) -> Self {
        let (contact, note, claims, dates) = (None, None, Claims::default(), None);
        Self { order, contact, note, shipping_address: None, billing_address: None, claims, dates }
    }
}

/// An invoice is issued in somebody else's books.
#[derive(Debug, Clone, PartialEq)]
pub struct IssueInvoice {
    /// The order.
    pub order: OrderId,
    /// How it stands.
    pub claim: Claim,
    /// What it is for; by default what a first invoice is for.
    pub kind: Option<BillKind>,
    /// Its name there.
    pub external_id: Option<String>,
    /// Its number; it gets one if it has none.
    pub number: Option<String>,
    /// What sending it costs, not negative.
    pub shipping: Minor,
    /// When it was issued; `None` is now.
    pub issued_at: Option<Time>,
    /// When it must be paid.
    pub due_at: Option<Time>,
    /// When it was paid; needed if it was.
    pub paid_at: Option<Time>,
    /// What it asks for.
    pub lines: Vec<NewBillLine>,
}

/// A line of an invoice in somebody else's books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBillLine {
    /// The variant.
    pub variant: VariantId,
    /// One of its prices.
    pub price: PriceId,
    /// How many units.
    pub quantity: i64,
    /// How much for all of them.
    pub amount: Minor,
    /// In words.
    pub description: Option<String>,
}

/// An invoice in somebody else's books changes. What isn't said stays.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateInvoice {
    /// The order.
    pub order: OrderId,
    /// The invoice.
    pub invoice: InvoiceId,
    /// How it stands.
    pub claim: Option<Claim>,
    /// Its name there.
    pub external_id: Option<Option<String>>,
    /// Its number.
    pub number: Option<String>,
    /// What sending it costs.
    pub shipping: Option<Minor>,
    /// When it was issued.
    pub issued_at: Option<Time>,
    /// When it must be paid.
    pub due_at: Option<Option<Time>>,
    /// When it was paid.
    pub paid_at: Option<Option<Time>>,
    /// Lines that it has, corrected; lines that it doesn't have are ignored.
    pub lines: Vec<BillLineChange>,
}

/// A line of an invoice in somebody else's books is corrected. What isn't said stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BillLineChange {
    /// The line.
    pub line: InvoiceLineId,
    /// How much for all of it.
    pub amount: Option<Minor>,
    /// How many units.
    pub quantity: Option<i64>,
    /// In words.
    pub description: Option<Option<String>>,
}

/// The money of an invoice is to be taken now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayInvoice {
    /// The order.
    pub order: OrderId,
    /// The invoice.
    pub invoice: InvoiceId,
    /// From what; kept for what comes later. By default what was kept.
    pub instrument: Option<Instrument>,
    /// How much; `None` is all that is still to be paid.
    pub amount: Option<Minor>,
}

/// Money goes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundPayment {
    /// The order.
    pub order: OrderId,
    /// The payment.
    pub transaction: TransactionId,
    /// How much; `None` is all that is left of it.
    pub amount: Option<Minor>,
    /// Why, in the word of whoever wants it.
    pub reason: Option<String>,
}

/// What became of a movement of money that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordPayment {
    /// The order.
    pub order: OrderId,
    /// The movement.
    pub transaction: TransactionId,
    /// What became of it.
    pub outcome: PaymentOutcome,
    /// The provider's name for it.
    pub external_id: Option<String>,
    /// What the provider said.
    pub message: Option<String>,
}

/// What became of a movement of money that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PaymentOutcome {
    /// It happened.
    Succeeded,
    /// It was declined, for good.
    Declined,
    /// The provider will tell later.
    Pending,
    /// Nobody knows. It is asked for again with the same key.
    Unknown,
}

/// The buyer disputes a payment, or a dispute ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordDispute {
    /// The order.
    pub order: OrderId,
    /// The payment.
    pub transaction: TransactionId,
    /// What happened.
    pub news: DisputeNews,
}

/// What happened to a dispute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DisputeNews {
    /// It began.
    Opened,
    /// The merchant keeps the money.
    Won,
    /// The money went back.
    Lost,
}

/// When a change of a subscription shows its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum When {
    /// At once.
    Now,
    /// When the next period would begin.
    NextRenewal,
}

/// What becomes of money for the rest of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Proration {
    /// It is reckoned up to the second.
    Exact,
    /// Nothing is reckoned up.
    None,
}

/// A subscription is cancelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelService {
    /// The order.
    pub order: OrderId,
    /// When it ends.
    pub when: When,
    /// Whether money for the rest of the period goes back; only if it ends at once.
    pub proration: Proration,
    /// Unpaid invoices that are called off with it.
    pub void: Vec<InvoiceId>,
    /// Why, in the word of whoever cancels.
    pub reason: Option<String>,
    /// By whom.
    pub by: Option<String>,
    /// Why, in words.
    pub description: Option<String>,
}

/// A line of a plan gets another price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangePlan {
    /// The order.
    pub order: OrderId,
    /// The line, by the id that it keeps.
    pub line: OrderLineId,
    /// The variant that it sells then.
    pub variant: VariantId,
    /// The price of that.
    pub price: PriceId,
    /// When.
    pub when: When,
    /// What becomes of money for the rest of the period; only if it changes at once.
    pub proration: Proration,
}

/// When the next period is to begin. What isn't said stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewDates {
    /// When the time to try it ends; the first period begins then.
    pub trial_ends_at: Option<Time>,
    /// When the next period begins.
    pub renews_at: Option<Time>,
}

/// Units leave, named by the invoice lines that sold them; of several orders of one contact, if need be.
#[derive(Debug, Clone, PartialEq)]
pub struct FulfillLines {
    /// Its running number in the shop; 0 is drawn for it by the engine.
    pub number: i64,
    /// Whose they are; every order must be theirs. `None` doesn't ask.
    pub contact: Option<ContactId>,
    /// Where they leave. What waits elsewhere goes there first.
    pub location: LocationId,
    /// Invoice lines and quantities.
    pub lines: Vec<(InvoiceLineId, i64)>,
    /// How to find them.
    pub trackings: Vec<Tracking>,
    /// Whether they leave even if that location hasn't got them.
    pub stock: StockCheck,
    /// Whether the buyer is to be told.
    pub notify_buyer: bool,
}

/// Whether units may leave that aren't there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StockCheck {
    /// No.
    Refuse,
    /// Yes: they are there, whatever the books say.
    Ignore,
}

impl BillingCommand {
    /// What must be read before it can be decided.
    pub fn scope(&self) -> Scope {
        let mut scope = Scope {
            orders: self.order().into_iter().collect(),
            places: Places::WithStock,
            ..Scope::default()
        };
        match self {
            Self::Place(place) => {
                scope.source_key = place.placed.source_key.clone();
                scope.variants = place.lines.iter().map(|line| line.variant).collect();
                scope.prices = place.lines.iter().map(|line| line.price).collect();
                scope.contacts = place.placed.contact.map(ContactKey::Id).into_iter().collect();
            }
            Self::Update(update) => scope.contacts = update.contact.map(ContactKey::Id).into_iter().collect(),
            Self::Issue(issue) => {
                scope.variants = issue.lines.iter().map(|line| line.variant).collect();
                scope.prices = issue.lines.iter().map(|line| line.price).collect();
            }
            Self::ChangePlan(change) => {
                scope.variants = vec![change.variant];
                scope.prices = vec![change.price];
            }
            Self::SavePrice(price) => {
                scope = Scope { variants: vec![price.variant], prices: vec![price.id], ..Scope::default() };
            }
            Self::SaveAccess(grant) => scope = Scope { access: Some(grant.id), ..Scope::default() },
            Self::RevokeAccess(id) => scope = Scope { access: Some(*id), ..Scope::default() },
            _ => {}
        }
        scope
    }

    /// The order that it is about, if that is there already.
    pub fn order(&self) -> Option<OrderId> {
        Some(match self {
            Self::Place(_) | Self::SavePrice(_) | Self::SaveAccess(_) | Self::RevokeAccess(_) => return None,
            Self::Update(update) => update.order,
            Self::Issue(issue) => issue.order,
            Self::UpdateInvoice(update) => update.order,
            Self::Pay(pay) => pay.order,
            Self::Abandon(order, _)
            | Self::Void(order, _)
            | Self::Reissue(order, ..)
            | Self::Pause(order, _)
            | Self::Resume(order)
            | Self::Reactivate(order)
            | Self::Advance(order) => *order,
            Self::Refund(refund) => refund.order,
            Self::Record(record) => record.order,
            Self::RecordDispute(record) => record.order,
            Self::Cancel(cancel) => cancel.order,
            Self::ChangePlan(change) => change.order,
        })
    }
}
