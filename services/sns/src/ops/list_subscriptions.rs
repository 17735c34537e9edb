use crate::errors::Error;
use crate::model::{State, Subscription};
use crate::tables;
use crate::visit::{READ, Visit, split};
use crate::wire::{ListInput, ListSubscriptionsOutput, SubscriptionItem};

/// <https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptions.html>
pub(crate) async fn list_subscriptions(
    ctx: &Visit<'_>,
    req: ListInput,
) -> Result<ListSubscriptionsOutput, Error> {
    list(ctx, "ListSubscriptions", None, req.next_token).await
}

pub(super) async fn list(
    ctx: &Visit<'_>,
    operation: &str,
    topic_arn: Option<&str>,
    token: Option<String>,
) -> Result<ListSubscriptionsOutput, Error> {
    let of = topic_arn.unwrap_or_default();
    let after = ctx.position(operation, of, token)?;
    let after = after.as_deref().map(split).transpose()?;
    let mut items = tables::subscriptions(ctx.store(), topic_arn, after, READ).await?;
    let arn = |(topic_arn, id, _): &(String, String, Subscription)| format!("{topic_arn}:{id}");
    let next_token = ctx.cut(operation, of, &mut items, arn);
    items.retain(|(_, _, it)| it.state != State::Deleted);
    let show = |item: (String, String, Subscription)| SubscriptionItem {
        subscription_arn: match item.2.state {
            State::Pending => "PendingConfirmation".to_owned(),
            State::Confirmed | State::Deleted => arn(&item),
        },
        topic_arn: item.0,
        owner: item.2.owner,
        protocol: item.2.protocol,
        endpoint: item.2.endpoint,
    };
    Ok(ListSubscriptionsOutput { subscriptions: items.into_iter().map(show).collect(), next_token })
}
