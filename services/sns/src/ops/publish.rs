use store::Batch;

use crate::errors::Error;
use crate::publishing::{self, Given};
use crate::tables;
use crate::visit::Visit;
use crate::wire::{PublishInput, PublishOutput};

/// <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>
pub(crate) async fn publish(ctx: &Visit<'_>, req: PublishInput) -> Result<PublishOutput, Error> {
    if let Some(attempt) = ctx.request.attempt()
        && let Some(answer) = tables::attempt(ctx.store(), attempt).await?
    {
        return Ok(aws::decode(answer.as_bytes())?);
    }
    if req.phone_number.is_some() {
        return Err(Error::parameter("PhoneNumber Reason: Freehold sends no text messages."));
    }
    let topic_arn = req.topic_arn.or(req.target_arn).ok_or_else(|| Error::parameter("TopicArn"))?;
    let given = Given {
        message: req.message,
        subject: req.subject,
        structure: req.message_structure,
        attributes: req.message_attributes.unwrap_or_default(),
        deduplication_id: req.message_deduplication_id,
        group_id: req.message_group_id,
    };

    let _turn = publishing::turn(ctx, &topic_arn).await;
    let mut topic = ctx.topic(&topic_arn).await?.value;
    given.check(&topic_arn, &topic)?;
    let (store, of) = (ctx.store(), Some(topic_arn.as_str()));
    let subscriptions = tables::subscriptions(store, of, None, usize::MAX).await?;
    let mut batch = Batch::new();
    let reply =
        publishing::publish(ctx, &topic_arn, &mut topic, &subscriptions, given, &mut batch).await?;
    publishing::keep(ctx, &topic_arn, topic, &reply, &mut batch).await?;
    ctx.commit(batch).await?;
    ctx.room.bell.notify_one();
    Ok(reply)
}
