//! The log, on standard error; and spans for an OpenTelemetry collector, in builds with the feature `otel`.

#[cfg(feature = "otel")]
mod otlp;

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::IsTerminal;
use std::panic::PanicHookInfo;

use tracing_subscriber::filter::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry, fmt};

use crate::config::{HttpUrl, Log, LogFormat, Telemetry};
use crate::failure::{Exit, Failure};

type Boxed = Box<dyn Layer<Registry> + Send + Sync>;

/// Keeps the exporter of spans alive. Dropping it sends what is left, so keep it until the end of `main`.
#[must_use = "dropping it ends the export of spans"]
pub struct Logging {
    #[cfg(feature = "otel")]
    _spans: Option<otlp::Exporter>,
}

/// Starts the log of this process; once only. Panics are logged too, from then on.
pub fn start(log: &Log, telemetry: &Telemetry) -> Result<Logging, Failure> {
    let mut layers = vec![lines(log)];
    let logging = spans(telemetry.otlp_endpoint.as_ref(), &mut layers)?;
    tracing_subscriber::registry()
        .with(layers)
        .try_init()
        .map_err(|error| Failure::new(Exit::Error, format!("cannot start the log: {error}")))?;
    std::panic::set_hook(Box::new(log_panic));
    Ok(logging)
}

fn lines(log: &Log) -> Boxed {
    let levels = EnvFilter::new(log.level.as_str());
    let lines = fmt::layer().with_writer(std::io::stderr);
    match log.format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).with_filter(levels).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_filter(levels).boxed(),
    }
}

/// A panic as a line of the log like any other: in its format, and with the id of the request that caused it.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let backtrace = Backtrace::capture();
    let backtrace = (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
    tracing::error!(backtrace, "{panic}");
}

#[cfg(feature = "otel")]
fn spans(endpoint: Option<&HttpUrl>, layers: &mut Vec<Boxed>) -> Result<Logging, Failure> {
    let Some(endpoint) = endpoint else { return Ok(Logging { _spans: None }) };
    let (layer, exporter) = otlp::layer(endpoint)?;
    layers.push(layer);
    Ok(Logging { _spans: Some(exporter) })
}

#[cfg(not(feature = "otel"))]
fn spans(endpoint: Option<&HttpUrl>, _layers: &mut Vec<Boxed>) -> Result<Logging, Failure> {
    match endpoint {
        None => Ok(Logging {}),
        Some(_) => Err(Failure::new(
            Exit::Usage,
            "telemetry.otlp_endpoint is set, but this build cannot send spans: unset it, \
             or build with `cargo build --release -p consign --features otel`",
        )),
    }
}

#[cfg(all(test, not(feature = "otel")))]
mod tests {
    use crate::config::{Flag, Purpose, Sources, load};

    #[test]
    fn an_endpoint_that_this_build_cannot_use_is_an_error() {
        let flags = vec![Flag {
            key: "telemetry.otlp_endpoint",
            name: "--test",
            value: "http://localhost:4318".into(),
        }];
        let sources =
            Sources { purpose: Purpose::Serve, file: None, search: Vec::new(), env: Vec::new(), flags };
        let config = load(&sources).unwrap().config;
        let failure = super::start(&config.log, &config.telemetry).err().unwrap();
        assert!(failure.message.contains("--features otel"), "{failure}");
    }
}
