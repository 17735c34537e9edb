//! Which end of an attempt lets a job be tried again.
//!
//! <https://docs.aws.amazon.com/batch/latest/APIReference/API_EvaluateOnExit.html>

use super::model::{Attempt, ExitRule};

/// The first rule that matches decides. An attempt that none matches is tried again.
pub(super) fn is_retried(rules: &[ExitRule], attempt: &Attempt) -> bool {
    let exit_code = attempt.exit_code.map(|code| code.to_string()).unwrap_or_default();
    let reason = attempt.reason.as_deref().unwrap_or_default();
    let decides = rules.iter().find(|rule| {
        matches(rule.status_reason.as_deref(), &attempt.status_reason)
            && matches(rule.reason.as_deref(), reason)
            && matches(rule.exit_code.as_deref(), &exit_code)
    });
    decides.is_none_or(|rule| rule.retries)
}

/// An asterisk at the end of a pattern stands for anything; case doesn't matter.
fn matches(pattern: Option<&str>, text: &str) -> bool {
    let Some(pattern) = pattern else { return true };
    let (pattern, text) = (pattern.to_lowercase(), text.to_lowercase());
    match pattern.strip_suffix('*') {
        Some(beginning) => text.starts_with(beginning),
        None => text == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(status_reason: Option<&str>, exit_code: Option<&str>, retries: bool) -> ExitRule {
        let owned = |text: &str| text.to_owned();
        ExitRule {
            status_reason: status_reason.map(owned),
            reason: None,
            exit_code: exit_code.map(owned),
            retries,
        }
    }

    fn attempt(status_reason: &str, exit_code: Option<i32>) -> Attempt {
        Attempt {
            task_arn: String::new(),
            started_at: None,
            stopped_at: None,
            exit_code,
            reason: None,
            status_reason: status_reason.to_owned(),
            log_stream: None,
        }
    }

    #[test]
    fn the_first_rule_that_matches_decides() {
        let rules = [rule(Some("Host EC2*"), None, true), rule(None, Some("*"), false)];
        let lost = attempt("Host EC2 (instance i-1) terminated.", None);
        assert!(is_retried(&rules, &lost));
        assert!(!is_retried(&rules, &attempt("Essential container in task exited", Some(1))));
        assert!(is_retried(&[], &attempt("Essential container in task exited", Some(1))));
        assert!(!is_retried(&[rule(None, Some("3"), false)], &attempt("", Some(3))));
        assert!(is_retried(&[rule(None, Some("3"), false)], &attempt("", Some(33))));
    }
}
