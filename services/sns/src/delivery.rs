//! What an endpoint is sent, and when it is tried again.
//!
//! <https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html>

use std::collections::BTreeMap;
use std::time::Duration;

use base::Timestamp;
use serde_json::{Map, Value, json};

use crate::attributes;
use crate::errors::Error;
use crate::model::{Delivery, Subscription, is_fifo};
use crate::publishing::Given;
use crate::visit::Visit;
use crate::wire::MessageAttributeValue;

/// A message that has been published.
pub(crate) struct Notification<'a> {
    pub(crate) topic_arn: &'a str,
    pub(crate) message_id: &'a str,
    pub(crate) sequence_number: Option<&'a str>,
    pub(crate) deduplication_id: Option<&'a str>,
    pub(crate) at: Timestamp,
    pub(crate) given: &'a Given,
}

/// How long to wait before the next try, after that many; `None` when there is none.
/// This is AWS's policy for its own endpoints: 100,015 tries over 23 days.
pub(crate) fn pause(tries: u32) -> Option<Duration> {
    match tries {
        0..=2 => Some(Duration::ZERO),
        3..=4 => Some(Duration::from_secs(1)),
        5..=14 => Some(Duration::from_secs(1 << (tries - 5).min(4)).min(Duration::from_secs(20))),
        15..100_015 => Some(Duration::from_secs(20)),
        _ => None,
    }
}

/// The texts of a message that has one for each protocol.
pub(crate) fn by_protocol(message: &str) -> Result<BTreeMap<String, String>, Error> {
    let refused = |reason: &str| Error::parameter(format!("Message Structure - {reason}"));
    let value: Map<String, Value> =
        serde_json::from_str(message).map_err(|_| refused("JSON message body failed to parse"))?;
    let texts = value.into_iter().filter_map(|(key, it)| Some((key, it.as_str()?.to_owned())));
    let texts: BTreeMap<String, String> = texts.collect();
    match texts.contains_key("default") {
        true => Ok(texts),
        false => Err(refused("No default entry in JSON message body")),
    }
}

impl Notification<'_> {
    /// The delivery to one subscription.
    pub(crate) fn to(
        &self,
        id: &str,
        subscription: &Subscription,
        number: u64,
        ctx: &Visit<'_>,
    ) -> Result<Delivery, Error> {
        let subscription_arn = format!("{}:{id}", self.topic_arn);
        let message = match self.given.structure {
            Some(_) => {
                let mut texts = by_protocol(&self.given.message)?;
                let own = texts.remove(&subscription.protocol);
                own.or_else(|| texts.remove("default")).unwrap_or_default()
            }
            None => self.given.message.clone(),
        };
        let body = match subscription.protocol.as_str() {
            "lambda" => self.lambda_event(&subscription_arn, &message),
            _ => self.queue_message(subscription, &message),
        };
        let policy = subscription.attributes.get("RedrivePolicy");
        Ok(Delivery {
            // In the order of publishing among those that are due at one time.
            id: format!("{number:020} {}", ctx.house().uuid()),
            topic_arn: self.topic_arn.to_owned(),
            subscription_arn,
            body: body.to_string(),
            protocol: subscription.protocol.clone(),
            endpoint: subscription.endpoint.clone(),
            tries: 0,
            published_at: self.at,
            dead_letter_arn: policy.and_then(|policy| attributes::dead_letter_arn(policy)),
        })
    }

    /// What SendMessage is to send.
    fn queue_message(&self, subscription: &Subscription, message: &str) -> Value {
        let mut body = Map::new();
        if subscription.is_raw() {
            body.insert("MessageBody".into(), message.into());
            let attributes = self.given.attributes.iter().map(|(name, it)| {
                let mut value = json!({"DataType": it.data_type});
                match (&it.string_value, &it.binary_value) {
                    (Some(text), _) => value["StringValue"] = text.clone().into(),
                    (None, Some(bytes)) => value["BinaryValue"] = bytes.clone().into(),
                    (None, None) => {}
                }
                (name.clone(), value)
            });
            body.insert("MessageAttributes".into(), attributes.collect::<Map<_, _>>().into());
        } else {
            body.insert("MessageBody".into(), self.envelope(message).to_string().into());
        }
        if let Some(group) = &self.given.group_id {
            body.insert("MessageGroupId".into(), group.clone().into());
        }
        // A standard queue takes no deduplication id.
        if let Some(id) = self.deduplication_id.filter(|_| is_fifo(&subscription.endpoint)) {
            body.insert("MessageDeduplicationId".into(), id.into());
        }
        body.into()
    }

    /// <https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html>
    fn envelope(&self, message: &str) -> Value {
        let mut envelope = Map::new();
        let mut put = |name: &str, value: Value| envelope.insert(name.to_owned(), value);
        put("Type", "Notification".into());
        put("MessageId", self.message_id.into());
        if let Some(number) = self.sequence_number {
            put("SequenceNumber", number.into());
        }
        put("TopicArn", self.topic_arn.into());
        if let Some(subject) = &self.given.subject {
            put("Subject", subject.clone().into());
        }
        put("Message", message.into());
        put("Timestamp", self.at.to_string().into());
        if !self.given.attributes.is_empty() {
            put("MessageAttributes", self.shown_attributes());
        }
        envelope.into()
    }

    /// <https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html>
    fn lambda_event(&self, subscription_arn: &str, message: &str) -> Value {
        json!({"Records": [{
            "EventSource": "aws:sns",
            "EventVersion": "1.0",
            "EventSubscriptionArn": subscription_arn,
            "Sns": {
                "Type": "Notification",
                "MessageId": self.message_id,
                "TopicArn": self.topic_arn,
                "Subject": self.given.subject,
                "Message": message,
                "Timestamp": self.at.to_string(),
                "MessageAttributes": self.shown_attributes(),
            },
        }]})
    }

    fn shown_attributes(&self) -> Value {
        let show = |(name, it): (&String, &MessageAttributeValue)| {
            let value = it.string_value.as_ref().or(it.binary_value.as_ref());
            (name.clone(), json!({"Type": it.data_type, "Value": value}))
        };
        self.given.attributes.iter().map(show).collect::<Map<_, _>>().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_come_at_once_then_slower_then_end() {
        let pauses: Vec<_> = [0, 2, 3, 5, 8, 14, 15, 100_014].map(pause).into();
        let seconds = |it: &Option<Duration>| it.map(|it| it.as_secs());
        let pauses: Vec<_> = pauses.iter().map(seconds).collect();
        assert_eq!(pauses, [0, 0, 1, 1, 8, 16, 20, 20].map(Some));
        assert_eq!(pause(100_015), None);
    }

    #[test]
    fn a_message_for_protocols_needs_a_default() {
        assert!(by_protocol(r#"{"default": "a", "sqs": "b"}"#).is_ok());
        for message in ["a", r#"{"sqs": "b"}"#] {
            assert!(by_protocol(message).is_err(), "{message}");
        }
    }
}
