//! Tracking links: a template and what is put into it.
//!
//! A template is an `https` address with `{n}` (the tracking number), and perhaps `{postcode}` and `{country}` of the
//! destination. Values are percent-encoded, so that a hand-typed number cannot change the address around it.

/// What a template may ask for.
pub(super) struct Values<'a> {
    pub(super) number: &'a str,
    pub(super) postcode: Option<&'a str>,
    pub(super) country: Option<&'a str>,
}

/// The template with its variables replaced; `None` if it asks for one that is missing or unknown.
pub(super) fn fill(template: &str, values: &Values) -> Option<String> {
    let mut link = String::with_capacity(template.len() + values.number.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (variable, after) = after.split_once('}')?;
        let value = match variable {
            "n" => values.number,
            "postcode" => values.postcode?,
            "country" => values.country?,
            _ => return None,
        };
        link.push_str(before);
        encode_into(&mut link, value);
        rest = after;
    }
    link.push_str(rest);
    Some(link)
}

/// Appends `value`, percent-encoding every byte that RFC 3986 does not call unreserved.
fn encode_into(link: &mut String, value: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in value.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            link.push(char::from(byte));
        } else {
            link.push('%');
            link.push(char::from(HEX[usize::from(byte >> 4)]));
            link.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Values = Values { number: "1Z 5R&x=ä", postcode: Some("1234 AB"), country: Some("NL") };

    #[test]
    fn values_are_encoded_and_lose_their_spaces() {
        assert_eq!(
            fill("https://c.example/{n}?p={postcode}&c={country}#e", &ALL).as_deref(),
            Some("https://c.example/1Z5R%26x%3D%C3%A4?p=1234AB&c=NL#e")
        );
    }

    #[test]
    fn a_missing_or_unknown_variable_gives_no_link() {
        let values = Values { postcode: None, ..ALL };
        assert_eq!(fill("https://c.example/{n}/{postcode}", &values), None);
        assert_eq!(fill("https://c.example/{number}", &ALL), None);
        assert_eq!(fill("https://c.example/{n", &ALL), None);
    }
}
