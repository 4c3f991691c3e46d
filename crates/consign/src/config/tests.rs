//! What wins over what, and what a mistake is told.

use super::*;

fn sources(file: Option<&str>, env: &[(&str, &str)]) -> (tempfile::TempDir, Sources) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("consign.toml");
    if let Some(text) = file {
        std::fs::write(&path, text).unwrap();
    }
    let env = env.iter().map(|(name, value)| (name.into(), value.into())).collect();
    let sources = Sources { purpose: Purpose::Serve, file: None, search: vec![path], env, flags: Vec::new() };
    (folder, sources)
}

fn value(loaded: &Loaded, key: &str) -> (String, Origin) {
    let found = loaded.values.iter().find(|value| value.setting.key == key).unwrap();
    (found.shown(), found.origin.clone())
}

fn problem(file: Option<&str>, env: &[(&str, &str)]) -> String {
    let (_folder, sources) = sources(file, env);
    load(&sources).unwrap_err().message
}

#[test]
fn defaults_alone_are_enough() {
    let (_folder, sources) = sources(None, &[]);
    let loaded = load(&sources).unwrap();
    assert_eq!(loaded.config.http.listen.to_string(), "127.0.0.1:8470");
    assert_eq!(loaded.config.outside.allow_private, AllowPrivate::None);
    assert_eq!(loaded.config.database_url(), "sqlite:./consign-data/consign.db");
    assert_eq!(loaded.config.telemetry.otlp_endpoint, None);
    let dev = load(&Sources { purpose: Purpose::Dev, ..sources }).unwrap();
    assert_eq!(dev.config.outside.allow_private, AllowPrivate::Loopback);
}

#[test]
fn a_flag_beats_the_environment_beats_the_file_beats_the_default() {
    let file = "[http]\nmax_body_bytes = 4096\nlisten = \"127.0.0.1:1\"\n\n[log]\nformat = \"json\"\n";
    let (_folder, mut sources) = sources(
        Some(file),
        &[("CONSIGN_HTTP__LISTEN", "127.0.0.1:2"), ("CONSIGN_HTTP__MAX_BODY_BYTES", "8192")],
    );
    sources.flags = vec![Flag { key: "http.listen", name: "--listen", value: "127.0.0.1:3".into() }];
    let loaded = load(&sources).unwrap();
    let path = sources.search[0].clone();
    assert_eq!(value(&loaded, "http.listen"), ("127.0.0.1:3".into(), Origin::Flag("--listen")));
    assert_eq!(
        value(&loaded, "http.max_body_bytes"),
        ("8192".into(), Origin::Env("CONSIGN_HTTP__MAX_BODY_BYTES".into()))
    );
    assert_eq!(value(&loaded, "log.format"), ("json".into(), Origin::File(path, 6)));
    assert_eq!(value(&loaded, "log.level"), ("info".into(), Origin::Default));
}

#[test]
fn a_secret_may_come_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("url");
    std::fs::write(&secret, "postgres://consign:s3cret@db/consign\n").unwrap();
    let name = "CONSIGN_DATABASE__URL_FILE";
    let (_folder, sources) = sources(None, &[(name, secret.to_str().unwrap())]);
    let loaded = load(&sources).unwrap();
    assert_eq!(loaded.config.database_url(), "postgres://consign:s3cret@db/consign");
    assert_eq!(
        value(&loaded, "database.url"),
        ("postgres://consign:****@db/consign".into(), Origin::Env(name.into()))
    );
    let both = problem(None, &[(name, "/x"), ("CONSIGN_DATABASE__URL", "sqlite:/y")]);
    assert_eq!(both, "CONSIGN_DATABASE__URL and CONSIGN_DATABASE__URL_FILE are both set: unset one of them");
}

#[test]
fn a_key_nobody_knows_is_an_error_that_names_the_nearest() {
    for (unknown, meant) in [
        ("[http]\nlistne = 1", "there is no setting http.listne; did you mean http.listen?"),
        ("[server]\nlisten = 1", "there is no setting server.listen; did you mean http.listen?"),
        (
            "[htpp]\nmax_body_byte = 1",
            "there is no setting htpp.max_body_byte; did you mean http.max_body_bytes?",
        ),
        ("[weather]\nsunny = true", "there is no setting weather.sunny; `consign config show` lists all"),
        ("listen = 1", "`listen` stands outside of a section; did you mean http.listen?"),
    ] {
        let told = problem(Some(unknown), &[]);
        assert!(told.ends_with(meant), "{told}");
    }
    assert_eq!(
        problem(None, &[("CONSIGN_LOG__LEVLE", "debug")]),
        "env CONSIGN_LOG__LEVLE: there is no setting log.levle; did you mean log.level?"
    );
}

#[test]
fn all_mistakes_are_told_at_once_with_their_lines() {
    let file = "[retention]\nkeys_days = 3\n[outside]\nallow_private = \"yes\"\n[workers]\ndeliver = [1]\n";
    let told = problem(Some(file), &[("CONSIGN_HTTP__LISTEN", "8470")]);
    let wanted = [
        "consign.toml:2: retention.keys_days wants a whole number from 7 to 3650, not 3",
        "consign.toml:4: outside.allow_private wants none, loopback or all: `yes` is neither",
        "consign.toml:6: workers.deliver wants a single value",
        "env CONSIGN_HTTP__LISTEN: http.listen wants an IP address and a port",
    ];
    assert_eq!(told.lines().count(), wanted.len(), "{told}");
    for line in wanted {
        assert!(told.contains(line), "{line} is not in\n{told}");
    }
}

#[test]
fn a_file_that_is_named_must_exist() {
    let told = problem(None, &[("CONSIGN_CONFIG", "/nowhere/consign.toml")]);
    assert!(told.starts_with("cannot read /nowhere/consign.toml, which CONSIGN_CONFIG names: "), "{told}");
}

#[test]
fn broken_toml_is_told_with_its_line() {
    let told = problem(Some("[http]\nlisten = \n"), &[]);
    assert!(told.contains("consign.toml:2: "), "{told}");
}
