use crate::errors::Error;
use crate::tables::{Reading, StreamName};
use crate::visit::{Commit, Visit};
use crate::wire::{Empty, StreamInput};

/// Events that go in one batch.
const EVENTS_AT_ONCE: usize = 1_000;

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogStream.html>
pub(crate) async fn delete_log_stream(ctx: &Visit<'_>, req: StreamInput) -> Result<Empty, Error> {
    let scope = ctx.scope();
    ctx.group(&req.log_group_name).await?;
    let name = StreamName { scope: &scope, group: &req.log_group_name, name: &req.log_stream_name };
    loop {
        let stream = ctx.stream(name.group, name.name).await?;
        let always = (i64::MIN, i64::MAX);
        let first = Reading::Forward(None);
        let events = ctx.tables().events(&name, always, first, EVENTS_AT_ONCE).await?;
        let is_last = events.len() < EVENTS_AT_ONCE;
        // The stream's own row goes last: what a crash interrupts can be asked for again.
        let mut batch = if is_last { stream.removal() } else { stream.unchanged() };
        for event in &events {
            name.remove(&mut batch, event.place);
        }
        if ctx.commit(batch).await? == Commit::Done && is_last {
            return Ok(Empty {});
        }
    }
}
