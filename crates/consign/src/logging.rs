//! The log, on standard error; and spans for an OpenTelemetry collector, in builds with the feature `otel`.

#[cfg(feature = "otel")]
mod otlp;

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

/// Starts the log of this process; once only.
pub fn start(log: &Log, telemetry: &Telemetry) -> Result<Logging, Failure> {
    let mut layers = vec![lines(log)?];
    let logging = spans(telemetry.otlp_endpoint.as_ref(), &mut layers)?;
    tracing_subscriber::registry()
        .with(layers)
        .try_init()
        .map_err(|error| Failure::new(Exit::Error, format!("cannot start the log: {error}")))?;
    Ok(logging)
}

fn lines(log: &Log) -> Result<Boxed, Failure> {
    let level = EnvFilter::builder().parse(&log.level).map_err(|error| {
        let wants = "log.level wants a level, or levels by target like info,engine=debug";
        Failure::new(Exit::Usage, format!("{wants}: {error}"))
    })?;
    let lines = fmt::layer().with_writer(std::io::stderr);
    Ok(match log.format {
        LogFormat::Text => {
            lines.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).with_filter(level).boxed()
        }
        LogFormat::Json => lines.json().flatten_event(true).with_filter(level).boxed(),
    })
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
