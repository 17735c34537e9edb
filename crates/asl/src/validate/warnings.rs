//! What is probably a slip, though it can run. The codes are AWS's
//! (`ValidateStateMachineDefinitionDiagnostic`); nobody has recorded the texts.

use super::{Checker, Place, Subject};
use crate::diagnostic::Code;
use crate::program::QueryLanguage;

fn looks_computed(text: &str) -> bool {
    let is_path = text == "$" || ["$.", "$[", "$$."].iter().any(|start| text.starts_with(start));
    let is_call = text.starts_with("States.") && text.ends_with(')');
    is_path || is_call
}

impl<'d> Checker<'d> {
    /// Members of a payload template that look like paths, without the suffix that makes them one.
    pub(super) fn suspicious_template(&mut self, template: &Place<'d>) {
        for (name, place) in strings_within(template) {
            if !name.ends_with(".$") {
                let message = format!(
                    "The value of '{name}' looks like a JSONPath or an intrinsic function. Use '{name}.$' to evaluate it at runtime"
                );
                self.report(Code::NoDollar, message, &place);
            }
        }
    }

    /// A literal field that looks like a path.
    pub(super) fn suspicious_literal(&mut self, subject: &Subject<'d>, field: &Place<'d>) {
        let looks = field.node.as_str().is_some_and(looks_computed);
        if looks && subject.language == QueryLanguage::JsonPath {
            let name = field.in_state();
            let message = format!(
                "The value of '{name}' looks like a path. Use '{name}Path' to evaluate it at runtime"
            );
            self.report(Code::NoPath, message, field);
        }
    }

    pub(super) fn static_result(&mut self, result: Option<&Place<'d>>) {
        let Some(result) = result else { return };
        let whole = result.node.as_str().is_some_and(looks_computed);
        if whole || !strings_within(result).is_empty() {
            let message = "The Result of a Pass state is static. Use Parameters to evaluate paths and intrinsic functions";
            self.report(Code::PassResultIsStatic, message, result);
        }
    }
}

/// Members anywhere inside whose value looks computed, with their names.
fn strings_within<'d>(place: &Place<'d>) -> Vec<(&'d str, Place<'d>)> {
    let mut found = Vec::new();
    let mut pending = vec![place.clone()];
    while let Some(place) = pending.pop() {
        let members = place.fields();
        found.extend(members.filter(|(_, m)| m.node.as_str().is_some_and(looks_computed)));
        let inner = place.fields().map(|(_, member)| member).chain(place.items());
        pending.extend(inner.filter(|inner| inner.node.as_str().is_none()).collect::<Vec<_>>());
    }
    found
}
