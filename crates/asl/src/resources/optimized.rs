//! The optimized integrations: `arn:aws:states:::<service>:<action>[.pattern]`, listed by hand from
//! the developer guide, with the API operations behind them.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html>

use super::jobs::{Job, known};
use super::shape::{Naming, Shape};
use super::tables::{self, Action};

/// How a Task waits for the service it calls.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html>
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// No suffix: until the service has answered.
    RequestResponse,
    /// `.sync`: until the job it started has ended.
    Sync,
    /// `.sync:2`: the same, with the job's input and output as JSON rather than text.
    Sync2,
    /// `.waitForTaskToken`: until somebody returns the task's token.
    WaitForTaskToken,
}

/// An optimized integration: a service's action that Step Functions knows how to call by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Integration {
    service: &'static ServiceFacts,
    action: &'static ActionFacts,
}

#[derive(Debug, PartialEq, Eq)]
struct ServiceFacts {
    /// As in the resource: `elasticmapreduce`.
    name: &'static str,
    /// As in `aws-sdk:`: `emr`.
    sdk: &'static str,
    /// What stands before the dot in error names.
    error_prefix: &'static str,
    /// How the older SDK calls the service in error texts; its base class is this with `Exception`.
    sdk_name: &'static str,
    actions: &'static [ActionFacts],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ActionFacts {
    name: &'static str,
    /// The `aws-sdk:` action with the same request and answer.
    api: Option<&'static str>,
    /// Whether there is `.sync`.
    job: Option<Sync>,
    callback: bool,
}

/// What `.sync` waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sync {
    /// A job whose service is asked until it has ended.
    Polled(&'static Job),
    /// An execution, which tells of its end itself; there is `.sync:2` as well.
    Execution,
    /// A job that isn't followed through the service's API.
    Own,
}

impl Pattern {
    /// What a resource ends in, its dot included.
    #[must_use]
    pub fn suffix(self) -> &'static str {
        match self {
            Pattern::RequestResponse => "",
            Pattern::Sync => ".sync",
            Pattern::Sync2 => ".sync:2",
            Pattern::WaitForTaskToken => ".waitForTaskToken",
        }
    }

    /// Why an Express state machine may not use it, in AWS's words. The trailing space is AWS's:
    /// recorded in api_validation, `ILLEGAL_WFTT`.
    #[must_use]
    pub fn refused_in_express(self) -> Option<&'static str> {
        match self {
            Pattern::RequestResponse => None,
            Pattern::Sync | Pattern::Sync2 => {
                Some("Express state machine does not support '.sync' service integration")
            }
            Pattern::WaitForTaskToken => Some(
                "Express state machine does not support '.waitForTaskToken' service integration ",
            ),
        }
    }

    /// Splits an action from its pattern: `startExecution.sync:2`.
    pub(super) fn split(action: &str) -> Option<(&str, Pattern)> {
        let Some(dot) = action.find('.') else {
            return Some((action, Pattern::RequestResponse));
        };
        let (action, suffix) = action.split_at(dot);
        [Pattern::Sync, Pattern::Sync2, Pattern::WaitForTaskToken]
            .into_iter()
            .find(|pattern| pattern.suffix() == suffix)
            .map(|pattern| (action, pattern))
    }
}

impl Integration {
    pub(super) fn find(service: &str, action: &str) -> Option<Integration> {
        let service = SERVICES.iter().find(|facts| facts.name == service)?;
        let action = service.actions.iter().find(|facts| facts.name == action)?;
        Some(Integration { service, action })
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = Integration> {
        SERVICES.iter().flat_map(|service| {
            service.actions.iter().map(move |action| Integration { service, action })
        })
    }

    /// As in the resource: `lambda`, `elasticmapreduce`.
    #[must_use]
    pub fn service(self) -> &'static str {
        self.service.name
    }

