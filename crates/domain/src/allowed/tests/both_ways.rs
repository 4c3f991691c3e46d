//! What [`check`] says and what the commands do is the same, both ways: in every state that may ever be stored, for
//! every kind of caller, an action is possible if and only if the command that does it isn't refused for the state or
//! for a missing permission.

use std::collections::BTreeSet;

use super::stage;
use crate::actor::{Actor, App, Permission, Permissions, visible, writable};
use crate::allowed::{Action, check, has_destination, mergeable, peers};
use crate::command::{Command, Reach};
use crate::fulfillment_order::{LEGAL, Progress, Request, Stage, StageName};
use crate::hold::{HOLDS_PER_APP, Hold};
use crate::id::{AppId, FulfillmentOrderId, LocationId};
use crate::moving::movable;
use crate::order::Order;
use crate::refusal::Refusal;
use crate::time::{HOUR, Time};
use crate::world::*;

/// How the lines of the work are, apart from its stage.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Lines {
    OneUnit,
    TwoUnits,
    PartlyFulfilled,
    /// Two units, and a second work beside it in the same state.
    WithPeer,
    /// Two units, and a second work beside it, which is closed.
    WithClosedPeer,
}

const LINES: [Lines; 5] =
    [Lines::OneUnit, Lines::TwoUnits, Lines::PartlyFulfilled, Lines::WithPeer, Lines::WithClosedPeer];

/// A work in a state, its lines as said.
struct Case {
    world: World,
    work: FulfillmentOrderId,
    told: String,
}

impl Case {
    fn order(&self) -> &Order {
        &self.world.orders[0]
    }

    /// The command that does `action`, with what it needs beside the state.
    fn command(&self, action: Action) -> Command {
        let (id, order) = (self.work, self.order());
        let fo = self.world.work(id);
        match action {
            Action::RequestFulfillment => requesting(id, &[]),
            Action::Fulfill => fulfilling(&[(id, None)], Reach::OneOrder),
            Action::Cancel => Command::CancelWork(id),
            Action::RequestCancellation => Command::RequestCancellation(id, None),
            Action::Accept => Command::AcceptRequest(id, None),
            Action::Reject => Command::RejectRequest(id, Default::default()),
            Action::AcceptCancellation => Command::AcceptCancellation(id, None),
            Action::RejectCancellation => Command::RejectCancellation(id, None),
            Action::GiveUp => Command::GiveUp(id, None),
            Action::Open => Command::Open(id),
            Action::Reschedule => Command::Reschedule(id, Time(self.world.now.0 + HOUR)),
            Action::ReportProgress => Command::ReportProgress(id, None),
            Action::ReleaseHold => Command::Release(id, Vec::new()),
            Action::Hold => holding(id, "a new one", &[]),
            Action::Move => moving(id, if fo.location == HERE { THERE } else { HERE }, &[]),
            Action::Reroute => rerouting(&[id], &[], &[]),
            Action::Split => Command::Split(vec![some(id, &[(fo.lines[0].id, 1)])]),
            Action::Merge => {
                let other = order.fulfillment_orders.iter().map(|fo| fo.id).find(|other| *other != id);
                Command::Merge(vec![vec![some(id, &[]), some(other.unwrap_or(id), &[])]])
            }
        }
    }
}

/// Stages with what they carry, where that matters.
fn stages(name: StageName) -> Vec<Stage> {
    let mut stages = vec![stage(name)];
    if name == StageName::InProgress {
        stages.push(Stage::InProgress { report: Some(Progress { note: None, app: None }) });
    }
    if let Stage::OnHold { holds } = &stages[0] {
        let of_merchant = |n| Hold { app: Some(AppId(1)), handle: format!("{n}"), ..holds[0].clone() };
        stages.push(Stage::OnHold { holds: (0..HOLDS_PER_APP).map(of_merchant).collect() });
    }
    stages
}

