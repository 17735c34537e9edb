//! What an endpoint is sent.
//!
//! <https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html>

use std::collections::BTreeMap;

use base::Timestamp;
use serde_json::{Map, Value, json};

use crate::attributes;
use crate::errors::Error;
use crate::http_endpoint::{self, Head};
use crate::model::{Delivery, Subscription, Token, Topic, Turn, is_fifo, is_http};
use crate::publishing::Given;
use crate::retry::DeliveryPolicy;
use crate::signing::{self, Signed, Version};
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
    /// The signatures of the texts that some subscription gets.
    pub(crate) signatures: &'a BTreeMap<String, Signed>,
}

impl Given {
    /// The text that endpoints of a protocol get.
    pub(crate) fn text_for(&self, protocol: &str) -> Result<String, Error> {
        match self.structure {
            Some(_) => {
                let mut texts = by_protocol(&self.message)?;
                let own = texts.remove(protocol);
                Ok(own.or_else(|| texts.remove("default")).unwrap_or_default())
            }
            None => Ok(self.message.clone()),
        }
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
        topic: &Topic,
        ctx: &Visit<'_>,
    ) -> Result<Delivery, Error> {
        let subscription_arn = format!("{}:{id}", self.topic_arn);
        let message = self.given.text_for(&subscription.protocol)?;
        let signed = self.signatures.get(&message);
        let links = Links {
            unsubscribe: ctx.unsubscribe_url(subscription, &subscription_arn),
            signed: signed.map(|signed| (signed, ctx.certificate_url(subscription, &signed.file))),
        };
        let policy = DeliveryPolicy::effective(&topic.attributes, &subscription.attributes);
        let body = match subscription.protocol.as_str() {
            "lambda" => self.lambda_event(&subscription_arn, &message, &links),
            "sqs" => self.queue_message(subscription, &message, &links),
            _ => {
                let is_raw = subscription.is_raw();
                let head = Head {
                    kind: "Notification",
                    message_id: self.message_id,
                    topic_arn: self.topic_arn,
                    subscription_arn: Some(&subscription_arn),
                    is_raw,
                    content_type: &policy.content_type,
                };
                let envelope = || self.envelope(&message, &links).to_string();
                let body = if is_raw { message } else { envelope() };
                http_endpoint::draft(&head, &body)
            }
        };
        let turn = |group: &String| Turn { group: group.clone(), number: topic.last_number };
        let group = self.given.group_id.as_ref().filter(|_| is_fifo(self.topic_arn));
        let turn = group.map(turn);
        let to = To { topic_arn: self.topic_arn, subscription_arn, subscription, policy, turn };
        Ok(to.delivery(body, ctx))
    }

    /// What SendMessage is to send.
    fn queue_message(
        &self,
        subscription: &Subscription,
        message: &str,
        links: &Links<'_>,
    ) -> Value {
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
            let envelope = self.envelope(message, links).to_string();
            body.insert("MessageBody".into(), envelope.into());
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
    fn envelope(&self, message: &str, links: &Links<'_>) -> Value {
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
        if let Some((signed, url)) = &links.signed {
            put("SignatureVersion", signed.version.into());
            put("Signature", signed.signature.clone().into());
            put("SigningCertURL", url.clone().into());
        }
        put("UnsubscribeURL", links.unsubscribe.clone().into());
        if !self.given.attributes.is_empty() {
            put("MessageAttributes", self.shown_attributes());
        }
        envelope.into()
    }

    /// <https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html>
    fn lambda_event(&self, subscription_arn: &str, message: &str, links: &Links<'_>) -> Value {
        let mut event = json!({"Records": [{
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
                "UnsubscribeUrl": links.unsubscribe,
                "MessageAttributes": self.shown_attributes(),
            },
        }]});
        if let Some((signed, url)) = &links.signed {
            let message = &mut event["Records"][0]["Sns"];
            message["SignatureVersion"] = signed.version.into();
            message["Signature"] = signed.signature.clone().into();
            message["SigningCertUrl"] = url.clone().into();
        }
        event
    }

    /// What is signed of the message with that text.
    pub(crate) fn signed_text(
        topic_arn: &str,
        message_id: &str,
        at: Timestamp,
        subject: Option<&str>,
        message: &str,
    ) -> String {
        let at = at.to_string();
        let mut said = BTreeMap::from([
            ("Message", message),
            ("MessageId", message_id),
            ("Timestamp", &at),
            ("TopicArn", topic_arn),
            ("Type", "Notification"),
        ]);
        said.extend(subject.map(|subject| ("Subject", subject)));
        signing::text(&said)
    }

