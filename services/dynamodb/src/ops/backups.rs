//! Backups on demand: a table's description and its items, in rows of the same file, and tables made of them.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/BackupRestore.html>

use bytes::Bytes;
use dynoxide::ImportOptions;
use dynoxide::actions::create_table::{self, CreateTableRequest};
use dynoxide::actions::describe_table::{self, DescribeTableRequest};
use dynoxide::actions::import_items;
use dynoxide::actions::scan::{self, ScanRequest};
use dynoxide::types::Item;
use rusqlite::{OptionalExtension as _, params};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::decode;
use crate::errors::Error;
use crate::operations::{Desk, done, written};
use crate::ops::continuous_backups;

const LIST_MAX: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CreateBackup {
    table_name: String,
    backup_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Named {
    backup_arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListBackups {
    table_name: Option<String>,
    limit: Option<usize>,
    exclusive_start_backup_arn: Option<String>,
    time_range_lower_bound: Option<f64>,
    time_range_upper_bound: Option<f64>,
}

/// How a restored table differs from what it is made of.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Target {
    target_table_name: String,
    billing_mode_override: Option<String>,
    provisioned_throughput_override: Option<Value>,
    global_secondary_index_override: Option<Value>,
    local_secondary_index_override: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FromPointInTime {
    source_table_name: Option<String>,
    source_table_arn: Option<String>,
    use_latest_restorable_time: Option<bool>,
    restore_date_time: Option<f64>,
}

pub(crate) fn create_backup(desk: &Desk<'_>, body: &[u8]) -> Result<Bytes, Error> {
    let request: CreateBackup = decode::request("CreateBackup", body)?;
    if !desk.storage.table_exists(&request.table_name)? {
        return Err(Error::TableNotFound(request.table_name));
    }
    let table = describe(desk, &request.table_name)?;
    let connection = desk.storage.conn();
    let count: i64 =
        connection.query_row(r#"SELECT count(*) FROM "house::backups""#, [], |row| row.get(0))?;
    let millis = desk.now.as_millis();
    let unique = Sha256::digest(format!("{} {millis} {count}", request.table_name));
    let unique: String = unique[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    let table_arn = table["TableArn"].as_str().unwrap_or_default();
    let arn = format!("{table_arn}/backup/{millis:014}-{unique}");
    let items = items(desk, &request.table_name)?;
    let texts: Vec<String> = items.iter().map(text).collect();
    let details = json!({
        "BackupArn": arn,
        "BackupName": request.backup_name,
        "BackupSizeBytes": texts.iter().map(String::len).sum::<usize>(),
        "BackupStatus": "AVAILABLE",
        "BackupType": "USER",
        "BackupCreationDateTime": millis as f64 / 1000.0,
    });
    connection.execute(
        r#"INSERT INTO "house::backups" VALUES (?1, ?2, ?3, ?4, ?5)"#,
        params![arn, request.table_name, millis, details.to_string(), table.to_string()],
    )?;
    let mut insert =
        connection.prepare_cached(r#"INSERT INTO "house::backup_items" VALUES (?1, ?2, ?3)"#)?;
    for (place, text) in texts.iter().enumerate() {
        insert.execute(params![arn, i64::try_from(place).unwrap_or(i64::MAX), text])?;
    }
    Ok(written(&json!({ "BackupDetails": details })))
}

pub(crate) fn describe_backup(desk: &Desk<'_>, body: &[u8]) -> Result<Bytes, Error> {
    let Named { backup_arn } = decode::request("DescribeBackup", body)?;
    let backup = find(desk, &backup_arn)?;
    Ok(written(&json!({ "BackupDescription": backup.description() })))
}

pub(crate) fn delete_backup(desk: &Desk<'_>, body: &[u8]) -> Result<Bytes, Error> {
    let Named { backup_arn } = decode::request("DeleteBackup", body)?;
    let mut backup = find(desk, &backup_arn)?;
    let connection = desk.storage.conn();
    connection.execute(r#"DELETE FROM "house::backup_items" WHERE backup = ?1"#, [&backup_arn])?;
    connection.execute(r#"DELETE FROM "house::backups" WHERE arn = ?1"#, [&backup_arn])?;
    backup.details["BackupStatus"] = json!("DELETED");
    Ok(written(&json!({ "BackupDescription": backup.description() })))
}

pub(crate) fn list_backups(desk: &Desk<'_>, body: &[u8]) -> Result<Bytes, Error> {
    let request: ListBackups = decode::request("ListBackups", body)?;
    let seconds = |bound: Option<f64>, otherwise: i64| {
        bound.map_or(otherwise, |seconds| (seconds * 1000.0) as i64)
    };
    let limit = request.limit.unwrap_or(LIST_MAX).clamp(1, LIST_MAX);
    let mut statement = desk.storage.conn().prepare_cached(
        r#"SELECT details, source FROM "house::backups"
           WHERE (?1 IS NULL OR table_name = ?1) AND ?2 <= made_at AND made_at < ?3 AND ?4 < arn
           ORDER BY arn LIMIT ?5"#,
    )?;
    let bounds = params![
        request.table_name,
        seconds(request.time_range_lower_bound, 0),
        seconds(request.time_range_upper_bound, i64::MAX),
        request.exclusive_start_backup_arn.unwrap_or_default(),
        i64::try_from(limit + 1).unwrap_or(i64::MAX),
    ];
    let rows = statement.query_map(bounds, |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut summaries = Vec::new();
    for row in rows {
        let (details, source): (String, String) = row?;
        summaries.push(Backup::of_row(&details, &source).summary());
    }
    let mut reply = json!({});
    if limit < summaries.len() {
        summaries.truncate(limit);
        reply["LastEvaluatedBackupArn"] = summaries[limit - 1]["BackupArn"].clone();
    }
    reply["BackupSummaries"] = Value::Array(summaries);
    Ok(written(&reply))
}

pub(crate) fn restore_table_from_backup(desk: &Desk<'_>, body: &[u8]) -> Result<Bytes, Error> {
    const NAME: &str = "RestoreTableFromBackup";
    let Named { backup_arn } = decode::request(NAME, body)?;
    let backup = find(desk, &backup_arn)?;
    let mut statement = desk.storage.conn().prepare_cached(
        r#"SELECT item FROM "house::backup_items" WHERE backup = ?1 ORDER BY place"#,
    )?;
    let rows = statement.query_map([&backup_arn], |row| row.get::<_, String>(0))?;
    let texts = rows.collect::<Result<Vec<_>, _>>()?;
    let items = texts
        .iter()
        .map(|text| serde_json::from_str(text).map_err(|_| Error::Corrupt("an item of a backup")));
    let items = items.collect::<Result<Vec<Item>, _>>()?;
    let summary = json!({
        "SourceBackupArn": backup_arn,
        "SourceTableArn": backup.source["TableArn"],
        "RestoreDateTime": backup.details["BackupCreationDateTime"],
        "RestoreInProgress": false,
    });
    restore(desk, decode::request(NAME, body)?, &backup.source, items, summary)
}

/// Only the latest state of a table is there to be restored.
pub(crate) fn restore_table_to_point_in_time(desk: &Desk<'_>, body: &[u8]) -> Result<Bytes, Error> {
    const NAME: &str = "RestoreTableToPointInTime";
    let request: FromPointInTime = decode::request(NAME, body)?;
    let by_arn = || {
        let arn = request.source_table_arn.as_deref()?;
        arn.split_once(":table/").map(|(_, table)| table.to_owned())
    };
    let table = request.source_table_name.clone().or_else(by_arn).unwrap_or_default();
    if !desk.storage.table_exists(&table)? {
        return Err(Error::SourceTableNotFound(table));
    }
    if continuous_backups::recovery(desk, &table)?.is_none() {
        return Err(Error::RecoveryUnavailable(table));
    }
    if request.restore_date_time.is_some() && request.use_latest_restorable_time != Some(true) {
        return Err(Error::Validation(
            "Freehold restores tables to their latest state only: set UseLatestRestorableTime."
                .into(),
        ));
    }
    let source = describe(desk, &table)?;
    let items = items(desk, &table)?;
    let summary = json!({
        "SourceTableArn": source["TableArn"],
        "RestoreDateTime": desk.now.as_millis() / 1000,
        "RestoreInProgress": false,
    });
    restore(desk, decode::request(NAME, body)?, &source, items, summary)
}

/// A backup as its row holds it.
struct Backup {
    details: Value,
    /// DescribeTable's `Table` as it was.
    source: Value,
}

impl Backup {
    fn of_row(details: &str, source: &str) -> Self {
        let read = |text: &str| serde_json::from_str(text).expect("rows of backups are JSON");
        Backup { details: read(details), source: read(source) }
    }

    fn description(&self) -> Value {
        let source = &self.source;
        let billing = &source["BillingModeSummary"]["BillingMode"];
        json!({
            "BackupDetails": self.details,
            "SourceTableDetails": {
                "TableName": source["TableName"],
                "TableId": source["TableId"],
                "TableArn": source["TableArn"],
                "TableSizeBytes": source["TableSizeBytes"],
                "KeySchema": source["KeySchema"],
                "TableCreationDateTime": source["CreationDateTime"],
                "ProvisionedThroughput": throughput(&source["ProvisionedThroughput"]),
                "ItemCount": source["ItemCount"],
                "BillingMode": if billing.is_null() { "PROVISIONED".into() } else { billing.clone() },
            },
            "SourceTableFeatureDetails": {
                "GlobalSecondaryIndexes": indexes(&source["GlobalSecondaryIndexes"]),
                "LocalSecondaryIndexes": indexes(&source["LocalSecondaryIndexes"]),
            },
        })
    }

    fn summary(&self) -> Value {
        let mut summary = self.details.clone();
        for member in ["TableName", "TableId", "TableArn"] {
            summary[member] = self.source[member].clone();
        }
        summary
    }
}

fn find(desk: &Desk<'_>, arn: &str) -> Result<Backup, Error> {
    let mut statement = desk
        .storage
        .conn()
        .prepare_cached(r#"SELECT details, source FROM "house::backups" WHERE arn = ?1"#)?;
    let row = statement.query_row([arn], |row| {
        Ok(Backup::of_row(&row.get::<_, String>(0)?, &row.get::<_, String>(1)?))
    });
    let found = row.optional()?;
    found.ok_or_else(|| Error::BackupNotFound(desk.scope.outward_arn(arn)))
}

fn describe(desk: &Desk<'_>, table: &str) -> Result<Value, Error> {
    let request = DescribeTableRequest { table_name: table.to_owned() };
    let reply = done(describe_table::execute(desk.storage, request, desk.lifecycle))?;
    let mut reply = serde_json::to_value(&reply).unwrap_or_default();
    Ok(reply["Table"].take())
}

fn items(desk: &Desk<'_>, table: &str) -> Result<Vec<Item>, Error> {
    let (mut items, mut from) = (Vec::new(), None);
    loop {
        let request = ScanRequest {
            table_name: table.to_owned(),
            exclusive_start_key: from,
            ..ScanRequest::default()
        };
        let page = done(scan::execute(desk.storage, request))?;
        items.extend(page.items.unwrap_or_default());
        from = page.last_evaluated_key;
        if from.is_none() {
            return Ok(items);
        }
    }
}

fn text(item: &Item) -> String {
    serde_json::to_string(item).expect("items have text keys and always serialize")
}

/// Makes a table like another, and puts the items into it.
fn restore(
    desk: &Desk<'_>,
    target: Target,
    source: &Value,
    items: Vec<Item>,
    summary: Value,
) -> Result<Bytes, Error> {
    let name = target.target_table_name.clone();
    if desk.storage.table_exists(&name)? {
        return Err(Error::TableAlreadyExists(name));
    }
    let request: CreateTableRequest =
        decode::request("CreateTable", definition(target, source).to_string().as_bytes())?;
    done(create_table::execute(desk.storage, request))?;
    done(import_items::execute(desk.storage, &name, items, &ImportOptions::default()))?;
    let mut table = describe(desk, &name)?;
    table["RestoreSummary"] = summary;
    Ok(written(&json!({ "TableDescription": table })))
}

/// What CreateTable takes to make such a table.
fn definition(target: Target, source: &Value) -> Value {
    let billing = &source["BillingModeSummary"]["BillingMode"];
    let billing = match (&target.billing_mode_override, billing) {
        (Some(mode), _) => mode.clone(),
        (None, Value::String(mode)) => mode.clone(),
        (None, _) => "PROVISIONED".to_owned(),
    };
    let is_provisioned = billing == "PROVISIONED";
    let mut table = json!({
        "TableName": target.target_table_name,
        "AttributeDefinitions": source["AttributeDefinitions"],
        "KeySchema": source["KeySchema"],
        "BillingMode": billing,
    });
    if is_provisioned {
        let kept = throughput(&source["ProvisionedThroughput"]);
        table["ProvisionedThroughput"] = target.provisioned_throughput_override.unwrap_or(kept);
    }
    let wanted = [
        ("GlobalSecondaryIndexes", target.global_secondary_index_override),
        ("LocalSecondaryIndexes", target.local_secondary_index_override),
    ];
    for (member, wanted) in wanted {
        let mut some = wanted.unwrap_or_else(|| indexes(&source[member]));
        for index in some.as_array_mut().into_iter().flatten() {
            if let Some(index) = index.as_object_mut().filter(|_| !is_provisioned) {
                index.remove("ProvisionedThroughput");
            }
        }
        if some.as_array().is_some_and(|some| !some.is_empty()) {
            table[member] = some;
        }
    }
    let named = used_attributes(&table);
    if let Some(attributes) = table["AttributeDefinitions"].as_array_mut() {
        attributes.retain(|attribute| named.contains(&attribute["AttributeName"]));
    }
    table
}

/// The attributes that the keys of a table and its indexes name: no others may be defined.
fn used_attributes(table: &Value) -> Vec<Value> {
    let of_index = |member: &str| table[member].as_array().cloned().unwrap_or_default();
    let mut schemas = vec![table["KeySchema"].clone()];
    for member in ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"] {
        schemas.extend(of_index(member).into_iter().map(|index| index["KeySchema"].clone()));
    }
    let keys = schemas.iter().filter_map(Value::as_array).flatten();
    keys.map(|key| key["AttributeName"].clone()).collect()
}

/// What of an index's description defines it.
fn indexes(described: &Value) -> Value {
    let defined = |index: &Value| {
        let mut defined = Map::new();
        for member in ["IndexName", "KeySchema", "Projection"] {
            defined.insert(member.to_owned(), index[member].clone());
        }
        if index["ProvisionedThroughput"].is_object() {
            let units = throughput(&index["ProvisionedThroughput"]);
            defined.insert("ProvisionedThroughput".to_owned(), units);
        }
        Value::Object(defined)
    };
    described.as_array().into_iter().flatten().map(defined).collect()
}

fn throughput(described: &Value) -> Value {
    json!({
        "ReadCapacityUnits": described["ReadCapacityUnits"],
        "WriteCapacityUnits": described["WriteCapacityUnits"],
    })
}
