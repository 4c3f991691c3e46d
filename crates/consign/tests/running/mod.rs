//! The real binary, started and stopped.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

#[allow(dead_code, reason = "not every test needs it")]
pub mod billing;
#[allow(dead_code, reason = "not every test needs it")]
pub mod charging;

/// The binary without this process's settings.
pub fn consign(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_consign"));
    command.args(args).env_clear().env("TMPDIR", std::env::temp_dir());
    command
}

/// Runs a command on a data folder to its end.
#[allow(dead_code, reason = "not every test needs it")]
pub fn run(data: &Path, args: &[&str]) -> Output {
    consign(args).args(["--data".as_ref(), data.as_os_str()]).output().unwrap()
}

/// What a successful command said.
#[allow(dead_code, reason = "not every test needs it")]
pub fn said(output: &Output) -> String {
    let told = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", told(&output.stdout), told(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A server that runs; it is killed when dropped.
pub struct Running {
    child: Child,
    #[allow(dead_code, reason = "not every test needs it")]
    stdout: BufReader<ChildStdout>,
    pub ready: Value,
}

impl Running {
    /// Starts `consign dev --json` on some free port, and waits until it is ready.
    pub fn dev(data: &Path, more: &[&str]) -> Self {
        Self::dev_with(data, more, &[])
    }

    /// The same, with settings of the environment.
    pub fn dev_with(data: &Path, more: &[&str], settings: &[(&str, &str)]) -> Self {
        let mut command = consign(&["dev", "--json", "--listen", "127.0.0.1:0"]);
        command.args(["--data".as_ref(), data.as_os_str()]).args(more).envs(settings.iter().copied());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let ready = serde_json::from_str(&line).unwrap_or_else(|_| panic!("not ready: {line:?}"));
        Self { child, stdout, ready }
    }

    /// The address, without `http://`.
    pub fn address(&self) -> &str {
        self.ready["admin"]["url"].as_str().unwrap().strip_prefix("http://").unwrap()
    }

    /// Asks the Shopify dialect.
    #[allow(dead_code, reason = "not every test needs it")]
    pub fn ask(&self, token: &str, query: &str) -> (u16, Value) {
        let body = json!({ "query": query }).to_string();
        let head = format!("x-shopify-access-token: {token}\r\ncontent-type: application/json\r\n");
        let (status, body) = http(self.address(), "POST /admin/api/2026-07/graphql.json", &head, &body);
        (status, serde_json::from_str(&body).unwrap_or(Value::Null))
    }

    /// Asks it to stop by SIGTERM; its exit code, and what it said after it was ready.
    #[allow(dead_code, reason = "not every test needs it")]
    pub fn stop(mut self) -> (Option<i32>, String) {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code(), rest)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A request on a connection of its own: status and body.
pub fn http(address: &str, what: &str, head: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let length = body.len();
    let request = format!(
        "{what} HTTP/1.1\r\nhost: t\r\nconnection: close\r\ncontent-length: {length}\r\n{head}\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split_whitespace().nth(1).unwrap().parse().unwrap();
    (status, body.to_owned())
}
