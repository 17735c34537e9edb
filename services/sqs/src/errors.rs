//! What this room refuses, in AWS's words. One variant a code, or a few where one code has several sentences.
//!
//! SQS was a query service once: each code has a name in the JSON protocol and an older one, which batches
//! still answer with and clients still look for in the header `x-amzn-query-error`.

/// Why an operation gives nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("Id {0} repeated.")]
    BatchEntryIdsNotDistinct(String),
    #[error("Batch requests cannot be longer than {most} bytes. You have sent {sent} bytes.")]
    BatchRequestTooLong { most: usize, sent: usize },
    #[error("There should be at least one {0} in the request.")]
    EmptyBatchRequest(&'static str),
    #[error("Unknown Attribute {0}.")]
    InvalidAttributeName(String),
    #[error("Invalid value for the parameter {0}.")]
    InvalidAttributeValue(&'static str),
    #[error(
        "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long."
    )]
    InvalidBatchEntryId,
    #[error("Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length")]
    InvalidName,
    #[error(
        "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length."
    )]
    InvalidFifoName,
    #[error(
        "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF"
    )]
    InvalidMessageContents,
    /// `InvalidParameterValue` with the value it is about.
    #[error("Value {value} for parameter {parameter} is invalid. Reason: {reason}")]
    InvalidValue { value: String, parameter: &'static str, reason: String },
    /// `InvalidParameterValue` with a sentence of its own.
    #[error("{0}")]
    InvalidParameter(String),
    #[error("The request must contain the parameter {0}.")]
    MissingParameter(&'static str),
    #[error(
        "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly"
    )]
    MissingDeduplicationId,
    #[error("The specified message isn't in flight.")]
    // By analogy: the model's documentation of the code.
    MessageNotInflight,
    #[error("{0}")]
    OverLimit(String),
    #[error("The specified queue does not exist.")]
    QueueDoesNotExist,
    #[error("A queue already exists with the same name and a different value for attribute {0}")]
    QueueNameExists(String),
    #[error("The input receipt handle \"{0}\" is not a valid receipt handle.")]
    ReceiptHandleIsInvalid(String),
    #[error("{0}")]
    ResourceNotFound(&'static str),
    #[error("Maximum number of entries per request are {most}. You have sent {sent}.")]
    TooManyEntries { most: usize, sent: usize },
    #[error("{0}")]
    UnsupportedOperation(&'static str),
    /// A `NextToken` that isn't ours, or too old.
    #[error("Invalid or expired next token.")] // By analogy.
    InvalidPageToken,
    /// Our trouble, which no reply tells of.
    #[error("failed to read or write the store")]
    Store(#[from] store::Error),
    /// A body or a kept reply that can't be read or written.
    #[error(transparent)]
    Wire(#[from] aws::Error),
}

impl Error {
    pub(crate) fn value(
        parameter: &'static str,
        value: impl ToString,
        reason: impl Into<String>,
    ) -> Self {
        Error::InvalidValue { value: value.to_string(), parameter, reason: reason.into() }
    }

    /// Whether a message lacks what a FIFO queue orders its messages and knows them by.
    pub(crate) fn is_of_order(&self) -> bool {
        matches!(self, Error::MissingDeduplicationId | Error::MissingParameter("MessageGroupId"))
    }

    /// The code in the JSON protocol, and the one of the query protocol.
    pub(crate) fn codes(&self) -> (&'static str, &'static str) {
        match self {
            Error::BatchEntryIdsNotDistinct(_) => {
                ("BatchEntryIdsNotDistinct", "AWS.SimpleQueueService.BatchEntryIdsNotDistinct")
            }
            Error::BatchRequestTooLong { .. } => {
                ("BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong")
            }
            Error::EmptyBatchRequest(_) => {
                ("EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest")
            }
            Error::InvalidAttributeName(_) => ("InvalidAttributeName", "InvalidAttributeName"),
            Error::InvalidAttributeValue(_) => ("InvalidAttributeValue", "InvalidAttributeValue"),
            Error::InvalidBatchEntryId => {
                ("InvalidBatchEntryId", "AWS.SimpleQueueService.InvalidBatchEntryId")
            }
            Error::InvalidMessageContents => ("InvalidMessageContents", "InvalidMessageContents"),
            Error::InvalidName
            | Error::InvalidFifoName
            | Error::InvalidValue { .. }
            | Error::InvalidParameter(_)
            | Error::MissingDeduplicationId
            | Error::InvalidPageToken => {
                ("InvalidParameterValueException", "InvalidParameterValue")
            }
            Error::MissingParameter(_) => ("MissingRequiredParameterException", "MissingParameter"),
            Error::MessageNotInflight => {
                ("MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight")
            }
            Error::OverLimit(_) => ("OverLimit", "OverLimit"),
            Error::QueueDoesNotExist => {
                ("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue")
            }
            Error::QueueNameExists(_) => ("QueueNameExists", "QueueAlreadyExists"),
            Error::ReceiptHandleIsInvalid(_) => {
                ("ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid")
            }
            Error::ResourceNotFound(_) => {
                ("ResourceNotFoundException", "ResourceNotFoundException")
            }
            Error::TooManyEntries { .. } => (
                "TooManyEntriesInBatchRequest",
                "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
            ),
            Error::UnsupportedOperation(_) => {
                ("UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation")
            }
            Error::Store(_) | Error::Wire(_) => ("InternalFailure", "InternalFailure"),
        }
    }
}

impl From<Error> for aws::Error {
    fn from(error: Error) -> Self {
        let (code, query_code) = error.codes();
        match error {
            Error::Wire(error) => error,
            Error::Store(trouble) => {
                tracing::error!(error = &trouble as &dyn std::error::Error, "store");
                aws::Error::internal()
            }
            error => aws::Error::client(code, error.to_string()).with_query_code(query_code),
        }
    }
}
