use crate::arn::QueueArn;
use crate::errors::Error;
use crate::visit::{Visit, needed};
use crate::wire::{GetQueueUrlInput, GetQueueUrlOutput};

/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueUrl.html>
pub(crate) async fn get_queue_url(
    ctx: &Visit<'_>,
    req: GetQueueUrlInput,
) -> Result<GetQueueUrlOutput, Error> {
    let name = needed(req.queue_name, "QueueName")?;
    let owner = req.queue_owner_a_w_s_account_id;
    let account = owner.as_deref().unwrap_or(ctx.request.account());
    let arn = QueueArn::of(&ctx.request, account, &name);
    ctx.room().queue(&arn).ok_or(Error::QueueDoesNotExist)?;
    Ok(GetQueueUrlOutput { queue_url: ctx.url(&arn) })
}
