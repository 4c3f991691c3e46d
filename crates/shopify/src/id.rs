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

/// The id of a job, which is a UUID: made from the number of what the job was about.
pub(crate) fn job(id: i64) -> String {
    let n = id as u64;
    format!("gid://shopify/Job/{:08x}-{:04x}-4000-8000-{:012x}", (n >> 32) as u32, (n >> 16) as u16, n)
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
}
