use store::Batch;

use crate::attempts;
use crate::errors::Error;
use crate::outgoing::Given;
use crate::queue::sequence_number;
use crate::visit::Visit;
use crate::wire::{SendMessageInput, SendMessageOutput};

/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>
pub(crate) async fn send_message(
    ctx: &Visit<'_>,
    req: SendMessageInput,
) -> Result<SendMessageOutput, Error> {
    if let Some(reply) = attempts::answered(ctx).await? {
        return Ok(reply);
    }
    let queue = ctx.queue(req.queue_url)?;
    let given = Given {
        body: req.message_body,
        delay_seconds: req.delay_seconds,
        attributes: req.message_attributes,
        system_attributes: req.message_system_attributes,
        deduplication_id: req.message_deduplication_id,
        group_id: req.message_group_id,
    };
    let settings = queue.enter()?.record.settings.clone();
    let checked = given.check(ctx, &settings)?;

    let (reply, written) = {
        let mut state = queue.enter()?;
        if state.is_idle() {
            ctx.room().bell.notify_one();
        }
        let (now, mut batch) = (ctx.now(), Batch::new());
        state.advance(now, &mut batch);
        let posted = state.post(now, checked.outgoing, &mut batch);
        let reply = SendMessageOutput {
            m_d5_of_message_body: checked.body_digest,
            m_d5_of_message_attributes: checked.attributes_digest,
            m_d5_of_message_system_attributes: checked.system_attributes_digest,
            message_id: posted.message_id,
            sequence_number: settings.fifo.map(|_| sequence_number(posted.number)),
        };
        attempts::keep(ctx, &mut batch, &reply)?;
        (reply, ctx.store().commit(batch))
    };
    queue.bell.notify_waiters();
    written.await?;
    Ok(reply)
}
