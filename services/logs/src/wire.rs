//! What the operations take and give, as the service's model (`logs/2014-03-28`) declares it.
//!
//! Members, types and constraints only. What an operation checks beyond them stands in its own file of `ops`.

mod filters;

pub(crate) use filters::*;

use std::collections::BTreeMap;

/// `[\.\-_/#A-Za-z0-9]+`
fn is_group_name(name: &str) -> bool {
    name.chars().all(|letter| letter.is_ascii_alphanumeric() || ".-_/#".contains(letter))
}

/// `[\w#+=/:,.@-]*`: the ARN that ends with an asterisk isn't one.
fn is_identifier(text: &str) -> bool {
    text.chars().all(|letter| letter.is_alphanumeric() || "_#+=/:,.@-".contains(letter))
}

/// `[^:*]*`
fn is_stream_name(name: &str) -> bool {
    !name.contains([':', '*'])
}

aws::string_enums! {
    pub(crate) enum LogGroupClass {
        Standard = "STANDARD",
        InfrequentAccess = "INFREQUENT_ACCESS",
        Delivery = "DELIVERY",
    }
    pub(crate) enum OrderBy { LogStreamName = "LogStreamName", LastEventTime = "LastEventTime" }
}

impl LogGroupClass {
    pub(crate) const ALL: [LogGroupClass; 3] =
        [LogGroupClass::Standard, LogGroupClass::InfrequentAccess, LogGroupClass::Delivery];
}

