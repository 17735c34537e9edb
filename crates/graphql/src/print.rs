//! Nodes to text: definitions, and selections for `selectionSetGraphQL`.

use json::write_string;

use crate::ast::{
    Argument, Directive, DirectiveDefinition, FieldDefinition, InputDefinition, Literal, Name,
    OperationKind, SchemaDefinition, Selection, TypeDefinition, TypeKind, TypeRef,
};
use crate::definitions::Definitions;

/// Whether directives are printed (`includeDirectives` of GetIntrospectionSchema).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Directives {
    Shown,
    Hidden,
}

const INDENT: &str = "  ";

pub(crate) fn definitions(definitions: &Definitions, shown: Directives) -> String {
    let mut text = String::new();
    if let Some(schema) = &definitions.schema {
        schema_definition(schema, shown, &mut text);
    }
    if shown == Directives::Shown {
        for directive in &definitions.directives {
            directive_definition(directive, shown, &mut text);
        }
    }
    for definition in &definitions.types {
        type_definition(definition, shown, &mut text);
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn schema_definition(schema: &SchemaDefinition, shown: Directives, out: &mut String) {
    description(schema.description.as_ref(), "", out);
    out.push_str("schema");
    directives(&schema.directives, shown, out);
    out.push_str(" {\n");
    for (kind, name, _) in &schema.operations {
        out.push_str(INDENT);
        out.push_str(match kind {
            OperationKind::Query => "query: ",
            OperationKind::Mutation => "mutation: ",
            OperationKind::Subscription => "subscription: ",
        });
        out.push_str(name);
        out.push('\n');
    }
    out.push_str("}\n\n");
}

pub(crate) fn type_definition(definition: &TypeDefinition, shown: Directives, out: &mut String) {
    description(definition.description.as_ref(), "", out);
    out.push_str(match definition.kind {
        TypeKind::Scalar => "scalar ",
        TypeKind::Object => "type ",
        TypeKind::Interface => "interface ",
        TypeKind::Union => "union ",
        TypeKind::Enum => "enum ",
        TypeKind::InputObject => "input ",
    });
    out.push_str(&definition.name);
    for (i, (interface, _)) in definition.interfaces.iter().enumerate() {
        out.push_str(if i == 0 { " implements " } else { " & " });
        out.push_str(interface);
    }
    directives(&definition.directives, shown, out);
    for (i, (member, _)) in definition.members.iter().enumerate() {
        out.push_str(if i == 0 { " = " } else { " | " });
        out.push_str(member);
    }
    let is_empty = definition.fields.is_empty()
        && definition.inputs.is_empty()
        && definition.values.is_empty();
    if !is_empty {
        out.push_str(" {\n");
        definition.fields.iter().for_each(|field| field_definition(field, shown, out));
        for input in &definition.inputs {
            description(input.description.as_ref(), INDENT, out);
            out.push_str(INDENT);
            input_definition(input, shown, out);
            out.push('\n');
        }
        for value in &definition.values {
            description(value.description.as_ref(), INDENT, out);
            out.push_str(INDENT);
            out.push_str(&value.name);
            directives(&value.directives, shown, out);
            out.push('\n');
        }
        out.push('}');
    }
    out.push_str("\n\n");
}

fn field_definition(field: &FieldDefinition, shown: Directives, out: &mut String) {
    description(field.description.as_ref(), INDENT, out);
    out.push_str(INDENT);
    out.push_str(&field.name);
    defined_arguments(&field.arguments, shown, INDENT, out);
    out.push_str(": ");
    type_ref(&field.of_type, out);
    directives(&field.directives, shown, out);
    out.push('\n');
}

/// On one line, unless one of them is described.
fn defined_arguments(
    arguments: &[InputDefinition],
    shown: Directives,
    indent: &str,
    out: &mut String,
) {
    if arguments.is_empty() {
        return;
    }
    let is_described = arguments.iter().any(|argument| argument.description.is_some());
    let inner = format!("{indent}{INDENT}");
    out.push('(');
    for (i, argument) in arguments.iter().enumerate() {
        if is_described {
            out.push('\n');
            description(argument.description.as_ref(), &inner, out);
            out.push_str(&inner);
        } else if 0 < i {
            out.push_str(", ");
        }
        input_definition(argument, shown, out);
    }
    if is_described {
        out.push('\n');
        out.push_str(indent);
    }
    out.push(')');
}

fn directive_definition(directive: &DirectiveDefinition, shown: Directives, out: &mut String) {
    description(directive.description.as_ref(), "", out);
    out.push_str("directive @");
    out.push_str(&directive.name);
    defined_arguments(&directive.arguments, shown, "", out);
    for (i, location) in directive.locations.iter().enumerate() {
        out.push_str(if i == 0 { " on " } else { " | " });
        out.push_str(location);
    }
    out.push_str("\n\n");
}

fn input_definition(input: &InputDefinition, shown: Directives, out: &mut String) {
    out.push_str(&input.name);
    out.push_str(": ");
    type_ref(&input.of_type, out);
    if let Some(default) = &input.default {
        out.push_str(" = ");
        literal(default, out);
    }
    directives(&input.directives, shown, out);
}

fn description(text: Option<&Name>, indent: &str, out: &mut String) {
    let Some(text) = text else { return };
    out.push_str(indent);
    if is_block(text) {
        let escaped = text.replace("\"\"\"", "\\\"\"\"");
        out.push_str("\"\"\"\n");
        for line in escaped.lines() {
            out.push_str(indent);
            out.push_str(line);
            out.push('\n');
        }
        out.push_str(indent);
        out.push_str("\"\"\"\n");
    } else {
        write_string(text, out);
        out.push('\n');
    }
}

/// Whether a text of several lines says the same as a block, whose blanks at its edges mean nothing.
fn is_block(text: &str) -> bool {
    let is_plain = |letter: char| letter == '\n' || letter == '\t' || !letter.is_control();
    let is_blank = |line: &str| line.trim_matches([' ', '\t']).is_empty();
    text.contains('\n')
        && text.chars().all(is_plain)
        && text.lines().any(|line| !is_blank(line) && !line.starts_with([' ', '\t']))
        && text.lines().all(|line| line.is_empty() || !is_blank(line))
        && !text.starts_with('\n')
        && !text.ends_with('\n')
}

pub(crate) fn type_ref(of_type: &TypeRef, out: &mut String) {
    match of_type {
        TypeRef::Named(name, _) => out.push_str(name),
        TypeRef::List(inner) => {
            out.push('[');
            type_ref(inner, out);
            out.push(']');
        }
        TypeRef::NonNull(inner) => {
            type_ref(inner, out);
            out.push('!');
        }
    }
}

fn directives(directives: &[Directive], shown: Directives, out: &mut String) {
    // What is deprecated is part of the schema itself; the others are AppSync's.
    let is_shown =
        |directive: &&Directive| shown == Directives::Shown || &*directive.name == "deprecated";
    for directive in directives.iter().filter(is_shown) {
        out.push_str(" @");
        out.push_str(&directive.name);
        arguments(&directive.arguments, out);
    }
}

fn arguments(arguments: &[Argument], out: &mut String) {
    for (i, argument) in arguments.iter().enumerate() {
        out.push_str(if i == 0 { "(" } else { ", " });
        out.push_str(&argument.name);
        out.push_str(": ");
        literal(&argument.value, out);
    }
    if !arguments.is_empty() {
        out.push(')');
    }
}

pub(crate) fn literal(value: &Literal, out: &mut String) {
    match value {
        Literal::Null => out.push_str("null"),
        Literal::Boolean(value) => out.push_str(if *value { "true" } else { "false" }),
        Literal::Int(text) | Literal::Float(text) | Literal::Enum(text) => out.push_str(text),
        Literal::String(text) => write_string(text, out),
        Literal::Variable(name, _) => {
            out.push('$');
            out.push_str(name);
        }
        Literal::List(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { ", " });
                literal(item, out);
            }
            out.push(']');
        }
        Literal::Object(members) => {
            out.push('{');
            for (i, (name, member)) in members.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { ", " });
                out.push_str(name);
                out.push_str(": ");
                literal(member, out);
            }
            out.push('}');
        }
    }
}

