//! Names become addresses here and nowhere else: resolved, judged, and handed to the connection as they were judged.
//!
//! The connection is made to the very addresses that [`Guarded`] returns, so a name that answers differently a moment
//! later (DNS rebinding) gains nothing. One refused address refuses the name: a host that is half inside the private
//! network is either a mistake or an attack.

use std::error::Error;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{LookupIpStrategy, ResolveHosts};
use hickory_resolver::net::NetError;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::{AddressKind, AllowPrivate, kind};
use super::url::is_local_name;

/// A name led to an address that the policy does not allow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedAddress {
    /// The name that was resolved.
    pub host: String,
    /// The address it led to.
    pub address: IpAddr,
    /// What kind of place that is.
    pub kind: AddressKind,
}

impl fmt::Display for RefusedAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} leads to {}, which is {} and not allowed", self.host, self.address, self.kind)
    }
}

impl Error for RefusedAddress {}

/// The resolver of this machine: its name servers and its hosts file.
pub(super) struct System(TokioResolver);

impl System {
    /// Reads the system's configuration. A name server gets `timeout` for an answer.
    pub(super) fn new(timeout: Duration) -> Result<System, NetError> {
        let mut builder = TokioResolver::builder_tokio()?;
        let options = builder.options_mut();
        options.timeout = timeout;
        options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
        options.use_hosts_file = ResolveHosts::Always;
        Ok(System(builder.build()?))
    }
}

impl Resolve for System {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.0.clone();
        Box::pin(async move {
            let found = resolver.lookup_ip(name.as_str()).await?;
            Ok(addresses(found.iter()))
        })
    }
}

/// A resolver whose answers are judged before anybody sees them.
pub(super) struct Guarded {
    pub(super) inner: Arc<dyn Resolve>,
    pub(super) allow: AllowPrivate,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (inner, allow, host) = (Arc::clone(&self.inner), self.allow, name.as_str().to_owned());
        Box::pin(async move {
            let found: Vec<IpAddr> = if is_local_name(&host) {
                // Never asked of a name server, which could say anything.
                vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]
            } else {
                inner.resolve(name).await?.map(|address| address.ip()).collect()
            };
            let refused = found.iter().map(|ip| (*ip, kind(*ip))).find(|(_, kind)| !allow.admits(*kind));
            match refused {
                Some((address, kind)) => Err(RefusedAddress { host, address, kind }.into()),
                None if found.is_empty() => Err(format!("{host} has no address").into()),
                None => Ok(addresses(found)),
            }
        })
    }
}

/// Port 0 stands for the one in the URL.
fn addresses(found: impl IntoIterator<Item = IpAddr>) -> Addrs {
    let found: Vec<SocketAddr> = found.into_iter().map(|ip| SocketAddr::new(ip, 0)).collect();
    Box::new(found.into_iter())
}
