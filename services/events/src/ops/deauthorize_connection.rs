use super::create_connection::{output, sealed};
use crate::errors::Error;
use crate::model::Connection;
use crate::visit::{Commit, Visit};
use crate::wire::{AuthParameters, ConnectionInput, ConnectionOutput, ConnectionState};

/// Forgets the secrets of a connection.
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeauthorizeConnection.html>
pub(crate) async fn deauthorize_connection(
    ctx: &Visit<'_>,
    req: ConnectionInput,
) -> Result<ConnectionOutput, Error> {
    let scope = ctx.scope();
    let nothing = AuthParameters {
        basic_auth_parameters: None,
        o_auth_parameters: None,
        api_key_auth_parameters: None,
        invocation_http_parameters: None,
    };
    loop {
        let found = ctx.tables().connection(&scope, &req.name).await?;
        let found = found.ok_or_else(|| Error::ConnectionNotFound(req.name.clone()))?;
        let arn = scope.connection(&req.name, &found.value.id);
        let connection = Connection {
            state: ConnectionState::Deauthorized,
            sealed: sealed(ctx, &arn, &nothing),
            modified_at: ctx.now(),
            ..found.value.clone()
        };
        let reply = output(&scope, &req.name, &connection);
        if ctx.commit(found.change(connection)).await? == Commit::Done {
            return Ok(reply);
        }
    }
}
