//! What topics, subscriptions and deliveries are.

use std::collections::BTreeMap;
use std::time::Duration;

use base::Timestamp;

/// How long a token confirms, and how long a subscription that nobody confirms is kept.
/// <https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html>
pub(crate) const TOKEN_KEPT: Duration = Duration::from_hours(48);

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
    pub(crate) state: State,
    /// What an endpoint outside of the house confirms with.
    pub(crate) token: Option<Token>,
    /// The origin that the subscriber reached the house by: links in messages lead there.
    pub(crate) origin: Option<String>,
    /// Whether only a signed request ends it.
    pub(crate) is_locked: bool,
}

/// How far a subscription has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It gets messages.
    Confirmed,
    /// Its endpoint has been sent a token.
    Pending,
    /// Its endpoint has been sent a token by which it can come back.
    Deleted,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) made_at: Timestamp,
}

impl Subscription {
    pub(crate) fn is_raw(&self) -> bool {
        self.attributes.get("RawMessageDelivery").is_some_and(|value| value == "true")
    }

    /// Whether it still waits for a confirmation that can't come any more.
    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        let is_old = |token: &Token| token.made_at.after(TOKEN_KEPT) <= now;
        self.state != State::Confirmed && self.token.as_ref().is_none_or(is_old)
    }
}

/// A message on its way to one subscription.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Delivery {
    pub(crate) id: String,
    pub(crate) topic_arn: String,
    pub(crate) subscription_arn: String,
    /// JSON: what the endpoint gets, by its protocol.
    pub(crate) body: String,
    pub(crate) protocol: String,
    pub(crate) endpoint: String,
    /// How often it has been tried.
    pub(crate) tries: u32,
    /// When it is tried next.
    pub(crate) due: Timestamp,
    pub(crate) published_at: Timestamp,
    /// Where it goes if the endpoint never takes it.
    pub(crate) dead_letter_arn: Option<String>,
    /// JSON: the policy of retries, where it isn't AWS's for its own endpoints.
    pub(crate) retry_policy: Option<String>,
    /// Its place among the messages that reach the subscription one after the other.
    pub(crate) turn: Option<Turn>,
}

/// A place in the order of a group of a FIFO topic.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Turn {
    pub(crate) group: String,
    pub(crate) number: u64,
}

pub(crate) fn is_fifo(topic_arn: &str) -> bool {
    topic_arn.ends_with(".fifo")
}

pub(crate) fn is_http(protocol: &str) -> bool {
    matches!(protocol, "http" | "https")
}

pub(crate) fn is_mail(protocol: &str) -> bool {
    matches!(protocol, "email" | "email-json")
}
