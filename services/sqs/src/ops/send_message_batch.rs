use store::Batch;

use crate::errors::Error;
use crate::outgoing::{Checked, Given};
use crate::queue::sequence_number;
use crate::visit::Visit;
use crate::wire::{
    SendMessageBatchInput, SendMessageBatchOutput, SendMessageBatchRequestEntry,
    SendMessageBatchResultEntry,
};
use crate::{attempts, batch};

/// The entries that can be sent are, in their order and in one batch.
///
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html>
pub(crate) async fn send_message_batch(
    ctx: &Visit<'_>,
    req: SendMessageBatchInput,
) -> Result<SendMessageBatchOutput, Error> {
    if let Some(reply) = attempts::answered(ctx).await? {
        return Ok(reply);
    }
    let queue = ctx.queue(req.queue_url)?;
    let name = "SendMessageBatchRequestEntry";
    let entries = batch::entries(ctx.limits(), req.entries, name, |entry| entry.id.take())?;
    check_size(ctx, &entries)?;
    let settings = queue.enter()?.record.settings.clone();
    let (mut accepted, mut failed) = (Vec::new(), Vec::new());
    for (id, entry) in entries {
        match given(entry).check(ctx, &settings) {
            Ok(checked) => accepted.push((id, checked)),
            // Without what a queue orders and knows messages by, none of the batch is taken.
            Err(error) if error.is_of_order() => return Err(error),
            Err(error) => failed.push(batch::failure(id, error)?),
        }
    }

    let (reply, written) = {
        let mut state = queue.enter()?;
        if state.is_idle() {
            ctx.room().bell.notify_one();
        }
        let (now, mut batch) = (ctx.now(), Batch::new());
        state.advance(now, &mut batch);
        let successful = accepted.into_iter().map(|(id, checked): (String, Checked)| {
            let posted = state.post(now, checked.outgoing, &mut batch);
            SendMessageBatchResultEntry {
                id,
                message_id: posted.message_id,
                m_d5_of_message_body: checked.body_digest,
                m_d5_of_message_attributes: checked.attributes_digest,
                m_d5_of_message_system_attributes: checked.system_attributes_digest,
                sequence_number: settings.fifo.as_ref().map(|_| sequence_number(posted.number)),
            }
        });
        let successful: Vec<_> = successful.collect();
        let reply = SendMessageBatchOutput {
            successful: Some(successful).filter(|it| !it.is_empty()),
            failed: Some(failed).filter(|it| !it.is_empty()),
        };
        attempts::keep(ctx, &mut batch, &reply)?;
        (reply, ctx.store().commit(batch))
    };
    queue.bell.notify_waiters();
    written.await?;
    Ok(reply)
}

fn given(entry: SendMessageBatchRequestEntry) -> Given {
    Given {
        body: entry.message_body,
        delay_seconds: entry.delay_seconds,
        attributes: entry.message_attributes,
        system_attributes: entry.message_system_attributes,
        deduplication_id: entry.message_deduplication_id,
        group_id: entry.message_group_id,
    }
}

/// Together the messages may be as long as one.
fn check_size(
    ctx: &Visit<'_>,
    entries: &[(String, SendMessageBatchRequestEntry)],
) -> Result<(), Error> {
    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let size = |entry: &SendMessageBatchRequestEntry| {
        let attributes = entry.message_attributes.iter().flatten().map(|(name, value)| {
            let binary = length(&value.binary_value) / 4 * 3;
            name.len() + length(&value.data_type) + length(&value.string_value) + binary
        });
        length(&entry.message_body) + attributes.sum::<usize>()
    };
    let sent = entries.iter().map(|(_, entry)| size(entry)).sum();
    let most = ctx.limits().message_bytes_max;
    if most < sent { Err(Error::BatchRequestTooLong { most, sent }) } else { Ok(()) }
}
