//! From what is published to what is delivered: checked, numbered, and written for every subscription that wants it.

use std::collections::BTreeMap;
use std::time::Duration;

use base::Timestamp;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use store::Batch;
use tokio::sync::MutexGuard;

use crate::delivery::{self, Notification};
use crate::errors::Error;
use crate::filter;
use crate::model::{State, Subscription, Topic, is_fifo};
use crate::signing::{Signed, Version};
use crate::tables;
use crate::visit::Visit;
use crate::wire::{MessageAttributeValue, PublishOutput};

/// <https://docs.aws.amazon.com/sns/latest/dg/fifo-message-dedup.html>
pub(crate) const DEDUPLICATION: Duration = Duration::from_mins(5);
/// <https://docs.aws.amazon.com/general/latest/gr/sns.html>
pub(crate) const MESSAGE_BYTES_MAX: usize = 262_144;

pub(crate) const GROUP_MISSING: &str = "The MessageGroupId parameter is required for FIFO topics";

/// A message as a request or an entry of a batch has it.
pub(crate) struct Given {
    pub(crate) message: String,
    pub(crate) subject: Option<String>,
    pub(crate) structure: Option<String>,
    pub(crate) attributes: BTreeMap<String, MessageAttributeValue>,
    pub(crate) deduplication_id: Option<String>,
    pub(crate) group_id: Option<String>,
}

impl Given {
    pub(crate) fn size(&self) -> usize {
        let attribute = |(name, it): (&String, &MessageAttributeValue)| {
            let text = it.string_value.as_ref().or(it.binary_value.as_ref());
            name.len() + it.data_type.len() + text.map_or(0, String::len)
        };
        self.message.len() + self.attributes.iter().map(attribute).sum::<usize>()
    }

    /// Refuses what can't be published.
    pub(crate) fn check(&self, topic_arn: &str, topic: &Topic) -> Result<(), Error> {
        let refused = |text: &str| Err(Error::parameter(text));
        if self.message.is_empty() {
            return refused("Empty message");
        }
        if MESSAGE_BYTES_MAX < self.size() {
            return refused("Message too long");
        }
        let is_subject = |text: &String| {
            let starts = text
                .starts_with(|it: char| it.is_ascii_alphanumeric() || it.is_ascii_punctuation());
            text.chars().count() < 100 && starts && !text.contains(char::is_control)
        };
        if !self.subject.as_ref().is_none_or(is_subject) {
            return refused("Subject");
        }
        match self.structure.as_deref() {
            None => {}
            Some("json") => drop(delivery::by_protocol(&self.message)?),
            Some(_) => return refused("MessageStructure Reason: Invalid value"),
        }
        for (name, attribute) in &self.attributes {
            let kind = attribute.data_type.split('.').next().unwrap_or_default();
            if !matches!(kind, "String" | "Number" | "Binary") {
                return Err(Error::InvalidParameterValue(format!(
                    "The message attribute '{name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String."
                )));
            }
            let text = attribute.string_value.as_deref().unwrap_or_default();
            if kind == "Number" && text.trim().parse::<f64>().is_err() {
                // By analogy with SQS.
                return Err(Error::InvalidParameterValue(format!(
                    "Could not cast message attribute '{name}' value to number."
                )));
            }
        }
        if !is_fifo(topic_arn) {
            return match &self.deduplication_id {
                Some(_) => refused(
                    "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type",
                ),
                None => Ok(()),
            };
        }
        if self.group_id.is_none() {
            return refused(GROUP_MISSING);
        }
        if self.deduplication_key(topic_arn, topic).is_none() {
            return refused(
                "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly",
            );
        }
        Ok(())
    }

    /// What makes a second message within five minutes the same one.
    fn deduplication_key(&self, topic_arn: &str, topic: &Topic) -> Option<String> {
        let is_by_content =
            topic.attributes.get("ContentBasedDeduplication").is_some_and(|it| it == "true");
        let by_content = || {
            let digest = Sha256::digest(&self.message);
            digest.iter().map(|byte| format!("{byte:02x}")).collect()
        };
        let id = self.deduplication_id.clone();
        id.or_else(|| is_by_content.then(by_content)).filter(|_| is_fifo(topic_arn))
    }
}

/// A request that publishes to one topic: what it writes is one batch.
pub(crate) struct Publishing<'v> {
    ctx: &'v Visit<'v>,
    topic_arn: String,
    topic: Topic,
    subscriptions: Vec<(String, String, Subscription)>,
    batch: Batch,
    /// What the batch will have been answered, by deduplication key.
    answers: BTreeMap<String, PublishOutput>,
    /// The turn of whoever publishes to a FIFO topic: its numbers and deduplication ids are given one after the other.
    /// A standard topic has neither.
    _turn: Option<MutexGuard<'v, ()>>,
}

