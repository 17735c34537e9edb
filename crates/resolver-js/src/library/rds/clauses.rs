//! The four statements, clause by clause. A clause that isn't asked for is empty.

use json::{Kind, Number, Value};
use resolver::Failure;

use super::dialect::{Dialect, Writer};
use super::{AGGREGATE, condition, is_of, is_selection, is_template, joins};

/// Statements within statements that are nested deeper are refused.
const LEVELS_MAX: usize = 100;

pub(super) type Write = fn(&mut Writer, &Value) -> Result<Vec<String>, Failure>;

fn fault<T>(message: impl Into<String>) -> Result<T, Failure> {
    Err(Failure::fault(message))
}

pub(super) fn select(writer: &mut Writer, asked: &Value) -> Result<Vec<String>, Failure> {
    let columns = match given(asked, "columns") {
        None => "*".to_owned(),
        Some(columns) => self::columns(writer, &columns)?,
    };
    Ok(vec![
        "SELECT".to_owned(),
        columns,
        format!("FROM {}", source(writer, asked)?),
        joins::all(writer, asked)?,
        condition::place(writer, asked, "where", "WHERE")?,
        group_by(writer, asked)?,
        condition::place(writer, asked, "having", "HAVING")?,
        order_by(writer, asked)?,
        count(writer, asked, "limit", "LIMIT")?,
        count(writer, asked, "offset", "OFFSET")?,
    ])
}

pub(super) fn insert(writer: &mut Writer, asked: &Value) -> Result<Vec<String>, Failure> {
    let table = table(writer, asked)?;
    let values = values(asked, "insert")?;
    let names: Vec<String> = values.entries().map(|(name, _)| writer.name(name)).collect();
    let held: Vec<String> =
        values.entries().map(|(_, value)| writer.value_or_null(&value)).collect();
    Ok(vec![
        format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), held.join(", ")),
        returning(writer, asked)?,
    ])
}

pub(super) fn update(writer: &mut Writer, asked: &Value) -> Result<Vec<String>, Failure> {
    let table = table(writer, asked)?;
    let values = values(asked, "update")?;
    let mut sets = Vec::new();
    for (name, value) in values.entries() {
        let value = writer.value_or_null(&value);
        sets.push(format!("{} = {value}", writer.name(name)));
    }
    Ok(vec![
        format!("UPDATE {table} SET"),
        sets.join(", "),
        condition::place(writer, asked, "where", "WHERE")?,
        returning(writer, asked)?,
    ])
}

pub(super) fn remove(writer: &mut Writer, asked: &Value) -> Result<Vec<String>, Failure> {
    let table = table(writer, asked)?;
    Ok(vec![
        format!("DELETE FROM {table}"),
        condition::place(writer, asked, "where", "WHERE")?,
        returning(writer, asked)?,
    ])
}

/// A member that was given and isn't `null`.
pub(super) fn given(asked: &Value, name: &str) -> Option<Value> {
    asked.get(name).filter(|value| !value.is_null())
}

fn table(writer: &mut Writer, asked: &Value) -> Result<String, Failure> {
    match given(asked, "table") {
        Some(table) => table_name(writer, &table),
        None => fault("'table' or 'from' key is required."),
    }
}

/// What is selected from: `from` stands for `table`, and can be a statement.
pub(super) fn source(writer: &mut Writer, asked: &Value) -> Result<String, Failure> {
    let Some(from) = given(asked, "from").filter(|_| given(asked, "table").is_none()) else {
        return table(writer, asked);
    };
    if let Some(text) = statement(writer, &from)? {
        return Ok(text);
    }
    match from.kind() {
        Kind::String | Kind::Object => table_name(writer, &from),
        Kind::Null | Kind::Bool | Kind::Number | Kind::Array => {
            fault("'from' value is expected to be string or object.")
        }
    }
}

/// A name, or `{alias: name}`, where a statement can stand for the name.
fn table_name(writer: &mut Writer, table: &Value) -> Result<String, Failure> {
    if let Some(name) = table.as_str() {
        return Ok(writer.name(name));
    }
    if table.kind() != Kind::Object {
        return fault("table name is expected to be a string or alias.");
    }
    // The message for `{}` is recorded.
    let Some((alias, name)) = table.entries().next() else {
        return fault("java.util.NoSuchElementException");
    };
    let aliased = match (name.as_str(), statement(writer, &name)?) {
        (Some(name), _) => writer.name(name),
        (None, Some(text)) if is_template(&name) => format!("({text})"),
        (None, Some(text)) => text,
        (None, None) => return fault("Table alias value is expected to be a string."),
    };
    Ok(format!("{aliased} as {}", writer.name(alias)))
}

/// The text of a template, or a selection in parentheses; nothing where there is neither.
fn statement(writer: &mut Writer, value: &Value) -> Result<Option<String>, Failure> {
    if is_template(value) {
        return Ok(Some(writer.template(value)));
    }
    if !is_selection(value) {
        return Ok(None);
    }
    if value.is_deeper_than(LEVELS_MAX) {
        return fault("The statement is nested too deeply.");
    }
    Ok(Some(format!("({})", super::write(writer, value, "select")?)))
}

