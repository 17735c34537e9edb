use std::collections::BTreeMap;

use crate::attributes;
use crate::errors::Error;
use crate::model::{State, Subscription, is_fifo};
use crate::permissions;
use crate::retry::DeliveryPolicy;
use crate::tables;
use crate::visit::Visit;
use crate::wire::{AttributesOutput, TopicInput};

/// <https://docs.aws.amazon.com/sns/latest/api/API_GetTopicAttributes.html>
pub(crate) async fn get_topic_attributes(
    ctx: &Visit<'_>,
    req: TopicInput,
) -> Result<AttributesOutput, Error> {
    let arn = req.topic_arn;
    let topic = ctx.topic(&arn).await?.value;
    let subscriptions = tables::subscriptions(ctx.store(), Some(&arn), None, usize::MAX).await?;
    let count = |state: State| {
        let is_it = |(_, _, it): &&(_, _, Subscription)| it.state == state;
        subscriptions.iter().filter(is_it).count().to_string()
    };
    let policy = DeliveryPolicy::effective(&topic.attributes, &BTreeMap::new());
    let effective = policy.of_topic(attributes::disables_overrides(&topic.attributes));
    let owner = base::Arn::parse(&arn).map(|arn| arn.account).unwrap_or_default();
    let mut attributes = topic.attributes;
    // Only a FIFO topic says what it is.
    attributes.retain(|name, _| name != "FifoTopic" || is_fifo(&arn));
    for (name, value) in [
        ("TopicArn", arn.clone()),
        ("Owner", owner.clone()),
        ("SubscriptionsConfirmed", count(State::Confirmed)),
        ("SubscriptionsPending", count(State::Pending)),
        ("SubscriptionsDeleted", count(State::Deleted)),
        ("EffectiveDeliveryPolicy", effective.to_string()),
    ] {
        attributes.insert(name.to_owned(), value);
    }
    let mut default = |name: &str, value: String| {
        attributes.entry(name.to_owned()).or_insert(value);
    };
    default("DisplayName", String::new());
    default("Policy", permissions::default_policy(&arn, &owner).to_string());
    if is_fifo(&arn) {
        default("ContentBasedDeduplication", "false".to_owned());
    }
    Ok(AttributesOutput { attributes })
}
