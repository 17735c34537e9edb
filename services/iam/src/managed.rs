//! Policies that AWS brings: those that people attach most. Others aren't here and can't be attached.
//!
//! Documents are what AWS's pages show, shortened where a page lists actions of services that no house has.
//! <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html>

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use crate::errors::Error;
use crate::tables::{ManagedPolicy, PolicyVersion};
use crate::world::{Managed, World};

const PREFIX: &str = "arn:aws:iam::aws:policy";

/// Path, name, and the statements that it allows: actions, by one line.
const POLICIES: &[(&str, &str, &[&str])] = &[
    ("/", "AdministratorAccess", &["*"]),
    ("/", "AmazonDynamoDBFullAccess", &["dynamodb:*", "dax:*"]),
    (
        "/",
        "AmazonDynamoDBReadOnlyAccess",
        &[
            "dynamodb:BatchGetItem",
            "dynamodb:Describe*",
            "dynamodb:List*",
            "dynamodb:GetItem",
            "dynamodb:Query",
            "dynamodb:Scan",
            "dynamodb:PartiQLSelect",
        ],
    ),
    ("/", "AmazonEventBridgeFullAccess", &["events:*", "schemas:*", "scheduler:*", "pipes:*"]),
    ("/", "AmazonS3FullAccess", &["s3:*", "s3-object-lambda:*"]),
    (
        "/",
        "AmazonS3ReadOnlyAccess",
        &["s3:Get*", "s3:List*", "s3:Describe*", "s3-object-lambda:Get*", "s3-object-lambda:List*"],
    ),
    ("/", "AmazonSNSFullAccess", &["sns:*"]),
    (
        "/",
        "AmazonSNSReadOnlyAccess",
        &[
            "sns:GetTopicAttributes",
            "sns:List*",
            "sns:CheckIfPhoneNumberIsOptedOut",
            "sns:GetEndpointAttributes",
        ],
    ),
    ("/", "AmazonSQSFullAccess", &["sqs:*"]),
    (
        "/",
        "AmazonSQSReadOnlyAccess",
        &[
            "sqs:GetQueueAttributes",
            "sqs:GetQueueUrl",
            "sqs:ListDeadLetterSourceQueues",
            "sqs:ListQueues",
            "sqs:ListMessageMoveTasks",
            "sqs:ListQueueTags",
        ],
    ),
    (
        "/",
        "AWSLambda_FullAccess",
        &[
            "lambda:*",
            "logs:DescribeLogStreams",
            "logs:GetLogEvents",
            "logs:FilterLogEvents",
            "states:DescribeStateMachine",
            "states:ListStateMachines",
            "tag:GetResources",
        ],
    ),
    (
        "/",
        "AWSLambda_ReadOnlyAccess",
        &[
            "lambda:Get*",
            "lambda:List*",
            "logs:DescribeLogStreams",
            "logs:GetLogEvents",
            "logs:FilterLogEvents",
        ],
    ),
    ("/", "AWSStepFunctionsConsoleFullAccess", &["states:*"]),
    ("/", "AWSStepFunctionsFullAccess", &["states:*"]),
    (
        "/",
        "AWSStepFunctionsReadOnlyAccess",
        &["states:List*", "states:Describe*", "states:GetExecutionHistory"],
    ),
    (
        "/",
        "AWSXRayDaemonWriteAccess",
        &[
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
            "xray:GetSamplingRules",
            "xray:GetSamplingTargets",
            "xray:GetSamplingStatisticSummaries",
        ],
    ),
    ("/", "CloudWatchFullAccess", &["autoscaling:Describe*", "cloudwatch:*", "logs:*", "sns:*"]),
    ("/", "CloudWatchLogsFullAccess", &["logs:*", "cloudwatch:GenerateQuery"]),
    (
        "/",
        "CloudWatchLogsReadOnlyAccess",
        &[
            "logs:Describe*",
            "logs:Get*",
            "logs:List*",
            "logs:StartQuery",
            "logs:StopQuery",
            "logs:TestMetricFilter",
            "logs:FilterLogEvents",
            "logs:StartLiveTail",
            "logs:StopLiveTail",
        ],
    ),
    ("/", "AWSLambdaExecute", &["logs:*", "s3:GetObject", "s3:PutObject"]),
    ("/", "IAMFullAccess", &["iam:*"]),
    ("/", "ReadOnlyAccess", READ_ONLY),
    (
        "/",
        "IAMReadOnlyAccess",
        &[
            "iam:GenerateCredentialReport",
            "iam:Get*",
            "iam:List*",
            "iam:SimulateCustomPolicy",
            "iam:SimulatePrincipalPolicy",
        ],
    ),
    (
        "/service-role/",
        "AWSLambdaBasicExecutionRole",
        &["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
    ),
    (
        "/service-role/",
        "AWSLambdaDynamoDBExecutionRole",
        &[
            "dynamodb:DescribeStream",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
            "dynamodb:ListStreams",
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:PutLogEvents",
        ],
    ),
    (
        "/service-role/",
        "AWSLambdaKinesisExecutionRole",
        &[
            "kinesis:DescribeStream",
            "kinesis:DescribeStreamSummary",
            "kinesis:GetRecords",
            "kinesis:GetShardIterator",
            "kinesis:ListShards",
            "kinesis:ListStreams",
            "kinesis:SubscribeToShard",
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:PutLogEvents",
        ],
    ),
    (
        "/service-role/",
        "AmazonECSTaskExecutionRolePolicy",
        &[
            "ecr:GetAuthorizationToken",
            "ecr:BatchCheckLayerAvailability",
            "ecr:GetDownloadUrlForLayer",
            "ecr:BatchGetImage",
            "logs:CreateLogStream",
            "logs:PutLogEvents",
        ],
    ),
    (
        "/service-role/",
        "AWSBatchServiceRole",
        &[
            "ecs:DescribeClusters",
            "ecs:DescribeContainerInstances",
            "ecs:DescribeTaskDefinition",
            "ecs:DescribeTasks",
            "ecs:ListAccountSettings",
            "ecs:ListClusters",
            "ecs:ListContainerInstances",
            "ecs:ListTaskDefinitionFamilies",
            "ecs:ListTaskDefinitions",
            "ecs:ListTasks",
            "ecs:CreateCluster",
            "ecs:DeleteCluster",
            "ecs:RegisterTaskDefinition",
            "ecs:DeregisterTaskDefinition",
            "ecs:RunTask",
            "ecs:StartTask",
            "ecs:StopTask",
            "ecs:UpdateContainerAgent",
            "ecs:DeregisterContainerInstance",
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:PutLogEvents",
            "logs:DescribeLogGroups",
            "iam:GetInstanceProfile",
            "iam:GetRole",
        ],
    ),
    ("/service-role/", "AWSLambdaRole", &["lambda:InvokeFunction"]),
    (
        "/service-role/",
        "AWSLambdaSQSQueueExecutionRole",
        &[
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:PutLogEvents",
        ],
    ),
    (
        "/service-role/",
        "AWSLambdaVPCAccessExecutionRole",
        &[
            "logs:CreateLogGroup",
            "logs:CreateLogStream",
            "logs:PutLogEvents",
            "ec2:CreateNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DeleteNetworkInterface",
        ],
    ),
];

/// Everything but who may do what in the account.
const POWER_USER: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"},{"Effect":"Allow","Action":["iam:CreateServiceLinkedRole","iam:DeleteServiceLinkedRole","iam:ListRoles"],"Resource":"*"}]}"#;
const ECS_FULL_ACCESS: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ecs:*","events:DeleteRule","events:DescribeRule","events:ListRuleNamesByTarget","events:ListTargetsByRule","events:PutRule","events:PutTargets","events:RemoveTargets","iam:ListAttachedRolePolicies","iam:ListInstanceProfiles","iam:ListRoles","lambda:ListFunctions","logs:CreateLogGroup","logs:DescribeLogGroups","logs:FilterLogEvents","sns:ListTopics"],"Resource":"*"},{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringLike":{"iam:PassedToService":"ecs-tasks.amazonaws.com"}}}]}"#;
const SECRETS_MANAGER_READ_WRITE: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["secretsmanager:*","kms:DescribeKey","kms:ListAliases","kms:ListKeys","lambda:ListFunctions","tag:GetResources"],"Resource":"*"},{"Effect":"Allow","Action":["lambda:AddPermission","lambda:CreateFunction","lambda:GetFunction","lambda:InvokeFunction","lambda:UpdateFunctionConfiguration"],"Resource":"arn:aws:lambda:*:*:function:SecretsManager*"}]}"#;
/// AWS lists hundreds of actions; these are the verbs of those of them that are a room's.
const READ_ONLY: &[&str] = &[
    "dynamodb:BatchGet*",
    "dynamodb:Describe*",
    "dynamodb:Get*",
    "dynamodb:List*",
    "dynamodb:Query",
    "dynamodb:Scan",
    "events:Describe*",
    "events:List*",
    "events:Test*",
    "iam:Generate*",
    "iam:Get*",
    "iam:List*",
    "iam:Simulate*",
    "lambda:Get*",
    "lambda:List*",
    "logs:Describe*",
    "logs:FilterLogEvents",
    "logs:Get*",
    "logs:List*",
    "s3:Get*",
    "s3:List*",
    "sns:Get*",
    "sns:List*",
    "sqs:Get*",
    "sqs:List*",
    "states:Describe*",
    "states:Get*",
    "states:List*",
    "sts:GetAccessKeyInfo",
    "sts:GetCallerIdentity",
    "sts:GetSessionToken",
];

