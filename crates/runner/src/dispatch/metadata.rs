//! `SdkHttpMetadata` and `SdkResponseMetadata`: what the older SDK tells of the HTTP answer, in results of optimized
//! integrations.
//!
//! The headers and their spelling are those of recordings (lambda_task_service_invoke, dynamodb_task_service_*,
//! sns_task_service_publish, callback_sqs_wait_for_task_token_call_chain, sfn_task_service_start_execution). Their
//! values are what AWS would have sent for this answer.

use base::Timestamp;
use json::{Object, Value};

use crate::Runner;

/// The answer of an operation, as far as its headers tell of it.
pub(super) struct HttpAnswer<'a> {
    pub(super) service: &'a str,
    /// As the service sent it.
    pub(super) value: &'a Value,
    pub(super) request_id: &'a str,
    pub(super) status: i64,
}

/// The result with what the SDK adds to it, its members sorted.
pub(super) fn with_metadata(runner: &Runner, result: &Value, answer: &HttpAnswer<'_>) -> Value {
    let date = http_date(runner.0.house.now());
    let headers = answer.headers(&date);
    let all = headers.iter().map(|(name, value)| (*name, Value::array([value.as_str().into()])));
    let mut sorted = headers.clone();
    sorted.sort_by_key(|(name, _)| name.to_ascii_lowercase());
    let single = sorted.iter().map(|(name, value)| (*name, value.as_str()));
    let mut http = Object::new();
    http.insert("AllHttpHeaders", Value::object(all));
    http.insert("HttpHeaders", Value::object(single));
    http.insert("HttpStatusCode", answer.status);
    let mut members: Vec<(String, Value)> =
        result.entries().map(|(name, value)| (name.to_owned(), value)).collect();
    members.push(("SdkHttpMetadata".to_owned(), http.into()));
    members.push((
        "SdkResponseMetadata".to_owned(),
        Value::object([("RequestId", answer.request_id)]),
    ));
    members.sort_by(|(one, _), (other, _)| one.cmp(other));
    Value::object(members)
}

impl HttpAnswer<'_> {
    fn headers(&self, date: &str) -> Vec<(&'static str, String)> {
        let id = self.request_id.to_owned();
        let date = date.to_owned();
        let length = |text: &str| text.len().to_string();
        match self.service {
            "lambda" => self.lambda_headers(date),
            "dynamodb" => {
                let body = self.value.to_string();
                vec![
                    ("Server", "Server".to_owned()),
                    ("Connection", "keep-alive".to_owned()),
                    ("x-amzn-RequestId", id),
                    ("x-amz-crc32", crc32fast::hash(body.as_bytes()).to_string()),
                    ("Content-Length", length(&body)),
                    ("Date", date),
                    ("Content-Type", "application/x-amz-json-1.0".to_owned()),
                ]
            }
            "sns" => vec![
                ("x-amzn-RequestId", id),
                ("connection", "keep-alive".to_owned()),
                ("Content-Length", length(&self.published())),
                ("Date", date),
                ("Content-Type", "text/xml".to_owned()),
            ],
            "sqs" | "states" => vec![
                ("x-amzn-RequestId", id),
                ("connection", "keep-alive".to_owned()),
                ("Content-Length", length(&self.value.to_string())),
                ("Date", date),
                ("Content-Type", "application/x-amz-json-1.0".to_owned()),
            ],
            _ => vec![
                ("x-amzn-RequestId", id),
                ("Content-Length", length(&self.value.to_string())),
                ("Date", date),
                ("Content-Type", "application/x-amz-json-1.1".to_owned()),
            ],
        }
    }

    fn lambda_headers(&self, date: String) -> Vec<(&'static str, String)> {
        let text =
            |name: &str| self.value.get(name).and_then(|value| value.as_str().map(str::to_owned));
        let payload = text("Payload").unwrap_or_default();
        // Four characters of Base64 are three bytes, less those that `=` pads.
        let padding = payload.bytes().rev().take_while(|byte| *byte == b'=').count();
        let bytes = (payload.len() / 4 * 3).saturating_sub(padding);
        let mut headers = Vec::new();
        if let Some(version) = text("ExecutedVersion") {
            headers.push(("X-Amz-Executed-Version", version));
        }
        headers.extend([
            ("x-amzn-Remapped-Content-Length", "0".to_owned()),
            ("Connection", "keep-alive".to_owned()),
            ("x-amzn-RequestId", self.request_id.to_owned()),
            ("Content-Length", bytes.to_string()),
            ("Date", date),
            ("X-Amzn-Trace-Id", format!("Root=1-{}", trace_of(self.request_id))),
            ("Content-Type", "application/json".to_owned()),
        ]);
        headers
    }

    /// The XML that SNS answers Publish with.
    fn published(&self) -> String {
        let element = |name: &str| {
            let value = self.value.get(name)?;
            let text = value.as_str()?.to_owned();
            Some(format!("    <{name}>{text}</{name}>\n"))
        };
        let members = ["MessageId", "SequenceNumber"].into_iter().filter_map(element);
        let members = members.collect::<String>();
        format!(
            "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">\n  <PublishResult>\n{members}  \
             </PublishResult>\n  <ResponseMetadata>\n    <RequestId>{}</RequestId>\n  </ResponseMetadata>\n\
             </PublishResponse>\n",
            self.request_id
        )
    }
}

/// Eight and twenty-four hexadecimal digits, from those of the request's id.
fn trace_of(request_id: &str) -> String {
    let digits: String = request_id.chars().filter(char::is_ascii_hexdigit).collect();
    let (time, unique) = digits.split_at(digits.len().min(8));
    format!("{time}-{unique}")
}

pub(super) fn http_date(at: Timestamp) -> String {
    let at = jiff::Timestamp::from_millisecond(at.as_millis());
    let at = at.expect("a clock shows no time that has no date");
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_http() {
        assert_eq!(
            http_date(Timestamp::from_millis(784_111_777_000)),
            "Sun, 06 Nov 1994 08:49:37 GMT"
        );
    }

    /// Recorded: sns_task_service_publish_base (294), sns_task_service_fifo_message_attribute (352).
    #[test]
    fn lengths_are_those_that_aws_sends() {
        let id = "00000000-0000-4000-8000-000000000000";
        let length = |service, value: &Value| {
            let answer = HttpAnswer { service, value, request_id: id, status: 200 };
            let headers = answer.headers("");
            headers.into_iter().find(|(name, _)| *name == "Content-Length").unwrap().1
        };
        let mut published = Value::object([("MessageId", id)]);
        assert_eq!(length("sns", &published), "294");
        published = published.with("SequenceNumber", "10000000000000000000");
        assert_eq!(length("sns", &published), "352");
        let md5 = "0".repeat(32);
        let sent = Value::object([("MD5OfMessageBody", md5.as_str()), ("MessageId", id)]);
        assert_eq!(length("sqs", &sent), "106");
        assert_eq!(length("lambda", &Value::object([("Payload", "e30=")])), "2");
    }
}
