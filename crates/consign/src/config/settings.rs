//! The one table of settings. Parsing, `config show`, the suggestions for misspelt keys and the page
//! `docs/configuration.md` all read it; a new setting is one entry here.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::Resolved;
use super::mail::{HostPort, MailSecurity, Password, WithoutServer};
use super::value::{AllowPrivate, DatabaseUrl, HttpUrl, Levels, LogFormat, SealingKey, Value};

/// One row of the table.
#[derive(Debug)]
pub struct Setting {
    /// `section.name`, as in the file.
    pub key: &'static str,
    /// What it is for.
    pub about: &'static str,
    /// What a value looks like.
    pub kind: &'static str,
    /// The default; empty when there is none.
    pub default: &'static str,
    /// The default under `consign dev`, where it differs.
    pub dev: Option<&'static str>,
    /// The least and the greatest number allowed.
    pub range: Option<(u64, u64)>,
    /// The text with its secret part masked.
    pub mask: fn(&str) -> String,
    parses: fn(&str) -> Result<(), String>,
}

impl Setting {
    /// The environment variable of this setting.
    pub fn env(&self) -> String {
        format!("CONSIGN_{}", self.key.replace('.', "__").to_uppercase())
    }

    /// What a value must look like, in words.
    pub fn wants(&self) -> String {
        match self.range {
            Some((least, most)) => format!("{} from {least} to {most}", self.kind),
            None => self.kind.to_owned(),
        }
    }

    /// Whether this text is a value of the setting; if not, what it should look like.
    pub(in crate::config) fn check(&self, text: &str) -> Result<(), String> {
        let wanted = |why: String| format!("{} wants {}{why}", self.key, self.wants());
        (self.parses)(text).map_err(|why| wanted(format!(": {why}")))?;
        match (self.range, text.parse::<u64>()) {
            (Some((least, most)), Ok(number)) if !(least..=most).contains(&number) => {
                Err(wanted(format!(", not {number}")))
            }
            _ => Ok(()),
        }
    }
}

