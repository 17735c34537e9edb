//! What is kept beside the tables: the replies to attempts of tasks and to requests with a token, policies, backups.
//!
//! Their rows are written in the transaction of the change that they tell of, so both are there or neither.
//! The names hold a colon, which a DynamoDB table's name can't.

use base::Timestamp;
use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension as _, Result, params};

const TABLES: &str = r#"
    CREATE TABLE IF NOT EXISTS "house::attempts" (
        attempt TEXT NOT NULL,
        operation TEXT NOT NULL,
        answered_at INTEGER NOT NULL,
        reply BLOB NOT NULL,
        PRIMARY KEY (attempt, operation)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS "house::tokens" (
        operation TEXT NOT NULL,
        token TEXT NOT NULL,
        request BLOB NOT NULL,
        answered_at INTEGER NOT NULL,
        reply BLOB NOT NULL,
        PRIMARY KEY (operation, token)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS "house::policies" (
        resource TEXT NOT NULL PRIMARY KEY,
        policy TEXT NOT NULL,
        revision INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS "house::recovery" (
        table_name TEXT NOT NULL PRIMARY KEY,
        since INTEGER NOT NULL,
        days INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS "house::backups" (
        arn TEXT NOT NULL PRIMARY KEY,
        table_name TEXT NOT NULL,
        made_at INTEGER NOT NULL,
        details TEXT NOT NULL,
        source TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS "house::backup_items" (
        backup TEXT NOT NULL,
        place INTEGER NOT NULL,
        item TEXT NOT NULL,
        PRIMARY KEY (backup, place)
    ) WITHOUT ROWID;
"#;

/// How long a `ClientRequestToken` is known.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>
const TOKEN_MILLIS: i64 = 600_000;

/// The reply to an earlier request with the same token, and the digest of what it asked for.
pub(crate) struct Earlier {
    pub(crate) request: Vec<u8>,
    pub(crate) reply: Bytes,
}

pub(crate) fn create_tables(connection: &Connection) -> Result<()> {
    connection.execute_batch(TABLES)
}

pub(crate) fn reply_to_attempt(
    connection: &Connection,
    attempt: &str,
    operation: &str,
) -> Result<Option<Bytes>> {
    connection
        .prepare_cached(
            r#"SELECT reply FROM "house::attempts" WHERE attempt = ?1 AND operation = ?2"#,
        )?
        .query_row([attempt, operation], |row| row.get::<_, Vec<u8>>(0))
        .optional()
        .map(|reply| reply.map(Bytes::from))
}

pub(crate) fn keep_attempt(
    connection: &Connection,
    attempt: &str,
    operation: &str,
    reply: &Bytes,
    now: Timestamp,
) -> Result<()> {
    connection
        .prepare_cached(r#"INSERT INTO "house::attempts" VALUES (?1, ?2, ?3, ?4)"#)?
        .execute(params![attempt, operation, now.as_millis(), &**reply])
        .map(drop)
}

/// Forgets the attempts that were answered before then.
pub(crate) fn forget_attempts(connection: &Connection, before: Timestamp) -> Result<usize> {
    connection
        .execute(r#"DELETE FROM "house::attempts" WHERE answered_at < ?1"#, [before.as_millis()])
}

pub(crate) fn reply_to_token(
    connection: &Connection,
    operation: &str,
    token: &str,
    now: Timestamp,
) -> Result<Option<Earlier>> {
    connection
        .prepare_cached(
            r#"SELECT request, reply FROM "house::tokens"
               WHERE operation = ?1 AND token = ?2 AND ?3 < answered_at"#,
        )?
        .query_row(params![operation, token, now.as_millis() - TOKEN_MILLIS], |row| {
            Ok(Earlier { request: row.get(0)?, reply: row.get::<_, Vec<u8>>(1)?.into() })
        })
        .optional()
}

pub(crate) fn keep_token(
    connection: &Connection,
    operation: &str,
    token: &str,
    earlier: &Earlier,
    now: Timestamp,
) -> Result<()> {
    connection
        .prepare_cached(r#"INSERT OR REPLACE INTO "house::tokens" VALUES (?1, ?2, ?3, ?4, ?5)"#)?
        .execute(params![operation, token, earlier.request, now.as_millis(), &*earlier.reply])
        .map(drop)
}

/// Forgets the tokens whose time is over.
pub(crate) fn forget_tokens(connection: &Connection, now: Timestamp) -> Result<usize> {
    let before = now.as_millis() - TOKEN_MILLIS;
    connection.execute(r#"DELETE FROM "house::tokens" WHERE answered_at <= ?1"#, [before])
}
