use super::create_connection::opened;
use crate::errors::Error;
use crate::visit::Visit;
use crate::wire::{
    AuthParameters, ConnectionHttpParameters, ConnectionInput, DescribeConnectionOutput,
    HttpParameter,
};

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeConnection.html>
pub(crate) async fn describe_connection(
    ctx: &Visit<'_>,
    req: ConnectionInput,
) -> Result<DescribeConnectionOutput, Error> {
    let scope = ctx.scope();
    let found = ctx.tables().connection(&scope, &req.name).await?;
    let connection = found.ok_or_else(|| Error::ConnectionNotFound(req.name.clone()))?.value;
    let arn = scope.connection(&req.name, &connection.id);
    let parameters = opened(ctx.vault(), &arn, &connection)?;
    let (request, id) = (&ctx.request, &connection.id);
    let (partition, region, account) = (request.partition(), request.region(), request.account());
    Ok(DescribeConnectionOutput {
        connection_arn: arn,
        // AWS keeps the parameters in a secret of the account; here they are sealed in the room itself.
        secret_arn: format!(
            "arn:{partition}:secretsmanager:{region}:{account}:secret:events!connection/{}/{id}",
            req.name
        ),
        name: req.name,
        description: connection.description,
        connection_state: connection.state,
        authorization_type: connection.authorization,
        kms_key_identifier: connection.kms_key_id,
        auth_parameters: without_secrets(parameters),
        creation_time: connection.created_at.into(),
        last_modified_time: connection.modified_at.into(),
        last_authorized_time: connection.authorized_at.map(Into::into),
    })
}

/// What may be shown.
fn without_secrets(mut parameters: AuthParameters) -> AuthParameters {
    if let Some(basic) = &mut parameters.basic_auth_parameters {
        basic.password = None;
    }
    if let Some(api_key) = &mut parameters.api_key_auth_parameters {
        api_key.api_key_value = None;
    }
    if let Some(o_auth) = &mut parameters.o_auth_parameters {
        if let Some(client) = &mut o_auth.client_parameters {
            client.client_secret = None;
        }
        hide(&mut o_auth.o_auth_http_parameters);
    }
    hide(&mut parameters.invocation_http_parameters);
    parameters
}

fn hide(parameters: &mut Option<ConnectionHttpParameters>) {
    let Some(parameters) = parameters else { return };
    let lists = [
        &mut parameters.header_parameters,
        &mut parameters.query_string_parameters,
        &mut parameters.body_parameters,
    ];
    let secret = |parameter: &&mut HttpParameter| parameter.is_value_secret == Some(true);
    for parameter in lists.into_iter().flatten().flatten().filter(secret) {
        parameter.value = None;
    }
}
