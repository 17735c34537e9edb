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

/// The variables that the states of one machine assign.
#[derive(Default)]
pub(super) struct VariableScope<'d> {
    /// The state whose rules are being applied.
    current: &'d str,
    /// States that assign a variable, by its name.
    assigners: HashMap<&'d str, Vec<&'d str>>,
    /// States that lead to a state.
    before: HashMap<&'d str, Vec<&'d str>>,
    /// A Distributed Map's processor doesn't see what is outside.
    sealed: bool,
    /// States from which the current one can be reached, once somebody has asked.
    leading: OnceCell<HashSet<&'d str>>,
}

impl<'d> VariableScope<'d> {
    fn new(states: &Place<'d>, sealed: bool) -> Self {
        let mut scope = VariableScope { sealed, ..VariableScope::default() };
        for (name, state) in states.fields() {
            for variable in assigned(&state) {
                scope.assigners.entry(variable).or_default().push(name);
            }
            for target in targets(&state).iter().filter_map(|target| target.node.as_str()) {
                scope.before.entry(target).or_default().push(name);
            }
        }
        scope
    }

    pub(super) fn enter(&mut self, state: &'d str) {
        self.current = state;
        self.leading = OnceCell::new();
    }

    /// Whether a variable may have a value when the current state is entered: whether a state assigns
    /// it that leads here. What the current state assigns doesn't count: that happens after the
    /// machines inside it have ended (recorded: `PARALLEL_CATCH_ERROR_VARIABLE_SAMPLING`).
    fn has_value(&self, variable: &str) -> bool {
        let assigners = self.assigners.get(variable);
        assigners.is_some_and(|states| states.iter().any(|state| self.leading().contains(state)))
    }

    fn leading(&self) -> &HashSet<&'d str> {
        self.leading.get_or_init(|| {
            let mut leading = HashSet::new();
            let mut pending = vec![self.current];
            while let Some(state) = pending.pop() {
                let before = self.before.get(state).into_iter().flatten();
                pending.extend(before.filter(|name| leading.insert(**name)));
            }
            leading.remove(self.current);
            leading
        })
    }
}

impl<'d> Checker<'d> {
    /// Opens the scope of a machine; a sealed one doesn't see the variables outside.
    pub(super) fn open_scope(&mut self, states: &Place<'d>, sealed: bool) {
        self.scopes.push(VariableScope::new(states, sealed));
    }

    fn has_value_outside(&self, variable: &str) -> bool {
        let inside_out = self.scopes.iter().rev();
        let visible = inside_out.clone().take_while(|scope| !scope.sealed).count();
        inside_out.skip(1).take(visible).any(|scope| scope.has_value(variable))
    }

    /// Whether a variable is out of sight: assigned outside a Distributed Map whose processor is being
    /// checked, and nowhere inside.
    pub(super) fn is_sealed_off(&self, variable: &str) -> bool {
        let assigns = |scope: &VariableScope<'d>| scope.assigners.contains_key(variable);
        let seal = self.scopes.iter().rposition(|scope| scope.sealed).unwrap_or_default();
        let (outside, inside) = self.scopes.split_at(seal);
        outside.iter().any(assigns) && !inside.iter().any(assigns)
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
        if self.has_value_outside(name) {
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
