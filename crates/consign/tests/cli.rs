//! The binary as scripts see it: output, exit codes.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::process::{Command, Output};

fn consign(folder: &std::path::Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_consign"))
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("CONSIGN_LOG__LEVEL", "debug")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn settings_are_shown_with_their_origins() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("consign.toml"),
        "[database]\nurl = \"postgres://a:s3cret@db/consign\"\n",
    )
    .unwrap();
    let shown = text(&consign(folder.path(), &["config", "show", "--origin"]).stdout);
    let line = |key: &str| shown.lines().find(|line| line.starts_with(key)).unwrap().to_owned();
    assert!(line("database.url").contains("postgres://a:****@db/consign"), "{shown}");
    assert!(line("database.url").ends_with("# ./consign.toml:2"), "{shown}");
    assert!(line("log.level").ends_with("# env CONSIGN_LOG__LEVEL"), "{shown}");
    assert!(line("http.listen").ends_with("# default"), "{shown}");

    let json = text(&consign(folder.path(), &["config", "show", "--json"]).stdout);
    let level = r#"{"key":"log.level","value":"debug","origin":"env CONSIGN_LOG__LEVEL"}"#;
    assert!(json.lines().any(|line| line == level), "{json}");
    assert!(!json.contains("s3cret"));
}

#[test]
fn a_wrong_setting_is_a_usage_error() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("consign.toml"), "[http]\nlisen = 1\n").unwrap();
    let output = consign(folder.path(), &["config", "show"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        text(&output.stderr),
        "consign: ./consign.toml:2: there is no setting http.lisen; did you mean http.listen?\n"
    );
    let output = consign(folder.path(), &["config", "show", "--config", "other.toml"]);
    assert!(text(&output.stderr).contains("cannot read other.toml, which --config names"));
    assert_eq!(consign(folder.path(), &["confg"]).status.code(), Some(2));
}

#[test]
fn shells_can_complete_every_command() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish"] {
        let output = consign(folder.path(), &["completions", shell]);
        assert!(output.status.success() && text(&output.stdout).contains("completions"), "{shell}");
    }
    assert!(text(&consign(folder.path(), &["--version"]).stdout).starts_with("consign "));
}
