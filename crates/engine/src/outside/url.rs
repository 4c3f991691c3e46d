//! The part of the policy that a URL itself decides, before any name is looked up.
//!
//! It serves twice: when somebody registers an address, so that the mistake is shown where it was made, and before every
//! call, since a policy may have become stricter and an IP address in a URL is never seen by the resolver.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use reqwest::Url;

use super::Policy;
use super::address::{AddressKind, AllowPrivate, kind};

/// Where unencrypted `http` is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllowHttp {
    /// Nowhere: `https` only.
    Never,
    /// On this machine (`localhost` and loopback addresses): for development.
    Loopback,
    /// Everywhere, in the clear: for networks that are trusted as a whole.
    Everywhere,
}

/// Why a URL is refused without trying it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UrlRefusal {
    /// Not an absolute URL; the parser's words.
    NotAUrl(String),
    /// Neither `https` nor `http`; the scheme.
    Scheme(String),
    /// `http` where only `https` is accepted.
    PlainHttp,
    /// A user name or password in it: it would end up in logs.
    UserInfo,
    /// Port 0, or a port that belongs to a protocol which an HTTP request could be mistaken for.
    Port(u16),
    /// `localhost` or a name below it, where this machine is out of reach.
    LocalName(String),
    /// An IP address that is not allowed.
    Address(IpAddr, AddressKind),
}

impl fmt::Display for UrlRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UrlRefusal::NotAUrl(problem) => write!(f, "not a URL: {problem}"),
            UrlRefusal::Scheme(scheme) => write!(f, "must be https, not {scheme}"),
            UrlRefusal::PlainHttp => write!(f, "must be https"),
            UrlRefusal::UserInfo => write!(f, "must not contain a user name or password"),
            UrlRefusal::Port(port) => write!(f, "port {port} is not for HTTP"),
            UrlRefusal::LocalName(name) => write!(f, "{name} is this machine, which is not allowed"),
            UrlRefusal::Address(address, kind) => write!(f, "{address} is {kind}, which is not allowed"),
        }
    }
}

impl std::error::Error for UrlRefusal {}

/// Ports that other protocols own: the list of the Fetch standard ("bad port"), which browsers follow too.
const OTHER_PROTOCOLS: [u16; 82] = [
    1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104,
    109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515,
    526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049,
    3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
];

/// The URL, if the policy has nothing against it. A name in it still has to be resolved and checked.
pub(super) fn check(policy: &Policy, url: &str) -> Result<Url, UrlRefusal> {
    let url = Url::parse(url).map_err(|error| UrlRefusal::NotAUrl(error.to_string()))?;
    let host = match url.scheme() {
        // The parser has made sure that these two have a host, in lower case and with numbers in their usual form.
        "https" | "http" => Host::of(url.host_str().unwrap_or_default()),
        other => return Err(UrlRefusal::Scheme(other.to_owned())),
    };
    let local = matches!(host, Host::Local(_))
        || matches!(host, Host::Address(ip) if kind(ip) == AddressKind::Loopback);
    let plain_is_fine = match policy.allow_http {
        AllowHttp::Never => false,
        AllowHttp::Loopback => local,
        AllowHttp::Everywhere => true,
    };
    if url.scheme() == "http" && !plain_is_fine {
        return Err(UrlRefusal::PlainHttp);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(UrlRefusal::UserInfo);
    }
    if let Some(port) = url.port().filter(|port| *port == 0 || OTHER_PROTOCOLS.contains(port)) {
        return Err(UrlRefusal::Port(port));
    }
    match host {
        Host::Address(ip) if !policy.allow_private.admits(kind(ip)) => Err(UrlRefusal::Address(ip, kind(ip))),
        Host::Local(name) if policy.allow_private == AllowPrivate::None => {
            Err(UrlRefusal::LocalName(name.to_owned()))
        }
        Host::Address(_) | Host::Local(_) | Host::Name => Ok(url),
    }
}

