use super::list_subscriptions::list;
use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{ListSubscriptionsByTopicInput, ListSubscriptionsOutput};

/// <https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html>
pub(crate) async fn list_subscriptions_by_topic(
    ctx: &Visit<'_>,
    req: ListSubscriptionsByTopicInput,
) -> Result<ListSubscriptionsOutput, Error> {
    ctx.topic(&req.topic_arn).await?;
    list(ctx, "ListSubscriptionsByTopic", Some(&req.topic_arn), req.next_token).await
}
