use crate::errors::Error;
use crate::model::Stream;
use crate::tables::{self, StreamName};
use crate::visit::{Commit, Visit};
use crate::wire::{Empty, StreamInput};

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html>
pub(crate) async fn create_log_stream(ctx: &Visit<'_>, req: StreamInput) -> Result<Empty, Error> {
    let scope = ctx.scope();
    let name = StreamName { scope: &scope, group: &req.log_group_name, name: &req.log_stream_name };
    loop {
        ctx.group(name.group).await?;
        if ctx.tables().stream(&scope, name.group, name.name).await?.is_some() {
            return Err(Error::StreamExists);
        }
        let stream = Stream {
            id: ctx.request.house().entropy().next_u64(),
            created_at: ctx.now(),
            last_number: 0,
            first_event_at: None,
            last_event_at: None,
            last_ingestion_at: None,
            stored_bytes: 0,
        };
        if ctx.commit(tables::stream_creation(&name, stream)).await? == Commit::Done {
            return Ok(Empty {});
        }
    }
}
