//! What this room refuses, in AWS's words. One variant a code, or a few where one code has several sentences.
//!
//! Sentences are those that users of ECS and Batch report, unless a comment says that they are ours by analogy.

/// Why an operation gives nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    // ECS.
    #[error("Cluster not found.")]
    ClusterNotFound,
    #[error("The Cluster cannot be deleted while Tasks are active.")]
    ClusterContainsTasks,
    #[error("Unable to describe task definition.")]
    UnknownTaskDefinition,
    #[error("TaskDefinition not found.")]
    TaskDefinitionNotFound,
    #[error("TaskDefinition is inactive")]
    TaskDefinitionInactive,
    #[error("The referenced task was not found.")]
    TaskNotFound,
    #[error("The specified resource cannot be found. Specify a valid resource and try again.")]
    ResourceNotFound,
    /// By analogy: the rule is in the documentation of idempotency, the sentence is ours.
    #[error("The client token was used before with other parameters.")]
    OtherRequest,
    #[error("{0}")]
    InvalidParameter(String),
    /// What AWS has and this house hasn't; the sentence is ours.
    #[error("{0} are not available in this house.")]
    Unsupported(&'static str),
    // Batch, which has two codes: the client's fault and the server's.
    #[error("{0}")]
    Batch(String),
    /// The model's constraints, found where `structures!` can't see them.
    #[error(transparent)]
    Model(#[from] aws::Error),
    /// Our trouble, which no reply tells of.
    #[error("failed to read or write the store")]
    Store(#[from] store::Error),
}

impl Error {
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Error::InvalidParameter(message.into())
    }

    pub(crate) fn batch(message: impl Into<String>) -> Self {
        Error::Batch(message.into())
    }

    fn code(&self) -> &'static str {
        match self {
            Error::ClusterNotFound => "ClusterNotFoundException",
            Error::ClusterContainsTasks => "ClusterContainsTasksException",
            Error::UnknownTaskDefinition
            | Error::TaskDefinitionNotFound
            | Error::TaskDefinitionInactive
            | Error::Batch(_) => "ClientException",
            Error::ResourceNotFound => "ResourceNotFoundException",
            Error::OtherRequest => "ConflictException",
            Error::TaskNotFound | Error::InvalidParameter(_) => "InvalidParameterException",
            Error::Unsupported(_) => "UnsupportedFeatureException",
            Error::Model(_) | Error::Store(_) => "ServerException",
        }
    }
}

impl From<Error> for aws::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Model(error) => error,
            Error::Store(trouble) => {
                tracing::error!(error = &trouble as &dyn std::error::Error, "store");
                aws::Error { code: "ServerException".into(), ..aws::Error::internal() }
            }
            error => aws::Error::client(error.code(), error.to_string()),
        }
    }
}
