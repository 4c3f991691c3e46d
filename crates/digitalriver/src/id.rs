//! Ids. Orders, their lines and customers go by their own numbers, as decimals; most other things by a UUID. Such a UUID
//! is the kind of thing and its number, scrambled and sealed with a checksum: nothing has to be stored, and a UUID that
//! means nothing here, or another kind of thing, is found out.
//!
//! Of its 122 free bits 64 hold kind and number, 58 the checksum; both are mixed with one another.

use std::fmt::Write as _;

/// What a UUID names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    /// Its mark; never given to another kind, since clients keep ids.
    mark: u8,
    /// What stands before the UUID.
    prefix: &'static str,
}

const fn kind(mark: u8, prefix: &'static str) -> Kind {
    Kind { mark, prefix }
}

/// A fulfillment.
pub(crate) const FULFILLMENT: Kind = kind(1, "ful_");
/// A refund.
pub(crate) const REFUND: Kind = kind(2, "re_");
/// A return.
pub(crate) const RETURN: Kind = kind(3, "ret_");
/// What an order is charged: the movement of money that set it aside first, or took it at once.
pub(crate) const CHARGE: Kind = kind(4, "");
/// Money that is taken of a charge.
pub(crate) const CAPTURE: Kind = kind(5, "");
/// Money of a charge that is let go.
pub(crate) const CANCEL: Kind = kind(6, "");
/// Money of a charge that goes back.
pub(crate) const CHARGE_REFUND: Kind = kind(7, "");
/// Something that is told: a part of what happened at once.
pub(crate) const EVENT: Kind = kind(8, "");
/// An address that is told what happens.
pub(crate) const WEBHOOK: Kind = kind(9, "");

/// A name that a program chose for a customer.
pub(crate) const CUSTOMER_ALIAS: Kind = kind(20, "");
/// A number under which a customer pays taxes.
pub(crate) const TAX_IDENTIFIER: Kind = kind(21, "");
/// What somebody pays with.
pub(crate) const SOURCE: Kind = kind(22, "");
/// What is about to be ordered.
pub(crate) const CHECKOUT: Kind = kind(23, "");
/// The invoice over what left with a fulfillment.
pub(crate) const INVOICE_FILE: Kind = kind(25, "");
/// The credit memo over a refund.
pub(crate) const CREDIT_MEMO_FILE: Kind = kind(26, "");
/// A link to a file.
pub(crate) const FILE_LINK: Kind = kind(27, "");
/// A fulfillment, as a parcel.
pub(crate) const SHIPMENT: Kind = kind(28, "");
/// A fulfillment, as what was given up of some work.
pub(crate) const CANCELLATION: Kind = kind(40, "");
/// How the payment of a checkout goes on.
pub(crate) const SESSION: Kind = kind(24, "");

/// The second half of what the original called the secret of a session.
const SESSION_OF_CLIENT: Kind = kind(41, "");

/// What the original had a browser show for a session, in its form. Nothing here takes it, so it opens nothing and is no
/// secret; programs that hand it on find it.
pub(crate) fn of_client(session: i64) -> String {
    format!("{}_{}", shown(SESSION, session), shown(SESSION_OF_CLIENT, session))
}

/// Keys of the two ways of mixing. Ids that clients keep depend on them.
const CHECK: u64 = 0x9E37_79B9_7F4A_7C15;
const MASK: u64 = 0xC2B2_AE3D_27D4_EB4F;
/// The bits of the checksum.
const CHECK_BITS: u32 = 58;
/// The bits of the number.
const NUMBER_BITS: u32 = 56;

/// The id of a thing.
pub(crate) fn shown(kind: Kind, id: i64) -> String {
    let number = u64::try_from(id).unwrap_or_default();
    let named = (u64::from(kind.mark) << NUMBER_BITS) | number;
    let check = check(named);
    let mixed = named ^ mix(check ^ MASK);
    format!("{}{}", kind.prefix, uuid((u128::from(mixed) << CHECK_BITS) | u128::from(check)))
}

/// The thing that an id names; `None` if it isn't of that kind.
pub(crate) fn parse(kind: Kind, text: &str) -> Option<i64> {
    let bits = bits(text.trim().strip_prefix(kind.prefix)?)?;
    let given = (bits & ((1 << CHECK_BITS) - 1)) as u64;
    let named = (bits >> CHECK_BITS) as u64 ^ mix(given ^ MASK);
    let (mark, number) = (named >> NUMBER_BITS, named & ((1 << NUMBER_BITS) - 1));
    let fits = check(named) == given && mark == u64::from(kind.mark);
    i64::try_from(number).ok().filter(|number| fits && *number > 0)
}

