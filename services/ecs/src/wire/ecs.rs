use std::collections::BTreeMap;

use aws::EpochSeconds;

use super::Document;

aws::string_enums! {
    pub(crate) enum LaunchType {
        Ec2 = "EC2", Fargate = "FARGATE", External = "EXTERNAL", ManagedInstances = "MANAGED_INSTANCES",
    }
    pub(crate) enum DesiredStatus { Running = "RUNNING", Pending = "PENDING", Stopped = "STOPPED" }
    pub(crate) enum PropagateTags { TaskDefinition = "TASK_DEFINITION", Service = "SERVICE", None = "NONE" }
    pub(crate) enum DefinitionStatus {
        Active = "ACTIVE", Inactive = "INACTIVE", DeleteInProgress = "DELETE_IN_PROGRESS",
    }
    pub(crate) enum FamilyStatus { Active = "ACTIVE", Inactive = "INACTIVE", All = "ALL" }
    pub(crate) enum SortOrder { Ascending = "ASC", Descending = "DESC" }
    pub(crate) enum DependsOnCondition {
        Start = "START", Complete = "COMPLETE", Success = "SUCCESS", Healthy = "HEALTHY",
    }
    pub(crate) enum ResourceType { Gpu = "GPU", InferenceAccelerator = "InferenceAccelerator" }
}

