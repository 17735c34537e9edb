//! Validates a mocked result as `TestState` does, against the shape of what the service answers.

use json::{Kind, Value};
use models::Bounds;

use super::optimized::Pattern;
use super::resource::Resource;
use super::shape::{Shape, ShapeKind};

/// How strictly a mock is held against the service's model.
///
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_MockInput.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum FieldValidationMode {
    /// Required members must be there, and what is there must conform.
    #[default]
    Strict,
    /// What is there must conform.
    Present,
    None,
}

/// Why a mock doesn't conform, in AWS's words, which name the member but not the way to it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Mock result schema validation error: {fault}")]
pub struct MockError {
    fault: Fault,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Fault {
    /// AWS's text for this isn't recorded.
    #[error("Mock result must be an object")]
    Whole,
    #[error("Required field '{0}' is missing")]
    Missing(&'static str),
    #[error("Field '{0}' must be {1}")]
    Type(String, &'static str),
    #[error("Field '{0}' is less than the minimum value")]
    Least(String),
    #[error("Field '{0}' exceeds the maximum value")]
    Greatest(String),
    #[error("Field '{0}' is smaller than the minimum length")]
    Shortest(String),
    #[error("Field '{0}' exceeds the maximum length")]
    Longest(String),
    #[error("Field '{0}' is not an expected value")]
    Unexpected(String),
}

impl Resource {
    /// Holds a mocked result against what the service answers; a `.sync` job's against the answer of
    /// the operation that is polled, even where the real result is JSON and the answer text: `Payload`
    /// of `lambda:invoke`, `Output` of `startExecution.sync:2` (boto3 issues 4682 and 4683).
    /// What a function, a worker or the holder of a token returns is anybody's choice.
    ///
    /// # Errors
    /// The first thing that doesn't conform.
    pub fn check_mock(&self, result: &Value, mode: FieldValidationMode) -> Result<(), MockError> {
        let shape = match self {
            Resource::LambdaFunction { .. } | Resource::Activity { .. } => None,
            Resource::Optimized { integration, pattern } => integration.mocked_answer(*pattern),
            Resource::AwsSdk { action, pattern: Pattern::RequestResponse } => action.output(),
            Resource::AwsSdk { .. } => None,
        };
        shape.map_or(Ok(()), |shape| shape.check(result, mode))
    }
}

impl Shape {
    /// Holds a mocked result against this shape.
    ///
    /// Members that the shape doesn't have pass in every mode (recorded, test_state: `SdkHttpMetadata`).
    ///
    /// # Errors
    /// The first thing that doesn't conform.
    pub fn check(self, result: &Value, mode: FieldValidationMode) -> Result<(), MockError> {
        let strict = match mode {
            FieldValidationMode::Strict => true,
            FieldValidationMode::Present => false,
            FieldValidationMode::None => return Ok(()),
        };
        let checked = match result.kind() {
            Kind::Object => Check { strict }.structure(self, result),
            _ => Err(Fault::Whole),
        };
        checked.map_err(|fault| MockError { fault })
    }
}

#[derive(Clone, Copy)]
struct Check {
    /// Whether required members must be there.
    strict: bool,
}

impl Check {
    fn structure(self, shape: Shape, value: &Value) -> Result<(), Fault> {
        for member in shape.members() {
            let name = shape.name_of(member);
            match value.get(name).filter(|value| !value.is_null()) {
                Some(value) => self.value(shape.shape_of(member), name, &value)?,
                None if self.strict && member.is_required() => return Err(Fault::Missing(name)),
                None => {}
            }
        }
        Ok(())
    }

    fn value(self, shape: Shape, name: &str, value: &Value) -> Result<(), Fault> {
        let expect = |kind: Kind, text| {
            if value.kind() == kind { Ok(()) } else { Err(Fault::Type(name.to_owned(), text)) }
        };
        match shape.kind() {
            ShapeKind::Structure(_) => {
                expect(Kind::Object, "an object")?;
                self.structure(shape, value)
            }
            ShapeKind::List(_, item) => {
                expect(Kind::Array, "an array")?;
                value.items().try_for_each(|value| self.value(item, name, &value))
            }
            ShapeKind::Map(_, item) => {
                expect(Kind::Object, "an object")?;
                value.entries().try_for_each(|(key, value)| self.value(item, key, &value))
            }
            ShapeKind::String(bounds, values) => {
                expect(Kind::String, "a string")?;
                let text = value.as_str().unwrap_or_default();
                if !values.is_empty() && !values.contains(&text) {
                    return Err(Fault::Unexpected(name.to_owned()));
                }
                length(bounds, name, text)
            }
            ShapeKind::Blob(bounds) => {
                expect(Kind::String, "a string")?;
                length(bounds, name, value.as_str().unwrap_or_default())
            }
            ShapeKind::Timestamp => expect(Kind::String, "a string"),
            ShapeKind::Integer(bounds) | ShapeKind::Float(bounds) => {
                expect(Kind::Number, "a number")?;
                size(bounds, name, value.as_f64().unwrap_or_default())
            }
            ShapeKind::Boolean => expect(Kind::Bool, "a boolean"),
            ShapeKind::Document => Ok(()),
        }
    }
}

fn length(bounds: Bounds, name: &str, text: &str) -> Result<(), Fault> {
    let length = text.chars().count() as f64;
    if bounds.min.is_some_and(|min| length < min) {
        return Err(Fault::Shortest(name.to_owned()));
    }
    if bounds.max.is_some_and(|max| max < length) {
        return Err(Fault::Longest(name.to_owned()));
    }
    Ok(())
}

fn size(bounds: Bounds, name: &str, number: f64) -> Result<(), Fault> {
    if bounds.min.is_some_and(|min| number < min) {
        return Err(Fault::Least(name.to_owned()));
    }
    if bounds.max.is_some_and(|max| max < number) {
        return Err(Fault::Greatest(name.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(resource: &str, result: &str, mode: FieldValidationMode) -> String {
        let resource = Resource::parse(resource).expect("is known");
        let result = Value::parse(result).expect("is JSON");
        match resource.check_mock(&result, mode) {
            Ok(()) => "conforms".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    fn strict(resource: &str, result: &str) -> String {
        check(resource, result, FieldValidationMode::Strict)
    }

    #[test]
    fn asks_for_required_members_in_strict_mode_alone() {
        let start = "arn:aws:states:::states:startExecution";
        let missing =
            "Mock result schema validation error: Required field 'ExecutionArn' is missing";
        assert_eq!(strict(start, "{}"), missing);
        assert_eq!(strict(start, r#"{"executionArn": "a", "startDate": "b"}"#), missing);
        assert_eq!(check(start, "{}", FieldValidationMode::Present), "conforms");
        assert_eq!(check(start, r#"{"ExecutionArn": 1}"#, FieldValidationMode::None), "conforms");
    }

    #[test]
    fn names_the_innermost_member_that_does_not_conform() {
        let entries = r#"{"Entries": [{"EventId": "first"}, {"EventId": ["second"]}]}"#;
        assert_eq!(
            strict("arn:aws:states:::events:putEvents", entries),
            "Mock result schema validation error: Field 'EventId' must be a string"
        );
        assert_eq!(
            strict(
                "arn:aws:states:::dynamodb:putItem",
                r#"{"ConsumedCapacity": {"CapacityUnits": "123.45"}}"#
            ),
            "Mock result schema validation error: Field 'CapacityUnits' must be a number"
        );
    }

    #[test]
    fn holds_values_and_lengths_against_their_bounds() {
        assert_eq!(
            strict(
                "arn:aws:states:::aws-sdk:lambda:getFunction",
                r#"{"Configuration": {"MemorySize": 127}}"#
            ),
            "Mock result schema validation error: Field 'MemorySize' is less than the minimum value"
        );
        assert_eq!(
            strict("arn:aws:states:::aws-sdk:kms:encrypt", r#"{"CiphertextBlob": ""}"#),
            "Mock result schema validation error: \
             Field 'CiphertextBlob' is smaller than the minimum length"
        );
        assert_eq!(
            strict(
                "arn:aws:states:::aws-sdk:lambda:getFunction",
                r#"{"Configuration": {"State": "Asleep"}}"#
            ),
            "Mock result schema validation error: Field 'State' is not an expected value"
        );
    }

    #[test]
    fn lets_unknown_members_pass() {
        let result = r#"{"Payload": "text", "SdkHttpMetadata": {"HttpStatusCode": "200"}}"#;
        assert_eq!(strict("arn:aws:states:::lambda:invoke", result), "conforms");
    }

    #[test]
    fn wants_text_where_the_answer_is_text_and_the_result_json() {
        assert_eq!(
            strict("arn:aws:states:::lambda:invoke", r#"{"Payload": {"n": 1}}"#),
            "Mock result schema validation error: Field 'Payload' must be a string"
        );
    }

    #[test]
    fn holds_a_job_against_the_operation_that_is_polled() {
        let start = "arn:aws:states:::states:startExecution.sync:2";
        assert_eq!(
            strict(start, r#"{"ExecutionArn": "a", "StartDate": "b"}"#),
            "Mock result schema validation error: Required field 'StateMachineArn' is missing"
        );
        let ended = r#"{"ExecutionArn": "a", "StateMachineArn": "b", "Status": "SUCCEEDED",
            "StartDate": "c", "Output": {"n": 1}}"#;
        assert_eq!(
            strict(start, ended),
            "Mock result schema validation error: Field 'Output' must be a string"
        );
    }

    #[test]
    fn wants_an_object() {
        assert_eq!(
            strict("arn:aws:states:::lambda:invoke", "[1]"),
            "Mock result schema validation error: Mock result must be an object"
        );
    }

    #[test]
    fn leaves_what_comes_back_with_a_token_alone() {
        assert_eq!(
            strict("arn:aws:states:::sqs:sendMessage.waitForTaskToken", r#"{"MessageId": 1}"#),
            "conforms"
        );
    }
}
