use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;

use crate::decode;
use crate::errors::Error;
use crate::operations::{Desk, written};

#[derive(Deserialize)]
struct Request {
    #[serde(rename = "TableName")]
    table_name: String,
}

/// Says that there is no point-in-time recovery, as AWS does of a table where nobody has switched it on.
/// Terraform asks after every table it makes.
pub(crate) fn describe_continuous_backups(desk: &Desk<'_>, body: &[u8]) -> Result<Bytes, Error> {
    let Request { table_name } = decode::request("DescribeContinuousBackups", body)?;
    if !desk.storage.table_exists(&table_name)? {
        return Err(Error::TableNotFound(table_name));
    }
    Ok(written(&json!({"ContinuousBackupsDescription": {
        "ContinuousBackupsStatus": "ENABLED",
        "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"},
    }})))
}
