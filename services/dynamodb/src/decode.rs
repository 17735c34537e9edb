//! From a body to a request of `dynoxide`, and every way a body can be wrong, in AWS's words.
//!
//! `dynoxide`'s requests word what is wrong with their members, and mark by a prefix what kind of refusal it is;
//! its server takes the prefix off, and so do we, who don't run its server.

use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;

use crate::errors::Error;

/// Refusals of `dynoxide`'s requests by prefix; the longer of two that begin alike comes first.
const MARKS: [(&str, Mark); 5] = [
    ("SERIALIZATION_AS_READ:", Mark { is_validation: false, has_position: true }),
    ("SERIALIZATION:", Mark { is_validation: false, has_position: false }),
    ("VALIDATION_AS_READ:", Mark { is_validation: true, has_position: true }),
    ("VALIDATION_REQUEST:", Mark { is_validation: true, has_position: false }),
    ("VALIDATION:", Mark { is_validation: true, has_position: false }),
];
/// What the operations on a single item say before a refusal that is marked so.
const ENVELOPED: &str = "VALIDATION_REQUEST:";
const ENVELOPING: [&str; 3] = ["PutItem", "UpdateItem", "DeleteItem"];

const TOO_DEEP: &str = "Nesting Levels have exceeded supported limits: Attributes in the item have nested \
                        levels beyond supported limit";
const SUPPLIED: &str = "Supplied AttributeValue";
const EMPTY_VALUE: &str =
    "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes";

struct Mark {
    is_validation: bool,
    /// Whether where in the body it was found belongs to the sentence.
    has_position: bool,
}

/// Reads a body as the request of an operation.
pub(crate) fn request<T: DeserializeOwned>(operation: &str, body: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(body).map_err(|error| refusal(operation, body, &error))
}

fn refusal(operation: &str, body: &[u8], error: &serde_json::Error) -> Error {
    let text = error.to_string();
    if text.starts_with("recursion limit exceeded") {
        return Error::Validation(TOO_DEEP.to_owned());
    }
    if error.classify() != Category::Data {
        return Error::Serialization(String::new());
    }
    let plain = without_position(&text);
    for (prefix, mark) in MARKS {
        let Some(sentence) = text.strip_prefix(prefix) else {
            continue;
        };
        let sentence = if mark.has_position { sentence } else { without_position(sentence) };
        if let Some(refusal) = unknown_value(body, sentence) {
            return Error::Validation(refusal);
        }
        return match mark.is_validation {
            true if prefix == ENVELOPED && ENVELOPING.contains(&operation) => {
                Error::Validation(format!("1 validation error detected: {sentence}"))
            }
            true => Error::Validation(sentence.to_owned()),
            false => Error::Serialization(sentence.to_owned()),
        };
    }
    if let Some(member) = quoted(plain, "missing field `") {
        return Error::Validation(null_member(member));
    }
    if let Some(refusal) = unknown_value(body, plain) {
        return Error::Validation(refusal);
    }
    if let Some((_, kind)) = plain.split_once(" for ").filter(|_| plain.starts_with("expected ")) {
        return Error::Serialization(mistyped_value(body, kind));
    }
    match plain {
        _ if plain.contains("empty AttributeValue") => Error::Validation(EMPTY_VALUE.to_owned()),
        _ if plain.contains(SUPPLIED) => Error::Validation(plain.to_owned()),
        _ if plain.contains("invalid type: null") => Error::Validation(plain.to_owned()),
        _ => Error::Serialization(mistyped(plain)),
    }
}

/// How AWS refuses a member that is required and isn't there.
fn null_member(member: &str) -> String {
    let name = lower_first(member);
    format!(
        "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
    )
}

/// "unknown variant `X`, expected `A` or `B`", as AWS says it, which names the place.
fn unknown_value(body: &[u8], text: &str) -> Option<String> {
    let given = quoted(text, "unknown variant `")?;
    let (_, expected) = text.split_once("expected ")?;
    let known: Vec<_> = expected.split('`').skip(1).step_by(2).collect();
    let body: Value = serde_json::from_slice(body).ok()?;
    let path = path_of(&body, given)?;
    Some(format!(
        "1 validation error detected: Value '{given}' at '{path}' failed to satisfy constraint: \
         Member must satisfy enum value set: [{}]",
        known.join(", ")
    ))
}

