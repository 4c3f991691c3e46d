//! How the text of a setting becomes a value, and which part of it is a secret.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use axum::http::Uri;
use clap::ValueEnum;
use tracing_subscriber::filter::{EnvFilter, LevelFilter};

/// A type that a setting may have.
pub(super) trait Value: Sized {
    /// What a value looks like, to stand behind "wants".
    const KIND: &'static str;

    /// The value of a text, or why it is none.
    fn parse(text: &str) -> Result<Self, String>;

    /// The text with its secret part masked.
    fn mask(text: &str) -> String {
        text.to_owned()
    }
}

/// Empty means not set.
impl<T: Value> Value for Option<T> {
    const KIND: &'static str = T::KIND;

    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() { Ok(None) } else { T::parse(text).map(Some) }
    }

    fn mask(text: &str) -> String {
        T::mask(text)
    }
}

impl Value for PathBuf {
    const KIND: &'static str = "a path";

    fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() { Err("it is empty".into()) } else { Ok(text.into()) }
    }
}

impl Value for u64 {
    const KIND: &'static str = "a whole number";

    fn parse(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| format!("`{text}` is none"))
    }
}

impl Value for SocketAddr {
    const KIND: &'static str = "an IP address and a port, like 127.0.0.1:8470 or [::1]:8470";

    fn parse(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| format!("`{text}` is none"))
    }
}

/// Which private addresses calls to others may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AllowPrivate {
    /// Public addresses only.
    None,
    /// Public addresses, and this machine.
    Loopback,
    /// Any address.
    All,
}

impl Value for AllowPrivate {
    const KIND: &'static str = "none, loopback or all";

    fn parse(text: &str) -> Result<Self, String> {
        Self::from_str(text, false).map_err(|_| format!("`{text}` is neither"))
    }
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs: an object a line.
    Json,
}

impl Value for LogFormat {
    const KIND: &'static str = "text or json";

    fn parse(text: &str) -> Result<Self, String> {
        Self::from_str(text, false).map_err(|_| format!("`{text}` is neither"))
    }
}

/// What is logged: a level, or levels by target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Levels(String);

impl Levels {
    /// The text, which an [`EnvFilter`] can be made of.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for Levels {
    const KIND: &'static str =
        "a level (error, warn, info, debug, trace or off), or levels by target like info,engine=debug";

    fn parse(text: &str) -> Result<Self, String> {
        // The filter takes a bare word that is no level for a target, so that a misspelt level would silence the log.
        let is_level = |part: &str| {
            !part.is_empty() && (part.contains('=') || part.trim().parse::<LevelFilter>().is_ok())
        };
        match text.split(',').find(|part| !is_level(part)) {
            Some(part) => Err(format!("`{part}` is none")),
            None => EnvFilter::try_new(text).map(|_| Self(text.into())).map_err(|error| error.to_string()),
        }
    }
}

/// A key of 32 bytes that seals secrets. Its `Debug` output hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct SealingKey([u8; 32]);

impl SealingKey {
    /// The bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The key of 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits = text.trim().as_bytes();
        let mut key = [0; 32];
        if digits.len() != 2 * key.len() || !digits.is_ascii() {
            return None;
        }
        for (byte, pair) in key.iter_mut().zip(digits.chunks(2)) {
            let digit = |at: usize| char::from(pair[at]).to_digit(16).and_then(|n| u8::try_from(n).ok());
            *byte = digit(0)? << 4 | digit(1)?;
        }
        Some(Self(key))
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("****")
    }
}

impl Value for SealingKey {
    const KIND: &'static str = "64 hexadecimal digits";

    fn parse(text: &str) -> Result<Self, String> {
        // The text itself is not repeated: a mistyped key is nearly the key.
        Self::from_hex(text).ok_or_else(|| "it is something else".into())
    }

    fn mask(text: &str) -> String {
        if text.is_empty() { String::new() } else { "****".into() }
    }
}

/// The address of a database. Its `Debug` output hides the password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The whole address, password included.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&mask_password(&self.0))
    }
}

impl Value for DatabaseUrl {
    const KIND: &'static str = "sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME";

    fn parse(text: &str) -> Result<Self, String> {
        // The text itself is not repeated: a mistyped address may hold a password all the same.
        let known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
        match text.strip_prefix("sqlite:") {
            _ if !known => Err("it begins with another scheme".into()),
            Some("") => Err("the path is missing".into()),
            // It would be the file of that name in the root folder, which nobody means.
            Some(path) if path.starts_with("//") && !path.starts_with("///") => {
                Err("leave out the two slashes before a path".into())
            }
            _ => Ok(Self(text.into())),
        }
    }

