//! What this room refuses, in AWS's words where they are known from clients' reports; a comment says where they are ours.

use crate::scheduler;

/// Why an operation gives nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("Event bus {0} does not exist.")]
    BusNotFound(String),
    #[error("Event bus {0} already exists.")]
    BusExists(String),
    #[error("Rule {rule} does not exist on EventBus {bus}.")]
    RuleNotFound { rule: String, bus: String },
    #[error("Connection '{0}' does not exist.")]
    ConnectionNotFound(String),
    #[error("Connection {0} already exists.")]
    ConnectionExists(String),
    #[error("An api-destination '{0}' does not exist.")]
    DestinationNotFound(String),
    #[error("An api-destination '{0}' already exists.")]
    DestinationExists(String),
    #[error("Archive {0} does not exist.")]
    ArchiveNotFound(String),
    #[error("Archive {0} already exists.")]
    ArchiveExists(String),
    #[error("Replay {0} does not exist.")]
    ReplayNotFound(String),
    #[error("Replay {0} already exists.")]
    ReplayExists(String),
    #[error("Replay {0} is not in a valid state for this operation.")]
    ReplayIsOver(String),
    /// By analogy.
    #[error("Rule {0} is managed by {1} and can't be changed by others.")]
    ManagedRule(String, String),
    #[error("Statement with the provided id does not exist.")]
    StatementNotFound,
    #[error("EventBus does not have a policy.")]
    NoPolicy,
    #[error("Event pattern is not valid. Reason: {0}")]
    InvalidEventPattern(#[from] event_pattern::PatternError),
    /// One of AWS's many sentences about parameters.
    #[error("{0}")]
    Validation(String),
    #[error("The requested resource exceeds the maximum number allowed.")]
    LimitExceeded,
    #[error("The connection's secrets can't be opened with the key of this house.")]
    SealedOtherwise,
    #[error("RetrieveConnectionSecrets is an operation between the rooms of the house.")]
    NotForClients,
    /// Our trouble, which no reply tells of.
    #[error("failed to read or write the store")]
    Store(#[from] store::Error),
}

impl Error {
    pub(crate) fn validation(sentence: impl Into<String>) -> Self {
        Error::Validation(sentence.into())
    }

    /// A `NextToken` that isn't ours, or too old.
    pub(crate) fn page_token() -> Self {
        Error::validation("Parameter NextToken is not valid.")
    }

    /// The trouble of the room of schedules, as the worker of both sees it.
    pub(crate) fn of_schedules(error: scheduler::Error) -> Self {
        match error {
            scheduler::Error::Events(error) => error,
            other => Error::Validation(other.to_string()),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Error::BusNotFound(_)
            | Error::RuleNotFound { .. }
            | Error::ConnectionNotFound(_)
            | Error::DestinationNotFound(_)
            | Error::ArchiveNotFound(_)
            | Error::ReplayNotFound(_)
            | Error::StatementNotFound
            | Error::NoPolicy => "ResourceNotFoundException",
            Error::BusExists(_)
            | Error::ConnectionExists(_)
            | Error::DestinationExists(_)
            | Error::ArchiveExists(_)
            | Error::ReplayExists(_) => "ResourceAlreadyExistsException",
            Error::ReplayIsOver(_) => "IllegalStatusException",
            Error::ManagedRule(..) => "ManagedRuleException",
            Error::InvalidEventPattern(_) => "InvalidEventPatternException",
            Error::Validation(_) => "ValidationException",
            Error::LimitExceeded => "LimitExceededException",
            Error::NotForClients => "AccessDeniedException",
            Error::SealedOtherwise | Error::Store(_) => "InternalException",
        }
    }
}

impl From<Error> for aws::Error {
    fn from(error: Error) -> Self {
        match &error {
            Error::Store(trouble) => {
                tracing::error!(error = trouble as &dyn std::error::Error, "store");
                aws::Error::internal()
            }
            _ => aws::Error::client(error.code(), error.to_string()),
        }
    }
}