aws::structures! { Camel;
    pub(crate) struct Tag {
        optional key: String [length(1, 128)],
        optional value: String [length(0, 256)],
    }
    pub(crate) struct KeyValuePair {
        optional name: String,
        optional value: String,
    }
    pub(crate) struct Failure {
        optional arn: String,
        optional reason: String,
        optional detail: String,
    }

    // Clusters.

    pub(crate) struct Cluster {
        required cluster_arn: String,
        required cluster_name: String,
        required status: String,
        required registered_container_instances_count: i32,
        required running_tasks_count: i32,
        required pending_tasks_count: i32,
        required active_services_count: i32,
        required statistics: Vec<KeyValuePair>,
        required tags: Vec<Tag>,
        required settings: Vec<KeyValuePair>,
        required capacity_providers: Vec<String>,
        required default_capacity_provider_strategy: Vec<Document>,
    }
    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html>
    pub(crate) struct CreateClusterInput {
        optional cluster_name: String,
        optional tags: Vec<Tag>,
        optional settings: Vec<KeyValuePair>,
        optional capacity_providers: Vec<String>,
    }
    pub(crate) struct ClusterOutput {
        required cluster: Cluster,
    }
    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteCluster.html>
    pub(crate) struct DeleteClusterInput {
        required cluster: String,
    }
    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeClusters.html>
    pub(crate) struct DescribeClustersInput {
        optional clusters: Vec<String>,
        optional include: Vec<String>,
    }
    pub(crate) struct DescribeClustersOutput {
        required clusters: Vec<Cluster>,
        required failures: Vec<Failure>,
    }
    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListClusters.html>
    pub(crate) struct ListClustersInput {
        optional next_token: String,
        optional max_results: i32,
    }
    pub(crate) struct ListClustersOutput {
        required cluster_arns: Vec<String>,
        optional next_token: String,
    }

    // Task definitions.

    pub(crate) struct ContainerDependency {
        required container_name: String,
        required condition: DependsOnCondition,
    }
    pub(crate) struct LogConfiguration {
        required log_driver: String,
        optional options: BTreeMap<String, String>,
    }
    pub(crate) struct Secret {
        required name: String,
        required value_from: String,
    }
    /// What is read of a container definition when a task is made of it.
    pub(crate) struct ContainerDefinition {
        optional name: String,
        optional image: String,
        optional cpu: i32,
        optional memory: i32,
        optional memory_reservation: i32,
        optional essential: bool,
        optional entry_point: Vec<String>,
        optional command: Vec<String>,
        optional environment: Vec<KeyValuePair>,
        optional environment_files: Vec<Document>,
        optional secrets: Vec<Secret>,
        optional depends_on: Vec<ContainerDependency>,
        optional stop_timeout: i32,
        optional user: String,
        optional working_directory: String,
        optional log_configuration: LogConfiguration,
    }
    /// What is read of a task definition. All of it is kept.
    pub(crate) struct TaskDefinitionParts {
        required family: String [length(1, 255)],
        required container_definitions: Vec<ContainerDefinition>,
        optional task_role_arn: String,
        optional execution_role_arn: String,
        optional cpu: String,
        optional memory: String,
        optional requires_compatibilities: Vec<LaunchType>,
        optional tags: Vec<Tag>,
    }
    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html>
    pub(crate) struct TaskDefinitionOutput {
        required task_definition: Document,
        optional tags: Vec<Tag>,
    }
    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTaskDefinition.html>
    pub(crate) struct DescribeTaskDefinitionInput {
        required task_definition: String,
        optional include: Vec<String>,
    }
    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterTaskDefinition.html>
    pub(crate) struct DeregisterTaskDefinitionInput {
        required task_definition: String,
    }
    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTaskDefinitions.html>
    pub(crate) struct ListTaskDefinitionsInput {
        optional family_prefix: String,
        optional status: DefinitionStatus,
        optional sort: SortOrder,
        optional next_token: String,
        optional max_results: i32,
    }
    pub(crate) struct ListTaskDefinitionsOutput {
        required task_definition_arns: Vec<String>,
        optional next_token: String,
    }
    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTaskDefinitionFamilies.html>
    pub(crate) struct ListTaskDefinitionFamiliesInput {
        optional family_prefix: String,
        optional status: FamilyStatus,
        optional next_token: String,
        optional max_results: i32,
    }
    pub(crate) struct ListTaskDefinitionFamiliesOutput {
        required families: Vec<String>,
        optional next_token: String,
    }

    // Tasks.

    pub(crate) struct ContainerOverride {
        optional name: String,
        optional command: Vec<String>,
        optional environment: Vec<KeyValuePair>,
        optional cpu: i32,
        optional memory: i32,
        optional memory_reservation: i32,
    }
    pub(crate) struct TaskOverride {
        optional container_overrides: Vec<ContainerOverride>,
        optional cpu: String,
        optional memory: String,
        optional task_role_arn: String,
        optional execution_role_arn: String,
    }
    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html>
    pub(crate) struct RunTaskInput {
        optional cluster: String,
        required task_definition: String,
        optional count: i32,
        optional launch_type: LaunchType,
        optional capacity_provider_strategy: Vec<Document>,
        optional group: String,
        optional overrides: Document,
        optional platform_version: String,
        optional enable_execute_command: bool,
        optional propagate_tags: PropagateTags,
        optional started_by: String,
        optional tags: Vec<Tag>,
        optional client_token: String,
    }
    pub(crate) struct TasksOutput {
        required tasks: Vec<Task>,
        required failures: Vec<Failure>,
    }
    pub(crate) struct Container {
        required container_arn: String,
        required task_arn: String,
        required name: String,
        required image: String,
        optional runtime_id: String,
        required last_status: String,
        optional exit_code: i32,
        optional reason: String,
        required network_bindings: Vec<Document>,
        required network_interfaces: Vec<Document>,
        required health_status: String,
        required cpu: String,
        optional memory: String,
        optional memory_reservation: String,
    }
    pub(crate) struct Task {
        required attachments: Vec<Document>,
        required attributes: Vec<Document>,
        required availability_zone: String,
        required cluster_arn: String,
        required containers: Vec<Container>,
        required cpu: String,
        required created_at: EpochSeconds,
        required desired_status: String,
        required enable_execute_command: bool,
        optional execution_stopped_at: EpochSeconds,
        required group: String,
        required health_status: String,
        required last_status: String,
        required launch_type: String,
        required memory: String,
        required overrides: Document,
        optional platform_version: String,
        optional pull_started_at: EpochSeconds,
        optional pull_stopped_at: EpochSeconds,
        optional started_at: EpochSeconds,
        optional started_by: String,
        optional stop_code: String,
        optional stopped_at: EpochSeconds,
        optional stopped_reason: String,
        optional stopping_at: EpochSeconds,
        required tags: Vec<Tag>,
        required task_arn: String,
        required task_definition_arn: String,
        required version: i64,
    }
    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html>
    pub(crate) struct DescribeTasksInput {
        optional cluster: String,
        required tasks: Vec<String>,
        optional include: Vec<String>,
    }
    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html>
    pub(crate) struct ListTasksInput {
        optional cluster: String,
        optional family: String,
        optional started_by: String,
        optional desired_status: DesiredStatus,
        optional launch_type: LaunchType,
        optional service_name: String,
        optional container_instance: String,
        optional next_token: String,
        optional max_results: i32,
    }
    pub(crate) struct ListTasksOutput {
        required task_arns: Vec<String>,
        optional next_token: String,
    }
    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StopTask.html>
    pub(crate) struct StopTaskInput {
        optional cluster: String,
        required task: String,
        optional reason: String,
    }
    pub(crate) struct TaskOutput {
        required task: Task,
    }

    // Tags.

    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TagResource.html>
    pub(crate) struct TagResourceInput {
        required resource_arn: String,
        required tags: Vec<Tag>,
    }
    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UntagResource.html>
    pub(crate) struct UntagResourceInput {
        required resource_arn: String,
        required tag_keys: Vec<String>,
    }
    /// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTagsForResource.html>
    pub(crate) struct ListTagsForResourceInput {
        required resource_arn: String,
    }
    pub(crate) struct ListTagsForResourceOutput {
        required tags: Vec<Tag>,
    }

    pub(crate) struct Empty {}
}
