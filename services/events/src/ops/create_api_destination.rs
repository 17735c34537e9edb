use base::Arn;

use crate::errors::Error;
use crate::identifier::Scope;
use crate::model::Destination;
use crate::tables;
use crate::visit::{Commit, Visit};
use crate::wire::{ApiDestinationOutput, ApiDestinationState, CreateApiDestinationInput};

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateApiDestination.html>
pub(crate) async fn create_api_destination(
    ctx: &Visit<'_>,
    req: CreateApiDestinationInput,
) -> Result<ApiDestinationOutput, Error> {
    check_connection(ctx, &req.connection_arn).await?;
    let (scope, name) = (ctx.scope(), req.name);
    let destination = Destination {
        id: ctx.request.house().uuid(),
        description: req.description,
        connection_arn: req.connection_arn,
        endpoint: req.invocation_endpoint,
        method: req.http_method,
        rate_limit: req.invocation_rate_limit_per_second,
        created_at: ctx.now(),
        modified_at: ctx.now(),
    };
    let reply = output(&scope, &name, &destination);
    match ctx.commit(tables::destination_creation(&scope, &name, destination)).await? {
        Commit::Done => Ok(reply),
        Commit::Raced => Err(Error::DestinationExists(name)),
    }
}

pub(super) fn output(scope: &Scope, name: &str, destination: &Destination) -> ApiDestinationOutput {
    ApiDestinationOutput {
        api_destination_arn: scope.destination(name, &destination.id),
        api_destination_state: ApiDestinationState::Active,
        creation_time: destination.created_at.into(),
        last_modified_time: destination.modified_at.into(),
    }
}

/// The connection of an API destination has to exist.
pub(super) async fn check_connection(ctx: &Visit<'_>, text: &str) -> Result<(), Error> {
    let not_found = || Error::ConnectionNotFound(text.to_owned());
    let arn = Arn::parse(text).map_err(|_| not_found())?;
    let name = arn.resource.strip_prefix("connection/").and_then(|rest| rest.split_once('/'));
    let (name, id) = name.ok_or_else(not_found)?;
    let found = ctx.tables().connection(&Scope::of_arn(&arn), name).await?;
    found.filter(|found| found.value.id == id).map(|_| ()).ok_or_else(not_found)
}
