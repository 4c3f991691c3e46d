//! Workflows: from an event to what is sent, once on any number of nodes.

use domain::command::Command;
use domain::id::{RecordId, WorkflowId};
use domain::record::{Record, RecordKind};
use domain::time::Time;
use domain::workflow::{Conditions, RunState, Step, Workflow};
use testkit::receiver::Receiver;
use testkit::world::{self, STICKER};

use crate::bench::{Bench, SECONDS, bench, workers};

testkit::on_both! { bench:
    a_run_begins_once_and_goes_on_at_its_time
    nothing_goes_on_while_a_workflow_rests
    a_template_that_breaks_fails_the_run_visibly_and_the_mail_goes_out_once_it_is_mended
    what_is_over_is_forgotten_after_a_while
}

async fn saved(bench: &Bench, url: &str, paused: bool) {
    let steps = vec![
        Step::TagOrder { tag: "seen".into() },
        Step::Wait { seconds: 60 },
        Step::Call { url: url.into() },
    ];
    bench.run(&Command::SaveWorkflow(Box::new(Workflow { paused, ..workflow(steps) }))).await;
}

async fn saved_with(bench: &Bench, steps: Vec<Step>) {
    bench.run(&Command::SaveWorkflow(Box::new(workflow(steps)))).await;
}

fn workflow(steps: Vec<Step>) -> Workflow {
    Workflow {
        id: WorkflowId(800),
        name: "Seen".into(),
        trigger: "order_placed".to_owned().into(),
        when: Conditions::default(),
        steps,
        paused: false,
        created_at: Time(0),
        updated_at: Time(0),
    }
}

async fn a_run_begins_once_and_goes_on_at_its_time(bench: Bench) {
    let receiver = Receiver::start().await;
    saved(&bench, &format!("{}/hook", receiver.url()), false).await;
    let order = bench.place(world::order(&[(STICKER, 1)])).await;
    let other = bench.another().await;
    for wait in [0, 59, 2] {
        bench.clock().advance(wait * SECONDS);
        for _ in 0..4 {
            let (here, there) = (workers(), workers());
            let (here, there) = tokio::join!(bench.engine.work_off(&here), other.work_off(&there));
            here.unwrap();
            there.unwrap();
        }
        assert_eq!(receiver.requests().len(), usize::from(wait == 2), "after {wait}");
    }
    let request = receiver.requests().remove(0);
    assert_eq!(request.json()["order"]["name"], order.name.as_str());
    let runs = bench.engine.store().workflow_runs(bench.shop.id, 10).await.unwrap();
    assert_eq!(runs.len(), 1);
    assert_eq!((runs[0].state, runs[0].log.len()), (RunState::Done, 3));
    assert_eq!(request.header("Idempotency-Key"), Some(&*format!("run-{}-3", runs[0].id)));
    assert_eq!(bench.order(order.id).await.placed.tags, ["seen"]);
}

async fn nothing_goes_on_while_a_workflow_rests(bench: Bench) {
    let receiver = Receiver::start().await;
    let url = format!("{}/hook", receiver.url());
    saved(&bench, &url, false).await;
    bench.place(world::order(&[(STICKER, 1)])).await;
    for _ in 0..3 {
        bench.engine.work_off(&workers()).await.unwrap();
    }
    saved(&bench, &url, true).await;
    bench.clock().advance(120 * SECONDS);
    bench.place(world::order(&[(STICKER, 1)])).await;
    bench.engine.work_off(&workers()).await.unwrap();
    assert!(receiver.requests().is_empty());
    saved(&bench, &url, false).await;
    for _ in 0..3 {
        bench.engine.work_off(&workers()).await.unwrap();
    }
    assert_eq!(receiver.requests().len(), 1, "what was under way goes on; the other never began");
}

async fn template(bench: &Bench, subject: &str) {
    let record = Record {
        id: RecordId(900),
        kind: RecordKind::MessageTemplate,
        parent: None,
        other: None,
        name: "thanks".into(),
        key: Some("thanks".into()),
        archived: false,
        body: serde_json::json!({ "subject": subject, "text": "Thanks.", "html": "<p>Thanks.</p>" }),
        created_at: Time(0),
        updated_at: Time(0),
    };
    bench.run(&Command::SaveRecords(vec![record])).await;
}

async fn a_template_that_breaks_fails_the_run_visibly_and_the_mail_goes_out_once_it_is_mended(bench: Bench) {
    template(&bench, "Thanks, {{ buyer.frist_name }}").await;
    saved_with(
        &bench,
        vec![Step::Mail { template: "thanks".into() }, Step::TagOrder { tag: "thanked".into() }],
    )
    .await;
    let mut place = world::order(&[(STICKER, 1)]);
    place.placed.email = Some("jane@example.com".into());
    let order = bench.place(place).await;
    let run = || async {
        for _ in 0..3 {
            bench.engine.work_off(&workers()).await.unwrap();
        }
        bench.engine.store().workflow_runs(bench.shop.id, 10).await.unwrap().remove(0)
    };
    for wait in [0, 60, 600, 3_600] {
        assert_eq!(bench.engine.store().failed_runs(bench.shop.id).await.unwrap(), 0);
        bench.clock().advance(wait * SECONDS);
        run().await;
    }
    let failed = run().await;
    assert_eq!((failed.state, failed.step, failed.log.len()), (RunState::Failed, 0, 4));
    let why = failed.log[3].said.in_words();
    assert!(why.starts_with("the mail can't be written: subject: `buyer.frist_name` is undefined"), "{why}");
    assert_eq!(bench.engine.store().failed_runs(bench.shop.id).await.unwrap(), 1);
    assert!(bench.order(order.id).await.placed.tags.is_empty(), "what comes after it waits");
    template(&bench, "Thanks, {{ buyer.first_name or 'you' }}").await;
    bench.run(&Command::ResumeRun(failed.id)).await;
    assert_eq!(run().await.state, RunState::Done);
    let mails = bench.engine.store().deliveries_by(bench.shop.id, engine::mail::CHANNEL, 10).await.unwrap();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].what.body.contains("Thanks, you"), "{}", mails[0].what.body);
    assert_eq!(bench.order(order.id).await.placed.tags, ["thanked"]);
}

async fn what_is_over_is_forgotten_after_a_while(bench: Bench) {
    let tag = |tag: &str| Step::TagOrder { tag: tag.into() };
    saved_with(&bench, vec![tag("seen"), Step::Wait { seconds: 86_400 }, tag("seen twice")]).await;
    bench.place(world::order(&[(STICKER, 1)])).await;
    for _ in 0..3 {
        bench.engine.work_off(&workers()).await.unwrap();
    }
    let store = bench.engine.store();
    let later = bench.engine.now().plus(1);
    assert_eq!(store.forget_runs(bench.shop.id, later).await.unwrap(), 0, "it is under way");
    bench.clock().advance(90_000 * SECONDS);
    bench.engine.work_off(&workers()).await.unwrap();
    let now = bench.engine.now();
    assert_eq!(store.forget_runs(bench.shop.id, now).await.unwrap(), 0, "it has just ended");
    assert_eq!(store.forget_runs(bench.shop.id, now.plus(1)).await.unwrap(), 1);
    assert!(store.workflow_runs(bench.shop.id, 10).await.unwrap().is_empty());
}