    /// As in `aws-sdk:`: `emr`.
    #[must_use]
    pub fn sdk_service(self) -> &'static str {
        self.service.sdk
    }

    /// As in the resource, without its pattern: `startExecution`.
    #[must_use]
    pub fn action(self) -> &'static str {
        self.action.name
    }

    #[must_use]
    pub fn supports(self, pattern: Pattern) -> bool {
        match pattern {
            Pattern::RequestResponse => true,
            Pattern::Sync => self.action.job.is_some(),
            Pattern::Sync2 => self.action.job == Some(Sync::Execution),
            Pattern::WaitForTaskToken => self.action.callback,
        }
    }

    /// The operation it sends, where request and answer are the operation's own.
    #[must_use]
    pub fn api(self) -> Option<Action> {
        self.sdk_action(self.action.api?)
    }

    /// The operation that tells how a `.sync` job fares.
    #[must_use]
    pub fn poll(self) -> Option<Action> {
        match self.action.job? {
            Sync::Polled(job) => self.sdk_action(job.poll),
            Sync::Execution => self.sdk_action("describeExecution"),
            Sync::Own => None,
        }
    }

    /// How the job that `.sync` waits for is followed, if its service has to be asked.
    #[must_use]
    pub fn job(self) -> Option<&'static Job> {
        match self.action.job? {
            Sync::Polled(job) => Some(job),
            Sync::Execution | Sync::Own => None,
        }
    }

    /// Any operation of the service, by its name in `aws-sdk:`.
    #[must_use]
    pub fn sdk_action(self, name: &str) -> Option<Action> {
        tables::lookup(self.service.sdk, name)
    }

    /// A shape of the service with the names that this integration has for members.
    #[must_use]
    pub fn named(self, shape: Shape) -> Shape {
        shape.named(Naming::Legacy)
    }

    /// The shape of the Task's parameters, where it is known.
    #[must_use]
    pub fn arguments(self) -> Option<Shape> {
        Some(self.api()?.input()?.named(Naming::Legacy))
    }

    /// The shape that `TestState` holds the mock of a result against, where it is known: for a job,
    /// that of the polled answer. With a token the result is whatever is sent.
    #[must_use]
    pub fn mocked_answer(self, pattern: Pattern) -> Option<Shape> {
        let answering = match pattern {
            Pattern::RequestResponse => self.api(),
            Pattern::Sync | Pattern::Sync2 => self.poll(),
            Pattern::WaitForTaskToken => None,
        };
        Some(answering?.output()?.named(Naming::Legacy))
    }

    /// The error for the error code a service answered: a modelled one by its class name
    /// (`DynamoDB.ResourceNotFoundException`), any other by the service's base class
    /// (`DynamoDB.AmazonDynamoDBException`).
    #[must_use]
    pub fn error_name(self, code: &str) -> String {
        let ServiceFacts { sdk, error_prefix, sdk_name, .. } = self.service;
        match tables::service(sdk).and_then(|service| service.legacy_error(code)) {
            Some(name) => format!("{error_prefix}.{name}"),
            None => format!("{error_prefix}.{}Exception", sdk_name.trim_end_matches("v2")),
        }
    }

    /// What stands before the dot in error names, for errors that aren't the service's own:
    /// `SQS.SdkClientException`, `EventBridge.FailedEntry`.
    #[must_use]
    pub fn error_prefix(self) -> &'static str {
        self.service.error_prefix
    }

    /// How causes name the service: `(Service: AmazonDynamoDBv2; Status Code: 400; …)`.
    #[must_use]
    pub fn sdk_name(self) -> &'static str {
        self.service.sdk_name
    }
}

/// An action that is an operation of the API, under the same name.
const fn api(name: &'static str) -> ActionFacts {
    ActionFacts { name, api: Some(name), job: None, callback: false }
}

/// An action with a request and an answer of its own.
const fn own(name: &'static str) -> ActionFacts {
    ActionFacts { name, api: None, job: None, callback: false }
}

impl ActionFacts {
    const fn job(self, job: &'static Job) -> Self {
        ActionFacts { job: Some(Sync::Polled(job)), ..self }
    }

    /// A job that isn't followed through the service's API.
    const fn own_job(self) -> Self {
        ActionFacts { job: Some(Sync::Own), ..self }
    }

    const fn execution(self) -> Self {
        ActionFacts { job: Some(Sync::Execution), ..self }
    }

    const fn callback(self) -> Self {
        ActionFacts { callback: true, ..self }
    }
}

