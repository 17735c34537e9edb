//! Parameters as a service's API writes them, and its answers as a workflow sees them.
//!
//! A workflow writes members in Pascal case, instants as text and blobs as text; the API has names of its own, seconds
//! and Base64. Keys of maps are left alone. Members without a value are as good as absent, and JSON may stand where the
//! API wants text (recorded: aws_sdk_task_service_sfn_start_execution_implicit_json_serialisation).

use std::collections::BTreeMap;

use asl::resources::{Shape, ShapeKind};
use base::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use json::{Kind, Object, Value};

/// How answers show instants.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Instants {
    /// ISO 8601, in `aws-sdk:` integrations.
    Text,
    /// Milliseconds, in optimized ones (recorded: sfn_task_service_start_execution).
    Millis,
}

/// Parameters as the service's clients send them. Where the API wants a token by which it knows a request again and
/// the parameters have none, `token` is sent.
pub(super) fn to_wire(value: &Value, shape: Shape, token: Option<&str>) -> Value {
    match (shape.kind(), value.kind()) {
        (ShapeKind::Structure(members), Kind::Object) => {
            let mut wire = Object::new();
            for member in members {
                let given = value.get(shape.name_of(member)).filter(|value| !value.is_null());
                if let Some(value) = given {
                    wire.insert(member.name(), to_wire(&value, shape.shape_of(member), None));
                } else if let Some(token) = token.filter(|_| member.is_idempotency_token()) {
                    wire.insert(member.name(), token);
                }
            }
            wire.into()
        }
        (ShapeKind::List(_, item), Kind::Array) => {
            Value::array(value.items().map(|value| to_wire(&value, item, None)))
        }
        (ShapeKind::Map(_, item), Kind::Object) => {
            let entries = value.entries().filter(|(_, value)| !value.is_null());
            Value::object(entries.map(|(key, value)| (key, to_wire(&value, item, None))))
        }
        (ShapeKind::String(..), kind) if kind != Kind::String => value.to_string().into(),
        (ShapeKind::Blob(_), _) => STANDARD.encode(text(value)).into(),
        (ShapeKind::Timestamp, Kind::String) => {
            let at = value.as_str().and_then(Timestamp::parse_rfc3339);
            at.map_or_else(|| value.clone(), |at| seconds(at.as_millis()))
        }
        _ => value.clone(),
    }
}

/// An answer as a workflow sees it: members sorted by name, as in recordings.
pub(super) fn from_wire(value: &Value, shape: Shape, instants: Instants) -> Value {
    match (shape.kind(), value.kind()) {
        (ShapeKind::Structure(members), Kind::Object) => {
            let mut shown = BTreeMap::new();
            for member in members {
                if let Some(value) = value.get(member.name()).filter(|value| !value.is_null()) {
                    let inner = from_wire(&value, shape.shape_of(member), instants);
                    shown.insert(shape.name_of(member), inner);
                }
            }
            Value::object(shown)
        }
        (ShapeKind::List(_, item), Kind::Array) => {
            Value::array(value.items().map(|value| from_wire(&value, item, instants)))
        }
        (ShapeKind::Map(_, item), Kind::Object) => {
            let entries = value.entries();
            Value::object(entries.map(|(key, value)| (key, from_wire(&value, item, instants))))
        }
        (ShapeKind::Blob(_), Kind::String) => {
            let text = value.as_str().unwrap_or_default();
            // An endpoint outside may answer something else; then that is what the workflow sees.
            STANDARD.decode(text).map_or_else(
                |_| value.clone(),
                |bytes| String::from_utf8_lossy(&bytes).into_owned().into(),
            )
        }
        (ShapeKind::Timestamp, Kind::Number) => match (millis(value), instants) {
            (Some(millis), Instants::Text) => Timestamp::from_millis(millis).to_string().into(),
            (Some(millis), Instants::Millis) => millis.into(),
            (None, _) => value.clone(),
        },
        (ShapeKind::Timestamp, Kind::String) if instants == Instants::Millis => {
            let at = value.as_str().and_then(Timestamp::parse_rfc3339);
            at.map_or_else(|| value.clone(), |at| at.as_millis().into())
        }
        _ => value.clone(),
    }
}

