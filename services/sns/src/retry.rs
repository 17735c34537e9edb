//! When a delivery is tried again.
//!
//! <https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html>

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use crate::attributes;

const RETRIES_MAX: u64 = 100;
const DELAY_SECONDS_MAX: u64 = 3_600;
const BACKOFFS: [&str; 4] = ["arithmetic", "exponential", "geometric", "linear"];

/// How long to wait before the next try at an endpoint of AWS, after that many; `None` when there is none:
/// 100,015 tries over 23 days.
pub(crate) fn pause_of_aws(tries: u32) -> Option<Duration> {
    match tries {
        0..=2 => Some(Duration::ZERO),
        3..=4 => Some(Duration::from_secs(1)),
        5..=14 => Some(Duration::from_secs(1 << (tries - 5).min(4)).min(Duration::from_secs(20))),
        15..100_015 => Some(Duration::from_secs(20)),
        _ => None,
    }
}

/// A `healthyRetryPolicy`: retries at once, then at the least delay, then with growing ones, then at the greatest.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RetryPolicy {
    retries: u64,
    at_once: u64,
    at_min: u64,
    at_max: u64,
    min: u64,
    max: u64,
    backoff: String,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        let backoff = "linear".to_owned();
        RetryPolicy { retries: 3, at_once: 0, at_min: 0, at_max: 0, min: 20, max: 20, backoff }
    }
}

impl RetryPolicy {
    /// What a policy says; `None` if it says nothing sensible.
    pub(crate) fn read(policy: &Value) -> Option<Self> {
        let default = RetryPolicy::default();
        let number = |name: &str, default: u64| match &policy[name] {
            Value::Null => Some(default),
            value => value.as_u64(),
        };
        let policy = RetryPolicy {
            retries: number("numRetries", default.retries)?,
            at_once: number("numNoDelayRetries", 0)?,
            at_min: number("numMinDelayRetries", 0)?,
            at_max: number("numMaxDelayRetries", 0)?,
            min: number("minDelayTarget", default.min)?,
            max: number("maxDelayTarget", default.max)?,
            backoff: match &policy["backoffFunction"] {
                Value::Null => default.backoff,
                name => name.as_str()?.to_owned(),
            },
        };
        let of_phases = [policy.at_once, policy.at_min, policy.at_max];
        let is_good = policy.retries <= RETRIES_MAX
            && of_phases.iter().all(|count| *count <= policy.retries)
            && of_phases.iter().sum::<u64>() <= policy.retries
            && (1..=policy.max).contains(&policy.min)
            && policy.max <= DELAY_SECONDS_MAX
            && BACKOFFS.contains(&policy.backoff.as_str());
        is_good.then_some(policy)
    }

    pub(crate) fn to_json(&self) -> Value {
        json!({
            "numRetries": self.retries, "numNoDelayRetries": self.at_once,
            "minDelayTarget": self.min, "maxDelayTarget": self.max,
            "numMinDelayRetries": self.at_min, "numMaxDelayRetries": self.at_max,
            "backoffFunction": self.backoff,
        })
    }

    /// How long to wait before the next try, after that many retries.
    pub(crate) fn pause(&self, retries: u32) -> Option<Duration> {
        let retries = u64::from(retries);
        let growing = self.at_once + self.at_min;
        let at_max = self.retries.saturating_sub(self.at_max);
        let seconds = match retries {
            _ if self.retries <= retries => return None,
            _ if retries < self.at_once => 0.0,
            _ if retries < growing => self.min as f64,
            _ if at_max <= retries => self.max as f64,
            _ => self.backed_off(retries - growing + 1, at_max - growing),
        };
        Some(Duration::from_secs_f64(seconds))
    }

    /// The delay of one of the growing retries: the last one has the greatest.
    /// AWS draws the curves and gives no formulas, so these are by analogy.
    fn backed_off(&self, step: u64, steps: u64) -> f64 {
        let (min, max) = (self.min as f64, self.max as f64);
        let part = step as f64 / steps as f64;
        match self.backoff.as_str() {
            "linear" => min + (max - min) * part,
            "arithmetic" => min + (max - min) * part * part,
            _ => min * (max / min).powf(part),
        }
    }
}

/// The parts of the delivery policies of a topic and a subscription of it that count for HTTP endpoints.
#[derive(Debug)]
pub(crate) struct DeliveryPolicy {
    pub(crate) retry: RetryPolicy,
    pub(crate) content_type: String,
}

