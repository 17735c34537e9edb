use super::create_connection::output;
use crate::errors::Error;
use crate::model::Connection;
use crate::visit::{Commit, Visit};
use crate::wire::{ConnectionInput, ConnectionOutput, ConnectionState};

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteConnection.html>
pub(crate) async fn delete_connection(
    ctx: &Visit<'_>,
    req: ConnectionInput,
) -> Result<ConnectionOutput, Error> {
    let scope = ctx.scope();
    loop {
        let found = ctx.tables().connection(&scope, &req.name).await?;
        let found = found.ok_or_else(|| Error::ConnectionNotFound(req.name.clone()))?;
        if ctx.commit(found.removal()).await? == Commit::Done {
            let gone = Connection { state: ConnectionState::Deleting, ..found.value };
            return Ok(output(&scope, &req.name, &gone));
        }
    }
}
