//! `Customer.orders`: pages of what contacts have ordered. They are loaded before anything is rendered, one for every
//! contact that is there and every field that asks.

use domain::contact::Contact;
use domain::id::{ContactId, OrderId};
use engine::query::{Column, Condition, OrderSort, Value};
use engine::{Engine, Error};
use graphql::{Field, FieldError, Out};

use crate::data::Data;
use crate::order::OrderNode;
use crate::page::{Asked, Connection, Row, names};
use crate::{query, search};

/// A page of what a contact has ordered, as one selected field asks for it.
pub(crate) struct OrderPage {
    contact: ContactId,
    wanted: Wanted,
    rows: Vec<(OrderId, Value)>,
}

/// What a field `orders` of a contact asks for.
#[derive(Clone, PartialEq)]
struct Wanted {
    asked: Asked,
    sort: OrderSort,
    query: String,
}

impl Wanted {
    fn of(field: &Field<'_>) -> Result<Self, FieldError> {
        let query = field.str_arg("query").unwrap_or_default().to_owned();
        Ok(Self { asked: query::asked_of_orders(field)?, sort: query::order_sort(field), query })
    }
}

/// Loads what these fields ask of the contacts that are here. Arguments that can't be a page are told where they are
/// rendered.
pub(crate) async fn load_orders(engine: &Engine, data: &mut Data, fields: &[Field<'_>]) -> Result<(), Error> {
    let contacts: Vec<ContactId> = data.contacts.keys().copied().collect();
    let context = search::Context::new(&data.shop, data.now);
    for wanted in fields.iter().filter_map(|field| Wanted::of(field).ok()) {
        for contact in &contacts {
            let mut search = search::parse(&wanted.query).for_orders(&context);
            search.conditions.push(Condition::OneOf(Column::ContactId, vec![contact.0.into()]));
            let rows = query::order_page(engine, data, &wanted.asked, wanted.sort, &search).await?;
            data.order_pages.push(OrderPage { contact: *contact, wanted: wanted.clone(), rows });
        }
    }
    Ok(())
}

/// The page that `field` asks of a contact.
pub(super) fn out<'d>(data: &'d Data, contact: &Contact, field: &Field<'_>) -> Result<Out<'d>, FieldError> {
    let wanted = Wanted::of(field)?;
    let mut pages = data.order_pages.iter();
    let page = pages.find(|page| page.contact == contact.id && page.wanted == wanted);
    let row = |(id, key): &(OrderId, Value)| {
        let order = data.orders.get(id)?;
        Some(Row::by(key.clone(), id.0, OrderNode { data, order }))
    };
    let rows = page.map_or(Vec::new(), |page| page.rows.iter().filter_map(row).collect());
    Ok(Out::object(Connection::of_page(names!("Order"), rows, &wanted.asked)))
}
