//! Given, when, then: workflows and their runs.

use super::*;
use crate::actor::Actor;
use crate::command::Command;
use crate::command::billing::PaymentOutcome;
use crate::record::{Record, RecordKind};
use crate::refusal::Refusal;
use crate::world::billing::*;
use crate::world::*;

fn workflow(trigger: &str, steps: Vec<Step>) -> Workflow {
    Workflow {
        id: WorkflowId(5),
        name: "Welcome".into(),
        trigger: trigger.to_owned().into(),
        when: Conditions::default(),
        steps,
        paused: false,
        created_at: Time(0),
        updated_at: Time(0),
    }
}

fn wait(seconds: i64) -> Step {
    Step::Wait { seconds }
}

#[test]
fn a_purchase_begins_it_and_conditions_narrow_it() {
    let mut world = shop();
    let id = world.place_billed(through_gateway(&[plan(COURSE, COURSE_MONTHLY, 1)]));
    let paid = world.answer(id, PaymentOutcome::Succeeded);
    let (event, order) = (&paid.events[0], world.order(id));
    let begins = |when: Conditions| {
        let own = Workflow { when, ..workflow("successful_purchase", vec![wait(1)]) };
        own.begins(event, Some(order), None)
    };
    let any = Conditions::default;
    assert!(begins(any()));
    for (holds, when) in [
        (true, Conditions { order: Some(Kind::Subscription), ..any() }),
        (false, Conditions { order: Some(Kind::OneTime), ..any() }),
        (true, Conditions { variants: vec![1, COURSE.0], ..any() }),
        (false, Conditions { variants: vec![SHIRT.0], ..any() }),
        (true, Conditions { at_least: Some(900), ..any() }),
        (false, Conditions { at_least: Some(901), ..any() }),
        (true, Conditions { mode: Some(Mode::Live), ..any() }),
        (false, Conditions { mode: Some(Mode::Test), ..any() }),
        (false, Conditions { tag: Some("vip".into()), ..any() }),
        (false, Conditions { channel: Some("pos".into()), ..any() }),
    ] {
        assert_eq!(begins(when.clone()), holds, "{when:?}");
    }
    let named = |trigger: &str| workflow(trigger, vec![wait(1)]).begins(event, Some(order), None);
    assert!(named("payment") && !named("order_placed"));
    let rests = Workflow { paused: true, ..workflow("payment", vec![wait(1)]) };
    assert!(!rests.begins(event, Some(order), None));
}

#[test]
fn what_can_not_be_carried_out_is_told() {
    for (own, told) in [
        (workflow("moon_rise", vec![wait(1)]), "nothing is called moon_rise"),
        (workflow("payment", vec![]), "it must have 1 to 50 steps"),
        (workflow("payment", vec![wait(1), wait(0)]), "step 2 waits too short or too long"),
        (Workflow { name: " ".into(), ..workflow("payment", vec![wait(1)]) }, "it has no name"),
    ] {
        assert_eq!(own.trouble().as_deref(), Some(told));
    }
    assert_eq!(workflow("payment", vec![wait(1)]).trouble(), None);
}

/// A run about the buyer of a subscription.
fn running(world: &mut World, steps: Vec<Step>) -> Run {
    let order = world.place_billed(through_gateway(&[plan(COURSE, COURSE_MONTHLY, 1)]));
    let run = Run {
        id: RunId(77),
        workflow: WorkflowId(5),
        name: "Welcome".into(),
        event: EventId(1),
        order: Some(order),
        contact: Some(BUYER),
        steps,
        step: 0,
        state: RunState::Waiting,
        due_at: Some(world.now),
        failures: 0,
        log: Vec::new(),
        created_at: world.now,
        updated_at: world.now,
        version: 0,
    };
    world.runs.push(run.clone());
    run
}

fn advance(world: &mut World) -> Result<crate::decide::Decision, Refusal> {
    let run = world.runs[0].clone();
    world.run(&Actor::System, Command::AdvanceRun(Box::new(run), Ok(())))
}

