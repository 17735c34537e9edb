use crate::errors::Error;
use crate::identifier::BusName;
use crate::visit::{Commit, Visit};
use crate::wire::{DeleteEventBusInput, Empty};

/// A bus that doesn't exist is no error, as on AWS.
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteEventBus.html>
pub(crate) async fn delete_event_bus(
    ctx: &Visit<'_>,
    req: DeleteEventBusInput,
) -> Result<Empty, Error> {
    let name = BusName::of(ctx.scope(), Some(&req.name));
    if name.is_default() {
        return Err(Error::validation("Cannot delete event bus default."));
    }
    loop {
        let Some(found) = ctx.tables().bus(&name).await? else { return Ok(Empty {}) };
        if !ctx.tables().rules(&name).await?.is_empty() {
            // By analogy.
            let sentence = format!("Event bus {} can't be deleted since it has rules.", name.name);
            return Err(Error::validation(sentence));
        }
        if ctx.commit(found.removal()).await? == Commit::Done {
            return Ok(Empty {});
        }
    }
}
