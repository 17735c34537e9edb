use std::sync::Arc;

use tokio_postgres::Client;

use crate::Room;
use crate::errors::Error;
use crate::statement::{self, AsyncWork};
use crate::visit::{Target, Visit};
use crate::wire::{TransactionInput, TransactionOutput};

/// <https://docs.aws.amazon.com/rdsdataservice/latest/APIReference/API_RollbackTransaction.html>
pub(crate) async fn rollback_transaction(
    ctx: &Visit<'_>,
    req: TransactionInput,
) -> Result<TransactionOutput, Error> {
    end(ctx, req, Rollback).await?;
    Ok(TransactionOutput { transaction_status: "Rollback Complete".to_owned() })
}

struct Rollback;

impl AsyncWork<()> for Rollback {
    async fn run(self, _: &Room, client: &Client) -> Result<(), Error> {
        Ok(client.batch_execute("ROLLBACK").await?)
    }
}

/// Ends a transaction one way or the other: afterwards there is none, even if that failed.
pub(super) async fn end(
    ctx: &Visit<'_>,
    req: TransactionInput,
    work: impl AsyncWork<()>,
) -> Result<(), Error> {
    ctx.check_secret(&req.secret_arn)?;
    let room = Arc::clone(ctx.room());
    let ending = tokio::spawn(async move {
        let id = req.transaction_id;
        if id.is_empty() {
            return Err(Error::TransactionNotFound(id));
        }
        let target = Target {
            resource_arn: req.resource_arn,
            secret_arn: req.secret_arn,
            database: None,
            transaction_id: Some(id.clone()),
        };
        let lease = room.lease(&target).await?;
        let lease = room.own(lease);
        statement::in_time(&room, lease, false, work).await
    });
    ending.await.unwrap_or(Err(Error::ConnectionLost))
}
