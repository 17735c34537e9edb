//! Point-in-time recovery: whether it is on is kept and told. What a table was like before isn't kept, so that only its
//! latest state can be restored (see `backups`).

use bytes::Bytes;
use rusqlite::{OptionalExtension as _, params};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::decode;
use crate::errors::Error;
use crate::operations::{Desk, written};

const DAYS_DEFAULT: i64 = 35;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    table_name: String,
    point_in_time_recovery_specification: Option<Specification>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Specification {
    point_in_time_recovery_enabled: bool,
    recovery_period_in_days: Option<i64>,
}

pub(crate) fn describe_continuous_backups(desk: &Desk<'_>, body: &[u8]) -> Result<Bytes, Error> {
    let request: Request = decode::request("DescribeContinuousBackups", body)?;
    described(desk, &request.table_name)
}

pub(crate) fn update_continuous_backups(desk: &Desk<'_>, body: &[u8]) -> Result<Bytes, Error> {
    let request: Request = decode::request("UpdateContinuousBackups", body)?;
    let table = &request.table_name;
    if !desk.storage.table_exists(table)? {
        return Err(Error::TableNotFound(table.clone()));
    }
    let Some(wanted) = request.point_in_time_recovery_specification else {
        return Err(Error::Validation(
            "1 validation error detected: Value at 'pointInTimeRecoverySpecification' failed to satisfy constraint: Member must not be null".into(),
        ));
    };
    let days = wanted.recovery_period_in_days.unwrap_or(DAYS_DEFAULT);
    if !(1..=DAYS_DEFAULT).contains(&days) {
        return Err(Error::Validation(format!(
            "1 validation error detected: Value '{days}' at 'pointInTimeRecoverySpecification.recoveryPeriodInDays' failed to satisfy constraint: Member must have value between 1 and {DAYS_DEFAULT}"
        )));
    }
    let connection = desk.storage.conn();
    match wanted.point_in_time_recovery_enabled {
        true => connection.execute(
            r#"INSERT INTO "house::recovery" VALUES (?1, ?2, ?3)
               ON CONFLICT (table_name) DO UPDATE SET days = excluded.days"#,
            params![table, desk.now.as_millis(), days],
        )?,
        false => forget(desk, table)?,
    };
    described(desk, table)
}

/// Since when and for how many days a table can be recovered, in milliseconds since 1970.
pub(crate) fn recovery(desk: &Desk<'_>, table: &str) -> Result<Option<(i64, i64)>, Error> {
    let mut statement = desk
        .storage
        .conn()
        .prepare_cached(r#"SELECT since, days FROM "house::recovery" WHERE table_name = ?1"#)?;
    Ok(statement.query_row([table], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
}

pub(crate) fn forget(desk: &Desk<'_>, table: &str) -> Result<usize, Error> {
    let forget = r#"DELETE FROM "house::recovery" WHERE table_name = ?1"#;
    Ok(desk.storage.conn().execute(forget, [table])?)
}

fn described(desk: &Desk<'_>, table: &str) -> Result<Bytes, Error> {
    if !desk.storage.table_exists(table)? {
        return Err(Error::TableNotFound(table.to_owned()));
    }
    let recovery: Value = match recovery(desk, table)? {
        None => json!({ "PointInTimeRecoveryStatus": "DISABLED" }),
        Some((since, days)) => json!({
            "PointInTimeRecoveryStatus": "ENABLED",
            "RecoveryPeriodInDays": days,
            "EarliestRestorableDateTime": since / 1000,
            "LatestRestorableDateTime": desk.now.as_millis() / 1000,
        }),
    };
    Ok(written(&json!({ "ContinuousBackupsDescription": {
        "ContinuousBackupsStatus": "ENABLED",
        "PointInTimeRecoveryDescription": recovery,
    }})))
}
