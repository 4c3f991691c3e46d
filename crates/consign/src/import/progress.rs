//! How far a file is read: a bar on a terminal, a line now and then anywhere else.

use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// How often a line is written where there is no terminal.
const EVERY: Duration = Duration::from_secs(10);

/// How far a file is read.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    read: Arc<AtomicU64>,
    bytes: u64,
    told: Instant,
}

impl Progress {
    /// A file of that many bytes, of which `read` are read.
    pub(super) fn new(bytes: u64, read: Arc<AtomicU64>) -> Self {
        let style =
            ProgressStyle::with_template("{bar:30} {percent:>3} %  {bytes_per_sec}  {eta} left  {msg}");
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(bytes);
            if let Ok(style) = style {
                bar.set_style(style);
            }
            bar
        });
        Self { bar, read, bytes, told: Instant::now() }
    }

    /// So many orders are through.
    pub(super) fn orders(&mut self, orders: u64) {
        let read = self.read.load(Ordering::Relaxed);
        if let Some(bar) = &self.bar {
            bar.set_position(read);
            bar.set_message(format!("{orders} orders"));
        } else if self.told.elapsed() >= EVERY {
            self.told = Instant::now();
            let percent = read.saturating_mul(100) / self.bytes.max(1);
            self.line(&format!("{orders} orders, {percent} % of the file"));
        }
    }

    /// A line on standard error, above the bar. Nobody is helped if it can't be written.
    pub(super) fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(text),
            None => drop(writeln!(std::io::stderr(), "{text}")),
        }
    }

    /// The bar goes.
    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
