//! `tagsAdd` and `tagsRemove`, for orders, customers and products; and how clients write tags.

use domain::amend::{AmendOrder, OrderChange};
use domain::command::Command;
use domain::contact::{ContactChange, ContactKey, SaveContact, Whom};
use domain::decide::Outcome;
use domain::id::{ContactId, OrderId, ProductId};
use domain::product::Product;
use domain::refusal::{Refusal, Thing};
use engine::{Done, Engine, Error};
use graphql::{Field, FieldError, Input as Value};

use crate::access;
use crate::answer::{Answer, UserError};
use crate::data::Data;
use crate::mutation::{Input, Kind, Planned, plain};

const ADD: Kind = Kind { payload: "TagsAddPayload", errors: "UserError", done, refused };
const REMOVE: Kind = Kind { payload: "TagsRemovePayload", ..ADD };

/// Which way tags go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    On,
    Off,
}

/// Reads the mutation. What may be tagged is told by the id; the right to change that is asked for.
pub(crate) async fn plan(engine: &Engine, data: &Data, field: &Field<'_>, way: Way) -> Result<Input, Error> {
    let gid = field.str_arg("id").unwrap_or_default();
    let tags = read(field.arg("tags"));
    let kind = if way == Way::On { ADD } else { REMOVE };
    let planned = |command| Ok(Input::Planned(Box::new(Planned { command, kind })));
    let denied = |scope: &str| {
        Ok(Input::Failed(access::denied(field.name(), Some(&format!("`{scope}` access scope.")))))
    };
    let may = |permission: domain::actor::Permission| data.actor.may(permission);
    use domain::actor::Permission::{WriteContacts, WriteOrders, WriteProducts};
    match crate::id::parse(gid) {
        Some(("Order", _)) if !may(WriteOrders) => denied("write_orders"),
        Some(("Order", id)) => {
            let change =
                if way == Way::On { OrderChange::AddTags(tags) } else { OrderChange::RemoveTags(tags) };
            planned(Command::AmendOrder(AmendOrder { order: OrderId(id), changes: vec![change] }))
        }
        Some(("Customer", _)) if !may(WriteContacts) => denied("write_customers"),
        Some(("Customer", id)) => {
            let whom = Whom::Known(ContactKey::Id(ContactId(id)));
            let change =
                if way == Way::On { ContactChange::AddTags(tags) } else { ContactChange::RemoveTags(tags) };
            planned(Command::SaveContact(Box::new(SaveContact { whom, changes: vec![change] })))
        }
        Some(("Product", _)) if !may(WriteProducts) => denied("write_products"),
        Some(("Product", id)) => {
            let Some(product) = engine.products(&data.shop, &[ProductId(id)]).await?.pop() else {
                let unknown = UserError::at("id", "Product does not exist");
                return Ok(Input::Refused(kind, vec![unknown]));
            };
            let tags = match way {
                Way::On => domain::tags::with(&product.tags, &tags),
                Way::Off => domain::tags::without(&product.tags, &tags),
            };
            planned(Command::SaveProduct(Product { tags, ..product }, Vec::new()))
        }
        _ => Ok(Input::Failed(FieldError::new("invalid id").code("RESOURCE_NOT_FOUND"))),
    }
}

fn done(done: &Done) -> Vec<(&'static str, Answer)> {
    match done.outcome {
        Outcome::Order(id) => vec![("node", Answer::Order(id))],
        Outcome::Contact(id) => vec![("node", Answer::Customer(id))],
        Outcome::Product(id) => vec![("node", Answer::Product(id))],
        _ => Vec::new(),
    }
}

fn refused(refusal: &Refusal, _: &Command) -> Vec<UserError> {
    vec![match refusal {
        Refusal::Unknown(Thing::Order(_)) => UserError::at("id", "Order does not exist"),
        Refusal::Unknown(Thing::Contact) => UserError::at("id", "Customer does not exist"),
        Refusal::Malformed(_, what) => UserError::at("tags", format!("Tag {what}")),
        other => plain(other),
    }]
}

/// Tags as clients write them: a list, and in each of its texts several with commas between.
pub(crate) fn read(input: Option<&Value>) -> Vec<String> {
    let texts = input.and_then(Value::as_list).unwrap_or_default().iter().filter_map(Value::as_str);
    domain::tags::cleaned(texts.flat_map(|text| text.split(',')))
}
