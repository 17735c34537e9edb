//! Code and templates that are tried out.

use super::AppSyncRuntime;

impl From<resolver_js::CodeError> for CodeError {
    fn from(error: resolver_js::CodeError) -> Self {
        let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
        CodeError {
            error_type: error.error_type.to_owned(),
            value: error.value,
            location: CodeErrorLocation {
                line: number(error.line),
                column: number(error.column),
                span: number(error.span),
            },
        }
    }
}

aws::structures! { Camel;
    pub(crate) struct CodeErrorLocation {
        required line: i32,
        required column: i32,
        required span: i32,
    }
    pub(crate) struct CodeError {
        required error_type: String,
        required value: String,
        required location: CodeErrorLocation,
    }
    pub(crate) struct EvaluateCodeErrorDetail {
        required message: String,
        required code_errors: Vec<CodeError>,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_EvaluateCode.html>
    pub(crate) struct EvaluateCodeInput {
        required runtime: AppSyncRuntime,
        required code: String [length(1, 32_768)],
        required context: String [length(2, 28_000)],
        optional function: String,
    }
    pub(crate) struct ErrorDetail {
        required message: String,
    }
    /// <https://docs.aws.amazon.com/appsync/latest/APIReference/API_EvaluateMappingTemplate.html>
    pub(crate) struct EvaluateMappingTemplateInput {
        required template: String [length(2, 65_536)],
        required context: String [length(2, 28_000)],
    }
    pub(crate) struct EvaluateMappingTemplateOutput {
        optional evaluation_result: String,
        optional error: ErrorDetail,
        optional logs: Vec<String>,
        optional stash: String,
        optional out_errors: String,
    }
    pub(crate) struct EvaluateCodeOutput {
        optional evaluation_result: String,
        optional error: EvaluateCodeErrorDetail,
        optional logs: Vec<String>,
        optional stash: String,
        optional out_errors: String,
    }
}
