//! Where events go that have come to their end.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html>

use std::sync::Arc;

use base::{Arn, Timestamp};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use service::{CallError, Ctx};

use crate::Room;
use crate::actor::Actor;
use crate::errors::Error;
use crate::model::{Ended, Event};

/// Whether an ARN is of a service that can be told.
pub(crate) fn is_destination(arn: &str) -> bool {
    let service = Arn::parse(arn).map(|arn| arn.service);
    matches!(service.as_deref(), Ok("sqs" | "sns" | "lambda" | "events"))
}

/// What a destination learns of an event.
pub(crate) fn record(event: &Event, ended: &Ended, now: Timestamp) -> Value {
    let text = |payload: &[u8]| {
        let json = serde_json::from_slice(payload);
        json.unwrap_or_else(|_| String::from_utf8_lossy(payload).into())
    };
    let version = ended.executed_version.as_deref();
    let mut record = json!({
        "version": "1.0",
        "timestamp": now.to_string(),
        "requestContext": {
            "requestId": event.request_id,
            "functionArn": match version {
                Some(version) => format!("{}:{version}", unqualified(&event.function_arn)),
                None => event.function_arn.clone(),
            },
            "condition": ended.condition,
            "approximateInvokeCount": event.tries,
        },
        "requestPayload": text(&event.payload),
    });
    if let Some(version) = version {
        record["responseContext"] = json!({"statusCode": 200, "executedVersion": version});
        if let Some(error) = &ended.function_error {
            record["responseContext"]["functionError"] = error.as_str().into();
        }
        record["responsePayload"] = text(&ended.payload);
    }
    record
}

/// `arn:…:function:name` of an ARN with a qualifier.
fn unqualified(arn: &str) -> String {
    arn.splitn(8, ':').take(7).collect::<Vec<_>>().join(":")
}

impl Room {
    /// Tells a destination, with the rights of the function.
    pub(crate) async fn tell(
        &self,
        actor: &Actor,
        destination: &str,
        record: &Value,
    ) -> Result<(), CallError> {
        let telling = telling(destination, record)?;
        self.call(actor, telling.room, telling.operation, telling.body).await.map(drop)
    }

    /// Refuses a destination that the function's role may not tell anything. That the sentence is AWS's, word by word,
    /// is unsure.
    pub(crate) async fn check_destination(
        &self,
        actor: &Actor,
        destination: &str,
    ) -> Result<(), Error> {
        let unknown = |error: CallError| Error::invalid(error.to_string());
        let Telling { room, operation, body } =
            telling(destination, &Value::Null).map_err(unknown)?;
        if self.may_call(actor, room, operation, body).await {
            return Ok(());
        }
        let action = if operation == "Invoke" { "InvokeFunction" } else { operation };
        Err(Error::invalid(format!(
            "The function's execution role does not have permissions to call {action} on {destination}"
        )))
    }

    /// The same of where events go that were tried in vain, in the words of
    /// <https://github.com/elastic/beats/issues/13963>.
    pub(crate) async fn check_dead_letter(
        &self,
        actor: &Actor,
        dead_letter: &str,
    ) -> Result<(), Error> {
        let unknown = |error: CallError| Error::invalid(error.to_string());
        let Telling { room, operation, body } =
            telling(dead_letter, &Value::Null).map_err(unknown)?;
        if self.may_call(actor, room, operation, body).await {
            return Ok(());
        }
        let service = room.to_ascii_uppercase();
        Err(Error::invalid(format!(
            "The provided execution role does not have permissions to call {operation} on {service}"
        )))
    }

