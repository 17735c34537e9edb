//! Reads the text of a `Resource`.

use base::Arn;

use super::optimized::{Integration, Pattern};
use super::shape::Shape;
use super::tables::{self, Action};

/// What a Task's `Resource` names.
#[derive(Clone, Debug)]
pub enum Resource {
    /// A Lambda function called directly: its result is the Task's result, and it has its own events.
    LambdaFunction {
        arn: String,
    },
    Activity {
        arn: String,
    },
    Optimized {
        integration: Integration,
        pattern: Pattern,
    },
    AwsSdk {
        action: Action,
        pattern: Pattern,
    },
}

/// What the `Resource` of an `ItemReader` or a `ResultWriter` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BulkResource {
    S3GetObject,
    S3ListObjectsV2,
    S3PutObject,
}

/// Why a text names no resource, in AWS's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResourceError {
    #[error("Value is not a valid resource ARN")]
    NotAnArn,
    #[error(
        "The resource provided {0} is not recognized. The value is not a valid resource ARN, \
         or the resource is not available in this region."
    )]
    NotRecognized(String),
}

impl Resource {
    /// Reads `arn:<partition>:states:<region?>:<account?>:<service>:<action>[.pattern]`, the same with
    /// `aws-sdk:` before the service, an activity's ARN or a Lambda function's.
    ///
    /// AWS looks neither at region and account nor at whether the function or activity exists:
    /// `arn:aws:lambda:your-region:your-account-id:function:f` passes (recorded, test_state).
    ///
    /// # Errors
    /// If it isn't an ARN, or names nothing that Step Functions knows.
    pub fn parse(text: &str) -> Result<Resource, ResourceError> {
        let arn = Arn::parse(text).map_err(|_| ResourceError::NotAnArn)?;
        let known = is_partition(&arn.partition).then(|| known(&arn, text)).flatten();
        known.ok_or_else(|| ResourceError::NotRecognized(text.to_owned()))
    }

    /// `resourceType` in history events; a direct function and an activity have none.
    #[must_use]
    pub fn resource_type(&self) -> Option<String> {
        match self {
            Resource::LambdaFunction { .. } | Resource::Activity { .. } => None,
            Resource::Optimized { integration, .. } => Some(integration.service().to_owned()),
            Resource::AwsSdk { action, .. } => Some(format!("aws-sdk:{}", action.service().name())),
        }
    }

    /// `resource` in history events: the action with its pattern, or the ARN.
    #[must_use]
    pub fn resource(&self) -> String {
        match self {
            Resource::LambdaFunction { arn } | Resource::Activity { arn } => arn.clone(),
            Resource::Optimized { integration, pattern } => {
                format!("{}{}", integration.action(), pattern.suffix())
            }
            Resource::AwsSdk { action, pattern } => {
                format!("{}{}", action.name(), pattern.suffix())
            }
        }
    }

    /// How the Task waits. An activity waits for a worker, which is no pattern of a service.
    #[must_use]
    pub fn pattern(&self) -> Pattern {
        match self {
            Resource::LambdaFunction { .. } | Resource::Activity { .. } => Pattern::RequestResponse,
            Resource::Optimized { pattern, .. } | Resource::AwsSdk { pattern, .. } => *pattern,
        }
    }

    /// The shape of `Parameters` or `Arguments`, where it is known.
    #[must_use]
    pub fn arguments(&self) -> Option<Shape> {
        match self {
            Resource::LambdaFunction { .. } | Resource::Activity { .. } => None,
            Resource::Optimized { integration, .. } => integration.arguments(),
            Resource::AwsSdk { action, .. } => action.input(),
        }
    }
}

impl BulkResource {
    /// Reads `arn:<partition>:states:::s3:<action>`.
    ///
    /// # Errors
    /// If it isn't an ARN, or none that Distributed Map reads from or writes to.
    pub fn parse(text: &str) -> Result<BulkResource, ResourceError> {
        let arn = Arn::parse(text).map_err(|_| ResourceError::NotAnArn)?;
        if is_partition(&arn.partition) && arn.service == "states" {
            match arn.resource.as_str() {
                "s3:getObject" => return Ok(BulkResource::S3GetObject),
                "s3:listObjectsV2" => return Ok(BulkResource::S3ListObjectsV2),
                "s3:putObject" => return Ok(BulkResource::S3PutObject),
                _ => {}
            }
        }
        Err(ResourceError::NotRecognized(text.to_owned()))
    }
}

fn is_partition(text: &str) -> bool {
    text == "aws" || text.starts_with("aws-")
}

