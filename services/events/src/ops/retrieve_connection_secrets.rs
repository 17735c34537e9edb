use base::Arn;

use super::create_connection::opened;
use crate::errors::Error;
use crate::identifier::Scope;
use crate::visit::Visit;
use crate::wire::{RetrieveConnectionSecretsInput, RetrieveConnectionSecretsOutput};

/// The parameters of a connection with its secrets, for the attempt of a task of this house (`http:invoke`).
///
/// It isn't an operation of AWS, where the caller would read the connection's secret. A client's request is never for an
/// attempt, so no client gets here.
pub(crate) async fn retrieve_connection_secrets(
    ctx: &Visit<'_>,
    req: RetrieveConnectionSecretsInput,
) -> Result<RetrieveConnectionSecretsOutput, Error> {
    if ctx.request.attempt().is_none() {
        return Err(Error::NotForClients);
    }
    let not_found = || Error::ConnectionNotFound(req.connection_arn.clone());
    let arn = Arn::parse(&req.connection_arn).ok().filter(|arn| arn.service == "events");
    let arn = arn.ok_or_else(not_found)?;
    let scope = Scope::of_arn(&arn);
    let named = arn.resource.strip_prefix("connection/").and_then(|rest| rest.split_once('/'));
    let (name, id) = named.ok_or_else(not_found)?;
    let found = ctx.tables().connection(&scope, name).await?;
    let connection = found.map(|found| found.value).filter(|connection| connection.id == id);
    let connection = connection.ok_or_else(not_found)?;
    Ok(RetrieveConnectionSecretsOutput {
        authorization_type: connection.authorization,
        auth_parameters: opened(ctx.vault(), &req.connection_arn, &connection)?,
    })
}
