//! `@aws-appsync/utils/rds`: SQL with its values apart, for the RDS Data API.
//!
//! `select` and its kin only note what was asked; `createPgStatement` and `createMySQLStatement` check it and write the
//! text. Texts and messages are recorded (localstack-appsync-utils, resolvers.test.js), down to the blanks that empty
//! conditions leave behind.
//! <https://docs.aws.amazon.com/appsync/latest/devguide/resolver-reference-rds-js.html>

mod clauses;
mod condition;
mod dialect;
mod joins;

use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;

use json::{Kind, Object, Value};
use resolver::functions::{Table, rds};
use resolver::{Args, Failure};

use dialect::{Dialect, Writer};

pub(crate) const TABLE: Table = &[
    ("select", |_, args| Ok(statement("SELECT", args))),
    ("insert", |_, args| Ok(statement("INSERT", args))),
    ("update", |_, args| Ok(statement("UPDATE", args))),
    ("remove", |_, args| Ok(statement("REMOVE", args))),
    ("sql", |_, args| Ok(template(args))),
    ("createPgStatement", |_, args| create(Dialect::Postgres, "createPgStatement", args)),
    ("createMySQLStatement", |_, args| create(Dialect::MySql, "createMySQLStatement", args)),
    ("toJsonObject", |_, args| rds::to_json_object(args.value(0))),
];

/// `typeHint`: values whose type the Data API is to be told.
pub(crate) const TYPE_HINTS: Table = &[
    ("DATE", |_, args| Ok(hinted("DATE", args))),
    ("DECIMAL", |_, args| Ok(hinted("DECIMAL", args))),
    ("JSON", |_, args| Ok(hinted("JSON", args))),
    ("TIME", |_, args| Ok(hinted("TIME", args))),
    ("TIMESTAMP", |_, args| Ok(hinted("TIMESTAMP", args))),
    ("UUID", |_, args| Ok(hinted("UUID", args))),
];

/// `agg`: columns that are computed of several rows.
pub(crate) const AGGREGATES: Table = &[
    ("min", |_, args| Ok(aggregate("MIN", false, args))),
    ("minDistinct", |_, args| Ok(aggregate("MIN", true, args))),
    ("max", |_, args| Ok(aggregate("MAX", false, args))),
    ("maxDistinct", |_, args| Ok(aggregate("MAX", true, args))),
    ("sum", |_, args| Ok(aggregate("SUM", false, args))),
    ("sumDistinct", |_, args| Ok(aggregate("SUM", true, args))),
    ("avg", |_, args| Ok(aggregate("AVG", false, args))),
    ("avgDistinct", |_, args| Ok(aggregate("AVG", true, args))),
    ("count", |_, args| Ok(aggregate("COUNT", false, args))),
    ("countDistinct", |_, args| Ok(aggregate("COUNT", true, args))),
];

const SQL: &str = "SQL";
const AGGREGATE: &str = "AGGREGATE";
/// The Data API is asked with one or two statements.
const STATEMENTS_MAX: usize = 2;

/// What a helper was asked, with whether it was asked anything.
fn statement(kind: &str, args: Args<'_>) -> Value {
    let properties = if args.is_empty() { Value::empty_object() } else { args.value(0).clone() };
    let mut statement = Object::new();
    statement.insert("type", kind);
    statement.insert("seal", seal(&properties));
    statement.insert("properties", properties);
    if args.is_empty() {
        statement.insert("isEmpty", true);
    }
    statement.into()
}

/// A tagged template: its texts, and the values between them.
fn template(args: Args<'_>) -> Value {
    let texts = args.value(0);
    let properties = Value::object([
        ("texts", texts.clone()),
        ("values", Value::array(args.0.iter().skip(1).cloned())),
        ("seal", Value::from(seal(texts))),
    ]);
    Value::object([("type", Value::from(SQL)), ("properties", properties)])
}

/// Tells what code has made from what a client has sent in the shape of it.
fn seal(made: &Value) -> String {
    static KEYS: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    format!("{:016x}", KEYS.hash_one(made.to_string()))
}

/// Whether `select` gave it: clients who choose columns don't choose other tables.
fn is_selection(value: &Value) -> bool {
    let properties = value.get("properties").filter(|_| is_of(value, "SELECT"));
    properties.is_some_and(|properties| {
        value.get("seal").is_some_and(|it| it.as_str() == Some(&*seal(&properties)))
    })
}

fn is_template(value: &Value) -> bool {
    let properties = value.get("properties").filter(|_| is_of(value, SQL));
    properties.is_some_and(|properties| {
        let texts = properties.get("texts").unwrap_or_default();
        properties.get("seal").is_some_and(|it| it.as_str() == Some(&*seal(&texts)))
    })
}

fn hinted(hint: &str, args: Args<'_>) -> Value {
    let value = args.value(0);
    // The Data API takes JSON as text.
    let value = match (hint, value.kind()) {
        ("JSON", Kind::Object | Kind::Array) => Value::from(value.to_string()),
        _ => value.clone(),
    };
    Value::object([("type", Value::from(hint)), ("value", value)])
}

fn aggregate(function: &str, is_distinct: bool, args: Args<'_>) -> Value {
    let properties = Value::object([
        ("function", Value::from(function)),
        ("isDistinct", Value::from(is_distinct)),
        ("column", args.value(0).clone()),
    ]);
    Value::object([("type", Value::from(AGGREGATE)), ("properties", properties)])
}

/// Whether it is what one of the functions above gave.
fn is_of(value: &Value, kind: &str) -> bool {
    let has_kind = value.get("type").is_some_and(|it| it.as_str() == Some(kind));
    has_kind && value.get("properties").is_some()
}

/// The request for the data source.
fn create(dialect: Dialect, function: &str, args: Args<'_>) -> Result<Value, Failure> {
    if args.is_empty() {
        let message = format!("An argument is expected to be passed to {function}");
        return Err(Failure::fault(message));
    }
    if STATEMENTS_MAX < args.len() {
        let message = format!("{function} takes at most {STATEMENTS_MAX} statements");
        return Err(Failure::fault(message));
    }
    let mut writer = Writer::new(dialect);
    let texts = args.0.iter().map(|statement| Ok(write(&mut writer, statement, function)?.into()));
    let texts = texts.collect::<Result<Vec<Value>, Failure>>()?;
    let mut request = Object::new();
    request.insert("statements", texts);
    request.insert("variableMap", writer.values);
    request.insert("variableTypeHintMap", writer.hints);
    Ok(request.into())
}

fn write(writer: &mut Writer, statement: &Value, function: &str) -> Result<String, Failure> {
    if is_template(statement) {
        return Ok(writer.template(statement));
    }
    let kind = statement.get("type").filter(|_| statement.get("properties").is_some());
    let kind = kind.as_ref().and_then(Value::as_str).unwrap_or_default();
    let (helper, write): (_, clauses::Write) = match kind {
        "SELECT" => ("select", clauses::select),
        "INSERT" => ("insert", clauses::insert),
        "UPDATE" => ("update", clauses::update),
        "REMOVE" => ("remove", clauses::remove),
        _ => {
            let message = format!("Unsupported type is passed as argument to {function}");
            return Err(Failure::fault(message));
        }
    };
    if statement.get("isEmpty").is_some() {
        let message = format!("An argument is expected to be passed to {helper}");
        return Err(Failure::fault(message));
    }
    let properties = statement.get("properties").unwrap_or_default();
    if properties.kind() != Kind::Object {
        return Err(Failure::fault("Expected payload to be an Object."));
    }
    let parts = write(writer, &properties)?;
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    Ok(parts.join(" ").trim_end().to_owned())
}
