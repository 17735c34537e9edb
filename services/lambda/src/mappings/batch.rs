//! One batch of messages: as an event of a function, and what becomes of the messages.

use std::collections::BTreeSet;

use base::Arn;
use serde_json::{Map, Value, json};
use service::CallError;

use super::poller::Source;
use crate::environment::Outcome;
use crate::errors::Error;

/// The most that one DeleteMessageBatch takes.
const DELETED_MAX: usize = 10;

/// Gives a batch to the function, and deletes what it has taken. The rest becomes visible again by itself.
pub(super) async fn give(source: &Source, messages: Vec<Value>) {
    let (wanted, unwanted): (Vec<Value>, Vec<Value>) =
        messages.into_iter().partition(|message| source.wants(message));
    // What no pattern wants is dropped, as on AWS.
    source.delete(&unwanted).await;
    if wanted.is_empty() {
        return;
    }
    match source.invoke(&wanted).await {
        Ok(outcome) => {
            let taken = taken(&wanted, &outcome, source.mapping.reports_item_failures);
            source.delete(&taken).await;
        }
        Err(error) => {
            let function = &source.mapping.function_arn;
            tracing::warn!(function, error = &error as &dyn std::error::Error, "a batch goes back");
        }
    }
}

/// The messages that the function has taken.
fn taken(messages: &[Value], outcome: &Outcome, reports_item_failures: bool) -> Vec<Value> {
    if outcome.is_error {
        return Vec::new();
    }
    if !reports_item_failures {
        return messages.to_vec();
    }
    let Some(failures) = super::reported_failures(outcome) else { return Vec::new() };
    let ids: BTreeSet<&str> = failures.iter().map(String::as_str).collect();
    let known = |id: &&str| messages.iter().any(|message| message["MessageId"] == **id);
    // AWS takes a report that names something else for a failure of all.
    if !ids.iter().all(known) {
        return Vec::new();
    }
    let failed = |message: &Value| message["MessageId"].as_str().is_some_and(|id| ids.contains(id));
    messages.iter().filter(|message| !failed(message)).cloned().collect()
}

impl Source {
    fn wants(&self, message: &Value) -> bool {
        let mut record = record(message, &self.mapping.source_arn);
        let body = record["body"].as_str().and_then(|body| serde_json::from_str(body).ok());
        if let Some(body) = body {
            record["body"] = body;
        }
        super::wants(&self.patterns, &record)
    }

    async fn invoke(&self, messages: &[Value]) -> Result<Outcome, Error> {
        let records: Vec<Value> =
            messages.iter().map(|message| record(message, &self.mapping.source_arn)).collect();
        Ok(super::invoke(&self.room, &self.mapping, &records).await?.outcome)
    }

    async fn delete(&self, messages: &[Value]) {
        for some in messages.chunks(DELETED_MAX) {
            let entry = |(index, message): (usize, &Value)| json!({"Id": index.to_string(), "ReceiptHandle": message["ReceiptHandle"]});
            let entries: Vec<Value> = some.iter().enumerate().map(entry).collect();
            let body = json!({"QueueUrl": self.queue_url, "Entries": entries});
            if let Err(error) = self.remove(body).await {
                let queue = &self.mapping.source_arn;
                tracing::warn!(
                    queue,
                    error = &error as &dyn std::error::Error,
                    "messages come again"
                );
            }
        }
    }

    async fn remove(&self, body: Value) -> Result<(), CallError> {
        let actor = self.room.actor_of(&self.mapping).await?;
        self.room.call(&actor, "sqs", "DeleteMessageBatch", body).await.map(drop)
    }
}

/// A message as functions get it.
fn record(message: &Value, source_arn: &str) -> Value {
    let region = Arn::parse(source_arn).map(|arn| arn.region).unwrap_or_default();
    let attribute = |attribute: &Value| {
        let mut shown = Map::new();
        for (from, to) in [
            ("StringValue", "stringValue"),
            ("BinaryValue", "binaryValue"),
            ("DataType", "dataType"),
        ] {
            if let Some(value) = attribute.get(from) {
                shown.insert(to.to_owned(), value.clone());
            }
        }
        shown.insert("stringListValues".to_owned(), json!([]));
        shown.insert("binaryListValues".to_owned(), json!([]));
        Value::Object(shown)
    };
    let attributes = message["MessageAttributes"].as_object();
    let attributes: Map<String, Value> = attributes
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.clone(), attribute(value)))
        .collect();
    json!({
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes").cloned().unwrap_or_else(|| json!({})),
        "messageAttributes": attributes,
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": source_arn,
        "awsRegion": region,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(payload: &str, is_error: bool) -> Outcome {
        Outcome {
            payload: payload.to_owned().into(),
            is_error,
            streamed: None,
            log_tail: Vec::new(),
        }
    }

    #[test]
    fn a_function_takes_all_none_or_what_it_doesnt_report() {
        let messages = [json!({"MessageId": "a"}), json!({"MessageId": "b"})];
        let count = |payload, is_error, reports| {
            taken(&messages, &outcome(payload, is_error), reports).len()
        };
        assert_eq!(count("null", false, false), 2);
        assert_eq!(count("null", true, false), 0);
        let one = r#"{"batchItemFailures":[{"itemIdentifier":"a"}]}"#;
        assert_eq!(count(one, false, false), 2, "the mapping doesn't ask for reports");
        let left = taken(&messages, &outcome(one, false), true);
        assert_eq!(left, [json!({"MessageId": "b"})]);
        assert_eq!(count("null", false, true), 2);
        assert_eq!(count(r#"{"batchItemFailures":[]}"#, false, true), 2);
        let stranger = r#"{"batchItemFailures":[{"itemIdentifier":"c"}]}"#;
        assert_eq!(count(stranger, false, true), 0);
        assert_eq!(count(r#"{"batchItemFailures":[{}]}"#, false, true), 0);
        assert_eq!(count("taken", false, true), 0, "no JSON");
        assert_eq!(count("taken", false, false), 2, "the mapping doesn't look at it");
    }

    #[test]
    fn a_record_has_the_members_of_aws() {
        let message = json!({
            "MessageId": "m", "ReceiptHandle": "r", "Body": "{}", "MD5OfBody": "x",
            "Attributes": {"SentTimestamp": "1"},
            "MessageAttributes": {"k": {"DataType": "String", "StringValue": "v"}},
        });
        let record = record(&message, "arn:aws:sqs:us-east-1:000000000000:q");
        assert_eq!(record["awsRegion"], "us-east-1");
        assert_eq!(record["messageAttributes"]["k"]["stringValue"], "v");
        assert_eq!(record["attributes"]["SentTimestamp"], "1");
    }
}
