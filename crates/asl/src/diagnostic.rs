//! What is wrong with a definition, in AWS's words.
//!
//! Codes are AWS's (`ValidateStateMachineDefinitionDiagnostic`). Which texts are recorded from AWS and
//! which are ours by analogy stands in `docs/compat/asl-diagnostics.md`.

use std::fmt;

use crate::definition::Position;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    /// Such a definition can't be created.
    Error,
    Warning,
}

impl Severity {
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    DuplicateLabelName,
    DuplicateStateName,
    DuplicateVariableName,
    InvalidJsonDescription,
    InvalidJsonataExpression,
    InvalidLabelName,
    InvalidStateName,
    InvalidVariableName,
    MissingDescription,
    MissingEndState,
    MissingTransitionTarget,
    NoDollar,
    NoPath,
    PassResultIsStatic,
    ReservedVariableName,
    SchemaValidationFailed,
    TooDeeplyNested,
    UnsupportedJsonataExpression,
}

impl Code {
    pub fn name(self) -> &'static str {
        match self {
            Code::DuplicateLabelName => "DUPLICATE_LABEL_NAME",
            Code::DuplicateStateName => "DUPLICATE_STATE_NAME",
            Code::DuplicateVariableName => "DUPLICATE_VARIABLE_NAME",
            Code::InvalidJsonDescription => "INVALID_JSON_DESCRIPTION",
            Code::InvalidJsonataExpression => "INVALID_JSONATA_EXPRESSION",
            Code::InvalidLabelName => "INVALID_LABEL_NAME",
            Code::InvalidStateName => "INVALID_STATE_NAME",
            Code::InvalidVariableName => "INVALID_VARIABLE_NAME",
            Code::MissingDescription => "MISSING_DESCRIPTION",
            Code::MissingEndState => "MISSING_END_STATE",
            Code::MissingTransitionTarget => "MISSING_TRANSITION_TARGET",
            Code::NoDollar => "NO_DOLLAR",
            Code::NoPath => "NO_PATH",
            Code::PassResultIsStatic => "PASS_RESULT_IS_STATIC",
            Code::ReservedVariableName => "RESERVED_VARIABLE_NAME",
            Code::SchemaValidationFailed => "SCHEMA_VALIDATION_FAILED",
            Code::TooDeeplyNested => "TOO_DEEPLY_NESTED",
            Code::UnsupportedJsonataExpression => "UNSUPPORTED_JSONATA_EXPRESSION",
        }
    }

    /// The code of a problem with an expression.
    pub(crate) fn of_expression(name: &str) -> Code {
        let jsonata = [Code::InvalidJsonataExpression, Code::UnsupportedJsonataExpression];
        let found = jsonata.into_iter().find(|code| code.name() == name);
        found.unwrap_or(Code::SchemaValidationFailed)
    }

    pub fn severity(self) -> Severity {
        match self {
            Code::NoDollar | Code::NoPath | Code::PassResultIsStatic => Severity::Warning,
            Code::DuplicateLabelName
            | Code::DuplicateStateName
            | Code::DuplicateVariableName
            | Code::InvalidJsonDescription
            | Code::InvalidJsonataExpression
            | Code::InvalidLabelName
            | Code::InvalidStateName
            | Code::InvalidVariableName
            | Code::MissingDescription
            | Code::MissingEndState
            | Code::MissingTransitionTarget
            | Code::ReservedVariableName
            | Code::SchemaValidationFailed
            | Code::TooDeeplyNested
            | Code::UnsupportedJsonataExpression => Severity::Error,
        }
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: Code,
    pub message: String,
    /// AWS's `/States/<name>/<field>`; absent for what concerns the whole workflow.
    pub location: Option<String>,
    /// Where it stands in the text; AWS doesn't say, we do.
    pub position: Position,
}

impl Diagnostic {
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// As AWS writes a diagnostic into `InvalidDefinition`: an absent location reads `null`.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let location = self.location.as_deref().unwrap_or("null");
        write!(f, "{}: {} at {location}", self.code.name(), self.message)
    }
}

/// The message of the `InvalidDefinition` that Create, Update and TestState answer with;
/// `None` if there is no error among the diagnostics.
pub fn invalid_definition(diagnostics: &[Diagnostic]) -> Option<String> {
    let errors: Vec<String> = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity() == Severity::Error)
        .map(ToString::to_string)
        .collect();
    (!errors.is_empty())
        .then(|| format!("Invalid State Machine Definition: '{}'", errors.join(", ")))
}
