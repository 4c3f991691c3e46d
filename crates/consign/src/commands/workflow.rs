//! `consign workflow`: what the shop wants done whenever something happens, and how far it got every time.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::actor::Actor;
use domain::command::Command;
use domain::id::RunId;
use domain::snapshot::Shop;
use domain::workflow::{Conditions, Run, Step, Trigger, Workflow};
use engine::Engine;
use engine::mail::{Template, own_template};
use serde::Deserialize;

use crate::commands::Listing;
use crate::failure::{Exit, Failure};
use crate::installation::Where;
use crate::open_shop;
use crate::wording::moment;

/// Arguments of `consign workflow`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    at: Where,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Save a workflow; one of the same name is replaced, and what is under way goes on as it was
    Add(Add),
    /// List the workflows
    List(Listing),
    /// List the latest runs, newest first
    Runs(Listing),
    /// Show a run: its steps, what happened, and what comes next
    Show(One),
    /// Let a workflow rest: no run begins, and those under way wait
    Pause(Named),
    /// Let a workflow go on that rests
    Resume(Named),
    /// Let a run go on that failed
    Retry(One),
}

#[derive(Debug, clap::Args)]
struct Add {
    /// TOML, or JSON if its name ends in .json; docs/workflows.md says what is in it
    file: PathBuf,
}

#[derive(Debug, clap::Args)]
struct One {
    /// The run's id, from `consign workflow runs`
    id: i64,
}

#[derive(Debug, clap::Args)]
struct Named {
    /// The workflow's name
    name: String,
}

/// A workflow as it is written down.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    name: String,
    trigger: Trigger,
    #[serde(default)]
    when: Conditions,
    steps: Vec<Step>,
}

/// Saves, lists, shows, pauses, resumes.
pub fn run(args: &Args, file: Option<PathBuf>, out: &mut dyn Write) -> Result<(), Failure> {
    open_shop::with(file, &args.at, async |open| {
        let (engine, shop) = (open.engine().await?, &open.shop);
        match &args.verb {
            Verb::Add(add) => {
                let name = save(engine, shop, from_file(&add.file)?).await?;
                writeln!(out, "Saved. {name} begins with the next event that it waits for.")?;
            }
            Verb::List(wanted) => list(engine, shop, wanted.json, out).await?,
            Verb::Runs(wanted) => runs(engine, shop, wanted.json, out).await?,
            Verb::Show(one) => show(engine, shop, one.id, out).await?,
            Verb::Pause(named) => rest(engine, shop, &named.name, Rest::Begins, out).await?,
            Verb::Resume(named) => rest(engine, shop, &named.name, Rest::Ends, out).await?,
            Verb::Retry(one) => {
                execute(
                    engine,
                    shop,
                    &Command::ResumeRun(RunId(one.id)),
                    "the run hasn't failed, or isn't there",
                )
                .await?;
                writeln!(out, "Run {} goes on, within a second if a server runs.", one.id)?;
            }
        }
        Ok(())
    })
}

/// Reads a workflow as it is written down in TOML.
pub fn from_toml(text: &str) -> Result<Written, String> {
    toml::from_str(text).map_err(|error| error.to_string())
}