fn known(arn: &Arn, text: &str) -> Option<Resource> {
    let (kind, name) = arn.resource.split_once(':')?;
    match (arn.service.as_str(), kind) {
        ("lambda", "function") if !name.is_empty() => {
            Some(Resource::LambdaFunction { arn: text.to_owned() })
        }
        ("states", "activity") if !name.is_empty() => {
            Some(Resource::Activity { arn: text.to_owned() })
        }
        ("states", "aws-sdk") => {
            let (service, action) = name.split_once(':')?;
            let (action, pattern) = Pattern::split(action)?;
            let allowed = matches!(pattern, Pattern::RequestResponse | Pattern::WaitForTaskToken);
            let action = allowed.then(|| tables::lookup(service, action)).flatten()?;
            Some(Resource::AwsSdk { action, pattern })
        }
        ("states", service) => {
            let (action, pattern) = Pattern::split(name)?;
            let integration = Integration::find(service, action)?;
            integration.supports(pattern).then_some(Resource::Optimized { integration, pattern })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> (Option<String>, String) {
        let resource = Resource::parse(text).expect("is known");
        (resource.resource_type(), resource.resource())
    }

    fn refusal(text: &str) -> String {
        Resource::parse(text).expect_err("is refused").to_string()
    }

    #[test]
    fn names_what_history_shows() {
        for (text, resource_type, resource) in [
            ("arn:aws:states:::lambda:invoke", "lambda", "invoke"),
            ("arn:aws:states:::states:startExecution.sync:2", "states", "startExecution.sync:2"),
            (
                "arn:aws-us-gov:states:::sqs:sendMessage.waitForTaskToken",
                "sqs",
                "sendMessage.waitForTaskToken",
            ),
            ("arn:aws:states:::aws-sdk:dynamodb:putItem", "aws-sdk:dynamodb", "putItem"),
            ("arn:aws:states:us-east-1:1:aws-sdk:s3:getObject", "aws-sdk:s3", "getObject"),
            ("arn:aws:states:::elasticmapreduce:addStep.sync", "elasticmapreduce", "addStep.sync"),
        ] {
            assert_eq!(names(text), (Some(resource_type.to_owned()), resource.to_owned()));
        }
    }

    #[test]
    fn takes_functions_and_activities_by_their_arn() {
        let function = "arn:aws:lambda:your-region:your-account-id:function:hello:live";
        assert_eq!(names(function), (None, function.to_owned()));
        assert!(matches!(Resource::parse(function), Ok(Resource::LambdaFunction { .. })));
        let activity = "arn:aws:states:us-east-1:000000000000:activity:sort";
        assert!(matches!(Resource::parse(activity), Ok(Resource::Activity { .. })));
    }

    #[test]
    fn refuses_what_step_functions_does_not_know_in_its_words() {
        assert_eq!(refusal("sort"), "Value is not a valid resource ARN");
        assert_eq!(
            refusal("arn:aws:states:::dynamodb:query"),
            "The resource provided arn:aws:states:::dynamodb:query is not recognized. \
             The value is not a valid resource ARN, or the resource is not available in this region."
        );
    }

    #[test]
    fn refuses_patterns_a_service_does_not_have() {
        for text in [
            "arn:aws:states:::dynamodb:putItem.sync",
            "arn:aws:states:::batch:submitJob.sync:2",
            "arn:aws:states:::batch:submitJob.waitForTaskToken",
            "arn:aws:states:::aws-sdk:batch:submitJob.sync",
            "arn:aws:states:::lambda:invoke.later",
        ] {
            assert!(refusal(text).contains("is not recognized"), "{text}");
        }
    }

    #[test]
    fn refuses_actions_that_no_workflow_can_call() {
        for text in [
            "arn:aws:states:::aws-sdk:s3:selectObjectContent",
            "arn:aws:states:::aws-sdk:kinesis:subscribeToShard",
            "arn:aws:states:::aws-sdk:dynamodb:PutItem",
            "arn:aws:states:::aws-sdk:dynamodb:putItems",
            "arn:aws:states:::aws-sdk:stepfunctions:startExecution",
            "arn:aws:sqs:us-east-1:000000000000:queue",
            "arn:aws:states:us-east-1:000000000000:activity:",
        ] {
            assert!(refusal(text).contains("is not recognized"), "{text}");
        }
    }

    #[test]
    fn reads_and_writes_items_through_s3_alone() {
        let get = BulkResource::parse("arn:aws:states:::s3:getObject");
        assert_eq!(get, Ok(BulkResource::S3GetObject));
        assert!(BulkResource::parse("arn:aws:states:::s3:deleteObject").is_err());
        assert!(Resource::parse("arn:aws:states:::s3:getObject").is_err());
    }
}
