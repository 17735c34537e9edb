use crate::errors::Error;
use crate::ops::page;
use crate::redrive;
use crate::visit::Visit;
use crate::wire::{ListDeadLetterSourceQueuesInput, ListDeadLetterSourceQueuesOutput};

/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListDeadLetterSourceQueues.html>
pub(crate) async fn list_dead_letter_source_queues(
    ctx: &Visit<'_>,
    req: ListDeadLetterSourceQueuesInput,
) -> Result<ListDeadLetterSourceQueuesOutput, Error> {
    let queue = ctx.queue(req.queue_url)?;
    let sources = redrive::sources(ctx.room(), &queue.arn);
    let arns = sources.iter().map(|source| &source.arn).collect();
    let (operation, of) = ("ListDeadLetterSourceQueues", queue.arn.as_str());
    let page = page::cut(ctx, operation, of, arns, req.next_token, req.max_results)?;
    Ok(ListDeadLetterSourceQueuesOutput { queue_urls: page.urls, _next_token: page.next_token })
}
