use std::collections::BTreeMap;

use super::Document;
use super::ecs::{KeyValuePair, LogConfiguration, Secret};

aws::string_enums! {
    pub(crate) enum State { Enabled = "ENABLED", Disabled = "DISABLED" }
    pub(crate) enum DefinitionType { Container = "container", MultiNode = "multinode" }
    pub(crate) enum PlatformCapability {
        Ec2 = "EC2", Fargate = "FARGATE", ManagedInstances = "MANAGED_INSTANCES",
    }
    pub(crate) enum RetryAction { Retry = "RETRY", Exit = "EXIT" }
}

aws::structures! { Camel;
    pub(crate) struct Empty {}

    // Compute environments.

    pub(crate) struct ComputeResources {
        required r#type: String,
    }
    /// What is read of the request. All of it is kept.
    pub(crate) struct ComputeEnvironmentParts {
        required compute_environment_name: String [length(1, 128)],
        required r#type: String,
        optional state: State,
        optional compute_resources: ComputeResources,
        optional eks_configuration: Document,
        optional tags: BTreeMap<String, String>,
    }
    /// <https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateComputeEnvironment.html>
    pub(crate) struct ComputeEnvironmentOutput {
        required compute_environment_name: String,
        required compute_environment_arn: String,
    }
    /// <https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeComputeEnvironments.html>
    pub(crate) struct DescribeComputeEnvironmentsInput {
        optional compute_environments: Vec<String>,
        optional max_results: i32,
        optional next_token: String,
    }
    pub(crate) struct DescribeComputeEnvironmentsOutput {
        required compute_environments: Vec<Document>,
        optional next_token: String,
    }
    /// <https://docs.aws.amazon.com/batch/latest/APIReference/API_UpdateComputeEnvironment.html>
    pub(crate) struct UpdateComputeEnvironmentInput {
        required compute_environment: String,
        optional state: State,
        optional compute_resources: Document,
        optional service_role: String,
    }
    /// <https://docs.aws.amazon.com/batch/latest/APIReference/API_DeleteComputeEnvironment.html>
    pub(crate) struct DeleteComputeEnvironmentInput {
        required compute_environment: String,
    }

    // Job queues.

    pub(crate) struct ComputeEnvironmentOrder {
        required order: i32,
        required compute_environment: String,
    }
    /// <https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html>
    pub(crate) struct CreateJobQueueInput {
        required job_queue_name: String [length(1, 128)],
        optional state: State,
        optional scheduling_policy_arn: String,
        required priority: i32,
        optional compute_environment_order: Vec<ComputeEnvironmentOrder>,
        optional tags: BTreeMap<String, String>,
    }
    pub(crate) struct JobQueueOutput {
        required job_queue_name: String,
        required job_queue_arn: String,
    }
    pub(crate) struct JobQueueDetail {
        required job_queue_name: String,
        required job_queue_arn: String,
        required state: State,
        optional scheduling_policy_arn: String,
        required status: String,
        required status_reason: String,
        required priority: i32,
        required compute_environment_order: Vec<ComputeEnvironmentOrder>,
        required tags: BTreeMap<String, String>,
    }
    /// <https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobQueues.html>
    pub(crate) struct DescribeJobQueuesInput {
        optional job_queues: Vec<String>,
        optional max_results: i32,
        optional next_token: String,
    }
    pub(crate) struct DescribeJobQueuesOutput {
        required job_queues: Vec<JobQueueDetail>,
        optional next_token: String,
    }
    /// <https://docs.aws.amazon.com/batch/latest/APIReference/API_UpdateJobQueue.html>
    pub(crate) struct UpdateJobQueueInput {
        required job_queue: String,
        optional state: State,
        optional scheduling_policy_arn: String,
        optional priority: i32,
        optional compute_environment_order: Vec<ComputeEnvironmentOrder>,
    }
    /// <https://docs.aws.amazon.com/batch/latest/APIReference/API_DeleteJobQueue.html>
    pub(crate) struct DeleteJobQueueInput {
        required job_queue: String,
    }

    // Job definitions.

    pub(crate) struct ResourceRequirement {
        required r#type: String,
        required value: String,
    }
    /// What is read of a job's container.
    pub(crate) struct ContainerProperties {
        optional image: String,
        optional vcpus: i32,
        optional memory: i32,
        optional command: Vec<String>,
        optional job_role_arn: String,
        optional execution_role_arn: String,
        optional environment: Vec<KeyValuePair>,
        optional secrets: Vec<Secret>,
        optional user: String,
        optional resource_requirements: Vec<ResourceRequirement>,
        optional log_configuration: LogConfiguration,
    }
    pub(crate) struct EvaluateOnExit {
        optional on_status_reason: String,
        optional on_reason: String,
        optional on_exit_code: String,
        required action: String,
    }
    pub(crate) struct RetryStrategy {
        optional attempts: i32,
        optional evaluate_on_exit: Vec<EvaluateOnExit>,
    }
    pub(crate) struct JobTimeout {
        optional attempt_duration_seconds: i32,
    }
    /// What is read of a job definition. All of it is kept.
    pub(crate) struct JobDefinitionParts {
        required job_definition_name: String [length(1, 128)],
        required r#type: DefinitionType,
        optional parameters: BTreeMap<String, String>,
        optional container_properties: ContainerProperties,
        optional ecs_properties: Document,
        optional eks_properties: Document,
        optional retry_strategy: RetryStrategy,
        optional propagate_tags: bool,
        optional timeout: JobTimeout,
        optional tags: BTreeMap<String, String>,
        optional platform_capabilities: Vec<PlatformCapability>,
    }
    /// <https://docs.aws.amazon.com/batch/latest/APIReference/API_RegisterJobDefinition.html>
    pub(crate) struct RegisterJobDefinitionOutput {
        required job_definition_name: String,
        required job_definition_arn: String,
        required revision: i64,
    }
    /// <https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobDefinitions.html>
    pub(crate) struct DescribeJobDefinitionsInput {
        optional job_definitions: Vec<String>,
        optional job_definition_name: String,
        optional status: String,
        optional max_results: i32,
        optional next_token: String,
    }
    pub(crate) struct DescribeJobDefinitionsOutput {
        required job_definitions: Vec<Document>,
        optional next_token: String,
    }
    /// <https://docs.aws.amazon.com/batch/latest/APIReference/API_DeregisterJobDefinition.html>
    pub(crate) struct DeregisterJobDefinitionInput {
        required job_definition: String,
    }

    // Jobs.

    pub(crate) struct ContainerOverrides {
        optional vcpus: i32,
        optional memory: i32,
        optional command: Vec<String>,
        optional environment: Vec<KeyValuePair>,
        optional resource_requirements: Vec<ResourceRequirement>,
    }
    pub(crate) struct ArrayProperties {
        optional size: i32,
    }
    pub(crate) struct JobDependency {
        optional job_id: String,
        optional r#type: String,
    }
    /// <https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html>
    pub(crate) struct SubmitJobInput {
        required job_name: String,
        required job_queue: String,
        optional array_properties: ArrayProperties,
        optional depends_on: Vec<JobDependency>,
        required job_definition: String,
        optional parameters: BTreeMap<String, String>,
        optional container_overrides: ContainerOverrides,
        optional node_overrides: Document,
        optional ecs_properties_override: Document,
        optional eks_properties_override: Document,
        optional retry_strategy: RetryStrategy,
        optional propagate_tags: bool,
        optional timeout: JobTimeout,
        optional tags: BTreeMap<String, String>,
    }
    pub(crate) struct SubmitJobOutput {
        required job_arn: String,
        required job_name: String,
        required job_id: String,
    }
    /// <https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobs.html>
    pub(crate) struct DescribeJobsInput {
        required jobs: Vec<String>,
    }
    pub(crate) struct DescribeJobsOutput {
        required jobs: Vec<JobDetail>,
    }
    pub(crate) struct AttemptContainer {
        required task_arn: String,
        optional exit_code: i32,
        optional reason: String,
        optional log_stream_name: String,
        required network_interfaces: Vec<Document>,
    }
    pub(crate) struct AttemptDetail {
        required container: AttemptContainer,
        optional started_at: i64,
        optional stopped_at: i64,
        required status_reason: String,
    }
    pub(crate) struct ArrayPropertiesDetail {
        optional status_summary: BTreeMap<String, i32>,
        optional size: i32,
        optional index: i32,
    }
    pub(crate) struct JobDetail {
        required job_arn: String,
        required job_name: String,
        required job_id: String,
        required job_queue: String,
        required status: String,
        required attempts: Vec<AttemptDetail>,
        optional status_reason: String,
        required created_at: i64,
        optional retry_strategy: RetryStrategy,
        optional started_at: i64,
        optional stopped_at: i64,
        required depends_on: Vec<JobDependency>,
        required job_definition: String,
        required parameters: BTreeMap<String, String>,
        required container: Document,
        optional array_properties: ArrayPropertiesDetail,
        optional timeout: JobTimeout,
        required tags: BTreeMap<String, String>,
        required propagate_tags: bool,
        required platform_capabilities: Vec<String>,
        required eks_attempts: Vec<Document>,
        required is_cancelled: bool,
        required is_terminated: bool,
    }
    pub(crate) struct KeyValuesPair {
        optional name: String,
        optional values: Vec<String>,
    }
    /// <https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html>
    pub(crate) struct ListJobsInput {
        optional job_queue: String,
        optional array_job_id: String,
        optional multi_node_job_id: String,
        optional job_status: String,
        optional max_results: i32,
        optional next_token: String,
        optional filters: Vec<KeyValuesPair>,
    }
    pub(crate) struct ContainerSummary {
        optional exit_code: i32,
        optional reason: String,
    }
    pub(crate) struct JobSummary {
        required job_arn: String,
        required job_id: String,
        required job_name: String,
        required created_at: i64,
        required status: String,
        optional status_reason: String,
        optional started_at: i64,
        optional stopped_at: i64,
        optional container: ContainerSummary,
        optional array_properties: ArrayPropertiesDetail,
        required job_definition: String,
    }
    pub(crate) struct ListJobsOutput {
        required job_summary_list: Vec<JobSummary>,
        optional next_token: String,
    }
    /// <https://docs.aws.amazon.com/batch/latest/APIReference/API_CancelJob.html>
    pub(crate) struct EndJobInput {
        required job_id: String,
        required reason: String,
    }

    // Tags.

    /// <https://docs.aws.amazon.com/batch/latest/APIReference/API_TagResource.html>
    pub(crate) struct TagResourceInput {
        required resource_arn: String,
        required tags: BTreeMap<String, String>,
    }
    /// <https://docs.aws.amazon.com/batch/latest/APIReference/API_UntagResource.html>
    pub(crate) struct UntagResourceInput {
        required resource_arn: String,
        required tag_keys: Vec<String>,
    }
    /// <https://docs.aws.amazon.com/batch/latest/APIReference/API_ListTagsForResource.html>
    pub(crate) struct ListTagsForResourceInput {
        required resource_arn: String,
    }
    pub(crate) struct ListTagsForResourceOutput {
        required tags: BTreeMap<String, String>,
    }
}
