//! Names of state machines, executions and activities.

use crate::errors::Error;

const FORBIDDEN: &str = "<>{}[]?*\"#%\\^|~`$&,;:/";

/// Refuses a name with a character that AWS doesn't take. Its length is a rule of the service's model.
///
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html>
pub(crate) fn check(name: &str) -> Result<(), Error> {
    if name.chars().all(is_allowed) { Ok(()) } else { Err(Error::InvalidName(name.to_owned())) }
}

fn is_allowed(c: char) -> bool {
    let forbidden = FORBIDDEN.contains(c)
        || c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{10ffff}');
    !forbidden
}

/// AWS's pattern for names of aliases: a letter or a mark among letters, digits and marks, so that no alias is
/// mistaken for a version.
pub(crate) const ALIAS_PATTERN: &str = r"^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$";

/// What [`ALIAS_PATTERN`] says.
pub(crate) fn is_alias(name: &str) -> bool {
    let is_mark = |b: u8| matches!(b, b'_' | b'-' | b'.');
    name.bytes().all(|b| b.is_ascii_alphanumeric() || is_mark(b))
        && name.bytes().any(|b| b.is_ascii_alphabetic() || is_mark(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_aws_refuses() {
        for c in "~$/^\\];`[,&*\"}:<>?#%| \t\u{1f}\u{85}\u{fffe}\u{10ffff}".chars() {
            assert!(check(&format!("activity{c}name")).is_err(), "{c:?}");
        }
        for name in ["a", "ACTIVITY-NAME_1.v2", "Überweisung", "注文", "(a)'!@=+"] {
            assert!(check(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn an_alias_is_no_number() {
        for name in ["PROD", "v1", "1-2", "_", "0.1"] {
            assert!(is_alias(name), "{name}");
        }
        for name in ["", "123", "INVALID ALIAS", "!INVALID", "ALIAS@", "é"] {
            assert!(!is_alias(name), "{name}");
        }
    }
}
