//! What kind of place an IP address is, and which kinds may be called.
//!
//! IPv6 is judged by what is *known to be public*: everything outside 2000::/3 is something else. An IPv6 address that
//! carries an IPv4 address (mapped, compatible, NAT64) is judged by the one it carries, since that is where the packets
//! go; the other tunnels (6to4, Teredo) are obsolete and refused. Source of the ranges: the IANA special-purpose address
//! registries (RFC 6890 and its successors).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Which addresses besides public ones may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllowPrivate {
    /// None: the whole network around this server is out of reach. For installations whose users are strangers.
    None,
    /// This machine: for development.
    Loopback,
    /// This machine and the networks around it. Metadata services and addresses that are nobody's stay refused.
    All,
}

impl AllowPrivate {
    /// Whether a place of that kind may be called.
    pub(super) fn admits(self, kind: AddressKind) -> bool {
        match kind {
            AddressKind::Public => true,
            AddressKind::Loopback => self != AllowPrivate::None,
            AddressKind::Private => self == AllowPrivate::All,
            AddressKind::LinkLocal | AddressKind::Metadata | AddressKind::Nobody => false,
        }
    }
}

/// What kind of place an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressKind {
    /// Somewhere on the internet.
    Public,
    /// This machine.
    Loopback,
    /// A network of an organisation or of a carrier: RFC 1918, 100.64.0.0/10, unique local IPv6.
    Private,
    /// The wire that this machine hangs on: 169.254.0.0/16, fe80::/10.
    LinkLocal,
    /// A well-known address where clouds hand credentials to their machines.
    Metadata,
    /// No single host: unspecified, multicast, broadcast, documentation, benchmarking, reserved, obsolete tunnels.
    Nobody,
}

impl fmt::Display for AddressKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AddressKind::Public => "public",
            AddressKind::Loopback => "loopback",
            AddressKind::Private => "private",
            AddressKind::LinkLocal => "link-local",
            AddressKind::Metadata => "a cloud's metadata service",
            AddressKind::Nobody => "reserved",
        })
    }
}

/// The kind of place that `address` is.
pub fn kind(address: IpAddr) -> AddressKind {
    match address {
        IpAddr::V4(address) => kind_v4(address),
        IpAddr::V6(address) => kind_v6(address),
    }
}

fn kind_v4(address: Ipv4Addr) -> AddressKind {
    match address.octets() {
        // AWS, GCP, Azure, DigitalOcean and others; Azure's host; Alibaba's; Oracle's.
        [169, 254, 169, 254] | [168, 63, 129, 16] | [100, 100, 100, 200] | [192, 0, 0, 192] => {
            AddressKind::Metadata
        }
        [127, ..] => AddressKind::Loopback,
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => AddressKind::Private,
        [169, 254, ..] => AddressKind::LinkLocal,
        // "This network", protocol assignments, documentation, 6to4 relays, benchmarking, multicast, reserved, broadcast.
        [0, ..]
        | [192, 0, 0 | 2, _]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        | [192, 88, 99, _]
        | [198, 18..=19, ..]
        | [224..=255, ..] => AddressKind::Nobody,
        _ => AddressKind::Public,
    }
}

fn kind_v6(address: Ipv6Addr) -> AddressKind {
    let carried = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        kind_v4(Ipv4Addr::new(a, b, c, d))
    };
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => AddressKind::Nobody,
        [0, 0, 0, 0, 0, 0, 0, 1] => AddressKind::Loopback,
        // IPv4-compatible, IPv4-mapped and NAT64.
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => carried(high, low),
        // AWS over IPv6.
        [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254] => AddressKind::Metadata,
        // Unique local, and site-local, its predecessor.
        [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] => AddressKind::Private,
        [0xfe80..=0xfebf, ..] => AddressKind::LinkLocal,
        // Protocol assignments with Teredo in them, documentation twice, 6to4.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] | [0x2002, ..] => {
            AddressKind::Nobody
        }
        [0x2000..=0x3fff, ..] => AddressKind::Public,
        _ => AddressKind::Nobody,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_range_is_of_its_kind_up_to_its_edges() {
        use AddressKind::*;
        let table = [
            (
                Public,
                "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0",
            ),
            (
                Public,
                "169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 192.167.255.255 192.169.0.0 192.0.1.0",
            ),
            (
                Public,
                "198.17.255.255 198.20.0.0 223.255.255.255 2606:4700::1111 2001:4860:4860::8888 2001:200::",
            ),
            (
                Loopback,
                "127.0.0.1 127.0.0.0 127.255.255.255 ::1 ::ffff:127.0.0.1 ::127.0.0.1 64:ff9b::127.0.0.1",
            ),
            (Private, "10.0.0.0 10.255.255.255 172.16.0.0 172.31.255.255 192.168.0.0 192.168.255.255"),
            (Private, "100.64.0.0 100.127.255.255 fc00:: fdff:ffff::1 fec0::1 ::ffff:10.0.0.1 ::10.0.0.1"),
            (Private, "64:ff9b::192.168.1.1 ::ffff:100.64.0.1"),
            (LinkLocal, "169.254.0.0 169.254.255.255 fe80::1 febf::1 ::ffff:169.254.1.1"),
            (Metadata, "169.254.169.254 ::ffff:169.254.169.254 64:ff9b::169.254.169.254 fd00:ec2::254"),
            (Metadata, "168.63.129.16 100.100.100.200 192.0.0.192"),
            (
                Nobody,
                "0.0.0.0 0.1.2.3 192.0.0.8 192.0.2.1 198.51.100.1 203.0.113.1 192.88.99.1 198.18.0.1 198.19.255.255",
            ),
            (
                Nobody,
                "224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 :: ff02::1 2001:db8::1 3fff::1 100::1",
            ),
            (
                Nobody,
                "2002:7f00:1::1 2001:0:4136::1 64:ff9b:1::1 ::ffff:0:127.0.0.1 ::ffff:0.0.0.0 4000::1 5f00::1",
            ),
            (Public, "::ffff:8.8.8.8 64:ff9b::8.8.8.8"),
        ];
        for (expected, addresses) in table {
            for address in addresses.split(' ') {
                assert_eq!(kind(address.parse().unwrap()), expected, "{address}");
            }
        }
    }

    #[test]
    fn what_is_allowed_grows_and_never_reaches_the_metadata() {
        use AddressKind::*;
        let admitted = |policy: AllowPrivate| {
            let all = [Public, Loopback, Private, LinkLocal, Metadata, Nobody];
            all.into_iter().filter(|kind| policy.admits(*kind)).collect::<Vec<_>>()
        };
        assert_eq!(admitted(AllowPrivate::None), [Public]);
        assert_eq!(admitted(AllowPrivate::Loopback), [Public, Loopback]);
        assert_eq!(admitted(AllowPrivate::All), [Public, Loopback, Private]);
    }
}
