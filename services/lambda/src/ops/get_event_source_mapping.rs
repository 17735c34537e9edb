use crate::describe;
use crate::errors::Error;
use crate::mappings;
use crate::visit::Visit;
use crate::wire::{EventSourceMappingConfiguration, EventSourceMappingInput};

/// <https://docs.aws.amazon.com/lambda/latest/api/API_GetEventSourceMapping.html>
pub(crate) async fn get_event_source_mapping(
    ctx: &Visit<'_>,
    req: EventSourceMappingInput,
) -> Result<EventSourceMappingConfiguration, Error> {
    let scope = ctx.scope();
    let found = ctx.tables().mapping(&scope, &req.u_u_i_d).await?.ok_or(Error::MappingNotFound)?;
    let state = mappings::state(&found.value);
    Ok(describe::mapping(&scope, &req.u_u_i_d, &found.value, state))
}
