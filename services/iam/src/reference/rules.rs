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
    /// What these members name by ARN, each of them that is there: which one the room goes by is the room's affair.
    Arn(&'static [&'static str]),
    /// What these members name by name or ARN, each of them that is there; before a name the ARN says `kind`.
    Named {
        members: &'static [&'static str],
        kind: &'static str,
    },
    /// What the room tells. See [`member_to_be_told`].
    Told,
    /// The topic of whose subscription these members hold the ARN, or its own.
    TopicOf(&'static [&'static str]),
    /// The log group and stream of the request.
    LogGroup,
    /// All of a kind in the account.
    Under {
        kind: &'static str,
    },
    /// What a member names by `name:revision`, by `name` or by ARN.
    Revision {
        member: &'static str,
        kind: &'static str,
    },
    /// The clusters that a member names, or the default one.
    Cluster(&'static str),
    /// The tasks that a member names.
    Task(&'static str),
    /// The event bus that a member names, or the default one.
    Bus(&'static str),
    /// The event buses of the events of a request.
    BusesOfEntries,
    /// The rule that a member names, of the request's bus.
    EventRule(&'static str),
    /// A schedule of the request's group.
    Schedule,
    LayerVersion,
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
    match room {
        "states" => same(states(operation)),
        "sqs" => vec![sqs(operation)],
        "sns" => match operation {
            "CreateTopic" => same(Resource::Named { members: &["Name"], kind: "" }),
            "PublishBatch" => {
                vec![Rule { action: "Publish", resource: Resource::Arn(&["TopicArn"]) }]
            }
            _ => same(Resource::TopicOf(&[
                "TopicArn",
                "TargetArn",
                "SubscriptionArn",
                "ResourceArn",
            ])),
        },
        "lambda" => vec![lambda(operation)],
        "dynamodb" => dynamodb(operation),
        "dynamodbstreams" => match operation {
            "GetRecords" => same(Resource::Told),
            _ => same(Resource::Arn(&["StreamArn"])),
        },
        "s3" => s3(operation),
        "logs" => match operation {
            "DescribeLogGroups" => same(Resource::Under { kind: "log-group:" }),
            "TagResource" | "UntagResource" | "ListTagsForResource" => {
                same(Resource::Named { members: &["resourceArn"], kind: "log-group:" })
            }
            _ => same(Resource::LogGroup),
        },
        "events" => same(events(operation)),
        "scheduler" => same(scheduler(operation)),
        "ecs" => same(ecs(operation)),
        "batch" => batch(operation),
        "appsync" => same(match operation {
            "TagResource" | "UntagResource" | "ListTagsForResource" => {
                Resource::Arn(&["resourceArn"])
            }
            _ => Resource::Named { members: &["apiId"], kind: "apis/" },
        }),
        "rdsdata" => same(Resource::Arn(&["resourceArn", "dbClusterOrInstanceArn"])),
        "iam" => same(iam(operation)),
        "sts" => match operation {
            // Nobody needs permission to learn who he is, and roles decide themselves who may be them.
            "GetCallerIdentity"
            | "GetSessionToken"
            | "AssumeRole"
            | "AssumeRoleWithWebIdentity" => Vec::new(),
            _ => same(Resource::Any),
        },
        _ => same(Resource::Any),
    }
}

/// The member that stands for something whose ARN only the room can tell: a task of moves, a position in a stream,
/// a definition without the number of its revision, which is the newest that is active.
pub(super) fn member_to_be_told(room: &str, operation: &str) -> Option<&'static str> {
    match (room, operation) {
        ("sqs", "CancelMessageMoveTask") => Some("TaskHandle"),
        ("dynamodbstreams", "GetRecords") => Some("ShardIterator"),
        ("ecs", "RunTask" | "StartTask") => Some("taskDefinition"),
        ("batch", "SubmitJob") => Some("jobDefinition"),
        _ => None,
    }
}

/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html>
fn sqs(operation: &str) -> Rule<'_> {
    let (action, resource) = match operation {
        "CreateQueue" | "GetQueueUrl" => {
            (operation, Resource::Named { members: &["QueueName"], kind: "" })
        }
        "SendMessageBatch" => ("SendMessage", Resource::QueueUrl),
        "DeleteMessageBatch" => ("DeleteMessage", Resource::QueueUrl),
        "ChangeMessageVisibilityBatch" => ("ChangeMessageVisibility", Resource::QueueUrl),
        "StartMessageMoveTask" | "ListMessageMoveTasks" => {
            (operation, Resource::Arn(&["SourceArn"]))
        }
        "CancelMessageMoveTask" => (operation, Resource::Told),
        _ => (operation, Resource::QueueUrl),
    };
    Rule { action, resource }
}

/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html>
fn lambda(operation: &str) -> Rule<'_> {
    let (action, resource) = match operation {
        "Invoke" | "InvokeAsync" | "InvokeWithResponseStream" => {
            ("InvokeFunction", Resource::Function)
        }
        "TagResource" | "UntagResource" | "ListTags" => (operation, Resource::Arn(&["Resource"])),
        "GetEventSourceMapping" | "UpdateEventSourceMapping" | "DeleteEventSourceMapping" => {
            (operation, Resource::Named { members: &["UUID"], kind: "event-source-mapping:" })
        }
        "PublishLayerVersion" | "ListLayerVersions" => {
            (operation, Resource::Named { members: &["LayerName"], kind: "layer:" })
        }
        "GetLayerVersionByArn" => ("GetLayerVersion", Resource::Arn(&["Arn"])),
        _ if operation.contains("LayerVersion") => (operation, Resource::LayerVersion),
        _ => (operation, Resource::Function),
    };
    Rule { action, resource }
}