    fn shown_attributes(&self) -> Value {
        let show = |(name, it): (&String, &MessageAttributeValue)| {
            let value = it.string_value.as_ref().or(it.binary_value.as_ref());
            (name.clone(), json!({"Type": it.data_type, "Value": value}))
        };
        self.given.attributes.iter().map(show).collect::<Map<_, _>>().into()
    }
}

/// Where a message leads to, by the host that its subscriber knows.
struct Links<'a> {
    unsubscribe: String,
    /// The signature, and where its certificate is.
    signed: Option<(&'a Signed, String)>,
}

/// Whom a delivery is for.
struct To<'a> {
    topic_arn: &'a str,
    subscription_arn: String,
    subscription: &'a Subscription,
    policy: DeliveryPolicy,
    turn: Option<Turn>,
}

impl To<'_> {
    /// A delivery that is due now.
    fn delivery(self, body: Value, ctx: &Visit<'_>) -> Delivery {
        let To { topic_arn, subscription_arn, subscription, policy, turn } = self;
        let redrive = subscription.attributes.get("RedrivePolicy");
        let retry_policy =
            is_http(&subscription.protocol).then(|| policy.retry.to_json().to_string());
        Delivery {
            id: ctx.house().uuid(),
            topic_arn: topic_arn.to_owned(),
            subscription_arn,
            body: body.to_string(),
            protocol: subscription.protocol.clone(),
            endpoint: subscription.endpoint.clone(),
            tries: 0,
            due: ctx.now(),
            published_at: ctx.now(),
            dead_letter_arn: redrive.and_then(|policy| attributes::dead_letter_arn(policy)),
            retry_policy,
            turn,
        }
    }
}

/// What an endpoint out of the house is asked before it gets messages, and after it has got the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    Subscribe,
    Unsubscribe,
}

impl Question {
    /// The delivery of the token that answers it.
    pub(crate) async fn to(
        self,
        topic_arn: &str,
        id: &str,
        (topic, subscription): (&Topic, &Subscription),
        token: &Token,
        ctx: &Visit<'_>,
    ) -> Result<Delivery, Error> {
        let subscription_arn = format!("{topic_arn}:{id}");
        let (kind, message) = match self {
            Question::Subscribe => (
                "SubscriptionConfirmation",
                format!(
                    "You have chosen to subscribe to the topic {topic_arn}.\nTo confirm the subscription, visit the SubscribeURL included in this message."
                ),
            ),
            Question::Unsubscribe => (
                "UnsubscribeConfirmation",
                format!(
                    "You have chosen to deactivate subscription {subscription_arn}.\nTo cancel this operation and restore the subscription, visit the SubscribeURL included in this message."
                ),
            ),
        };
        let message_id = ctx.house().uuid();
        let subscribe_url = ctx.subscribe_url(subscription, topic_arn, &token.text);
        let at = ctx.now().to_string();
        let said = BTreeMap::from([
            ("Message", message.as_str()),
            ("MessageId", &message_id),
            ("SubscribeURL", &subscribe_url),
            ("Timestamp", &at),
            ("Token", &token.text),
            ("TopicArn", topic_arn),
            ("Type", kind),
        ]);
        let mut body = json!(said);
        if let Some(version) = Version::of(topic_arn, topic) {
            let signed = ctx.room.sign(version, signing::text(&said)).await?;
            body["SignatureVersion"] = signed.version.into();
            body["Signature"] = signed.signature.into();
            body["SigningCertURL"] = ctx.certificate_url(subscription, &signed.file).into();
        }
        let policy = DeliveryPolicy::effective(&topic.attributes, &subscription.attributes);
        let head = Head {
            kind,
            message_id: &message_id,
            topic_arn,
            subscription_arn: Some(&*subscription_arn).filter(|_| self == Question::Unsubscribe),
            is_raw: false,
            content_type: &policy.content_type,
        };
        let draft = http_endpoint::draft(&head, &body.to_string());
        let to = To { topic_arn, subscription_arn, subscription, policy, turn: None };
        Ok(to.delivery(draft, ctx))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_for_protocols_needs_a_default() {
        assert!(by_protocol(r#"{"default": "a", "sqs": "b"}"#).is_ok());
        for message in ["a", r#"{"sqs": "b"}"#] {
            assert!(by_protocol(message).is_err(), "{message}");
        }
    }
}