#[test]
fn every_step_is_done_once_at_its_time() {
    let mut world = shop();
    let steps = vec![
        Step::TagContact { tag: "customer".into() },
        Step::TagOrder { tag: "welcomed".into() },
        wait(3_600),
        Step::Call { url: "https://example.com".into() },
    ];
    let run = running(&mut world, steps);
    advance(&mut world).unwrap();
    advance(&mut world).unwrap();
    assert_eq!(world.contacts[0].tags, ["customer"]);
    assert_eq!(world.order(run.order.unwrap()).placed.tags, ["welcomed"]);
    advance(&mut world).unwrap();
    assert_eq!(advance(&mut world).unwrap_err(), Refusal::NothingToDo, "it waits");
    world.now = world.now.plus(HOUR);
    let called = advance(&mut world).unwrap();
    let sends = Sends::Call("https://example.com".into());
    assert!(
        called.events[0]
            .facts
            .iter()
            .any(|fact| matches!(fact, Fact::RunStep { sends: own, step: 3, .. } if *own == sends))
    );
    assert_eq!((world.runs[0].state, world.runs[0].log.len()), (RunState::Done, 4));
    assert_eq!(advance(&mut world).unwrap_err(), Refusal::NothingToDo, "it is over");
    // What a run causes begins no other.
    assert!(!workflow("run_step", vec![wait(1)]).begins(&called.events[0], None, None));
}

#[test]
fn a_step_that_fails_is_tried_again_and_then_stops_until_somebody_says_so() {
    let mut world = shop();
    running(&mut world, vec![Step::Enroll { course: 900 }]);
    for wait in RETRIES {
        advance(&mut world).unwrap();
        assert_eq!(
            (world.runs[0].state, &world.runs[0].log.last().unwrap().said),
            (RunState::Waiting, &Said::NoCourse)
        );
        world.now = world.now.plus(wait);
    }
    advance(&mut world).unwrap();
    assert_eq!((world.runs[0].state, world.runs[0].due_at), (RunState::Failed, None));
    let course = Record {
        id: crate::id::RecordId(900),
        kind: RecordKind::Course,
        parent: None,
        other: None,
        name: "Course".into(),
        key: None,
        archived: false,
        body: serde_json::Value::Null,
        created_at: world.now,
        updated_at: world.now,
    };
    world.run(&Actor::System, Command::SaveRecords(vec![course])).unwrap();
    world.run(&Actor::System, Command::ResumeRun(RunId(77))).unwrap();
    advance(&mut world).unwrap();
    assert_eq!(world.runs[0].state, RunState::Done);
    assert!(world.access.iter().any(|grant| grant.contact == BUYER && grant.target.id == 900));
    assert_eq!(world.refused(&Actor::System, Command::ResumeRun(RunId(77))), Refusal::NothingToDo);
}

#[test]
fn a_mail_that_can_not_be_written_fails_the_run_and_goes_out_once_it_can() {
    let mut world = shop();
    world.contacts[0].email = Some("jane@buyer.example".into());
    running(&mut world, vec![Step::Mail { template: "welcome".into() }]);
    let tried = |world: &mut World, writable: Result<(), String>| {
        let run = Box::new(world.runs[0].clone());
        world.run(&Actor::System, Command::AdvanceRun(run, writable))
    };
    let why = "subject: undefined value (line 1)";
    for wait in RETRIES {
        let failed = tried(&mut world, Err(why.into())).unwrap();
        assert!(failed.events.is_empty(), "nothing is sent: {:?}", failed.events);
        world.now = world.now.plus(wait);
    }
    tried(&mut world, Err(why.into())).unwrap();
    assert_eq!(world.runs[0].state, RunState::Failed);
    let said = world.runs[0].log.last().unwrap().said.in_words();
    assert_eq!(said, format!("the mail can't be written: {why}"));
    world.run(&Actor::System, Command::ResumeRun(RunId(77))).unwrap();
    // What is known of the mail is known of the run as it was.
    let old = Run { version: 0, ..world.runs[0].clone() };
    let late = Command::AdvanceRun(Box::new(old), Ok(()));
    assert_eq!(world.refused(&Actor::System, late), Refusal::NothingToDo);
    let sent = tried(&mut world, Ok(())).unwrap();
    let is_mail = |fact: &Fact| matches!(fact, Fact::RunStep { sends: Sends::Mail(_), .. });
    assert!(sent.events[0].facts.iter().any(is_mail));
    assert_eq!(world.runs[0].state, RunState::Done);
}

#[test]
fn nothing_begins_for_somebody_who_was_forgotten() {
    let mut world = shop();
    let saved = world.contacts[0].clone();
    let order = world.place_billed(through_gateway(&[plan(COURSE, COURSE_MONTHLY, 1)]));
    let paid = world.answer(order, PaymentOutcome::Succeeded);
    let own = workflow("successful_purchase", vec![wait(1)]);
    let order = Some(world.order(order));
    assert!(own.begins(&paid.events[0], order, Some(&saved)));
    let forgotten = Contact { redacted_at: Some(Time(1)), ..saved };
    assert!(!own.begins(&paid.events[0], order, Some(&forgotten)));
}