/// Whether an operation upon a function goes by a `Qualifier`.
pub(super) fn takes_qualifier(operation: &str) -> bool {
    matches!(
        operation,
        "Invoke"
            | "InvokeWithResponseStream"
            | "GetFunction"
            | "GetFunctionConfiguration"
            | "DeleteFunction"
            | "AddPermission"
            | "RemovePermission"
            | "GetPolicy"
            | "GetFunctionEventInvokeConfig"
            | "PutFunctionEventInvokeConfig"
            | "UpdateFunctionEventInvokeConfig"
            | "DeleteFunctionEventInvokeConfig"
            | "CreateFunctionUrlConfig"
            | "GetFunctionUrlConfig"
            | "UpdateFunctionUrlConfig"
            | "DeleteFunctionUrlConfig"
    )
}

/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html>
fn events(operation: &str) -> Resource {
    let named = |members, kind| Resource::Named { members, kind };
    match operation {
        "PutEvents" => Resource::BusesOfEntries,
        "PutRule" | "DeleteRule" | "DescribeRule" | "EnableRule" | "DisableRule" => {
            Resource::EventRule("Name")
        }
        "PutTargets" | "RemoveTargets" | "ListTargetsByRule" => Resource::EventRule("Rule"),
        "CreateEventBus" | "UpdateEventBus" | "DeleteEventBus" | "DescribeEventBus" => {
            Resource::Bus("Name")
        }
        "PutPermission" | "RemovePermission" => Resource::Bus("EventBusName"),
        "TagResource" | "UntagResource" | "ListTagsForResource" => Resource::Arn(&["ResourceARN"]),
        "RetrieveConnectionSecrets" => named(&["ConnectionArn"], "connection/"),
        _ if operation.starts_with("List") => Resource::Any,
        _ if operation.ends_with("Connection") => named(&["Name"], "connection/"),
        _ if operation.ends_with("ApiDestination") => named(&["Name"], "api-destination/"),
        _ if operation.ends_with("Archive") => named(&["ArchiveName"], "archive/"),
        _ if operation.ends_with("Replay") => named(&["ReplayName"], "replay/"),
        _ => Resource::Any,
    }
}

