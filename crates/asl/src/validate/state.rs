//! What all states share, and the eight types.

use super::machine::{BRANCH_FIELDS, Surroundings};
use super::{Checker, Place, Subject};
use crate::program::{
    ExecutionType, MachineId, Next, Parallel, Pass, QueryLanguage, State, StateKind,
};

/// In AWS's order (recorded: test_state, `state_name_invalid_state_definition`).
const TYPES: &[&str] = &["Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map"];

/// The fields of each type, measured with ValidateStateMachineDefinition on eight types × 50 fields
/// (badmintoncryer/cdk-preflight, `pf-sfn-asl-state-fields`, 2026-09-05).
fn fields(kind: &str) -> &'static [&'static str] {
    match kind {
        "Pass" => &["Parameters", "Result", "ResultPath"],
        "Task" => &[
            "Parameters",
            "Arguments",
            "ResultSelector",
            "ResultPath",
            "Resource",
            "Credentials",
            "TimeoutSeconds",
            "TimeoutSecondsPath",
            "HeartbeatSeconds",
            "HeartbeatSecondsPath",
            "Retry",
            "Catch",
        ],
        "Wait" => &["Seconds", "SecondsPath", "Timestamp", "TimestampPath"],
        "Parallel" => &[
            "Parameters",
            "Arguments",
            "ResultSelector",
            "ResultPath",
            "Branches",
            "Retry",
            "Catch",
        ],
        "Map" => &[
            "Parameters",
            "ResultSelector",
            "ResultPath",
            "Retry",
            "Catch",
            "ItemProcessor",
            "Iterator",
            "ItemsPath",
            "Items",
            "ItemSelector",
            "ItemReader",
            "ItemBatcher",
            "ResultWriter",
            "MaxConcurrency",
            "MaxConcurrencyPath",
            "ToleratedFailurePercentage",
            "ToleratedFailurePercentagePath",
            "ToleratedFailureCount",
            "ToleratedFailureCountPath",
            "Label",
        ],
        "Choice" => &["Choices", "Default"],
        "Fail" => &["Error", "ErrorPath", "Cause", "CausePath"],
        _ => &[],
    }
}

const FIELDS_OF_ALL: &[&str] = &["Type", "Comment", "QueryLanguage"];
const FIELDS_OF_ALL_BUT_FAIL: &[&str] = &["InputPath", "OutputPath", "Output"];
const FIELDS_OF_LEADING_ON: &[&str] = &["Assign", "Next", "End"];

impl<'d> Checker<'d> {
    pub(super) fn state(
        &mut self,
        name: &'d str,
        place: Place<'d>,
        machine: MachineId,
        execution_type: ExecutionType,
    ) {
        if !self.object(&place) {
            return;
        }
        let Some(kind) = self.state_type(&place) else { return };
        self.state_fields(&place, kind);
        let language = self.state_language(&place);
        self.text(&place, "Comment");
        let id = self.members[machine.0 as usize][name];
        let subject = Subject { id, name, place, language, machine, execution_type };
        let flow = self.flow(&subject, kind);
        if let Some(kind) = self.kind(&subject, kind) {
            let name = name.into();
            self.states[id.0 as usize] = Some(State { name, machine, language, flow, kind });
        }
    }

    fn state_type(&mut self, state: &Place<'d>) -> Option<&'static str> {
        if !self.requires(state, &["Type"]) {
            return None;
        }
        let kind = self.text(state, "Type")?;
        let found = TYPES.iter().find(|known| **known == kind).copied();
        if let (None, Some(place)) = (found, state.field("Type")) {
            let list = TYPES.join(", ");
            let message = format!("The field 'Type' should have one of these values: [{list}]");
            self.schema(message, &place);
        }
        found
    }

    fn state_fields(&mut self, state: &Place<'d>, kind: &str) {
        let leads_on = !matches!(kind, "Choice" | "Succeed" | "Fail");
        let supported = |name: &str| {
            FIELDS_OF_ALL.contains(&name)
                || fields(kind).contains(&name)
                || (kind != "Fail" && FIELDS_OF_ALL_BUT_FAIL.contains(&name))
                || (leads_on && FIELDS_OF_LEADING_ON.contains(&name))
                || (kind == "Choice" && name == "Assign")
        };
        for (name, _) in state.fields().filter(|(name, _)| !supported(name)) {
            self.unsupported(state, name);
        }
    }

    /// A state of a JSONata machine can't go back to JSONPath, and then AWS doesn't name the fields of
    /// the language it was refused (recorded: api_validation, `INVALID_DOWNGRADE_QUERY_LANGUAGE`).
    fn state_language(&mut self, state: &Place<'d>) -> QueryLanguage {
        let language = self.language(state, self.language);
        if (self.language, language) == (QueryLanguage::Jsonata, QueryLanguage::JsonPath) {
            let message =
                "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine";
            self.schema(message, state);
        } else {
            self.speaks(state, language);
        }
        language
    }

    fn kind(&mut self, subject: &Subject<'d>, kind: &str) -> Option<StateKind> {
        match kind {
            "Pass" => {
                let result = subject.place.field("Result");
                self.static_result(result.as_ref());
                let result = result.map(|result| self.definition.value(result.node));
                Some(StateKind::Pass(Pass { result, next: self.next(subject)? }))
            }
            "Task" => self.task(subject).map(|task| StateKind::Task(Box::new(task))),
            "Wait" => self.wait(subject).map(StateKind::Wait),
            "Choice" => self.choice(subject).map(StateKind::Choice),
            "Succeed" => Some(StateKind::Succeed),
            "Fail" => Some(StateKind::Fail(self.fail(subject))),
            "Parallel" => self.parallel(subject).map(StateKind::Parallel),
            _ => self.map(subject).map(|map| StateKind::Map(Box::new(map))),
        }
    }

    /// `Next` or `End: true`, one of them.
    pub(super) fn next(&mut self, subject: &Subject<'d>) -> Option<Next> {
        let place = &subject.place;
        let ends = self.boolean(place, "End") == Some(true);
        if ends || !place.has("Next") {
            if ends {
                self.at_most_one(place, &["Next", "End"]);
                return Some(Next::End);
            }
            let message = "This object should have only one of the following fields: [Next, End]";
            self.schema(message, place);
            return None;
        }
        self.target(subject, place, "Next").map(Next::State)
    }

    fn parallel(&mut self, subject: &Subject<'d>) -> Option<Parallel> {
        let mut branches = Vec::new();
        self.requires(&subject.place, &["Branches"]);
        if let Some(list) = subject.place.field("Branches")
            && self.filled_array(&list)
        {
            let surroundings = Surroundings {
                parent: Some(subject.id),
                execution_type: subject.execution_type,
                sealed: false,
            };
            for branch in list.items() {
                branches.extend(self.inner_machine(&branch, BRANCH_FIELDS, surroundings));
            }
        }
        let retry = self.retriers(subject);
        let catch = self.catchers(subject);
        Some(Parallel { branches, retry, catch, next: self.next(subject)? })
    }
}
