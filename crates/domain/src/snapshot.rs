//! What a decision is made from: everything is read before anything is thought.

use serde::{Deserialize, Serialize};

use crate::access::AccessGrant;
use crate::billing::Rules;
use crate::charging;
use crate::command::{Command, DraftStep, LineChange, Place, StartStocking};
use crate::contact::{Contact, ContactChange, ContactKey, SaveContact, Whom};
use crate::draft::Draft;
use crate::fulfillment::Fulfillment;
use crate::id::{
    AccessGrantId, ContactId, DraftId, FulfillmentId, FulfillmentOrderId, InvoiceLineId, ListenerId,
    LocationId, OrderId, PriceId, ProductId, RecordId, RunId, ServiceId, ShopId, VariantId,
};
use crate::listener::Listener;
use crate::location::{Location, Service};
use crate::mail::MailRules;
use crate::money::Currency;
use crate::order::Order;
use crate::price::Price;
use crate::product::{Product, Variant};
use crate::record::{Record, RecordKind};
use crate::reservation::{Reservation, ReservationKey};
use crate::routing::{TIE_BREAKERS, TieBreaker};
use crate::rule::Rule;
use crate::stock::Stock;
use crate::workflow::Run;

/// A tenant and its settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shop {
    /// Its id.
    pub id: ShopId,
    /// Its name.
    pub name: String,
    /// Its host name, by which programs know it.
    pub domain: String,
    /// Its currency.
    pub currency: Currency,
    /// Its e-mail address.
    #[serde(default)]
    pub email: String,
    /// IANA name of its time zone.
    #[serde(default = "utc")]
    pub time_zone: String,
    /// What stands before an order's number in its name.
    #[serde(default = "hash")]
    pub order_prefix: String,
    /// What decides between locations that could ship equally well.
    #[serde(default = "tie_breakers")]
    pub tie_breakers: Vec<TieBreaker>,
    /// What becomes of work that a service declined.
    #[serde(default)]
    pub when_declined: WhenDeclined,
    /// How it goes about billing.
    #[serde(default)]
    pub billing: Rules,
    /// How it goes about money that is set aside first.
    #[serde(default)]
    pub charging: charging::Rules,
    /// How many points a second a program gets that asks; nobody is slowed down where there is none. What costs how
    /// many points is said by who answers.
    #[serde(default)]
    pub throttle: Option<u32>,
    /// What becomes of a listener that doesn't answer.
    #[serde(default)]
    pub when_unheard: WhenUnheard,
    /// By which word a line is called all of whose units left.
    #[serde(default)]
    pub line_word: LineWord,
    /// What it writes to buyers, and as whom.
    #[serde(default)]
    pub mail: MailRules,
    /// Where buyers pay outside of here: an address with holes in braces for what it must be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_page: Option<String>,
}

/// By which word a line is called all of whose units left, by those who tell it in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineWord {
    /// Complete.
    #[default]
    Complete,
    /// Fulfilled.
    Fulfilled,
}

fn utc() -> String {
    "UTC".to_owned()
}

fn hash() -> String {
    "#".to_owned()
}

fn tie_breakers() -> Vec<TieBreaker> {
    TIE_BREAKERS.to_vec()
}

/// What becomes of work that a service declined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenDeclined {
    /// It stays there until somebody decides.
    #[default]
    Stay,
    /// It goes to another location that can ship all of it; it stays if there is none.
    Reroute,
}

/// What becomes of a listener that doesn't answer, however often it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenUnheard {
    /// It is told of what happens next; what it didn't hear waits for somebody to send it again.
    #[default]
    Keep,
    /// It is forgotten, after no more attempts than the API promises that it listens to.
    Remove,
}

