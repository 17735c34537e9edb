use store::Batch;

use crate::errors::Error;
use crate::tables;
use crate::visit::{Visit, split};
use crate::wire::{Empty, SubscriptionInput};

/// A subscription that isn't there is no error.
///
/// <https://docs.aws.amazon.com/sns/latest/api/API_Unsubscribe.html>
pub(crate) async fn unsubscribe(ctx: &Visit<'_>, req: SubscriptionInput) -> Result<Empty, Error> {
    let (topic_arn, id) = split(&req.subscription_arn)?;
    let mut batch = Batch::new();
    tables::delete_subscription(&mut batch, topic_arn, id);
    ctx.commit(batch).await?;
    Ok(Empty {})
}
