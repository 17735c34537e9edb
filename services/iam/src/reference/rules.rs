//! The tables.

use crate::tables::Kind;

/// One thing that an operation does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rule<'a> {
    /// Without its prefix: `InvokeFunction`.
    pub(super) action: &'a str,
    pub(super) resource: Resource,
}

/// What it does it to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Resource {
    /// Nothing in particular: `*`.
    Any,
    /// What the first of these members that is there names by its ARN.
    Arn(&'static [&'static str]),
    /// What a member names by name or ARN; before a name the ARN says `kind`.
    Named {
        members: &'static [&'static str],
        kind: &'static str,
    },
    /// All of a kind in the account.
    Under {
        kind: &'static str,
    },
    QueueUrl,
    Function,
    Tables,
    Object,
    /// A user, group or role by the name in that member.
    Identity(Kind, &'static str),
}

/// What an operation of a room does, each upon which resource.
pub(super) fn rules<'a>(room: &str, operation: &'a str) -> Vec<Rule<'a>> {
    let same = |resource| vec![Rule { action: operation, resource }];
    let as_action = |action, resource| vec![Rule { action, resource }];
    match room {
        "states" => same(states(operation)),
        "sqs" => match operation {
            "CreateQueue" => same(Resource::Named { members: &["QueueName"], kind: "" }),
            "GetQueueUrl" => same(Resource::Named { members: &["QueueName"], kind: "" }),
            "SendMessageBatch" => as_action("SendMessage", Resource::QueueUrl),
            "DeleteMessageBatch" => as_action("DeleteMessage", Resource::QueueUrl),
            "ChangeMessageVisibilityBatch" => {
                as_action("ChangeMessageVisibility", Resource::QueueUrl)
            }
            _ => same(Resource::QueueUrl),
        },
        "sns" => match operation {
            "CreateTopic" => same(Resource::Named { members: &["Name"], kind: "" }),
            "PublishBatch" => as_action("Publish", Resource::Arn(&["TopicArn"])),
            _ => same(Resource::Arn(&["TopicArn", "TargetArn", "SubscriptionArn", "ResourceArn"])),
        },
        "lambda" => match operation {
            "Invoke" | "InvokeAsync" | "InvokeWithResponseStream" => {
                as_action("InvokeFunction", Resource::Function)
            }
            "TagResource" | "UntagResource" | "ListTags" => same(Resource::Arn(&["Resource"])),
            _ => same(Resource::Function),
        },
        "dynamodb" => dynamodb(operation),
        "s3" => s3(operation),
        "logs" => match operation {
            "DescribeLogGroups" => same(Resource::Under { kind: "log-group:" }),
            _ => same(Resource::Named {
                members: &["logGroupName", "logGroupIdentifier"],
                kind: "log-group:",
            }),
        },
        "events" => match operation {
            "PutRule" | "DeleteRule" | "DescribeRule" | "EnableRule" | "DisableRule" => {
                same(Resource::Named { members: &["Name"], kind: "rule/" })
            }
            "PutTargets" | "RemoveTargets" | "ListTargetsByRule" => {
                same(Resource::Named { members: &["Rule"], kind: "rule/" })
            }
            "CreateConnection" | "UpdateConnection" | "DescribeConnection" | "DeleteConnection" => {
                same(Resource::Named { members: &["Name"], kind: "connection/" })
            }
            "CreateEventBus" | "DeleteEventBus" | "DescribeEventBus" => {
                same(Resource::Named { members: &["Name"], kind: "event-bus/" })
            }
            _ => same(Resource::Any),
        },
        "ecs" => match operation {
            "RunTask" => {
                same(Resource::Named { members: &["taskDefinition"], kind: "task-definition/" })
            }
            "StopTask" => same(Resource::Arn(&["task"])),
            _ => same(Resource::Any),
        },
        "batch" => match operation {
            "SubmitJob" => vec![
                Rule {
                    action: operation,
                    resource: Resource::Named {
                        members: &["jobDefinition"],
                        kind: "job-definition/",
                    },
                },
                Rule {
                    action: operation,
                    resource: Resource::Named { members: &["jobQueue"], kind: "job-queue/" },
                },
            ],
            _ => same(Resource::Any),
        },
        "iam" => same(iam(operation)),
        "sts" => match operation {
            // Nobody needs permission to learn who he is, and roles decide themselves who may be them.
            "GetCallerIdentity" | "GetSessionToken" | "AssumeRole" => Vec::new(),
            _ => same(Resource::Any),
        },
        _ => same(Resource::Any),
    }
}

