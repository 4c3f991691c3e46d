//! Sends spans to a collector: OTLP over HTTP, protobuf, in batches from a thread of its own.

use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::LevelFilter;

use super::Boxed;
use crate::config::HttpUrl;
use crate::failure::{Exit, Failure};

/// A collector that does not answer must hold up neither the batches nor the end of the process.
const TIMEOUT: Duration = Duration::from_secs(3);

/// Sends what is left when dropped.
pub(super) struct Exporter(SdkTracerProvider);

impl Drop for Exporter {
    fn drop(&mut self) {
        // The process ends: there is nobody left to tell.
        let _ = self.0.shutdown_with_timeout(TIMEOUT);
    }
}

/// The layer that records spans, and the exporter that sends them.
pub(super) fn layer(endpoint: &HttpUrl) -> Result<(Boxed, Exporter), Failure> {
    let failed = |why: String| {
        Failure::new(Exit::Error, format!("cannot send spans (telemetry.otlp_endpoint): {why}"))
    };
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(client().map_err(failed)?)
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{}/v1/traces", endpoint.as_str()))
        .with_timeout(TIMEOUT)
        .build()
        .map_err(|error| failed(error.to_string()))?;
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_resource(Resource::builder().with_service_name("consign").build())
        .build();
    let spans = tracing_opentelemetry::layer().with_tracer(provider.tracer("consign"));
    Ok((spans.with_filter(LevelFilter::INFO).boxed(), Exporter(provider)))
}

/// The blocking client refuses to be made on a thread of an async runtime, hence the thread.
fn client() -> Result<reqwest::blocking::Client, String> {
    // An error means that a provider had been chosen already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let build =
        || reqwest::blocking::Client::builder().timeout(TIMEOUT).build().map_err(|error| error.to_string());
    std::thread::spawn(build).join().unwrap_or_else(|_| Err("its HTTP client panicked".into()))
}
