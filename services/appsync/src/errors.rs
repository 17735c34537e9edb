//! What the control plane refuses, in AWS's words. One variant a code, or a few where one code has several sentences.
//!
//! What clients of an API hear that their queries can't be answered stands in `reply`.

use resolver_js::CodeError;
use serde_json::json;

use crate::wire;

/// Why an operation gives nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("GraphQL API {0} not found.")]
    ApiNotFound(String),
    #[error("No data source found named {0}.")]
    DataSourceNotFound(String),
    #[error("No function found for ID {0}.")]
    FunctionNotFound(String),
    #[error("No resolver found.")]
    ResolverNotFound,
    #[error("No type found named {0}.")]
    TypeNotFound(String),
    #[error("No field named {field} found on type {type_name}")]
    FieldNotFound { type_name: String, field: String },
    #[error("API key not found: {0}")]
    ApiKeyNotFound(String),
    #[error("Unable to find the API cache for API {0}.")]
    ApiCacheNotFound(String),
    #[error("Domain name {0} not found.")]
    DomainNotFound(String),
    #[error("API association not found for domain name {0}.")]
    ApiAssociationNotFound(String),
    #[error("Source API association {0} not found.")]
    SourceApiAssociationNotFound(String),
    #[error("Channel namespace {0} not found.")]
    ChannelNamespaceNotFound(String),
    #[error("Introspection {0} not found.")]
    IntrospectionNotFound(String),
    #[error("{0}")]
    BadRequest(String),
    /// The sentence is as clients have seen it (terraform-provider-aws#30760), the rest in `detail`.
    #[error("The code contains one or more errors.")]
    Code(Vec<CodeError>),
    #[error("API key must be valid for a minimum of 1 days.")]
    ValidityTooShort,
    #[error("API key must be valid for a maximum of 365 days.")]
    ValidityTooLong,
    #[error("You have reached the maximum number of API keys for this API.")]
    TooManyApiKeys,
    #[error("Schema is currently being altered, please wait until that is complete.")]
    SchemaBusy,
    #[error("The API is being changed by another request. Try again.")]
    Raced,
    #[error("No schema definition exists.")]
    NoSchema,
    #[error("{0}")]
    Conflict(String),
    #[error("The pagination token is invalid.")]
    InvalidToken,
    /// The model's constraints, found where `structures!` can't see them.
    #[error(transparent)]
    Model(#[from] aws::Error),
    /// Our trouble, which no reply tells of.
    #[error("failed to read or write the store")]
    Store(#[from] store::Error),
}

impl Error {
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Error::BadRequest(message.into())
    }

    fn status_and_code(&self) -> (u16, &'static str) {
        match self {
            Error::ApiNotFound(_)
            | Error::DataSourceNotFound(_)
            | Error::FunctionNotFound(_)
            | Error::ResolverNotFound
            | Error::TypeNotFound(_)
            | Error::FieldNotFound { .. }
            | Error::ApiKeyNotFound(_)
            | Error::ApiCacheNotFound(_)
            | Error::DomainNotFound(_)
            | Error::ApiAssociationNotFound(_)
            | Error::SourceApiAssociationNotFound(_)
            | Error::ChannelNamespaceNotFound(_)
            | Error::IntrospectionNotFound(_) => (404, "NotFoundException"),
            Error::BadRequest(_) | Error::Code(_) | Error::InvalidToken => {
                (400, "BadRequestException")
            }
            Error::ValidityTooShort | Error::ValidityTooLong => {
                (400, "ApiKeyValidityOutOfBoundsException")
            }
            Error::TooManyApiKeys => (400, "ApiKeyLimitExceededException"),
            Error::SchemaBusy | Error::Raced => (409, "ConcurrentModificationException"),
            Error::NoSchema => (400, "GraphQLSchemaException"),
            Error::Conflict(_) => (409, "ConflictException"),
            Error::Model(_) | Error::Store(_) => (500, "InternalFailureException"),
        }
    }
}

impl From<Error> for aws::Error {
    fn from(error: Error) -> Self {
        let (status, code) = error.status_and_code();
        let shown = aws::Error::new(status, code, error.to_string());
        match error {
            Error::Model(error) => error,
            Error::Code(errors) => {
                let errors: Vec<wire::CodeError> = errors.into_iter().map(Into::into).collect();
                shown.with("reason", "CODE_ERROR").with("detail", json!({ "codeErrors": errors }))
            }
            Error::Store(_) => {
                tracing::error!(error = &error as &dyn std::error::Error, "appsync");
                aws::Error::internal()
            }
            _ => shown,
        }
    }
}
