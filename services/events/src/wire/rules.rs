//! Rules.

use super::{Tag, is_name};

aws::string_enums! {
    pub(crate) enum RuleState {
        Enabled = "ENABLED",
        Disabled = "DISABLED",
        EnabledWithAll = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS",
    }
}

aws::structures! { Pascal;
    pub(crate) struct PutRuleInput {
        required name: String [length(1, 64).pattern(r"[\.\-_A-Za-z0-9]+", is_name)],
        optional schedule_expression: String [length(0, 256)],
        optional event_pattern: String [length(0, 4096)],
        optional state: RuleState,
        optional description: String [length(0, 512)],
        optional role_arn: String [length(1, 1600)],
        optional tags: Vec<Tag>,
        optional event_bus_name: String [length(1, 1600)],
    }
    pub(crate) struct PutRuleOutput {
        required rule_arn: String,
    }
    /// Of the operations that are about one rule and say no more.
    pub(crate) struct RuleInput {
        required name: String [length(1, 64).pattern(r"[\.\-_A-Za-z0-9]+", is_name)],
        optional event_bus_name: String [length(1, 1600)],
    }
    pub(crate) struct DescribeRuleOutput {
        required name: String,
        required arn: String,
        optional event_pattern: String,
        optional schedule_expression: String,
        required state: RuleState,
        optional description: String,
        optional role_arn: String,
        optional managed_by: String,
        required event_bus_name: String,
        required created_by: String,
    }
    pub(crate) struct ListRulesInput {
        optional name_prefix: String [length(1, 64).pattern(r"[\.\-_A-Za-z0-9]+", is_name)],
        optional event_bus_name: String [length(1, 1600)],
        optional next_token: String [length(1, 2048)],
        optional limit: i32 [range(1, 100)],
    }
    pub(crate) struct ListRulesOutput {
        required rules: Vec<Rule>,
        optional next_token: String,
    }
    pub(crate) struct Rule {
        required name: String,
        required arn: String,
        optional event_pattern: String,
        required state: RuleState,
        optional description: String,
        optional schedule_expression: String,
        optional role_arn: String,
        optional managed_by: String,
        required event_bus_name: String,
    }
    pub(crate) struct ListRuleNamesByTargetInput {
        required target_arn: String [length(1, 1600)],
        optional event_bus_name: String [length(1, 1600)],
        optional next_token: String [length(1, 2048)],
        optional limit: i32 [range(1, 100)],
    }
    pub(crate) struct ListRuleNamesByTargetOutput {
        required rule_names: Vec<String>,
        optional next_token: String,
    }
}
