use crate::errors::Error;
use crate::identifier::Scope;
use crate::model::Connection;
use crate::tables;
use crate::vault::Vault;
use crate::visit::{Commit, Visit};
use crate::wire::{
    AuthParameters, ConnectionAuthorizationType, ConnectionOutput, ConnectionState,
    CreateConnectionInput,
};

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateConnection.html>
pub(crate) async fn create_connection(
    ctx: &Visit<'_>,
    req: CreateConnectionInput,
) -> Result<ConnectionOutput, Error> {
    check(req.authorization_type, &req.auth_parameters)?;
    let (scope, name) = (ctx.scope(), req.name);
    let id = ctx.request.house().uuid();
    let arn = scope.connection(&name, &id);
    let connection = Connection {
        sealed: sealed(ctx, &arn, &req.auth_parameters),
        id,
        // AWS takes a moment for it, and fetches a first token of OAuth; here the first use does.
        state: ConnectionState::Authorized,
        description: req.description,
        authorization: req.authorization_type,
        kms_key_id: req.kms_key_identifier,
        created_at: ctx.now(),
        modified_at: ctx.now(),
        authorized_at: Some(ctx.now()),
    };
    let reply = output(&scope, &name, &connection);
    match ctx.commit(tables::connection_creation(&scope, &name, connection)).await? {
        Commit::Done => Ok(reply),
        Commit::Raced => Err(Error::ConnectionExists(name)),
    }
}

pub(super) fn output(scope: &Scope, name: &str, connection: &Connection) -> ConnectionOutput {
    ConnectionOutput {
        connection_arn: scope.connection(name, &connection.id),
        connection_state: connection.state,
        creation_time: connection.created_at.into(),
        last_modified_time: connection.modified_at.into(),
        last_authorized_time: connection.authorized_at.map(Into::into),
    }
}

/// The parameters encrypted, for the connection of that ARN only.
pub(super) fn sealed(ctx: &Visit<'_>, arn: &str, parameters: &AuthParameters) -> Vec<u8> {
    let text = serde_json::to_string(parameters).expect("writing to memory succeeds");
    ctx.vault().seal(arn, &text, &mut ctx.request.house().entropy())
}

/// The parameters of a connection, secrets and all.
pub(crate) fn opened(
    vault: &Vault,
    arn: &str,
    connection: &Connection,
) -> Result<AuthParameters, Error> {
    let text = vault.open(arn, &connection.sealed).ok_or(Error::SealedOtherwise)?;
    let corrupt = |_| store::Error::Corrupt("parameters of a connection");
    Ok(aws::decode(text.as_bytes()).map_err(corrupt)?)
}

/// What the kind of authorization needs has to be there.
pub(super) fn check(
    authorization: ConnectionAuthorizationType,
    parameters: &AuthParameters,
) -> Result<(), Error> {
    let (name, is_whole) = match authorization {
        ConnectionAuthorizationType::Basic => {
            let given = parameters.basic_auth_parameters.as_ref();
            let is_whole = |it: &&_| {
                let crate::wire::BasicAuthParameters { username, password } = it;
                username.is_some() && password.is_some()
            };
            ("BasicAuthParameters", given.filter(is_whole).is_some())
        }
        ConnectionAuthorizationType::ApiKey => {
            let given = parameters.api_key_auth_parameters.as_ref();
            let is_whole = |it: &&_| {
                let crate::wire::ApiKeyAuthParameters { api_key_name, api_key_value } = it;
                api_key_name.is_some() && api_key_value.is_some()
            };
            ("ApiKeyAuthParameters", given.filter(is_whole).is_some())
        }
        ConnectionAuthorizationType::OauthClientCredentials => {
            let given = parameters.o_auth_parameters.as_ref();
            let is_whole = |it: &&crate::wire::OAuthParameters| {
                let client = it.client_parameters.as_ref();
                it.authorization_endpoint.is_some()
                    && it.http_method.is_some()
                    && client
                        .is_some_and(|it| it.client_i_d.is_some() && it.client_secret.is_some())
            };
            ("OAuthParameters", given.filter(is_whole).is_some())
        }
    };
    if is_whole {
        return Ok(());
    }
    // By analogy.
    let kind = authorization.as_str();
    Err(Error::validation(format!("{name} must be specified for authorization type {kind}.")))
}