/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridgescheduler.html>
fn scheduler(operation: &str) -> Resource {
    match operation {
        "TagResource" | "UntagResource" | "ListTagsForResource" => Resource::Arn(&["ResourceArn"]),
        _ if operation.starts_with("List") => Resource::Any,
        _ if operation.ends_with("ScheduleGroup") => {
            Resource::Named { members: &["Name"], kind: "schedule-group/" }
        }
        _ => Resource::Schedule,
    }
}

/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html>
fn ecs(operation: &str) -> Resource {
    match operation {
        "CreateCluster" => Resource::Cluster("clusterName"),
        "DescribeClusters" => Resource::Cluster("clusters"),
        "DeleteCluster" | "ListTasks" => Resource::Cluster("cluster"),
        "StopTask" => Resource::Task("task"),
        "DescribeTasks" => Resource::Task("tasks"),
        "RegisterTaskDefinition" => {
            Resource::Revision { member: "family", kind: "task-definition/" }
        }
        "RunTask" | "StartTask" | "DescribeTaskDefinition" | "DeregisterTaskDefinition" => {
            Resource::Revision { member: "taskDefinition", kind: "task-definition/" }
        }
        "TagResource" | "UntagResource" | "ListTagsForResource" => Resource::Arn(&["resourceArn"]),
        _ => Resource::Any,
    }
}

/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbatch.html>
fn batch(operation: &str) -> Vec<Rule<'_>> {
    let named = |members, kind| Resource::Named { members, kind };
    let definition = Resource::Revision { member: "jobDefinition", kind: "job-definition/" };
    let resource = match operation {
        "SubmitJob" => {
            let queue = named(&["jobQueue"], "job-queue/");
            return [definition, queue].map(|resource| Rule { action: operation, resource }).into();
        }
        "RegisterJobDefinition" => {
            Resource::Revision { member: "jobDefinitionName", kind: "job-definition/" }
        }
        "DeregisterJobDefinition" => definition,
        "CancelJob" | "TerminateJob" => named(&["jobId"], "job/"),
        "CreateJobQueue" => named(&["jobQueueName"], "job-queue/"),
        "UpdateJobQueue" | "DeleteJobQueue" => named(&["jobQueue"], "job-queue/"),
        "CreateComputeEnvironment" => named(&["computeEnvironmentName"], "compute-environment/"),
        "UpdateComputeEnvironment" | "DeleteComputeEnvironment" => {
            named(&["computeEnvironment"], "compute-environment/")
        }
        "TagResource" | "UntagResource" | "ListTagsForResource" => Resource::Arn(&["resourceArn"]),
        _ => Resource::Any,
    };
    vec![Rule { action: operation, resource }]
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
        // What these do is in their statements.
        "ExecuteStatement" | "BatchExecuteStatement" | "ExecuteTransaction" => &[],
        "TagResource"
        | "UntagResource"
        | "ListTagsOfResource"
        | "PutResourcePolicy"
        | "GetResourcePolicy"
        | "DeleteResourcePolicy" => {
            return vec![Rule { action: operation, resource: Resource::Arn(&["ResourceArn"]) }];
        }
        "DescribeBackup" | "DeleteBackup" => {
            return vec![Rule { action: operation, resource: Resource::Arn(&["BackupArn"]) }];
        }
        "RestoreTableFromBackup" | "RestoreTableToPointInTime" => {
            let members = &["BackupArn", "SourceTableArn", "SourceTableName", "TargetTableName"];
            let resource = Resource::Named { members, kind: "table/" };
            return vec![Rule { action: operation, resource }];
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
        "CreateLoginProfile" | "GetLoginProfile" | "UpdateLoginProfile" | "DeleteLoginProfile" => {
            Resource::Identity(Kind::User, "UserName")
        }
        _ if operation.contains("Role") => Resource::Identity(Kind::Role, "RoleName"),
        _ if operation.contains("InstanceProfile") => {
            Resource::Named { members: &["InstanceProfileName"], kind: "instance-profile/" }
        }
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