/// The number that a decimal names.
pub(crate) fn decimal(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|id| digits && *id > 0)
}

/// A new id for a request; chance alone makes it.
pub(crate) fn of_request() -> String {
    uuid(rand::random::<u128>() >> 6)
}

fn check(named: u64) -> u64 {
    mix(named ^ CHECK) & ((1 << CHECK_BITS) - 1)
}

/// Mixes the bits of a number so that each depends on all; it loses nothing.
fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

/// The 122 free bits as a UUID: version 4, since many clients know no other, variant 1.
fn uuid(bits: u128) -> String {
    let (high, middle, low) = (bits >> 74, (bits >> 62) & 0xFFF, bits & ((1 << 62) - 1));
    let all = (high << 80) | (4 << 76) | (middle << 64) | (0b10 << 62) | low;
    let mut text = String::with_capacity(36);
    let _ = write!(text, "{all:032x}");
    for place in [8, 13, 18, 23] {
        text.insert(place, '-');
    }
    text
}

/// The free bits of such a UUID, in either case.
fn bits(text: &str) -> Option<u128> {
    let parts: Vec<&str> = text.split('-').collect();
    let shape = parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]);
    let hex = parts.concat();
    if !shape || !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let all = u128::from_str_radix(&hex, 16).ok()?;
    let is_ours = (all >> 76) & 0xF == 4 && (all >> 62) & 0b11 == 0b10;
    let (high, middle, low) = (all >> 80, (all >> 64) & 0xFFF, all & ((1 << 62) - 1));
    is_ours.then_some((high << 74) | (middle << 62) | low)
}

#[cfg(test)]
mod tests {
    use super::*;

    const THING: Kind = kind(200, "");
    const OTHER: Kind = kind(201, "oth_");

    #[test]
    fn an_id_names_its_thing_and_nothing_else() {
        for id in (1..1_000_000).step_by(9_973).chain([1_000_000_001, (1 << 53) - 1]) {
            let shown = [shown(THING, id), shown(OTHER, id)];
            assert_eq!((parse(THING, &shown[0]), parse(OTHER, &shown[1])), (Some(id), Some(id)), "{shown:?}");
            assert_eq!((parse(OTHER, &shown[0]), parse(THING, &shown[1])), (None, None), "{shown:?}");
            assert_eq!(parse(OTHER, &format!("oth_{}", shown[0])), None, "another kind");
            assert_eq!(parse(THING, &shown[0].to_uppercase()), Some(id), "in either case");
        }
    }

    #[test]
    fn an_id_looks_like_any_uuid() {
        let (one, next) = (shown(THING, 1_000_000_001), shown(THING, 1_000_000_002));
        assert_eq!((one.len(), &one[14..15]), (36, "4"));
        assert!("89ab".contains(&one[19..20]), "{one}");
        let same = one.bytes().zip(next.bytes()).filter(|(a, b)| a == b && *a != b'-').count();
        assert!(same <= 12, "neighbours look alike: {one} {next}");
        assert_eq!(of_request().len(), 36);
    }

    #[test]
    fn ids_that_clients_keep_never_change() {
        assert_eq!(shown(THING, 1_000_000_001), "feec0a17-8a03-4dbf-af31-11c5c6e1d556");
    }

    #[test]
    fn what_names_nothing_is_nothing() {
        let good = shown(THING, 7);
        for place in (0..36).filter(|place| !good[*place..].starts_with('-')) {
            let digit = if &good[place..=place] == "0" { "1" } else { "0" };
            let bad = format!("{}{digit}{}", &good[..place], &good[place + 1..]);
            assert_eq!(parse(THING, &bad), None, "{bad}");
        }
        for bad in ["", "7", "00000000-0000-0000-0000-000000000000", &good[1..], &good.replace('-', "")] {
            assert_eq!(parse(THING, bad), None, "{bad}");
        }
        assert_eq!(
            (decimal("17"), decimal(" 17 "), decimal("-1"), decimal("0"), decimal("x")),
            (Some(17), Some(17), None, None, None)
        );
    }
}
