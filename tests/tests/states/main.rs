//! What every mutation does to a fulfillment order in every state: each cell is carried out by a program over the
//! API, and is either done, with one successor, or refused in so many words. `docs/states.md` is written from it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

mod mutation;
mod page;
mod picture;
mod recipe;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use domain::actor::{Permission, Permissions};
use domain::fulfillment_order::{FulfillmentOrder, LEGAL, Request};
use scenarios::cast::{Cast, Client, nameless};
use testkit::world::{HERE, THERE};

use mutation::{MUTATIONS, Mutation};
use recipe::{Made, Place, RECIPES, Recipe};

/// What is done although it isn't listed as a supported action: (the action, the state, why).
pub const EXCEPTIONS: &[(&str, &str, &str)] = &[
    (
        "CANCEL_FULFILLMENT_ORDER",
        "OPEN / UNSUBMITTED",
        "recorded so: work that nobody was asked for can be called off, which makes it anew, without being listed",
    ),
    (
        "CANCEL_FULFILLMENT_ORDER",
        "OPEN / REJECTED",
        "nobody is asked for it any more, so that it is like work that nobody was asked for",
    ),
];

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// The merchant's program: it may see and change everything, and runs no service.
    Merchant,
    /// The program that runs the service of the work, with nothing but the scopes of assigned work.
    Service,
}

/// A status and a request status.
pub type State = (String, String);

/// What came of a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done {
        /// The work's state afterwards.
        becomes: State,
        /// States of works that were made.
        made: Vec<State>,
    },
    /// It was refused: the message, and the code if it has one.
    Refused(String, Option<String>),
}

/// A cell.
pub struct Cell {
    /// The state that the work was in.
    pub recipe: &'static Recipe,
    /// Who asked.
    pub who: Who,
    /// The mutation.
    pub root: &'static str,
    /// What came of it.
    pub outcome: Outcome,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_mutation_in_every_state() {
    let cast = Cast::new().await;
    let assigned = [Permission::ReadAssignedWork, Permission::WriteAssignedWork];
    let service = cast.key(Some(cast.server.app), Permissions::of(&assigned)).await;
    let merchant = cast.merchant();
    every_mutation_is_here();
    let mut cells = Vec::new();
    let mut listed_otherwise = BTreeSet::new();
    for recipe in RECIPES {
        let clients: &[(Who, &Client)] = match recipe.place {
            Place::Merchant => &[(Who::Merchant, &merchant)],
            Place::Service => &[(Who::Merchant, &merchant), (Who::Service, &service)],
        };
        for (who, client) in clients {
            for mutation in MUTATIONS {
                let made = recipe.make(&cast).await;
                let listed = supported(&cast, client, &made).await;
                let outcome = carried_out(&cast, client, recipe, mutation, &made).await;
                let done = matches!(outcome, Outcome::Done { .. });
                if let Some(action) = mutation.action
                    && listed.contains(action) != done
                {
                    let told =
                        format!("{action} on {} for {who:?}: listed {listed:?}, {outcome:?}", recipe.title());
                    let excepted =
                        |(of, state, _): &&(&str, &str, &str)| *of == action && *state == recipe.title();
                    let exception = EXCEPTIONS.iter().position(|row| excepted(&row)).filter(|_| done);
                    listed_otherwise.insert(exception.unwrap_or_else(|| panic!("{told}")));
                }
                cells.push(Cell { recipe, who: *who, root: mutation.root, outcome });
            }
        }
    }
    assert_eq!(listed_otherwise.len(), EXCEPTIONS.len(), "an exception is of no use any more");
    every_state_is_reached(&cells);
    println!("{} cells", cells.len());
    let findings = cast.served.engine.store().audit(cast.served.shop.id, |_| {}).await.unwrap();
    assert!(findings.is_empty(), "{findings:?}");
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    for (file, text) in [("states.md", page::markdown(&cells)), ("states.svg", picture::svg(&cells))] {
        let path = docs.join(file);
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            written == text,
            "docs/{file} is old: run UPDATE_DOCS=1 cargo nextest run -p scenarios -E 'binary(states)'"
        );
    }
}

