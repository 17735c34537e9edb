use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{ConfirmSubscriptionInput, SubscriptionInput};

/// No subscription waits for a confirmation here, so no token is one.
///
/// <https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html>
pub(crate) async fn confirm_subscription(
    ctx: &Visit<'_>,
    req: ConfirmSubscriptionInput,
) -> Result<SubscriptionInput, Error> {
    ctx.topic(&req.topic_arn).await?;
    tracing::debug!(token_bytes = req.token.len(), "a token that confirms nothing");
    Err(Error::parameter("Token"))
}
