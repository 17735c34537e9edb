use base::Arn;
use bytes::Bytes;
use serde_json::json;
use service::Caller;

use crate::errors::Error;
use crate::model::Subscription;
use crate::pattern::Pattern;
use crate::subscribe::PRINCIPAL;
use crate::visit::{Commit, Visit};
use crate::wire::{Distribution, Empty, PutSubscriptionFilterInput};

/// Filters of a group: a quota that can't be raised.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>
const SUBSCRIPTIONS_MAX: usize = 2;

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html>
pub(crate) async fn put_subscription_filter(
    ctx: &Visit<'_>,
    req: PutSubscriptionFilterInput,
) -> Result<Empty, Error> {
    Pattern::parse(&req.filter_pattern)?;
    ctx.group(&req.log_group_name).await?;
    check_destination(ctx, &req).await?;
    loop {
        let found = ctx.group(&req.log_group_name).await?;
        let mut group = found.value.clone();
        let old = group.subscriptions.iter().position(|old| old.name == req.filter_name);
        let created_at = old.map_or(ctx.now(), |old| group.subscriptions[old].created_at);
        let distribution = req.distribution.unwrap_or(Distribution::ByLogStream);
        let subscription = Subscription {
            name: req.filter_name.clone(),
            pattern: req.filter_pattern.clone(),
            destination_arn: req.destination_arn.clone(),
            role_arn: req.role_arn.clone(),
            distribution: distribution.as_str().to_owned(),
            created_at,
        };
        match old {
            Some(old) => group.subscriptions[old] = subscription,
            None if SUBSCRIPTIONS_MAX <= group.subscriptions.len() => {
                return Err(Error::LimitExceeded);
            }
            None => group.subscriptions.push(subscription),
        }
        if ctx.commit(found.change(group)).await? == Commit::Done {
            return Ok(Empty {});
        }
    }
}

/// AWS tries the destination out; here it is asked whether it would take what comes.
async fn check_destination(ctx: &Visit<'_>, req: &PutSubscriptionFilterInput) -> Result<(), Error> {
    let arn = Arn::parse(&req.destination_arn)
        .map_err(|_| Error::parameter("destinationArn is invalid."))?; // By analogy.
    if arn.service != "lambda" {
        return Err(Error::UnsupportedDestination(arn.service));
    }
    let caller = Caller { arn: PRINCIPAL.to_owned() };
    let group_arn = ctx.scope().group(&req.log_group_name);
    let asking = ctx.request.follow_up(caller).with_source_arn(group_arn);
    let body = json!({"FunctionName": req.destination_arn, "InvocationType": "DryRun"});
    let body = Bytes::from(body.to_string());
    match ctx.room().bus.call(asking, "lambda", "Invoke", body).await {
        Ok(_) => Ok(()),
        Err(_) => Err(Error::parameter(
            "Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function.",
        )),
    }
}