/// The table has every mutation of fulfillment orders that the schema has.
fn every_mutation_is_here() {
    let types = scenarios::types::Types::of(shopify::SCHEMA, "2026-07");
    let of_work = types.get("Mutation").fields.keys().filter(|root| root.starts_with("fulfillmentOrder"));
    for root in of_work {
        assert!(MUTATIONS.iter().any(|mutation| mutation.root == root), "{root} is not in the table");
    }
}

/// Every pair that may be stored is reached, and no other: what a cell leads to is one of them too.
fn every_state_is_reached(cells: &[Cell]) {
    let pair = |stage: &str, request: &str| (stage.to_uppercase(), request.to_uppercase());
    let legal: BTreeSet<State> =
        LEGAL.iter().map(|(stage, request)| pair(stage.as_str(), request.as_str())).collect();
    let at = |place: Place| -> BTreeSet<State> {
        let of_place = RECIPES.iter().filter(|recipe| recipe.place == place);
        of_place.map(|recipe| (recipe.status(), recipe.request_status())).collect()
    };
    assert_eq!(at(Place::Service), legal, "every pair is reached at a service");
    for (_, request) in at(Place::Merchant) {
        assert_eq!(request, Request::Unsubmitted.as_str().to_uppercase());
    }
    for cell in cells {
        let Outcome::Done { becomes, made } = &cell.outcome else { continue };
        for state in made.iter().chain([becomes]) {
            assert!(legal.contains(state), "{} of {} leads to {state:?}", cell.root, cell.recipe.title());
        }
    }
}

/// The supported actions that the client is told of.
async fn supported(cast: &Cast, client: &Client, made: &Made) -> BTreeSet<String> {
    let document = format!(
        "{{ fulfillmentOrder(id: \"gid://shopify/FulfillmentOrder/{}\") {{ supportedActions {{ action }} }} }}",
        made.work.0
    );
    let answer = cast.ask(client, &document).await;
    let actions = answer["data"]["fulfillmentOrder"]["supportedActions"].as_array().cloned();
    let actions = actions.unwrap_or_else(|| panic!("{answer}"));
    actions.iter().map(|action| action["action"].as_str().unwrap().to_owned()).collect()
}

async fn carried_out(
    cast: &Cast,
    client: &Client,
    recipe: &Recipe,
    mutation: &Mutation,
    made: &Made,
) -> Outcome {
    let place = if recipe.place == Place::Merchant { THERE } else { HERE };
    let before = made.order(cast).await;
    let document = mutation.document(cast, made, place.0).await;
    let answer = cast.ask(client, &document).await;
    let after = made.order(cast).await;
    let told = format!("{} on {}: {answer}", mutation.root, recipe.title());
    let errors = &answer["data"][mutation.root]["userErrors"];
    let mut refused = answer["errors"].as_array().into_iter().chain(errors.as_array()).flatten();
    if let Some(error) = refused.next() {
        assert_eq!(before, after, "refused, and yet something changed: {told}");
        let code = error["code"].as_str().or(error["extensions"]["code"].as_str());
        assert_ne!(code, Some("INTERNAL_SERVER_ERROR"), "{told}");
        let message = error["message"].as_str().filter(|message| !message.is_empty());
        let names = BTreeMap::from([(made.work.0.to_string(), "{id}")]);
        return Outcome::Refused(nameless(message.expect(&told), &names), code.map(str::to_owned));
    }
    assert!(errors.is_array(), "neither done nor refused: {told}");
    // Every change of an order raises its version, with an event beside it.
    assert!(after.version > before.version, "done, and yet nothing changed: {told}");
    let state = |work: &FulfillmentOrder| {
        (work.stage_name().as_str().to_uppercase(), work.request.as_str().to_uppercase())
    };
    let becomes = after.fulfillment_order(made.work).map(state).unwrap();
    let new = after.fulfillment_orders.iter().filter(|work| before.fulfillment_order(work.id).is_none());
    Outcome::Done { becomes, made: new.map(state).collect() }
}
