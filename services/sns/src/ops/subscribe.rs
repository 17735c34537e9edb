use std::collections::BTreeMap;

use store::Batch;

use crate::attributes;
use crate::errors::Error;
use crate::model::{Subscription, is_fifo};
use crate::tables;
use crate::visit::Visit;
use crate::wire::{SubscribeInput, SubscriptionInput};

/// Idempotent by protocol and endpoint. Queues and functions of the house need no confirmation.
///
/// <https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html>
pub(crate) async fn subscribe(
    ctx: &Visit<'_>,
    req: SubscribeInput,
) -> Result<SubscriptionInput, Error> {
    let topic_arn = req.topic_arn;
    let found = ctx.topic(&topic_arn).await?;
    let endpoint = req.endpoint.unwrap_or_default();
    check_endpoint(&topic_arn, &req.protocol, &endpoint)?;
    let mut attributes = BTreeMap::new();
    for (name, value) in req.attributes.unwrap_or_default() {
        attributes::set_subscription(&mut attributes, &name, value)?;
    }
    let existing = tables::subscriptions(ctx.store(), Some(&topic_arn), None, usize::MAX).await?;
    let same =
        existing.iter().find(|(_, _, it)| it.protocol == req.protocol && it.endpoint == endpoint);
    if let Some((_, id, subscription)) = same {
        if subscription.attributes != attributes {
            return Err(Error::parameter(
                "Attributes Reason: Subscription already exists with different attributes",
            ));
        }
        return Ok(SubscriptionInput { subscription_arn: format!("{topic_arn}:{id}") });
    }

    let id = ctx.house().uuid();
    let owner = ctx.request.account().to_owned();
    let subscription = Subscription { protocol: req.protocol, endpoint, owner, attributes };
    let mut batch = Batch::new();
    tables::require_topic(&mut batch, &topic_arn, Some(&found));
    tables::put_subscription(&mut batch, &topic_arn, &id, subscription);
    ctx.commit(batch).await?;
    Ok(SubscriptionInput { subscription_arn: format!("{topic_arn}:{id}") })
}

fn check_endpoint(topic_arn: &str, protocol: &str, endpoint: &str) -> Result<(), Error> {
    let service = match protocol {
        "sqs" | "lambda" => protocol,
        "http" | "https" | "email" | "email-json" | "sms" | "application" | "firehose" => {
            return Err(Error::parameter(format!(
                "Protocol Reason: Freehold doesn't deliver to endpoints of the protocol {protocol}."
            )));
        }
        _ => {
            return Err(Error::parameter(format!(
                "Amazon SNS does not support this protocol string: {protocol}"
            )));
        }
    };
    if !base::Arn::parse(endpoint).is_ok_and(|arn| arn.service == service) {
        let kind = if service == "sqs" { "SQS" } else { "Lambda" };
        return Err(Error::parameter(format!("{kind} endpoint ARN")));
    }
    if service == "sqs" && is_fifo(endpoint) && !is_fifo(topic_arn) {
        return Err(Error::parameter(
            "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics",
        ));
    }
    Ok(())
}
