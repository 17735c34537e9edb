//! Queues, their attributes, tags, permissions and move tasks.

use std::collections::BTreeMap;

aws::structures! { Camel;
    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html>
    ///
    /// The one member in lower case is AWS's.
    pub(crate) struct CreateQueueInput {
        optional _queue_name: String,
        optional _attributes: BTreeMap<String, String>,
        optional tags: BTreeMap<String, String>,
    }

    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListDeadLetterSourceQueues.html>
    pub(crate) struct ListDeadLetterSourceQueuesOutput {
        required queue_urls: Vec<String>,
        optional _next_token: String,
    }
}

aws::structures! { Pascal;
    pub(crate) struct CreateQueueOutput {
        required queue_url: String,
    }

    /// The input of operations that need a queue and nothing else.
    pub(crate) struct QueueInput {
        optional queue_url: String,
    }

    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueUrl.html>
    pub(crate) struct GetQueueUrlInput {
        optional queue_name: String,
        optional queue_owner_a_w_s_account_id: String,
    }
    pub(crate) struct GetQueueUrlOutput {
        required queue_url: String,
    }

    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html>
    pub(crate) struct ListQueuesInput {
        optional queue_name_prefix: String,
        optional next_token: String,
        optional max_results: i32,
    }
    pub(crate) struct ListQueuesOutput {
        optional queue_urls: Vec<String>,
        optional next_token: String,
    }

    pub(crate) struct ListDeadLetterSourceQueuesInput {
        optional queue_url: String,
        optional next_token: String,
        optional max_results: i32,
    }

    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html>
    pub(crate) struct GetQueueAttributesInput {
        optional queue_url: String,
        optional attribute_names: Vec<String>,
    }
    pub(crate) struct GetQueueAttributesOutput {
        optional attributes: BTreeMap<String, String>,
    }

    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html>
    pub(crate) struct SetQueueAttributesInput {
        optional queue_url: String,
        optional attributes: BTreeMap<String, String>,
    }

    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueueTags.html>
    pub(crate) struct ListQueueTagsOutput {
        optional tags: BTreeMap<String, String>,
    }

    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_TagQueue.html>
    pub(crate) struct TagQueueInput {
        optional queue_url: String,
        optional tags: BTreeMap<String, String>,
    }

    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_UntagQueue.html>
    pub(crate) struct UntagQueueInput {
        optional queue_url: String,
        optional tag_keys: Vec<String>,
    }

    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_AddPermission.html>
    pub(crate) struct AddPermissionInput {
        optional queue_url: String,
        optional label: String,
        optional a_w_s_account_ids: Vec<String>,
        optional actions: Vec<String>,
    }

    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_RemovePermission.html>
    pub(crate) struct RemovePermissionInput {
        optional queue_url: String,
        optional label: String,
    }

    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html>
    pub(crate) struct StartMessageMoveTaskInput {
        optional source_arn: String,
        optional destination_arn: String,
        optional max_number_of_messages_per_second: i32,
    }
    pub(crate) struct StartMessageMoveTaskOutput {
        required task_handle: String,
    }

    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CancelMessageMoveTask.html>
    pub(crate) struct CancelMessageMoveTaskInput {
        optional task_handle: String,
    }
    pub(crate) struct CancelMessageMoveTaskOutput {
        required approximate_number_of_messages_moved: i64,
    }

    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListMessageMoveTasks.html>
    pub(crate) struct ListMessageMoveTasksInput {
        optional source_arn: String,
        optional max_results: i32,
    }
    pub(crate) struct ListMessageMoveTasksOutput {
        required results: Vec<MessageMoveTask>,
    }
    pub(crate) struct MessageMoveTask {
        optional task_handle: String,
        required status: String,
        required source_arn: String,
        optional destination_arn: String,
        optional max_number_of_messages_per_second: i32,
        required approximate_number_of_messages_moved: i64,
        optional approximate_number_of_messages_to_move: i64,
        optional failure_reason: String,
        required started_timestamp: i64,
    }
}
