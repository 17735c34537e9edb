//! The attributes that topics and subscriptions may be given, and what their values may be.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::errors::Error;
use crate::filter;
use crate::retry::RetryPolicy;

/// What a topic keeps and shows, without being asked for more: nothing here encrypts, traces or logs deliveries.
const TOPIC: [&str; 10] = [
    "ArchivePolicy",
    "ContentBasedDeduplication",
    "DeliveryPolicy",
    "DisplayName",
    "FifoThroughputScope",
    "FifoTopic",
    "KmsMasterKeyId",
    "Policy",
    "SignatureVersion",
    "TracingConfig",
];

/// Whose deliveries AWS can log, and the attributes that each of them has for that.
///
/// <https://docs.aws.amazon.com/sns/latest/dg/msg-status-sdk.html>
const LOGGED: [&str; 5] = ["Application", "Firehose", "HTTP", "Lambda", "SQS"];
const FEEDBACK: [&str; 3] =
    ["FailureFeedbackRoleArn", "SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate"];

const SUBSCRIPTION: [&str; 6] = [
    "DeliveryPolicy",
    "FilterPolicy",
    "FilterPolicyScope",
    "RawMessageDelivery",
    "RedrivePolicy",
    "SubscriptionRoleArn",
];

/// Sets an attribute of a topic; an empty value takes away what may be absent.
pub(crate) fn set_topic(
    attributes: &mut BTreeMap<String, String>,
    name: &str,
    value: String,
) -> Result<(), Error> {
    if !TOPIC.contains(&name) && !is_feedback(name) {
        return Err(Error::parameter("AttributeName"));
    }
    if value.is_empty()
        && (is_feedback(name) || matches!(name, "DeliveryPolicy" | "KmsMasterKeyId"))
    {
        attributes.remove(name);
        return Ok(());
    }
    let is_truth = matches!(name, "FifoTopic" | "ContentBasedDeduplication");
    let value = if is_truth { value.to_ascii_lowercase() } else { value };
    let is_good = match name {
        "FifoTopic" | "ContentBasedDeduplication" => matches!(&*value, "true" | "false"),
        "Policy" => is_object(&value),
        "DeliveryPolicy" => is_delivery_policy(&value, "/http/defaultHealthyRetryPolicy"),
        "DisplayName" => value.chars().count() <= 100,
        _ if name.ends_with("SampleRate") => value.parse().is_ok_and(|rate: u8| rate <= 100),
        _ => true,
    };
    if !is_good {
        return Err(Error::parameter(format!("Attributes Reason: {name}: invalid value")));
    }
    attributes.insert(name.to_owned(), value);
    Ok(())
}

/// Sets an attribute of a subscription; an empty value takes it away.
pub(crate) fn set_subscription(
    attributes: &mut BTreeMap<String, String>,
    name: &str,
    value: String,
) -> Result<(), Error> {
    if !SUBSCRIPTION.contains(&name) {
        return Err(Error::parameter("AttributeName"));
    }
    if value.is_empty() || name == "FilterPolicy" && filter::is_empty(&value) {
        attributes.remove(name);
        return Ok(());
    }
    match name {
        "RawMessageDelivery" if !matches!(&*value, "true" | "false") => {
            return Err(Error::parameter(format!(
                "Attributes Reason: RawMessageDelivery: Invalid value [{value}]. Must be true or false."
            )));
        }
        "FilterPolicyScope" if !matches!(&*value, "MessageAttributes" | "MessageBody") => {
            return Err(Error::parameter(format!(
                "Attributes Reason: FilterPolicyScope: Invalid value [{value}]. Please use either MessageBody or MessageAttributes"
            )));
        }
        "FilterPolicy" => filter::check(&value)?,
        "DeliveryPolicy" if !is_delivery_policy(&value, "/healthyRetryPolicy") => {
            return Err(Error::parameter("Attributes Reason: DeliveryPolicy: invalid value"));
        }
        "RedrivePolicy" if dead_letter_arn(&value).is_none() => {
            return Err(Error::parameter("Attributes Reason: RedrivePolicy: invalid value"));
        }
        _ => {}
    }
    attributes.insert(name.to_owned(), value);
    Ok(())
}

/// Whether it says how deliveries are logged.
fn is_feedback(name: &str) -> bool {
    let mut said = LOGGED.iter().filter_map(|logged| name.strip_prefix(logged));
    said.any(|said| FEEDBACK.contains(&said))
}

/// The queue that a redrive policy names.
pub(crate) fn dead_letter_arn(policy: &str) -> Option<String> {
    let policy: Value = serde_json::from_str(policy).ok()?;
    let arn = policy["deadLetterTargetArn"].as_str()?;
    let is_queue = base::Arn::parse(arn).is_ok_and(|arn| arn.service == "sqs");
    is_queue.then(|| arn.to_owned())
}

/// Whether a topic's policy wins over those of its subscriptions.
pub(crate) fn disables_overrides(topic: &BTreeMap<String, String>) -> bool {
    let text = topic.get("DeliveryPolicy").map(String::as_str).unwrap_or_default();
    let policy: Value = serde_json::from_str(text).unwrap_or_default();
    policy["http"]["disableSubscriptionOverrides"] == true
}

/// `retry` is where the policy of retries stands in it, if it has one.
fn is_delivery_policy(text: &str, retry: &str) -> bool {
    let policy: Value = serde_json::from_str(text).unwrap_or_default();
    let is_good = |retry: &Value| retry.is_object() && RetryPolicy::read(retry).is_some();
    policy.is_object() && policy.pointer(retry).is_none_or(is_good)
}

fn is_object(text: &str) -> bool {
    serde_json::from_str(text).is_ok_and(|value: Value| value.is_object())
}
