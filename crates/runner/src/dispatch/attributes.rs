//! DynamoDB's attribute values as the optimized integrations take them.
//!
//! Step Functions reads them into the AWS SDK for Java 1, whose `AttributeValue` can be made of a plain text, which is then
//! its `S`, and whose `BOOL` may be written as text. Published definitions rely on both: `sfn-dynamodb` of the serverless
//! patterns, `quorum-with-parallel-pattern` of the workflows collection.

use json::{Kind, Object, Value};

/// Members whose entries are attribute values.
const MAPS: [&str; 3] = ["ExpressionAttributeValues", "Item", "Key"];

/// The parameters with every attribute value written out.
pub(super) fn written_out(parameters: &Value) -> Value {
    let mut written = parameters.clone();
    for name in MAPS {
        if let Some(values) = parameters.get(name).filter(|values| values.kind() == Kind::Object) {
            written = written.with(name, entries(&values));
        }
    }
    written
}

fn entries(values: &Value) -> Value {
    let mut written = Object::new();
    for (key, value) in values.entries() {
        written.insert(key.to_owned(), attribute(&value));
    }
    written.into()
}

fn attribute(value: &Value) -> Value {
    if value.kind() == Kind::String {
        return Value::object([("S", value.clone())]);
    }
    let member = |name| value.get(name);
    match (member("L"), member("M"), member("BOOL")) {
        (Some(items), _, _) if items.kind() == Kind::Array => {
            value.with("L", Value::array(items.items().map(|item| attribute(&item))))
        }
        (_, Some(members), _) if members.kind() == Kind::Object => {
            value.with("M", entries(&members))
        }
        (_, _, Some(flag)) => match flag.as_str() {
            Some("true") => value.with("BOOL", true),
            Some("false") => value.with("BOOL", false),
            _ => value.clone(),
        },
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_an_attribute_value_wherever_one_may_stand() {
        let given = r#"{"TableName":"t","Item":{"a":"x","b":{"L":["y",{"N":"1"}]},"c":{"M":{"d":"z"}},"e":{"BOOL":"false"}}}"#;
        let wanted = r#"{"TableName":"t","Item":{"a":{"S":"x"},"b":{"L":[{"S":"y"},{"N":"1"}]},"c":{"M":{"d":{"S":"z"}}},"e":{"BOOL":false}}}"#;
        let given = Value::parse(given).expect("is JSON");
        assert_eq!(written_out(&given).to_string(), wanted);
    }
}