const SERVICES: &[ServiceFacts] = &[
    ServiceFacts {
        name: "lambda",
        sdk: "lambda",
        error_prefix: "Lambda",
        sdk_name: "AWSLambda",
        actions: &[api("invoke").callback()],
    },
    ServiceFacts {
        name: "states",
        sdk: "sfn",
        error_prefix: "StepFunctions",
        sdk_name: "AWSStepFunctions",
        actions: &[api("startExecution").execution().callback()],
    },
    ServiceFacts {
        name: "dynamodb",
        sdk: "dynamodb",
        error_prefix: "DynamoDB",
        sdk_name: "AmazonDynamoDBv2",
        actions: &[api("getItem"), api("putItem"), api("updateItem"), api("deleteItem")],
    },
    ServiceFacts {
        name: "sns",
        sdk: "sns",
        error_prefix: "SNS",
        sdk_name: "AmazonSNS",
        actions: &[api("publish").callback()],
    },
    ServiceFacts {
        name: "sqs",
        sdk: "sqs",
        error_prefix: "SQS",
        sdk_name: "AmazonSQS",
        actions: &[api("sendMessage").callback()],
    },
    ServiceFacts {
        name: "events",
        sdk: "eventbridge",
        error_prefix: "EventBridge",
        sdk_name: "AmazonEventBridge",
        actions: &[api("putEvents").callback()],
    },
    ServiceFacts {
        name: "apigateway",
        sdk: "apigateway",
        error_prefix: "ApiGateway",
        sdk_name: "AmazonApiGateway",
        actions: &[own("invoke").callback()],
    },
    ServiceFacts {
        name: "http",
        sdk: "http",
        error_prefix: "States.Http",
        sdk_name: "Http",
        actions: &[own("invoke")],
    },
    ServiceFacts {
        name: "ecs",
        sdk: "ecs",
        error_prefix: "ECS",
        sdk_name: "AmazonECS",
        actions: &[api("runTask").job(known::ECS_TASK).callback()],
    },
    ServiceFacts {
        name: "batch",
        sdk: "batch",
        error_prefix: "Batch",
        sdk_name: "AWSBatch",
        actions: &[api("submitJob").job(known::BATCH_JOB)],
    },
    ServiceFacts {
        name: "glue",
        sdk: "glue",
        error_prefix: "Glue",
        sdk_name: "AWSGlue",
        actions: &[api("startJobRun").job(known::GLUE_RUN)],
    },
    ServiceFacts {
        name: "databrew",
        sdk: "databrew",
        error_prefix: "GlueDataBrew",
        sdk_name: "AWSGlueDataBrew",
        actions: &[api("startJobRun").job(known::DATABREW_RUN)],
    },
    ServiceFacts {
        name: "athena",
        sdk: "athena",
        error_prefix: "Athena",
        sdk_name: "AmazonAthena",
        actions: &[
            api("startQueryExecution").job(known::ATHENA_QUERY),
            api("stopQueryExecution"),
            api("getQueryExecution"),
            api("getQueryResults"),
        ],
    },
    ServiceFacts {
        name: "elasticmapreduce",
        sdk: "emr",
        error_prefix: "ElasticMapReduce",
        sdk_name: "AmazonElasticMapReduce",
        actions: &[
            own("createCluster").job(known::EMR_CLUSTER),
            own("terminateCluster").job(known::EMR_TERMINATION),
            own("addStep").job(known::EMR_STEP),
            own("cancelStep"),
            own("setClusterTerminationProtection"),
            own("modifyInstanceFleetByName"),
            own("modifyInstanceGroupByName"),
        ],
    },
    ServiceFacts {
        name: "emr-containers",
        sdk: "emrcontainers",
        error_prefix: "EMRContainers",
        sdk_name: "AmazonEMRContainers",
        actions: &[
            api("createVirtualCluster"),
            api("deleteVirtualCluster").job(known::VIRTUAL_CLUSTER_DELETION),
            api("startJobRun").job(known::EMR_CONTAINERS_RUN),
        ],
    },
    ServiceFacts {
        name: "emr-serverless",
        sdk: "emrserverless",
        error_prefix: "EMRServerless",
        sdk_name: "AWSEMRServerless",
        actions: &[
            api("createApplication").job(known::SERVERLESS_CREATION),
            api("startApplication").job(known::SERVERLESS_START),
            api("stopApplication").job(known::SERVERLESS_STOP),
            api("deleteApplication").job(known::SERVERLESS_DELETION),
            api("startJobRun").job(known::SERVERLESS_RUN),
            api("cancelJobRun").job(known::SERVERLESS_CANCELLATION),
        ],
    },
    ServiceFacts {
        name: "eks",
        sdk: "eks",
        error_prefix: "EKS",
        sdk_name: "AmazonEKS",
        actions: &[
            api("createCluster").job(known::EKS_CLUSTER),
            api("deleteCluster").job(known::EKS_CLUSTER_DELETION),
            api("createFargateProfile").job(known::EKS_PROFILE),
            api("deleteFargateProfile").job(known::EKS_PROFILE_DELETION),
            api("createNodegroup").job(known::EKS_NODEGROUP),
            api("deleteNodegroup").job(known::EKS_NODEGROUP_DELETION),
            own("call").callback(),
            own("runJob").own_job().callback(),
        ],
    },
    ServiceFacts {
        name: "codebuild",
        sdk: "codebuild",
        error_prefix: "CodeBuild",
        sdk_name: "AWSCodeBuild",
        actions: &[
            api("startBuild").job(known::BUILD),
            api("stopBuild"),
            api("batchDeleteBuilds"),
            api("batchGetReports"),
            api("startBuildBatch").job(known::BUILD_BATCH),
            api("stopBuildBatch"),
            api("retryBuildBatch").job(known::BUILD_BATCH_RETRY),
            api("deleteBuildBatch"),
        ],
    },
    ServiceFacts {
        name: "sagemaker",
        sdk: "sagemaker",
        error_prefix: "SageMaker",
        sdk_name: "AmazonSageMaker",
        actions: &[
            api("createTrainingJob").job(known::TRAINING),
            api("createTransformJob").job(known::TRANSFORM),
            api("createProcessingJob").job(known::PROCESSING),
            api("createLabelingJob").job(known::LABELING),
            api("createHyperParameterTuningJob").job(known::TUNING),
            api("createModel"),
            api("createEndpoint"),
            api("createEndpointConfig"),
            api("updateEndpoint"),
        ],
    },
    ServiceFacts {
        name: "bedrock",
        sdk: "bedrock",
        error_prefix: "Bedrock",
        sdk_name: "AmazonBedrock",
        actions: &[
            own("invokeModel").callback(),
            api("createModelCustomizationJob").job(known::CUSTOMIZATION).callback(),
        ],
    },
    ServiceFacts {
        name: "mediaconvert",
        sdk: "mediaconvert",
        error_prefix: "MediaConvert",
        sdk_name: "AWSMediaConvert",
        actions: &[api("createJob").job(known::MEDIA_JOB)],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The list is by hand: it may name only what the models have.
    #[test]
    fn names_only_operations_of_the_models() {
        for integration in Integration::all() {
            let ActionFacts { name, api, job, .. } = integration.action;
            let label = format!("{}:{name}", integration.service());
            assert_eq!(api.is_some(), integration.api().is_some(), "{label}");
            let polled = job.is_some_and(|job| job != Sync::Own);
            assert_eq!(polled, integration.poll().is_some(), "{label}");
            let mocked = integration.mocked_answer(Pattern::Sync);
            assert_eq!(polled, mocked.is_some(), "{label}");
        }
    }

    #[test]
    fn names_errors_as_the_older_sdk_does() {
        let error = |service, action, code| {
            Integration::find(service, action).expect("is optimized").error_name(code)
        };
        assert_eq!(
            error("dynamodb", "putItem", "ResourceNotFoundException"),
            "DynamoDB.ResourceNotFoundException"
        );
        assert_eq!(
            error("dynamodb", "putItem", "ValidationException"),
            "DynamoDB.AmazonDynamoDBException"
        );
        assert_eq!(
            error("states", "startExecution", "StateMachineDoesNotExist"),
            "StepFunctions.StateMachineDoesNotExistException"
        );
        assert_eq!(error("sns", "publish", "InvalidParameter"), "SNS.InvalidParameterException");
        assert_eq!(error("sns", "publish", "NotFound"), "SNS.NotFoundException");
        assert_eq!(error("sqs", "sendMessage", "AccessDenied"), "SQS.AmazonSQSException");
        assert_eq!(
            error("lambda", "invoke", "ResourceNotFoundException"),
            "Lambda.ResourceNotFoundException"
        );
    }
}
