//! `util.dynamodb`: plain JSON to DynamoDB's typed form, as AppSync writes it: numbers stay numbers
//! (`{"N": 12345}`), and null is `{"NULL": null}` (recorded: localstack-appsync-utils, index.test.js).

use json::{Kind, Object, Value};

use super::Table;
use crate::call::Args;
use crate::outcome::Failure;

pub const TABLE: Table = &[
    ("toDynamoDB", |_, args| Ok(to_dynamodb(args.value(0)))),
    ("toString", |_, args| Ok(typed("S", args.value(0)))),
    ("toStringSet", |_, args| Ok(typed("SS", args.value(0)))),
    ("toNumber", |_, args| Ok(typed("N", args.value(0)))),
    ("toNumberSet", |_, args| Ok(typed("NS", args.value(0)))),
    ("toBinary", |_, args| Ok(typed("B", args.value(0)))),
    ("toBinarySet", |_, args| Ok(typed("BS", args.value(0)))),
    ("toBoolean", |_, args| Ok(typed("BOOL", args.value(0)))),
    ("toNull", |_, _| Ok(typed("NULL", &Value::NULL))),
    ("toList", |_, args| Ok(to_list(args.value(0)))),
    ("toMap", |_, args| Ok(typed("M", &to_map_values(args.value(0))))),
    ("toMapValues", |_, args| Ok(to_map_values(args.value(0)))),
    ("toS3Object", |_, args| Ok(to_s3_object(args))),
    ("fromS3ObjectJson", |_, args| from_s3_object_json(args)),
];

fn typed(tag: &'static str, value: &Value) -> Value {
    Value::object([(tag, value.clone())])
}

/// Any value in typed form, by its kind; lists and maps element by element.
pub fn to_dynamodb(value: &Value) -> Value {
    match value.kind() {
        Kind::Null => typed("NULL", &Value::NULL),
        Kind::Bool => typed("BOOL", value),
        Kind::Number => typed("N", value),
        Kind::String => typed("S", value),
        Kind::Array => to_list(value),
        Kind::Object => typed("M", &to_map_values(value)),
    }
}

fn to_list(value: &Value) -> Value {
    typed("L", &Value::array(value.items().map(|item| to_dynamodb(&item))))
}

/// The members of a map in typed form, without the `M` around them.
pub fn to_map_values(value: &Value) -> Value {
    value.entries().map(|(key, member)| (key, to_dynamodb(&member))).collect::<Object>().into()
}

/// `(key, bucket, region)` or `(key, bucket, region, version)`; the order of the members is recorded.
/// AWS's documentation has a form with `(key, bucket, version, region)`, told apart by nothing.
fn to_s3_object(args: Args<'_>) -> Value {
    let names = ["key", "bucket", "region", "version"];
    let object: Object = names
        .iter()
        .enumerate()
        .filter_map(|(i, name)| Some((*name, args.given(i)?.clone())))
        .collect();
    let document = Value::object([("s3", Value::from(object))]);
    typed("S", &Value::from(document.to_string()))
}

fn from_s3_object_json(args: Args<'_>) -> Result<Value, Failure> {
    let text = args.string(0, "fromS3ObjectJson")?;
    let document = Value::parse(text)
        .map_err(|error| Failure::fault(format!("fromS3ObjectJson: not JSON: {error}")))?;
    Ok(document.get("s3").unwrap_or_default())
}
