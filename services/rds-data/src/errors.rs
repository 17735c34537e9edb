//! What this room refuses, in AWS's words where they are known from its documentation or from clients' reports;
//! a comment says where they are ours.

use std::time::Duration;

use tokio_postgres::error::{DbError, ErrorPosition, SqlState};

/// Why an operation gives nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("HttpEndpoint is not enabled for resource {0}")]
    EndpointNotEnabled(String),
    #[error("Secrets Manager can't find the specified secret.")]
    SecretNotFound,
    /// Who asks may not read the secret, in the words of who decides it.
    #[error(transparent)]
    Denied(aws::Error),
    /// What the database says of a statement, or of who connects.
    #[error("{0}")]
    Database(String),
    #[error("Multistatements aren't supported.")]
    Multistatement,
    #[error("Transaction {0} is not found")]
    TransactionNotFound(String),
    #[error("Transaction is still running a query")]
    TransactionBusy,
    #[error("Database returned more than the allowed response size limit")]
    ResultTooLarge,
    #[error("The result contains the unsupported data type {0}.")]
    UnsupportedType(String),
    /// Ours: AWS says that it refuses such results, and not how.
    #[error("The result contains a multidimensional array.")]
    MultidimensionalArray,
    #[error("Request timed out")]
    Timeout,
    #[error("{0}")]
    BadRequest(String),
    #[error("{0}")]
    Validation(String),
    /// Nothing was asked of the database yet, so a client may ask again. Ours: AWS has no sentence.
    #[error("The database can't be reached: {0}")]
    Unavailable(String),
    /// What became of the statement isn't known. Ours.
    #[error("The connection to the database was lost.")]
    ConnectionLost,
}

impl Error {
    pub(crate) fn bad_request(sentence: impl Into<String>) -> Self {
        Error::BadRequest(sentence.into())
    }

    /// Why there is no connection.
    pub(crate) fn of_connecting(error: &tokio_postgres::Error) -> Self {
        match error.as_db_error() {
            Some(refusal) => Error::Database(sentence(refusal)),
            None => Error::Unavailable(with_causes(error)),
        }
    }

    /// Nobody has answered or made room in time.
    pub(crate) fn no_connection_within(limit: Duration) -> Self {
        Error::Unavailable(format!("no connection within {} seconds", limit.as_secs()))
    }

    fn code(&self) -> (u16, &'static str) {
        match self {
            Error::Denied(_) => (403, "AccessDeniedException"),
            Error::EndpointNotEnabled(_) => (400, "HttpEndpointNotEnabledException"),
            Error::SecretNotFound => (400, "SecretsErrorException"),
            Error::Database(_)
            | Error::TransactionBusy
            | Error::ResultTooLarge
            | Error::ConnectionLost => (400, "DatabaseErrorException"),
            Error::TransactionNotFound(_) => (404, "TransactionNotFoundException"),
            Error::UnsupportedType(_) | Error::MultidimensionalArray => {
                (400, "UnsupportedResultException")
            }
            Error::Timeout => (400, "StatementTimeoutException"),
            Error::BadRequest(_) => (400, "BadRequestException"),
            Error::Multistatement | Error::Validation(_) => (400, "ValidationException"),
            Error::Unavailable(_) => (504, "DatabaseUnavailableException"),
        }
    }
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        let Some(refusal) = error.as_db_error() else {
            if error.is_closed() {
                return Error::ConnectionLost;
            }
            tracing::warn!(error = &error as &dyn std::error::Error, "a database");
            return match with_causes(&error) {
                // Values are written as texts, which can't fail; what else goes wrong, goes wrong between the machines.
                reason if reason.contains("communicating") => Error::ConnectionLost,
                reason => Error::Database(reason),
            };
        };
        let is_shutdown = matches!(
            *refusal.code(),
            SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN | SqlState::CANNOT_CONNECT_NOW
        );
        let is_several = *refusal.code() == SqlState::SYNTAX_ERROR
            && refusal.message().starts_with("cannot insert multiple commands");
        match (is_shutdown, is_several) {
            (true, _) => Error::ConnectionLost,
            (_, true) => Error::Multistatement,
            _ => Error::Database(sentence(refusal)),
        }
    }
}

impl From<Error> for aws::Error {
    fn from(error: Error) -> Self {
        let (status, code) = error.code();
        match error {
            Error::Denied(error) => aws::Error { status, ..error },
            _ => aws::Error::new(status, code, error.to_string()),
        }
    }
}

/// `ERROR: relation "x" does not exist; Position: 15; SQLState: 42P01`, whatever the severity, as clients report it.
/// The details of an error aren't told.
fn sentence(refusal: &DbError) -> String {
    let mut sentence = format!("ERROR: {}", refusal.message());
    if let Some(hint) = refusal.hint() {
        sentence.push_str(&format!("; Hint: {hint}"));
    }
    if let Some(ErrorPosition::Original(position)) = refusal.position() {
        sentence.push_str(&format!("; Position: {position}"));
    }
    format!("{sentence}; SQLState: {}", refusal.code().code())
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    let causes: String = causes.map(|cause| format!(": {cause}")).collect();
    format!("{error}{causes}")
}
