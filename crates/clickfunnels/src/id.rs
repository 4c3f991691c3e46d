//! Ids. Integers everywhere; in addresses a thing may also go by its public id: letters that are the same number,
//! scrambled, so that neither has to be stored. Six letters hold numbers below 2^34, ten those below 2^54.

/// Letters of public ids.
const LETTERS: &[u8; 52] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Lengths of public ids, and how many bits of number each holds; even, since both halves are scrambled alike.
const LENGTHS: [(usize, u32); 2] = [(6, 34), (10, 54)];
/// One constant for each round of scrambling.
const ROUNDS: [u64; 4] =
    [0x9E37_79B9_7F4A_7C15, 0xC2B2_AE3D_27D4_EB4F, 0x1656_67B1_9E37_79F9, 0x27D4_EB2F_1656_67C5];

/// The public id of a thing.
pub(crate) fn public(id: i64) -> String {
    let number = u64::try_from(id).unwrap_or_default();
    let fits = LENGTHS.iter().find(|(_, bits)| number >> bits == 0).unwrap_or(&LENGTHS[1]);
    let mut rest = scrambled(number, fits.1, ROUNDS.iter());
    let mut letters = vec![b'A'; fits.0];
    for letter in letters.iter_mut().rev() {
        *letter = LETTERS[(rest % 52) as usize];
        rest /= 52;
    }
    letters.into_iter().map(char::from).collect()
}

/// The id that an address names: an integer, or a public id.
pub(crate) fn parse(text: &str) -> Option<i64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().filter(|id| *id > 0);
    }
    let (_, bits) = LENGTHS.iter().find(|(length, _)| *length == text.len())?;
    let number = text.bytes().try_fold(0u64, |number, byte| {
        let digit = LETTERS.iter().position(|letter| *letter == byte)?;
        Some(number * 52 + digit as u64)
    })?;
    if number >> bits != 0 {
        return None;
    }
    i64::try_from(unscrambled(number, *bits)).ok().filter(|id| *id > 0)
}

/// A Feistel network: the halves change places, each time one of them mixed with what the other one hashes to.
fn scrambled<'a>(number: u64, bits: u32, rounds: impl Iterator<Item = &'a u64>) -> u64 {
    let half = bits / 2;
    let mask = (1u64 << half) - 1;
    let (left, right) = rounds.fold((number >> half, number & mask), |(left, right), round| {
        (right, (left ^ hash(right, *round)) & mask)
    });
    (left << half) | right
}

fn unscrambled(number: u64, bits: u32) -> u64 {
    let half = bits / 2;
    let mask = (1u64 << half) - 1;
    let (left, right) = ROUNDS.iter().rev().fold((number >> half, number & mask), |(left, right), round| {
        ((right ^ hash(left, *round)) & mask, left)
    });
    (left << half) | right
}

fn hash(half: u64, round: u64) -> u64 {
    (half.wrapping_add(round)).wrapping_mul(0xFF51_AFD7_ED55_8CCD) >> 29
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_id_is_the_number_again() {
        for id in (1..1_000_000).step_by(997).chain([1_000_000_001, (1 << 34) - 1, 1 << 34, (1 << 53) - 1]) {
            let public = public(id);
            assert_eq!(parse(&public), Some(id), "{public}");
            assert_eq!(public.len(), if id < 1 << 34 { 6 } else { 10 }, "{public}");
        }
    }

    #[test]
    fn neighbours_look_nothing_alike() {
        let (one, next) = (public(1_000_000_001), public(1_000_000_002));
        let same = one.bytes().zip(next.bytes()).filter(|(a, b)| a == b).count();
        assert!(same <= 3, "{one} {next}");
    }

    #[test]
    fn what_names_nothing_is_nothing() {
        for text in ["", "0", "-1", "abc", "zzzzzz", "abc-ef", "99999999999999999999", "ÄÖÜ"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse("17"), Some(17));
    }
}
