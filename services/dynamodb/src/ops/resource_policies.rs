//! The policy of a table or a stream: put, read, deleted. The house's guard reads it with every request.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/access-control-resource-based.html>

use bytes::Bytes;
use rusqlite::{OptionalExtension as _, params};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::decode;
use crate::errors::Error;
use crate::operations::{Desk, written};

/// What `ExpectedRevisionId` says of a resource that shall have no policy yet.
const NO_POLICY: &str = "NO_POLICY";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    resource_arn: String,
    #[serde(default)]
    policy: String,
    expected_revision_id: Option<String>,
}

/// A policy as its row holds it.
struct Kept {
    policy: String,
    revision: i64,
}

impl Request {
    /// The table, or an error if there is none.
    fn table(&self, desk: &Desk<'_>) -> Result<&str, Error> {
        let named = self.resource_arn.split_once(":table/").map_or("", |(_, named)| named);
        let table = named.split('/').next().unwrap_or_default();
        if !desk.storage.table_exists(table)? {
            return Err(Error::ResourceNotFound(format!(
                "Requested resource not found: Table: {table} not found"
            )));
        }
        Ok(table)
    }

    fn kept(&self, desk: &Desk<'_>) -> Result<Option<Kept>, Error> {
        let mut statement = desk.storage.conn().prepare_cached(
            r#"SELECT policy, revision FROM "house::policies" WHERE resource = ?1"#,
        )?;
        let kept = statement.query_row([&self.resource_arn], |row| {
            Ok(Kept { policy: row.get(0)?, revision: row.get(1)? })
        });
        Ok(kept.optional()?)
    }

    /// Whether the policy is at the revision that the client thinks.
    fn check_revision(&self, table: &str, kept: Option<&Kept>) -> Result<(), Error> {
        let Some(expected) = &self.expected_revision_id else { return Ok(()) };
        let problem = match kept {
            None if expected == NO_POLICY => return Ok(()),
            Some(kept) if *expected == kept.revision.to_string() => return Ok(()),
            Some(kept) if expected == NO_POLICY => format!(
                "Requested policy update expecting none to be present for table {table}, but a policy exists with revision id {}.",
                kept.revision
            ),
            Some(kept) => format!(
                "Requested update for policy with revision id {expected}, but the policy associated to target table {table} has revision id {}.",
                kept.revision
            ),
            None => format!(
                "Requested update for policy with revision id {expected}, but no policy is associated to target table {table}."
            ),
        };
        Err(Error::PolicyNotFound(problem))
    }
}

pub(crate) fn put_resource_policy(desk: &Desk<'_>, body: &[u8]) -> Result<Bytes, Error> {
    let request: Request = decode::request("PutResourcePolicy", body)?;
    let table = request.table(desk)?;
    let kept = request.kept(desk)?;
    request.check_revision(table, kept.as_ref())?;
    let is_object = serde_json::from_str::<Value>(&request.policy).is_ok_and(|it| it.is_object());
    if !is_object {
        return Err(Error::Validation("Invalid policy document: Syntax error in policy.".into()));
    }
    if let Some(kept) = kept.as_ref().filter(|kept| kept.policy == request.policy) {
        return Ok(revision(kept.revision));
    }
    // Revisions are instants; a later one is greater, however soon it comes.
    let next = kept.map_or(0, |kept| kept.revision + 1).max(desk.now.as_millis());
    desk.storage.conn().execute(
        r#"INSERT OR REPLACE INTO "house::policies" VALUES (?1, ?2, ?3)"#,
        params![request.resource_arn, request.policy, next],
    )?;
    Ok(revision(next))
}

fn revision(revision: i64) -> Bytes {
    written(&json!({ "RevisionId": revision.to_string() }))
}

pub(crate) fn get_resource_policy(desk: &Desk<'_>, body: &[u8]) -> Result<Bytes, Error> {
    let request: Request = decode::request("GetResourcePolicy", body)?;
    request.table(desk)?;
    let kept = request
        .kept(desk)?
        .ok_or_else(|| Error::PolicyNotFound(desk.scope.outward_arn(&request.resource_arn)))?;
    Ok(written(&json!({ "Policy": kept.policy, "RevisionId": kept.revision.to_string() })))
}

/// There may be none, unless the client says which.
pub(crate) fn delete_resource_policy(desk: &Desk<'_>, body: &[u8]) -> Result<Bytes, Error> {
    let request: Request = decode::request("DeleteResourcePolicy", body)?;
    let table = request.table(desk)?;
    let kept = request.kept(desk)?;
    request.check_revision(table, kept.as_ref())?;
    let Some(kept) = kept else { return Ok(written(&json!({}))) };
    desk.storage
        .conn()
        .execute(r#"DELETE FROM "house::policies" WHERE resource = ?1"#, [&request.resource_arn])?;
    Ok(revision(kept.revision))
}

/// Forgets what was said of a table that is gone, and of its streams.
pub(crate) fn forget_policies(desk: &Desk<'_>, table: &str) -> Result<(), Error> {
    let arn = desk.scope.table_inward(table);
    desk.storage.conn().execute(
        r#"DELETE FROM "house::policies" WHERE resource = ?1 OR resource LIKE ?1 || '/%'"#,
        [arn],
    )?;
    Ok(())
}
