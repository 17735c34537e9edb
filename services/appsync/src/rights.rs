//! Which fields somebody may see: the auth directives of the schema, held against how he came in.
//!
//! What has no directive is for the API's default way in. Directives of a field win over those of its type;
//! several of them are alternatives.
//! <https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html>

use graphql::{AppliedDirective, Schema};
use service::Ctx;

use crate::auth::Entrant;
use crate::wire::{AuthenticationType, DefaultAction, GraphqlApi};

const COGNITO_GROUPS: &str = "cognito_groups";
const ROOT_TYPES: [&str; 3] = ["Query", "Mutation", "Subscription"];

/// Whether the schema lets him see the field.
pub(crate) fn may_see(
    api: &GraphqlApi,
    schema: &Schema,
    entrant: &Entrant,
    type_name: &str,
    field: &str,
) -> bool {
    if type_name.starts_with("__") || field.starts_with("__") {
        return true;
    }
    if entrant.is_denied(type_name, field) {
        return false;
    }
    let is_single = api.modes().count() == 1;
    let is_mark = |directive: &AppliedDirective<'_>| match directive.name {
        // AWS ignores it silently where there is any other way in: observed on AWS, see the reference §2.4.
        "aws_auth" => is_single && entrant.mode == AuthenticationType::AmazonCognitoUserPools,
        name => mode_of(name).is_some(),
    };
    let mut marks: Vec<_> = schema.field_directives(type_name, field).filter(is_mark).collect();
    if marks.is_empty() {
        marks = schema.type_directives(type_name).filter(is_mark).collect();
    }
    match marks.as_slice() {
        [] => entrant.is_default && default_allows(api, entrant),
        marks => marks.iter().any(|mark| admits(mark, entrant)),
    }
}

/// Whether the policies of whoever has signed the request let him ask for the field of a root type. AWS asks them for no
/// other: "you can do this for the root Query, Mutation, and Subscription fields".
/// <https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html#aws-iam-authorization>
pub(crate) fn may_ask(
    room: &crate::Room,
    ctx: &Ctx,
    api_arn: &str,
    type_name: &str,
    field: &str,
) -> bool {
    let resource = format!("{api_arn}/types/{type_name}/fields/{field}");
    !ROOT_TYPES.contains(&type_name)
        || room.bus.check_action(ctx, "appsync:GraphQL", &resource).is_ok()
}

/// Whether the role of a merged API may have a source answer for the field.
/// <https://docs.aws.amazon.com/appsync/latest/devguide/merged-api.html>
pub(crate) fn may_use_source(
    room: &crate::Room,
    ctx: &Ctx,
    merged: &GraphqlApi,
    source_api: &str,
    type_name: &str,
    field: &str,
) -> bool {
    let Some(role) = &merged.merged_api_execution_role_arn else { return false };
    let apis = merged.arn.trim_end_matches(|letter| letter != '/');
    let resource = format!("{apis}{source_api}/types/{type_name}/fields/{field}");
    let ctx = ctx.clone().assuming(role);
    room.bus.check_action(&ctx, "appsync:SourceGraphQL", &resource).is_ok()
}

fn default_allows(api: &GraphqlApi, entrant: &Entrant) -> bool {
    let action = api.user_pool_config.as_ref().map(|config| config.default_action);
    entrant.mode != AuthenticationType::AmazonCognitoUserPools
        || action != Some(DefaultAction::Deny)
}

fn admits(mark: &AppliedDirective<'_>, entrant: &Entrant) -> bool {
    let of_mode = mark.name == "aws_auth" || mode_of(mark.name) == Some(entrant.mode);
    let groups = mark.strings(COGNITO_GROUPS);
    let is_member = |group: &&str| entrant.groups.iter().any(|own| own == group);
    of_mode && (!mark.has(COGNITO_GROUPS) || groups.iter().any(is_member))
}

fn mode_of(directive: &str) -> Option<AuthenticationType> {
    match directive {
        "aws_api_key" => Some(AuthenticationType::ApiKey),
        "aws_iam" => Some(AuthenticationType::AwsIam),
        "aws_oidc" => Some(AuthenticationType::OpenidConnect),
        "aws_lambda" => Some(AuthenticationType::AwsLambda),
        "aws_cognito_user_pools" => Some(AuthenticationType::AmazonCognitoUserPools),
        _ => None,
    }
}
