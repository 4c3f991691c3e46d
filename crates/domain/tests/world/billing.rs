//! A shop that bills: prices, a contact, and short ways to say what one wants of an order's money.

pub use super::furniture::price;
use super::*;
use domain::access::{Target, TargetKind};
use domain::billing::{Instrument, InvoiceStatus, Service, status};
use domain::calendar::{Every, Interval};
use domain::command::billing::*;
use domain::contact::Contact;
use domain::event::{InvoiceNews, PaymentNews, ServiceNews};
use domain::invoice::Invoice;
use domain::money::Minor;
use domain::payment::{Transaction, TransactionStatus};
use domain::price::{Cycle, Recurrence, TrialTerms};

/// Nobody must fulfill it; whoever pays for it may use a course.
pub const COURSE: VariantId = VariantId(104);
pub const LESSONS: Target = Target { kind: TargetKind::Course, id: 7 };
pub const BUYER: ContactId = ContactId(60);

/// A shirt, once.
pub const SHIRT_ONCE: PriceId = PriceId(200);
/// A shirt every month.
pub const SHIRT_MONTHLY: PriceId = PriceId(201);
/// The course every month.
pub const COURSE_MONTHLY: PriceId = PriceId(202);
/// The course every month, after two weeks for nothing.
pub const COURSE_TRIED: PriceId = PriceId(203);
/// The course in three instalments, one a month, and something for setting up.
pub const COURSE_INSTALMENTS: PriceId = PriceId(204);
/// The course every year.
pub const COURSE_YEARLY: PriceId = PriceId(205);
/// The course every month, for more.
pub const COURSE_DEAR: PriceId = PriceId(206);
/// A shirt every month, after a week that costs a little.
pub const SHIRT_TRIED: PriceId = PriceId(207);
/// The course for three months.
pub const COURSE_THREE: PriceId = PriceId(208);
/// A print every month.
pub const PRINT_MONTHLY: PriceId = PriceId(209);

pub const GATEWAY: &str = "test";

pub fn every(count: i64, interval: Interval) -> Every {
    Every { count, interval }
}

pub fn monthly() -> Cycle {
    Cycle { every: every(1, Interval::Month), periods: None, trial: None }
}

/// A shop with prices and a buyer.
pub fn shop() -> World {
    use Recurrence::{OneTime, PaymentPlan, Subscription};
    let mut world = World::new();
    let course = Variant {
        requires_shipping: false,
        requires_fulfillment: false,
        tracked: false,
        gives: vec![LESSONS],
        ..variant(COURSE)
    };
    world.variants.push(course);
    let tried = |amount, count, interval| {
        let trial = Some(TrialTerms { amount, lasts: every(count, interval) });
        Subscription(Cycle { trial, ..monthly() })
    };
    let instalments = PaymentPlan(Cycle { periods: Some(3), ..monthly() });
    let three = Subscription(Cycle { periods: Some(3), ..monthly() });
    let yearly = Subscription(Cycle { every: every(1, Interval::Year), ..monthly() });
    let mut instalments = price(COURSE_INSTALMENTS, COURSE, 2_000, instalments);
    instalments.terms.setup = 500;
    world.prices = vec![
        price(SHIRT_ONCE, SHIRT, 1_000, OneTime),
        price(SHIRT_MONTHLY, SHIRT, 3_100, Subscription(monthly())),
        price(COURSE_MONTHLY, COURSE, 900, Subscription(monthly())),
        price(COURSE_TRIED, COURSE, 900, tried(0, 2, Interval::Week)),
        instalments,
        price(COURSE_YEARLY, COURSE, 9_000, yearly),
        price(COURSE_DEAR, COURSE, 1_800, Subscription(monthly())),
        price(SHIRT_TRIED, SHIRT, 3_000, tried(100, 1, Interval::Week)),
        price(COURSE_THREE, COURSE, 900, three),
        price(PRINT_MONTHLY, PRINT, 2_000, Subscription(monthly())),
    ];
    let mut buyer = Contact::unknown(BUYER, Time(0));
    buyer.addresses = vec![Address {
        first_name: Some("Jane".into()),
        last_name: Some("Doe".into()),
        phone: Some("+1".into()),
        city: Some("Eagle".into()),
        country_code: Some("US".into()),
        ..Address::default()
    }];
    world.contacts.push(buyer);
    world
}

