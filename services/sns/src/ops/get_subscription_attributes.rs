use crate::errors::Error;
use crate::model::{State, is_http};
use crate::retry::DeliveryPolicy;
use crate::visit::Visit;
use crate::wire::{AttributesOutput, SubscriptionInput};

/// <https://docs.aws.amazon.com/sns/latest/api/API_GetSubscriptionAttributes.html>
pub(crate) async fn get_subscription_attributes(
    ctx: &Visit<'_>,
    req: SubscriptionInput,
) -> Result<AttributesOutput, Error> {
    let (topic_arn, _, found) = ctx.subscription(&req.subscription_arn).await?;
    let is_raw = found.value.is_raw();
    let is_pending = found.value.state == State::Pending;
    let topic = ctx.topic(topic_arn).await?.value;
    let mut attributes = found.value.attributes;
    if is_http(&found.value.protocol) {
        let effective = DeliveryPolicy::effective(&topic.attributes, &attributes).of_subscription();
        attributes.insert("EffectiveDeliveryPolicy".to_owned(), effective.to_string());
    }
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
        ("PendingConfirmation", is_pending.to_string()),
        ("ConfirmationWasAuthenticated", (!is_pending).to_string()),
        ("SubscriptionPrincipal", ctx.request.caller().arn.clone()),
    ] {
        attributes.insert(name.to_owned(), value);
    }
    Ok(AttributesOutput { attributes })
}
