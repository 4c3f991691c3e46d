//! `fulfillmentCreate`: units leave.

use domain::command::{Command, Fulfill, FulfillWork, Reach};
use domain::decide::Outcome;
use domain::fulfillment::Tracking;
use domain::id::{FulfillmentOrderId, FulfillmentOrderLineId};
use domain::refusal::{Refusal, Thing};
use engine::Done;
use graphql::{Field, FieldError, Input as Value};

use crate::answer::{Answer, UserError};
use crate::id::of_kind;
use crate::mutation::{Input, Kind, Planned, plain};

pub(crate) fn plan(field: &Field<'_>, payload: &'static str) -> Input {
    let kind = Kind { payload, errors: "UserError", done, refused };
    let Some(input) = field.arg("fulfillment") else { return Input::Refused(kind, Vec::new()) };
    let works = input.get("lineItemsByFulfillmentOrder").and_then(Value::as_list).unwrap_or_default();
    let works = match works.iter().map(work).collect::<Result<Vec<_>, _>>() {
        Ok(works) => works,
        Err(error) => return Input::Failed(error),
    };
    if works.is_empty() {
        let path = "fulfillment.lineItemsByFulfillmentOrder";
        let error = UserError::at(path, "At least one fulfillment order must be given");
        return Input::Refused(kind, vec![error]);
    }
    let command = Command::Fulfill(Fulfill {
        works,
        reach: Reach::OneOrder,
        trackings: input.get("trackingInfo").map_or_else(Vec::new, trackings),
        notify_buyer: input.get("notifyCustomer").and_then(Value::as_bool).unwrap_or(false),
        message: field.str_arg("message").map(str::to_owned),
        origin: input
            .get("originAddress")
            .filter(|origin| !origin.is_null())
            .map(crate::order_create::address),
    });
    Input::Planned(Box::new(Planned { command, kind }))
}

fn work(input: &Value) -> Result<FulfillWork, FieldError> {
    let id = input.get("fulfillmentOrderId").and_then(Value::as_str).unwrap_or_default();
    let id = of_kind("FulfillmentOrder", id).ok_or_else(invalid)?;
    let lines = input.get("fulfillmentOrderLineItems").and_then(Value::as_list);
    let line = |line: &Value| {
        let id = line.get("id").and_then(Value::as_str).unwrap_or_default();
        let id = of_kind("FulfillmentOrderLineItem", id).ok_or_else(invalid)?;
        let quantity = line.get("quantity").and_then(Value::as_int).unwrap_or(0);
        Ok((FulfillmentOrderLineId(id), quantity))
    };
    // No lines are all lines, and so is an empty list.
    let lines = lines.filter(|lines| !lines.is_empty());
    let lines =
        lines.map(|lines| lines.iter().map(line).collect::<Result<Vec<_>, FieldError>>()).transpose()?;
    Ok(FulfillWork { id: FulfillmentOrderId(id), lines })
}

/// This one mutation says it in lower case and without the id.
fn invalid() -> FieldError {
    FieldError::new("invalid id").code("RESOURCE_NOT_FOUND")
}

/// Numbers and links pair up in order; the company is that of all of them.
pub(crate) fn trackings(input: &Value) -> Vec<Tracking> {
    let text = |name: &str| input.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let list = |many: &str, one: &str| -> Vec<&str> {
        let many = input.get(many).and_then(Value::as_list).unwrap_or_default();
        let many: Vec<&str> = many.iter().filter_map(Value::as_str).collect();
        if many.is_empty() { text(one).into_iter().collect() } else { many }
    };
    let (numbers, urls, company) = (list("numbers", "number"), list("urls", "url"), text("company"));
    let many = numbers.len().max(urls.len()).max(usize::from(company.is_some()));
    (0..many)
        .map(|i| {
            let (number, url) = (numbers.get(i).copied(), urls.get(i).copied());
            let known = domain::carrier::resolve(company, number, url, None, None);
            Tracking { company: known.company, number: number.map(str::to_owned), url: known.url }
        })
        .collect()
}

fn done(done: &Done) -> Vec<(&'static str, Answer)> {
    match done.outcome {
        Outcome::Fulfillment(id) => vec![("fulfillment", Answer::Fulfillment(id))],
        _ => Vec::new(),
    }
}

fn refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    let mut error = plain(refusal);
    error.field = Some(match refusal {
        Refusal::QuantityNotPositive((work, line)) => {
            let path = ["fulfillment", "lineItemsByFulfillmentOrder"].map(str::to_owned).into_iter();
            path.chain([
                work.to_string(),
                "fulfillmentOrderLineItems".into(),
                line.to_string(),
                "quantity".into(),
            ])
            .collect()
        }
        _ => vec!["fulfillment".to_owned()],
    });
    // Work that may not be seen is told like work that may not be touched.
    if let Refusal::Unknown(Thing::FulfillmentOrder(_)) = refusal {
        error.message = "Fulfillment order does not exist.".to_owned();
    }
    vec![error]
}
