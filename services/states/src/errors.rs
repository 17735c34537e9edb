//! What this room refuses, in AWS's words. One variant a code, or a few where one code has several sentences.
//!
//! Sentences are recorded from AWS unless a comment says that they are ours by analogy.

use runner::{ExecutionError, MapRunError, StartError, TokenError};

use crate::arn::MachineArn;
use crate::test_state::Refusal;

/// Why an operation gives nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("Activity Already Exists: '{0}'")]
    ActivityAlreadyExists(String),
    #[error("Activity Does Not Exist: '{0}'")]
    ActivityDoesNotExist(String),
    #[error("Activity Worker Limit Exceeded: '{0}'")] // By analogy.
    ActivityWorkerLimitExceeded(String),
    #[error(transparent)]
    Conflict(#[from] Conflict),
    #[error("Execution Already Exists: '{0}'")]
    ExecutionAlreadyExists(String),
    #[error("Execution Does Not Exist: '{0}'")]
    ExecutionDoesNotExist(String),
    /// One of the sentences that `redriveStatusReason` has too.
    #[error("{0}")]
    ExecutionNotRedrivable(String),
    #[error("Invalid Arn: 'Invalid ARN prefix: {0}'")]
    InvalidArnPrefix(String),
    #[error("Invalid Arn: 'Resource type not valid in this context: {0}'")]
    InvalidArnType(String),
    #[error("Invalid Role Arn: '{0}'")]
    InvalidRoleArn(String),
    /// The whole sentence is `asl`'s.
    #[error("{0}")]
    InvalidDefinition(String),
    #[error("Invalid Encryption Configuration: {0}")] // By analogy.
    InvalidEncryptionConfiguration(&'static str),
    #[error("Invalid State Machine Execution Input: '{0}'")]
    InvalidExecutionInput(String),
    #[error("Invalid Logging Configuration: {0}")]
    InvalidLoggingConfiguration(&'static str),
    #[error("Invalid Name: '{0}'")]
    InvalidName(String),
    #[error("Invalid Output: '{0}'")] // By analogy.
    InvalidOutput(String),
    /// A `nextToken` that isn't ours, or too old.
    #[error("Invalid Token: 'Invalid token'")]
    InvalidPageToken,
    #[error("Invalid Token: 'Invalid token'")]
    InvalidTaskToken,
    #[error(
        "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified"
    )]
    MissingRequiredParameter,
    #[error(
        "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role."
    )]
    RoleTrustsOthers,
    #[error("Resource not found: '{0}'")]
    ResourceNotFound(String),
    /// An alias or a version that a request names.
    #[error("Request references a resource that does not exist.")]
    ReferenceNotFound(String),
    #[error("{0}")] // By analogy.
    ServiceQuotaExceeded(&'static str),
    #[error("State Machine Already Exists: '{0}'")]
    StateMachineAlreadyExists(MachineArn),
    #[error("State Machine is being deleted: '{0}'")]
    StateMachineDeleting(MachineArn),
    #[error("State Machine Does Not Exist: '{0}'")]
    StateMachineDoesNotExist(MachineArn),
    #[error("This operation is not supported by this type of state machine")]
    StateMachineTypeNotSupported,
    #[error("Task does not exist anymore")] // Not recorded; seen in the issues of SDK users.
    TaskDoesNotExist,
    #[error("Task Timed Out: 'Provided task does not exist anymore'")]
    TaskTimedOut,
    #[error("Too many tags: at most {most} are allowed on '{resource}'")] // By analogy.
    TooManyTags { resource: String, most: usize },
    #[error(transparent)]
    Validation(#[from] Validation),
    /// Our trouble, which no reply tells of.
    #[error("failed to read or write the store")]
    Store(#[from] store::Error),
    /// Our trouble, which no reply tells of.
    #[error("failed to run an execution")]
    Runner(#[from] runner::Error),
}

/// `ConflictException`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Conflict {
    #[error(
        "Failed to create alias because an alias with the same name and a different routing configuration already exists."
    )]
    AliasExists,
    #[error(
        "Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [{}]",
        .0.join(", ")
    )]
    VersionInUse(Vec<String>),
    #[error(
        "Failed to publish the State Machine version for revision {asked}. The current State Machine revision is {current}."
    )]
    Revision { asked: String, current: String },
}

