//! What the operations take and give, as the service's model (`sns/2010-03-31`) declares it.

use std::collections::BTreeMap;

aws::structures! { Pascal;
    /// The reply of operations that have nothing to say.
    pub(crate) struct Empty {}

    pub(crate) struct Tag { required key: String, required value: String }

    /// <https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html>
    pub(crate) struct CreateTopicInput {
        required name: String,
        optional attributes: BTreeMap<String, String>,
        optional tags: Vec<Tag>,
        optional data_protection_policy: String,
    }
    pub(crate) struct CreateTopicOutput { required topic_arn: String }

    /// The input of operations that need a topic and nothing else.
    pub(crate) struct TopicInput { required topic_arn: String }

    /// The reply of operations that show attributes.
    pub(crate) struct AttributesOutput { required attributes: BTreeMap<String, String> }

    /// <https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html>
    pub(crate) struct SetTopicAttributesInput {
        required topic_arn: String,
        required attribute_name: String,
        optional attribute_value: String,
    }

    /// <https://docs.aws.amazon.com/sns/latest/api/API_ListTopics.html>
    pub(crate) struct ListInput { optional next_token: String }
    pub(crate) struct ListTopicsOutput {
        required topics: Vec<TopicInput>,
        optional next_token: String,
    }

    /// <https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html>
    pub(crate) struct SubscribeInput {
        required topic_arn: String,
        required protocol: String,
        optional endpoint: String,
        optional attributes: BTreeMap<String, String>,
        optional return_subscription_arn: bool,
    }
    /// The reply that names a subscription, and the input of operations that need one.
    pub(crate) struct SubscriptionInput { required subscription_arn: String }

    /// <https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html>
    pub(crate) struct ConfirmSubscriptionInput {
        required topic_arn: String,
        required token: String,
        optional authenticate_on_unsubscribe: String,
    }

    /// <https://docs.aws.amazon.com/sns/latest/api/API_AddPermission.html>
    pub(crate) struct AddPermissionInput {
        required topic_arn: String,
        required label: String,
        required a_w_s_account_id: Vec<String>,
        required action_name: Vec<String>,
    }
    /// <https://docs.aws.amazon.com/sns/latest/api/API_RemovePermission.html>
    pub(crate) struct RemovePermissionInput { required topic_arn: String, required label: String }

    /// <https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html>
    pub(crate) struct SetSubscriptionAttributesInput {
        required subscription_arn: String,
        required attribute_name: String,
        optional attribute_value: String,
    }

    /// <https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html>
    pub(crate) struct ListSubscriptionsByTopicInput {
        required topic_arn: String,
        optional next_token: String,
    }
    pub(crate) struct ListSubscriptionsOutput {
        required subscriptions: Vec<SubscriptionItem>,
        optional next_token: String,
    }
    pub(crate) struct SubscriptionItem {
        required subscription_arn: String,
        required owner: String,
        required protocol: String,
        required endpoint: String,
        required topic_arn: String,
    }

    pub(crate) struct MessageAttributeValue {
        required data_type: String,
        optional string_value: String,
        optional binary_value: String,
    }

    /// <https://docs.aws.amazon.com/sns/latest/api/API_Publish.html>
    pub(crate) struct PublishInput {
        optional topic_arn: String,
        optional target_arn: String,
        optional phone_number: String,
        required message: String,
        optional subject: String,
        optional message_structure: String,
        optional message_attributes: BTreeMap<String, MessageAttributeValue>,
        optional message_deduplication_id: String,
        optional message_group_id: String,
    }
    pub(crate) struct PublishOutput {
        required message_id: String,
        optional sequence_number: String,
    }

    /// <https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html>
    pub(crate) struct PublishBatchInput {
        required topic_arn: String,
        required publish_batch_request_entries: Vec<PublishBatchRequestEntry>,
    }
    pub(crate) struct PublishBatchRequestEntry {
        required id: String,
        required message: String,
        optional subject: String,
        optional message_structure: String,
        optional message_attributes: BTreeMap<String, MessageAttributeValue>,
        optional message_deduplication_id: String,
        optional message_group_id: String,
    }
    pub(crate) struct PublishBatchOutput {
        required successful: Vec<PublishBatchResultEntry>,
        required failed: Vec<BatchResultErrorEntry>,
    }
    pub(crate) struct PublishBatchResultEntry {
        required id: String,
        required message_id: String,
        optional sequence_number: String,
    }
    pub(crate) struct BatchResultErrorEntry {
        required id: String,
        required code: String,
        required message: String,
        required sender_fault: bool,
    }

    /// <https://docs.aws.amazon.com/sns/latest/api/API_TagResource.html>
    pub(crate) struct TagResourceInput { required resource_arn: String, required tags: Vec<Tag> }
    /// <https://docs.aws.amazon.com/sns/latest/api/API_UntagResource.html>
    pub(crate) struct UntagResourceInput {
        required resource_arn: String,
        required tag_keys: Vec<String>,
    }
    /// <https://docs.aws.amazon.com/sns/latest/api/API_ListTagsForResource.html>
    pub(crate) struct ListTagsForResourceInput { required resource_arn: String }
    pub(crate) struct ListTagsForResourceOutput { required tags: Vec<Tag> }
}
