//! `WHERE` and `HAVING`.

use json::{Kind, Value};
use resolver::Failure;

use super::clauses::FUNCTIONS;
use super::dialect::Writer;
use super::is_template;

/// Deeper conditions are refused.
const LEVELS_MAX: usize = 100;

fn fault<T>(message: impl Into<String>) -> Result<T, Failure> {
    Err(Failure::fault(message))
}

/// The clause of that word, or nothing where the conditions come to nothing.
pub(super) fn place(
    writer: &mut Writer,
    asked: &Value,
    name: &str,
    word: &str,
) -> Result<String, Failure> {
    let Some(condition) = asked.get(name).filter(|condition| !condition.is_null()) else {
        return Ok(String::new());
    };
    let text = match condition.kind() {
        _ if is_template(&condition) => writer.template(&condition),
        Kind::Object if condition.is_deeper_than(LEVELS_MAX) => {
            return fault(format!("{name} is nested too deeply."));
        }
        Kind::Object => all(writer, &condition)?,
        Kind::Null | Kind::Bool | Kind::Number | Kind::String | Kind::Array => {
            let message = "values are expected to be SQL templates or a condition object.";
            return fault(format!("{word} {message}"));
        }
    };
    Ok(if text.is_empty() { text } else { format!("{word} {text}") })
}

/// Conditions that must all hold. One that comes to nothing still leaves its `AND` (recorded).
fn all(writer: &mut Writer, conditions: &Value) -> Result<String, Failure> {
    let each = conditions.entries().map(|(name, condition)| match name {
        "and" | "or" => group(writer, name, &condition),
        "not" => negation(writer, &condition),
        column => of_column(writer, column, &condition),
    });
    Ok(each.collect::<Result<Vec<String>, Failure>>()?.join(" AND "))
}

fn group(writer: &mut Writer, word: &str, conditions: &Value) -> Result<String, Failure> {
    if conditions.kind() != Kind::Array {
        return fault(format!("{word} expects conditions to be an array"));
    }
    let each = conditions.items().map(|condition| {
        if condition.kind() != Kind::Object || is_template(&condition) {
            return fault(format!("Expected {word} to be an Object."));
        }
        let text = all(writer, &condition)?;
        Ok(if text.is_empty() { text } else { format!("({text})") })
    });
    let each = each.collect::<Result<Vec<String>, Failure>>()?;
    Ok(each.join(if word == "or" { " OR " } else { " AND " }))
}

/// That not all of the conditions hold. How AWS writes it isn't recorded.
fn negation(writer: &mut Writer, conditions: &Value) -> Result<String, Failure> {
    let text = group(writer, "not", conditions)?;
    Ok(match text.is_empty() {
        true => text,
        false if conditions.len() == 1 => format!("NOT {text}"),
        false => format!("NOT ({text})"),
    })
}

/// The conditions on one column.
fn of_column(writer: &mut Writer, column: &str, conditions: &Value) -> Result<String, Failure> {
    if conditions.kind() != Kind::Object {
        return fault("Expected condition to be an Object.");
    }
    let name = writer.name(column);
    let each =
        conditions.entries().map(|(operator, operand)| match measure(column, &name, operator) {
            Some(measure) => measured(writer, &format!("{column}.{operator}"), &measure, &operand),
            None => one(writer, column, &name, operator, &operand),
        });
    Ok(each.collect::<Result<Vec<String>, Failure>>()?.join(" AND "))
}

/// What `size` or the name of an aggregate has the database compute of a column.
fn measure(column: &str, name: &str, operator: &str) -> Option<String> {
    if operator == "size" {
        return Some(format!("LENGTH ({name})"));
    }
    let (function, distinct) = match operator.strip_suffix("Distinct") {
        Some(function) => (function, "DISTINCT "),
        None => (operator, ""),
    };
    let function = FUNCTIONS.iter().find(|known| known.to_ascii_lowercase() == function)?;
    let of = if column == "*" { column } else { name };
    Some(format!("{function}({distinct}{of})"))
}

fn one(
    writer: &mut Writer,
    column: &str,
    name: &str,
    operator: &str,
    operand: &Value,
) -> Result<String, Failure> {
    let told = format!("{column}.{operator}");
    if let Some(comparison) = comparison(operator) {
        if operand.is_null() {
            return fault(format!("Value for {told} can't be null."));
        }
        return Ok(format!("{name} {comparison} {}", writer.value(operand)));
    }
    let mut like = |word: &str, wrap: fn(&str) -> String| {
        if operand.is_null() {
            return fault(format!("Value for {told} can't be null."));
        }
        match operand.as_str() {
            Some(text) => Ok(format!("{name} {word} {}", writer.value(&wrap(text).into()))),
            None => fault(format!("{told} expects a string value to be passed.")),
        }
    };
    match operator {
        "contains" => like("LIKE", |text| format!("%{text}%")),
        // recorded: not wrapped as `contains` is.
        "notContains" => like("NOT LIKE", str::to_owned),
        "beginsWith" => like("LIKE", |text| format!("{text}%")),
        "between" => between(writer, &told, name, operand),
        "attributeExists" => match operand.as_bool() {
            Some(true) => Ok(format!("{name} IS NOT NULL")),
            Some(false) => Ok(format!("{name} IS NULL")),
            None => fault(format!("{told} expects a boolean value to be passed.")),
        },
        _ => fault(format!("Unsupported condition {told}.")),
    }
}

/// Conditions on what is computed. Messages about `size` name the column and `size` alone (recorded).
fn measured(
    writer: &mut Writer,
    told: &str,
    measure: &str,
    conditions: &Value,
) -> Result<String, Failure> {
    if conditions.kind() != Kind::Object {
        return fault("Expected condition to be an Object.");
    }
    let each = conditions.entries().map(|(operator, operand)| match comparison(operator) {
        Some(comparison) => {
            Ok(format!("{measure} {comparison} {}", writer.value_or_null(&operand)))
        }
        None if operator == "between" => between(writer, told, measure, &operand),
        None => fault(format!("Unsupported condition {told}.{operator}.")),
    });
    Ok(each.collect::<Result<Vec<String>, Failure>>()?.join(" AND "))
}

fn between(writer: &mut Writer, told: &str, name: &str, bounds: &Value) -> Result<String, Failure> {
    let count = if bounds.kind() == Kind::Array { bounds.len() } else { 0 };
    if count != 2 {
        return fault(format!(
            "{told} condition expects an array with 2 values but received an array with length {count}."
        ));
    }
    let bounds: Vec<String> = bounds.items().map(|bound| writer.value(&bound)).collect();
    Ok(format!("{name} BETWEEN {}", bounds.join(" AND ")))
}

fn comparison(operator: &str) -> Option<&'static str> {
    Some(match operator {
        "eq" => "=",
        "ne" => "!=",
        "lt" => "<",
        "le" => "<=",
        "gt" => ">",
        "ge" => ">=",
        _ => return None,
    })
}