/// Whether a name means this machine whatever a name server says (RFC 6761, section 6.3).
pub(super) fn is_local_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.eq_ignore_ascii_case("localhost")
        || name
            .len()
            .checked_sub(".localhost".len())
            .is_some_and(|start| name.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(".localhost")))
}

/// The host of a URL.
enum Host<'a> {
    Address(IpAddr),
    Local(&'a str),
    Name,
}

impl Host<'_> {
    fn of(text: &str) -> Host<'_> {
        let v6 = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok();
        match (v6(), text.parse::<Ipv4Addr>()) {
            (Some(address), _) => Host::Address(address.into()),
            (None, Ok(address)) => Host::Address(address.into()),
            (None, Err(_)) if is_local_name(text) => Host::Local(text),
            (None, Err(_)) => Host::Name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(allow_private: AllowPrivate, allow_http: AllowHttp, url: &str) -> Option<UrlRefusal> {
        check(&Policy { allow_private, allow_http, ..Policy::default() }, url).err()
    }

    #[test]
    fn strangers_reach_public_https_only() {
        let strict = |url| refusal(AllowPrivate::None, AllowHttp::Never, url);
        for fine in
            ["https://example.com/hook?x=1", "https://example.com:8443/", "https://1.1.1.1", "https://intra"]
        {
            assert_eq!(strict(fine), None, "{fine}");
        }
        assert!(matches!(strict("example.com/hook"), Some(UrlRefusal::NotAUrl(_))));
        assert!(matches!(strict("https://"), Some(UrlRefusal::NotAUrl(_))));
        assert_eq!(strict("ftp://example.com"), Some(UrlRefusal::Scheme("ftp".into())));
        assert_eq!(strict("file:///etc/passwd"), Some(UrlRefusal::Scheme("file".into())));
        assert_eq!(strict("http://example.com"), Some(UrlRefusal::PlainHttp));
        assert_eq!(strict("https://me:secret@example.com"), Some(UrlRefusal::UserInfo));
        assert_eq!(strict("https://example.com:25"), Some(UrlRefusal::Port(25)));
        assert_eq!(strict("https://example.com:0"), Some(UrlRefusal::Port(0)));
        assert_eq!(strict("https://app.LOCALHOST."), Some(UrlRefusal::LocalName("app.localhost.".into())));
    }

    #[test]
    fn an_address_is_seen_through_every_way_of_writing_it() {
        let written = [
            "127.0.0.1",
            "2130706433",
            "0x7f.1",
            "0177.0.0.1",
            "127.1",
            "127.0.0.1.",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[64:ff9b::7f00:1]",
            "１２７.0.0.1",
        ];
        for host in written {
            let refused = refusal(AllowPrivate::None, AllowHttp::Never, &format!("https://{host}/"));
            assert!(
                matches!(refused, Some(UrlRefusal::Address(_, AddressKind::Loopback))),
                "{host} {refused:?}"
            );
        }
        let metadata =
            refusal(AllowPrivate::All, AllowHttp::Everywhere, "http://169.254.169.254/latest/meta-data");
        assert!(matches!(metadata, Some(UrlRefusal::Address(_, AddressKind::Metadata))));
    }

    #[test]
    fn developers_reach_their_own_machine_without_encryption() {
        let dev = |url| refusal(AllowPrivate::Loopback, AllowHttp::Loopback, url);
        for fine in
            ["http://localhost:3000/x", "http://a.localhost", "http://127.0.0.1:3000", "http://[::1]:3000"]
        {
            assert_eq!(dev(fine), None, "{fine}");
        }
        assert_eq!(dev("http://example.com"), Some(UrlRefusal::PlainHttp));
        assert_eq!(dev("http://notlocalhost"), Some(UrlRefusal::PlainHttp));
        assert!(matches!(dev("https://10.0.0.1"), Some(UrlRefusal::Address(_, AddressKind::Private))));
        assert_eq!(refusal(AllowPrivate::All, AllowHttp::Everywhere, "http://10.0.0.1:8080"), None);
    }
}
