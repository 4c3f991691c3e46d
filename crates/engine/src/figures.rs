//! Figures of a shop: what came in, what was taken, what waits, and how often deadlines were met. Each says what it
//! counts ([`DEFINITIONS`]), and none counts a test order: see [`store::figures`].
//!
//! Days are those of the shop's time zone. Money is never added up over currencies.

use std::collections::BTreeMap;

use domain::calendar::DAY;
use domain::money::{self, Currency, Minor};
use domain::snapshot::Shop;
use domain::time::Time;
use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use store::figures::{Deadlines, InSlot, Moved};

use crate::{Engine, Error};

/// The most days that are counted at once.
pub const MOST_DAYS: i32 = 366;
/// How many days are counted if nobody says.
pub const USUAL_DAYS: i32 = 30;
/// The ages by which what waits is counted.
pub const AGES: [&str; 4] = ["under_1_day", "1_to_3_days", "3_to_7_days", "over_7_days"];

/// What each figure counts.
pub const DEFINITIONS: [(&str, &str); 4] = [
    (
        "orders",
        "Orders by the day on which they were placed, cancelled ones included. Test orders are not counted.",
    ),
    (
        "revenue",
        "Money that moved, by the day on which it moved and by currency: successful sales and captures, less refunds. Of \
         orders and invoices that were paid elsewhere, what their books call paid. Test orders are not counted.",
    ),
    (
        "on_time",
        "Of the work whose deadline passed on a day, the share all of whose units left by then. Work that was given up is \
         left out, work without a deadline too. Test orders are not counted.",
    ),
    (
        "backlog",
        "Work that is open now with units left to send, by location and by the time since its order was placed; and orders \
         of which units have no location yet. Work that is scheduled for later is left out. Test orders are not counted.",
    ),
];

/// Some days in a row, as the shop's calendar has them; at least one, at most [`MOST_DAYS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Period {
    /// The first.
    pub from: Date,
    /// The last.
    pub to: Date,
}

/// Why there is no such period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadPeriod {
    /// A date isn't written like 2026-11-22.
    Date,
    /// It ends before it begins.
    Backwards,
    /// It has more than [`MOST_DAYS`] days.
    TooLong,
}

impl std::fmt::Display for BadPeriod {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            BadPeriod::Date => f.write_str("a date is written like 2026-11-22"),
            BadPeriod::Backwards => f.write_str("the period ends before it begins"),
            BadPeriod::TooLong => write!(f, "the period has more than {MOST_DAYS} days"),
        }
    }
}

/// Money of one currency on some days, as decimals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Money {
    /// ISO 4217.
    pub currency: String,
    /// What was taken.
    pub taken: String,
    /// What went back.
    pub returned: String,
    /// The difference.
    pub revenue: String,
}

/// How often deadlines were met.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct OnTime {
    /// Deadlines that passed.
    pub due: i64,
    /// Those that were met.
    pub met: i64,
    /// The share of those, from 0 to 1; `None` if there were none.
    pub share: Option<f64>,
}

/// One day.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Day {
    /// Which.
    pub date: Date,
    /// Orders placed.
    pub orders: i64,
    /// Money that moved, currency by currency.
    pub revenue: Vec<Money>,
    /// Deadlines that passed.
    pub on_time: OnTime,
}

/// Work that waits, of one age.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Aged {
    /// One of [`AGES`].
    pub age: &'static str,
    /// Fulfillment orders, or orders where there is no location.
    pub works: i64,
    /// Units left to send; 0 where there is no location.
    pub units: i64,
}

/// One location.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Place {
    /// Its id; `None` for what has no location yet.
    pub id: Option<i64>,
    /// Its name.
    pub name: Option<String>,
    /// What waits there, by age.
    pub backlog: Vec<Aged>,
    /// Deadlines that passed there.
    pub on_time: OnTime,
}

/// The figures of a shop.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// The days that they are about; what waits is as of now.
    pub period: Period,
    /// Whose days they are: an IANA time zone.
    pub time_zone: String,
    /// What each of them counts.
    pub definitions: BTreeMap<&'static str, &'static str>,
    /// Orders placed.
    pub orders: i64,
    /// Money that moved, currency by currency.
    pub revenue: Vec<Money>,
    /// Deadlines that passed.
    pub on_time: OnTime,
    /// What waits now, by age.
    pub backlog: Vec<Aged>,
    /// Day by day, the first day first.
    pub days: Vec<Day>,
    /// Location by location; only those where something is counted.
    pub locations: Vec<Place>,
}

/// The shop's time zone.
pub fn zone(shop: &Shop) -> TimeZone {
    TimeZone::get(&shop.time_zone).unwrap_or(TimeZone::UTC)
}

fn date_of(at: Time, zone: &TimeZone) -> Option<Date> {
    Some(jiff::Timestamp::from_microsecond(at.0).ok()?.to_zoned(zone.clone()).date())
}

/// When a day begins.
fn begin(date: Date, zone: &TimeZone) -> Result<Time, BadPeriod> {
    let at = date.to_zoned(zone.clone()).map_err(|_| BadPeriod::Date)?;
    Ok(Time(at.timestamp().as_microsecond()))
}

