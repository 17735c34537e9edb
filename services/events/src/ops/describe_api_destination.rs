use crate::errors::Error;
use crate::identifier::Scope;
use crate::model::Destination;
use crate::visit::Visit;
use crate::wire::{ApiDestination, ApiDestinationInput, ApiDestinationState};

/// What AWS shows where a request set no limit.
const RATE_LIMIT_DEFAULT: i32 = 300;

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeApiDestination.html>
pub(crate) async fn describe_api_destination(
    ctx: &Visit<'_>,
    req: ApiDestinationInput,
) -> Result<ApiDestination, Error> {
    let scope = ctx.scope();
    let found = ctx.tables().destination(&scope, &req.name).await?;
    let found = found.ok_or_else(|| Error::DestinationNotFound(req.name.clone()))?;
    Ok(shown(&scope, req.name, found.value))
}

pub(super) fn shown(scope: &Scope, name: String, destination: Destination) -> ApiDestination {
    ApiDestination {
        api_destination_arn: scope.destination(&name, &destination.id),
        name,
        description: destination.description,
        api_destination_state: ApiDestinationState::Active,
        connection_arn: destination.connection_arn,
        invocation_endpoint: destination.endpoint,
        http_method: destination.method,
        invocation_rate_limit_per_second: destination.rate_limit.unwrap_or(RATE_LIMIT_DEFAULT),
        creation_time: destination.created_at.into(),
        last_modified_time: destination.modified_at.into(),
    }
}
