//! Imports and exports: what there is to import, and code rewritten so that it can be run again and again.
//!
//! A module would be evaluated once and keep its state. As a function of what it imports it is evaluated anew for
//! each run, and every line and column stays where it was.

use oxc_ast::ast::{
    BindingPattern, Declaration, Expression, ImportDeclaration, ImportDeclarationSpecifier,
    ModuleExportName, Program, Statement, VariableDeclaration,
};
use oxc_span::{GetSpan, Span};

use super::Faults;
use crate::library;
use crate::module::Export;

#[derive(Default)]
pub(super) struct ModuleText {
    /// What the imports bind, as a statement each.
    imports: Vec<String>,
    /// By the name for others, the name in the code.
    exports: Vec<(String, String)>,
    /// The names in the code that are objects, not functions.
    objects: Vec<String>,
    /// What is no part of a function, and left out.
    blanks: Vec<Span>,
}

impl ModuleText {
    /// A function expression that takes the modules and gives the exports. Its first line is ours.
    pub(super) fn function(&self, code: &str) -> String {
        let mut body = code.as_bytes().to_vec();
        for blank in &self.blanks {
            for byte in &mut body[blank.start as usize..blank.end as usize] {
                if *byte != b'\n' {
                    *byte = b' ';
                }
            }
        }
        let body = String::from_utf8_lossy(&body);
        let imports = self.imports.join("");
        let export = |(name, local): &(String, String)| format!("{}: {local}", text(name));
        let exports: Vec<String> = self.exports.iter().map(export).collect();
        format!(
            "(function ($modules) {{ \"use strict\"; {imports}\n{body}\nreturn {{ {} }};\n}})",
            exports.join(", ")
        )
    }

    pub(super) fn exports(&self) -> Vec<Export> {
        let export = |(name, local): &(String, String)| Export {
            name: name.clone(),
            is_object: self.objects.contains(local),
        };
        self.exports.iter().map(export).collect()
    }
}

/// A string literal.
fn text(name: &str) -> String {
    json::Value::from(name).to_string()
}

pub(super) fn read(program: &Program<'_>, faults: &mut Faults<'_>) -> ModuleText {
    let mut module = ModuleText::default();
    for statement in &program.body {
        match statement {
            Statement::ImportDeclaration(import) => module.import(import, faults),
            Statement::VariableDeclaration(variables) => module.note_objects(variables),
            Statement::ExportDeclaration(export) => {
                let declared = export.declaration.span();
                module.blanks.push(Span::new(export.span.start, declared.start));
                module.declared(&export.declaration);
            }
            Statement::ExportNamedDeclaration(export) => {
                module.blanks.push(export.span);
                for specifier in &export.specifiers {
                    let names = (specifier.exported.name(), specifier.local.name());
                    module.exports.push((names.0.to_string(), names.1.to_string()));
                }
            }
            Statement::ExportDefaultDeclaration(export) => {
                faults.unsupported(
                    "no-default-export",
                    export.span,
                    "Default exports are not supported.",
                );
            }
            Statement::ExportAllDeclaration(export) => {
                faults.unsupported(
                    "no-re-export",
                    export.span,
                    "Exports of other modules are not supported.",
                );
            }
            Statement::ExportFromDeclaration(export) => {
                faults.unsupported(
                    "no-re-export",
                    export.span,
                    "Exports of other modules are not supported.",
                );
            }
            _ => {}
        }
    }
    module
}

impl ModuleText {
    fn import(&mut self, import: &ImportDeclaration<'_>, faults: &mut Faults<'_>) {
        self.blanks.push(import.span);
        let source = import.source.value.as_str();
        let Some(exports) = library::exports(source) else {
            let message = format_args!(
                " TS2307: Cannot find module '{source}' or its corresponding type declarations."
            );
            faults.syntax(import.source.span, message);
            return;
        };
        let module = format!("$modules[{}]", text(source));
        for specifier in import.specifiers.iter().flatten() {
            match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(named) => {
                    let name = exported_name(&named.imported);
                    if !exports.contains(&name) {
                        let message = format_args!(
                            " TS2305: Module '\"{source}\"' has no exported member '{name}'."
                        );
                        faults.syntax(named.imported.span(), message);
                        continue;
                    }
                    self.imports.push(format!("const {} = {module}.{name};", named.local.name));
                }
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(all) => {
                    self.imports.push(format!("const {} = {module};", all.local.name));
                }
                ImportDeclarationSpecifier::ImportDefaultSpecifier(default) => {
                    let message =
                        format_args!(" TS1192: Module '\"{source}\"' has no default export.");
                    faults.syntax(default.span, message);
                }
            }
        }
    }

    fn note_objects(&mut self, variables: &VariableDeclaration<'_>) {
        for variable in &variables.declarations {
            if let Some(Expression::ObjectExpression(_)) = &variable.init
                && let BindingPattern::BindingIdentifier(id) = &variable.id
            {
                self.objects.push(id.name.to_string());
            }
        }
    }

    fn declared(&mut self, declaration: &Declaration<'_>) {
        let mut names = Vec::new();
        match declaration {
            Declaration::FunctionDeclaration(function) => {
                names.extend(function.id.iter().map(|id| id.name.to_string()));
            }
            Declaration::VariableDeclaration(variables) => {
                self.note_objects(variables);
                for variable in &variables.declarations {
                    if let BindingPattern::BindingIdentifier(id) = &variable.id {
                        names.push(id.name.to_string());
                    }
                }
            }
            _ => {}
        }
        self.exports.extend(names.into_iter().map(|name| (name.clone(), name)));
    }
}

fn exported_name<'n>(name: &'n ModuleExportName<'_>) -> &'n str {
    match name {
        ModuleExportName::IdentifierName(name) => name.name.as_str(),
        ModuleExportName::IdentifierReference(name) => name.name.as_str(),
        ModuleExportName::StringLiteral(text) => text.value.as_str(),
    }
}
