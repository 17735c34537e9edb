//! Whose tables a request is about. `dynoxide` knows one account in one region of its own invention;
//! every account and region of ours has a file of its own, and its ARNs are put in and taken out here.

use bytes::Bytes;
use dynoxide::streams::{LOCAL_ACCOUNT, LOCAL_REGION};
use serde_json::Value;
use service::Ctx;

use crate::errors::Error;

/// The id of a stream's only shard. `dynoxide`'s is shorter than SDKs accept (28 characters at least).
pub(crate) const SHARD_ID: &str = "shardId-00000000000000000001-00000001";

/// The members of requests that hold ARNs.
const ARN_MEMBERS: [&str; 6] = [
    "BackupArn",
    "ExclusiveStartBackupArn",
    "ExclusiveStartStreamArn",
    "ResourceArn",
    "SourceTableArn",
    "StreamArn",
];

/// The account and region of a request, and who asks.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    pub(crate) region: String,
    /// What the ARNs of its tables begin with: `arn:aws:dynamodb:us-east-1:000000000000:`.
    arns: String,
    /// What those of its keys begin with: `arn:aws:kms:us-east-1:000000000000:`.
    keys: String,
    caller: String,
}

impl Scope {
    pub(crate) fn of(ctx: &Ctx) -> Self {
        let (partition, region, account) = (ctx.partition(), ctx.region(), ctx.account());
        Scope {
            region: region.to_owned(),
            arns: format!("arn:{partition}:dynamodb:{region}:{account}:"),
            keys: format!("arn:{partition}:kms:{region}:{account}:"),
            caller: ctx.caller().arn.clone(),
        }
    }

    /// A text of `dynoxide`'s with our ARNs.
    pub(crate) fn outward(&self, text: &str) -> String {
        let user = format!("User: arn:aws:iam::{LOCAL_ACCOUNT}:root ");
        let keys = format!("arn:aws:kms:{LOCAL_REGION}:{LOCAL_ACCOUNT}:");
        text.replace(&theirs(), &self.arns)
            .replace(&keys, &self.keys)
            .replace(&user, &format!("User: {} ", self.caller))
    }

    /// The ARN of a stream, of ours or theirs, as clients know it.
    pub(crate) fn outward_arn(&self, arn: &str) -> String {
        match arn.strip_prefix(&theirs()) {
            Some(resource) => format!("{}{resource}", self.arns),
            None => arn.to_owned(),
        }
    }

    /// `dynoxide`'s ARN of a table.
    pub(crate) fn table_inward(&self, table: &str) -> String {
        format!("{}table/{table}", theirs())
    }

    /// A body with `dynoxide`'s ARNs, and with names where AWS takes a table's ARN for its name.
    /// A body that isn't JSON is left for the operation to refuse.
    pub(crate) fn inward(
        &self,
        operation: &'static str,
        body: &[u8],
    ) -> Result<Option<Vec<u8>>, Error> {
        if !holds(body, b"\"arn:") {
            return Ok(None);
        }
        let Ok(mut body) = serde_json::from_slice::<Value>(body) else {
            return Ok(None);
        };
        self.name_table(&mut body);
        let items = body.get_mut("TransactItems").and_then(Value::as_array_mut);
        for action in items.into_iter().flatten() {
            let requests = action.as_object_mut().into_iter().flatten();
            requests.for_each(|(_, request)| self.name_table(request));
        }
        if let Some(tables) = body.get_mut("RequestItems").and_then(Value::as_object_mut) {
            let named = std::mem::take(tables).into_iter();
            *tables =
                named.map(|(table, requests)| (self.table(&table).to_owned(), requests)).collect();
        }
        for member in ARN_MEMBERS {
            let Some(Value::String(arn)) = body.get_mut(member) else {
                continue;
            };
            match arn.strip_prefix(&self.arns) {
                Some(resource) => *arn = format!("{}{resource}", theirs()),
                None if member == "ResourceArn" && arn.contains(":dynamodb:") => {
                    return Err(Error::AccessDenied {
                        user: self.caller.clone(),
                        operation,
                        resource: arn.clone(),
                    });
                }
                None if arn.starts_with("arn:") && member == "StreamArn" => {
                    return Err(no_stream(arn));
                }
                None => {}
            }
        }
        Ok(Some(body.to_string().into_bytes()))
    }

    /// A reply that names tables as the request has named them: by ARN, where it did.
    pub(crate) fn as_asked(&self, request: &[u8], reply: Bytes) -> Bytes {
        let (Ok(request), Ok(mut reply)) =
            (serde_json::from_slice::<Value>(request), serde_json::from_slice::<Value>(&reply))
        else {
            return reply;
        };
        let Some(asked) = request.get("RequestItems").and_then(Value::as_object) else {
            return reply.to_string().into();
        };
        for member in ["Responses", "UnprocessedKeys", "UnprocessedItems"] {
            let Some(tables) = reply.get_mut(member).and_then(Value::as_object_mut) else {
                continue;
            };
            for arn in asked.keys() {
                if let Some(items) = tables.remove(self.table(arn)) {
                    tables.insert(arn.clone(), items);
                }
            }
        }
        reply.to_string().into()
    }

    fn name_table(&self, request: &mut Value) {
        if let Some(Value::String(table)) = request.get_mut("TableName") {
            *table = self.table(table).to_owned();
        }
    }

    /// The name of a table that is given by name or by ARN.
    fn table<'t>(&self, table: &'t str) -> &'t str {
        table.strip_prefix(&*format!("{}table/", self.arns)).unwrap_or(table)
    }
}

fn holds(body: &[u8], text: &[u8]) -> bool {
    body.windows(text.len()).any(|window| window == text)
}

/// How AWS refuses a stream that isn't there.
pub(crate) fn no_stream(arn: &str) -> Error {
    Error::ResourceNotFound(format!("Requested resource not found: Stream: {arn} not found"))
}

/// What `dynoxide`'s ARNs begin with.
fn theirs() -> String {
    format!("arn:aws:dynamodb:{LOCAL_REGION}:{LOCAL_ACCOUNT}:")
}
