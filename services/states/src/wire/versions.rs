//! Versions of state machines.

use aws::EpochSeconds;

aws::structures! { Camel;
    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_PublishStateMachineVersion.html>
    pub(crate) struct PublishStateMachineVersionInput {
        required state_machine_arn: String [length(1, 256)],
        optional revision_id: String,
        optional description: String [sensitive().length(0, 256)],
    }
    pub(crate) struct PublishStateMachineVersionOutput {
        required creation_date: EpochSeconds,
        required state_machine_version_arn: String,
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachineVersions.html>
    pub(crate) struct ListStateMachineVersionsInput {
        required state_machine_arn: String [length(1, 256)],
        optional next_token: String [length(1, 1024)],
        optional max_results: i32 [range(0, 1000)],
    }
    pub(crate) struct ListStateMachineVersionsOutput {
        required state_machine_versions: Vec<StateMachineVersionListItem>,
        optional next_token: String,
    }
    pub(crate) struct StateMachineVersionListItem {
        required state_machine_version_arn: String,
        required creation_date: EpochSeconds,
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachineVersion.html>
    pub(crate) struct DeleteStateMachineVersionInput {
        required state_machine_version_arn: String [length(1, 2000)],
    }
}
