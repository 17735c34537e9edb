use crate::arn::QueueArn;
use crate::errors::Error;
use crate::ops::page;
use crate::visit::Visit;
use crate::wire::{ListQueuesInput, ListQueuesOutput};

/// By name. Without `MaxResults` it gives up to a thousand, and no token for more.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html>
pub(crate) async fn list_queues(
    ctx: &Visit<'_>,
    req: ListQueuesInput,
) -> Result<ListQueuesOutput, Error> {
    let prefix = req.queue_name_prefix.unwrap_or_default();
    let beginning = QueueArn::own(&ctx.request, &prefix);
    let queues = ctx.room().queues();
    let arns = queues.iter().map(|queue| &queue.arn);
    let arns = arns.filter(|arn| arn.as_str().starts_with(beginning.as_str())).collect();
    let page = page::cut(ctx, "ListQueues", &prefix, arns, req.next_token, req.max_results)?;
    let queue_urls = Some(page.urls).filter(|urls| !urls.is_empty());
    Ok(ListQueuesOutput { queue_urls, next_token: page.next_token })
}
