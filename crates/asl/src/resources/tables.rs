//! AWS's services by the names that `aws-sdk:<service>:<action>` gives them. The facts are those of `models`.

use super::shape::Shape;

/// An action of an AWS service, as `aws-sdk:<service>:<action>` names it.
#[derive(Clone, Copy, Debug)]
pub struct Action(models::Operation);

/// An AWS service that Step Functions can call.
#[derive(Clone, Copy, Debug)]
pub struct Service(&'static models::Service);

/// The action that `aws-sdk:<service>:<action>` names, if Step Functions knows it.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html>
#[must_use]
pub fn lookup(service: &str, action: &str) -> Option<Action> {
    self::service(service)?.action(action)
}

/// The service that stands in `aws-sdk:<service>:`.
#[must_use]
pub fn service(name: &str) -> Option<Service> {
    models::service(name).map(Service)
}

/// All services, in the order of their names.
pub fn services() -> impl ExactSizeIterator<Item = Service> {
    models::services().map(Service)
}

/// Which models the tables were distilled from.
#[must_use]
pub fn stamp() -> &'static str {
    models::stamp()
}

impl Action {
    #[must_use]
    pub fn service(self) -> Service {
        Service(self.0.service())
    }

    /// In lower camel case: `putItem`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.action()
    }

    /// The operation on the wire: `PutItem`.
    #[must_use]
    pub fn operation(self) -> &'static str {
        self.0.name()
    }

    /// What the service's model says of the operation.
    #[must_use]
    pub fn model(self) -> models::Operation {
        self.0
    }

    /// The shape of the request; none where the operation takes nothing.
    #[must_use]
    pub fn input(self) -> Option<Shape> {
        self.0.input().map(Shape::new)
    }

    /// The shape of the answer; none where the operation answers nothing, which is shown as `{}`.
    #[must_use]
    pub fn output(self) -> Option<Shape> {
        self.0.output().map(Shape::new)
    }
}

impl Service {
    /// As in `aws-sdk:<name>:`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// What stands before the dot in error names of `aws-sdk:` integrations: `DynamoDb`.
    #[must_use]
    pub fn error_prefix(self) -> &'static str {
        self.0.error_prefix()
    }

    /// What the service's model says of it.
    #[must_use]
    pub fn model(self) -> &'static models::Service {
        self.0
    }

    #[must_use]
    pub fn action(self, name: &str) -> Option<Action> {
        let first = name.chars().next().filter(char::is_ascii_lowercase)?;
        let operation = self.0.operation(&(first.to_ascii_uppercase().to_string() + &name[1..]))?;
        Some(operation).filter(|operation| operation.is_integrated()).map(Action)
    }

    /// All actions, in the order of their names.
    pub fn actions(self) -> impl Iterator<Item = Action> {
        self.0.operations().filter(|operation| operation.is_integrated()).map(Action)
    }

    /// The error of an `aws-sdk:` integration for the error code a service answered: a modelled one
    /// by its class name (`DynamoDb.ResourceNotFoundException`, `S3.NoSuchKeyException`), any other
    /// by the service's base class (`DynamoDb.DynamoDbException`).
    #[must_use]
    pub fn error_name(self, code: &str) -> String {
        let prefix = self.error_prefix();
        match self.0.error(code) {
            Some(error) => format!("{prefix}.{}", error.sdk_name()),
            None => format!("{prefix}.{prefix}Exception"),
        }
    }

    /// The class name of a modelled error in optimized integrations, which use the older SDK.
    pub(super) fn legacy_error(self, code: &str) -> Option<&'static str> {
        self.0.error(code).map(models::ErrorFacts::legacy_name)
    }
}

#[cfg(test)]
mod tests;
