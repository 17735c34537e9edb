use std::collections::BTreeMap;

use store::Batch;

use crate::attributes;
use crate::delivery::Question;
use crate::errors::Error;
use crate::http_endpoint;
use crate::model::{State, Subscription, is_fifo, is_http, is_mail};
use crate::tables;
use crate::visit::Visit;
use crate::wire::{SubscribeInput, SubscriptionInput};

/// Idempotent by protocol and endpoint. Queues and functions of the house need no confirmation;
/// an HTTP endpoint is sent a token, and a new one whenever it is subscribed again before it has confirmed.
/// The house sends no mail, so a subscription of that kind stays pending, as on AWS one that nobody confirms.
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
    let is_same = |it: &Subscription| it.protocol == req.protocol && it.endpoint == endpoint;
    let same = existing.into_iter().find(|(_, _, it)| is_same(it));
    if let Some((_, id, subscription)) = &same
        && subscription.state != State::Deleted
    {
        if subscription.attributes != attributes {
            return Err(Error::parameter(
                "Attributes Reason: Subscription already exists with different attributes",
            ));
        }
        if subscription.state == State::Confirmed {
            return Ok(SubscriptionInput { subscription_arn: format!("{topic_arn}:{id}") });
        }
    }

    let id = same.map_or_else(|| ctx.house().uuid(), |(_, id, _)| id);
    let needs_token = is_http(&req.protocol) || is_mail(&req.protocol);
    let token = needs_token.then(|| ctx.token());
    let subscription = Subscription {
        protocol: req.protocol,
        endpoint,
        owner: ctx.request.account().to_owned(),
        attributes,
        state: if token.is_some() { State::Pending } else { State::Confirmed },
        token,
        origin: ctx.request.origin(),
        is_locked: false,
    };
    let mut batch = Batch::new();
    found.require(&mut batch);
    if let Some(token) = subscription.token.as_ref().filter(|_| is_http(&subscription.protocol)) {
        let pair = (&found.value, &subscription);
        let question = Question::Subscribe.to(&topic_arn, &id, pair, token, ctx).await?;
        tables::put_delivery(&mut batch, &question);
    }
    let shows_arn =
        subscription.state == State::Confirmed || req.return_subscription_arn == Some(true);
    tables::put_subscription(&mut batch, &topic_arn, &id, subscription);
    ctx.commit(batch).await?;
    ctx.room.bell.notify_one();
    let subscription_arn =
        if shows_arn { format!("{topic_arn}:{id}") } else { "pending confirmation".to_owned() };
    Ok(SubscriptionInput { subscription_arn })
}

fn check_endpoint(topic_arn: &str, protocol: &str, endpoint: &str) -> Result<(), Error> {
    let service = match protocol {
        "sqs" | "lambda" => protocol,
        "http" | "https" if is_fifo(topic_arn) => {
            return Err(Error::parameter(
                "Invalid parameter: Endpoint Reason: Please use FIFO SQS queue",
            ));
        }
        "http" | "https" if http_endpoint::is_endpoint(protocol, endpoint) => return Ok(()),
        "http" | "https" => {
            return Err(Error::parameter("Endpoint must match the specified protocol"));
        }
        // Nobody confirms a subscription whose question isn't sent: it gets no message.
        "email" | "email-json" if !is_fifo(topic_arn) && endpoint.contains('@') => return Ok(()),
        "email" | "email-json" => return Err(Error::parameter("Email address")),
        "sms" | "application" | "firehose" => {
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
