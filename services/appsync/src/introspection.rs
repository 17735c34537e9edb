//! What a relational database says of itself: its tables as models, asked for through the RDS Data API.
//!
//! <https://docs.aws.amazon.com/appsync/latest/devguide/rds-introspection.html>

use json::Value;
use serde_json::json;
use service::{CallError, Ctx};

use crate::Room;
use crate::wire::RdsDataApiConfig;

/// Tables that an unqualified name finds, with their columns in order: table, column, type, element type, whether it
/// may be null, the length of texts, the values of enums.
const COLUMNS: &str = "\
    SELECT c.relname::text, a.attname::text, t.typname::text, e.typname::text, a.attnotnull, \
           CASE WHEN t.typname IN ('varchar', 'bpchar') AND a.atttypmod > 4 \
                THEN a.atttypmod - 4 ELSE 0 END, \
           (SELECT array_agg(v.enumlabel::text ORDER BY v.enumsortorder) \
            FROM pg_catalog.pg_enum v WHERE v.enumtypid IN (t.oid, e.oid)) \
    FROM pg_catalog.pg_class c \
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
    JOIN pg_catalog.pg_type d ON d.oid = a.atttypid \
    JOIN pg_catalog.pg_type t ON t.oid = CASE d.typtype WHEN 'd' THEN d.typbasetype ELSE d.oid END \
    LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typcategory = 'A' \
    WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY(current_schemas(false)) \
    ORDER BY c.relname, a.attnum";

/// Table, index, whether it is the primary key, columns in order. Indexes of expressions have no fields to tell.
const INDEXES: &str = "\
    SELECT c.relname::text, i.relname::text, x.indisprimary, \
           array_agg(a.attname::text ORDER BY k.place) \
    FROM pg_catalog.pg_index x \
    JOIN pg_catalog.pg_class c ON c.oid = x.indrelid \
    JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid \
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
    CROSS JOIN LATERAL unnest(x.indkey::int2[]) WITH ORDINALITY k(number, place) \
    JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.number \
    WHERE n.nspname = ANY(current_schemas(false)) AND NOT 0 = ANY(x.indkey::int2[]) \
    GROUP BY c.relname, i.relname, x.indisprimary \
    ORDER BY c.relname, i.relname";

/// The models of a database, or why there are none.
pub(crate) async fn models(
    room: &Room,
    ctx: &Ctx,
    config: &RdsDataApiConfig,
) -> Result<Vec<serde_json::Value>, String> {
    let columns = records(room, ctx, config, COLUMNS).await?;
    let indexes = records(room, ctx, config, INDEXES).await?;
    let mut tables: Vec<(String, Vec<Field>)> = Vec::new();
    for column in columns.items() {
        let table = text(&column, 0).unwrap_or_default();
        let field = Field::of(&column);
        match tables.last_mut() {
            Some((known, fields)) if *known == table => fields.push(field),
            _ => tables.push((table, vec![field])),
        }
    }
    Ok(tables.iter().map(|(table, fields)| model(table, fields, &indexes)).collect())
}

async fn records(
    room: &Room,
    ctx: &Ctx,
    config: &RdsDataApiConfig,
    sql: &str,
) -> Result<Value, String> {
    let asked = json!({
        "resourceArn": config.resource_arn,
        "secretArn": config.secret_arn,
        "database": config.database_name,
        "sql": sql,
    });
    let body = asked.to_string().into();
    let reply = room.bus.call(ctx.clone(), "rdsdata", "ExecuteStatement", body).await;
    let reply = reply.map_err(|error| match error {
        CallError::Refused(error) => error.message.unwrap_or_else(|| error.code.to_string()),
        CallError::NoRoom(_) | CallError::Unanswered(_) => error.to_string(),
    })?;
    let reply = std::str::from_utf8(&reply).ok().and_then(|text| Value::parse(text).ok());
    reply
        .and_then(|reply| reply.get("records"))
        .ok_or_else(|| "The reply has no records.".to_owned())
}

