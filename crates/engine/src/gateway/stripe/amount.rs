//! Amounts as Stripe counts them. Mostly in the minor unit of ISO 4217, but some currencies are counted in whole units,
//! some in hundredths though they have none, and of those with thousandths the last digit must be 0.

use domain::money::{Currency, Minor};

/// Counted in whole units.
const WHOLE: [&str; 15] =
    ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"];
/// Counted in hundredths, though they have whole units only.
const HUNDREDTHS: [&str; 2] = ["ISK", "UGX"];

/// How many decimals Stripe's unit of a currency has.
fn decimals(currency: Currency) -> u32 {
    match currency.code() {
        code if WHOLE.contains(&code) => 0,
        code if HUNDREDTHS.contains(&code) => 2,
        _ => currency.exponent(),
    }
}

/// An amount of minor units as Stripe counts it; a code that says why it can't be charged there.
pub(super) fn of(amount: Minor, currency: Currency) -> Result<i64, &'static str> {
    let (ours, theirs) = (currency.exponent(), decimals(currency));
    let amount = if theirs >= ours {
        amount.checked_mul(10_i64.pow(theirs - ours)).ok_or("amount_too_large")?
    } else {
        let unit = 10_i64.pow(ours - theirs);
        if amount % unit != 0 {
            return Err("amount_too_precise");
        }
        amount / unit
    };
    if theirs == 3 && amount % 10 != 0 { Err("amount_too_precise") } else { Ok(amount) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_currency_is_counted_as_stripe_does() {
        let said = |amount, code| of(amount, Currency::parse(code).unwrap());
        assert_eq!(said(1_999, "USD"), Ok(1_999));
        assert_eq!(said(500, "JPY"), Ok(500));
        assert_eq!(said(500, "KRW"), Ok(500));
        assert_eq!(said(500, "ISK"), Ok(50_000));
        assert_eq!(said(500, "UGX"), Ok(50_000));
        assert_eq!(said(5_120, "KWD"), Ok(5_120));
        assert_eq!(said(5_124, "KWD"), Err("amount_too_precise"));
        assert_eq!(said(500, "MGA"), Ok(5));
        assert_eq!(said(550, "MGA"), Err("amount_too_precise"));
        assert_eq!(said(i64::MAX, "ISK"), Err("amount_too_large"));
    }
}