pub fn plan(variant: VariantId, price: PriceId, quantity: i64) -> NewPlanLine {
    NewPlanLine { variant, price, quantity }
}

pub fn card() -> Instrument {
    Instrument { token: "tok_1".into(), kind: Some("card".into()) }
}

fn placing(lines: &[NewPlanLine], books: NewBooks) -> PlaceBilled {
    let placed = Placed { contact: Some(BUYER), ..placed() };
    PlaceBilled {
        name: None,
        number: 1001,
        placed,
        lines: lines.to_vec(),
        kind: None,
        books,
        return_url: None,
    }
}

pub fn external(lines: &[NewPlanLine], claims: Claims) -> PlaceBilled {
    placing(lines, NewBooks::External(Box::new(claims)))
}

pub fn through_gateway(lines: &[NewPlanLine]) -> PlaceBilled {
    placing(lines, NewBooks::Gateway { name: GATEWAY.into(), instrument: Some(card()) })
}

pub fn billing(command: BillingCommand) -> Command {
    Command::Billing(command)
}

pub fn place(place: PlaceBilled) -> Command {
    billing(BillingCommand::Place(Box::new(place)))
}

pub fn sells(variant: VariantId, price: PriceId, quantity: i64, amount: Minor) -> NewBillLine {
    NewBillLine { variant, price, quantity, amount, description: None }
}

pub fn issuing(order: OrderId, claim: domain::billing::Claim, lines: &[NewBillLine]) -> IssueInvoice {
    IssueInvoice {
        order,
        claim,
        kind: None,
        external_id: Some("ext-1".into()),
        number: None,
        shipping: 0,
        issued_at: None,
        due_at: None,
        paid_at: Some(Time(5)),
        lines: lines.to_vec(),
    }
}

pub fn issue(issue: IssueInvoice) -> Command {
    billing(BillingCommand::Issue(Box::new(issue)))
}

pub fn update_invoice(order: OrderId, invoice: InvoiceId) -> UpdateInvoice {
    UpdateInvoice {
        order,
        invoice,
        claim: None,
        external_id: None,
        number: None,
        shipping: None,
        issued_at: None,
        due_at: None,
        paid_at: None,
        lines: Vec::new(),
    }
}

pub fn claiming(order: OrderId, claims: Claims) -> Command {
    billing(BillingCommand::Update(Box::new(UpdateBilled { claims, ..UpdateBilled::of(order) })))
}

pub fn serving(service: Service) -> Claims {
    Claims { service: Some(service), ..Claims::default() }
}

pub fn recording(order: OrderId, transaction: TransactionId, outcome: PaymentOutcome) -> Command {
    billing(BillingCommand::Record(RecordPayment {
        order,
        transaction,
        outcome,
        external_id: None,
        message: None,
    }))
}

pub fn cancelling(order: OrderId, when: When, proration: Proration) -> CancelService {
    CancelService {
        order,
        when,
        proration,
        void: Vec::new(),
        reason: Some("too-expensive".into()),
        by: Some("API".into()),
        description: None,
    }
}

pub fn cancel(cancel: CancelService) -> Command {
    billing(BillingCommand::Cancel(cancel))
}

pub fn refunding(order: OrderId, transaction: TransactionId, amount: Option<Minor>) -> Command {
    billing(BillingCommand::Refund(RefundPayment { order, transaction, amount, reason: None }))
}

pub fn disputing(order: OrderId, transaction: TransactionId, news: DisputeNews) -> Command {
    billing(BillingCommand::RecordDispute(RecordDispute { order, transaction, news }))
}