macro_rules! settings {
    (@or $default:expr; $value:expr) => { Some($value) };
    (@or $default:expr;) => { $default };
    ($(
        $(#[doc = $purpose:literal])+
        $section:ident: $Section:ident {
            $(
                $(#[doc = $about:literal])+
                $name:ident: $kind:ty = $default:literal $(, dev $dev:literal)? $(, $least:literal..=$most:literal)?;
            )+
        }
    )+) => {
        /// Every setting, in the order in which they are shown.
        pub const SETTINGS: &[Setting] = &[$($(
            Setting {
                key: concat!(stringify!($section), ".", stringify!($name)),
                about: concat!($($about),+).trim_ascii(),
                kind: <$kind as Value>::KIND,
                default: $default,
                dev: settings!(@or None; $($dev)?),
                range: settings!(@or None; $(($least, $most))?),
                mask: <$kind as Value>::mask,
                parses: |text| <$kind as Value>::parse(text).map(drop),
            },
        )+)+];

        /// The sections of the file and what each is about, in order.
        pub(super) const SECTIONS: &[(&str, &str)] =
            &[$((stringify!($section), concat!($($purpose),+).trim_ascii())),+];

        /// All settings, typed.
        #[derive(Debug, Clone)]
        pub struct Config {
            $(
                $(#[doc = $purpose])+
                pub $section: $Section,
            )+
        }

        $(
            $(#[doc = $purpose])+
            #[derive(Debug, Clone)]
            pub struct $Section {
                $(
                    $(#[doc = $about])+
                    pub $name: $kind,
                )+
            }
        )+

        impl Config {
            /// Types the texts, which must hold an entry for every setting.
            pub(super) fn from_texts(texts: &[Resolved]) -> Result<Self, String> {
                Ok(Self {
                    $($section: $Section {
                        $($name: typed(texts, concat!(stringify!($section), ".", stringify!($name)))?,)+
                    },)+
                })
            }
        }
    };
}

fn typed<T: Value>(texts: &[Resolved], key: &str) -> Result<T, String> {
    let entry = texts.iter().find(|entry| entry.setting.key == key).ok_or(format!("{key} has no value"))?;
    T::parse(&entry.text)
}

settings! {
    /// Files of this server.
    data: Data {
        /// The folder for everything the server writes. It is made when missing.
        dir: PathBuf = "./consign-data";
    }
    /// The database.
    database: Database {
        /// Where the database is. When not set: the SQLite file `consign.db` in `data.dir`.
        url: Option<DatabaseUrl> = "";
        /// Connections to PostgreSQL at most. SQLite needs none.
        connections: u64 = "16", 1..=1000;
    }
    /// Secrets.
    secret: Secret {
        /// The key that seals the secrets in the database. When not set: the file `secret.key` in `data.dir`, which is
        /// made when missing. Nodes that share a database must be given the same key.
        key: Option<SealingKey> = "";
    }
    /// Keys of programs.
    keys: Keys {
        /// The token of a key that stands in for none where the document of a published API asks for none, and generated
        /// clients send none: Digital River's shipments, fulfillment orders and inventory. Whoever reaches the server then
        /// does there what that key may. When not set, such requests are refused as everywhere.
        stand_in: Option<Password> = "", dev "sk_test_5e11e2000000000000000000000c0de1";
    }
    /// The web server.
    http: Http {
        /// The address to listen on. Put `0.0.0.0:8470` to be reachable from other machines.
        listen: SocketAddr = "127.0.0.1:8470";
        /// The address under which others reach this server: links and callbacks begin with it.
        /// When not set: the listening address.
        public_url: Option<HttpUrl> = "";
        /// The largest request body; more is answered with 413.
        max_body_bytes: u64 = "2097152", 1024..=1073741824;
        /// How long a request may take; then it is answered with 504.
        request_timeout_ms: u64 = "30000", 100..=600000;
    }
    /// Calls from this server to others: webhooks and callbacks.
    outside: Outside {
        /// Which private addresses calls may go to. A server that others may tell where to call
        /// should keep `none`.
        allow_private: AllowPrivate = "none", dev "loopback";
        /// How long connecting may take.
        connect_timeout_ms: u64 = "1000", 10..=60000;
        /// How long a whole call may take.
        total_timeout_ms: u64 = "5000", 10..=300000;
    }
    /// Work in the background: routing, opening what was scheduled, telling listeners and services.
    workers: Workers {
        /// Calls to other servers made at the same time. 0 means that this node only answers requests, and leaves all
        /// work in the background to others.
        deliver: u64 = "16", 0..=1024;
        /// Seconds from one time that a fulfillment service is asked for tracking numbers and stock to the next.
        inquire_every_s: u64 = "3600", dev "60", 5..=604800;
    }
    /// Mails to buyers. What is written, and as whom, is said by `consign shop set` and `consign mail template`.
    mail: Mail {
        /// The mail server that mails are handed to, with its port. When not set, none are sent.
        server: Option<HostPort> = "";
        /// How the connection to it is made safe: `starttls` (usual on port 587), `tls` (usual on port 465) or `plain`,
        /// which is only for a server on this machine.
        security: MailSecurity = "starttls";
        /// The user to sign in as. When not set, nobody signs in.
        user: Option<String> = "";
        /// The user's password.
        password: Option<Password> = "";
        /// A file with certificates (PEM) to believe beside those that the system believes, for a server whose certificate
        /// nobody else vouches for.
        certificates: Option<PathBuf> = "";
        /// How long handing a mail over may take.
        timeout_ms: u64 = "15000", 100..=25000;
        /// What becomes of mails when there is no server: `keep` gives them up, to be seen and sent again with
        /// `consign deliveries`; `mailbox` counts them as sent, to be read at `/mailbox` of `consign dev`.
        without_server: WithoutServer = "keep", dev "mailbox";
    }
    /// How long records are kept that only grow.
    retention: Retention {
        /// Days that events are kept.
        events_days: u64 = "90", 1..=3650;
        /// Days that idempotency keys are kept. Clients repeat requests for days, hence at least a week.
        keys_days: u64 = "30", 7..=3650;
    }
    /// The log, on standard error.
    log: Log {
        /// How a line of the log looks.
        format: LogFormat = "text";
        /// What is logged.
        level: Levels = "info";
    }
    /// Traces for a collector.
    telemetry: Telemetry {
        /// The OTLP endpoint (HTTP, protobuf) that spans are sent to, like `http://localhost:4318`.
        /// Needs a build with the feature `otel`.
        otlp_endpoint: Option<HttpUrl> = "";
    }
    /// The end of the process.
    shutdown: Shutdown {
        /// How long requests that have begun may take to finish.
        grace_ms: u64 = "10000", 0..=600000;
    }
}
