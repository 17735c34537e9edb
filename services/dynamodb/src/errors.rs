//! What this room refuses. The sentences are `dynoxide`'s, recorded by its makers from AWS, except those here.

use dynoxide::DynoxideError;
use serde_json::Value;

use crate::scope::Scope;

/// Why an operation gives nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// DynamoDB's own answer, or `dynoxide`'s trouble with its file.
    #[error(transparent)]
    Refused(#[from] DynoxideError),
    #[error("{0}")]
    Validation(String),
    /// AWS sends no message where this is empty.
    #[error("{0}")]
    Serialization(String),
    #[error("{0}")]
    ResourceNotFound(String),
    /// A resource of an account or region that isn't the request's.
    #[error(
        "User: {user} is not authorized to perform: dynamodb:{operation} on resource: {resource}"
    )]
    AccessDenied { user: String, operation: &'static str, resource: String },
    /// Ours: AWS tells such tables apart.
    #[error(
        "The table {table} can't be kept beside {other}: their names differ by case alone or are reserved"
    )]
    NameTaken { table: String, other: String },
    /// Quoted in <https://github.com/aws-controllers-k8s/community/issues/1000>.
    #[error("Table already has an enabled stream: TableName: {0}")]
    StreamEnabled(String),
    #[error("Table not found: {0}")]
    TableNotFound(String),
    #[error("Source table not found: {0}")]
    SourceTableNotFound(String),
    #[error("Table already exists: {0}")]
    TableAlreadyExists(String),
    #[error("Backup not found: {0}")]
    BackupNotFound(String),
    #[error("Point in time recovery is not enabled for table '{0}'")]
    RecoveryUnavailable(String),
    #[error("Resource-based policy not found for the provided ResourceArn: {0}")]
    PolicyNotFound(String),
    /// A token that has come before, with another request.
    #[error("An error occurred (IdempotentParameterMismatchException)")]
    IdempotentParameterMismatch,
    #[error("read or write the database")]
    Sqlite(#[from] rusqlite::Error),
    /// A row that we wrote and can't read.
    #[error("read {0}")]
    Corrupt(&'static str),
    #[error("create the folder of the database")]
    Folder(#[from] std::io::Error),
    /// SQLite has ended a transaction by itself, as it does when a disk is full.
    #[error("commit the transaction that this call was a part of")]
    TransactionLost,
}

impl Error {
    /// What the client sees, whose resources are `scope`'s.
    pub(crate) fn into_aws(self, scope: &Scope, operation: &str) -> aws::Error {
        let message = self.to_string();
        match self {
            Error::Refused(refusal) => refused(refusal, scope, operation),
            Error::Validation(_) | Error::NameTaken { .. } | Error::StreamEnabled(_) => {
                aws::Error::validation(message)
            }
            Error::Serialization(text) if text.is_empty() => {
                aws::Error { message: None, ..aws::Error::serialization("") }
            }
            Error::Serialization(_) => aws::Error::serialization(message),
            Error::ResourceNotFound(_) => aws::Error::client("ResourceNotFoundException", message),
            Error::TableNotFound(_) => aws::Error::client("TableNotFoundException", message),
            Error::SourceTableNotFound(_) => {
                aws::Error::client("SourceTableNotFoundException", message)
            }
            Error::TableAlreadyExists(_) => {
                aws::Error::client("TableAlreadyExistsException", message)
            }
            Error::BackupNotFound(_) => aws::Error::client("BackupNotFoundException", message),
            Error::RecoveryUnavailable(_) => {
                aws::Error::client("PointInTimeRecoveryUnavailableException", message)
            }
            Error::PolicyNotFound(_) => aws::Error::client("PolicyNotFoundException", message),
            Error::AccessDenied { .. } => aws::Error::client("AccessDeniedException", message),
            Error::IdempotentParameterMismatch => {
                aws::Error::client("IdempotentParameterMismatchException", message)
            }
            Error::Sqlite(_) | Error::Corrupt(_) | Error::Folder(_) | Error::TransactionLost => {
                tracing::error!(operation, error = &self as &dyn std::error::Error, "dynamodb");
                aws::Error::internal()
            }
        }
    }
}

fn refused(refusal: DynoxideError, scope: &Scope, operation: &str) -> aws::Error {
    let kind = refusal.error_type();
    let code = kind.rsplit_once('#').map_or(kind, |(_, code)| code);
    if 500 <= refusal.status_code() {
        tracing::error!(operation, error = &refusal as &dyn std::error::Error, "dynamodb");
        return aws::Error::internal();
    }
    let message = reworded(operation, scope.outward(&refusal.to_string()));
    let error = aws::Error::new(refusal.status_code(), code, message);
    match refusal {
        DynoxideError::TransactionCanceledException(_, reasons) => {
            error.with("CancellationReasons", json(&reasons))
        }
        DynoxideError::ConditionalCheckFailedException(_, Some(item)) => {
            error.with("Item", json(&item))
        }
        _ => error,
    }
}

/// Sentences that AWS has otherwise than `dynoxide` 3.2.
fn reworded(operation: &str, message: String) -> String {
    let name_in_place_of_value = || {
        let given = message.strip_prefix("Expected value reference (:name), got ")?;
        given.starts_with(|first: char| first == '#' || first.is_alphabetic()).then(|| {
            // moto, verified against AWS: query_unused_attribute_name.
            "Invalid KeyConditionExpression: Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition".to_owned()
        })
    };
    let empty_set = || {
        // moto, verified against AWS: update_item_add_empty_set, update_item_unused_attributes.
        let (before, rest) =
            message.split_once("ExpressionAttributeValues contains invalid value: ")?;
        let (reason, _) = rest.rsplit_once(" for key :")?;
        reason.ends_with(" set  may not be empty").then(|| format!("{before}{reason}"))
    };
    let reworded = match operation {
        "Query" => name_in_place_of_value(),
        "UpdateItem" => empty_set(),
        _ => None,
    };
    reworded.unwrap_or(message)
}

fn json<T: serde::Serialize>(value: &T) -> Value {
    serde_json::to_value(value).expect("items have text keys and always serialize")
}
