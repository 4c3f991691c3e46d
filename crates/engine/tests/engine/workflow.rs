//! Workflows: from an event to what is sent, once on any number of nodes.

use domain::command::Command;
use domain::id::WorkflowId;
use domain::time::Time;
use domain::workflow::{Conditions, RunState, Step, Workflow};
use testkit::receiver::Receiver;
use testkit::world::{self, STICKER};

use crate::bench::{Bench, SECONDS, bench, workers};

testkit::on_both! { bench:
    a_run_begins_once_and_goes_on_at_its_time
    nothing_goes_on_while_a_workflow_rests
}

async fn saved(bench: &Bench, url: &str, paused: bool) {
    let steps = vec![
        Step::TagOrder { tag: "seen".into() },
        Step::Wait { seconds: 60 },
        Step::Call { url: url.into() },
    ];
    bench
        .run(&Command::SaveWorkflow(Box::new(Workflow {
            id: WorkflowId(800),
            name: "Seen".into(),
            trigger: "order_placed".to_owned().into(),
            when: Conditions::default(),
            steps,
            paused,
            created_at: Time(0),
            updated_at: Time(0),
        })))
        .await;
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
