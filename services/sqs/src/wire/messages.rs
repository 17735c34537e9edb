//! Messages, alone and in batches.

use std::collections::BTreeMap;

aws::structures! { Pascal;
    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>
    pub(crate) struct SendMessageInput {
        optional queue_url: String,
        optional message_body: String,
        optional delay_seconds: i32,
        optional message_attributes: BTreeMap<String, MessageAttributeValue>,
        optional message_system_attributes: BTreeMap<String, MessageAttributeValue>,
        optional message_deduplication_id: String,
        optional message_group_id: String,
    }
    pub(crate) struct SendMessageOutput {
        required m_d5_of_message_body: String,
        optional m_d5_of_message_attributes: String,
        optional m_d5_of_message_system_attributes: String,
        required message_id: String,
        optional sequence_number: String,
    }

    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_MessageAttributeValue.html>
    pub(crate) struct MessageAttributeValue {
        optional string_value: String,
        optional binary_value: String,
        optional string_list_values: Vec<String>,
        optional binary_list_values: Vec<String>,
        optional data_type: String,
    }

    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html>
    pub(crate) struct SendMessageBatchInput {
        optional queue_url: String,
        optional entries: Vec<SendMessageBatchRequestEntry>,
    }
    pub(crate) struct SendMessageBatchRequestEntry {
        optional id: String,
        optional message_body: String,
        optional delay_seconds: i32,
        optional message_attributes: BTreeMap<String, MessageAttributeValue>,
        optional message_system_attributes: BTreeMap<String, MessageAttributeValue>,
        optional message_deduplication_id: String,
        optional message_group_id: String,
    }
    pub(crate) struct SendMessageBatchOutput {
        optional successful: Vec<SendMessageBatchResultEntry>,
        optional failed: Vec<BatchResultErrorEntry>,
    }
    pub(crate) struct SendMessageBatchResultEntry {
        required id: String,
        required message_id: String,
        required m_d5_of_message_body: String,
        optional m_d5_of_message_attributes: String,
        optional m_d5_of_message_system_attributes: String,
        optional sequence_number: String,
    }
    pub(crate) struct BatchResultErrorEntry {
        required id: String,
        required sender_fault: bool,
        required code: String,
        optional message: String,
    }

    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html>
    pub(crate) struct ReceiveMessageInput {
        optional queue_url: String,
        optional attribute_names: Vec<String>,
        optional message_system_attribute_names: Vec<String>,
        optional message_attribute_names: Vec<String>,
        optional max_number_of_messages: i32,
        optional visibility_timeout: i32,
        optional wait_time_seconds: i32,
        optional receive_request_attempt_id: String,
    }
    pub(crate) struct ReceiveMessageOutput {
        optional messages: Vec<Message>,
    }
    pub(crate) struct Message {
        required message_id: String,
        required receipt_handle: String,
        required m_d5_of_body: String,
        required body: String,
        optional attributes: BTreeMap<String, String>,
        optional m_d5_of_message_attributes: String,
        optional message_attributes: BTreeMap<String, MessageAttributeValue>,
    }

    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html>
    pub(crate) struct DeleteMessageInput {
        optional queue_url: String,
        optional receipt_handle: String,
    }

    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessageBatch.html>
    pub(crate) struct DeleteMessageBatchInput {
        optional queue_url: String,
        optional entries: Vec<DeleteMessageBatchRequestEntry>,
    }
    pub(crate) struct DeleteMessageBatchRequestEntry {
        optional id: String,
        optional receipt_handle: String,
    }

    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html>
    pub(crate) struct ChangeMessageVisibilityInput {
        optional queue_url: String,
        optional receipt_handle: String,
        optional visibility_timeout: i32,
    }

    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibilityBatch.html>
    pub(crate) struct ChangeMessageVisibilityBatchInput {
        optional queue_url: String,
        optional entries: Vec<ChangeMessageVisibilityBatchRequestEntry>,
    }
    pub(crate) struct ChangeMessageVisibilityBatchRequestEntry {
        optional id: String,
        optional receipt_handle: String,
        optional visibility_timeout: i32,
    }

    /// What became of the entries of a batch that changes messages.
    pub(crate) struct BatchOutput {
        required successful: Vec<BatchResultEntry>,
        optional failed: Vec<BatchResultErrorEntry>,
    }
    pub(crate) struct BatchResultEntry {
        required id: String,
    }
}
