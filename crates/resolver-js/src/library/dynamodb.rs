//! `@aws-appsync/utils/dynamodb`: requests for DynamoDB from plain values.
//!
//! Shapes of requests, `#expName_1` and `:expValue_1` are recorded (localstack-appsync-utils, index.test.js); that one
//! request numbers the names of all its expressions together is ours, so that they don't collide.
//! <https://docs.aws.amazon.com/appsync/latest/devguide/built-in-modules-js.html>

mod condition;
mod update;

use json::{Kind, Object, Value};
use resolver::functions::{Table, dynamodb};
use resolver::{Args, Failure};

pub(crate) use update::OPERATIONS;

pub(crate) const TABLE: Table = &[
    ("get", |_, args| request("GetItem", "get", args)),
    ("put", |_, args| request("PutItem", "put", args)),
    ("update", |_, args| request("UpdateItem", "update", args)),
    ("remove", |_, args| request("DeleteItem", "remove", args)),
    ("query", |_, args| request("Query", "query", args)),
    ("scan", |_, args| request("Scan", "scan", args)),
    ("sync", |_, args| request("Sync", "sync", args)),
    ("batchGet", |_, args| of_tables("BatchGetItem", "batchGet", args)),
    ("batchPut", |_, args| of_tables("BatchPutItem", "batchPut", args)),
    ("batchDelete", |_, args| of_tables("BatchDeleteItem", "batchDelete", args)),
    ("transactGet", |_, args| transaction("TransactGetItems", "transactGet", args)),
    ("transactWrite", |_, args| transaction("TransactWriteItems", "transactWrite", args)),
    ("toStringSet", |_, args| Ok(Value::object([("SS", args.value(0).clone())]))),
    ("toNumberSet", |_, args| Ok(Value::object([("NS", args.value(0).clone())]))),
    ("toBinarySet", |_, args| Ok(Value::object([("BS", args.value(0).clone())]))),
];

/// The names and values that the expressions of one request stand for.
#[derive(Default)]
struct Names {
    names: usize,
    values: usize,
}

/// An expression with its own names and values.
#[derive(Default)]
struct Expression {
    names: Object,
    values: Object,
}

impl Expression {
    fn name(&mut self, names: &mut Names, name: &str) -> String {
        let known = self.names.iter().find(|(_, known)| known.as_str() == Some(name));
        if let Some((placeholder, _)) = known {
            return placeholder.to_string();
        }
        names.names += 1;
        let placeholder = format!("#expName_{}", names.names);
        self.names.insert(&*placeholder, name);
        placeholder
    }

    /// The placeholders of a path of members, joined.
    fn path(&mut self, names: &mut Names, path: &[&str]) -> String {
        let parts: Vec<String> = path.iter().map(|name| self.name(names, name)).collect();
        parts.join(".")
    }

    fn value(&mut self, names: &mut Names, value: &Value) -> String {
        names.values += 1;
        let placeholder = format!(":expValue_{}", names.values);
        self.values.insert(&*placeholder, typed(value));
        placeholder
    }

    fn into_value(self, text: String) -> Value {
        let mut expression = Object::new();
        expression.insert("expression", text);
        expression.insert("expressionNames", self.names);
        if !self.values.is_empty() {
            expression.insert("expressionValues", self.values);
        }
        expression.into()
    }
}

/// A value in typed form; what `toStringSet` and its kin gave is that already.
fn typed(value: &Value) -> Value {
    match value.kind() {
        Kind::Object if is_set(value) => value.clone(),
        Kind::Object => Value::object([("M", typed_members(value))]),
        Kind::Array => {
            let items = Value::array(value.items().map(|item| typed(&item)));
            Value::object([("L", items)])
        }
        Kind::Null | Kind::Bool | Kind::Number | Kind::String => dynamodb::to_dynamodb(value),
    }
}

fn typed_members(value: &Value) -> Value {
    value.entries().map(|(name, member)| (name, typed(&member))).collect::<Object>().into()
}

fn is_set(value: &Value) -> bool {
    let only = value.entries().next().filter(|_| value.len() == 1);
    only.is_some_and(|(name, items)| {
        ["SS", "NS", "BS"].contains(&name) && items.kind() == Kind::Array
    })
}

