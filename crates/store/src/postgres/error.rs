//! PostgreSQL's errors in the seam's words.

use tokio_postgres::error::SqlState;

use crate::db::Error;

/// An error, and what may be done about it.
pub(super) enum Failure {
    /// The server rolled back because of a collision: run the whole transaction again.
    Again,
    /// A statement was prepared before a migration: run the job again on a new connection.
    Outdated,
    /// The connection is gone, before the commit was asked for.
    Lost(Error),
    /// As it says.
    Final(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Final(error)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        match failure {
            Failure::Again | Failure::Outdated => Error::Contended,
            Failure::Lost(error) | Failure::Final(error) => error,
        }
    }
}

/// The error with its causes, which its own text leaves out ("error performing TLS handshake" says little).
pub(super) fn explain(error: &tokio_postgres::Error) -> String {
    let first = std::error::Error::source(error);
    let causes = std::iter::successors(first, |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

/// The error of the statement with index `statement`.
pub(super) fn classify(statement: usize, error: &tokio_postgres::Error) -> Failure {
    let Some(refusal) = error.as_db_error() else {
        let io = std::error::Error::source(error).is_some_and(|source| source.is::<std::io::Error>());
        return if io || error.is_closed() {
            Failure::Lost(Error::Unavailable(format!(
                "the connection to PostgreSQL was lost: {}",
                explain(error)
            )))
        } else {
            // Ours: the number or kind of the values, a row that does not decode.
            Failure::Final(Error::Bug(format!("statement {statement}: {}", explain(error))))
        };
    };
    let code = refusal.code();
    // The detail stays out of the message: it quotes the values.
    let says = || format!("{} ({})", refusal.message(), code.code());
    if *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED {
        return Failure::Again;
    }
    // "cached plan must not change result type": the sentence is translated by the server, the routine's name is not.
    if *code == SqlState::FEATURE_NOT_SUPPORTED && refusal.routine() == Some("RevalidateCachedQuery") {
        return Failure::Outdated;
    }
    if *code == SqlState::QUERY_CANCELED {
        return Failure::Final(Error::Unavailable(format!("PostgreSQL took too long: {}", says())));
    }
    if *code == SqlState::NOT_NULL_VIOLATION {
        let name = [refusal.table(), refusal.column()].map(|part| part.unwrap_or("?")).join(".");
        return Failure::Final(Error::Constraint { statement, name });
    }
    match &code.code()[..2] {
        "23" => {
            let name = refusal.constraint().unwrap_or(refusal.message()).to_owned();
            Failure::Final(Error::Constraint { statement, name })
        }
        // Shutting down, starting up, terminated by an operator, connection trouble.
        "57" | "08" => Failure::Lost(Error::Unavailable(says())),
        // Too many connections, disk full, I/O errors, corruption.
        "53" | "58" | "XX" => Failure::Final(Error::Unavailable(says())),
        // A standby, after a failover: another connection may reach the new primary.
        _ if *code == SqlState::READ_ONLY_SQL_TRANSACTION => Failure::Lost(Error::Unavailable(says())),
        _ => Failure::Final(Error::Bug(format!("statement {statement}: {}", says()))),
    }
}
