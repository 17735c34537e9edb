//! `Assign`: names of variables, and scopes that must not shadow each other.

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
    /// Those that the machines outside have when this one starts.
    outer: HashSet<&'d str>,
}

#[derive(Default)]
struct Assigner<'d> {
    names: Vec<&'d str>,
    next: Vec<&'d str>,
}

impl<'d> VariableScope<'d> {
    /// Variables that may have a value when the current state is entered: what states assign that
    /// lead to it. Not what it assigns itself: that happens after the machines inside it have ended
    /// (AWS accepts it: recorded, `PARALLEL_CATCH_ERROR_VARIABLE_SAMPLING`).
    fn on_entering_current(&self) -> HashSet<&'d str> {
        let mut before: HashSet<&str> = HashSet::new();
        let mut pending = vec![self.current];
        while let Some(target) = pending.pop() {
            for (name, state) in &self.states {
                if state.next.contains(&target) && before.insert(name) {
                    pending.push(name);
                }
            }
        }
        before.remove(self.current);
        before.iter().flat_map(|name| &self.states[name].names).copied().collect()
    }
}

impl<'d> Checker<'d> {
    /// Opens the scope of a machine; a sealed one doesn't see the variables outside.
    pub(super) fn open_scope(&mut self, states: &Place<'d>, sealed: bool) {
        let outer = match self.scopes.last() {
            Some(parent) if !sealed => &parent.outer | &parent.on_entering_current(),
            _ => HashSet::new(),
        };
        let states = states.fields().map(|(name, state)| (name, assigner(&state))).collect();
        self.scopes.push(VariableScope { current: "", states, outer });
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
            self.error(Code::ReservedVariableName, message, place);
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
            self.error(Code::InvalidVariableName, message, place);
        }
        if self.scopes.last().is_some_and(|scope| scope.outer.contains(name)) {
            let message =
                format!("The variable name '{name}' was already defined in a parent scope.");
            self.error(Code::DuplicateVariableName, message, place);
        }
    }
}

/// What a state assigns, itself or by one of its rules and catchers, and where it leads.
fn assigner<'d>(state: &Place<'d>) -> Assigner<'d> {
    let lists = ["Choices", "Catch"].into_iter().filter_map(|name| state.field(name));
    let items = lists.flat_map(|list| list.items().collect::<Vec<_>>());
    let assigns =
        std::iter::once(state.clone()).chain(items).filter_map(|item| item.field("Assign"));
    let names = assigns.flat_map(|assign| assign.node.as_object().unwrap_or_default());
    Assigner {
        names: names.map(|member| bare(&member.name)).collect(),
        next: targets(state).iter().filter_map(|target| target.node.as_str()).collect(),
    }
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