/// A column as GraphQL would have it.
struct Field {
    name: String,
    scalar: String,
    values: Vec<String>,
    is_list: bool,
    is_not_null: bool,
    length: i64,
}

impl Field {
    fn of(column: &Value) -> Self {
        let element = text(column, 3);
        let values = list(column, 6);
        let r#type = element.clone().or_else(|| text(column, 2)).unwrap_or_default();
        Field {
            name: text(column, 1).unwrap_or_default(),
            scalar: if values.is_empty() { scalar(&r#type).to_owned() } else { r#type },
            values,
            is_list: element.is_some(),
            is_not_null: flag(column, 4),
            length: cell(column, 5)
                .and_then(|cell| cell.get("longValue"))
                .map_or(0, |it| it.to_string().parse().unwrap_or(0)),
        }
    }

    fn describe(&self) -> serde_json::Value {
        let mut r#type = match self.values.is_empty() {
            true => json!({ "kind": "Scalar", "name": self.scalar }),
            false => json!({ "kind": "Enum", "name": self.scalar, "values": self.values }),
        };
        if self.is_list {
            r#type = json!({ "kind": "List", "type": r#type });
        }
        if self.is_not_null {
            r#type = json!({ "kind": "NonNull", "type": r#type });
        }
        json!({ "name": self.name, "type": r#type, "length": self.length })
    }

    fn sdl(&self) -> String {
        let list = if self.is_list { ("[", "]") } else { ("", "") };
        let end = if self.is_not_null { "!" } else { "" };
        format!("{}: {}{}{}{end}", self.name, list.0, self.scalar, list.1)
    }
}

fn model(table: &str, fields: &[Field], indexes: &Value) -> serde_json::Value {
    let of_table = || indexes.items().filter(|index| text(index, 0).as_deref() == Some(table));
    let primary_key = of_table()
        .find(|index| flag(index, 2))
        .map(|index| json!({ "name": "PRIMARY_KEY", "fields": list(&index, 3) }));
    let others: Vec<_> = of_table()
        .filter(|index| !flag(index, 2))
        .map(|index| json!({ "name": text(&index, 1), "fields": list(&index, 3) }))
        .collect();
    let lines: Vec<String> = fields.iter().map(Field::sdl).collect();
    let mut model = json!({
        "name": table,
        "fields": fields.iter().map(Field::describe).collect::<Vec<_>>(),
        "indexes": others,
        "sdl": format!("type {table}\n{{\n{}\n}}\n", lines.join("\n\n")),
    });
    if let Some(primary_key) = primary_key {
        model["primaryKey"] = primary_key;
    }
    model
}

/// Timestamps are `AWSDateTime` and whole numbers `Int` in AWS's own example; the others follow from their meaning.
fn scalar(r#type: &str) -> &'static str {
    match r#type {
        "int2" | "int4" | "int8" => "Int",
        "float4" | "float8" | "numeric" => "Float",
        "bool" => "Boolean",
        "date" => "AWSDate",
        "time" | "timetz" => "AWSTime",
        "timestamp" | "timestamptz" => "AWSDateTime",
        "json" | "jsonb" => "AWSJSON",
        "inet" | "cidr" => "AWSIPAddress",
        _ => "String",
    }
}

fn cell(record: &Value, place: usize) -> Option<Value> {
    record.items().nth(place)
}

fn text(record: &Value, place: usize) -> Option<String> {
    cell(record, place)?.get("stringValue")?.as_str().map(str::to_owned)
}

fn flag(record: &Value, place: usize) -> bool {
    let flag = cell(record, place).and_then(|cell| cell.get("booleanValue"));
    flag.is_some_and(|flag| flag == Value::from(true))
}

fn list(record: &Value, place: usize) -> Vec<String> {
    let array = cell(record, place).and_then(|cell| cell.get("arrayValue"));
    let texts = array.and_then(|array| array.get("stringValues")).unwrap_or_default();
    texts.items().filter_map(|text| text.as_str().map(str::to_owned)).collect()
}
