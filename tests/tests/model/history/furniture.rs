//! What the shop has beside the furniture of every test.

use domain::command::Command;
use domain::command::billing::BillingCommand;
use domain::id::{AppId, VariantId};
use domain::location::Service;
use domain::price::{Cycle, Recurrence};
use testkit::billing::ONCE;
use testkit::world::{self, HERE, MUG, SERVED, SHIRT, THERE};

use crate::generate::{OTHER_SERVED, SHIRT_MONTHLY, SHIRT_ONCE};
use crate::who::OTHER_SERVICE;

/// Units in the shelves at the beginning.
pub(super) const STOCK: [(VariantId, domain::id::LocationId, i64); 5] = [
    (SHIRT, HERE, 25),
    (SHIRT, THERE, 25),
    (MUG, SERVED, 60),
    (MUG, OTHER_SERVED, 15),
    (SHIRT, OTHER_SERVED, 5),
];

/// What the shop has beside the furniture: a second service, more stock, and what is billed.
pub(super) fn more_furniture() -> Vec<Command> {
    let (name, handle) = ("Other".to_owned(), "other".to_owned());
    let other = Service {
        id: OTHER_SERVICE,
        app: AppId(3),
        name,
        handle,
        location: OTHER_SERVED,
        ..world::service()
    };
    let known = |variant, at| {
        if (variant, at) == (MUG, SERVED) || variant == SHIRT && at != OTHER_SERVED { 10 } else { 0 }
    };
    let more = STOCK.map(|(variant, at, units)| (variant, at, units - known(variant, at)));
    let price = |id, recurrence| {
        let price = domain::price::Price { variant: SHIRT, ..testkit::billing::price(id, 3_100, recurrence) };
        Command::Billing(BillingCommand::SavePrice(Box::new(price)))
    };
    let every = domain::calendar::Every { count: 1, interval: domain::calendar::Interval::Month };
    let monthly = Recurrence::Subscription(Cycle { every, periods: None, trial: None });
    debug_assert_eq!(ONCE.0, 200, "prices are counted from there");
    let mut commands = vec![Command::SaveService(other, world::location(OTHER_SERVED, 4))];
    commands.push(Command::correct_stock(more.to_vec()));
    commands.extend(testkit::billing::furniture());
    commands.extend([price(SHIRT_ONCE, Recurrence::OneTime), price(SHIRT_MONTHLY, monthly)]);
    commands
}
