use store::Batch;

use crate::delivery::Question;
use crate::errors::Error;
use crate::model::{State, is_http};
use crate::tables;
use crate::visit::{Visit, split};
use crate::wire::{Empty, SubscriptionInput};

/// A subscription that isn't there is no error. An HTTP endpoint is sent a token by which it can come back.
/// Anybody may follow the link in a message here, unless the confirmation has asked for a signature.
///
/// <https://docs.aws.amazon.com/sns/latest/api/API_Unsubscribe.html>
pub(crate) async fn unsubscribe(ctx: &Visit<'_>, req: SubscriptionInput) -> Result<Empty, Error> {
    let (topic_arn, id) = split(&req.subscription_arn)?;
    let Some(found) = tables::subscription(ctx.store(), topic_arn, id).await? else {
        return Ok(Empty {});
    };
    if found.value.is_locked && ctx.request.caller().is_anonymous() {
        return Err(Error::Unsigned);
    }
    let mut batch = Batch::new();
    found.require(&mut batch);
    let mut subscription = found.value;
    match subscription.state {
        State::Deleted => return Ok(Empty {}),
        State::Confirmed if is_http(&subscription.protocol) => {
            let (topic, token) = (ctx.topic(topic_arn).await?.value, ctx.token());
            let pair = (&topic, &subscription);
            let question = Question::Unsubscribe.to(topic_arn, id, pair, &token, ctx).await?;
            tables::put_delivery(&mut batch, &question);
            subscription.state = State::Deleted;
            subscription.token = Some(token);
            tables::put_subscription(&mut batch, topic_arn, id, subscription);
        }
        State::Confirmed | State::Pending => {
            tables::delete_subscription(&mut batch, topic_arn, id);
        }
    }
    ctx.commit(batch).await?;
    ctx.room.bell.notify_one();
    Ok(Empty {})
}
