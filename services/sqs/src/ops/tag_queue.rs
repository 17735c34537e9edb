use std::collections::BTreeMap;

use store::Batch;

use crate::errors::Error;
use crate::limits::Limits;
use crate::tables;
use crate::visit::{Visit, needed};
use crate::wire::{Empty, TagQueueInput};

/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_TagQueue.html>
pub(crate) async fn tag_queue(ctx: &Visit<'_>, req: TagQueueInput) -> Result<Empty, Error> {
    let queue = ctx.queue(req.queue_url)?;
    let added = needed(req.tags.filter(|tags| !tags.is_empty()), "Tags")?;

    let written = {
        let mut state = queue.enter()?;
        let mut tags = state.record.tags.clone();
        tags.extend(added);
        check(ctx.limits(), queue.arn.name(), &tags)?;
        state.record.tags = tags;
        let mut batch = Batch::new();
        tables::put_queue(&mut batch, &queue.arn, &state.record);
        ctx.store().commit(batch)
    };
    written.await?;
    Ok(Empty {})
}

/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-tags.html>
pub(crate) fn check(
    limits: &Limits,
    queue: &str,
    tags: &BTreeMap<String, String>,
) -> Result<(), Error> {
    if limits.tags_max < tags.len() {
        return Err(Error::InvalidParameter(format!("Too many tags added for queue {queue}.")));
    }
    match tags.iter().find(|(key, value)| {
        !(1..=128).contains(&key.chars().count())
            || 256 < value.chars().count()
            || key.starts_with("aws:")
    }) {
        Some((key, _)) => Err(Error::InvalidParameter(format!("Tag {key} is invalid."))), // By analogy.
        None => Ok(()),
    }
}
