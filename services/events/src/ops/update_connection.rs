use super::create_connection::{check, opened, output, sealed};
use crate::errors::Error;
use crate::model::Connection;
use crate::visit::{Commit, Visit};
use crate::wire::{
    ApiKeyAuthParameters, AuthParameters, BasicAuthParameters, ClientParameters, ConnectionOutput,
    ConnectionState, OAuthParameters, UpdateConnectionInput,
};

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_UpdateConnection.html>
pub(crate) async fn update_connection(
    ctx: &Visit<'_>,
    req: UpdateConnectionInput,
) -> Result<ConnectionOutput, Error> {
    let scope = ctx.scope();
    loop {
        let found = ctx.tables().connection(&scope, &req.name).await?;
        let found = found.ok_or_else(|| Error::ConnectionNotFound(req.name.clone()))?;
        let old = &found.value;
        let arn = scope.connection(&req.name, &old.id);
        let authorization = req.authorization_type.unwrap_or(old.authorization);
        let parameters = merged(opened(ctx.vault(), &arn, old)?, req.auth_parameters.clone());
        check(authorization, &parameters)?;
        let connection = Connection {
            state: ConnectionState::Authorized,
            description: req.description.clone().or_else(|| old.description.clone()),
            authorization,
            sealed: sealed(ctx, &arn, &parameters),
            kms_key_id: req.kms_key_identifier.clone().or_else(|| old.kms_key_id.clone()),
            modified_at: ctx.now(),
            authorized_at: Some(ctx.now()),
            ..old.clone()
        };
        let reply = output(&scope, &req.name, &connection);
        if ctx.commit(found.change(connection)).await? == Commit::Done {
            return Ok(reply);
        }
    }
}

/// The old parameters, changed where a request says something.
fn merged(old: AuthParameters, new: Option<AuthParameters>) -> AuthParameters {
    let Some(new) = new else { return old };
    AuthParameters {
        basic_auth_parameters: both(
            old.basic_auth_parameters,
            new.basic_auth_parameters,
            |a, b| BasicAuthParameters {
                username: b.username.or(a.username),
                password: b.password.or(a.password),
            },
        ),
        o_auth_parameters: both(old.o_auth_parameters, new.o_auth_parameters, |a, b| {
            OAuthParameters {
                client_parameters: both(a.client_parameters, b.client_parameters, |a, b| {
                    ClientParameters {
                        client_i_d: b.client_i_d.or(a.client_i_d),
                        client_secret: b.client_secret.or(a.client_secret),
                    }
                }),
                authorization_endpoint: b.authorization_endpoint.or(a.authorization_endpoint),
                http_method: b.http_method.or(a.http_method),
                o_auth_http_parameters: b.o_auth_http_parameters.or(a.o_auth_http_parameters),
            }
        }),
        api_key_auth_parameters: both(
            old.api_key_auth_parameters,
            new.api_key_auth_parameters,
            |a, b| ApiKeyAuthParameters {
                api_key_name: b.api_key_name.or(a.api_key_name),
                api_key_value: b.api_key_value.or(a.api_key_value),
            },
        ),
        invocation_http_parameters: new
            .invocation_http_parameters
            .or(old.invocation_http_parameters),
    }
}

fn both<T>(old: Option<T>, new: Option<T>, merge: impl FnOnce(T, T) -> T) -> Option<T> {
    match (old, new) {
        (Some(old), Some(new)) => Some(merge(old, new)),
        (old, new) => new.or(old),
    }
}
