//! What all states share.

use super::machine::{BRANCH_FIELDS, Surroundings};
use super::state_type::StateType;
use super::{Checker, Place, Subject};
use crate::program::{
    ExecutionType, MachineId, Next, Parallel, Pass, QueryLanguage, State, StateKind,
};

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
        let subject = Subject { id, name, kind, place, language, machine, execution_type };
        let flow = self.flow(&subject);
        if let Some(kind) = self.kind(&subject) {
            let name = name.into();
            self.states[id.0 as usize] = Some(State { name, machine, language, flow, kind });
        }
    }

    fn state_type(&mut self, state: &Place<'d>) -> Option<StateType> {
        if !self.requires(state, &["Type"]) {
            return None;
        }
        let name = self.text(state, "Type")?;
        let found = StateType::ALL.into_iter().find(|known| known.name() == name);
        if let (None, Some(place)) = (found, state.field("Type")) {
            let list = StateType::ALL.map(StateType::name).join(", ");
            let message = format!("The field 'Type' should have one of these values: [{list}]");
            self.schema(message, &place);
        }
        found
    }

    fn state_fields(&mut self, state: &Place<'d>, kind: StateType) {
        for (name, _) in state.fields().filter(|(name, _)| !kind.supports(name)) {
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

    fn kind(&mut self, subject: &Subject<'d>) -> Option<StateKind> {
        match subject.kind {
            StateType::Pass => {
                let result = subject.place.field("Result");
                self.static_result(result.as_ref());
                let result = result.map(|result| self.definition.value(result.node));
                Some(StateKind::Pass(Pass { result, next: self.next(subject)? }))
            }
            StateType::Task => self.task(subject).map(|task| StateKind::Task(Box::new(task))),
            StateType::Wait => self.wait(subject).map(StateKind::Wait),
            StateType::Choice => self.choice(subject).map(StateKind::Choice),
            StateType::Succeed => Some(StateKind::Succeed),
            StateType::Fail => Some(StateKind::Fail(self.fail(subject))),
            StateType::Parallel => self.parallel(subject).map(StateKind::Parallel),
            StateType::Map => self.map(subject).map(|map| StateKind::Map(Box::new(map))),
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
