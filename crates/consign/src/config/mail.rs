//! Values of settings about mail.

use std::fmt;

use clap::ValueEnum;

use super::value::Value;

/// A host and its port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPort {
    /// The host: its name, or an IP address without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

impl Value for HostPort {
    const KIND: &'static str = "a host and a port, like smtp.example.com:587";

    fn parse(text: &str) -> Result<Self, String> {
        let (host, port) = text.rsplit_once(':').ok_or("the port is missing")?;
        let port =
            port.parse().ok().filter(|port| *port > 0).ok_or_else(|| format!("`{port}` is no port"))?;
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        if bare.is_empty() || bare.contains(['/', '@', ' ']) || (bare == host && host.contains(':')) {
            return Err(format!("`{host}` is no host"));
        }
        Ok(Self { host: bare.to_owned(), port })
    }
}

/// How the connection to a mail server is made safe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MailSecurity {
    /// It begins plain and is turned into TLS before anything is said.
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// Not at all.
    Plain,
}

impl Value for MailSecurity {
    const KIND: &'static str = "starttls, tls or plain";

    fn parse(text: &str) -> Result<Self, String> {
        Self::from_str(text, false).map_err(|_| format!("`{text}` is neither"))
    }
}

/// What becomes of mails when there is no server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WithoutServer {
    /// They are given up, visibly.
    Keep,
    /// They count as sent, and are read where they are.
    Mailbox,
}

impl Value for WithoutServer {
    const KIND: &'static str = "keep or mailbox";

    fn parse(text: &str) -> Result<Self, String> {
        Self::from_str(text, false).map_err(|_| format!("`{text}` is neither"))
    }
}

/// A password. Its `Debug` output hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// The password itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("****")
    }
}

impl Value for Password {
    const KIND: &'static str = "a password";

    fn parse(text: &str) -> Result<Self, String> {
        Ok(Self(text.to_owned()))
    }

    fn mask(text: &str) -> String {
        if text.is_empty() { String::new() } else { "****".into() }
    }
}

impl Value for String {
    const KIND: &'static str = "a text";

    fn parse(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_have_a_port() {
        let is = |host: &str, port| Ok(HostPort { host: host.into(), port });
        assert_eq!(HostPort::parse("smtp.example.com:587"), is("smtp.example.com", 587));
        assert_eq!(HostPort::parse("[::1]:25"), is("::1", 25));
        for wrong in ["smtp.example.com", ":25", "::1:25", "smtp://x:25", "x:0", "x:99999", "a@b:25"] {
            assert!(HostPort::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_password_is_shown_nowhere() {
        let password = Password::parse("s3cret").unwrap();
        assert_eq!((password.reveal(), format!("{password:?}")), ("s3cret", "****".to_owned()));
        assert_eq!(Password::mask("s3cret"), "****");
    }
}
