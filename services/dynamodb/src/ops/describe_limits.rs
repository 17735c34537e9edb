use bytes::Bytes;
use serde_json::json;

use crate::errors::Error;
use crate::operations::{Desk, written};

/// AWS's defaults; they are not enforced.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html>
pub(crate) fn describe_limits(_: &Desk<'_>, _: &[u8]) -> Result<Bytes, Error> {
    Ok(written(&json!({
        "AccountMaxReadCapacityUnits": 80_000,
        "AccountMaxWriteCapacityUnits": 80_000,
        "TableMaxReadCapacityUnits": 40_000,
        "TableMaxWriteCapacityUnits": 40_000,
    })))
}
