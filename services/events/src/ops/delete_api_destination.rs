use crate::errors::Error;
use crate::visit::{Commit, Visit};
use crate::wire::{ApiDestinationInput, Empty};

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteApiDestination.html>
pub(crate) async fn delete_api_destination(
    ctx: &Visit<'_>,
    req: ApiDestinationInput,
) -> Result<Empty, Error> {
    loop {
        let found = ctx.tables().destination(&ctx.scope(), &req.name).await?;
        let found = found.ok_or_else(|| Error::DestinationNotFound(req.name.clone()))?;
        if ctx.commit(found.removal()).await? == Commit::Done {
            return Ok(Empty {});
        }
    }
}
