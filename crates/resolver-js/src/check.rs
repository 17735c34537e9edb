//! What AppSync checks of code before it keeps it, and how the code is made ready to run.

use oxc_allocator::Allocator;
use oxc_ast::AstKind;
use oxc_ast::ast::Expression;
use oxc_parser::{ParseOptions, Parser};
use oxc_semantic::{Semantic, SemanticBuilder};
use oxc_span::{SourceType, Span};

mod context;
mod functions;
mod modules;
mod names;
mod syntax;

use crate::code_error::{CodeError, Places};
use crate::module::{CallPlace, Checked};

/// What is wrong with the code, as it is found.
struct Faults<'a> {
    places: Places<'a>,
    found: Vec<(u32, CodeError)>,
}

impl<'a> Faults<'a> {
    /// How many are told of one code.
    const MOST: usize = 100;

    fn syntax(&mut self, span: Span, message: impl std::fmt::Display) {
        if self.found.len() < Self::MOST {
            let error = CodeError::new(CodeError::PARSE_ERROR, message, &self.places, span);
            self.found.push((span.start, error));
        }
    }

    fn unsupported(&mut self, rule: &'static str, span: Span, message: impl std::fmt::Display) {
        if self.found.len() < Self::MOST {
            let message = format!(": {message}");
            let error = CodeError::new(CodeError::UNSUPPORTED_SYNTAX, message, &self.places, span);
            self.found.push((span.start, CodeError { rule: Some(rule), ..error }));
        }
    }

    fn into_errors(mut self) -> Vec<CodeError> {
        self.found.sort_by_key(|(at, _)| *at);
        self.found.into_iter().map(|(_, error)| error).collect()
    }
}

pub(crate) fn check(code: &str) -> Result<Checked, Vec<CodeError>> {
    let allocator = Allocator::default();
    let options = ParseOptions { preserve_parens: false, ..ParseOptions::default() };
    let parsed = Parser::new(&allocator, code, SourceType::mjs()).with_options(options).parse();
    let mut faults = Faults { places: Places::new(code), found: Vec::new() };
    let mut tell = |diagnostics: &[oxc_diagnostics::OxcDiagnostic]| {
        for diagnostic in diagnostics {
            let label = diagnostic.labels.first();
            let span = label.map_or(Span::empty(0), |label| {
                let start = label.offset();
                Span::new(start, start + label.len())
            });
            faults.syntax(span, format_args!(": {}", diagnostic.message));
        }
    };
    tell(&parsed.diagnostics);
    if parsed.panicked || !parsed.diagnostics.is_empty() {
        return Err(faults.into_errors());
    }
    let program = parsed.program;
    let built =
        SemanticBuilder::new().with_check_syntax_error(true).with_build_nodes(true).build(&program);
    tell(&built.diagnostics);
    let module = modules::read(&program, &mut faults);
    for check in [syntax::check, functions::check, context::check, names::check] {
        check(&built.semantic, &mut faults);
    }
    if !faults.found.is_empty() {
        return Err(faults.into_errors());
    }
    let calls = calls(&built.semantic, &faults.places);
    Ok(Checked { function: module.function(code), exports: module.exports(), calls })
}

fn calls(semantic: &Semantic<'_>, places: &Places<'_>) -> Vec<CallPlace> {
    let nodes = semantic.nodes().iter();
    let mut calls: Vec<CallPlace> = nodes
        .filter_map(|node| match node.kind() {
            AstKind::CallExpression(call) => Some(CallPlace {
                start: places.of(call.span.start),
                end: places.of(call.span.end),
                name: match call.callee.get_inner_expression() {
                    Expression::StaticMemberExpression(callee) => callee.property.name.to_string(),
                    Expression::Identifier(callee) => callee.name.to_string(),
                    _ => String::new(),
                },
            }),
            _ => None,
        })
        .collect();
    calls.sort_by_key(|call| call.start);
    calls
}