fn payload<'a>(args: Args<'a>, function: &str) -> Result<&'a Value, Failure> {
    let payload = args.value(0);
    match payload.kind() {
        Kind::Object => Ok(payload),
        _ => Err(Failure::fault(format!("An object is expected to be passed to {function}"))),
    }
}

/// A request on one table.
fn request(operation: &str, function: &str, args: Args<'_>) -> Result<Value, Failure> {
    one(operation, payload(args, function)?)
}

fn one(operation: &str, payload: &Value) -> Result<Value, Failure> {
    let mut request = Object::new();
    request.insert("operation", operation);
    let mut names = Names::default();
    // What is updated comes first, whatever the order of the payload: its names are recorded.
    if let Some(wanted) = payload.get("update") {
        request.insert("update", update::expression(&wanted, &mut names)?);
    }
    for (name, value) in payload.entries().filter(|(_, value)| !value.is_null()) {
        match name {
            "update" => {}
            "key" => drop(request.insert("key", typed_members(&value))),
            "item" => drop(request.insert("attributeValues", typed_members(&value))),
            "condition" | "filter" | "query" => {
                drop(request.insert(name, condition::expression(&value, name, &mut names)?));
            }
            "projection" => drop(request.insert("projection", projection(&value, &mut names))),
            _ => drop(request.insert(name, value)),
        }
    }
    Ok(request.into())
}

/// A list of attributes; a document is taken as it is.
fn projection(value: &Value, names: &mut Names) -> Value {
    if value.kind() != Kind::Array {
        return value.clone();
    }
    let mut expression = Expression::default();
    let attributes = value.items().map(|item| match item.as_str() {
        Some(path) => expression.path(names, &path.split('.').collect::<Vec<&str>>()),
        None => item.to_string(),
    });
    let text = attributes.collect::<Vec<String>>().join(", ");
    expression.into_value(text)
}

/// `{tables: {name: [item or key, …]}}`, or for reads `{tables: {name: {keys: [key, …], …}}}`.
fn of_tables(operation: &str, function: &str, args: Args<'_>) -> Result<Value, Failure> {
    let payload = payload(args, function)?;
    let tables = payload.get("tables").unwrap_or_default();
    let all = |items: &Value| Value::array(items.items().map(|item| typed_members(&item)));
    let table = |(name, asked): (&str, Value)| {
        if asked.kind() == Kind::Array {
            return (name.to_owned(), all(&asked));
        }
        let mut table = Object::new();
        for (member, value) in asked.entries() {
            match member {
                "keys" => drop(table.insert(member, all(&value))),
                "projection" => {
                    drop(table.insert(member, projection(&value, &mut Names::default())));
                }
                _ => drop(table.insert(member, value)),
            }
        }
        (name.to_owned(), table.into())
    };
    let tables: Object = tables.entries().map(table).collect();
    Ok(payload.with("tables", tables).with("operation", operation))
}

/// `{items: [{table, key, …}, …]}`; writes name their helper: `{putItem: {table, key, item}}`.
fn transaction(operation: &str, function: &str, args: Args<'_>) -> Result<Value, Failure> {
    const WRITES: [(&str, &str); 4] = [
        ("putItem", "PutItem"),
        ("updateItem", "UpdateItem"),
        ("deleteItem", "DeleteItem"),
        ("conditionCheck", "ConditionCheck"),
    ];
    let payload = payload(args, function)?;
    let item = |item: Value| {
        let write = WRITES.iter().find_map(|(name, operation)| Some((item.get(name)?, *operation)));
        match write {
            Some((item, operation)) => one(operation, &item),
            None => {
                let read = one("", &item)?;
                let members = read.entries().filter(|(name, _)| *name != "operation");
                Ok(members.collect::<Object>().into())
            }
        }
    };
    let items = payload.get("items").unwrap_or_default();
    let items = items.items().map(item).collect::<Result<Vec<Value>, Failure>>()?;
    let mut request = Object::new();
    request.insert("operation", operation);
    request.insert("transactItems", items);
    Ok(request.into())
}
