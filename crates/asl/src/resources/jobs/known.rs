//! The jobs, one by one.

use super::Origin::{Answer, OnlyAnswer, OnlyParameter, Parameter, Text};
use super::{Ends, Field, Job, job, state};

const REASON: &str = "Stopped by AWS Step Functions";

pub(crate) const ECS_TASK: &Job = &job(
    "describeTasks",
    &[Field("Cluster", Parameter("Cluster")), Field("Tasks", OnlyAnswer("Tasks/0/TaskArn"))],
    Ends::EcsTask,
    "Tasks/0",
)
.stopped_by(
    "stopTask",
    &[
        Field("Cluster", Parameter("Cluster")),
        Field("Task", Answer("Tasks/0/TaskArn")),
        Field("Reason", Text(REASON)),
    ],
);

pub(crate) const BATCH_JOB: &Job = &job(
    "describeJobs",
    &[Field("Jobs", OnlyAnswer("JobId"))],
    state("Jobs/0/Status", &["SUCCEEDED"], &["FAILED"]),
    "Jobs/0",
)
.stopped_by("terminateJob", &[Field("JobId", Answer("JobId")), Field("Reason", Text(REASON))]);

pub(crate) const GLUE_RUN: &Job = &job(
    "getJobRun",
    &[Field("JobName", Parameter("JobName")), Field("RunId", Answer("JobRunId"))],
    state(
        "JobRun/JobRunState",
        &["SUCCEEDED"],
        &["FAILED", "ERROR", "TIMEOUT", "STOPPED", "EXPIRED"],
    ),
    "JobRun",
)
.stopped_by(
    "batchStopJobRun",
    &[Field("JobName", Parameter("JobName")), Field("JobRunIds", OnlyAnswer("JobRunId"))],
);

pub(crate) const DATABREW_RUN: &Job = &job(
    "describeJobRun",
    &[Field("Name", Parameter("Name")), Field("RunId", Answer("RunId"))],
    state("State", &["SUCCEEDED"], &["FAILED", "STOPPED", "TIMEOUT"]),
    "",
)
.stopped_by("stopJobRun", &[Field("Name", Parameter("Name")), Field("RunId", Answer("RunId"))]);

pub(crate) const ATHENA_QUERY: &Job = &job(
    "getQueryExecution",
    &[Field("QueryExecutionId", Answer("QueryExecutionId"))],
    state("QueryExecution/Status/State", &["SUCCEEDED"], &["FAILED", "CANCELLED"]),
    "",
)
.stopped_by("stopQueryExecution", &[Field("QueryExecutionId", Answer("QueryExecutionId"))]);

pub(crate) const EMR_CLUSTER: &Job = &job(
    "describeCluster",
    &[Field("ClusterId", Answer("ClusterId"))],
    state("Cluster/Status/State", &["WAITING", "TERMINATED"], &["TERMINATED_WITH_ERRORS"]),
    "",
)
.keeping(&["ClusterId"])
.stopped_by("terminateJobFlows", &[Field("JobFlowIds", OnlyAnswer("ClusterId"))]);

pub(crate) const EMR_TERMINATION: &Job = &job(
    "describeCluster",
    &[Field("ClusterId", Parameter("ClusterId"))],
    state("Cluster/Status/State", &["TERMINATED", "TERMINATED_WITH_ERRORS"], &[]),
    "",
);

pub(crate) const EMR_STEP: &Job = &job(
    "describeStep",
    &[Field("ClusterId", Parameter("ClusterId")), Field("StepId", Answer("StepId"))],
    state("Step/Status/State", &["COMPLETED"], &["FAILED", "CANCELLED", "INTERRUPTED"]),
    "",
)
.keeping(&["StepId"])
.stopped_by(
    "cancelSteps",
    &[Field("ClusterId", Parameter("ClusterId")), Field("StepIds", OnlyAnswer("StepId"))],
);

pub(crate) const VIRTUAL_CLUSTER_DELETION: &Job = &job(
    "describeVirtualCluster",
    &[Field("Id", Parameter("Id"))],
    state("VirtualCluster/State", &["TERMINATED"], &["ARRESTED"]),
    "",
)
.or_gone();

