use bytes::Bytes;
use serde_json::json;

use crate::errors::Error;
use crate::operations::{Desk, written};

/// Where the service is: at AWS's address, which clients of ours are sent past by their configuration.
pub(crate) fn describe_endpoints(desk: &Desk<'_>, _body: &[u8]) -> Result<Bytes, Error> {
    let address = format!("dynamodb.{}.amazonaws.com", desk.scope.region);
    let endpoint = json!({ "Address": address, "CachePeriodInMinutes": 1440 });
    Ok(written(&json!({ "Endpoints": [endpoint] })))
}
