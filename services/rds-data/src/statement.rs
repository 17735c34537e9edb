//! One statement run.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt;
use tokio_postgres::Client;

use crate::Room;
use crate::errors::Error;
use crate::parameter::Parameter;
use crate::value::{Field, Raw};
use crate::visit::Lease;
use crate::wire::ResultSetOptions;

/// How long a database may take to stop what it was told to stop.
const CANCELLATION: Duration = Duration::from_secs(5);

/// What a statement gave.
pub(crate) struct Outcome {
    /// The statement, whose columns can be asked about.
    pub(crate) prepared: tokio_postgres::Statement,
    pub(crate) records: Vec<Vec<Field>>,
    pub(crate) affected: u64,
}

/// Runs work on a connection in the time that statements have. A client that goes away doesn't stop it half-way:
/// the caller runs this in a task of its own.
pub(crate) async fn in_time<T, W>(
    room: &Arc<Room>,
    lease: Lease,
    continues: bool,
    work: W,
) -> Result<T, Error>
where
    T: Send + 'static,
    W: AsyncWork<T>,
{
    let cancellation = lease.session.cancellation();
    let transaction_id = lease.transaction_id.clone();
    let worker = Arc::clone(room);
    let mut task = tokio::spawn(async move {
        let outcome = work.run(&worker, &lease.session.client).await;
        match &outcome {
            // The database still sends what is too much.
            Err(Error::ResultTooLarge | Error::ConnectionLost) => worker.abandon(lease),
            _ => worker.release(lease),
        }
        outcome
    });
    match tokio::time::timeout(room.limits.statement, &mut task).await {
        Ok(ended) => return ended.unwrap_or(Err(Error::ConnectionLost)),
        Err(_) if continues => {}
        Err(_) => {
            let stopped = async {
                cancellation.send().await;
                (&mut task).await
            };
            if tokio::time::timeout(CANCELLATION, stopped).await.is_err() {
                task.abort();
                transaction_id.iter().for_each(|id| room.transactions.forget(id));
            }
        }
    }
    Err(Error::Timeout)
}

/// What is done with a connection.
pub(crate) trait AsyncWork<T>: Send + 'static {
    fn run(self, room: &Room, client: &Client) -> impl Future<Output = Result<T, Error>> + Send;
}

/// Runs a statement to its end.
pub(crate) async fn run(
    client: &Client,
    text: &str,
    parameters: &[Parameter],
    options: &ResultSetOptions,
    result_bytes_max: usize,
) -> Result<Outcome, Error> {
    let types: Vec<_> = parameters.iter().map(|parameter| parameter.r#type.clone()).collect();
    let prepared = client.prepare_typed(text, &types).await?;
    let mut rows = pin!(client.query_raw(&prepared, parameters).await?);
    let (mut records, mut bytes) = (Vec::new(), 0);
    while let Some(row) = rows.try_next().await? {
        let mut record = Vec::with_capacity(row.len());
        for (place, column) in row.columns().iter().enumerate() {
            let Raw(value) = row.try_get(place)?;
            bytes += value.map_or(0, <[u8]>::len);
            record.push(Field::read(column.type_(), value, options)?);
        }
        if result_bytes_max < bytes {
            return Err(Error::ResultTooLarge);
        }
        records.push(record);
    }
    let affected = rows.rows_affected().unwrap_or(0);
    Ok(Outcome { prepared, records, affected })
}