    /// Sends the event alone to the queue or topic for those that were tried in vain.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq>
    pub(crate) async fn bury(
        &self,
        actor: &Actor,
        dead_letter: &str,
        event: &Event,
        ended: &Ended,
    ) -> Result<(), CallError> {
        let refused = |_| CallError::NoRoom(dead_letter.to_owned());
        let arn = Arn::parse(dead_letter).map_err(refused)?;
        let payload: Value = serde_json::from_slice(&ended.payload).unwrap_or_default();
        let message = payload["errorMessage"].as_str().unwrap_or(&ended.condition);
        let attribute = |kind: &str, text: &str| json!({"DataType": kind, "StringValue": text});
        let attributes = json!({
            "RequestID": attribute("String", &event.request_id),
            "ErrorCode": attribute("Number", "200"),
            "ErrorMessage": attribute("String", message),
        });
        let text = String::from_utf8_lossy(&event.payload);
        let (operation, body) = match arn.service.as_str() {
            "sqs" => {
                let url = url_of(&arn);
                let body =
                    json!({"QueueUrl": url, "MessageBody": text, "MessageAttributes": attributes});
                ("SendMessage", body)
            }
            _ => {
                let body = json!({"TopicArn": dead_letter, "Message": text, "MessageAttributes": attributes});
                ("Publish", body)
            }
        };
        self.call(actor, &arn.service, operation, body).await.map(drop)
    }

    /// The URL of a queue, as its own room says it.
    pub(crate) async fn queue_url(&self, queue: &Arn) -> Result<String, CallError> {
        let body = json!({"QueueName": queue.resource, "QueueOwnerAWSAccountId": queue.account});
        let ctx = Ctx::root(Arc::clone(&self.house));
        let reply = self.send(ctx, "sqs", "GetQueueUrl", body).await?;
        Ok(reply["QueueUrl"].as_str().unwrap_or_default().to_owned())
    }
}

/// A request by which a destination learns something.
struct Telling {
    room: &'static str,
    operation: &'static str,
    body: Value,
}

fn telling(destination: &str, record: &Value) -> Result<Telling, CallError> {
    let no_room = || CallError::NoRoom(destination.to_owned());
    let arn = Arn::parse(destination).map_err(|_| no_room())?;
    let text = record.to_string();
    let (room, operation, body) = match arn.service.as_str() {
        "sqs" => ("sqs", "SendMessage", json!({"QueueUrl": url_of(&arn), "MessageBody": text})),
        "sns" => ("sns", "Publish", json!({"TopicArn": destination, "Message": text})),
        "lambda" => {
            let (kind, payload) = ("Event", STANDARD.encode(text));
            let body =
                json!({"FunctionName": destination, "InvocationType": kind, "Payload": payload});
            ("lambda", "Invoke", body)
        }
        "events" => {
            let failed = record["requestContext"]["condition"] != "Success";
            let result = if failed { "Failure" } else { "Success" };
            let entry = json!({
                "Source": "lambda",
                "DetailType": format!("Lambda Function Invocation Result - {result}"),
                "Detail": text,
                "EventBusName": destination,
                "Resources": [record["requestContext"]["functionArn"]],
            });
            ("events", "PutEvents", json!({"Entries": [entry]}))
        }
        _ => return Err(no_room()),
    };
    Ok(Telling { room, operation, body })
}

/// The URL of a queue, which its role need not be allowed to ask for.
fn url_of(queue: &Arn) -> String {
    let Arn { region, account, resource, .. } = queue;
    format!("https://sqs.{region}.amazonaws.com/{account}/{resource}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_tells_the_event_and_its_end() {
        let event = Event {
            function_arn: "arn:aws:lambda:us-east-1:000000000000:function:f:live".into(),
            request_id: "id".into(),
            payload: br#"{"a":1}"#.to_vec(),
            client_context: None,
            trace: None,
            accepted_at: 0,
            tries: 3,
            throttled: 0,
            ended: None,
        };
        let ended = Ended {
            condition: "RetriesExhausted".into(),
            function_error: Some("Unhandled".into()),
            payload: br#"{"errorType":"E"}"#.to_vec(),
            executed_version: Some("2".into()),
        };
        let told = record(&event, &ended, Timestamp::from_millis(0));
        assert_eq!(
            told,
            json!({
                "version": "1.0",
                "timestamp": "1970-01-01T00:00:00.000Z",
                "requestContext": {
                    "requestId": "id",
                    "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:f:2",
                    "condition": "RetriesExhausted",
                    "approximateInvokeCount": 3,
                },
                "requestPayload": {"a": 1},
                "responseContext": {
                    "statusCode": 200, "executedVersion": "2", "functionError": "Unhandled",
                },
                "responsePayload": {"errorType": "E"},
            })
        );
    }
}
