//! Tracking numbers of the demo's parcels: of the right form and with right check digits, found with the table of
//! carriers, so that a client that checks them is content. Nobody ever gave them out.

use domain::carrier::{self, CheckDigit};
use domain::fulfillment::Tracking;

use super::dice::Dice;

/// Whose parcels leave where.
#[derive(Debug, Clone, Copy)]
pub(super) enum Carrier {
    Dhl,
    Ups,
    PostNord,
}

/// A parcel of that carrier on its way to `country`.
pub(super) fn tracking(
    carrier: Carrier,
    country: Option<&str>,
    zip: Option<&str>,
    dice: &mut Dice,
) -> Tracking {
    let serial = dice.between(10_000_000, 99_999_999);
    let (company, before, after) = match carrier {
        Carrier::Dhl => ("DHL", format!("0034043416102{serial}"), ""),
        Carrier::Ups => ("UPS", format!("1Z999AA101{serial}").chars().take(17).collect(), ""),
        Carrier::PostNord => ("PostNord SE", format!("RR{serial}"), "SE"),
    };
    let number = (0..=9).map(|digit| format!("{before}{digit}{after}")).find(|number| is_of(company, number));
    let url = carrier::resolve(Some(company), number.as_deref(), None, country, zip).url;
    Tracking { company: Some(company.to_owned()), number, url }
}

fn is_of(company: &str, number: &str) -> bool {
    let fits = |candidate: &carrier::Candidate| {
        candidate.carrier.name == company && candidate.check_digit == CheckDigit::Ok
    };
    carrier::recognise(number, None).iter().any(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parcel_has_a_number_and_a_page() {
        let mut dice = Dice::new(1);
        for carrier in [Carrier::Dhl, Carrier::Ups, Carrier::PostNord].repeat(20) {
            let tracking = tracking(carrier, Some("DE"), Some("10437"), &mut dice);
            assert!(tracking.number.is_some() && tracking.url.is_some(), "{carrier:?} {tracking:?}");
        }
    }
}
