//! `docs/states.md`: every cell in words.

use std::fmt::Write;

use crate::mutation::MUTATIONS;
use crate::recipe::{Place, RECIPES, Recipe};
use crate::{Cell, EXCEPTIONS, Outcome, Who};

const HEAD: &str = "\
# What may be done with a fulfillment order, and what becomes of it

<!-- Written by tests/tests/states: `UPDATE_DOCS=1 cargo nextest run -p scenarios -E 'binary(states)'` writes it anew. -->

Every cell of these tables was carried out over the API by a program; nothing is written by hand. A cell tells the status and the
request status that the fulfillment order has afterwards, and those of fulfillment orders that were made; or it was refused,
changed nothing, and the cell tells the message and the code. `{id}` is the fulfillment order's number.

The fulfillment order has two units left unless it says otherwise, beside it is another one of the same order, open, at the same location.
All that remains is asked for where a mutation can be told lines, but `fulfillmentOrderSplit` splits one unit off. There is stock everywhere.
`fulfillmentCreateV2` does what `fulfillmentCreate` does.

* *The merchant's program* has every scope and runs no service.
* *The service's program* runs the service and has only `read_assigned_fulfillment_orders` and `write_assigned_fulfillment_orders`.

![The states and what leads from one to another](states.svg)
";

const EXCEPTED: &str = "
## Supported actions

`supportedActions` lists an action exactly when it is done in the tables below, for whoever asks, with these exceptions. It is
advice, not a gate.

| action | state | why it is done without being listed |
|---|---|---|
";

/// The whole page.
pub fn markdown(cells: &[Cell]) -> String {
    let mut page = HEAD.to_owned();
    page.push_str(EXCEPTED);
    for (action, state, why) in EXCEPTIONS {
        // Writing to a string cannot fail; so for all below.
        let _ = writeln!(page, "| `{action}` | {state} | {why} |");
    }
    page.push_str("\nMutations without a supported action are listed nowhere: the answers of services, `fulfillmentOrderReschedule`, ");
    page.push_str("`fulfillmentOrdersReroute`, `fulfillmentOrdersSetFulfillmentDeadline`, `fulfillmentOrderLineItemsPreparedForPickup`.\n");
    let places = [
        (Place::Merchant, "At a location of the merchant's own"),
        (Place::Service, "At the location of a fulfillment service"),
    ];
    for (place, title) in places {
        let _ = write!(page, "\n## {title}\n");
        for recipe in RECIPES.iter().filter(|recipe| recipe.place == place) {
            state(&mut page, recipe, cells);
        }
    }
    page
}

fn state(page: &mut String, recipe: &'static Recipe, cells: &[Cell]) {
    let _ = write!(
        page,
        "\n### {}{}\n\n",
        recipe.title(),
        if recipe.place == Place::Merchant { "" } else { ", at a service" }
    );
    page.push_str(match recipe.place {
        Place::Merchant => "| mutation | the merchant's program |\n|---|---|\n",
        Place::Service => "| mutation | the merchant's program | the service's program |\n|---|---|---|\n",
    });
    for mutation in MUTATIONS {
        let _ = write!(page, "| `{}` |", mutation.root);
        let asked: &[Who] = match recipe.place {
            Place::Merchant => &[Who::Merchant],
            Place::Service => &[Who::Merchant, Who::Service],
        };
        for who in asked {
            let is_it = |cell: &&Cell| {
                std::ptr::eq(cell.recipe, recipe) && cell.who == *who && cell.root == mutation.root
            };
            let cell = cells.iter().find(is_it).expect("every cell was carried out");
            let _ = write!(page, " {} |", told(&cell.outcome));
        }
        page.push('\n');
    }
}

fn told(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Done { becomes, made } => {
            let new = made.iter().map(|(status, request)| format!(", made {status} / {request}"));
            format!("**{} / {}**{}", becomes.0, becomes.1, new.collect::<String>())
        }
        Outcome::Refused(message, code) => {
            // What every refused field says is long, and the same.
            let message = match message.split_once(" Required access: ") {
                Some((denied, _)) => denied,
                None => message,
            };
            let code = code.as_ref().map(|code| format!(" `{code}`")).unwrap_or_default();
            format!("{}{code}", message.replace('|', "\\|"))
        }
    }
}
