//! Global ids: `gid://shopify/<Type>/<number>`, with a query string behind for some.

/// The global id of a thing.
pub(crate) fn gid(kind: &str, id: i64) -> String {
    format!("gid://shopify/{kind}/{id}")
}

/// The type and number of a global id. `None` for anything else, and for numbers that no thing has.
pub(crate) fn parse(gid: &str) -> Option<(&str, i64)> {
    let (kind, rest) = gid.strip_prefix("gid://shopify/")?.split_once('/')?;
    let number = rest.split('?').next().unwrap_or(rest);
    let plain = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    let number = plain.then(|| number.parse::<i64>().ok())??;
    (number > 0).then_some((kind, number))
}

/// The number of a global id of that type.
pub(crate) fn of_kind(kind: &str, gid: &str) -> Option<i64> {
    parse(gid).filter(|(found, _)| *found == kind).map(|(_, number)| number)
}

/// The number in an id of whatever type, as somebody sent it; the text itself, if there is none.
pub(crate) fn number(said: &str) -> serde_json::Value {
    match parse(said).map(|(_, number)| number).or_else(|| said.parse().ok()) {
        Some(number) => number.into(),
        None => said.into(),
    }
}

/// A number as a UUID, for things that have none of their own but are known by one.
pub(crate) fn uuid(number: i64) -> String {
    let n = number as u64;
    let low = n & 0xffff_ffff_ffff;
    format!("{:08x}-{:04x}-4000-8000-{low:012x}", (n >> 32) as u32, (n >> 16) as u16)
}

/// The number of a UUID that [`uuid`] made.
pub(crate) fn of_uuid(text: &str) -> Option<i64> {
    let part = |part: Option<&str>| u64::from_str_radix(part?, 16).ok();
    let (high, low) = (part(text.split('-').next())?, part(text.rsplit('-').next())?);
    let number = i64::try_from((high << 32) | (low & 0xffff_ffff)).ok()?;
    (number > 0 && uuid(number) == text).then_some(number)
}

/// The id of a job: made from the number of what the job was about.
pub(crate) fn job(id: i64) -> String {
    format!("gid://shopify/Job/{}", uuid(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_well_formed_ids_are_ids() {
        assert_eq!(of_kind("Order", "gid://shopify/Order/12"), Some(12));
        assert_eq!(of_kind("FulfillmentService", "gid://shopify/FulfillmentService/7?id=true"), Some(7));
        for bad in [
            "gid://shopify/Order/0",
            "gid://shopify/Order/-1",
            "gid://shopify/Order/1x",
            "gid://shopify/Order/",
            "gid://shopify/Product/12",
            "gid://shopify/Order/99999999999999999999",
            "12",
            "",
        ] {
            assert_eq!(of_kind("Order", bad), None, "{bad}");
        }
        assert_eq!(job(1), "gid://shopify/Job/00000000-0000-4000-8000-000000000001");
    }

    #[test]
    fn a_uuid_leads_back_to_its_number() {
        for number in [1, 1_000_000_017, (1 << 53) - 1] {
            let text = uuid(number);
            assert_eq!((text.len(), of_uuid(&text)), (36, Some(number)));
        }
        for bad in ["", "1", "7d1a73dc-f62f-4939-97ef-1a1635a50752", "ffffffff-ffff-4000-8000-ffffffffffff"] {
            assert_eq!(of_uuid(bad), None, "{bad}");
        }
    }
}
