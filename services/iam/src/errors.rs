//! What this room refuses, in AWS's words. One variant a code, or a few where one code has several sentences.
//!
//! Sentences are those that users of IAM and STS report, unless a comment says that they are ours by analogy.

use policy::Malformed;

/// Why an operation gives nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{0}")]
    AccessDenied(String),
    #[error("Cannot delete a policy attached to entities.")]
    PolicyIsAttached,
    #[error(
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. \
         The default version is deleted with the policy."
    )]
    PolicyHasVersions,
    #[error("Cannot delete the default version of a policy.")]
    IsDefaultVersion,
    #[error("Cannot delete entity, must {0} first.")]
    DeleteConflict(&'static str),
    #[error("{kind} with name {name} already exists.")]
    EntityAlreadyExists { kind: &'static str, name: String },
    #[error("Provider with url {0} already exists.")]
    ProviderExists(String),
    #[error("A policy called {0} already exists. Duplicate names are not allowed.")]
    PolicyAlreadyExists(String),
    #[error("{0}")]
    InvalidInput(String),
    #[error("Token expired: current date/time {now} must be before the expiration date/time {end}")]
    ExpiredToken { now: i64, end: i64 },
    #[error("{0}")]
    IdpRejectedClaim(String),
    #[error("{0}")]
    InvalidIdentityToken(String),
    #[error("Invalid Marker.")] // By analogy.
    InvalidMarker,
    #[error("The token included in the request is not an authorization message of this house.")]
    // Ours.
    InvalidAuthorizationMessage,
    #[error("{0}")]
    LimitExceeded(String),
    #[error(transparent)]
    MalformedPolicyDocument(#[from] Malformed),
    #[error("The {kind} with name {name} cannot be found.")]
    NoSuchEntity { kind: &'static str, name: String },
    #[error("Policy {0} does not exist or is not attachable.")]
    PolicyNotAttachable(String),
    #[error("Policy {0} was not found.")]
    NoSuchPolicy(String),
    #[error("Policy {0} version {1} does not exist or is not attachable.")]
    NoSuchVersion(String, String),
    #[error("The {kind} policy with name {name} cannot be found.")]
    NoSuchInlinePolicy { kind: &'static str, name: String },
    #[error("Policy {0} was not found.")]
    NotAttached(String),
    #[error("{0}")]
    NoSuch(String),
    #[error("{0}")]
    Validation(String),
    /// Our trouble, which no reply tells of.
    #[error("failed to read or write the store")]
    Store(#[from] store::Error),
}

impl Error {
    fn code(&self) -> &'static str {
        match self {
            Error::AccessDenied(_) => "AccessDenied",
            Error::PolicyIsAttached
            | Error::PolicyHasVersions
            | Error::IsDefaultVersion
            | Error::DeleteConflict(_) => "DeleteConflict",
            Error::EntityAlreadyExists { .. }
            | Error::PolicyAlreadyExists(_)
            | Error::ProviderExists(_) => "EntityAlreadyExists",
            Error::InvalidInput(_) => "InvalidInput",
            Error::InvalidAuthorizationMessage => "InvalidAuthorizationMessageException",
            Error::InvalidIdentityToken(_) => "InvalidIdentityToken",
            Error::IdpRejectedClaim(_) => "IDPRejectedClaim",
            Error::ExpiredToken { .. } => "ExpiredTokenException",
            Error::LimitExceeded(_) => "LimitExceeded",
            Error::MalformedPolicyDocument(_) => "MalformedPolicyDocument",
            Error::NoSuchEntity { .. }
            | Error::PolicyNotAttachable(_)
            | Error::NoSuchPolicy(_)
            | Error::NoSuchVersion(..)
            | Error::NoSuchInlinePolicy { .. }
            | Error::NotAttached(_)
            | Error::NoSuch(_) => "NoSuchEntity",
            Error::Validation(_) | Error::InvalidMarker => "ValidationError",
            Error::Store(_) => "ServiceFailure",
        }
    }

    fn status(&self) -> u16 {
        match self.code() {
            "AccessDenied" | "IDPRejectedClaim" => 403,
            "NoSuchEntity" => 404,
            "DeleteConflict" | "EntityAlreadyExists" | "LimitExceeded" => 409,
            _ => 400,
        }
    }
}

impl From<Error> for aws::Error {
    fn from(error: Error) -> Self {
        if let Error::Store(trouble) = &error {
            tracing::error!(error = trouble as &dyn std::error::Error, "store");
            let mut shown = aws::Error::internal();
            shown.code = error.code().into();
            return shown;
        }
        aws::Error::new(error.status(), error.code(), error.to_string())
    }
}