impl DeliveryPolicy {
    pub(crate) fn effective(
        topic: &BTreeMap<String, String>,
        subscription: &BTreeMap<String, String>,
    ) -> Self {
        let read = |attributes: &BTreeMap<String, String>| -> Value {
            let text = attributes.get("DeliveryPolicy").map(String::as_str).unwrap_or_default();
            serde_json::from_str(text).unwrap_or_default()
        };
        let (of_topic, own) = (&read(topic)["http"], &read(subscription));
        let overrides = !attributes::disables_overrides(topic);
        let policy = |own_name: &str, default_name: &str| match &own[own_name] {
            policy if overrides && policy.is_object() => policy.clone(),
            _ => of_topic[default_name].clone(),
        };
        let retry = policy("healthyRetryPolicy", "defaultHealthyRetryPolicy");
        let request = policy("requestPolicy", "defaultRequestPolicy");
        let content_type = request["headerContentType"].as_str();
        DeliveryPolicy {
            retry: RetryPolicy::read(&retry).unwrap_or_default(),
            content_type: content_type.unwrap_or("text/plain; charset=UTF-8").to_owned(),
        }
    }

    /// As `EffectiveDeliveryPolicy` of a subscription.
    pub(crate) fn of_subscription(&self) -> Value {
        json!({
            "healthyRetryPolicy": self.retry.to_json(),
            "sicklyRetryPolicy": null,
            "throttlePolicy": null,
            "requestPolicy": {"headerContentType": self.content_type},
            "guaranteed": false,
        })
    }

    /// As `EffectiveDeliveryPolicy` of a topic.
    pub(crate) fn of_topic(&self, disables_overrides: bool) -> Value {
        json!({"http": {
            "defaultHealthyRetryPolicy": self.retry.to_json(),
            "disableSubscriptionOverrides": disables_overrides,
            "defaultRequestPolicy": {"headerContentType": self.content_type},
        }})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_at_aws_come_at_once_then_slower_then_end() {
        let pauses: Vec<_> = [0, 2, 3, 5, 8, 14, 15, 100_014].map(pause_of_aws).into();
        let seconds = |it: &Option<Duration>| it.map(|it| it.as_secs());
        let pauses: Vec<_> = pauses.iter().map(seconds).collect();
        assert_eq!(pauses, [0, 0, 1, 1, 8, 16, 20, 20].map(Some));
        assert_eq!(pause_of_aws(100_015), None);
    }

    fn pauses(policy: Value) -> Vec<u64> {
        let policy = RetryPolicy::read(&policy).expect("is a policy");
        (0..).map_while(|tries| policy.pause(tries)).map(|pause| pause.as_secs()).collect()
    }

    #[test]
    fn retries_go_through_the_phases_of_their_policy() {
        assert_eq!(pauses(json!({})), [20, 20, 20]);
        let phases = json!({
            "numRetries": 8, "numNoDelayRetries": 1, "numMinDelayRetries": 2, "numMaxDelayRetries": 1,
            "minDelayTarget": 10, "maxDelayTarget": 50,
        });
        assert_eq!(pauses(phases), [0, 10, 10, 20, 30, 40, 50, 50]);
        let growing = json!({
            "numRetries": 3, "minDelayTarget": 1, "maxDelayTarget": 8, "backoffFunction": "geometric",
        });
        assert_eq!(pauses(growing), [2, 4, 8]);
    }

    #[test]
    fn a_policy_out_of_its_bounds_is_none() {
        for policy in [
            json!({"numRetries": 101}),
            json!({"numRetries": 1, "numNoDelayRetries": 2}),
            json!({"minDelayTarget": 30}),
            json!({"maxDelayTarget": 3601}),
            json!({"backoffFunction": "steep"}),
            json!({"numRetries": "3"}),
        ] {
            assert_eq!(RetryPolicy::read(&policy), None, "{policy}");
        }
    }

    #[test]
    fn a_topic_can_forbid_subscriptions_their_own_policies() {
        let attributes = |policy: Value| [("DeliveryPolicy".to_owned(), policy.to_string())].into();
        let own = attributes(json!({"healthyRetryPolicy": {"numRetries": 7}}));
        let default = json!({"numRetries": 5});
        for (disables, retries) in [(false, 7), (true, 5)] {
            let of_topic = attributes(json!({"http": {
                "defaultHealthyRetryPolicy": default, "disableSubscriptionOverrides": disables,
            }}));
            let effective = DeliveryPolicy::effective(&of_topic, &own);
            assert_eq!(effective.retry.retries, retries);
        }
    }
}
