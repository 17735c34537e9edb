use store::Batch;

use crate::errors::Error;
use crate::tables;
use crate::visit::{Visit, needed};
use crate::wire::{Empty, UntagQueueInput};

/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_UntagQueue.html>
pub(crate) async fn untag_queue(ctx: &Visit<'_>, req: UntagQueueInput) -> Result<Empty, Error> {
    let queue = ctx.queue(req.queue_url)?;
    let keys = needed(req.tag_keys, "TagKeys")?;
    if keys.is_empty() {
        return Err(Error::InvalidParameter(
            "Tag keys must be between 1 and 128 characters in length.".to_owned(),
        ));
    }

    let written = {
        let mut state = queue.enter()?;
        state.record.tags.retain(|key, _| !keys.contains(key));
        let mut batch = Batch::new();
        tables::put_queue(&mut batch, &queue.arn, &state.record);
        ctx.store().commit(batch)
    };
    written.await?;
    Ok(Empty {})
}