static MANAGED: LazyLock<BTreeMap<String, Arc<Managed>>> = LazyLock::new(|| {
    let mut world = World::default();
    let documents = POLICIES.iter().map(|(path, name, actions)| {
        let actions: Vec<String> = actions.iter().map(|action| format!("\"{action}\"")).collect();
        let actions = actions.join(",");
        let document = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":[{actions}],"Resource":"*"}}]}}"#
        );
        (*path, *name, document)
    });
    let whole = [
        ("PowerUserAccess", POWER_USER),
        ("AmazonECS_FullAccess", ECS_FULL_ACCESS),
        ("SecretsManagerReadWrite", SECRETS_MANAGER_READ_WRITE),
    ];
    let whole = whole.map(|(name, document)| ("/", name, document.to_owned()));
    for (path, name, document) in documents.chain(whole) {
        let row = ManagedPolicy {
            name: name.to_owned(),
            path: path.to_owned(),
            id: id(name),
            description: None,
            created_at_millis: 1_423_180_800_000,
            updated_at_millis: 1_423_180_800_000,
            tags: Vec::new(),
            versions: vec![PolicyVersion {
                number: 1,
                document,
                created_at_millis: 1_423_180_800_000,
            }],
            default_version: 1,
            last_version: 1,
        };
        let put = world.put_policy(format!("{PREFIX}{path}{name}"), row);
        put.expect("the policies that AWS brings are well formed");
    }
    world.policies("aws").map(|(arn, policy)| (arn.clone(), Arc::clone(policy))).collect()
});

/// The policy of that ARN, if AWS brings it.
pub(crate) fn policy(arn: &str) -> Option<Arc<Managed>> {
    // The policies are the same in every partition.
    let (_, resource) = arn.split_once(":iam::aws:policy")?;
    MANAGED.get(&format!("{PREFIX}{resource}")).cloned()
}

/// All of them, by ARN.
pub(crate) fn all() -> impl Iterator<Item = (String, Arc<Managed>)> {
    MANAGED.iter().map(|(arn, policy)| (arn.clone(), Arc::clone(policy)))
}

/// What AWS brings nobody changes.
pub(crate) fn refuse_change(arn: &str) -> Result<(), Error> {
    if !arn.contains(":iam::aws:policy/") {
        return Ok(());
    }
    let message = format!("Policy {arn} is managed by AWS and can't be changed.");
    Err(Error::AccessDenied(message))
}

/// An id that is the same in every house.
fn id(name: &str) -> String {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(name);
    let letters = digest.iter().take(17).map(|byte| char::from(b'A' + byte % 26));
    "ANPA".chars().chain(letters).collect()
}
