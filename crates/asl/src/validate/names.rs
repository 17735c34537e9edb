//! Names of states and labels of Distributed Maps: short enough, unique in the whole workflow.

use super::Checker;
use super::place::Place;
use crate::diagnostic::Code;

/// <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>
const STATE_NAME_CHARS_MAX: usize = 80;
/// <https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html>
const LABEL_CHARS_MAX: usize = 40;
/// The special characters that the page above lists: brackets, wildcards and the rest.
const LABEL_CHARS_REFUSED: &str = "<>{}[]?*\"#%\\^|~`$&,;:/";

impl<'d> Checker<'d> {
    pub(super) fn state_name(&mut self, name: &'d str, state: &Place<'d>) {
        if name.is_empty() {
            self.report(Code::InvalidStateName, "State name cannot be empty", state);
        }
        if STATE_NAME_CHARS_MAX < name.chars().count() {
            let message = format!(
                "The state name '{name}' exceeds the {STATE_NAME_CHARS_MAX}-character limit allowed by the service"
            );
            self.report(Code::InvalidStateName, message, state);
        }
        if !self.state_names.insert(name) {
            self.report(Code::DuplicateStateName, format!("Duplicate State name: {name}"), state);
        }
    }

    /// The `Label` of a Map state, if it is a good one.
    pub(super) fn label(&mut self, state: &Place<'d>) -> Option<&'d str> {
        let label = self.text(state, "Label")?;
        let place = state.field("Label")?;
        let refused =
            |c: &char| c.is_whitespace() || c.is_control() || LABEL_CHARS_REFUSED.contains(*c);
        let message = if label.is_empty() {
            Some("The label cannot be empty".to_owned())
        } else if LABEL_CHARS_MAX < label.chars().count() {
            Some(format!(
                "The label '{label}' exceeds the {LABEL_CHARS_MAX}-character limit allowed by the service"
            ))
        } else {
            label.chars().find(refused).map(|character| {
                format!("The label '{label}' contains the invalid character '{character}'")
            })
        };
        if let Some(message) = message {
            self.report(Code::InvalidLabelName, message, &place);
            return None;
        }
        if !self.labels.insert(label) {
            let message = format!("Duplicate Label name: {label}");
            self.report(Code::DuplicateLabelName, message, &place);
        }
        Some(label)
    }
}
