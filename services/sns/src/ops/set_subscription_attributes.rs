use store::Batch;

use crate::attributes;
use crate::errors::Error;
use crate::tables;
use crate::visit::Visit;
use crate::wire::{Empty, SetSubscriptionAttributesInput};

/// <https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html>
pub(crate) async fn set_subscription_attributes(
    ctx: &Visit<'_>,
    req: SetSubscriptionAttributesInput,
) -> Result<Empty, Error> {
    let (topic_arn, id, found) = ctx.subscription(&req.subscription_arn).await?;
    let mut subscription = found.value.clone();
    let value = req.attribute_value.unwrap_or_default();
    attributes::set_subscription(&mut subscription.attributes, &req.attribute_name, value)?;

    let mut batch = Batch::new();
    tables::require_subscription(&mut batch, topic_arn, id, &found);
    tables::put_subscription(&mut batch, topic_arn, id, subscription);
    ctx.commit(batch).await?;
    Ok(Empty {})
}
