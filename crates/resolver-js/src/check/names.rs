//! Names that mean nothing, and methods that the runtime leaves out.

use oxc_ast::AstKind;
use oxc_ast::ast::Expression;
use oxc_semantic::Semantic;
use oxc_span::GetSpan;

use super::Faults;

/// What code finds without importing it, as the prelude of a realm leaves it.
const GLOBALS: [&str; 36] = [
    "Array",
    "BigInt",
    "Boolean",
    "Error",
    "EvalError",
    "Infinity",
    "Iterator",
    "JSON",
    "Map",
    "Math",
    "NaN",
    "Number",
    "Object",
    "RangeError",
    "ReferenceError",
    "RegExp",
    "Set",
    "String",
    "Symbol",
    "SyntaxError",
    "TypeError",
    "URIError",
    "arguments",
    "console",
    "decodeURI",
    "decodeURIComponent",
    "encodeURI",
    "encodeURIComponent",
    "extensions",
    "isFinite",
    "isNaN",
    "parseFloat",
    "parseInt",
    "runtime",
    "undefined",
    "util",
];

/// Static methods that AWS's lint denies, by the object that has them.
const DENIED_STATICS: [(&str, &[&str]); 3] = [
    (
        "Object",
        &[
            "create",
            "defineProperties",
            "defineProperty",
            "freeze",
            "getOwnPropertyDescriptor",
            "getOwnPropertyDescriptors",
            "getOwnPropertyNames",
            "getOwnPropertySymbols",
            "getPrototypeOf",
            "hasOwnProperty",
            "is",
            "isExtensible",
            "isFrozen",
            "isPrototypeOf",
            "isSealed",
            "preventExtensions",
            "propertyIsEnumerable",
            "seal",
            "setPrototypeOf",
            "toLocaleString",
            "toString",
            "valueOf",
        ],
    ),
    ("Array", &["from", "of"]),
    ("String", &["fromCharCode", "fromCodePoint", "raw"]),
];

/// Methods that it denies to values. It knows types; here they are denied where the value is written out.
const DENIED_TO_ARRAYS: [&str; 9] = [
    "copyWithin",
    "entries",
    "group",
    "groupToMap",
    "keys",
    "of",
    "toLocaleString",
    "toString",
    "values",
];
const DENIED_TO_STRINGS: [&str; 10] = [
    "charCodeAt",
    "localeCompare",
    "matchAll",
    "padEnd",
    "padStart",
    "repeat",
    "search",
    "toLocaleLowerCase",
    "toLocaleUpperCase",
    "valueOf",
];

/// Names without a meaning, in the words of the TypeScript compiler, which AWS reads code by.
pub(super) fn check(semantic: &Semantic<'_>, faults: &mut Faults<'_>) {
    let unresolved = semantic.scoping().root_unresolved_references();
    for (name, references) in
        unresolved.iter().filter(|(name, _)| !GLOBALS.contains(&name.as_str()))
    {
        for reference in references {
            let span = semantic.reference_span(semantic.scoping().get_reference(*reference));
            if *name == "Promise" {
                faults.unsupported("no-promise", span, "Promises are not supported.");
            } else {
                faults.syntax(span, format_args!(" TS2304: Cannot find name '{name}'."));
            }
        }
    }
    for node in semantic.nodes().iter() {
        if let AstKind::CallExpression(call) = node.kind()
            && let Expression::StaticMemberExpression(callee) = call.callee.get_inner_expression()
            && let Some(holder) = denier(semantic, &callee.object, callee.property.name.as_str())
        {
            let method = callee.property.name;
            let message = format_args!("Method {holder}.{method} is not implemented.");
            faults.unsupported("no-disallowed-methods", call.span(), message);
        }
    }
}

/// How the lint names the object that hasn't the method.
fn denier(semantic: &Semantic<'_>, object: &Expression<'_>, method: &str) -> Option<&'static str> {
    match object.get_inner_expression() {
        Expression::Identifier(name) if semantic.is_reference_to_global_variable(name) => {
            let (holder, denied) =
                DENIED_STATICS.iter().find(|(holder, _)| name.name == *holder)?;
            let shown = if *holder == "Object" { "ObjectConstructor" } else { holder };
            denied.contains(&method).then_some(shown)
        }
        Expression::ArrayExpression(_) => DENIED_TO_ARRAYS.contains(&method).then_some("Array"),
        Expression::StringLiteral(_) | Expression::TemplateLiteral(_) => {
            DENIED_TO_STRINGS.contains(&method).then_some("String")
        }
        _ => None,
    }
}
