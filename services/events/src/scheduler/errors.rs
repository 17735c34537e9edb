//! What this room refuses, in AWS's words where they are known from clients' reports; a comment says where they are ours.

/// Why an operation gives nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("Schedule {0} does not exist.")]
    ScheduleNotFound(String),
    #[error("Schedule {0} already exists.")]
    ScheduleExists(String),
    #[error("Schedule group {0} does not exist.")]
    GroupNotFound(String),
    #[error("Schedule group {0} already exists.")]
    GroupExists(String),
    #[error("Invalid Schedule Expression {0}.")]
    InvalidExpression(String),
    /// Ours, by analogy with the one before.
    #[error("Invalid Schedule Expression Timezone {0}.")]
    InvalidTimeZone(String),
    /// As clients report it: <https://github.com/aws/aws-sdk-js-v3/issues/6494>.
    #[error(
        "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
    )]
    RoleTrustsOthers,
    #[error("{0}")]
    Validation(String),
    /// The trouble of the room of event buses, whose paging and batches are used here.
    #[error(transparent)]
    Events(#[from] crate::errors::Error),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Error::Events(error.into())
    }
}

impl From<Error> for aws::Error {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::ScheduleNotFound(_) | Error::GroupNotFound(_) => {
                aws::Error::new(404, "ResourceNotFoundException", text)
            }
            Error::ScheduleExists(_) | Error::GroupExists(_) => {
                aws::Error::new(409, "ConflictException", text)
            }
            Error::InvalidExpression(_)
            | Error::InvalidTimeZone(_)
            | Error::RoleTrustsOthers
            | Error::Validation(_) => aws::Error::client("ValidationException", text),
            Error::Events(error) => error.into(),
        }
    }
}
