use std::sync::Arc;

use crate::errors::Error;
use crate::transactions::Owner;
use crate::visit::{Target, Visit, refuse_schema};
use crate::wire::{BeginTransactionInput, BeginTransactionOutput};

/// <https://docs.aws.amazon.com/rdsdataservice/latest/APIReference/API_BeginTransaction.html>
pub(crate) async fn begin_transaction(
    ctx: &Visit<'_>,
    req: BeginTransactionInput,
) -> Result<BeginTransactionOutput, Error> {
    ctx.check_secret(&req.secret_arn)?;
    refuse_schema(req.schema.as_deref())?;
    let transaction_id = ctx.transaction_id();
    let target = Target {
        resource_arn: req.resource_arn,
        secret_arn: req.secret_arn,
        database: req.database.filter(|name| !name.is_empty()),
        transaction_id: None,
    };
    let (room, id) = (Arc::clone(ctx.room()), transaction_id.clone());
    let beginning = tokio::spawn(async move {
        let lease = room.lease(&target).await?;
        let begun = lease.session.client.batch_execute("BEGIN");
        let begun = tokio::time::timeout(room.limits.statement, begun).await;
        begun.map_err(|_| Error::Timeout)??;
        let cluster = room.cluster(&target.resource_arn, &target.secret_arn)?;
        let database = target.database.unwrap_or_else(|| cluster.connection.database().to_owned());
        let owner =
            Owner { resource_arn: target.resource_arn, secret_arn: target.secret_arn, database };
        room.transactions.keep(id, owner, lease.session, room.now());
        Ok(())
    });
    beginning.await.unwrap_or(Err(Error::ConnectionLost))?;
    Ok(BeginTransactionOutput { transaction_id })
}
