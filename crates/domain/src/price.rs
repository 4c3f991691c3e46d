//! Prices: what a variant costs, once or every so often. A variant may have several; its own `price` stays what it
//! costs where nobody names one.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::calendar::Every;
use crate::id::{PriceId, VariantId};
use crate::money::{Currency, Minor};
use crate::time::Time;

/// How many periods a plan may have, and how many intervals a period.
pub const PERIODS_MAX: i64 = 1_000;

/// A price of a variant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Price {
    /// Its id.
    pub id: PriceId,
    /// What it is the price of.
    pub variant: VariantId,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What is to be paid, and when.
    pub terms: Terms,
    /// Whether it was put away. Nothing new is sold for it.
    #[serde(default)]
    pub archived: bool,
    /// What else its dialect keeps of it, in the dialect's own form.
    #[serde(default)]
    pub details: serde_json::Value,
    /// When it was made.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

/// What is to be paid for one unit, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// How much, once or every period, in minor units.
    pub amount: Minor,
    /// In which currency.
    pub currency: Currency,
    /// How much once more, with the first payment.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub setup: Minor,
    /// Once, or how often.
    pub recurrence: Recurrence,
}

fn is_zero(n: &i64) -> bool {
    *n == 0
}

/// Once, or how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recurrence {
    /// Once.
    OneTime,
    /// Every period; it may be used as long as it is paid for.
    Subscription(Cycle),
    /// In instalments, one every period; it stays when they are paid.
    PaymentPlan(Cycle),
}

/// How often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cycle {
    /// How long a period is.
    pub every: Every,
    /// How many periods; without end if it isn't said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub periods: Option<i64>,
    /// What comes before the first period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trial: Option<TrialTerms>,
}

/// A time to try it before the first period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialTerms {
    /// How much for a unit, in minor units; often nothing.
    pub amount: Minor,
    /// How long.
    pub lasts: Every,
}

impl Terms {
    /// How often it is paid, if not once.
    pub fn cycle(&self) -> Option<&Cycle> {
        match &self.recurrence {
            Recurrence::OneTime => None,
            Recurrence::Subscription(cycle) | Recurrence::PaymentPlan(cycle) => Some(cycle),
        }
    }

    /// The trial before the first period.
    pub fn trial(&self) -> Option<TrialTerms> {
        self.cycle().and_then(|cycle| cycle.trial)
    }

    /// How a day of so many units compares with a day of so many others at other terms. What is paid once counts as
    /// if it were for a day.
    pub fn compare(&self, quantity: i64, other: &Terms, others: i64) -> Ordering {
        let days = |terms: &Terms| i128::from(terms.cycle().map_or(1, |cycle| cycle.every.days()));
        let amount = |terms: &Terms, quantity| i128::from(terms.amount) * i128::from(quantity);
        (amount(self, quantity) * days(other)).cmp(&(amount(other, others) * days(self)))
    }

    /// What is wrong with it, in words; `None` if nothing is.
    pub fn fault(&self) -> Option<&'static str> {
        let amounts = [self.amount, self.setup, self.trial().map_or(0, |trial| trial.amount)];
        if amounts.iter().any(|amount| !(0..=crate::decide::PRICE_MAX).contains(amount)) {
            return Some("is negative or too large");
        }
        let cycle = self.cycle()?;
        let spans = [Some(cycle.every), cycle.trial.map(|trial| trial.lasts)];
        let counts = spans.into_iter().flatten().map(|every| every.count).chain(cycle.periods);
        let out = |count: i64| !(1..=PERIODS_MAX).contains(&count);
        counts.into_iter().any(out).then_some("has a period that is too short or too long")
    }
}
