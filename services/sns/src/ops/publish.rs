use crate::errors::Error;
use crate::publishing::{Given, Publishing};
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

    let mut publishing = Publishing::begin(ctx, topic_arn).await?;
    publishing.check(&given)?;
    let reply = publishing.publish(given).await?;
    publishing.end(&reply).await?;
    Ok(reply)
}
