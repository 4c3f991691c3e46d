//! What is wanted of shelves, places, people and what is kept beside orders.

use domain::command::{
    AdjustStock, Command, DeleteService, EditLocation, EditService, Leftover, Reserve, SetStock, SetStocking,
    StartStocking, StockCount, StockMeasure, StockStep, Stocked, Unstocked, VariantEdit,
};
use domain::contact::{ContactChange, ContactKey, SaveContact, Whom};
use domain::id::{
    AppId, ListenerId, LocationId, ProductId, RecordId, ReservationId, RunId, ServiceId, VariantId,
    WorkflowId,
};
use domain::location::{Location, Service};
use domain::record::{Record, RecordKind};
use domain::reservation::{ReservationKey, ReservedItem, TooFew};
use domain::stock::{StockCause, StockState};
use domain::time::HOUR;
use domain::workflow::{Run, RunState, Step, Trigger, Workflow};
use serde_json::Value;
use testkit::world::{self, HERE, SERVICE, THERE};

use super::{MORE, NOWHERE, Situation};
use crate::told::DIALECT;

/// An article that is counted at times, and at times not.
pub const CAP: VariantId = VariantId(105);
/// Services that come and go, and where they are.
const MORE_SERVICES: [(ServiceId, LocationId); 2] =
    [(ServiceId(32), LocationId(24)), (ServiceId(33), LocationId(25))];

