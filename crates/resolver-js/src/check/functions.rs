//! Functions are no values: they aren't passed on, returned or given other names, and don't call themselves.

use std::collections::BTreeMap;

use oxc_ast::AstKind;
use oxc_ast::ast::{Argument, AssignmentTarget, BindingPattern, CallExpression, Expression};
use oxc_semantic::{NodeId, Semantic, SymbolId};
use oxc_span::GetSpan;

use super::Faults;

pub(super) fn check(semantic: &Semantic<'_>, faults: &mut Faults<'_>) {
    let functions = Functions { semantic };
    for node in semantic.nodes().iter() {
        match node.kind() {
            AstKind::CallExpression(call) => functions.check_arguments(call, faults),
            AstKind::ReturnStatement(statement) => {
                if let Some(value) = &statement.argument {
                    functions.check_return(value, faults);
                }
            }
            AstKind::ArrowFunctionExpression(arrow) => {
                if let Some(value) = arrow.get_expression() {
                    functions.check_return(value, faults);
                }
            }
            AstKind::VariableDeclarator(variable) => {
                if let Some(value) = &variable.init {
                    functions.check_name(value, faults);
                }
            }
            AstKind::AssignmentExpression(assignment) => {
                if let AssignmentTarget::AssignmentTargetIdentifier(_) = assignment.left
                    && functions.is_function(&assignment.right)
                {
                    reassigned(&assignment.right, faults);
                }
            }
            _ => {}
        }
    }
    functions.check_recursion(faults);
}

fn reassigned(value: &Expression<'_>, faults: &mut Faults<'_>) {
    let message = "Functions can't be reassigned.";
    faults.unsupported("no-function-reassign", value.span(), message);
}

struct Functions<'s, 'a> {
    semantic: &'s Semantic<'a>,
}

impl<'a> Functions<'_, 'a> {
    /// The function that a name stands for.
    fn named(&self, value: &Expression<'a>) -> Option<SymbolId> {
        let Expression::Identifier(name) = value.get_inner_expression() else { return None };
        let symbol = self.semantic.scoping().get_reference(name.reference_id.get()?).symbol_id()?;
        self.body(symbol).map(|_| symbol)
    }

    /// The node of the function that a symbol is declared as.
    fn body(&self, symbol: SymbolId) -> Option<NodeId> {
        let declaration = self.semantic.symbol_declaration(symbol);
        match declaration.kind() {
            AstKind::Function(_) => Some(declaration.id()),
            AstKind::VariableDeclarator(variable) => {
                let is_name = matches!(variable.id, BindingPattern::BindingIdentifier(_));
                let value = variable.init.as_ref().filter(|_| is_name)?.get_inner_expression();
                match value {
                    Expression::ArrowFunctionExpression(arrow) => Some(arrow.node_id.get()),
                    Expression::FunctionExpression(function) => Some(function.node_id.get()),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn is_function(&self, value: &Expression<'a>) -> bool {
        value.get_inner_expression().is_function() || self.named(value).is_some()
    }

    /// Methods take functions: those of arrays do. Functions of the code don't.
    fn check_arguments(&self, call: &CallExpression<'a>, faults: &mut Faults<'_>) {
        let callee = call.callee.get_inner_expression();
        if callee.is_member_expression() || matches!(callee, Expression::ChainExpression(_)) {
            return;
        }
        let values = call.arguments.iter().filter_map(Argument::as_expression);
        for value in values.filter(|value| self.is_function(value)) {
            let message = "Functions can't be passed as arguments.";
            faults.unsupported("no-function-passing", value.span(), message);
        }
    }

    fn check_return(&self, value: &Expression<'a>, faults: &mut Faults<'_>) {
        if self.is_function(value) {
            let message = "Functions can't be returned.";
            faults.unsupported("no-function-return", value.span(), message);
        }
    }

    /// A second name for a function.
    fn check_name(&self, value: &Expression<'a>, faults: &mut Faults<'_>) {
        if self.named(value).is_some() {
            reassigned(value, faults);
        }
    }

    /// Each function that comes back to itself through what it names.
    fn check_recursion(&self, faults: &mut Faults<'_>) {
        let uses = self.uses();
        for function in uses.keys() {
            let Some(path) = way_back(*function, &uses) else { continue };
            let scoping = self.semantic.scoping();
            let names: Vec<&str> = path.iter().map(|symbol| scoping.symbol_name(*symbol)).collect();
            let message = format_args!("Recursion is not supported: {}", names.join(" <-"));
            faults.unsupported("no-recursion", scoping.symbol_span(*function), message);
        }
    }

    /// By function, the functions that it names.
    fn uses(&self) -> BTreeMap<SymbolId, Vec<SymbolId>> {
        let scoping = self.semantic.scoping();
        let functions =
            scoping.symbol_ids().filter_map(|symbol| Some((self.body(symbol)?, symbol)));
        let functions: BTreeMap<NodeId, SymbolId> = functions.collect();
        let mut uses: BTreeMap<SymbolId, Vec<SymbolId>> = BTreeMap::new();
        for used in functions.values() {
            for reference in scoping.get_resolved_references(*used) {
                let around = self.semantic.nodes().ancestor_ids(reference.node_id());
                for user in around.filter_map(|node| functions.get(&node)) {
                    uses.entry(*user).or_default().push(*used);
                }
            }
        }
        uses
    }
}

/// A way from a function to itself.
fn way_back(start: SymbolId, uses: &BTreeMap<SymbolId, Vec<SymbolId>>) -> Option<Vec<SymbolId>> {
    let mut seen = BTreeMap::from([(start, start)]);
    let mut waiting = vec![start];
    while let Some(user) = waiting.pop() {
        for used in uses.get(&user).into_iter().flatten() {
            if *used == start {
                let mut path = vec![start, user];
                let mut at = user;
                while at != start {
                    at = *seen.get(&at)?;
                    path.push(at);
                }
                if user == start {
                    path.pop();
                }
                path.reverse();
                return Some(path);
            }
            if !seen.contains_key(used) {
                seen.insert(*used, user);
                waiting.push(*used);
            }
        }
    }
    None
}