/// Text as it is, anything else as JSON: the body of an object, the payload of a function
/// (recorded: aws_sdk_task_service_s3_put_object_dict, lambda_task_service_invoke_json_values).
pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// An instant of the JSON protocols: seconds with a fraction.
pub(super) fn millis(value: &Value) -> Option<i64> {
    value.as_f64().map(|seconds| (seconds * 1000.0).round() as i64)
}

fn seconds(millis: i64) -> Value {
    match millis % 1000 {
        0 => (millis / 1000).into(),
        _ => {
            json::Number::from_f64(millis as f64 / 1000.0).map_or_else(Value::default, Value::from)
        }
    }
}

#[cfg(test)]
mod tests {
    use asl::resources::{Integration, lookup};

    use super::*;

    fn value(text: &str) -> Value {
        Value::parse(text).unwrap()
    }

    #[test]
    fn parameters_become_the_api_s_own() {
        let run = lookup("ecs", "runTask").unwrap();
        let parameters = value(
            r#"{"TaskDefinition":"t","NetworkConfiguration":{"AwsvpcConfiguration":{"Subnets":["s"]}},
                "Overrides":{"ContainerOverrides":[{"Name":"c","Environment":[{"Name":"A","Value":{"x":1}}]}]},
                "Group":null}"#,
        );
        assert_eq!(
            to_wire(&parameters, run.input().unwrap(), None).to_string(),
            r#"{"networkConfiguration":{"awsvpcConfiguration":{"subnets":["s"]}},"overrides":{"containerOverrides":"#.to_owned()
                + r#"[{"name":"c","environment":[{"name":"A","value":"{\"x\":1}"}]}]},"taskDefinition":"t"}"#
        );
    }

    #[test]
    fn a_request_that_can_be_known_again_has_a_token() {
        let start = lookup("athena", "startQueryExecution").unwrap().input().unwrap();
        let sent = |parameters| to_wire(&value(parameters), start, Some("t")).to_string();
        assert_eq!(
            sent(r#"{"QueryString":"q"}"#),
            r#"{"QueryString":"q","ClientRequestToken":"t"}"#
        );
        assert_eq!(sent(r#"{"ClientRequestToken":"mine"}"#), r#"{"ClientRequestToken":"mine"}"#);
    }

    #[test]
    fn blobs_are_text_and_instants_are_text_or_milliseconds() {
        let put = lookup("s3", "putObject").unwrap();
        let wire = to_wire(
            &value(
                r#"{"Bucket":"b","Key":"k","Body":{"Dict":"Value"},"ObjectLockRetainUntilDate":"2026-01-02T03:04:05Z"}"#,
            ),
            put.input().unwrap(),
            None,
        );
        assert_eq!(wire.get("Body"), Some("eyJEaWN0IjoiVmFsdWUifQ==".into()));
        assert_eq!(wire.get("ObjectLockRetainUntilDate"), Some(1_767_323_045.into()));
        let get = lookup("s3", "getObject").unwrap().output().unwrap();
        let answer =
            value(r#"{"Body":"dGV4dA==","LastModified":1767323045.5,"Metadata":{"kEy":"v"}}"#);
        assert_eq!(
            from_wire(&answer, get, Instants::Text).to_string(),
            r#"{"Body":"text","LastModified":"2026-01-02T03:04:05.500Z","Metadata":{"kEy":"v"}}"#
        );
        assert_eq!(
            from_wire(&answer, get, Instants::Millis).get("LastModified"),
            Some(1_767_323_045_500.into())
        );
    }

    #[test]
    fn optimized_integrations_keep_the_older_names() {
        let sqs = Integration::all().find(|it| it.service() == "sqs").unwrap();
        let shape = sqs.named(sqs.api().unwrap().output().unwrap());
        let shown = from_wire(&value(r#"{"MD5OfMessageBody":"m"}"#), shape, Instants::Millis);
        assert_eq!(shown.to_string(), r#"{"MD5OfMessageBody":"m"}"#);
    }
}
