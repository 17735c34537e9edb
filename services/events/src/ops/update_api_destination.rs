use super::create_api_destination::{check_connection, output};
use crate::errors::Error;
use crate::model::Destination;
use crate::visit::{Commit, Visit};
use crate::wire::{ApiDestinationOutput, UpdateApiDestinationInput};

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UpdateApiDestination.html>
pub(crate) async fn update_api_destination(
    ctx: &Visit<'_>,
    req: UpdateApiDestinationInput,
) -> Result<ApiDestinationOutput, Error> {
    if let Some(connection) = &req.connection_arn {
        check_connection(ctx, connection).await?;
    }
    let scope = ctx.scope();
    loop {
        let found = ctx.tables().destination(&scope, &req.name).await?;
        let found = found.ok_or_else(|| Error::DestinationNotFound(req.name.clone()))?;
        let old = found.value.clone();
        let changed = Destination {
            description: req.description.clone().or(old.description),
            connection_arn: req.connection_arn.clone().unwrap_or(old.connection_arn),
            endpoint: req.invocation_endpoint.clone().unwrap_or(old.endpoint),
            method: req.http_method.unwrap_or(old.method),
            rate_limit: req.invocation_rate_limit_per_second.or(old.rate_limit),
            modified_at: ctx.now(),
            ..old
        };
        let reply = output(&scope, &req.name, &changed);
        if ctx.commit(found.change(changed)).await? == Commit::Done {
            return Ok(reply);
        }
    }
}