aws::structures! { Camel;
    /// The reply of operations that have nothing to say.
    pub(crate) struct Empty {}

    pub(crate) struct CreateLogGroupInput {
        required log_group_name: String [length(1, 512).pattern(r"[\.\-_/#A-Za-z0-9]+", is_group_name)],
        optional kms_key_id: String [length(0, 256)],
        optional tags: BTreeMap<String, String> [length(1, 50)],
        optional log_group_class: LogGroupClass,
        optional deletion_protection_enabled: bool,
    }
    /// Of the operations that are about one group and say no more.
    pub(crate) struct GroupInput {
        required log_group_name: String [length(1, 512).pattern(r"[\.\-_/#A-Za-z0-9]+", is_group_name)],
    }
    /// Of the operations that are about one stream and say no more.
    pub(crate) struct StreamInput {
        required log_group_name: String [length(1, 512).pattern(r"[\.\-_/#A-Za-z0-9]+", is_group_name)],
        required log_stream_name: String [length(1, 512).pattern("[^:*]*", is_stream_name)],
    }
    pub(crate) struct PutRetentionPolicyInput {
        required log_group_name: String [length(1, 512).pattern(r"[\.\-_/#A-Za-z0-9]+", is_group_name)],
        required retention_in_days: i32,
    }

    pub(crate) struct DescribeLogGroupsInput {
        optional log_group_name_prefix: String [length(1, 512).pattern(r"[\.\-_/#A-Za-z0-9]+", is_group_name)],
        optional log_group_name_pattern: String [length(0, 512).pattern(r"[\.\-_/#A-Za-z0-9]*", is_group_name)],
        optional log_group_class: LogGroupClass,
        optional log_group_identifiers: Vec<String> [length(1, 50)],
        optional next_token: String [length(1, 4096)],
        optional limit: i32 [range(1, 50)],
    }
    pub(crate) struct DescribeLogGroupsOutput {
        required log_groups: Vec<LogGroup>,
        optional next_token: String,
    }
    pub(crate) struct LogGroup {
        required log_group_name: String,
        required creation_time: i64,
        optional retention_in_days: i32,
        required metric_filter_count: i32,
        required arn: String,
        required stored_bytes: i64,
        optional kms_key_id: String,
        required log_group_class: LogGroupClass,
        required log_group_arn: String,
        required deletion_protection_enabled: bool,
    }

    pub(crate) struct DescribeLogStreamsInput {
        optional log_group_name: String [length(1, 512).pattern(r"[\.\-_/#A-Za-z0-9]+", is_group_name)],
        optional log_group_identifier: String [sensitive().length(1, 2048).pattern(r"[\w#+=/:,.@-]*", is_identifier)],
        optional log_stream_name_prefix: String [length(1, 512).pattern("[^:*]*", is_stream_name)],
        optional order_by: OrderBy,
        optional descending: bool,
        optional next_token: String [length(1, 4096)],
        optional limit: i32 [range(1, 50)],
    }
    pub(crate) struct DescribeLogStreamsOutput {
        required log_streams: Vec<LogStream>,
        optional next_token: String,
    }
    pub(crate) struct LogStream {
        required log_stream_name: String,
        required creation_time: i64,
        optional first_event_timestamp: i64,
        optional last_event_timestamp: i64,
        optional last_ingestion_time: i64,
        required upload_sequence_token: String,
        required arn: String,
        required stored_bytes: i64,
    }

    pub(crate) struct PutLogEventsInput {
        required log_group_name: String [length(1, 512).pattern(r"[\.\-_/#A-Za-z0-9]+", is_group_name)],
        required log_stream_name: String [length(1, 512).pattern("[^:*]*", is_stream_name)],
        required log_events: Vec<InputLogEvent> [sensitive().length(1, 10000)],
        optional sequence_token: String [length(1, 1024)],
    }
    pub(crate) struct InputLogEvent {
        required timestamp: i64 [range(0, i64::MAX)],
        required message: String [sensitive().length(1, usize::MAX)],
    }
    pub(crate) struct PutLogEventsOutput {
        required next_sequence_token: String,
        optional rejected_log_events_info: RejectedLogEventsInfo,
    }
    pub(crate) struct RejectedLogEventsInfo {
        optional too_new_log_event_start_index: i32,
        optional too_old_log_event_end_index: i32,
        optional expired_log_event_end_index: i32,
    }

    pub(crate) struct GetLogEventsInput {
        optional log_group_name: String [length(1, 512).pattern(r"[\.\-_/#A-Za-z0-9]+", is_group_name)],
        optional log_group_identifier: String [sensitive().length(1, 2048).pattern(r"[\w#+=/:,.@-]*", is_identifier)],
        required log_stream_name: String [length(1, 512).pattern("[^:*]*", is_stream_name)],
        optional start_time: i64 [range(0, i64::MAX)],
        optional end_time: i64 [range(0, i64::MAX)],
        optional next_token: String [length(1, 4096)],
        optional limit: i32 [range(1, 10000)],
        optional start_from_head: bool,
    }
    pub(crate) struct GetLogEventsOutput {
        required events: Vec<OutputLogEvent>,
        required next_forward_token: String,
        required next_backward_token: String,
    }
    pub(crate) struct OutputLogEvent {
        required timestamp: i64,
        required message: String,
        required ingestion_time: i64,
    }

    pub(crate) struct FilterLogEventsInput {
        optional log_group_name: String [length(1, 512).pattern(r"[\.\-_/#A-Za-z0-9]+", is_group_name)],
        optional log_group_identifier: String [sensitive().length(1, 2048).pattern(r"[\w#+=/:,.@-]*", is_identifier)],
        optional log_stream_names: Vec<String> [length(1, 100)],
        optional log_stream_name_prefix: String [length(1, 512).pattern("[^:*]*", is_stream_name)],
        optional start_time: i64 [range(0, i64::MAX)],
        optional end_time: i64 [range(0, i64::MAX)],
        optional filter_pattern: String [length(0, 1024)],
        optional next_token: String [length(1, 4096)],
        optional limit: i32 [range(1, 10000)],
    }
    pub(crate) struct FilterLogEventsOutput {
        required events: Vec<FilteredLogEvent>,
        required searched_log_streams: Vec<SearchedLogStream>,
        optional next_token: String,
    }
    pub(crate) struct FilteredLogEvent {
        required log_stream_name: String,
        required timestamp: i64,
        required message: String,
        required ingestion_time: i64,
        required event_id: String,
    }
    pub(crate) struct SearchedLogStream {
        required log_stream_name: String,
        required searched_completely: bool,
    }

    pub(crate) struct TestMetricFilterInput {
        required filter_pattern: String [length(0, 1024)],
        required log_event_messages: Vec<String> [length(1, 50)],
    }
    pub(crate) struct TestMetricFilterOutput {
        required matches: Vec<MetricFilterMatchRecord>,
    }
    pub(crate) struct MetricFilterMatchRecord {
        required event_number: i64,
        required event_message: String,
        required extracted_values: BTreeMap<String, String>,
    }

    pub(crate) struct TagLogGroupInput {
        required log_group_name: String [length(1, 512).pattern(r"[\.\-_/#A-Za-z0-9]+", is_group_name)],
        required tags: BTreeMap<String, String> [length(1, 50)],
    }
    pub(crate) struct UntagLogGroupInput {
        required log_group_name: String [length(1, 512).pattern(r"[\.\-_/#A-Za-z0-9]+", is_group_name)],
        required tags: Vec<String> [length(1, 50)],
    }
    pub(crate) struct TagResourceInput {
        required resource_arn: String [length(1, 1011)],
        required tags: BTreeMap<String, String> [length(1, 50)],
    }
    pub(crate) struct UntagResourceInput {
        required resource_arn: String [length(1, 1011)],
        required tag_keys: Vec<String> [length(0, 50)],
    }
    pub(crate) struct ListTagsForResourceInput {
        required resource_arn: String [length(1, 1011)],
    }
    pub(crate) struct TagsOutput {
        required tags: BTreeMap<String, String>,
    }

    pub(crate) struct PutResourcePolicyInput {
        optional policy_name: String,
        optional policy_document: String [length(1, 5120)],
    }
    pub(crate) struct PutResourcePolicyOutput {
        required resource_policy: ResourcePolicy,
    }
    pub(crate) struct ResourcePolicy {
        required policy_name: String,
        required policy_document: String,
        required last_updated_time: i64,
    }
    pub(crate) struct DescribeResourcePoliciesInput {}
    pub(crate) struct DescribeResourcePoliciesOutput {
        required resource_policies: Vec<ResourcePolicy>,
    }
    pub(crate) struct DeleteResourcePolicyInput {
        optional policy_name: String,
    }
}