/// Where a text first stands, as AWS writes places: `keySchema.2.member.keyType`.
fn path_of(value: &Value, text: &str) -> Option<String> {
    let join = |place: String, rest: String| match rest.as_str() {
        "" => place,
        _ => format!("{place}.{rest}"),
    };
    match value {
        Value::String(value) => (value == text).then(String::new),
        Value::Object(members) => members
            .iter()
            .find_map(|(name, member)| Some(join(lower_first(name), path_of(member, text)?))),
        Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| {
            Some(join(format!("{}.member", index + 1), path_of(item, text)?))
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn lower_first(name: &str) -> String {
    let mut name = name.to_owned();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    name
}

/// "invalid type: integer `23`, expected a string", as AWS says it: "NUMBER_VALUE cannot be converted to String".
fn mistyped(text: &str) -> String {
    let parts = text.strip_prefix("invalid type: ").and_then(|rest| rest.split_once(", expected "));
    let Some((given, wanted)) = parts else {
        return text.to_owned();
    };
    let wanted = match wanted {
        "a string" => "String",
        "a boolean" => "Boolean",
        "i64" | "u64" | "usize" | "u32" | "i32" => "Long",
        "a sequence" if given == "map" => {
            return "Start of structure or map found where not expected".to_owned();
        }
        _ => return "Unexpected field type".to_owned(),
    };
    let given = match given.split(' ').next().unwrap_or(given) {
        "map" => return "Start of structure or map found where not expected".to_owned(),
        "sequence" => return format!("Unrecognized collection type class java.lang.{wanted}"),
        "string" if wanted == "Boolean" => {
            return "Unexpected token received from parser".to_owned();
        }
        "integer" => "NUMBER_VALUE",
        "floating" => "DECIMAL_VALUE",
        "boolean" if given.contains("true") => "TRUE_VALUE",
        "boolean" => "FALSE_VALUE",
        _ => "STRING_VALUE",
    };
    format!("{given} cannot be converted to {wanted}")
}

/// The same for an attribute value, of which `dynoxide` says the type only: `{"N": 5}`.
fn mistyped_value(body: &[u8], kind: &str) -> String {
    let wants_text = matches!(kind, "S" | "N" | "B");
    let body = serde_json::from_slice(body).unwrap_or(Value::Null);
    let given = find(&body, kind, &|value| match wants_text {
        true => !value.is_string(),
        false => !(value.is_array() || kind == "M" && value.is_object()),
    });
    match given {
        Some(Value::Object(_)) => "Start of structure or map found where not expected",
        Some(Value::Array(_)) if wants_text => {
            "Unrecognized collection type class java.lang.String"
        }
        Some(Value::Number(number)) if wants_text && number.is_f64() => {
            "DECIMAL_VALUE cannot be converted to String"
        }
        Some(Value::Number(_)) if wants_text => "NUMBER_VALUE cannot be converted to String",
        Some(Value::Bool(true)) if wants_text => "TRUE_VALUE cannot be converted to String",
        Some(Value::Bool(false)) if wants_text => "FALSE_VALUE cannot be converted to String",
        _ => "Unexpected field type",
    }
    .to_owned()
}

/// The first member of that name which is wrong, however deep.
fn find<'v>(value: &'v Value, name: &str, is_wrong: &dyn Fn(&Value) -> bool) -> Option<&'v Value> {
    match value {
        Value::Object(members) => members
            .get(name)
            .filter(|member| is_wrong(member))
            .or_else(|| members.values().find_map(|member| find(member, name, is_wrong))),
        Value::Array(items) => items.iter().find_map(|item| find(item, name, is_wrong)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn without_position(text: &str) -> &str {
    match text.rsplit_once(" at line ") {
        Some((sentence, position)) if position.contains(" column ") => sentence,
        _ => text,
    }
}

fn quoted<'t>(text: &'t str, before: &str) -> Option<&'t str> {
    text.strip_prefix(before)?.split('`').next()
}

#[cfg(test)]
mod tests {
    use dynoxide::actions::create_table::CreateTableRequest;
    use dynoxide::actions::get_item::GetItemRequest;
    use dynoxide::actions::put_item::PutItemRequest;

    use super::*;

    fn refused<T: DeserializeOwned>(operation: &str, body: &str) -> String {
        match request::<T>(operation, body.as_bytes()) {
            Ok(_) => panic!("{body} is read"),
            Err(Error::Validation(text)) => format!("ValidationException: {text}"),
            Err(Error::Serialization(text)) => format!("SerializationException: {text}"),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn what_is_no_json_has_no_message() {
        assert_eq!(refused::<GetItemRequest>("GetItem", "{"), "SerializationException: ");
    }

    #[test]
    fn a_missing_member_is_null() {
        assert_eq!(
            refused::<PutItemRequest>("PutItem", r#"{"TableName":"abc"}"#),
            "ValidationException: 1 validation error detected: Value null at 'item' failed to satisfy \
             constraint: Member must not be null"
        );
    }

    #[test]
    fn a_value_of_another_type_is_named() {
        for (body, says) in [
            (r#"{"TableName":1,"Item":{}}"#, "NUMBER_VALUE cannot be converted to String"),
            (r#"{"TableName":1.5,"Item":{}}"#, "DECIMAL_VALUE cannot be converted to String"),
            (r#"{"TableName":true,"Item":{}}"#, "TRUE_VALUE cannot be converted to String"),
            (r#"{"TableName":{},"Item":{}}"#, "Start of structure or map found where not expected"),
        ] {
            assert_eq!(
                refused::<PutItemRequest>("PutItem", body),
                format!("SerializationException: {says}")
            );
        }
    }

    #[test]
    fn an_attribute_value_of_another_type_is_named() {
        for (value, says) in [
            (r#"{"N":5}"#, "NUMBER_VALUE cannot be converted to String"),
            (r#"{"S":false}"#, "FALSE_VALUE cannot be converted to String"),
            (r#"{"L":[{"B":[]}]}"#, "Unrecognized collection type class java.lang.String"),
            (r#"{"SS":"a"}"#, "Unexpected field type"),
        ] {
            let body = format!(r#"{{"TableName":"abc","Item":{{"a":{value}}}}}"#);
            assert_eq!(
                refused::<PutItemRequest>("PutItem", &body),
                format!("SerializationException: {says}")
            );
        }
    }

    #[test]
    fn so_is_one_in_an_index() {
        let body = r#"{"TableName":"abc","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],
            "KeySchema":[{"AttributeName":"a","KeyType":"HASH"}],"GlobalSecondaryIndexes":[{"IndexName":"index",
            "KeySchema":[{"AttributeName":"a","KeyType":"SORT"}],"Projection":{"ProjectionType":"ALL"}}]}"#;
        let refused = refused::<CreateTableRequest>("CreateTable", body);
        let place = "'globalSecondaryIndexes.1.member.keySchema.1.member.keyType'";
        assert!(refused.contains(&format!("Value 'SORT' at {place} failed")), "{refused}");
    }

    #[test]
    fn a_value_that_isnt_one_of_a_set_is_refused_with_its_place_and_the_set() {
        let body = r#"{"TableName":"abc","AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}],
            "KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"b","KeyType":"SORT"}]}"#;
        assert_eq!(
            refused::<CreateTableRequest>("CreateTable", body),
            "ValidationException: 1 validation error detected: Value 'SORT' at 'keySchema.2.member.keyType' \
             failed to satisfy constraint: Member must satisfy enum value set: [HASH, RANGE]"
        );
    }

    #[test]
    fn a_value_without_a_type_is_refused_in_words() {
        let body = r#"{"TableName":"abc","Item":{"a":{}}}"#;
        assert_eq!(
            refused::<PutItemRequest>("PutItem", body),
            format!("ValidationException: {EMPTY_VALUE}")
        );
    }

    #[test]
    fn a_body_deeper_than_the_parser_follows_is_nested_too_deep() {
        let (open, close) = (r#"{"M":{"a":"#.repeat(100), "}}".repeat(100));
        let body = format!(r#"{{"TableName":"abc","Item":{{"a":{open}{{"S":"x"}}{close}}}}}"#);
        assert_eq!(
            refused::<PutItemRequest>("PutItem", &body),
            format!("ValidationException: {TOO_DEEP}")
        );
    }
}
