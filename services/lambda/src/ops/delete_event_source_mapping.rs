use crate::describe;
use crate::errors::Error;
use crate::tables;
use crate::visit::{Commit, Visit};
use crate::wire::{EventSourceMappingConfiguration, EventSourceMappingInput};

/// What a poller has received already is worked off.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_DeleteEventSourceMapping.html>
pub(crate) async fn delete_event_source_mapping(
    ctx: &Visit<'_>,
    req: EventSourceMappingInput,
) -> Result<EventSourceMappingConfiguration, Error> {
    let scope = ctx.scope();
    loop {
        let found = ctx.tables().mapping(&scope, &req.u_u_i_d).await?;
        let found = found.ok_or(Error::MappingNotFound)?;
        let mut batch = found.removal();
        tables::forget_positions(&mut batch, &scope.mapping(&req.u_u_i_d));
        if ctx.room().commit(batch).await? == Commit::Done {
            ctx.room().mappings.notify_one();
            return Ok(describe::mapping(&scope, &req.u_u_i_d, &found.value, "Deleting"));
        }
    }
}
