/// The eight types of states.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StateType {
    Task,
    Wait,
    Pass,
    Succeed,
    Fail,
    Choice,
    Parallel,
    Map,
}

const FIELDS_OF_ALL: &[&str] = &["Type", "Comment", "QueryLanguage"];
const FIELDS_OF_ALL_BUT_FAIL: &[&str] = &["InputPath", "OutputPath", "Output"];
const FIELDS_OF_LEADING_ON: &[&str] = &["Assign", "Next", "End"];

impl StateType {
    /// In AWS's order (recorded: test_state, `state_name_invalid_state_definition`).
    pub(super) const ALL: [StateType; 8] = [
        StateType::Task,
        StateType::Wait,
        StateType::Pass,
        StateType::Succeed,
        StateType::Fail,
        StateType::Choice,
        StateType::Parallel,
        StateType::Map,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            StateType::Task => "Task",
            StateType::Wait => "Wait",
            StateType::Pass => "Pass",
            StateType::Succeed => "Succeed",
            StateType::Fail => "Fail",
            StateType::Choice => "Choice",
            StateType::Parallel => "Parallel",
            StateType::Map => "Map",
        }
    }

    /// Whether it calls something, so that it has a result, and may retry and catch.
    pub(super) fn has_result(self) -> bool {
        matches!(self, StateType::Task | StateType::Parallel | StateType::Map)
    }

    /// Measured with ValidateStateMachineDefinition on eight types × 50 fields
    /// (badmintoncryer/cdk-preflight, `pf-sfn-asl-state-fields`, 2026-09-05).
    pub(super) fn supports(self, field: &str) -> bool {
        let leads_on = !matches!(self, StateType::Choice | StateType::Succeed | StateType::Fail);
        FIELDS_OF_ALL.contains(&field)
            || self.own_fields().contains(&field)
            || (self != StateType::Fail && FIELDS_OF_ALL_BUT_FAIL.contains(&field))
            || (leads_on && FIELDS_OF_LEADING_ON.contains(&field))
    }

    #[rustfmt::skip]
    fn own_fields(self) -> &'static [&'static str] {
        match self {
            StateType::Pass => &["Parameters", "Result", "ResultPath"],
            StateType::Task => &[
                "Parameters", "Arguments", "ResultSelector", "ResultPath", "Resource",
                "Credentials", "TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds",
                "HeartbeatSecondsPath", "Retry", "Catch",
            ],
            StateType::Wait => &["Seconds", "SecondsPath", "Timestamp", "TimestampPath"],
            StateType::Parallel => &[
                "Parameters", "Arguments", "ResultSelector", "ResultPath", "Branches", "Retry",
                "Catch",
            ],
            StateType::Map => &[
                "Parameters", "ResultSelector", "ResultPath", "Retry", "Catch", "ItemProcessor",
                "Iterator", "ItemsPath", "Items", "ItemSelector", "ItemReader", "ItemBatcher",
                "ResultWriter", "MaxConcurrency", "MaxConcurrencyPath",
                "ToleratedFailurePercentage", "ToleratedFailurePercentagePath",
                "ToleratedFailureCount", "ToleratedFailureCountPath", "Label",
            ],
            StateType::Choice => &["Choices", "Default", "Assign"],
            StateType::Fail => &["Error", "ErrorPath", "Cause", "CausePath"],
            StateType::Succeed => &[],
        }
    }
}
