use store::Batch;

use crate::errors::Error;
use crate::redrive;
use crate::tables;
use crate::visit::{Visit, needed};
use crate::wire::{Empty, SetQueueAttributesInput};

/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html>
pub(crate) async fn set_queue_attributes(
    ctx: &Visit<'_>,
    req: SetQueueAttributesInput,
) -> Result<Empty, Error> {
    let queue = ctx.queue(req.queue_url)?;
    let attributes = needed(req.attributes, "Attribute.Name")?;

    let _changing = ctx.room().changing.lock().await;
    let mut record = queue.enter()?.record.clone();
    for (name, value) in &attributes {
        record.settings.set(name, value)?;
    }
    record.settings.check()?;
    if attributes.contains_key("RedrivePolicy") {
        redrive::check(ctx.room(), &queue.arn, &record)?;
    }
    record.modified_at = ctx.now();
    let written = {
        let mut state = queue.enter()?;
        let mut batch = Batch::new();
        // Tags may have been changed since.
        record.tags.clone_from(&state.record.tags);
        tables::put_queue(&mut batch, &queue.arn, &record);
        state.record = record;
        ctx.store().commit(batch)
    };
    // The retention may be shorter now.
    ctx.room().bell.notify_one();
    written.await?;
    Ok(Empty {})
}