impl Period {
    /// From one date to another, both written like 2026-11-22. Without an end it ends today, without a begin it has
    /// [`USUAL_DAYS`] days.
    ///
    /// # Errors
    /// [`BadPeriod`].
    pub fn read(shop: &Shop, now: Time, from: Option<&str>, to: Option<&str>) -> Result<Self, BadPeriod> {
        let read = |text: &str| text.trim().parse::<Date>().map_err(|_| BadPeriod::Date);
        let to = match to {
            Some(to) => read(to)?,
            None => date_of(now, &zone(shop)).ok_or(BadPeriod::Date)?,
        };
        let from = match from {
            Some(from) => read(from)?,
            None => to.checked_sub((USUAL_DAYS - 1).days()).map_err(|_| BadPeriod::Date)?,
        };
        let days = from.until(to).map_err(|_| BadPeriod::Date)?.get_days();
        match days {
            i32::MIN..0 => Err(BadPeriod::Backwards),
            0..MOST_DAYS => Ok(Self { from, to }),
            _ => Err(BadPeriod::TooLong),
        }
    }

    fn days(self) -> impl Iterator<Item = Date> {
        self.from.series(1.day()).take_while(move |date| *date <= self.to)
    }
}

impl OnTime {
    fn add(&mut self, passed: &Deadlines) {
        self.due += passed.due;
        self.met += passed.met;
        self.share = (self.due > 0).then(|| self.met as f64 / self.due as f64);
    }
}

/// Money by currency, while it is added up.
#[derive(Default)]
struct Purse(BTreeMap<String, (Minor, Minor)>);

impl Purse {
    fn add(&mut self, moved: &Moved) {
        let (taken, returned) = self.0.entry(moved.currency.clone()).or_default();
        *taken = taken.saturating_add(moved.taken);
        *returned = returned.saturating_add(moved.returned);
    }

    fn counted(&self) -> Vec<Money> {
        let money = |(code, (taken, returned)): (&String, &(Minor, Minor))| {
            let currency = Currency::parse(code).unwrap_or(Currency::USD);
            let decimal = |amount| money::decimal(amount, currency);
            Money {
                currency: code.clone(),
                taken: decimal(*taken),
                returned: decimal(*returned),
                revenue: decimal(taken.saturating_sub(*returned)),
            }
        };
        self.0.iter().map(money).collect()
    }
}

fn unaged() -> Vec<Aged> {
    AGES.map(|age| Aged { age, works: 0, units: 0 }).to_vec()
}

impl Engine {
    /// The figures of a shop, for those who may read orders. What waits is as of now, whatever the period.
    ///
    /// # Errors
    /// [`Error`] if the database is away, or a day of the period is beyond all time.
    pub async fn figures(&self, shop: &Shop, period: Period) -> Result<Figures, Error> {
        let zone = zone(shop);
        let beyond = |_| Error::Bug("a period has days beyond all time".to_owned());
        let now = self.now();
        let from = begin(period.from, &zone).map_err(beyond)?;
        let after =
            period.to.checked_add(1.day()).map_err(|_| Error::Bug("a period never ends".to_owned()))?;
        let until = begin(after, &zone).map_err(beyond)?;
        let store = self.store();
        let orders = store.orders_placed(shop.id, from, until).await?;
        let money = store.money_moved(shop.id, from, until).await?;
        // A deadline that lies ahead has not passed.
        let deadlines = store.deadlines(shop.id, from, until.min(now.plus(1))).await?;
        let bounds = [1, 3, 7].map(|days| now.plus(-days * DAY));
        let waiting = store.backlog(shop.id, &bounds).await?;
        let (known, _) = store.places(shop.id).await?;

        let mut places: BTreeMap<Option<i64>, Place> = BTreeMap::new();
        let place_of = |id: Option<i64>| {
            let name = known.iter().find(|place| Some(place.id.0) == id).map(|place| place.name.clone());
            move || Place { id, name, backlog: unaged(), on_time: OnTime::default() }
        };
        let mut backlog = unaged();
        for waits in &waiting {
            let id = waits.location.map(|location| location.0);
            let place = places.entry(id).or_insert_with(place_of(id));
            for aged in [place.backlog.get_mut(waits.age), backlog.get_mut(waits.age)].into_iter().flatten() {
                aged.works += waits.works;
                aged.units += waits.units;
            }
        }
        let mut on_time = OnTime::default();
        for InSlot { what, .. } in &deadlines {
            let id = Some(what.location.0);
            places.entry(id).or_insert_with(place_of(id)).on_time.add(what);
            on_time.add(what);
        }
        let mut purse = Purse::default();
        money.iter().for_each(|slot| purse.add(&slot.what));

        let days = period.days().map(|date| day(date, &zone, &orders, &money, &deadlines)).collect();
        Ok(Figures {
            period,
            time_zone: shop.time_zone.clone(),
            definitions: DEFINITIONS.into_iter().collect(),
            orders: orders.iter().map(|slot| slot.what).sum(),
            revenue: purse.counted(),
            on_time,
            backlog,
            days,
            locations: places.into_values().collect(),
        })
    }
}

/// What happened on one day.
fn day(
    date: Date,
    zone: &TimeZone,
    orders: &[InSlot<i64>],
    money: &[InSlot<Moved>],
    deadlines: &[InSlot<Deadlines>],
) -> Day {
    let begins = begin(date, zone).unwrap_or_default();
    let ends = date.checked_add(1.day()).ok().and_then(|next| begin(next, zone).ok()).unwrap_or(begins);
    let on_day = |at: Time| begins <= at && at < ends;
    let (mut purse, mut on_time) = (Purse::default(), OnTime::default());
    money.iter().filter(|slot| on_day(slot.at)).for_each(|slot| purse.add(&slot.what));
    deadlines.iter().filter(|slot| on_day(slot.at)).for_each(|slot| on_time.add(&slot.what));
    Day {
        date,
        orders: orders.iter().filter(|slot| on_day(slot.at)).map(|slot| slot.what).sum(),
        revenue: purse.counted(),
        on_time,
    }
}

#[cfg(test)]
mod tests;
