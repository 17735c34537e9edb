use crate::errors::Error;
use crate::model;
use crate::paging::Listing;
use crate::visit::Visit;
use crate::wire::{Connection, ListConnectionsInput, ListConnectionsOutput};

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListConnections.html>
pub(crate) async fn list_connections(
    ctx: &Visit<'_>,
    req: ListConnectionsInput,
) -> Result<ListConnectionsOutput, Error> {
    let scope = ctx.scope();
    let prefix = req.name_prefix.unwrap_or_default();
    let mut connections = ctx.tables().connections(&scope).await?;
    connections.retain(|(name, connection)| {
        name.starts_with(&prefix)
            && req.connection_state.is_none_or(|state| state == connection.state)
    });
    let state = req.connection_state.map_or("", |state| state.as_str());
    let listing = Listing {
        operation: "ListConnections",
        arguments: &[&prefix, state],
        next_token: req.next_token.as_deref(),
        limit: req.limit,
    };
    let (page, next_token) = listing.page(ctx, connections)?;
    let shown = |(name, connection): (String, model::Connection)| Connection {
        connection_arn: scope.connection(&name, &connection.id),
        name,
        connection_state: connection.state,
        authorization_type: connection.authorization,
        creation_time: connection.created_at.into(),
        last_modified_time: connection.modified_at.into(),
        last_authorized_time: connection.authorized_at.map(Into::into),
    };
    Ok(ListConnectionsOutput { connections: page.into_iter().map(shown).collect(), next_token })
}
