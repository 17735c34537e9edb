//! What topics, subscriptions and deliveries are.

use std::collections::BTreeMap;

use base::Timestamp;

/// A topic. Its ARN is its key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Topic {
    /// What has been set; see `attributes` for the names.
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) tags: BTreeMap<String, String>,
    /// The last number that a message of a FIFO topic got.
    pub(crate) last_number: u64,
}

/// A subscription. Its ARN, which begins with the topic's, is its key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Subscription {
    pub(crate) protocol: String,
    pub(crate) endpoint: String,
    pub(crate) owner: String,
    pub(crate) attributes: BTreeMap<String, String>,
}

impl Subscription {
    pub(crate) fn is_raw(&self) -> bool {
        self.attributes.get("RawMessageDelivery").is_some_and(|value| value == "true")
    }
}

/// A message on its way to one subscription.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Delivery {
    pub(crate) id: String,
    pub(crate) topic_arn: String,
    pub(crate) subscription_arn: String,
    /// JSON: the call that the endpoint gets.
    pub(crate) body: String,
    pub(crate) protocol: String,
    pub(crate) endpoint: String,
    /// How often it has been tried.
    pub(crate) tries: u32,
    pub(crate) published_at: Timestamp,
    /// Where it goes if the endpoint never takes it.
    pub(crate) dead_letter_arn: Option<String>,
}

pub(crate) fn is_fifo(topic_arn: &str) -> bool {
    topic_arn.ends_with(".fifo")
}