fn case(place: LocationId, stage: &Stage, request: Request, lines: Lines) -> Case {
    let mut world = World::new();
    let units = match lines {
        Lines::OneUnit => 1,
        Lines::TwoUnits | Lines::PartlyFulfilled => 2,
        Lines::WithPeer | Lines::WithClosedPeer => 3,
    };
    // Nobody counts them, so that stock is no reason against any move.
    let work = world.placed_work(&[(STICKER, units)]);
    let line = world.work(work).lines[0].id;
    if matches!(lines, Lines::WithPeer | Lines::WithClosedPeer) {
        world.run(&Actor::System, Command::Split(vec![some(work, &[(line, 1)])])).unwrap();
    }
    let works: Vec<_> = world.orders[0].fulfillment_orders.iter().map(|fo| fo.id).collect();
    for id in works {
        let fo = world.work_mut(id);
        (fo.location, fo.service) = (place, (place == SERVED).then_some(SERVICE));
        (fo.stage, fo.request) = (stage.clone(), request);
        if lines == Lines::WithClosedPeer && id != work {
            fo.stage = Stage::Closed;
            fo.lines[0].fulfilled = fo.lines[0].total;
        }
        if lines == Lines::PartlyFulfilled {
            fo.lines[0].fulfilled = 1;
        }
    }
    Case { world, work, told: format!("{stage:?} {request:?} at {place}, {lines:?}") }
}

/// Every state that may be stored, at both kinds of locations.
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, request) in LEGAL {
        for place in [HERE, SERVED] {
            for stage in stages(*name) {
                // Only services are talked to, and nobody but the merchant reports progress.
                let reported = matches!(stage, Stage::InProgress { report: Some(_) });
                let talks = *request != Request::Unsubmitted;
                if (place == HERE && talks) || (reported && (place == SERVED || talks)) {
                    continue;
                }
                cases.extend(LINES.map(|lines| case(place, &stage, *request, lines)));
            }
        }
    }
    cases
}

/// The server, and programs with every pair of the permissions that concern work: with the service and without.
fn callers() -> Vec<Actor> {
    let of_work: Vec<Permission> =
        Permission::ALL.iter().copied().filter(|p| p.as_str().ends_with("_fulfillment_orders")).collect();
    let mut sets: Vec<Permissions> = vec![Permissions::all(), Permissions::default()];
    for (at, one) in of_work.iter().enumerate() {
        sets.extend(of_work[at..].iter().map(|other| Permissions::of(&[*one, *other])));
    }
    let mut callers = vec![Actor::System];
    for permissions in sets {
        for (id, services) in [(1, Vec::new()), (2, vec![SERVICE])] {
            callers.push(Actor::App(App { id: AppId(id), permissions, services }));
        }
    }
    callers
}

/// Whether a refusal is about the state or the permission, and not about what else a command says.
fn is_about_state(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::NotAllowed(..)
            | Refusal::Unfulfillable(..)
            | Refusal::NoAccess(_)
            | Refusal::NotPermitted(_)
            | Refusal::Unknown(_)
    )
}

#[test]
fn what_is_possible_is_done_and_what_is_not_is_refused() {
    let (mut cells, mut done) = (0, BTreeSet::new());
    for mut case in cases() {
        for actor in callers() {
            for action in Action::ALL {
                let possible = check(action, case.order(), case.world.work(case.work), &actor);
                let command = case.command(action);
                let decided = case.world.decide(&actor, &command);
                let told = format!("{action:?} by {actor:?} on {}: {possible:?}", case.told);
                match &decided {
                    Ok(decision) => {
                        assert!(possible.is_ok(), "{told}, but it was done");
                        assert!(!decision.events.is_empty(), "{told}, and nothing was told of it");
                        done.insert(action);
                    }
                    Err(refusal) if possible.is_ok() => {
                        // The place that it would go to asks for a permission of its own.
                        let place = match action {
                            Action::Move => matches!(refusal, Refusal::NotPermitted(_)),
                            Action::Reroute => matches!(refusal, Refusal::NoPlace(_)),
                            _ => false,
                        };
                        assert!(place && !writable(&actor, None), "{told}, but {refusal:?}");
                    }
                    Err(refusal) => assert!(is_about_state(refusal), "{told}, but {refusal:?}"),
                }
                cells += 1;
            }
        }
    }
    println!("{cells} cells");
    assert_eq!(done.len(), Action::ALL.len(), "every action is possible somewhere: {done:?}");
}

