//! Whose certificates are believed.
//!
//! Those of the system, so that a certificate authority of the installation's own counts; and if the system has none (a
//! container with nothing but the program in it), Mozilla's list as of the build.

use std::sync::Arc;

use rustls::{ClientConfig, Error, RootCertStore};

/// The TLS side of every call. Reads the system's certificates from disk.
pub(super) fn config() -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots())
        .with_no_client_auth())
}

fn roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let system = rustls_native_certs::load_native_certs();
    let (_, unreadable) = roots.add_parsable_certificates(system.certs);
    if unreadable > 0 || !system.errors.is_empty() {
        tracing::debug!(unreadable, errors = ?system.errors, "some certificates of the system were skipped");
    }
    if roots.is_empty() {
        tracing::info!("the system has no root certificates: using the built-in ones");
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots
}
