//! What an item's attributes are to become.

use json::{Kind, Object, Value};
use resolver::functions::Table;
use resolver::{Args, Failure};

use super::{Expression, Names};

/// `ddb.operations`. Their values are plain objects (recorded), so they can stand in any payload.
pub(crate) const OPERATIONS: Table = &[
    ("add", |_, args| Ok(operation("ADD", [("value", args.value(0))]))),
    ("remove", |_, _| Ok(operation("REMOVE", []))),
    ("replace", |_, args| Ok(operation("REPLACE", [("value", args.value(0))]))),
    ("increment", |_, args| Ok(operation("INCREMENT", [("by", by(args))]))),
    ("decrement", |_, args| Ok(operation("DECREMENT", [("by", by(args))]))),
    ("append", |_, args| Ok(operation("APPEND", [("items", args.value(0))]))),
    ("prepend", |_, args| Ok(operation("PREPEND", [("items", args.value(0))]))),
    ("updateListItem", |_, args| {
        let members = [("value", args.value(0)), ("index", args.value(1))];
        Ok(operation("UPDATE_LIST_ITEM", members))
    }),
];

fn operation<const N: usize>(kind: &str, members: [(&'static str, &Value); N]) -> Value {
    let mut operation = Object::new();
    operation.insert("type", format!("{PREFIX}{kind}"));
    for (name, value) in members {
        operation.insert(name, value.clone());
    }
    operation.into()
}

const PREFIX: &str = "OPERATION_";

/// The step of a counter, which is one if it isn't told.
fn by<'a>(args: Args<'a>) -> &'a Value {
    static ONE: std::sync::LazyLock<Value> = std::sync::LazyLock::new(|| Value::from(1));
    args.given(0).unwrap_or(&ONE)
}

/// The update expression of attributes; values that aren't operations replace what was there.
pub(super) fn expression(wanted: &Value, names: &mut Names) -> Result<Value, Failure> {
    if wanted.get("expression").is_some_and(|text| text.as_str().is_some()) {
        return Ok(wanted.clone());
    }
    let mut clauses = Clauses::default();
    clauses.members(wanted, &mut Vec::new(), names)?;
    let Clauses { expression, sets, removals } = clauses;
    let mut parts = Vec::new();
    if !sets.is_empty() {
        parts.push(format!("SET {}", sets.join(", ")));
    }
    if !removals.is_empty() {
        parts.push(format!("REMOVE {}", removals.join(", ")));
    }
    Ok(expression.into_value(parts.join(" ")))
}

#[derive(Default)]
struct Clauses {
    expression: Expression,
    sets: Vec<String>,
    removals: Vec<String>,
}

impl Clauses {
    /// The attributes of an item, or the members of a map of which only some are to change.
    fn members(
        &mut self,
        wanted: &Value,
        path: &mut Vec<String>,
        names: &mut Names,
    ) -> Result<(), Failure> {
        for (name, value) in wanted.entries() {
            path.push(name.to_owned());
            match kind(&value) {
                None if are_of_items(&value) => {
                    for item in value.items() {
                        self.attribute(&item, kind(&item).as_deref(), path, names)?;
                    }
                }
                None if holds_operation(&value) => self.members(&value, path, names)?,
                kind => self.attribute(&value, kind.as_deref(), path, names)?,
            }
            path.pop();
        }
        Ok(())
    }

    fn attribute(
        &mut self,
        value: &Value,
        kind: Option<&str>,
        path: &[String],
        names: &mut Names,
    ) -> Result<(), Failure> {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let name = self.expression.path(names, &path);
        let given = |member: &str| value.get(member).unwrap_or_default();
        let new = match kind {
            None => value.clone(),
            Some("REMOVE") => {
                self.removals.push(name);
                return Ok(());
            }
            Some("INCREMENT" | "DECREMENT") => given("by"),
            Some("APPEND" | "PREPEND") => given("items"),
            Some(_) => given("value"),
        };
        let new = self.expression.value(names, &new);
        self.sets.push(match kind {
            // recorded: `add` sets, though DynamoDB has an ADD of its own.
            None | Some("ADD" | "REPLACE") => format!("{name} = {new}"),
            Some("INCREMENT") => format!("{name} = {name} + {new}"),
            Some("DECREMENT") => format!("{name} = {name} - {new}"),
            Some("APPEND") => format!("{name} = list_append({name}, {new})"),
            Some("PREPEND") => format!("{name} = list_append({new}, {name})"),
            Some("UPDATE_LIST_ITEM") => format!("{name}[{}] = {new}", given("index")),
            Some(other) => {
                return Err(Failure::fault(format!("Unsupported operation {PREFIX}{other}")));
            }
        });
        Ok(())
    }
}

/// The kind of an operation, if the value is one.
fn kind(value: &Value) -> Option<String> {
    let kind = value.get("type").filter(|_| value.kind() == Kind::Object)?;
    Some(kind.as_str()?.strip_prefix(PREFIX)?.to_owned())
}

/// Whether it is a list of nothing but `updateListItem`, each for an item of its own.
fn are_of_items(value: &Value) -> bool {
    let is_list = value.kind() == Kind::Array && !value.is_empty();
    is_list && value.items().all(|item| kind(&item).as_deref() == Some("UPDATE_LIST_ITEM"))
}

/// Whether a map has an operation for one of its members.
fn holds_operation(value: &Value) -> bool {
    let is_map = value.kind() == Kind::Object;
    is_map && value.entries().any(|(_, member)| kind(&member).is_some() || holds_operation(&member))
}
