//! `FulfillmentOrderLocationForMove`: where work could go, and why not elsewhere. The answer is the one that moving it
//! would be given.

use domain::actor::Actor;
use domain::allowed::{Action, check};
use domain::event::LineQuantity;
use domain::id::FulfillmentOrderLineId;
use domain::location::Location;
use domain::moving::{Obstacle, movable};
use graphql::{Field, FieldError, Input, Object, Out};

use crate::fulfillment_order::line::WorkLine;
use crate::fulfillment_order::{WorkNode, obstacle, reason};
use crate::id::of_kind;
use crate::location::LocationNode;
use crate::page::{Connection, Row, names};
use crate::search::{self, Context};
use crate::shop::Count;
use crate::words::missing;

/// A location that work could go to, or can't.
pub(crate) struct Destination<'d> {
    of: WorkNode<'d>,
    pub(crate) location: &'d Location,
    lines: Vec<(FulfillmentOrderLineId, Result<(), Obstacle>)>,
    /// Why nothing of it can go there; or else why some of it can't.
    pub(crate) message: Option<String>,
    pub(crate) movable: bool,
}

/// Where work could go. Inactive locations are only told of when they are named.
pub(crate) fn all<'d>(of: WorkNode<'d>, field: &Field<'_>) -> Result<Connection<'d>, FieldError> {
    let WorkNode { data, work, .. } = of;
    let lines: Vec<i64> = ids(field, "lineItemIds", "FulfillmentOrderLineItem");
    let named: Option<Vec<i64>> = field
        .arg("locationIds")
        .filter(|given| !given.is_null())
        .map(|_| ids(field, "locationIds", "Location"));
    let asked: Vec<LineQuantity> = work
        .lines
        .iter()
        .filter(|line| line.remaining() > 0 && (lines.is_empty() || lines.contains(&line.id.0)))
        .map(|line| (line.id, line.remaining()))
        .collect();
    let context = Context::new(&data.shop, data.now);
    let search = search::parse(field.str_arg("query").unwrap_or_default());
    let search = search.for_fields(&crate::location::SEARCHED, &context);
    let shown = |location: &Location| {
        named.as_ref().map_or(location.active, |named| named.contains(&location.id.0))
            && search.matches(&|name| crate::location::fact(location, name))
    };
    let rows = possible(of, &asked, shown).map(|found| Row::new(found.location.id.0, found));
    Connection::of_all(names!("FulfillmentOrderLocationForMove"), rows.collect(), field)
}

/// What is said of each location that is shown, about lines and quantities of the work.
pub(crate) fn possible<'d>(
    of: WorkNode<'d>,
    asked: &[LineQuantity],
    shown: impl Fn(&Location) -> bool,
) -> impl Iterator<Item = Destination<'d>> {
    let WorkNode { data, order, work } = of;
    // Whoever asks may lack the right to move it, which others have.
    let may = check(Action::Move, order, work, &Actor::System).map_err(reason);
    let found = movable(order, work, asked, &data.locations, &data.stock);
    let all = data.locations.iter().zip(found).filter(move |(location, _)| shown(location));
    all.map(move |(location, found)| {
        let some = found.takes(work);
        let message = match (&may, some.and(found.takes_all())) {
            (_, Err(Obstacle::Here)) => Some(obstacle(Obstacle::Here).to_owned()),
            (Err(why), _) => Some(format!("The fulfillment order can't be moved: {why}.")),
            (Ok(()), Err(why)) => Some(obstacle(why).to_owned()),
            (Ok(()), Ok(())) => None,
        };
        let movable = may.is_ok() && some.is_ok();
        Destination { of, location, lines: found.lines, message, movable }
    })
}

fn ids(field: &Field<'_>, argument: &str, kind: &str) -> Vec<i64> {
    let gids = field.arg(argument).and_then(Input::as_list).unwrap_or_default();
    gids.iter().filter_map(|gid| of_kind(kind, gid.as_str().unwrap_or_default())).collect()
}

impl<'d> Destination<'d> {
    /// The lines that can go there, or those that can't.
    fn lines(&self, can: bool) -> impl Iterator<Item = WorkLine<'d>> {
        let WorkNode { data, order, work } = self.of;
        let lines = self.lines.iter().filter(move |(_, answer)| (answer.is_ok() && self.movable) == can);
        lines.filter_map(move |(id, _)| Some(WorkLine { data, order, work, line: work.line(*id)? }))
    }

    fn connection<'a>(&'a self, can: bool, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let rows = self.lines(can).map(|line| Row::new(line.line.id.0, line)).collect();
        Ok(Out::object(Connection::of_all(names!("FulfillmentOrderLineItem"), rows, field)?))
    }
}

impl Object for Destination<'_> {
    fn type_name(&self) -> &'static str {
        "FulfillmentOrderLocationForMove"
    }

    fn field<'a>(&'a self, field: &Field<'_>) -> Result<Out<'a>, FieldError> {
        let count = |can: bool| Out::object(Count::exact(self.lines(can).count() as i64));
        Ok(match field.name() {
            "availableLineItems" => self.connection(true, field)?,
            "availableLineItemsCount" => count(true),
            "location" => Out::object(LocationNode { data: self.of.data, location: self.location }),
            "message" => self.message.as_deref().map_or(Out::Null, Out::from),
            "movable" => Out::Bool(self.movable),
            "unavailableLineItems" => self.connection(false, field)?,
            "unavailableLineItemsCount" => count(false),
            other => return Err(missing("FulfillmentOrderLocationForMove", other)),
        })
    }
}
