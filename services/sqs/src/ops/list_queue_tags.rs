use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{ListQueueTagsOutput, QueueInput};

/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueueTags.html>
pub(crate) async fn list_queue_tags(
    ctx: &Visit<'_>,
    req: QueueInput,
) -> Result<ListQueueTagsOutput, Error> {
    let queue = ctx.queue(req.queue_url)?;
    let tags = queue.enter()?.record.tags.clone();
    Ok(ListQueueTagsOutput { tags: Some(tags).filter(|tags| !tags.is_empty()) })
}