/// A list of names, or of what `agg` gave; or an object of such by alias.
pub(super) fn columns(writer: &mut Writer, columns: &Value) -> Result<String, Failure> {
    let written = match columns.kind() {
        Kind::String if columns.as_str() == Some("*") => return Ok("*".to_owned()),
        Kind::Array => {
            let each = columns.items().map(|column| self::column(writer, &column));
            each.collect::<Result<Vec<String>, Failure>>()?
        }
        Kind::Object => {
            let each = columns.entries().map(|(alias, column)| {
                Ok(format!("{} as {}", self::column(writer, &column)?, writer.name(alias)))
            });
            each.collect::<Result<Vec<String>, Failure>>()?
        }
        Kind::Null | Kind::Bool | Kind::Number | Kind::String => {
            return fault("Expected column to be * or an array.");
        }
    };
    Ok(written.join(", "))
}

/// What `agg` computes. Its values are plain, so a client may have sent one.
pub(super) const FUNCTIONS: [&str; 5] = ["MIN", "MAX", "SUM", "AVG", "COUNT"];

fn column(writer: &mut Writer, column: &Value) -> Result<String, Failure> {
    if is_of(column, AGGREGATE) {
        let properties = column.get("properties").unwrap_or_default();
        let member = |name: &str| properties.get(name).unwrap_or_default();
        let distinct = if member("isDistinct").as_bool() == Some(true) { "DISTINCT " } else { "" };
        let of = self::column(writer, &member("column"))?;
        let function = member("function");
        let function = FUNCTIONS.iter().find(|known| function.as_str() == Some(known));
        return match function {
            Some(function) => Ok(format!("{function}({distinct}{of})")),
            None => fault("Invalid type in column array."),
        };
    }
    if let Some(text) = statement(writer, column)? {
        return Ok(text);
    }
    match (column.as_str(), column.kind()) {
        (Some("*"), _) => Ok("*".to_owned()),
        (Some(name), _) => Ok(writer.name(name)),
        (None, Kind::Object) if column.len() == 1 => columns(writer, column),
        (None, _) => fault("Invalid type in column array."),
    }
}

fn values(asked: &Value, helper: &str) -> Result<Value, Failure> {
    match given(asked, "values") {
        Some(values) if values.kind() == Kind::Object => Ok(values),
        Some(_) => fault("Expected values to be an Object."),
        None => fault(format!("values are expected to be passed to {helper}")),
    }
}

fn returning(writer: &mut Writer, asked: &Value) -> Result<String, Failure> {
    let Some(returning) = given(asked, "returning") else { return Ok(String::new()) };
    if returning.kind() == Kind::Object {
        return fault("Expected column to be * or an array.");
    }
    let columns = columns(writer, &returning)?;
    match writer.dialect {
        Dialect::Postgres => Ok(format!("RETURNING {columns}")),
        Dialect::MySql => fault("returning is not supported in MySQL."),
    }
}

fn group_by(writer: &mut Writer, asked: &Value) -> Result<String, Failure> {
    let Some(group) = given(asked, "groupBy") else { return Ok(String::new()) };
    if group.kind() != Kind::Array {
        return fault("groupBy expects an array.");
    }
    let item = |item: Value| match item.as_i64() {
        Some(place) => Ok(place.to_string()),
        None => column(writer, &item),
    };
    let items = group.items().map(item).collect::<Result<Vec<String>, Failure>>()?;
    Ok(if items.is_empty() { String::new() } else { format!("GROUP BY {}", items.join(", ")) })
}

fn order_by(writer: &mut Writer, asked: &Value) -> Result<String, Failure> {
    let Some(order) = given(asked, "orderBy") else { return Ok(String::new()) };
    if order.kind() != Kind::Array {
        return fault("orderBy expects an array.");
    }
    let item = |item: Value| {
        if item.kind() != Kind::Object {
            return fault("orderBy item expected to be an object.");
        }
        let Some(column) = given(&item, "column") else {
            return fault("column is expected to be passed to orderBy item.");
        };
        let direction = direction(&item.get("dir").unwrap_or_default())?;
        Ok(format!("{} {direction}", self::column(writer, &column)?))
    };
    let items = order.items().map(item).collect::<Result<Vec<String>, Failure>>()?;
    Ok(if items.is_empty() { String::new() } else { format!("ORDER BY {}", items.join(", ")) })
}

/// What isn't text sorts ascending.
fn direction(asked: &Value) -> Result<&'static str, Failure> {
    match asked.as_str() {
        None => Ok("ASC"),
        Some(text) => match &*text.to_uppercase() {
            "ASC" => Ok("ASC"),
            "DESC" => Ok("DESC"),
            _ => fault(format!("orderBy dir can have either ASC or DESC found {text}.")),
        },
    }
}

/// A number, or the text of one.
fn count(writer: &mut Writer, asked: &Value, name: &str, word: &str) -> Result<String, Failure> {
    let Some(count) = given(asked, name) else { return Ok(String::new()) };
    let number = match count.as_str() {
        None => Some(count.clone()).filter(|count| count.kind() == Kind::Number),
        Some(text) => {
            let whole = text.trim().parse::<i64>().ok().map(Value::from);
            whole.or_else(|| Some(Number::from_f64(text.trim().parse().ok()?)?.into()))
        }
    };
    match number {
        Some(number) => Ok(format!("{word} {}", writer.value(&number))),
        None => fault(format!("{name} expects a number.")),
    }
}
