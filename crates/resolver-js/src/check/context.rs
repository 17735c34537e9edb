//! `ctx` and its members stay what they are; what is in them may change.

use oxc_ast::AstKind;
use oxc_ast::ast::{AssignmentTarget, Expression, FormalParameters, MemberExpression};
use oxc_ast::ast::{ForStatementLeft, PropertyKey, SimpleAssignmentTarget};
use oxc_semantic::{AstNode, Semantic, SymbolId};
use oxc_span::{GetSpan, Span};
use oxc_syntax::operator::UnaryOperator;

use super::Faults;

const HANDLERS: [&str; 4] = ["request", "response", "onPublish", "onSubscribe"];

pub(super) fn check(semantic: &Semantic<'_>, faults: &mut Faults<'_>) {
    let contexts = contexts(semantic);
    let mut judge = |name: Option<(SymbolId, &str)>, member: Option<&str>, span: Span| {
        let Some((symbol, name)) = name else { return };
        if !contexts.contains(&symbol) {
            return;
        }
        const RULE: &str = "no-disallowed-re-assignment";
        match member {
            None => faults.unsupported(RULE, span, format_args!("{name} can't be reassigned.")),
            Some(member) => {
                faults.unsupported(
                    RULE,
                    span,
                    format_args!("{name}.{member} can't be reassigned."),
                );
            }
        }
    };
    let mut of_target = |target: &SimpleAssignmentTarget<'_>| match target {
        SimpleAssignmentTarget::AssignmentTargetIdentifier(name) => {
            let symbol = name.reference_id.get();
            let symbol = symbol.and_then(|it| semantic.scoping().get_reference(it).symbol_id());
            judge(symbol.map(|symbol| (symbol, name.name.as_str())), None, name.span);
        }
        target => {
            if let Some(member) = target.as_member_expression() {
                let property = member.static_property_name();
                judge(
                    named(semantic, member.object()),
                    Some(property.unwrap_or("[…]")),
                    member.span(),
                );
            }
        }
    };
    for node in semantic.nodes().iter() {
        match node.kind() {
            AstKind::AssignmentExpression(assignment) => {
                if let Some(target) = assignment.left.as_simple_assignment_target() {
                    of_target(target);
                }
            }
            AstKind::UpdateExpression(update) => of_target(&update.argument),
            AstKind::ForInStatement(statement) => of_left(&statement.left, &mut of_target),
            AstKind::ForOfStatement(statement) => of_left(&statement.left, &mut of_target),
            _ => {}
        }
    }
    for node in semantic.nodes().iter() {
        if let AstKind::UnaryExpression(unary) = node.kind()
            && unary.operator == UnaryOperator::Delete
            && let Some(member) = unary.argument.as_member_expression()
        {
            judge(named(semantic, member.object()), Some(property(member)), unary.span);
        }
    }
}

fn property<'a>(member: &MemberExpression<'a>) -> &'a str {
    member.static_property_name().unwrap_or("[…]")
}

fn of_left<'l, 'a>(
    left: &'l ForStatementLeft<'a>,
    of_target: &mut impl FnMut(&'l SimpleAssignmentTarget<'a>),
) {
    let target =
        left.as_assignment_target().and_then(AssignmentTarget::as_simple_assignment_target);
    if let Some(target) = target {
        of_target(target);
    }
}

/// The symbol of a name.
fn named<'a>(semantic: &Semantic<'a>, value: &Expression<'a>) -> Option<(SymbolId, &'a str)> {
    let Expression::Identifier(name) = value.get_inner_expression() else { return None };
    let reference = semantic.scoping().get_reference(name.reference_id.get()?);
    Some((reference.symbol_id()?, name.name.as_str()))
}

/// What the first parameters of handlers are called.
fn contexts(semantic: &Semantic<'_>) -> Vec<SymbolId> {
    let parameters = semantic.nodes().iter().filter_map(|node| match node.kind() {
        AstKind::Function(function) if is_handler(semantic, node) => Some(&*function.params),
        AstKind::ArrowFunctionExpression(arrow) if is_handler(semantic, node) => {
            Some(&*arrow.params)
        }
        _ => None,
    });
    parameters.filter_map(first).collect()
}

fn first(parameters: &FormalParameters<'_>) -> Option<SymbolId> {
    parameters.items.first()?.pattern.get_binding_identifier()?.symbol_id.get()
}

/// Whether a function has the name of a handler, by itself or by the variable or member that holds it.
fn is_handler(semantic: &Semantic<'_>, node: &AstNode<'_>) -> bool {
    let own = match node.kind() {
        AstKind::Function(function) => function.id.as_ref().map(|id| id.name.as_str()),
        _ => None,
    };
    let held = match semantic.nodes().parent_kind(node.id()) {
        AstKind::VariableDeclarator(variable) => {
            variable.id.get_binding_identifier().map(|id| id.name.as_str())
        }
        AstKind::ObjectProperty(property) => match &property.key {
            PropertyKey::StaticIdentifier(name) => Some(name.name.as_str()),
            _ => None,
        },
        _ => None,
    };
    own.or(held).is_some_and(|name| HANDLERS.contains(&name))
}
