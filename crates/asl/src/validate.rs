//! The rules of the States Language, applied to a [`Definition`] while its [`Program`] is built.
//!
//! One file a family of rules. Each reports what it finds and goes on, so that one pass tells everything;
//! what it returns for a bad value doesn't matter, because a program with errors is thrown away.
//! Texts and codes are AWS's where anybody has recorded them: `docs/compat/asl-diagnostics.md`.
//!
//! Where to start: [`Checker::workflow`], then `machine` and `state`.

mod choice;
mod fail;
mod flow;
mod graph;
mod handlers;
mod language;
mod machine;
mod map;
mod names;
mod payload;
mod place;
mod processor;
mod references;
mod shape;
mod state;
mod state_type;
mod task;
mod variables;
mod wait;
mod warnings;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

pub(crate) use place::Place;

use crate::definition::Definition;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::program::{
    ExecutionType, Machine, MachineId, Program, QueryLanguage, ROOT, State, StateId,
};

/// State name → variables that it reads, both sorted.
pub type VariableReferences = BTreeMap<String, BTreeSet<String>>;

/// How many errors, and how many warnings, are worth telling. A client is shown a hundred at most
/// (`maxResults` of ValidateStateMachineDefinition).
const DIAGNOSTICS_MAX: usize = 1000;

/// Goes through a definition once.
pub(crate) struct Checker<'d> {
    definition: &'d Definition<'d>,
    /// What was refused only after it was stored goes on: see [`Options`](crate::Options).
    is_stored: bool,
    errors: Vec<Diagnostic>,
    warnings: Vec<Diagnostic>,
    variable_references: VariableReferences,
    graph: graph::Findings<'d>,
    /// The root machine's language, which every state without one of its own speaks.
    language: QueryLanguage,
    machines: Vec<Option<Machine>>,
    states: Vec<Option<State>>,
    /// The states of each machine by name.
    members: Vec<HashMap<&'d str, StateId>>,
    /// Targets that don't exist get a state that just ends: for a state tested by itself.
    stands_in_for_targets: bool,
    state_names: HashSet<&'d str>,
    labels: HashSet<&'d str>,
    scopes: Vec<variables::VariableScope<'d>>,
    timeout_seconds: Option<u64>,
}

/// A state as its rules see it.
struct Subject<'d> {
    id: StateId,
    name: &'d str,
    /// Its `Type`.
    kind: state_type::StateType,
    place: Place<'d>,
    language: QueryLanguage,
    machine: MachineId,
    /// What the machine around it runs as: Express knows fewer ways to wait.
    execution_type: ExecutionType,
}

impl<'d> Checker<'d> {
    pub(crate) fn new(definition: &'d Definition<'d>, is_stored: bool) -> Self {
        Checker {
            definition,
            is_stored,
            errors: Vec::new(),
            warnings: Vec::new(),
            variable_references: VariableReferences::new(),
            graph: graph::Findings::default(),
            language: QueryLanguage::JsonPath,
            machines: Vec::new(),
            states: Vec::new(),
            members: Vec::new(),
            stands_in_for_targets: false,
            state_names: HashSet::new(),
            labels: HashSet::new(),
            scopes: Vec::new(),
            timeout_seconds: None,
        }
    }

    /// Checks a whole workflow.
    pub(crate) fn workflow(&mut self, execution_type: ExecutionType) {
        let root = Place::root(&self.definition.root);
        self.root_machine(&root, execution_type);
        self.finish_graph(&root);
    }

    /// Checks one state, as a workflow of that state alone.
    pub(crate) fn lone_state(&mut self, name: &'d str, execution_type: ExecutionType) {
        self.stands_in_for_targets = true;
        let place = Place::lone_state(&self.definition.root, name);
        self.lone_machine(name, place, execution_type);
        let root = Place::root(&self.definition.root);
        self.finish_graph(&root);
    }

    /// What was built, if nothing was wrong; errors, then warnings.
    pub(crate) fn into_program(self) -> (Option<Program>, Vec<Diagnostic>, VariableReferences) {
        let Checker { mut errors, warnings, variable_references, timeout_seconds, .. } = self;
        let machines: Option<Vec<Machine>> = self.machines.into_iter().collect();
        let states: Option<Vec<State>> = self.states.into_iter().collect();
        let program = machines
            .zip(states)
            .filter(|_| errors.is_empty())
            .map(|(machines, states)| Program { machines, states, timeout_seconds });
        debug_assert_eq!(program.is_some(), errors.is_empty(), "no errors, so it compiles");
        errors.extend(warnings);
        (program, errors, variable_references)
    }

    fn schema(&mut self, message: impl Into<String>, place: &Place<'d>) {
        self.report(Code::SchemaValidationFailed, message, place);
    }

    fn report(&mut self, code: Code, message: impl Into<String>, place: &Place<'d>) {
        let location = place.location().to_owned();
        self.report_at(code, message.into(), Some(location), place);
    }

    /// Whether looking for the place of another error is in vain.
    fn has_told_enough(&self) -> bool {
        DIAGNOSTICS_MAX <= self.errors.len()
    }

    /// Reports under a location of its own; `place` is where it stands in the text.
    fn report_at(
        &mut self,
        code: Code,
        message: String,
        location: Option<String>,
        place: &Place<'d>,
    ) {
        let list = match code.severity() {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
        };
        if list.len() < DIAGNOSTICS_MAX {
            let position = self.definition.position(place.node.span);
            list.push(Diagnostic { code, message, location, position });
        }
    }

    /// The state that a transition leads to. Targets that don't exist are told of by `graph`.
    fn target(&mut self, subject: &Subject<'d>, from: &Place<'d>, field: &str) -> Option<StateId> {
        let name = self.text(from, field)?;
        let machine = subject.machine;
        if let Some(id) = self.members[machine.0 as usize].get(name) {
            return Some(*id);
        }
        (self.stands_in_for_targets && machine == ROOT).then(|| self.stand_in(name))
    }
}
