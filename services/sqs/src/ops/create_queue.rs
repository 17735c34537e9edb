use std::collections::BTreeMap;
use std::sync::Arc;

use store::Batch;

use crate::arn::{self, QueueArn};
use crate::errors::Error;
use crate::ops::tag_queue;
use crate::queue::{Queue, Record};
use crate::redrive;
use crate::settings::Settings;
use crate::tables;
use crate::visit::{Visit, needed};
use crate::wire::{CreateQueueInput, CreateQueueOutput};

/// Idempotent by name: a queue that exists is given if it has the attributes that the request names.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html>
pub(crate) async fn create_queue(
    ctx: &Visit<'_>,
    req: CreateQueueInput,
) -> Result<CreateQueueOutput, Error> {
    let name = needed(req._queue_name, "QueueName")?;
    let attributes = req._attributes.unwrap_or_default();
    let is_fifo = attributes.get("FifoQueue").is_some_and(|value| value == "true");
    arn::check_name(&name, is_fifo)?;
    let mut settings = Settings::new(is_fifo);
    for (name, value) in &attributes {
        settings.set(name, value)?;
    }
    settings.check()?;
    let tags = req.tags.unwrap_or_default();
    tag_queue::check(ctx.limits(), &name, &tags)?;
    let arn = QueueArn::own(&ctx.request, &name);
    let url = ctx.url(&arn);

    let _changing = ctx.room().changing.lock().await;
    if let Some(queue) = ctx.room().queue(&arn) {
        check_same(&queue.lock().record.settings, &settings, &attributes)?;
        return Ok(CreateQueueOutput { queue_url: url });
    }
    let now = ctx.now();
    let id = ctx.house().uuid();
    let record = Record { id, created_at: now, modified_at: now, settings, tags };
    redrive::check(ctx.room(), &arn, &record)?;
    let mut batch = Batch::new();
    tables::put_queue(&mut batch, &arn, &record);
    let queue = Arc::new(Queue::new(arn, record));
    let written = ctx.store().commit(batch);
    // In line at the store: whoever sends to it does so behind its creation.
    ctx.room().add(queue);
    written.await?;
    Ok(CreateQueueOutput { queue_url: url })
}

/// Attributes that the request doesn't name may differ.
fn check_same(
    existing: &Settings,
    asked: &Settings,
    named: &BTreeMap<String, String>,
) -> Result<(), Error> {
    let (existing, asked) = (existing.attributes(), asked.attributes());
    let differs = |name: &&String| {
        let value = |of: &[(&str, String)]| {
            of.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone())
        };
        value(&existing) != value(&asked)
    };
    match named.keys().find(differs) {
        Some(name) => Err(Error::QueueNameExists(name.clone())),
        None => Ok(()),
    }
}
