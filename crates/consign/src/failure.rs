//! How a command ends when it does not succeed: a sentence for people, an exit code for scripts.

use std::fmt;

/// The exit codes of every command. 0 is success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It went wrong here.
    Error = 1,
    /// The command line or the configuration makes no sense.
    Usage = 2,
    /// What was named does not exist.
    NotFound = 3,
    /// The rules say no: a refusal, not a fault.
    Refused = 4,
    /// A server at the other end failed or was out of reach.
    Remote = 5,
}

/// Why a command ended early. The message names the fix.
#[derive(Debug)]
pub struct Failure {
    /// The process's exit code.
    pub exit: Exit,
    /// One sentence or several, without a trailing newline.
    pub message: String,
}

impl Failure {
    /// A failure with its exit code.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(Exit::Error, error.to_string())
    }
}

impl From<store::db::Error> for Failure {
    fn from(error: store::db::Error) -> Self {
        Self::new(Exit::Error, error.to_string())
    }
}

impl From<engine::Error> for Failure {
    fn from(error: engine::Error) -> Self {
        Self::new(Exit::Error, error.to_string())
    }
}
