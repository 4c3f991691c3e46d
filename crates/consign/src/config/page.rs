//! The page `docs/configuration.md`, written from the table of settings.

use std::fmt::Write;

use super::settings::{SECTIONS, SETTINGS, Setting};

const HEAD: &str = "\
# Configuration

<!-- Written from the table in crates/consign/src/config/settings.rs: `UPDATE_DOCS=1 cargo test -p consign` writes it anew. -->

Nothing here is required: `consign` starts without a configuration file.

A setting is taken from the first of these that has it:

1. a flag of the command line,
2. the environment: `CONSIGN_SECTION__KEY`, or `CONSIGN_SECTION__KEY_FILE` naming a file that holds the value
   (for passwords). An empty variable counts as not set,
3. the configuration file, in TOML: the one that `--config` names, else `$CONSIGN_CONFIG`, else `./consign.toml`,
   else `/etc/consign/consign.toml`,
4. the default.

A key that does not exist is an error. `consign config show --origin` prints every setting, its value and where the
value came from; passwords are masked. Relative paths start at the working directory.
";

/// The whole page.
pub fn markdown() -> String {
    let mut page = HEAD.to_owned();
    for (section, about) in SECTIONS {
        // Writing to a string cannot fail.
        let _ = write!(
            page,
            "\n## `[{section}]`\n\n{about}\n\n| key | default | value | what it is for |\n|---|---|---|---|\n"
        );
        let of_section = |row: &&Setting| row.key.split('.').next() == Some(section);
        for row in SETTINGS.iter().filter(of_section) {
            let _ = writeln!(page, "| `{}` | {} | {} | {} |", row.key, default(row), row.wants(), row.about);
        }
    }
    page.push_str(
        "\n## An example\n\n```toml\n[database]\nurl = \"postgres://consign@db.internal/consign\"\n\n[http]\n\
         listen = \"0.0.0.0:8470\"\npublic_url = \"https://orders.example.com\"\n\n[log]\nformat = \"json\"\n```\n\n\
         With the password in a file: `CONSIGN_DATABASE__URL_FILE=/run/secrets/database-url`.\n",
    );
    page
}

fn default(row: &Setting) -> String {
    let shown = if row.default.is_empty() { "not set".to_owned() } else { format!("`{}`", row.default) };
    match row.dev {
        Some(dev) => format!("{shown}; `{dev}` under `consign dev`"),
        None => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_in_the_docs_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(path, markdown()).unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            written == markdown(),
            "docs/configuration.md is old: run UPDATE_DOCS=1 cargo test -p consign"
        );
    }

    #[test]
    fn every_default_is_a_value_of_its_setting() {
        for row in SETTINGS {
            for text in [Some(row.default), row.dev].into_iter().flatten() {
                assert_eq!(row.check(text), Ok(()), "{}", row.key);
            }
        }
    }
}
