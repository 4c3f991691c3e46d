//! The real server on a ground, and what its process takes.

use std::io::{BufRead as _, BufReader};
use std::ops::Range;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::Outcome;
use crate::ground::Ground;
use crate::measure::Measured;
use crate::options::{Options, Work};

/// A server that runs until it is dropped.
pub struct Server {
    process: Child,
    address: String,
    path: String,
    token: String,
}

impl Server {
    pub fn start(ground: &Ground, options: &Options) -> Outcome<Server> {
        let program = match &options.server {
            Some(program) => program.clone(),
            None => beside("consign")?,
        };
        let log = std::fs::File::create(ground.folder().join("server.log"))?;
        let mut process = Command::new(&program)
            .args(["dev", "--empty", "--json", "--listen", "127.0.0.1:0", "--db", &ground.url, "--data"])
            .arg(ground.folder())
            .current_dir(ground.folder())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .map_err(|error| format!("{}: {error}; build it with --release -p consign", program.display()))?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        let mut server =
            Server { process, address: String::new(), path: String::new(), token: String::new() };
        let told: Value = serde_json::from_str(&line).map_err(|error| {
            format!("the server did not start ({error}), see {}", ground.folder().display())
        })?;
        let text = |name: &str| told["shopify"][name].as_str().unwrap_or_default().to_owned();
        let endpoint = text("endpoint");
        let (address, path) = endpoint
            .strip_prefix("http://")
            .and_then(|rest| rest.split_once('/'))
            .ok_or("the server told no address")?;
        (server.address, server.path) = (address.to_owned(), format!("/{path}"));
        server.token = text("token");
        Ok(server)
    }

    pub fn process(&self) -> u32 {
        self.process.id()
    }

    /// Calls it from a process of its own, about these ids: first, distance, number.
    pub async fn measure(&self, work: Work, ids: [i64; 3], options: &Options) -> Outcome<Measured> {
        let span = options.span();
        let mut load = Command::new(std::env::current_exe()?);
        load.args(["load", "--address", &self.address, "--path", &self.path, "--token", &self.token])
            .args(["--work", &work.name().replace('_', "-")])
            .args(["--warm-ms", &span.warm.as_millis().to_string()])
            .args(["--time-ms", &span.time.as_millis().to_string()])
            .args(["--ids", &ids.map(|id| id.to_string()).join(",")])
            .stderr(Stdio::inherit());
        let output = tokio::task::spawn_blocking(move || load.output()).await??;
        let told: Value =
            serde_json::from_slice(&output.stdout).map_err(|_| "the clients failed, see above")?;
        let figure = |name: &str| told[name].as_f64().ok_or("the clients told too little");
        Ok(Measured { per_s: figure("per_s")?, p50_ms: figure("p50_ms")?, p99_ms: figure("p99_ms")? })
    }

    /// Memory of the process that is its own or was touched, in megabytes.
    pub fn resident_mb(&self) -> Outcome<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        let kb: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kb / 1024.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // As a service manager does it, so that the database is left in order; the process itself if that fails.
        let told = Command::new("kill").arg(self.process.id().to_string()).status();
        if !told.is_ok_and(|status| status.success()) {
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}

/// The ids of copies as the clients are told: first, distance, number.
pub fn ids(ground: &Ground, work: Work, copies: Range<i64>) -> [i64; 3] {
    let first = match work {
        Work::Fulfil => ground.work_ids()(copies.start),
        _ => ground.order_ids()(copies.start),
    };
    [first, ground.distance(), copies.end - copies.start]
}

fn beside(name: &str) -> Outcome<PathBuf> {
    let own = std::env::current_exe()?;
    let path = own.with_file_name(name);
    if !path.exists() {
        return Err(format!("{} is not there: cargo build --release -p consign", path.display()).into());
    }
    Ok(path)
}
