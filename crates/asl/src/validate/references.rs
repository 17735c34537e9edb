//! What expressions read: workflow variables, and members of `$states`.

use super::{Checker, Subject};
use crate::diagnostic::Code;
use crate::template::Expression;

impl<'d> Checker<'d> {
    /// Remembers the variables that an expression reads, and holds it to what its place offers.
    pub(super) fn note(&mut self, subject: &Subject<'d>, expression: &Expression) {
        let variables = expression.variables();
        if !variables.is_empty() {
            let names = self.variable_references.entry(subject.name.to_owned()).or_default();
            names.extend(variables.into_iter().map(str::to_owned));
        }
        for member in expression.states_members() {
            if !offers(subject, expression.location(), member) {
                let message = format!("Field '$states.{member}' does not exist.");
                let location = format!("{}/{}", subject.place.location(), expression.location());
                let place = subject.place.descend(expression.location());
                let code = Code::UnsupportedJsonataExpression;
                self.report_at(code, message, Some(location), &place);
            }
        }
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
