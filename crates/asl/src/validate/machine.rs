//! Objects with `StartAt` and `States`: the workflow itself, branches of Parallel, processors of Map.

use super::shape::Bounds;
use super::{Checker, Place};
use crate::diagnostic::Code;
use crate::program::{
    ExecutionType, Flow, Machine, MachineId, QueryLanguage, ROOT, State, StateId, StateKind,
};

const ROOT_FIELDS: &[&str] =
    &["Comment", "QueryLanguage", "StartAt", "States", "TimeoutSeconds", "Version"];
pub(super) const BRANCH_FIELDS: &[&str] = &["Comment", "StartAt", "States"];
pub(super) const PROCESSOR_FIELDS: &[&str] = &["Comment", "ProcessorConfig", "StartAt", "States"];

/// How many machines may stand in each other. AWS has `TOO_DEEPLY_NESTED` and doesn't say from where on;
/// this is far beyond what anybody writes, and keeps the walk within a small stack.
const NESTING_MAX: usize = 50;

/// `TimeoutSeconds` of a workflow; 0 is accepted (badmintoncryer/cdk-preflight, numeric ranges).
const WORKFLOW_TIMEOUT: Bounds = Bounds::new(0, 99_999_999);

/// Where a machine stands.
#[derive(Clone, Copy)]
pub(super) struct Surroundings {
    pub(super) parent: Option<StateId>,
    /// What it runs as: a Distributed Map's processor may run as another type than what is around it.
    pub(super) execution_type: ExecutionType,
    /// Whether it can't see the variables around it.
    pub(super) sealed: bool,
}

impl<'d> Checker<'d> {
    pub(super) fn root_machine(&mut self, place: &Place<'d>, execution_type: ExecutionType) {
        if place.node.as_object().is_none() {
            self.schema("Definition must be a valid JSON object", place);
            return;
        }
        self.supports_only(place, ROOT_FIELDS);
        self.requires(place, &["States", "StartAt"]);
        self.language = self.language(place, QueryLanguage::JsonPath);
        self.choice_of(place, "Version", &["1.0"]);
        let timeout = self.integer(place, "TimeoutSeconds", WORKFLOW_TIMEOUT);
        self.timeout_seconds = timeout.and_then(|seconds| seconds.try_into().ok());
        let surroundings = Surroundings { parent: None, execution_type, sealed: false };
        self.machine(place, surroundings);
    }

    /// A machine inside a Parallel or Map state.
    pub(super) fn inner_machine(
        &mut self,
        place: &Place<'d>,
        fields: &[&str],
        surroundings: Surroundings,
    ) -> Option<MachineId> {
        if !self.object(place) {
            return None;
        }
        self.supports_only(place, fields);
        self.requires(place, &["States", "StartAt"]);
        if NESTING_MAX < self.scopes.len() {
            self.report(Code::TooDeeplyNested, "The states are too deeply nested", place);
            return None;
        }
        self.machine(place, surroundings)
    }

    fn machine(&mut self, place: &Place<'d>, surroundings: Surroundings) -> Option<MachineId> {
        let Surroundings { parent, execution_type, sealed } = surroundings;
        self.text(place, "Comment");
        let start_at = self.text(place, "StartAt");
        let states = place.field("States")?;
        if !self.object(&states) {
            return None;
        }
        if states.fields().next().is_none() {
            self.schema("Value cannot be empty", &states);
        }
        let machine = self.open_machine(&states);
        self.open_scope(&states, sealed);
        for (name, state) in states.fields() {
            if let Some(scope) = self.scopes.last_mut() {
                scope.enter(name);
            }
            self.state_name(name, &state);
            self.state(name, state.at_state(), machine, execution_type);
        }
        self.close_scope();
        self.transitions(place);
        let start_at = self.members[machine.0 as usize].get(start_at?).copied()?;
        self.machines[machine.0 as usize] = Some(Machine { start_at, parent });
        Some(machine)
    }

    /// The machine around a state that is tested by itself.
    pub(super) fn lone_machine(
        &mut self,
        name: &'d str,
        state: Place<'d>,
        execution_type: ExecutionType,
    ) {
        let start_at = StateId(0);
        self.states.push(None);
        self.members.push([(name, start_at)].into());
        self.machines.push(Some(Machine { start_at, parent: None }));
        self.scopes.push(Default::default());
        self.state(name, state, ROOT, execution_type);
        self.scopes.pop();
    }

    /// A state that stands where a lone state's transition leads.
    pub(super) fn stand_in(&mut self, name: &'d str) -> StateId {
        let id = StateId(self.states.len() as u32);
        self.states.push(Some(State {
            name: name.into(),
            machine: ROOT,
            language: self.language,
            flow: Flow::default(),
            kind: StateKind::Succeed,
        }));
        self.members[ROOT.0 as usize].insert(name, id);
        id
    }

    /// Gives the machine and its states their indices; states of one machine stand together.
    fn open_machine(&mut self, states: &Place<'d>) -> MachineId {
        let machine = MachineId(self.machines.len() as u32);
        self.machines.push(None);
        let first = self.states.len();
        let members = states.fields().enumerate();
        let members: std::collections::HashMap<_, _> =
            members.map(|(index, (name, _))| (name, StateId((first + index) as u32))).collect();
        self.states.extend(members.iter().map(|_| None));
        self.members.push(members);
        machine
    }
}