/// What a command needs to have read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Orders by id.
    pub orders: Vec<OrderId>,
    /// Orders by one of their fulfillment orders.
    pub by_work: Vec<FulfillmentOrderId>,
    /// Fulfillments, each with its orders.
    pub fulfillments: Vec<FulfillmentId>,
    /// Every fulfillment of these orders.
    pub fulfillments_of: Vec<OrderId>,
    /// An order that came in under that key.
    pub source_key: Option<String>,
    /// Variants, with their stock.
    pub variants: Vec<VariantId>,
    /// Orders by one of their invoice lines.
    pub by_line: Vec<InvoiceLineId>,
    /// Prices.
    pub prices: Vec<PriceId>,
    /// A grant of access.
    pub access: Option<AccessGrantId>,
    /// Whether locations and services are needed.
    pub places: Places,
    /// Contacts, each by what it is named by; every contact that a key means.
    pub contacts: Vec<ContactKey>,
    /// Orders of a contact, and those that name no contact but were placed with its e-mail address.
    pub bought_by: Option<ContactId>,
    /// Drafts of edits by id, each with its order.
    pub drafts: Vec<DraftId>,
    /// Reservations, each by what it is named by.
    pub reservations: Vec<ReservationKey>,
    /// A listener, by id, and every listener beside.
    pub listeners: Option<ListenerId>,
    /// A service.
    pub service: Option<ServiceId>,
    /// A product.
    pub product: Option<ProductId>,
    /// A location: its stock, and whether open work is assigned to it.
    pub location: Option<LocationId>,
    /// Records by id.
    pub records: Vec<RecordId>,
    /// Runs of workflows.
    pub runs: Vec<RunId>,
    /// Records by kind and key.
    pub record_keys: Vec<(RecordKind, String)>,
}

/// Whether locations are read, and stock of the orders' articles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Places {
    /// No.
    #[default]
    None,
    /// Locations and services.
    Locations,
    /// Locations, services, and stock of the articles of every order read, and of those that drafts add.
    WithStock,
}

/// What was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// The shop.
    pub shop: Shop,
    /// Orders.
    pub orders: Vec<Order>,
    /// Fulfillments.
    pub fulfillments: Vec<Fulfillment>,
    /// The order that came in before under the same key.
    pub seen_before: Option<OrderId>,
    /// Locations; all of them, or none if the scope asked for none.
    pub locations: Vec<Location>,
    /// Services, likewise.
    pub services: Vec<Service>,
    /// Variants.
    pub variants: Vec<Variant>,
    /// Prices.
    pub prices: Vec<Price>,
    /// Grants of access.
    pub access: Vec<AccessGrant>,
    /// Products.
    pub products: Vec<Product>,
    /// Drafts of edits.
    pub drafts: Vec<Draft>,
    /// Reservations, be they over or not.
    pub reservations: Vec<Reservation>,
    /// Stock of the variants, and of the orders' articles or of a whole location if asked for.
    pub stock: Vec<Stock>,
    /// Whether open work is assigned to the location that was asked for.
    pub has_open_work: bool,
    /// Contacts.
    pub contacts: Vec<Contact>,
    /// Listeners.
    pub listeners: Vec<Listener>,
    /// Records.
    pub records: Vec<Record>,
    /// Runs of workflows.
    pub runs: Vec<Run>,
    /// Rules of routing that are on, if units are routed by what was read.
    pub rules: Vec<Rule>,
    /// How often stock or places had changed when this was read, if units are routed by what was read. The store
    /// keeps it with the units that go on waiting: they are tried again as soon as it has risen.
    pub changes: Option<i64>,
}

impl Snapshot {
    /// Nothing but the shop.
    pub fn of(shop: Shop) -> Self {
        Self {
            shop,
            orders: Vec::new(),
            fulfillments: Vec::new(),
            seen_before: None,
            locations: Vec::new(),
            services: Vec::new(),
            variants: Vec::new(),
            prices: Vec::new(),
            access: Vec::new(),
            products: Vec::new(),
            drafts: Vec::new(),
            reservations: Vec::new(),
            stock: Vec::new(),
            has_open_work: false,
            contacts: Vec::new(),
            listeners: Vec::new(),
            records: Vec::new(),
            runs: Vec::new(),
            rules: Vec::new(),
            changes: None,
        }
    }
}

