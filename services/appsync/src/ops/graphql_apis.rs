//! GraphQL APIs.

use serde_json::json;

use crate::address;
use crate::auth;
use crate::errors::Error;
use crate::model::{Api, Kind};
use crate::paging::Listing;
use crate::tables;
use crate::visit::{Commit, Visit};
use crate::wire::{
    ApiInput, AuthenticationType, CreateGraphqlApiInput, Empty, GraphQLApiType, GraphqlApi,
    GraphqlApiOutput, ListGraphqlApisInput, ListGraphqlApisOutput, Ownership,
    UpdateGraphqlApiInput, described,
};

pub(crate) async fn create_graphql_api(
    ctx: &Visit<'_>,
    req: CreateGraphqlApiInput,
) -> Result<GraphqlApiOutput, Error> {
    if req.api_type == Some(GraphQLApiType::Merged) && req.merged_api_execution_role_arn.is_none() {
        return Err(Error::bad_request("A merged API requires a mergedApiExecutionRoleArn."));
    }
    let id = ctx.new_id();
    let known = json!({
        "apiId": id,
        "arn": ctx.arn(&format!("apis/{id}")),
        "owner": ctx.request.account(),
        "xrayEnabled": req.xray_enabled.unwrap_or(false),
        "visibility": req.visibility.map_or("GLOBAL", |it| it.as_str()),
        "apiType": req.api_type.map_or("GRAPHQL", |it| it.as_str()),
        "introspectionConfig": req.introspection_config.map_or("ENABLED", |it| it.as_str()),
        "queryDepthLimit": req.query_depth_limit.unwrap_or(0),
        "resolverCountLimit": req.resolver_count_limit.unwrap_or(0),
    });
    let api: GraphqlApi = described(&req, known)?;
    check_modes(&api)?;
    let api = Api::new(Kind::Graphql(Box::new(api)));
    match ctx.commit(tables::api_creation(&api)).await? {
        Commit::Done => Ok(GraphqlApiOutput { graphql_api: shown(ctx, &api)? }),
        Commit::Raced => Err(aws::Error::internal().into()),
    }
}

pub(crate) async fn get_graphql_api(
    ctx: &Visit<'_>,
    req: ApiInput,
) -> Result<GraphqlApiOutput, Error> {
    let api = ctx.graphql_api(&req.api_id).await?;
    Ok(GraphqlApiOutput { graphql_api: shown(ctx, &api)? })
}

/// What the request doesn't name is as in a new API: additional providers that aren't repeated are gone.
pub(crate) async fn update_graphql_api(
    ctx: &Visit<'_>,
    req: UpdateGraphqlApiInput,
) -> Result<GraphqlApiOutput, Error> {
    ctx.graphql_api(&req.api_id).await?;
    let mut change = ctx.change(&req.api_id).await?;
    let Some(old) = change.api.as_graphql() else {
        return Err(Error::ApiNotFound(req.api_id.clone()));
    };
    let known = json!({
        "arn": old.arn,
        "tags": old.tags,
        "owner": old.owner,
        "visibility": old.visibility,
        "apiType": old.api_type,
        "xrayEnabled": req.xray_enabled.unwrap_or(false),
        "introspectionConfig": req.introspection_config.map_or("ENABLED", |it| it.as_str()),
        "queryDepthLimit": req.query_depth_limit.unwrap_or(0),
        "resolverCountLimit": req.resolver_count_limit.unwrap_or(0),
    });
    let new: GraphqlApi = described(&req, known)?;
    check_modes(&new)?;
    change.api.kind = Kind::Graphql(Box::new(new));
    let updated = change.api.clone();
    change.commit().await?;
    Ok(GraphqlApiOutput { graphql_api: shown(ctx, &updated)? })
}

pub(crate) async fn delete_graphql_api(ctx: &Visit<'_>, req: ApiInput) -> Result<Empty, Error> {
    ctx.graphql_api(&req.api_id).await?;
    ctx.remove_api(&req.api_id).await
}

pub(crate) async fn list_graphql_apis(
    ctx: &Visit<'_>,
    req: ListGraphqlApisInput,
) -> Result<ListGraphqlApisOutput, Error> {
    let api_type = req.api_type.map_or("", |it| it.as_str());
    let owner = req.owner.map_or("", |it| it.as_str());
    let listing = Listing {
        operation: "ListGraphqlApis",
        arguments: &[api_type, owner],
        next_token: req.next_token.as_deref(),
        max_results: req.max_results,
    };
    let mut apis = ctx.tables().apis().await?;
    apis.retain(|api| {
        let Some(graphql) = api.as_graphql() else { return false };
        let is_of_type = req.api_type.is_none_or(|asked| graphql.api_type == Some(asked));
        ctx.owns(&graphql.arn) && is_of_type && req.owner != Some(Ownership::OtherAccounts)
    });
    let (page, next_token) = listing.page(ctx, apis, |api| api.id().to_owned())?;
    let shown = page.iter().map(|api| shown(ctx, api)).collect::<Result<_, _>>()?;
    Ok(ListGraphqlApisOutput { graphql_apis: shown, next_token })
}

/// The API as a reply shows it: with the addresses by which this client reaches it.
fn shown(ctx: &Visit<'_>, api: &Api) -> Result<GraphqlApi, Error> {
    let Some(graphql) = api.as_graphql() else {
        return Err(Error::ApiNotFound(api.id().to_owned()));
    };
    let addresses = address::of_graphql(ctx, &graphql.api_id);
    Ok(GraphqlApi { uris: Some(addresses.uris), dns: Some(addresses.dns), ..graphql.clone() })
}

/// Each way in has what it needs, and those that can't be told apart are there once.
fn check_modes(api: &GraphqlApi) -> Result<(), Error> {
    use AuthenticationType::{AmazonCognitoUserPools, ApiKey, AwsIam, AwsLambda, OpenidConnect};
    let missing = |what: &str| Error::bad_request(format!("{what} is required."));
    match api.authentication_type {
        AmazonCognitoUserPools if api.user_pool_config.is_none() => {
            return Err(missing("UserPoolConfig"));
        }
        OpenidConnect if api.open_i_d_connect_config.is_none() => {
            return Err(missing("OpenIDConnectConfig"));
        }
        AwsLambda if api.lambda_authorizer_config.is_none() => {
            return Err(missing("LambdaAuthorizerConfig"));
        }
        AmazonCognitoUserPools | OpenidConnect | AwsLambda | ApiKey | AwsIam => {}
    }
    let mut single = vec![api.authentication_type];
    let providers = api.additional_authentication_providers.iter().flatten();
    for (index, provider) in providers.enumerate() {
        let mode = provider.authentication_type.ok_or_else(|| missing("AuthenticationType"))?;
        match mode {
            ApiKey | AwsIam | AwsLambda if single.contains(&mode) => {
                return Err(Error::bad_request(format!(
                    "Authentication type {} for additional authentication provider {} already specified on the API. \
                     It can only be specified once.",
                    mode.as_str(),
                    index + 1
                )));
            }
            AmazonCognitoUserPools if provider.user_pool_config.is_none() => {
                return Err(missing("UserPoolConfig"));
            }
            OpenidConnect if provider.open_i_d_connect_config.is_none() => {
                return Err(missing("OpenIDConnectConfig"));
            }
            AwsLambda if provider.lambda_authorizer_config.is_none() => {
                return Err(missing("LambdaAuthorizerConfig"));
            }
            ApiKey | AwsIam | AwsLambda | AmazonCognitoUserPools | OpenidConnect => {}
        }
        single.push(mode);
    }
    auth::check_expressions(&auth::ways(api))
}
