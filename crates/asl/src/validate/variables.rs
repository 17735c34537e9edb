//! `Assign`: names of variables, and scopes that must not shadow each other.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use super::graph::targets;
use super::{Checker, Place, Subject};
use crate::diagnostic::Code;
use crate::template::Template;

/// <https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html>
const NAME_CHARS_MAX: usize = 80;
const RESERVED: &str = "states";

/// The variables around the states of one machine.
#[derive(Default)]
pub(super) struct VariableScope<'d> {
    /// The state whose rules are being applied.
    pub(super) current: &'d str,
    states: HashMap<&'d str, Assigner<'d>>,
    /// A Distributed Map's processor doesn't see what is outside.
    sealed: bool,
    /// Those that the machines outside have when this one starts, once somebody has asked.
    outer: OnceCell<HashSet<&'d str>>,
}

#[derive(Default)]
struct Assigner<'d> {
    names: Vec<&'d str>,
    before: Vec<&'d str>,
}

impl<'d> VariableScope<'d> {
    fn new(states: &Place<'d>, sealed: bool) -> Self {
        let mut assigners: HashMap<&str, Assigner<'d>> = HashMap::new();
        for (name, state) in states.fields() {
            assigners.entry(name).or_default().names = assigned(&state);
            for target in targets(&state).iter().filter_map(|target| target.node.as_str()) {
                assigners.entry(target).or_default().before.push(name);
            }
        }
        VariableScope { current: "", states: assigners, sealed, outer: OnceCell::new() }
    }

    /// Variables that may have a value when the current state is entered: what states assign that
    /// lead to it. Not what it assigns itself: that happens after the machines inside it have ended
    /// (AWS accepts it: recorded, `PARALLEL_CATCH_ERROR_VARIABLE_SAMPLING`).
    fn on_entering_current(&self) -> HashSet<&'d str> {
        let mut before: HashSet<&str> = HashSet::new();
        let mut pending = vec![self.current];
        while let Some(state) = pending.pop().and_then(|name| self.states.get(name)) {
            pending.extend(state.before.iter().filter(|name| before.insert(name)));
        }
        before.remove(self.current);
        before.iter().flat_map(|name| &self.states[name].names).copied().collect()
    }
}

/// What the machines around the innermost of these scopes have assigned when it starts.
fn outer<'s, 'd>(scopes: &'s [VariableScope<'d>]) -> Option<&'s HashSet<&'d str>> {
    let (scope, around) = scopes.split_last()?;
    Some(scope.outer.get_or_init(|| match (around.last(), outer(around)) {
        (Some(parent), Some(farther)) if !scope.sealed => farther | &parent.on_entering_current(),
        _ => HashSet::new(),
    }))
}

impl<'d> Checker<'d> {
    /// Opens the scope of a machine; a sealed one doesn't see the variables outside.
    pub(super) fn open_scope(&mut self, states: &Place<'d>, sealed: bool) {
        self.scopes.push(VariableScope::new(states, sealed));
    }

    pub(super) fn close_scope(&mut self) {
        self.scopes.pop();
    }

    /// The `Assign` of a state, Choice rule or catcher.
    pub(super) fn assign(&mut self, subject: &Subject<'d>, object: &Place<'d>) -> Option<Template> {
        let assign = object.field("Assign")?;
        if !self.object(&assign) {
            return None;
        }
        for (name, place) in assign.fields() {
            self.variable(bare(name), &place);
        }
        self.template_at(subject, &assign)
    }

    fn variable(&mut self, name: &str, place: &Place<'d>) {
        if name == RESERVED {
            let message = format!("Cannot assign to reserved variable '${RESERVED}'.");
            self.report(Code::ReservedVariableName, message, place);
            return;
        }
        let fault = if NAME_CHARS_MAX < name.chars().count() {
            Some(format!("exceeds the {NAME_CHARS_MAX}-character limit allowed by the service"))
        } else if !is_identifier(name) {
            Some("contains invalid characters".to_owned())
        } else {
            None
        };
        if let Some(fault) = fault {
            let message = format!("Invalid variable name '{name}': the variable name {fault}.");
            self.report(Code::InvalidVariableName, message, place);
        }
        if outer(&self.scopes).is_some_and(|outer| outer.contains(name)) {
            let message =
                format!("The variable name '{name}' was already defined in a parent scope.");
            self.report(Code::DuplicateVariableName, message, place);
        }
    }
}

/// What a state assigns, itself or by one of its rules and catchers.
fn assigned<'d>(state: &Place<'d>) -> Vec<&'d str> {
    let lists = ["Choices", "Catch"].into_iter().filter_map(|name| state.field(name));
    let items = lists.flat_map(|list| list.items().collect::<Vec<_>>());
    let assigns =
        std::iter::once(state.clone()).chain(items).filter_map(|item| item.field("Assign"));
    let members = assigns.flat_map(|assign| assign.node.as_object().unwrap_or_default());
    members.map(|member| bare(&member.name)).collect()
}

/// The name without the suffix that makes its value a path.
fn bare(name: &str) -> &str {
    name.strip_suffix(".$").unwrap_or(name)
}

/// Unicode's `ID_Start ID_Continue*`, as near as letters, digits and underscores come to it.
fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(char::is_alphabetic)
        && characters.all(|c| c.is_alphanumeric() || c == '_')
}