impl Command {
    /// What must be read before it can be decided.
    pub fn scope(&self) -> Scope {
        let none = Scope::default();
        let of_work = |id: &FulfillmentOrderId| Scope { by_work: vec![*id], ..Scope::default() };
        match self {
            Command::Place(place) => Scope {
                source_key: place.placed.source_key.clone(),
                contacts: place.buyer.as_ref().map(SaveContact::meant).unwrap_or_default(),
                reservations: place.reservation_key().into_iter().collect(),
                variants: place.lines.iter().filter_map(|line| line.article.variant).collect(),
                places: Places::Locations,
                ..none
            },
            Command::Route(order) => Scope { orders: vec![*order], places: Places::WithStock, ..none },
            Command::Fulfill(fulfill) => Scope {
                by_work: fulfill.works.iter().map(|work| work.id).collect(),
                places: Places::Locations,
                ..none
            },
            Command::Track(track) => Scope { fulfillments: vec![track.fulfillment], ..none },
            Command::CancelFulfillment(id) | Command::DeleteFulfillment(id) => {
                Scope { fulfillments: vec![*id], places: Places::Locations, ..none }
            }
            Command::LearnTracking(id, _) | Command::ForgetDelivery(id, _) => {
                Scope { fulfillments: vec![*id], ..none }
            }
            Command::RecordDelivery(record) => Scope { fulfillments: vec![record.fulfillment], ..none },
            Command::CancelOrder(cancel) => {
                Scope { orders: vec![cancel.order], places: Places::Locations, ..none }
            }
            Command::Hold(hold) => of_work(&hold.fulfillment_order),
            Command::Open(id) | Command::RequestCancellation(id, _) | Command::RejectCancellation(id, _) => {
                of_work(id)
            }
            Command::Reschedule(id, _) => of_work(id),
            Command::SetDeadline(works, _) => Scope { by_work: works.clone(), ..none },
            Command::Release(id, _)
            | Command::AcceptRequest(id, _)
            | Command::CancelWork(id)
            | Command::AcceptCancellation(id, _)
            | Command::GiveUp(id, _)
            | Command::ReportProgress(id, _) => Scope { places: Places::Locations, ..of_work(id) },
            Command::PrepareForPickup(works) => {
                Scope { by_work: works.clone(), places: Places::Locations, ..none }
            }
            Command::Move(command) => {
                Scope { places: Places::WithStock, ..of_work(&command.fulfillment_order) }
            }
            Command::Reroute(command) => {
                Scope { by_work: command.works.clone(), places: Places::WithStock, ..none }
            }
            Command::EditOrder(edit) => {
                let added = edit.changes.iter().filter_map(|change| match change {
                    LineChange::Add(new) => new.article.variant,
                    LineChange::Set { .. } => None,
                });
                let (orders, variants) = (vec![edit.order], added.collect());
                Scope { orders, variants, places: Places::WithStock, ..none }
            }
            Command::BeginDraft(order) | Command::MarkPaid(order) => Scope { orders: vec![*order], ..none },
            Command::ChangeDraft(id, step) => {
                let variants = match step {
                    DraftStep::Add { new, .. } => new.article.variant.into_iter().collect(),
                    DraftStep::Set { .. } => Vec::new(),
                };
                Scope { drafts: vec![*id], variants, places: Places::Locations, ..none }
            }
            Command::CommitDraft(id, _) => Scope { drafts: vec![*id], places: Places::WithStock, ..none },
            Command::RejectRequest(id, _) => Scope { places: Places::WithStock, ..of_work(id) },
            Command::RequestFulfillment(request) => of_work(&request.fulfillment_order),
            Command::Split(splits) => {
                Scope { by_work: splits.iter().map(|split| split.id).collect(), ..none }
            }
            Command::Merge(merges) => Scope {
                by_work: merges.iter().flatten().map(|some| some.id).collect(),
                places: Places::Locations,
                ..none
            },
            Command::FulfillLines(command) => Scope {
                by_line: command.lines.iter().map(|(line, _)| *line).collect(),
                places: Places::WithStock,
                ..none
            },
            Command::FulfillOrder(command) => {
                Scope { orders: vec![command.order], places: Places::WithStock, ..none }
            }
            Command::GiveUpUnits(command) => of_work(&command.work),
            Command::AmendFulfillment(command) => Scope { fulfillments: vec![command.fulfillment], ..none },
            Command::Billing(command) => command.scope(),
            Command::Charging(command) => command.scope(),
            Command::SaveListener(listener) => Scope { listeners: Some(listener.id), ..none },
            Command::RemoveListener(id) => Scope { listeners: Some(*id), ..none },
            Command::SaveLocation(_) | Command::SaveService(..) | Command::EditService(_) => {
                Scope { places: Places::Locations, ..none }
            }
            // What is in the way is only read if it closes.
            Command::EditLocation(edit) => Scope {
                location: Some(edit.location).filter(|_| edit.active == Some(false)),
                places: Places::Locations,
                ..none
            },
            Command::SaveProduct(product, variants) => Scope {
                product: Some(product.id),
                variants: variants.iter().map(|variant| variant.id).collect(),
                ..none
            },
            Command::AmendOrder(command) => Scope { orders: vec![command.order], ..none },
            Command::CloseOrder(id) | Command::ReopenOrder(id) => Scope { orders: vec![*id], ..none },
            Command::DeleteOrder(id) => {
                Scope { orders: vec![*id], fulfillments_of: vec![*id], places: Places::Locations, ..none }
            }
            Command::SaveContact(command) => Scope { contacts: command.meant(), ..none },
            Command::DeleteContact(id) => Scope { contacts: vec![ContactKey::Id(*id)], ..none },
            Command::RedactContact(id) => {
                Scope { contacts: vec![ContactKey::Id(*id)], bought_by: Some(*id), ..none }
            }
            Command::DeactivateLocation(id, _)
            | Command::ActivateLocation(id)
            | Command::DeleteLocation(id) => Scope { location: Some(*id), places: Places::Locations, ..none },
            Command::DeleteService(command) => {
                Scope { location: Some(command.location), places: Places::Locations, ..none }
            }
            Command::SaveRecords(records) => {
                let key = |record: &Record| record.key.clone().map(|key| (record.kind, key));
                Scope {
                    records: records.iter().map(|record| record.id).collect(),
                    record_keys: records.iter().filter_map(key).collect(),
                    ..none
                }
            }
            Command::RemoveRecords(ids) => Scope { records: ids.clone(), ..none },
            Command::SaveWorkflow(_) => none,
            Command::AdvanceRun(run, _) => Scope {
                runs: vec![run.id],
                orders: run.order.into_iter().collect(),
                contacts: run.contact.map(ContactKey::Id).into_iter().collect(),
                records: run.course().into_iter().collect(),
                ..none
            },
            Command::ResumeRun(id) => Scope { runs: vec![*id], ..none },
            Command::SetStock(set) => Scope {
                variants: set.counts.iter().map(|count| count.variant).collect(),
                places: Places::Locations,
                ..none
            },
            Command::AdjustStock(adjust) => Scope {
                variants: adjust.steps.iter().map(|step| step.variant).collect(),
                places: Places::Locations,
                ..none
            },
            Command::StartStocking(StartStocking { variant, .. }) | Command::StopStocking(variant, _) => {
                Scope { variants: vec![*variant], places: Places::Locations, ..none }
            }
            Command::SetStocking(set) => {
                Scope { variants: vec![set.variant], places: Places::Locations, ..none }
            }
            Command::Reserve(reserve) => {
                let named = |name: &String| ReservationKey::Name(name.clone(), reserve.test);
                Scope {
                    reservations: reserve.name.iter().map(named).collect(),
                    variants: reserve.items.iter().map(|item| item.variant).collect(),
                    places: Places::Locations,
                    ..none
                }
            }
            Command::EndReservation(key) => Scope { reservations: vec![key.clone()], ..none },
            Command::ExpireReservation(id) => Scope { reservations: vec![ReservationKey::Id(*id)], ..none },
            Command::EditVariant(variant, _) => Scope { variants: vec![*variant], ..none },
        }
    }
}

impl Scope {
    /// Whether units are routed by what is read, so that the shop's rules must be known. Whoever comes by some work
    /// routes nothing unless stock is read too.
    pub fn routes(&self) -> bool {
        match self.places {
            Places::None => false,
            Places::Locations => self.by_work.is_empty(),
            Places::WithStock => true,
        }
    }
}

impl Place {
    /// What the reservation is found by that kept its units, if one did.
    pub(crate) fn reservation_key(&self) -> Option<ReservationKey> {
        self.reservation.clone().map(|name| ReservationKey::Name(name, self.placed.test))
    }
}

impl SaveContact {
    /// The contacts that it may be about: whom it names, and who may have the e-mail address already.
    pub(crate) fn meant(&self) -> Vec<ContactKey> {
        let named = match &self.whom {
            Whom::New => None,
            Whom::Known(key) | Whom::KnownOrNew(key) => Some(key.clone()),
        };
        let taken = self.changes.iter().filter_map(|change| match change {
            ContactChange::Email(Some(email)) => Some(ContactKey::Email(email.clone())),
            _ => None,
        });
        named.into_iter().chain(taken).collect()
    }
}
