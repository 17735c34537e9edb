//! Tasks that nothing in this house can serve.

use asl::Failure;
use asl::resources::Resource;

/// A failure that names what is missing, with the error that the integration has for what it doesn't model.
pub(super) fn failure(resource: &Resource) -> Failure {
    let (error, service) = match resource {
        Resource::LambdaFunction { .. } => ("Lambda.AWSLambdaException".to_owned(), "lambda"),
        Resource::Activity { .. } => ("States.Runtime".to_owned(), "activity"),
        Resource::Optimized { integration, .. } => {
            (integration.error_name("ServiceUnavailable"), integration.service())
        }
        Resource::AwsSdk { action, .. } => {
            let service = action.service();
            (service.error_name("ServiceUnavailable"), service.name())
        }
    };
    let cause = format!(
        "Freehold has no {service} room yet: the task {} can't be served.",
        resource.resource()
    );
    Failure::new(error, cause)
}
