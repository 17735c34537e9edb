//! What the language leaves out, node by node.
//!
//! <https://docs.aws.amazon.com/appsync/latest/devguide/supported-features.html>, and the rules of AWS's own lint,
//! `@aws-appsync/eslint-plugin`.

use oxc_ast::AstKind;
use oxc_semantic::Semantic;
use oxc_span::{GetSpan, Span};
use oxc_syntax::operator::{BinaryOperator, UnaryOperator};

use super::Faults;

pub(super) fn check(semantic: &Semantic<'_>, faults: &mut Faults<'_>) {
    for node in semantic.nodes().iter() {
        let span = node.kind().span();
        match node.kind() {
            AstKind::Function(function) => {
                function_kind(span, function.r#async, function.generator, faults);
            }
            AstKind::ArrowFunctionExpression(arrow) => {
                function_kind(span, arrow.r#async, false, faults);
            }
            AstKind::UnaryExpression(unary) if unary.operator == UnaryOperator::BitwiseNot => {
                unary_operator(span, "~", faults);
            }
            AstKind::UpdateExpression(update) => {
                unary_operator(span, update.operator.as_str(), faults);
            }
            AstKind::BinaryExpression(binary) => match binary.operator {
                BinaryOperator::In => {
                    let message = "in operator is not supported. Use Object.hasOwn().";
                    faults.unsupported("no-in-operator", span, message);
                }
                BinaryOperator::Instanceof => {
                    let message = "instanceof operator is not supported.";
                    faults.unsupported("no-disallowed-binary-operator", span, message);
                }
                _ => {}
            },
            AstKind::ForOfStatement(statement) if statement.r#await => {
                faults.unsupported("no-await", span, "Await expressions are not supported.");
            }
            kind => {
                if let Some((rule, what)) = left_out(kind) {
                    faults.unsupported(rule, span, format_args!("{what} are not supported."));
                }
            }
        }
    }
}

/// The rule, and what it says isn't supported.
fn left_out(kind: AstKind<'_>) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        AstKind::AwaitExpression(_) => ("no-await", "Await expressions"),
        AstKind::Class(_) => ("no-classes", "Class declarations"),
        AstKind::ContinueStatement(_) => ("no-continue", "Continue statements"),
        AstKind::DebuggerStatement(_) => ("no-debugger", "Debugger statements"),
        AstKind::DoWhileStatement(_) => ("no-while", "Do-while statements"),
        AstKind::ForStatement(_) => ("no-for", "For statements"),
        AstKind::ImportExpression(_) => ("no-import", "Dynamic imports"),
        AstKind::LabeledStatement(_) => ("no-labels", "Labeled statements"),
        AstKind::ImportMeta(_) | AstKind::NewTarget(_) => ("no-meta", "Meta properties"),
        AstKind::RegExpLiteral(_) => ("no-regex", "Regular expression literals"),
        AstKind::Super(_) => ("no-classes", "Super references"),
        AstKind::ThisExpression(_) => ("no-this", "This references"),
        AstKind::ThrowStatement(_) => ("no-throw", "Throw statements"),
        AstKind::TryStatement(_) => ("no-try", "Try statements"),
        AstKind::WhileStatement(_) => ("no-while", "While statements"),
        AstKind::YieldExpression(_) => ("no-yield", "Yield expressions"),
        _ => return None,
    })
}

fn function_kind(span: Span, is_async: bool, is_generator: bool, faults: &mut Faults<'_>) {
    if is_async {
        faults.unsupported("no-async", span, "Async functions are not supported.");
    }
    if is_generator {
        faults.unsupported("no-generators", span, "Generator functions are not supported.");
    }
}

fn unary_operator(span: Span, operator: &str, faults: &mut Faults<'_>) {
    let message = format_args!("Unary operator {operator} is not supported.");
    faults.unsupported("no-disallowed-unary-operators", span, message);
}
