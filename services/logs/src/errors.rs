//! What this room refuses, in AWS's words where they are known from clients' reports; a comment says where they are ours.

/// Why an operation gives nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("The specified log group already exists")]
    GroupExists,
    #[error("The specified log stream already exists")]
    StreamExists,
    #[error("The specified log group does not exist.")]
    GroupNotFound,
    #[error("The specified log stream does not exist.")]
    StreamNotFound,
    #[error("The specified resource does not exist.")]
    ResourceNotFound,
    #[error("The specified subscription filter does not exist.")]
    SubscriptionNotFound,
    #[error("The specified metric filter does not exist.")] // By analogy.
    MetricFilterNotFound,
    /// What we have not got.
    #[error("Freehold delivers log events to functions of Lambda, not to {0}.")]
    UnsupportedDestination(String),
    #[error("Policy with name [{0}] does not exist")]
    PolicyNotFound(String),
    #[error("{0}")]
    InvalidParameter(String),
    #[error("Resource limit exceeded.")]
    LimitExceeded,
    #[error("The log group is protected against deletion.")] // By analogy.
    DeletionProtected,
    #[error("A resource can have at most {0} tags.")] // By analogy.
    TooManyTags(usize),
    /// What we have not got.
    #[error("Freehold has no CloudWatch Logs Insights: use FilterLogEvents.")]
    NoInsights,
    /// Our trouble, which no reply tells of.
    #[error("failed to read or write the store")]
    Store(#[from] store::Error),
}

impl Error {
    /// One of AWS's many sentences about parameters.
    pub(crate) fn parameter(sentence: impl Into<String>) -> Self {
        Error::InvalidParameter(sentence.into())
    }

    /// A `nextToken` that isn't ours, or too old.
    pub(crate) fn page_token() -> Self {
        Error::parameter("The specified nextToken is invalid.")
    }

    fn code(&self) -> &'static str {
        match self {
            Error::GroupExists | Error::StreamExists => "ResourceAlreadyExistsException",
            Error::GroupNotFound
            | Error::StreamNotFound
            | Error::ResourceNotFound
            | Error::SubscriptionNotFound
            | Error::MetricFilterNotFound
            | Error::PolicyNotFound(_) => "ResourceNotFoundException",
            Error::InvalidParameter(_) | Error::UnsupportedDestination(_) | Error::NoInsights => {
                "InvalidParameterException"
            }
            Error::LimitExceeded => "LimitExceededException",
            Error::DeletionProtected => "ValidationException",
            Error::TooManyTags(_) => "TooManyTagsException",
            Error::Store(_) => "InternalServerError",
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

/// CloudWatch Logs has a code of its own for what breaks a constraint of its model.
pub(crate) fn as_logs_words_it(error: aws::Error) -> aws::Error {
    let of_model =
        error.message.as_ref().is_some_and(|message| message.contains("validation error"));
    if of_model && error.code == "ValidationException" {
        return aws::Error { code: "InvalidParameterException".into(), ..error };
    }
    error
}
