use std::sync::Arc;

use tokio_postgres::Client;

use crate::Room;
use crate::errors::Error;
use crate::parameter::{self, Parameter};
use crate::sql::Sql;
use crate::statement::{self, AsyncWork};
use crate::visit::{Target, Visit, refuse_schema};
use crate::wire::{
    BatchExecuteStatementInput, BatchExecuteStatementOutput, ResultSetOptions, UpdateResult,
};

/// <https://docs.aws.amazon.com/rdsdataservice/latest/APIReference/API_BatchExecuteStatement.html>
pub(crate) async fn batch_execute_statement(
    ctx: &Visit<'_>,
    req: BatchExecuteStatementInput,
) -> Result<BatchExecuteStatementOutput, Error> {
    ctx.check_secret(&req.secret_arn)?;
    refuse_schema(req.schema.as_deref())?;
    let sql = Sql::parse(&req.sql);
    let sets = req.parameter_sets.unwrap_or_default();
    let sets = sets.iter().map(|set| parameter::bind(&sql.names, set)).collect::<Result<_, _>>()?;
    let is_in_transaction = req.transaction_id.as_ref().is_some_and(|id| !id.is_empty());
    let target = Target {
        resource_arn: req.resource_arn,
        secret_arn: req.secret_arn,
        database: req.database,
        transaction_id: req.transaction_id,
    };
    let batch = Batch { text: sql.text, sets, is_in_transaction };
    let room = Arc::clone(ctx.room());
    let running = tokio::spawn(async move {
        let lease = room.lease(&target).await?;
        statement::in_time(&room, lease, false, batch).await
    });
    let update_results = running.await.unwrap_or(Err(Error::ConnectionLost))?;
    Ok(BatchExecuteStatementOutput { update_results })
}

struct Batch {
    text: String,
    sets: Vec<Vec<Parameter>>,
    is_in_transaction: bool,
}

impl AsyncWork<Vec<UpdateResult>> for Batch {
    /// All of it or nothing, as a batch of JDBC is in PostgreSQL.
    async fn run(self, room: &Room, client: &Client) -> Result<Vec<UpdateResult>, Error> {
        let options = ResultSetOptions { decimal_return_type: None, long_return_type: None };
        let bytes_max = room.limits.result_bytes_max;
        if !self.is_in_transaction {
            client.batch_execute("BEGIN").await?;
        }
        for parameters in &self.sets {
            statement::run(client, &self.text, parameters, &options, bytes_max).await?;
        }
        if !self.is_in_transaction {
            client.batch_execute("COMMIT").await?;
        }
        Ok(self.sets.iter().map(|_| UpdateResult::default()).collect())
    }
}
