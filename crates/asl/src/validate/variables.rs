//! `Assign`: names of variables, and scopes that must not shadow each other.

use std::collections::HashSet;

use super::{Checker, Place, Subject};
use crate::diagnostic::Code;
use crate::template::Template;

/// <https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html>
const NAME_CHARS_MAX: usize = 80;
const RESERVED: &str = "states";

/// The variables that the states of one machine assign.
#[derive(Default)]
pub(super) struct VariableScope<'d> {
    names: HashSet<&'d str>,
    /// A Distributed Map's processor doesn't see what is outside.
    sealed: bool,
}

impl<'d> Checker<'d> {
    /// Opens the scope of a machine: every name that a state of it assigns, wherever it stands.
    pub(super) fn open_scope(&mut self, states: &Place<'d>, sealed: bool) {
        let mut names = HashSet::new();
        for (_, state) in states.fields() {
            let lists = ["Choices", "Catch"].into_iter().filter_map(|name| state.field(name));
            let items = lists.flat_map(|list| list.items().collect::<Vec<_>>());
            for assigner in std::iter::once(state.clone()).chain(items) {
                if let Some(assign) = assigner.field("Assign") {
                    names.extend(assign.fields().map(|(name, _)| bare(name)));
                }
            }
        }
        self.scopes.push(VariableScope { names, sealed });
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
        let visible = self.scopes.iter().rev();
        let sealed = visible.clone().take_while(|scope| !scope.sealed).count();
        if visible.skip(1).take(sealed).any(|scope| scope.names.contains(name)) {
            let message =
                format!("The variable name '{name}' was already defined in a parent scope.");
            self.error(Code::DuplicateVariableName, message, place);
        }
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
