//! What this room refuses, in AWS's words, each code with its name in the query protocol.

/// Why an operation gives nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Somebody without a signature asks for what needs one.
    #[error("Anonymous users cannot perform this action")] // By analogy.
    Unsigned,
    #[error("Two or more batch entries in the request have the same Id.")]
    BatchEntryIdsNotDistinct,
    #[error("The batch request doesn't contain any entries.")]
    EmptyBatchRequest,
    #[error("The length of all the batch messages put together is more than the limit.")]
    BatchRequestTooLong,
    #[error("Invalid parameter: {0}")]
    InvalidParameter(String),
    #[error("Invalid parameter: {0}")]
    InvalidParameterValue(String),
    #[error("Could not complete request: tag quota of per resource exceeded")]
    TagLimitExceeded,
    #[error("{0} does not exist")]
    NotFound(&'static str),
    #[error("Resource does not exist")]
    ResourceNotFound,
    #[error("The batch request contains more entries than permissible.")]
    TooManyEntries,
    /// Another request was faster too often.
    #[error("The resource is being changed by another request.")] // By analogy.
    ConcurrentAccess,
    /// Our trouble, which no reply tells of.
    #[error("failed to read or write the store")]
    Store(#[from] store::Error),
    /// Our trouble, which no reply tells of.
    #[error("failed to sign a message: {0}")]
    Signing(String),
    /// A body or a kept reply that can't be read or written.
    #[error(transparent)]
    Wire(#[from] aws::Error),
}

impl Error {
    pub(crate) fn parameter(text: impl Into<String>) -> Self {
        Error::InvalidParameter(text.into())
    }

    /// The status, the code in the model, and the one of the query protocol.
    pub(crate) fn codes(&self) -> (u16, &'static str, &'static str) {
        match self {
            Error::Unsigned => (403, "AuthorizationErrorException", "AuthorizationError"),
            Error::BatchEntryIdsNotDistinct => {
                (400, "BatchEntryIdsNotDistinctException", "BatchEntryIdsNotDistinct")
            }
            Error::BatchRequestTooLong => {
                (400, "BatchRequestTooLongException", "BatchRequestTooLong")
            }
            Error::EmptyBatchRequest => (400, "EmptyBatchRequestException", "EmptyBatchRequest"),
            Error::InvalidParameter(_) => (400, "InvalidParameterException", "InvalidParameter"),
            Error::InvalidParameterValue(_) => {
                (400, "InvalidParameterValueException", "ParameterValueInvalid")
            }
            Error::TagLimitExceeded => (400, "TagLimitExceededException", "TagLimitExceeded"),
            Error::NotFound(_) => (404, "NotFoundException", "NotFound"),
            Error::ResourceNotFound => (404, "ResourceNotFoundException", "ResourceNotFound"),
            Error::TooManyEntries => {
                (400, "TooManyEntriesInBatchRequestException", "TooManyEntriesInBatchRequest")
            }
            Error::ConcurrentAccess => (400, "ConcurrentAccessException", "ConcurrentAccess"),
            Error::Store(_) | Error::Signing(_) | Error::Wire(_) => {
                (500, "InternalErrorException", "InternalError")
            }
        }
    }
}

impl From<Error> for aws::Error {
    fn from(error: Error) -> Self {
        let (status, code, query_code) = error.codes();
        match error {
            Error::Wire(error) => error,
            Error::Store(trouble) => {
                tracing::error!(error = &trouble as &dyn std::error::Error, "store");
                aws::Error::internal()
            }
            Error::Signing(trouble) => {
                tracing::error!(trouble, "sign a message");
                aws::Error::internal()
            }
            error => aws::Error::new(status, code, error.to_string()).with_query_code(query_code),
        }
    }
}
