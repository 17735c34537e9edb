use crate::errors::Error;
use crate::model::{State, Subscription, TOKEN_KEPT, Token};
use crate::tables;
use crate::visit::Visit;
use crate::wire::{ConfirmSubscriptionInput, SubscriptionInput};

/// Whoever has the token that an endpoint was sent may confirm for it, as often as it likes.
///
/// Only who signs may ask that ending it needs a signature too.
///
/// <https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html>
pub(crate) async fn confirm_subscription(
    ctx: &Visit<'_>,
    req: ConfirmSubscriptionInput,
) -> Result<SubscriptionInput, Error> {
    let topic_arn = req.topic_arn;
    ctx.topic(&topic_arn).await?;
    let locks = match req.authenticate_on_unsubscribe.as_deref() {
        None | Some("false") => false,
        Some("true") if ctx.request.caller().is_anonymous() => {
            return Err(Error::Unsigned);
        }
        Some("true") => true,
        Some(_) => return Err(Error::parameter("AuthenticateOnUnsubscribe")),
    };
    let subscriptions = tables::subscriptions(ctx.store(), Some(&topic_arn), None, usize::MAX);
    let now = ctx.now();
    let is_meant = |it: &Subscription| {
        let is_fresh = |token: &Token| {
            token.text == req.token
                && (now < token.made_at.after(TOKEN_KEPT) || it.state == State::Confirmed)
        };
        it.token.as_ref().is_some_and(is_fresh)
    };
    let meant = subscriptions.await?.into_iter().find(|(_, _, it)| is_meant(it));
    let (_, id, _) = meant.ok_or_else(|| Error::parameter("Token"))?;
    let found = tables::subscription(ctx.store(), &topic_arn, &id).await?;
    let found = found.filter(|it| is_meant(&it.value)).ok_or_else(|| Error::parameter("Token"))?;

    let is_locked = found.value.is_locked || locks;
    let subscription = Subscription { state: State::Confirmed, is_locked, ..found.value.clone() };
    ctx.commit(found.change(subscription)).await?;
    Ok(SubscriptionInput { subscription_arn: format!("{topic_arn}:{id}") })
}