#[test]
fn what_is_told_to_be_joinable_is_joined_and_nothing_else() {
    let mut joined = 0;
    for mut case in cases() {
        let id = case.work;
        let others: Vec<FulfillmentOrderId> =
            case.order().fulfillment_orders.iter().map(|fo| fo.id).filter(|other| *other != id).collect();
        let told: Vec<FulfillmentOrderId> = peers(case.order(), id).iter().map(|fo| fo.id).collect();
        for other in others {
            let command = Command::Merge(vec![vec![some(id, &[]), some(other, &[])]]);
            let decided = case.world.decide(&Actor::System, &command);
            assert_eq!(decided.is_ok(), told.contains(&other), "{}: {decided:?}", case.told);
            let both = mergeable(case.world.work(id), case.world.work(other));
            assert_eq!(both, told.contains(&other), "{}", case.told);
            joined += usize::from(decided.is_ok());
        }
    }
    assert!(joined > 0, "some are joined");
}

/// Stock aside, which everything has here: work goes wherever the list of places says that all of it can go, if the
/// caller may change work there, and nowhere else.
#[test]
fn work_goes_where_the_list_of_places_says_and_nowhere_else() {
    let (mut went, mut stayed) = (0, 0);
    for mut case in cases() {
        case.world.locations.iter_mut().find(|location| location.id == THERE).unwrap().active = false;
        for actor in callers() {
            let id = case.work;
            let fo = case.world.work(id).clone();
            let all: Vec<_> = fo.lines.iter().map(|line| (line.id, line.remaining())).collect();
            let locations = case.world.locations.clone();
            let places = movable(case.order(), &fo, &all, &locations, &[]);
            let may = check(Action::Move, case.order(), &fo, &actor).is_ok();
            let mut some_place = false;
            for (place, to) in places.iter().zip(&locations) {
                let told = may && place.takes_all().is_ok() && writable(&actor, to.service);
                let decided = case.world.decide(&actor, &moving(id, to.id, &[]));
                assert_eq!(decided.is_ok(), told, "{} to {} by {actor:?}: {decided:?}", case.told, to.id);
                some_place |= told;
                *(if told { &mut went } else { &mut stayed }) += 1;
            }
            let listed = may && has_destination(&fo, &locations, &actor);
            assert_eq!(listed, some_place, "{} by {actor:?}", case.told);
        }
    }
    assert!(went > 100 && stayed > 100, "{went} went, {stayed} stayed");
}

/// A place that could take some of the work takes those lines, and nothing of work that is held.
#[test]
fn held_work_goes_whole_or_not_at_all() {
    let mut world = World::new();
    let work = world.placed_work(&[(SHIRT, 2), (STICKER, 1)]);
    world.put(SHIRT, THERE, 1);
    for held in [false, true] {
        if held {
            world.run(&Actor::System, holding(work, "", &[])).unwrap();
        }
        let fo = world.work(work).clone();
        let all: Vec<_> = fo.lines.iter().map(|line| (line.id, line.remaining())).collect();
        let stock: Vec<_> = world.stock.values().copied().collect();
        let places = movable(&world.orders[0], &fo, &all, &world.locations[1..2], &stock);
        let can: Vec<_> = all
            .iter()
            .zip(&places[0].lines)
            .filter(|(_, (_, answer))| answer.is_ok())
            .map(|(one, _)| *one)
            .collect();
        assert_eq!(can.len(), 1, "{places:?}");
        assert!(world.decide(&Actor::System, &moving(work, THERE, &[])).is_err());
        let some = world.decide(&Actor::System, &moving(work, THERE, &can));
        assert_eq!(some.is_ok(), places[0].takes(&fo).is_ok(), "{some:?}");
        assert_eq!(some.is_ok(), !held);
    }
}

/// Who can't see work is told the same as if it weren't there, whatever is wanted.
#[test]
fn what_is_not_seen_is_not_there() {
    let mut unseen = 0;
    for mut case in cases() {
        for actor in callers() {
            if visible(&actor, case.world.work(case.work).service) {
                continue;
            }
            for action in Action::ALL {
                let command = case.command(action);
                let refusal = case.world.decide(&actor, &command).unwrap_err();
                let told = match action {
                    // Parcels have words of their own for it.
                    Action::Fulfill => matches!(refusal, Refusal::NoAccess(id) if id == case.work),
                    _ => matches!(refusal, Refusal::Unknown(_)),
                };
                assert!(told, "{action:?} by {actor:?} on {}: {refusal:?}", case.told);
                unseen += 1;
            }
        }
    }
    assert!(unseen > 1_000, "{unseen}");
}
