//! Whether a literal is of a type, and graphql-java's sentence if it isn't.

use crate::ast::{Literal, TypeKind};
use crate::schema::{Schema, Shape, TypeId};

/// What is wrong with a literal.
pub(super) struct Fault<'a> {
    /// The way into it: `.name`, `[0]`, innermost first.
    steps: Vec<String>,
    /// The part that is wrong; `None` stands for the whole.
    value: Option<&'a Literal>,
    reason: String,
}

impl Fault<'_> {
    pub(super) fn message(&self, argument: &str, whole: &Literal) -> String {
        let steps: String = self.steps.iter().rev().map(String::as_str).collect();
        let value = java_text(self.value.unwrap_or(whole));
        format!("argument '{argument}{steps}' with value '{value}' {}", self.reason)
    }
}

/// `None` if the literal is fine; variables are looked at elsewhere.
pub(super) fn check<'a>(schema: &Schema, shape: &Shape, literal: &'a Literal) -> Option<Fault<'a>> {
    let fault = |reason: String| Fault { steps: Vec::new(), value: Some(literal), reason };
    match (shape, literal) {
        (Shape::NonNull(_), Literal::Null) => Some(fault("must not be null".to_owned())),
        (_, Literal::Null | Literal::Variable(..)) => None,
        (Shape::NonNull(inner), _) => check(schema, inner, literal),
        (Shape::List(inner), Literal::List(items)) => {
            items.iter().enumerate().find_map(|(place, item)| {
                let mut fault = check(schema, inner, item)?;
                fault.steps.push(format!("[{place}]"));
                Some(fault)
            })
        }
        (Shape::List(inner), _) => check(schema, inner, literal),
        (Shape::Named(id), _) => {
            let of = schema.of(*id);
            let is_valid = match (of.scalar, of.kind(), literal) {
                (Some(scalar), ..) => scalar.parse_literal(literal).is_some(),
                (None, TypeKind::Enum, Literal::Enum(name)) => of.values.contains(name),
                (None, TypeKind::InputObject, _) => return object(schema, *id, literal),
                (None, ..) => false,
            };
            (!is_valid).then(|| fault(format!("is not a valid '{}'", of.name())))
        }
    }
}

fn object<'a>(schema: &Schema, id: TypeId, literal: &'a Literal) -> Option<Fault<'a>> {
    let of = schema.of(id);
    let whole = |reason: String| Fault { steps: Vec::new(), value: None, reason };
    let Literal::Object(members) = literal else {
        return Some(whole("must be an object type".to_owned()));
    };
    let is_given = |name: &str| members.iter().any(|(key, _)| &**key == name);
    let missing: Vec<&str> = of
        .inputs
        .iter()
        .filter(|(name, input)| {
            input.shape.is_non_null() && input.default.is_none() && !is_given(name)
        })
        .map(|(name, _)| &**name)
        .collect();
    if !missing.is_empty() {
        return Some(whole(format!("is missing required fields '[{}]'", missing.join(", "))));
    }
    members.iter().find_map(|(name, member)| {
        let Some(input) = of.inputs.get(name) else {
            return Some(whole(format!("contains a field not in '{}': '{name}'", of.name())));
        };
        let mut fault = check(schema, &input.shape, member)?;
        fault.steps.push(format!(".{name}"));
        Some(fault)
    })
}

/// A literal as the `toString` of graphql-java's nodes writes it.
pub(super) fn java_text(literal: &Literal) -> String {
    let mut text = String::new();
    write(literal, &mut text);
    text
}

fn write(literal: &Literal, out: &mut String) {
    match literal {
        Literal::Null => out.push_str("NullValue{}"),
        Literal::Boolean(value) => out.push_str(&format!("BooleanValue{{value={value}}}")),
        Literal::Int(digits) => out.push_str(&format!("IntValue{{value={digits}}}")),
        Literal::Float(digits) => out.push_str(&format!("FloatValue{{value={digits}}}")),
        Literal::String(text) => out.push_str(&format!("StringValue{{value='{text}'}}")),
        Literal::Enum(name) => out.push_str(&format!("EnumValue{{name='{name}'}}")),
        Literal::Variable(name, _) => {
            out.push_str(&format!("VariableReference{{name='{name}'}}"));
        }
        Literal::List(items) => {
            out.push_str("ArrayValue{values=[");
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { ", " });
                write(item, out);
            }
            out.push_str("]}");
        }
        Literal::Object(members) => {
            out.push_str("ObjectValue{objectFields=[");
            for (i, (name, member)) in members.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { ", " });
                out.push_str(&format!("ObjectField{{name='{name}', value="));
                write(member, out);
                out.push('}');
            }
            out.push_str("]}");
        }
    }
}