    fn mask(text: &str) -> String {
        mask_password(text)
    }
}

/// An `http` or `https` address without a trailing slash. Its `Debug` output hides a password.
#[derive(Clone, PartialEq, Eq)]
pub struct HttpUrl(String);

impl HttpUrl {
    /// The whole address, without a trailing slash.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for HttpUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&mask_password(&self.0))
    }
}

impl Value for HttpUrl {
    const KIND: &'static str = "an address that begins with http:// or https://";

    fn parse(text: &str) -> Result<Self, String> {
        let uri: Uri = text.parse().map_err(|_| "it is not an address".to_owned())?;
        match (uri.scheme_str(), uri.host(), uri.query()) {
            (Some("http" | "https"), Some(host), None) if !host.is_empty() => {
                Ok(Self(text.trim_end_matches('/').into()))
            }
            (_, _, Some(_)) => Err("leave out what follows the question mark".into()),
            _ => Err("scheme or host is missing".into()),
        }
    }

    fn mask(text: &str) -> String {
        mask_password(text)
    }
}

/// Hides the password of `scheme://user:password@host` and of a parameter `password=`.
pub(super) fn mask_password(url: &str) -> String {
    const MASK: &str = "****";
    let mut shown = url.to_owned();
    if let Some(start) = shown.find("://").map(|at| at + 3) {
        // The last `@` before the path: a password that was not percent-encoded may hold one itself.
        let end = shown[start..].find(['/', '?']).map_or(shown.len(), |at| start + at);
        if let Some(at) = shown[start..end].rfind('@').map(|at| start + at)
            && let Some(colon) = shown[start..at].find(':').map(|colon| start + colon)
        {
            shown.replace_range(colon + 1..at, MASK);
        }
    }
    if let Some(start) = shown.find("password=").map(|at| at + "password=".len()) {
        let end = shown[start..].find('&').map_or(shown.len(), |at| start + at);
        shown.replace_range(start..end, MASK);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_masked_wherever_they_stand() {
        for (url, shown) in [
            ("postgres://consign:s3cret@db:5432/consign", "postgres://consign:****@db:5432/consign"),
            ("postgres://consign:p@ss@db/consign", "postgres://consign:****@db/consign"),
            (
                "postgres://db/consign?user=a&password=s3cret&x=1",
                "postgres://db/consign?user=a&password=****&x=1",
            ),
            ("postgres://consign@db/consign", "postgres://consign@db/consign"),
            ("sqlite:/var/lib/consign/consign.db", "sqlite:/var/lib/consign/consign.db"),
        ] {
            assert_eq!(mask_password(url), shown);
        }
        assert!(!format!("{:?}", DatabaseUrl::parse("postgres://a:s3cret@db/x")).contains("s3cret"));
    }

    #[test]
    fn a_sealing_key_is_never_shown() {
        let text = "00ff".repeat(16);
        let key = SealingKey::parse(&text).unwrap();
        assert_eq!(key.bytes()[..4], [0, 255, 0, 255]);
        assert_eq!((SealingKey::mask(&text).as_str(), format!("{key:?}").as_str()), ("****", "****"));
        for wrong in ["00ff", &"0g".repeat(32), &"é".repeat(32), &"00".repeat(33)] {
            assert!(!SealingKey::parse(wrong).unwrap_err().contains(wrong), "{wrong}");
        }
    }

    #[test]
    fn databases_are_told_by_their_scheme() {
        for right in
            ["sqlite:consign.db", "sqlite:/var/lib/c.db", "sqlite:///var/lib/c.db", "postgres://db/x"]
        {
            assert!(DatabaseUrl::parse(right).is_ok(), "{right}");
        }
        for wrong in ["consign.db", "sqlite:", "sqlite://consign.db", "mysql://db/x"] {
            assert!(DatabaseUrl::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_misspelt_level_is_not_taken_for_a_target() {
        for right in ["info", "DEBUG", "off", "warn,engine=debug", "engine=trace,store=off"] {
            assert!(Levels::parse(right).is_ok(), "{right}");
        }
        for wrong in ["inof", "info,engin", "info,engine=loud", ""] {
            assert!(Levels::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn addresses_of_the_web_lose_their_trailing_slash() {
        assert_eq!(HttpUrl::parse("https://shop.example/").unwrap().as_str(), "https://shop.example");
        for wrong in ["shop.example", "ftp://shop.example", "https://", "https://shop.example/?a=b", "/x"] {
            assert!(HttpUrl::parse(wrong).is_err(), "{wrong}");
        }
    }
}