pub(crate) const EMR_CONTAINERS_RUN: &Job = &job(
    "describeJobRun",
    &[Field("Id", Answer("Id")), Field("VirtualClusterId", Parameter("VirtualClusterId"))],
    state("JobRun/State", &["COMPLETED"], &["FAILED", "CANCELLED"]),
    "",
)
.keeping(&["Arn", "Id", "Name", "VirtualClusterId"])
.stopped_by(
    "cancelJobRun",
    &[Field("Id", Answer("Id")), Field("VirtualClusterId", Parameter("VirtualClusterId"))],
);

pub(crate) const SERVERLESS_CREATION: &Job = &job(
    "getApplication",
    &[Field("ApplicationId", Answer("ApplicationId"))],
    state("Application/State", &["CREATED", "STARTED"], &["TERMINATED"]),
    "",
)
.keeping(&["ApplicationId", "Arn", "Name"]);

pub(crate) const SERVERLESS_START: &Job =
    &serverless_application(&["STARTED"], &["STOPPED", "TERMINATED"]);
pub(crate) const SERVERLESS_STOP: &Job = &serverless_application(&["STOPPED"], &["TERMINATED"]);
pub(crate) const SERVERLESS_DELETION: &Job =
    &serverless_application(&["TERMINATED"], &[]).or_gone();

const fn serverless_application(
    succeeded: &'static [&'static str],
    failed: &'static [&'static str],
) -> Job {
    const ASK: &[Field] = &[Field("ApplicationId", Parameter("ApplicationId"))];
    job("getApplication", ASK, state("Application/State", succeeded, failed), "")
        .keeping(&["ApplicationId"])
}

pub(crate) const SERVERLESS_RUN: &Job = &job(
    "getJobRun",
    &[Field("ApplicationId", Parameter("ApplicationId")), Field("JobRunId", Answer("JobRunId"))],
    state("JobRun/State", &["SUCCESS"], &["FAILED", "CANCELLED"]),
    "",
)
.keeping(&["ApplicationId", "Arn", "JobRunId"])
.stopped_by(
    "cancelJobRun",
    &[Field("ApplicationId", Parameter("ApplicationId")), Field("JobRunId", Answer("JobRunId"))],
);

pub(crate) const SERVERLESS_CANCELLATION: &Job = &job(
    "getJobRun",
    &[Field("ApplicationId", Parameter("ApplicationId")), Field("JobRunId", Parameter("JobRunId"))],
    state("JobRun/State", &["CANCELLED"], &["FAILED", "SUCCESS"]),
    "",
)
.keeping(&["ApplicationId", "JobRunId"]);

const CLUSTER: &[Field] = &[Field("Name", Parameter("Name"))];
const FARGATE_PROFILE: &[Field] = &[
    Field("ClusterName", Parameter("ClusterName")),
    Field("FargateProfileName", Parameter("FargateProfileName")),
];
const NODEGROUP: &[Field] = &[
    Field("ClusterName", Parameter("ClusterName")),
    Field("NodegroupName", Parameter("NodegroupName")),
];

pub(crate) const EKS_CLUSTER: &Job =
    &job("describeCluster", CLUSTER, state("Cluster/Status", &["ACTIVE"], &["FAILED"]), "");
pub(crate) const EKS_CLUSTER_DELETION: &Job =
    &job("describeCluster", CLUSTER, state("Cluster/Status", &[], &["FAILED"]), "").or_gone();
pub(crate) const EKS_PROFILE: &Job = &job(
    "describeFargateProfile",
    FARGATE_PROFILE,
    state("FargateProfile/Status", &["ACTIVE"], &["CREATE_FAILED"]),
    "",
);
pub(crate) const EKS_PROFILE_DELETION: &Job = &job(
    "describeFargateProfile",
    FARGATE_PROFILE,
    state("FargateProfile/Status", &[], &["DELETE_FAILED"]),
    "",
)
.or_gone();
pub(crate) const EKS_NODEGROUP: &Job = &job(
    "describeNodegroup",
    NODEGROUP,
    state("Nodegroup/Status", &["ACTIVE"], &["CREATE_FAILED", "DEGRADED"]),
    "",
);
pub(crate) const EKS_NODEGROUP_DELETION: &Job =
    &job("describeNodegroup", NODEGROUP, state("Nodegroup/Status", &[], &["DELETE_FAILED"]), "")
        .or_gone();