pub fn fulfilling_lines(location: LocationId, lines: &[(InvoiceLineId, i64)]) -> FulfillLines {
    FulfillLines {
        number: 1,
        contact: Some(BUYER),
        location,
        lines: lines.to_vec(),
        trackings: Vec::new(),
        stock: StockCheck::Refuse,
        notify_buyer: false,
    }
}

/// What happened to invoices, the service and payments, in its order.
pub fn told(decision: &Decision) -> (Vec<InvoiceNews>, Vec<ServiceNews>, Vec<PaymentNews>) {
    let mut told = (Vec::new(), Vec::new(), Vec::new());
    for fact in decision.events.iter().flat_map(|event| &event.facts) {
        match fact {
            Fact::Invoice { news, .. } => told.0.push(*news),
            Fact::Service { news } => told.1.push(*news),
            Fact::Payment { news, .. } => told.2.push(*news),
            _ => {}
        }
    }
    told
}

impl World {
    pub fn place_billed(&mut self, billed: PlaceBilled) -> OrderId {
        let decision = self.run(&Actor::System, place(billed)).unwrap();
        let Outcome::Order(id) = decision.outcome else { panic!("{:?}", decision.outcome) };
        id
    }

    pub fn issue_invoice(&mut self, issued: IssueInvoice) -> InvoiceId {
        let decision = self.run(&Actor::System, issue(issued)).unwrap();
        let Outcome::Invoice(_, id) = decision.outcome else { panic!("{:?}", decision.outcome) };
        id
    }

    pub fn service(&self, id: OrderId) -> Service {
        self.order(id).billing.as_ref().unwrap().service
    }

    pub fn invoice_status(&self, invoice: &Invoice, of: OrderId) -> InvoiceStatus {
        status::invoice_status(invoice, &self.order(of).placed.transactions, self.now).unwrap()
    }

    /// How every invoice of an order stands, oldest first.
    pub fn statuses(&self, id: OrderId) -> Vec<InvoiceStatus> {
        self.order(id).invoices.iter().map(|invoice| self.invoice_status(invoice, id)).collect()
    }

    /// Totals of every invoice of an order, oldest first.
    pub fn totals(&self, id: OrderId) -> Vec<Minor> {
        self.order(id).invoices.iter().map(|invoice| domain::billing::bill::amounts(invoice).total).collect()
    }

    pub fn asked(&self, id: OrderId) -> Vec<Transaction> {
        let transactions = self.order(id).placed.transactions.iter();
        transactions.filter(|own| own.status == TransactionStatus::Asked).cloned().collect()
    }

    /// The gateway answers whatever it was asked for of an order; gives the last decision.
    pub fn answer(&mut self, id: OrderId, outcome: PaymentOutcome) -> Decision {
        let mut last = None;
        for transaction in self.asked(id) {
            last = Some(self.run(&Actor::System, recording(id, transaction.id, outcome)).unwrap());
        }
        last.expect("something was asked for")
    }

    /// A subscription or sale that was paid at once.
    pub fn paid(&mut self, lines: &[NewPlanLine]) -> OrderId {
        let id = self.place_billed(through_gateway(lines));
        self.answer(id, PaymentOutcome::Succeeded);
        id
    }

    pub fn advance(&mut self, id: OrderId) -> Result<Decision, Refusal> {
        self.run(&Actor::System, billing(BillingCommand::Advance(id)))
    }

    /// Lets time go on until then, with the timer going off whenever something is due, and the gateway answering.
    pub fn run_until(&mut self, id: OrderId, until: Time, outcome: PaymentOutcome) {
        while let Some(due) = self.order(id).next_due().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.advance(id).unwrap();
            if !self.asked(id).is_empty() {
                self.answer(id, outcome);
            }
        }
        self.now = until;
    }

    pub fn only_line(&self, invoice: InvoiceId) -> InvoiceLineId {
        let invoices = self.orders.iter().flat_map(|order| &order.invoices);
        invoices.filter(|own| own.id == invoice).flat_map(|own| &own.lines).next().unwrap().id
    }

    pub fn has_access(&self) -> bool {
        self.access.iter().any(|grant| grant.revoked_at.is_none() && grant.suspended.is_none())
    }
}
