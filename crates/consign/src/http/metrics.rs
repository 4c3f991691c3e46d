//! What is counted, for Prometheus. Few series: a request's route is its pattern, never its path.

use std::sync::OnceLock;
use std::time::Duration;

use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

const REQUESTS: &str = "consign_http_requests_total";
const SECONDS: &str = "consign_http_request_seconds";
const IN_FLIGHT: &str = "consign_http_requests_in_flight";

/// Upper bounds of the latency buckets, in seconds.
const BUCKETS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// The recorder of this process, installed at the first call. `None` if another one had been installed before.
pub(super) fn recorder() -> Option<&'static PrometheusHandle> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    let install = || {
        let bounded =
            PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".into()), BUCKETS);
        let handle = bounded.and_then(PrometheusBuilder::install_recorder);
        describe_counter!(REQUESTS, "Requests answered, by route and status.");
        describe_histogram!(SECONDS, "Time from a request's head to its answer's head, by route.");
        describe_gauge!(IN_FLIGHT, "Requests being worked on.");
        handle.inspect_err(|error| tracing::warn!(%error, "no metrics")).ok()
    };
    RECORDER.get_or_init(install).as_ref()
}

/// Moves samples into their buckets now and then: otherwise they pile up until somebody asks for them.
pub(super) async fn upkeep() {
    let mut clock = tokio::time::interval(Duration::from_secs(5));
    loop {
        clock.tick().await;
        if let Some(recorder) = recorder() {
            recorder.run_upkeep();
        }
    }
}

/// Counts a request as being worked on, until dropped.
pub(super) struct InFlight;

impl InFlight {
    pub(super) fn begin() -> Self {
        gauge!(IN_FLIGHT).increment(1.0);
        Self
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        gauge!(IN_FLIGHT).decrement(1.0);
    }
}

/// Counts an answer.
pub(super) fn answered(route: &str, status: u16, took: Duration) {
    counter!(REQUESTS, "route" => route.to_owned(), "status" => status.to_string()).increment(1);
    histogram!(SECONDS, "route" => route.to_owned()).record(took.as_secs_f64());
}
