use store::Batch;

use crate::errors::Error;
use crate::tables;
use crate::visit::Visit;
use crate::wire::{Empty, TopicInput};

/// A topic goes with its subscriptions. One that isn't there is no error.
///
/// <https://docs.aws.amazon.com/sns/latest/api/API_DeleteTopic.html>
pub(crate) async fn delete_topic(ctx: &Visit<'_>, req: TopicInput) -> Result<Empty, Error> {
    let mut batch = Batch::new();
    tables::delete_topic(&mut batch, &req.topic_arn);
    ctx.commit(batch).await?;
    Ok(Empty {})
}