/// Selections as graphql-java prints them: an indent of two blanks, fragments not merged in.
pub(crate) fn selections(selections: &[Selection], depth: usize, out: &mut String) {
    out.push_str("{\n");
    for selection in selections {
        out.extend(std::iter::repeat_n(INDENT, depth + 1));
        match selection {
            Selection::Field(field) => {
                if let Some(alias) = &field.alias {
                    out.push_str(alias);
                    out.push_str(": ");
                }
                out.push_str(&field.name);
                arguments(&field.arguments, out);
                directives(&field.directives, Directives::Shown, out);
                if !field.selections.is_empty() {
                    out.push(' ');
                    self::selections(&field.selections, depth + 1, out);
                }
            }
            Selection::Spread(spread) => {
                out.push_str("...");
                out.push_str(&spread.name);
                directives(&spread.directives, Directives::Shown, out);
            }
            Selection::Inline(inline) => {
                out.push_str("...");
                if let Some((on, _)) = &inline.on {
                    out.push_str(" on ");
                    out.push_str(on);
                }
                directives(&inline.directives, Directives::Shown, out);
                out.push(' ');
                self::selections(&inline.selections, depth + 1, out);
            }
        }
        out.push('\n');
    }
    out.extend(std::iter::repeat_n(INDENT, depth));
    out.push('}');
}