/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html>
fn states(operation: &str) -> Resource {
    match operation {
        "CreateStateMachine" => Resource::Named { members: &["name"], kind: "stateMachine:" },
        "CreateActivity" => Resource::Named { members: &["name"], kind: "activity:" },
        "ListStateMachines" => Resource::Under { kind: "stateMachine:" },
        "ListActivities" => Resource::Under { kind: "activity:" },
        "SendTaskSuccess"
        | "SendTaskFailure"
        | "SendTaskHeartbeat"
        | "TestState"
        | "ValidateStateMachineDefinition" => Resource::Any,
        _ => Resource::Arn(&[
            "stateMachineArn",
            "executionArn",
            "activityArn",
            "mapRunArn",
            "stateMachineAliasArn",
            "stateMachineVersionArn",
            "resourceArn",
        ]),
    }
}

/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html>
fn dynamodb(operation: &str) -> Vec<Rule<'_>> {
    let actions: &[&str] = match operation {
        "ListTables" | "DescribeLimits" | "DescribeEndpoints" => {
            return vec![Rule { action: operation, resource: Resource::Any }];
        }
        "TransactGetItems" => &["GetItem"],
        // Which of the three it needs is in its items; who has all of them can do any.
        "TransactWriteItems" => &["PutItem", "UpdateItem", "DeleteItem"],
        "ExecuteStatement" | "BatchExecuteStatement" | "ExecuteTransaction" => {
            &["PartiQLSelect", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"]
        }
        "TagResource" | "UntagResource" | "ListTagsOfResource" => {
            return vec![Rule { action: operation, resource: Resource::Arn(&["ResourceArn"]) }];
        }
        _ => return vec![Rule { action: operation, resource: Resource::Tables }],
    };
    actions.iter().map(|action| Rule { action, resource: Resource::Tables }).collect()
}

/// S3's actions have names of their own.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html>
fn s3(operation: &str) -> Vec<Rule<'_>> {
    let action = match operation {
        "ListBuckets" => {
            return vec![Rule { action: "ListAllMyBuckets", resource: Resource::Any }];
        }
        "ListObjects" | "ListObjectsV2" | "HeadBucket" => "ListBucket",
        "ListObjectVersions" => "ListBucketVersions",
        "HeadObject" => "GetObject",
        "DeleteObjects" => "DeleteObject",
        "CopyObject"
        | "CreateMultipartUpload"
        | "UploadPart"
        | "UploadPartCopy"
        | "CompleteMultipartUpload" => "PutObject",
        "ListMultipartUploads" => "ListBucketMultipartUploads",
        "ListParts" => "ListMultipartUploadParts",
        "GetBucketNotificationConfiguration" => "GetBucketNotification",
        "PutBucketNotificationConfiguration" => "PutBucketNotification",
        "DeleteObjectTagging" => "DeleteObjectTagging",
        "DeleteBucketTagging" => "PutBucketTagging",
        _ => operation,
    };
    vec![Rule { action, resource: Resource::Object }]
}

/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html>
fn iam(operation: &str) -> Resource {
    match operation {
        "CreatePolicy" => Resource::Named { members: &["PolicyName"], kind: "policy/" },
        "AddUserToGroup" | "RemoveUserFromGroup" => Resource::Identity(Kind::Group, "GroupName"),
        "ListUsers"
        | "ListRoles"
        | "ListGroups"
        | "ListPolicies"
        | "SimulateCustomPolicy"
        | "GetAccountSummary"
        | "GetAccountAuthorizationDetails"
        | "ListAccountAliases"
        | "CreateAccountAlias"
        | "DeleteAccountAlias"
        | "ListInstanceProfiles"
        | "GetContextKeysForCustomPolicy" => Resource::Any,
        "SimulatePrincipalPolicy" | "GetContextKeysForPrincipalPolicy" => {
            Resource::Arn(&["PolicySourceArn"])
        }
        _ if operation.contains("Role") => Resource::Identity(Kind::Role, "RoleName"),
        _ if operation.contains("Group") && !operation.contains("User") => {
            Resource::Identity(Kind::Group, "GroupName")
        }
        _ if operation.contains("User") || operation.contains("AccessKey") => {
            Resource::Identity(Kind::User, "UserName")
        }
        _ if operation.contains("Policy") => Resource::Arn(&["PolicyArn"]),
        _ => Resource::Any,
    }
}
