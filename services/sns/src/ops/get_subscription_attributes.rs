use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{AttributesOutput, SubscriptionInput};

/// <https://docs.aws.amazon.com/sns/latest/api/API_GetSubscriptionAttributes.html>
pub(crate) async fn get_subscription_attributes(
    ctx: &Visit<'_>,
    req: SubscriptionInput,
) -> Result<AttributesOutput, Error> {
    let (topic_arn, _, found) = ctx.subscription(&req.subscription_arn).await?;
    let is_raw = found.value.is_raw();
    let mut attributes = found.value.attributes;
    if attributes.contains_key("FilterPolicy") {
        let scope = || "MessageAttributes".to_owned();
        attributes.entry("FilterPolicyScope".to_owned()).or_insert_with(scope);
    }
    for (name, value) in [
        ("SubscriptionArn", req.subscription_arn.clone()),
        ("TopicArn", topic_arn.to_owned()),
        ("Protocol", found.value.protocol),
        ("Endpoint", found.value.endpoint),
        ("Owner", found.value.owner),
        ("RawMessageDelivery", is_raw.to_string()),
        ("PendingConfirmation", "false".to_owned()),
        ("ConfirmationWasAuthenticated", "true".to_owned()),
        ("SubscriptionPrincipal", ctx.request.caller().arn.clone()),
    ] {
        attributes.insert(name.to_owned(), value);
    }
    Ok(AttributesOutput { attributes })
}