/// `ValidationException`s that this room finds itself; the model's constraints are `aws`'s.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub(crate) enum Validation {
    #[error("Version description can only be set when publish is true")]
    VersionDescriptionWithoutPublish,
    #[error("Sum of routing configuration weights must equal 100. Received: [{}]", join(.0))]
    WeightSum(Vec<i32>),
    #[error(
        "Routing configuration must contain distinct state machine version ARNs. Received: [{}]",
        .0.join(", ")
    )]
    RepeatedVersion(Vec<String>),
    #[error("Routing configuration must contain state machine version ARNs. Received: [{}]", .0.join(", "))]
    NotVersions(Vec<String>),
    #[error(
        "Routing configuration must contain versions of one state machine. Received: [{}]", // By analogy.
        .0.join(", ")
    )]
    VersionsOfSeveralMachines(Vec<String>),
    #[error("Request must specify a description or a routing configuration")] // By analogy.
    NothingToUpdate,
    #[error("API does not support labeled ARNs")] // By analogy.
    LabeledArn,
    #[error("API does not support qualified ARNs: '{0}'")] // By analogy.
    QualifiedArn(MachineArn),
    #[error("'{0}' is not the ARN of a {1}")] // By analogy.
    WrongQualifier(MachineArn, &'static str),
    #[error("Exactly one of stateMachineArn and mapRunArn must be specified")] // By analogy.
    MachineOrMapRun,
    #[error("{0} is only supported when mapRunArn is specified")] // By analogy.
    WithoutMapRun(&'static str),
    #[error("Completed map runs cannot be updated")] // By analogy.
    CompletedMapRun,
    #[error("Tag keys must not begin with 'aws:'")] // By analogy.
    ReservedTagKey,
    #[error(transparent)]
    TestState(#[from] Refusal),
}

fn join(weights: &[i32]) -> String {
    weights.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

impl Validation {
    /// AWS's `reason`, where the model has one for it.
    fn reason(&self) -> Option<&'static str> {
        match self {
            Validation::LabeledArn => Some("API_DOES_NOT_SUPPORT_LABELED_ARNS"),
            Validation::NothingToUpdate
            | Validation::MachineOrMapRun
            | Validation::WithoutMapRun(_) => Some("MISSING_REQUIRED_PARAMETER"),
            Validation::CompletedMapRun => Some("CANNOT_UPDATE_COMPLETED_MAP_RUN"),
            Validation::WeightSum(_)
            | Validation::RepeatedVersion(_)
            | Validation::NotVersions(_)
            | Validation::VersionsOfSeveralMachines(_) => Some("INVALID_ROUTING_CONFIGURATION"),
            Validation::VersionDescriptionWithoutPublish
            | Validation::QualifiedArn(_)
            | Validation::WrongQualifier(..)
            | Validation::ReservedTagKey
            | Validation::TestState(_) => None,
        }
    }
}

impl Error {
    /// Why nothing was done to the execution of that ARN.
    pub(crate) fn of_execution(error: ExecutionError, arn: &str) -> Self {
        match error {
            ExecutionError::DoesNotExist => Error::ExecutionDoesNotExist(arn.to_owned()),
            ExecutionError::NotRedrivable(reason) => Error::ExecutionNotRedrivable(reason),
            ExecutionError::Runner(error) => Error::Runner(error),
        }
    }

    /// Why nothing was done to the map run of that ARN.
    pub(crate) fn of_map_run(error: MapRunError, arn: &str) -> Self {
        match error {
            MapRunError::DoesNotExist => Error::ResourceNotFound(arn.to_owned()),
            MapRunError::Completed => Validation::CompletedMapRun.into(),
            MapRunError::Runner(error) => Error::Runner(error),
        }
    }

    /// Why the execution of that ARN wasn't started.
    pub(crate) fn of_start(error: StartError, arn: &str) -> Self {
        match error {
            StartError::AlreadyExists => Error::ExecutionAlreadyExists(arn.to_owned()),
            StartError::MachineChanged => Error::Runner(runner::Error::Interrupted),
            StartError::Runner(error) => Error::Runner(error),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Error::ActivityAlreadyExists(_) => "ActivityAlreadyExists",
            Error::ActivityDoesNotExist(_) => "ActivityDoesNotExist",
            Error::ActivityWorkerLimitExceeded(_) => "ActivityWorkerLimitExceeded",
            Error::Conflict(_) => "ConflictException",
            Error::ExecutionAlreadyExists(_) => "ExecutionAlreadyExists",
            Error::ExecutionDoesNotExist(_) => "ExecutionDoesNotExist",
            Error::ExecutionNotRedrivable(_) => "ExecutionNotRedrivable",
            Error::InvalidArnPrefix(_) | Error::InvalidArnType(_) | Error::InvalidRoleArn(_) => {
                "InvalidArn"
            }
            Error::InvalidDefinition(_) => "InvalidDefinition",
            Error::InvalidEncryptionConfiguration(_) => "InvalidEncryptionConfiguration",
            Error::InvalidExecutionInput(_) => "InvalidExecutionInput",
            Error::InvalidLoggingConfiguration(_) => "InvalidLoggingConfiguration",
            Error::InvalidName(_) => "InvalidName",
            Error::InvalidOutput(_) => "InvalidOutput",
            Error::InvalidPageToken | Error::InvalidTaskToken => "InvalidToken",
            Error::MissingRequiredParameter => "MissingRequiredParameter",
            Error::RoleTrustsOthers => "AccessDeniedException",
            Error::ResourceNotFound(_) | Error::ReferenceNotFound(_) => "ResourceNotFound",
            Error::ServiceQuotaExceeded(_) => "ServiceQuotaExceededException",
            Error::StateMachineAlreadyExists(_) => "StateMachineAlreadyExists",
            Error::StateMachineDeleting(_) => "StateMachineDeleting",
            Error::StateMachineDoesNotExist(_) => "StateMachineDoesNotExist",
            Error::StateMachineTypeNotSupported => "StateMachineTypeNotSupported",
            Error::TaskDoesNotExist => "TaskDoesNotExist",
            Error::TaskTimedOut => "TaskTimedOut",
            Error::TooManyTags { .. } => "TooManyTags",
            Error::Validation(_) => "ValidationException",
            Error::Store(_) | Error::Runner(_) => "InternalServerError",
        }
    }
}

impl From<TokenError> for Error {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Invalid => Error::InvalidTaskToken,
            TokenError::TimedOut => Error::TaskTimedOut,
            TokenError::DoesNotExist => Error::TaskDoesNotExist,
            TokenError::Runner(error) => Error::Runner(error),
        }
    }
}

impl From<Error> for aws::Error {
    fn from(error: Error) -> Self {
        let shown = aws::Error::client(error.code(), error.to_string());
        match error {
            Error::Store(trouble) => {
                tracing::error!(error = &trouble as &dyn std::error::Error, "store");
                aws::Error::internal()
            }
            Error::Runner(trouble) => {
                tracing::error!(error = &trouble as &dyn std::error::Error, "runner");
                aws::Error::internal()
            }
            Error::ResourceNotFound(name)
            | Error::ReferenceNotFound(name)
            | Error::TooManyTags { resource: name, .. } => shown.with("resourceName", name),
            Error::Validation(validation) => match validation.reason() {
                Some(reason) => shown.with("reason", reason),
                None => shown,
            },
            _ => shown,
        }
    }
}
