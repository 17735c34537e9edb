//! What expressions read: workflow variables, and members of `$states`.

use std::collections::BTreeSet;

use super::{Checker, Subject};
use crate::diagnostic::Code;
use crate::template::Expression;

impl<'d> Checker<'d> {
    /// Remembers the variables that an expression reads, and holds it to what its place offers.
    pub(super) fn note(&mut self, subject: &Subject<'d>, expression: &Expression) {
        if !self.is_stored
            && let Some(problem) = expression.bad_escape()
        {
            self.problem(subject, problem);
        }
        let variables = expression.variables();
        for variable in variables.iter().collect::<BTreeSet<_>>() {
            // The guide says that such a state can't read them; AWS's sentence isn't known.
            // <https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html>
            if self.is_sealed_off(variable) {
                let message = format!(
                    "The variable '{variable}' is assigned outside the Distributed Map, where its processor can't reference it."
                );
                self.refuse(subject, expression, Code::SchemaValidationFailed, message);
            }
        }
        if !variables.is_empty() {
            let names = self.variable_references.entry(subject.name.to_owned()).or_default();
            names.extend(variables.into_iter().map(str::to_owned));
        }
        for member in expression.states_members() {
            if !offers(subject, expression.location(), member) {
                let message = format!("Field '$states.{member}' does not exist.");
                self.refuse(subject, expression, Code::UnsupportedJsonataExpression, message);
            }
        }
    }

    fn refuse(
        &mut self,
        subject: &Subject<'d>,
        expression: &Expression,
        code: Code,
        message: String,
    ) {
        let location = format!("{}/{}", subject.place.location(), expression.location());
        let place = subject.place.descend(expression.location());
        self.report_at(code, message, Some(location), &place);
    }
}

/// Whether `$states` has a member in a field of a state.
/// <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>
fn offers(subject: &Subject<'_>, location: &str, member: &str) -> bool {
    match member {
        "input" | "context" => true,
        "errorOutput" => location.starts_with("Catch["),
        "result" => {
            let field = location.split(['/', '[']).next();
            matches!(field, Some("Output" | "Assign")) && subject.kind.has_result()
        }
        _ => false,
    }
}
