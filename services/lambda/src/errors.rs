//! What this room refuses, in AWS's words. One variant a code, or a few where one code has several sentences.

use crate::arn::FunctionArn;

/// Why an operation gives nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("Function not found: {0}")]
    FunctionNotFound(FunctionArn),
    #[error("Cannot find alias arn: {0}")]
    AliasNotFound(FunctionArn),
    #[error("The resource you requested does not exist.")]
    NoPolicy,
    #[error("The resource you requested does not exist.")]
    NoUrl,
    #[error("No policy is associated with the given resource.")]
    NothingPermitted,
    #[error("Statement {0} is not found in resource policy.")]
    StatementNotFound(String),
    #[error("The function {0} doesn't have an EventInvokeConfig")]
    NoEventConfig(FunctionArn),
    /// A mapping that a request names.
    #[error("The resource you requested does not exist.")]
    MappingNotFound,
    #[error("The resource you requested does not exist.")]
    LayerVersionNotFound,
    #[error("Function already exist: {0}")]
    FunctionExists(String),
    #[error(
        "Failed to create function url config for [functionArn = {0}]. Error message:  FunctionUrlConfig exists for this Lambda function"
    )]
    UrlExists(FunctionArn),
    #[error("Alias already exists: {0}")]
    AliasExists(FunctionArn),
    #[error(
        "The statement id ({0}) provided already exists. Please provide a new statement id, or remove the existing statement."
    )]
    StatementExists(String),
    #[error("Version cannot be deleted because aliases reference it: [{}]", .0.join(", "))]
    VersionInUse(Vec<String>),
    #[error(
        "An event source mapping with event source arn (\" {source_arn} \") and function (\" {function} \") already exists. Please update or delete the existing mapping with UUID {id}"
    )]
    MappingExists { source_arn: String, function: String, id: String },
    #[error("{0}")]
    InvalidParameter(String),
    #[error("Could not unzip uploaded file. Please check your file, then try to upload again.")]
    InvalidZip,
    #[error("Unzipped size must be smaller than {0} bytes")]
    UnzippedTooLarge(u64),
    #[error(
        "Layers consume more than the available size of {0} bytes. Please remove some layers or reduce their size."
    )]
    LayersTooLarge(u64),
    #[error("Could not parse request body into json: Could not parse payload into json: {0}")]
    InvalidPayload(String),
    #[error(
        "{bytes} byte payload is too large for the {kind} invocation type (limit {limit} bytes)"
    )]
    PayloadTooLarge { bytes: usize, kind: &'static str, limit: usize },
    #[error("Request must be smaller than {0} bytes for the operation")]
    ZipTooLarge(usize),
    #[error("The final policy size is bigger than the limit ({0}).")]
    PolicyTooLong(usize),
    /// A function can't be made with it: an environment would not start.
    #[error("The role defined for the function cannot be assumed by Lambda.")]
    InvalidRole,
    /// No environment is started.
    #[error("The role defined for the function cannot be assumed by Lambda.")]
    RoleRefused,
    #[error("Rate Exceeded.")]
    Throttled(Throttled),
    #[error(
        "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
    )]
    OtherRevision,
    /// The attempt was interrupted; whether the function ran to its end can't be known. See [`service::OUTCOME_UNKNOWN`].
    #[error(
        "The cause could not be determined because Lambda did not return an error type. Returned payload: null"
    )]
    Unknown,
    #[error("Invalid marker")]
    InvalidMarker,
    /// The model's constraints, found where `structures!` can't see them.
    #[error(transparent)]
    Model(#[from] aws::Error),
    /// The house is closing.
    #[error("Service is unavailable")]
    Closing,
    /// Our trouble, which no reply tells of.
    #[error("failed to read or write the store")]
    Store(#[from] store::Error),
    /// Our trouble, which no reply tells of.
    #[error("failed to {attempt}")]
    Files { attempt: &'static str, source: std::io::Error },
}

/// Why no concurrency was free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Throttled {
    Function,
    Account,
}

impl Error {
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Error::InvalidParameter(message.into())
    }

    fn status_and_code(&self) -> (u16, &'static str) {
        match self {
            Error::FunctionNotFound(_)
            | Error::AliasNotFound(_)
            | Error::NoPolicy
            | Error::NoUrl
            | Error::NothingPermitted
            | Error::StatementNotFound(_)
            | Error::NoEventConfig(_)
            | Error::MappingNotFound
            | Error::LayerVersionNotFound => (404, "ResourceNotFoundException"),
            Error::FunctionExists(_)
            | Error::AliasExists(_)
            | Error::UrlExists(_)
            | Error::StatementExists(_)
            | Error::VersionInUse(_)
            | Error::MappingExists { .. } => (409, "ResourceConflictException"),
            Error::InvalidParameter(_)
            | Error::InvalidRole
            | Error::InvalidZip
            | Error::UnzippedTooLarge(_)
            | Error::LayersTooLarge(_)
            | Error::InvalidMarker => (400, "InvalidParameterValueException"),
            Error::RoleRefused => (403, "AccessDeniedException"),
            Error::InvalidPayload(_) => (400, "InvalidRequestContentException"),
            Error::PayloadTooLarge { .. } => (413, "RequestTooLargeException"),
            Error::PolicyTooLong(_) => (400, "PolicyLengthExceededException"),
            Error::ZipTooLarge(_) => (413, "RequestEntityTooLargeException"),
            Error::Throttled(_) => (429, "TooManyRequestsException"),
            Error::OtherRevision => (412, "PreconditionFailedException"),
            Error::Unknown => (500, service::OUTCOME_UNKNOWN),
            Error::Closing => (503, "ServiceUnavailable"),
            Error::Model(_) | Error::Store(_) | Error::Files { .. } => (500, "ServiceException"),
        }
    }
}

impl From<Error> for aws::Error {
    fn from(error: Error) -> Self {
        let (status, code) = error.status_and_code();
        let shown = aws::Error::new(status, code, error.to_string());
        match error {
            Error::Model(error) => error,
            Error::Store(_) | Error::Files { .. } => {
                tracing::error!(error = &error as &dyn std::error::Error, "lambda");
                aws::Error::internal()
            }
            Error::Throttled(why) => shown.with("Type", "User").with(
                "Reason",
                match why {
                    Throttled::Function => "ReservedFunctionConcurrentInvocationLimitExceeded",
                    Throttled::Account => "ConcurrentInvocationLimitExceeded",
                },
            ),
            _ => shown.with("Type", if status < 500 { "User" } else { "Service" }),
        }
    }
}
