use crate::attributes;
use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{Empty, SetSubscriptionAttributesInput};

/// <https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html>
pub(crate) async fn set_subscription_attributes(
    ctx: &Visit<'_>,
    req: SetSubscriptionAttributesInput,
) -> Result<Empty, Error> {
    let (_, _, found) = ctx.subscription(&req.subscription_arn).await?;
    let mut subscription = found.value.clone();
    let value = req.attribute_value.unwrap_or_default();
    attributes::set_subscription(&mut subscription.attributes, &req.attribute_name, value)?;

    ctx.commit(found.change(subscription)).await?;
    Ok(Empty {})
}