impl Situation<'_> {
    pub(super) fn on_shelves(&mut self, kind: &str) -> Option<Command> {
        let unstocked = if self.chance.one_in(4) { Unstocked::Refuse } else { Unstocked::Begin };
        Some(match kind {
            "set stock" => {
                let counts = (0..self.chance.within(1..3)).map(|_| self.count()).collect();
                Command::SetStock(SetStock { cause: StockCause::default(), unstocked, counts })
            }
            "adjust stock" => {
                let steps = (0..self.chance.within(1..3)).map(|_| self.correction()).collect();
                Command::AdjustStock(AdjustStock { cause: StockCause::default(), unstocked, steps })
            }
            "start stocking" => {
                let opening = (StockMeasure::OnHand, self.chance.within(0..9));
                let opening = self.chance.one_in(2).then_some(opening);
                let (variant, location) = (self.article(), self.place());
                Command::StartStocking(StartStocking { variant, location, opening })
            }
            "set stocking" => {
                let stocked = |chance: &mut testkit::chance::Chance| {
                    if chance.one_in(3) { Stocked::No } else { Stocked::Yes }
                };
                let places = (0..self.chance.within(1..4)).map(|_| (self.place(), stocked(self.chance)));
                let places = places.collect();
                Command::SetStocking(SetStocking { variant: self.article(), places })
            }
            "stop stocking" => Command::StopStocking(self.article(), self.place()),
            "edit variant" => {
                let grams = self.chance.one_in(4).then_some(-1);
                let edit =
                    VariantEdit { tracked: Some(self.chance.one_in(2)), grams, ..VariantEdit::default() };
                Command::EditVariant(if self.chance.one_in(8) { VariantId(NOWHERE) } else { CAP }, edit)
            }
            "save product" => {
                let mut product = world::product(ProductId(92));
                if self.chance.one_in(3) {
                    product.title = " ".into();
                }
                Command::SaveProduct(product, vec![world::variant(CAP)])
            }
            "reserve" => self.reserving(),
            "end reservation" => {
                let (name, test) = self.reservation();
                Command::EndReservation(ReservationKey::Name(name, test))
            }
            "expire reservation" => {
                let known: Vec<ReservationId> = self.shop.reservations.values().map(|own| own.id).collect();
                Command::ExpireReservation(self.chance.pick(&known).unwrap_or(ReservationId(NOWHERE)))
            }
            _ => return None,
        })
    }

    fn reserving(&mut self) -> Command {
        let mut items = Vec::new();
        for _ in 0..self.chance.within(1..4) {
            let (variant, bad) = (self.article(), self.chance.one_in(30));
            let quantity = if bad { 0 } else { self.chance.within(1..6) };
            let too_few = if self.chance.one_in(4) { TooFew::SellOn } else { TooFew::Refuse };
            items.push(ReservedItem { variant, quantity, too_few });
        }
        let name = (!self.chance.one_in(6)).then(|| format!("cart {}", self.chance.below(8)));
        Command::Reserve(Box::new(Reserve {
            name,
            test: self.chance.one_in(5),
            items,
            destination: None,
            expires_at: self.now.plus(self.chance.within(0..7) * HOUR),
        }))
    }

    /// The name of a reservation, be it there or not.
    pub(super) fn reservation(&mut self) -> (String, bool) {
        let known: Vec<(String, bool)> = self.shop.reservations.keys().cloned().collect();
        let some = self.chance.pick(&known).filter(|_| !self.chance.one_in(6));
        some.unwrap_or_else(|| (format!("cart {}", self.chance.below(8)), false))
    }

    fn count(&mut self) -> StockCount {
        let (variant, location) = (self.article(), self.place());
        let measure = if self.chance.one_in(2) { StockMeasure::OnHand } else { StockMeasure::Available };
        let expected = self.chance.one_in(4).then(|| self.chance.clone().within(0..12));
        StockCount { variant, location, measure, quantity: self.chance.within(-1..25), expected }
    }

    fn correction(&mut self) -> StockStep {
        let (variant, location) = (self.article(), self.place());
        let state = match self.chance.below(10) {
            0 => StockState::Reserved,
            1 => StockState::Damaged,
            2 => StockState::SafetyStock,
            3 => StockState::QualityControl,
            4 => StockState::Incoming,
            _ => StockState::Available,
        };
        let by = if self.chance.one_in(30) { 3_000_000_000 } else { self.chance.within(-3..9) };
        let expected = self.chance.one_in(6).then(|| self.chance.clone().within(0..12));
        StockStep { variant, location, state, by, expected, ledger: None }
    }

    pub(super) fn around(&mut self, kind: &str) -> Option<Command> {
        let more = self.chance.pick(&MORE)?;
        Some(match kind {
            "save location" => Command::SaveLocation(self.location(more)),
            "edit location" => {
                let location = if self.chance.one_in(2) { more } else { self.place() };
                let name = if self.chance.one_in(4) {
                    format!("Location {HERE}")
                } else {
                    format!("At {}", self.word())
                };
                let ships_orders = (location != HERE && self.chance.one_in(2)).then(|| self.chance.one_in(2));
                let (name, address, custom_fields) = (Some(name), None, vec![]);
                let active = None;
                Command::EditLocation(EditLocation {
                    location,
                    name,
                    address,
                    ships_orders,
                    active,
                    custom_fields,
                })
            }
            "deactivate location" => {
                let to = self.chance.one_in(2).then(|| self.place());
                let id = if self.chance.one_in(3) { THERE } else { more };
                Command::DeactivateLocation(if self.chance.one_in(8) { self.place() } else { id }, to)
                    .unless_here()
            }
            "activate location" => {
                let resting = self.resting();
                Command::ActivateLocation(self.chance.pick(&resting).unwrap_or(more))
            }
            "delete location" => {
                let resting = self.resting();
                let id = self.chance.pick(&resting).filter(|_| !self.chance.one_in(4));
                Command::DeleteLocation(id.unwrap_or_else(|| self.place()))
            }
            "save service" => {
                let (id, at) = self.chance.pick(&MORE_SERVICES)?;
                let name = if self.chance.one_in(6) { "Served".to_owned() } else { format!("Service {id}") };
                let (handle, app) = (format!("service-{id}"), AppId(2));
                let service = Service { id, name, handle, app, location: at, ..world::service() };
                Command::SaveService(service, world::location(at, 9))
            }
            "edit service" => {
                let (id, _) = self.chance.pick(&MORE_SERVICES)?;
                let service = if self.chance.one_in(4) { SERVICE } else { id };
                let name = format!("Service {}", self.word());
                Command::EditService(EditService {
                    service,
                    name: Some(name),
                    callback_url: None,
                    gives_tracking: None,
                    gives_stock: None,
                    requires_shipping: None,
                })
            }
            "delete service" => {
                let (service, location) = self.chance.pick(&MORE_SERVICES)?;
                let leftover = match self.chance.below(4) {
                    0 => Leftover::Discard,
                    1 => Leftover::Transfer(None),
                    _ => Leftover::Transfer(Some(self.place())),
                };
                Command::DeleteService(DeleteService { service, location, leftover })
            }
            "save listener" => {
                let id = 50 + self.chance.below(4) as i64;
                let mut listener = world::listener(id, DIALECT, &format!("http://listener-{id}.example/"));
                listener.topic = self.chance.pick(&["everything", "fulfillment_created"])?.to_owned();
                listener.app = AppId(1);
                Command::SaveListener(listener)
            }
            "remove listener" => Command::RemoveListener(ListenerId(50 + self.chance.below(5) as i64)),
            "save contact" => self.contact(),
            "delete contact" => Command::DeleteContact(self.contact_id()),
            "redact contact" => Command::RedactContact(self.contact_id()),
            "save records" => {
                Command::SaveRecords((0..self.chance.within(1..3)).map(|_| self.record()).collect())
            }
            "remove records" => {
                let some = (0..self.chance.within(1..3)).map(|_| RecordId(60 + self.chance.below(6) as i64));
                Command::RemoveRecords(some.collect())
            }
            "save workflow" => self.workflow(),
            "advance run" => {
                let due = self.runs.iter().filter(|run| run.due_at.is_some_and(|at| at <= self.now));
                let due: Vec<_> = due.cloned().collect();
                let run = self.chance.pick(&due).or_else(|| self.chance.pick(self.runs))?;
                let writable = if self.chance.one_in(8) { Err("nobody wrote it".to_owned()) } else { Ok(()) };
                Command::AdvanceRun(Box::new(run), writable)
            }
            "resume run" => {
                let failed = self.runs.iter().filter(|run| run.state == RunState::Failed).cloned();
                let failed: Vec<Run> = failed.collect();
                let run = self.chance.pick(&failed).or_else(|| self.chance.pick(self.runs));
                let run = run.map_or(RunId(NOWHERE), |run| run.id);
                Command::ResumeRun(run)
            }
            _ => return None,
        })
    }

    /// Locations out of service.
    fn resting(&self) -> Vec<LocationId> {
        let resting = self.shop.places.iter().filter(|(_, place)| !place.active);
        resting.map(|(id, _)| *id).collect()
    }

    fn location(&mut self, id: LocationId) -> Location {
        let known = self.shop.places.get(&id);
        let (active, ships_orders) = known.map_or((true, true), |place| (place.active, place.ships));
        let name = if self.chance.one_in(5) { format!("Location {HERE}") } else { format!("Place {id}") };
        Location { active, ships_orders, name, ..world::location(id, id.0) }
    }

    fn contact(&mut self) -> Command {
        let taken: Vec<String> = self.shop.contacts.values().flatten().cloned().collect();
        let email = match self.chance.below(4) {
            0 => self.chance.pick(&taken).unwrap_or_else(|| "nobody".to_owned()),
            1 => "nobody".to_owned(),
            _ => format!("{}@Buyer.example", self.word()),
        };
        let whom = match self.chance.below(3) {
            0 => Whom::New,
            1 => Whom::Known(ContactKey::Id(self.contact_id())),
            _ => Whom::KnownOrNew(ContactKey::Email(format!("{}@buyer.example", self.word()))),
        };
        let changes = vec![ContactChange::FirstName(Some(self.word())), ContactChange::Email(Some(email))];
        Command::SaveContact(Box::new(SaveContact { whom, changes }))
    }

    fn record(&mut self) -> Record {
        let id = RecordId(60 + self.chance.below(5) as i64);
        Record {
            id,
            kind: RecordKind::OrderTag,
            parent: None,
            other: None,
            name: if self.chance.one_in(10) { "x".repeat(256) } else { "tag".to_owned() },
            key: Some(self.chance.below(8).to_string()),
            archived: false,
            body: Value::Null,
            created_at: self.now,
            updated_at: self.now,
        }
    }

    fn workflow(&mut self) -> Command {
        let id = 80 + self.chance.below(2) as i64;
        let steps = match id {
            _ if self.chance.one_in(5) => vec![],
            // There is no such course, so it fails until it is given up.
            80 => vec![Step::Enroll { course: NOWHERE }],
            _ => vec![Step::TagOrder { tag: "seen".into() }, Step::Wait { seconds: 60 }],
        };
        Command::SaveWorkflow(Box::new(Workflow {
            id: WorkflowId(id),
            name: format!("Workflow {id}"),
            trigger: Trigger::Fact("fulfillment_created".into()),
            when: Default::default(),
            steps,
            paused: false,
            created_at: self.now,
            updated_at: self.now,
        }))
    }
}

/// The merchant's first location stays: orders must have somewhere to go.
trait UnlessHere {
    fn unless_here(self) -> Self;
}

impl UnlessHere for Command {
    fn unless_here(self) -> Self {
        match self {
            Command::DeactivateLocation(HERE, to) => Command::DeactivateLocation(LocationId(NOWHERE), to),
            other => other,
        }
    }
}