impl<'v> Publishing<'v> {
    pub(crate) async fn begin(ctx: &'v Visit<'v>, topic_arn: String) -> Result<Self, Error> {
        let turn = if is_fifo(&topic_arn) { Some(ctx.room.publishing.lock().await) } else { None };
        let topic = ctx.topic(&topic_arn).await?.value;
        let of = Some(topic_arn.as_str());
        let mut subscriptions = tables::subscriptions(ctx.store(), of, None, usize::MAX).await?;
        subscriptions.retain(|(_, _, it)| it.state == State::Confirmed);
        let (batch, answers) = (Batch::new(), BTreeMap::new());
        Ok(Publishing { ctx, topic_arn, topic, subscriptions, batch, answers, _turn: turn })
    }

    pub(crate) fn check(&self, given: &Given) -> Result<(), Error> {
        given.check(&self.topic_arn, &self.topic)
    }

    /// Writes the deliveries of a message that was checked, and says what its sender is told.
    pub(crate) async fn publish(&mut self, given: Given) -> Result<PublishOutput, Error> {
        let (ctx, topic_arn) = (self.ctx, self.topic_arn.as_str());
        let now = ctx.now();
        let key = given.deduplication_key(topic_arn, &self.topic);
        if let Some(key) = &key {
            if let Some(answer) = self.answers.get(key) {
                return Ok(answer.clone());
            }
            if let Some((at, answer)) = tables::sent(ctx.store(), topic_arn, key).await?
                && now < at.after(DEDUPLICATION)
            {
                return Ok(aws::decode(answer.as_bytes())?);
            }
        }
        self.topic.last_number += u64::from(is_fifo(topic_arn));
        let sequence_number =
            is_fifo(topic_arn).then(|| format!("1{:019}", self.topic.last_number));
        let reply = PublishOutput { message_id: ctx.house().uuid(), sequence_number };
        let wanting: Vec<&(String, String, Subscription)> = self
            .subscriptions
            .iter()
            .filter(|(_, _, it)| filter::wants(it, &given.message, &given.attributes))
            .collect();
        let signatures = self.signatures(&reply.message_id, now, &given, &wanting).await?;
        let notification = Notification {
            topic_arn,
            message_id: &reply.message_id,
            sequence_number: reply.sequence_number.as_deref(),
            deduplication_id: key.as_deref(),
            at: now,
            given: &given,
            signatures: &signatures,
        };
        for (_, id, subscription) in wanting {
            let delivery = notification.to(id, subscription, &self.topic, ctx)?;
            tables::put_delivery(&mut self.batch, &delivery);
        }
        if let Some(key) = key {
            let answer = String::from_utf8_lossy(&aws::encode(&reply)?).into_owned();
            tables::put_sent(&mut self.batch, topic_arn, &key, now, answer);
            self.answers.insert(key, reply.clone());
        }
        Ok(reply)
    }

    /// Signs the texts that are told as messages of SNS. What is delivered raw bears no signature.
    async fn signatures(
        &self,
        message_id: &str,
        at: Timestamp,
        given: &Given,
        wanting: &[&(String, String, Subscription)],
    ) -> Result<BTreeMap<String, Signed>, Error> {
        let mut signatures = BTreeMap::new();
        let Some(version) = Version::of(&self.topic_arn, &self.topic) else {
            return Ok(signatures);
        };
        for (_, _, subscription) in wanting.iter().filter(|(_, _, it)| !it.is_raw()) {
            let message = given.text_for(&subscription.protocol)?;
            if signatures.contains_key(&message) {
                continue;
            }
            let subject = given.subject.as_deref();
            let arn = &self.topic_arn;
            let text = Notification::signed_text(arn, message_id, at, subject, &message);
            signatures.insert(message, self.ctx.room.sign(version, text).await?);
        }
        Ok(signatures)
    }

    /// Commits, with what publishing leaves behind: the topic's last number, and the answer if a task's attempt asked.
    pub(crate) async fn end<T: Serialize>(mut self, reply: &T) -> Result<(), Error> {
        let (ctx, topic_arn) = (self.ctx, self.topic_arn.as_str());
        if let Some(attempt) = ctx.request.attempt() {
            let answer = String::from_utf8_lossy(&aws::encode(reply)?).into_owned();
            tables::put_attempt(&mut self.batch, attempt, ctx.now(), answer);
        }
        if is_fifo(topic_arn) {
            // Attributes may have been changed since; numbers change only under the lock that is held here.
            let found = ctx.topic(topic_arn).await?;
            let topic = Topic { last_number: self.topic.last_number, ..found.value.clone() };
            found.replace(&mut self.batch, topic);
        }
        ctx.commit(self.batch).await?;
        ctx.room.bell.notify_one();
        Ok(())
    }
}
