use crate::errors::Error;
use crate::model::is_fifo;
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
    let confirmed = tables::subscriptions(ctx.store(), Some(&arn), None, usize::MAX).await?.len();
    let owner = base::Arn::parse(&arn).map(|arn| arn.account).unwrap_or_default();
    let mut attributes = topic.attributes;
    for (name, value) in [
        ("TopicArn", arn.clone()),
        ("Owner", owner.clone()),
        ("SubscriptionsConfirmed", confirmed.to_string()),
        ("SubscriptionsPending", "0".to_owned()),
        ("SubscriptionsDeleted", "0".to_owned()),
    ] {
        attributes.insert(name.to_owned(), value);
    }
    let mut default = |name: &str, value: String| {
        attributes.entry(name.to_owned()).or_insert(value);
    };
    default("DisplayName", String::new());
    default("Policy", default_policy(&arn, &owner));
    if is_fifo(&arn) {
        default("ContentBasedDeduplication", "false".to_owned());
    }
    Ok(AttributesOutput { attributes })
}

/// The policy of a topic that was given none: its owner may do everything.
fn default_policy(arn: &str, owner: &str) -> String {
    let actions = [
        "GetTopicAttributes",
        "SetTopicAttributes",
        "AddPermission",
        "RemovePermission",
        "DeleteTopic",
        "Subscribe",
        "ListSubscriptionsByTopic",
        "Publish",
    ];
    serde_json::json!({
        "Version": "2008-10-17",
        "Id": "__default_policy_ID",
        "Statement": [{
            "Effect": "Allow",
            "Sid": "__default_statement_ID",
            "Principal": {"AWS": "*"},
            "Action": actions.map(|action| format!("SNS:{action}")),
            "Resource": arn,
            "Condition": {"StringEquals": {"AWS:SourceOwner": owner}},
        }],
    })
    .to_string()
}
