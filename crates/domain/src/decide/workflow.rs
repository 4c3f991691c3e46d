//! Workflows are saved, and their runs go on: one step for one command, and only when it is due, so that it doesn't
//! matter how many servers look for something to do.

use super::{Change, Outcome, Write};
use crate::access::{AccessGrant, Origin, Target, TargetKind};
use crate::contact::Contact;
use crate::event::{AccessNews, Fact};
use crate::id::{AccessGrantId, RunId};
use crate::record::RecordKind;
use crate::refusal::{Field, Refusal, Thing};
use crate::tags;
use crate::time::SECOND;
use crate::workflow::{Line, RETRIES, Run, RunState, Said, Sends, Step, Workflow};

pub(super) fn save(change: &mut Change<'_, '_>, workflow: &Workflow) -> Result<Outcome, Refusal> {
    if workflow.trouble().is_some() {
        return Err(Refusal::Malformed(Field::Name, "is no workflow that could be carried out"));
    }
    change.writes.push(Write::Workflow(Box::new(workflow.clone())));
    Ok(Outcome::Done)
}

/// Does the next step of a run, if it is due and the run is still as it was read: what is known of its mail is known of
/// that step only.
pub(super) fn advance(
    change: &mut Change<'_, '_>,
    read: &Run,
    writable: &Result<(), String>,
) -> Result<Outcome, Refusal> {
    let mut run = found(change, read.id)?;
    if run.version != read.version || run.due_at.is_none_or(|due| due > change.now) {
        return Err(Refusal::NothingToDo);
    }
    let said = match (run.steps.get(run.step).cloned(), writable) {
        (Some(Step::Mail { .. }), Err(why)) => Said::Unwritable(why.clone()),
        (Some(step), _) => perform(change, &run, &step),
        (None, _) => Said::Done,
    };
    let done = said == Said::Done;
    run.log.push(Line { at: change.now, step: run.step, said });
    if done {
        let waits = match run.steps.get(run.step) {
            Some(Step::Wait { seconds }) => seconds.saturating_mul(SECOND),
            _ => 0,
        };
        (run.step, run.failures) = (run.step + 1, 0);
        let over = run.step >= run.steps.len();
        run.state = if over { RunState::Done } else { RunState::Waiting };
        run.due_at = (!over).then(|| change.now.plus(waits));
    } else {
        let again = RETRIES.get(run.failures);
        run.failures += 1;
        run.state = if again.is_some() { RunState::Waiting } else { RunState::Failed };
        run.due_at = again.map(|wait| change.now.plus(*wait));
    }
    written(change, run)
}

/// Lets a run go on that had failed.
pub(super) fn resume(change: &mut Change<'_, '_>, id: RunId) -> Result<Outcome, Refusal> {
    let mut run = found(change, id)?;
    if run.state != RunState::Failed {
        return Err(Refusal::NothingToDo);
    }
    run.log.push(Line { at: change.now, step: run.step, said: Said::Resumed });
    (run.state, run.failures, run.due_at) = (RunState::Waiting, 0, Some(change.now));
    written(change, run)
}

fn found(change: &Change<'_, '_>, id: RunId) -> Result<Run, Refusal> {
    let run = change.snapshot.runs.iter().find(|run| run.id == id);
    run.cloned().ok_or(Refusal::Unknown(Thing::Run(id)))
}

fn written(change: &mut Change<'_, '_>, mut run: Run) -> Result<Outcome, Refusal> {
    run.updated_at = change.now;
    run.version += 1;
    change.writes.push(Write::Run(Box::new(run)));
    Ok(Outcome::Done)
}

/// Does a step, or says why it can't be done; then nothing was changed.
fn perform(change: &mut Change<'_, '_>, run: &Run, step: &Step) -> Said {
    let contact = run.contact.and_then(|id| change.snapshot.contacts.iter().find(|known| known.id == id));
    let order = run.order.and_then(|id| change.snapshot.orders.iter().find(|known| known.id == id));
    let told =
        |sends| Fact::RunStep { run: run.id, step: run.step, order: run.order, contact: run.contact, sends };
    match step {
        Step::Wait { .. } => {}
        Step::Mail { template } => {
            let said = order.and_then(|order| order.placed.email.as_ref());
            if said.or(contact.and_then(|contact| contact.email.as_ref())).is_none() {
                return Said::NoAddress;
            }
            change.facts.push(told(Sends::Mail(template.clone())));
        }
        Step::Call { url } => change.facts.push(told(Sends::Call(url.clone()))),
        Step::TagContact { tag } => {
            let Some(contact) = contact else { return Said::NoContact };
            let tags = tags::with(&contact.tags, std::slice::from_ref(tag));
            if tags != contact.tags {
                let (updated_at, version) = (change.now, contact.version + 1);
                let tagged = Contact { tags, updated_at, version, ..contact.clone() };
                change.facts.extend([told(Sends::Nothing), Fact::ContactUpdated { contact: tagged.id }]);
                change.writes.push(Write::Contact(Box::new(tagged)));
            }
        }
        Step::TagOrder { tag } => {
            let Some(order) = order else { return Said::NoOrder };
            let tags = tags::with(&order.placed.tags, std::slice::from_ref(tag));
            if tags != order.placed.tags {
                let Ok(touched) = change.order(order.id) else { return Said::NoOrder };
                touched.order.placed.tags = tags;
                touched.facts.push(told(Sends::Nothing));
            }
        }
        Step::Enroll { course } => {
            let Some(contact) = contact else { return Said::NoContact };
            let is = |kind| change.snapshot.records.iter().any(|one| one.id.0 == *course && one.kind == kind);
            if !is(RecordKind::Course) {
                return Said::NoCourse;
            }
            let (grant, target) =
                (change.ids.fresh::<AccessGrantId>(), Target { kind: TargetKind::Course, id: *course });
            let (contact, news) = (contact.id, AccessNews::Granted);
            change.facts.extend([told(Sends::Nothing), Fact::Access { grant, contact, target, news }]);
            change.writes.push(Write::Access(Box::new(AccessGrant {
                id: grant,
                contact,
                target,
                origin: Origin::ByHand,
                suspended: None,
                created_at: change.now,
                updated_at: change.now,
                revoked_at: None,
            })));
        }
    }
    Said::Done
}