fn from_file(path: &Path) -> Result<Written, Failure> {
    let usage = |why: String| Failure::new(Exit::Usage, format!("{}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| usage(error.to_string()))?;
    match path.extension().is_some_and(|end| end == "json") {
        true => serde_json::from_str(&text).map_err(|error| usage(error.to_string())),
        false => from_toml(&text).map_err(usage),
    }
}

/// Saves a workflow; gives its name.
pub async fn save(engine: &Engine, shop: &Arc<Shop>, written: Written) -> Result<String, Failure> {
    let known = engine.store().workflows(shop.id).await?.into_iter().find(|own| own.name == written.name);
    let now = engine.now();
    let workflow = Workflow {
        id: match &known {
            Some(known) => known.id,
            None => engine.ids().fresh().await.map(domain::id::WorkflowId)?,
        },
        name: written.name,
        trigger: written.trigger,
        when: written.when,
        steps: written.steps,
        paused: known.as_ref().is_some_and(|known| known.paused),
        created_at: known.as_ref().map_or(now, |known| known.created_at),
        updated_at: now,
    };
    if let Some(trouble) = workflow.trouble() {
        return Err(Failure::new(Exit::Refused, trouble));
    }
    for step in &workflow.steps {
        let Step::Mail { template } = step else { continue };
        if Template::built_in(template).is_none() && own_template(engine, shop, template).await?.is_none() {
            let told = format!("there is no template {template}: save it with `consign mail template set`");
            return Err(Failure::new(Exit::Refused, told));
        }
    }
    let name = workflow.name.clone();
    execute(engine, shop, &Command::SaveWorkflow(Box::new(workflow)), "the workflow can't be carried out")
        .await?;
    Ok(name)
}

async fn execute(engine: &Engine, shop: &Arc<Shop>, command: &Command, refused: &str) -> Result<(), Failure> {
    let verdict = engine.execute(shop, &Actor::System, command).await?;
    verdict.map(drop).map_err(|_| Failure::new(Exit::Refused, refused))
}

async fn list(engine: &Engine, shop: &Shop, json: bool, out: &mut dyn Write) -> Result<(), Failure> {
    let workflows = engine.store().workflows(shop.id).await?;
    if workflows.is_empty() && !json {
        writeln!(out, "There is no workflow; `consign workflow add FILE` makes one.")?;
    }
    for workflow in &workflows {
        if json {
            writeln!(out, "{}", serde_json::json!(workflow))?;
        } else {
            let state = if workflow.paused { "paused" } else { "active" };
            let steps: Vec<&str> = workflow.steps.iter().map(Step::as_str).collect();
            let trigger = workflow.trigger.as_str();
            writeln!(out, "{}  {state}  when {trigger}: {}", workflow.name, steps.join(", "))?;
        }
    }
    Ok(())
}

async fn runs(engine: &Engine, shop: &Shop, json: bool, out: &mut dyn Write) -> Result<(), Failure> {
    let runs = engine.store().workflow_runs(shop.id, 100).await?;
    if runs.is_empty() && !json {
        writeln!(out, "Nothing was begun yet.")?;
    }
    for run in &runs {
        if json {
            writeln!(out, "{}", serde_json::json!(run))?;
        } else {
            writeln!(out, "{}", in_a_line(run))?;
        }
    }
    Ok(())
}

fn in_a_line(run: &Run) -> String {
    let next = run.due_at.map_or_else(String::new, |at| format!(", next {}", moment(at)));
    let (done, all) = (run.step.min(run.steps.len()), run.steps.len());
    let order = run.order.map_or_else(String::new, |order| format!("  order {order}"));
    format!(
        "{}  {}  {:7}  {done} of {all} steps{next}  {}{order}",
        run.id,
        moment(run.created_at),
        run.state.as_str(),
        run.name
    )
}

async fn show(engine: &Engine, shop: &Shop, id: i64, out: &mut dyn Write) -> Result<(), Failure> {
    let missing =
        || Failure::new(Exit::NotFound, format!("there is no run {id}; see `consign workflow runs`"));
    let run = engine.store().workflow_run(shop.id, RunId(id)).await?.ok_or_else(missing)?;
    writeln!(out, "{}", in_a_line(&run))?;
    for line in &run.log {
        let step = run.steps.get(line.step).map_or("", Step::as_str);
        writeln!(out, "  {}  step {} ({step}): {}", moment(line.at), line.step + 1, line.said.in_words())?;
    }
    let sent = engine.store().deliveries(shop.id, Some(domain::id::ListenerId(id)), 100).await?;
    for delivery in sent.iter().rev() {
        let (what, state) = (&delivery.what, delivery.state.as_str());
        writeln!(out, "  sent by step {}: delivery {} to {}, {state}", what.part + 1, what.id, what.url)?;
    }
    Ok(())
}

/// What becomes of a workflow's rest.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rest {
    Begins,
    Ends,
}

async fn rest(
    engine: &Engine,
    shop: &Arc<Shop>,
    name: &str,
    rest: Rest,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let known = engine.store().workflows(shop.id).await?.into_iter().find(|own| own.name == name);
    let missing =
        || Failure::new(Exit::NotFound, format!("there is no workflow {name}; see `consign workflow list`"));
    let known = known.ok_or_else(missing)?;
    let workflow = Workflow { paused: rest == Rest::Begins, updated_at: engine.now(), ..known };
    execute(engine, shop, &Command::SaveWorkflow(Box::new(workflow)), "the workflow can't be changed")
        .await?;
    let now = if rest == Rest::Begins { "rests" } else { "goes on" };
    writeln!(out, "{name} {now}.")?;
    Ok(())
}
