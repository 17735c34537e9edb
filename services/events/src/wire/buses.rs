//! Event buses, their policies, and the events that are put on them.

use aws::EpochSeconds;

use super::{Tag, is_bus_name, is_name};

aws::structures! { Pascal;
    pub(crate) struct DeadLetterConfig {
        optional arn: String [length(1, 1600)],
    }
    pub(crate) struct CreateEventBusInput {
        required name: String [length(1, 256).pattern(r"[/\.\-_A-Za-z0-9]+", is_bus_name)],
        optional event_source_name: String [length(1, 256)],
        optional description: String [length(0, 512)],
        optional kms_key_identifier: String [length(0, 2048)],
        optional dead_letter_config: DeadLetterConfig,
        optional tags: Vec<Tag>,
    }
    pub(crate) struct CreateEventBusOutput {
        required event_bus_arn: String,
        optional description: String,
        optional kms_key_identifier: String,
        optional dead_letter_config: DeadLetterConfig,
    }
    pub(crate) struct UpdateEventBusInput {
        optional name: String [length(1, 256).pattern(r"[/\.\-_A-Za-z0-9]+", is_bus_name)],
        optional description: String [length(0, 512)],
        optional kms_key_identifier: String [length(0, 2048)],
        optional dead_letter_config: DeadLetterConfig,
    }
    pub(crate) struct UpdateEventBusOutput {
        required arn: String,
        required name: String,
        optional description: String,
        optional kms_key_identifier: String,
        optional dead_letter_config: DeadLetterConfig,
    }
    pub(crate) struct DeleteEventBusInput {
        required name: String [length(1, 256).pattern(r"[/\.\-_A-Za-z0-9]+", is_bus_name)],
    }
    pub(crate) struct DescribeEventBusInput {
        optional name: String [length(1, 1600)],
    }
    pub(crate) struct DescribeEventBusOutput {
        required name: String,
        required arn: String,
        optional description: String,
        optional kms_key_identifier: String,
        optional dead_letter_config: DeadLetterConfig,
        optional policy: String,
        optional creation_time: EpochSeconds,
        optional last_modified_time: EpochSeconds,
    }
    pub(crate) struct ListEventBusesInput {
        optional name_prefix: String [length(1, 256).pattern(r"[/\.\-_A-Za-z0-9]+", is_bus_name)],
        optional next_token: String [length(1, 2048)],
        optional limit: i32 [range(1, 100)],
    }
    pub(crate) struct ListEventBusesOutput {
        required event_buses: Vec<EventBus>,
        optional next_token: String,
    }
    pub(crate) struct EventBus {
        required name: String,
        required arn: String,
        optional description: String,
        optional policy: String,
        optional creation_time: EpochSeconds,
        optional last_modified_time: EpochSeconds,
    }

    pub(crate) struct PutPermissionInput {
        optional event_bus_name: String [length(1, 256).pattern(r"[\.\-_A-Za-z0-9]+", is_name)],
        optional action: String [length(1, 64)],
        optional principal: String [length(1, 12)],
        optional statement_id: String [length(1, 64)],
        optional condition: Condition,
        optional policy: String,
    }
    pub(crate) struct Condition {
        required r#type: String,
        required key: String,
        required value: String,
    }
    pub(crate) struct RemovePermissionInput {
        optional statement_id: String [length(1, 64)],
        optional remove_all_permissions: bool,
        optional event_bus_name: String [length(1, 256).pattern(r"[\.\-_A-Za-z0-9]+", is_name)],
    }

    pub(crate) struct PutEventsInput {
        required entries: Vec<PutEventsRequestEntry> [sensitive().length(1, 10)],
        optional endpoint_id: String [length(1, 50)],
    }
    pub(crate) struct PutEventsRequestEntry {
        optional time: EpochSeconds,
        optional source: String,
        optional resources: Vec<String>,
        optional detail_type: String,
        optional detail: String,
        optional event_bus_name: String [length(1, 1600)],
        optional trace_header: String [length(1, 500)],
    }
    pub(crate) struct PutEventsOutput {
        required failed_entry_count: i32,
        required entries: Vec<PutEventsResultEntry>,
    }
    pub(crate) struct PutEventsResultEntry {
        optional event_id: String,
        optional error_code: String,
        optional error_message: String,
    }
    pub(crate) struct TestEventPatternInput {
        required event_pattern: String [length(0, 4096)],
        required event: String,
    }
    pub(crate) struct TestEventPatternOutput {
        required result: bool,
    }
}
