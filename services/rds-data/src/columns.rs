//! What is told of the columns of a result, in JDBC's terms as AWS has them.

use std::collections::HashMap;

use tokio_postgres::types::{Kind, Type};
use tokio_postgres::{Client, Column};

use crate::errors::Error;
use crate::wire::ColumnMetadata;

/// Where columns come from, by the numbers of table and column.
type Origins = HashMap<(u32, i16), Origin>;

struct Origin {
    table: String,
    is_not_null: bool,
    is_auto_increment: bool,
}

const ORIGINS: &str = "\
    SELECT a.attrelid, a.attnum, c.relname, a.attnotnull, \
           a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%', false) \
    FROM pg_catalog.pg_attribute a \
    JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
    LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
    WHERE a.attrelid = ANY($1) AND a.attnum > 0";

/// `java.sql.Types`, which `type` numbers.
mod jdbc {
    pub(super) const BIT: i32 = -7;
    pub(super) const BIGINT: i32 = -5;
    pub(super) const BINARY: i32 = -2;
    pub(super) const CHAR: i32 = 1;
    pub(super) const NUMERIC: i32 = 2;
    pub(super) const INTEGER: i32 = 4;
    pub(super) const SMALLINT: i32 = 5;
    pub(super) const REAL: i32 = 7;
    pub(super) const DOUBLE: i32 = 8;
    pub(super) const VARCHAR: i32 = 12;
    pub(super) const DATE: i32 = 91;
    pub(super) const TIME: i32 = 92;
    pub(super) const TIMESTAMP: i32 = 93;
    pub(super) const OTHER: i32 = 1111;
    pub(super) const ARRAY: i32 = 2003;
}

/// How long a text may be that has no bound.
const UNBOUNDED: i32 = i32::MAX;
/// What PostgreSQL adds to the length of texts and the precision of decimals.
const MODIFIER_BASE: i32 = 4;

const NOT_NULL: i32 = 0;
const NULLABLE: i32 = 1;
const UNKNOWN: i32 = 2;

pub(crate) async fn describe(
    client: &Client,
    columns: &[Column],
) -> Result<Vec<ColumnMetadata>, Error> {
    let origins = origins(client, columns).await?;
    Ok(columns.iter().map(|column| metadata(column, &origins)).collect())
}

async fn origins(client: &Client, columns: &[Column]) -> Result<Origins, Error> {
    let tables: Vec<u32> = columns.iter().filter_map(Column::table_oid).collect();
    if tables.is_empty() {
        return Ok(Origins::new());
    }
    let rows = client.query(ORIGINS, &[&tables]).await?;
    let origin = |row: tokio_postgres::Row| {
        let table = row.try_get::<_, String>(2)?;
        let (is_not_null, is_auto_increment) = (row.try_get(3)?, row.try_get(4)?);
        let origin = Origin { table, is_not_null, is_auto_increment };
        Ok(((row.try_get(0)?, row.try_get(1)?), origin))
    };
    rows.into_iter().map(origin).collect()
}

fn metadata(column: &Column, origins: &Origins) -> ColumnMetadata {
    let r#type = column.type_();
    let origin = column.table_oid().zip(column.column_id());
    let origin = origin.and_then(|place| origins.get(&place));
    let is_auto_increment = origin.is_some_and(|origin| origin.is_auto_increment);
    let modifier = column.type_modifier();
    ColumnMetadata {
        name: column.name().to_owned(),
        r#type: jdbc_type(r#type),
        type_name: type_name(r#type, is_auto_increment),
        label: column.name().to_owned(),
        schema_name: String::new(),
        table_name: origin.map(|origin| origin.table.clone()).unwrap_or_default(),
        is_auto_increment,
        is_signed: is_number(r#type),
        is_currency: false,
        is_case_sensitive: is_case_sensitive(r#type),
        nullable: match origin {
            None => UNKNOWN,
            Some(Origin { is_not_null: true, .. }) => NOT_NULL,
            Some(_) => NULLABLE,
        },
        precision: precision(r#type, modifier),
        scale: scale(r#type, modifier),
        array_base_column_type: match r#type.kind() {
            Kind::Array(element) => jdbc_type(element),
            _ => 0,
        },
    }
}

/// What numbers itself has a name of its own.
fn type_name(r#type: &Type, is_auto_increment: bool) -> String {
    match *r#type {
        Type::INT2 if is_auto_increment => "smallserial",
        Type::INT4 if is_auto_increment => "serial",
        Type::INT8 if is_auto_increment => "bigserial",
        _ => r#type.name(),
    }
    .to_owned()
}

fn jdbc_type(r#type: &Type) -> i32 {
    match r#type.kind() {
        Kind::Array(_) => return jdbc::ARRAY,
        Kind::Enum(_) => return jdbc::VARCHAR,
        _ => {}
    }
    match *r#type {
        Type::BOOL => jdbc::BIT,
        Type::INT2 => jdbc::SMALLINT,
        Type::INT4 => jdbc::INTEGER,
        Type::INT8 | Type::OID => jdbc::BIGINT,
        Type::FLOAT4 => jdbc::REAL,
        Type::FLOAT8 => jdbc::DOUBLE,
        Type::NUMERIC => jdbc::NUMERIC,
        Type::TEXT | Type::VARCHAR | Type::NAME => jdbc::VARCHAR,
        Type::BPCHAR => jdbc::CHAR,
        Type::BYTEA => jdbc::BINARY,
        Type::DATE => jdbc::DATE,
        Type::TIME => jdbc::TIME,
        Type::TIMESTAMP | Type::TIMESTAMPTZ => jdbc::TIMESTAMP,
        _ => jdbc::OTHER,
    }
}

fn is_number(r#type: &Type) -> bool {
    let numbers = [Type::INT2, Type::INT4, Type::INT8, Type::FLOAT4, Type::FLOAT8, Type::NUMERIC];
    numbers.contains(r#type)
}

fn is_case_sensitive(r#type: &Type) -> bool {
    let without_case =
        [Type::OID, Type::BOOL, Type::DATE, Type::TIME, Type::TIMESTAMP, Type::TIMESTAMPTZ];
    !is_number(r#type) && !without_case.contains(r#type)
}

fn precision(r#type: &Type, modifier: i32) -> i32 {
    match *r#type {
        Type::BOOL => 1,
        Type::INT2 => 5,
        Type::INT4 | Type::OID => 10,
        Type::INT8 => 19,
        Type::FLOAT4 => 8,
        Type::FLOAT8 => 17,
        Type::NUMERIC if MODIFIER_BASE <= modifier => (modifier - MODIFIER_BASE) >> 16,
        Type::NUMERIC => 0,
        Type::VARCHAR | Type::BPCHAR if MODIFIER_BASE <= modifier => modifier - MODIFIER_BASE,
        Type::DATE => 13,
        Type::TIME => 15,
        Type::TIMESTAMP => 29,
        Type::TIMESTAMPTZ => 35,
        _ => UNBOUNDED,
    }
}

fn scale(r#type: &Type, modifier: i32) -> i32 {
    match *r#type {
        Type::FLOAT4 => 8,
        Type::FLOAT8 => 17,
        Type::NUMERIC if MODIFIER_BASE <= modifier => (modifier - MODIFIER_BASE) & 0xFFFF,
        Type::TIME | Type::TIMESTAMP | Type::TIMESTAMPTZ => 6,
        _ => 0,
    }
}
