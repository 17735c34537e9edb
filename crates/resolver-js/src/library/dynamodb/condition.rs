//! Conditions, filters and key conditions: `{name: {beginsWith: "a"}, or: [{…}, {…}]}`.

use json::{Kind, Value};
use resolver::Failure;
use resolver::functions::transform::type_tag;

use super::{Expression, Names};

/// Deeper ones are refused.
const LEVELS_MAX: usize = 100;

/// The expression of a condition; one that is written as an expression already is taken as it is.
pub(super) fn expression(
    condition: &Value,
    role: &str,
    names: &mut Names,
) -> Result<Value, Failure> {
    if condition.is_deeper_than(LEVELS_MAX) {
        return Err(Failure::fault(format!("{role} is nested too deeply")));
    }
    if condition.get("expression").is_some_and(|text| text.as_str().is_some()) {
        return Ok(condition.clone());
    }
    let mut expression = Expression::default();
    let term = all(condition, &mut expression, names)?;
    Ok(expression.into_value(term.map(|term| term.text).unwrap_or_default()))
}

/// A part of an expression.
struct Term {
    text: String,
    /// Whether it stands in parentheses already: DynamoDB refuses parentheses around parentheses.
    is_enclosed: bool,
}

impl Term {
    fn bare(text: String) -> Term {
        Term { text, is_enclosed: false }
    }

    fn enclosed(self) -> Term {
        match self.is_enclosed {
            true => self,
            false => Term { text: format!("({})", self.text), is_enclosed: true },
        }
    }
}

/// What the members of a condition ask, which all has to hold; nothing if there are none.
fn all(
    condition: &Value,
    expression: &mut Expression,
    names: &mut Names,
) -> Result<Option<Term>, Failure> {
    let mut terms = Vec::new();
    // What is null asks nothing.
    for (name, value) in condition.entries().filter(|(_, value)| !value.is_null()) {
        match name {
            "and" | "or" => terms.extend(group(&value, name, expression, names)?),
            "not" => {
                let inner = all(&value, expression, names)?.map(Term::enclosed);
                terms.extend(
                    inner.map(|inner| Term::bare(format!("NOT {}", inner.text)).enclosed()),
                );
            }
            _ => {
                let conditions = of_attribute(name, &value, expression, names)?;
                terms.extend(conditions.into_iter().map(Term::bare));
            }
        }
    }
    Ok(joined(terms, " AND "))
}

fn group(
    conditions: &Value,
    word: &str,
    expression: &mut Expression,
    names: &mut Names,
) -> Result<Option<Term>, Failure> {
    // One condition may stand for a list of it (`DynamoDBFilterObject` in @aws-appsync/utils).
    let conditions: Vec<Value> = match conditions.kind() {
        Kind::Array => conditions.items().collect(),
        Kind::Object => vec![conditions.clone()],
        Kind::Null | Kind::Bool | Kind::Number | Kind::String => {
            return Err(Failure::fault(format!("{word} expects conditions to be an array")));
        }
    };
    let mut terms = Vec::new();
    for condition in conditions {
        terms.extend(all(&condition, expression, names)?.map(Term::enclosed));
    }
    let joiner = if word == "and" { " AND " } else { " OR " };
    Ok(joined(terms, joiner).map(Term::enclosed))
}

/// One term is what it is.
fn joined(mut terms: Vec<Term>, joiner: &str) -> Option<Term> {
    if terms.len() < 2 {
        return terms.pop();
    }
    let texts: Vec<String> = terms.into_iter().map(|term| term.text).collect();
    Some(Term::bare(texts.join(joiner)))
}

/// The conditions on one attribute.
fn of_attribute(
    attribute: &str,
    conditions: &Value,
    expression: &mut Expression,
    names: &mut Names,
) -> Result<Vec<String>, Failure> {
    if conditions.kind() != Kind::Object {
        let message = format!("Conditions of {attribute} are expected to be an object");
        return Err(Failure::fault(message));
    }
    let name = expression.path(names, &attribute.split('.').collect::<Vec<&str>>());
    let each = conditions
        .entries()
        .map(|(operator, operand)| one(attribute, &name, operator, &operand, expression, names));
    each.collect()
}

fn one(
    attribute: &str,
    name: &str,
    operator: &str,
    operand: &Value,
    expression: &mut Expression,
    names: &mut Names,
) -> Result<String, Failure> {
    if let Some(comparison) = comparison(operator) {
        return Ok(format!("{name} {comparison} {}", expression.value(names, operand)));
    }
    let mut value = |operand: &Value| expression.value(names, operand);
    Ok(match operator {
        "beginsWith" => format!("begins_with({name}, {})", value(operand)),
        "contains" => format!("contains({name}, {})", value(operand)),
        "notContains" => format!("NOT contains({name}, {})", value(operand)),
        "attributeExists" if operand.as_bool() == Some(false) => {
            format!("attribute_not_exists({name})")
        }
        "attributeExists" => format!("attribute_exists({name})"),
        "attributeType" => format!("attribute_type({name}, {})", value(&type_tag(operand))),
        "between" if operand.len() == 2 => {
            let bounds: Vec<String> = operand.items().map(|bound| value(&bound)).collect();
            format!("{name} BETWEEN {}", bounds.join(" AND "))
        }
        "in" if operand.kind() == Kind::Array => {
            let choices: Vec<String> = operand.items().map(|choice| value(&choice)).collect();
            format!("{name} IN ({})", choices.join(", "))
        }
        "size" => return size(attribute, name, operand, expression, names),
        // The conditions on a member of the map that the attribute is.
        _ if operand.kind() == Kind::Object => {
            let member = format!("{attribute}.{operator}");
            return Ok(of_attribute(&member, operand, expression, names)?.join(" AND "));
        }
        _ => return Err(Failure::fault(format!("Unsupported condition {attribute}.{operator}."))),
    })
}

fn size(
    attribute: &str,
    name: &str,
    conditions: &Value,
    expression: &mut Expression,
    names: &mut Names,
) -> Result<String, Failure> {
    let each = conditions.entries().map(|(operator, operand)| {
        let size = format!("size({name})");
        if comparison(operator).is_none() && !["between", "in"].contains(&operator) {
            let message = format!("Unsupported condition {attribute}.size.{operator}.");
            return Err(Failure::fault(message));
        }
        one(attribute, &size, operator, &operand, expression, names)
    });
    Ok(each.collect::<Result<Vec<String>, Failure>>()?.join(" AND "))
}

fn comparison(operator: &str) -> Option<&'static str> {
    Some(match operator {
        "eq" => "=",
        "ne" => "<>",
        "lt" => "<",
        "le" => "<=",
        "gt" => ">",
        "ge" => ">=",
        _ => return None,
    })
}
