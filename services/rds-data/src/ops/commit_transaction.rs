use tokio_postgres::Client;

use super::rollback_transaction::end;
use crate::Room;
use crate::errors::Error;
use crate::statement::AsyncWork;
use crate::visit::Visit;
use crate::wire::{TransactionInput, TransactionOutput};

/// <https://docs.aws.amazon.com/rdsdataservice/latest/APIReference/API_CommitTransaction.html>
pub(crate) async fn commit_transaction(
    ctx: &Visit<'_>,
    req: TransactionInput,
) -> Result<TransactionOutput, Error> {
    end(ctx, req, Commit).await?;
    Ok(TransactionOutput { transaction_status: "Transaction Committed".to_owned() })
}

struct Commit;

impl AsyncWork<()> for Commit {
    async fn run(self, _: &Room, client: &Client) -> Result<(), Error> {
        // PostgreSQL takes the COMMIT of a transaction that has failed for a ROLLBACK, and doesn't call that an error.
        client.batch_execute("SELECT 1").await?;
        Ok(client.batch_execute("COMMIT").await?)
    }
}
