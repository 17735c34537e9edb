//! Archives and replays.

use aws::EpochSeconds;

use super::is_name;

aws::string_enums! {
    pub(crate) enum ArchiveState {
        Enabled = "ENABLED",
        Disabled = "DISABLED",
        Creating = "CREATING",
        Updating = "UPDATING",
        CreateFailed = "CREATE_FAILED",
        UpdateFailed = "UPDATE_FAILED",
    }
    pub(crate) enum ReplayState {
        Cancelled = "CANCELLED",
        Cancelling = "CANCELLING",
        Completed = "COMPLETED",
        Failed = "FAILED",
        Running = "RUNNING",
        Starting = "STARTING",
    }
}

aws::structures! { Pascal;
    pub(crate) struct CreateArchiveInput {
        required archive_name: String [length(1, 48).pattern(r"[\.\-_A-Za-z0-9]+", is_name)],
        required event_source_arn: String [length(1, 1600)],
        optional description: String [length(0, 512)],
        optional event_pattern: String [length(0, 4096)],
        optional retention_days: i32 [range(0, i32::MAX)],
        optional kms_key_identifier: String [length(0, 2048)],
    }
    pub(crate) struct UpdateArchiveInput {
        required archive_name: String [length(1, 48).pattern(r"[\.\-_A-Za-z0-9]+", is_name)],
        optional description: String [length(0, 512)],
        optional event_pattern: String [length(0, 4096)],
        optional retention_days: i32 [range(0, i32::MAX)],
        optional kms_key_identifier: String [length(0, 2048)],
    }
    /// Of the operations that change an archive.
    pub(crate) struct ArchiveOutput {
        required archive_arn: String,
        required state: ArchiveState,
        required creation_time: EpochSeconds,
    }
    /// Of the operations that are about one archive and say no more.
    pub(crate) struct ArchiveInput {
        required archive_name: String [length(1, 48).pattern(r"[\.\-_A-Za-z0-9]+", is_name)],
    }
    /// As DescribeArchive and ListArchives show it; lists leave out what `optional` marks.
    pub(crate) struct Archive {
        optional archive_arn: String,
        required archive_name: String,
        required event_source_arn: String,
        optional description: String,
        optional event_pattern: String,
        required state: ArchiveState,
        optional kms_key_identifier: String,
        required retention_days: i32,
        required size_bytes: i64,
        required event_count: i64,
        required creation_time: EpochSeconds,
    }
    pub(crate) struct ListArchivesInput {
        optional name_prefix: String [length(1, 48).pattern(r"[\.\-_A-Za-z0-9]+", is_name)],
        optional event_source_arn: String [length(1, 1600)],
        optional state: ArchiveState,
        optional next_token: String [length(1, 2048)],
        optional limit: i32 [range(1, 100)],
    }
    pub(crate) struct ListArchivesOutput {
        required archives: Vec<Archive>,
        optional next_token: String,
    }

    pub(crate) struct ReplayDestination {
        required arn: String [length(1, 1600)],
        optional filter_arns: Vec<String>,
    }
    pub(crate) struct StartReplayInput {
        required replay_name: String [length(1, 64).pattern(r"[\.\-_A-Za-z0-9]+", is_name)],
        optional description: String [length(0, 512)],
        required event_source_arn: String [length(1, 1600)],
        required event_start_time: EpochSeconds,
        required event_end_time: EpochSeconds,
        required destination: ReplayDestination,
    }
    pub(crate) struct StartReplayOutput {
        required replay_arn: String,
        required state: ReplayState,
        required replay_start_time: EpochSeconds,
    }
    /// Of the operations that are about one replay and say no more.
    pub(crate) struct ReplayInput {
        required replay_name: String [length(1, 64).pattern(r"[\.\-_A-Za-z0-9]+", is_name)],
    }
    pub(crate) struct CancelReplayOutput {
        required replay_arn: String,
        required state: ReplayState,
    }
    /// As DescribeReplay and ListReplays show it; lists leave out the ARN, the description and the destination.
    pub(crate) struct Replay {
        required replay_name: String,
        optional replay_arn: String,
        optional description: String,
        required state: ReplayState,
        required event_source_arn: String,
        optional destination: ReplayDestination,
        required event_start_time: EpochSeconds,
        required event_end_time: EpochSeconds,
        optional event_last_replayed_time: EpochSeconds,
        required replay_start_time: EpochSeconds,
        optional replay_end_time: EpochSeconds,
    }
    pub(crate) struct ListReplaysInput {
        optional name_prefix: String [length(1, 64).pattern(r"[\.\-_A-Za-z0-9]+", is_name)],
        optional state: ReplayState,
        optional event_source_arn: String [length(1, 1600)],
        optional next_token: String [length(1, 2048)],
        optional limit: i32 [range(1, 100)],
    }
    pub(crate) struct ListReplaysOutput {
        required replays: Vec<Replay>,
        optional next_token: String,
    }
}
