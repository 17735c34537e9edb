//! State machines.

use std::collections::BTreeMap;

use aws::EpochSeconds;

use super::{EncryptionConfiguration, LoggingConfiguration, Tag, TracingConfiguration};

aws::string_enums! {
    pub(crate) enum StateMachineType { Standard = "STANDARD", Express = "EXPRESS" }
    pub(crate) enum StateMachineStatus { Active = "ACTIVE", Deleting = "DELETING" }
    pub(crate) enum IncludedData { AllData = "ALL_DATA", MetadataOnly = "METADATA_ONLY" }
    pub(crate) enum DiagnosticSeverity { Error = "ERROR", Warning = "WARNING" }
    pub(crate) enum ValidationResult { Ok = "OK", Fail = "FAIL" }
}

aws::structures! { Camel;
    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html>
    pub(crate) struct CreateStateMachineInput {
        required name: String [length(1, 80)],
        required definition: String [sensitive().length(1, 1_048_576)],
        required role_arn: String [length(1, 256)],
        optional r#type: StateMachineType,
        optional logging_configuration: LoggingConfiguration,
        optional tags: Vec<Tag>,
        optional tracing_configuration: TracingConfiguration,
        optional publish: bool,
        optional version_description: String [sensitive().length(0, 256)],
        optional encryption_configuration: EncryptionConfiguration,
    }
    pub(crate) struct CreateStateMachineOutput {
        required state_machine_arn: String,
        required creation_date: EpochSeconds,
        optional state_machine_version_arn: String,
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html>
    pub(crate) struct UpdateStateMachineInput {
        required state_machine_arn: String [length(1, 256)],
        optional definition: String [sensitive().length(1, 1_048_576)],
        optional role_arn: String [length(1, 256)],
        optional logging_configuration: LoggingConfiguration,
        optional tracing_configuration: TracingConfiguration,
        optional publish: bool,
        optional version_description: String [sensitive().length(0, 256)],
        optional encryption_configuration: EncryptionConfiguration,
    }
    pub(crate) struct UpdateStateMachineOutput {
        required update_date: EpochSeconds,
        optional revision_id: String,
        optional state_machine_version_arn: String,
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachine.html>
    pub(crate) struct DeleteStateMachineInput {
        required state_machine_arn: String [length(1, 256)],
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html>
    pub(crate) struct DescribeStateMachineInput {
        required state_machine_arn: String [length(1, 256)],
        optional included_data: IncludedData,
    }
    pub(crate) struct DescribeStateMachineOutput {
        required state_machine_arn: String,
        required name: String,
        required status: StateMachineStatus,
        required definition: String,
        required role_arn: String,
        required r#type: StateMachineType,
        required creation_date: EpochSeconds,
        required logging_configuration: LoggingConfiguration,
        required tracing_configuration: TracingConfiguration,
        optional label: String,
        optional revision_id: String,
        optional description: String,
        required encryption_configuration: EncryptionConfiguration,
        optional variable_references: BTreeMap<String, Vec<String>>,
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachines.html>
    pub(crate) struct ListStateMachinesInput {
        optional max_results: i32 [range(0, 1000)],
        optional next_token: String [length(1, 1024)],
    }
    pub(crate) struct ListStateMachinesOutput {
        required state_machines: Vec<StateMachineListItem>,
        optional next_token: String,
    }
    pub(crate) struct StateMachineListItem {
        required state_machine_arn: String,
        required name: String,
        required r#type: StateMachineType,
        required creation_date: EpochSeconds,
    }

    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html>
    pub(crate) struct ValidateStateMachineDefinitionInput {
        required definition: String [sensitive().length(1, 1_048_576)],
        optional r#type: StateMachineType,
        optional severity: DiagnosticSeverity,
        optional max_results: i32 [range(0, 100)],
    }
    pub(crate) struct ValidateStateMachineDefinitionOutput {
        required result: ValidationResult,
        required diagnostics: Vec<Diagnostic>,
        required truncated: bool,
    }
    pub(crate) struct Diagnostic {
        required severity: DiagnosticSeverity,
        required code: String,
        required message: String,
        optional location: String,
    }
}
