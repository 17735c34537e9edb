//! Aliases of state machines.

use aws::EpochSeconds;

use crate::name::{ALIAS_PATTERN, is_alias};

aws::structures! { Camel;
    pub(crate) struct RoutingConfigurationListItem {
        required state_machine_version_arn: String [length(1, 256)],
        required weight: i32 [range(0, 100)],
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachineAlias.html>
    pub(crate) struct CreateStateMachineAliasInput {
        optional description: String [sensitive().length(0, 256)],
        required name: String [length(1, 80).pattern(ALIAS_PATTERN, is_alias)],
        required routing_configuration: Vec<RoutingConfigurationListItem> [length(1, 2)],
    }
    pub(crate) struct CreateStateMachineAliasOutput {
        required state_machine_alias_arn: String,
        required creation_date: EpochSeconds,
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachineAlias.html>
    pub(crate) struct UpdateStateMachineAliasInput {
        required state_machine_alias_arn: String [length(1, 256)],
        optional description: String [sensitive().length(0, 256)],
        optional routing_configuration: Vec<RoutingConfigurationListItem> [length(1, 2)],
    }
    pub(crate) struct UpdateStateMachineAliasOutput {
        required update_date: EpochSeconds,
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachineAlias.html>
    pub(crate) struct DescribeStateMachineAliasInput {
        required state_machine_alias_arn: String [length(1, 256)],
    }
    pub(crate) struct DescribeStateMachineAliasOutput {
        required state_machine_alias_arn: String,
        required name: String,
        optional description: String,
        required routing_configuration: Vec<RoutingConfigurationListItem>,
        required creation_date: EpochSeconds,
        required update_date: EpochSeconds,
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachineAlias.html>
    pub(crate) struct DeleteStateMachineAliasInput {
        required state_machine_alias_arn: String [length(1, 256)],
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachineAliases.html>
    pub(crate) struct ListStateMachineAliasesInput {
        required state_machine_arn: String [length(1, 256)],
        optional next_token: String [length(1, 1024)],
        optional max_results: i32 [range(0, 1000)],
    }
    pub(crate) struct ListStateMachineAliasesOutput {
        required state_machine_aliases: Vec<StateMachineAliasListItem>,
        optional next_token: String,
    }
    pub(crate) struct StateMachineAliasListItem {
        required state_machine_alias_arn: String,
        required creation_date: EpochSeconds,
    }
}