// The result has the form of the answer that started the build: AWS's sample reads `$.Build.ReportArns` of it.
// <https://docs.aws.amazon.com/step-functions/latest/dg/sample-project-codebuild.html>
const BUILD_FAILED: &[&str] = &["FAILED", "FAULT", "TIMED_OUT", "STOPPED"];

pub(crate) const BUILD: &Job = &job(
    "batchGetBuilds",
    &[Field("Ids", OnlyAnswer("Build/Id"))],
    state("Builds/0/BuildStatus", &["SUCCEEDED"], BUILD_FAILED),
    "Builds/0",
)
.under("Build")
.stopped_by("stopBuild", &[Field("Id", Answer("Build/Id"))]);

pub(crate) const BUILD_BATCH: &Job = &job(
    "batchGetBuildBatches",
    &[Field("Ids", OnlyAnswer("BuildBatch/Id"))],
    state("BuildBatches/0/BuildBatchStatus", &["SUCCEEDED"], BUILD_FAILED),
    "BuildBatches/0",
)
.under("BuildBatch")
.stopped_by("stopBuildBatch", &[Field("Id", Answer("BuildBatch/Id"))]);

pub(crate) const BUILD_BATCH_RETRY: &Job = &job(
    "batchGetBuildBatches",
    &[Field("Ids", OnlyParameter("Id"))],
    state("BuildBatches/0/BuildBatchStatus", &["SUCCEEDED"], BUILD_FAILED),
    "BuildBatches/0",
)
.under("BuildBatch")
.stopped_by("stopBuildBatch", &[Field("Id", Parameter("Id"))]);

const TRAINING_JOB: &[Field] = &[Field("TrainingJobName", Parameter("TrainingJobName"))];
const TRANSFORM_JOB: &[Field] = &[Field("TransformJobName", Parameter("TransformJobName"))];
const PROCESSING_JOB: &[Field] = &[Field("ProcessingJobName", Parameter("ProcessingJobName"))];
const LABELING_JOB: &[Field] = &[Field("LabelingJobName", Parameter("LabelingJobName"))];
const TUNING_JOB: &[Field] =
    &[Field("HyperParameterTuningJobName", Parameter("HyperParameterTuningJobName"))];
const SAGEMAKER_FAILED: &[&str] = &["Failed", "Stopped"];

pub(crate) const TRAINING: &Job = &job(
    "describeTrainingJob",
    TRAINING_JOB,
    state("TrainingJobStatus", &["Completed"], SAGEMAKER_FAILED),
    "",
)
.stopped_by("stopTrainingJob", TRAINING_JOB);
pub(crate) const TRANSFORM: &Job = &job(
    "describeTransformJob",
    TRANSFORM_JOB,
    state("TransformJobStatus", &["Completed"], SAGEMAKER_FAILED),
    "",
)
.stopped_by("stopTransformJob", TRANSFORM_JOB);
pub(crate) const PROCESSING: &Job = &job(
    "describeProcessingJob",
    PROCESSING_JOB,
    state("ProcessingJobStatus", &["Completed"], SAGEMAKER_FAILED),
    "",
)
.stopped_by("stopProcessingJob", PROCESSING_JOB);
pub(crate) const LABELING: &Job = &job(
    "describeLabelingJob",
    LABELING_JOB,
    state("LabelingJobStatus", &["Completed"], SAGEMAKER_FAILED),
    "",
)
.stopped_by("stopLabelingJob", LABELING_JOB);
pub(crate) const TUNING: &Job = &job(
    "describeHyperParameterTuningJob",
    TUNING_JOB,
    state("HyperParameterTuningJobStatus", &["Completed"], SAGEMAKER_FAILED),
    "",
)
.stopped_by("stopHyperParameterTuningJob", TUNING_JOB);

pub(crate) const CUSTOMIZATION: &Job = &job(
    "getModelCustomizationJob",
    &[Field("JobIdentifier", Answer("JobArn"))],
    state("Status", &["Completed"], SAGEMAKER_FAILED),
    "",
)
.stopped_by("stopModelCustomizationJob", &[Field("JobIdentifier", Answer("JobArn"))]);

pub(crate) const MEDIA_JOB: &Job = &job(
    "getJob",
    &[Field("Id", Answer("Job/Id"))],
    state("Job/Status", &["COMPLETE"], &["ERROR", "CANCELED"]),
    "",
)
.stopped_by("cancelJob", &[Field("Id", Answer("Job/Id"))]);
