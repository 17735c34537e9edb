use asl::{Diagnostic, Severity};

use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{
    self, DiagnosticSeverity, StateMachineType, ValidateStateMachineDefinitionInput,
    ValidateStateMachineDefinitionOutput, ValidationResult,
};

/// How many diagnostics AWS returns at most, and when a request doesn't say.
const DIAGNOSTICS_MAX: usize = 100;

/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html>
pub(crate) async fn validate_state_machine_definition(
    ctx: &Visit<'_>,
    req: ValidateStateMachineDefinitionInput,
) -> Result<ValidateStateMachineDefinitionOutput, Error> {
    let machine_type = req.r#type.unwrap_or(StateMachineType::Standard).into();
    let diagnostics = asl::compile(&req.definition, &ctx.compile_options(machine_type)).diagnostics;
    let is_valid = diagnostics.iter().all(|diagnostic| diagnostic.severity() != Severity::Error);
    let asked = match req.severity.unwrap_or(DiagnosticSeverity::Error) {
        DiagnosticSeverity::Error => &[Severity::Error][..],
        DiagnosticSeverity::Warning => &[Severity::Error, Severity::Warning],
    };
    let mut shown: Vec<wire::Diagnostic> = diagnostics
        .into_iter()
        .filter(|diagnostic| asked.contains(&diagnostic.severity()))
        .map(show)
        .collect();
    let most = match req.max_results {
        None | Some(0) => DIAGNOSTICS_MAX,
        Some(most) => most as usize,
    };
    let truncated = most < shown.len();
    shown.truncate(most);
    Ok(ValidateStateMachineDefinitionOutput {
        result: if is_valid { ValidationResult::Ok } else { ValidationResult::Fail },
        diagnostics: shown,
        truncated,
    })
}

fn show(diagnostic: Diagnostic) -> wire::Diagnostic {
    wire::Diagnostic {
        severity: match diagnostic.severity() {
            Severity::Error => DiagnosticSeverity::Error,
            Severity::Warning => DiagnosticSeverity::Warning,
        },
        code: diagnostic.code.name().to_owned(),
        message: diagnostic.message,
        location: diagnostic.location,
    }
}
